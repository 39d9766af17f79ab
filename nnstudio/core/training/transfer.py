"""What an edit keeps: from a trained network to an edited one.

Adding a neuron is no reason to forget. After an edit every parameter that still has a place is put there, with its
optimizer memory and its running statistics; only what is new is drawn. Three rules keep the function from jumping:

- the links *out of* a new unit, filter or input begin at 0, those *into* it as first weights are drawn;
- a new dense layer or convolution begins as the identity, as far as its shape allows; with a linear activation, or
  ReLU behind ReLU, and no fewer units than before, the function is exactly what it was;
- a new batch normalisation begins with the mean and the variance of what it gets, and with the γ and β that undo it.

A layer is the same layer if it has the same key and the same kind. Units are told apart by their place in the layer:
one less is the last one less. Inputs on the plane are told apart by their names.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment
from nnstudio.core.network.layers.batch_norm import BatchNorm
from nnstudio.core.network.layers.conv2d import Conv2D
from nnstudio.core.network.layers.dense import Dense
from nnstudio.core.network.layers.layer import Layer
from nnstudio.core.network.layout import Stretch
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.network.weights import Off
from nnstudio.core.training.optimizers import OptimizerState
from nnstudio.core.training.state import Mark, marked
from nnstudio.core.training.stopping import Best
from nnstudio.core.training.trainer import Trainer

MEASURED_EXAMPLES = 512
"""So many training examples tell a new batch normalisation what it gets."""


def carried(old: Trainer, experiment: Experiment, dataset: Dataset, merged: bool = False) -> Trainer:
    """A trainer for the edited experiment that goes on where the old one stands: updates, epoch, curves, schedule,
    noise, and every parameter that still has a place. The best weights of early stopping fit no longer and are looked
    for anew, over other data the lowest loss of a plateau as well. `merged`: the edit goes on with a drag, which
    leaves one mark. Raises what `Trainer` raises; the old trainer is left as it is."""
    state = old.state()
    new = Trainer(experiment, dataset=dataset, dtype=old.network.dtype.type, begins=False)
    network, matches = new.network, _matches(old, new)
    _carry_params(matches, state.params, network.params)
    _carry_statistics(matches, state.statistics, network.statistics)
    network.lock(_carried_frozen(matches, old.network, network), _carried_off(matches, old.network))
    _begin_new_layers(new, {match.before.key for match in matches})
    optimizer = new.optimizer.state()
    if experiment.training.optimizer is state.experiment.training.optimizer:
        memory = {name: np.zeros_like(network.params) for name in optimizer.arrays}
        for name, array in memory.items():
            _carry_params(matches, state.optimizer.arrays[name], array)
        optimizer = OptimizerState(memory, state.optimizer.numbers)
    batches = state.batches
    if dataset.spec != old.dataset.spec:  # other examples: a new order, in the same epoch
        batches = replace(new.batches.state(), seen=round(state.batches.seen / old.batches.count * new.batches.count))
    same_schedule = experiment.training.schedule is state.experiment.training.schedule
    noise = network.noise()
    new.restore(
        replace(
            state,
            experiment=experiment,
            params=network.params,
            statistics=network.statistics,
            noise=noise | {key: at for key, at in state.noise.items() if key in noise},
            optimizer=optimizer,
            batches=batches,
            schedule=state.schedule if same_schedule else new.schedule.state(),
            stopping=replace(state.stopping, best=Best(seen=batches.seen)),
            frozen=network.frozen,
            off=network.off,
            marks=marked(state.marks, Mark.of(state.updates, state.experiment, experiment), merged),
        )
    )
    if dataset.spec != old.dataset.spec or new.loss != old.loss:
        new.schedule.look_anew()
    return new


Rows = tuple[list[int], list[int]]
"""Which rows of before are which rows of now."""


@dataclass(frozen=True, slots=True)
class Match:
    """The same layer before and after the edit, with the places of its arrays in both; `rows` where its inputs are the
    network's own and have names."""

    before: Layer
    now: Layer
    there: Stretch
    here: Stretch
    rows: Rows | None


def _matches(old: Trainer, new: Trainer) -> list[Match]:
    names, kept = old.dataset.input_names, [name for name in new.dataset.input_names if name in old.dataset.input_names]
    rows = ([names.index(name) for name in kept], [new.dataset.input_names.index(name) for name in kept])
    before = {layer.key: layer for layer in old.network.layers}
    on_inputs = _on_inputs(old.network) & _on_inputs(new.network) if names else set[int]()
    matches: list[Match] = []
    for layer in new.network.layers:
        same = before.get(layer.key)
        if same is not None and type(same) is type(layer):
            there, here = old.network.layout.stretches[layer.key], new.network.layout.stretches[layer.key]
            matches.append(Match(same, layer, there, here, rows if layer.key in on_inputs else None))
    return matches


def _on_inputs(network: Network) -> set[int]:
    """The keys of the layers whose inputs are the network's own: none with weights stands before them."""
    keys: set[int] = set()
    for layer in network.layers:
        keys.add(layer.key)
        if "weight" in layer.arrays:
            break
    return keys


def _carry_params(matches: Sequence[Match], there: Array, here: Array) -> None:
    """From one vector laid out like the parameters to another, which holds what fresh layers begin with."""
    for match in matches:
        for one, other in zip(match.there.params, match.here.params, strict=True):
            before, now = one.view(there), other.view(here)
            if one.name == "weight" and isinstance(match.now, Dense):
                before, now = _by_input(before, now, match)
            _keep(before, now, None if one.name == "bias" else match.rows, centred=isinstance(match.now, Conv2D))


