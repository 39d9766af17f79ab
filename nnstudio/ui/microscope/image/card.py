"""An image layer under the microscope: what its window sees, the arithmetic at that place, and the maps it makes.

It stands in the place of the network while a unit of an image layer is unfolded.
"""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.layer_specs import Conv2DSpec
from nnstudio.core.trace.quantity import Index
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase
from nnstudio.ui import theme
from nnstudio.ui.microscope.image.grids import Grid, Pooled, Ring, reach_of
from nnstudio.ui.microscope.image.maps_picture import Maps, MapsPicture
from nnstudio.ui.microscope.image.number_grid import NumberGrid
from nnstudio.ui.microscope.image.places import POOLS, WINDOWED, Places, place_seeing, window_at, within
from nnstudio.ui.microscope.image.pooling_picture import PoolingPicture
from nnstudio.ui.microscope.image.sheets import ImageSheets, place_name
from nnstudio.ui.microscope.image.unit import ImageUnit
from nnstudio.ui.microscope.image.window_picture import STEPS, WindowPicture, slides
from nnstudio.ui.microscope.sheet import at_of
from nnstudio.ui.microscope.walk import Stop, Walk

WIDE = 1000
"""From so many pixels of width on, the pool that comes next has room as well."""
_SIDE, _SIDE_NARROW, _SIDE_LEAST = 224, 150, 72
_APART = 6
_MAP, _MAP_NARROW, _POOL = 168, 128, 112


def shows(trace: Trace, stop: Stop) -> bool:
    """Whether this stop is for an `ImageCard`: a unit of a layer that reads images."""
    if stop.layer is None or stop.unit is None:
        return False
    layer = trace.layers[stop.layer]
    return layer.x.ndim == 3 and not isinstance(layer.spec, DenseSpec)


