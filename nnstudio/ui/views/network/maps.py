"""One column of heat maps: what each unit answers over the plane, or what it looks for, with what is written on a tile.

The maps of a column are one picture; what lies over them for as long as the column stands (round corners, outlines,
numbers of the units) is another. Biases and values are items of their own, told only when they look different.
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsPixmapItem, QGraphicsRectItem

from nnstudio.core.run.frame import FloatArray
from nnstudio.ui.icons import icon
from nnstudio.ui.stage import items
from nnstudio.ui.stage.atlas import Atlas, colors_of, shades_of
from nnstudio.ui.stage.lettering import mono_font
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import Column
from nnstudio.ui.views.network.links import FADING
from nnstudio.ui.widgets.figures import MISSING, short

ROOMY = 52.0
"""From this size on a tile has room for its number, and for the unit's value."""
_PILL = 44.0
_LEAST_FOR_SIGNS = 28.0
_EDGE = 1.5
"""How far beyond a tile its corners are covered."""


def corner(size: float) -> float:
    """The radius of a tile's corners."""
    return min(8.0, size / 6)


class MapTiles:
    """The tiles of one column.

    numbered: whether each says which unit it is, where there is room; valued: and its answer to the chosen example
    """

    def __init__(
        self,
        parent: QGraphicsItem,
        column: Column,
        ratio: float,
        smooth: bool = True,
        numbered: bool = False,
        valued: bool = False,
    ) -> None:
        self._parent, self._column, self._ratio, self._smooth = parent, column, ratio, smooth
        self._atlas: Atlas | None = None
        self._biases: list[QGraphicsRectItem] = []
        self._bias_shades: list[int] = []
        self._values: list[items.Words] = []
        self._signs: dict[int, str] = {}
        self._sign_items: list[QGraphicsPixmapItem] = []
        roomy = column.tiles[0].width() >= ROOMY
        self._numbered, self._valued = numbered and roomy, valued and roomy
        self._absent: QGraphicsPathItem | None = None
        self._lay_over(ratio)

    @property
    def shows(self) -> bool:
        """Whether there is anything in the tiles."""
        return self._atlas is not None or self._absent is not None

    def show_absent(self) -> None:
        """What was not computed: dashes around nothing, which no one can take for 0."""
        if self._absent is None:
            theme, shape = current(), QPainterPath()
            for tile in self._column.tiles:
                radius = corner(tile.width())
                shape.addRoundedRect(tile.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
            pen = QPen(QColor(theme.dim), 1)
            pen.setDashPattern([3, 3])
            self._absent = items.path(self._parent, pen, QColor(theme.card), z=3.5)
            self._absent.setPath(shape)
            for tile in self._column.tiles if self._column.tiles[0].width() >= _LEAST_FOR_SIGNS else ():
                items.Words(self._absent, tile.center(), mono_font(12), theme.dim, MISSING, _MIDDLE)
        self._absent.show()

    def show_maps(self, values: FloatArray, scale: float | FloatArray) -> bool:
        """Draw these maps (units, rows, columns), of all units of the layer; whether anything looks different."""
        column = self._column
        if self._absent is not None:
            self._absent.hide()
        # A small tile has no use for more values than the screen has pixels.
        step = max(1, int(values.shape[-1] / (column.tiles[0].width() * self._ratio)))
        shown = values[column.first : column.last, ::step, ::step]
        if isinstance(scale, np.ndarray):
            scale = scale[column.first : column.last]
        _, rows, columns = shown.shape
        if self._atlas is None or (self._atlas.rows, self._atlas.columns) != (rows, columns):
            if self._atlas is not None:
                self._atlas.item.scene().removeItem(self._atlas.item)
            self._atlas = Atlas(self._parent, column.tiles, rows, columns, column.across, self._smooth, z=2)
        return self._atlas.fill(shown, scale)

    def show_nothing(self) -> None:
        """Where there is nothing to map: plain tiles."""
        self._atlas = Atlas(self._parent, self._column.tiles, 1, 1, self._column.across, False, z=2)
        self._atlas.fill(np.zeros((len(self._column.tiles), 1, 1)), 1.0)

    def show_biases(self, biases: FloatArray) -> None:
        """A small square at each tile's lower left, coloured by the bias as strongly as a link of that weight."""
        column, theme = self._column, current()
        if not self._biases:
            for tile in column.tiles:
                size = max(4.0, min(13.0, round(tile.width() / 6)))
                inset = 5.0 if self._valued else 0.0
                box = QRectF(tile.left() + inset, tile.bottom() - size - inset, size, size)
                square = items.rectangle(self._parent, box, QColor(theme.zero), z=4)
                square.setPen(QPen(QColor(theme.card), 1))
                self._biases.append(square)
        shown = biases[column.first : column.last].astype(np.float64)
        shades = shades_of(np.copysign(-np.expm1(-np.abs(shown) / FADING), shown), 1.0).tolist()
        before = self._bias_shades or [None] * len(shades)
        self._bias_shades = shades
        for square, shade, last in zip(self._biases, shades, before, strict=True):
            if shade != last:
                square.setBrush(QColor.fromRgb(colors_of(theme)[shade]))

    def show_values(self, values: FloatArray | None, write: Callable[[float], str] = short) -> None:
        """The answer of each unit to the chosen example, where tiles have room for it; None for no example."""
        if not self._valued:
            return
        if not self._values and values is not None:
            font = mono_font(12)
            for tile in self._column.tiles:
                at = _pill(tile).center()
                self._values.append(items.Words(self._parent, at, font, current().text, "", _MIDDLE, 6))
        for place, words in enumerate(self._values):
            words.say("" if values is None else write(float(values[self._column.first + place])))
        self._pills.setVisible(values is not None)

    def show_signs(self, signs: Mapping[int, str]) -> None:
        """Mark units (by their numbers) with an icon at the upper right: a lock, off, or a warning."""
        if signs == self._signs or self._column.tiles[0].width() < _LEAST_FOR_SIGNS:
            return
        self._signs = dict(signs)
        for item in self._sign_items:
            item.scene().removeItem(item)
        self._sign_items = []
        for unit, name in signs.items():
            tile = self._column.tile(unit)
            if tile is not None:
                box = QRectF(tile.right() - 20, tile.top() + 4, 16, 16)
                sign = items.pixmap(self._parent, box.topLeft(), z=6)
                sign.setPixmap(items.drawn(QRectF(0, 0, 16, 16), self._ratio, partial(_draw_sign, name)))
                self._sign_items.append(sign)

    def at(self, place: int) -> QImage | None:
        """The map in a place, to be enlarged."""
        return self._atlas.picture(place) if self._atlas is not None and 0 <= place < self._atlas.count else None

    def _lay_over(self, ratio: float) -> None:
        tiles, theme = self._column.tiles, current()
        first, across = tiles[0], self._column.across
        aside = tiles[1].left() - first.right() if across > 1 and len(tiles) > 1 else _EDGE
        below = tiles[across].top() - first.bottom() if len(tiles) > across else _EDGE
        self._edges = max(_EDGE, aside), max(_EDGE, min(below, aside))
        around = QRectF()
        for tile in tiles:
            around = around.united(tile)
        around = around.adjusted(-_EDGE, -_EDGE, *self._edges)
        over = items.pixmap(self._parent, around.topLeft(), z=3)
        over.setPixmap(items.drawn(around, ratio, self._draw_over))
        shape = QPainterPath()
        for tile in tiles:
            shape.addRoundedRect(_pill(tile), 5, 5)
        self._pills = items.path(self._parent, brush=QColor(theme.card), z=5)
        self._pills.setPath(shape)
        self._pills.setOpacity(0.92)
        self._pills.hide()

    def _draw_over(self, painter: QPainter) -> None:
        theme, tiles = current(), self._column.tiles
        radius = corner(tiles[0].width())
        corners, outlines = QPainterPath(), QPainterPath()
        for tile in tiles:
            whole = QPainterPath()
            whole.addRect(tile.adjusted(-_EDGE, -_EDGE, *self._edges))
            corners.addPath(whole - items.rounded(tile, radius))
            outlines.addRoundedRect(tile.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.fillPath(corners, QColor(theme.card))
        painter.setPen(QPen(QColor(0, 0, 0, 38) if not theme.dark else QColor(255, 255, 255, 30), 1))
        painter.drawPath(outlines)
        if self._numbered:
            self._draw_numbers(painter)

    def _draw_numbers(self, painter: QPainter) -> None:
        theme, font = current(), mono_font(11)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        for place, tile in enumerate(self._column.tiles):
            text = str(self._column.first + place + 1)
            box = QRectF(tile.left() + 4, tile.top() + 4, metrics.horizontalAdvance(text) + 8, metrics.height() + 1)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.card))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor(theme.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _draw_sign(name: str, painter: QPainter) -> None:
    """A sign on a pill of the card's colour, 16 × 16."""
    theme = current()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.card))
    painter.drawRoundedRect(QRectF(0, 0, 16, 16), 4, 4)
    role = "warning_text" if name == "warning" else "text"
    icon(name, role).paint(painter, QRect(2, 2, 12, 12))


_MIDDLE = Qt.AlignmentFlag.AlignHCenter


def _pill(tile: QRectF) -> QRectF:
    """Where a unit's value stands: at the lower right of its tile."""
    return QRectF(tile.right() - 4 - _PILL, tile.bottom() - 5 - 18, _PILL, 18)
