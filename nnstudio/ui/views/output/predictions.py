"""Predicted against true: for values, where a good network's points lie along the diagonal.

Each point is a test example, across by what is true and up by what the network says; several outputs have several
colours. Labels of which more than one may be true stand at 0 and 1, and a good network keeps the two apart.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from nnstudio.core.run.example import AnyExample, Chosen, SplitName
from nnstudio.core.run.frame import FloatArray, Frame, TablePicture
from nnstudio.ui import theme
from nnstudio.ui.examples.choosing import ExamplesStage, circle
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import decimal, tick

_RADIUS = 2.5
_REACH = 8.0


class PredictionsStage(ExamplesStage):
    """What the network says of test examples, over what is true."""

    def __init__(self) -> None:
        super().__init__(
            "Predicted against true",
            "Each point is a test example: across by what is true, up by what the network says. Click one to follow "
            "it.",
            "<b>Predicted against true</b><p>x = y, y = ŷ for each test example and output. On the diagonal ŷ = y; the "
            "distance from it is the error ŷ − y.</p>"
            "<p><b>Example:</b> a house worth y = 3.0 that the network takes for "
            "ŷ = 2.4 lies 0.6 below the diagonal.</p><p><b>Source:</b> M. Kuhn and K. Johnson, "
            "<i>Applied Predictive Modeling</i>, 2013, §5.1.</p>",
        )
        self._truth: FloatArray | None = None
        self._predicted: FloatArray = np.zeros((0, 0), np.float32)
        self._names: tuple[str, ...] = ()
        self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's predictions, if they are others."""
        picture = frame.picture
        truth, predicted = (picture.truth, picture.predicted) if isinstance(picture, TablePicture) else (None, None)
        before, now = (self._truth, self._predicted, self._names), (truth, predicted, frame.dataset.output_names)
        self._truth, self._names = truth, frame.dataset.output_names
        if predicted is not None:
            self._predicted = predicted
        if not all(a is b or np.array_equal(a, b) for a, b in zip(before[:2], now[:2], strict=True)):  # type: ignore[arg-type]
            if before[0] is None or truth is None or not np.array_equal(before[0], truth):
                self.arrange()
            else:
                self._draw()
            self.show_chosen(self._chosen)
            self.read()
        self.follow(frame)

    # Where things are.

    def full_height(self, width: int) -> int:
        """The height beyond which the picture grows no more in this width."""
        return width

    def _plot(self) -> QRectF:
        """The square between the axes."""
        left, below = self._margins()
        side = max(min(self.width() - left - 4, self.height() - below - 4), 40.0)
        return QRectF(round(left + max((self.width() - left - 4 - side) / 2, 0)), 4, round(side), round(side))

    def _margins(self) -> tuple[float, float]:
        """What the axes take to the left of the square and below it."""
        word = QFontMetricsF(text_font(11)).height()
        texts = [tick(value) for value in Scale(*self._range(), 0, 1).ticks(5)]
        return room_beside(texts) + word + 2, room_below()

    def _range(self) -> tuple[float, float]:
        """What both axes cover: all that is true, and what is said of it unless it lies far out."""
        if self._truth is None:
            return 0.0, 1.0
        low, high = float(self._truth.min()), float(self._truth.max())
        room = 0.1 * (high - low) or 1.0
        return low - room, high + room

    def _positions(self) -> NDArray[np.float64]:
        """Where the points lie, (outputs, k, 2); what is out of range lies at the border."""
        if self._truth is None:
            return np.zeros((0, 0, 2))
        plot, (low, high) = self._plot(), self._range()
        x, y = (
            np.clip((np.nan_to_num(values.astype(np.float64), nan=low) - low) / (high - low), 0, 1)
            for values in (self._truth, self._predicted)
        )
        return np.stack((plot.left() + x * plot.width(), plot.bottom() - y * plot.height()), axis=-1)

    def places(self) -> tuple[int, int]:
        return (0, 0) if self._truth is None else (self._truth.shape[1], self._truth.shape[0])

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

    # Its examples.

    def example_at(self, position: QPointF) -> AnyExample | None:
        spot = self.spot_at(position)
        return self.example_of(spot) if spot else None

    def example_of(self, spot: Spot) -> AnyExample | None:
        return Chosen(SplitName.TEST, spot.column)

    def outline_of(self, chosen: AnyExample) -> QPainterPath | None:
        if not isinstance(chosen, Chosen) or chosen.split is not SplitName.TEST or chosen.index >= self.places()[0]:
            return None
        outline = QPainterPath()
        for output in range(self.places()[1]):
            outline.addPath(circle(self._center(Spot(chosen.index, output)), _RADIUS + 3))
        return outline

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        if self._truth is None:
            return ()
        truth, said = float(self._truth[spot.row, spot.column]), float(self._predicted[spot.row, spot.column])
        return self._names[spot.row], f"true {decimal(truth, 4)}", f"predicted {decimal(said, 4)}"

    def figure(self, spot: Spot) -> float | None:
        return float(self._predicted[spot.row, spot.column])

    def summary(self) -> str:
        if self._truth is None:
            return "Nothing to see yet."
        return "Arrow keys read the test examples one by one, Enter follows one."

    def table(self) -> Table | None:
        if self._truth is None:
            return None
        names = chain.from_iterable((f"{name}, true", f"{name}, predicted") for name in self._names)
        columns = chain.from_iterable(zip(self._truth.tolist(), self._predicted.tolist(), strict=True))
        rows = zip(range(1, self.places()[0] + 1), *columns, strict=True)
        return Table("Predicted against true", ("test example", *names), list(rows))

    def mark(self, spot: Spot | None) -> None:
        self._marker.setPath(circle(self._center(spot), _RADIUS + 2) if spot else QPainterPath())

    # Drawing.

    def arrange(self) -> None:
        root, colors, plot = self.clear(), theme.current(), self._plot()
        self._points = items.pixmap(root, plot.topLeft() - QPointF(_RADIUS, _RADIUS), z=1)
        self._marker = items.path(root, QPen(QColor(colors.text), 1.5), z=2)
        if self._truth is not None:
            low, high = self._range()
            across, up = Scale(low, high, plot.left(), plot.right()), Scale(low, high, plot.bottom(), plot.top())
            Axis(root, Qt.Edge.BottomEdge, tick).show(
                across, across.ticks(5), plot, self.ratio, unit="true", right=plot.right() + 4
            )
            Axis(root, Qt.Edge.LeftEdge, tick).show(up, up.ticks(5), plot, self.ratio)
            diagonal = QPainterPath(plot.bottomLeft())
            diagonal.lineTo(plot.topRight())
            items.path(root, QPen(QColor(colors.dim), 1, Qt.PenStyle.DashLine)).setPath(diagonal)
            word = items.Words(root, QPointF(), text_font(11), colors.dim, "predicted", Qt.AlignmentFlag.AlignHCenter)
            word.item.setRotation(-90)
            middle = plot.center().y() + word.item.boundingRect().width() / 2
            word.item.setPos(plot.left() - self._margins()[0], middle)
        self._draw()
        self.show_chosen(self._chosen)

    def _draw(self) -> None:
        """The points of now."""
        around = self._plot().adjusted(-_RADIUS, -_RADIUS, _RADIUS, _RADIUS)
        if self._truth is not None:
            self._points.setPixmap(items.drawn(around, self.ratio, self._paint))

    def _paint(self, painter: QPainter) -> None:
        count = len(self._names)
        known = ~np.isnan(self._predicted)  # what is no number has no place
        for output, positions in enumerate(self._positions()):
            color = QColor(theme.current().accent) if count == 1 else theme.class_color(output, count)
            color.setAlpha(170)
            pen = QPen(color, 2 * _RADIUS)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in positions[known[output]].tolist()]))

    def sizeHint(self) -> QSize:
        return QSize(290, 290)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 160)
