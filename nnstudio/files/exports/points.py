"""The points of the plane that a network learns from, generated or painted, as a table that any spreadsheet opens.

A row a point: x1 and x2 to the last bit, the name of its class or its value, and what it serves: train, validation,
test, or both where the few that there are train and test.
"""

from collections.abc import Iterator

from nnstudio.core.data.dataset import Split
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.files.exports.format import CannotHold, Files, Format, Group
from nnstudio.files.exports.literals import number
from nnstudio.files.exports.subject import Subject


def points(subject: Subject, name: str) -> Files:
    """The table. Raises `CannotHold` where examples are no points."""
    if why := _why_not(subject):
        raise CannotHold("Points", why)
    values = subject.model.task is Task.REGRESSION
    lines = [("x1", "x2", "y" if values else "class", "split"), *_rows(subject, values)]
    return {name: "".join(f"{','.join(line)}\n" for line in lines).encode()}


def _why_not(subject: Subject) -> str:
    return "" if isinstance(subject.frame.dataset.domain, Plane) else "its examples are no points of the plane."


def _rows(subject: Subject, values: bool) -> Iterator[tuple[str, ...]]:
    dataset = subject.frame.dataset
    both = dataset.test is dataset.train
    splits = {"train and test": dataset.train} if both else {"train": dataset.train, "test": dataset.test}
    if dataset.validation is not None:
        splits["validation"] = dataset.validation
    for serves, split in splits.items():
        for point, truth in zip(split.raw, _truths(subject, split, values), strict=True):
            yield *map(number, point), truth, serves


def _truths(subject: Subject, split: Split, values: bool) -> Iterator[str]:
    if values:
        return (number(row[0]) for row in split.targets)
    return (subject.frame.dataset.target_names[label] for label in split.labels)


FORMAT = Format(
    key="points",
    name="Points",
    group=Group.WORDS,
    ending="_points.csv",
    purpose="the points of the plane with their truth",
    needs="any spreadsheet",
    make=points,
    lacks=lambda subject: f"Points cannot hold it: {why}" if (why := _why_not(subject)) else "",
)
