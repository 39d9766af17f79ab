"""What the network makes of its data, as tables: how good it is, and its examples on the plane."""

from itertools import chain

from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Frame
from nnstudio.ui.examples.wording import loss_of, target_of
from nnstudio.ui.stage.table import Table


def metrics_table(frame: Frame) -> Table:
    """Loss and accuracy of each split, as measured last."""
    metrics = frame.metrics
    rows = [
        ("training", metrics.train_loss, metrics.train_accuracy),
        ("test", metrics.test_loss, metrics.test_accuracy),
    ]
    if metrics.validation_loss is not None and metrics.validation_accuracy is not None:
        rows.insert(1, ("validation", metrics.validation_loss, metrics.validation_accuracy))
    share = "R²" if frame.dataset.task is Task.REGRESSION else "accuracy"
    return Table("Metrics", ("examples", "loss", share), rows)


def points_table(frame: Frame) -> Table | None:
    """Every example on the plane with its truth, and what it costs where that is known."""
    dataset = frame.dataset
    if not isinstance(dataset.domain, Plane):
        return None
    rows = chain.from_iterable(
        (
            (
                split.value,
                index + 1,
                *examples.raw[index].tolist(),
                target_of(dataset, examples, index),
                "" if (loss := loss_of(frame, Chosen(split, index))) is None else loss,
            )
            for index in range(len(examples))
        )
        for split in SplitName
        if (examples := split.of(dataset)) is not None
    )
    return Table("Examples", ("split", "number", "x₁", "x₂", "target", "loss"), list(rows))
