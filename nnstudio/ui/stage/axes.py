"""One way to draw axes: round numbers along a side of the picture, and faint lines across it."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainterPath
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.ticks import decade_ticks, linear_ticks
from nnstudio.ui.stylesheet import mix

NUMBERS = 11.0
"""The size of an axis's numbers, in pixels."""
_BESIDE, _BELOW = 8.0, 5.0
_APART = 6.0


@dataclass(frozen=True, slots=True)
class Scale:
    """Values along a line of the picture: `low` lies at the coordinate `start`, `high` at `end`.

    On a logarithmic scale all values are positive.
    """

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """The coordinate of a value, also beyond the ends; of zero on a logarithmic scale −∞."""
        return float(self.places(np.array(value)))

    def places(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The coordinates of values."""
        low, high = self._ends
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = ((np.log10(values) if self.logarithmic else values) - low) / (high - low)
        return self.start + shares * (self.end - self.start)

    def value(self, place: float) -> float:
        """The value at a coordinate."""
        low, high = self._ends
        value = low + (place - self.start) / (self.end - self.start) * (high - low)
        return 10.0**value if self.logarithmic else value

    def ticks(self, at_most: int) -> list[float]:
        """Up to so many round values in sight: powers of ten, or, where less than two of them are, 1, 2 and 5 times
        powers of ten."""
        if not self.logarithmic:
            return linear_ticks(self.low, self.high, at_most)
        low, high = self._ends
        first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
        if first < last:
            decades = decade_ticks(low, high, at_most)
            return [10.0**exponent for exponent in (decades if len(decades) > 1 else (first, last))]
        powers = range(math.floor(low), math.ceil(high) + 1)
        steps = [float(f"{m}e{power}") for power in powers for m in (1, 2, 5)]
        within = [step for step in steps if self.low * 0.999 <= step <= self.high * 1.001]
        return within if len(within) > 1 else linear_ticks(self.low, self.high, at_most)

    @property
    def _ends(self) -> tuple[float, float]:
        return (math.log10(self.low), math.log10(self.high)) if self.logarithmic else (self.low, self.high)


class Axis:
    """Numbers along the left or the bottom edge of an area, written as `write` does.

    It is made anew with the picture's other items, and touches its own only when something has changed.

    numbers: what is written; the unit, if there is one, comes first
    """

    def __init__(self, parent: QGraphicsItem, edge: Qt.Edge, write: Callable[[float], str]) -> None:
        self._parent, self._edge, self._write = parent, edge, write
        self._lines = items.path(parent, z=-10)
        self._unit: items.Words | None = None
        self._words: list[items.Words] = []
        self.numbers: list[items.Words] = []
        self._shown: object = None

    def show(
        self,
        scale: Scale,
        ticks: Sequence[float],
        area: QRectF,
        ratio: float,
        *,
        unit: str = "",
        right: float = math.inf,
        lines: bool = True,
    ) -> None:
        """Write these values of the scale beside the area, with lines across it.

        unit: a word at the axis's right end, which ends at `right`; numbers leave room for it
        """
        shown = scale, tuple(ticks), area, ratio, unit, right, lines
        if shown == self._shown:
            return
        self._shown = shown
        self.numbers = list(self._written(scale, ticks, area, unit, right))
        for word in (*self._words, *([self._unit] if self._unit else [])):
            word.item.setVisible(word in self.numbers)
        across = QPainterPath()
        for value in ticks if lines else ():
            # On the middle of a pixel, or the line would be two pixels wide and pale.
            place = (math.floor(scale.at(value) * ratio) + 0.5) / ratio
            if self._edge == Qt.Edge.LeftEdge:
                across.moveTo(area.left(), place)
                across.lineTo(area.right(), place)
            else:
                across.moveTo(place, area.top())
                across.lineTo(place, area.bottom())
        colors = theme.current()
        self._lines.setPen(items.hairline(mix(colors.card, colors.line, 0.75), ratio))
        self._lines.setPath(across)

    def _written(
        self, scale: Scale, ticks: Sequence[float], area: QRectF, unit: str, right: float
    ) -> Iterator[items.Words]:
        words = iter(self._words[:])
        if self._edge == Qt.Edge.LeftEdge:
            for value in ticks:
                at = QPointF(area.left() - _BESIDE, scale.at(value))
                yield self._put(next(words, None), at, self._write(value), Qt.AlignmentFlag.AlignRight)
            return
        metrics = QFontMetricsF(mono_font(NUMBERS))
        y, end, last = area.bottom() + _BELOW + metrics.height() / 2, right, -math.inf
        if unit:
            yield (word := self._put_unit(QPointF(right, y), unit))
            end = word.box.left() - _APART
        for value in ticks:
            at, text = scale.at(value), self._write(value)
            half = metrics.horizontalAdvance(text) / 2
            if at - half >= last and at + half <= end:
                last = at + half + _APART
                yield self._put(next(words, None), QPointF(at, y), text, Qt.AlignmentFlag.AlignHCenter)

    def _put(self, word: items.Words | None, at: QPointF, text: str, align: Qt.AlignmentFlag) -> items.Words:
        """A number here: one that is there already, or a new one."""
        if word is None:
            word = items.Words(self._parent, at, mono_font(NUMBERS), theme.current().dim, text, align)
            self._words.append(word)
        word.move(at)
        word.say(text)
        return word

    def _put_unit(self, at: QPointF, unit: str) -> items.Words:
        if self._unit is None:
            align = Qt.AlignmentFlag.AlignRight
            self._unit = items.Words(self._parent, at, text_font(NUMBERS), theme.current().dim, unit, align)
        self._unit.move(at)
        self._unit.say(unit)
        return self._unit


def room_beside(texts: Sequence[str]) -> float:
    """How wide the numbers at the left edge are, with their distance to the area."""
    metrics = QFontMetricsF(mono_font(NUMBERS))
    return math.ceil(max(map(metrics.horizontalAdvance, texts), default=0.0)) + _BESIDE


def room_below() -> float:
    """How high the numbers at the bottom edge are, with their distance to the area."""
    return math.ceil(QFontMetricsF(mono_font(NUMBERS)).height()) + _BELOW
