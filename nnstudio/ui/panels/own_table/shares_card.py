"""Which rows train, validate and test: the bar with its figures, the mixture of classes, the seed."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from nnstudio.ui import theme
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.panels.own_table.entries import AnyWishes, Entry
from nnstudio.ui.panels.own_table.sentence_row import SentenceRow
from nnstudio.ui.panels.own_table.sentences import Sentence, Word
from nnstudio.ui.panels.own_table.share_bar import ShareBar, Shares
from nnstudio.ui.widgets.figures import grouped

LARGEST_SEED = 2**32 - 1
_SEED = 62


class _Seeds(QValidator):
    """Whole numbers that a seed can be."""

    def validate(self, text: str, at: int) -> QValidator.State:
        if not text:
            return QValidator.State.Intermediate
        fits = text.isascii() and text.isdigit() and int(text) <= LARGEST_SEED
        return QValidator.State.Acceptable if fits else QValidator.State.Invalid


class SharesCard(QWidget):
    """`chosen` gives the wishes that somebody's choice stands for."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._wishes: AnyWishes | None = None
        self.bar = ShareBar()
        self.bar.moved.connect(self._show_moving)
        self.bar.chosen.connect(self._choose_shares)
        self.mixture: SentenceRow | None = None
        self.seed = QLineEdit()
        self.seed.setProperty("role", "seed")
        self.seed.setValidator(_Seeds(self))
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip(OWN_TABLE["Seed"].definition)
        self.seed.setWhatsThis(OWN_TABLE["Seed"].html("Seed"))
        self.seed.setFixedWidth(round(_SEED * theme.text_scale()))
        self.seed.editingFinished.connect(self._choose_seed)
        self.figures = [QLabel(), QLabel(), QLabel()]
        title = QLabel("SHARES")
        title.setProperty("role", "section")
        word = QLabel("seed")
        word.setProperty("role", "caption")
        self._above = QHBoxLayout()
        self._above.setSpacing(6)
        self._above.addWidget(title)
        self._above.addStretch(1)
        self._above.addWidget(word)
        self._above.addWidget(self.seed)
        below = QHBoxLayout()
        for place, label in enumerate(self.figures):
            label.setProperty("role", "small")
            align = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)[place]
            label.setAlignment(align | Qt.AlignmentFlag.AlignTop)
            below.addWidget(label, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._above)
        column.addWidget(self.bar)
        column.addLayout(below)

    def stops(self) -> tuple[QWidget, ...]:
        """Everything here that takes the keys, in its order."""
        words = () if self.mixture is None else tuple(self.mixture.words)
        return (*words, self.seed, self.bar.validation, self.bar.test)

    def show_shares(self, wishes: AnyWishes, rows: tuple[int, int, int], mixed_by: str | None) -> None:
        """Show the shares that were wished, and how many rows that are; `mixed_by`: what the classes are called, None
        for values."""
        self._wishes = wishes
        self.bar.show_shares(Shares.of(wishes.validation_share, wishes.test_share))
        self._say(self.bar.shares, tuple(map(grouped, rows)))
        if not self.seed.hasFocus():
            self.seed.setText(str(wishes.seed))
        self._set_mixture(wishes, mixed_by)

    def _say(self, shares: Shares, rows: tuple[str, ...]) -> None:
        per_cent = shares.training, shares.validation, shares.test
        names = "training", "validation", "test"
        if not shares.test:
            names, rows = ("training and test", "", ""), (rows[0], "", "")
        for label, name, share, row in zip(self.figures, names, per_cent, rows, strict=True):
            label.setText(f"{name}\n{row}  {share} %" if name else "")

    def _show_moving(self, shares: Shares) -> None:
        self._say(shares, ("", "", ""))

    def _set_mixture(self, wishes: AnyWishes, mixed_by: str | None) -> None:
        """Only classes can be mixed."""
        old, self.mixture = self.mixture, None
        focused = old is not None and any(word.hasFocus() for word in old.words)
        if old is not None:
            self._above.removeWidget(old)
            old.hide()
            old.deleteLater()
        if mixed_by is None:
            return
        row = SentenceRow(_mixture(wishes, mixed_by), signed=False)
        row.chosen.connect(self.chosen)
        row.setFixedWidth(row.words[0].sizeHint().width())
        self._above.insertWidget(2, row)
        row.show()  # what is not to be seen yet takes no keys
        self.mixture = row
        if focused:
            row.words[0].setFocus()

    def _choose_shares(self, shares: Shares) -> None:
        wishes = self._wishes
        if wishes is not None:
            asked = replace(wishes, test_share=shares.test / 100, validation_share=shares.validation_share)
            if asked != wishes:
                self.chosen.emit(asked)

    def _choose_seed(self) -> None:
        wishes = self._wishes
        if wishes is not None and self.seed.hasAcceptableInput() and int(self.seed.text()) != wishes.seed:
            self.chosen.emit(replace(wishes, seed=int(self.seed.text())))


def _mixture(wishes: AnyWishes, mixed_by: str) -> Sentence:
    same = Entry("Each share with the same mixture of classes", replace(wishes, stratified=True), wishes.stratified)
    chance = Entry("Dealt out whatever the class", replace(wishes, stratified=False), not wishes.stratified)
    name = mixed_by if len(mixed_by) <= 16 else f"{mixed_by[:15]}…"
    words = f"stratified by {name}" if wishes.stratified else "dealt out by chance"
    return Sentence("mixture", (Word(words, about="Stratified", entries=(same, chance)),))
