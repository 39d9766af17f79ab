"""Asks for a sweep: which settings, which values, how many runs. How many runs that makes is said before it starts."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.counting import counted, grouped
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.network_text import describe_layers
from nnstudio.core.experiment.setting import Scale, Setting, SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.sweep.axis import LAYERS, parse_axis, settings_to_vary, written
from nnstudio.core.sweep.job import Job
from nnstudio.core.sweep.space import MOST_RUNS
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.ui.explanations.sweeps import SWEEPS
from nnstudio.ui.icons import icon
from nnstudio.ui.widgets.option_box import Option, OptionBox

FIRST = "training.learning_rate"
RUNGS = (0.25, 0.5)
_FEW, _MANY, _FIRST_CHOICES = 1000, 10, 3
_DEFAULT_UPDATES = 5000
_FORMS = {
    False: "a, b, c: each of these.  a..b: at random between them.",
    True: "a, b, c: each of these.  a..b: at random between them, by powers of ten.",
}


class SettingRow(QWidget):
    """One setting and its values, as they would be typed on the command line.

    changed: another setting or other values; removed: away with it
    """

    changed = Signal()
    removed = Signal(object)

    def __init__(self, experiment: Experiment, name: str) -> None:
        super().__init__()
        self._experiment = experiment
        self._settings = settings_to_vary(experiment)
        self.name = name
        self.choice = OptionBox("Setting", "Which setting is varied.")
        options = [Option(self._label(key), key) for key in self._settings]
        self.choice.offer(options, name)
        self.choice.setWhatsThis(SWEEPS["settings"].html("Setting", "Which setting is varied."))
        self.choice.setMinimumWidth(190)
        self.choice.chosen.connect(self._choose)
        self.values = QLineEdit()
        self.values.setAccessibleName("Values")
        self.values.setMinimumWidth(230)
        self.values.textChanged.connect(self.changed)
        self.hint = QLabel(wordWrap=True)
        self.hint.setProperty("role", "caption")
        self.away = QToolButton()
        self.away.setIcon(icon("close", "dim"))
        self.away.setProperty("role", "icon")
        self.away.setAccessibleName("Leave this setting as it is")
        self.away.setToolTip("Leave this setting as it is.")
        self.away.clicked.connect(lambda: self.removed.emit(self))
        for control in (self.values, self.away):
            control.setWhatsThis(SWEEPS["settings"].html("Values", "What the setting is to be."))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.choice, 0, 0)
        grid.addWidget(self.values, 0, 1)
        grid.addWidget(self.away, 0, 2)
        grid.addWidget(self.hint, 1, 1, 1, 2)
        grid.setColumnStretch(1, 1)
        self._suggest()

    @property
    def text(self) -> str:
        """As the command line takes it."""
        return f"{self.name}={self.values.text().strip()}"

    @property
    def trouble(self) -> str:
        """What is wrong with the values, if anything."""
        try:
            parse_axis(self.text, self._experiment)
        except SettingError as error:
            return str(error)
        return ""

    def renew(self) -> None:
        """Say what may be typed, or what is wrong."""
        trouble, setting = self.trouble, self._settings.get(self.name)
        self.hint.setText(trouble or _form(setting))
        self.hint.setProperty("tone", "worse" if trouble else "")
        self.hint.style().unpolish(self.hint)
        self.hint.style().polish(self.hint)

    def _label(self, name: str) -> str:
        setting = self._settings[name]
        if setting is None:
            return "Layers"
        part, _, _ = name.rpartition(".")
        layer = f"Layer {int(part[len(LAYERS) + 1 : -1]) + 1}: " if part.startswith(LAYERS) else ""
        data = "Data: " if part == "dataset" else ""
        return f"{layer}{data}{setting.label}"

    def _choose(self, name: Any) -> None:
        self.name = str(name)
        self._suggest()
        self.changed.emit()

    def _suggest(self) -> None:
        setting = self._settings[self.name]
        self.values.setText(suggestion(self._experiment, self.name, setting))
        self.values.setCursorPosition(0)


class NewSweep(QDialog):
    """`asked` gives what was asked for."""

    asked = Signal(object)  # SweepSpec

    def __init__(self, experiment: Experiment, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "form")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("New sweep")
        self._experiment = experiment
        self.rows: list[SettingRow] = []
        self.add = QPushButton("Add a setting")
        self.add.setProperty("role", "link")
        self.add.clicked.connect(lambda: self.add_row())
        rules = experiment.stopping
        self.seeds, self.runs = _spin("Seeds", 1, 1000, 5), _spin("Runs", 1, MOST_RUNS, 100)
        self.updates = _spin("Updates of each run", 1, 1_000_000_000, rules.updates or _DEFAULT_UPDATES)
        self.halving = QCheckBox("Stop the worse half early, at 25 % and again at 50 % of its length")
        self.start, self.cancel = QPushButton("&Start"), QPushButton("Cancel")
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.start.clicked.connect(self._ask)
        self.cancel.clicked.connect(self.reject)
        self.said = QLabel(wordWrap=True)
        self.said.setAccessibleName("How many runs")
        for control, name, tip in (
            (self.add, "settings", "Vary one more setting."),
            (self.seeds, "seeds", "From so many first weights each."),
            (self.runs, "runs", "So many runs altogether, at most."),
            (self.updates, "length", "How long each run is trained."),
            (self.halving, "halving", "What is behind at a quarter and at half of the length is trained no further."),
            (self.start, "sweep", "Trains them in the background."),
            (self.cancel, "sweep", "Closes the dialog; nothing is trained."),
        ):
            control.setToolTip(tip)
            control.setWhatsThis(SWEEPS[name].html(control.accessibleName() or "New sweep", tip))
        self._lay_out()
        for box in (self.seeds, self.runs, self.updates):
            box.valueChanged.connect(self.renew)
        self.halving.toggled.connect(self.renew)
        self.add_row(FIRST)

    def _lay_out(self) -> None:
        head = QLabel("What is varied")
        head.setProperty("role", "strong")
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        numbers = QHBoxLayout()
        numbers.setSpacing(8)
        for word, box in (("Seeds", self.seeds), ("Runs, at most", self.runs), ("Updates each", self.updates)):
            numbers.addWidget(QLabel(word))
            numbers.addWidget(box)
            numbers.addSpacing(10)
        numbers.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.said, 1)
        buttons.addSpacing(12)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(head)
        column.addLayout(self._list)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(6)
        column.addLayout(numbers)
        column.addWidget(self.halving)
        column.addStretch(1)
        column.addLayout(buttons)

    def add_row(self, name: str = "") -> SettingRow:
        """Vary one more setting: this one, or the first that is not varied yet."""
        taken = {row.name for row in self.rows}
        usual = FIRST, "training.optimizer", LAYERS, *settings_to_vary(self._experiment)
        name = name or next((each for each in usual if each not in taken), FIRST)
        row = SettingRow(self._experiment, name)
        row.changed.connect(self.renew)
        row.removed.connect(self._remove)
        self.rows.append(row)
        self._list.addWidget(row)
        self.renew()
        return row

    def event(self, event: QEvent) -> bool:
        """Grows for what it asks: Qt does not look at how high sentences are that break into lines."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.resize(self.width(), max(self.height(), self._column.totalHeightForWidth(self.width())))
        return done

    def _remove(self, row: SettingRow) -> None:
        self.rows.remove(row)
        self._list.removeWidget(row)
        row.deleteLater()
        self.renew()

    @property
    def spec(self) -> SweepSpec:
        """What is asked for now. Raises `SettingError`, or `ShapeError` for networks that cannot be."""
        rules = replace(self._experiment.stopping, updates=self.updates.value(), epochs=0.0, seconds=0.0)
        axes = [parse_axis(row.text, self._experiment) for row in self.rows]
        random = any(axis.range is not None for axis in axes)
        grid = 1
        for axis in axes:
            grid *= len(axis.values) if axis.range is None else 1
        fewer = random or grid * self.seeds.value() > self.runs.value()
        spec = SweepSpec(
            experiment=replace(self._experiment, stopping=rules),
            settings=tuple(row.text for row in self.rows),
            runs=self.runs.value() if fewer else None,
            seeds=self.seeds.value(),
            rungs=RUNGS if self.halving.isChecked() else (),
        )
        for trial in spec.trials[:: spec.seeds]:
            Job(trial.experiment)
        return spec

    def renew(self) -> None:
        """Say how many runs there will be, or why there cannot be any."""
        for row in self.rows:
            row.renew()
        trouble = ""
        try:
            spec = self.spec
        except (SettingError, ShapeError) as error:
            trouble = str(error)
        else:
            self.said.setText(_in_words(spec))
        if trouble:
            self.said.setText(trouble if not any(row.trouble for row in self.rows) else "")
        self.start.setEnabled(not trouble)

    def _ask(self) -> None:
        self.asked.emit(self.spec)
        self.accept()

    def sizeHint(self) -> QSize:
        return QSize(620, 380)


