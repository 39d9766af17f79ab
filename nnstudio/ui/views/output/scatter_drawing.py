"""What a scatter matrix is drawn of: frames and names, histograms, points, and what the colours mean."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.choices import Task
from nnstudio.ui import theme
from nnstudio.ui.examples.legend import paint_classes, paint_legend
from nnstudio.ui.examples.points import point_colors
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.output.scatter_dots import dots
from nnstudio.ui.views.output.scatter_layout import MatrixLayout
from nnstudio.ui.views.output.scatter_rows import ScatterRows, Values

_BINS = 16
_SMALLEST, _LARGEST = 0.9, 2.0
"""The radius of a point, from small and crowded cells to large ones."""
_FEW = 300
_RIM = 0.4
"""The share of its rim in the colour of a value: here no point is large enough for a rim of its own."""
_BESIDE = 5.0


def draw_frames(root: QGraphicsItem, layout: MatrixLayout, ratio: float) -> None:
    """The frame of each cell, and the name of each input at the left and below."""
    colors, font, frames = theme.current(), text_font(11), QPainterPath()
    for spot in layout.spots():
        frames.addRect(layout.cell(spot))
    items.path(root, items.hairline(colors.line, ratio)).setPath(frames)
    line = layout.line
    for each, lines in enumerate(layout.rows):
        center = layout.cell(Spot(each, each)).center().y() - (len(lines) - 1) / 2 * line
        for number, words in enumerate(lines):
            at = QPointF(layout.matrix.left() - _BESIDE, center + number * line)
            items.Words(root, at, font, colors.dim, words, Qt.AlignmentFlag.AlignRight)
    for each, lines in enumerate(layout.columns):
        center, below = layout.cell(Spot(each, each)).center().x(), layout.matrix.bottom() + _BESIDE - 2
        for number, words in enumerate(lines):
            if layout.upright:
                turned = items.Words(root, QPointF(), font, colors.dim, words).item
                turned.setRotation(-90)
                left = center + (number - len(lines) / 2) * line
                turned.setPos(left, below + turned.boundingRect().width())
            else:
                at = QPointF(center, below + (number + 0.5) * line)
                items.Words(root, at, font, colors.dim, words, Qt.AlignmentFlag.AlignHCenter)


def draw_histograms(root: QGraphicsItem, layout: MatrixLayout, rows: ScatterRows) -> None:
    """How often each input takes which value, class upon class."""
    counts = rows.counts(_BINS)
    heights = counts / counts.sum(axis=1).max(axis=1)[:, None, None]
    tops = np.cumsum(heights, axis=1)
    classes = counts.shape[1]
    for label in range(classes):
        boxes: list[QRectF] = []
        for each in range(layout.count):
            inside = layout.inside(Spot(each, each))
            width = inside.width() / _BINS
            for place, (top, height) in enumerate(zip(tops[each, label], heights[each, label], strict=True)):
                upper = inside.bottom() - top * inside.height()
                boxes.append(QRectF(inside.left() + place * width, upper, width, height * inside.height()))
        color = theme.class_color(label, classes) if rows.dataset.classes else QColor(theme.current().dim)
        items.Bars(root, z=1).show([box for box in boxes if box.height()], color)


def draw_points(root: QGraphicsItem, layout: MatrixLayout, rows: ScatterRows, ratio: float) -> None:
    """The rows in every cell off the diagonal."""
    pairs = [spot for spot in layout.spots() if spot.column != spot.row]
    if not pairs:
        return
    matrix, size = layout.matrix, layout.inside(pairs[0]).size()
    corners = [layout.inside(spot).bottomLeft() - matrix.topLeft() for spot in pairs]
    left, bottom = np.array([(corner.x(), corner.y()) for corner in corners]).T[:, :, None]
    across = left + rows.shares[:, [spot.column for spot in pairs]].T * size.width()
    down = bottom - rows.shares[:, [spot.row for spot in pairs]].T * size.height()
    colors, rims = zip(*point_colors(rows.dataset, rows.sample.rows), strict=True)
    channels = _channels(colors)
    if not rows.dataset.classes:  # the colour of 0 is hardly there on the card
        channels += _RIM * (_channels(rims) - channels)
    crowd = (_FEW / max(len(colors), _FEW)) ** 0.25
    radius = min(max(min(size.width(), size.height()) / 45 * crowd, _SMALLEST), _LARGEST)
    places = np.stack((across, down), axis=-1).reshape(-1, 2) * ratio
    pixels = QSize(round(matrix.width() * ratio), round(matrix.height() * ratio))
    picture = QPixmap.fromImage(dots(places, np.tile(channels, (len(pairs), 1)), radius * ratio, pixels))
    picture.setDevicePixelRatio(ratio)
    items.pixmap(root, matrix.topLeft(), z=1).setPixmap(picture)


def _channels(colors: Sequence[QColor]) -> Values:
    return np.array([(color.red(), color.green(), color.blue()) for color in colors], float)


def draw_legend(root: QGraphicsItem, box: QRectF, dataset: Dataset, ratio: float) -> None:
    """The classes by their colours, or the colours of values."""
    fonts, size = (mono_font(11), text_font(11)), QRectF(0, 0, box.width(), box.height())

    def paint(painter: QPainter) -> None:
        if dataset.task is Task.REGRESSION:
            paint_legend(painter, size, dataset, False, fonts)
        else:
            paint_classes(painter, size, dataset.class_names, fonts)

    items.pixmap(root, box.topLeft()).setPixmap(items.drawn(size, ratio, paint))
