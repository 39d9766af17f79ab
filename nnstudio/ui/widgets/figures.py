"""How numbers are written: one way for the whole window.

Three significant digits, a real minus sign, thousands apart, and a dash for what was not measured.
"""

import math

from nnstudio.core import counting
from nnstudio.core.counting import grouped as grouped

MISSING = "—"


def written(text: str) -> str:
    """As people write it what Python has formatted: −1.2e−5 for -1.2e-05."""
    mantissa, power, exponent = text.partition("e")
    return f"{mantissa}{power}{int(exponent) if power else ''}".replace("-", "−")


def decimal(value: float, digits: int = 3) -> str:
    """A measured number with so many significant digits: 0.0214, 12.3, 1.20e−5; "—" for NaN."""
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 10 ** max(digits, 5):
        text = f"{value:#.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}"
        return written(text.rstrip("."))
    return written(f"{value:.{digits - 1}e}")


def short(value: float) -> str:
    """A value where there is room for six characters: −1.10, 0.00, 123.4, 1234, −3.7e12; "—" for NaN."""
    if not 1e-2 <= abs(value) < 1000:
        return decimal(value, 2) if not abs(value) < 1 else "0.00"
    return written(f"{value:.{2 if abs(value) < 100 else 1}f}")


def percent(share: float, decimals: int = 1) -> str:
    """A share from 0 to 1 in percent: 98.8 %; "—" for NaN."""
    return written(f"{100 * share:.{decimals}f}") + "\u00a0%" if math.isfinite(share) else MISSING


def counted(count: float, noun: str) -> str:
    """A number with what it counts: 1 image, 200 epochs, 0.5 epochs."""
    return counting.counted(count, noun, grouped(count) if float(count).is_integer() else tick(count))


def tick(value: float) -> str:
    """A round number on an axis: −6, 0.5, 1e−7."""
    return written(f"{value:g}")