class ImageCard(QWidget):
    """Shows a unit of an image layer at one place.

    slid: something else of the same unit was asked for; chosen: layer and unit that were clicked
    places: where each layer is looked at; pooling: the picture for the card below
    """

    slid = Signal()
    chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.places = Places()
        self._sheets: ImageSheets | None = None
        self._walk_there: Walk | None = None
        self._index = -1
        self._channel = 0
        self._ring: Ring | None = None
        self.source = WindowPicture()
        self.source.stepped.connect(self.step)
        self.source.dragged.connect(self._drag)
        self.before, self.here, self.hint = QLabel(), QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.serves = QLabel(wordWrap=True)
        self.serves.setProperty("role", "caption")
        self.before.setProperty("role", "strong")
        self.hint.setProperty("role", "caption")
        left = QVBoxLayout()
        left.setSpacing(_APART)
        left.addWidget(self.before, 0, Qt.AlignmentFlag.AlignHCenter)
        for widget in (self.source, self.here, self.hint, self.serves):
            left.addWidget(widget)
        left.addStretch(1)
        self.heading = QLabel()
        self.heading.setProperty("role", "strong")
        self.unit = ImageUnit()
        self.unit.ringed.connect(self._ring_cell)
        self.unit.channel_chosen.connect(self._look_at_channel)
        self.unit.product_chosen.connect(self._look_at_product)
        middle = QVBoxLayout()
        middle.setSpacing(6)
        middle.addWidget(self.heading, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addWidget(self.unit, 1)
        self.maps = MapsPicture()
        self.maps.chosen.connect(lambda unit: self._choose(0, unit))
        self.maps.slid.connect(lambda row, column: self._slide((row, column)))
        self.pooling = PoolingPicture()
        self.after = _Following()
        self.after.maps.slid.connect(lambda row, column: self._slide((row, column), 1))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(left)
        row.addLayout(middle, 1)
        row.addWidget(self.maps)
        row.addWidget(self.after)

    @property
    def title(self) -> QLabel:
        """Which map is looked at."""
        return self.unit.title

    @property
    def rows(self) -> list[QFrame]:
        """The lines of the working, in order."""
        return self.unit.rows

    # What it shows ----------------------------------------------------------------------------------------------------

    def show_stop(self, sheets: ImageSheets, walk: Walk) -> None:
        """The unit at this stop of the walk, at the place that is looked at."""
        self._sheets, self._walk_there = sheets, walk
        index, unit = self._where
        if index != self._index:
            self._index, self._channel, self._ring = index, 0, None
        layer, place = sheets.trace.layers[index], self.place
        sheet = sheets.image(walk.stop, place, self._channel, self._ring)
        self._channel = sheet.channel
        self.unit.show_sheet(sheet)
        self.heading.setText(_named(layer))
        self._show_source(layer, index, sheet.ring if not sheet.slides else None)
        self._show_maps(layer, index, unit)
        self._show_following(index, unit)
        self.pooling.show_pool(self.pooled)

    @property
    def _where(self) -> tuple[int, int]:
        """Layer and unit of the stop."""
        assert self._walk_there is not None
        stop = self._walk_there.stop
        assert stop.layer is not None
        assert stop.unit is not None
        return stop.layer, stop.unit

    @property
    def place(self) -> tuple[int, int]:
        """The place (row, column) of the layer's maps that is looked at."""
        index, unit = self._where
        assert self._sheets is not None
        layers = self._sheets.trace.layers
        layer = layers[index]
        if layer.z.ndim != 3:
            rest = unit % (layer.x.shape[1] * layer.x.shape[2])
            return rest // layer.x.shape[2], rest % layer.x.shape[2]
        at = at_of(layer, unit, self.places.of(layers, index, unit))
        return at[1], at[2]

    def _show_source(self, layer: TracedLayer, index: int, cell: Ring | None) -> None:
        assert self._sheets is not None
        unit, place = self._where[1], self.place
        if layer.z.ndim != 3:
            unit //= layer.x.shape[1] * layer.x.shape[2]
        channel = self._channel if isinstance(layer.spec, Conv2DSpec) else unit
        low, high = float(layer.x.min()), float(layer.x.max())
        ink = index == 0 and low >= 0
        self.source.show_image(layer.x[channel], high if ink else reach_of(layer.x), ink)
        _, rows, columns = layer.x.shape
        size = f"{columns}×{rows}"
        several = layer.x.shape[0] > 1
        before = "Input" if index == 0 else self._sheets.trace.layers[index - 1].name
        self.before.setText(f"{before}, map {channel + 1} · {size}" if several else f"{before} {size}")
        window = window_at(layer, place) if layer.z.ndim == 3 else (*place, 1)
        said = f"{'window' if window[2] > 1 else 'looking'} at {place_name(place)}"
        deed = "drag it" if window[2] > 1 else "click one"
        down, across = layer.z.shape[-2:] if layer.z.ndim == 3 else layer.x.shape[1:]
        self.here.setText(said)
        self.hint.setText(f"of {down} × {across} places; {deed}, or Alt + arrows")
        self.serves.setText(_serves(layer, unit))
        self._fit()
        self.source.show_window(window, cell, f"{said} of {down} × {across} places")

    def _show_maps(self, layer: TracedLayer, index: int, unit: int) -> None:
        walk = self._walk_there
        assert walk is not None
        self.maps.setVisible(layer.z.ndim == 3)
        if layer.z.ndim != 3:
            return
        backward = walk.stop.phase is not Phase.FORWARD and walk.stop.phase is not Phase.LOSS
        phase = Phase.BACKWARD if backward else Phase.FORWARD
        known = tuple(walk.worked_out(phase, index, each) for each in range(len(layer.z)))
        values, letter = (layer.dz, "∂L/∂z") if backward else (layer.a, "a")
        title = f"{'Error of map' if backward else 'Map'} {unit + 1} of {len(layer.z)}"
        self.maps.show_maps(Maps(title, letter, values, known, unit, self.place, reach_of(values)))

    def _show_following(self, index: int, unit: int) -> None:
        sheets, walk = self._sheets, self._walk_there
        assert sheets is not None
        assert walk is not None
        layers = sheets.trace.layers
        grid = (
            sheets.following(index, unit, self.places.of(layers, index + 1, unit)) if index + 1 < len(layers) else None
        )
        self.after.setVisible(grid is not None and self.width() >= WIDE * theme.text_scale())
        if grid is None:
            return
        layer = layers[index + 1]
        known = walk.worked_out(Phase.FORWARD, index + 1, unit)
        at = at_of(layer, unit, self.places.of(layers, index + 1, unit))
        maps = Maps("", "a", layer.a, tuple(known for _ in layer.a), unit, at[1:], reach_of(layer.a))
        if not known:  # what the window sees may be there, and who wins not yet
            seen = walk.worked_out(Phase.FORWARD, index, unit)
            grid = replace(grid, marks={}) if seen else sheets.hidden(grid)
        self.after.show_layer(_named(layer), grid, maps, known)

    @property
    def cards(self) -> tuple[str, ...]:
        """Which cards below have something to say of this layer."""
        pooling, update = self.pooled is not None, self.weight is not None
        return ("In words", *(["Pooling"] if pooling else []), *(["Update"] if update else []))

    @property
    def weight(self) -> tuple[int, str, Index] | None:
        """In the update, the weight of the kernel in the ringed cell: the key of its layer, its array, and where."""
        index, unit = self._where
        assert self._sheets is not None
        layer, ring = self._sheets.trace.layers[index], self.unit.sheet.ring
        updated = self._walk_there is not None and self._walk_there.stop.phase is Phase.UPDATE
        if not updated or not isinstance(layer.spec, Conv2DSpec) or ring is None:
            return None
        return layer.key, "weight", (self._channel, *ring, unit)

    @property
    def pooled(self) -> Pooled | None:
        """What the pool sees that this layer is, or that comes behind it; None without one."""
        sheets, walk = self._sheets, self._walk_there
        if sheets is None or walk is None:
            return None
        index, unit = self._where
        layers = sheets.trace.layers
        own = isinstance(layers[index].spec, POOLS)
        pool = index if own else min(index + 1, len(layers) - 1)
        if not isinstance(layers[pool].spec, POOLS):
            return None
        at = at_of(layers[pool], unit, self.places.of(layers, pool, unit))
        seen = pool == 0 or walk.worked_out(Phase.FORWARD, pool - 1, unit)
        return sheets.pooled(pool, at, seen, walk.worked_out(Phase.FORWARD, pool, unit))

    # Looking elsewhere ------------------------------------------------------------------------------------------------

    def takes(self, event: QKeyEvent) -> bool:
        """Slide, if this key is for that."""
        if slides(event):
            self.step(*STEPS[Qt.Key(event.key())])
        return slides(event)

    def step(self, down: int, across: int) -> None:
        """Slide the window by so many places; at the edges it stops."""
        row, column = self.place
        self._slide((row + down, column + across))

    def _drag(self, row: float, column: float) -> None:
        index, _ = self._where
        assert self._sheets is not None
        layer = self._sheets.trace.layers[index]
        self._slide(place_seeing(layer, row, column) if layer.z.ndim == 3 else (int(row), int(column)))

    def _slide(self, place: Index, ahead: int = 0) -> None:
        index, unit = self._where
        assert self._sheets is not None
        layer = self._sheets.trace.layers[index + ahead]
        if layer.z.ndim != 3:
            _, rows, columns = layer.x.shape
            row, column = min(max(place[0], 0), rows - 1), min(max(place[1], 0), columns - 1)
            there = int(np.ravel_multi_index((unit // (rows * columns), row, column), layer.x.shape))
            if there != unit:
                self.chosen.emit(index, there)
            return
        there = within(layer, place)
        if ahead or there != self.place:
            self.places.slide(index + ahead, there)
            self.slid.emit()

    def _choose(self, ahead: int, unit: int) -> None:
        self.chosen.emit(self._where[0] + ahead, unit)

    def _ring_cell(self, row: int, column: int) -> None:
        if self.unit.sheet.slides:
            self._slide((row, column))
            return
        self._ring = row, column
        if self._walk_there is not None and self._walk_there.stop.phase is Phase.FORWARD:
            self.unit.ring(self._ring)
            window = window_at(self._layer, self.place)
            self.source.show_window(window, self._ring, self.source.accessibleDescription())
        else:  # the sums below are those of this weight
            self.slid.emit()

    @property
    def _layer(self) -> TracedLayer:
        assert self._sheets is not None
        return self._sheets.trace.layers[self._where[0]]

    def _look_at_channel(self, channel: int) -> None:
        self._channel = channel
        self.slid.emit()

    def _look_at_product(self, cell: object) -> None:
        if isinstance(cell, tuple) and len(cell) == 3:
            self._channel, self._ring = cell[0], (cell[1], cell[2])
            self.slid.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The picture as large as the words below it leave room, and what it says of the kernel only where it may."""
        narrow = self.width() < WIDE * theme.text_scale()
        side = _SIDE_NARROW if narrow else _SIDE
        words = self.before.sizeHint().height() + sum(label.heightForWidth(side) for label in (self.here, self.hint))
        room = self.height() - words - 3 * _APART
        self.source.setFixedSize(side, max(min(side, room), _SIDE_LEAST))
        for label in (self.here, self.hint, self.serves):
            label.setFixedWidth(side)
        serves = room - self.source.height() >= self.serves.heightForWidth(side) + _APART
        self.serves.setVisible(bool(self.serves.text()) and serves)
        self.maps.setFixedWidth(_MAP_NARROW if narrow else _MAP)
        self.unit.be_narrow(narrow)

    def sizeHint(self) -> QSize:
        return QSize(1100, 444)

    def minimumSizeHint(self) -> QSize:
        return QSize(620, 330)


class _Following(QWidget):
    """The pool behind: its window here, and the map that it makes."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(_POOL)
        self._title, self._arrow, self._size = QLabel(), QLabel("↓"), QLabel()
        self._title.setProperty("role", "strong")
        self._arrow.setProperty("role", "operator")
        self._size.setProperty("role", "caption")
        self.grid, self.maps = NumberGrid(), MapsPicture(alone=True)
        self.maps.setFixedHeight(_POOL + 26)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        middle = Qt.AlignmentFlag.AlignHCenter
        for widget in (self._title, self.grid, self._arrow):
            column.addWidget(widget, 0, middle)
        column.addWidget(self.maps)
        column.addWidget(self._size)
        column.addStretch(1)

    def show_layer(self, title: str, grid: Grid, maps: Maps, known: bool) -> None:
        """The pool from now on."""
        self._title.setText(title)
        rows, columns = grid.values.shape
        self.grid.show_grid(grid, None, (_POOL - 4) / max(rows, columns))
        self.maps.show_maps(maps)
        self._size.setText(
            f"{maps.values.shape[2]} × {maps.values.shape[1]}, map {maps.unit + 1}" if known else "not computed yet"
        )


def _named(layer: TracedLayer) -> str:
    """A layer with its window and its function."""
    spec, kind = layer.spec, layer.activation
    name = layer.name
    if isinstance(spec, Conv2DSpec):
        name = f"Conv {spec.filters} · {spec.kernel}×{spec.kernel}"
    elif isinstance(spec, WINDOWED):
        name = spec.titles[0]
    return f"{name} · {kind.phrase}" if kind.value != "linear" else name


def _serves(layer: TracedLayer, unit: int) -> str:
    if not isinstance(layer.spec, Conv2DSpec):
        return ""
    weights = layer.arrays["weight"][..., 0].size
    places = layer.z.shape[1] * layer.z.shape[2]
    return f"One kernel of {weights} weights and one bias serve all {places} places of map {unit + 1}."
