"""The Training card: how the network learns, and from which weights.

Learning rate and batch size are always to be seen; the rest is folded into four parts whose headers say what is set.
Hyperparameters act while they are dragged, from the very next update; the first weights and the seed start training
again, so they act when the handle is let go. Of the settings that serve one optimizer or one initialiser, only those of
the chosen one are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from nnstudio.core.experiment import Experiment, TrainingSpec, with_optimizer
from nnstudio.core.experiment.choices import LossKind, OptimizerKind, Task
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.experiment.training_spec import BASIC, PENALTIES
from nnstudio.core.network.initializers import SETTINGS_OF_BIAS, SETTINGS_OF_INITIALIZER
from nnstudio.core.presets.defaults import DEFAULTS
from nnstudio.core.run.frame import Frame
from nnstudio.core.training.losses import SETTINGS_OF_LOSS, WEIGHED, losses_for
from nnstudio.core.training.optimizers import SETTINGS_OF_OPTIMIZER
from nnstudio.core.training.schedules import SETTINGS_OF_SCHEDULE
from nnstudio.ui.explanations.actions import ACTIONS
from nnstudio.ui.explanations.window import PARTS
from nnstudio.ui.panels.setting_form import (
    STARTS_AGAIN,
    Control,
    SettingForm,
    part_of,
    unconcerned,
    with_setting,
)
from nnstudio.ui.panels.training_summary import (
    differing,
    first_weights_words,
    optimiser_words,
    regularisation_words,
    stopping_words,
)
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.choice_row import ChoiceRow
from nnstudio.ui.widgets.fold import Fold
from nnstudio.ui.widgets.number_field import NumberField

OWNED_SETTINGS: tuple[tuple[str, str, Mapping[Any, tuple[str, ...]]], ...] = (
    ("training", "optimizer", SETTINGS_OF_OPTIMIZER),
    ("training", "schedule", SETTINGS_OF_SCHEDULE),
    ("training", "loss", SETTINGS_OF_LOSS),
    ("initialization", "kind", SETTINGS_OF_INITIALIZER),
    ("initialization", "bias_kind", SETTINGS_OF_BIAS),
)
"""Part of the experiment, the choice in it, and the settings that belong to the choice's members: only the chosen
member's are shown."""


@dataclass(frozen=True, slots=True)
class Section:
    """Some settings of one part of the experiment; `title` is empty for those that are always to be seen."""

    title: str
    part: str
    names: tuple[str, ...]
    remark: str = ""


def _names(topic: str) -> tuple[str, ...]:
    return tuple(name for name, setting in settings_of(TrainingSpec).items() if setting.topic == topic)


RATE = Section("", "training", _names(BASIC))
OPTIMISER = Section("Optimiser", "training", _names(""))
REGULARISATION = Section("Regularisation", "training", _names(PENALTIES))
FIRST_WEIGHTS = Section(
    "First weights",
    "initialization",
    ("kind", "sigma", "low", "high", "constant", "bias_kind", "bias"),
    STARTS_AGAIN,
)
STOPPING = Section("Stopping", "stopping", ("epochs", "updates", "seconds", "accuracy", "loss", "patience"))
SECTIONS = (RATE, OPTIMISER, REGULARISATION, FIRST_WEIGHTS, STOPPING)
SEED = Section("", "", ("seed",), STARTS_AGAIN)
"""Stands below the first weights."""
LABELS = {"optimizer": "Method", "class_weights": "Classes", "kind": "Drawn as", "bias_kind": "Biases"}
"""What choices are called below a header that says the rest."""

FIND_RATE = "Try rising learning rates on a copy of the run, and see which one suits."
CROSS_ENTROPY_NAMES = {Task.BINARY: "Binary cross-entropy", Task.MULTICLASS: "Softmax cross-entropy"}


