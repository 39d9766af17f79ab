"""What the dialogs for somebody's own data share: head and foot, the wait, the decisions, what is odd, the shares."""

import re
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.experiment import Experiment
from nnstudio.files.errors import printable
from nnstudio.ui import theme
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.fonts import NUMBERS
from nnstudio.ui.icons import icon
from nnstudio.ui.panels.own_table.decision_list import DecisionList
from nnstudio.ui.panels.own_table.sentences import Sentence
from nnstudio.ui.panels.own_table.shares_card import SharesCard

SIZE, SMALLEST = QSize(1216, 780), QSize(840, 540)
RIGHT, MARGIN, GAP = 386, 16, 10
AROUND, WAITING = 36, 620
_TIPS = {
    "Other file": "Asks for another file.",
    "Other folder": "Asks for another folder.",
    "Cancel": "Closes the dialog; the running experiment stays as it is.",
    "Use this data": "The experiment learns this data from now on. Undo takes it back.",
}


class OwnDialog(QDialog):
    """`taken` gives what is to be trained on; `other_wanted`: another file or folder. `experiment`: the one that runs
    now. A subclass sets its parts, then calls `lay_out`."""

    taken = Signal(object)
    other_wanted = Signal()

    def __init__(self, title: str, sign: str, other: str, experiment: Experiment, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.experiment, self._sign, self._window = experiment, sign, parent.window()
        self.name, self.facts = QLabel(), QLabel()
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setProperty("role", "heading")
        self.facts.setProperty("role", "dim")
        self.other = _button(other, f"{other}…")
        self.cancel, self.use = _button("Cancel", "Cancel"), _button("Use this data", "Use this data")
        self.use.setProperty("role", "filled")
        self.use.setDefault(True)
        self.other.clicked.connect(self.other_wanted)
        self.cancel.clicked.connect(self.reject)
        self.said = QLabel(wordWrap=True)
        self.said.setTextFormat(Qt.TextFormat.RichText)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Reading")
        self.message = QLabel(wordWrap=True)
        self.refusal = QLabel(wordWrap=True)
        for label in (self.message, self.refusal):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.refusal.setProperty("role", "trouble")
        self.decisions, self.odd = DecisionList("Decisions"), DecisionList("Odd, and left out", signed=False, gap=10)
        self.shares = SharesCard()

    # The parts

    def lay_out(self, left: QWidget, *unread: QWidget) -> None:
        """Place everything: `left` of the decisions; `unread`: what may be said where nothing could be read."""
        self._pages = QStackedLayout()
        self._pages.addWidget(self._waiting(unread))
        self._pages.addWidget(self._content(left))
        sign = QLabel()
        side = round(18 * theme.text_scale())
        sign.setPixmap(icon(self._sign, "accent").pixmap(QSize(side, side)))
        above = QHBoxLayout()
        above.setContentsMargins(MARGIN, 12, MARGIN, 10)
        above.setSpacing(10)
        for widget in (sign, self.name, self.facts):
            above.addWidget(widget)
        above.addStretch(1)
        above.addWidget(self.other)
        foot = QFrame()
        foot.setProperty("role", "foot")
        below = QHBoxLayout(foot)
        below.setContentsMargins(MARGIN, 10, MARGIN, 10)
        below.setSpacing(8)
        below.addWidget(self.said, 1)
        below.addWidget(self.cancel)
        below.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(above)
        column.addLayout(self._pages, 1)
        column.addWidget(foot)
        room, scale = self._window.size(), theme.text_scale()
        wanted = (SIZE * scale).boundedTo(room - QSize(AROUND, AROUND)).expandedTo(SMALLEST)
        self.setMinimumSize(SMALLEST.boundedTo(wanted))
        self.resize(wanted)
        self.setFocus()  # so that Enter uses the data, and Tab comes to the first control

    def _waiting(self, unread: tuple[QWidget, ...]) -> QWidget:
        """What is shown while nothing is known of the file, or where nothing can be."""
        said, page = QWidget(), QWidget()
        inner = QVBoxLayout(said)
        inner.setContentsMargins(10, 8, 10, 8)
        inner.setSpacing(14)
        for widget in (self.message, self.bar, *unread):
            inner.addWidget(widget)
        card = sheet(said)
        card.setMaximumWidth(round(WAITING * theme.text_scale()))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card, 100)
        row.addStretch(1)
        column = QVBoxLayout(page)
        column.setContentsMargins(MARGIN, 0, MARGIN, 40)
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(2)
        return page

    def _content(self, left: QWidget) -> QWidget:
        page, aside = QWidget(), QWidget()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        decided = self._decided()
        scroll.setWidget(decided)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the word that has the keys
        for ground in (scroll.viewport(), decided):
            ground.setAutoFillBackground(False)
        right = QVBoxLayout(aside)
        right.setSpacing(GAP)
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(sheet(scroll, margin=1), 1)
        right.addWidget(sheet(self.shares))
        aside.setFixedWidth(round(RIGHT * theme.text_scale()))
        row = QHBoxLayout(page)
        row.setContentsMargins(MARGIN, 0, MARGIN, 12)
        row.setSpacing(GAP)
        row.addWidget(left, 1)
        row.addWidget(aside)
        return page

    def _decided(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(15, 12, 15, 14)
        column.setSpacing(12)
        hint = QLabel("click a word to change it")
        hint.setProperty("role", "caption")
        head = QHBoxLayout()
        head.addWidget(section("DECISIONS"))
        head.addStretch(1)
        head.addWidget(hint)
        column.addLayout(head)
        column.addWidget(self.refusal)
        column.addWidget(self.decisions)
        self._rule, self._odd_title = QFrame(), section("ODD, AND LEFT OUT")
        self._rule.setProperty("role", "rule")
        self._rule.setFixedHeight(1)
        for widget in (self._rule, self._odd_title, self.odd):
            column.addWidget(widget)
        column.addStretch(1)
        return body

    # What is shown

    def show_state(self, path: Path, progress: float | None, refusal: str, known: bool) -> None:
        """Say what is being read, and how far it has come; or, where something is known of it, show that."""
        self.name.setText(printable(path.name, 60))
        self._pages.setCurrentIndex(1 if known else 0)
        reading = progress is not None
        self.bar.setVisible(reading)
        self.bar.setValue(round(1000 * (progress or 0.0)))
        self.message.setText(f"Reading {printable(path.name)}…" if reading else refusal)
        if refusal != self.refusal.text():
            self.refusal.setText(refusal)
            if refusal:  # also to those who cannot see it
                QAccessible.updateAccessibility(QAccessibleEvent(self.refusal, QAccessible.Event.Alert))
        self.refusal.setVisible(bool(refusal))

    def show_sentences(self, decided: list[Sentence], odd: list[Sentence]) -> None:
        """Say what was decided and what is odd."""
        self.decisions.show_sentences(decided)
        self.odd.show_sentences(odd)
        for widget in (self._rule, self._odd_title, self.odd):
            widget.setVisible(bool(odd))

    def say(self, sentence: str) -> None:
        """Say at the foot, as rich text, what will be built; its numbers in the face for numbers."""
        self.said.setText(re.sub(r"\d[\d-]*", f'<span style="font-family:{NUMBERS}">\\g<0></span>', sentence))

    def order(self, *first: QWidget) -> None:
        """Tab goes as the eyes do, `first` of all to these; what was set anew would come last."""
        stops: list[QWidget] = [self.other, *first]
        stops += [control for part in (self.decisions, self.odd) for row in part.rows for control in row.controls()]
        stops += [*self.shares.stops(), self.cancel, self.use]
        for before, behind in pairwise(stops):
            self.setTabOrder(before, behind)


def size_in_words(size: int) -> str:
    """Bytes, as MB or kB."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(round(size / 1000), 1)} kB"


def section(text: str) -> QLabel:
    """The title of a card."""
    label = QLabel(text)
    label.setProperty("role", "section")
    return label


def sheet(widget: QWidget, margin: int = 14) -> QFrame:
    """A card around it."""
    found = QFrame()
    found.setProperty("role", "sheet")
    column = QVBoxLayout(found)
    column.setContentsMargins(margin, margin, margin, margin)
    column.addWidget(widget)
    return found


def _button(name: str, text: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(_TIPS[name])
    button.setWhatsThis(OWN_TABLE[name].html(name, _TIPS[name]))
    button.setAutoDefault(False)
    return button
