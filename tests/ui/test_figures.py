"""How numbers and axes are written."""

import math

import pytest

from nnstudio.ui.stage.ticks import decade_ticks, linear_ticks, snapped_down, snapped_up
from nnstudio.ui.widgets.figures import counted, decimal, grouped, percent, short, tick


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0214, "0.0214"),
        (0.69, "0.690"),
        (12.34, "12.3"),
        (123.4, "123"),
        (54321.0, "54321"),
        (0.0, "0"),
        (-0.5, "−0.500"),
        (0.0000120, "1.20e−5"),
        (1.2e7, "1.20e7"),
        (math.nan, "—"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_decimal(value: float, text: str):
    assert decimal(value) == text


def test_what_is_counted_is_singular_or_plural():
    assert [counted(n, "image") for n in (0, 1, 2, 0.5)] == ["0 images", "1 image", "2 images", "0.5 images"]
    assert counted(60_000, "image").replace("\xa0", " ") == "60 000 images"


def test_percent_and_grouped():
    assert percent(0.988) == "98.8\u00a0%"
    assert percent(math.nan) == "—"
    assert grouped(31_200) == "31\u00a0200"
    assert (tick(-6.0), tick(1e-7), tick(0.5)) == ("−6", "1e−7", "0.5")


@pytest.mark.parametrize(("low", "high"), [(0, 42.4), (0, 31_200), (-1, 1), (0, 0.0007), (-0.03, 4.0)])
@pytest.mark.parametrize("at_most", [2, 3, 5, 8])
def test_linear_ticks_are_round_few_and_inside(low: float, high: float, at_most: int):
    ticks = linear_ticks(low, high, at_most)
    assert 1 <= len(ticks) <= at_most
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in ticks)
    if at_most >= 3:
        assert len(ticks) >= 2


def test_decade_ticks_skip_when_there_is_no_room():
    assert decade_ticks(-3, 0, 5) == [-3, -2, -1, 0]
    assert decade_ticks(-12, 0, 5) == [-12, -9, -6, -3, 0]


def test_snapping_goes_outwards_to_one_two_five():
    assert 10 ** snapped_up(math.log10(0.69)) == pytest.approx(1)
    assert 10 ** snapped_up(math.log10(0.13)) == pytest.approx(0.2)
    assert 10 ** snapped_down(math.log10(0.69)) == pytest.approx(0.5)
    assert 10 ** snapped_down(math.log10(0.019)) == pytest.approx(0.01)
    for exponent in (-3.0, 0.0, 2.0):
        assert snapped_up(exponent) == pytest.approx(exponent)
        assert snapped_down(exponent) == pytest.approx(exponent)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((-1.1, "−1.10"), (0.0123, "0.01"), (1.3e-11, "0.00"), (0.0, "0.00"), (12.5, "12.50"), (-999.4, "−999.4")),
        *((1234.0, "1234"), (-3.7e12, "−3.7e12"), (float("nan"), "—"), (float("-inf"), "−∞")),
    ],
)
def test_a_value_on_a_tile_or_a_link_is_short(value: float, text: str) -> None:
    assert short(value) == text
