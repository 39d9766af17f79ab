"""Where the round numbers of an axis lie, and the names at its other end."""

import math
from collections.abc import Sequence

_TOO_WIDE = 0.4
_LEAPS = 4
"""An axis of updates grows by this part of the distance between its numbers."""
_ROUND = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


def linear_ticks(low: float, high: float, at_most: int) -> list[float]:
    """Up to `at_most` multiples of 1, 2 or 5 × a power of ten between `low` and `high`."""
    if not high > low:
        return [low]
    power = 10.0 ** math.floor(math.log10((high - low) / max(at_most, 1)))
    for step in (m * power for m in (1, 2, 5, 10, 20, 50)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < at_most:
            return [round(i * step, 12) + 0.0 for i in range(first, last + 1)]
    return [low]


def decade_ticks(low: float, high: float, at_most: int) -> list[int]:
    """Exponents of the powers of ten between 10^low and 10^high, every one or every second, third … of them."""
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    step = max(math.ceil((last - first + 1) / max(at_most, 1)), 1)
    return [exponent for exponent in range(first, last + 1) if exponent % step == 0]


def snapped_down(exponent: float) -> float:
    """The logarithm of the largest 1, 2 or 5 × a power of ten that is not above 10^exponent."""
    whole = math.floor(exponent + 1e-9)
    return whole + max(math.log10(m) for m in (1, 2, 5) if math.log10(m) <= exponent - whole + 1e-9)


def snapped_up(exponent: float) -> float:
    """The logarithm of the smallest 1, 2 or 5 × a power of ten that is not below 10^exponent."""
    whole = math.floor(exponent - 1e-9)
    return whole + min(math.log10(m) for m in (1, 2, 5, 10) if math.log10(m) >= exponent - whole - 1e-9)


def steady(shown: float, wanted: float) -> float:
    """The end of an axis, at a round number: it grows at once, and shrinks only when far too large."""
    if wanted <= 0:
        return 0.0
    if _TOO_WIDE * shown <= wanted <= shown:
        return shown
    power = 10.0 ** math.floor(math.log10(wanted) + 1e-9)
    return float(f"{next(m * power for m in _ROUND if m * power >= wanted * (1 - 1e-9)):.6g}")


def tidy(step: float) -> float:
    """The smallest 1, 2 or 5 × a power of ten that is not below this."""
    return float(f"{10 ** snapped_up(math.log10(step)):.6g}")


def end_of(last: float) -> float:
    """Where an axis of updates ends that reaches a little further than the last one, and seldom moves."""
    step = linear_ticks(0, max(last, 1.0), 4)[1] / _LEAPS
    return step * math.ceil(1.02 * max(last, 1.0) / step - 1e-9)


def spread(wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Middles as near to these as lines of such heights can stand between top and bottom without lying over each other,
    in the same order from above."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    placed = [0.0] * len(wanted)
    above = top
    for place in order:
        placed[place] = max(wanted[place], above + heights[place] / 2)
        above = placed[place] + heights[place] / 2
    below = bottom
    for place in reversed(order):
        placed[place] = min(placed[place], below - heights[place] / 2)
        below = placed[place] - heights[place] / 2
    return placed
