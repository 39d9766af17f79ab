"""The last column of a network that looks at images: how sure it is of each class, with a ring around the truth."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.run.frame import FloatArray
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import Column

_LABEL, _LARGEST = 20.0, 0.58
"""Pixels of a name at least, and how much of the row it may take."""
_LEAST = 0.005
_STEP = _LEAST / 4
_APART = 5.0


class Answers:
    """A row for each class: its name, a bar for its probability."""

    def __init__(self, parent: QGraphicsItem, column: Column, names: Sequence[str]) -> None:
        theme = current()
        self._bars: list[QRectF] = []
        self._shown: list[tuple[int, bool] | None] = [None] * len(column.tiles)
        self._fills = [items.path(parent, z=3) for _ in column.tiles]
        font = mono_font(13)
        metrics = QFontMetricsF(font)
        room = max(_LABEL, min(max(map(metrics.horizontalAdvance, names)) + 4, _LARGEST * column.tiles[0].width()))
        self._label = room
        middle = Qt.AlignmentFlag.AlignHCenter
        tracks = items.path(parent, brush=QColor(theme.field), z=2)
        shape = tracks.path()
        self._percents: list[items.Words] = []
        self._labels: list[items.Words] = []
        for row, name in zip(column.tiles, names, strict=True):
            high = min(20.0, row.height() * 0.62)
            bar = QRectF(row.left() + room + 8, row.center().y() - high / 2, row.width() - room - 8, high)
            shape.addRoundedRect(bar, 4, 4)
            self._bars.append(bar)
            at = QPointF(row.left() + room / 2, row.center().y())
            short = metrics.elidedText(name, items.RIGHT_END, room)
            self._labels.append(items.Words(parent, at, font, theme.dim, short, middle, 4))
            self._percents.append(items.Words(parent, bar.center(), mono_font(11), theme.text, z=4))
        tracks.setPath(shape)
        # Without the unit, a number has room behind its bar or on it in narrow columns, too.
        room = 2 * (QFontMetricsF(mono_font(11)).horizontalAdvance("88\u00a0%") + 2 * _APART)
        self._unit = "\u00a0%" if self._bars[0].width() >= room else ""
        self._ring = items.path(parent, QPen(QColor(theme.text), 1.5), z=4)
        self._truth: int | None = -1

    def show(self, probabilities: FloatArray | None, truth: int | None) -> None:
        """Show how sure the network is of each class, and which is true where that is known."""
        theme = current()
        if truth is None:
            self._truth = truth
            self._ring.setPath(QPainterPath())
        elif truth != self._truth and 0 <= truth < len(self._bars):
            self._truth = truth
            center = QPointF(self._bars[truth].left() - 8 - self._label / 2, self._bars[truth].center().y())
            wide = self._labels[truth].item.boundingRect().width() + 12 if self._label > _LABEL else _LABEL
            ring = QRectF(center.x() - wide / 2, center.y() - 10, wide, 20)
            self._ring.setPath(items.rounded(ring, 10))
        if probabilities is None:
            return
        shares = probabilities.tolist()
        finite = [share for share in shares if math.isfinite(share)]
        best = max(finite, default=0.0)
        for place, (bar, share) in enumerate(zip(self._bars, shares, strict=True)):
            known = math.isfinite(share)
            shown = round(max(-1.0, min(share, 1.0)) / _STEP) if known else -1, share == best
            if shown == self._shown[place]:
                continue
            self._shown[place] = shown
            length = max(3.0, bar.width() * min(share, 1.0)) if known else bar.width()
            weaker = mix(theme.field, theme.positive, 0.55)
            self._fills[place].setBrush(QColor(theme.bad if not known else theme.positive if share == best else weaker))
            filled = QRectF(bar.left(), bar.top(), length, bar.height())
            self._fills[place].setPath(items.rounded(filled, min(4.0, length / 2)))
            self._write(place, round(100 * share) if known and share >= _LEAST else None, length, share == best)

    def _write(self, place: int, percent: int | None, length: float, best: bool) -> None:
        """The number: behind its bar while there is room, else on it."""
        theme, words, bar = current(), self._percents[place], self._bars[place]
        words.say("" if percent is None else f"{percent}{self._unit}")
        inside = length + _APART + words.item.boundingRect().width() > bar.width()
        words.move(QPointF(bar.left() + (0 if inside else length) + _APART, bar.center().y()))
        words.item.setBrush(QColor(theme.on_accent if inside and best else theme.text))
