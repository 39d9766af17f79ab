"""The way of some examples through the network and back, and of it what belongs to one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import DenseSpec, LayerSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, Task
from nnstudio.core.experiment.layer_specs import BatchNormSpec, LayerNormSpec
from nnstudio.core.textbook import WAYS, Layer, backward, forward, loss


@dataclass(frozen=True, slots=True, eq=False)
class TracedLayer:
    """All numbers of one example at one layer; every ∂ is of this example's own loss.

    arrays: the layer's own by name, such as `weight`; gradients: ∂ by the same names
    x, z, a, slope, da, dz, dx: as the textbook calls them, without a row for the example; the slope of softmax is None
    alongside: dropout's `mask`; a normalisation's `x_hat`, its `mean` and `variance`, and where these were measured on
    the way `mean_error` and `mean_product`, the means of γ ∂z and x̂ γ ∂z over the same
    off: the units that are switched off: their a is 0
    """

    key: int
    name: str
    spec: LayerSpec
    arrays: Mapping[str, Array]
    x: Array
    z: Array
    a: Array
    slope: Array | None
    da: Array
    dz: Array
    dx: Array
    gradients: Mapping[str, Array]
    alongside: Mapping[str, Array]
    off: tuple[int, ...] = ()

    @property
    def activation(self) -> ActivationKind:
        """The function behind its sum; linear where it has none."""
        return getattr(self.spec, "activation", ActivationKind.LINEAR)


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """Forward, loss and backward of n examples together.

    layers: the textbook's, each with its `key`, `name` and the names of its `arrays`; ∂ are of the mean loss of the n
    training: with noise, and with the statistics of these n; otherwise as the network predicts
    y (n, outputs): what is true; p (n, outputs): the answers; costs (n,): what each example costs; dz (n, outputs): ∂
    of the mean by the logits
    """

    layers: Sequence[Layer]
    training: bool
    y: Array
    p: Array
    costs: Array
    dz: Array

    @classmethod
    def through(
        cls,
        layers: Sequence[Layer],
        x: Array,
        y: Array,
        training: bool,
        spec: TrainingSpec,
        task: Task,
        counts: Array | float = 1.0,
    ) -> "Way":
        """The way of examples x (n, …) with the truths y (n, outputs), each of which `counts` (n,) so much, through
        these layers, which keep what passes."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            forward([*layers], x, training)
            p, costs, dz = loss(spec, task, layers[-1].z, y, counts)
            backward([*layers], dz)
        return cls(layers, training, y, p, costs, dz)

    @property
    def loss(self) -> float:
        """The mean of what the examples cost."""
        return float(self.costs.mean())

    @property
    def gradients(self) -> dict[int, Mapping[str, Array]]:
        """∂ of the mean loss by the layers' keys and the arrays' names."""
        return {layer.key: layer.gradients for layer in self.layers if layer.arrays}

    def example(self, row: int) -> tuple[TracedLayer, ...]:
        """What belongs to one of the n, at each layer. Where a batch normalisation compares the examples, its ∂ are its
        part in what all of them cost: the n parts together are n times the ∂ of the mean, always."""
        traced: list[TracedLayer] = []
        switches = {layer.key: layer for layer in self.layers if hasattr(layer, "switch")}
        n = len(self.y)
        for layer in self.layers:
            if layer is switches.get(layer.key):
                continue
            switch = switches.get(layer.key)
            traced.append(
                TracedLayer(
                    key=layer.key,
                    name=layer.name,
                    spec=layer.spec,
                    arrays={name: getattr(layer, name) for name in layer.arrays},
                    x=layer.x[row],
                    z=layer.z[row],
                    a=(switch or layer).a[row],
                    slope=None if layer.slope is None else layer.slope[row],
                    da=n * layer.da[row],
                    dz=n * layer.dz[row],
                    dx=n * layer.dx[row],
                    gradients=self._part(layer, row),
                    alongside=_alongside(layer, row, self.training, n),
                    off=layer.off,
                )
            )
        return tuple(traced)

    def of_each(self, key: int, array: str, at: tuple[int, ...]) -> Array | None:
        """∂ of one weight or bias of a dense layer by each of the n examples, of its own loss: (n,), whose mean is the
        ∂ of the batch. None for other layers, where it is not one product."""
        layer = next(layer for layer in self.layers if layer.key == key and layer.arrays)
        if not isinstance(layer.spec, DenseSpec):
            return None
        n = len(self.y)
        dz = n * layer.dz[:, at[-1]]
        return dz if array == "bias" else layer.x.reshape(n, -1)[:, at[0]] * dz

    def _part(self, layer: Layer, row: int) -> dict[str, Array]:
        """The gradients of a layer's arrays by one example."""
        dz = len(self.y) * layer.dz[row : row + 1]
        if isinstance(layer.spec, BatchNormSpec | LayerNormSpec):
            x_hat = layer.x_hat[row]
            dz = dz.reshape(x_hat.shape)
            return {"gain": (dz * x_hat).sum(axis=1), "shift": dz.sum(axis=1)}
        if not layer.arrays:
            return {}
        way = next(way for way, kinds in WAYS.items() if isinstance(layer.spec, kinds))
        with np.errstate(over="ignore", invalid="ignore"):
            alone = way(layer, layer.x[row : row + 1], self.training)
            next(alone)
            return alone.send(dz)[1]


def _alongside(layer: Layer, row: int, training: bool, n: int) -> dict[str, Array]:
    """What else a layer of this kind knows of an example. Means over what was normalised together come into its ∂."""
    if not isinstance(layer.spec, BatchNormSpec | LayerNormSpec):
        return {"mask": layer.mask[row]} if training and layer.mask is not None else {}
    batch, x_hat = isinstance(layer.spec, BatchNormSpec), layer.x_hat
    here, over = slice(None) if batch else slice(row, row + 1), (0, 2) if batch else (1, 2)
    found = {name: getattr(layer, name).ravel()[here] for name in ("mean", "variance")}
    if training or not batch:
        errors = n * layer.gain[:, None] * layer.dz.reshape(x_hat.shape)
        found["mean_error"] = errors.mean(over)[here]
        found["mean_product"] = (x_hat * errors).mean(over)[here]
    return {"x_hat": x_hat[row], **found}
