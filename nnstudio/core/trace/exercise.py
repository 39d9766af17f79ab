"""Steps of a calculation that a learner can make, with what goes wrong in each as values of its own.

An `Exercise` is one quantity to be found. Its slips are what somebody gets who makes one known mistake; a slip is only
named when nothing else fits what was typed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log, log10, radians

import numpy as np

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.textbook import activate
from nnstudio.core.trace import arithmetic
from nnstudio.core.trace.quantity import Calculation, Index, Quantity, Term
from nnstudio.core.trace.way import TracedLayer

PRINTED = 1e-3
"""How finely factors are printed: a learner who calculates with these is right."""
OTHERS = ActivationKind.SIGMOID, ActivationKind.TANH, ActivationKind.RELU


@dataclass(frozen=True, slots=True)
class Slip:
    """A known mistake: what it is, the value it leads to, and a place to look at that does not give the number away."""

    name: str
    value: float
    hint: str


@dataclass(frozen=True, slots=True, eq=False)
class Exercise:
    """One quantity to be calculated.

    calculation: its terms, of which the first wrong one can be named; None where it is no sum
    low, high: what the printed, rounded factors allow
    """

    name: str
    rule: str
    true: float
    slips: tuple[Slip, ...]
    calculation: Calculation | None = None
    low: float = float("nan")
    high: float = float("nan")


def weighted_sum(layer: TracedLayer, unit: int) -> Exercise:
    """z of one unit of a dense layer."""
    calculation = arithmetic.forward(layer, (unit,))
    return _sum_exercise("z", calculation, tuple(_slips_of_a_sum(layer, unit, calculation)))


def activation(layer: TracedLayer, at: Index) -> Exercise:
    """a = f(z) of one value."""
    kind = _kind(layer)
    z, a = float(layer.z[at]), float(layer.a[at])

    def f(value: float, of: ActivationKind = kind) -> float:
        return float(activate(of, np.array([[value]]))[0][0, 0])

    look = "Look at the curve: which height belongs to this z?"
    slips = [
        Slip("The activation is missing.", z, "One step is left between z and a."),
        Slip("The activation was applied twice.", f(a), look),
        Slip("The angle was taken in degrees.", f(radians(z)), "Nothing here is measured in degrees."),
    ]
    slips += [Slip(f"That is {other.phrase}.", f(z, other), look) for other in OTHERS if other is not kind]
    low, high = sorted((f(z - PRINTED / 2), f(z + PRINTED / 2)))
    return Exercise("a", f"a = {kind.phrase}(z)", a, tuple(slips), low=low, high=high)


def error_passed_on(layer: TracedLayer, at: Index) -> Exercise:
    """∂L/∂z = ∂L/∂a · f′(z) of one value; raises `ValueError` for softmax, which has no slope."""
    if layer.slope is None:
        raise ValueError("each z of a softmax moves every a")
    kind = _kind(layer)
    error, slope, a = (float(values[at]) for values in (layer.da, layer.slope, layer.a))
    at_a = activate(kind, np.array([[a]]))[1]
    slips = [
        Slip("That is f(z), not its slope f′(z).", error * a, "How steep is the curve there? Not: how high."),
        Slip("The slope is missing.", error, "What arrives is not what is passed on: is the unit listening?"),
        Slip("The sign of the error is the other way round.", -error * slope, "Does the loss grow or fall with a?"),
    ]
    if at_a is not None:
        taken = error * float(at_a[0, 0])
        slips.append(Slip("The slope was taken at a, not at z.", taken, "Where on the curve is this unit?"))
    return Exercise("∂L/∂z", "∂L/∂z = ∂L/∂a · f′(z)", error * slope, tuple(slips))


def arriving_error(following: TracedLayer, at: Index) -> Exercise:
    """∂L/∂a of a unit as the sum over its links out, `at` being its place among the inputs of the layer behind."""
    calculation = arithmetic.backward(following, at)
    slips: list[Slip] = []
    if len(calculation.terms) > 1:
        slips += [
            Slip("Only one path was followed.", term.value, "How many links lead out of this unit?")
            for term in calculation.terms
        ]
    errors = [term.factors[-1].value for term in calculation.terms]
    slips.append(Slip("The weights are missing.", sum(errors), "Each error comes back through a link."))
    slips.append(Slip("The sign is the other way round.", -calculation.value, "Follow one path and its signs."))
    if isinstance(following.spec, DenseSpec):
        slips += _transposed_on_the_way_back(following, at)
    return _sum_exercise("∂L/∂a", calculation, tuple(slips))


def weight_gradient(layer: TracedLayer, array: str, at: Index) -> Exercise:
    """∂L/∂w of one weight of a dense layer, by this example."""
    calculation = arithmetic.gradient(layer, array, at)
    dz = float(layer.dz[at[-1]])
    slips = [Slip("The sign is the other way round.", -calculation.value, "The gradient points uphill.")]
    if array == "weight":
        x = layer.x.ravel()
        slips.append(Slip("The input is missing: that is ∂L/∂z.", dz, "What does this weight multiply?"))
        slips.append(
            Slip(
                "That is a · ∂L/∂z: the unit's own answer instead of its input.",
                float(layer.a[at[-1]]) * dz,
                "Which end of the link?",
            )
        )
        slips += [
            Slip(
                f"That is the input {other + 1}, of another link.", float(x[other]) * dz, "Where does this link begin?"
            )
            for other in range(len(x))
            if other != at[0]
        ]
    return _sum_exercise("∂L/∂w", calculation, tuple(slips))


def mean_gradient(name: str, of_each: list[float], this: float) -> Exercise:
    """The gradient that the optimizer gets: the mean over the examples of the mini-batch."""
    mean, hint = sum(of_each) / len(of_each), "How many examples share this update?"
    slips = (
        Slip("That is the sum over the mini-batch, not the mean.", sum(of_each), hint),
        Slip("That was divided once too often.", mean / len(of_each), hint),
        Slip("That is the gradient of this example alone.", this, hint),
    )
    return Exercise(name, "mean of ∂L/∂w over the mini-batch", mean, slips)


def plain_step(w: float, g: float, rate: float, penalty: float = 0.0) -> Exercise:
    """The new weight of gradient descent, w − η (g + penalty)."""
    whole = g + penalty
    slips = [
        Slip("The learning rate is missing.", w - whole, "How long is one step?"),
        Slip("The learning rate was applied twice.", w - rate**2 * whole, "How often does η appear?"),
        Slip("The step goes uphill.", w + rate * whole, "Which way lies a smaller loss?"),
        Slip("That is the step, not the new weight.", rate * whole, "The step is taken from where the weight stands."),
    ]
    if penalty:
        slips.append(Slip("The penalty is forgotten.", w - rate * g, "Something else pulls at a weight."))
        slips.append(Slip("The penalty was added twice.", w - rate * (g + 2 * penalty), "Something else pulls, once."))
    return Exercise("new w", "w − η · g", w - rate * whole, tuple(slips))


def surprise(p: float) -> Exercise:
    """−ln p of the right class."""
    hint = "The more certain the right answer, the smaller its cost."
    slips = [
        Slip("That is the decimal logarithm.", -log10(p), "Which logarithm?"),
        Slip("The minus is missing.", log(p), "No loss is below zero."),
    ]
    if p < 1:
        slips.append(Slip("That is −ln (1 − p).", -log(1 - p), hint))
    return Exercise("L", "−ln p", -log(p), tuple(slips))


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
    if weight.shape[0] == weight.shape[1]:
        yield Slip(
            "The matrix is transposed: these are the weights that lead out.",
            float(weight[unit] @ x) + bias.value,
            "Which links end at this unit?",
        )
    for other in range(weight.shape[1]):
        if other != unit:
            yield Slip(f"That is z of unit {other + 1}.", float(layer.z[other]), "Which links end at this unit?")


def _transposed_on_the_way_back(following: TracedLayer, at: Index) -> Iterator[Slip]:
    weight, place = following.arrays["weight"], int(np.ravel_multi_index(at, following.x.shape))
    if weight.shape[0] == weight.shape[1]:
        value = float(weight[:, place] @ following.dz)
        yield Slip(
            "The matrix is transposed: these are the weights that lead in.", value, "Which links begin at this unit?"
        )


def _sum_exercise(name: str, calculation: Calculation, slips: tuple[Slip, ...]) -> Exercise:
    low, high = _interval(calculation.terms)
    return Exercise(name, calculation.rule, calculation.value, slips, calculation, low, high)


def _interval(terms: tuple[Term, ...]) -> tuple[float, float]:
    """What a sum can be if each of its factors is only known as it is printed, with three digits after the point."""
    low = high = 0.0
    for term in terms:
        ends = [float(term.sign)]
        for factor in term.factors:
            half = 0.0 if factor.value == round(factor.value, 3) else PRINTED / 2
            ends = [end * there for end in ends for there in (factor.value - half, factor.value + half)]
        low, high = low + min(ends), high + max(ends)
    return low, high


def _kind(layer: TracedLayer) -> ActivationKind:
    return getattr(layer.spec, "activation", ActivationKind.LINEAR)


def rounded_too_early(calculation: Calculation) -> Iterator[Slip]:
    """What comes out if the factors are cut to few digits first."""
    for places in (1, 2):
        total = sum(
            term.sign * float(np.prod([round(factor.value, places) for factor in term.factors]))
            for term in calculation.terms
        )
        hint = "Round at the end, not in between."
        yield Slip(f"The factors were rounded to {places} place{'s' * (places > 1)} first.", total, hint)


__all__ = ["Exercise", "Quantity", "Slip"]
