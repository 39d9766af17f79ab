"""The diagnosis in words: what is the matter, what was measured, and one thing to try."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.core.training.diagnosis import Diagnosis
from nnstudio.ui import theme
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.stage.lettering import text_font

_APART = 10
_BELOW = 5
_TRY = "Try"


class DiagnosisNote(QWidget):
    """A title with a sign, a sentence, and a button with the remedy; where there is room for a line only, the title
    with a short button, whose tooltips say the rest."""

    remedy_chosen = Signal(object)  # the edited Experiment

    def __init__(self) -> None:
        super().__init__()
        self.diagnosis: Diagnosis | None = None
        self.title, self.sentence, self._try = QLabel(), QLabel(), QLabel(_TRY)
        self.title.setWordWrap(True)
        self.sentence.setWordWrap(True)
        self._try.setProperty("role", "subtitle")
        self.measured = QLabel()
        self.measured.setWordWrap(True)
        self.measured.setProperty("role", "subtitle")
        self.measured.hide()
        self.remedy = QPushButton()
        self.remedy.setMinimumWidth(60)  # its tooltip has all of it
        self.remedy.clicked.connect(self._choose)
        self.remedy.setWhatsThis(VIEWS["What to try"].html("What to try"))
        self._in_a_line = False
        self._head, self._row = QHBoxLayout(), QHBoxLayout()
        for row in (self._head, self._row):
            row.setSpacing(_APART)
        self._head.addWidget(self.title, 1)
        self._row.addWidget(self._try)
        self._row.addWidget(self.remedy)
        self._row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_BELOW)
        column.addLayout(self._head)
        column.addWidget(self.sentence)
        column.addWidget(self.measured)
        column.addLayout(self._row)
        column.addStretch(1)
        self._dress()

    def show_diagnosis(self, diagnosis: Diagnosis | None, measured: str = "") -> None:
        """Say this one; `measured` when, where that is not now."""
        self.diagnosis = diagnosis
        self.measured.setText(measured)
        self._say()

    def set_in_a_line(self, in_a_line: bool) -> None:
        """Whether there is room for a line only."""
        if in_a_line != self._in_a_line:
            self._in_a_line = in_a_line
            before, after = (self._row, self._head) if in_a_line else (self._head, self._row)
            before.removeWidget(self.remedy)
            after.insertWidget(1, self.remedy)
            self._say()

    def height_in(self, width: int, in_a_line: bool = False) -> int:
        """How high it is in this width and form."""
        offers = self.diagnosis is not None and self.diagnosis.remedy is not None
        button = self.remedy.sizeHint().height() if offers else 0
        if in_a_line:
            beside = self.remedy.fontMetrics().horizontalAdvance(_TRY) + self.remedy.sizeHint().height() + _APART
            return max(self.title.heightForWidth(width - (beside if offers else 0)), button)
        words = self.title.heightForWidth(width) + _BELOW + self.sentence.heightForWidth(width)
        if self.measured.text():
            words += _BELOW + self.measured.heightForWidth(width)
        return words + (_BELOW + button if offers else 0)

    def _say(self) -> None:
        diagnosis, colors = self.diagnosis, theme.current()
        remedy = diagnosis.remedy if diagnosis is not None else None
        self.remedy.setVisible(remedy is not None)
        self.sentence.setVisible(not self._in_a_line)
        self.measured.setVisible(not self._in_a_line and bool(self.measured.text()))
        if remedy is None:
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
        more = f"{diagnosis.sentence} {self.measured.text()}".strip()
        self.title.setToolTip(more if self._in_a_line else "")
        if remedy is not None:
            self.remedy.setText(_TRY if self._in_a_line else remedy.label)
            self._fit()
            self.remedy.setAccessibleName(f"{_TRY}: {remedy.label}")
            self.remedy.setAccessibleDescription(diagnosis.sentence)
            self.remedy.setToolTip(f"{remedy.label}: training goes on with it, and Undo takes it back.")

    def _fit(self) -> None:
        """Where there is no room for both, the button says it alone."""
        wide = self._try.sizeHint().width() + _APART + self.remedy.sizeHint().width() <= self.width()
        self._try.setVisible(wide and not self._in_a_line and not self.remedy.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _choose(self) -> None:
        if self.diagnosis is not None and self.diagnosis.remedy is not None:
            self.remedy_chosen.emit(self.diagnosis.remedy.experiment)

    def _dress(self) -> None:
        for label in (self.title, self.sentence, self.measured):
            label.setFont(text_font(12))
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()
        super().changeEvent(event)
