"""From the columns of a history to the lines of a picture, and the part of the plane they fill."""

import math

import numpy as np

from nnstudio.core.training.history import HistoryPrefix
from nnstudio.ui.stage.ticks import linear_ticks, snapped_down, snapped_up
from nnstudio.ui.views.loss.thinning import Column, envelope, smooth, thin

Line = tuple[Column, Column]
"""Updates and losses of the points to join."""

MEASURED = ("penalty", "train", "validation", "test")
_DECADES_AT_MOST = 8.0
_DECADES_AT_LEAST = 0.7


def has_curve(history: HistoryPrefix) -> bool:
    """Whether there is more than a single point to draw."""
    columns = history.batch_loss, history.train_loss, history.test_loss
    return any(np.isfinite(column).sum() > 1 for column in columns)


def lines_of(history: HistoryPrefix, points: int, logarithmic: bool, smoothing: bool) -> dict[str, Line]:
    """The lines to draw with about so many points each, from the back to the front; empty ones are left out.

    batch: each mini-batch's loss, or where they crowd their lowest and highest; smoothed: the same, calm;
    penalty, train, validation, test: as measured. On a logarithmic axis, what is not positive has no place.
    """
    batch = thin(history.update, _drawable(history.batch_loss, logarithmic), points)
    lines = {"batch": envelope(batch)}
    if smoothing and len(batch) > 2:
        lines["smoothed"] = _every_third(batch.x), _every_third(smooth(batch))
    columns = history.penalty, history.train_loss, history.validation_loss, history.test_loss
    for name, column in zip(MEASURED, columns, strict=True):
        curve = thin(history.update, _drawable(column, logarithmic), points)
        lines[name] = curve.x, curve.y
    if not lines["penalty"][1].any():
        del lines["penalty"]
    return {name: line for name, line in lines.items() if len(line[0])}


def loss_range(lines: dict[str, Line], logarithmic: bool) -> tuple[float, float]:
    """What the vertical axis covers, on round borders so that it rests while the curves run on: all that was measured,
    and the mini-batches but for rare outliers."""
    values = [lines[name][1] for name in MEASURED if name in lines]
    if "batch" in lines:
        values.append(np.percentile(lines["batch"][1], (2, 98)))
    together = np.concatenate(values) if values else np.ones(1)
    low, high = float(together.min()), float(together.max())
    if not logarithmic:
        step = linear_ticks(0, high or 1.0, 5)[1]
        return 0.0, step * math.ceil((high or 1.0) / step)
    top = snapped_up(math.log10(high))
    bottom = max(snapped_down(math.log10(low)), top - _DECADES_AT_MOST)
    return 10.0 ** min(bottom, snapped_down(top - _DECADES_AT_LEAST)), 10.0**top


def _every_third(column: Column) -> Column:
    """Enough for a line without corners; the last point stays where it is."""
    return column[(len(column) - 1) % 3 :: 3]


def _drawable(column: Column, logarithmic: bool) -> Column:
    return np.where(column > 0, column, np.nan) if logarithmic else column
