"""At the end of each curve its name and its value, so that colour is never alone."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem

from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.widgets.figures import decimal

_SIZE = 12
_SPACE = 5.0
_WIDEST = "0.000000"


class Ends:
    """The names of the curves in their colours, with what they end at; `stacked`, the value stands below the name."""

    def __init__(self, parent: QGraphicsItem, colors: Mapping[str, str], stacked: bool) -> None:
        names, numbers = text_font(_SIZE, bold=True), mono_font(_SIZE)
        line = QFontMetricsF(numbers).height()
        self._height = 2 * line + 2 if stacked else line + 1
        self._groups: dict[str, QGraphicsRectItem] = {}
        self.values: dict[str, items.Words] = {}
        for name, color in colors.items():
            group = self._groups[name] = QGraphicsRectItem(parent)
            group.hide()
            written = items.Words(group, QPointF(0, -line / 2 if stacked else 0), names, color, name)
            at = QPointF(0, line / 2) if stacked else QPointF(written.box.width() + _SPACE, 0)
            self.values[name] = items.Words(group, at, numbers, color)

    def show(self, ends: Mapping[str, tuple[float, float]], x: float, area: QRectF) -> None:
        """Write these at x: for each curve the height at which it ends, and its value there."""
        for name, group in self._groups.items():
            group.setVisible(name in ends)
        heights = spread([y for y, _ in ends.values()], self._height, area.top() - 4, area.bottom() + 4)
        for (name, (_, value)), y in zip(ends.items(), heights, strict=True):
            self.values[name].say(decimal(value))
            self._groups[name].setPos(x, y)


def room_for(names: Sequence[str], stacked: bool) -> float:
    """How wide the widest of these is with any value."""
    metrics, number = QFontMetricsF(text_font(_SIZE, bold=True)), QFontMetricsF(mono_font(_SIZE))
    widest, value = max(map(metrics.horizontalAdvance, names), default=0.0), number.horizontalAdvance(_WIDEST)
    return max(widest, value) if stacked else widest + _SPACE + value


def spread(wanted: list[float], height: float, top: float, bottom: float) -> list[float]:
    """Middles as near to these as lines of a height can stand between top and bottom without lying over each other, in
    the same order from above."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    placed = [0.0] * len(wanted)
    above = top - height / 2
    for place in order:
        above = placed[place] = max(wanted[place], above + height)
    below = bottom + height / 2
    for place in reversed(order):
        below = placed[place] = min(placed[place], below - height)
    return placed
