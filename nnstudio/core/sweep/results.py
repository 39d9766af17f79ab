"""What is in: the result of each step of a sweep, and the states that others may go on from.

A step is a trial brought to one rung: to a share of its length where the worse half stops, or to the end.
"""

from typing import NamedTuple

from nnstudio.core.sweep.job import Outcome, Result
from nnstudio.core.training.state import RunState


class Step(NamedTuple):
    """Which trial was brought to which rung, both counted from 0."""

    trial: int
    rung: int = 0


class Results:
    """Results in memory. `states`: whether final states are kept as well; a sweep with rungs needs them."""

    def __init__(self, states: bool = True) -> None:
        self._states: dict[Step, RunState] | None = {} if states else None
        self._results: dict[Step, Result] = {}

    def __len__(self) -> int:
        return len(self._results)

    def steps(self) -> tuple[Step, ...]:
        """All that are in."""
        return tuple(self._results)

    def get(self, step: Step) -> Result | None:
        """The result of a step, if it is in."""
        return self._results.get(step)

    def keep(self, step: Step, outcome: Outcome) -> None:
        """An outcome has come in."""
        if self._states is not None and outcome.state is not None:
            self._states.pop(Step(step.trial, step.rung - 1), None)  # a trial has one state, its last
            self._states[step] = outcome.state
        self._results[step] = outcome.result

    def note(self, step: Step, result: Result) -> None:
        """Nobody could do this step; to try it another time is not in vain."""
        self._results[step] = result

    def state(self, step: Step) -> RunState | None:
        """The state after a step, if it is kept."""
        return self._states.get(step) if self._states is not None else None

    def last(self, trial: int, rung: int | None = None) -> Result | None:
        """The result of the highest rung that a trial has come to, or that up to `rung`."""
        step = self.last_step(trial, rung)
        return None if step is None else self.get(step)

    def last_step(self, trial: int, rung: int | None = None) -> Step | None:
        """The highest step of a trial that is in."""
        step, found = Step(trial), None
        while step in self._results and (rung is None or step.rung <= rung):
            step, found = Step(trial, step.rung + 1), step
        return found
