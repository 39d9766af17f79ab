"""How a table's text is to be read: what parts its cells, the decimal sign, where the header stands, its encoding.

All of it is guessed from the beginning of the file, in a plain order that a person can follow, and each guess can be
corrected. Only where more than one separator would do is CleverCSV asked (van den Burg, Nazábal and Sutton, «Wrangling
messy CSV files by detecting row and type patterns», 2019), which is imported then.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.experiment.table_recipe import Separator, TextFormat
from nnstudio.files import limits
from nnstudio.files.errors import printable
from nnstudio.files.tables.scan import Scan, refused

ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "iso8859-15": "Latin-9",
    "mac-roman": "Mac Roman",
    "cp437": "DOS",
    "gb18030": "GB 18030",
    "shift-jis": "Shift JIS",
}
GAPS = ("", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "?", "-", "–", "#N/A", "#NV", "<NA>", ".")
"""What stands in a cell without a value."""
_CONSISTENT = 0.9
_NUMBER = {
    ".": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?"),
    ",": re.compile(r"[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?"),
}

Rows = list[list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatWishes:
    """What a person has said about the text; None where it is to be found out."""

    separator: Separator | None = None
    decimal: str | None = None
    header: int | None = None
    encoding: str | None = None


FOUND = FormatWishes()
"""Everything is to be found out."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a text, the names of its columns, and which of them hold numbers, as far as the beginning tells.

    skipped: how many lines stand before the first row: the header, and what is above it or instead of it
    beginning: the cells of the first rows, as they stand in the file
    """

    text: TextFormat
    names: tuple[str, ...]
    numeric: tuple[bool, ...]
    skipped: int
    beginning: tuple[tuple[str, ...], ...] = ()

    @property
    def sentence(self) -> str:
        """The decisions in words."""
        return f"{', '.join(in_words(self.text))}."


def as_read(text: TextFormat | None) -> FormatWishes:
    """The wishes that lead to this way of reading again."""
    if text is None:
        return FOUND
    return FormatWishes(separator=text.separator, decimal=text.decimal, header=text.header, encoding=text.encoding)


def in_words(text: TextFormat) -> tuple[str, str, str, str]:
    """What parts the cells, the decimal sign, the header and the encoding, as a person would say it."""
    header = f"header in line {text.header}" if text.header else "no header"
    decimal = "decimal comma" if text.decimal == "," else "decimal point"
    return text.separator.label, decimal, header, ENCODINGS[text.encoding]


def is_number(cell: str, decimal: str) -> bool:
    """Whether a cell holds a number."""
    return _NUMBER[decimal].fullmatch(cell.strip()) is not None


def layout_of(path: Path, scan: Scan, wishes: FormatWishes = FOUND) -> Layout:
    """How the file is to be read. Raises `FileError` for one that is no table, `SettingError` for wishes that do not
    fit."""
    encoding = wishes.encoding or scan.encoding
    if encoding not in ENCODINGS:
        raise SettingError(
            "encoding", f"encoding is {printable(encoding)}, but must be one of: {', '.join(ENCODINGS)}."
        )
    sample, whole = _sample(path, encoding, scan.size)
    asked = re.match(r'"?sep=(.)"?\r?\n', sample)
    separator = wishes.separator
    if separator is None and asked is not None and asked[1] in {one.value for one in Separator}:
        separator = Separator(asked[1])
    if not sample.strip():
        raise refused(path, "it has no rows")
    separator = separator or _separator(path, sample, whole)
    rows, lines = _rows(sample, separator, whole)
    if asked is not None:
        rows, lines = rows[1:], lines[1:]
    if not rows:
        raise refused(path, "it has no rows")
    width = _width(rows)
    if len(rows[0]) == width - 1 and not any(row[-1] for row in rows if len(row) == width):
        rows = [row[: width - 1] if len(row) == width else row for row in rows]  # each row ends in a separator
        width -= 1
    if max(map(len, rows)) > limits.COLUMNS:
        raise refused(path, f"it has {max(map(len, rows))} columns; a table may have {limits.COLUMNS}")
    decimal = wishes.decimal or _decimal(rows, separator)
    header = wishes.header if wishes.header is not None else _header(rows, lines, width, decimal)
    text = TextFormat(separator=separator, decimal=decimal, header=header, encoding=encoding)
    named = next((row for row, line in zip(rows, lines, strict=True) if line == header), None)
    if header and named is None:
        raise refused(path, f"its beginning has no line {header}, where the header should be")
    skipped = header or _above(rows, lines, width, decimal)
    body = [row for row, line in zip(rows, lines, strict=True) if line > skipped]
    if named is not None:
        width = len(named)
    for row, line in zip(rows, lines, strict=True):
        if line > skipped and len(row) > width and any(row[width:]):
            raise refused(path, f"line {line} has {len(row)} cells, but the table has {width} columns")
    names = _names(named) if named is not None else tuple(f"x{place + 1}" for place in range(width))
    if not body:
        quoted = ", or a quotation mark in it is never closed" if '"' in sample else ""
        raise refused(path, f"it has a header, but no rows{quoted}")
    numeric = tuple(_holds_numbers(body, place, decimal) for place in range(width))
    beginning = tuple(tuple(printable(cell) for cell in row[:width]) for row in body[: limits.BEGINNING // width])
    return Layout(text, names, numeric, skipped, beginning)


def _sample(path: Path, encoding: str, size: int) -> tuple[str, bool]:
    """The beginning of the text, in whole lines, and whether it is all there is."""
    with path.open("rb") as stream:
        head = stream.read(limits.SAMPLE)
        if size > len(head) and not re.search(rb"[\r\n].*[\r\n]", head, re.DOTALL):
            head += stream.read(2 * limits.LINE)
    whole = len(head) >= size
    try:
        text = head.decode(encoding) if whole else head[: len(head) // 4 * 4].decode(encoding, "ignore")
    except UnicodeError as error:
        if encoding != "cp1252":
            raise refused(path, f"it is not {ENCODINGS[encoding]}, choose another encoding", str(error)) from error
        text = head.decode("cp1252", "replace")
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise refused(path, "it is not text")
    return text, whole


def _rows(sample: str, separator: Separator, whole: bool) -> tuple[Rows, list[int]]:
    """The rows that are not blank, and in which line each begins, from 1. A last row that may be cut off is left."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator.value, skipinitialspace=True)
    rows: Rows = []
    lines: list[int] = []
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error:  # a cell that is too long, or an odd sign at the end of a line: pandas will say more
        pass
    if not whole and len(rows) > 1:
        rows, lines = rows[:-1], lines[:-1]
    if separator is Separator.SPACE:
        rows = [[cell for cell in row if cell] for row in rows]
    return rows, lines


