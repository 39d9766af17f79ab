"""The decision boundary: what the network answers for every point of the plane, and the examples it learns from.

The map, the points over it, the plane's extent and the meaning of the colours below. The mouse and the arrow keys read
the network's answer pixel by pixel, at the pixel's own centre, so that both numbers are exact; over a point they read
the point.
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPixmap, QTransform

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.data.plane import EXTENT, Extent, Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.example import AnyExample, Chosen, ExampleReading, TypedInputs
from nnstudio.core.run.frame import ExampleLosses, FloatArray, Frame, PlanePicture
from nnstudio.ui import theme
from nnstudio.ui.examples.boundary_image import Pixels, boundary_pixels
from nnstudio.ui.examples.choosing import ExamplesStage, circle
from nnstudio.ui.examples.legend import legend_height, paint_legend
from nnstudio.ui.examples.points import draw_points, nearest, point_radius, splits_in_sight, to_plane, value_scale
from nnstudio.ui.examples.wording import coordinates, example_name, loss_among, target_of
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.widgets.figures import decimal, tick

_WORDS = 112.0
"""What stands below the plane needs so many pixels of width, with normal text."""
_CORNER = 8.0
_APART = 4
"""Pixels at least between an axis' name and its ends."""
_CROSS = 3.0
_REACH = 2.0
"""So many pixels beside a point it is still meant."""


