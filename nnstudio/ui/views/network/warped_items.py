"""What a picture of warped space is drawn with: a grid in the colours of the answer, and a disc for each example.

Lines of one colour are one item, one pixel of the screen wide; an example is a small picture that is moved. Both are
told only what has changed.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsPixmapItem

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.choices import Task
from nnstudio.ui.stage import items
from nnstudio.ui.stage.atlas import shades_of
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import ZERO, class_color, current, heat_map_table

Positions = NDArray[np.float64]
_STRENGTHS = 0.4, 0.6, 0.8, 1.0
"""How much of its colour a line has, by how sure the answer is."""
_FINEST = 4
"""Parts of a pixel below which nothing has moved."""
_MARK = 2.4


def sides(answers: Array, dataset: Dataset) -> NDArray[np.float64]:
    """What the network makes of points (…, outputs), as a number that is negative on one side of its boundary and
    positive on the other, −1 … 1; of several classes the number of the one that it takes them for."""
    match dataset.task:
        case Task.BINARY:
            return 2.0 * answers[..., 0] - 1
        case Task.REGRESSION:
            largest = float(np.abs(dataset.train.targets[:, 0]).max()) or 1.0
            return np.clip(answers[..., 0].astype(float) / largest, -1, 1)
        case _:
            return answers.argmax(axis=-1).astype(float)


class Lines:
    """The grid."""

    def __init__(self, parent: QGraphicsItem, dataset: Dataset, ratio: float) -> None:
        self._classes = dataset.task is Task.MULTICLASS
        self._items = [items.path(parent, items.hairline(color, ratio), z=1) for color in _colors(dataset)]
        self._marks = items.path(parent, brush=QColor(current().text), z=2)
        self._shown: tuple[bytes, bytes] | None = None

    def show(self, places: Positions, answers: NDArray[np.float64]) -> None:
        """Run through these places (lines, steps, 2) of the picture, coloured by `sides` (lines, steps)."""
        told = np.rint(places * _FINEST).astype(np.int32).tobytes(), np.rint(answers * 50).astype(np.int8).tobytes()
        if told == self._shown:
            return
        self._shown = told
        paths = [QPainterPath() for _ in self._items]
        buckets = self._buckets(answers)
        starts = np.concatenate((np.ones((len(buckets), 1), bool), np.diff(buckets, axis=1) != 0), axis=1)
        steps, last = places.tolist(), buckets.shape[1]
        for line, kinds, begins in zip(steps, buckets, starts, strict=True):
            bounds = [*np.flatnonzero(begins).tolist(), last]
            for start, end in itertools.pairwise(bounds):
                path = paths[int(kinds[start])]
                path.moveTo(*line[start])
                draw = path.lineTo
                for x, y in line[start + 1 : end + 1]:
                    draw(x, y)
        for item, path in zip(self._items, paths, strict=True):
            item.setPath(path)
        self._mark(places, answers)

    def _buckets(self, answers: NDArray[np.float64]) -> NDArray[np.intp]:
        """The colour of each stroke between two steps (lines, steps − 1), that of its first end."""
        if self._classes:
            return answers[:, :-1].astype(np.intp)
        middle = (answers[:, :-1] + answers[:, 1:]) / 2
        strength = np.minimum((np.abs(middle) * len(_STRENGTHS)).astype(np.intp), len(_STRENGTHS) - 1)
        return strength + len(_STRENGTHS) * (middle >= 0)

    def _mark(self, places: Positions, answers: NDArray[np.float64]) -> None:
        """A dot wherever a line crosses the boundary."""
        marks = QPainterPath()
        if not self._classes:
            before, after = answers[:, :-1], answers[:, 1:]
            crossing = (before < 0) != (after < 0)
            share = (before / np.where(before == after, 1, before - after))[crossing][:, None]
            found = places[:, :-1][crossing] * (1 - share) + places[:, 1:][crossing] * share
            for x, y in found.tolist():
                marks.addRect(x - _MARK / 2, y - _MARK / 2, _MARK, _MARK)
        self._marks.setPath(marks)

    def hide(self) -> None:
        """There is no plane, or it cannot be drawn."""
        if self._shown is not None:
            self._shown = None
            for item in (*self._items, self._marks):
                item.setPath(QPainterPath())


class Discs:
    """The examples."""

    def __init__(self, parent: QGraphicsItem, dataset: Dataset, count: int, ratio: float) -> None:
        radius = 4.0 if count <= 150 else 3.4 if count <= 300 else 2.8
        self.radius = radius
        self._items: list[QGraphicsPixmapItem] = []
        self._places: NDArray[np.int32] | None = None
        for color in _point_colors(dataset, count):
            disc = items.pixmap(parent, z=3)
            disc.setPixmap(_disc(color, radius, ratio))
            disc.setOffset(-radius - 1, -radius - 1)
            self._items.append(disc)

    def __len__(self) -> int:
        return len(self._items)

    def show(self, places: Positions) -> None:
        """Lie here, (n, 2), from now on."""
        rounded = np.rint(places * _FINEST).astype(np.int32)
        before = self._places
        moved = range(len(rounded)) if before is None else np.flatnonzero((rounded != before).any(axis=1)).tolist()
        for index in moved:
            self._items[index].setPos(*places[index].tolist())
            if before is None:
                self._items[index].show()
        self._places = rounded

    def hide(self) -> None:
        """There is nowhere to lie."""
        if self._places is not None:
            self._places = None
            for item in self._items:
                item.hide()


def ring(parent: QGraphicsItem) -> QGraphicsPathItem:
    """A ring around nothing yet, of the colour of text on one of the card's."""
    return items.path(parent, QPen(QColor(current().text), 2), z=4)


def _colors(dataset: Dataset) -> list[str | QColor]:
    theme = current()
    if dataset.task is Task.MULTICLASS:
        return [class_color(label, dataset.classes) for label in range(dataset.classes)]
    if dataset.task not in (Task.BINARY, Task.REGRESSION):
        return [theme.dim] * dataset.outputs
    return [mix(theme.card, color, share) for color in (theme.negative, theme.positive) for share in _STRENGTHS]


def _point_colors(dataset: Dataset, count: int) -> Sequence[QColor]:
    if dataset.task is Task.REGRESSION:
        targets = dataset.train.targets[:count, 0]
        shades = shades_of(targets, float(np.abs(dataset.train.targets[:, 0]).max()) or 1.0).tolist()
        table = heat_map_table(current()).tolist()
        return [QColor.fromRgb(table[min(shade, 2 * ZERO)]) for shade in shades]
    if dataset.task is Task.BINARY or dataset.task is Task.MULTICLASS:
        colors = [class_color(label, dataset.classes) for label in range(max(dataset.classes, 2))]
        return [colors[int(label)] for label in dataset.train.labels[:count]]
    return [QColor(current().accent)] * count


_DISCS: dict[tuple[int, int, float, float], QPixmap] = {}


def _disc(color: QColor, radius: float, ratio: float) -> QPixmap:
    """A disc with a rim of the card's colour, which parts it from lines of its own."""
    key = color.rgb(), QColor(current().card).rgb(), radius, ratio
    if key not in _DISCS:
        size = 2 * radius + 2

        def draw(painter: QPainter) -> None:
            painter.setPen(QPen(QColor(current().card), 1))
            painter.setBrush(color)
            painter.drawEllipse(QPointF(size / 2, size / 2), radius, radius)

        _DISCS[key] = items.drawn(QRectF(0, 0, size, size), ratio, draw)
    return _DISCS[key]


MIDDLE = Qt.AlignmentFlag.AlignHCenter
