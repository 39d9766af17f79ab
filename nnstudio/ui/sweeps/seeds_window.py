"""The same experiment from many first weights: was it luck?

It stays beside the window, and its curves grow while the runs come in. Closed, it goes on in the background.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.counting import counted, grouped
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.dataset_spec import OwnSpec
from nnstudio.core.experiment.network_text import describe_layers
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.section import Section
from nnstudio.core.sweep.job import Result, ended
from nnstudio.core.sweep.learned import Target
from nnstudio.core.sweep.results import Results, Step
from nnstudio.core.sweep.standing import Standing, standings
from nnstudio.core.sweep.sweep import Progress
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.training.state import RunState
from nnstudio.files.pool import Pool
from nnstudio.ui.explanations.sweeps import SWEEPS
from nnstudio.ui.sweep_queue import SweepQueue, SweepWork
from nnstudio.ui.sweeps.curves import RunCurves
from nnstudio.ui.sweeps.families import Look, Strand
from nnstudio.ui.widgets.figures import decimal, percent

SEEDS, MOST = 20, 1000
_TIPS = {
    "Number of seeds": f"From so many first weights, 2 to {MOST}.",
    "Train": "Trains them in the background; training in the window goes on.",
    "Cancel": "Stops; what is in stays.",
}


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """What came of it. experiment: theirs, but for the seed; rule: what counts as having learned, in words; results,
    states: by seed"""

    experiment: Experiment
    rule: str
    results: Mapping[int, Result]
    states: Mapping[int, RunState]


class SeedsWindow(QDialog):
    """It takes turns with the charts of the window, however many runs come in.

    current: gives the experiment at hand and its data, None while they are on their way

    arrived: a run, to be drawn when it is this one's turn
    run_opened: the state of a run that somebody wants in the window, and what it is called
    told: in a sentence how it ended, while nobody saw it; settled: what came of it
    """

    probes = Probe.NOTHING
    section: Section | None = None
    interval = 0.25

    arrived = Signal()
    run_opened = Signal(object, str)  # RunState
    told = Signal(str)
    settled = Signal(object)  # Seeds

    def __init__(
        self, background: SweepQueue, current: Callable[[], tuple[Experiment, Dataset] | None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "form")
        self.setWindowTitle("Seeds")
        self._background, self._current = background, current
        self._work: SweepWork | None = None
        self._spec: SweepSpec | None = None
        self._results = Results()
        self._task, self._watched = Task.BINARY, "test"
        self._in: dict[int, Result] = {}
        self._drawn = True
        self.number = QSpinBox()
        self.number.setRange(2, MOST)
        self.number.setValue(SEEDS)
        self.number.setAccessibleName("Number of seeds")
        self.number.lineEdit().setTextMargins(6, 0, 0, 0)
        self.start, self.cancel = QPushButton("&Train"), QPushButton("&Cancel")
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.start.clicked.connect(self.train)
        self.cancel.clicked.connect(self._cancel)
        for control, name in ((self.number, "Number of seeds"), (self.start, "Train"), (self.cancel, "Cancel")):
            control.setToolTip(_TIPS[name])
            control.setWhatsThis(SWEEPS["seeds"].html(name, _TIPS[name]))
        self.about, self.headline, self.figures = QLabel(wordWrap=True), QLabel(), QLabel(wordWrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Runs that are done")
        self.curves = RunCurves(self._name_of)
        self.curves.run_chosen.connect(self._open)
        self._lay_out()
        self._show_state()

    def _lay_out(self) -> None:
        self.headline.setProperty("role", "heading")
        self.headline.setAccessibleName("In how many it learned")
        self.figures.setProperty("role", "dim")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(QLabel("From"))
        row.addWidget(self.number)
        row.addWidget(QLabel("first weights"))
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(self.about)
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addWidget(self.headline)
        column.addWidget(self.figures)
        sheet = QFrame()
        sheet.setProperty("role", "sheet")
        inner = QVBoxLayout(sheet)
        inner.setContentsMargins(12, 6, 12, 10)
        inner.addWidget(self.curves)
        column.addWidget(sheet, 1)

    # What is asked.

    def offer(self) -> None:
        """Come up, for the experiment of now unless its seeds are being trained."""
        if self._work is None:
            self._say_what()
        self.show()
        self.activateWindow()

    def _say_what(self) -> None:
        found = self._current()
        sentence, able = "There is no network yet. Wait a moment and try again.", False
        if found is not None:
            experiment, dataset = found
            watched = "test" if dataset.validation is None else "validation"
            try:
                sentence = f"{_title(experiment)}. Each run is trained {_length(experiment)}. It has learned when it "
                sentence += f"ends with {Target.of(experiment.stopping).words(dataset.task, watched)}."
                able = True
            except SettingError as error:
                sentence = str(error)
        self.about.setText(sentence)
        self.start.setEnabled(able)

    def train(self) -> None:
        """Train the experiment of now from each seed, beginning with its own."""
        found = self._current()
        if self._work is not None or found is None:
            return
        self._say_what()
        experiment, dataset = found
        self._task = dataset.task
        self._watched = "test" if dataset.validation is None else "validation"
        self._spec = spec = SweepSpec(experiment=experiment, seeds=self.number.value())
        try:
            _ = spec.trials
        except SettingError as error:
            self.about.setText(str(error))
            return
        results = Results()
        self._results, self._in = results, {}
        own = (dataset,) if isinstance(dataset.spec, OwnSpec) else ()
        self._work = work = SweepWork(spec, lambda: results, lambda: Pool(datasets=own, behind=True))
        work.progressed.connect(self._take)
        work.ended.connect(self._ended)
        self.bar.setRange(0, spec.seeds)
        self._background.start(work)
        self._show_state()

    def _cancel(self) -> None:
        if self._work is not None:
            self._background.cancel(self._work)

    # What comes in.

    def _take(self, progress: Progress) -> None:
        for step, result in progress.arrived:
            self._in[step.trial] = result
        if progress.arrived:
            self._drawn = False
            self.arrived.emit()

    def show_frame(self, frame: Frame) -> None:
        """It is this one's turn to draw."""
        if not self._drawn:
            self._show_state()

    def _ended(self, whole: bool, sentence: str) -> None:
        self._work = None
        self._show_state()
        if sentence:
            self.figures.setText(sentence)
        if not self.isVisible() and (sentence or self._in):
            self.told.emit(sentence or f"Seeds: {self.headline.text()}.")
        if self._spec is not None and self._in:
            self.settled.emit(self._found(self._spec))

    def _found(self, spec: SweepSpec) -> Seeds:
        steps = {number: Step(number) for number in self._in}
        seed = {number: spec.trials[number].experiment.seed for number in self._in}
        states = {seed[number]: self._results.state(step) for number, step in steps.items()}
        return Seeds(
            spec.trials[0].experiment,
            Target.of(spec.experiment.stopping).words(self._task, self._watched),
            {seed[number]: result for number, result in self._in.items()},
            {seed: state for seed, state in states.items() if state is not None},
        )

    def _show_state(self) -> None:
        self._drawn = True
        spec, running = self._spec, self._work is not None
        self.start.setVisible(not running)
        self.number.setEnabled(not running)
        self.cancel.setVisible(running)
        self.bar.setVisible(running)
        self.bar.setValue(len(self._in))
        standing = self._standing()
        self.headline.setVisible(running or standing is not None)
        if standing is None or spec is None:
            self.headline.setText("Waiting for the first run…")
            self.figures.setText("")
            self.curves.show_hint("Waiting for the first run…" if running else "The curves of the runs come here.")
            self.curves.show_strands(())
            return
        made, seeds = len(standing.runs), spec.seeds
        so_far = (
            "" if made == seeds else f", {seeds - made} to come" if running else f", of {seeds} that were asked for"
        )
        self.headline.setText(f"learned in {standing.learned} of {made}{so_far}")
        accuracy = standing.median_accuracy
        score = f"R² {decimal(accuracy)}" if self._task is Task.REGRESSION else f"accuracy {percent(accuracy)}"
        best = spec.trials[standing.runs[0][0]].experiment.seed
        self.figures.setText(
            f"median {self._watched} loss {decimal(standing.median_loss)}, {score}; best from seed {best}"
        )
        strand = Strand("median", Look(3), standing.runs)
        self.curves.show_strands((strand,), regression=self._task is Task.REGRESSION, named=False)

    def _standing(self) -> Standing | None:
        if self._spec is None or not self._in:
            return None
        trials = self._spec.trials
        found = standings(trials, [self._in.get(number) for number in range(len(trials))], self._spec.ranking)
        return found[0] if found else None

    def _name_of(self, number: int) -> str:
        return f"seed {self._spec.trials[number].experiment.seed}" if self._spec is not None else ""

    def _open(self, number: int) -> None:
        state = self._results.state(Step(number))
        if state is not None:
            self.run_opened.emit(state, self._name_of(number).capitalize())

    def sizeHint(self) -> QSize:
        return QSize(600, 520)


def _title(experiment: Experiment) -> str:
    """What is trained on what."""
    layers = describe_layers(experiment.layers) or "no hidden layers"
    return f"{experiment.dataset.kind.label}, {layers}"


def _length(experiment: Experiment) -> str:
    """How long one run takes at most. Raises `SettingError`."""
    rules = ended(experiment).stopping
    parts = [f"for {grouped(rules.updates)} updates"] if rules.updates else []
    parts += [f"for {counted(rules.epochs, 'epoch')}"] if rules.epochs else []
    return " or ".join(parts) or "until it improves no more"
