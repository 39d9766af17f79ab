"""What there is to notice about an experiment: a quiet strip at the foot of a card, there until somebody closes it."""

from bisect import bisect_left
from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from nnstudio.ui import theme
from nnstudio.ui.explanations.window import MORE, NOTE
from nnstudio.ui.icons import icon
from nnstudio.ui.stage.lettering import text_font

HEIGHT = 32
LINES = 2
_ICON = 16
_LEFT, _DOWN, _RIGHT = 12, 4, 8
_SPACE = 8


class NoteStrip(QFrame):
    """Hidden until `tell`. A text that is too long for two lines begins there, and *More* unfolds it: it must not take
    the picture's room unasked."""

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
        self.more = QToolButton()
        self.more.setProperty("role", "icon")
        self.more.setCheckable(True)
        self.more.setToolTip("Shows all of this note, or only its beginning.")
        self.more.setWhatsThis(MORE.html("All of this note"))
        self.more.setAccessibleName("All of this note")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.toggled.connect(self._fit)
        self._close = QToolButton()
        self._close.setProperty("role", "icon")
        self._close.setIcon(icon("close", "dim_on_field"))
        self._close.setToolTip("Hides this note.")
        self._close.setWhatsThis(NOTE.html("Hide this note"))
        self._close.setAccessibleName("Hide this note")
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(_LEFT, _DOWN, _RIGHT, _DOWN)
        row.setSpacing(_SPACE)
        row.addWidget(self._mark)
        row.addWidget(self._text, 1)
        row.addWidget(self.more)
        row.addWidget(self._close)
        self._dress()
        self.hide()

    def tell(self, title: str, text: str) -> None:
        """Show this note in place of the one before."""
        self._title, self._sentence = title, text
        self.setAccessibleDescription(self.text())
        self.more.setChecked(False)
        self._fit()
        self.show()

    def text(self) -> str:
        """The note that was told last."""
        return f"{self._title}. {self._sentence}"

    def close_button(self) -> QToolButton:
        """The button that hides it."""
        return self._close

    def shown(self) -> str:
        """As much of it as stands there now."""
        document = QTextDocument()
        document.setHtml(self._text.text())
        return document.toPlainText()

    def _fit(self) -> None:
        """As many words as two lines hold, or all."""
        room = self.width() - _LEFT - _RIGHT - 2 * _SPACE
        room -= self._mark.sizeHint().width() + self._close.sizeHint().width()
        words = self._sentence.split()
        unfolded = self.more.isChecked()
        self.more.setText("Less" if unfolded else "More")
        short = self._fits(self._written(words), room)
        self.more.setHidden(short)
        if not short and not unfolded:
            room -= self.more.sizeHint().width() + _SPACE
            most = bisect_left(range(1, len(words)), True, key=lambda n: not self._fits(self._written(words, n), room))
            self._text.setText(self._written(words, most))
        else:
            self._text.setText(self._written(words))

    def _written(self, words: list[str], most: int | None = None) -> str:
        ending = "" if most is None or most >= len(words) else " …"
        return f'<span style="font-weight: 600">{escape(self._title)}.</span> {escape(" ".join(words[:most]))}{ending}'

    def _fits(self, text: str, room: int) -> bool:
        document = QTextDocument()
        document.setDocumentMargin(0)
        document.setDefaultFont(text_font(12))
        document.setHtml(text)
        document.setTextWidth(room)
        return document.size().height() <= (LINES + 0.5) * self._text.fontMetrics().lineSpacing()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

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
        self._text.setFont(text_font(12))
        self._mark.setPixmap(icon("info", "accent").pixmap(round(_ICON * scale)))
        self._fit()
