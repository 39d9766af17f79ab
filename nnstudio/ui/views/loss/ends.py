"""At the end of each curve its name and its value, so that colour is never alone."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem

from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.ticks import spread
from nnstudio.ui.widgets.figures import decimal

_SIZE = 12
_SPACE = 5.0
_WIDEST = "0.000000"
_BELOW = 0.86
"""How far a value stands below its name, in heights of a line."""


class Ends:
    """The names of the curves in their colours, with what they end at; `stacked`, the value stands below the name, and
    is left out where the plot is too low for all."""

    def __init__(self, parent: QGraphicsItem, colors: Mapping[str, str], stacked: bool) -> None:
        names, numbers = text_font(_SIZE, bold=True), mono_font(_SIZE)
        self._line = QFontMetricsF(numbers).height() * (_BELOW if stacked else 1)
        self._stacked = stacked
        self._groups: dict[str, QGraphicsRectItem] = {}
        self.names: dict[str, items.Words] = {}
        self.values: dict[str, items.Words] = {}
        for name, color in colors.items():
            group = self._groups[name] = QGraphicsRectItem(parent)
            group.hide()
            written = self.names[name] = items.Words(group, QPointF(), names, color, name)
            at = QPointF(0, self._line / 2) if stacked else QPointF(written.box.width() + _SPACE, 0)
            self.values[name] = items.Words(group, at, numbers, color)

    def show(self, ends: Mapping[str, tuple[float, float]], x: float, area: QRectF) -> None:
        """Write these at x: for each curve the height at which it ends, and its value there. Where not all have room,
        the first ones do without their value."""
        for name, group in self._groups.items():
            group.setVisible(name in ends)
        top, bottom = area.top() - 4, area.bottom() + 4
        whole = (2 if self._stacked else 1) * self._line + 2
        heights = [whole] * len(ends)
        for place, name in enumerate(ends):
            valued = not self._stacked or sum(heights) <= bottom - top
            if not valued:
                heights[place] = self._line + 1
            self.values[name].item.setVisible(valued)
            self.names[name].move(QPointF(0, -self._line / 2 if self._stacked and valued else 0))
        middles = spread([y for y, _ in ends.values()], heights, top, bottom)
        for (name, (_, value)), y in zip(ends.items(), middles, strict=True):
            self.values[name].say(decimal(value))
            self._groups[name].setPos(x, y)


def room_for(names: Sequence[str], stacked: bool) -> float:
    """How wide the widest of these is with any value."""
    metrics, number = QFontMetricsF(text_font(_SIZE, bold=True)), QFontMetricsF(mono_font(_SIZE))
    widest, value = max(map(metrics.horizontalAdvance, names), default=0.0), number.horizontalAdvance(_WIDEST)
    return max(widest, value) if stacked else widest + _SPACE + value
