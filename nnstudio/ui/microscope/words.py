"""What the numbers at a stop mean, in sentences made of these numbers and nothing else."""

from collections.abc import Iterator

import numpy as np

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.trace.names import Names
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase
from nnstudio.ui.microscope.sheet import activation_of, at_of, number
from nnstudio.ui.microscope.walk import Stop

_LITTLE = 0.01


def in_words(trace: Trace, stop: Stop) -> list[str]:
    """One to three sentences; none where there is nothing to say beyond the numbers."""
    if stop.phase is Phase.LOSS or stop.layer is None or stop.unit is None:
        return [*_loss(trace)]
    layer, names = trace.layers[stop.layer], Names(trace.layers)
    if stop.phase is Phase.FORWARD:
        return [*_forward(layer, names, stop.unit)]
    if stop.phase is Phase.BACKWARD:
        return [*_backward(trace, stop.layer, names, stop.unit)]
    return [*_update(trace, layer, names, stop.unit)]


def _forward(layer: TracedLayer, names: Names, unit: int) -> Iterator[str]:
    at = at_of(layer, unit)
    name, a = names.unit(layer.key, at), float(layer.a[at])
    if unit in layer.off:
        yield f"{name} is switched off: it hands on 0, whatever its sum."
        return
    if isinstance(layer.spec, DenseSpec):
        products = layer.x.ravel() * layer.arrays["weight"][:, unit]
        up, down = float(products[products > 0].sum()), float(products[products < 0].sum())
        bias = float(layer.arrays["bias"][unit])
        yield (
            f"The inputs push {name} up by {number(up)} and down by {number(-down)}; with the bias of {number(bias)} "
            f"that leaves {number(float(layer.z[at]))}."
        )
    kind = activation_of(layer)
    if kind.value != "linear":
        yield f"{kind.phrase} makes {number(a)} of it."


def _loss(trace: Trace) -> Iterator[str]:
    worst = int(np.abs(trace.p - trace.terms.targets).argmax())
    p, t = float(trace.p[worst]), float(trace.terms.targets[worst])
    side = "too low" if p < t else "too high" if p > t else "right"
    yield f"The answer {number(p)} is {side}: the target is {number(t)}."
    batch = f"; the mini-batch {number(trace.held.way.loss)} on average" if trace.held.worked_out else ""
    yield f"This example costs {number(trace.terms.loss)}{batch}."


def _backward(trace: Trace, index: int, names: Names, unit: int) -> Iterator[str]:
    layer = trace.layers[index]
    at = at_of(layer, unit)
    name, da, dz = names.unit(layer.key, at), float(layer.da[at]), float(layer.dz[at])
    if da == 0:
        yield f"No error arrives at {name}: nothing behind it would change if it did."
        return
    wish = "less" if da > 0 else "more"
    yield f"{wish[0].upper()}{wish[1:]} of {name} would help: the error that arrives is {number(da)}."
    if layer.slope is not None and activation_of(layer).value != "linear":
        slope = float(layer.slope[at])
        if slope == 0:
            yield "Its slope is 0 here, so nothing of it passes."
        elif abs(slope) < _LITTLE:
            yield f"But {name} is hardly listening: at slope {number(slope)} almost nothing passes."
        else:
            yield f"At slope {number(slope)} it passes on {number(dz)}."
    yield from _outweighed(trace, layer, names, unit)


def _outweighed(trace: Trace, layer: TracedLayer, names: Names, unit: int) -> Iterator[str]:
    """Whether the mini-batch goes the way of this example, for the weight that it moves most."""
    if not isinstance(layer.spec, DenseSpec) or not trace.held.worked_out:
        return
    own = layer.gradients["weight"][:, unit]
    row = int(np.abs(own).argmax())
    mine, mean = float(own[row]), float(trace.held.way.gradients[layer.key]["weight"][row, unit])
    weight = names.weight(layer.key, "weight", (row, unit))
    if mine == 0 or mean == 0:
        return
    verb = "shrink" if mine > 0 else "grow"
    if mine * mean > 0:
        yield f"This example would have {weight} {verb}, and so would the mini-batch ({number(mean)})."
    else:
        other = "grow" if verb == "shrink" else "shrink"
        yield (
            f"This example would have {weight} {verb} ({number(mine)}), but the others outweigh it: "
            f"the mini-batch says {number(mean)}, {other}."
        )


def _update(trace: Trace, layer: TracedLayer, names: Names, unit: int) -> Iterator[str]:
    if "weight" not in layer.arrays or not trace.held.worked_out:
        return
    changes = trace.held.change_of(layer.key, "weight")[..., unit]
    place = np.unravel_index(int(np.abs(changes).argmax()), changes.shape)
    at = (*(int(part) for part in place), unit)
    old, change = float(layer.arrays["weight"][at]), float(changes[place])
    weight = names.weight(layer.key, "weight", at)
    if change == 0:
        yield "No weight of this unit moves."
        return
    verb = "grows" if change > 0 else "shrinks"
    g = float(trace.held.way.gradients[layer.key]["weight"][at])
    yield f"{weight} {verb} from {number(old)} by {number(abs(change))}: its mean gradient is {number(g)}."
