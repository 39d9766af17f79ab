"""What is trained at present: a trainer with its past and its pictures, and how another takes its place.

Whatever takes its place is built first, so that nothing is lost when it cannot be. The state that was there before is
left behind for Undo, under the ticket of the command that replaced it.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from functools import partial

from nnstudio.core.data.dataset import DataError, Dataset, ImageSource, build
from nnstudio.core.experiment import DatasetSpec, Experiment
from nnstudio.core.experiment.plan import can_carry, describe, plan
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.network.surgery import SurgeryError
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.commands import Edit, Operate
from nnstudio.core.run.left_behind import BOUNDS, LeftBehind
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.timeline import Change, Replay, Timeline
from nnstudio.core.training.state import Mark, RunState
from nnstudio.core.training.trainer import Trainer
from nnstudio.core.training.transfer import carried

KEPT_DATASETS = 3
"""So many data sets are kept ready for Undo; the others are made again from their specs."""

INTERRUPTED = "Something else was asked for in the meantime."

Aside = Callable[[DatasetSpec, Callable[[], Dataset]], Dataset]
"""Makes the data of a spec, which may take long, or raises `Refused` when nobody waits for them any more."""


class Refused(Exception):
    """A command that cannot be carried out; the message is a sentence for a person."""


REFUSALS = (Refused, DataError, SettingError, ShapeError, MemoryError)
"""What a command that cannot be carried out raises, with nothing changed."""


def why(error: Exception) -> str:
    """The sentence for a person."""
    return str(error) or "There is not enough memory for that. Nothing was changed."


def here(spec: DatasetSpec, make: Callable[[], Dataset]) -> Dataset:
    """Whoever asks waits."""
    return make()


class Depth(Enum):
    """How much an edit changed."""

    GENTLE = auto()  # nothing was built anew
    CARRIED = auto()  # data or network are others, and what was learned goes on in them
    BEGUN = auto()  # training begins again


class Present:
    """The trainer of now. Everything here happens whole, or raises and changes nothing: `Refused`, `DataError`,
    `SettingError`, `ShapeError` or `MemoryError`.

    number: counts the networks that were trained; 0 before the first `begin`
    trainer, timeline, observer: there from the first `begin` on
    left: the states that commands left behind
    """

    trainer: Trainer
    timeline: Timeline
    observer: Observer

    def __init__(self, images: ImageSource | None, aside: Aside = here) -> None:
        self._images = images
        self._aside = aside
        self._datasets: OrderedDict[DatasetSpec, Dataset] = OrderedDict()
        self.number = 0
        self.left = LeftBehind()

    def begin(self, experiment: Experiment, start: RunState | Weights | None) -> None:
        """Begin an experiment from its first weights, or from where `start` stands."""
        trainer = Trainer(experiment, dataset=self._dataset(experiment.dataset))
        try:
            if isinstance(start, RunState):
                trainer.restore(start)
            elif start is not None:
                trainer.set_weights(start)
        except ValueError as error:
            raise Refused(f"What was saved does not fit its own experiment: {error}. Nothing was changed.") from error
        self._adopt(trainer, Timeline(trainer.state()), new=True)

    def edit(self, edit: Edit, before: RunState) -> Depth:
        """Go on with another experiment; `before` is the state now."""
        now, trainer, experiment = self.trainer.experiment, self.trainer, edit.experiment
        change = plan(now, experiment)
        if change.rebuilds and not (edit.keep and can_carry(now, experiment)):
            self.begin(experiment, None)
            return Depth.BEGUN
        if change:
            self._adopt(self._edited(trainer, edit), self.timeline, change.rebuilds)
            # Undo leads back to the state before the edit, and from there further back.
            self.timeline.note_state(before)
            self.timeline.note_edit(before.updates, edit)
        return Depth.CARRIED if change.rebuilds else Depth.GENTLE

    def _edited(self, trainer: Trainer, edit: Change) -> Trainer:
        """A trainer that goes on with another experiment, or operated on: the same one, if neither data nor network
        change."""
        if isinstance(edit, Operate):
            try:
                trainer.operate(edit.surgery, edit.merged)
            except SurgeryError as error:
                raise Refused(str(error)) from error
            return trainer
        experiment, merged = (edit.experiment, edit.merged) if isinstance(edit, Edit) else (edit, False)
        if plan(trainer.experiment, experiment).rebuilds:
            return carried(trainer, experiment, self._dataset(experiment.dataset), merged)
        trainer.apply(experiment)
        return trainer

    def put_back(self, left: int) -> None:
        """Go on from the state that a command left behind."""
        state = self.left.get(left)
        if state is None:
            raise Refused(f"That state is no longer there: Undo keeps {BOUNDS}. Nothing was changed.")
        self._adopt(self.trainer_at(state), self.timeline, new=True)
        if not self.timeline.cut(state):
            self.timeline = Timeline(state)

    def set_weights(self, weights: Weights) -> None:
        """Take other weights; their past begins here."""
        trainer = self.trainer
        try:
            trainer.set_weights(weights)
        except ValueError as error:
            raise Refused(f"These weights were not taken: {error}. The network is safe.") from error
        trainer.marks = (*trainer.marks, Mark(trainer.updates, "Import weights"))
        self.timeline = Timeline(trainer.state())

    def operate(self, operation: Operate, before: RunState) -> None:
        """Operate on the network by hand; `before` is the state now. The way back makes the same operation again."""
        self._edited(self.trainer, operation)
        self.timeline.note_state(before)
        self.timeline.note_edit(before.updates, operation)

    # The past ---------------------------------------------------------------------------------------------------------

    def trainer_at(self, state: RunState) -> Trainer:
        """A trainer of its own that stands at this state."""
        return Trainer.resumed(state, dataset=self._dataset(state.experiment.dataset))

    def replay(self, target: int) -> Replay:
        """The way back to an update."""
        return self.timeline.replay(target, self.trainer_at, self._edited)

    def arrive(self, ticket: int, replay: Replay) -> None:
        """The past has been replayed: it is the present now. Hyperparameters stay as they are set now; layers and data
        are those of that time."""
        before, then = self.trainer.state(), replay.trainer.experiment
        wanted = replace(then, training=before.experiment.training, stopping=before.experiment.stopping)
        changed = replay.trainer.apply(wanted)
        self._adopt(replay.trainer, self.timeline, plan(before.experiment, wanted).rebuilds)
        self.timeline.forget_after(replay.target)
        if changed:
            self.timeline.note_edit(replay.target, wanted)
        self.left.keep(ticket, before)

    def recover(self, ticket: int, trainer: Trainer, state: RunState | None, learning_rate: float) -> None:
        """Weights were found that are good: take them, with smaller steps. `state`: the one of the past where they
        stand; None for those of now."""
        before, experiment = self.trainer.state(), trainer.experiment
        if state is not None:
            self.timeline.cut(state)
        slower = replace(experiment, training=replace(experiment.training, learning_rate=learning_rate))
        if trainer.apply(slower):
            trainer.marks = (*trainer.marks, Mark(trainer.updates, describe(experiment, slower)))
            self.timeline.note_edit(trainer.updates, slower)
            self.timeline.note_state(trainer.state())  # a replay of the edit alone would lose the mark
        self._adopt(trainer, self.timeline, plan(before.experiment, slower).rebuilds)
        self.left.keep(ticket, before)

    def _dataset(self, spec: DatasetSpec) -> Dataset:
        """The data of a spec: those kept ready, or new ones. Raises `DataError`, or `Refused` if nobody waits."""
        dataset = self._datasets.get(spec) or self._aside(spec, partial(build, spec, self._images))
        self._datasets[spec] = dataset
        self._datasets.move_to_end(spec)
        while len(self._datasets) > KEPT_DATASETS:
            self._datasets.popitem(last=False)
        return dataset

    def _adopt(self, trainer: Trainer, timeline: Timeline, new: bool = False) -> None:
        """Go on with this trainer and this past; `new`: what is on the screen has nothing to do with it any more."""
        if new or trainer is not self.trainer:
            self.observer = Observer(trainer, self.number + new)
            self.number += new
        self.trainer, self.timeline = trainer, timeline
