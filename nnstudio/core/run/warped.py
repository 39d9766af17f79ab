"""Warped space: where each layer puts the training examples, and the plane that they lie on.

A layer moves every point of its input to a place in a space with one axis for each of its units. Two of these axes, or
the two directions in which the examples differ most, make a picture of that space. It costs one pass over some hundred
points, and only while somebody looks.
"""

from dataclasses import dataclass
from math import prod
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.plane import Extent, Plane
from nnstudio.core.network.network import Pass
from nnstudio.core.run.example import ExampleReading
from nnstudio.core.run.spacing import Spacing
from nnstudio.core.training.trainer import Trainer

LINES = 17
"""Of the grid, in either direction."""
STEPS = 65
"""Points along a line: each of the squares between the lines has four on every side."""
EXAMPLES = 500
ROOM = 2**19
"""Fewer examples, but 64 in any case, where they would have more values than these in all layers."""
_FEWEST = 64


@dataclass(frozen=True, slots=True, eq=False)
class WarpedReading:
    """The same points behind each layer, the last one being the output's sums z.

    points: for each layer (n, units) of the first n training examples, all values of a map one after the other
    grid: for each layer (2 · LINES, STEPS, units) of the lines across the plane, those along x₁ from the top, then
    those along x₂ from the left; None where the examples are no points of a plane
    answers (2 · LINES, STEPS, outputs): what the network makes of the grid
    example: for each layer (units,) of the one that somebody has chosen
    """

    points: tuple[Array, ...]
    grid: tuple[Array, ...] | None
    answers: Array | None
    example: tuple[Array, ...] | None


class WarpedReader:
    """Sends the examples and the grid through one trainer's network, as it predicts."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._pass: Pass | None = None
        self._count = 0
        self._spacing = Spacing()
        self._last: WarpedReading | None = None
        self._chosen: object = None

    def read(self, example: ExampleReading | None, learning: bool) -> WarpedReading:
        """Where all of them are now; while a run learns it may be some frames old."""
        due, chosen = self._spacing.due(learning), None if example is None else example.chosen
        if self._last is None or due or self._chosen != chosen:
            start = thread_time()
            self._last, self._chosen = self._read(example), chosen
            self._spacing.took(thread_time() - start)
        return self._last

    def _read(self, example: ExampleReading | None) -> WarpedReading:
        trainer = self._trainer
        work = self._pass = self._pass or self._new_pass()
        work.inputs[-1, :-1] = 0 if example is None else example.inputs
        work.forward()
        count, every = self._count, [_rows(stage.output.values) for stage in work.stages]
        grid = answers = None
        if isinstance(trainer.dataset.domain, Plane):
            shape = 2 * LINES, STEPS, -1
            grid = tuple(values[count:-1].reshape(shape) for values in every)
            output = np.empty_like(work.logits)
            trainer.loss.output(work.logits, output)
            answers = _rows(output)[count:-1].reshape(shape)
        return WarpedReading(
            points=tuple(values[:count] for values in every),
            grid=grid,
            answers=answers,
            example=None if example is None else tuple(values[-1] for values in every),
        )

    def _new_pass(self) -> Pass:
        """Examples, the grid, and a place for the one that is chosen."""
        trainer, dataset = self._trainer, self._trainer.dataset
        values = sum(prod(layer.shape) for layer in trainer.network.layers)
        self._count = min(len(dataset.train), EXAMPLES, max(ROOM // values, _FEWEST))
        rows = [dataset.train.augmented[: self._count]]
        if isinstance(dataset.domain, Plane):
            rows.append(dataset.encode(grid_lines(dataset.domain.extent).reshape(-1, 2)))
        rows.append(dataset.train.augmented[:1])
        return Pass(trainer.network, np.concatenate(rows).astype(trainer.network.dtype))


def grid_lines(extent: Extent) -> NDArray[np.float64]:
    """The grid over the plane: (2 · LINES, STEPS, 2), lines of constant x₂ from the top, then of constant x₁ from the
    left."""
    left, right, bottom, top = extent
    across = np.stack(np.meshgrid(np.linspace(left, right, STEPS), np.linspace(top, bottom, LINES)), axis=-1)
    down = np.stack(np.meshgrid(np.linspace(top, bottom, STEPS), np.linspace(left, right, LINES)), axis=-1)
    return np.concatenate((across, down[..., ::-1]))


def _rows(values: Array) -> Array:
    """Values (…, n) as a copy, a row for each example."""
    return values.reshape(-1, values.shape[-1]).T.copy()


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """The directions in which points differ most.

    mean (units,); axes (k, units): of length 1 and at right angles, k = 2 or fewer where there are no two
    explained (k,): the share of the variance along each
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    explained: NDArray[np.float64]

    def of(self, values: Array) -> NDArray[np.float64]:
        """Coordinates (…, k) of values (…, units)."""
        return (values - self.mean) @ self.axes.T


def principal_components(points: Array, before: Components | None = None) -> Components:
    """The first two principal components of points (n, units), by their covariance matrix or, where that is larger, by
    the products of the points with each other.

    A direction has no sign of its own. It gets that in which it agrees with the one `before`, so that a picture does
    not flip from frame to frame; without one its largest entry is positive. Values that are not finite count as 0.

    Source: Pearson 1901, On lines and planes of closest fit to systems of points in space.
    """
    values = np.nan_to_num(points.astype(np.float64), posinf=0.0, neginf=0.0)
    mean = values.mean(axis=0)
    centred = values - mean
    count, units = centred.shape
    if units <= count:
        variances, vectors = np.linalg.eigh(centred.T @ centred)
        axes = vectors.T[::-1][:2]
    else:
        variances, vectors = np.linalg.eigh(centred @ centred.T)
        axes = vectors.T[::-1][:2] @ centred
        lengths = np.linalg.norm(axes, axis=1, keepdims=True)
        axes = axes / np.where(lengths > 0, lengths, 1)
    total = float(np.clip(variances, 0, None).sum())
    explained = np.clip(variances[::-1][: len(axes)], 0, None) / (total or 1.0)
    if before is not None and before.axes.shape == axes.shape:
        agreement = (axes * before.axes).sum(axis=1)
    else:
        agreement = axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)]
    return Components(mean, np.where(agreement < 0, -1.0, 1.0)[:, None] * axes, explained)
