"""The steps of a worksheet as they are written: with the names of what is to be found, or with all numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nnstudio.core.experiment.choices import ActivationKind, LossKind, Task
from nnstudio.core.trace.asked import Asked
from nnstudio.core.trace.quantity import Calculation, Factor, Index, Place, Quantity
from nnstudio.core.trace.steps import Steps
from nnstudio.core.trace.text import digits
from nnstudio.core.trace.way import TracedLayer

Q = Quantity
_ENTROPIES = LossKind.CROSS_ENTROPY, LossKind.BINARY_CROSS_ENTROPY


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a formula: what it is called, or how it is printed if it is given."""

    name: str
    value: float
    given: bool = False

    def text(self, solved: bool) -> str:
        """As it stands on the sheet, or on the page of the solution."""
        return self.name if self.given or not solved else digits(self.value)


Parts = Sequence[str | Number]
"""A formula: text and numbers."""


def written(parts: Parts, solved: bool) -> str:
    """A formula on one line; a negative number that is not the first stands in brackets."""
    text = ""
    for part in parts:
        found = part if isinstance(part, str) else part.text(solved)
        bare = isinstance(part, str) or not text or text.endswith(("(", "|"))
        text += f"({found})" if found.startswith("−") and not bare else found
    return text


def printed(value: float, decimals: int, whole: bool = True) -> str:
    """A number with so many decimals; `whole` leaves out zeros at the end."""
    text = f"{value + 0.0:.{decimals}f}"
    if whole and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


