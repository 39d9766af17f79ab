"""What is looked at of a run: its costly parts, one example, a moment of its past, what stands beside it.

Whoever looks changes nothing. What takes long is worked out beside training, a little at a time.
"""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

from nnstudio.core.run.commands import Compare, FindHardest, LookAt, Visit, Watch
from nnstudio.core.run.companions import Companions
from nnstudio.core.run.example import AnyExample
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.present import Present
from nnstudio.core.run.search import Search
from nnstudio.core.run.section import Section
from nnstudio.core.run.visit import Visiting
from nnstudio.core.training.phases import PhasedUpdate
from nnstudio.core.training.trainer import Trainer

BESIDE = 8e-3
"""Seconds in turn with training for what goes on beside it: a replay halves its speed while it lasts."""
Look = Watch | LookAt | FindHardest | Visit | Compare


class Looking:
    """`answer(ticket, refusal, found=…)` hears what became of what takes long.

    probes: which costly parts; section: which plane through the inputs; example: the one that is followed
    visiting: which moment of the past; companions: what stands beside it
    """

    def __init__(self, present: Present, answer: Callable[..., object]) -> None:
        self._present = present
        self.probes = Probe.NOTHING
        self.section: Section | None = None
        self.example: AnyExample | None = None
        self.search = Search(answer)
        self.visiting = Visiting(present, answer)
        self.companions = Companions(lambda spec, _: present.dataset(spec))

    @property
    def trainer(self) -> Trainer:
        """What stands where somebody looks."""
        return self.visiting.trainer or self._present.trainer

    def obey(self, command: Look, ticket: int) -> bool:
        """Look there from now on; whether that is all. Otherwise it is answered later. Raises what putting data and
        networks together raises."""
        match command:
            case Watch(probes, section):
                self.probes, self.section = probes, section
            case LookAt(example):
                self.example = example
            case Compare(others):
                self.companions.begin(others)
            case FindHardest(split):
                self.search.begin(ticket, self.trainer, split)
                return False
            case Visit():
                self.visiting.begin(ticket, command)
                self.companions.visit(command)
                return False
        return True

    @property
    def busy(self) -> bool:
        """Whether something is being worked out."""
        return self.search.busy or self.visiting.busy or self.companions.busy

    def work(self, until: float, interrupted: Callable[[], bool], training: bool) -> None:
        """Work it out until that time by `perf_counter()`, or until somebody wants something. While it is `training`,
        no more than takes turns with that."""
        self.search.work(0.0 if training else until, interrupted)
        until = perf_counter() + BESIDE if training else until
        self.visiting.work(until, interrupted)
        self.companions.work(until, interrupted)

    def remember(self, maximum: int) -> None:
        """The states of the past may take so many bytes."""
        self._present.remember(maximum)
        self.companions.remember(maximum)

    def give_up(self, refusal: str) -> None:
        """Something failed, perhaps this."""
        self.search.drop(refusal)
        self.visiting.leave()
        self.companions.end()

    def frame(self, phased: PhasedUpdate | None, status: Status, **of_the_run: Any) -> Frame:
        """A picture of what is looked at, with what is true of the whole run."""
        looked = self.probes, self.example, phased
        frame = self.visiting.frame(*looked, section=self.section, status=status, **of_the_run)
        if not self.companions:
            return frame
        beside = self.companions.frames(self.probes, status, frame.visit is not None)
        return replace(frame, companions=beside)
