"""The whole network as a line of text, to be read, copied, pasted and edited in place.

While somebody types, the place that cannot be understood is underlined; Enter takes the text, or says what is wrong
with it; Esc brings back what there is.
"""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.experiment import LayerSpec
from nnstudio.core.experiment.network_text import NetworkTextError
from nnstudio.ui import theme
from nnstudio.ui.explanations.window import LAYER_CARD
from nnstudio.ui.icons import icon

_HELP = (
    "<b>The network as text</b><p>The hidden layers from left to right, parted by commas: <code>8 tanh, dropout 0.2, "
    "8 tanh</code>. A number alone is a dense layer. Others go by their names: <code>conv 16 3x3 ReLU same</code>, "
    "<code>max pool 2</code>, <code>flatten</code>, <code>batch norm</code>, <code>layer norm</code>; <code>init he"
    "</code> behind a layer draws its first weights in that way.</p><p>Enter takes the text, Esc brings back what "
    "there is. Layers that are in both keep what they have learned. The command line takes the same: <code>nnstudio "
    "train circle --layers '8 tanh, 8 tanh'</code>.</p>"
)
_MOST_LINES = 6


class NetworkTextBox(QWidget):
    """`taken` gives the layers of a text that `read` has understood. `read` raises `NetworkTextError`."""

    taken = Signal(object)  # the layers, without keys

    def __init__(self, read: Callable[[str], tuple[LayerSpec, ...]]) -> None:
        super().__init__()
        self._read = read
        self._shown = ""
        self.field = _Field(self)
        self.field.setAccessibleName("Network as text")
        self.field.setPlaceholderText("no hidden layer")
        self.field.setToolTip("The hidden layers as text: edit it and press Enter, or copy and paste it.")
        self.field.setWhatsThis(_HELP + LAYER_CARD["Network as text"].html())
        self.field.entered.connect(self._take)
        self.field.given_up.connect(self.restore)
        self.field.given_up.connect(self.field.clearFocus)  # then the keys belong to the run again
        self.field.textChanged.connect(self._check)
        self.copy = QToolButton()
        self.copy.setProperty("role", "icon")
        self.copy.setIcon(icon("copy", "dim"))
        self.copy.setMinimumSize(24, 24)
        self.copy.setToolTip("Copy the network as text.")
        self.copy.setWhatsThis(LAYER_CARD["Copy the network"].html("Copy the network"))
        self.copy.setAccessibleName("Copy the network as text")
        self.copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.copy.clicked.connect(self._copy)
        title = QLabel("TEXT")
        title.setProperty("role", "section")
        title.setBuddy(self.field)
        self._head = QHBoxLayout()
        self._head.setSpacing(4)
        self._head.addWidget(title)
        self._head.addWidget(self.copy)
        self.trouble = QLabel()
        self.trouble.setWordWrap(True)
        self.trouble.setProperty("role", "trouble")
        self.trouble.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addLayout(self._head)
        column.addWidget(self.field)
        column.addWidget(self.trouble)

    def _stay_in_sight(self) -> None:
        """Scroll so that both what is typed and what is wrong with it can be seen."""
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(self, 0, 0)

    def put_beside_title(self, widget: QWidget) -> None:
        """Place something between the title and what copies the text."""
        self._head.insertWidget(1, widget, 1)

    def show_text(self, text: str) -> None:
        """Show this network, unless somebody is typing another one."""
        before, self._shown = self._shown, text
        if self.field.toPlainText() == before:
            self.restore()

    def restore(self) -> None:
        """Forget what was typed."""
        self.trouble.hide()
        self.field.setPlainText(self._shown)
        self.field.document().setModified(False)

    def complain(self, error: NetworkTextError | str) -> None:
        """Say what is wrong with the text."""
        self.trouble.setText(str(error))
        self.trouble.show()
        QTimer.singleShot(0, self, self._stay_in_sight)  # only then the card knows how far it can scroll

    def _take(self) -> None:
        try:
            layers = self._read(self.field.toPlainText())
        except NetworkTextError as error:
            self.complain(error)
            return
        self.trouble.hide()
        self._shown = self.field.toPlainText()  # what is asked for now; the experiment will say how it is written
        self.taken.emit(layers)

    def _check(self) -> None:
        """Underline what cannot be understood."""
        mark: list[QTextEdit.ExtraSelection] = []
        try:
            self._read(self.field.toPlainText())
        except NetworkTextError as error:
            mark = [_underlined(self.field, error)]
        else:
            self.trouble.hide()
        self.field.setExtraSelections(mark)
        if self.field.hasFocus():
            QTimer.singleShot(0, self, self._stay_in_sight)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.field.toPlainText())


class _Field(QPlainTextEdit):
    """Grows with its text up to some lines."""

    entered = Signal()
    given_up = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "code")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.textChanged.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        lines = round(self.document().size().height())  # Qt counts the lines of plain text
        frame = self.contentsMargins().top() + self.contentsMargins().bottom() + 2 * self.document().documentMargin()
        height = self.fontMetrics().lineSpacing() * min(max(lines, 1), _MOST_LINES)
        self.setFixedHeight(round(height + frame) + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift:
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.document().isModified() and event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self.entered.emit()

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.insertPlainText(source.text())


def _underlined(field: QPlainTextEdit, error: NetworkTextError) -> QTextEdit.ExtraSelection:
    """The place of an error, or what stands before it where it is empty."""
    cursor = field.textCursor()
    cursor.setPosition(error.start if error.end > error.start else max(error.start - 1, 0))
    cursor.setPosition(error.end, QTextCursor.MoveMode.KeepAnchor)
    form = QTextCharFormat()
    form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    form.setUnderlineColor(QColor(theme.current().bad))
    selection = QTextEdit.ExtraSelection()
    selection.cursor, selection.format = cursor, form  # pyright: ignore
    return selection
