"""What is compared: the present run and its companions at one moment, and in what they disagree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.differences import differences, headline
from nnstudio.core.run.frame import Frame, PlanePicture, Status

Names = Sequence[tuple[Experiment, str]]
"""What the runs are called that have names of their own, in their order, as long as they are these experiments."""
_WORDS = 2
ENDED = Status.DIVERGED, Status.FINISHED


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """frames: the present run's, then its companions'; names: what each is called, by what it differs in."""

    frames: tuple[Frame, ...]
    names: tuple[str, ...]

    @classmethod
    def of(cls, frame: Frame, names: Names) -> "Comparison":
        """The run of a frame with all that trains beside it."""
        frames = (frame, *frame.companions)
        return cls(frames, _named([each.experiment for each in frames], names))

    @property
    def level(self) -> bool:
        """Whether all show the same update."""
        return len({frame.updates for frame in self.frames}) == 1


def _named(experiments: Sequence[Experiment], names: Names) -> tuple[str, ...]:
    first, *others = experiments
    found = [_difference(others[0], first) if others else _headline(first)]
    found += [_difference(first, other) for other in others]
    own = [names[place] if place < len(names) else (None, "") for place in range(len(experiments))]
    return tuple(
        called if called and known == each else name
        for each, (known, called), name in zip(experiments, own, found, strict=True)
    )


def _difference(from_: Experiment, to: Experiment) -> str:
    found = differences(from_, to)
    words = [difference.words for difference in found]
    if words and found[0].name == "training.learning_rate":  # nothing before it says of what it is the rate
        words[0] = f"rate {words[0]}"
    return ", ".join(words[:_WORDS]) + (f" +{len(words) - _WORDS}" if len(words) > _WORDS else "") or _headline(to)


def _headline(experiment: Experiment) -> str:
    return ", ".join(difference.words for difference in headline(experiment))


def picture_difference(one: Frame, other: Frame) -> NDArray[np.float64] | None:
    """One output over the plane minus the other, (R, R); for more than two classes half the sum of what their
    probabilities differ by, from 0 to 1. None where the two have not been pictured alike."""
    first, second = _output(one), _output(other)
    if first is None or second is None or first.shape != second.shape or one.updates != other.updates:
        return None
    difference = first.astype(np.float64) - second
    return difference[0] if len(difference) == 1 else np.abs(difference).sum(axis=0) / 2


def disagreement(one: Frame, other: Frame) -> float | None:
    """The share of the plane on which two networks answer with another class; None for values."""
    first, second = _output(one), _output(other)
    if first is None or second is None or first.shape != second.shape or one.dataset.task is Task.REGRESSION:
        return None
    if len(first) == 1:
        return float(((first[0] > 0.5) != (second[0] > 0.5)).mean())
    return float((first.argmax(axis=0) != second.argmax(axis=0)).mean())


def only_right(one: Frame, other: Frame) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """The test examples that only the one answers rightly, and those that only the other does. None where they are not
    the same examples, or have no classes."""
    first, second = one.picture.answers, other.picture.answers
    if first is None or second is None or one.experiment.dataset != other.experiment.dataset:
        return None
    labels = one.dataset.test.labels
    right, also = first == labels, second == labels
    return np.flatnonzero(right & ~also), np.flatnonzero(also & ~right)


def _output(frame: Frame) -> NDArray[np.floating] | None:
    return frame.picture.output if isinstance(frame.picture, PlanePicture) else None
