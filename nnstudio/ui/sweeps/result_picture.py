"""The result of every run over the value of one setting.

Seeds are small faint marks, the medians of candidates large ones, joined along the setting where nothing else differs.
What was stopped early is hollow; the best candidate has a ring and its figures beside it. What diverged, or lies far
above all others, stands at the upper edge, where it is counted.
"""

from collections.abc import Sequence
from itertools import groupby, pairwise
from math import inf, isfinite
from typing import Any, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainterPath, QPen

from nnstudio.core.counting import counted
from nnstudio.core.sweep.axis import Axis
from nnstudio.core.sweep.job import Ending, Result
from nnstudio.core.sweep.standing import Standing
from nnstudio.ui import theme
from nnstudio.ui.explanations.sweeps import SWEEPS
from nnstudio.ui.stage import axes as chart
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Scale, room_below, room_beside
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.sweeps.best_note import show_best
from nnstudio.ui.sweeps.curves import reading_of
from nnstudio.ui.sweeps.families import Family
from nnstudio.ui.sweeps.record import shown
from nnstudio.ui.widgets.figures import decimal, percent, tick

_SMALL, _LARGE = 3.0, 5.0
_FAINT = 0.5
_REACH = 16.0
_TOP, _RIGHT, _UNDER = 26.0, 14.0, 18.0
_EDGE = 4.0
_FAR = 10.0
"""So many times above the median of all medians the picture ends."""
_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Point(NamedTuple):
    """The median of one candidate as it is drawn."""

    family: Family
    standing: Standing
    at: QPointF


