"""A table's text as data frames: pandas reads it, a piece at a time."""

import io
import re
from collections.abc import Generator
from typing import IO, Any

from nnstudio.files.tables.text_blocks import THREADS, Block, blocks, in_order

CELLS_AT_ONCE = 200_000
BLANKS = r"\s+"
"""How pandas calls the separator of a table whose columns are parted by blanks."""
Frames = Generator[tuple[int, int, Any], None, None]
"""How many bytes have been read, how many lines stand before these rows (about so many, where some are blank), and the
rows."""


def by_blocks(stream: IO[bytes], header: int, size: int, options: dict[str, Any], threads: int = THREADS) -> Frames:
    """Data frames of the lines behind the first `header` ones."""
    import pandas

    def read(block: Block) -> Any:
        _check_first_row(block, len(options["names"]), options["sep"])
        # To look for blanks before each cell takes a quarter of the time, and most files have none.
        skipping: dict[str, Any] = {"skipinitialspace": b" " in block.content}
        try:
            return pandas.read_csv(io.BytesIO(block.content), **options | skipping)
        except pandas.errors.EmptyDataError:  # nothing but empty lines
            return None
        except pandas.errors.ParserError as error:
            line = re.compile(r"(?<=in line )\d+")
            said = line.sub(lambda number: str(int(number[0]) + block.before), str(error))
            raise pandas.errors.ParserError(said) from error

    for block, frame in in_order(blocks(stream, header, size), read, threads):
        if frame is not None:
            yield block.end, block.before, frame


def _check_first_row(block: Block, width: int, separator: str) -> None:
    """Of all rows of a block pandas cuts the first one, if it is too long, without a word, and every other one to its
    length."""
    import pandas

    lines = enumerate(io.BytesIO(block.content), block.before + 1)
    line, row = next(((line, row.decode(errors="replace")) for line, row in lines if row.strip()), (0, ""))
    cells = len(row.split()) if separator == BLANKS else row.count(separator) + 1
    if cells > width:
        raise pandas.errors.ParserError(f"Expected {width} fields in line {line}, saw {cells}")


def in_one_go(stream: IO[bytes], header: int, encoding: str, options: dict[str, Any]) -> Frames:
    """The same where a row may have more lines than one, or where a letter may have more bytes than in UTF-8."""
    import pandas

    text = _text(stream, encoding)
    rows = max(CELLS_AT_ONCE // len(options["names"]), 1)
    reader: Any = pandas.read_csv(text, skiprows=header, chunksize=rows, **options)
    with text, reader:
        before = header
        for frame in reader:
            yield stream.tell(), before, frame
            before += len(frame)


def _text(stream: IO[bytes], encoding: str) -> IO[Any]:
    """What pandas reads: bytes where it is UTF-8, which is quicker, and else text."""
    if encoding == "utf-8":
        return stream
    errors = "replace" if encoding == "cp1252" else "strict"
    return io.TextIOWrapper(stream, encoding, errors, newline="")
