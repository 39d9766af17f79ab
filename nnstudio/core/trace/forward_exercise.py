"""Steps of the way forward: a product, the sum z, the answer of a unit, the answer of the network."""

from collections.abc import Iterator
from math import exp, radians
from operator import mul

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.textbook import activate
from nnstudio.core.trace import arithmetic
from nnstudio.core.trace.exercise import Exercise, Slip, slack, sum_exercise, within
from nnstudio.core.trace.quantity import Calculation, Index
from nnstudio.core.trace.way import TracedLayer

OTHERS = ActivationKind.SIGMOID, ActivationKind.TANH, ActivationKind.RELU
_LOOK = "Look at the curve: which height belongs to this z?"


def product_of(layer: TracedLayer, unit: int, row: int) -> Exercise:
    """x · w of one input of a unit of a dense layer."""
    x, w = float(layer.x.ravel()[row]), float(layer.arrays["weight"][row, unit])
    slips = (
        Slip("The sign is the other way round.", -x * w, "What do two signs make of a product?"),
        Slip("That is their sum, not their product.", x + w, "The input counts as many times as its link says."),
        Slip("That is the input alone.", x, "Each input counts as much as its link says."),
        Slip("That is the weight alone.", w, "What arrives through this link?"),
    )
    return Exercise("x · w", "x · w", x * w, slips, None, *within(mul, x, w))


def weighted_sum(layer: TracedLayer, unit: int) -> Exercise:
    """z of one unit of a dense layer."""
    calculation = arithmetic.forward(layer, (unit,))
    return sum_exercise("z", calculation, tuple(_slips_of_a_sum(layer, unit, calculation)))


def activation(layer: TracedLayer, at: Index) -> Exercise:
    """a = f(z) of one value; raises `ValueError` for softmax, where each z moves every a."""
    if layer.slope is None:
        raise ValueError("each z of a softmax moves every a")
    kind = getattr(layer.spec, "activation", ActivationKind.LINEAR)
    return _answered("a", kind, float(layer.z[at]), float(layer.a[at]))


def answer(kind: ActivationKind, z: Array, unit: int) -> Exercise:
    """What the network answers to the logits z (outputs,): each by itself, or with shares of 1 among them."""
    true = float(activate(kind, z[None])[0][0, unit])
    if kind is not ActivationKind.SOFTMAX:
        return _answered("p", kind, float(z[unit]), true)
    own, total = float(z[unit]), float(z.sum())
    sigmoid = float(activate(ActivationKind.SIGMOID, z[None])[0][0, unit])
    hint = "All answers together are 1."
    slips = [
        Slip("The share is missing: that is e to the z.", exp(min(own, 700.0)), hint),
        Slip("That is z, without e and without the share.", own, hint),
        Slip("That is sigmoid, which looks at one z alone.", sigmoid, hint),
    ]
    if total:
        slips.append(Slip("That is the share of z; take e to the z first.", own / total, "No answer is below 0."))
    ends: list[float] = []
    for sign in (-1, 1):
        moved = np.array([value - sign * slack(float(value)) for value in z])
        moved[unit] = own + sign * slack(own)
        ends.append(float(activate(kind, moved[None])[0][0, unit]))
    return Exercise("p", "e to the z, divided by the sum of all of them", true, tuple(slips), None, *ends)


def _answered(name: str, kind: ActivationKind, z: float, a: float) -> Exercise:
    def f(value: float, of: ActivationKind = kind) -> float:
        return float(activate(of, np.array([[value]]))[0][0, 0])

    slips = [
        Slip("The activation is missing.", z, "One step is left between z and a."),
        Slip("The activation was applied twice.", f(a), _LOOK),
        Slip("The angle was taken in degrees.", f(radians(z)), "Nothing here is measured in degrees."),
    ]
    slips += [Slip(f"That is {other.phrase}.", f(z, other), _LOOK) for other in OTHERS if other is not kind]
    early = "Round at the end, not in between."
    slips += [Slip(f"z was rounded to {places} first.", f(round(z, int(places[0]))), early) for places in _EARLY]
    return Exercise(name, f"{kind.phrase}(z)", a, tuple(slips), None, *within(f, z))


_EARLY = "1 place", "2 places"


def _slips_of_a_sum(layer: TracedLayer, unit: int, calculation: Calculation) -> Iterator[Slip]:
    *products, bias = calculation.terms
    z, weight, x = calculation.value, layer.arrays["weight"], layer.x.ravel()
    yield Slip(
        "The bias is missing.", z - bias.value, "One number joins the sum without an input. Look for the small square."
    )
    yield Slip("The bias was added twice.", z + bias.value, "The bias joins once.")
    for number, term in enumerate(products, 1):
        value, name = term.value, f"w · x of input {number}"
        yield Slip(f"The sign of {name}.", z - 2 * value, f"Look at the signs of both factors of input {number}.")
        yield Slip(f"{name[0].upper()}{name[1:]} is forgotten.", z - value, "Does every input have its part?")
        yield Slip(
            f"Input {number} was not multiplied by its weight.",
            z - value + x[number - 1],
            "Each input counts as much as its link says.",
        )
        yield Slip(
            f"Input {number} is missing: that is its weight alone.",
            z - value + weight[number - 1, unit],
            "What arrives through this link?",
        )
    yield Slip("The sign of the bias.", z - 2 * bias.value, "Look at the small square again, and at its sign.")
    if weight.shape[0] == weight.shape[1]:
        yield Slip(
            "The matrix is transposed: these are the weights that lead out.",
            float(weight[unit] @ x) + bias.value,
            "Which links end at this unit?",
        )
    for other in range(weight.shape[1]):
        if other != unit:
            yield Slip(f"That is z of unit {other + 1}.", float(layer.z[other]), "Which links end at this unit?")
