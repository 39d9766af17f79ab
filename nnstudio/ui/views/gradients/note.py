"""The diagnosis in words: what is the matter, what was measured, and one thing to try."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.core.training.diagnosis import Diagnosis
from nnstudio.ui import theme
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.stage.lettering import text_font

_APART = 10


class DiagnosisNote(QWidget):
    """A title with a sign, a sentence, and a button with the remedy."""

    remedy_chosen = Signal(object)  # the edited Experiment

    def __init__(self) -> None:
        super().__init__()
        self.diagnosis: Diagnosis | None = None
        self.title, self.sentence, self._try = QLabel(), QLabel(), QLabel("Try")
        self.title.setWordWrap(True)
        self.sentence.setWordWrap(True)
        self._try.setProperty("role", "subtitle")
        self.remedy = QPushButton()
        self.remedy.setMinimumWidth(60)  # its tooltip has all of it
        self.remedy.clicked.connect(self._choose)
        self.remedy.setWhatsThis(VIEWS["What to try"].html("What to try"))
        row = QHBoxLayout()
        row.setSpacing(_APART)
        row.addWidget(self._try)
        row.addWidget(self.remedy)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addWidget(self.title)
        column.addWidget(self.sentence)
        column.addLayout(row)
        column.addStretch(1)
        self._dress()

    def show_diagnosis(self, diagnosis: Diagnosis | None) -> None:
        """Say this one."""
        self.diagnosis = diagnosis
        self._say()

    def _say(self) -> None:
        diagnosis, colors = self.diagnosis, theme.current()
        remedy = diagnosis.remedy if diagnosis is not None else None
        self.remedy.setVisible(remedy is not None)
        self._try.hide()
        if diagnosis is None:
            self.title.clear()
            self.sentence.clear()
            return
        well = diagnosis.cause.well
        sign, mark, color = ("●", colors.good, colors.better) if well else ("▲", colors.warning, colors.warning_text)
        title = diagnosis.title.replace("&", "&amp;").replace("<", "&lt;")
        shown = f'<span style="color:{color}; font-weight:600">{title}</span>'
        self.title.setText(f'<span style="color:{mark}">{sign}</span>&nbsp; {shown}')
        self.sentence.setText(diagnosis.sentence)
        if remedy is not None:
            self.remedy.setText(remedy.label)
            self._fit()
            self.remedy.setAccessibleName(f"Try: {remedy.label}")
            self.remedy.setToolTip(f"{remedy.label}: training goes on with it, and Undo takes it back.")

    def _fit(self) -> None:
        """Where there is no room for both, the button says it alone."""
        wide = self._try.sizeHint().width() + _APART + self.remedy.sizeHint().width() <= self.width()
        self._try.setVisible(wide and not self.remedy.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _choose(self) -> None:
        if self.diagnosis is not None and self.diagnosis.remedy is not None:
            self.remedy_chosen.emit(self.diagnosis.remedy.experiment)

    def _dress(self) -> None:
        for label in (self.title, self.sentence):
            label.setFont(text_font(12))
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)
