"""The loss curves, from the first update to the last: to be read row by row, and to be zoomed into."""

from collections.abc import Sequence

import numpy as np
from pyqtgraph import GraphicsScene
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGraphicsView

from nnstudio.core.run.frame import Frame
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.state import Mark
from nnstudio.core.training.trainer import TRAINING_EXAMPLES_EVALUATED
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stage.ticks import end_of
from nnstudio.ui.views.loss.curves import HINT, Line, columns_of, edited_where_measured, has_curve, lines_of, to_the_end
from nnstudio.ui.views.loss.extent import Extent, loss_range, rested
from nnstudio.ui.views.loss.ghost import Ghost
from nnstudio.ui.views.loss.pane import Pane
from nnstudio.ui.views.loss.picture import LossPicture
from nnstudio.ui.views.loss.thinning import Column
from nnstudio.ui.widgets.figures import MISSING, decimal, grouped

_DIGITS = 5
_PIXELS_A_POINT = 2.0
_PIXELS_A_DOT = 28.0
_NOTCH = 0.8
"""One key shows this part of the updates that were in sight."""
_REACH = 5.0
"""How far, in pixels, the pointer is drawn to a row at which everything was measured."""
_ZOOM = {Qt.Key.Key_Plus: _NOTCH, Qt.Key.Key_Equal: _NOTCH, Qt.Key.Key_Minus: 1 / _NOTCH}
_ALL = Qt.Key.Key_0
_VISIT = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LossChart(Stage):
    """Curves over axes. The wheel and + − zoom in time, dragging moves, a double click and 0 show all again."""

    curves_changed = Signal()
    """There are other curves than before."""
    visit_wanted = Signal(int)
    """Somebody wants to see the run at this update."""
    run_wanted = Signal(int)
    """Somebody wants the run of the shelf with this key."""

    def __init__(self) -> None:
        super().__init__(
            "Loss curves",
            "How wrong the network is, update by update. A click shows the run at that update, the wheel looks closer.",
            "<b>Loss</b><p>L = 1/n Σ ℓ(yᵢ, ŷᵢ), the mean of what each example costs: over the training examples (of "
            "very many, over a sample spread evenly), over the validation examples, if any, over the test examples, "
            "and pale behind them over each mini-batch before its update.</p><p>The penalty λ₁/N Σ|w| + λ₂/2N Σw² "
            "comes on top and has a dashed line. When train falls and test rises, the network learns by heart. A "
            "dotted line stands where the network or the data were edited.</p>"
            "<p>Grey behind them lies the test loss of the last run; a click on it opens that run.</p>"
            "<p>Click or Enter: the run as it was then. Wheel or + −: look closer. Drag: move. Double click or 0: all "
            "again.</p>"
            "<p><b>Example:</b> three examples that cost 0.2, 0.3 and 0.7 make a loss of 0.4.</p>"
            "<p><b>Source:</b> Goodfellow, Bengio, Courville: Deep Learning, 2016, chapters 5.2 and 8.1.</p>",
            scene=GraphicsScene(),
        )
        self.pane = Pane()
        self.pane.box.sigRangeChangedManually.connect(self._looked)
        self._history: HistoryPrefix | None = None
        self._marks: tuple[Mark, ...] = ()
        self._shown: object = None
        self._measured: tuple[tuple[int, int], Metrics | None] = (-1, 0), None
        self._run = -1
        self._extent: Extent | None = None
        self._sample, self._exact = "", -1.0
        self._logarithmic = True
        self._time: float | None = None
        self._pressed: QPointF | None = None
        self._clicked_at = QPointF()
        self._click = QTimer(self, singleShot=True)
        self._click.timeout.connect(self._visit)
        self.lines: dict[str, Line] = {}
        self._ghost: Ghost | None = None
        self.arrange()

    def show_history(self, frame: Frame, examples: int) -> None:
        """Draw the history of this frame's run, which trains on so many examples, and the moment that is shown."""
        self.show_time(float(frame.updates) if frame.visit is not None else None)
        history = self._up_to_now(frame)
        last = history.update[-1:].tobytes(), history.train_loss[-1:].tobytes()
        run, _ = frame.now
        shown = run, len(history), last, frame.marks, examples
        if shown == self._shown:
            return
        if run != self._run:
            self._run, self.pane.closer, self._extent = run, False, None
        several = examples > TRAINING_EXAMPLES_EVALUATED
        self._sample = f"{grouped(TRAINING_EXAMPLES_EVALUATED)} of {grouped(examples)}" if several else ""
        self._exact = -1.0 if frame.metrics.sampled else float(frame.measured_at)
        self._shown, self._marks = shown, frame.marks
        self._history = history if has_curve(history) else None
        self._draw()
        self.read()

    def _up_to_now(self, frame: Frame) -> HistoryPrefix:
        """The history to where the network stands. What an edit made of the loss is no point of the curve, which goes
        on to where it stood before."""
        if frame.visit is not None:
            return frame.history
        place = frame.measured_at, len(frame.history)
        if not edited_where_measured(frame):
            self._measured = place, frame.metrics
        before, metrics = self._measured
        return to_the_end(frame, metrics) if before == place and metrics is not None else frame.history

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Whether equal steps upwards are equal ratios."""
        self._logarithmic = logarithmic
        self._draw()
        self.read()

    def show_ghost(self, ghost: Ghost | None) -> None:
        """Draw this run behind the present one."""
        self._ghost, self._extent = ghost, None
        self._draw()
        self.read()

    def show_time(self, update: float | None) -> None:
        """A line at the update that everything else shows now; None for none."""
        if update != self._time:
            self._time = update
            self.picture.show_time(update)

    # Drawing.

    def arrange(self) -> None:
        self.pane.item.setParentItem(None)  # type: ignore[arg-type]  # it outlives the picture
        root = self.clear()
        middle, across = self.area.center(), Qt.AlignmentFlag.AlignHCenter
        self._hint = items.Words(root, middle, text_font(13), theme.current().dim, HINT, across)
        self.picture = LossPicture(root, self.size(), self.ratio, self.pane)
        self.picture.show_time(self._time)
        self._draw()

    def _draw(self) -> None:
        """Curves, axes and names for what there is now."""
        history, ghost, names = self._history, self._ghost, set(self.lines)
        rows = history if history is not None else ghost.rows if ghost is not None and len(ghost.rows) else None
        self._hint.item.setVisible(history is None)
        self.picture.set_visible(rows is not None)
        self.lines = {}
        if rows is not None:
            (start, end), width = self.pane.cover(end_of(float(rows.update[-1]))), self.picture.plot.width()
            columns, dots = max(int(width / _PIXELS_A_POINT), 30), max(int(width / _PIXELS_A_DOT), 4)
            if history is not None:
                self.lines = lines_of(history, start, end, columns, self._logarithmic, dots)
            behind = ghost.line(start, end, columns, self._logarithmic) if ghost is not None else None
            seen = self.lines if behind is None else {**self.lines, "ghost": behind}
            low, high = loss_range(seen, self._logarithmic, not self.pane.closer)
            wanted = Extent(start, end, low, high, self._logarithmic)
            self._extent = wanted if self.pane.closer else rested(self._extent, wanted)
            picture, marks = self.picture, self._marks if history is not None else ()
            picture.draw(self.lines, self._extent, marks)
            picture.ghost.show(ghost, behind, picture.across, picture.up, picture.plot)
        if names != set(self.lines):
            self.curves_changed.emit()

    def mark(self, spot: Spot | None) -> None:
        """A line at the row that is read, with a dot on each curve that was measured there."""
        history = self._history
        if spot is None or history is None:
            self.picture.leave_row()
        else:
            row, columns = spot.column, columns_of(history)
            values = {name: float(columns[name][row]) for name in columns if name in self.lines}
            self.picture.show_row(float(history.update[row]), values)

    # Looking closer.

    def _looked(self) -> None:
        """The view box was zoomed or moved by hand."""
        self.pane.looked()
        self._draw()
        self.read()

    def show_all(self) -> None:
        """All updates in sight."""
        self.pane.closer = False
        self._draw()
        self.read()

    def wheelEvent(self, event: QWheelEvent) -> None:
        QGraphicsView.wheelEvent(self, event)  # to the view box

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        QGraphicsView.mouseMoveEvent(self, event)  # to the view box
        if event.buttons():
            self.explore(None)
            return
        super().mouseMoveEvent(event)
        if self.spot is not None:
            self.picture.show_level(event.position().y())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._pressed = event.position() if event.button() is Qt.MouseButton.LeftButton else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None and (event.position() - pressed).manhattanLength() < QApplication.startDragDistance():
            self._clicked_at = pressed
            # Where a double click would show all again, a click waits for the second one.
            self._click.start(QApplication.doubleClickInterval() if self.pane.closer else 0)

    def _visit(self) -> None:
        """The row that was clicked, or an edit that is as near; on the line of the last run, that run."""
        if key := self.picture.ghost.key_at(self._clicked_at):
            self.run_wanted.emit(key)
            return
        spot = self.spot_at(self._clicked_at)
        if spot is not None and self._history is not None:
            update = float(self._history.update[spot.column])
            marks = self._marks_near(self.picture.across.value(self._clicked_at.x()))
            self.visit_wanted.emit(marks[-1].updates if marks else round(update))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._click.stop()
        self.show_all()

    def claims(self, event: QKeyEvent) -> bool:
        visits = event.key() in _VISIT and self.spot is not None
        return super().claims(event) or visits or (event.key() in (*_ZOOM, _ALL) and self._history is not None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        spot, history = self.spot, self._history
        if event.key() == _ALL:
            self.show_all()
        elif event.key() in _VISIT and spot is not None and history is not None:
            self.visit_wanted.emit(round(float(history.update[spot.column])))
        elif event.key() in _ZOOM and history is not None:
            self.pane.zoom(_ZOOM[Qt.Key(event.key())], float(history.update[spot.column]) if spot else None)
            self._looked()
        else:
            super().keyPressEvent(event)

    # Exploring.

    def explore(self, spot: Spot | None) -> None:
        self.picture.level.hide()
        if spot and self.pane.closer and self._history is not None:
            self.pane.reach(float(self._history.update[spot.column]))
            self._draw()
        super().explore(spot)

    def places(self) -> tuple[int, int]:
        return (len(self._history), 1) if self._history is not None else (0, 0)

    def start(self) -> Spot:
        return Spot(self.places()[0] - 1, 0)

    def stride(self) -> int:
        return max(self.places()[0] // 200, 1)

    def spot_at(self, position: QPointF) -> Spot | None:
        history = self._history
        if history is None or not self.picture.plot.adjusted(-4, -8, 8, 8).contains(position):
            return None
        wanted = self.picture.across.value(position.x())
        measured = np.flatnonzero(np.isfinite(history.train_loss))
        if len(measured):
            row = int(measured[_nearest(history.update[measured], wanted)])
            if abs(self.picture.across.at(float(history.update[row])) - position.x()) <= _REACH:
                return Spot(row, 0)
        return Spot(_nearest(history.update, wanted), 0)

    def anchor(self, spot: Spot) -> QRectF:
        if self._history is None:
            return super().anchor(spot)
        x = self.picture.across.at(float(self._history.update[spot.column]))
        return QRectF(x - 1, self.picture.plot.top(), 2, 12)

    def reading(self, spot: Spot) -> Sequence[str]:
        history, row = self._history, spot.column
        if history is None:
            return ()
        lines = [f"Update {grouped(history.update[row])}, epoch {history.epoch[row]:.2f}"]
        columns = {name: column for name, column in columns_of(history).items() if name in self.lines}
        order = [name for name in ("train", "validation", "test", "penalty") if name in columns]
        lines += [f"{name:<11}{self._last(columns[name], row)}" for name in order]
        if np.isfinite(history.batch_loss[row]):
            lines.append(f"{'mini-batch':<11}{decimal(float(history.batch_loss[row]), _DIGITS)}")
        if self._sample and history.update[row] != self._exact:
            lines.append(f"train: {self._sample} examples")
        before = self._ghost.at(float(history.update[row])) if self._ghost is not None else None
        if before is not None:
            lines.append(f"{'last run':<11}{decimal(before, _DIGITS)}")
        lines += [f"edited here: {mark}" for mark in self._marks_near(float(history.update[row]))]
        return lines

    def figure(self, spot: Spot) -> float | None:
        history = self._history
        return float(history.batch_loss[spot.column]) if history is not None else None

    def _marks_near(self, update: float) -> list[Mark]:
        """The edits as near to an update as a pointer can tell."""
        x = self.picture.across.at(update)
        return [mark for mark in self._marks if abs(self.picture.across.at(mark.updates) - x) <= _REACH]

    def _last(self, column: Column, row: int) -> str:
        """The value at this row, or the last one before it with its update."""
        before = np.flatnonzero(np.isfinite(column[: row + 1]))
        if self._history is None or not len(before):
            return MISSING
        last = int(before[-1])
        when = "" if last == row else f" (at {grouped(self._history.update[last])})"
        return decimal(float(column[last]), _DIGITS) + when

    def table(self) -> Table | None:
        history = self._history
        if history is None:
            return None
        columns = {"update": history.update, "epoch": history.epoch, **columns_of(history)}
        columns |= {"mini-batch": history.batch_loss, "learning rate": history.learning_rate}
        return Table("Loss", tuple(columns), list(zip(*(c.tolist() for c in columns.values()), strict=True)))

    def summary(self) -> str:
        if self._history is None:
            return HINT
        return f"{', '.join(self.reading(self.start()))}. Arrow keys read earlier updates."


def _nearest(column: Column, value: float) -> int:
    """The row of a rising column that lies nearest to a value."""
    row = int(np.searchsorted(column, value))
    if row == 0 or row == len(column):
        return max(row - 1, 0)
    return row if column[row] - value < value - column[row - 1] else row - 1
