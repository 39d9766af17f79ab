"""How one example is drawn on a wall: an image with its answer below, or a line of a list."""

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from nnstudio.core.data.dataset import Dataset
from nnstudio.ui import theme
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.views.output.collection import Collection, Hung
from nnstudio.ui.widgets.figures import decimal, grouped

_ARROW = " → "
_DOT = 8.0
_SPACE = 12.0
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class Columns(NamedTuple):
    """From where to where a line says the number, what it is, and its loss."""

    number: tuple[float, float]
    words: tuple[float, float]
    loss: tuple[float, float]


def columns(collection: Collection, width: float) -> Columns:
    """As wide as what stands in them."""
    numbers, words = QFontMetricsF(mono_font(11)), QFontMetricsF(text_font(11))
    hung, side = collection.hung, 4.0
    number = max((numbers.horizontalAdvance(grouped(each.chosen.number)) for each in hung), default=0.0)
    number = max(number, words.horizontalAdvance("no."))
    losses = [numbers.horizontalAdvance(_loss(each)) for each in hung if each.loss is not None]
    loss = max(*losses, words.horizontalAdvance("loss")) if losses else 0.0
    right = width - side
    left = side + number + _SPACE
    return Columns((side, side + number), (left, right - loss - (_SPACE if losses else 0)), (right - loss, right))


def _loss(hung: Hung) -> str:
    return "" if hung.loss is None else decimal(hung.loss, 3)


def _span(box: QRectF, part: tuple[float, float]) -> QRectF:
    return QRectF(part[0], box.top(), part[1] - part[0], box.height())


def paint_head(painter: QPainter, collection: Collection, places: Columns, height: float) -> None:
    """The names of the columns."""
    box, right = QRectF(0, 0, 1, height), Qt.AlignmentFlag.AlignRight
    priced = collection.hung[0].loss is not None
    names = ", ".join(collection.dataset.input_names[:4]) + (", …" if len(collection.dataset.input_names) > 4 else "")
    painter.setFont(text_font(11))
    painter.setPen(QColor(theme.current().dim))
    painter.drawText(_span(box, places.number), _MIDDLE | right, "no.")
    words = f"target{_ARROW}answer" if priced else names
    painter.drawText(_span(box, places.words), _MIDDLE, _elided(words, painter, places.words))
    if priced:
        painter.drawText(_span(box, places.loss), _MIDDLE | right, "loss")


def paint_line(painter: QPainter, dataset: Dataset, hung: Hung, box: QRectF, places: Columns) -> None:
    """Number, what is true of it and what the network says, and what that costs; or its inputs."""
    colors, right = theme.current(), Qt.AlignmentFlag.AlignRight
    painter.setPen(QColor(colors.line))
    painter.drawLine(box.bottomLeft(), box.bottomRight())
    painter.setFont(mono_font(11))
    painter.setPen(QColor(colors.dim))
    painter.drawText(_span(box, places.number), _MIDDLE | right, grouped(hung.chosen.number))
    painter.setPen(QColor(colors.text))
    painter.drawText(_span(box, places.loss), _MIDDLE | right, _loss(hung))
    if hung.loss is None:
        painter.drawText(_span(box, places.words), _MIDDLE, _elided(hung.inputs, painter, places.words))
        return
    left, top = places.words[0], box.center().y() - _DOT / 2
    painter.setFont(text_font(12))
    parts = ((hung.truth, colors.text), (_ARROW, colors.dim), (hung.answer, _tone(hung)))
    for part, (text, color) in enumerate(parts):
        if hung.classes is not None and text is not _ARROW:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.class_color(hung.classes[part // 2], dataset.classes))
            painter.drawEllipse(QRectF(left, top, _DOT, _DOT))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            left += _DOT + 4
        painter.setPen(QColor(color))
        short = _elided(text, painter, (left, places.words[1]))
        painter.drawText(_span(box, (left, places.words[1])), _MIDDLE, short)
        left += QFontMetricsF(text_font(12)).horizontalAdvance(short)


def paint_tile(painter: QPainter, hung: Hung, box: QRectF, image: QImage | None, gap: float) -> None:
    """The image; where its loss is known, below it the answer and that."""
    colors = theme.current()
    if image is not None:
        painter.drawImage(box, image)
    painter.setPen(QPen(QColor(colors.line), 1))
    painter.drawRoundedRect(box.adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3)
    if hung.loss is None:
        return
    font = mono_font(11)
    metrics = QFontMetricsF(font)
    line = QRectF(box.left() - gap, box.bottom() + 1, box.width() + 2 * gap, metrics.height())
    painter.setFont(font)
    left = line.center().x() - metrics.horizontalAdvance(hung.truth + _ARROW + hung.answer) / 2
    for text, color in ((hung.truth, colors.text), (_ARROW, colors.dim), (hung.answer, _tone(hung))):
        painter.setPen(QColor(color))
        painter.drawText(QRectF(left, line.top(), line.width(), line.height()), _MIDDLE, text)
        left += metrics.horizontalAdvance(text)
    painter.setPen(QColor(colors.dim))
    painter.drawText(line.translated(0, line.height() - 1), Qt.AlignmentFlag.AlignCenter, decimal(hung.loss, 3))


def _tone(hung: Hung) -> str:
    """Red for what is wrong; values are only more or less near."""
    return theme.current().bad if hung.right is False else theme.current().text


def _elided(text: str, painter: QPainter, part: tuple[float, float]) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(int(part[1] - part[0]), 0))
