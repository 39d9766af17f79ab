"""One output over the plane minus the other: where two networks disagree, and which of them is right there."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.data.plane import EXTENT, Extent, Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import Frame
from nnstudio.ui import theme
from nnstudio.ui.examples.boundary_image import doubled
from nnstudio.ui.examples.points import point_radius, to_plane, value_scale
from nnstudio.ui.examples.wording import coordinates
from nnstudio.ui.explanations.compare import COMPARE
from nnstudio.ui.runs.badge import LETTERS, badge_color, mark_path
from nnstudio.ui.runs.compare.comparison import disagreement, only_right, picture_difference
from nnstudio.ui.stage import items
from nnstudio.ui.stage.atlas import colors_of, shades_of
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import decimal, percent

WAITING = "The difference is drawn", "when both stand", "at the same update."
_CORNER, _BAR, _INSET = 8.0, 7.0, 8.0
Marks = tuple[NDArray[np.intp], NDArray[np.intp]]


def wait(root: QGraphicsItem, middle: QPointF) -> list[items.Words]:
    """Why there is no difference yet, around this point."""
    line, across = 18 * theme.text_scale(), Qt.AlignmentFlag.AlignHCenter
    places = (QPointF(middle.x(), middle.y() + by) for by in (-line, 0, line))
    return [
        items.Words(root, at, text_font(12), theme.current().dim, text, across)
        for at, text in zip(places, WAITING, strict=True)
    ]


class DifferenceStage(Stage):
    """A − B over the plane. The test points that only one of the two answers rightly have its shape.

    places_of: which two are compared, by their places among the letters
    """

    def __init__(self) -> None:
        name = "Difference of two outputs"
        tip = "One output minus the other; marks are test points that only one of the two networks answers rightly."
        super().__init__(name, tip, COMPARE["difference"].html(name, tip))
        self.places_of: tuple[int, int] = 0, 1
        self._frame: Frame | None = None
        self._values: NDArray[np.float64] | None = None
        self._marks: Marks | None = None
        self._disagreement: float | None = None
        self._task: Task | None = None
        self._key: object = None
        self.arrange()

    def show_frames(self, one: Frame, other: Frame) -> None:
        """Draw the one minus the other. Frames of two updates are no pair, and what is drawn stays."""
        values = picture_difference(one, other)
        if values is None:
            return
        self._frame, self._values, self._disagreement = one, values, disagreement(one, other)
        marks, marked = only_right(one, other), self._marks
        self._marks = marks
        key = one.experiment.dataset, self.places_of
        if key != self._key:
            self._key, self._task = key, one.dataset.task
            self.arrange()
        else:
            self._color()
            if not _same(marks, marked):
                self._draw_marks()
        self.read()

    def forget(self) -> None:
        """What is drawn is of another pair."""
        if self._values is not None:
            self._frame = self._values = self._marks = self._disagreement = self._key = None
            self.explore(None)
            self.arrange()
            self.setAccessibleDescription(self.summary())

    def headline(self) -> str:
        """On what share of the plane the two disagree."""
        if self._disagreement is None:
            return ""
        return percent(self._disagreement, 0 if 0.095 < self._disagreement < 0.995 else 1)

    # Where things are.

    @property
    def _extent(self) -> Extent:
        domain = self._frame.dataset.domain if self._frame else None
        return domain.extent if isinstance(domain, Plane) else EXTENT

    def plane(self) -> QRectF:
        """The square of the plane, where the boards beside it have theirs."""
        numbers = QFontMetricsF(mono_font(11)).height()
        below = round(2 * numbers + _BAR + 11)
        side = max(min(self.width(), self.height() - below), 40)
        return QRectF((self.width() - side) // 2, 0, side, side)

    def places(self) -> tuple[int, int]:
        return (0, 0) if self._values is None else (self._values.shape[1], self._values.shape[0])

    def spot_at(self, position: QPointF) -> Spot | None:
        plane, (columns, rows) = self.plane(), self.places()
        if not columns or not plane.contains(position):
            return None
        column = int((position.x() - plane.left()) / plane.width() * columns)
        row = int((position.y() - plane.top()) / plane.height() * rows)
        return Spot(min(column, columns - 1), min(row, rows - 1))

    def _center(self, spot: Spot) -> QPointF:
        plane, (columns, rows) = self.plane(), self.places()
        x, y = (spot.column + 0.5) / columns, (spot.row + 0.5) / rows
        return QPointF(plane.left() + x * plane.width(), plane.top() + y * plane.height())

    def anchor(self, spot: Spot) -> QRectF:
        center = self._center(spot)
        return QRectF(center.x() - 6, center.y() - 6, 12, 12)

    # What stands there.

    @property
    def _letters(self) -> tuple[str, str]:
        return LETTERS[self.places_of[0]], LETTERS[self.places_of[1]]

    def _meaning(self) -> str:
        first, second = self._letters
        if self._task is Task.MULTICLASS:
            return f"{first} and {second}, how far apart"
        return f"{first} minus {second}, {'the value' if self._task is Task.REGRESSION else 'probability of blue'}"

    def reading(self, spot: Spot) -> Sequence[str]:
        if self._values is None:
            return ()
        left, right, bottom, top = self._extent
        columns, rows = self.places()
        x1 = left + (right - left) * (spot.column + 0.5) / columns
        x2 = top - (top - bottom) * (spot.row + 0.5) / rows
        value = float(self._values[spot.row, spot.column])
        return coordinates(x1, x2), f"{' − '.join(self._letters)} = {decimal(value)}"

    def figure(self, spot: Spot) -> float | None:
        return float(self._values[spot.row, spot.column]) if self._values is not None else None

    def summary(self) -> str:
        if self._values is None:
            return " ".join(WAITING)
        parts = [f"They disagree on {self.headline()} of the plane."] if self.headline() else []
        parts += [f"{text}." for text in self.entries()]
        largest = float(np.abs(self._values).max())
        return " ".join([*parts, f"The largest difference is {decimal(largest)}. Arrow keys read it point by point."])

    def entries(self) -> list[str]:
        """Only A right: 35, only B right: 3."""
        if self._marks is None:
            return []
        pairs = zip(self._letters, self._marks, strict=True)
        return [f"only {letter} right: {len(points)}" for letter, points in pairs]

    def table(self) -> Table | None:
        if self._values is None:
            return None
        left, right, bottom, top = self._extent
        columns, rows = self.places()
        xs = (left + (right - left) * (np.arange(columns) + 0.5) / columns).tolist()
        ys = (top - (top - bottom) * (np.arange(rows) + 0.5) / rows).tolist()
        values = self._values.tolist()
        lines = [(xs[column], ys[row], values[row][column]) for row in range(rows) for column in range(columns)]
        return Table("Difference", ("x₁", "x₂", " − ".join(self._letters)), lines)

    def mark(self, spot: Spot | None) -> None:
        path = QPainterPath()
        if spot is not None:
            path.addEllipse(self._center(spot), 5, 5)
        self._casing.setPath(path)
        self._cursor.setPath(path)

    # Drawing.

    def arrange(self) -> None:
        root, plane, colors = self.clear(), self.plane(), theme.current()
        items.rectangle(root, plane, QColor(colors.field))
        self._map = items.pixmap(root, plane.topLeft())
        self._map.setTransformationMode(items.SMOOTH)
        self._waiting = wait(root, plane.center())
        card = QPen(QColor(colors.card), 1)
        self._only = [items.path(root, card, QColor(badge_color(place)), z=1) for place in self.places_of]
        corners = items.rounded(plane, _CORNER)
        corners.addRect(plane.adjusted(-1, -1, 1, 1))
        items.path(root, brush=QColor(colors.card), z=2).setPath(corners)
        self._legend = items.pixmap(root, z=3)
        self._casing = items.path(root, QPen(QColor(colors.card), 3.5), z=41)
        self._cursor = items.path(root, QPen(QColor(colors.text), 1.5), z=42)
        if self._frame is not None:
            below = QRectF(0, plane.bottom(), self.width(), self.height() - plane.bottom())
            scale = items.pixmap(root, below.topLeft(), z=3)
            scale.setPixmap(items.drawn(below, self.ratio, self._paint_below))
        self._color()
        self._draw_marks()

    @property
    def _scale(self) -> float:
        """The difference that has the full colour."""
        return value_scale(self._frame.dataset) if self._frame is not None else 1.0

    def _color(self) -> None:
        values = self._values
        self._map.setVisible(values is not None)
        for words in self._waiting:
            words.item.setVisible(values is None)
        if values is None:
            return
        pixels = np.array(colors_of(theme.current()), np.uint32)[
            shades_of(doubled(values[None].astype(np.float32))[0], self._scale)
        ]
        rows, columns = pixels.shape
        image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        plane = self.plane()
        self._map.setPixmap(QPixmap.fromImage(image))
        self._map.setTransform(QTransform.fromScale(plane.width() / columns, plane.height() / rows))

    def _draw_marks(self) -> None:
        marks, frame, plane = self._marks, self._frame, self.plane()
        self._legend.setVisible(marks is not None)
        if marks is None or frame is None:
            for item in self._only:
                item.setPath(QPainterPath())
            return
        raw = frame.dataset.test.raw
        radius = 1.1 * point_radius(plane.width(), len(raw))
        for item, place, points in zip(self._only, self.places_of, marks, strict=True):
            path = QPainterPath()
            path.setFillRule(Qt.FillRule.WindingFill)  # two that overlap leave no hole
            for x, y in to_plane(raw[points], self._extent, plane).tolist():
                path.addPath(mark_path(place, QPointF(x, y), radius))
            item.setPath(path)
        metrics = QFontMetricsF(text_font(12))
        widths = [metrics.horizontalAdvance(text) for text in self.entries()]
        if sum(widths) + 70 > plane.width() - 2 * _INSET:
            self._legend.hide()  # the bubble and the screen reader say it all the same
            return
        box = QRectF(0, 0, sum(widths) + 62, metrics.height() + 10)
        self._legend.setPixmap(items.drawn(box, self.ratio, lambda painter: self._paint_legend(painter, box, widths)))
        self._legend.setPos(plane.left() + _INSET, plane.bottom() - _INSET - box.height())

    def _paint_legend(self, painter: QPainter, box: QRectF, widths: list[float]) -> None:
        colors, x = theme.current(), 10.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.card))
        painter.drawRoundedRect(box, 5, 5)
        painter.setFont(text_font(12))
        for place, text, width in zip(self.places_of, self.entries(), widths, strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(badge_color(place)))
            painter.drawPath(mark_path(place, QPointF(x + 4, box.center().y()), 4))
            painter.setPen(QColor(colors.text))
            painter.drawText(QRectF(x + 13, 0, width + 2, box.height()), Qt.AlignmentFlag.AlignVCenter, text)
            x += width + 26

    def _paint_below(self, painter: QPainter) -> None:
        """What the colours mean, where the boards beside it say that of theirs."""
        plane, numbers, words = self.plane(), mono_font(11), text_font(11)
        high = QFontMetricsF(numbers).height()
        bar = QRectF(plane.left(), plane.bottom() + 2 + high + 5, plane.width(), _BAR)
        table = np.ascontiguousarray(theme.heat_map_table(theme.current()))
        one_sided = self._task is Task.MULTICLASS
        if one_sided:
            table = np.ascontiguousarray(table[theme.ZERO :])
        image = QImage(table.data, len(table), 1, 4 * len(table), QImage.Format.Format_RGB32)
        painter.setClipPath(items.rounded(bar, _BAR / 2))
        painter.drawImage(bar, image)
        painter.setClipping(False)
        painter.setPen(QColor(theme.current().dim))
        line = QRectF(plane.left(), bar.bottom() + 2, plane.width(), high)
        end = decimal(self._scale, 2) if self._task is Task.REGRESSION else "1"
        painter.setFont(numbers)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, "0" if one_sided else f"−{end}")
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, end if one_sided else f"+{end}")
        room = plane.width() - 2 * QFontMetricsF(numbers).horizontalAdvance(f"−{end} ")
        meaning = QFontMetricsF(words).elidedText(self._meaning(), Qt.TextElideMode.ElideRight, room)
        painter.setFont(words)
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter, meaning)

    def sizeHint(self) -> QSize:
        return QSize(290, 330)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 170)


def _same(marks: Marks | None, others: Marks | None) -> bool:
    if marks is None or others is None:
        return marks is others
    return all(np.array_equal(one, other) for one, other in zip(marks, others, strict=True))
