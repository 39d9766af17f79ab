"""The pictures of the runs, each made once, on a thread of Qt's own; data that are slow to read make nobody wait."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Qt, QThreadPool, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from nnstudio.core.data.dataset import DataError, Dataset, ImageSource
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.shelf.portrait import Portrait, portrait
from nnstudio.core.sweep.datasets import dataset_of
from nnstudio.core.training.state import RunState
from nnstudio.ui import theme
from nnstudio.ui.examples.boundary_image import Pixels, boundary_pixels

POLLING_MILLISECONDS = 30
_NONE = (DataError, SettingError, ShapeError, ValueError, MemoryError)
"""What a state without a picture raises: its data are gone, or it fits no network."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What a state looks like, with its data; None of both where nobody knows."""

    portrait: Portrait | None = None
    dataset: Dataset | None = None


class Portraits(QObject):
    """`of` gives a picture that is there; what is wanted is drawn one after the other, and `drawn` tells of each."""

    drawn = Signal()

    def __init__(self, images: ImageSource | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images = images
        self._known: dict[int, tuple[RunState, Drawn]] = {}
        self._wanted: dict[int, RunState] = {}
        self._at: RunState | None = None
        self._done: deque[tuple[RunState, Drawn]] = deque()
        self._timer = QTimer(self, interval=POLLING_MILLISECONDS)
        self._timer.timeout.connect(self._collect)

    def of(self, state: RunState) -> Drawn | None:
        """The picture of a state; None while there is none yet."""
        known = self._known.get(id(state))
        return known[1] if known is not None else None

    def want(self, states: Iterable[RunState]) -> None:
        """Draw these, and forget all others."""
        wanted = {id(state): state for state in states}
        self._known = {key: known for key, known in self._known.items() if key in wanted}
        self._wanted = {key: state for key, state in wanted.items() if key not in self._known}
        self._next()

    def _next(self) -> None:
        if self._at is not None or not self._wanted:
            return
        state = self._at = next(iter(self._wanted.values()))
        images, done = self._images, self._done
        QThreadPool.globalInstance().start(lambda: done.append((state, _draw(state, images))))
        self._timer.start()

    def _collect(self) -> None:
        while self._done:
            state, drawn = self._done.popleft()
            self._at = None
            if self._wanted.pop(id(state), None) is not None:
                self._known[id(state)] = state, drawn
                self.drawn.emit()
        if self._at is None and not self._wanted:
            self._timer.stop()
        self._next()


def _draw(state: RunState, images: ImageSource | None) -> Drawn:
    try:
        dataset = dataset_of(state.experiment.dataset, images)
        return Drawn(portrait(state, dataset), dataset)
    except _NONE:
        return Drawn()


def picture_of(drawn: Portrait, side: int) -> QPixmap:
    """So many pixels of the screen wide and high, in the colours of the theme."""
    if drawn.output is not None:
        scale = max(float(np.abs(drawn.output).max()), 1e-30) if drawn.task is Task.REGRESSION else 1.0
        return _scaled(boundary_pixels(drawn.output, drawn.task, scale, False), side)
    if drawn.confusion is not None:
        return _scaled(_confusion_pixels(drawn.confusion), side)
    return _scatter(drawn, side)


def _scaled(pixels: Pixels, side: int) -> QPixmap:
    rows, columns = pixels.shape
    pixels = np.ascontiguousarray(pixels)
    image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    smooth = rows > side
    mode = Qt.TransformationMode.SmoothTransformation if smooth else Qt.TransformationMode.FastTransformation
    return QPixmap.fromImage(image.scaled(side, side, Qt.AspectRatioMode.IgnoreAspectRatio, mode))


def _confusion_pixels(counts: np.ndarray) -> Pixels:
    """The share of each row in its cells: what is right in the colour of the diagonal, mistakes the redder."""
    colors = theme.current()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    low, high, right = (_rgb(color) for color in (colors.error_low, colors.error_high, colors.accent))
    top = max(float((shares - np.diag(np.diag(shares))).max()), 0.02)
    mixed = low + (high - low) * np.clip(shares / top, 0, 1)[..., None]
    places = np.arange(len(shares))
    mixed[places, places] = low + (right - low) * shares[places, places][:, None]
    red, green, blue = np.moveaxis(mixed.round().astype(np.uint32), -1, 0)
    return (np.uint32(0xFF000000) | red << 16 | green << 8 | blue).astype(np.uint32)


def _rgb(color: str) -> np.ndarray:
    shade = QColor(color)
    return np.array([shade.red(), shade.green(), shade.blue()], float)


def _scatter(drawn: Portrait, side: int) -> QPixmap:
    """Predictions (upwards) over the truth; what is right lies on the diagonal."""
    colors, picture = theme.current(), QPixmap(side, side)
    picture.fill(QColor(colors.field))
    if drawn.truth is None or drawn.predicted is None or not drawn.truth.size:
        return picture
    low, high = float(drawn.truth.min()), float(drawn.truth.max())
    reach = (high - low) or 1.0
    painter = QPainter(picture)
    painter.setPen(QColor(colors.dim))
    painter.drawLine(0, side - 1, side - 1, 0)
    painter.setPen(QColor(colors.accent))
    across, up = ((each - low) / reach * (side - 3) for each in (drawn.truth, drawn.predicted))
    for x, y in zip(across.ravel().tolist(), np.nan_to_num(up).ravel().tolist(), strict=True):
        painter.drawRect(round(x), side - 3 - round(min(max(y, 0), side - 3)), 1, 1)
    painter.end()
    return picture
