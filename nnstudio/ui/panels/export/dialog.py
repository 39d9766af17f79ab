"""File › Export…: formats at the left, what will be written beside them, below it what another reader made of that.

What is shown is the network of the moment at which the dialog was opened; training goes on behind it.
"""

import os
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.run.frame import Frame
from nnstudio.files.exports import FORMATS, Format, Proof
from nnstudio.ui import theme
from nnstudio.ui.explanations.export import EXPORT
from nnstudio.ui.panels.export.drafting import Drafted, Drafting
from nnstudio.ui.panels.export.file_card import FileCard
from nnstudio.ui.panels.export.format_list import FormatList
from nnstudio.ui.panels.export.proof_card import ProofCard
from nnstudio.ui.panels.export.target import Target

_LARGEST, _AROUND = QSize(1216, 812), 40
_LIST, _SHARE, _PROOF = 320, 0.34, 116
_TIPS = {"cancel": "Closes the dialog; nothing is written.", "save": "Writes what is shown."}


class ExportDialog(QDialog):
    """frame: the network; stem: what its files are called; folder: where they go at first; chosen: the first format

    saved: where the file lies now, and a sentence about its proof
    announced: what is said aloud to those who cannot see it: the proof, a refusal, what went wrong
    """

    saved = Signal(object, str)  # Path
    announced = Signal(str)

    def __init__(self, frame: Frame, stem: str, folder: Path, chosen: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export")
        self._drafted: Drafted | None = None
        self._name = self._way = ""  # of what was asked for last
        self._save_when_made = False
        self.drafting = Drafting(frame, self)
        self.drafting.drafted.connect(self._show_draft)
        self.drafting.refused.connect(self._refuse)
        self.drafting.written.connect(self._written)
        self.drafting.not_written.connect(self._complain)
        self.finished.connect(self.drafting.give_up)
        self.formats, self.file, self.proof = FormatList(FORMATS.values()), FileCard(), ProofCard()
        self.file.facts.ways.chosen.connect(self._go)
        self.proof.again_wanted.connect(self._prove_again)
        self.proof.given_up.connect(self._give_up)
        self.target = Target(stem, folder)
        self.target.settled.connect(self._rename)
        self.trouble = QLabel(wordWrap=True)
        self.trouble.setProperty("role", "trouble")
        self.trouble.setAccessibleName("What is wrong")
        self.trouble.hide()
        self.cancel, self.save = QPushButton("Cancel"), QPushButton("&Save")
        for button, name in ((self.cancel, "cancel"), (self.save, "save")):
            button.setAutoDefault(False)
            button.setToolTip(_TIPS[name])
            button.setWhatsThis(EXPORT[name].html(name.capitalize(), _TIPS[name]))
        self.save.setProperty("role", "primary")
        self.save.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self._save)
        self.resize((parent.size() - QSize(_AROUND, _AROUND)).boundedTo(_LARGEST * theme.text_scale()))
        self._lay_out()
        self.formats.chosen.connect(self._choose)
        self.formats.choose(chosen)
        self.formats.setFocus()

    def _lay_out(self) -> None:
        foot = QFrame()
        foot.setProperty("role", "foot")
        row = QHBoxLayout(foot)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(10)
        row.addWidget(self.target, 1)
        row.addSpacing(40)
        row.addWidget(self.cancel)
        row.addWidget(self.save)
        scale = theme.text_scale()
        self.formats.setFixedWidth(round(min(_LIST * scale, _SHARE * self.width())))
        self.proof.setMinimumHeight(round(_PROOF * scale))
        shown, above, column = QVBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        shown.setSpacing(10)
        shown.addWidget(self.file, 1)
        shown.addWidget(self.proof)
        shown.addWidget(self.trouble)
        above.setContentsMargins(16, 16, 16, 14)
        above.setSpacing(10)
        above.addWidget(self.formats)
        above.addLayout(shown, 1)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(above, 1)
        column.addWidget(foot)

    # What is asked for.

    def _go(self, way: str) -> None:
        """Make it in this way."""
        self._way = way
        self._begin()

    def _choose(self, chosen: Format) -> None:
        self._way = ""
        self.target.follow(chosen)
        self._begin()

    def _rename(self) -> None:
        """Another name is another draft: what lies beside a script is called as it is."""
        if self.target.path.name != self._name:
            self._begin()

    def _begin(self) -> None:
        self._drafted, self._save_when_made, self._name = None, False, self.target.path.name
        self.trouble.hide()
        self.file.wait(self._name)
        self.proof.clear()
        self.proof.show()
        self.save.setEnabled(True)
        self.drafting.begin(self.formats.current(), self._name, self._way)

    def _prove_again(self) -> None:
        if self._drafted is not None:
            self.proof.wait(self._drafted.draft.format.needs)
            self.drafting.prove_again(self._drafted)

    def _give_up(self) -> None:
        self.drafting.give_up()
        self.proof.tell_given_up()

    # What comes of it.

    def _show_draft(self, drafted: Drafted) -> None:
        first = self._drafted is None
        self._drafted = drafted
        if first:
            self.file.show_draft(drafted)
        if drafted.proof is not None:
            self.proof.tell(drafted.proof)
            self._announce(self.proof.accessibleDescription())
        else:
            self.proof.wait(drafted.draft.format.needs)
        if self._save_when_made:
            self._save_when_made = False
            self._save()

    def _refuse(self, sentence: str) -> None:
        if self._drafted is not None:  # it is there, and nobody can read it
            self.proof.tell(Proof(sentence.rstrip(".")))
            return
        self.file.refuse(sentence)
        self._announce(sentence)
        self.proof.hide()
        self.save.setEnabled(False)

    # Saving.

    def _save(self) -> None:
        """Write what is shown; what is not made yet as soon as it is."""
        self.target.settle()
        drafted, path = self._drafted, self.target.path
        if self.drafting.writing or not path.name:
            return
        if drafted is None:
            self._save_when_made = True
            return
        if self._may_fail(drafted) and self._may_replace(drafted, path.parent):
            self.trouble.hide()
            self.save.setEnabled(False)
            self.drafting.write(drafted.draft, path.parent)

    def _may_fail(self, drafted: Drafted) -> bool:
        if drafted.proof is None or drafted.proof.holds is not False:
            return True
        question = f"{drafted.draft.name} does not come to the network's own answers. Save it all the same?"
        return self._ask("Save it?", question)

    def _may_replace(self, drafted: Drafted, folder: Path) -> bool:
        there = [name for name in [*drafted.draft.files][::-1] if os.path.lexists(folder / name)]
        if not there:
            return True
        names = there[0] if len(there) == 1 else f"{', '.join(there[:3])}{' and more' if len(there) > 3 else ''}"
        are, them = ("is", "it") if len(there) == 1 else ("are", "them")
        return self._ask("Replace?", f"{names} {are} there already. Replace {them}?")

    def _ask(self, title: str, question: str) -> bool:
        button = QMessageBox.StandardButton
        return QMessageBox.question(self, title, question, button.Yes | button.No, button.No) == button.Yes

    def _written(self, path: Path) -> None:
        drafted = self._drafted
        assert drafted is not None
        proof = "its proof was not waited for" if drafted.proof is None else drafted.proof.sentence
        self.saved.emit(path, f"{proof[:1].upper()}{proof[1:]}.")
        self.accept()

    def _complain(self, error: str) -> None:
        self.trouble.setText(error)
        self.trouble.show()
        self.save.setEnabled(True)
        self._announce(error)

    def _announce(self, sentence: str) -> None:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))
        self.announced.emit(sentence)
