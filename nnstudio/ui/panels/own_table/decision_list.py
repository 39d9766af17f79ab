"""The decisions below each other, set anew whenever one of them changes; the keys stay where they were."""

from collections.abc import Iterable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnstudio.ui.panels.own_table.sentence_row import SentenceRow
from nnstudio.ui.panels.own_table.sentences import Sentence

GAP = 14


class DecisionList(QWidget):
    """`chosen` gives the wishes that somebody's choice stands for. `signed`: with a sign before each."""

    chosen = Signal(object)

    def __init__(self, name: str, signed: bool = True, gap: int = GAP) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._signed = signed
        self._sentences: tuple[Sentence, ...] = ()
        self.rows: list[SentenceRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(gap)

    def show_sentences(self, sentences: Iterable[Sentence]) -> None:
        """Say these from now on."""
        sentences = tuple(sentences)
        if sentences != self._sentences:
            self._sentences = sentences
            self._set_anew()

    def row(self, key: str) -> SentenceRow:
        """The sentence about this."""
        return next(row for row in self.rows if row.sentence.key == key)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.rows:  # the signs are pictures
            self._set_anew()

    def _set_anew(self) -> None:
        key, place = self._with_keys()
        old, self.rows = self.rows, []
        for row in old:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for sentence in self._sentences:
            row = SentenceRow(sentence, self._signed)
            row.chosen.connect(self.chosen)
            self._column.addWidget(row)
            row.show()  # what is not to be seen yet takes no keys
            self.rows.append(row)
            if sentence.key == key and (controls := row.controls()):
                controls[min(place, len(controls) - 1)].setFocus()

    def _with_keys(self) -> tuple[str, int]:
        """Which sentence has the keys, and which of its words."""
        here = self.window().focusWidget()
        for row in self.rows:
            for place, control in enumerate(row.controls()):
                if control is here:
                    return row.sentence.key, place
        return "", 0
