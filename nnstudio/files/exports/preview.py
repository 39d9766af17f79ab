"""What an export looks like before it lies anywhere: the beginning of a text, and what is inside of what is none.

The numbers of a network would fill pages. Where they stand in many lines, these are folded to how many there are; every
other line stands there as it will in the file, with its own number.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from nnstudio.core.counting import counted, grouped
from nnstudio.files.errors import printable

MOST_LINES, MOST_LETTERS, MOST_LOOKED_AT = 400, 20_000, 2**22
"""How much of a text is shown, in lines and letters, so that it is there within a frame; how much is looked through."""
LONGEST, LONGEST_ALONE = 240, 4000
"""Letters of a line that are shown, and of one that is alone."""
_FEWEST = 4
"""Numbers in fewer lines stand there as they are."""
_NUMBERS_ALONE = re.compile(r"[\s\[\](){},;0-9.eEf+-]*")
_NUMBER = re.compile(r"[-+]?\d[\d.]*(?:[eE][-+]?\d+)?")
_ROW = re.compile(r"[\[{]\s*[-\d]")
_OPENS, _CLOSES = "[({", "])}"
_LANGUAGES = {".py": "python", ".ipynb": "python", ".h": "c", ".json": "json"}


class Line(NamedTuple):
    """A line that is shown. number: which it is in the file, None for what stands there for others; folded: from which
    letter to which stands how many numbers there are."""

    text: str
    number: int | None = None
    folded: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """name: of the file; about: how much it is; lines: what is shown of it; whole: all of it, if it is a text, else
    empty; language: python, c, json or none"""

    name: str
    about: str
    lines: tuple[Line, ...]
    whole: str = ""
    language: str = ""


def preview(name: str, content: bytes) -> Preview:
    """What a file looks like."""
    suffix = Path(name).suffix.lower()
    if suffix in _INSIDE:
        return _INSIDE[suffix](name, content)
    text, count = content.decode(), content.count(b"\n")
    lines = tuple(_cut(folded(text[:MOST_LOOKED_AT].splitlines()), count))
    return Preview(name, f"{counted(count, 'line', grouped(count))}", lines, text, _LANGUAGES.get(suffix, ""))


def folded(lines: Sequence[str]) -> Iterator[Line]:
    """The lines of a text, each with its number; of numbers in many lines one that says how many there are."""
    place = 0
    while place < len(lines):
        end = _end(lines, place)
        if end is None:
            yield Line(_shortened(lines[place], LONGEST if len(lines) > 1 else LONGEST_ALONE), place + 1)
            place += 1
        else:
            inside = "\n".join(lines[place + 1 : end])
            head, words = f"{lines[place]} ", _how_many(inside)
            yield Line(f"{head}{words} {lines[end].strip()}", place + 1, (len(head), len(head) + len(words)))
            place = end + 1


def _end(lines: Sequence[str], place: int) -> int | None:
    """The line that closes what this one opens, if there are many between and nothing but numbers."""
    if not lines[place].endswith(tuple(_OPENS)):
        return None
    depth = _depth(lines[place])
    for end in range(place + 1, len(lines)):
        depth += _depth(lines[end])
        if depth <= 0:
            return end if end - place > _FEWEST else None
        if not _NUMBERS_ALONE.fullmatch(lines[end]):
            return None
    return None


def _depth(line: str) -> int:
    return sum(map(line.count, _OPENS)) - sum(map(line.count, _CLOSES))


def _how_many(inside: str) -> str:
    count, rows = len(_NUMBER.findall(inside)), len(_ROW.findall(inside))
    if rows > 1 and count % rows == 0:
        return f"{grouped(rows)} × {grouped(count // rows)} numbers"
    return counted(count, "number", grouped(count))


def _cut(lines: Iterator[Line], count: int) -> Iterator[Line]:
    """As many as are shown, and how many more there are."""
    letters = 0
    for shown, line in enumerate(lines):
        letters += len(line.text)
        if shown == MOST_LINES or letters > MOST_LETTERS:
            more = count - (line.number or 0) + 1
            yield Line(f"… and {counted(more, 'line', grouped(more))} more")
            return
        yield line


def _shortened(line: str, longest: int) -> str:
    return line if len(line) <= longest else f"{line[:longest]}… and {grouped(len(line) - longest)} letters more"


# What is no text.


def _npz(name: str, content: bytes) -> Preview:
    rows: list[tuple[str, ...]] = []
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        for array in file.files:
            values = file[array]
            words = values.dtype.kind == "U"
            rows.append(_text_row(array, str(values)) if words else _array_row(array, values.shape, values.dtype.name))
    return _contents(name, content, rows)


def _safetensors(name: str, content: bytes) -> Preview:
    head: dict[str, Any] = msgspec.json.decode(content[8 : 8 + int.from_bytes(content[:8], "little")])
    texts = head.pop("__metadata__", {})
    kinds = {"F16": "float16", "F32": "float32", "F64": "float64", "U8": "uint8", "I32": "int32", "I64": "int64"}
    rows = [_array_row(array, each["shape"], kinds.get(str(each["dtype"]), "")) for array, each in head.items()]
    return _contents(name, content, sorted(rows) + [_text_row(*text) for text in texts.items()])


def _onnx(name: str, content: bytes) -> Preview:
    onnx = import_module("onnx")
    graph = onnx.load_model_from_string(content).graph
    rows: list[tuple[str, ...]] = []
    for word, values in (("input", graph.input), ("output", graph.output)):
        for value in values:
            kind = onnx.helper.tensor_dtype_to_string(value.type.tensor_type.elem_type).rpartition(".")[2].lower()
            sides = [side.dim_param or str(side.dim_value) for side in value.type.tensor_type.shape.dim]
            rows.append((word, printable(value.name), f"{' × '.join(sides)} {kind}"))
    rows[len(graph.input) : len(graph.input)] = [
        ("node", node.op_type, f"{printable(node.name)} of {counted(len(node.input), 'input')}") for node in graph.node
    ]
    about = f"{counted(len(graph.node), 'node')} and {counted(len(graph.initializer), 'array')}, {_size(content)}"
    return Preview(name, about, tuple(map(Line, _aligned(rows))))


def _notebook(name: str, content: bytes) -> Preview:
    lines: list[Line] = []
    cells = msgspec.json.decode(content)["cells"]
    runs = 0
    for cell in cells:
        text = "".join(cell["source"]).splitlines()
        if cell["cell_type"] == "code":
            runs += 1
            lines += [Line(f"In [{runs}]"), *folded(text), Line("")]
        else:
            lines += [*map(Line, text), Line("")]
    return Preview(name, f"{counted(len(cells), 'cell')}, {_size(content)}", tuple(lines), language="python")


_INSIDE: dict[str, Callable[[str, bytes], Preview]] = {
    ".npz": _npz,
    ".safetensors": _safetensors,
    ".onnx": _onnx,
    ".ipynb": _notebook,
}
"""How files are looked into that are no texts to read, by their suffix."""


def _array_row(name: str, shape: Sequence[int], kind: str) -> tuple[str, ...]:
    return name, " × ".join(map(str, shape)), kind


def _text_row(name: str, text: str) -> tuple[str, ...]:
    return name, "text", counted(len(text), "letter", grouped(len(text)))


def _contents(name: str, content: bytes, rows: Sequence[tuple[str, ...]]) -> Preview:
    texts = sum(row[1] == "text" for row in rows)
    also = f" and {counted(texts, 'text')}" if texts else ""
    about = f"{counted(len(rows) - texts, 'array')}{also}, {_size(content)}"
    return Preview(name, about, tuple(map(Line, _aligned(rows))))


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Columns one below the other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _size(content: bytes) -> str:
    return f"{len(content) / 1000:.1f} kB" if len(content) < 1_000_000 else f"{len(content) / 1e6:.1f} MB"
