"""Of all pairs of a table's numbers the one that parts the classes best: something to look at before training.

For two columns, S is the covariance of the rows around the mean of their class, 2 × 2, and d² = δᵀ S⁻¹ δ how far two
classes lie apart whose means differ by δ. Two normal clouds of one covariance overlap by exp(−d² / 8), the coefficient
of Bhattacharyya; the pair of columns with the smallest mean overlap of all pairs of classes parts them best. For values
to be learned it is the column that is most correlated with them, and the picture is the value over it.

Source: Kailath, «The divergence and Bhattacharyya distance measures in signal selection», 1967.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.columns import Columns
from nnstudio.core.data.table_encoding import numbers_of
from nnstudio.core.data.table_examples import truth_in
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.dataset_spec import TableSpec
from nnstudio.core.experiment.table_recipe import Use

MOST_COLUMNS, MOST_CLASSES, MEASURED, DRAWN = 60, 12, 5000, 400
"""So many columns are looked at, and so many classes, the most frequent ones, by so many rows at even distances; so
many of these are drawn."""
_RIDGE = 1e-9

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two columns, and some rows of them: across (n,), up (n,), and the class of each row, labels (n,), empty where
    values are learned, which are `up` then."""

    names: tuple[str, str]
    across: Values
    up: Values
    labels: NDArray[np.int64]


def best_pair(spec: TableSpec, columns: Columns) -> Pair | None:
    """The pair of columns that says most about the target by itself; None where there are not enough numbers."""
    recipe = spec.recipe
    assert recipe is not None
    truth, known = truth_in(spec, columns)
    rows = np.flatnonzero(known)
    rows = rows[:: max(len(rows) // MEASURED, 1)]
    names = [column.name for column in recipe.inputs if column.use is Use.NUMBER][:MOST_COLUMNS]
    values = {name: numbers_of(columns.by_name[name])[rows] for name in names}
    names = [
        name for name in names if np.nanmax(values[name], initial=-np.inf) > np.nanmin(values[name], initial=np.inf)
    ]
    if spec.task is Task.REGRESSION:
        target = truth[rows, 0].astype(np.float64)
        name = max(names, key=lambda name: _correlation(values[name], target), default=None)
        return None if name is None else _drawn((name, recipe.target), values[name], target, None)
    if len(names) < 2:
        return None
    labels = truth[rows].astype(np.int64)
    matrix = np.column_stack([_standard(values[name]) for name in names])
    first, second = _farthest_apart(matrix, labels)
    return _drawn((names[second], names[first]), values[names[second]], values[names[first]], labels)


def _standard(values: Values) -> Values:
    """With mean 0 and standard deviation 1; a gap is the mean."""
    spread = np.nanstd(values)
    return np.nan_to_num((values - np.nanmean(values)) / (spread if spread > 0 else 1.0))


def _correlation(values: Values, target: Values) -> float:
    return abs(float((_standard(values) * _standard(target)).mean()))


def _farthest_apart(matrix: Values, labels: NDArray[np.int64]) -> tuple[int, int]:
    """The numbers of the two columns of (n, columns) in which the classes overlap least, the smaller one first."""
    classes, counts = np.unique(labels, return_counts=True)
    classes = classes[np.argsort(-counts, kind="stable")][:MOST_CLASSES]
    means = np.stack([matrix[labels == label].mean(axis=0) for label in classes])
    within = np.zeros((matrix.shape[1],) * 2)
    for label, mean in zip(classes, means, strict=True):
        away = matrix[labels == label] - mean
        within += away.T @ away
    within /= len(matrix)
    i, j = np.triu_indices(matrix.shape[1], 1)
    a, b = np.triu_indices(len(classes), 1)
    apart = means[a] - means[b]  # (pairs of classes, columns)
    # Of two columns that say the same, S has no inverse: a little of a circle is added.
    si, sj, sij = within[i, i] + _RIDGE, within[j, j] + _RIDGE, within[i, j]
    di, dj = apart[:, i], apart[:, j]
    squared = (sj * di**2 + si * dj**2 - 2 * sij * di * dj) / np.maximum(si * sj - sij**2, _RIDGE**2)
    overlap = np.exp(-squared / 8).mean(axis=0)
    best = int(overlap.argmin())
    return int(i[best]), int(j[best])


def _drawn(names: tuple[str, str], across: Values, up: Values, labels: NDArray[np.int64] | None) -> Pair:
    there = np.flatnonzero(~(np.isnan(across) | np.isnan(up)))
    there = there[:: max(len(there) // DRAWN, 1)]
    chosen = np.empty(0, np.int64) if labels is None else labels[there]
    return Pair(names, across[there], up[there], chosen)
