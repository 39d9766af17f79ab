"""How the units of an image network are drawn: the image itself, bars and tiles for activations, pictures for maps."""

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from nnstudio.core.run.frame import FloatArray
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import current, heat_map_table
from nnstudio.ui.views.network.column import Column
from nnstudio.ui.views.network.links import strengths
from nnstudio.ui.views.network.tiles import corner
from nnstudio.ui.widgets.heat_map import HeatMapAtlas


def paint_image(painter: QPainter, tile: QRectF, ink: QImage) -> None:
    """The image that the network looks at, in a frame."""
    theme = current()
    painter.fillRect(tile, QColor(theme.card))
    painter.drawImage(tile.adjusted(1, 1, -1, -1), ink)
    painter.setPen(QPen(QColor(theme.line), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(tile)


def paint_maps(painter: QPainter, column: Column, atlas: HeatMapAtlas, beside: float = 0.0) -> None:
    """A picture in each tile, or so many tiles to the right of it."""
    for place, tile in enumerate(column.tiles):
        atlas.draw(painter, place, tile.translated(beside * tile.width(), 0))


def paint_bars(painter: QPainter, column: Column, activations: FloatArray | None, scale: float) -> None:
    """Beside each tile a bar for what the unit answers to the image."""
    theme = current()
    track, positive, negative = QColor(theme.field), QColor(theme.positive), QColor(theme.negative)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for place, tile in enumerate(column.tiles):
        width = max(2.0, round(tile.width() * 0.13))
        bar = QRectF(round(tile.right() + 2), tile.top(), width, tile.height())
        painter.fillRect(bar, track)
        if activations is None:
            continue
        value = float(activations[column.first + place]) / scale
        if np.isnan(value):
            painter.fillRect(bar, QColor(theme.bad))
        else:
            height = min(1.0, abs(value)) * bar.height()
            painter.fillRect(bar.adjusted(0, bar.height() - height, 0, 0), positive if value > 0 else negative)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def paint_activations(painter: QPainter, column: Column, activations: FloatArray | None, scale: float) -> None:
    """A tile for each unit, coloured by its activation."""
    theme = current()
    if activations is None:
        colors = [QColor(theme.zero)] * len(column.tiles)
    else:
        shares = strengths(activations[column.first : column.last], scale)
        places = np.clip(np.nan_to_num(shares) * 127.5 + 128, 0, 255).astype(int)
        codes = np.where(np.isnan(shares), QColor(theme.bad).rgb(), heat_map_table(theme)[places])
        colors = [QColor.fromRgb(code) for code in codes.tolist()]
    round_ = column.tiles[0].width() >= 14
    painter.setPen(QPen(QColor(mix(theme.card, theme.dim, 0.35)), 1))
    for tile, color in zip(column.tiles, colors, strict=True):
        if round_:
            painter.setBrush(color)
            painter.drawRoundedRect(tile, corner(tile.width()), corner(tile.width()))
        else:
            painter.fillRect(tile, color)


def paint_outlines(painter: QPainter, column: Column) -> None:
    """A hair line around each tile, so that a map of zeros still has an edge."""
    painter.setPen(QPen(QColor(current().line), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for tile in column.tiles:
        painter.drawRect(tile)


def thinned(values: FloatArray, most: int) -> FloatArray:
    """A long row as at most `most` means of neighbours."""
    together = -(-len(values) // most)
    starts = np.arange(0, len(values), together)
    sizes = np.diff(np.append(starts, len(values)))
    return np.add.reduceat(values, starts) / sizes
