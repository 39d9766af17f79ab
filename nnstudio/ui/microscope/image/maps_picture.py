"""The map that a unit makes, with the place that is looked at, and below it those of the other units of its layer."""

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPen, QPixmap

from nnstudio.core.array import Array
from nnstudio.core.trace.quantity import Index
from nnstudio.ui import theme
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.image.map_images import map_image
from nnstudio.ui.microscope.sheet import number
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage

_SMALL, _GAP, _LINE = 48.0, 8.0, 17.0
_TOP = 20.0


@dataclass(frozen=True, slots=True)
class Maps:
    """values (units, rows, columns): what all maps of a layer hold; known: of which units they have been computed

    unit, place: which one is looked at, and where; letter: what its numbers are called; reach: the |value| of full
    colour
    """

    title: str
    letter: str
    values: Array = field(compare=False)
    known: tuple[bool, ...]
    unit: int
    place: Index
    reach: float


class MapsPicture(Stage):
    """Shows `Maps`.

    chosen: another unit that was clicked; slid: the place (row, column) of the large map that was clicked or dragged to
    """

    chosen = Signal(int)
    slid = Signal(int, int)

    def __init__(self, alone: bool = False) -> None:
        """`alone`: whether only the large map is drawn."""
        name, tip = "Maps of this layer", "Click a map to look at it; click or drag on the large one for another place."
        super().__init__(name, tip, MICROSCOPE[name].html(name, tip))
        self.maps: Maps | None = None
        self._alone = alone
        self._small: list[tuple[int, QRectF]] = []
        self._mark = items.path(self.root)
        self._words: list[items.Words] = []

    def show_maps(self, maps: Maps) -> None:
        """These from now on; only what is not the same as before is drawn anew."""
        before, self.maps = self.maps, maps
        if before is not None and before.values is maps.values and replace(before, place=maps.place) == maps:
            self._show_place()
        else:
            self.renew()
        self.setAccessibleDescription(self.summary())

    # Drawing ----------------------------------------------------------------------------------------------------------

    def arrange(self) -> None:
        root, maps, colors = self.clear(), self.maps, theme.current()
        self._small, self._words = [], []
        self._mark = items.path(root, QPen(QColor(colors.text), 2), z=3)
        if maps is None:
            return
        font = text_font(12.5, bold=True)
        title = self._fitting(font, maps.title, maps.title.rsplit(" of ", 1)[0])
        items.Words(root, QPointF(0, 9 * theme.text_scale()), font, colors.text, title)
        self._map(maps.unit, self.box)
        below = self.box.bottom() + 12
        self._words = [items.Words(root, QPointF(0, below), text_font(12), colors.text)]
        if maps.known[maps.unit] and not self._alone:
            ends = f"{number(min(0.0, float(maps.values.min())))} … {number(float(maps.values.max()))}"
            font = mono_font(10.5)
            scale = self._fitting(font, f"scale {ends}", ends)
            items.Words(root, QPointF(0, below + _LINE), font, colors.dim, scale)
        if not self._alone:
            self._others(below + 2 * _LINE + 4)
        self._show_place()

    def _others(self, top: float) -> None:
        maps, colors = self.maps, theme.current()
        assert maps is not None
        others = [unit for unit in range(len(maps.values)) if unit != maps.unit]
        rows, columns = maps.values.shape[1:]
        across = max(int((self.width() + _GAP) // (_SMALL + _GAP)), 1)
        side = (self.width() + _GAP) / across - _GAP
        size = QSize(round(side), round(side * rows / columns))
        step = size.height() + 16
        if not others or top + 16 + step > self.height():
            return
        items.Words(self.root, QPointF(0, top), text_font(11), colors.dim, "the other maps")
        room = across * max(int((self.height() - top - 10) // step), 1)
        for place, unit in enumerate(others[:room]):
            x, y = (place % across) * (side + _GAP), top + 12 + (place // across) * step
            box = QRectF(x, y, size.width(), size.height())
            if place == room - 1 and len(others) > room:
                rest = f"+ {len(others) - room + 1} more"
                items.Words(self.root, box.center(), text_font(11), colors.dim, rest, Qt.AlignmentFlag.AlignHCenter)
                break
            self._map(unit, box)
            self._small.append((unit, box))
            at = QPointF(box.center().x(), box.bottom() + 7)
            items.Words(self.root, at, text_font(10.5), colors.dim, str(unit + 1), Qt.AlignmentFlag.AlignHCenter)

    def _map(self, unit: int, box: QRectF) -> None:
        maps, colors = self.maps, theme.current()
        assert maps is not None
        if not maps.known[unit]:
            dashed = QPen(QColor(colors.dim), 1, Qt.PenStyle.DashLine)
            items.path(self.root, dashed).setPath(items.rounded(box.adjusted(1, 1, -1, -1), 4))
            items.Words(self.root, box.center(), mono_font(13), colors.dim, "–", Qt.AlignmentFlag.AlignHCenter)
            return
        size = QSize(max(round(box.width() * self.ratio), 1), max(round(box.height() * self.ratio), 1))
        pixels = QPixmap.fromImage(map_image(maps.values[unit], maps.reach).scaled(size))
        pixels.setDevicePixelRatio(self.ratio)
        items.pixmap(self.root, box.topLeft()).setPixmap(pixels)

    @property
    def box(self) -> QRectF:
        """Where the large map is drawn."""
        if self.maps is None:
            return self.area
        rows, columns = self.maps.values.shape[1:]
        top = 1.0 if self._alone else _TOP
        side = min(self.width() / columns, max(self.height() - top - 40, 40.0) / rows)
        return QRectF(0, top, columns * side, rows * side)

    def cell(self, place: Index) -> QRectF:
        """Where a place of the large map is drawn."""
        assert self.maps is not None
        box = self.box
        side = box.width() / self.maps.values.shape[2]
        return QRectF(box.left() + place[1] * side, box.top() + place[0] * side, side, side)

    def _show_place(self) -> None:
        maps = self.maps
        if maps is None or not self._words:
            return
        self._mark.setVisible(maps.known[maps.unit])
        cell = self.cell(maps.place)
        grown = max(0.0, (11 - cell.width()) / 2)
        self._mark.setPath(items.rounded(cell.adjusted(-grown, -grown, grown, grown), 2))
        self._words[0].say(self._fitting(text_font(12), self._here, self._here.removesuffix(" here")))

    def _fitting(self, font: QFont, *texts: str) -> str:
        """The first of them that fits, or as much as there is room for."""
        metrics, width = QFontMetricsF(font), float(self.width())
        fits = [text for text in texts if metrics.horizontalAdvance(text) + 2 <= width]
        return fits[0] if fits else metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, width - 2)

    @property
    def _here(self) -> str:
        maps = self.maps
        assert maps is not None
        if not maps.known[maps.unit]:
            return f"{maps.letter} –"
        return f"{maps.letter} = {number(float(maps.values[(maps.unit, *maps.place)]))} here"

    # Exploring --------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        unit = next((unit for unit, box in self._small if box.contains(event.position())), None)
        if unit is not None:
            self.chosen.emit(unit)
        else:
            self._drag(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event.position())
        super().mouseMoveEvent(event)

    def _drag(self, position: QPointF) -> None:
        spot = self.spot_at(position)
        if spot is not None:
            self.slid.emit(spot.row, spot.column)

    def small(self, unit: int) -> QRectF | None:
        """Where another map is drawn."""
        return next((box for shown, box in self._small if shown == unit), None)

    def places(self) -> tuple[int, int]:
        maps = self.maps
        if maps is None or not maps.known[maps.unit]:
            return 0, 0
        return maps.values.shape[2], maps.values.shape[1]

    def start(self) -> Spot:
        return Spot(self.maps.place[1], self.maps.place[0]) if self.maps is not None else Spot(0, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        if self.maps is None or not self.box.contains(position):
            return None
        box, columns = self.box, self.maps.values.shape[2]
        side = box.width() / columns
        row, column = int((position.y() - box.top()) // side), int((position.x() - box.left()) // side)
        inside = row < self.maps.values.shape[1] and column < columns
        return Spot(column, row) if inside else None

    def anchor(self, spot: Spot) -> QRectF:
        return self.cell((spot.row, spot.column))

    def reading(self, spot: Spot) -> list[str]:
        maps = self.maps
        if maps is None or not maps.known[maps.unit]:
            return []
        value = number(float(maps.values[maps.unit, spot.row, spot.column]))
        return [f"row {spot.row + 1}, column {spot.column + 1}", f"{maps.letter} = {value}"]

    def figure(self, spot: Spot) -> float | None:
        maps = self.maps
        if maps is None or not maps.known[maps.unit]:
            return None
        return float(maps.values[maps.unit, spot.row, spot.column])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def summary(self) -> str:
        maps = self.maps
        if maps is None:
            return ""
        if not maps.known[maps.unit]:
            return f"{maps.title}: not computed yet"
        return f"{maps.title}: {self._here}, row {maps.place[0] + 1}, column {maps.place[1] + 1}"

    def sizeHint(self) -> QSize:
        return QSize(168, 380)

    def minimumSizeHint(self) -> QSize:
        return QSize(90, 120)
