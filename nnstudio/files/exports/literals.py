"""Numbers and words as they stand in somebody else's program: to the last bit, and never more than a literal.

A name from a file may hold quotes, comment marks or anything else. Whatever is put into a program goes through here.
"""

import re
from collections.abc import Iterator, Sequence
from textwrap import fill

import numpy as np

from nnstudio.core.array import Array
from nnstudio.files.errors import printable

WIDTH = 110
_INDENT = "    "


def number(value: np.floating | float) -> str:
    """The shortest decimal that comes back as the very same number of the value's type, always with a point or an
    exponent: 0.1, 1.0, 3e-12."""
    text = str(np.asarray(value)[()])
    if (
        isinstance(value, np.floating) and type(value)(float(text)) != value
    ):  # pragma: no cover - of 9 digits, none is known
        text = repr(float(value))
    return text if any(mark in text for mark in ".en") else f"{text}.0"


def numbers(values: Array, indent: str = _INDENT, suffix: str = "") -> str:
    """All of them, row by row, in lines that are not too long."""
    text = ", ".join(f"{number(value)}{suffix}" for value in values.ravel())
    return fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)


def numpy_array(values: Array) -> str:
    """`np.array(…)` of these very numbers and their type."""
    kind = f"np.{values.dtype.name}"
    if values.ndim == 1:
        one = f"np.array([{', '.join(map(number, values))}], {kind})"
        return one if len(one) <= WIDTH - 10 else f"np.array([\n{numbers(values)}\n], {kind})"
    if values.ndim == 2:
        return f"np.array([\n{''.join(_rows(values))}], {kind})"
    shape = ", ".join(map(str, values.shape))
    return f"np.array([\n{numbers(values)}\n], {kind}).reshape({shape})"


def _rows(values: Array) -> Iterator[str]:
    for row in values:
        line = f"{_INDENT}[{', '.join(map(number, row))}],"
        yield f"{line if len(line) <= WIDTH else f'{_INDENT}[{_hanging(row)}],'}\n"


def _hanging(row: Array) -> str:
    return numbers(row, f"{_INDENT} ").lstrip()


def sentence(text: str) -> str:
    """Text for a comment or a docstring of a Python program: on one line, without what would end it."""
    return printable(text, 2000).replace("\\", "/").replace('"', "'")


def wrapped(text: str, indent: str = "") -> str:
    """A sentence in lines that are not too long."""
    return fill(sentence(text), WIDTH, initial_indent=indent, subsequent_indent=indent)


def commented(text: str, indent: str = "") -> str:
    """A sentence as comment lines of a Python program."""
    return wrapped(text, f"{indent}# ")


def python_words(words: Sequence[str]) -> str:
    """A tuple of texts, in lines that are not too long."""
    one = repr(tuple(words))
    if len(one) <= WIDTH - 20:
        return one
    text = ", ".join(map(repr, words))
    inside = fill(text, WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False)
    # A name with spaces must not be broken.
    return f"(\n{inside},\n)" if not any(" " in word for word in words) else _one_a_line(words)


def _one_a_line(words: Sequence[str]) -> str:
    lines = "".join(f"{_INDENT}{word!r},\n" for word in words)
    return f"(\n{lines})"


def tidy(text: str) -> str:
    """A program without more than two empty lines one after the other, and one line break at its end."""
    return re.sub(r"\n{4,}", "\n\n\n", text).strip() + "\n"


def identifier(name: str) -> str:
    """A name for a variable, a function or a file of a program: small ASCII letters, digits and underscores."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower().encode("ascii", "ignore").decode()).strip("_")[:40].rstrip("_")
    return plain if plain and not plain[0].isdigit() else f"network_{plain}".rstrip("_")


def c_numbers(values: Array, suffix: str) -> str:
    """Literals of C, in lines that are not too long."""
    return numbers(values, suffix=suffix)


def c_comment(text: str) -> str:
    """Lines of text as a comment of C, in ASCII, without anything that ends it or means something within it."""
    plain = (c_plain(line) for line in text.split("\n"))
    lines = "\n".join(fill(line, WIDTH, subsequent_indent="   ", initial_indent="   ") for line in plain)
    return f"\n/* {lines.strip()} */"


def c_plain(text: str) -> str:
    """Foreign text within a comment of C."""
    ascii_text = printable(text, 2000).encode("ascii", "replace").decode()
    return re.sub(r"[*/?\\]{2,}", lambda found: " ".join(found[0]), ascii_text).replace("\\", "/")


def c_text(text: str) -> str:
    """A literal text of C: what is not a plain letter, digit or sign stands as the octal numbers of its bytes."""
    safe = re.compile(r"[A-Za-z0-9 .,:;_+()=<>-]")
    return '"' + "".join(chr(b) if safe.match(chr(b)) else f"\\{b:03o}" for b in text.encode()) + '"'
