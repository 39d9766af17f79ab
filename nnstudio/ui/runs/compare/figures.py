"""The figures of runs at the same update, and the settings in which they differ or are alike."""

from collections.abc import Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.counting import grouped
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.differences import differences, same_batches
from nnstudio.core.experiment.network_text import describe_layers
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.experiment.values import written
from nnstudio.core.run.frame import Frame
from nnstudio.core.sweep.learned import ENOUGH, Target
from nnstudio.core.training.metrics import NAN
from nnstudio.ui.runs.compare.comparison import ENDED
from nnstudio.ui.widgets.figures import MISSING, decimal, percent

_PARTS = "dataset", "training", "stopping", "initialization"


class Row(NamedTuple):
    """One line of the table: what it is, and a text for each run; of which one is the `best`, if any is."""

    label: str
    values: tuple[str, ...]
    best: int | None = None


def setting_rows(experiments: Sequence[Experiment]) -> list[Row]:
    """The settings in which any of them differs from the first."""
    first, *others = experiments
    found = [{difference.name: difference for difference in differences(first, other)} for other in others]
    labels = {name: difference for each in found for name, difference in each.items()}
    return [
        Row(known.label, (known.before, *(each[name].after if name in each else known.before for each in found)))
        for name, known in labels.items()
    ]


def alike(experiments: Sequence[Experiment]) -> list[tuple[str, str]]:
    """The settings that are the same in all of them, each with its value in words."""
    first, found = experiments[0], list[tuple[str, str]]()
    for part in _PARTS:
        specs: list[Any] = [getattr(each, part) for each in experiments]
        if len({type(spec) for spec in specs}) == 1:
            for name, setting in settings_of(type(specs[0])).items():
                value = getattr(specs[0], name)
                if all(getattr(spec, name) == value for spec in specs) and (text := written(setting, value)):
                    found.append((setting.label, text))
    if all(each.layers == first.layers for each in experiments):
        found.append(("Layers", describe_layers(first.layers) or "none"))
    if all(each.seed == first.seed for each in experiments):
        found.append(("Seed", str(first.seed)))
    return found


def alike_words(experiments: Sequence[Experiment]) -> str:
    """alike: data, first weights, batch order, 31 settings."""

    def same(*what: object) -> bool:
        return all(each == what[0] for each in what)

    data = same(*(each.dataset for each in experiments))
    seed = same(*(each.seed for each in experiments))
    weights = seed and same(*((each.initialization, each.layers) for each in experiments))
    order = all(same_batches(experiments[0], each) for each in experiments)
    words = [word for word, is_same in (("data", data), ("first weights", weights), ("batch order", order)) if is_same]
    return f"alike: {', '.join([*words, f'{len(alike(experiments))} settings'])}"


# Figures --------------------------------------------------------------------------------------------------------------


def common_update(frames: Sequence[Frame]) -> int | None:
    """The last update at which all were measured that are still in step, and none is later than what is shown."""
    going = [frame for frame in frames if frame.status not in ENDED] or list(frames)
    last = min(frame.updates for frame in going)
    together: NDArray[np.float64] | None = None
    for frame in going:
        measured = _measured(frame)
        together = measured if together is None else np.intersect1d(together, measured)
    assert together is not None
    together = together[together <= last]
    return int(together[-1]) if len(together) else None


def _measured(frame: Frame) -> NDArray[np.float64]:
    rows = frame.history
    updates = rows.update[np.isfinite(rows.test_loss)]
    return np.union1d(updates, [frame.measured_at]) if frame.measured_at >= 0 else updates


def figure_rows(frames: Sequence[Frame], update: int) -> list[Row]:
    """Losses and accuracy at that update, of those that ended before at their last one; when each was first good, and
    how long its weights are now."""
    values = [_values_at(frame, update) for frame in frames]
    losses, accuracies, train = ([each[column] for each in values] for column in range(3))
    regression = frames[0].dataset.task is Task.REGRESSION
    score = [decimal(each) if regression else percent(each) for each in accuracies]
    reached = [Target(ENOUGH, 0.0).first(frame.history, validated=False) for frame in frames]
    enough = f"R² {ENOUGH:g}" if regression else percent(ENOUGH, 0)
    words = ["not yet" if at is None or at > update else grouped(at) for at in reached]
    first = [float("inf") if at is None or at > update else float(at) for at in reached]
    return [
        Row("Test loss", tuple(map(decimal, losses)), _best(losses)),
        Row("Test R²" if regression else "Test accuracy", tuple(score), _best([-each for each in accuracies])),
        Row("Train loss", tuple(map(decimal, train)), _best(train)),
        Row(f"{enough} first reached", tuple(words), _best(first)),
        Row("Length of weights", tuple(decimal(length_of_weights(frame)) for frame in frames)),
    ]


def _values_at(frame: Frame, update: int) -> tuple[float, float, float]:
    """Test loss, test accuracy, train loss; as last measured where that was before."""
    metrics, rows = frame.metrics, frame.history
    if frame.measured_at == update or frame.measured_at == frame.updates < update:
        return metrics.test_loss, metrics.test_accuracy, metrics.train_loss
    known = np.flatnonzero(np.isfinite(rows.test_loss) & (rows.update <= update))
    if not len(known):
        return NAN, NAN, NAN
    row = known[-1]
    return float(rows.test_loss[row]), float(rows.test_accuracy[row]), float(rows.train_loss[row])


def _best(values: Sequence[float]) -> int | None:
    """The place of the smallest; None where two are as small, or nothing is known."""
    known = np.array(values)
    if not np.isfinite(known).any():
        return None
    smallest = np.flatnonzero(known == np.nanmin(known))
    return int(smallest[0]) if len(smallest) == 1 else None


def length_of_weights(frame: Frame) -> float:
    """√Σw² over all weights, without the biases."""
    weights = (layer.weights for layer in frame.model.layers)
    return sqrt(sum(float((weight.astype(np.float64) ** 2).sum()) for weight in weights if weight is not None))


def score_words(frame: Frame) -> tuple[str, str]:
    """What the score on the test examples is called, and what it is."""
    if frame.dataset.task is Task.REGRESSION:
        return "test R²", decimal(frame.metrics.test_accuracy)
    return "test accuracy", percent(frame.metrics.test_accuracy) if frame.measured_at >= 0 else MISSING
