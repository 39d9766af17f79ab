"""Asks which worksheets are wanted, and writes them on a thread of its own."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment
from nnstudio.core.trace.worksheet import MOST_SHEETS, SEEDS, Worksheet, sheets_of
from nnstudio.core.trace.worksheet_gaps import PHASES
from nnstudio.files.errors import FileError
from nnstudio.files.worksheet import save_worksheets
from nnstudio.ui.explanations.worksheet import WORKSHEET
from nnstudio.ui.widgets.segmented import SegmentedSwitch
from nnstudio.ui.widgets.worksheet_paper import save_worksheets_as_pdf

WIDTH, FIELD = 430, 130
_TIPS = {
    "From seed": "The seed of the first sheet; each has the next one.",
    "Sheets": f"How many, 1 to {MOST_SHEETS}: one for each pupil.",
    "First example": "The training example of the first sheet; each has the next one.",
    "Up to": "The last phase that is asked for.",
    "Save": "Asks for a name, and writes the sheets with their solutions.",
    "Cancel": "Closes the dialog; nothing is written.",
}


class WorksheetDialog(QDialog):
    """For a network that can be done by hand. `sheets()` makes what was asked for."""

    def __init__(self, experiment: Experiment, dataset: Dataset, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "form")
        self._experiment, self._dataset = experiment, dataset
        self.setWindowTitle("Worksheet")
        self.setFixedWidth(WIDTH)
        self.seed, self.number, self.example = QDoubleSpinBox(), QSpinBox(), QSpinBox()
        self.seed.setDecimals(0)
        self.seed.setRange(0, SEEDS - 1)
        self.seed.setValue(experiment.seed)
        self.number.setRange(1, MOST_SHEETS)
        self.example.setRange(1, len(dataset.train))
        self.until = SegmentedSwitch([phase.label for phase in PHASES])
        self.until.set_current(len(PHASES) - 1)
        self.until.setToolTip(_TIPS["Up to"])
        for place, phase in enumerate(PHASES):
            self.until.button(place).setToolTip(f"{_TIPS['Up to']} {phase.help}")
            self.until.button(place).setWhatsThis(WORKSHEET["Up to"].html(phase.label, phase.help))
        self.save, self.cancel = QPushButton("&Save…"), QPushButton("Cancel")
        self.save.setProperty("role", "primary")
        self.save.setDefault(True)
        self.save.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        for button, name in ((self.save, "Save"), (self.cancel, "Cancel")):
            button.setToolTip(_TIPS[name])
            button.setWhatsThis(WORKSHEET[name].html(name, _TIPS[name]))
        self._lay_out()

    @property
    def count(self) -> int:
        """How many sheets."""
        return self.number.value()

    @property
    def sheets(self) -> Callable[[], Iterable[Worksheet]]:
        """Makes what is asked for now, on whatever thread calls it."""
        until = PHASES[self.until.current()]
        seed, example = int(self.seed.value()), self.example.value()
        return partial(sheets_of, self._experiment, self._dataset, seed, self.count, example, until)

    def _lay_out(self) -> None:
        title = QLabel("Numbers to be found by hand")
        title.setProperty("role", "strong")
        about = QLabel(
            "Each pupil gets a sheet with first weights of an own seed, in few digits, and boxes for every number of "
            "one example. Behind all sheets come their solutions."
        )
        about.setWordWrap(True)
        form = QFormLayout()
        form.setSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        fields: dict[str, QAbstractSpinBox] = {"From seed": self.seed, "Sheets": self.number}
        fields["First example"] = self.example
        for name, field in fields.items():
            field.setAccessibleName(name)
            field.setToolTip(_TIPS[name])
            field.setWhatsThis(WORKSHEET[name].html(name, _TIPS[name]))
            field.setFixedWidth(FIELD)
            field.lineEdit().setTextMargins(6, 0, 0, 0)
            form.addRow(name, field)
        form.addRow("Up to", self.until)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(title)
        column.addWidget(about)
        column.addLayout(form)
        column.addSpacing(6)
        column.addLayout(buttons)


class WorksheetWriter(QThread):
    """Makes sheets and writes them to `path`, as PDF or as a web page by its ending; `error` says why not."""

    def __init__(self, path: Path, sheets: Callable[[], Iterable[Worksheet]], parent: QObject) -> None:
        super().__init__(parent)
        self.path, self.error = path, None
        self._sheets = sheets
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.wait)

    error: FileError | None

    def run(self) -> None:
        write = save_worksheets_as_pdf if self.path.suffix.lower() == ".pdf" else save_worksheets
        try:
            write(self.path, [*self._sheets()])
        except FileError as error:
            self.error = error
