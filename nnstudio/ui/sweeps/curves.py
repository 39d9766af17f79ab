"""The loss curves of many runs: each one faint, the median of those that belong together strong."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainterPath, QPen

from nnstudio.core.sweep.job import Ending, Result
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.ui import theme
from nnstudio.ui.explanations.sweeps import SWEEPS
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stage.ticks import end_of, spread
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.sweeps.families import Strand
from nnstudio.ui.widgets.figures import MISSING, decimal, grouped, percent, tick

_FAINT = 0.4
_REACH = 14.0
_LEAST = 1e-6
"""Below that a loss is drawn at it."""
_GAP, _TOP, _EDGE = 8.0, 20.0, 4.0
_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Line(NamedTuple):
    """One run as it is drawn."""

    strand: Strand
    number: int
    result: Result
    xs: NDArray[np.float64]
    ys: NDArray[np.float64]


class RunCurves(Stage):
    """A click, or Enter, asks for a run. `name_of` says what a run is called.

    run_chosen: the number of its trial
    """

    run_chosen = Signal(int)

    def __init__(self, name_of: Callable[[int], str]) -> None:
        super().__init__(
            "Curves of the runs",
            "The loss of every run: faint each, the median strong. A click opens the run in the window.",
            SWEEPS["curves"].html("Curves of the runs", "The loss of every run, and their median."),
        )
        self._name_of = name_of
        self._strands: tuple[Strand, ...] = ()
        self._stops: tuple[float, ...] = ()
        self._regression = False
        self._lines: list[_Line] = []
        self._named = True
        self._hint = "The curves of the runs come here."
        self.arrange()

    def show_strands(
        self, strands: Sequence[Strand], stops: Sequence[float] = (), regression: bool = False, named: bool = True
    ) -> None:
        """Draw these. stops: the updates at which the worse half stops; named: each with its name at its end."""
        self._strands, self._stops, self._regression, self._named = tuple(strands), tuple(stops), regression, named
        self.arrange()
        self.read()

    def show_hint(self, sentence: str) -> None:
        """What stands here while there is no curve."""
        self._hint = sentence
        self.arrange()

    # Drawing.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        self._marked = items.path(root, QPen(QColor(colors.text), 2), z=20)
        self._lines = []
        runs = [(strand, number, result) for strand in self._strands for number, result in strand.runs]
        curves = [(*run, *_points(run[2].curve)) for run in runs]
        curves = [curve for curve in curves if len(curve[3])]
        if not curves:
            middle, across = self.area.center(), Qt.AlignmentFlag.AlignHCenter
            items.Words(root, middle, text_font(12), colors.dim, self._hint, across)
            return
        longest = max(float(xs[-1]) for *_, xs, _ in curves)
        values = np.concatenate([ys for *_, ys in curves])
        low, high = _ends(values)
        ticks = Scale(low, high, 0, 1, logarithmic=True).ticks(5)
        left = room_beside([tick(value) for value in ticks]) + _EDGE
        room = max(self._room_for_names(), 8.0)
        area = QRectF(left, _TOP, max(self.width() - left - room, 20), max(self.height() - _TOP - room_below(), 20))
        across = Scale(0, end_of(longest) if not self._named else max(longest, 1.0), area.left(), area.right())
        up = Scale(low, high, area.bottom(), area.top(), logarithmic=True)
        Axis(root, Qt.Edge.LeftEdge, tick).show(up, ticks, area, self.ratio)
        bottom = Axis(root, Qt.Edge.BottomEdge, grouped)
        bottom.show(across, across.ticks(4), area, self.ratio, unit="update", right=self.width() - 2, lines=False)
        for strand, number, result, xs, ys in curves:
            places = across.places(xs), np.clip(up.places(ys), area.top(), area.bottom())
            self._lines.append(_Line(strand, number, result, *places))
        self._draw_faint()
        ends = [self._draw_median(strand, across, up, area) for strand in self._strands]
        if self._named:
            self._name(ends, area)
        self._draw_stops(across, area)

    def _draw_faint(self) -> None:
        card = theme.current().card
        for line in self._lines:
            faint = mix(card, line.strand.look.color.name(), _FAINT)
            item = items.path(self.root, items.hairline(faint, self.ratio), z=1)
            item.setPath(items.strokes(line.xs.tolist(), line.ys.tolist()))

    def _draw_median(self, strand: Strand, across: Scale, up: Scale, area: QRectF) -> float | None:
        """The height of its end."""
        xs, ys = median_curve([result.curve for _, result in strand.runs])
        if not len(xs):
            return None
        pen = QPen(strand.look.color, 2.4)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        heights = np.clip(up.places(ys), area.top(), area.bottom())
        items.Curve(self.root, pen, z=3).show(across.places(xs).tolist(), heights.tolist())
        return float(heights[-1])

    def _name(self, ends: Sequence[float | None], area: QRectF) -> None:
        named = [(strand, end) for strand, end in zip(self._strands, ends, strict=True) if end is not None]
        high = QFontMetricsF(text_font(12, bold=True)).height() + 2
        middles = spread([end for _, end in named], [high] * len(named), area.top(), area.bottom())
        for (strand, _), middle in zip(named, middles, strict=True):
            at = QPointF(area.right() + _GAP, middle)
            items.Words(self.root, at, text_font(12, bold=True), strand.look.color, strand.name, z=5)

    def _room_for_names(self) -> float:
        if not self._named:
            return 0.0
        metrics = QFontMetricsF(text_font(12, bold=True))
        return max((metrics.horizontalAdvance(strand.name) for strand in self._strands), default=0.0) + 2 * _GAP

    def _draw_stops(self, across: Scale, area: QRectF) -> None:
        stops = [stop for stop in self._stops if stop <= across.high]
        if not stops:
            return
        path, colors = QPainterPath(), theme.current()
        for stop in stops:
            x = across.at(stop)
            path.moveTo(x, area.top())
            path.lineTo(x, area.bottom())
        items.path(self.root, QPen(QColor(colors.dim), 1, Qt.PenStyle.DotLine), z=2).setPath(path)
        at = QPointF(across.at(stops[0]) + 4, _TOP / 2)
        items.Words(self.root, at, text_font(11), colors.dim, "the worse half stops here", z=5)

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (len(self._lines), 1) if self._lines else (0, 0)

    def start(self) -> Spot:
        return Spot(0, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        best, place = _REACH, None
        for index, line in enumerate(self._lines):
            if line.xs[0] - _REACH <= position.x() <= line.xs[-1] + _REACH:
                away = abs(float(np.interp(position.x(), line.xs, line.ys)) - position.y())
                if away < best:
                    best, place = away, index
        return None if place is None else Spot(place, 0)

    def anchor(self, spot: Spot) -> QRectF:
        line = self._lines[spot.column]
        return QRectF(line.xs[-1] - 4, line.ys[-1] - 4, 8, 8)

    def reading(self, spot: Spot) -> Sequence[str]:
        line = self._lines[spot.column]
        heading = self._name_of(line.number)
        if line.strand.name and self._named:
            heading = f"{line.strand.name}, {heading}"
        return heading, *reading_of(line.result, self._regression), "a click opens it"

    def figure(self, spot: Spot) -> float | None:
        return self._lines[spot.column].result.metrics.watched_loss

    def mark(self, spot: Spot | None) -> None:
        line = self._lines[spot.column] if spot is not None else None
        path = items.strokes(line.xs.tolist(), line.ys.tolist()) if line is not None else QPainterPath()
        self._marked.setPath(path)

    def summary(self) -> str:
        if not self._lines:
            return self._hint
        return f"The curves of {len(self._lines)} runs. Arrow keys go from run to run, Enter opens one."

    def table(self) -> Table | None:
        if not self._lines:
            return None
        rows = [
            (line.strand.name, self._name_of(line.number), line.result.updates, line.result.metrics.watched_loss)
            for line in self._lines
        ]
        return Table("Curves of the runs", ("", "Run", "Updates", "Loss"), rows)

    def claims(self, event: QKeyEvent) -> bool:
        return super().claims(event) or (event.key() in _OPENS and self.spot is not None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENS and self.spot is not None:
            self.run_chosen.emit(self._lines[self.spot.column].number)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        if spot is not None and event.button() == Qt.MouseButton.LeftButton:
            self.run_chosen.emit(self._lines[spot.column].number)

    def sizeHint(self) -> QSize:
        return QSize(420, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 140)


def reading_of(result: Result, regression: bool) -> tuple[str, ...]:
    """The figures of a run."""
    metrics, watched = result.metrics, result.metrics.watched
    score = decimal(metrics.watched_accuracy) if regression else percent(metrics.watched_accuracy)
    learned = f"learned at update {grouped(result.learned_at)}" if result.learned_at is not None else "not learned"
    if result.ending is Ending.DIVERGED:
        learned = f"diverged at update {grouped(result.updates)}"
    elif result.ending is Ending.FAILED:
        return (result.sentence,)
    elif result.ending is Ending.PAUSED:
        learned += f", stopped early at {grouped(result.updates)}"
    name = "R²" if regression else "accuracy"
    return f"{watched} loss {decimal(metrics.watched_loss)}", f"{watched} {name} {score or MISSING}", learned


def median_curve(curves: Sequence[HistoryPrefix]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The median loss of several runs at the updates at which any of them was measured; between its own a run is taken
    as straight, after its end as it was there."""
    points = [found for curve in curves if len((found := _points(curve))[0])]
    if not points:
        return np.empty(0), np.empty(0)
    updates = np.unique(np.concatenate([xs for xs, _ in points]))
    logs = [np.interp(updates, xs, np.log(ys)) for xs, ys in points]
    return updates, np.exp(np.median(logs, axis=0))


def _points(curve: HistoryPrefix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Updates and losses, of the validation or else of the test, where they are finite."""
    loss = curve.validation_loss if np.isfinite(curve.validation_loss).any() else curve.test_loss
    known = np.isfinite(loss)
    return curve.update[known], np.maximum(loss[known], _LEAST)


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    """From the least to what all but a few lie below: what explodes is cut off at the upper edge."""
    low, high = float(values.min()), float(values.max())
    high = min(high, 10 * float(np.percentile(values, 90)))
    return (low / 1.15, high * 1.15) if high > low else (low / 2, low * 2)
