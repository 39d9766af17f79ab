"""How an example, its truth and what the network makes of it are put in words."""

import numpy as np

from nnstudio.core.data.dataset import Dataset, Split
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.example import AnyExample, Chosen, ExampleReading, SplitName
from nnstudio.core.run.frame import ExampleLosses, FloatArray, Frame
from nnstudio.core.trace.typed import Typed, Unreadable
from nnstudio.ui.widgets.figures import decimal, grouped, percent

_MOST = 4
"""So many inputs of a row are written out."""


def coordinates(x1: float, x2: float) -> str:
    """A point of the plane."""
    return f"x₁ {x1:.2f}  x₂ {x2:.2f}".replace("-", "−")


def name_of(chosen: AnyExample) -> tuple[str, str]:
    """Example 197, and what it is there for."""
    if isinstance(chosen, Chosen):
        return f"Example {grouped(chosen.number)}", chosen.split.value
    return "Your own", "in no split"


def example_name(chosen: AnyExample) -> str:
    """Example 197, training."""
    return ", ".join(name_of(chosen))


def target_of(dataset: Dataset, split: Split, index: int) -> str:
    """What is true of an example, in words."""
    if dataset.task in (Task.BINARY, Task.MULTICLASS):
        name = dataset.class_names[int(split.labels[index])]
        return name if dataset.task is Task.BINARY or not isinstance(dataset.domain, Plane) else f"class {name}"
    return _written(dataset, split.targets[index])


def loss_of(frame: Frame, chosen: Chosen) -> float | None:
    """What an example costs, if somebody has asked."""
    return loss_among(frame.dataset, frame.example, frame.losses, chosen)


def loss_among(
    dataset: Dataset, example: ExampleReading | None, found: ExampleLosses | None, chosen: Chosen
) -> float | None:
    """What an example costs, if it is the one that is read or is among those whose losses were found."""
    if example is not None and example.chosen == chosen:
        return example.loss
    split = chosen.split.of(dataset)
    if found is None or split is None or chosen.split is SplitName.VALIDATION:
        return None
    losses = found.train if chosen.split is SplitName.TRAINING else found.test
    return float(losses[chosen.index]) if len(losses) == len(split) else None


def inputs_in_words(dataset: Dataset, example: ExampleReading) -> tuple[str, str]:
    """What goes in: the names, and the numbers; of an image what it is."""
    if example.raw.ndim > 1:
        return "image", " × ".join(str(side) for side in example.raw.shape)
    names = ("x₁", "x₂") if isinstance(dataset.domain, Plane) else dataset.recipe.names
    more = ", …" if len(example.raw) > _MOST else ""
    if isinstance(dataset.domain, Plane):
        numbers = [f"{value:.2f}".replace("-", "−") for value in example.raw.tolist()]
    else:
        numbers = [decimal(value) for value in example.raw[:_MOST].tolist()]
    return ", ".join(names[:_MOST]) + more, ", ".join(numbers) + more


def answer_in_words(dataset: Dataset, answer: FloatArray) -> str:
    """What the network answers, (outputs,)."""
    if dataset.task is Task.BINARY:
        return decimal(float(answer[0]), 2)
    if dataset.task is Task.MULTICLASS:
        best = int(answer.argmax())
        return f"{dataset.class_names[best]} · {percent(float(answer[best]), 0)}"
    return _written(dataset, answer)


def target_in_words(dataset: Dataset, example: ExampleReading) -> str:
    """What it should be, in the same words; nothing where nobody says."""
    if example.label is not None:
        return str(example.label) if dataset.task is Task.BINARY else dataset.class_names[example.label]
    return _written(dataset, example.target) if example.target is not None else ""


def target_from_words(dataset: Dataset, text: str) -> tuple[float, ...] | None:
    """The other way round, of classes by their number and of one value; None for an empty text. Raises `ValueError`
    with a sentence that says what it may be."""
    if not text.strip():
        return None
    if dataset.task is Task.REGRESSION:
        return (Typed.read(text).value,)
    label = dataset.class_names.index(text.strip()) if text.strip() in dataset.class_names else _number(text)
    if label not in range(dataset.classes):
        classes = "0 or 1" if dataset.classes == 2 else f"a class from 0 to {dataset.classes - 1}"
        raise ValueError(f"The target is {classes}; leave it empty if nobody says what is true.")
    if dataset.task is Task.BINARY:
        return (float(label),)
    return tuple(float(each == label) for each in range(dataset.classes))


def _number(text: str) -> float:
    """What was typed, or −1, which is no class."""
    try:
        return Typed.read(text).value
    except Unreadable:
        return -1.0


def is_right(dataset: Dataset, example: ExampleReading) -> bool | None:
    """Whether the answer is the truth; None where answers are only more or less near, or nobody knows the truth."""
    if dataset.task is Task.REGRESSION or example.target is None or not np.isfinite(example.answer).all():
        return None
    if dataset.task is Task.MULTILABEL:
        return bool(np.array_equal(example.answer >= 0.5, example.target >= 0.5))
    return example.answered == example.label


def _written(dataset: Dataset, values: FloatArray) -> str:
    """Values as numbers; of labels the names of those that are true."""
    if dataset.task is Task.MULTILABEL:
        return (
            ", ".join(name for name, value in zip(dataset.class_names, values, strict=True) if value >= 0.5) or "none"
        )
    return ", ".join(decimal(float(value)) for value in values[:_MOST]) + (", …" if len(values) > _MOST else "")
