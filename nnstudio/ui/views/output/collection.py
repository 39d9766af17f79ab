"""What hangs on a wall: the examples of one cell of the confusion matrix, or those that cost most."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnstudio.core.counting import counted
from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.data.images import Images
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import FloatArray, Frame, PlanePicture
from nnstudio.core.run.hardest import Hardest
from nnstudio.ui.examples.wording import answer_in_words, target_of
from nnstudio.ui.widgets.figures import MISSING, decimal, grouped, percent

MOST = 120
"""So many hang at the most; of the others it is said how many there are."""
_INPUTS = 4
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, slots=True)
class Hung:
    """An example on the wall.

    truth, answer: what is true of it and what the network said, in words; right: None where answers are only near
    loss: what it costs; inputs: what goes in. Both only where they are shown
    classes: truth and answer by their numbers, on the plane, where they have colours
    """

    chosen: Chosen
    truth: str
    answer: str
    right: bool | None
    loss: float | None = None
    inputs: str = ""
    classes: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """Examples of one data set that have something in common.

    name: what that is, in words; about: how many of how many they are; updates: of the network that said so
    hung: those that are shown, of so many in `total`
    """

    dataset: Dataset
    name: str
    about: str
    updates: int
    hung: Sequence[Hung]
    total: int

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.hung)


def of_cell(frame: Frame, truth: int, answer: int) -> Collection | None:
    """The test examples of one class that the network takes for another; None where it is not known which."""
    picture, dataset, test = frame.picture, frame.dataset, frame.dataset.test
    if isinstance(picture, PlanePicture) or picture.answers is None or len(picture.answers) != len(test):
        return None
    of_class = test.labels == truth
    places = np.flatnonzero(of_class & (picture.answers == answer))
    names, known = dataset.class_names, int(of_class.sum())
    hung = [
        Hung(
            Chosen(SplitName.TEST, place),
            names[truth],
            names[answer],
            truth == answer,
            inputs=_inputs(dataset, test, place),
        )
        for place in places[:MOST].tolist()
    ]
    about = f"{percent(len(places) / max(known, 1))} of {grouped(known)}"
    measured = frame.measured_at if frame.measured_at >= 0 else frame.updates
    return Collection(dataset, cell_in_words(dataset, len(places), truth, answer), about, measured, hung, len(places))


def of_hardest(hardest: Hardest) -> Collection:
    """What a search has found."""
    dataset, split = hardest.dataset, hardest.split.of(hardest.dataset)
    assert split is not None, "something was found there"
    hung = [
        Hung(
            Chosen(hardest.split, index),
            target_of(dataset, split, index),
            _answered(dataset, hardest.answers[:, place]),
            _right(dataset, hardest.answers[:, place], split, index),
            loss=float(hardest.losses[place]),
            classes=_classes(dataset, hardest.answers[:, place], split, index),
        )
        for place, index in enumerate(hardest.indices.tolist())
    ]
    count = len(hung)
    name = f"Hardest {hardest.split.value} examples"
    return Collection(dataset, name, f"{count} hardest of {grouped(len(split))}", hardest.updates, hung, count)


def cell_in_words(dataset: Dataset, count: int, truth: int, answer: int) -> str:
    """26 nines taken for fours, 1 nine taken for a four, 958 nines recognised, 3 of setosa taken for virginica."""
    if isinstance(dataset.domain, Images) and dataset.classes <= len(_DIGITS):
        of, other = _DIGITS[truth], _DIGITS[answer]
        said = counted(count, of, grouped(count)) if count else f"No {of}"
        other = f"{'an' if other == 'eight' else 'a'} {other}" if count < 2 else counted(2, other, "").strip()
    else:
        other = _named(dataset, answer)
        said = f"{grouped(count) if count else 'None'} of {_named(dataset, truth)}"
    return f"{said} recognised" if truth == answer else f"{said} taken for {other}"


def _named(dataset: Dataset, label: int) -> str:
    """A class by its name; where that is a number, with the word."""
    name = dataset.class_names[label]
    return f"class {name}" if isinstance(dataset.domain, Plane) or name.isdigit() else name


def _label(dataset: Dataset, answer: FloatArray) -> int | None:
    """The class that the network takes an example for; None where there is none to choose."""
    if not dataset.classes or dataset.task is Task.MULTILABEL or not np.isfinite(answer).all():
        return None
    return int(answer[0] >= 0.5) if dataset.task is Task.BINARY else int(answer.argmax())


def _answered(dataset: Dataset, answer: FloatArray) -> str:
    """What the network says, in the words of the truth."""
    if not np.isfinite(answer).all():
        return MISSING
    label = _label(dataset, answer)
    if label is None:
        return answer_in_words(dataset, answer)
    name = dataset.class_names[label]
    return f"class {name}" if dataset.task is Task.MULTICLASS and isinstance(dataset.domain, Plane) else name


def _classes(dataset: Dataset, answer: FloatArray, split: Split, index: int) -> tuple[int, int] | None:
    label = _label(dataset, answer)
    return (int(split.labels[index]), label) if label is not None and isinstance(dataset.domain, Plane) else None


def _right(dataset: Dataset, answer: FloatArray, split: Split, index: int) -> bool | None:
    """Whether that is true; None of values, which are only more or less near."""
    if dataset.task is Task.REGRESSION:
        return None
    if dataset.task is Task.MULTILABEL:
        return bool(np.isfinite(answer).all()) and np.array_equal(answer >= 0.5, split.targets[index] >= 0.5)
    return _label(dataset, answer) == int(split.labels[index])


def _inputs(dataset: Dataset, split: Split, index: int) -> str:
    """The first numbers of a row; of an image nothing, it is seen."""
    if isinstance(dataset.domain, Images):
        return ""
    row = split.raw[index]
    return ", ".join(decimal(float(value)) for value in row[:_INPUTS]) + (", …" if len(row) > _INPUTS else "")
