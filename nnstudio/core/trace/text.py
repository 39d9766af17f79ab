"""A trace as lines for a person: what a few units of each layer compute, each number rounded by itself."""

from collections.abc import Iterator, Sequence
from math import isfinite

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.run.example import Chosen
from nnstudio.core.trace import arithmetic
from nnstudio.core.trace.names import Names
from nnstudio.core.trace.quantity import Calculation, Index, Place, Quantity, Term, place_of
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer

UNITS, TERMS = 8, 8
"""Of a layer and of a sum not more than so many are written out, the largest terms."""


def lines_of(trace: Trace) -> Iterator[str]:
    """The four phases, line by line."""
    names = Names(trace.layers)
    yield from _heading(trace)
    yield from ("", "Forward")
    for layer in trace.layers:
        yield from _layer(layer, _forward(layer, names))
    yield from ("", "Loss", *_loss(trace))
    yield from ("", "Backward")
    for layer in reversed(trace.layers):
        yield from _layer(layer, _backward(trace, layer, names))
    yield from ("", "Update", *_update(trace, names))


def digits(value: float, significant: int = 4) -> str:
    """A number with so many significant digits: 0.4430, −1.080, 1.2e−07, and 0 only for 0."""
    if not isfinite(value) or value == 0:
        return f"{value:g}".replace("-", "−") if value else "0"
    text = f"{value:#.{significant}g}" if 1e-4 <= abs(value) < 1e6 else f"{value:.{significant - 2}e}"
    return text.rstrip(".").replace("-", "−")


def products(calculation: Calculation, most: int = TERMS) -> str:
    """The terms of a sum with their digits, the largest first where there are too many for all."""
    terms = calculation.terms
    if len(terms) > most:
        order = sorted(range(len(terms)), key=lambda place: -abs(terms[place].value))
        rest = sum(terms[place].value for place in order[most:])
        shown = _joined([terms[place] for place in order[:most]])
        text = f"{shown} + {len(terms) - most} more, {digits(rest)} together"
    else:
        text = _joined(terms) or "0"
    return text if calculation.divisor is None else f"({text}) / {digits(calculation.divisor.value)}"


def _joined(terms: Sequence[Term]) -> str:
    text = ""
    for term in terms:
        product = " · ".join(digits(factor.value) for factor in term.factors)
        minus = "− " if term.sign < 0 else ""
        text += f" {minus or '+ '}{product}" if text else f"{minus}{product}"
    return text


def _heading(trace: Trace) -> Iterator[str]:
    held, chosen = trace.held, trace.chosen
    which = f"{chosen.split.value} example {chosen.number}" if isinstance(chosen, Chosen) else "typed inputs"
    seen = "as a part of the next mini-batch" if trace.row is not None else "as the network predicts"
    yield f"After {held.state.updates} updates: {which}, seen {seen}."
    if trace.inputs.size <= UNITS:
        yield f"x = ({', '.join(digits(float(x)) for x in trace.inputs.ravel())})"
    yield f"target = ({', '.join(digits(float(t)) for t in trace.y)})"


def _layer(layer: TracedLayer, lines: Iterator[str]) -> Iterator[str]:
    activation = getattr(layer.spec, "activation", ActivationKind.LINEAR)
    shape = " × ".join(map(str, layer.z.shape))
    yield f"  {layer.name}: {shape}" + (f", {activation.label}" if activation is not ActivationKind.LINEAR else "")
    yield from (f"    {line}" for line in lines)


def _forward(layer: TracedLayer, names: Names) -> Iterator[str]:
    activation = getattr(layer.spec, "activation", ActivationKind.LINEAR)
    for at in _places(layer.z):
        if "x_hat" in layer.alongside:
            x_hat = arithmetic.normalised(layer, at)
            yield f"{names.of(x_hat.result.place)} = {products(x_hat)} = {digits(x_hat.result.value)}"
        z = arithmetic.forward(layer, at)
        line = f"{names.of(z.result.place)} = {products(z)} = {digits(z.result.value)}"
        if activation is not ActivationKind.LINEAR:
            line += f", {names.unit(layer.key, at)} = {activation.value}(z) = {digits(float(layer.a[at]))}"
        yield line
    yield from _more(layer.z.size, "values")


