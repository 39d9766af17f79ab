"""What is trained at present: a trainer with its past and its pictures, and how another takes its place.

Whatever takes its place is built first, so that nothing is lost when it cannot be. The state that was there before is
left behind for Undo, under the ticket of the command that replaced it.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from functools import partial

import numpy as np

from nnstudio.core.data.dataset import DataError, Dataset, ImageSource, build
from nnstudio.core.experiment import DatasetSpec, Experiment
from nnstudio.core.experiment.plan import can_carry, plan
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.network.surgery import SurgeryError
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.bands import Bands
from nnstudio.core.run.commands import Departed, Edit, Operate, Recalled
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.left_behind import BOUNDS, LeftBehind
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.timeline import Change, Replay, Timeline
from nnstudio.core.training.state import WEIGHT, Mark, RunState, marked
from nnstudio.core.training.trainer import Trainer
from nnstudio.core.training.transfer import carried

KEPT_EVERY = 1.0
"""Seconds of training after which a state is kept in any case, so that no way back is much longer."""
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


def departure(trainer: Trainer, state: RunState) -> Departed:
    """The run of a trainer that another one has taken the place of. How good it was is measured if that is quickly
    done; otherwise it was when that was last measured, perhaps before it was left and opened again."""
    trainer.take_back()
    with np.errstate(all="ignore"):
        metrics = trainer.evaluate() if trainer.evaluation_is_cheap else trainer.last_metrics
    rows = state.history.rows
    measured = rows.update[np.isfinite(rows.train_loss)]
    return Departed(state, metrics, max(trainer.evaluated_at, *measured[-1:].astype(int).tolist(), 0))


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
    left: the states that commands left behind; bands: the record of the layers that somebody looks at
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
        self._maximum: int | None = None
        self._unkept = 0.0
        self.bands = Bands()

    def begin(self, experiment: Experiment, start: RunState | Weights | None) -> None:
        """Begin an experiment from its first weights, or from where `start` stands."""
        trainer = Trainer(experiment, dataset=self.dataset(experiment.dataset))
        try:
            if isinstance(start, RunState):
                trainer.restore(start)
            elif start is not None:
                trainer.set_weights(start)
        except ValueError as error:
            raise Refused(f"What was saved does not fit its own experiment: {error}. Nothing was changed.") from error
        self._adopt(trainer, Timeline(trainer.state()), new=True, bands=Bands())

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
            return carried(trainer, experiment, self.dataset(experiment.dataset), merged)
        mark = Mark.of(trainer.updates, trainer.experiment, experiment)
        if trainer.apply(experiment) and trainer.updates:  # before the first update nothing has been learned otherwise
            trainer.marks = marked(trainer.marks, mark, merged)
        return trainer

    def put_back(self, left: int) -> None:
        """Go on from the state that a command left behind, with the past that led to it if there is still room for
        that."""
        found = self.left.get(left)
        if found is None:
            raise Refused(f"That state is no longer there: Undo keeps {BOUNDS}. Nothing was changed.")
        state, past = found.state, found.past
        trainer, here = self.trainer_at(state), self.timeline.ended(state)
        timeline = here or (past.ended(state) if past is not None else None) or Timeline(state)
        self._adopt(trainer, timeline, new=True, bands=self.bands if here is not None else Bands())
        self.bands.cut(state.updates)

    def leave(self, ticket: int, state: RunState, past: Timeline | None = None, merged: bool = False) -> None:
        """Keep for Undo a state with the past that it ends, which takes it up if it is no longer the present one."""
        past = past or self.timeline
        if past is not self.timeline:
            past.note_state(state)
        self.left.keep(ticket, state, merged, past, self.timeline)

    def set_weights(self, weights: Weights) -> None:
        """Take other weights; their past begins here."""
        trainer = self.trainer
        try:
            trainer.set_weights(weights)
        except ValueError as error:
            raise Refused(f"These weights were not taken: {error}. The network is safe.") from error
        trainer.marks = (*trainer.marks, Mark(trainer.updates, "Import weights", WEIGHT))
        self._adopt(trainer, Timeline(trainer.state()))

    def operate(self, operation: Operate, before: RunState) -> None:
        """Operate on the network by hand; `before` is the state now. The way back makes the same operation again."""
        self._edited(self.trainer, operation)
        self.timeline.note_state(before)
        self.timeline.note_edit(before.updates, operation)

    def note_update(self, trainer: Trainer, probes: Probe) -> None:
        """Called after every update; `probes`: what somebody looks at."""
        self.timeline.note_update(trainer)
        self.bands.note(trainer, probes)

    def remember(self, maximum: int) -> None:
        """The states of the past may take so many bytes from now on, those of this run and of every later one."""
        self._maximum = maximum
        if self.number:
            self.timeline.bound(maximum)

    def note_time(self, seconds: float, under_way: bool) -> None:
        """So much time was spent on training, which perhaps is in the middle of an update."""
        self.trainer.seconds += seconds
        self._unkept += seconds
        if self._unkept > KEPT_EVERY and not under_way:
            self._unkept = 0.0
            self.timeline.note_state(self.trainer.state())

    def spent(self) -> str | None:
        """Why training ends, if a rule for stopping counts seconds and they are spent."""
        return self.trainer.stopping.after_seconds(self.trainer.seconds)

    # The past ---------------------------------------------------------------------------------------------------------

    def recalled(self) -> Recalled:
        """The run as it is now, and what is kept of its past."""
        return Recalled(self.trainer.state(), tuple(self.timeline.states), self.trainer.dataset)

    def trainer_at(self, state: RunState) -> Trainer:
        """A trainer of its own that stands at this state."""
        return Trainer.resumed(state, dataset=self.dataset(state.experiment.dataset))

    def replay(self, target: int) -> Replay:
        """The way back to an update."""
        return self.timeline.replay(target, self.trainer_at, self._edited)

    def arrive(self, ticket: int, replay: Replay) -> None:
        """The past has been replayed: it is the present now. Hyperparameters stay as they are set now; layers and data
        are those of that time."""
        before, then = self.trainer.state(), replay.trainer.experiment
        wanted = replace(then, training=before.experiment.training, stopping=before.experiment.stopping)
        changed = replay.trainer.experiment != wanted
        trainer, past = self._edited(replay.trainer, wanted), self.timeline
        self._adopt(trainer, past.until(replay.target), plan(before.experiment, wanted).rebuilds)
        self.bands.cut(replay.target)
        if changed:
            self.timeline.note_edit(replay.target, wanted)
        self.leave(ticket, before, past)

    def branch(self, trainer: Trainer) -> None:
        """A moment of the past, where this trainer stands, is the present from now on, with the settings of that
        time."""
        timeline = self.timeline.until(trainer.updates)
        timeline.note_state(trainer.state())
        self._adopt(trainer, timeline, plan(self.trainer.experiment, trainer.experiment).rebuilds)
        self.bands.cut(trainer.updates)

    def recover(self, ticket: int, trainer: Trainer, state: RunState | None, learning_rate: float) -> None:
        """Weights were found that are good: take them, with smaller steps. `state`: the one of the past where they
        stand; None for those of now."""
        before, experiment, past = self.trainer.state(), trainer.experiment, self.timeline
        timeline = (past.ended(state) if state is not None else None) or past
        slower = replace(experiment, training=replace(experiment.training, learning_rate=learning_rate))
        if slower != experiment:
            self._edited(trainer, slower)
            timeline.note_edit(trainer.updates, slower)
        self._adopt(trainer, timeline, plan(before.experiment, slower).rebuilds)
        if state is not None:
            self.bands.cut(state.updates)
        self.leave(ticket, before, past)

    def dataset(self, spec: DatasetSpec) -> Dataset:
        """The data of a spec: those kept ready, or new ones. Raises `DataError`, or `Refused` if nobody waits."""
        dataset = self._datasets.get(spec) or self._aside(spec, partial(build, spec, self._images))
        self._datasets[spec] = dataset
        self._datasets.move_to_end(spec)
        while len(self._datasets) > KEPT_DATASETS:
            self._datasets.popitem(last=False)
        return dataset

    def _adopt(self, trainer: Trainer, timeline: Timeline, new: bool = False, bands: Bands | None = None) -> None:
        """Go on with this trainer, this past and these bands; `new`: what is on the screen has nothing to do with it
        any more."""
        bands = self.bands if bands is None else bands
        if new or trainer is not self.trainer:
            self.observer = Observer(trainer, self.number + new, bands)
            self.number += new
        self.trainer, self.timeline, self.bands = trainer, timeline, bands
        if self._maximum is not None:
            timeline.bound(self._maximum)