class Lines:
    """Writes the formulas of one trace. decimals: of the weights and of the inputs; called: the gaps so far, by their
    places."""

    def __init__(self, steps: Steps, decimals: tuple[int, int]) -> None:
        self.steps, self.trace = steps, steps.trace
        self.decimals = decimals
        self.called: dict[Place, str] = {}

    def forward(self, layer: TracedLayer, step: Asked) -> Parts:
        """Of z, of a, or of an answer."""
        place = step.place
        if place.quantity is Q.Z:
            assert step.exercise.calculation is not None
            return [*self.sum(step.exercise.calculation)]
        z = self._at(Q.Z, layer, place.at, layer.z[place.at])
        if place.quantity is Q.A:
            return [f"{layer.activation.phrase}(", z, ")"]
        if self.trace.answers is not ActivationKind.SOFTMAX:
            return ["1 / (1 + e^(−", z, "))"]
        shares = [part for unit in range(len(layer.z)) for part in (" + e^", self._logit(unit))]
        return ["e^", z, " / (e^", *shares[1:], ")"]

    def term(self, unit: int) -> Parts:
        """Of what one output costs."""
        return self._weighted(self._term(unit))

    def _weighted(self, parts: Parts) -> Parts:
        """The same of an example that counts more or less, by its class."""
        weight = self.trace.terms.weight
        return parts if weight == 1 else [Number(f"{weight:.4g}", weight, given=True), " · (", *parts, ")"]

    def _term(self, unit: int) -> Parts:
        trace, spec = self.trace, self.trace.held.state.experiment.training
        p, t = self._answer(unit), float(trace.terms.targets[unit])
        target = Number(printed(t, 6), t, given=True)
        match spec.loss:
            case LossKind.CROSS_ENTROPY if trace.answers is ActivationKind.SOFTMAX:
                return ["−ln ", p] if t == 1 else [f"−{target.name} · ln ", p]
            case LossKind.CROSS_ENTROPY | LossKind.BINARY_CROSS_ENTROPY:
                if t in (0, 1):
                    return ["−ln ", p] if t else ["−ln (1 − ", p, ")"]
                return [f"−{target.name} · ln ", p, f" − {printed(1 - t, 6)} · ln (1 − ", p, ")"]
            case LossKind.MEAN_SQUARED_ERROR:
                return ["(", p, " − ", target, ")²"]
            case LossKind.HALF_SQUARED_ERROR:
                return ["½ · (", p, " − ", target, ")²"]
            case LossKind.MEAN_ABSOLUTE_ERROR:
                return ["|", p, " − ", target, "|"]
            case LossKind.HUBER:
                return ["½ · d² or δ · (|d| − ½ · δ), d = ", p, " − ", target]
            case _:
                return self._hinge(unit)

    def loss(self) -> Parts:
        """Of what the example costs."""
        trace, terms = self.trace, self.trace.terms
        if len(trace.p) == 1 or self.only_one_costs:
            return self.term(int(terms.targets.argmax()))
        names = [
            part
            for unit, value in enumerate(terms.values)
            for part in (" + ", Number(self.called[Place(Q.TERM, 0, (unit,))], float(value)))
        ]
        return names[1:] if terms.count == 1 else ["(", *names[1:], f") / {terms.count}"]

    @property
    def only_one_costs(self) -> bool:
        """Whether the loss is that of the right class alone."""
        shared = self.trace.answers is ActivationKind.SOFTMAX
        entropy = self.trace.held.state.experiment.training.loss is LossKind.CROSS_ENTROPY
        return shared and entropy and bool(set(self.trace.terms.targets.tolist()) <= {0.0, 1.0})

    def output_error(self, unit: int) -> Parts:
        """Of ∂L/∂z of an output."""
        return self._weighted(self._output_error(unit))

    def _output_error(self, unit: int) -> Parts:
        trace, kind = self.trace, self.trace.held.state.experiment.training.loss
        p, t = self._answer(unit), float(trace.terms.targets[unit])
        difference: Parts = [p, " − ", Number(printed(t, 6), t, given=True)]
        if kind is LossKind.HINGE:
            return ["the slope of L there"]
        around = {
            LossKind.MEAN_SQUARED_ERROR: ("2 · (", ")"),
            LossKind.HALF_SQUARED_ERROR: ("(", ")"),
            LossKind.MEAN_ABSOLUTE_ERROR: ("sign(", ")"),
            LossKind.HUBER: ("d within ±δ, d = (", ")"),
        }.get(kind, ("", ""))
        bent = trace.held.dataset.task is not Task.REGRESSION and kind not in _ENTROPIES
        slope: Parts = [" · ", p, " · (1 − ", p, ")"] if bent else []
        count = trace.terms.count
        if count > 1:
            around = f"({around[0]}", around[1]
        if not bent and kind is LossKind.HALF_SQUARED_ERROR and count == 1:
            around = "", ""
        return [around[0], *difference, around[1], *slope, f") / {count}" if count > 1 else ""]

    def passed_on(self, layer: TracedLayer, at: Index) -> Parts:
        """Of ∂L/∂z of a hidden unit."""
        assert layer.slope is not None
        z = self.name(Place(Q.Z, layer.key, at))
        error = self._at(Q.DA, layer, at, layer.da[at])
        return [error, " · ", Number(f"f′({z})", float(layer.slope[at]))]

    def sum(self, calculation: Calculation) -> Iterator[str | Number]:
        """A sum of products, the sign of what is given in front of it."""
        for place, term in enumerate(calculation.terms):
            numbers = [self.number(factor) for factor in sorted(term.factors, key=self._given)]
            first, sign = numbers[0], term.sign
            if first.given and first.name.startswith("−"):
                first, sign = Number(first.name[1:], -first.value, given=True), -sign
            if place:
                yield " − " if sign < 0 else " + "
            elif sign < 0:
                yield "−"
            yield first
            for number in numbers[1:]:
                yield " · "
                yield number

    def number(self, factor: Factor) -> Number:
        """A factor: given, if it is a weight or an input."""
        place, first = factor.place, self.trace.layers[0].key
        if place.quantity in (Q.WEIGHT, Q.BIAS):
            return Number(printed(factor.value, self.decimals[0], whole=False), factor.value, given=True)
        if place.quantity is Q.X and place.layer == first:
            return Number(printed(factor.value, self.decimals[1]), factor.value, given=True)
        return Number(self.name(place), factor.value)

    def name(self, place: Place) -> str:
        """What a number is called that is to be found, under the name at which it is asked for."""
        origin = self.steps.origin(place)
        return self.called.get(origin) or self.steps.names.of(origin)

    def layer(self, place: Place) -> TracedLayer:
        """Where a number stands."""
        return next(layer for layer in self.trace.layers if layer.key == place.layer)

    def _given(self, factor: Factor) -> int:
        """Weights first, then inputs, then what is to be found."""
        return (0 if factor.place.array else 1) if self.number(factor).given else 2

    def _at(self, quantity: Quantity, layer: TracedLayer, at: Index, value: float) -> Number:
        return Number(self.name(Place(quantity, layer.key, at)), float(value))

    def _logit(self, unit: int) -> Number:
        output = self.trace.layers[-1]
        return self._at(Q.Z, output, (unit,), output.z[unit])

    def _answer(self, unit: int) -> Number:
        return self._at(Q.P, self.trace.layers[-1], (unit,), self.trace.p[unit])

    def _hinge(self, unit: int) -> Parts:
        truth, z = self.trace.y, self._logit(unit)
        if self.trace.answers is not ActivationKind.SOFTMAX:
            return ["max(0, 1 − " if truth[unit] else "max(0, 1 + ", z, ")"]
        return ["0"] if truth[unit] else ["max(0, 1 + ", z, " − ", self._logit(int(truth.argmax())), ")"]
