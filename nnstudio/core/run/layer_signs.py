"""What each layer shows to whoever looks for the cause of trouble: how its units answer to some examples, how their
weights lie, what the last update did."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.layers.layer import Layer, Stage
from nnstudio.core.network.network import Network
from nnstudio.core.training.last_update import LayerUpdate, length, weights_of
from nnstudio.core.training.signs import LayerSigns, Saturation

NEARLY = 0.97
"""A bounded activation beyond this share of its half range counts as saturated: there the slope of tanh and of the
sigmoid is below 6 % of their largest."""
SQUEEZING = {ActivationKind.TANH: 1.0, ActivationKind.SIGMOID: 0.25}
"""The activations that flatten towards both ends and stay flat there, with their largest slope; it falls with the
square of the distance from the middle."""
ALIKE = 1e-4
"""Weights whose difference is below this share of the largest are the same but for rounding."""


def layer_signs(
    network: Network, stages: Sequence[Stage], last_update: Mapping[int, LayerUpdate]
) -> tuple[LayerSigns, ...]:
    """The signs of every layer, from the first to the output. `stages`: of a pass that has just gone forward."""
    weights = weights_of(network, network.params)
    behind = dict(zip(weights, [*weights.values()][1:], strict=False))
    blocks = {layer.key: block for layer, block in network.blocks(network.params)}
    frozen = {} if network.frozen is None else weights_of(network, network.frozen)
    found: list[LayerSigns] = []
    for layer, stage in zip(network.layers, stages, strict=True):
        update, weight, units = last_update.get(layer.key), weights.get(layer.key), layer.shape[0]
        answers = stage.output.values.reshape(units, -1)
        saturated, worst = _saturation(answers, layer.activation_kind)
        outgoing = behind.get(layer.key)
        found.append(
            LayerSigns(
                key=layer.key,
                name=layer.name,
                noun=layer.spec.unit,
                activation=layer.activation_kind,
                units=units,
                gradient=None if update is None else update.gradient,
                ratio=None if update is None else update.ratio,
                size=0.0 if weight is None else length(weight),
                dead=_dead(answers, layer, network.off.get(layer.key, ())),
                saturated=saturated,
                worst=worst,
                alike=outgoing is not None
                and units > 1
                and _alike(blocks[layer.key].T)
                and _alike(outgoing.reshape(units, -1)),
                frozen=layer.key in frozen and bool(frozen[layer.key].all()),
                zero=outgoing is not None and not weights[layer.key].any() and not outgoing.any(),
            )
        )
    return tuple(found)


def _dead(answers: Array, layer: Layer, off: Collection[int]) -> tuple[int, ...]:
    """Units that somebody switched off are not dead."""
    kind = layer.activation_kind
    if kind is None or not ACTIVATIONS[kind].dies:
        return ()
    return tuple(unit for unit in np.flatnonzero(~answers.any(axis=1)).tolist() if unit not in off)


def _saturation(answers: Array, kind: ActivationKind | None) -> tuple[tuple[float, ...], Saturation | None]:
    """The share of each unit's answers (units, n) near an end of the range, and the unit with the largest."""
    if kind not in SQUEEZING:
        return (), None
    low, high = ACTIVATIONS[kind].low, ACTIVATIONS[kind].high
    assert low is not None
    assert high is not None
    place = (answers - (low + high) / 2) * (2 / (high - low))
    shares = (np.abs(place) > NEARLY).mean(axis=1)
    unit = int(shares.argmax())
    slope = SQUEEZING[kind] * float(1 - np.square(place[unit]).mean())
    return tuple(shares.tolist()), Saturation(unit, float(shares[unit]), slope)


def _alike(rows: Array) -> bool:
    """Whether all rows are the same."""
    return float(np.ptp(rows, axis=0).max()) <= ALIKE * float(np.abs(rows).max())
