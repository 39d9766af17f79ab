"""Epochs counted exactly.

Training counts the examples it has seen, which are whole numbers; a setting counts epochs, 0.1 or 2.5 of them. The
fraction seen / count rounds, and a sum of roundings makes a rule one update late; so settings become examples instead,
and a setting means the decimal number that was typed, not the binary one next to it.
"""

from fractions import Fraction


def examples_in(epochs: float, count: int) -> Fraction:
    """How many examples so many epochs over `count` examples are."""
    return Fraction(str(epochs)) * count
