"""What a learner types is read as they mean it, or not at all."""

import contextlib
from math import e

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.core.trace.typed import Typed, Unreadable

READABLE = {
    "0.25": 0.25,
    "0,25": 0.25,
    "1/4": 0.25,
    "e^-1": e**-1,
    "-.25": -0.25,
    "2.5e-1": 0.25,
    " 0.25 ": 0.25,
    "−1": -1.0,
    "0.78*1 + -0.418 · 1 + 0.506": 0.868,
    "2(": None,
    "(1 + 2) / 4": 0.75,
    "1/(1+e^-1.286)": 1 / (1 + e**-1.286),
    "0,2,5": None,
    "": None,
    "abc": None,
    "1/0": None,
    "1e999": None,
    "1 2": None,
    "--1": 1.0,
    "2^3^2": 512.0,
    "(-1)^0.5": None,
    "+3": 3.0,
    "3.": 3.0,
    ".": None,
    "e": e,
    "1,5e1": 15.0,
    "()": None,
    "0x10": None,
    "١": 1.0,
}


@pytest.mark.parametrize("text", READABLE)
def test_what_can_be_read_is_read(text: str) -> None:
    expected = READABLE[text]
    if expected is None:
        with pytest.raises(Unreadable):
            Typed.read(text)
    else:
        assert Typed.read(text).value == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "digits", "right", "wrong"),
    [
        ("0.94", 2, (0.939, 0.9351, 0.9449), (0.946, 0.9349)),
        ("0,939", 3, (0.9392, 0.9386), (0.938, 0.94)),
        ("-0.418", 3, (-0.41823,), (-0.4187, 0.418)),
        ("1.20", 3, (1.2, 1.204), (1.206,)),
        ("1200", 4, (1200.4,), (1201.0,)),
        ("2.5e-1", 2, (0.249,), (0.256,)),
        ("1/3", 4, (0.33333,), (0.3334,)),
        ("0", 4, (0.0, 0.00004), (0.4, -0.001)),
        ("0.00", 2, (0.004,), (0.006,)),
        ("0.9", 1, (0.939,), (0.96,)),
    ],
)
def test_a_number_is_judged_by_the_digits_typed(
    text: str, digits: int, right: tuple[float], wrong: tuple[float]
) -> None:
    typed = Typed.read(text)
    assert typed.digits == digits
    assert all(typed.rounds_from(value) for value in right)
    assert not any(typed.rounds_from(value) for value in wrong)
    assert typed.coarse == (text == "0.9")


@given(st.text(max_size=12) | st.text("0123456789.,+-*/^e() ", max_size=16))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Unreadable):
        assert Typed.read(text).unit > 0


@given(st.floats(-1e6, 1e6), st.integers(2, 6))
def test_a_rounded_number_is_right(value: float, digits: int) -> None:
    assert Typed.read(f"{value:#.{digits}g}").rounds_from(value)