def _loss(trace: Trace) -> Iterator[str]:
    terms = trace.terms
    for place in _places(terms.values):
        value, p, t = (float(array[place]) for array in (terms.values, trace.p, terms.targets))
        yield f"    {terms.written} = {digits(value)} with p = {digits(p)}, t = {digits(t)}"
    if terms.count > 1:
        yield f"    divided by {terms.count}, for the mean over the outputs"
    yield f"    L = {digits(terms.loss)}"


def _backward(trace: Trace, layer: TracedLayer, names: Names) -> Iterator[str]:
    place = trace.layers.index(layer)
    following = trace.layers[place + 1] if place + 1 < len(trace.layers) else None
    for at in _places(layer.z):
        name, da, dz = names.unit(layer.key, at), float(layer.da[at]), float(layer.dz[at])
        if following is not None:
            there = _there(at, layer.a.shape, following.x.shape)
            yield f"∂L/∂{name} = {products(arithmetic.backward(following, there))} = {digits(da)}"
        z = names.of(Place(Quantity.DZ, layer.key, at))
        if layer.slope is None:
            yield f"{z} = a · (∂L/∂a − Σ a · ∂L/∂a) = {digits(dz)}"
        elif following is None:
            yield f"{z} = {digits(dz)}, from the loss"
        else:
            yield f"{z} = ∂L/∂a · f′(z) = {digits(da)} · {digits(float(layer.slope[at]))} = {digits(dz)}"
    yield from _more(layer.z.size, "values")
    for array, gradients in layer.gradients.items():
        batch = trace.held.way.gradients[layer.key][array]
        for at in _places(gradients):
            found = arithmetic.gradient(layer, array, at)
            line = f"{names.of(found.result.place)} = {products(found)} = {digits(found.result.value)}"
            yield f"{line}; mean of the mini-batch {digits(float(batch[at]))}"
        yield from _more(gradients.size, f"of {array}")


def _update(trace: Trace, names: Names) -> Iterator[str]:
    held = trace.held
    rows = [(row, dict(_by_array(trace, row.values))) for row in held.update if not isinstance(row.values, float)]
    numbers = [row for row in held.update if isinstance(row.values, float)]
    yield from (f"    {row.name} = {row.formula} = {digits(float(row.values))}" for row in numbers)
    for layer in trace.layers:
        for array, values in layer.arrays.items():
            for at in _places(values):
                name = names.of(Place(Quantity.WEIGHT, layer.key, at, array))
                steps = [f"{row.name} {digits(float(views[layer.key, array][at]))}" for row, views in rows]
                yield f"    {name} = {digits(float(values[at]))}: {', '.join(steps)}"
            yield from (f"    {line}" for line in _more(values.size, f"of {layer.name} {array}"))
    yield from (f"    {row.name} = {row.formula}" for row, _ in rows)


def _by_array(trace: Trace, values: Array | float) -> Iterator[tuple[tuple[int, str], Array]]:
    for key, name, view in trace.held.network.layout.views(np.asarray(values)):
        yield (key, name), view


def _places(array: Array) -> list[Index]:
    """All places of a small array; of a large one those with the largest numbers, the first ones first."""
    order = np.argsort(-np.abs(array), axis=None, kind="stable")[:UNITS]
    return [place_of(place, array.shape) for place in sorted(order.tolist())]


def _more(size: int, what: str) -> Iterator[str]:
    if size > UNITS:
        yield f"… and {size - UNITS} more {what}; --json has them all"


def _there(at: Index, shape: Index, into: Index) -> Index:
    return place_of(int(np.ravel_multi_index(at, shape)), into)
