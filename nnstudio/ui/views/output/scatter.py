"""The scatter matrix: every pair of the chosen inputs as a small plot of its own, each input's distribution on the
diagonal. It shows what the data are before any network has seen them: which inputs tell the classes apart, and which
say the same.

Its points are a sample of the rows, so that it stays as quick with a million of them.
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainterPath, QPen

from nnstudio.core.run.example import AnyExample, ExampleReading
from nnstudio.core.run.frame import Frame
from nnstudio.core.run.row_sample import sample_rows
from nnstudio.ui import theme
from nnstudio.ui.examples.choosing import ENTER, ExamplesStage, circle
from nnstudio.ui.examples.legend import legend_height
from nnstudio.ui.examples.wording import example_name, target_of
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.output.scatter_drawing import draw_frames, draw_histograms, draw_legend, draw_points
from nnstudio.ui.views.output.scatter_layout import MatrixLayout
from nnstudio.ui.views.output.scatter_rows import ScatterRows, Values
from nnstudio.ui.widgets.figures import counted, decimal

_REACH = 4.0
_RING = 3.5
_EDGE = 2.0


class ScatterStage(ExamplesStage):
    """Its places are the cells: a point in one chooses its example; the rest of the cell, a double click or Enter asks
    for the plane of its pair."""

    pair_chosen = Signal(object)  # (across, upwards), inputs by their numbers

    def __init__(self) -> None:
        super().__init__(
            "Scatter matrix",
            "Each cell is a pair of inputs, each point an example. Click a point to follow it, the cell beside its "
            "points (or double-click) to see what the network answers on that plane.",
            "<b>Scatter matrix</b><p>Row i, column j: xᵢ over xⱼ for each example, in the colour of its class or "
            "value. On the diagonal, how often an input takes which value, class upon class. Of each pair: Pearson's "
            "correlation r = cov(xᵢ, xⱼ) / (σᵢσⱼ).</p><p><b>Example:</b> of irises, petal length and petal width have "
            "r = 0.96: each says almost what the other says.</p><p><b>Source:</b> J. Hartigan, <i>Printer graphics for "
            "clustering</i>, 1975; W. Cleveland, <i>Visualizing Data</i>, 1993, §5.</p>",
        )
        self._rows: ScatterRows | None = None
        self._inputs: tuple[int, ...] = ()
        self._example: ExampleReading | None = None
        self._pointed: int | None = None
        self.arrange()

    def set_inputs(self, inputs: tuple[int, ...]) -> None:
        """Show these inputs, by their numbers, from the next frame on."""
        self._inputs = inputs

    def show_frame(self, frame: Frame) -> None:
        """Draw the rows of this frame's data, if they or the inputs are others, and mark its example."""
        self._example, before = frame.example, self._rows
        if before is None or (before.dataset, before.inputs) != (frame.dataset, self._inputs):
            known = before is not None and before.dataset is frame.dataset
            sample = before.sample if known and before else sample_rows(frame.dataset)
            self._rows, self._pointed = ScatterRows(frame.dataset, sample, self._inputs), None
            self.arrange()
            self.read()
        self.follow(frame)

    # Where things are.

    def full_height(self, width: int) -> int:
        """The height beyond which the picture grows no more in this width."""
        return round(width + self._legend_height() + _EDGE)

    def _legend_height(self) -> float:
        return legend_height(mono_font(11))

    def places(self) -> tuple[int, int]:
        return self._layout.count, self._layout.count

    def start(self) -> Spot:
        return Spot(0, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        return self._layout.spot_at(position)

    def anchor(self, spot: Spot) -> QRectF:
        row = self._row_read()
        cell = self._layout.cell(spot)
        return (
            cell
            if row is None or self._rows is None
            else circle(self._place(self._rows.shares[row], spot), 2).boundingRect()
        )

    def _place(self, shares: Values, spot: Spot) -> QPointF:
        """Where a row of shares (inputs,) lies in a cell."""
        inside = self._layout.inside(spot)
        across, up = float(shares[spot.column]), float(shares[spot.row])
        return QPointF(inside.left() + across * inside.width(), inside.bottom() - up * inside.height())

    def _row_at(self, position: QPointF) -> int | None:
        """The row whose point lies there."""
        spot, rows = self._layout.spot_at(position), self._rows
        if rows is None or spot is None or spot.column == spot.row:
            return None
        inside, (across, up) = self._layout.inside(spot), rows.shares[:, [spot.column, spot.row]].T
        x, y = inside.left() + across * inside.width(), inside.bottom() - up * inside.height()
        distance = np.hypot(x - position.x(), y - position.y())
        return int(distance.argmin()) if distance.min() <= _REACH else None

    # Its examples, and its pairs.

    def example_at(self, position: QPointF) -> AnyExample | None:
        row = self._row_at(position)
        return self._rows.sample.example(row) if row is not None and self._rows is not None else None

    def outline_of(self, chosen: AnyExample) -> QPainterPath | None:
        read, rows = self._example, self._rows
        if rows is None or read is None or read.chosen != chosen:
            return None
        shares, outline = rows.shares_of(read.raw), QPainterPath()
        size = self._layout.cell(Spot(0, 0)).size()
        ring = min(_RING, min(size.width(), size.height()) / 10)
        for spot in self._layout.spots():
            at, inside = self._place(shares, spot), self._layout.inside(spot)
            if spot.column == spot.row:
                outline.moveTo(at.x(), inside.top())
                outline.lineTo(at.x(), inside.bottom())
            else:
                outline.addEllipse(at, ring, ring)
        return outline

    def _open(self, spot: Spot | None) -> bool:
        """Ask for the plane of a pair; False where there is none."""
        if spot is None or spot.column == spot.row:
            return False
        self.pair_chosen.emit((self._inputs[spot.column], self._inputs[spot.row]))
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left, at = event.button() == Qt.MouseButton.LeftButton, event.position()
        if not (left and self._row_at(at) is None and self._open(self.spot_at(at))):
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # Where points leave nothing of a cell free, its plane is two clicks away.
        if not (event.button() == Qt.MouseButton.LeftButton and self._open(self.spot_at(event.position()))):
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        before, self._pointed = self._row_read(), self._row_at(event.position())
        super().mouseMoveEvent(event)
        if before != self._row_read():
            self.read()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in ENTER or not self._open(self.spot):
            super().keyPressEvent(event)

    # What stands there.

    def _row_read(self) -> int | None:
        """The row that the mouse points at; who reads with the keys, reads the cells."""
        return None if self._by_keys else self._pointed

    def reading(self, spot: Spot) -> Sequence[str]:
        rows, row = self._rows, self._row_read()
        if rows is None:
            return ()
        across, up = (rows.names[each] for each in spot)
        if row is not None:
            values = (f"{rows.names[each]} {decimal(float(rows.values[row, each]))}" for each in spot)
            target = target_of(rows.dataset, rows.sample.rows, row)
            return example_name(rows.sample.example(row)), *values, f"target {target}"
        if spot.column == spot.row:
            ends = " … ".join(decimal(float(end(rows.values[:, spot.row]))) for end in (np.min, np.max))
            return across, counted(len(rows.values), "row"), ends, f"mean {decimal(self.figure(spot) or 0.0)}"
        correlation = rows.correlation(*spot)
        known = () if correlation is None else (f"correlation {decimal(correlation, 2)}",)
        return f"{up} over {across}", *known, f"{'Enter' if self._by_keys else 'Click'}: its plane"

    def figure(self, spot: Spot) -> float | None:
        if self._rows is None:
            return None
        diagonal = spot.column == spot.row
        return float(self._rows.values[:, spot.row].mean()) if diagonal else self._rows.correlation(*spot)

    def summary(self) -> str:
        if self._rows is None:
            return "Nothing to see yet."
        rows = f"{counted(len(self._rows.values), 'row')}, {counted(self._layout.count, 'input')}."
        return f"{rows} Arrow keys read the pairs, Enter shows the plane of one."

    def table(self) -> Table | None:
        rows = self._rows
        if rows is None:
            return None
        lines = [
            (example.split.value, example.number, *values, target_of(rows.dataset, rows.sample.rows, row))
            for row, values in enumerate(rows.values.tolist())
            for example in (rows.sample.example(row),)
        ]
        return Table(self.accessibleName(), ("split", "number", *rows.names, "target"), lines)

    def mark(self, spot: Spot | None) -> None:
        row, path = self._row_read(), QPainterPath()
        if spot is not None and row is not None and self._rows is not None:
            path = circle(self._place(self._rows.shares[row], spot), _RING)
        elif spot is not None:
            path = items.rounded(self._layout.cell(spot), 3)
        self._marker.setPath(path)

    # Drawing.

    def arrange(self) -> None:
        root, rows, legend = self.clear(), self._rows, self._legend_height()
        area = self.area.adjusted(_EDGE, _EDGE, -_EDGE, -2 * _EDGE - legend)
        self._layout = MatrixLayout.within(area, rows.names if rows else (), QFontMetricsF(text_font(11)))
        self._marker = items.path(root, QPen(QColor(theme.current().text), 1.5), z=3)
        if rows is not None:
            below = QRectF(area.left(), self.area.bottom() - legend, area.width(), legend)
            draw_frames(root, self._layout, self.ratio)
            draw_histograms(root, self._layout, rows)
            draw_points(root, self._layout, rows, self.ratio)
            draw_legend(root, below, rows.dataset, self.ratio)
        self.show_chosen(self._chosen)

    def sizeHint(self) -> QSize:
        return QSize(290, 310)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 160)
