"""A small matrix as coloured cells with their numbers, one cell ringed."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen

from nnstudio.ui import theme
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.image.grids import Grid, Ring, State
from nnstudio.ui.microscope.sheet import number
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stylesheet import mix

HEAD = 22
"""Height of the line above the cells."""
LEAST, MOST = 5.0, 56.0
_LEGIBLE = 19.0
_GAP = 1.0


class NumberGrid(Stage):
    """Shows a `Grid`. Hovering a cell, or the arrow keys, ring it; with Alt the keys are the window's.

    ringed: the cell that somebody rings (row, column); follows_the_mouse: whether hovering rings, or only a click
    """

    ringed = Signal(int, int)

    def __init__(self) -> None:
        name, tip = "Grid of numbers", "Hover a cell, or use the arrow keys: the same cell is ringed everywhere."
        super().__init__(name, tip, MICROSCOPE[name].html(name, tip))
        self.grid: Grid | None = None
        self.ring: Ring | None = None
        self.follows_the_mouse = True
        self._outline = items.path(self.root)

    def show_grid(self, grid: Grid, ring: Ring | None, side: float, room: float = 0.0) -> None:
        """This one from now on, its cells so many pixels wide; its title may make it as wide as `room`."""
        before, self.grid, self.ring = self.grid, grid, ring
        rows, columns = grid.values.shape
        side = min(max(side, LEAST), MOST)
        self.setAccessibleName(f"{grid.title}, {rows} by {columns}")
        head = round(HEAD * theme.text_scale())
        title, caption = self._heads()
        least = title + caption if title + caption <= room else title
        wide = max(round(columns * side), round(least))
        size = QSize(wide, round(rows * side) + head)
        if before is None or size != self.size() or not before.looks_like(grid):
            with self.drawn_once():
                self.setFixedSize(size)
                self.renew()
            self.setAccessibleDescription(self.summary())
        self.ring_cell(ring)

    def ring_cell(self, ring: Ring | None) -> None:
        """Ring this cell from now on."""
        self.ring = ring
        self._show_outline()
        if ring is not None and self.hasFocus():
            self._spot = Spot(ring[1], ring[0])
            self.read()

    def _heads(self) -> tuple[float, float]:
        """How wide the title and the caption are."""
        grid, scale = self.grid, theme.text_scale()
        if grid is None:
            return 0.0, 0.0
        title = QFontMetricsF(text_font(12, bold=True)).horizontalAdvance(grid.title)
        return title, QFontMetricsF(mono_font(10.5)).horizontalAdvance(grid.heading) + 8 * scale

    # Drawing ----------------------------------------------------------------------------------------------------------

    def arrange(self) -> None:
        root, grid = self.clear(), self.grid
        self._outline = items.path(root, QPen(QColor(theme.current().text), 2), z=3)
        if grid is None:
            return
        colors, head = theme.current(), HEAD * theme.text_scale()
        items.Words(root, QPointF(1, head / 2 - 2), text_font(12, bold=True), colors.text, grid.title)
        if sum(self._heads()) <= self.width() + 1:  # it is in the description as well
            right = QPointF(self.width() - 1, head / 2 - 2)
            items.Words(root, right, mono_font(10.5), colors.dim, grid.heading, Qt.AlignmentFlag.AlignRight)
        picture = items.pixmap(root)
        picture.setPixmap(items.drawn(self.area, self.ratio, self._paint_cells))
        self._show_outline()

    def _paint_cells(self, painter: QPainter) -> None:
        grid = self.grid
        assert grid is not None
        side = self._side()
        painter.setFont(mono_font(min(11.0, side * 0.36 / theme.text_scale())))
        small = text_font(min(10.0, side * 0.27 / theme.text_scale()), bold=True)
        for row, column in ((r, c) for r in range(grid.values.shape[0]) for c in range(grid.values.shape[1])):
            box, state = self.cell((row, column)), grid.state(row, column)
            inside = box.adjusted(_GAP, _GAP, -_GAP, -_GAP) if side > 8 else box
            shade = self._shade(row, column)
            painter.setPen(Qt.PenStyle.NoPen)
            if state in (State.UNKNOWN, State.OUTSIDE):
                pen = QPen(QColor(theme.current().line), 1, Qt.PenStyle.DashLine)
                painter.setPen(pen if state is State.UNKNOWN and side > 8 else Qt.PenStyle.NoPen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
            else:
                painter.setBrush(shade)
            radius = 2.5 if side > 8 else 0
            painter.drawRoundedRect(inside, radius, radius)
            if state is State.DROPPED:
                painter.setBrush(QBrush(QColor(theme.current().dim), Qt.BrushStyle.BDiagPattern))
                painter.drawRoundedRect(inside, radius, radius)
            if side < _LEGIBLE:
                continue
            dim = state in (State.UNKNOWN, State.OUTSIDE) or (grid.text(row, column) == "0" and not grid.ink)
            painter.setPen(QColor(theme.current().dim) if dim else _legible(shade))
            mark = grid.marks.get((row, column), "")
            above = inside.adjusted(0, 0, 0, -0.3 * side) if mark else inside
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, grid.text(row, column))
            if mark:
                font = painter.font()
                painter.setFont(small)
                painter.drawText(inside.adjusted(0, 0.45 * side, 0, -0.06 * side), Qt.AlignmentFlag.AlignCenter, mark)
                painter.setFont(font)

    def _shade(self, row: int, column: int) -> QColor:
        grid, colors = self.grid, theme.current()
        assert grid is not None
        value = float(grid.values[row, column])
        if value != value:
            return QColor(colors.bad)
        share = min(abs(value) / grid.reach, 1.0)
        if grid.ink:
            return QColor(mix(colors.field, colors.text, share))
        return QColor(mix(colors.zero, colors.positive if value > 0 else colors.negative, share))

    def _side(self) -> float:
        assert self.grid is not None
        rows, columns = self.grid.values.shape
        return min(self.width() / columns, (self.height() - HEAD * theme.text_scale()) / rows)

    def cell(self, ring: Ring) -> QRectF:
        """Where a cell (row, column) is drawn."""
        side = self._side()
        return QRectF(ring[1] * side, HEAD * theme.text_scale() + ring[0] * side, side, side)

    def _show_outline(self) -> None:
        ring, grid = self.ring, self.grid
        there = ring is not None and grid is not None and ring[0] < len(grid.values) and ring[1] < grid.values.shape[1]
        self._outline.setVisible(there)
        if ring is not None and there:
            self._outline.setPath(items.rounded(self.cell(ring).adjusted(0.5, 0.5, -0.5, -0.5), 3))

    # Exploring --------------------------------------------------------------------------------------------------------

    def places(self) -> tuple[int, int]:
        return (0, 0) if self.grid is None else (self.grid.values.shape[1], self.grid.values.shape[0])

    def start(self) -> Spot:
        return Spot(self.ring[1], self.ring[0]) if self.ring is not None else Spot(0, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        columns, rows = self.places()
        if not columns:
            return None
        side = self._side()
        column, row = int(position.x() // side), int((position.y() - HEAD * theme.text_scale()) // side)
        return Spot(column, row) if 0 <= column < columns and 0 <= row < rows else None

    def anchor(self, spot: Spot) -> QRectF:
        return self.cell((spot.row, spot.column))

    def reading(self, spot: Spot) -> list[str]:
        grid = self.grid
        if grid is None:
            return []
        heading = f"{grid.title}, row {spot.row + 1}, column {spot.column + 1}"
        name, mark = grid.name(spot.row, spot.column), grid.marks.get((spot.row, spot.column), "")
        match grid.state(spot.row, spot.column):
            case State.UNKNOWN:
                return [heading, name, "not computed yet"]
            case State.OUTSIDE:
                return [heading, "outside the image: 0"]
            case State.DROPPED:
                return [heading, name, "dropped"]
            case _:
                value = number(float(grid.values[spot.row, spot.column]))
                return [heading, f"{name} = {value}", *([mark] if mark else [])]

    def figure(self, spot: Spot) -> float | None:
        grid = self.grid
        known = grid is not None and grid.state(spot.row, spot.column) is State.KNOWN
        return float(grid.values[spot.row, spot.column]) if known and grid is not None else None

    def explore(self, spot: Spot | None) -> None:
        moved = spot is not None and spot != self._spot
        super().explore(spot)
        if spot is not None and moved and (self._by_keys or self.follows_the_mouse):
            self._move_ring(spot)

    def read(self) -> None:
        """What is read is in the tooltip: a bubble would lie over the cells."""
        spot = self.spot
        self.spoken.select(spot if self._by_keys else None)
        if spot is not None:
            self.setToolTip("\n".join(self.reading(spot)))

    def _move_ring(self, spot: Spot) -> None:
        if (spot.row, spot.column) != self.ring:
            self.ring_cell((spot.row, spot.column))
            self.ringed.emit(spot.row, spot.column)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.grid is not None and event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self._by_keys = True
            self.explore(self.start())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.AltModifier or event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        if spot is not None and event.button() is Qt.MouseButton.LeftButton:
            self._move_ring(spot)
        event.accept()

    def summary(self) -> str:
        """Row by row."""
        grid = self.grid
        if grid is None:
            return ""
        if grid.values.size > 225:
            return f"{grid.title}, {grid.caption}"
        rows, columns = grid.values.shape
        lines = [
            f"row {row + 1}: " + ", ".join(self._said(row, column) for column in range(columns)) for row in range(rows)
        ]
        return f"{grid.title}, {grid.caption}; " + "; ".join(lines)

    def _said(self, row: int, column: int) -> str:
        grid = self.grid
        assert grid is not None
        match grid.state(row, column):
            case State.UNKNOWN:
                return "not computed yet"
            case State.OUTSIDE:
                return "outside"
            case State.DROPPED:
                return "dropped"
            case _:
                mark = grid.marks.get((row, column), "")
                return f"{number(float(grid.values[row, column]))}{' ' + mark if mark else ''}"

    def table(self) -> Table | None:
        grid = self.grid
        if grid is None:
            return None
        headers = ["row", *(str(column + 1) for column in range(grid.values.shape[1]))]
        return Table(grid.title, headers, [[row + 1, *map(float, line)] for row, line in enumerate(grid.values)])

    def sizeHint(self) -> QSize:
        return QSize(140, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(20, 30)


def _legible(ground: QColor) -> QColor:
    """Dark on light, light on dark."""
    luminance = 0.299 * ground.redF() + 0.587 * ground.greenF() + 0.114 * ground.blueF()
    return QColor("#12151a") if luminance > 0.52 else QColor("#f4f6f8")
