"""The Training card: how the network learns, and from which weights.

Hyperparameters act while they are dragged, from the very next update; the first weights and the seed start training
again, so they act when the handle is let go. Of the settings that serve one optimizer or one initialiser, only those of
the chosen one are shown.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnstudio.core.experiment import Experiment, with_optimizer
from nnstudio.core.experiment.choices import LossKind, OptimizerKind, Task
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.network.initializers import SETTINGS_OF_BIAS, SETTINGS_OF_INITIALIZER
from nnstudio.core.presets.defaults import DEFAULTS
from nnstudio.core.run.frame import Frame
from nnstudio.core.training.losses import SETTINGS_OF_LOSS, losses_for
from nnstudio.core.training.optimizers import SETTINGS_OF_OPTIMIZER
from nnstudio.core.training.schedules import SETTINGS_OF_SCHEDULE
from nnstudio.ui.panels.setting_form import (
    ROW_GAP,
    SECTION_GAP,
    STARTS_AGAIN,
    ChoiceRow,
    SettingForm,
    part_of,
    section_title,
    unconcerned,
    with_setting,
)
from nnstudio.ui.session import Session

OWNED_SETTINGS: tuple[tuple[str, str, Mapping[Any, tuple[str, ...]]], ...] = (
    ("training", "optimizer", SETTINGS_OF_OPTIMIZER),
    ("training", "schedule", SETTINGS_OF_SCHEDULE),
    ("training", "loss", SETTINGS_OF_LOSS),
    ("initialization", "kind", SETTINGS_OF_INITIALIZER),
    ("initialization", "bias_kind", SETTINGS_OF_BIAS),
)
"""Part of the experiment, the choice in it, and the settings that belong to the choice's members: only the chosen
member's are shown."""

CROSS_ENTROPY_NAMES = {Task.BINARY: "Binary cross-entropy", Task.MULTICLASS: "Softmax cross-entropy"}
PARTS = {
    "training": ("", ""),
    "initialization": ("", STARTS_AGAIN),
    "": ("", STARTS_AGAIN),
    "stopping": ("STOPPING", ""),
}
"""The parts of the experiment on this card, each with its title and with what its tooltips add."""


class TrainingPanel(QWidget):
    """Optimizer, its hyperparameters, loss, penalties, first weights and seed of the session's experiment."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._task: Task | None = None
        self.forms = {
            part: SettingForm(session, part, settings_of(type(part_of(session.experiment, part))), remark, changed)
            for part, (_, remark) in PARTS.items()
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(ROW_GAP)
        for part, form in self.forms.items():
            if title := PARTS[part][0]:
                column.addSpacing(SECTION_GAP)
                column.addWidget(section_title(title))
            column.addWidget(form)
        column.addStretch(1)
        self._show_experiment(session.experiment)
        session.experiment_changed.connect(self._show_experiment)
        session.frame_shown.connect(self._show_frame)
        if session.frame is not None:
            self._show_frame(session.frame)

    @Slot(object)
    def _show_experiment(self, experiment: Experiment) -> None:
        for part, form in self.forms.items():
            form.show_experiment(experiment)
            spec = part_of(experiment, part)
            hidden = [unconcerned(table, getattr(spec, name)) for owner, name, table in OWNED_SETTINGS if owner == part]
            form.hide_settings(set().union(*hidden))

    @Slot(object)
    def _show_frame(self, frame: Frame) -> None:
        task = frame.dataset.task
        if task is self._task:
            return
        self._task = task
        loss = self.forms["training"].control("loss")
        if isinstance(loss, ChoiceRow):
            loss.box.offer(losses_for(task))
            loss.box.rename(LossKind.CROSS_ENTROPY, CROSS_ENTROPY_NAMES.get(task, LossKind.CROSS_ENTROPY.label))


def changed(experiment: Experiment, part: str, name: str, value: object) -> Experiment:
    """The experiment with one setting changed; an optimizer brings its own rate and ε along. Raises `SettingError`."""
    if not isinstance(value, OptimizerKind):
        return with_setting(experiment, part, name, value)
    usual = DEFAULTS.get(experiment.dataset.kind)
    training = with_optimizer(experiment.training, value, usual.training if usual else None)
    return replace(experiment, training=training)
