"""How much memory training takes, worked out before any is taken.

A stack of layers that is legal, each within its limits, may need more memory than the computer has. The shapes are
known without an array being made, and from them the bytes: the flat vectors, the optimizer's, and what lies between the
layers for a mini-batch and for an evaluation. So a network that is too large is refused with figures, and what ran
before it runs on.
"""

import os
from dataclasses import dataclass
from math import prod
from pathlib import Path

from nnstudio.core.array import DType
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import Layer
from nnstudio.core.network.network import build_layers
from nnstudio.core.training.evaluation import at_once
from nnstudio.core.training.optimizers import OPTIMIZERS
from nnstudio.core.training.pieces import examples_at_once

_VECTORS = 8
"""Vectors as long as the parameters: they, their gradient, what a penalty applies to, a copy to go back to, a copy to
look at; in an update that takes long the sum of its parts, the last gradient and the change."""
_PENALTY = 8
"""What a penalty adds: three vectors of its own, and its value worked out in double precision."""
_DRAWN = 16
"""Bytes for each parameter of a block while its first weights are drawn and scaled, in double precision."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What training an experiment takes: how many parameters, and bytes in all."""

    parameters: int
    bytes: int


def footprint(experiment: Experiment, dataset: Dataset, dtype: DType, evaluated: int) -> Footprint:
    """An estimate from above, seldom more than half again what is taken; the data themselves are not in it. Raises
    `ShapeError` for layers that do not fit each other.

    evaluated: how many of the training examples an evaluation looks at
    """
    layers = build_layers(experiment.layers, dataset.shape, dataset.outputs)
    blocks = [prod(layer.parameter_shape) for layer in layers]
    optimizer = OPTIMIZERS[experiment.training.optimizer]
    vectors = _VECTORS + 2 * len(optimizer.arrays) + len(optimizer.scratches)
    vectors += _PENALTY if experiment.training.l1 or experiment.training.l2 else 0
    vectors += 1 if experiment.stopping.patience else 0  # the best weights so far
    held = vectors * sum(blocks) * dtype.itemsize
    count = len(dataset.train)
    batch = min(experiment.training.batch_size, count)
    part = batch if any(layer.couples for layer in layers) else min(batch, examples_at_once(layers))
    numbers = _passes(layers, {part, batch % part, count % batch % part}, True)
    for examples in (min(evaluated, count), len(dataset.test)):
        part = min(at_once(layers), examples)
        numbers += _passes(layers, {part, examples % part}, False)
    drawing = _DRAWN * max(blocks)
    return Footprint(sum(blocks), max(held + numbers * dtype.itemsize, drawing))


def _passes(layers: list[Layer], parts: set[int], training: bool) -> int:
    """How many numbers it takes to be able to bring so many examples through the layers, or so many: the inputs in both
    orders, and every stage."""
    inputs = 2 * (prod(layers[0].input_shape) + 1)
    return sum(inputs * part + sum(layer.stage_size(part, training) for layer in layers) for part in parts)


def available_memory() -> int | None:
    """How many bytes may be taken without pushing others out; all there are where the system does not say; None where
    not even that is known."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def check_memory(
    experiment: Experiment, dataset: Dataset, dtype: DType, evaluated: int, before: Experiment | None = None
) -> None:
    """Raise `SettingError`, with the figures, for an experiment that the memory cannot hold. What is held for the
    experiment `before`, on the same data, is there already."""
    needed = footprint(experiment, dataset, dtype, evaluated)
    held = footprint(before, dataset, dtype, evaluated).bytes if before is not None else 0
    available = available_memory()
    if available is not None and needed.bytes - held > available:
        raise SettingError(
            "layers",
            f"This network is too large for this computer: its {needed.parameters:,} parameters, in batches of "
            f"{experiment.training.batch_size:,}, take {_gigabytes(needed.bytes)} of memory, and "
            f"{_gigabytes(available + held)} are there. Make its layers or the batches smaller.",
        )


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:,.1f} GB"
