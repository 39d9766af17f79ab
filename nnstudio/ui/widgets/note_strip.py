"""What there is to notice about an experiment: a quiet strip at the foot of a card, there until somebody closes it."""

from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from nnstudio.ui import theme
from nnstudio.ui.explanations.window import NOTE
from nnstudio.ui.icons import icon

HEIGHT = 32
_ICON = 16


class NoteStrip(QFrame):
    """Hidden until `tell`; a text that is too long for one line takes two or three."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "note")
        self.setAccessibleName("What to notice")
        self._title = self._sentence = ""
        self._mark = QLabel()
        self._text = QLabel()
        self._text.setProperty("role", "small")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._close = QToolButton()
        self._close.setProperty("role", "icon")
        self._close.setIcon(icon("close", "dim_on_field"))
        self._close.setToolTip("Hides this note.")
        self._close.setWhatsThis(NOTE.html("Hide this note"))
        self._close.setAccessibleName("Hide this note")
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._mark)
        row.addWidget(self._text, 1)
        row.addWidget(self._close)
        self._dress()
        self.hide()

    def tell(self, title: str, text: str) -> None:
        """Show this note in place of the one before."""
        self._title, self._sentence = title, text
        self._text.setText(f'<span style="font-weight: 600">{escape(title)}.</span> {escape(text)}')
        self.setAccessibleDescription(self.text())
        self.show()

    def text(self) -> str:
        """The note that was told last."""
        return f"{self._title}. {self._sentence}"

    def close_button(self) -> QToolButton:
        """The button that hides it."""
        return self._close

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._dress()

    def _dress(self) -> None:
        scale = theme.text_scale()
        self.setMinimumHeight(round(HEIGHT * scale))
        self._mark.setPixmap(icon("info", "accent").pixmap(round(_ICON * scale)))
