"""What the numbers of an image layer mean, in sentences made of these numbers and nothing else."""

from collections.abc import Iterator

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.layer_specs import (
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.trace import arithmetic
from nnstudio.core.trace.names import Names
from nnstudio.core.trace.quantity import Index, place_of
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase
from nnstudio.ui.microscope.image.places import winner
from nnstudio.ui.microscope.sheet import at_of, number
from nnstudio.ui.microscope.walk import Stop

_LITTLE = 0.01
_CLEAR = 0.25
"""A half of a kernel is called positive or negative if its mean is so large a share of its mean |weight|."""


def image_words(trace: Trace, stop: Stop, place: Index | None) -> Iterator[str]:
    """One to four sentences about one map at one place."""
    assert stop.layer is not None
    assert stop.unit is not None
    layer = trace.layers[stop.layer]
    at = at_of(layer, stop.unit, place if layer.z.ndim == 3 else None)
    match stop.phase:
        case Phase.FORWARD:
            yield from _forward(layer, at, stop.layer == 0)
        case Phase.BACKWARD:
            yield from _backward(trace, layer, at)
        case _:
            yield from _update(trace, layer, at[0])


def _forward(layer: TracedLayer, at: Index, first: bool) -> Iterator[str]:
    if at[0] in layer.off:
        yield f"Map {at[0] + 1} is switched off: it hands on 0 everywhere."
        return
    match layer.spec:
        case Conv2DSpec():
            yield from _convolved(layer, at, first)
        case MaxPool2DSpec():
            seen = winner(layer, at)
            yield f"The largest of the window is handed on: {_where(seen)} won with {number(float(layer.x[seen]))}."
            yield "On the way back the whole error of this pool goes there; the others get exactly 0."
        case AvgPool2DSpec():
            size = layer.spec.size
            yield f"The mean of {size} × {size} values is handed on: each counts 1/{size**2}."
        case BatchNormSpec() | LayerNormSpec():
            yield from _normalised(layer, at)
        case DropoutSpec() if "mask" in layer.alongside:
            mask = layer.alongside["mask"]
            kept = int((mask[at[0]] != 0).sum())
            yield f"Of the {mask[at[0]].size} places of this map {kept} are kept."
            if mask[at] == 0:
                yield f"This one is dropped: {number(float(layer.x[at]))} becomes 0, and no error comes back."
            else:
                yield f"This one is kept: {number(float(layer.x[at]))} × {number(float(mask[at]))}."
        case DropoutSpec():
            yield "This example is seen as the network predicts: nothing is dropped."
        case FlattenSpec():
            channel, row, column = place_of(at[0], layer.x.shape)
            yield f"Map {channel + 1}, row {row + 1}, column {column + 1} becomes number {at[0] + 1} of {layer.z.size}."
        case _:
            yield f"{layer.activation.phrase} makes {number(float(layer.a[at]))} of {number(float(layer.z[at]))}."


def _convolved(layer: TracedLayer, at: Index, first: bool) -> Iterator[str]:
    if said := _kernel_says(layer.arrays["weight"][..., at[0]]):
        yield f"Kernel {at[0] + 1} has {said}."
    products = [term for term in arithmetic.forward(layer, at).terms if len(term.factors) > 1]
    up = sum(term.value for term in products if term.value > 0)
    down = sum(term.value for term in products if term.value < 0)
    bias, z, a = float(layer.arrays["bias"][at[0]]), float(layer.z[at]), float(layer.a[at])
    inked = first and float(layer.x.min()) >= 0
    here = _ink(up, down) if inked else f"Here its products push up by {number(up)} and down by {number(-down)}."
    yield f"{here} With the bias of {number(bias)} that leaves {number(z)}."
    yield from _function(layer, z, a)


def _ink(up: float, down: float) -> str:
    """On which weights the ink falls: up and down are the sums of the products with positive and negative ones."""
    if up == down == 0:
        return "There is no ink in the window here."
    if up > 2 * -down:
        return (
            f"Here the ink falls mostly on positive weights ({_signed(up)}), little of it on negative ones "
            f"({_signed(down)})."
        )
    if -down > 2 * up:
        return (
            f"Here the ink falls mostly on negative weights ({_signed(down)}), little of it on positive ones "
            f"({_signed(up)})."
        )
    return f"Here the ink falls on positive weights ({_signed(up)}) and negative ones ({_signed(down)}) alike."


def _function(layer: TracedLayer, z: float, a: float) -> Iterator[str]:
    kind = layer.activation
    if kind.value == "linear":
        return
    if kind.value == "relu":
        yield "z is positive, so ReLU lets it through as it is." if z > 0 else "z is not positive: ReLU makes 0 of it."
    else:
        yield f"{kind.phrase} makes {number(a)} of it."


def _kernel_says(weights: Array) -> str:
    """Which half of a kernel (channels, rows, columns) is positive, and which negative; nothing if none clearly is."""
    flat = weights.sum(axis=0)
    half, mean = flat.shape[0] // 2, float(np.abs(flat).mean())
    if not half or not mean:
        return ""
    halves = (
        ("upper rows", "lower rows", flat[:half], flat[-half:]),
        ("left columns", "right columns", flat[:, :half], flat[:, -half:]),
    )
    best = max(halves, key=lambda pair: abs(float(pair[2].mean() - pair[3].mean())))
    signs = [_sign(float(part.mean()) / mean) for part in best[2:]]
    if signs[0] == signs[1]:
        return f"mostly {signs[0]} weights" if signs[0] else ""
    parts = [f"{sign} weights in its {name}" for sign, name in zip(signs, best[:2], strict=True) if sign]
    return " and ".join(parts)


def _sign(share: float) -> str:
    return "" if abs(share) < _CLEAR else "positive" if share > 0 else "negative"


def _normalised(layer: TracedLayer, at: Index) -> Iterator[str]:
    calculation = arithmetic.normalised(layer, at)
    x, mean = (term.factors[0].value for term in calculation.terms)
    x_hat = calculation.result.value
    side = "above" if x >= mean else "below"
    over = "of its channel" if isinstance(layer.spec, BatchNormSpec) else "of this example"
    yield f"{number(x)} lies {number(abs(x_hat))} standard deviations {side} the mean {over}, {number(mean)}."
    yield f"Gain and shift make {number(float(layer.z[at]))} of that."


def _backward(trace: Trace, layer: TracedLayer, at: Index) -> Iterator[str]:
    da, dz = float(layer.da[at]), float(layer.dz[at])
    if da == 0:
        yield "No error arrives at this place: nothing behind it would change if it did."
    else:
        wish = "Less" if da > 0 else "More"
        yield f"{wish} of this number would help: the error that arrives is {number(da)}."
        slope = float(layer.slope[at]) if layer.slope is not None else 1.0
        if layer.activation.value != "linear":
            if slope == 0:
                yield "Its slope is 0 here, so nothing of it passes."
            elif abs(slope) < _LITTLE:
                yield f"It is hardly listening: at slope {number(slope)} almost nothing passes."
            else:
                yield f"At slope {number(slope)} it passes on {number(dz)}."
    match layer.spec:
        case Conv2DSpec():
            places = layer.dz[at[0]]
            count, own = int((places != 0).sum()), layer.gradients["weight"][..., at[0]]
            yield (
                f"The kernel serves {places.size} places; at {count} of them an error passes. Each of its weights "
                f"gets the sum over all places, at most {number(float(np.abs(own).max()))} in size."
            )
        case MaxPool2DSpec():
            yield f"All of it goes to {_where(winner(layer, at))}, which won; the others get exactly 0."
        case AvgPool2DSpec():
            yield f"Each of the window's {layer.spec.size**2} values gets 1/{layer.spec.size**2} of it."
        case DropoutSpec() if "mask" in layer.alongside and layer.alongside["mask"][at] == 0:
            yield "This place is dropped: nothing of it goes further back."
        case _:
            pass


def _update(trace: Trace, layer: TracedLayer, unit: int) -> Iterator[str]:
    array = "weight" if "weight" in layer.arrays else "gain"
    if array not in layer.arrays:
        return
    if not trace.held.worked_out:
        yield trace.held.awaited
        return
    changes = trace.held.change_of(layer.key, array)[..., unit]
    place = np.unravel_index(int(np.abs(changes).argmax()), changes.shape)
    at = (*(int(part) for part in place), unit)
    old, change = float(layer.arrays[array][at]), float(changes[place])
    if change == 0:
        yield "Nothing of this map moves."
        return
    name, verb = Names(trace.layers).weight(layer.key, array, at), "grows" if change > 0 else "shrinks"
    g = float(trace.held.way.gradients[layer.key][array][at])
    yield f"{name} moves most: it {verb} from {number(old)} by {number(abs(change))}. Its mean gradient is {number(g)}."
    if array == "weight":
        up = int((changes > 0).sum())
        yield f"Of the kernel's {changes.size} weights {up} grow and {int((changes < 0).sum())} shrink."


def _where(at: Index) -> str:
    return f"row {at[-2] + 1}, column {at[-1] + 1}"


def _signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)
