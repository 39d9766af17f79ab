"""All the runs of a sweep: grids × random draws × seeds, the same ones from the same words.

The lists of all axes make a grid. Where an axis is a range, values are drawn at random, for one combination of the grid
after the other, so that each gets as many. Each candidate is then trained from the same few seeds: two differ by their
settings, never by luck in the draw of first weights alone. The draws of a candidate depend on its number and on one
seed; a longer sweep begins with a shorter one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nnstudio.core.counting import counted
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.sweep.axis import Axis, parse_axis, with_values
from nnstudio.core.sweep.job import ended

MOST_RUNS = 100_000
_SEEDS = 2**32
_LARGEST_GRID = 10**18


@dataclass(frozen=True, slots=True)
class Trial:
    """One run: the number of its candidate, from 0, the candidate's values by the path of their setting, and the
    experiment with its seed."""

    candidate: int
    values: Mapping[str, Any]
    experiment: Experiment


@dataclass(frozen=True, slots=True)
class Space:
    """An experiment, and the axes along which it is varied."""

    experiment: Experiment
    axes: tuple[Axis, ...] = ()

    @classmethod
    def parsed(cls, experiment: Experiment, texts: Sequence[str]) -> "Space":
        """The space that texts such as `training.optimizer=sgd,adam` span. Raises `SettingError`."""
        axes = tuple(parse_axis(text, experiment) for text in texts)
        names = [axis.name for axis in axes]
        for name in names:
            if names.count(name) > 1:
                raise SettingError(name, f"{name} is given twice; give all its values at once.")
        return cls(experiment, axes)

    def trials(self, runs: int | None = None, seeds: int = 1, draw: int = 1) -> tuple[Trial, ...]:
        """The runs, those of one candidate side by side.

        runs: at most so many; None for the whole grid
        seeds: from so many first weights each, by the seed of the experiment and those that follow it
        draw: the seed of the random values

        Raises `SettingError` where that leaves nothing, or too much, to run, and for values that do not go together.
        """
        if seeds < 1 or (runs is not None and runs < seeds):
            raise SettingError("runs", f"{runs} runs cannot be of {counted(seeds, 'seed')} each; there must be some.")
        if seeds > 1 and any(axis.name == "seed" for axis in self.axes):
            raise SettingError("seed", "seed is varied already; give either it or a number of seeds.")
        first = self.experiment.seed
        found: list[Trial] = []
        for number, values in enumerate(self._candidates(None if runs is None else runs // seeds, seeds, draw)):
            varied = ended(with_values(self.experiment, values))
            for seed in range(seeds):
                one = replace(varied, seed=(first + seed) % _SEEDS) if seeds > 1 else varied
                found.append(Trial(number, values, one))
        return tuple(found)

    def _candidates(self, most: int | None, seeds: int, draw: int) -> list[dict[str, Any]]:
        lists = [axis for axis in self.axes if axis.range is None]
        ranges = [axis for axis in self.axes if axis.range is not None]
        size = int(np.prod([len(axis.values) for axis in lists], dtype=object))
        if size > _LARGEST_GRID:
            raise SettingError("runs", "The grid of all these lists is far too large; draw from ranges instead.")
        if ranges and most is None:
            raise SettingError(ranges[0].name, f"{ranges[0].name} is drawn at random: say how many runs there are.")
        count = most if ranges and most is not None else min(size, most or size)
        if count * seeds > MOST_RUNS:
            raise SettingError("runs", f"These are {count * seeds:,} runs; {MOST_RUNS:,} are the most in one sweep.")
        places = range(count)
        if not ranges and count < size:  # some of the grid, not just its first corner
            random = np.random.default_rng((draw, 0))
            places = sorted(random.choice(size, count, replace=False).tolist())
        found: list[dict[str, Any]] = []
        for number, place in enumerate(places):
            random = np.random.default_rng((draw, 1, number))
            values = _combination(lists, place % size) | {axis.name: axis.draw(random) for axis in ranges}
            found.append({axis.name: values[axis.name] for axis in self.axes})
        return found


def _combination(axes: Sequence[Axis], place: int) -> dict[str, Any]:
    """The values at a place in the grid; the last axis runs fastest."""
    values: dict[str, Any] = {}
    for axis in reversed(axes):
        place, index = divmod(place, len(axis.values))
        values[axis.name] = axis.values[index]
    return values