class BoundaryStage(ExamplesStage):
    """The plane of a two-input data set, coloured by the network's output."""

    across = "x₁"
    """What the horizontal axis is called."""

    def __init__(self) -> None:
        super().__init__(
            "Decision boundary",
            "What the network answers for every point of the plane; where the colour fades, it is undecided. Click a "
            "point, or any other place, to follow it through the network.",
            "<b>Decision boundary</b><p>Every pixel is a point (x₁, x₂) that is sent through the network. Its colour "
            "is the output: for two classes the probability p = σ(z) that the point is blue, for more classes the mix"
            " of their colours by p = softmax(z), for regression the value.</p><p><b>Example:</b> with z = −0.36 the "
            "network answers p = 1 / (1 + e<sup>0.36</sup>) = 0.41: rather orange. Where p = 0.5 lies the boundary.</p>"
            "<p>Filled circles are training points, rings are test points, which the network never trains on. A click "
            "on a point, or Enter near it, follows it through the network; a click anywhere else follows that place, "
            "which is in no split. Escape lets go.</p>"
            "<p><b>Source:</b> C. Bishop, "
            "<i>Pattern Recognition and Machine Learning</i>, 2006, §4.3.</p>",
        )
        self._dataset: Dataset | None = None
        self._example: ExampleReading | None = None
        self._losses: ExampleLosses | None = None
        self._output: FloatArray | None = None
        self._pixels: Pixels | None = None
        self._show_tests = False
        self._discretise = False
        self._outlined: tuple[int, ...] = ()
        self._bare = False
        self.arrange()

    def show_frame(self, frame: Frame, legible: bool = True) -> None:
        """Draw this frame's plane; `legible`: there is time to read figures."""
        output = frame.picture.output if isinstance(frame.picture, PlanePicture) else None
        self.show_plane(frame.dataset, output, frame.example, frame.losses, legible)

    def show_plane(
        self,
        dataset: Dataset,
        output: FloatArray | None,
        example: ExampleReading | None,
        losses: ExampleLosses | None = None,
        legible: bool = True,
    ) -> None:
        """Draw these data over these answers (outputs, R, R), with a ring around this example; None: nobody knows the
        answers."""
        self._example, self._losses, self._output = example, losses, output
        if dataset is not self._dataset:
            self._dataset, self._outlined = dataset, ()
            self.arrange()
        else:
            self._color()
        self.go_with(dataset, example.chosen if example else None)
        if legible:
            self.read()

    def set_show_tests(self, show: bool) -> None:
        """Whether the test points are drawn."""
        self._show_tests = show
        self.arrange()

    def outline(self, training: Sequence[int]) -> None:
        """Give these training points an edge, until there are other data: the next mini-batch."""
        if tuple(training) != self._outlined:
            self._outlined = tuple(training)
            self._draw_outlines()

    def set_bare(self, bare: bool) -> None:
        """Whether the plane stands alone, without extent and legend below it."""
        if bare != self._bare:
            self._bare = bare
            self.arrange()

    def set_discretise(self, discretise: bool) -> None:
        """Whether a pixel shows the likelier class alone."""
        self._discretise = discretise
        self.arrange()

    # Where things are.

    @property
    def _extent(self) -> Extent:
        """The part of the plane in sight."""
        domain = self._dataset.domain if self._dataset else None
        return domain.extent if isinstance(domain, Plane) else EXTENT

    def plane(self) -> QRectF:
        """The square of the plane."""
        side = max(min(self.width(), self.height() - self._below()), 40)
        return QRectF((self.width() - side) // 2, 0, side, side)

    def _below(self) -> int:
        """What extent and legend take below the plane."""
        if self._bare:
            return 0
        return round(QFontMetricsF(mono_font(11)).height() + legend_height(mono_font(11)) + 9)

    def full_height(self, width: int) -> int:
        """The height beyond which the plane grows no more in this width."""
        return width + self._below()

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

    def _center(self, spot: Spot) -> QPointF:
        plane, (columns, rows) = self.plane(), self.places()
        return QPointF(
            plane.left() + (spot.column + 0.5) / columns * plane.width(),
            plane.top() + (spot.row + 0.5) / rows * plane.height(),
        )

    def anchor(self, spot: Spot) -> QRectF:
        return circle(self._center(spot), 6).boundingRect()

    # Its examples.

    def _nearest(self, position: QPointF) -> tuple[Chosen, float] | None:
        dataset = self._dataset
        if dataset is None or not isinstance(dataset.domain, Plane):
            return None
        return nearest(dataset, self._extent, self.plane(), self._show_tests, position)

    def _radius(self) -> float:
        """Of a point."""
        splits = splits_in_sight(self._dataset, self._show_tests) if self._dataset else ()
        return point_radius(self.plane().width(), sum(len(split) for _, split in splits))

    def point_at(self, position: QPointF) -> Chosen | None:
        """The example that is drawn there."""
        found = self._nearest(position)
        return found[0] if found and found[1] <= self._radius() + _REACH else None

    def example_at(self, position: QPointF) -> AnyExample | None:
        plane, (left, right, bottom, top) = self.plane(), self._extent
        found = self.point_at(position)
        if found is not None or self._dataset is None or not plane.contains(position):
            return found
        x1 = left + (right - left) * (position.x() - plane.left()) / plane.width()
        x2 = top - (top - bottom) * (position.y() - plane.top()) / plane.height()
        return self.typed_at(round(x1, 2), round(x2, 2))  # so exactly as the figures say it

    def typed_at(self, x1: float, x2: float) -> TypedInputs:
        """The inputs of a place where no point is."""
        return TypedInputs((x1, x2))

    def example_of(self, spot: Spot) -> Chosen | None:
        found = self._nearest(self._center(spot))
        return found[0] if found else None

    def outline_of(self, chosen: AnyExample) -> QPainterPath | None:
        if isinstance(chosen, TypedInputs):
            return self._place(chosen)
        split = chosen.split.of(self._dataset) if self._dataset else None
        if split is None or split.raw.shape[1:] != (2,) or chosen.index >= len(split.raw):
            return None  # chosen among other data
        x, y = to_plane(split.raw[chosen.index][None], self._extent, self.plane())[0].tolist()
        return circle(QPointF(x, y), self._radius() + 4)

    def _place(self, typed: TypedInputs) -> QPainterPath | None:
        """A ring with a cross where no point is."""
        if len(typed.raw) != 2:
            return None
        at = QPointF(*to_plane(np.array([typed.raw]), self._extent, self.plane())[0].tolist())
        if not self.plane().contains(at):
            return None
        outline = circle(at, self._radius() + 4)
        for across in (QPointF(_CROSS, 0), QPointF(0, _CROSS)):
            outline.moveTo(at - across)
            outline.lineTo(at + across)
        return outline

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        dataset, output = self._dataset, self._output
        if dataset is None or output is None:
            return ()
        left, right, bottom, top = self._extent
        chosen = self.point_at(self._center(spot))
        if chosen is not None:
            return self._point(chosen, output[:, spot.row, spot.column])
        x1 = left + (right - left) * (spot.column + 0.5) / output.shape[2]
        x2 = top - (top - bottom) * (spot.row + 0.5) / output.shape[1]
        return self.coordinates(x1, x2), *answers_in_words(dataset, output[:, spot.row, spot.column], "=")

    def figure(self, spot: Spot) -> float | None:
        return float(self._output[0, spot.row, spot.column]) if self._output is not None else None

    def _point(self, chosen: Chosen, nearby: FloatArray) -> Sequence[str]:
        """The point's own numbers. What the network answers there is read off the pixel that it lies in, unless it is
        the chosen one."""
        dataset, example = self._dataset, self._example
        assert dataset is not None
        split = chosen.split.of(dataset)
        assert split is not None
        if example is not None and example.chosen == chosen:
            answers = answers_in_words(dataset, example.answer, "=")
        else:
            answers = answers_in_words(dataset, nearby, "≈")
        loss = loss_among(dataset, example, self._losses, chosen)
        return (
            example_name(chosen),
            self.coordinates(*split.raw[chosen.index].tolist()),
            f"target {target_of(dataset, split, chosen.index)}",
            *answers,
            *((f"loss {decimal(loss)}",) if loss is not None else ()),
        )

    def coordinates(self, x1: float, x2: float) -> str:
        """A place in words."""
        return coordinates(x1, x2)

    def summary(self) -> str:
        if self._dataset is None or self._output is None:
            return "Nothing to see yet."
        keys = "Arrow keys read it point by point, Enter follows the nearest example."
        if self._chosen is not None:
            keys = "Arrow keys walk from the chosen example to the next, Escape lets go of it."
        if self._dataset.task is Task.BINARY:
            share = float((self._output[0] >= 0.5).mean())
            likelier = self._dataset.target_names[1]
            name = likelier[0].upper() + likelier[1:]
            return f"{name} is the likelier class on {100 * share:.0f} % of the plane. {keys}"
        return f"The answers over the plane. {keys}"

    def mark(self, spot: Spot | None) -> None:
        at = circle(self._center(spot), 5) if spot else QPainterPath()
        self._marker.setPath(at)
        self._marker_casing.setPath(at)

    # Drawing.

    def arrange(self) -> None:
        root, plane, colors = self.clear(), self.plane(), theme.current()
        self._ground = items.rectangle(root, plane, QColor(colors.field))
        self._map = items.pixmap(root, plane.topLeft())
        self._map.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        points = items.pixmap(root, plane.topLeft(), z=1)
        corners = items.rounded(plane, _CORNER)
        corners.addRect(plane.adjusted(-1, -1, 1, 1))
        items.path(root, brush=QColor(colors.card), z=2).setPath(corners)
        self._marker_casing = items.path(root, QPen(QColor(colors.card), 3.5), z=41)
        self._marker = items.path(root, QPen(QColor(colors.text), 1.5), z=42)
        self._outlines = items.path(root, QPen(QColor(colors.text), 1.6), z=1.5)
        self._draw_outlines()
        self._pixels = None
        dataset = self._dataset
        if dataset is not None:
            below = QRectF(0, plane.bottom(), self.width(), self.height() - plane.bottom())
            if not self._bare:
                items.pixmap(root, below.topLeft(), z=3).setPixmap(items.drawn(below, self.ratio, self._paint_below))
            on_plane = QRectF(0, 0, plane.width(), plane.height())
            points.setPixmap(
                items.drawn(on_plane, self.ratio, lambda p: draw_points(p, dataset, on_plane, self._show_tests))
            )
            self._color()
        self.show_chosen(self._chosen)

    def _draw_outlines(self) -> None:
        path = QPainterPath()
        if self._outlined and self._dataset is not None:
            points = self._dataset.train.raw[list(self._outlined)]
            radius = 0.85 * self._radius()
            for x, y in to_plane(points, self._extent, self.plane()).tolist():
                path.addEllipse(QPointF(x, y), radius, radius)
        self._outlines.setPath(path)

    def _color(self) -> None:
        """The map of now, if it is another one."""
        output, dataset = self._output, self._dataset
        self._map.setVisible(output is not None)
        if output is None or dataset is None:
            return
        pixels = boundary_pixels(output, dataset.task, value_scale(dataset), self._discretise)
        if self._pixels is not None and np.array_equal(pixels, self._pixels):
            return
        self._pixels = pixels
        rows, columns = pixels.shape
        plane = self.plane()
        image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        self._map.setPixmap(QPixmap.fromImage(image))
        self._map.setTransform(QTransform.fromScale(plane.width() / columns, plane.height() / rows))

    def _paint_below(self, painter: QPainter) -> None:
        """The plane's extent with the name of its axis, and what the colours mean."""
        assert self._dataset is not None
        plane, numbers, words = self.plane(), mono_font(11), text_font(11)
        left, right, _, _ = (tick(float(f"{edge:.3g}")) for edge in self._extent)
        high = QFontMetricsF(numbers).height()
        wide = max(plane.width(), min(_WORDS * theme.text_scale(), float(self.width())))
        line = QRectF(plane.center().x() - wide / 2, plane.bottom() + 2, wide, high)
        painter.setPen(QColor(theme.current().dim))
        ends = max(QFontMetricsF(numbers).horizontalAdvance(end) for end in (left, right))
        metrics = QFontMetricsF(words)
        if metrics.horizontalAdvance(self.across) + 2 * (ends + _APART) <= wide:  # else the name alone says more
            painter.setFont(numbers)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, left)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight, right)
        painter.setFont(words)
        name = metrics.elidedText(self.across, Qt.TextElideMode.ElideRight, wide)
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter, name)
        legend = QRectF(line.left(), line.bottom() + 5, wide, legend_height(numbers))
        paint_legend(painter, legend, self._dataset, self._discretise, (numbers, words))

    def sizeHint(self) -> QSize:
        return QSize(290, 330)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 104 + self._below())


def answers_in_words(dataset: Dataset, answer: FloatArray, sign: str) -> list[str]:
    """What the network says; `sign`: how exactly."""
    if dataset.task is Task.BINARY:
        return [f"p({dataset.target_names[1]}) {sign} {float(answer[0]):.4f}"]
    if dataset.task is Task.REGRESSION:
        return [f"answer {sign} {decimal(float(answer[0]))}"]
    names = [f"class {name}" if name.isdigit() else name for name in dataset.class_names]
    return [f"p({names[label]}) {sign} {float(answer[label]):.4f}" for label in np.argsort(-answer)[:2]]
