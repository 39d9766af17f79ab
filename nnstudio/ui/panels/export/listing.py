"""A text with the numbers of its lines beside it, as editors show it; to be read, chosen from and copied."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from nnstudio.files.exports.preview import Preview
from nnstudio.ui.explanations.export import EXPORT
from nnstudio.ui.panels.export.colouring import Colouring

_TIP = "What will be written. Arrow keys scroll, Tab leaves."
_AROUND = 22
_NONE = Qt.ScrollBarPolicy.ScrollBarAlwaysOff


class Listing(QWidget):
    """text: what is shown; numbers: those of its lines, which scroll with it"""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.numbers = QPlainTextEdit(), QPlainTextEdit()
        self.text.setProperty("role", "listing")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("What will be written")
        self.text.setToolTip(_TIP)
        self.text.setWhatsThis(EXPORT["file"].html("What will be written", _TIP))
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._digits = 0
        self._colouring = Colouring(self.text.document())
        self.numbers.setProperty("role", "line-numbers")
        self.numbers.setReadOnly(True)
        self.numbers.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.numbers.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.numbers.setVerticalScrollBarPolicy(_NONE)
        self.numbers.setHorizontalScrollBarPolicy(_NONE)
        self.numbers.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.numbers.setAccessibleName("Numbers of the lines")
        self.text.verticalScrollBar().valueChanged.connect(self.numbers.verticalScrollBar().setValue)
        self._below = QWidget()
        column, row = QVBoxLayout(), QHBoxLayout(self)
        for layout in (column, row):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        column.addWidget(self.numbers, 1)
        column.addWidget(self._below)
        row.addLayout(column)
        row.addWidget(self.text, 1)
        self.text.horizontalScrollBar().rangeChanged.connect(self._keep_level)

    def show_preview(self, preview: Preview) -> None:
        """Show this from its beginning. A text that is one long line is wrapped."""
        lines = preview.lines
        single = len(lines) < 3
        self.text.setLineWrapMode(
            QPlainTextEdit.LineWrapMode.WidgetWidth if single else QPlainTextEdit.LineWrapMode.NoWrap
        )
        self._colouring.show(lines, preview.language)
        self.text.setPlainText("\n".join(line.text for line in lines))
        numbers = ["" if line.number is None else str(line.number) for line in lines]
        self.numbers.setVisible(not single and any(numbers))
        self._digits = width = max(map(len, numbers), default=0)
        self.numbers.setPlainText("\n".join(number.rjust(width) for number in numbers))
        self._measure()

    def say(self, sentence: str) -> None:
        """Show a sentence in the place of a text."""
        self.show_preview(Preview("", "", ()))
        self.text.setPlainText(sentence)

    def _keep_level(self, _: int, largest: int) -> None:
        """The bar below the text takes as much from its numbers."""
        self._below.setFixedHeight(self.text.horizontalScrollBar().sizeHint().height() if largest else 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._colouring.rehighlight()
            self._measure()

    def _measure(self) -> None:
        """As wide as the longest number."""
        self.numbers.ensurePolished()
        self.numbers.setFixedWidth(self.numbers.fontMetrics().horizontalAdvance("0") * self._digits + _AROUND)
