"""What the colours of the plane mean: a bar from orange to blue, or a swatch for each class."""

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.choices import Task
from nnstudio.ui import theme
from nnstudio.ui.examples.points import value_scale
from nnstudio.ui.widgets.figures import decimal

_BAR = 7.0


def legend_height(font: QFont) -> float:
    """How much room the legend takes under the plane."""
    return _BAR + 2 + QFontMetricsF(font).height()


def paint_legend(
    painter: QPainter, area: QRectF, dataset: Dataset, discretise: bool, fonts: tuple[QFont, QFont]
) -> None:
    """Draw the legend for this data; `fonts` are the one for numbers and the one for words."""
    if dataset.task is Task.MULTICLASS:
        paint_classes(painter, area, dataset.class_names, fonts)
        return
    bar = QRectF(area.left(), area.top(), area.width(), _BAR)
    table = np.ascontiguousarray(theme.heat_map_table(theme.current()))
    if discretise:
        table = np.repeat(table[[0, -1]], 128)  # so many that no edge is blended
    image = QImage(table.data, len(table), 1, 4 * len(table), QImage.Format.Format_RGB32)
    painter.drawImage(bar, image)
    if dataset.task is Task.REGRESSION:
        scale = value_scale(dataset)
        words = decimal(-scale, 2), "value", decimal(scale, 2)
    elif discretise:
        words = dataset.target_names[0], "the likelier class", dataset.target_names[1]
    else:
        second = dataset.target_names[1]
        narrow = QFontMetricsF(fonts[1]).horizontalAdvance(f"0 probability of {second} 1") > area.width()
        words = "0", f"p({second})" if narrow else f"probability of {second}", "1"
    numbers, text = fonts
    aligned = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight
    below = QRectF(area.left(), bar.bottom() + 2, area.width(), QFontMetricsF(numbers).height())
    painter.setPen(QColor(theme.current().dim))
    for word, alignment in zip(words, aligned, strict=True):
        painter.setFont(numbers if word[0] in "−0123456789" else text)
        painter.drawText(below, alignment | Qt.AlignmentFlag.AlignVCenter, word)


def paint_classes(painter: QPainter, area: QRectF, names: tuple[str, ...], fonts: tuple[QFont, QFont]) -> None:
    """Which colour is which class; `fonts` as for the legend."""
    if all(name.isdigit() for name in names):
        _paint_swatches(painter, area, len(names), fonts[0])
    else:
        _paint_names(painter, area, names, fonts[1])


def _paint_swatches(painter: QPainter, area: QRectF, classes: int, font: QFont) -> None:
    """A rounded square in each class's colour with its number in it."""
    side = min(area.height(), area.width() / classes - 4)
    painter.setFont(font)
    for label in range(classes):
        box = QRectF(area.left() + label * (side + 6), area.top(), side, side)
        color = theme.class_color(label, classes)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(ink_on(color))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(label))
    words = QRectF(area.left() + classes * (side + 6), area.top(), area.width() - classes * (side + 6), side)
    painter.setPen(QColor(theme.current().dim))
    painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "class")


def _paint_names(painter: QPainter, area: QRectF, names: tuple[str, ...], font: QFont) -> None:
    """A disc in each class's colour with its name beside it, as much of that as there is room for."""
    painter.setFont(font)
    pitch, metrics = area.width() / len(names), QFontMetricsF(font)
    for label, name in enumerate(names):
        box = QRectF(area.left() + label * pitch, area.top(), pitch - 4, area.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.class_color(label, len(names)))
        painter.drawEllipse(QRectF(box.left(), box.center().y() - _BAR / 2, _BAR, _BAR))
        painter.setPen(QColor(theme.current().dim))
        words = box.adjusted(_BAR + 4, 0, 0, 0)
        short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, short)


def ink_on(ground: QColor) -> QColor:
    """Black or white, whichever reads better on this ground."""
    red, green, blue = ground.redF(), ground.greenF(), ground.blueF()
    return QColor("#10151c") if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else QColor("#ffffff")
