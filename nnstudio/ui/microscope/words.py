"""What the numbers at a stop mean, in sentences made of these numbers and nothing else."""

from collections.abc import Iterator

import numpy as np

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.trace.names import Names
from nnstudio.core.trace.quantity import Index
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase
from nnstudio.ui.fonts import strong
from nnstudio.ui.microscope.image.words import image_words
from nnstudio.ui.microscope.sheet import at_of, number
from nnstudio.ui.microscope.walk import Stop

_LITTLE, _NEARLY_ALL = 0.01, 0.95
_FEW_INPUTS = 4


def in_words(trace: Trace, stop: Stop, place: Index | None = None) -> list[str]:
    """One to three sentences; none where there is nothing to say beyond the numbers. `place` (row, column): of the map
    of an image layer, where it answers most if None."""
    if stop.phase is Phase.LOSS:
        return [*_loss(trace)]
    if stop.layer is None or stop.unit is None:
        return []
    if trace.layers[stop.layer].x.ndim == 3 and not isinstance(trace.layers[stop.layer].spec, DenseSpec):
        return [*image_words(trace, stop, place)]
    layer, names = trace.layers[stop.layer], Names(trace.layers)
    if stop.phase is Phase.FORWARD:
        return [*_forward(layer, names, stop.unit)]
    if stop.phase is Phase.BACKWARD:
        return [*_backward(trace, stop.layer, names, stop.unit)]
    return [*_update(trace, layer, names, stop.unit)]


def batch_in_words(trace: Trace) -> list[str]:
    """What the mini-batch is there for."""
    held = trace.held
    if not held.worked_out:
        return [held.awaited]
    way, n = held.way, len(held.batch)
    worst = int(way.costs.argmax())
    share = float(way.costs[worst] / max(way.costs.sum(), 1e-300))
    said = [
        f"These are means over the {strong(str(n))} examples of the next mini-batch; "
        "arithmetic is for one example only. "
        f"Together they cost {number(way.loss)} on average."
    ]
    if n > 1 and np.isfinite(share):
        number_of = int(held.batch[worst]) + 1
        said.append(f"Training example {number_of} costs most: {number(float(way.costs[worst]))}, {share:.0%} of all.")
    return [*said, "The gradient of the batch is the mean of theirs: so it is what the optimizer gets."]


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
    kind = layer.activation
    if kind.value != "linear":
        yield f"{kind.phrase} makes {number(a)} of it."


def _loss(trace: Trace) -> Iterator[str]:
    worst = int(np.abs(trace.p - trace.terms.targets).argmax())
    p, t = float(trace.p[worst]), float(trace.terms.targets[worst])
    side = "too low" if p < t else "too high" if p > t else "right"
    yield f"The answer {number(p)} is {side}: the target is {number(t)}."
    batch = f"; the mini-batch {number(trace.held.way.loss)} on average" if trace.held.worked_out else ""
    yield f"This example costs {number(trace.terms.loss)}{batch}."
    if trace.terms.weight != 1:
        yield f"An example of its class counts {number(trace.terms.weight)} times."


def _backward(trace: Trace, index: int, names: Names, unit: int) -> Iterator[str]:
    layer = trace.layers[index]
    at = at_of(layer, unit)
    name, da, dz = names.unit(layer.key, at), float(layer.da[at]), float(layer.dz[at])
    if da == 0:
        yield f"No error arrives at {name}: nothing behind it would change if it did."
        return
    wish = "less" if da > 0 else "more"
    lead = _pushes(trace, index, names, unit)
    wish = wish if lead.endswith(": ") else wish.capitalize()
    yield f"{lead}{strong(f'{wish} of {name} would help')}, as the error that arrives is {number(da)}."
    if layer.slope is not None and layer.activation.value != "linear":
        slope = float(layer.slope[at])
        if slope == 0:
            yield "Its slope is 0 here, so nothing of it passes."
        elif abs(slope) < _LITTLE:
            yield f"But {name} is hardly listening: at slope {number(slope)} almost nothing passes."
        else:
            share = "all of it" if abs(slope) > _NEARLY_ALL else f"{abs(slope):.0%} of it"
            yield f"At slope {number(slope)}, {share} gets through: {number(dz)}."
    yield from _outweighed(trace, layer, names, unit)


