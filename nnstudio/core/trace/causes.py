"""Why a number came out as it did: sentences made from the numbers, each known to hold or not.

A `Cause` says one `Fact`. Whether it holds follows from the numbers alone, and so does the reason that is given. What
holds but explains nothing, such as a gradient that happens to have the sign of its weight, is not said at all.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.textbook import activate
from nnstudio.core.trace.facts import Cause, Fact
from nnstudio.core.trace.names import Names
from nnstudio.core.trace.quantity import Calculation, Quantity, Term

Write = Callable[[float], str]

NEARLY = 0.01
"""By less than this share of the larger one, two numbers do not differ."""
FLAT = 0.01
"""A smaller slope hardly lets anything pass."""
FAR = 0.5
WEAK = 0.5
OPPOSED = 0.1
TELLING = 0.1
"""What changes a number by a smaller share explains nothing about it, true as it may be."""
_TERMS = 3
_BELOW = np.array([[-3.0], [-1.0], [-0.1]])
_ROUNDING = 1e-9
_BIASES = frozenset({Quantity.BIAS, Quantity.SHIFT})


F = Fact


def of_a_sum(calculation: Calculation, names: Names, write: Write, noun: str = "product") -> Iterator[Cause]:
    """What a sum is made of; exactly one of `MORE_UP`, `MORE_DOWN` and `CANCEL` holds."""
    name = names.of(calculation.result.place)
    biases = [term for term in calculation.terms if term.factors[0].place.quantity in _BIASES]
    products = [term.value for term in calculation.terms if term not in biases]
    yield from _all_of_them(products, write, noun)
    for bias in biases:
        yield from _bias(bias.value, products, name, write)
    values = [term.value for term in calculation.terms]
    yield from _small(values, write)
    yield from _largest(calculation, names, write)
    yield from _balance(values, write)


def _all_of_them(products: Sequence[float], write: Write, noun: str) -> Iterator[Cause]:
    total = f"{write(sum(products))} together"
    joined = " + ".join(map(write, products)).replace("+ −", "− ")
    subject = {1: f"its {noun} pushes", 2: f"both {noun}s push"}.get(len(products), f"all {len(products)} {noun}s push")
    numbers = joined if len(products) <= 2 else total
    for fact, way, side in ((F.ALL_UP, 1, "up"), (F.ALL_DOWN, -1, "down")):
        worst = min(way * value for value in products) * way
        holds, where = way * worst > 0, "above" if way > 0 else "below"
        against = "pushes nothing" if worst == 0 else f"pushes {'down' if way > 0 else 'up'}"
        reason = (
            f"Even the smallest, {write(worst)}, lies {where} 0."
            if holds
            else f"One of them, {write(worst)}, {against}."
        )
        if len(products) == 1:
            reason = f"It is {write(worst)}."
        yield Cause(fact, f"{subject} {side}: {numbers}", holds, reason, way)


def _bias(bias: float, products: Sequence[float], name: str, write: Write) -> Iterator[Cause]:
    rest = sum(products)
    whole = rest + bias
    scale = _ROUNDING * max((abs(value) for value in (*products, bias)), default=0.0)
    if whole == 0 or (rest != 0 and abs(rest) <= scale) or abs(whole) <= scale:
        return
    holds = rest * whole <= 0
    reason = f"Without it {name} would be {write(rest)}, not {write(whole)}."
    if not holds:
        reason = f"Without it {name} would still be {write(rest)}, on the same side of 0."
    yield Cause(F.BIAS_DECIDES, f"the bias alone does it: {write(bias)}", holds, reason, 1 if whole > 0 else -1)


def _largest(calculation: Calculation, names: Names, write: Write) -> Iterator[Cause]:
    terms = calculation.terms
    order = sorted(range(len(terms)), key=lambda place: -abs(terms[place].value))[:_TERMS]
    if len(order) < 2 or not _clearly(abs(terms[order[0]].value), abs(terms[order[1]].value)):
        return
    first, second = terms[order[0]], terms[order[1]]
    if abs(first.value) < abs(sum(term.value for term in terms)) / 2:
        return  # the largest of hundreds explains little
    for place in order:
        term, holds = terms[place], place == order[0]
        if term.value == 0:
            continue
        other = second if holds else first
        reason = f"{_named(other, names)} counts {'less' if holds else 'more'}: {write(other.value)}."
        text = f"{_named(term, names)} counts most: {write(term.value)}"
        yield Cause(F.LARGEST, text, holds, reason, _sign(term.value), place)


def _small(values: Sequence[float], write: Write) -> Iterator[Cause]:
    """Why a sum is no larger than it is."""
    up, down = _up_and_down(values)
    back, most = -_sign(up - down), max(abs(value) for value in values)
    if min(up, down) > 0:
        text = f"{write(min(up, down))} of {write(max(up, down))} is taken back"
        holds, reason = min(up, down) > OPPOSED * max(up, down), f"That leaves {write(up - down)}."
        yield Cause(F.OPPOSED, text, holds, reason if holds else f"That is less than a tenth: {reason}", back)
    if abs(most - WEAK) > _ROUNDING and most > 0:
        text = f"every term is small, none as large as {WEAK:g}"
        yield Cause(F.WEAK, text, most < WEAK, f"The largest is {write(most)}, counted without its sign.", back)


def _balance(values: Sequence[float], write: Write) -> Iterator[Cause]:
    up, down = _up_and_down(values)
    if up == down == 0:
        reason, nothing = "Every term is 0.", "nothing pushes: every term is 0"
    else:
        reason = f"{write(up)} up and {write(down)} down leaves {write(up - down)}."
        nothing = f"up and down cancel: {write(up)} and as much down"
    yield Cause(F.MORE_UP, f"more pushes up than down: {write(up)} up", _clearly(up, down), reason, 1)
    yield Cause(F.MORE_DOWN, f"more pushes down than up: {write(down)} down", _clearly(down, up), reason, -1)
    yield Cause(F.CANCEL, nothing, not _clearly(up, down) and not _clearly(down, up), reason)


def _up_and_down(values: Sequence[float]) -> tuple[float, float]:
    return sum(value for value in values if value > 0), -sum(value for value in values if value < 0)


def of_a_function(kind: ActivationKind, z: float, a: float, write: Write) -> Iterator[Cause]:
    """What f made of the sum; nothing where f hands it on."""
    if kind is ActivationKind.LINEAR:
        return
    f, pull, reason = kind.phrase, _sign(a - z), f"{kind.phrase} makes {write(a)} of {write(z)}."
    larger, smaller = f"{f} makes {write(z)} larger", f"{f} makes {write(z)} smaller"
    if z < 0:
        larger, smaller = f"{f} takes {write(z)} further from 0", f"{f} brings {write(z)} nearer to 0"
    yield from _telling(Cause(F.SMALLER, smaller, abs(a) < abs(z), reason, pull), a, z)
    yield from _telling(Cause(F.LARGER, larger, abs(a) > abs(z), reason, pull), a, z)
    below = activate(kind, _BELOW)[0] if kind is not ActivationKind.SOFTMAX else _BELOW
    if (below > 0).all():
        yield Cause(F.LIFTED, f"only {f} lifts it above 0", z < 0 < a, f"Its sum is {write(z)}: {reason}", 1)
    if (below == 0).all():
        yield Cause(F.CUT, f"{f} cuts off what lies below 0", z < 0 and a == 0, f"Its sum is {write(z)}: {reason}")


def switched_off(name: str) -> Cause:
    """Of a unit that somebody switched off nothing else is a cause."""
    return Cause(F.SWITCHED_OFF, f"{name} is switched off", True, "It hands on 0, and no error comes back through it.")


def of_a_slope(slope: float, error: float, passed: float, write: Write) -> Iterator[Cause]:
    """What the slope made of the error that arrives."""
    reason = f"{write(slope)} × {write(error)} is {write(passed)}."
    if slope == 0:
        reason = "The slope is 0: nothing passes."
    toward = -_sign(passed)
    yield Cause(F.SLOPE_FLAT, "the unit hardly listens: it is flat there", abs(slope) < FLAT, reason, 0)
    less, more = f"the slope makes less of it: × {write(slope)}", f"the slope makes more of it: × {write(slope)}"
    yield from _telling(Cause(F.SLOPE_SHRINKS, less, abs(slope) < 1, reason, toward), slope, 1)
    yield from _telling(Cause(F.SLOPE_GROWS, more, abs(slope) > 1, reason, -toward), slope, 1)


def of_an_answer(p: float, t: float, dz: float, write: Write) -> Iterator[Cause]:
    """What the loss says to an output; exactly one of the `COSTS_` holds."""
    reason = f"The answer is {write(p)}, the target {write(t)}."
    if write(p) != write(t):
        for fact, way, side in ((F.ANSWER_ABOVE, 1, "above"), (F.ANSWER_BELOW, -1, "below")):
            if (holds := way * (p - t) > 0) and _sign(dz) != way:
                continue
            yield Cause(fact, f"the answer {write(p)} lies {side} its target", holds, reason, way)
    if abs(abs(p - t) - FAR) > _ROUNDING and _sign(dz) in (0, _sign(p - t)):
        far, misses = abs(p - t) > FAR, f"{write(abs(p - t))} lies between them."
        if not (far and dz == 0):
            yield Cause(F.ANSWER_FAR, "the answer misses its target by more than 0.5", far, misses, _sign(p - t))
    slope = f"∂L/∂z is {write(dz)}."
    yield Cause(F.COSTS_MORE, "the loss grows if its sum grows", dz > 0, slope, 1)
    yield Cause(F.COSTS_LESS, "the loss falls if its sum grows", dz < 0, slope, -1)
    yield Cause(F.COSTS_THE_SAME, "the loss does not care about its sum here", dz == 0, slope)


def of_a_loss(p: float, t: float, guessed: float, write: Write) -> Iterator[Cause]:
    """Whether the answer is better than one that knows nothing; exactly one of three holds, and one never."""
    miss, before = abs(p - t), abs(guessed - t)
    reason = f"It misses {write(t)} by {write(miss)}, {write(guessed)} would miss it by {write(before)}."
    told, than = f"the answer {write(p)}", f"than {write(guessed)}"
    yield Cause(F.BETTER_THAN_GUESSED, f"{told} is nearer to the target {than}", _clearly(before, miss), reason, -1)
    yield Cause(F.WORSE_THAN_GUESSED, f"{told} is further off {than}", _clearly(miss, before), reason, 1)
    equal = not _clearly(before, miss) and not _clearly(miss, before)
    yield Cause(F.AS_GUESSED, f"{told} is as good as {write(guessed)}", equal, reason)
    apart = "The penalty comes on top of the mean loss: it is no part of what an example costs."
    yield Cause(F.PENALTY_COUNTED, "the penalty on the weights is a part of it", False, apart, 1)
    if abs(miss - FAR) > _ROUNDING and not (miss > FAR and _clearly(before, miss)):
        between = f"{write(miss)} lies between them."
        yield Cause(F.ANSWER_FAR, "the answer misses its target by more than 0.5", miss > FAR, between, 1)


def of_a_gradient(x: float, dz: float, weight: float, named: tuple[str, str, str], write: Write) -> Iterator[Cause]:
    """∂L/∂w = x · ∂L/∂z; named: x, ∂L/∂z and w. Of the first four at least one holds."""
    x_name, dz_name, w_name = named
    gradient = x * dz
    reason = f"{x_name} is {write(x)} and {dz_name} is {write(dz)}: their product is {write(gradient)}."
    yield Cause(F.INPUT_ZERO, f"{x_name} is 0: the weight had no say", x == 0, f"{x_name} is {write(x)}.")
    yield Cause(F.ERROR_ZERO, f"{dz_name} is 0: no error is passed on", dz == 0, f"{dz_name} is {write(dz)}.")
    pair = f"{x_name} and {dz_name} have"
    yield Cause(F.SAME_SIGNS, f"{pair} the same sign", gradient > 0, reason, 1)
    yield Cause(F.OPPOSITE_SIGNS, f"{pair} opposite signs", gradient < 0, reason, -1)
    if x != 0:
        shrinks = f"{x_name} = {write(x)} makes it smaller than {dz_name}"
        if dz != 0:
            yield from _telling(Cause(F.INPUT_SHRINKS, shrinks, abs(x) < 1, reason, -_sign(gradient)), x, 1)
    if weight != 0 and _sign(weight) != _sign(gradient):
        text = f"it has the sign of its weight: {w_name} = {write(weight)}"
        yield Cause(F.SIGN_OF_WEIGHT, text, False, f"The weight does not come in: {write(x)} · {write(dz)}.")


def of_the_largest(
    names: Sequence[str], x: Array, weights: Array, dz: float, winner: int, write: Write
) -> Iterator[Cause]:
    """Why one of a unit's weights has the largest gradient: all of them share ∂L/∂z, so it is |x|."""
    sizes = np.abs(x)
    others = max(float(size) for place, size in enumerate(sizes) if place != winner)
    reason = (
        f"{write(float(sizes[winner]))} is multiplied by the same ∂L/∂z; the next largest input is {write(others)}."
    )
    yield Cause(F.INPUT_LARGEST, "it has the largest input, whatever its sign", True, reason)
    yield Cause(F.INPUT_SMALLEST, "it has the smallest input", False, reason)
    shared = f"All weights of a unit share one ∂L/∂z: {write(dz)}."
    yield Cause(F.MORE_ERROR, f"more error arrives there, at {names[winner]}", False, shared)
    if int(np.abs(weights).argmax()) != winner:
        largest = int(np.abs(weights).argmax())
        text = f"it is the largest weight itself: {write(float(weights[winner]))}"
        yield Cause(F.WEIGHT_LARGEST, text, False, f"{names[largest]} is larger: {write(float(weights[largest]))}.")