class TrainingPanel(QWidget):
    """Rate, batch size, optimizer, penalties, first weights, seed and rules for stopping of the session's experiment.

    `folds` are the parts that fold away, by title. `rate_wanted`: somebody asks for a learning rate that suits.
    """

    rate_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._task: Task | None = None
        self._forms = {section: self._form(section) for section in (*SECTIONS, SEED)}
        self.folds: dict[str, Fold] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for section in SECTIONS:
            form = self._forms[section]
            if section is FIRST_WEIGHTS:
                form = _column(form, self._forms[SEED])
            if section.title:
                column.addWidget(self._fold(section.title, form))
            else:
                column.addWidget(form)
                column.addSpacing(8)
        column.addStretch(1)
        self._offer_to_find()
        self._show_experiment(session.experiment)
        session.experiment_changed.connect(self._show_experiment)
        session.frame_shown.connect(self._show_frame)
        if session.frame is not None:
            self._show_frame(session.frame)

    def control(self, part: str, name: str) -> Control:
        """The control of one setting of `experiment.<part>`, or of the experiment itself if `part` is empty."""
        return next(self._forms[each] for each in self._forms if each.part == part and name in each.names).control(name)

    def _offer_to_find(self) -> None:
        """A word beside the learning rate leads to what finds one."""
        self.find_rate = QPushButton("find…")
        self.find_rate.setProperty("role", "link")
        self.find_rate.setAccessibleName("Find a learning rate")
        self.find_rate.setToolTip(FIND_RATE)
        self.find_rate.setWhatsThis(ACTIONS["find_rate"].html("Find a learning rate", FIND_RATE))
        self.find_rate.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.find_rate.clicked.connect(self.rate_wanted)
        rate = self.control("training", "learning_rate")
        assert isinstance(rate, NumberField)
        rate.header.insertWidget(1, self.find_rate)

    def _fold(self, title: str, form: QWidget) -> Fold:
        self.folds[title] = Fold(f"training/{title}", title, form, PARTS[title].html(title))
        return self.folds[title]

    def _form(self, section: Section) -> SettingForm:
        return SettingForm(self._session, section.part, section.names, section.remark, changed, labels=LABELS)

    @Slot(object)
    def _show_experiment(self, experiment: Experiment) -> None:
        hidden = {section: _hidden(section, experiment, self._task) for section in self._forms}
        for section, form in self._forms.items():
            form.show_experiment(experiment)
            form.hide_settings(hidden[section])
        usual = DEFAULTS.get(experiment.dataset.kind) or Experiment(dataset=experiment.dataset)
        for section in SECTIONS:
            if section.title:
                shown = [name for name in section.names if name not in hidden[section]]
                self.folds[section.title].set_summary(*summary(section, experiment, usual, shown))

    @Slot(object)
    def _show_frame(self, frame: Frame) -> None:
        task = frame.dataset.task
        if task is self._task:
            return
        self._task = task
        loss = self.control("training", "loss")
        if isinstance(loss, ChoiceRow):
            loss.box.offer(losses_for(task))
            loss.box.rename(LossKind.CROSS_ENTROPY, CROSS_ENTROPY_NAMES.get(task, LossKind.CROSS_ENTROPY.label))
        self._show_experiment(self._session.experiment)


def summary(section: Section, experiment: Experiment, usual: Experiment, shown: list[str]) -> tuple[str, bool]:
    """What a closed header says, and whether anything below it is not as `usual`; `shown`: the settings that count."""
    spec, default = part_of(experiment, section.part), part_of(usual, section.part)
    words = {
        OPTIMISER: lambda: optimiser_words(spec, default, shown),
        REGULARISATION: lambda: regularisation_words(spec, shown),
        FIRST_WEIGHTS: lambda: first_weights_words(spec, default, shown),
        STOPPING: lambda: stopping_words(spec),
    }
    return words[section](), bool(differing(spec, default, shown))


def _hidden(section: Section, experiment: Experiment, task: Task | None) -> set[str]:
    """The settings that serve what is not chosen, or data of another task."""
    spec = part_of(experiment, section.part)
    owned = [unconcerned(table, getattr(spec, name)) for part, name, table in OWNED_SETTINGS if part == section.part]
    classless = set() if task in (None, *WEIGHED) else {"class_weights"}
    return classless.union(*owned) & set(section.names)


def _column(*widgets: QWidget) -> QWidget:
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    for widget in widgets:
        column.addWidget(widget)
    return body


def changed(experiment: Experiment, part: str, name: str, value: object) -> Experiment:
    """The experiment with one setting changed; an optimizer brings its own rate and ε along. Raises `SettingError`."""
    if not isinstance(value, OptimizerKind):
        return with_setting(experiment, part, name, value)
    usual = DEFAULTS.get(experiment.dataset.kind)
    training = with_optimizer(experiment.training, value, usual.training if usual else None)
    return replace(experiment, training=training)