class ResultPicture(Stage):
    """A click, or Enter, on a candidate asks for its best run."""

    run_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(
            "Result by setting",
            "The result of every run over the value of a setting. A click on a large mark opens its best run.",
            SWEEPS["result"].html("Result by setting", "The result of every run over the value of one setting."),
        )
        self._families: tuple[Family, ...] = ()
        self._axes: tuple[Axis, ...] = ()
        self._across: Axis | None = None
        self._by_loss, self._regression, self._watched = True, False, "test"
        self._hint = "The results of a sweep come here."
        self._points: list[_Point] = []
        self._lines: list[QLineF] = []
        self.arrange()

    def show_hint(self, sentence: str) -> None:
        """What stands here while there is nothing else."""
        self._hint = sentence
        self.arrange()

    def show_results(
        self,
        families: Sequence[Family],
        axes: tuple[Axis, ...],
        across: Axis | None,
        by_loss: bool,
        regression: bool,
        watched: str,
    ) -> None:
        """Draw these candidates. across: the setting; by_loss: the loss upwards, else the accuracy; watched: of which
        examples"""
        self._families, self._axes, self._across = tuple(families), axes, across
        self._by_loss, self._regression, self._watched = by_loss, regression, watched
        self.arrange()
        self.read()

    # Where things are.

    def _value(self, result: Result) -> float:
        if result.ending in (Ending.DIVERGED, Ending.FAILED):
            return inf if self._by_loss else -inf
        return result.metrics.watched_loss if self._by_loss else result.metrics.watched_accuracy

    def _median(self, standing: Standing) -> float:
        value = standing.median_loss if self._by_loss else standing.median_accuracy
        return value if value == value else (inf if self._by_loss else -inf)

    def _heights(self, area: QRectF) -> Scale:
        standings = [standing for family in self._families for standing in family.standings]
        medians = sorted(value for each in standings if isfinite(value := self._median(each)))
        values = [value for each in standings for _, result in each.runs if isfinite(value := self._value(result))]
        if not values:
            values = medians = [0.5]
        low, high = min(values), max(values)
        if not self._by_loss:
            pad = max(0.04 * (high - low), 0.005)
            return Scale(low - pad, high + pad, area.bottom(), area.top())
        low = max(low, 1e-9)
        end = _FAR * medians[len(medians) // 2] if medians else high
        high = max(min(high, end), *(median for median in medians if median < end), low)
        margin = max((high / low) ** 0.1, 1.05)
        return Scale(low / margin, high * margin, area.bottom(), area.top(), logarithmic=True)

    def _widths(self, area: QRectF, values: Sequence[Any]) -> tuple[Scale, list[Any] | None]:
        """Where a value lies; for what is no number the list of all, of which each has its place."""
        axis, inner = self._across, area.adjusted(16, 0, -16, 0)
        numbers = [value for value in values if isinstance(value, int | float)]
        if axis is None or len(numbers) < len(values) or not numbers:
            places = list(dict.fromkeys(values))
            return Scale(-0.5, max(len(places), 1) - 0.5, area.left(), area.right()), places
        low, high = float(min(numbers)), float(max(numbers))
        logarithmic = axis.range.logarithmic if axis.range is not None else low > 0 and high / low >= 5
        if axis.range is not None:
            low, high = float(axis.range.low), float(axis.range.high)
        if high <= low:
            low, high = (low / 2, low * 2) if low > 0 else (low - 0.5, low + 0.5)
        return Scale(low, high, inner.left(), inner.right(), logarithmic), None

    # Drawing.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        self._marked = items.path(root, QPen(QColor(colors.text), 2), z=20)
        self._points, self._lines = [], []
        if not self._families:
            middle = Qt.AlignmentFlag.AlignHCenter
            items.Words(root, self.area.center(), text_font(12), colors.dim, self._hint, middle)
            return
        area = QRectF(0, _TOP, 10, max(self.height() - _TOP - room_below() - _UNDER, 20))
        ticks = self._heights(area).ticks(6)
        write = tick if self._by_loss or self._regression else lambda value: f"{100 * value:g} %"
        left = room_beside([write(value) for value in ticks]) + _EDGE
        area = QRectF(left, _TOP, max(self.width() - left - _RIGHT, 20), area.height())
        up = self._heights(area)
        chart.Axis(root, Qt.Edge.LeftEdge, write).show(up, ticks, area, self.ratio)
        self._draw_across(area)
        self._draw_candidates(area, up)
        self._draw_best(area)
        self._count_far(area, up)

    def _draw_across(self, area: QRectF) -> None:
        colors, axis = theme.current(), self._across
        name = "" if axis is None else axis.label[0].lower() + axis.label[1:]
        values: Sequence[Any] = [self._of(each) for family in self._families for each in family.standings]
        values = axis.values if axis is not None and axis.values else values
        self._places, self._named = self._widths(area, values)
        middle = QPointF(area.center().x(), self.height() - _UNDER / 2)
        items.Words(self.root, middle, text_font(11), colors.dim, name, Qt.AlignmentFlag.AlignHCenter)
        if self._named is None:
            ticks = self._places.ticks(7)
            if self._places.logarithmic:  # 1 and 3 of each power of ten, as on a slider
                decades = [float(f"{m}e{power}") for power in range(-10, 11) for m in (1, 3)]
                ticks = [each for each in decades if self._places.low * 0.999 <= each <= self._places.high * 1.001]
            bottom = chart.Axis(self.root, Qt.Edge.BottomEdge, tick)
            bottom.show(self._places, ticks, area, self.ratio, lines=False)
            return
        metrics = QFontMetricsF(text_font(11))
        room = area.width() / max(len(self._named), 1) - 8
        for place, value in enumerate(self._named):
            text = metrics.elidedText("" if axis is None else shown(value), Qt.TextElideMode.ElideRight, room)
            at = QPointF(self._places.at(place), area.bottom() + 4 + metrics.height() / 2)
            items.Words(self.root, at, text_font(11), colors.dim, text, Qt.AlignmentFlag.AlignHCenter)

    def _of(self, standing: Standing) -> Any:
        return None if self._across is None else standing.values[self._across.name]

    def _x(self, value: Any) -> float:
        return self._places.at(float(value) if self._named is None else self._named.index(value))

    def _y(self, value: float, area: QRectF, up: Scale) -> float:
        if value in (inf, -inf) or value != value:
            return area.top() if self._by_loss else area.bottom()
        return min(max(up.at(max(value, 1e-12) if self._by_loss else value), area.top()), area.bottom())

    def _draw_candidates(self, area: QRectF, up: Scale) -> None:
        colors, many = theme.current(), len(self._families)
        for place, family in enumerate(self._families):
            color = family.look.color
            faint = QColor(mix(colors.card, color.name(), _FAINT))
            # Of values that are no numbers, the families stand side by side.
            aside = (place - (many - 1) / 2) * 16 if self._named is not None else 0.0
            filled, hollow, large, open_ = (QPainterPath() for _ in range(4))
            for standing in family.standings:
                x = self._x(self._of(standing)) + aside
                for _, result in standing.runs:
                    at = QPointF(x, self._y(self._value(result), area, up))
                    target = hollow if standing.stopped else filled
                    target.addPath(family.look.mark.outline(at, _SMALL))
                at = QPointF(x, self._y(self._median(standing), area, up))
                (open_ if standing.stopped else large).addPath(family.look.mark.outline(at, _LARGE))
                self._points.append(_Point(family, standing, at))
            items.path(self.root, brush=faint, z=2).setPath(filled)
            items.path(self.root, QPen(faint, 1.2), z=2).setPath(hollow)
            items.path(self.root, QPen(QColor(colors.card), 1), color, z=6).setPath(large)
            items.path(self.root, QPen(faint, 1.4), QColor(colors.card), z=4).setPath(open_)
            self._join(family, color, faint)

    def _join(self, family: Family, color: QColor, faint: QColor) -> None:
        """Lines from median to median along the setting, dashed where either was stopped early."""
        if self._across is None or self._named is not None:
            return
        whole, early = QPainterPath(), QPainterPath()
        own = [point for point in self._points if point.family is family]

        def rest(point: _Point) -> tuple[str, ...]:
            return tuple(shown(value) for name, value in point.standing.values.items() if name != self._across_name)

        for _, group in groupby(sorted(own, key=lambda point: (rest(point), point.at.x())), key=rest):
            points = list(group)
            for before, after in pairwise(points):
                line = early if before.standing.stopped or after.standing.stopped else whole
                line.moveTo(before.at)
                line.lineTo(after.at)
                self._lines.append(QLineF(before.at, after.at))
        items.path(self.root, QPen(color, 1.6), z=5).setPath(whole)
        items.path(self.root, QPen(faint, 1, Qt.PenStyle.DashLine), z=3).setPath(early)

    @property
    def _across_name(self) -> str:
        return self._across.name if self._across is not None else ""

    def _best(self) -> _Point | None:
        bests = [family.best for family in self._families]
        known = [point for point in self._points if point.standing in bests and not point.standing.stopped]
        known = known or self._points
        sign = 1 if self._by_loss else -1
        return min(known, key=lambda point: sign * self._median(point.standing), default=None)

    def _draw_best(self, area: QRectF) -> None:
        best = self._best()
        if best is None or not isfinite(self._median(best.standing)):
            return
        # Of the lines between medians so many places that words never hide one.
        along = [line.pointAt(part / 20) for line in self._lines for part in range(21)]
        show_best(self.root, best.at, self._best_in_words(best), area, [point.at for point in self._points] + along)

    def _best_in_words(self, best: _Point) -> tuple[str, str]:
        standing = best.standing
        values = ", ".join(shown(standing.values[axis.name]) for axis in reversed(self._axes)) or "all seeds"
        return (
            f"best: {values}",
            f"median {self._figure(self._median(standing))}, learned in {standing.learned} of {len(standing.runs)}",
        )

    def _figure(self, value: float) -> str:
        return decimal(value) if self._by_loss or self._regression else percent(value)

    def _count_far(self, area: QRectF, up: Scale) -> None:
        """Those that stand at the edge, because they would be beyond."""
        results = [result for family in self._families for each in family.standings for _, result in each.runs]
        values = [self._value(result) for result in results]
        far = sum(value > up.high if self._by_loss else value < up.low for value in values)
        if far:
            edge = self._figure(up.high if self._by_loss else up.low)
            words = (
                f"↑ {counted(far, 'run')} above {edge}" if self._by_loss else f"↓ {counted(far, 'run')} below {edge}"
            )
            at = QPointF(area.right(), area.top() - 12 if self._by_loss else area.bottom() - 10)
            align = Qt.AlignmentFlag.AlignRight
            items.Words(self.root, at, text_font(11), theme.current().dim, words, align, z=9)

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (len(self._points), 1) if self._points else (0, 0)

    def start(self) -> Spot:
        best = self._best()
        return Spot(self._points.index(best) if best is not None else 0, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        reach, place = _REACH, None
        for index, point in enumerate(self._points):
            away = (point.at - position).manhattanLength()
            if away < reach:
                reach, place = away, index
        return None if place is None else Spot(place, 0)

    def anchor(self, spot: Spot) -> QRectF:
        at = self._points[spot.column].at
        return QRectF(at.x() - _LARGE, at.y() - _LARGE, 2 * _LARGE, 2 * _LARGE)

    def reading(self, spot: Spot) -> Sequence[str]:
        standing = self._points[spot.column].standing
        values = (f"{axis.label} {shown(standing.values[axis.name])}" for axis in self._axes)
        heading = ", ".join(values) or "All seeds"
        if len(standing.runs) == 1:
            return heading, *reading_of(standing.runs[0][1], self._regression), "a click opens it"
        stopped = (f"stopped early, at {standing.updates} updates",) if standing.stopped else ()
        return (
            heading,
            f"median {self._watched} loss {decimal(standing.median_loss)}",
            f"learned in {standing.learned} of {len(standing.runs)}",
            *stopped,
            "a click opens its best",
        )

    def figure(self, spot: Spot) -> float | None:
        return self._median(self._points[spot.column].standing)

    def mark(self, spot: Spot | None) -> None:
        ring = QPainterPath()
        if spot is not None:
            ring.addEllipse(self._points[spot.column].at, _LARGE + 3, _LARGE + 3)
        self._marked.setPath(ring)

    def summary(self) -> str:
        best = self._best()
        if best is None:
            return self._hint
        return (
            f"{len(self._points)} settings. {', '.join(self._best_in_words(best)).capitalize()}. Arrow keys read them."
        )

    def table(self) -> Table | None:
        if not self._points:
            return None
        heads = (*(axis.label for axis in self._axes), "Learned", "Runs", "Median loss")
        rows = [
            (
                *(shown(point.standing.values[axis.name]) for axis in self._axes),
                point.standing.learned,
                len(point.standing.runs),
                point.standing.median_loss,
            )
            for point in self._points
        ]
        return Table("Result by setting", heads, rows)

    def claims(self, event: QKeyEvent) -> bool:
        return super().claims(event) or (event.key() in _OPENS and self.spot is not None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENS and self.spot is not None:
            self._choose(self.spot)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        if spot is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(spot)

    def _choose(self, spot: Spot) -> None:
        self.run_chosen.emit(self._points[spot.column].standing.runs[0][0])

    def sizeHint(self) -> QSize:
        return QSize(620, 400)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, 160)
