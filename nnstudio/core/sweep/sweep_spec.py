"""What is asked of a sweep, as one value: the same value gives the same runs."""

from dataclasses import dataclass
from functools import cached_property

from nnstudio.core.experiment import Experiment
from nnstudio.core.sweep.ranking import Ranking
from nnstudio.core.sweep.space import Space, Trial


@dataclass(frozen=True, kw_only=True)
class SweepSpec:
    """An experiment and how it is varied.

    settings: the values of each setting as they are typed, such as `training.learning_rate=0.001..0.1`
    runs: at most so many; None for the whole grid of the lists
    seeds: from so many first weights each
    draw: the seed of the random values
    rungs: the shares of a run's length at which the worse half stops
    """

    experiment: Experiment
    settings: tuple[str, ...] = ()
    runs: int | None = None
    seeds: int = 1
    draw: int = 1
    rungs: tuple[float, ...] = ()

    @cached_property
    def space(self) -> Space:
        """The axes. Raises `SettingError`."""
        return Space.parsed(self.experiment, self.settings)

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        """All the runs. Raises `SettingError`."""
        return self.space.trials(self.runs, self.seeds, self.draw)

    @cached_property
    def ranking(self) -> Ranking:
        """Which figure decides."""
        return Ranking(self.space.axes)