def _width(rows: Rows) -> int:
    """How many cells most rows have."""
    widths = Counter(map(len, rows))
    most = max(widths.values())
    return max(width for width, count in widths.items() if count == most)


def _separator(path: Path, sample: str, whole: bool) -> Separator:
    fitting: dict[Separator, int] = {}
    for separator in Separator:
        rows, _ = _rows(sample, separator, whole)
        width = _width(rows) if rows else 1
        if width > 1 and sum(len(row) == width for row in rows) >= _CONSISTENT * len(rows):
            fitting[separator] = width
    if len(fitting) == 1:
        return next(iter(fitting))
    found = _sniffed(sample, list(fitting) or list(Separator))
    if found is not None:
        return found
    if not fitting:
        raise refused(path, "no separator parts its lines into columns; is it a table? If so, say which it is")
    return max(fitting, key=lambda separator: fitting[separator])


def _sniffed(sample: str, among: list[Separator]) -> Separator | None:
    """What CleverCSV makes of the first lines."""
    from clevercsv.detect import Detector
    from clevercsv.exceptions import Error

    begin = sample[: limits.SNIFFED]
    if len(begin) < len(sample) and "\n" in begin:
        begin = begin[: begin.rindex("\n") + 1]
    try:
        found = Detector().detect(begin, delimiters=[separator.value for separator in among])
    except (Error, ValueError, IndexError, ZeroDivisionError, re.error):
        return None
    return next((separator for separator in among if found is not None and found.delimiter == separator.value), None)


def _decimal(rows: Rows, separator: Separator) -> str:
    if separator is Separator.COMMA and not any("," in cell for row in rows for cell in row):
        return "."
    cells = [cell for row in rows for cell in row]
    with_comma = sum("," in cell and is_number(cell, ",") for cell in cells)
    with_point = sum("." in cell and is_number(cell, ".") for cell in cells)
    return "," if with_comma > with_point and separator is not Separator.COMMA else "."


def _header(rows: Rows, lines: list[int], width: int, decimal: str) -> int:
    """The line of the first whole row, if that has no number; a row of words that come again below is no header."""
    place = next(place for place, row in enumerate(rows) if len(row) == width)
    first, body = rows[place], rows[place + 1 :]
    if any(is_number(cell, decimal) for cell in first) or not body:
        return 0 if body else lines[place]
    below = [
        [row[column] for row in body if column < len(row) and row[column] not in GAPS] for column in range(len(first))
    ]
    if any(cells and all(is_number(cell, decimal) for cell in cells) for cells in below):
        return lines[place]
    again = sum(cell in cells for cell, cells in zip(first, below, strict=True) if cell)
    return 0 if again * 2 > len(first) else lines[place]


def _above(rows: Rows, lines: list[int], width: int, decimal: str) -> int:
    """How many lines stand above a table without a header: titles, or what says the separator, are no rows of it."""
    for row, line in zip(rows, lines, strict=True):
        if len(row) == width or any(is_number(cell, decimal) for cell in row):
            return line - 1
    return 0


def _names(header: list[str]) -> tuple[str, ...]:
    """The names of the columns, each its own and fit to be shown."""
    names: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(header, 1):
        plain = printable(cell, limits.NAME).strip() or f"unnamed {place}"
        name, number = plain, 1
        while name in taken:
            number += 1
            name = f"{plain} {number}"
        names.append(name)
        taken.add(name)
    return tuple(names)


def _holds_numbers(body: Rows, place: int, decimal: str) -> bool:
    cells = [row[place] for row in body if place < len(row) and row[place] not in GAPS]
    return sum(is_number(cell, decimal) for cell in cells) >= _CONSISTENT * len(cells)
