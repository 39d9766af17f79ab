"""What stands where a record does not reach: since when it goes, and where the run was edited."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.training.state import Mark
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Scale
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.widgets.figures import grouped

_SIZE, _SPACE = 11, 6
_VEIL = 0.8
"""What lies below the sentence shines through so little that it can be read."""


def said_since(update: int) -> str:
    """Since when a record goes, in words."""
    return f"recorded since update {grouped(update)}"


class Beginning:
    """A sentence beside the first update of a record, and dotted lines at edits, over some rows of a picture."""

    def __init__(self, parent: QGraphicsItem) -> None:
        colors = theme.current()
        ground = QColor(colors.card)
        ground.setAlphaF(_VEIL)
        self._ground = items.path(parent, brush=ground, z=3.9)
        self.words = items.Words(parent, QPointF(), text_font(_SIZE), colors.text, z=4)
        pen = QPen(QColor(colors.dim), 1)
        pen.setStyle(Qt.PenStyle.DotLine)
        self.edits = items.path(parent, pen, z=-1)
        self._shown: object = None
        self._time = items.path(parent, QPen(QColor(colors.accent), 2), z=5)
        self._update: int | None = None
        self._across, self._area = Scale(0, 1, 0, 1), QRectF()

    def show_time(self, update: int | None) -> None:
        """A line at the moment of the past that everything else shows; None for now."""
        if update != self._update:
            self._update = update
            self._draw_time()

    def _draw_time(self) -> None:
        self._time.setVisible(self._update is not None)
        if self._update is not None:
            x = self._across.at(self._update)
            self._time.setPath(items.strokes((x, x), (self._area.top(), self._area.bottom())))

    def show(self, since: int | None, marks: Sequence[Mark], across: Scale, area: QRectF) -> None:
        """Say it in this area: before the record if there is room, else behind its first update."""
        shown = since, tuple(marks), across, area
        if shown == self._shown:
            return
        self._shown = shown
        text = "" if since is None else said_since(since)
        self.words.say(text)
        if since is not None:
            metrics, x = QFontMetricsF(text_font(_SIZE)), across.at(since)
            width = metrics.horizontalAdvance(text) + 2 * _SPACE
            left = x - width if x - width >= across.start else min(x, across.end - width)
            self.words.move(QPointF(left + _SPACE, area.top() + metrics.height() / 2 + 1))
            self._ground.setPath(items.rounded(self.words.box.adjusted(-4, 0, 4, 0), 4))
        self._ground.setVisible(since is not None)
        lines = QPainterPath()
        for mark in marks:
            if across.low <= mark.updates <= across.high:
                x = across.at(mark.updates)
                lines.moveTo(x, area.top())
                lines.lineTo(x, area.bottom())
        self.edits.setPath(lines)
        self._across, self._area = across, area
        self._draw_time()
