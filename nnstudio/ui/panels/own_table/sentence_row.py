"""One decision: a sign whether it is worth a look, the sentence with its words to click on, and what else could be."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from nnstudio.ui import theme
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.icons import icon
from nnstudio.ui.panels.own_table.entries import Entry
from nnstudio.ui.panels.own_table.sentences import Sentence, Word
from nnstudio.ui.widgets.segmented import SegmentedSwitch
from nnstudio.ui.widgets.word_flow import WordFlow

SIGN = 16
LONGEST = 200
"""Pixels of a word that is clicked on; what is longer is cut, with all of it in the tooltip."""


class SentenceRow(QWidget):
    """`chosen` gives the wishes that somebody's choice stands for."""

    chosen = Signal(object)

    def __init__(self, sentence: Sentence, signed: bool = True) -> None:
        super().__init__()
        self.sentence = sentence
        self.setAccessibleName(sentence.plain)
        self.words: list[WordButton] = []
        self.switch: SegmentedSwitch | None = None
        self.flow = WordFlow()
        self._set_words(sentence.words)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.flow)
        if sentence.choices:
            self.switch = self._segments(sentence)
            column.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        if signed:
            row.addWidget(_sign(sentence.sure), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)

    def controls(self) -> tuple[QWidget, ...]:
        """Everything here that takes the keys, in its order."""
        segments = () if self.switch is None else tuple(map(self.switch.button, range(len(self.sentence.choices))))
        return (*self.words, *segments)

    def _set_words(self, words: Sequence[Word]) -> None:
        apart = True
        for word in words:
            if word.entries:
                button = WordButton(word)
                button.chosen.connect(self.chosen)
                self.words.append(button)
                self.flow.add(button, glued=not apart)
                apart = False
                continue
            parts = word.text.split(" ")
            for place, part in enumerate(parts):
                apart = apart or place > 0
                if part:
                    label = QLabel(part)
                    label.setTextFormat(Qt.TextFormat.PlainText)
                    label.setProperty("role", "strong" if word.strong else "word")
                    self.flow.add(label, glued=not apart)
                    apart = False

    def _segments(self, sentence: Sentence) -> SegmentedSwitch:
        labels = [choice.label.lower() for choice in sentence.choices]
        switch = SegmentedSwitch(labels)
        switch.setAccessibleName(sentence.plain)
        for place, choice in enumerate(sentence.choices):
            button = switch.button(place)
            button.setAutoDefault(False)  # Enter uses the data
            button.setToolTip(choice.help)
            button.setAccessibleDescription(f"{sentence.plain}. {choice.help}")
            button.setWhatsThis(OWN_TABLE[sentence.about].html(choice.label, choice.help))
            if choice.chosen:
                switch.set_current(place)
        switch.currentChanged.connect(self._choose)
        return switch

    def _choose(self, place: int) -> None:
        self.chosen.emit(self.sentence.choices[place].change)


class WordButton(QPushButton):
    """A word that could be another one: Space or a click opens what else it could be, or does the only thing there
    is."""

    chosen = Signal(object)

    def __init__(self, word: Word) -> None:
        super().__init__()
        self.word = word
        self.setProperty("role", "word")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        longest = round(LONGEST * theme.text_scale())
        shown = QFontMetrics(self.font()).elidedText(word.text, Qt.TextElideMode.ElideMiddle, longest)
        self.setText(shown.replace("&", "&&"))
        self.setAccessibleName(word.text if word.about == word.text else f"{word.about}: {word.text}")
        about = OWN_TABLE[word.about]
        self.setToolTip(about.definition if shown == word.text else f"{word.text}\n{about.definition}")
        self.setWhatsThis(about.html(word.about))
        self.clicked.connect(self.open)

    def open(self) -> None:
        """Offer what else it could be."""
        entries = self.word.entries
        if len(entries) == 1:
            self.chosen.emit(entries[0].change)
            return
        menu = menu_of(entries, self)
        menu.setAccessibleName(self.word.about)
        menu.triggered.connect(self._take)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _take(self, action: QAction) -> None:
        self.chosen.emit(action.data())


def menu_of(entries: Sequence[Entry], parent: QWidget) -> QMenu:
    """A menu of these entries; it goes away when it is closed. What is chosen is the data of its action."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for entry in entries:
        if entry.apart:
            menu.addSeparator()
        action = menu.addAction(entry.label.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(entry.chosen)
        action.setToolTip(entry.help or entry.label)
        action.setData(entry.change)
        action.setEnabled(entry.change is not None)
    return menu


def _sign(sure: bool) -> QLabel:
    sign = QLabel()
    side = round(SIGN * theme.text_scale())
    sign.setPixmap(icon("check" if sure else "look", "good" if sure else "warning").pixmap(QSize(side, side)))
    sign.setAccessibleName("Settled" if sure else "Worth a look")
    sign.setFixedWidth(side)
    return sign
