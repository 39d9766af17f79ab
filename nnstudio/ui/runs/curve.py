"""The curves of one run on the shelf: train and test loss over the updates, on a logarithmic axis."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen

from nnstudio.core.shelf.rows import ShelvedRun
from nnstudio.core.sweep.curve import thinned
from nnstudio.core.training.history import COLUMNS, HistoryPrefix
from nnstudio.ui import theme
from nnstudio.ui.explanations.runs import RUNS
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stage.ticks import end_of
from nnstudio.ui.widgets.figures import decimal, grouped, tick

POINTS = 200
_NAMES = ("train", "test")


class RunCurve(Stage):
    """At most so many points of each; each can be read."""

    def __init__(self) -> None:
        tip = "Train and test loss of the run that is chosen. Arrow keys read the points."
        super().__init__("Loss of the run", tip, RUNS["curve"].html("Loss of the run", tip))
        self._rows: HistoryPrefix | None = None
        self.arrange()

    def show_curve(self, run: ShelvedRun | None) -> None:
        """Draw that of this run from now on, to the end; None is none."""
        few = _to_the_end(thinned(run.state.history.rows, POINTS), run) if run is not None else None
        self._rows = few if few is not None and len(few) > 1 else None
        self.explore(None)
        self.arrange()

    def arrange(self) -> None:
        root, rows, colors = self.clear(), self._rows, theme.current()
        self._plot = QRectF()
        if rows is None:
            across = Qt.AlignmentFlag.AlignHCenter
            items.Words(root, self.area.center(), text_font(13), colors.dim, "No curve to show", across)
            return
        columns = [rows.train_loss, rows.test_loss]
        drawn = np.concatenate(columns)
        drawn = drawn[np.isfinite(drawn) & (drawn > 0)]
        low, high = (float(drawn.min()), float(drawn.max())) if len(drawn) else (0.1, 1.0)
        low, high = (low, high) if high > low * 2 else (low / 1.5, high * 1.5)
        room = room_beside([tick(1e-5)])
        self._plot = QRectF(room, 8, self.width() - room - 44 * theme.text_scale(), self.height() - room_below() - 12)
        up = Scale(low, high, self._plot.bottom(), self._plot.top(), True)
        self._across = Scale(0, end_of(float(rows.update[-1])), self._plot.left(), self._plot.right())
        axes = Axis(root, Qt.Edge.LeftEdge, tick), Axis(root, Qt.Edge.BottomEdge, grouped)
        axes[0].show(up, [value for value in up.ticks(5) if low <= value <= high], self._plot, self.ratio)
        ticks = [update for update in self._across.ticks(max(int(self._plot.width() / 70), 2)) if update.is_integer()]
        axes[1].show(self._across, ticks, self._plot, self.ratio, unit="update", right=self.width() - 2, lines=False)
        for name, column, color in zip(_NAMES, columns, (colors.train, colors.test), strict=True):
            there = np.isfinite(column) & (column > 0)
            if not there.any():
                continue
            xs, ys = self._across.places(rows.update[there]), up.places(column[there])
            curve = items.Curve(root, QPen(QColor(color), 2), 1)
            curve.show(xs.tolist(), ys.tolist())
            shift = 7 if name == "train" and abs(ys[-1] - up.at(float(rows.test_loss[-1]))) < 14 else 0
            at = QPointF(self._plot.right() + 6, float(ys[-1]) + shift)
            items.Words(root, at, text_font(12, bold=True), color, name)
        self._reader = items.path(root, QPen(QColor(colors.dim), 1), z=3)

    def places(self) -> tuple[int, int]:
        return (len(self._rows), 1) if self._rows is not None else (0, 0)

    def start(self) -> Spot:
        return Spot(self.places()[0] - 1, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        if self._rows is None or not self._plot.contains(position):
            return None
        wanted = self._across.value(position.x())
        return Spot(int(np.abs(self._rows.update - wanted).argmin()), 0)

    def anchor(self, spot: Spot) -> QRectF:
        if self._rows is None:
            return super().anchor(spot)
        return QRectF(self._across.at(float(self._rows.update[spot.column])) - 1, self._plot.top(), 2, 12)

    def mark(self, spot: Spot | None) -> None:
        if self._rows is None:
            return
        self._reader.setVisible(spot is not None)
        if spot is not None:
            x = self._across.at(float(self._rows.update[spot.column]))
            self._reader.setPath(items.strokes((x, x), (self._plot.top(), self._plot.bottom())))

    def reading(self, spot: Spot) -> Sequence[str]:
        rows, place = self._rows, spot.column
        if rows is None:
            return ()
        losses = (f"{name:<6}{decimal(float(getattr(rows, f'{name}_loss')[place]), 5)}" for name in _NAMES)
        return [f"Update {grouped(rows.update[place])}", *losses]

    def figure(self, spot: Spot) -> float | None:
        return float(self._rows.test_loss[spot.column]) if self._rows is not None else None

    def summary(self) -> str:
        return ", ".join(self.reading(self.start())) if self._rows is not None else "No curve to show."

    def table(self) -> Table | None:
        rows = self._rows
        if rows is None:
            return None
        columns = rows.update.tolist(), rows.train_loss.tolist(), rows.test_loss.tolist()
        return Table("Loss of the run", ("update", *_NAMES), list(zip(*columns, strict=True)))


def _to_the_end(rows: HistoryPrefix, run: ShelvedRun) -> HistoryPrefix:
    """The rows, and how good the run was when it was left, where none of them says so."""
    if not len(rows) or rows.update[-1] >= run.measured_at:
        return rows
    end = {"update": float(run.measured_at), "epoch": float("nan")}
    end |= {name: getattr(run.metrics, name) for name in ("train_loss", "test_loss")}
    return HistoryPrefix(*(np.append(getattr(rows, name), end.get(name, np.nan)) for name in COLUMNS))
