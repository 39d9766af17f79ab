"""One row of the shelf: what the run has learned, its name, how it differs, its curve and its figures.

Rows are painted when they change and never because training goes on.
"""

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from nnstudio.core.shelf.rows import LONGEST_NAME, ShelvedRun, ShelvedSeeds
from nnstudio.core.training.state import RunState
from nnstudio.ui import theme
from nnstudio.ui.runs.marks import mark_color
from nnstudio.ui.runs.model import Index, Item, ShelfModel
from nnstudio.ui.runs.sparks import Sparks, median_of
from nnstudio.ui.runs.words import figure_words, learned_words
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font

ROW, PITCH = 76, 82
THUMBNAIL, INDENT, SPARK = 52, 20, QSize(104, 30)
DEEPEST = 6
"""Levels that are indented; those below stand under each other."""
_LEFT, _RIGHT, _GAP, _TRUNK = 8, 12, 10, 8
_BADGE = 16

Picture = Callable[[RunState, int], QPixmap | None]
"""The picture of a state, so many pixels of the screen wide; None while there is none."""


class RowPainter(QStyledItemDelegate):
    """Paints the items of a `ShelfModel`. A click on the badge marks a run, F2 renames it."""

    renamed = Signal(int, str)
    marked = Signal(object)  # Item

    def __init__(self, model: ShelfModel, sparks: Sparks, picture: Picture, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._sparks, self._picture = model, sparks, picture

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, round(PITCH * theme.text_scale()))

    # Where things are -------------------------------------------------------------------------------------------------

    def _left(self, item: Item) -> float:
        return (_LEFT + INDENT * min(item.depth, DEEPEST)) * theme.text_scale()

    def _thumbnail(self, item: Item, row: QRectF) -> QRectF:
        side = THUMBNAIL * theme.text_scale()
        return QRectF(row.left() + self._left(item), row.center().y() - side / 2, side, side)

    def _words(self, item: Item, row: QRectF) -> QRectF:
        """Name, chips and note, one below the other; curve and figures stand at the right of it."""
        scale, picture = theme.text_scale(), self._thumbnail(item, row)
        left = picture.right() + _GAP * scale
        right = row.right() - (_RIGHT + SPARK.width() + _GAP) * scale
        return QRectF(left, row.top() + 7 * scale, max(right - left, 20.0), row.height() - 14 * scale)

    def _name(self, item: Item, row: QRectF) -> QRectF:
        words = self._words(item, row)
        return QRectF(words.left(), words.top(), words.width(), words.height() / 3)

    def badge(self, item: Item, row: QRectF) -> QRectF:
        """Where a run is marked to be compared: behind its name."""
        name, size = self._name(item, row), _BADGE * theme.text_scale()
        width = QFontMetricsF(text_font(13, bold=True)).horizontalAdvance(item.label.name)
        x = min(name.left() + width + 6, name.right() - size)
        return QRectF(x, name.center().y() - size / 2, size, size)

    def is_on_name(self, item: Item, rect: QRect, position: QPointF) -> bool:
        """Whether a point of the list lies on the name of this item."""
        name = self._name(item, self.row_of(rect))
        name.setRight(self.badge(item, self.row_of(rect)).left())
        return name.contains(position)

    @staticmethod
    def row_of(rect: QRect) -> QRectF:
        """The room of a row within that of its item."""
        gap = (PITCH - ROW) / 2 * theme.text_scale()
        return QRectF(rect).adjusted(0, gap, 0, -gap)

    # Painting ---------------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item, colors = self._model.items[index.row()], theme.current()
        whole, states = QRectF(option.rect), QStyle.StateFlag  # type: ignore[attr-defined]
        row, state = self.row_of(option.rect), option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        chosen = bool(state & states.State_Selected)
        if chosen or state & states.State_MouseOver:
            ground = QColor(colors.field)
            ground.setAlphaF(1.0 if chosen else 0.5)
            focus = chosen and state & states.State_HasFocus
            painter.setPen(QPen(QColor(colors.accent), 1.5) if focus else Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), 8, 8)
        self._paint_tree(painter, item, index.row(), whole)
        self._paint_picture(painter, item, self._thumbnail(item, row))
        self._paint_words(painter, item, row, bool(chosen or state & states.State_MouseOver))
        if item.row is not None:
            self._paint_figures(painter, item, row)
        painter.restore()

    def _paint_tree(self, painter: QPainter, item: Item, place: int, whole: QRectF) -> None:
        """From each run a line to those that began from it."""
        scale, shown = theme.text_scale(), self._model.items
        painter.setPen(QPen(QColor(theme.current().tree), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        picture = self._thumbnail(item, self.row_of(whole.toRect()))

        def trunk(depth: int) -> float:
            return whole.left() + (_LEFT + INDENT * min(depth, DEEPEST) + _TRUNK) * scale

        for depth in range(1, item.depth):
            if item.tails[depth]:
                painter.drawLine(QPointF(trunk(depth - 1), whole.top()), QPointF(trunk(depth - 1), whole.bottom()))
        if item.depth:
            x, y, turn = trunk(item.depth - 1), whole.center().y(), 8 * scale
            branch = QPainterPath(QPointF(x, whole.top()))
            branch.lineTo(x, y - turn)
            branch.quadTo(x, y, min(x + turn, picture.left()), y)
            branch.lineTo(picture.left(), y)
            painter.drawPath(branch)
            if item.tails[item.depth]:
                painter.drawLine(QPointF(x, y - turn), QPointF(x, whole.bottom()))
        if place + 1 < len(shown) and shown[place + 1].depth > item.depth:
            x = trunk(item.depth)
            painter.drawLine(QPointF(x, picture.bottom()), QPointF(x, whole.bottom()))

    def _paint_picture(self, painter: QPainter, item: Item, area: QRectF) -> None:
        colors, row = theme.current(), item.row
        if isinstance(row, ShelvedSeeds):
            half = area.width() / 2 - 1
            corners = [(x, y) for y in (0.0, half + 2) for x in (0.0, half + 2)]
            states = list(row.states.values())[: len(corners)]
            for (x, y), state in zip(corners, states, strict=False):
                self._paint_state(painter, state, QRectF(area.left() + x, area.top() + y, half, half), 3)
            if states:
                return
        if isinstance(row, ShelvedRun):
            self._paint_state(painter, row.state, area, 5)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.field))
        painter.drawRoundedRect(area, 5, 5)

    def _paint_state(self, painter: QPainter, state: RunState, area: QRectF, radius: float) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(area, radius, radius)
        picture = self._picture(state, round(area.width() * painter.device().devicePixelRatio()))
        if picture is None:
            painter.fillPath(shape, QColor(theme.current().line))
            return
        painter.save()
        painter.setClipPath(shape)
        painter.drawPixmap(area, picture, QRectF(picture.rect()))
        painter.restore()

    def _paint_words(self, painter: QPainter, item: Item, row: QRectF, near: bool) -> None:
        colors, words = theme.current(), self._words(item, row)
        name, badge = self._name(item, row), self.badge(item, row)
        left_and_middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        font = text_font(13, bold=True)
        painter.setFont(font)
        painter.setPen(QColor(colors.text))
        room = badge.left() - 4 - name.left()
        text = QFontMetricsF(font).elidedText(item.label.name, items.RIGHT_END, room + 2)
        painter.drawText(name, left_and_middle, text)
        right = self._paint_badge(painter, item, badge, near)
        if item.present:
            self._paint_now(painter, QRectF(right + 4, name.top(), words.right() - right, name.height()))
        line = QRectF(words.left(), words.top() + words.height() / 3, words.width(), words.height() / 3)
        self._paint_chips(painter, item, line)
        below = line.translated(0, words.height() / 3)
        below.setRight(below.right() - (30 * theme.text_scale() if isinstance(item.row, ShelvedSeeds) else 0))
        seeds = isinstance(item.row, ShelvedSeeds)
        note = learned_words(item.row) if isinstance(item.row, ShelvedSeeds) else " ".join(item.label.note.split())
        font = text_font(12)
        painter.setFont(font)
        painter.setPen(QColor(colors.text if seeds else colors.dim))
        painter.drawText(below, left_and_middle, QFontMetricsF(font).elidedText(note, items.RIGHT_END, below.width()))

    def _paint_badge(self, painter: QPainter, item: Item, badge: QRectF, near: bool) -> float:
        """A filled one for a run that is marked, an open one where it could be; returns where it ends."""
        mark = self._model.mark_of(item)
        if mark:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mark_color(mark)))
            if (ord(mark) - ord("A")) % 3 == 1:
                painter.drawRoundedRect(badge, 3, 3)
            else:
                painter.drawEllipse(badge)
            painter.setFont(text_font(10, bold=True))
            painter.setPen(QColor(theme.current().card))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, mark)
            return badge.right()
        if near and isinstance(item.row, ShelvedRun):
            painter.setPen(QPen(QColor(theme.current().dim), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(badge.adjusted(1, 1, -1, -1))
            return badge.right()
        return badge.left() - 4

    def _paint_now(self, painter: QPainter, room: QRectF) -> None:
        """The present run says so."""
        colors, font = theme.current(), text_font(11)
        width = QFontMetricsF(font).horizontalAdvance("now") + 12
        if width > room.width():
            return
        pill = QRectF(room.left(), room.center().y() - room.height() * 0.42, width, room.height() * 0.84)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.accent_soft))
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        painter.setPen(QColor(colors.accent))
        painter.setFont(font)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, "now")

    def _paint_chips(self, painter: QPainter, item: Item, line: QRectF) -> None:
        """As many as there is room for, and how many more there are."""
        colors, font = theme.current(), text_font(11.5)
        metrics, scale = QFontMetricsF(font), theme.text_scale()
        pad, gap, high = 6 * scale, 4 * scale, metrics.height() + 3 * scale
        widths = [metrics.horizontalAdvance(words) + 2 * pad for words in item.words]
        more = metrics.horizontalAdvance("+10") + 2 * pad
        shown, x = 0, 0.0
        for place, width in enumerate(widths):
            beyond = more + gap if place + 1 < len(widths) else 0.0
            if x + width + beyond > line.width() and place:
                break
            x, shown = x + width + gap, place + 1
        texts = [*item.words[:shown], *([f"+{len(widths) - shown}"] if shown < len(widths) else [])]
        painter.setFont(font)
        x = line.left()
        for text in texts:
            words = metrics.elidedText(text, items.RIGHT_END, max(line.right() - x - 2 * pad, 10))
            chip = QRectF(x, line.center().y() - high / 2, metrics.horizontalAdvance(words) + 2 * pad, high)
            painter.setPen(QPen(QColor(colors.line), 1))
            painter.setBrush(QColor(colors.card))
            painter.drawRoundedRect(chip, 5, 5)
            painter.setPen(QColor(colors.text))
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, words)
            x = chip.right() + gap

    def _paint_figures(self, painter: QPainter, item: Item, row: QRectF) -> None:
        colors, scale, shelved = theme.current(), theme.text_scale(), item.row
        assert shelved is not None
        area = QRectF(0, 0, SPARK.width() * scale, SPARK.height() * scale)
        area.moveTopRight(QPointF(row.right() - _RIGHT * scale, row.top() + 10 * scale))
        painter.setPen(QPen(QColor(colors.line), 1))
        painter.drawLine(area.bottomLeft() + QPointF(0, 3), area.bottomRight() + QPointF(0, 3))
        sparks, mark = self._sparks.of(shelved), self._model.mark_of(item)
        strong = QColor(mark_color(mark) if mark else colors.dim)
        if isinstance(shelved, ShelvedSeeds):
            for spark in sparks:
                painter.setPen(QPen(QColor(colors.ghost), 0.7))
                painter.drawPolyline(spark.line(area, self._sparks.low, self._sparks.high))
            sparks, strong = [median_of(sparks)] if sparks else [], QColor(colors.text)
        painter.setPen(QPen(strong, 1.5))
        for spark in sparks:
            painter.drawPolyline(spark.line(area, self._sparks.low, self._sparks.high))
        loss, accuracy = figure_words(shelved)
        font = mono_font(12)
        painter.setFont(font)
        painter.setPen(QColor(colors.text))
        line = QRectF(area.left() - 60 * scale, area.bottom() + 5 * scale, area.width() + 60 * scale, 18 * scale)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, right, accuracy)
        line.setRight(line.right() - QFontMetricsF(font).horizontalAdvance("100.0 %") - 7 * scale)
        painter.drawText(line, right, loss)
        if isinstance(shelved, ShelvedSeeds):
            line.setRight(line.right() - QFontMetricsF(font).horizontalAdvance(loss) - 6 * scale)
            painter.setFont(text_font(11))
            painter.setPen(QColor(colors.dim))
            painter.drawText(line, right, "median")

    # Editing ----------------------------------------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setMaxLength(LONGEST_NAME)
        editor.setAccessibleName("Name of the run")
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        item = self._model.items[index.row()]
        name = self._name(item, self.row_of(option.rect)).toRect()  # type: ignore[attr-defined]
        high = editor.sizeHint().height()
        editor.setGeometry(name.left() - 8, name.center().y() - high // 2, name.width() + 8, high)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            self.renamed.emit(self._model.items[index.row()].label.key, editor.text())

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            item = self._model.items[index.row()]
            badge = self.badge(item, self.row_of(option.rect))  # type: ignore[attr-defined]
            if badge.adjusted(-3, -3, 3, 3).contains(event.position()) and isinstance(item.row, ShelvedRun):
                self.marked.emit(item)
                return True
        return super().editorEvent(event, model, option, index)
