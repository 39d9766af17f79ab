"""What the activation of each layer is given, z: of the chosen example, or of some training examples.

The passes of a run overwrite z where they can. So it is worked out anew, and only while somebody looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.network.network import Pass
from nnstudio.core.run.example import ExampleReading
from nnstudio.core.training.trainer import Trainer

MOST = 256
"""So many values of a layer at most: no picture shows more."""
EXAMPLES = 32
ROOM = 2**15
"""Fewer examples where the largest layer would have more values than these."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerSums:
    """Some of the values that a layer's activation is given.

    units (k,): which unit or channel each is of, none that is switched off
    z (k,): the values, as the network computes them when it predicts
    """

    units: NDArray[np.intp]
    z: Array


class SumsReader:
    """Reads the layers of one trainer, and keeps the passes for that."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._one: Pass | None = None
        self._some: Pass | None = None

    def read(self, example: ExampleReading | None) -> dict[int, LayerSums]:
        """The sums of all layers with an activation, and the logits, by the layers' keys: of this example, or without
        one of some training examples."""
        network = self._trainer.network
        work = self._pass_of(example)
        work.forward()
        found: dict[int, LayerSums] = {}
        for layer, stage in zip(network.layers, work.stages, strict=True):
            if layer.activation_kind is not None and (sums := stage.sums()) is not None:
                off = network.off.get(layer.key, ())
                found[layer.key] = _some_of(sums.reshape(layer.shape[0], -1), off)
        return found

    def _pass_of(self, example: ExampleReading | None) -> Pass:
        network, dataset = self._trainer.network, self._trainer.dataset
        if example is None:
            if self._some is None:
                largest = max(int(np.prod(layer.shape)) for layer in network.layers)
                count = min(EXAMPLES, max(1, ROOM // largest))
                self._some = Pass(network, dataset.train.augmented[:count])
            return self._some
        if self._one is None:
            self._one = Pass(network, np.ones((1, len(example.inputs) + 1), network.dtype))
        self._one.inputs[0, :-1] = example.inputs
        return self._one


def _some_of(sums: Array, off: Sequence[int]) -> LayerSums:
    """At most `MOST` of the values (units, n) of the units that are on, at even distances."""
    units = np.repeat(np.arange(len(sums)), sums.shape[1])
    places = np.flatnonzero(~np.isin(units, off))
    if places.size > MOST:
        places = places[np.linspace(0, places.size - 1, MOST).astype(np.intp)]
    return LayerSums(units=units[places], z=sums.ravel()[places])
