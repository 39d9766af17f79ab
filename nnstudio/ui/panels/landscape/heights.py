"""The loss as colour: pale where it is low, of the accent's blue where it is high, on a logarithmic scale."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPixmap

from nnstudio.ui import theme
from nnstudio.ui.stage.axes import Scale
from nnstudio.ui.stage.ticks import linear_ticks
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import Theme

SHADES = 256
FINE = 257
"""The picture has so many pixels along each side, whatever the grid has."""
_WIDEST = 1e-9
"""What is lower than such a part of the highest loss has the colour of that."""
_NARROWEST = 1.02
_ENOUGH = 5
_DIGITS = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7))

Grid = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heights:
    """From which loss to which the colours go."""

    low: float
    high: float

    @classmethod
    def of(cls, losses: Grid) -> "Heights":
        """For these losses, as far as they are finite."""
        known = losses[np.isfinite(losses)]
        high = float(known.max()) if known.size and known.max() > 0 else 1.0
        low = max(float(known.min()), high * _WIDEST) if known.size else high
        return cls(min(low, high / _NARROWEST), high)

    def scale(self, start: float, end: float) -> Scale:
        """Where losses lie along a legend."""
        return Scale(self.low, self.high, start, end, logarithmic=True)

    def levels(self) -> list[float]:
        """Round losses, at which lines are drawn, and which the legend names."""
        powers = range(int(np.floor(np.log10(self.low))), int(np.ceil(np.log10(self.high))) + 1)
        for digits in _DIGITS:
            levels = [float(f"{digit}e{power}") for power in powers for digit in digits]
            levels = [level for level in levels if self.low < level < self.high]
            if len(levels) >= _ENOUGH:
                return levels
        return [level for level in linear_ticks(self.low, self.high, 2 * _ENOUGH) if self.low < level < self.high]

    def logarithms(self, losses: Grid) -> Grid:
        """log₁₀ L within the colours; what is not finite lies at the top."""
        high = np.where(np.isfinite(losses), losses, self.high)
        return np.log10(np.clip(high, self.low, self.high))

    def picture(self, losses: Grid) -> QPixmap:
        """A grid of losses (h, w), the lowest row first, as a picture; what is not finite in the colour of bad."""
        low, high = np.log10(self.low), np.log10(self.high)
        shares = (_finer(self.logarithms(losses)) - low) / (high - low)
        shades = np.rint(np.clip(shares, 0, 1) * (SHADES - 1)).astype(np.uint8)
        pixels = np.ascontiguousarray(_colors(theme.current())[shades][::-1])
        bad = _nearest(~np.isfinite(losses))[::-1]
        pixels[bad] = QColor(theme.current().bad).rgb()
        image = QImage(pixels.data, FINE, FINE, 4 * FINE, QImage.Format.Format_RGB32)
        return QPixmap.fromImage(image)


def legend_picture() -> QPixmap:
    """All colours, the highest on top."""
    pixels = np.ascontiguousarray(_colors(theme.current())[::-1])
    return QPixmap.fromImage(QImage(pixels.data, 1, SHADES, 4, QImage.Format.Format_RGB32))


def _finer(values: Grid) -> Grid:
    """Between the places of a grid on straight lines, to so many pixels each way."""
    down, right = (_between(count) for count in values.shape)
    return down @ values @ right.T


@cache
def _between(count: int) -> Grid:
    """The matrix (pixels, count) that makes a row of so many values finer."""
    places = np.linspace(0, count - 1, FINE)
    return np.clip(1 - np.abs(places[:, None] - np.arange(count)), 0, 1)


def _nearest(marks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    rows, columns = (np.rint(np.linspace(0, count - 1, FINE)).astype(np.intp) for count in marks.shape)
    return marks[rows[:, None], columns]


@cache
def _colors(colors: Theme) -> NDArray[np.uint32]:
    """From the lowest loss to the highest, as 0xffRRGGBB."""
    pale, deep = (colors.zero, colors.positive) if not colors.dark else (colors.ground, colors.positive)
    return np.array([QColor(mix(pale, deep, shade / (SHADES - 1))).rgb() for shade in range(SHADES)], np.uint32)