def of_a_change(change: float, g: float, own: float, weight: float, write: Write) -> Iterator[Cause]:
    """Why a weight moves by what it moves: g is its mean gradient, own the gradient of this example. Exactly one of
    `DOWNHILL`, `UPHILL`, `STAYS` and `MOVED_WITHOUT` holds."""
    reason = f"Its mean gradient is {write(g)}, and it moves by {write(change)}."
    way = _sign(change)
    yield Cause(F.DOWNHILL, f"it goes against its mean gradient {write(g)}", change * g < 0, reason, way)
    text = f"something outweighs its gradient: {write(g)}"
    more = f"{reason} Earlier steps or a penalty count more."
    yield Cause(F.UPHILL, text, change * g > 0, more if change * g > 0 else reason, way)
    yield Cause(F.STAYS, "nothing moves it: the step is 0", change == 0, reason)
    yield Cause(F.MOVED_WITHOUT, "memory or a penalty moves it, no gradient", g == 0 != change, reason, way)
    if change != 0 and own != 0 and g != 0:
        others = f"This example says {write(own)}, the mini-batch on average {write(g)}."
        pull = -_sign(g) if change * g < 0 else 0
        holds = own * g < 0
        if not (holds and change * g > 0):
            yield Cause(F.OUTVOTED, "the other examples outvote this one", holds, others, pull)
    if change != 0 and g != 0:
        text = f"the step is shorter than the gradient {write(g)}"
        yield from _telling(Cause(F.STEP_SHORT, text, abs(change) < abs(g), reason, -way), change, g)
    if weight != 0 and _sign(weight) != way:
        text = f"it has the sign of its weight: {write(weight)}"
        yield Cause(F.SIGN_OF_WEIGHT, text, False, "The sign of a weight does not say which way it moves.")


def _telling(cause: Cause, made: float, of: float) -> Iterator[Cause]:
    """The cause, unless it holds by next to nothing."""
    if not cause.holds or abs(abs(made) - abs(of)) > TELLING * max(abs(made), abs(of)):
        yield cause


def _named(term: Term, names: Names) -> str:
    return " · ".join(names.of(factor.place) for factor in term.factors)


def _clearly(large: float, small: float) -> bool:
    return large - small > NEARLY * max(large, small)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