def _carry_statistics(matches: Sequence[Match], there: Array, here: Array) -> None:
    """The same for vectors laid out like the running statistics."""
    for match in matches:
        for one, other in zip(match.there.statistics, match.here.statistics, strict=True):
            _keep(one.view(there), other.view(here), match.rows, centred=False)


def _carried_frozen(matches: Sequence[Match], old: Network, new: Network) -> NDArray[np.bool_] | None:
    """What stays frozen. A layer, or a unit, of which all was frozen stays so with all that is new to it."""
    if old.frozen is None:
        return None
    frozen = np.zeros(new.params.shape, np.bool_)
    _carry_params(matches, old.frozen, frozen)
    there = {layer.key: block for layer, block in old.blocks(old.frozen)}
    here = {layer.key: block for layer, block in new.blocks(frozen)}
    for match in matches:
        if match.before.key in there:
            before, now = there[match.before.key], here[match.now.key]
            if before.all():
                now[...] = True
            elif "weight" in match.now.arrays:
                units = np.flatnonzero(before.all(axis=0))
                now[:, units[units < now.shape[1]]] = True
    return frozen


def _carried_off(matches: Sequence[Match], old: Network) -> Off:
    """The units that stay off, each at its place."""
    carried: dict[int, tuple[int, ...]] = {}
    for match in matches:
        off = old.off.get(match.before.key, ())
        if match.rows is not None and "weight" not in match.now.arrays:
            off = [now for before, now in zip(*match.rows, strict=True) if before in off]
        if units := tuple(sorted(unit for unit in off if unit < match.now.shape[0])):
            carried[match.now.key] = units
    return carried


def _by_input(before: Array, now: Array, match: Match) -> tuple[Array, Array]:
    """A dense layer's weights with the inputs in their own shape, where an image is read as a row: what belongs to a
    channel or a pixel then keeps its place although others come or go."""
    old, new = match.before.input_shape, match.now.input_shape
    if len(old) != len(new):
        return before, now
    return before.reshape(*old, -1), now.reshape(*new, -1)


def _keep(before: Array, now: Array, rows: Rows | None, centred: bool) -> None:
    """Put what there was before into its place; links of units that stay to inputs that were not there become 0.

    Arrays are (inputs …, units) or (units,); `centred`: a larger or smaller kernel keeps its middle.
    """
    units = min(before.shape[-1], now.shape[-1])
    if rows is not None:
        if now.ndim > 1:
            now[:, :units] = 0
            now[np.ix_(rows[1], range(units))] = before[np.ix_(rows[0], range(units))]
        else:
            now[rows[1]] = before[rows[0]]
        return
    if now.ndim > 1:
        now[..., :units] = 0
    lengths = [min(pair) for pair in zip(before.shape, now.shape, strict=True)]

    def part(array: Array) -> tuple[slice, ...]:
        free = [
            length - kept if centred and axis in (1, 2) else 0
            for axis, (length, kept) in enumerate(zip(array.shape, lengths, strict=True))
        ]
        return tuple(slice(gap // 2, gap // 2 + kept) for gap, kept in zip(free, lengths, strict=True))

    now[part(now)] = before[part(before)]


# New layers -----------------------------------------------------------------------------------------------------------


def _begin_new_layers(trainer: Trainer, known: set[int]) -> None:
    """Let layers that were not there before begin without changing the function, as far as they can."""
    for place, layer in enumerate(trainer.network.layers):
        if layer.key in known:
            continue
        if isinstance(layer, Dense) and layer.spec.units >= layer.inputs:
            layer.params[:, : layer.inputs] = 0
            np.fill_diagonal(layer.params[:-1], 1)
        elif isinstance(layer, Conv2D) and layer.shape[0] >= layer.input_shape[0]:
            _pass_through(layer)
        elif isinstance(layer, BatchNorm):
            _undo_itself(layer, trainer, place)


def _pass_through(layer: Conv2D) -> None:
    """Each of the first filters hands on its own channel."""
    (above, _), (left, _), channels = *layer.margins, layer.input_shape[0]
    kernel = layer.spec.kernel
    weights = layer.params[:-1].reshape(channels, kernel, kernel, -1)
    weights[..., :channels] = 0
    weights[range(channels), above, left, range(channels)] = 1
    layer.params[-1, :channels] = 0


@np.errstate(over="ignore", invalid="ignore")
def _undo_itself(layer: BatchNorm, trainer: Trainer, place: int) -> None:
    """Begin with the statistics of what it gets, and with γ = √(v + ε) and β = m; where they are infinite, behind
    weights that have exploded, as it begins in a new network."""
    work = Pass(trainer.network, trainer.dataset.train.augmented[:MEASURED_EXAMPLES])
    work.forward()
    values = work.stages[place].source.values.reshape(layer.input_shape[0], -1)
    mean, variance = values.mean(axis=1), values.var(axis=1)
    if not np.isfinite((mean, variance)).all():
        return
    layer.running[0], layer.running[1] = mean, variance
    layer.params[0], layer.params[1] = np.sqrt(layer.running[1] + layer.spec.epsilon), layer.running[0]
