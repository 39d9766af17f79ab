"""Steps of the way back: the error from the loss, what arrives, what is passed on, and the gradient of a weight."""

from collections.abc import Iterator
from operator import mul

import numpy as np

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import ActivationKind, LossKind, Task
from nnstudio.core.textbook import activate
from nnstudio.core.trace import arithmetic
from nnstudio.core.trace.exercise import Exercise, Slip, sum_exercise, weighed, within
from nnstudio.core.trace.loss_terms import weighted
from nnstudio.core.trace.quantity import Index
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer

_ENTROPIES = LossKind.CROSS_ENTROPY, LossKind.BINARY_CROSS_ENTROPY
_TURNED = "The sign is the other way round."


def output_error(trace: Trace, unit: int) -> Exercise:
    """∂L/∂z of an output, from the loss."""
    spec, outputs = trace.held.state.experiment.training, len(trace.p)
    kind, valued = spec.loss, trace.held.dataset.task is Task.REGRESSION
    weight = trace.terms.weight
    t, p, true = float(trace.terms.targets[unit]), float(trace.p[unit]), float(trace.dz[unit]) / weight
    among = 1 if kind is LossKind.CROSS_ENTROPY and trace.answers is ActivationKind.SOFTMAX else outputs

    def slope(p: float) -> float:
        return 1.0 if valued or kind in _ENTROPIES else p * (1 - p)

    def error(p: float) -> float:
        match kind:
            case LossKind.MEAN_SQUARED_ERROR:
                pull = 2 * (p - t)
            case LossKind.MEAN_ABSOLUTE_ERROR:
                pull = float(np.sign(p - t))
            case LossKind.HUBER:
                pull = float(np.clip(p - t, -spec.huber_delta, spec.huber_delta))
            case LossKind.HINGE:
                return true
            case _:
                pull = p - t
        return pull * slope(p) / among

    slips = [Slip(_TURNED, -true, "Does the loss grow or fall when this answer grows?")]
    if kind is not LossKind.HINGE:
        slips.append(Slip("The target is missing.", error(p) + t * slope(p) / among, "An error is a difference."))
    if kind in _ENTROPIES and trace.answers is ActivationKind.SIGMOID:
        bent = "With this loss the slope of the answer has cancelled already."
        slips.append(Slip("The slope was multiplied in.", true * p * (1 - p), bent))
    elif slope(p) not in (0.0, 1.0) and kind is not LossKind.HINGE:
        slips.append(Slip("The slope is missing.", true / slope(p), "Between z and p there is a curve."))
    if kind is LossKind.MEAN_SQUARED_ERROR:
        slips.append(Slip("The 2 is missing.", true / 2, "What is the slope of a square?"))
    if kind is LossKind.HALF_SQUARED_ERROR:
        slips.append(Slip("That is twice as much.", true * 2, "What is the slope of half a square?"))
    if among > 1:
        slips.append(Slip("It was not divided by the number of outputs.", true * among, "L is a mean, of how many?"))
    exercise = Exercise("∂L/∂z", "", true, tuple(slips), None, *within(error, p))
    return weighed(exercise, weight, output_rule(trace))


def output_rule(trace: Trace) -> str:
    """∂L/∂z of an output in algebra."""
    kind, outputs = trace.held.state.experiment.training.loss, len(trace.p)
    slope = "" if trace.held.dataset.task is Task.REGRESSION or kind in _ENTROPIES else " · p (1 − p)"
    rules = {
        LossKind.MEAN_SQUARED_ERROR: "2 (p − t)",
        LossKind.MEAN_ABSOLUTE_ERROR: "sign of p − t",
        LossKind.HUBER: "p − t, at most δ",
        LossKind.HINGE: "∂L/∂z",
    }
    rule = rules.get(kind, "p − t") + ("" if kind is LossKind.HINGE else slope)
    shared = kind is LossKind.CROSS_ENTROPY and trace.answers is ActivationKind.SOFTMAX
    return weighted(rule if shared or outputs == 1 else f"({rule}) / {outputs}", trace.terms.weight)


def error_passed_on(layer: TracedLayer, at: Index) -> Exercise:
    """∂L/∂z = ∂L/∂a · f′(z) of one value; raises `ValueError` for softmax, which has no slope."""
    if layer.slope is None:
        raise ValueError("each z of a softmax moves every a")
    kind = getattr(layer.spec, "activation", ActivationKind.LINEAR)
    error, slope, a = (float(values[at]) for values in (layer.da, layer.slope, layer.a))
    at_a = activate(kind, np.array([[a]]))[1]
    slips = [
        Slip("That is f(z), not its slope f′(z).", error * a, "How steep is the curve there? Not: how high."),
        Slip("The slope is missing.", error, "What arrives is not what is passed on: is the unit listening?"),
        Slip("The sign of the error is the other way round.", -error * slope, "Does the loss grow or fall with a?"),
        Slip("That is the slope alone.", slope, "How much error arrives there?"),
    ]
    if at_a is not None:
        taken = error * float(at_a[0, 0])
        slips.append(Slip("The slope was taken at a, not at z.", taken, "Where on the curve is this unit?"))
    ends = within(mul, error, slope)
    return Exercise("∂L/∂z", "∂L/∂a · f′(z)", error * slope, tuple(slips), None, *ends)


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
    slips.append(Slip(_TURNED, -calculation.value, "Follow one path and its signs."))
    if len(calculation.terms) > 1:
        slips += [
            Slip(
                f"The weight of path {number} is missing.",
                calculation.value - term.value + term.factors[-1].value,
                "Each error comes back through a link.",
            )
            for number, term in enumerate(calculation.terms, 1)
        ]
    if isinstance(following.spec, DenseSpec):
        slips += _transposed_on_the_way_back(following, at)
    return sum_exercise("∂L/∂a", calculation, tuple(slips))


def weight_gradient(layer: TracedLayer, array: str, at: Index) -> Exercise:
    """∂L/∂w of one weight of a dense layer, by this example."""
    calculation = arithmetic.gradient(layer, array, at)
    dz = float(layer.dz[at[-1]])
    slips = [Slip(_TURNED, -calculation.value, "The gradient points uphill.")]
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
    return sum_exercise("∂L/∂w", calculation, tuple(slips))


def _transposed_on_the_way_back(following: TracedLayer, at: Index) -> Iterator[Slip]:
    weight, place = following.arrays["weight"], int(np.ravel_multi_index(at, following.x.shape))
    if weight.shape[0] == weight.shape[1]:
        value = float(weight[:, place] @ following.dz)
        yield Slip(
            "The matrix is transposed: these are the weights that lead in.", value, "Which links begin at this unit?"
        )
