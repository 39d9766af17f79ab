"""What the network answers all over the plane, as pixels.

Two classes and values are a heat map, from orange over the zero colour to blue; for more classes the pixel mixes the
classes' colours by their probabilities, so that doubt looks like doubt. A frame costs a few passes over R² numbers.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import FloatArray
from nnstudio.ui import theme
from nnstudio.ui.widgets.heat_map import HeatMapAtlas


class BoundaryImage:
    """The picture of `PlanePicture.output`, shape (outputs, R, R)."""

    def __init__(self) -> None:
        self._map: HeatMapAtlas | None = None
        self._pixels = np.zeros((1, 1), np.uint32)
        self._mixture = QImage()
        self._mixed = False

    def fill(self, output: FloatArray, task: Task, scale: float, discretise: bool) -> None:
        """Paint `output`: probabilities for classifiers, for regression values that end at ±`scale`.

        Discretised, every pixel takes the colour of the answer alone, on a grid twice as fine.
        """
        values = _doubled(output) if discretise else output
        self._mixed = task is Task.MULTICLASS
        if self._mixed:
            self._mix(values, discretise)
            return
        signed = values if task is Task.REGRESSION else 2 * values - 1
        if self._map is None or (self._map.rows, self._map.columns) != values.shape[1:]:
            self._map = HeatMapAtlas(1, *values.shape[1:])
        # Discretised, the faintest doubt already has the full colour.
        self._map.fill(signed[:1], 1e-6 if discretise else scale)

    def draw(self, painter: QPainter, target: QRectF) -> None:
        """Draw the picture into `target`, smoothly."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._mixed:
            painter.drawImage(target, self._mixture)
        elif self._map is not None:
            self._map.draw(painter, 0, target)

    def _mix(self, shares: FloatArray, discretise: bool) -> None:
        classes, rows, columns = shares.shape
        if self._pixels.shape != (rows, columns):
            self._pixels = np.zeros((rows, columns), np.uint32)
            self._mixture = QImage(self._pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
        palette = [theme.class_color(label, classes) for label in range(classes)]
        colors = np.array([(color.red(), color.green(), color.blue()) for color in palette], np.float32)
        if discretise:
            packed = colors.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32) | np.uint32(0xFF000000)
            np.take(packed, shares.argmax(axis=0), out=self._pixels, mode="clip")
            return
        mixed = colors.T @ np.nan_to_num(shares).reshape(classes, -1)
        red, green, blue = np.clip(mixed, 0, 255).astype(np.uint32)
        self._pixels[...] = (np.uint32(0xFF000000) | red << 16 | green << 8 | blue).reshape(rows, columns)


def _doubled(maps: FloatArray) -> FloatArray:
    """Maps (k, R, R) on a grid twice as fine, (k, 2R, 2R), by bilinear interpolation between pixel centres."""
    return _doubled_along(_doubled_along(maps).swapaxes(1, 2)).swapaxes(1, 2)


def _doubled_along(maps: NDArray[np.floating]) -> NDArray[np.floating]:
    """Along the last axis, each pixel becomes two, a quarter of a pixel to either side of its centre."""
    fine = np.empty((*maps.shape[:-1], 2 * maps.shape[-1]), maps.dtype)
    fine[..., 0::2] = 0.75 * maps
    fine[..., 1::2] = fine[..., 0::2]
    fine[..., 2::2] += 0.25 * maps[..., :-1]
    fine[..., 1:-2:2] += 0.25 * maps[..., 1:]
    fine[..., 0] += 0.25 * maps[..., 0]
    fine[..., -1] += 0.25 * maps[..., -1]
    return fine
