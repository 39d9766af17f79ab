"""What another reader made of the file: it is being read, it proves itself, it does not, or nobody here can say."""

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from nnstudio.files.exports import Proof
from nnstudio.ui import theme
from nnstudio.ui.explanations.export import EXPORT
from nnstudio.ui.icons import icon
from nnstudio.ui.panels.export.proof_chart import ProofChart
from nnstudio.ui.widgets.figures import decimal, tick
from nnstudio.ui.widgets.table_dialog import TableDialog

_MARK, _CHART = 24, 400
_TIPS = {
    "again": ("Run again", "Reads the file and computes its answers once more."),
    "details": ("Details", "The difference of each sample input."),
    "give up": ("Cancel", "Ends the reader; the file can be saved all the same."),
}


class ProofCard(QFrame):
    """again_wanted, given_up: somebody wants the proof once more, or not to wait for it"""

    again_wanted = Signal()
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self.setAccessibleName("Proof")
        self.mark, self.title = QLabel(), QLabel()
        self.title.setProperty("role", "strong")
        self.said, self.how = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.how.setProperty("role", "on-field")
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Being read")
        self.again, self.details, self.stop = (_link(name) for name in _TIPS)
        self.again.clicked.connect(self.again_wanted)
        self.details.clicked.connect(self._show_details)
        self.stop.clicked.connect(self.given_up)
        self.chart = ProofChart()
        self.chart.setMaximumWidth(_CHART)
        self._lay_out()
        self.clear()

    def _lay_out(self) -> None:
        links, words, row = QHBoxLayout(), QVBoxLayout(), QHBoxLayout(self)
        links.setSpacing(8)
        for button in (self.again, self.details, self.stop):
            links.addWidget(button)
        links.addStretch(1)
        words.setSpacing(3)
        words.addStretch(1)
        for part in (self.title, self.said, self.how, self.bar):
            words.addWidget(part)
        words.addLayout(links)
        words.addStretch(1)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(12)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.chart, 1)

    # The states.

    def clear(self) -> None:
        """Nothing is known, and nobody is asked."""
        self._show("quiet", "", "")

    def wait(self, reader: str) -> None:
        """It is being read."""
        self._show("quiet", "Being read…", f"Another program computes the sample answers from this file: {reader}.")
        self.bar.show()
        self.stop.show()

    def tell_given_up(self) -> None:
        """Nobody waited for the reader."""
        self._show("quiet", "Not proved", "The reader was ended before it had an answer. The file can be saved.")
        self.again.show()

    def tell(self, proof: Proof) -> None:
        """What came back."""
        count = 0 if proof.differences is None else len(proof.differences)
        if proof.holds is None:
            self._show("quiet", "Not proved", f"{proof.reader[:1].upper()}{proof.reader[1:]}.")
            return
        largest = proof.largest
        assert largest is not None
        said = f"largest difference {decimal(largest, 1)} on {count} inputs"
        if lost := int(np.isinf(proof.differences).sum()) if proof.differences is not None else 0:
            said = f"no number as an answer to {lost} of {count} inputs"
        how = f"{proof.reader}, in {decimal(proof.seconds, 2)} s; {tick(proof.allowed)} is allowed"
        if proof.holds:
            self._show("good", "Proves itself", said, how)
        else:
            self._show("bad", "Does not come to the same answers", said, how)
        self.chart.show_proof(proof)
        self.chart.show()
        self.again.show()
        self.details.show()

    def _show(self, tone: str, title: str, said: str, how: str = "") -> None:
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)
        marks = {"good": ("proved", "good"), "bad": ("warning", "bad")}
        self.mark.setVisible(tone in marks)
        if tone in marks:
            side = round(_MARK * theme.text_scale())
            self.mark.setPixmap(icon(*marks[tone]).pixmap(QSize(side, side), self.devicePixelRatioF()))
        for label, text in ((self.title, title), (self.said, said), (self.how, how)):
            label.setText(text)
            label.setVisible(bool(text))
        for part in (self.bar, self.again, self.details, self.stop, self.chart):
            part.hide()
        self.setAccessibleDescription(" ".join(filter(None, (f"{title}." if title else "", said, how))))

    def _show_details(self) -> None:
        if (table := self.chart.table()) is not None:
            TableDialog(table.title, [table], 0, self).open()


def _link(name: str) -> QPushButton:
    text, tip = _TIPS[name]
    button = QPushButton(text)
    button.setProperty("role", "link")
    button.setToolTip(tip)
    button.setWhatsThis(EXPORT[name].html(text, tip))
    button.setAutoDefault(False)
    return button