def _in_words(spec: SweepSpec) -> str:
    candidates = spec.trials[-1].candidate + 1
    seeds = f" × {counted(spec.seeds, 'seed')}" if spec.seeds > 1 else ""
    length = f"{grouped(spec.experiment.stopping.updates)} updates each"
    words = f"{counted(candidates, 'combination')}{seeds}: {counted(len(spec.trials), 'run')} of {length}"
    return f"{words}, the worse half stops early." if spec.rungs else f"{words}."


def _form(setting: Setting | None) -> str:
    """What may be typed."""
    if setting is None:
        return "Whole networks, parted by a bar: 4 tanh | 8 tanh, 8 tanh"
    if setting.choice is not None:
        return f"Each of these: {', '.join(str(member.value) for member in setting.choice)}."
    return _FORMS[setting.scale is Scale.LOGARITHMIC]


def suggestion(experiment: Experiment, name: str, setting: Setting | None) -> str:
    """Values to begin with: around what the experiment has, or all there are to choose from."""
    if setting is None:
        layers = experiment.layers
        texts = dict.fromkeys(
            [describe_layers(layers[:1]), describe_layers(layers), describe_layers(layers + layers[-1:])]
        )
        return " | ".join(text for text in texts if text) or "4 tanh | 8 tanh"
    value = value_in(experiment, name)
    if setting.choice is not None:
        members = [value, *setting.choice] if value is not None else list(setting.choice)
        return ", ".join(str(member.value) for member in list(dict.fromkeys(members))[:_FIRST_CHOICES])
    value = float(value)
    low, high = setting.minimum, setting.maximum
    if setting.scale is Scale.LOGARITHMIC:
        middle = value or (low * high) ** 0.5
        low, high = max(low, middle / _MANY), min(high, middle * _MANY)
    elif not abs(high) < _FEW or not abs(low) < _FEW:
        low, high = value - 1, value + 1
    if setting.integer:
        low, high = int(max(low, setting.minimum)), int(high)
    return f"{written(low)}..{written(high)}"


def value_in(experiment: Experiment, name: str) -> Any:
    """What the experiment has there."""
    part, _, field = name.rpartition(".")
    spec: Any = experiment
    if part.startswith(LAYERS):
        spec = experiment.layers[int(part[len(LAYERS) + 1 : -1])]
    elif part:
        spec = getattr(experiment, part)
    return getattr(spec, field)


def _spin(name: str, least: int, most: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setValue(value)
    box.setAccessibleName(name)
    box.lineEdit().setTextMargins(6, 0, 0, 0)
    return box
