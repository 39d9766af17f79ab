"""A message inside the window: a calm green note, or a red one when something went wrong.

It lies over the title bars of the cards and pushes nothing, never takes the focus and covers nothing that is worked
with. It may offer one thing to do about the matter, and details to copy. Good news leaves by itself, later if it offers
something.
"""

from enum import Enum

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from nnstudio.ui import theme
from nnstudio.ui.explanations.window import COPY, MESSAGE
from nnstudio.ui.icons import ICON_GAP, icon

LONGEST_WORD = 60
WIDEST = 950
MARGIN = 8
LOWEST = 40
"""So high it covers a title bar as a whole, and cuts no words in half."""
ABOVE = 10
"""So far it reaches up into the gap above the cards: two lines end before a card's own controls begin."""
SECONDS = 8
"""So long good news stays, and until the pointer and the keyboard have left it."""
SECONDS_TO_CHOOSE = 20
"""The same where it offers something."""


class Tone(Enum):
    """Whether the news is good."""

    GOOD = "good"
    BAD = "bad"


class Banner(QFrame):
    """Hidden until `announce`; a newer message replaces an older one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self.setAccessibleName("Message")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._offer = QToolButton()
        self._offer.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._offer.setProperty("role", "labelled")
        self._offer.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._copy = QPushButton(f"{ICON_GAP}Copy details")
        self._copy.setIcon(icon("copy"))
        self._copy.setToolTip("Copies the whole message, to paste it into a question or a report.")
        self._copy.setWhatsThis(COPY.html("Copy details", self._copy.toolTip()))
        self._copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._copy.clicked.connect(self._copy_details)
        self._close = QToolButton()
        self._close.setProperty("role", "icon")
        self._close.setIcon(icon("close", "dim"))
        self._close.setToolTip("Hides this message.")
        self._close.setWhatsThis(MESSAGE.html("Hide this message"))
        self._close.setAccessibleName("Hide this message")
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self.hide)
        self._sentence = self._details = ""
        self._below: QWidget | None = None
        self._instead: tuple[QWidget, ...] = ()
        self._leave = QTimer(self, singleShot=True)
        self._leave.timeout.connect(self._fade)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self._offer)
        row.addWidget(self._copy)
        row.addWidget(self._close)
        self.hide()

    def announce(self, tone: Tone, text: str, offer: QAction | None = None, details: str = "") -> None:
        """Show a sentence, with what to do about it (`offer`) and what can be copied (`details`)."""
        self._sentence = text
        self._text.setText(" ".join(map(_shortened, text.split(" "))))
        self.setAccessibleDescription(text)
        self._details = details
        self._copy.setVisible(bool(details))
        self._offer.setVisible(offer is not None)
        if offer is not None:
            self._offer.setDefaultAction(offer)
        self.setProperty("tone", tone.value)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()
        self._settle()
        if tone is Tone.GOOD:
            self._leave.start(1000 * (SECONDS if offer is None else SECONDS_TO_CHOOSE))
        else:
            self._leave.stop()

    def lie_over(self, below: QWidget, *instead: QWidget) -> None:
        """Stand at the top edge of this widget, over it, as wide as it is but not wider than lines can be read; while
        this is hidden, of the first of the others that is not."""
        self._below, self._instead = below, instead
        self.setParent(below.parentWidget())
        self.hide()
        for widget in (below, *instead):
            widget.installEventFilter(self)

    def text(self) -> str:
        """The sentence shown last."""
        return self._sentence

    def offer(self) -> QToolButton:
        """The button that acts on the message."""
        return self._offer

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide):
            self._settle()
        return False

    def _settle(self) -> None:
        below = self._below
        if below is not None and below.isHidden():
            below = next((widget for widget in self._instead if widget.isVisible()), below)
        parent = self.parentWidget()
        if below is None or parent is None or self.isHidden():
            return
        area = QRect(below.mapTo(parent, QPoint(0, 0)), below.size())
        width = min(area.width() - 2 * MARGIN, round(WIDEST * theme.text_scale()))
        least = max(self.minimumSizeHint().height(), round(LOWEST * theme.text_scale()))
        height = max(self.heightForWidth(width), least)
        self.setGeometry(area.center().x() - width // 2, area.top() - ABOVE, width, height)
        self.raise_()

    def _fade(self) -> None:
        focus = QApplication.focusWidget()
        if self.underMouse() or (focus is not None and self.isAncestorOf(focus)):
            self._leave.start()
        else:
            self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._sentence}\n\n{self._details}")


def _shortened(word: str) -> str:
    """A word without its middle if it is very long: no line can break in it, and it would widen the window."""
    half = LONGEST_WORD // 2
    return word if len(word) <= LONGEST_WORD else f"{word[:half]}…{word[-half:]}"
