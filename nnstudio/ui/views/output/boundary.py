"""The decision boundary: what the network answers for every point of the plane, and the examples it learns from.

The map, the points over it, the plane's extent beside it and the meaning of the colours below. The mouse and the arrow
keys read the network's answer pixel by pixel, at the pixel's own centre, so that both numbers are exact.
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.data.plane import EXTENT, Extent, Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import FloatArray, Frame, PlanePicture
from nnstudio.ui import theme
from nnstudio.ui.views.output.boundary_image import BoundaryImage
from nnstudio.ui.views.output.legend import legend_height, paint_legend
from nnstudio.ui.views.output.points_layer import PointsLayer, point_radius, to_plane, value_scale
from nnstudio.ui.widgets.canvas import Canvas, Spot, mono_font, text_font
from nnstudio.ui.widgets.figures import decimal, tick

_CORNER = 6.0


class BoundaryCanvas(Canvas):
    """The plane of a two-input data set, coloured by the network's output."""

    def __init__(self) -> None:
        super().__init__(
            "Decision boundary",
            "What the network answers for every point of the plane; where the colour fades, it is undecided.",
            "<b>Decision boundary</b><p>Every pixel is a point (x₁, x₂) that is sent through the network. Its colour "
            "is the output: for two classes the probability p = σ(z) that the point is blue, for more classes the mix"
            " of their colours by p = softmax(z), for regression the value. Filled circles are training points, rings"
            " are test points, which the network never trains on.</p>",
        )
        self._picture = BoundaryImage()
        self._points = PointsLayer()
        self._dataset: Dataset | None = None
        self._output: FloatArray | None = None
        self._show_tests = True
        self._discretise = False
        self._painted: object = None

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's plane."""
        self._dataset = frame.dataset
        self._output = frame.picture.output if isinstance(frame.picture, PlanePicture) else None
        self._painted = None
        self.update()

    def set_show_tests(self, show: bool) -> None:
        """Whether the test points are drawn."""
        self._show_tests = show
        self.update()

    def set_discretise(self, discretise: bool) -> None:
        """Whether a pixel shows the likelier class alone."""
        self._discretise = discretise
        self._painted = None
        self.update()

    # Where things are.

    @property
    def _extent(self) -> Extent:
        """The part of the plane in sight."""
        domain = self._dataset.domain if self._dataset else None
        return domain.extent if isinstance(domain, Plane) else EXTENT

    def plane(self) -> QRectF:
        """The square of the plane, in the widget."""
        left, below = self._margins()
        side = max(min(self.width() - left - 1, self.height() - below - 1), 40.0)
        return QRectF(left + max((self.width() - left - 1 - side) // 2, 0), 1, side, side)

    def _margins(self) -> tuple[float, float]:
        """What axes and legend take to the left of the plane and below it."""
        numbers = QFontMetricsF(mono_font(10))
        widest = max(numbers.horizontalAdvance(tick(edge)) for edge in self._extent[2:])
        return widest + 6, numbers.height() + legend_height(mono_font(10)) + 7

    def full_height(self, width: int) -> int:
        """The height beyond which the plane grows no more in this width."""
        left, below = self._margins()
        return round(width - left + below) + 1

    def places(self) -> tuple[int, int]:
        return (0, 0) if self._output is None else (self._output.shape[2], self._output.shape[1])

    def spot_at(self, position: QPointF) -> Spot | None:
        plane = self.plane()
        columns, rows = self.places()
        if not columns or not plane.contains(position):
            return None
        column = int((position.x() - plane.left()) / plane.width() * columns)
        row = int((position.y() - plane.top()) / plane.height() * rows)
        return Spot(min(column, columns - 1), min(row, rows - 1))

    def anchor(self, spot: Spot) -> QPointF:
        plane = self.plane()
        columns, rows = self.places()
        return QPointF(
            plane.left() + (spot.column + 0.5) / columns * plane.width(),
            plane.top() + (spot.row + 0.5) / rows * plane.height(),
        )

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        dataset, output = self._dataset, self._output
        if dataset is None or output is None:
            return ()
        left, right, bottom, top = self._extent
        x1 = left + (right - left) * (spot.column + 0.5) / output.shape[2]
        x2 = top - (top - bottom) * (spot.row + 0.5) / output.shape[1]
        lines = [f"x₁ {x1:.2f}  x₂ {x2:.2f}".replace("-", "−")]
        answer = output[:, spot.row, spot.column]
        if dataset.task is Task.BINARY:
            lines.append(f"p(blue) = {float(answer[0]):.4f}")
        elif dataset.task is Task.REGRESSION:
            lines.append(f"output = {decimal(float(answer[0]))}")
        else:
            lines += [f"p(class {label}) = {float(answer[label]):.4f}" for label in np.argsort(-answer)[:2]]
        lines += self._points_at(spot)
        return lines

    def _points_at(self, spot: Spot) -> list[str]:
        """The example under the spot, if there is one."""
        dataset = self._dataset
        if dataset is None:
            return []
        anchor, plane = self.anchor(spot), self.plane()
        reach = point_radius(plane.width(), len(dataset.train)) + 1.5
        splits = [("training point", dataset.train)]
        if self._show_tests and dataset.test is not dataset.train:
            splits.append(("test point", dataset.test))
            if dataset.validation is not None:
                splits.append(("validation point", dataset.validation))
        for word, split in splits:
            position = to_plane(split.raw, self._extent, plane) - (anchor.x(), anchor.y())
            distance = np.hypot(position[:, 0], position[:, 1])
            nearest = int(distance.argmin())
            if distance[nearest] <= reach:
                return [f"{word}: {self._target(split, nearest)}"]
        return []

    def _target(self, split: Split, index: int) -> str:
        dataset = self._dataset
        if dataset is None or dataset.task is Task.REGRESSION:
            return decimal(float(split.targets[index, 0]))
        name = dataset.class_names[int(split.labels[index])]
        return name if dataset.task is Task.BINARY else f"class {name}"

    def summary(self) -> str:
        if self._dataset is None or self._output is None:
            return "Nothing to see yet."
        if self._dataset.task is Task.BINARY:
            share = float((self._output[0] >= 0.5).mean())
            return f"Blue is the likelier class on {100 * share:.0f} % of the plane. Arrow keys read it point by point."
        return "Arrow keys read the plane point by point."

    # Drawing.

    def paint(self, painter: QPainter) -> None:
        dataset = self._dataset
        if dataset is None:
            return
        plane = self.plane()
        painter.save()
        outline = QPainterPath()
        outline.addRoundedRect(plane, _CORNER, _CORNER)
        painter.setClipPath(outline)
        if self._output is None:
            painter.fillRect(plane, QColor(theme.current().field))
        else:
            self._refresh(self._output, dataset)
            self._picture.draw(painter, plane)
        layer = self._points.pixmap(dataset, plane.width(), self.devicePixelRatioF(), self._show_tests)
        painter.drawPixmap(plane.topLeft(), layer)
        painter.restore()
        self._paint_extent(painter, plane, self._extent)
        numbers, words = mono_font(10), text_font(10.5)
        top = plane.bottom() + QFontMetricsF(numbers).height() + 5
        legend = QRectF(plane.left(), top, plane.width(), legend_height(numbers))
        paint_legend(painter, legend, dataset, self._discretise, (numbers, words))
        if spot := self.spot:
            self._paint_marker(painter, self.anchor(spot))

    def _refresh(self, output: FloatArray, dataset: Dataset) -> None:
        key = theme.current()
        if self._painted is not key:
            self._painted = key
            self._picture.fill(output, dataset.task, value_scale(dataset), self._discretise)

    def _paint_extent(self, painter: QPainter, plane: QRectF, extent: tuple[float, float, float, float]) -> None:
        """The plane's edges and the names of its axes, quietly outside."""
        left, right, bottom, top = (tick(edge) for edge in extent)
        font = mono_font(10)
        height = QFontMetricsF(font).height()
        painter.setFont(font)
        painter.setPen(QColor(theme.current().dim))
        below = QRectF(plane.left(), plane.bottom() + 2, plane.width(), height)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, left)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, right)
        beside = QRectF(0, plane.top(), plane.left() - 4, plane.height())
        painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, top)
        painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, bottom)
        painter.setFont(text_font(10.5))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "x₁")
        painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "x₂")

    def _paint_marker(self, painter: QPainter, at: QPointF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((theme.current().card, 3.5), (theme.current().text, 1.5)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawEllipse(at, 6, 6)

    def sizeHint(self) -> QSize:
        return QSize(290, 330)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 190)
