"""What a run may be compared with, made from the experiment of now: the same but for one thing."""

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from nnstudio.core.experiment import Experiment, with_optimizer
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.optimizer_defaults import FAMILIAR
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.experiment.training_spec import TrainingSpec
from nnstudio.core.presets.defaults import DEFAULTS
from nnstudio.ui.widgets.figures import tick

ACTIVATIONS = ActivationKind.TANH, ActivationKind.SIGMOID, ActivationKind.RELU, ActivationKind.LEAKY_RELU
FACTORS = (3.0, "× 3"), (1 / 3, "÷ 3")
_HELP = "Let the same experiment train beside this run, but for: {}."


class OffersMenu(QMenu):
    """One entry for each; the optimisers stand first, so that two of them from one start are two clicks."""

    chosen = Signal(object)  # Experiment
    last_wanted = Signal()
    shelf_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Compare with")
        self.setToolTipsVisible(True)

    def offer(self, experiment: Experiment, last: str, shelved: bool) -> None:
        """Offer what differs from this experiment in one thing; the run before it, if there is one of that name; and
        what else is on the shelf, if something is."""
        self.clear()
        self._head("Another optimiser")
        self._add(self, optimizers(experiment))
        self.addSeparator()
        self._head("Another learning rate")
        self._add(self, rates(experiment))
        self.addSeparator()
        if others := list(activations(experiment)):
            menu = self.addMenu("Another &activation")
            menu.setToolTipsVisible(True)
            self._add(menu, others)
        self._add(self, [("Other &first weights", replace(experiment, seed=next_seed(experiment.seed)))])
        self.addSeparator()
        if last:
            text = f"The last run, {last}".replace("&", "&&")
            self.addAction(text, self.last_wanted.emit).setToolTip("Let it go on beside this run, from where it ended.")
        if shelved:
            self.addAction("A run from the &shelf…", self.shelf_wanted.emit).setToolTip("Mark two runs or three.")

    def _head(self, text: str) -> None:
        self.addAction(text).setEnabled(False)

    def _add(self, menu: QMenu, entries: list[tuple[str, Experiment]] | Iterator[tuple[str, Experiment]]) -> None:
        for text, experiment in entries:
            action = menu.addAction(text, lambda experiment=experiment: self.chosen.emit(experiment))
            action.setToolTip(_HELP.format(text.replace("&", "").lower()))


def optimizers(experiment: Experiment) -> Iterator[tuple[str, Experiment]]:
    """The same with another optimiser, at that one's own rate."""
    training = experiment.training
    usual = DEFAULTS.get(experiment.dataset.kind)
    for kind in FAMILIAR:
        if kind is not training.optimizer:
            spec = with_optimizer(training, kind, usual.training if usual is not None else None)
            yield f"{kind.label}, at {tick(spec.learning_rate)}", replace(experiment, training=spec)


def rates(experiment: Experiment) -> Iterator[tuple[str, Experiment]]:
    """The same with a learning rate three times as large, and a third of it, as far as the setting allows."""
    setting = settings_of(TrainingSpec)["learning_rate"]
    for factor, text in FACTORS:
        rate = float(f"{experiment.training.learning_rate * factor:.3g}")
        if setting.minimum <= rate <= setting.maximum:
            training = replace(experiment.training, learning_rate=rate)
            yield f"{text}, at {tick(rate)}", replace(experiment, training=training)


def activations(experiment: Experiment) -> Iterator[tuple[str, Experiment]]:
    """The same with another activation in all hidden layers that have one."""
    for kind in ACTIVATIONS:
        layers = tuple(
            replace(layer, activation=kind) if hasattr(layer, "activation") else layer for layer in experiment.layers
        )
        if layers != experiment.layers:
            yield kind.label, replace(experiment, layers=layers)


def next_seed(seed: int) -> int:
    """Another one."""
    return seed + 1 if seed < 2**32 - 1 else 1
