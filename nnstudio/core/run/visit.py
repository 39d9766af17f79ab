"""A moment of the past that is shown in the place of now.

The run goes on with what it does: the moment has a trainer of its own, and an observer who takes its pictures. The
state that is kept nearest is there at once. Another update is replayed beside the run, to the bit, until it arrives or
somebody wants to see another one.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from time import perf_counter
from typing import Any

from nnstudio.core.counting import grouped
from nnstudio.core.experiment.plan import can_carry, plan
from nnstudio.core.run.commands import Beside, Branch, Command, Edit, Operate, Pause, Visit
from nnstudio.core.run.example import AnyExample
from nnstudio.core.run.frame import Frame, Past, Probe, Status, Visited
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.present import INTERRUPTED, REFUSALS, Present, Refused, why
from nnstudio.core.run.section import Section
from nnstudio.core.run.timeline import Replay
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.phases import PhasedUpdate
from nnstudio.core.training.pieces import Pieces
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer

BURST = 0.2e-3
"""Seconds of quick updates between two looks at what else is wanted."""
LOOKING_BACK = "You are looking at update {}. Branch from here to change it, or go back to now. Nothing was changed."


class Visiting:
    """The moment that is shown, one at a time, none at first. `answer(ticket, refusal)` hears what became of a visit.

    trainer: what stands at that moment; None for now
    """

    def __init__(self, present: Present, answer: Callable[..., object]) -> None:
        self._present, self._answer = present, answer
        self._others = count(-1, -1)
        self._observer: Observer | None = None
        self._state: RunState | None = None
        self._update, self._exact, self._replayed = 0, False, False
        self._passing = False
        self._ticket = 0
        self._replay: Replay | None = None
        self._measuring: Pieces[Metrics] | None = None
        self._taken: tuple[tuple[Probe, AnyExample | None, Section | None], Frame] | None = None

    @property
    def trainer(self) -> Trainer | None:
        return self._observer.trainer if self._observer is not None else None

    @property
    def busy(self) -> bool:
        """Whether something is on its way: an update that is replayed, or how good the network was there."""
        return self._replay is not None or self._measuring is not None

    # Going there ------------------------------------------------------------------------------------------------------

    def begin(self, ticket: int, visit: Visit) -> None:
        """Show another moment from now on. Raises what putting its data and network together raises."""
        present, timeline = self._present, self._present.timeline
        self._drop(INTERRUPTED)
        if visit.update is None or visit.update >= present.trainer.updates:
            self.leave()
            self._answer(ticket)
            return
        update = max(visit.update, timeline.beginning)
        self._take_anew(passing=not visit.exact)
        if not (self._exact and self._update == update):
            kept = timeline.nearest(update)
            self._update, self._exact = update, False
            if kept.exact or not visit.exact or self._is_nearer(kept.state):
                self._show(kept.state)
                self._exact = kept.exact
        if visit.exact and not self._exact:
            self._replay, self._ticket = present.replay(update), ticket
        else:
            self._answer(ticket)
            self._measure()

    def _take_anew(self, passing: bool) -> None:
        """Pictures of what is only passed by are coarser; where somebody rests they are taken again."""
        if self._passing and not passing:
            self._taken = None
        self._passing = passing

    def _is_nearer(self, state: RunState) -> bool:
        """Whether it is nearer than what is shown to what was asked for."""
        shown = self.trainer
        return shown is None or abs(state.updates - self._update) < abs(shown.updates - self._update)

    def _show(self, state: RunState) -> None:
        """A state that was kept, with the network that is there already if it is no other one."""
        if state is self._state:
            return
        if self._observer is None or plan(self._observer.trainer.experiment, state.experiment).rebuilds:
            self._observe(self._present.trainer_at(state))
        else:
            self._observer.trainer.restore(state)
        self._state, self._replayed, self._taken = state, False, None

    def _observe(self, trainer: Trainer) -> None:
        """Take pictures of this trainer from now on."""
        present, before = self._present, self._observer
        if before is not None and not plan(before.trainer.experiment, trainer.experiment).rebuilds:
            run = before.run
        elif not plan(present.trainer.experiment, trainer.experiment).rebuilds:
            run = present.number
        else:
            run = next(self._others)
        seen = (before or present.observer).trainer
        for old, new in ((seen.test, trainer.test), (seen.training, trainer.training)):
            if old.outputs.shape == new.outputs.shape:
                new.outputs = old.outputs  # until it has been evaluated
        self._observer = Observer(trainer, run, present.bands, records=False)
        self._state, self._replayed, self._taken = None, True, None

    def leave(self, refusal: str = INTERRUPTED) -> None:
        """Show now again."""
        self._drop(refusal)
        self._observer = self._state = self._taken = None
        self._exact = self._passing = False

    def _drop(self, refusal: str) -> None:
        """Whatever is on its way is given up."""
        waits, self._replay, self._measuring = self._replay is not None, None, None
        if waits:
            self._answer(self._ticket, refusal)

    def admit(self, command: Command) -> None:
        """Something else is asked of the run. Raises `Refused` for an edit, which would be of what is not shown. One
        that begins again leads back to now, like all that trains."""
        if self._observer is None or isinstance(command, Beside | Pause | Branch):
            return
        now = self._present.trainer.experiment
        if isinstance(command, Operate) or (isinstance(command, Edit) and can_carry(now, command.experiment)):
            raise Refused(LOOKING_BACK.format(grouped(self._observer.trainer.updates)))
        self.leave()

    def stand_at(self, update: int) -> Trainer:
        """The trainer of the moment that is shown, to go on from. Raises `Refused` for another one than is there."""
        trainer = self.trainer
        if trainer is None or not self._exact or trainer.updates != update:
            raise Refused("The run can branch when the moment has been replayed to the end. Nothing was changed.")
        return trainer

    # On the way -------------------------------------------------------------------------------------------------------

    def work(self, until: float, interrupted: Callable[[], bool]) -> None:
        """Replay and measure until that time by `perf_counter()`, or until somebody wants something."""
        while self.busy:
            try:
                self._advance()
            except REFUSALS as error:
                self._drop(why(error))
            if perf_counter() >= until or interrupted():
                break

    def _advance(self) -> None:
        replay, end = self._replay, perf_counter() + BURST
        if replay is not None:
            while replay.step():
                if perf_counter() >= end:
                    return
            self._replay = None
            self._observe(replay.trainer)
            self._exact = True
            self._answer(self._ticket)
            self._measure()
        elif self._measuring is not None and next(self._measuring, self) is self:
            self._measuring = self._taken = None

    def _measure(self) -> None:
        """How good the network was, where that takes longer than a picture."""
        trainer = self.trainer
        if trainer is not None and not trainer.evaluation_is_cheap and trainer.evaluated_at != trainer.updates:
            self._measuring = trainer.evaluation()

    # Pictures ---------------------------------------------------------------------------------------------------------

    def frame(
        self,
        probes: Probe,
        example: AnyExample | None,
        phased: PhasedUpdate | None,
        section: Section | None = None,
        **of_the_run: Any,
    ) -> Frame:
        """A picture of the moment that is shown, or of now, with what is true of the whole run."""
        present = self._present
        if self._observer is None:
            frame = present.observer.frame(probes, chosen=example, section=section, phased=phased, **of_the_run)
            return replace(frame, past=self._past(None))
        looked = probes, example, section
        if self._taken is None or self._taken[0] != looked:
            pace = Status.LEARNING if self._passing else Status.PAUSED
            self._taken = looked, self._observer.frame(probes, status=pace, chosen=example, section=section)
        picture, progress = self._taken[1], self._replay.share if self._replay is not None else None
        return replace(
            picture,
            history=present.trainer.history.prefix(),
            marks=present.trainer.marks,
            bands=present.bands.prefix() if picture.bands is not None else None,
            past=self._past(Visited(self._update, self._exact, self._exact and self._replayed, progress)),
            **of_the_run,
        )

    def _past(self, visit: Visited | None) -> Past:
        present, timeline = self._present, self._present.timeline
        bounds = timeline.beginning, timeline.count, timeline.nbytes, timeline.maximum
        return Past(present.number, present.trainer.updates, *bounds, visit)
