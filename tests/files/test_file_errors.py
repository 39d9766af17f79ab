"""Foreign text in messages: on one line, harmless and short."""

import pytest

from nnstudio.files.errors import LONGEST_MESSAGE, LONGEST_PART, FileError, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ² █ 😀", "plain ² █ 😀"),
        ("\x1b[31mred", "�[31mred"),
        ("a\nb\tc\u00a0d", "a b c d"),
        ("\u202egnp.exe", "�gnp.exe"),
        ("\udcff\x00\x7f\x9b", "����"),
        ("", ""),
        (ValueError("why"), "why"),
    ],
)
def test_printable(text: object, shown: str) -> None:
    assert printable(text) == shown


def test_the_beginning_and_the_end_are_kept() -> None:
    long = "begin " + "x" * 60_000 + " end"
    shown = printable(long)
    assert len(shown) == LONGEST_PART
    assert shown.startswith("begin x")
    assert shown.endswith("x end")
    assert "…" in shown
    assert printable("x" * LONGEST_PART) == "x" * LONGEST_PART


def test_no_message_escapes() -> None:
    error = FileError("what\x1b[2J happened" + "?" * 60_000, "first\x1b\nsecond" + "?" * 60_000)
    assert str(error).isprintable()
    assert len(str(error)) == LONGEST_MESSAGE
    assert len(error.details.splitlines()) == 2
    assert all(line.isprintable() and len(line) <= LONGEST_MESSAGE for line in error.details.splitlines())
