"""Paints the cells of a sweep's table: pictures, dots, seeds on a line, and words."""

from math import isfinite, log

from PySide6.QtCore import QModelIndex, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from nnstudio.core.sweep.standing import Standing
from nnstudio.ui import theme
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.sweeps.boundaries import Boundaries
from nnstudio.ui.sweeps.results_model import Column, Index, Kind, ResultsModel

_MOST_PICTURES, _MOST_DOTS = 5, 8
_TILE, _TILE_GAP, _DOT, _DOT_GAP = 22.0, 4.0, 8.0, 4.0
ROW, PAD = 30, 10
WIDTHS = {
    Kind.PLACE: 40,
    Kind.PICTURES: 150,
    Kind.VALUE: 130,
    Kind.LEARNED: 152,
    Kind.LOSS: 140,
    Kind.SPREAD: 160,
    Kind.ACCURACY: 110,
    Kind.BEST: 90,
    Kind.UPDATES: 90,
    Kind.OPEN: 70,
}


class ResultsPainter(QStyledItemDelegate):
    """Paints the cells: pictures, dots, seeds on a line, and words."""

    def __init__(self, model: ResultsModel, boundaries: Boundaries, parent: QObject) -> None:
        super().__init__(parent)
        self._model, self._boundaries = model, boundaries
        self._ends: tuple[float, float] = 0.0, 1.0

    def measure(self) -> None:
        """From the least to the largest loss of all seeds, by powers of ten."""
        losses = [
            loss
            for standing in self._model.rows.standings
            for result in standing.sound
            if isfinite(loss := result.metrics.watched_loss)
        ]
        losses.sort()
        high = losses[int(0.95 * (len(losses) - 1))] if losses else 1.0
        self._ends = (log(max(losses[0], 1e-9)), log(max(high, 2e-9))) if losses else (0.0, 1.0)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors, box = theme.current(), QRectF(option.rect)  # pyright: ignore
        row, column = index.row(), self._model.rows.columns[index.column()]
        standing = self._model.standing(row)
        chosen = self.parent().selectionModel().isRowSelected(row, QModelIndex())  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.fillRect(box, QColor(colors.accent_soft))
        painter.setPen(QPen(QColor(colors.line), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        inner = box.adjusted(PAD, 0, -PAD, 0)
        if column.kind is Kind.PICTURES:
            self._pictures(painter, inner, standing)
        elif column.kind is Kind.LEARNED:
            self._dots(painter, inner, standing)
        elif column.kind is Kind.SPREAD:
            self._seeds(painter, inner, standing)
        else:
            self._words(painter, inner, index, column)
        painter.restore()

    def _words(self, painter: QPainter, inner: QRectF, index: Index, column: Column) -> None:
        model, colors = self._model, theme.current()
        standing = model.standing(index.row())
        align = model.data(index, Qt.ItemDataRole.TextAlignmentRole)
        color = model.data(index, Qt.ItemDataRole.ForegroundRole) or QColor(colors.text)
        words = column.kind is Kind.OPEN or (align & Qt.AlignmentFlag.AlignLeft and column.kind is Kind.VALUE)
        font = text_font(13) if words else mono_font(13)
        font.setBold(column.kind is Kind.LOSS and not standing.stopped)
        if column.kind is Kind.OPEN:
            color = QColor(colors.accent)
            font.setUnderline(True)
        if column.axis is not None and column.axis.name == model.rows.marked:
            look = model.rows.look(standing)
            mark = look.mark.outline(QPointF(inner.left() + 5, inner.center().y()), 4.5)
            painter.fillPath(mark, look.color)
            inner = inner.adjusted(18, 0, 0, 0)
        painter.setFont(font)
        painter.setPen(color)
        text = painter.fontMetrics().elidedText(
            model.text(index.row(), column), Qt.TextElideMode.ElideRight, int(inner.width())
        )
        painter.drawText(inner, int(align), text)

    def tiles(self, inner: QRectF, count: int) -> list[QRectF]:
        """Where the small pictures lie."""
        side = _TILE * theme.text_scale()
        top = inner.center().y() - side / 2
        return [QRectF(inner.left() + place * (side + _TILE_GAP), top, side, side) for place in range(count)]

    def _pictures(self, painter: QPainter, inner: QRectF, standing: Standing) -> None:
        runs = standing.runs[:_MOST_PICTURES]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for tile, (number, _) in zip(self.tiles(inner, len(runs)), runs, strict=True):
            path = self._model.rows.project(number)
            image = self._boundaries.picture(path) if path is not None else None
            if image is None:
                painter.fillRect(tile, QColor(theme.current().field))
            else:
                painter.drawImage(tile, image)

    def _dots(self, painter: QPainter, inner: QRectF, standing: Standing) -> None:
        colors, x, count = theme.current(), inner.left(), len(standing.runs)
        for place in range(count if count <= _MOST_DOTS else 0):
            learned = place < standing.learned
            painter.setPen(QPen(QColor(colors.good if learned else colors.dim), 1))
            painter.setBrush(QColor(colors.good) if learned else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x + _DOT / 2, inner.center().y()), _DOT / 2, _DOT / 2)
            x += _DOT + _DOT_GAP
        painter.setPen(QColor(colors.text))
        painter.setFont(mono_font(13))
        words = inner.adjusted(x - inner.left() + (6 if x > inner.left() else 0), 0, 0, 0)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(words, int(left), f"{standing.learned}/{count}")

    def _seeds(self, painter: QPainter, inner: QRectF, standing: Standing) -> None:
        colors, look = theme.current(), self._model.rows.look(standing)
        low, high = self._ends
        middle = inner.center().y()

        def at(loss: float) -> float:
            share = (log(max(loss, 1e-9)) - low) / max(high - low, 1e-9)
            return inner.left() + 5 + min(max(share, 0.0), 1.0) * (inner.width() - 10)

        painter.setPen(QPen(QColor(colors.line), 1))
        painter.drawLine(QPointF(inner.left(), middle), QPointF(inner.right(), middle))
        faint = QColor(look.color)
        faint.setAlphaF(0.55)
        for result in standing.sound:
            painter.fillPath(look.mark.outline(QPointF(at(result.metrics.watched_loss), middle), 3.2), faint)
        if isfinite(standing.median_loss):
            x = at(standing.median_loss)
            painter.setPen(QPen(look.color, 2))
            painter.drawLine(QPointF(x, middle - 6), QPointF(x, middle + 6))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTHS[self._model.rows.columns[index.column()].kind], round(ROW * theme.text_scale()))
