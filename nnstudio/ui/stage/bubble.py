"""The one bubble: what stands at the place that somebody looks at, as a heading and lines of figures."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsScene

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font

_PADDING = 10.0
_PICTURE = 64.0
_SHADOW = 8.0
_EDGE = 4.0
"""So far it stays away from the edge of the stage."""
_FRONT = 1000.0


class Bubble:
    """It stands beside an anchor, inside of the stage, in front of everything; a line that is wider than the stage is
    broken. Painted anew only when it says something else."""

    def __init__(self, scene: QGraphicsScene) -> None:
        self._item = items.pixmap(None, z=_FRONT)
        scene.addItem(self._item)
        self._item.hide()
        self._said: object = None
        self._box = QRectF()

    def hide(self) -> None:
        """Say nothing."""
        self._item.hide()

    def say(
        self,
        lines: Sequence[str],
        beside: QRectF,
        bounds: QRectF,
        ratio: float,
        picture: QImage | None = None,
        pinned: bool = False,
    ) -> None:
        """A heading and lines of figures beside a place; `picture` shows what is there, enlarged."""
        if not lines:
            self.hide()
            return
        room = bounds.width() - 2 * (_EDGE + _PADDING) - (_PICTURE + _PADDING if picture else 0.0)
        figures = [part for line in lines[1:] for part in _broken(line, mono_font(11), room)]
        heading = _broken(lines[0], text_font(12, bold=True), room)
        said = (
            *heading,
            *figures,
            len(heading),
            ratio,
            pinned,
            theme.current(),
            theme.text_scale(),
            picture.cacheKey() if picture else 0,
        )
        if said != self._said:
            self._said = said
            self._paint(heading, figures, ratio, picture, pinned)
        self._item.setPos(_place(self._box, beside, bounds) - QPointF(_SHADOW, _SHADOW))
        self._item.show()

    def _paint(
        self, heading: Sequence[str], figures: Sequence[str], ratio: float, picture: QImage | None, pinned: bool
    ) -> None:
        colors = theme.current()
        lines = (*heading, *figures)
        fonts = [text_font(12, bold=True)] * len(heading) + [mono_font(11)] * len(figures)
        metrics = [QFontMetricsF(font) for font in fonts]
        indent = _PICTURE + _PADDING if picture else 0.0
        width = max(metric.horizontalAdvance(line) for metric, line in zip(metrics, lines, strict=True))
        high = max(sum(metric.height() + 2 for metric in metrics) - 2, _PICTURE if picture else 0.0)
        self._box = QRectF(0, 0, width + indent + 2 * _PADDING, high + 2 * _PADDING - 4)
        box = self._box

        def draw(painter: QPainter) -> None:
            painter.setPen(Qt.PenStyle.NoPen)
            for spread, strength in ((6, 6), (4, 8), (2, 12), (1, 16)):
                painter.setBrush(QColor(0, 0, 0, strength * (3 if colors.dark else 1)))
                painter.drawRoundedRect(box.adjusted(-spread, 1 - spread, spread, 1 + spread), 8 + spread, 8 + spread)
            painter.setBrush(QColor(colors.card))
            painter.setPen(QPen(QColor(colors.accent if pinned else colors.line), 1))
            painter.drawRoundedRect(box, 8, 8)
            if picture is not None:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, picture.width() > _PICTURE)
                room = QRectF(_PADDING, _PADDING, _PICTURE, _PICTURE)
                painter.drawImage(items.fitted(room, picture.width(), picture.height()), picture)
            top = _PADDING - 2
            for place, (line, font, metric) in enumerate(zip(lines, fonts, metrics, strict=True)):
                painter.setFont(font)
                painter.setPen(QColor(colors.dim if place >= len(heading) else colors.text))
                painter.drawText(QPointF(_PADDING + indent, top + metric.ascent()), line)
                top += metric.height() + 2

        around = box.adjusted(-_SHADOW, -_SHADOW, _SHADOW, _SHADOW)
        self._item.setPixmap(items.drawn(around, ratio, draw))


def _broken(line: str, font: QFont, room: float) -> list[str]:
    """The line in parts that have room, broken at spaces."""
    metrics, parts = QFontMetricsF(font), [""]
    for word in line.split(" "):
        longer = f"{parts[-1]} {word}" if parts[-1] else word
        if parts[-1] and metrics.horizontalAdvance(longer) > room:
            parts.append(word)
        else:
            parts[-1] = longer
    return parts


def _place(box: QRectF, beside: QRectF, bounds: QRectF) -> QPointF:
    """To the lower right of the place; where there is no room at the right, below or above it; always inside."""
    right = bounds.right() - _EDGE - box.width()
    x, y = beside.right() + 12, beside.center().y() + 6
    if x > right:
        y = beside.bottom() + 10
        if y + box.height() > bounds.bottom() - _EDGE:
            y = beside.top() - 10 - box.height()
    x = max(bounds.left() + _EDGE, min(x, right))
    y = max(bounds.top() + _EDGE, min(y, bounds.bottom() - _EDGE - box.height()))
    return QPointF(x, y)
