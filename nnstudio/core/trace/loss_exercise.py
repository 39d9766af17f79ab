"""Steps of the loss: what one output costs, and what the example costs."""

from collections.abc import Callable, Iterator
from functools import partial
from math import inf, log

from nnstudio.core.experiment.choices import ActivationKind, LossKind
from nnstudio.core.trace.exercise import Exercise, Slip, slack, weighed, within
from nnstudio.core.trace.trace import Trace

_LOGARITHM = "Which logarithm?"
_BELOW = "No loss is below zero."
_SQUARE = "What becomes of the difference before it is a cost?"


def loss_term(trace: Trace, unit: int) -> Exercise:
    """What one output costs; its formula is the trace's."""
    return weighed(_unweighed_term(trace, unit), trace.terms.weight, trace.terms.written)


def _unweighed_term(trace: Trace, unit: int) -> Exercise:
    spec, terms = trace.held.state.experiment.training, trace.terms
    t, y, p, z = (float(array[unit]) for array in (terms.targets, trace.y, trace.p, trace.layers[-1].z))
    true = float(terms.values[unit]) / terms.weight
    shared = trace.answers is ActivationKind.SOFTMAX
    if spec.loss is LossKind.HINGE:
        right = float(trace.y @ trace.layers[-1].z)
        sign = 1 if shared or not y else -1
        other = right if shared else 0.0
        margin = 1 - y if shared else 1.0

        def lacking(z: float, other: float) -> float:
            return max(0.0, margin + sign * (z - other))

        ends = within(lacking, z, other) if not (shared and y) else (0.0, 0.0)
        slips = tuple(_slips_of_the_hinge(margin, sign * (z - other)))
        return Exercise("L", terms.formula, true, slips, None, *ends)
    if spec.loss in (LossKind.CROSS_ENTROPY, LossKind.BINARY_CROSS_ENTROPY):
        cost = _shared_entropy if shared and spec.loss is LossKind.CROSS_ENTROPY else _entropy
        slips = tuple(_slips_of_an_entropy(cost, t, y, p))
        return Exercise("L", terms.formula, true, slips, None, *within(partial(cost, t), p))
    d, delta = p - t, spec.huber_delta

    def distance(d: float) -> float:
        match spec.loss:
            case LossKind.MEAN_SQUARED_ERROR:
                return d**2
            case LossKind.HALF_SQUARED_ERROR:
                return d**2 / 2
            case LossKind.HUBER:
                return d**2 / 2 if abs(d) <= delta else delta * (abs(d) - delta / 2)
            case _:
                return abs(d)

    def of_answer(p: float) -> float:
        return distance(p - t)

    slips = tuple(_slips_of_a_distance(spec.loss, d, t, p, delta))
    low, high = within(of_answer, p)
    rounded = within(distance, d)  # the difference is a number that is written down as well
    return Exercise("L", terms.formula, true, slips, None, min(low, rounded[0]), max(high, rounded[1]))


def whole_loss(trace: Trace) -> Exercise:
    """What the example costs: the sum of its terms, or their mean."""
    terms = trace.terms
    values = [float(value) for value in terms.values]
    if len(values) == 1:
        return loss_term(trace, 0)
    total, count, n = sum(values), terms.count, len(values)
    rule = f"their sum, divided by {count}" if count > 1 else "their sum"
    slips = [Slip("Only one term was taken.", value, "Every output has its part.") for value in values]
    if count > 1:
        slips.append(Slip("That is the sum, not the mean.", total, "How many outputs share this loss?"))
        slips.append(Slip("That was divided once too often.", total / count**2, "How often is a mean divided?"))
    else:
        slips.append(Slip("That is the mean, not the sum.", total / n, "Nothing is divided here."))
    slack_of_all = sum(slack(value) for value in values) / count
    true = terms.loss
    return Exercise("L", rule, true, tuple(slips), None, true - slack_of_all, true + slack_of_all)


def _shared_entropy(t: float, p: float) -> float:
    return -t * _ln(p) if t else 0.0


def _entropy(t: float, p: float) -> float:
    return (-t * _ln(p) if t else 0.0) - ((1 - t) * _ln(1 - p) if t != 1 else 0.0)


def _ln(p: float) -> float:
    return log(p) if p > 0 else -inf


def _slips_of_an_entropy(cost: Callable[[float, float], float], t: float, y: float, p: float) -> Iterator[Slip]:
    true = cost(t, p)
    yield Slip("That is the decimal logarithm.", true / log(10), _LOGARITHM)
    yield Slip("The minus is missing.", -true, _BELOW)
    certain = "The more certain the right answer, the smaller its cost."
    if cost is _shared_entropy:
        yield Slip("That is ln (1 − p).", -t * _ln(1 - p) if t else 0.0, certain)
        if t != 1:
            yield Slip("The target is missing: that is −ln p.", -_ln(p), "How much of this class is true?")
    else:
        yield Slip("p and 1 − p are swapped.", cost(1 - t, p), certain)
        if 0 < t < 1:
            yield Slip("Half of it is missing.", -t * _ln(p), "What does the other answer cost?")
    if t != y:
        yield Slip("The smoothing of the target is forgotten.", cost(y, p), "How sure is the target itself?")


def _slips_of_a_distance(kind: LossKind, d: float, t: float, p: float, delta: float) -> Iterator[Slip]:
    match kind:
        case LossKind.MEAN_SQUARED_ERROR:
            yield Slip("The square is missing.", abs(d), _SQUARE)
            yield Slip("That is half of it.", d**2 / 2, "Is there a ½ in this loss?")
        case LossKind.HALF_SQUARED_ERROR:
            yield Slip("The square is missing.", abs(d) / 2, _SQUARE)
            yield Slip("The ½ is missing.", d**2, "Is there a ½ in this loss?")
        case LossKind.HUBER:
            other = delta * (abs(d) - delta / 2) if abs(d) <= delta else d**2 / 2
            yield Slip("That is the other branch.", other, "Is the difference within δ, or beyond it?")
            yield Slip("That is the distance alone.", abs(d), _SQUARE)
            yield Slip("The ½ is missing.", d**2, "Is there a ½ in this loss?")
        case _:
            yield Slip("That is the square.", d**2, "Nothing is squared here.")
    yield Slip("The minus of the difference is still there.", -abs(d), _BELOW)
    if kind is not LossKind.MEAN_ABSOLUTE_ERROR:
        yield Slip("That is a difference of squares, not the square of a difference.", p**2 - t**2, "What is squared?")
        yield Slip("They were added.", (p + t) ** 2, "How far is the answer from the target?")
    else:
        yield Slip("They were added.", abs(p + t), "How far is the answer from the target?")


def _slips_of_the_hinge(margin: float, pull: float) -> Iterator[Slip]:
    yield Slip("The largest of 0 and that was not taken.", margin + pull, "Beyond the margin nothing is to pay.")
    yield Slip("The margin is missing.", max(0.0, pull), "On which side of 1 does it lie?")
    yield Slip("The sign of z is the other way round.", max(0.0, margin - pull), "Which way should z go?")
