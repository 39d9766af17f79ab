"""The last column of a network that looks at images: how sure it is of each class."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from nnstudio.core.run.frame import FloatArray
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import Column

_MIDDLE = Qt.AlignmentFlag.AlignCenter


def paint_answers(
    painter: QPainter,
    column: Column,
    probabilities: FloatArray | None,
    font: QFont,
    template: Callable[[QPainter, int, QRectF], None] | None,
) -> None:
    """A row for each class: its digit, its template if it has one, a bar for its probability."""
    theme = current()
    best = None if probabilities is None else int(np.argmax(probabilities))
    for label, row in enumerate(column.tiles):
        digit = QRectF(row.left(), row.top(), 16, row.height())
        painter.setFont(font)
        painter.setPen(QColor(theme.text if label == best else theme.dim))
        painter.drawText(digit, _MIDDLE, str(label))
        left = digit.right() + 4
        if template is not None:
            square = QRectF(left, row.top(), row.height(), row.height())
            template(painter, label, square)
            left = square.right() + 6
        high = min(20.0, row.height() * 0.62)
        bar = QRectF(left, row.center().y() - high / 2, row.right() - left, high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.field))
        painter.drawRoundedRect(bar, 4, 4)
        if probabilities is None:
            continue
        share = float(probabilities[label])
        filled = QRectF(bar.left(), bar.top(), max(3.0, bar.width() * share), bar.height())
        strong = theme.bad if np.isnan(share) else theme.positive
        painter.setBrush(QColor(strong if label == best else mix(theme.field, strong, 0.55)))
        painter.drawRoundedRect(filled, min(4.0, filled.width() / 2), min(4.0, filled.width() / 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
