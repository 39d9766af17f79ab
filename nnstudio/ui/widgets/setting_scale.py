"""Where a value lies on a slider, and where the handle likes to rest.

A `SettingScale` lays the legal values of a setting along 0 … 1, evenly or by powers of ten, and knows the notches: the
setting's stops, or round numbers between its ends. Values between two notches are legal; only the mouse and the arrow
keys keep to the notches. A zero below a logarithmic scale has a notch of its own at the far left.
"""

import math
from bisect import bisect_left, bisect_right
from functools import cache

from nnstudio.core.experiment.setting import Scale, Setting
from nnstudio.ui.widgets.setting_text import exponent_of_step

ZERO_GAP = 0.08
MOST_NOTCHES = 1000


class SettingScale:
    """The positions 0 … 1 of a setting with a finite range, and the notches on it."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._logarithmic = setting.scale is Scale.LOGARITHMIC
        self._gap = ZERO_GAP if setting.zero and setting.minimum > 0 else 0.0
        self.notches = _notches(setting)
        self._positions = [self.position_of(notch) for notch in self.notches]

    def position_of(self, value: float) -> float:
        """Where a value lies, 0 … 1."""
        low, high = self._setting.minimum, self._setting.maximum
        if value < low:
            return 0.0
        if self._logarithmic:
            share = math.log(min(value, high) / low) / math.log(high / low)
        else:
            share = (min(value, high) - low) / (high - low)
        return self._gap + (1 - self._gap) * share

    def nearest(self, position: float) -> float:
        """The notch nearest to a position."""
        right = bisect_left(self._positions, position)
        candidates = self.notches[max(right - 1, 0) : right + 1]
        return min(candidates, key=lambda notch: abs(self.position_of(notch) - position))

    def step(self, value: float, steps: int) -> float:
        """The notch so many steps above (or, for negative steps, below) a value."""
        index = bisect_right(self.notches, value) - 1 if steps > 0 else bisect_left(self.notches, value)
        return self.notches[min(max(index + steps, 0), len(self.notches) - 1)]

    def leap(self, value: float, leaps: int) -> float:
        """A big step: a power of ten on a logarithmic scale, a tenth of the range on an even one; at least a notch."""
        decades = math.log10(self._setting.maximum / self._setting.minimum) if self._logarithmic else 10
        target = self.nearest(self.position_of(value) + leaps / max(decades, 1))
        step = self.step(value, 1 if leaps > 0 else -1)
        return max(target, step) if leaps > 0 else min(target, step)


@cache
def _notches(setting: Setting) -> tuple[float, ...]:
    notches = {setting.minimum, *_inner_notches(setting), setting.maximum}
    if setting.zero:
        notches.add(0)
    number = int if setting.integer else float
    return tuple(number(notch) for notch in sorted(notches))


def _inner_notches(setting: Setting) -> list[float]:
    low, high = setting.minimum, setting.maximum
    if setting.stops:
        return [stop for stop in setting.stops if low < stop < high]
    if setting.scale is Scale.LOGARITHMIC:
        return _round_numbers(low, high, digits=2 if setting.integer else 1)
    return _multiples(setting)


def _round_numbers(low: float, high: float, digits: int) -> list[float]:
    """All numbers of so many significant digits between two positive ones."""
    decades = range(math.floor(math.log10(low)) - digits + 1, math.ceil(math.log10(high)))
    numbers = (float(f"{m}e{e}") for e in decades for m in range(10 ** (digits - 1), 10**digits))
    whole = digits > 1
    return [number for number in numbers if low < number < high and (not whole or number.is_integer())]


def _multiples(setting: Setting) -> list[float]:
    low, high = setting.minimum, setting.maximum
    exponent = exponent_of_step(setting)
    if setting.integer:
        exponent = 0 if high - low <= MOST_NOTCHES else max(exponent, 0)
    # A decimal literal, not a product: 0.07 and not 0.07000000000000001.
    first, last = math.ceil(low / 10.0**exponent), math.floor(high / 10.0**exponent)
    return [float(f"{k}e{exponent}") for k in range(first, last + 1) if low < float(f"{k}e{exponent}") < high]
