"""The loss of every run that is compared, over each other, each in its own colour and with its name at its end."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainterPath, QPen

from nnstudio.core.run.frame import Frame
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.core.training.state import Mark
from nnstudio.ui import theme
from nnstudio.ui.explanations.compare import COMPARE
from nnstudio.ui.runs.badge import LETTERS, badge_color, mark_path
from nnstudio.ui.runs.compare.comparison import Comparison
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stage.ticks import end_of
from nnstudio.ui.views.loss.curves import HINT, Line, has_curve, measured_line
from nnstudio.ui.views.loss.ends import Ends, room_for
from nnstudio.ui.views.loss.extent import Extent, loss_range
from nnstudio.ui.views.loss.thinning import Column
from nnstudio.ui.widgets.figures import decimal, grouped, tick
from nnstudio.ui.widgets.history_track import outline

TRAIN, TEST = "train", "test"
LAST_RUN = "last run"
_PIXELS_A_POINT = 2.0
_BESIDE, _FADED = 10.0, 0.68
_NARROW = 380.0
_ENTER = Qt.Key.Key_Return, Qt.Key.Key_Enter


class CurvesStage(Stage):
    """Curves over axes. A click, or Enter at what is read, asks for the run at that update."""

    visit_wanted = Signal(int)

    def __init__(self) -> None:
        name = "Loss of the runs that are compared"
        tip = "How wrong each network is, update by update. A click shows all of them at that update."
        super().__init__(name, tip, COMPARE["curves"].html(name, tip))
        self._frames: tuple[Frame, ...] = ()
        self._names: tuple[str, ...] = ()
        self._ghost: HistoryPrefix | None = None
        self._which, self._logarithmic = TEST, True
        self._shown: object = None
        self._time: int | None = None
        self.lines: dict[str, Line] = {}
        self.arrange()

    def show_comparison(self, comparison: Comparison, ghost: HistoryPrefix | None = None) -> None:
        """Draw these runs, and grey behind them the one before, if it is given."""
        frames = comparison.frames
        time = frames[0].updates if frames[0].visit is not None else None
        shown = tuple((len(frame.history), frame.history.update[-1:].tobytes(), frame.marks) for frame in frames)
        state = shown, comparison.names, time, id(ghost)
        self._frames, self._names, self._ghost, self._time = frames, comparison.names, ghost, time
        if state != self._shown:
            self._shown = state
            self._draw()
            self.read()

    def choose(self, which: str) -> None:
        """Show the losses over the training or over the test examples."""
        self._which = which
        self._draw()
        self.read()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Whether equal steps upwards are equal ratios."""
        self._logarithmic = logarithmic
        self._draw()
        self.read()

    # Where things are.

    def places(self) -> tuple[int, int]:
        return (len(self._frames[0].history), 1) if self.lines else (0, 0)

    def start(self) -> Spot:
        return Spot(self.places()[0] - 1, 0)

    def stride(self) -> int:
        return max(self.places()[0] // 200, 1)

    def spot_at(self, position: QPointF) -> Spot | None:
        if not self.lines or not self._plot.adjusted(-4, -8, 8, 8).contains(position):
            return None
        updates = self._frames[0].history.update
        wanted = self._across.value(position.x())
        place = int(np.searchsorted(updates, wanted))
        near = [each for each in (place - 1, place) if 0 <= each < len(updates)]
        return Spot(min(near, key=lambda each: abs(updates[each] - wanted)), 0)

    def _update_of(self, spot: Spot) -> float:
        return float(self._frames[0].history.update[spot.column])

    def anchor(self, spot: Spot) -> QRectF:
        return QRectF(self._across.at(self._update_of(spot)) - 1, self._plot.top(), 2, 12)

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        if not self.lines:
            return ()
        update = self._update_of(spot)
        lines = [f"Update {grouped(update)}, {self._which} loss"]
        for place, (frame, name) in enumerate(zip(self._frames, self._names, strict=True)):
            value = _value_at(frame.history, self._column(frame.history), update)
            lines.append(f"{LETTERS[place]} {decimal(value, 5)}  {name}")
        near = 5.0 * (self._across.high - self._across.low) / max(self._plot.width(), 1)
        edited = [(letter, mark) for letter, mark in self._marks() if abs(mark.updates - update) <= near]
        lines += [f"{letter} edited here: {mark}" for letter, mark in edited]
        return lines

    def figure(self, spot: Spot) -> float | None:
        frame = self._frames[0]
        return _value_at(frame.history, self._column(frame.history), self._update_of(spot)) if self.lines else None

    def summary(self) -> str:
        return f"{', '.join(self.reading(self.start()))}. Arrow keys read earlier updates." if self.lines else HINT

    def table(self) -> Table | None:
        if not self.lines:
            return None
        updates = np.unique(np.concatenate([frame.history.update for frame in self._frames]))
        columns = [updates.tolist()]
        for frame in self._frames:
            known = dict(zip(frame.history.update.tolist(), self._column(frame.history).tolist(), strict=True))
            columns.append([known.get(update, float("nan")) for update in columns[0]])
        headers = ("update", *(f"{LETTERS[place]} {name}" for place, name in enumerate(self._names)))
        return Table(f"{self._which.capitalize()} loss", headers, list(zip(*columns, strict=True)))

    def _column(self, history: HistoryPrefix) -> Column:
        return history.test_loss if self._which == TEST else history.train_loss

    def _marks(self) -> list[tuple[str, Mark]]:
        """The edits in mid-run, each with the letter of its run."""
        return [(LETTERS[place], mark) for place, frame in enumerate(self._frames) for mark in frame.marks]

    # Going there.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position()) if event.button() is Qt.MouseButton.LeftButton else None
        if spot is not None:
            self.visit_wanted.emit(round(self._update_of(spot)))
        event.accept()

    def claims(self, event: QKeyEvent) -> bool:
        return (event.key() in _ENTER and self.spot is not None) or super().claims(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER and self.spot is not None:
            self.visit_wanted.emit(round(self._update_of(self.spot)))
        else:
            super().keyPressEvent(event)

    # Drawing.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        across = Qt.AlignmentFlag.AlignHCenter
        self._hint = items.Words(root, self.area.center(), text_font(13), colors.dim, HINT, across)
        self._losses = Axis(root, Qt.Edge.LeftEdge, tick)
        self._updates = Axis(root, Qt.Edge.BottomEdge, grouped)
        width = 2.0
        self._ghost_curve = items.Curve(root, QPen(QColor(colors.ghost), 1.5), 1)
        self._curves = [
            items.Curve(root, QPen(QColor(badge_color(place)), width), 4 - place) for place in range(len(LETTERS))
        ]
        self._edits = items.path(root, brush=QColor(colors.dim), z=5)
        veil = QColor(colors.card)
        veil.setAlphaF(_FADED)
        self._later = items.path(root, brush=veil, z=5.5)
        self._now = items.path(root, QPen(QColor(colors.accent), 2), z=6)
        self._row = items.path(root, QPen(QColor(colors.dim), 1), z=7)
        card = QPen(QColor(colors.card), 1)
        self._dots = [items.path(root, card, QColor(badge_color(place)), z=8) for place in range(len(LETTERS))]
        self._stacked = self.width() < _NARROW * theme.text_scale()
        self._named: tuple[str, ...] = ()
        self._ends: Ends | None = None
        self._standing: tuple[Extent, tuple[str, ...]] | None = None
        self._plot = QRectF(0, 0, 1, 1)
        self._across, self._up = Extent(0, 1, 0, 1, False).scales(self._plot)
        self._draw()

    def _draw(self) -> None:
        seen = any(has_curve(frame.history) for frame in self._frames)
        self._hint.item.setVisible(not seen)
        if not seen:
            self.lines = {}
            return
        end = end_of(max(float(frame.history.update[-1]) for frame in self._frames))
        columns = max(int(self.width() / _PIXELS_A_POINT), 30)
        self.lines = self._lines(end, columns)
        drawn = dict(self.lines)
        ghost = self._line(self._ghost, end, columns) if self._ghost is not None else None
        if ghost is not None:
            drawn[LAST_RUN] = ghost
        low, high = loss_range(drawn, self._logarithmic)
        names = (*(self._written(place) for place in range(len(self._frames))), LAST_RUN)
        standing = Extent(0.0, end, low, high, self._logarithmic), names if self._ghost is not None else names[:-1]
        if standing != self._standing:
            self._standing = standing
            self._place(*standing)
        ends: dict[str, tuple[float, float]] = {}
        for place, curve in enumerate(self._curves):
            line = self.lines.get(self._written(place))
            self._run(curve, line)
            if line is not None:
                value = float(line.y[-1])
                ends[self._written(place)] = min(max(self._up.at(value), self._plot.top()), self._plot.bottom()), value
        self._run(self._ghost_curve, ghost)
        if ghost is not None:
            ends[LAST_RUN] = (
                min(max(self._up.at(float(ghost.y[-1])), self._plot.top()), self._plot.bottom()),
                float(ghost.y[-1]),
            )
        assert self._ends is not None
        self._ends.show(ends, self._plot.right() + _BESIDE, self._plot)
        self._draw_edits()
        self._draw_time()

    def _lines(self, end: float, columns: int) -> dict[str, Line]:
        """The chosen loss of each run, by what stands at its end."""
        found: dict[str, Line] = {}
        for place, frame in enumerate(self._frames):
            line = self._line(frame.history, end, columns)
            if line is not None:
                found[self._written(place)] = line
        return found

    def _line(self, history: HistoryPrefix, end: float, columns: int) -> Line | None:
        return measured_line(history.update, self._column(history), 0.0, end, columns, self._logarithmic)

    def _written(self, place: int) -> str:
        """What stands at the end of a curve: the letter alone, for the name has no room there."""
        return LETTERS[place]

    def _run(self, curve: items.Curve, line: Line | None) -> None:
        if line is None:
            curve.show((), ())
            return
        ys = np.clip(self._up.places(line.y), self._plot.top() - 2, self._plot.bottom() + 2)
        curve.show(self._across.places(line.x).tolist(), ys.tolist())

    def _place(self, extent: Extent, names: tuple[str, ...]) -> None:
        """Axes for what is in sight, and room for what stands at the ends."""
        if self._ends is None or names != self._named:
            if self._ends is not None:
                self._ends.show({}, 0, self._plot)
            colors = {name: badge_color(place) for place, name in enumerate(LETTERS)}
            colors[LAST_RUN] = theme.current().dim
            self._named = names
            self._ends = Ends(self.root, {name: colors[name] for name in names}, self._stacked)
        top, bottom = 10.0, max(self.height() - room_below() - 2, 40.0)
        _, up = extent.scales(QRectF(0, top, 1, bottom - top))
        losses = up.ticks(max(int((bottom - top) / 24), 2))
        left = round(room_beside([tick(loss) for loss in losses]))
        right = max(round(self.width() - room_for(names, self._stacked) - _BESIDE - 2), left + 40)
        self._plot = QRectF(left, top, right - left, bottom - top)
        self._across, self._up = extent.scales(self._plot)
        self._losses.show(self._up, losses, self._plot, self.ratio)
        updates = [each for each in self._across.ticks(max(int(self._plot.width() / 62), 2)) if each.is_integer()]
        end = self.width() - 2.0
        self._updates.show(self._across, updates, self._plot, self.ratio, unit="update", right=end, lines=False)

    def _draw_edits(self) -> None:
        path = QPainterPath()
        for _, mark in self._marks():
            path.addPolygon(outline(mark.kind, QPointF(self._across.at(mark.updates), self._plot.bottom())))
            path.closeSubpath()
        self._edits.setPath(path)

    def _draw_time(self) -> None:
        """A line at the moment that is shown, with what came later pale."""
        later, now = QPainterPath(), QPainterPath()
        if self._time is not None:
            x = self._across.at(self._time)
            later.addRect(QRectF(QPointF(x, self._plot.top() - 3), self._plot.bottomRight() + QPointF(2, 0)))
            now.moveTo(x, self._plot.top())
            now.lineTo(x, self._plot.bottom())
        self._later.setPath(later)
        self._now.setPath(now)

    def mark(self, spot: Spot | None) -> None:
        row = QPainterPath()
        for dot in self._dots:
            dot.setPath(QPainterPath())
        if spot is not None and self.lines:
            x = self._across.at(self._update_of(spot))
            row.moveTo(x, self._plot.top())
            row.lineTo(x, self._plot.bottom())
            for place, frame in enumerate(self._frames):
                value = _value_at(frame.history, self._column(frame.history), self._update_of(spot))
                if self._up.low <= value <= self._up.high:
                    self._dots[place].setPath(mark_path(place, QPointF(x, self._up.at(value)), 4))
        self._row.setPath(row)

    @property
    def scales(self) -> tuple[Scale, Scale]:
        """Updates to the right, losses upwards."""
        return self._across, self._up

    def sizeHint(self) -> QSize:
        return QSize(420, 200)


def _value_at(history: HistoryPrefix, column: Column, update: float) -> float:
    """What was measured last until then; NaN for nothing."""
    known = np.flatnonzero(np.isfinite(column) & (history.update <= update))
    return float(column[known[-1]]) if len(known) else float("nan")
