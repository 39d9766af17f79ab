"""Values of settings as people read and type them.

A slider shows 0.010, 5 %, 60 000 or off, and takes the same back from the keyboard: `text_of` writes, `value_of` reads
and says in one sentence what is wrong with what it cannot read.
"""

import math
import re

from nnstudio.core.experiment.setting import Scale, Setting, SettingError
from nnstudio.ui.widgets.figures import grouped

_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+")
"""Digits in groups of three, as in 60,000; any other comma is a decimal one."""
SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
OFF = "off"


def text_of(setting: Setting, value: float) -> str:
    """The value as shown; a zero below the scale reads «off»."""
    if value == 0 and setting.zero:
        return OFF
    if setting.percent:
        return f"{_plain(100 * value, 0)}{SPACE}%"
    if setting.integer:
        return grouped(value) if abs(value) < 1e15 else _plain(value, 0)
    if value == 0:
        return "0"
    if setting.scale is Scale.LOGARITHMIC:
        return _plain(value, 3 if abs(value) < 1 else 0)
    return _plain(value, max(0, -exponent_of_step(setting)))


def range_text(setting: Setting) -> str:
    """The legal values in words, as in «0 or between 0.0001 and 10»."""
    either = f"{text_of(setting, 0)} or " if setting.zero else ""
    return f"{either}between {text_of(setting, setting.minimum)} and {text_of(setting, setting.maximum)}"


def value_of(setting: Setting, text: str) -> float:
    """The value that somebody typed. Spaces may group digits, a comma may be the decimal point, a share may have its %.
    Raises `SettingError` with a sentence for a person."""
    value = _number(setting, text)
    try:
        setting.check(setting.label, value)
    except SettingError as error:
        shown = text_of(setting, value)
        raise SettingError(setting.label, f"{setting.label} is {shown}, but must be {range_text(setting)}.") from error
    return value


def exponent_of_step(setting: Setting) -> int:
    """A linear slider rests at multiples of ten to this power: about a hundredth of its range."""
    return round(math.log10(setting.maximum - setting.minimum)) - 2


def _number(setting: Setting, text: str) -> float:
    digits = "".join(text.split()).removesuffix("%").replace(MINUS, "-")
    if setting.zero and digits.lower() == OFF:
        return 0
    groups = setting.integer and _GROUPED.fullmatch(digits)
    try:
        value = float(digits.replace(",", "" if groups else ".")) + 0.0  # turns −0 into 0
    except ValueError as error:
        problem = f"“{text.strip()}” is not a number" if digits else "There is no number"
        raise SettingError(setting.label, f"{problem}. {setting.label} must be {range_text(setting)}.") from error
    if setting.integer:
        if not value.is_integer():
            raise SettingError(setting.label, f"{setting.label} must be {range_text(setting)}, and a whole number.")
        return int(value)
    return value / 100 if setting.percent else value


def _plain(value: float, decimals: int) -> str:
    """The value with at least this many decimals, and more where it has them, up to six significant digits."""
    exact = f"{value:.6g}"
    if "e" in exact and not 1e-5 <= abs(value) < 1e15:
        mantissa, exponent = exact.split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", MINUS)
    places = len(f"{float(exact):.12f}".rstrip("0").partition(".")[2])
    return f"{float(exact):,.{max(places, decimals)}f}".replace(",", SPACE).replace("-", MINUS)
