"""Counting in words, for sentences that people read: 1 epoch, 2.5 epochs, 3 classes."""


def counted(count: float, noun: str, written: str | None = None) -> str:
    """How many of what, with the noun in the number that belongs to it.

    count: whole numbers are written out, others with six digits; written: the number in another form, such as 31 200
    """
    if written is None:
        written = f"{count:.0f}" if count == round(count) else f"{count:.6g}"
    return f"{written} {noun if count == 1 else _plural(noun)}"


def grouped(count: float) -> str:
    """A whole number in groups of three digits, with spaces that break no line: 31 200."""
    return f"{round(count):,}".replace(",", "\N{NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")


def _plural(noun: str) -> str:
    return f"{noun}es" if noun.endswith(("s", "x", "tch")) else f"{noun}s"
