"""From the columns of a history to the lines of a picture."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.run.frame import Frame
from nnstudio.core.training.history import COLUMNS, HistoryPrefix
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.state import SETTING
from nnstudio.ui import theme
from nnstudio.ui.views.loss.thinning import Column, envelope, outline, stride

HINT = "Press Play: the loss appears here"
"""What stands where there is no curve yet."""
MEASURED = ("penalty", "train", "validation", "test")
"""What is measured now and then, from the back to the front."""
_MEASURED_COLUMNS = (
    *("train_loss", "test_loss", "train_accuracy", "test_accuracy", "penalty"),
    *("validation_loss", "validation_accuracy"),
)
"""In the order of `Metrics.columns`."""


def curve_colors() -> dict[str, str]:
    """The colour of each curve, as a line and as text, from the back to the front."""
    colors = theme.current()
    shades = (colors.dim, colors.train, colors.better, colors.test)
    return {"batch": colors.mini_batch, **dict(zip(MEASURED, shades, strict=True))}


class Line(NamedTuple):
    """Updates and losses of the points to join, and which of them are marked with a dot."""

    x: Column
    y: Column
    dots: NDArray[np.bool_]


def columns_of(history: HistoryPrefix) -> dict[str, Column]:
    """The columns of what is measured now and then, by the names of their curves."""
    columns = history.penalty, history.train_loss, history.validation_loss, history.test_loss
    return dict(zip(MEASURED, columns, strict=True))


def has_curve(history: HistoryPrefix) -> bool:
    """Whether there is more than a single point to draw."""
    columns = history.batch_loss, history.train_loss, history.test_loss
    return any(np.isfinite(column).sum() > 1 for column in columns)


def edited_where_measured(frame: Frame) -> bool:
    """Whether the last measurement is of a network that was edited since its last update: no update led there."""
    return any(mark.updates == frame.measured_at and mark.kind != SETTING for mark in frame.marks)


def to_the_end(frame: Frame, metrics: Metrics) -> HistoryPrefix:
    """The history, and the metrics that were measured since: the curves end where the network stands, and not where the
    rule for measuring had its last turn."""
    history, now = frame.history, frame.measured_at
    measured = np.flatnonzero(np.isfinite(history.train_loss))
    if not len(measured) or not history.update[measured[-1]] < now <= frame.updates:
        return history
    place = int(np.searchsorted(history.update, now))
    there = place < len(history) and history.update[place] == now
    rows = {name: getattr(history, name) for name in COLUMNS}
    room = [] if there else [np.nan]
    rows = {name: np.concatenate((rows[name][:place], room, rows[name][place:])) for name in COLUMNS}
    numbers, validation = metrics.columns
    for name, value in zip(_MEASURED_COLUMNS, (*numbers, *validation), strict=True):
        rows[name][place] = value
    rows["update"][place], rows["epoch"][place] = now, frame.epoch * now / frame.updates
    return replace(history, **rows)


def lines_of(
    history: HistoryPrefix, start: float, end: float, columns: int, logarithmic: bool, dots: int = 12
) -> dict[str, Line]:
    """The lines between two updates, for a picture so many pixels wide, from the back to the front; empty ones are left
    out. On a logarithmic axis, what is not positive has no place.

    batch: each mini-batch's loss, or where they crowd their lowest and highest; penalty, train, validation, test: as
    measured, or every second, fourth … of them and the peaks between, and about so many dots on them
    """
    first, last = _within(history.update, start, end)
    batch = envelope(history.update[first:last], _drawable(history.batch_loss[first:last], logarithmic), columns)
    lines = {"batch": Line(*batch, np.zeros(len(batch[0]), bool))}
    rows = np.flatnonzero(~np.isnan(history.train_loss))  # of thousands the few in which anything was measured
    updates = history.update[rows]
    for name, column in columns_of(history).items():
        measured = column[rows]
        if name == "penalty" and not np.nan_to_num(measured).any():
            continue
        line = measured_line(updates, measured, start, end, columns, logarithmic, dots)
        if line is not None:
            lines[name] = line
    return {name: line for name, line in lines.items() if len(line.x)}


def measured_line(
    updates: Column, column: Column, start: float, end: float, columns: int, logarithmic: bool, dots: int = 12
) -> Line | None:
    """What was measured now and then, as `lines_of` draws it; None where nothing was."""
    rows = np.flatnonzero(np.isfinite(_drawable(column, logarithmic)))
    x, y = updates[rows], column[rows]
    first, last = _within(x, start, end)
    if first >= last:
        return None
    taken = outline(y, first, last, stride(last - first, max(columns // 6, 2)))
    marked = taken % stride(last - first, dots) == 0
    marked[-1] = True
    return Line(x[taken], y[taken], marked)


def _within(x: Column, start: float, end: float) -> tuple[int, int]:
    """The part of a rising column that is seen between two values, with a neighbour on each side."""
    first = max(int(np.searchsorted(x, start, "right")) - 1, 0)
    return first, min(int(np.searchsorted(x, end)) + 1, len(x))


def _drawable(column: Column, logarithmic: bool) -> Column:
    return np.where(column > 0, column, np.nan) if logarithmic else column
