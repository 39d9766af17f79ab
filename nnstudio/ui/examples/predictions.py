"""Predicted against true: for values, where a good network's points lie along the diagonal.

Each point is an example, across by what is true and up by what the network says: those that test it in colour, several
outputs in several colours, and below them in grey those that it trains on. Labels of which more than one may be true
stand at 0 and 1, and a good network keeps the two apart.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from nnstudio.core.run.example import AnyExample, Chosen, SplitName
from nnstudio.core.run.frame import Frame, TablePicture
from nnstudio.ui import theme
from nnstudio.ui.examples.choosing import ExamplesStage, circle
from nnstudio.ui.examples.wording import example_name
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.legend import TIGHT, Entry, Sign, drawn_legend
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import decimal, tick

Range = tuple[float, float]
Values = NDArray[np.floating]
_RADIUS, _SMALL = 2.5, 1.8
_REACH = 8.0
_NOTHING: Values = np.zeros((0, 0), np.float32)
_NO_EXAMPLES: NDArray[np.int64] = np.zeros(0, np.int64)


class PredictionsStage(ExamplesStage):
    """What the network says of examples, over what is true."""

    across, upwards = "true", "predicted"
    """What the axes are called."""

    def __init__(self, name: str = "", tooltip: str = "", explanation: str = "") -> None:
        super().__init__(
            name or "Predicted against true",
            tooltip
            or "Each point is an example: across by what is true, up by what the network says. Click one to follow it.",
            explanation
            or "<b>Predicted against true</b><p>x = y, y = ŷ for each example and output. On the diagonal ŷ = y; the "
            "distance from it is the error ŷ − y. In colour the examples that test, in grey those that train.</p>"
            "<p><b>Example:</b> a house worth y = 3.0 that the network takes for "
            "ŷ = 2.4 lies 0.6 below the diagonal.</p><p><b>Source:</b> M. Kuhn and K. Johnson, "
            "<i>Applied Predictive Modeling</i>, 2013, §5.1.</p>",
        )
        self._truth = self._predicted = _NOTHING
        self._training = _NO_EXAMPLES
        self._names: tuple[str, ...] = ()
        self._ranges: tuple[Range, Range] = ((0.0, 1.0), (0.0, 1.0))
        self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's predictions, if they are others."""
        picture = frame.picture
        truth = predicted = _NOTHING
        training = _NO_EXAMPLES
        if isinstance(picture, TablePicture) and picture.truth is not None and picture.predicted is not None:
            truth, predicted, more = picture.truth, picture.predicted, picture.training
            if more is not None:
                training = more.examples
                truth, predicted = np.hstack((truth, more.truth)), np.hstack((predicted, more.predicted))
        names = frame.dataset.output_names
        same_truth = names == self._names and np.array_equal(truth, self._truth)
        if not (same_truth and np.array_equal(predicted, self._predicted, equal_nan=True)):
            self._truth, self._predicted, self._training, self._names = truth, predicted, training, names
            ranges = self.ranges(truth, predicted) if truth.size else self._ranges
            if same_truth and ranges == self._ranges:
                self._draw()
            else:
                self._ranges = ranges
                self.arrange()
            self.show_chosen(self._chosen)
            self.read()
        self.follow(frame)

    # What is drawn over what.

    def ranges(self, truth: Values, predicted: Values) -> tuple[Range, Range]:
        """What the axes cover: all that is true, and what is said of it unless it lies far out."""
        low, high = float(truth.min()), float(truth.max())
        room = 0.1 * (high - low) or 1.0
        return (low - room, high + room), (low - room, high + room)

    def values(self, truth: Values, predicted: Values) -> tuple[Values, Values]:
        """What counts across and what upwards."""
        return truth, predicted

    def ideal(self, plot: QRectF) -> tuple[QPointF, QPointF]:
        """The line that the points of a perfect network lie on."""
        return plot.bottomLeft(), plot.topRight()

    # Where things are.

    def full_height(self, width: int) -> int:
        """The height beyond which the picture grows no more in this width."""
        return width

    def _plot(self) -> QRectF:
        """The square between the axes."""
        (left, below), above = self._margins(), self._above()
        side = max(min(self.width() - left - 4, self.height() - below - above), 40.0)
        return QRectF(round(left + max((self.width() - left - 4 - side) / 2, 0)), above, round(side), round(side))

    def _above(self) -> float:
        """The room for the legend, where there is one."""
        return 4.0 + (round(TIGHT.metrics.height()) + 2 if len(self._training) else 0)

    def _margins(self) -> tuple[float, float]:
        """What the axes take to the left of the square and below it."""
        word = QFontMetricsF(text_font(11)).height()
        texts = [tick(value) for value in Scale(*self._ranges[1], 0, 1).ticks(5)]
        return room_beside(texts) + word + 2, room_below()

    def _positions(self) -> NDArray[np.float64]:
        """Where the points lie, (outputs, k, 2); what is out of range lies at the border."""
        plot = self._plot()
        x, y = (
            np.clip((np.nan_to_num(values.astype(np.float64), nan=low) - low) / (high - low), 0, 1)
            for values, (low, high) in zip(self.values(self._truth, self._predicted), self._ranges, strict=True)
        )
        return np.stack((plot.left() + x * plot.width(), plot.bottom() - y * plot.height()), axis=-1)

    def places(self) -> tuple[int, int]:
        return (self._truth.shape[1], self._truth.shape[0]) if self._truth.size else (0, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        distance = np.hypot(*np.moveaxis(self._positions() - (position.x(), position.y()), -1, 0))
        distance[np.isnan(self._predicted)] = np.inf
        if not distance.size or distance.min() > _REACH:
            return None
        output, example = np.unravel_index(distance.argmin(), distance.shape)
        return Spot(int(example), int(output))

    def _center(self, spot: Spot) -> QPointF:
        return QPointF(*self._positions()[spot.row, spot.column].tolist())

    def anchor(self, spot: Spot) -> QRectF:
        return circle(self._center(spot), _RADIUS).boundingRect()

    # Its examples: first those that test, then those that train.

    @property
    def _tests(self) -> int:
        return self._truth.shape[1] - len(self._training)

    def example_at(self, position: QPointF) -> AnyExample | None:
        spot = self.spot_at(position)
        return self.example_of(spot) if spot else None

    def example_of(self, spot: Spot) -> Chosen:
        if spot.column < self._tests:
            return Chosen(SplitName.TEST, spot.column)
        return Chosen(SplitName.TRAINING, int(self._training[spot.column - self._tests]))

    def _column_of(self, chosen: AnyExample) -> int | None:
        if not isinstance(chosen, Chosen):
            return None
        if chosen.split is SplitName.TEST:
            return chosen.index if chosen.index < self._tests else None
        found = np.flatnonzero(self._training == chosen.index) if chosen.split is SplitName.TRAINING else _NO_EXAMPLES
        return self._tests + int(found[0]) if len(found) else None

    def outline_of(self, chosen: AnyExample) -> QPainterPath | None:
        column = self._column_of(chosen)
        if column is None:
            return None
        outline = QPainterPath()
        for output in range(self.places()[1]):
            outline.addPath(circle(self._center(Spot(column, output)), _RADIUS + 3))
        return outline

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        truth, said = float(self._truth[spot.row, spot.column]), float(self._predicted[spot.row, spot.column])
        figures = (("true", truth), ("predicted", said), ("residual", truth - said))
        lines = (f"{name} {decimal(value, 4)}" for name, value in figures)
        return self._names[spot.row], *lines, example_name(self.example_of(spot))

    def figure(self, spot: Spot) -> float | None:
        return float(self._predicted[spot.row, spot.column])

    def summary(self) -> str:
        if not self._truth.size:
            return "Nothing to see yet."
        return "Arrow keys read the examples one by one, Enter follows one."

    def table(self) -> Table | None:
        if not self._truth.size:
            return None
        heads = [f"{name}, {what}" for name in self._names for what in ("true", "predicted", "residual")]
        return Table(self.accessibleName(), ("split", "example", *heads), list(self._rows()))

    def _rows(self) -> Iterator[Sequence[str | int | float]]:
        every = np.stack((self._truth, self._predicted, self._truth - self._predicted), axis=1)
        for column in range(self.places()[0]):
            example = self.example_of(Spot(column, 0))
            yield example.split.value, example.number, *every[:, :, column].ravel().tolist()

    def mark(self, spot: Spot | None) -> None:
        self._marker.setPath(circle(self._center(spot), _RADIUS + 2) if spot else QPainterPath())

    # Drawing.

    def arrange(self) -> None:
        root, colors, plot = self.clear(), theme.current(), self._plot()
        self._points = items.pixmap(root, plot.topLeft() - QPointF(_RADIUS, _RADIUS), z=1)
        self._marker = items.path(root, QPen(QColor(colors.text), 1.5), z=2)
        if self._truth.size:
            across = Scale(*self._ranges[0], plot.left(), plot.right())
            up = Scale(*self._ranges[1], plot.bottom(), plot.top())
            Axis(root, Qt.Edge.BottomEdge, tick).show(
                across, across.ticks(5), plot, self.ratio, unit=self.across, right=plot.right() + 4
            )
            Axis(root, Qt.Edge.LeftEdge, tick).show(up, up.ticks(5), plot, self.ratio)
            start, end = self.ideal(plot)
            line = QPainterPath(start)
            line.lineTo(end)
            items.path(root, QPen(QColor(colors.dim), 1, Qt.PenStyle.DashLine)).setPath(line)
            word = items.Words(root, QPointF(), text_font(11), colors.dim, self.upwards, Qt.AlignmentFlag.AlignHCenter)
            word.item.setRotation(-90)
            middle = plot.center().y() + word.item.boundingRect().width() / 2
            word.item.setPos(plot.left() - self._margins()[0], middle)
        if len(self._training):
            signs = Entry("test", colors.accent, Sign.DISC), Entry("train", colors.dim, Sign.DISC)
            items.pixmap(root, QPointF(plot.left(), 0)).setPixmap(drawn_legend(signs, self.ratio, TIGHT))
        self._draw()
        self.show_chosen(self._chosen)

    def _draw(self) -> None:
        """The points of now."""
        around = self._plot().adjusted(-_RADIUS, -_RADIUS, _RADIUS, _RADIUS)
        self._points.setVisible(bool(self._truth.size))
        if self._truth.size:
            self._points.setPixmap(items.drawn(around, self.ratio, self._paint))

    def _paint(self, painter: QPainter) -> None:
        colors, count, tests = theme.current(), len(self._names), self._tests
        known = ~np.isnan(self._predicted)  # what is no number has no place
        for part, radius in ((slice(tests, None), _SMALL), (slice(tests), _RADIUS)):
            for output, positions in enumerate(self._positions()):
                color = QColor(colors.accent) if count == 1 else theme.class_color(output, count)
                if part.start is not None:
                    color = QColor(colors.dim)
                color.setAlpha(170 if part.start is None else 120)
                pen = QPen(color, 2 * radius)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                found = positions[part][known[output][part]]
                painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in found.tolist()]))

    def sizeHint(self) -> QSize:
        return QSize(290, 290)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 160)
