"""Reads a PDF that Qt wrote, as far as a test must: how many pages there are, and what is written on each."""

import re
import zlib

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_SHOWN = re.compile(rb"/F(\d+) [\d.]+ Tf|(-?[\d.]+) (-?[\d.]+) Td <([0-9A-F]+)> Tj")


def pages_of(content: bytes) -> list[str]:
    """The text of each page; what is set on another line begins another line."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(content)}
    faces = {number: _letters(objects, body) for number, body in objects.items() if b"/ToUnicode" in body}
    pages = [body for body in objects.values() if b"/Type /Page " in body.replace(b"\n", b" ")]
    return [_text(_stream(objects[_reference(page, b"Contents")]), faces) for page in pages]


def _text(stream: bytes, faces: dict[int, dict[int, str]]) -> str:
    text, letters = "", dict[int, str]()
    for found in _SHOWN.finditer(stream):
        if found[1]:
            letters = faces[int(found[1])]
            text += "\n"
            continue
        text += "\n" if float(found[3]) else ""
        code = found[4].decode()
        text += "".join(letters.get(int(code[at : at + 4], 16), "�") for at in range(0, len(code), 4))
    return re.sub(r"\n+", "\n", text.replace("\t", " "))


def _letters(objects: dict[int, bytes], face: bytes) -> dict[int, str]:
    """Which glyph is which letter."""
    table, found = _stream(objects[_reference(face, b"ToUnicode")]), dict[int, str]()
    for low, high, first in re.findall(rb"<(\w+)> <(\w+)> <(\w+)>", table):
        for place in range(int(high, 16) - int(low, 16) + 1):
            found[int(low, 16) + place] = chr(int(first, 16) + place)
    for low, _, several in re.findall(rb"<(\w+)> <(\w+)> \[(.*?)\]", table, re.DOTALL):
        for place, letter in enumerate(re.findall(rb"<(\w+)>", several)):
            found[int(low, 16) + place] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    return found


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found is not None, name
    return int(found[1])


def _stream(body: bytes) -> bytes:
    head, _, rest = body.partition(b"stream\n")
    rest = rest.rpartition(b"endstream")[0]
    return zlib.decompressobj().decompress(rest) if b"/FlateDecode" in head else rest
