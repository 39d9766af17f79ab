"""What is to be learned: how it is distributed, what guessing would give, and the two columns that say most."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.core.experiment.choices import ClassWeights
from nnstudio.core.training.losses import WEIGHED
from nnstudio.files.errors import printable
from nnstudio.ui import theme
from nnstudio.ui.icons import icon
from nnstudio.ui.panels.own_table.draft import Proposed
from nnstudio.ui.panels.own_table.entries import Entry
from nnstudio.ui.panels.own_table.pair_picture import PairPicture
from nnstudio.ui.panels.own_table.sentence_row import SentenceRow
from nnstudio.ui.panels.own_table.sentences import Sentence, Word
from nnstudio.ui.panels.own_table.target_picture import TargetPicture, balance, guessing
from nnstudio.ui.widgets.elided_label import ElidedLabel

LONGEST, GAP = 24, 22


class TargetCard(QWidget):
    """Hidden pictures say nothing: without two columns of numbers the bars have all the room.

    weights: how much an example counts by its class
    """

    weights_chosen = Signal()

    def __init__(self, weights: ClassWeights) -> None:
        super().__init__()
        self.weights, self.weighed = weights, SentenceRow(_weighed(weights), signed=False)
        self.weighed.chosen.connect(self._weigh)
        self.name, self.kind, self.guess = QLabel(), ElidedLabel(), QLabel(wordWrap=True)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setProperty("role", "heading")
        for label in (self.kind, self.guess):
            label.setProperty("role", "dim")
        self.picture, self.pair, self.about = TargetPicture(), PairPicture(), ElidedLabel()
        self.about.setProperty("role", "small")
        title, hint = QLabel("TARGET"), QLabel("says most by itself")
        title.setProperty("role", "section")
        hint.setProperty("role", "caption")
        self.hint = hint
        named = QHBoxLayout()
        named.setSpacing(8)
        sign = QLabel()
        side = round(16 * theme.text_scale())
        sign.setPixmap(icon("target", "accent").pixmap(QSize(side, side)))
        named.addWidget(sign)
        named.addWidget(self.name)
        named.addWidget(self.kind, 1)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(title)
        left.addLayout(named)
        left.addWidget(self.picture, 1)
        left.addWidget(self.guess)
        left.addWidget(self.weighed)
        self._left = left
        above = QHBoxLayout()
        above.addWidget(self.about, 1)
        above.addWidget(hint)
        right.setSpacing(4)
        right.setContentsMargins(0, 0, 0, 0)
        right.addLayout(above)
        right.addWidget(self.pair, 1)
        self._right = QWidget()
        self._right.setLayout(right)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addLayout(left, 1)
        row.addWidget(self._right, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_hint()

    def _fit_hint(self) -> None:
        """What the picture shows comes first; why it does, where there is room."""
        wanted = self.fontMetrics().horizontalAdvance(self.about.text()) + self.hint.sizeHint().width() + GAP
        self.hint.setVisible((self.width() - GAP) / 2 >= wanted)

    def stops(self) -> tuple[QWidget, ...]:
        """Everything here that takes the keys, in its order."""
        return (*self.weighed.words, self.pair)

    def _weigh(self, weights: ClassWeights) -> None:
        """Another sentence, with the keys where they were."""
        old, self.weights = self.weighed, weights
        self.weighed = SentenceRow(_weighed(weights), signed=False)
        self.weighed.chosen.connect(self._weigh)
        self._left.replaceWidget(old, self.weighed)
        old.hide()
        old.deleteLater()
        self.weighed.show()  # what is not to be seen yet takes no keys
        self.weighed.words[0].setFocus()
        self.weights_chosen.emit()

    def show_target(self, proposed: Proposed | None) -> None:
        """Show the target of this proposal."""
        recipe = None if proposed is None else proposed.proposal.spec.recipe
        self.name.setText("" if recipe is None else printable(recipe.target, LONGEST))
        self.kind.setText("" if proposed is None else balance(proposed))
        self.guess.setText("" if proposed is None else guessing(proposed))
        self.weighed.setVisible(proposed is not None and proposed.proposal.spec.task in WEIGHED)
        self.picture.show_target(proposed)
        pair = None if proposed is None else proposed.overview.pair
        self._right.setVisible(pair is not None)
        if proposed is not None and pair is not None:
            classes = bool(proposed.overview.classes)
            self.about.setText(f"{pair.names[1]} over {pair.names[0]}")
            self.about.setToolTip(self.about.text())
            self.hint.setText("the pair that parts them best" if classes else "the column that says most")
        self.pair.show_pair(proposed)
        self._fit_hint()


_TOLD = {ClassWeights.NONE: "each example counts the same", ClassWeights.BALANCED: "each class counts the same"}


def _weighed(weights: ClassWeights) -> Sentence:
    """How much classes count, as a sentence."""
    entries = tuple(Entry(each.label, each, each is weights, each.help) for each in ClassWeights)
    word = Word(weights.label.lower(), about="Class weights", entries=entries)
    return Sentence("weights", (Word("Classes are weighed "), word, Word(f": {_TOLD[weights]}.")))