def _pushes(trace: Trace, index: int, names: Names, unit: int) -> str:
    """What the answer lacks, and which way this unit pushes it; only where its one link leads to the one answer."""
    layer, p, t = trace.layers[index], trace.p, trace.terms.targets
    if len(p) > 1 or p[0] == t[0]:
        return ""
    side = "too low" if p[0] < t[0] else "too high"
    said = f"The answer {number(float(p[0]))} is {side}. "
    behind = trace.layers[-1]
    if index != len(trace.layers) - 2 or not isinstance(behind.spec, DenseSpec) or layer.a.ndim > 1:
        return said
    push = float(layer.a[unit] * behind.arrays["weight"][unit, 0])
    if push == 0:
        return said
    way = "up" if push > 0 else "down"
    return f"{said}{names.unit(layer.key, (unit,))} pushes it {way}, by {number(abs(push))}: "


def _outweighed(trace: Trace, layer: TracedLayer, names: Names, unit: int) -> Iterator[str]:
    """Whether the mini-batch goes the way of this example, for the weight that it moves most."""
    if not isinstance(layer.spec, DenseSpec) or not trace.held.worked_out:
        return
    array, at = _moved_most(layer, unit)
    mine = float(layer.gradients[array][at])
    mean = float(trace.held.way.gradients[layer.key][array][at])
    weight = names.weight(layer.key, array, at)
    if mine == 0 or mean == 0:
        return
    verb = "shrink" if mine > 0 else "grow"
    if mine * mean > 0:
        leads = (
            f" Without this example it would be {number(_without(trace, mean, mine))}."
            if _leads(trace, mean, mine)
            else ""
        )
        asked = strong(f"So {weight} will {verb}?")
        yield f"{asked} Yes: for this example, and for the mini-batch ({number(mean)}).{leads}"
        return
    other = "grow" if verb == "shrink" else "shrink"
    against = _strongest_against(trace, layer, array, at, mine)
    yield (
        f"{strong(f'So {weight} will {verb}?')} For this example, yes ({number(mine)}). But the others outweigh it"
        f"{against}: the mini-batch says {number(mean)}, {other}."
    )


def _moved_most(layer: TracedLayer, unit: int) -> tuple[str, tuple[int, ...]]:
    """Of a unit's weights and its bias the one with the largest gradient; the bias only where no weight has any."""
    own = np.abs(layer.gradients["weight"][:, unit])
    return ("weight", (int(own.argmax()), unit)) if own.any() else ("bias", (unit,))


def _without(trace: Trace, mean: float, mine: float) -> float:
    """The mean of the mini-batch's others."""
    n = len(trace.held.batch)
    return (n * mean - mine) / (n - 1)


def _leads(trace: Trace, mean: float, mine: float) -> bool:
    """Whether this example alone makes more than half of its mini-batch's mean."""
    n = len(trace.held.batch)
    return trace.row is not None and n > 2 and abs(mine / n) > abs(mean) / 2


def _strongest_against(trace: Trace, layer: TracedLayer, array: str, at: tuple[int, ...], mine: float) -> str:
    """Who of the mini-batch pulls hardest the other way."""
    each = trace.held.way.of_each(layer.key, array, at)
    if each is None:
        return ""
    row = int((each * np.sign(mine)).argmin())
    return f", most of all {_named(trace, row)}, {number(float(each[row]))}"


def _named(trace: Trace, row: int) -> str:
    """An example of the mini-batch: its inputs where they are few, else its number."""
    x = trace.held.way.layers[0].x[row].ravel()
    if len(x) > _FEW_INPUTS:
        return f"training example {int(trace.held.batch[row]) + 1}"
    return f"({', '.join(number(round(float(value), 3)) for value in x)})"


def _update(trace: Trace, layer: TracedLayer, names: Names, unit: int) -> Iterator[str]:
    if "weight" not in layer.arrays:
        return
    if not trace.held.worked_out:
        yield trace.held.awaited
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
    moves = f"{weight} {verb} from {number(old)} by {number(abs(change))}"
    if change * g < 0:
        why = "negative, so the loss falls as it grows" if g < 0 else "positive, so the loss falls as it shrinks"
        yield f"{moves}: its mean gradient is {number(g)}, {why}."
    else:
        yield f"{moves}, with a mean gradient of {number(g)}: earlier steps or a penalty count more."
    each = trace.held.way.of_each(layer.key, "weight", at)
    if each is not None and len(each) > 1 and g != 0:
        row = int((each * np.sign(g)).argmax())
        who = _named(trace, row)
        yield f"{strong(who[:1].upper() + who[1:])} pulls hardest, with {number(float(each[row]))}."
