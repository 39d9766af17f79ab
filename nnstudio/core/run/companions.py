"""Runs that train beside the present one, in step with it, to be compared with it.

Each is a run of its own, with its own past, and makes the very updates that it would make alone. Between two updates of
the present run all stand at the same one: whoever is behind trains on until it is there, from its first weights or from
where it was begun, and whoever is ahead, because the run has gone back, goes back in its own past. So Restart, Back and
Undo of the present run are taken up by all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from nnstudio.core.experiment import Experiment
from nnstudio.core.run.commands import Begin, Visit
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.present import REFUSALS, Aside, Present
from nnstudio.core.run.timeline import MAXIMUM_BYTES, Replay
from nnstudio.core.run.visit import Visiting
from nnstudio.core.training.trainer import Diverged, Trainer

SEEN = Probe.OUTPUT
"""What of a companion is looked at, if it is looked at in the present run."""


def _nobody(*_: object) -> None:
    """Waits for answers."""


class Companion:
    """One run beside another. Raises what beginning an experiment raises.

    begun: how it was begun
    ended: what it came to, if it goes on no more, and in which words
    """

    def __init__(self, begun: Begin, data: Aside) -> None:
        self.begun = begun
        self.present = Present(None, data)
        self.visiting = Visiting(self.present, _nobody)
        self.present.begin(begun.experiment, begun.start)
        self.ended: tuple[Status, str] | None = None
        self._replay: Replay | None = None
        self._pictured: Frame | None = None

    @property
    def trainer(self) -> Trainer:
        """The present one."""
        return self.present.trainer

    @property
    def updates(self) -> int:
        """How many it has made."""
        trainer = self.trainer
        return trainer.state().updates if trainer.under_way else trainer.updates

    def follow(self, updates: int) -> bool:
        """One update towards this one, forwards or back, or a piece of a long one; whether it stands there now, or can
        come no nearer."""
        if not self.stands_at(updates):
            if self.updates < updates:
                self._train()
            elif self.trainer.under_way:
                self.trainer.take_back()
            else:
                self._go_back(updates)
        return self.stands_at(updates)

    def stands_at(self, updates: int) -> bool:
        """Whether it stands there, or can come no nearer: it has ended before, or was begun further on."""
        made = self.updates
        if made == updates:
            return not self.trainer.under_way
        return self.ended is not None if made < updates else updates < self.present.timeline.beginning

    def _train(self) -> None:
        """An update, or a piece of one."""
        trainer = self.trainer
        try:
            made = trainer.advance()
        except Diverged as divergence:
            self.ended = Status.DIVERGED, f"{divergence} {divergence.kept}"
            return
        if made:
            self.present.note_update(trainer, Probe.NOTHING)
            if trainer.stop_reason is not None:
                self.ended = Status.FINISHED, trainer.stop_reason

    def _go_back(self, updates: int) -> None:
        """A step of the way."""
        if self._replay is None or self._replay.target != updates:
            self._replay = self.present.replay(updates)
        if not self._replay.step():
            self.present.branch(self._replay.trainer)
            self._replay = self.ended = None

    def note_time(self, seconds: float) -> None:
        """So much of the time that was spent on training is its own; a rule for stopping may care."""
        if self.ended is None:
            self.present.note_time(seconds, self.trainer.under_way)
            if (reason := self.present.spent()) is not None:
                self.ended = Status.FINISHED, reason

    def frame(self, probes: Probe, status: Status) -> Frame:
        """A picture of it, beside one of a run that is doing so. In the middle of an update it is the last one."""
        trainer = self.trainer
        if trainer.under_way and not trainer.looking and self.visiting.trainer is None:
            if self._pictured is not None:
                return self._pictured
            trainer.take_back()
        frame = self.visiting.frame(probes & SEEN, None, None, status=status)
        if self.ended is not None:
            frame = replace(frame, status=self.ended[0], message=self.ended[1])
        self._pictured = frame
        return frame


class Companions:
    """All of them, at first none. `data`: makes the data of a spec, or knows them already."""

    def __init__(self, data: Aside) -> None:
        self._data = data
        self._all: tuple[Companion, ...] = ()
        self._maximum = MAXIMUM_BYTES

    def __len__(self) -> int:
        return len(self._all)

    @property
    def trainers(self) -> list[Trainer]:
        """Of each the present one."""
        return [companion.trainer for companion in self._all]

    # Who they are -----------------------------------------------------------------------------------------------------

    def begin(self, others: Sequence[Begin]) -> None:
        """These from now on; who was begun so already goes on. All of them, or it raises and nothing has changed."""
        there, chosen = list(self._all), list[Companion]()
        for begun in others:
            same = [companion for companion in there if _alike(companion.begun, begun)]
            if same:
                there.remove(same[0])
            chosen.append(same[0] if same else Companion(begun, self._data))
        self._all = tuple(chosen)
        self.remember(self._maximum)

    def end(self) -> None:
        """None from now on."""
        self._all = ()

    def note_change(self, before: Experiment, now: Experiment, begun: bool) -> None:
        """The present run was changed. On other data, or in another experiment that was begun, there is nothing to
        compare any more. Other first weights are taken up by all that had the same."""
        if before.dataset != now.dataset or (begun and before != now):
            self.end()
        elif before.seed != now.seed:
            try:
                self.begin([_reseeded(companion.begun, before.seed, now.seed) for companion in self._all])
            except REFUSALS:
                self.end()

    def remember(self, maximum: int) -> None:
        """The states of their pasts may take so many bytes together, as many as those of the present run."""
        self._maximum = maximum
        for companion in self._all:
            companion.present.remember(maximum // len(self._all))

    # In step ----------------------------------------------------------------------------------------------------------

    def follow(self, updates: int) -> bool:
        """One update towards this one, or a piece of a long one, of each that does not stand there; whether all do."""
        level = True
        for companion in self._all:
            level = companion.follow(updates) and level
        return level

    def stand_at(self, updates: int) -> bool:
        """Whether there is nothing left to do until all stand there."""
        return all(companion.stands_at(updates) for companion in self._all)

    def lag(self, updates: int) -> bool:
        """Whether one of them is in the middle of this very update."""
        return any(each.trainer.under_way and each.trainer.updates == updates - 1 for each in self._all)

    def note_time(self, seconds: float) -> None:
        """Each of them took so long."""
        for companion in self._all:
            companion.note_time(seconds)

    # Pictures ---------------------------------------------------------------------------------------------------------

    def visit(self, visit: Visit) -> None:
        """Show their past where that of the present run is shown."""
        for companion in self._all:
            companion.visiting.begin(0, visit)

    @property
    def busy(self) -> bool:
        """Whether a moment of their past is on its way."""
        return any(companion.visiting.busy for companion in self._all)

    def work(self, until: float, interrupted: Callable[[], bool]) -> None:
        """Work it out until that time by `perf_counter()`, or until somebody wants something."""
        for companion in self._all:
            companion.visiting.work(until, interrupted)

    def frames(self, probes: Probe, status: Status, looking_back: bool) -> tuple[Frame, ...]:
        """A picture of each; `looking_back`: whether the present run shows a moment of its past."""
        for companion in self._all:
            if not looking_back:
                companion.visiting.leave()
        return tuple(companion.frame(probes, status) for companion in self._all)


def _alike(one: Begin, other: Begin) -> bool:
    return one.experiment == other.experiment and one.start is other.start


def _reseeded(begun: Begin, before: int, now: int) -> Begin:
    """Begun from other first weights, if it had the same."""
    experiment = begun.experiment
    return begun if experiment.seed != before else Begin(replace(experiment, seed=now))
