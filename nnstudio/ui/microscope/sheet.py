"""What stands on the card of an unfolded unit: its arithmetic in parts, each with a number for the order of working.

Arithmetic about what comes in stands at the left, about what goes on at the right, the function between them. Every
number is rounded by itself; where the printed numbers do not give the printed result, ≈ stands in place of =.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import isfinite

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.trace import arithmetic
from nnstudio.core.trace.names import Names
from nnstudio.core.trace.quantity import Calculation, Factor, Index, Place, Quantity, Term, place_of
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase
from nnstudio.ui.microscope.walk import Stop

Q = Quantity
FOLD = 8
"""Sums of more terms show so many, the largest."""
_WEIGHTS = frozenset({Q.WEIGHT, Q.GAIN, Q.MASK, Q.SHARE, Q.SWITCH})
_BIASES = frozenset({Q.BIAS, Q.SHIFT})
_ERRORS = frozenset({Q.DA, Q.DZ, Q.DX, Q.DW, Q.MEAN_ERROR, Q.MEAN_PRODUCT})


class Writing(Enum):
    """How all numbers are written."""

    ALGEBRA = "algebra"
    DIGITS = "0.000"
    FULL = "full"


class Shape(Enum):
    """What a number is, as a sign before it: square, stroke, square in a corner, triangle to the left, nothing."""

    VALUE = "value"
    WEIGHT = "weight"
    BIAS = "bias"
    ERROR = "error"
    PLAIN = "number"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number with its sign, its name, and where it comes from; `known`: whether it has been computed."""

    shape: Shape
    name: str
    value: float
    place: Place | None = None
    known: bool = True

    def text(self, writing: Writing) -> str:
        """As it is written; "–" for what is not computed."""
        if not self.known:
            return "–"
        return self.name if writing is Writing.ALGEBRA else number(self.value, writing is Writing.FULL)


@dataclass(frozen=True, slots=True)
class Line:
    """label: the name at its beginning; cells: factors, between which × stands; result: what they make"""

    label: str
    cells: tuple[Cell, ...]
    result: Cell | None = None
    note: str = ""

    def sign(self, writing: Writing) -> str:
        """= or, where the printed factors do not give the printed result, ≈."""
        if self.result is None or writing is not Writing.DIGITS or not (self.result.known and self.cells):
            return "="
        product = float(np.prod([round(cell.value, 3) for cell in self.cells]))
        return "=" if number(product) == number(self.result.value) else "≈"

    def spoken(self, writing: Writing = Writing.DIGITS) -> str:
        """For those who cannot see it: weight w₂₁, 0.780, times x₁, 1, equals 0.780."""
        known = [f"{cell.shape.value} {cell.name}, {cell.text(writing)}" for cell in self.cells if cell.known]
        if len(known) < len(self.cells) or (self.result is not None and not self.result.known):
            return f"{self.label}: not computed yet".strip()
        said = ", times ".join(known) or self.note
        if self.result is None:
            return said
        return f"{said}, equals {self.result.text(writing)}" if said else f"{self.label}, {self.result.text(writing)}"


@dataclass(frozen=True, slots=True)
class Part:
    """One step of the working; `curve`: f with the point at z and, backwards, its tangent."""

    number: int
    title: str
    lines: tuple[Line, ...] = ()
    note: str = ""
    curve: "Curve | None" = None


@dataclass(frozen=True, slots=True)
class Curve:
    """f = `kind` at z; a and slope where they have been computed; with the tangent, backwards."""

    kind: ActivationKind
    z: float
    a: float
    slope: float | None
    known: bool
    tangent: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """title, subtitle: which unit of which layer; headline: the equation of this phase, each number with a caption and
    the sign before it; parts from left to right"""

    title: str
    subtitle: str
    headline: tuple[tuple[str, Cell, str], ...] = ()
    parts: tuple[Part, ...] = ()
    words: tuple[str, ...] = field(default=())


def number(value: float, full: bool = False) -> str:
    """Three digits after the point; tiny and huge ones with a power of ten, never 0.000 for what is not 0."""
    if not isfinite(value):
        return "not a number" if value != value else ("∞" if value > 0 else "−∞")
    if full:
        return repr(float(value)).replace("-", "−")
    if value == round(value) and abs(value) < 1e4:
        return f"{value:.0f}".replace("-", "−") if value else "0"
    if 5e-4 <= abs(value) < 1e4:
        return f"{value:.3f}".replace("-", "−")
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")


def folded(calculation: Calculation) -> tuple[list[Term], list[Term]]:
    """The terms that are shown, in their order, and the rest; a bias is always shown."""
    terms = list(calculation.terms)
    if len(terms) <= FOLD + 1:
        return terms, []
    products = [term for term in terms if len(term.factors) > 1]
    largest = sorted(products, key=lambda term: -abs(term.value))[:FOLD]
    shown = [term for term in terms if term in largest or len(term.factors) == 1]
    return shown, [term for term in terms if term not in shown]


def at_of(layer: TracedLayer, unit: int, place: Index | None = None) -> Index:
    """Where a unit's number stands: of a map, at the place that is looked at, or where it answers most."""
    if layer.z.ndim == 1:
        return (unit,)
    if place is not None:
        return (unit, *place)
    return (unit, *place_of(int(np.abs(layer.z[unit]).argmax()), layer.z.shape[1:]))


class Sheets:
    """Makes the sheet for a stop of the walk."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.names = trace, Names(trace.layers)

    def sheet(self, stop: Stop, place: Index | None = None) -> Sheet:
        """What stands on the card; of a layer as a whole, and of the loss, what all of its units have."""
        if stop.layer is None or stop.unit is None:
            return self._loss()
        layer = self.trace.layers[stop.layer]
        at = at_of(layer, stop.unit, place)
        match stop.phase:
            case Phase.FORWARD:
                return self._forward(layer, at, stop.term)
            case Phase.BACKWARD:
                return self._backward(stop.layer, at, stop.term)
            case _:
                return self._update(layer, at)

    def terms(self, index: int, unit: int) -> tuple[int, int]:
        """How many lines the sums of a unit have, forwards and backwards."""
        layer = self.trace.layers[index]
        at = at_of(layer, unit)
        return _lines(arithmetic.forward(layer, at)), _lines(back) if (back := self._arriving(index, at)) else 1

    # Forward ----------------------------------------------------------------------------------------------------------

    def _forward(self, layer: TracedLayer, at: Index, term: int | None) -> Sheet:
        z = arithmetic.forward(layer, at)
        lines, whole = self._terms(z, term)
        kind = activation_of(layer)
        result = self._cell(z.result, known=whole)
        parts = [Part(1, "inputs × weights, and the bias", tuple(lines))]
        parts.append(Part(2, "their sum", (Line(result.name, (), result),), z.rule))
        a = self._a(layer, at, whole)
        if kind is not ActivationKind.LINEAR:
            slope = None if layer.slope is None else float(layer.slope[at])
            curve = Curve(kind, float(layer.z[at]), a.value, slope, whole, tangent=False)
            parts.append(Part(3, f"{a.name} = {kind.phrase}", (Line(a.name, (), a),), curve=curve))
        caption = "what it hands on"
        headline = (
            (("", a, caption),)
            if kind is ActivationKind.LINEAR
            else (("", a, caption), (f"= {kind.phrase} of", result, "its sum"))
        )
        return Sheet(self.names.unit(layer.key, at), self._where(layer, at), headline, tuple(parts))

    # Loss -------------------------------------------------------------------------------------------------------------

    def _loss(self) -> Sheet:
        trace, output = self.trace, self.trace.layers[-1]
        lines: list[Line] = []
        for unit in np.argsort(-np.abs(trace.terms.values), kind="stable")[:FOLD].tolist():
            p = Cell(Shape.VALUE, _indexed("p", unit, len(trace.p)), float(trace.p[unit]), Place(Q.P, 0, (unit,)))
            t = Cell(Shape.PLAIN, _indexed("t", unit, len(trace.p)), float(trace.terms.targets[unit]))
            value = Cell(Shape.PLAIN, "", float(trace.terms.values[unit]))
            lines.append(Line(self.names.unit(0, (unit,)), (p, t), value, note="answer, target"))
        loss = Cell(Shape.PLAIN, "L", trace.terms.loss, Place(Q.LOSS, 0, ()))
        share = f"their sum, divided by {trace.terms.count}" if trace.terms.count > 1 else "their sum"
        parts = Part(1, f"each term: {trace.terms.formula}", tuple(lines)), Part(2, share, (Line("L", (), loss),))
        return Sheet("L", f"the loss of this example · {output.name}", (("", loss, "what this example costs"),), parts)

    # Backward ---------------------------------------------------------------------------------------------------------

    def _backward(self, index: int, at: Index, term: int | None) -> Sheet:
        layer = self.trace.layers[index]
        arriving, kind = self._arriving(index, at), activation_of(layer)
        lines, whole = self._terms(arriving, term) if arriving else ([], True)
        da = Cell(
            Shape.ERROR, f"∂L/∂{self.names.unit(layer.key, at)}", float(layer.da[at]), Place(Q.DA, layer.key, at), whole
        )
        dz = self._cell(Factor(Place(Q.DZ, layer.key, at), float(layer.dz[at])), known=whole)
        parts: list[Part] = []
        if layer.gradients:
            parts.append(self._gradients(layer, at, whole))
        headline: list[tuple[str, Cell, str]] = [("", dz, "what it passes on")]
        if layer.slope is None:
            headline.append(("= a · (∂L/∂a − Σ a · ∂L/∂a) of", da, "error that arrives"))
        elif arriving is not None and kind is not ActivationKind.LINEAR:
            slope = Cell(Shape.PLAIN, "f′(z)", float(layer.slope[at]), Place(Q.SLOPE, layer.key, at))
            headline += [("=", slope, _listening(slope.value)), ("×", da, "error that arrives")]
            curve = Curve(kind, float(layer.z[at]), float(layer.a[at]), slope.value, True, tangent=True)
            parts.append(Part(2, f"slope of {kind.phrase}", (Line("f′(z)", (), slope),), curve=curve))
        else:
            headline.append(("=", da, "error that arrives" if arriving else "from the loss"))
        if arriving is not None:
            count = len(arriving.terms)
            note = f"sum over {count} link{'s' * (count != 1)}"
            parts.append(Part(1, "one summand for each link out", (*lines, Line(note, (), da))))
        else:
            parts.append(Part(1, "from the loss", (Line("p − t" if self._plain_difference else "∂L/∂z", (), dz),)))
        return Sheet(self.names.unit(layer.key, at), self._where(layer, at), tuple(headline), tuple(parts))

    def _gradients(self, layer: TracedLayer, at: Index, known: bool) -> Part:
        """x · ∂L/∂z for the weights that lead here, the largest ones."""
        lines: list[Line] = []
        zero = ""
        for array, place in self.weights(layer, at):
            found = arithmetic.gradient(layer, array, place)
            result = self._cell(found.result, known=known)
            cells = tuple(self._cell(factor) for factor in found.terms[0].factors) if len(found.terms) == 1 else ()
            note = "" if cells else f"sum over {len(found.terms)} places"
            label = self.names.of(Place(Q.WEIGHT, layer.key, place, array))
            if cells and cells[0].shape is Shape.VALUE and cells[0].value == 0:
                zero = f"{cells[0].name} is 0: {label} learns nothing here"
            lines.append(Line(label, cells, result, note))
        return Part(3, "to its weights: x · ∂L/∂z", tuple(lines), zero)

    # Update -----------------------------------------------------------------------------------------------------------

    def _update(self, layer: TracedLayer, at: Index) -> Sheet:
        held = self.trace.held
        parts: list[Part] = []
        batch = held.way.gradients.get(layer.key, {})
        own = sorted(self.weights(layer, at, batch), key=lambda weight: -abs(float(batch[weight[0]][weight[1]])))
        for count, (array, place) in enumerate(own[:3], 1):
            name = self.names.of(Place(Q.WEIGHT, layer.key, place, array))
            lines: list[Line] = [Line("w", (), Cell(Shape.WEIGHT, name, float(layer.arrays[array][place])))]
            for row in held.update:
                value = held.number_of(row, layer.key, array, place)
                lines.append(Line(row.name, (), Cell(Shape.PLAIN, row.formula, value), row.formula))
            parts.append(Part(count, name, tuple(lines)))
        return Sheet(self.names.unit(layer.key, at), f"{self._where(layer, at)} · the update", (), tuple(parts))

    # ------------------------------------------------------------------------------------------------------------------

    def weights(self, layer: TracedLayer, at: Index, by: Mapping[str, Array] | None = None) -> list[tuple[str, Index]]:
        """What is one unit's own: of its weights those with the largest gradients, of this example or those given, and
        its bias."""
        found: list[tuple[str, Index]] = []
        for array, gradients in (layer.gradients if by is None else by).items():
            unit = at[0] if gradients.shape[-1] > at[0] else int(np.ravel_multi_index(at, layer.z.shape))
            own = gradients[..., unit]
            order = np.argsort(-np.abs(own), axis=None, kind="stable")[: FOLD - 1]
            found += [(array, (*place_of(int(place), own.shape), unit)) for place in sorted(order.tolist())]
        return found

    @property
    def _plain_difference(self) -> bool:
        return bool(np.allclose(self.trace.dz, self.trace.p - self.trace.terms.targets))

    def _arriving(self, index: int, at: Index) -> Calculation | None:
        """The error that arrives at a unit, from the layer behind; None at the output."""
        if index + 1 >= len(self.trace.layers):
            return None
        layer, following = self.trace.layers[index], self.trace.layers[index + 1]
        there = place_of(int(np.ravel_multi_index(at, layer.z.shape)), following.x.shape)
        return arithmetic.backward(following, there)

    def _terms(self, calculation: Calculation, term: int | None) -> tuple[list[Line], bool]:
        """The lines of a sum, and whether all of them have been worked out."""
        shown, rest = folded(calculation)
        last = len(shown) + bool(rest)
        lines: list[Line] = []
        for place, summand in enumerate(shown, 1):
            known = term is None or place <= term
            value = Cell(
                Shape.PLAIN, " · ".join(self.names.of(f.place) for f in summand.factors), summand.value, None, known
            )
            lines.append(Line("", tuple(self._cell(factor) for factor in summand.factors), value))
        if rest:
            value = Cell(
                Shape.PLAIN, "the rest", sum(summand.value for summand in rest), None, term is None or term >= last
            )
            lines.append(Line(f"+ {len(rest)} more", (), value))
        return lines, term is None or term >= last

    def _a(self, layer: TracedLayer, at: Index, known: bool) -> Cell:
        name = self.names.unit(layer.key, at)
        return Cell(Shape.VALUE, name, float(layer.a[at]), Place(Q.A, layer.key, at), known)

    def _cell(self, factor: Factor, known: bool = True) -> Cell:
        quantity = factor.place.quantity
        shape = Shape.ERROR if quantity in _ERRORS else Shape.VALUE
        shape = Shape.WEIGHT if quantity in _WEIGHTS else Shape.BIAS if quantity in _BIASES else shape
        return Cell(shape, self.names.of(factor.place), factor.value, factor.place, known)

    def _where(self, layer: TracedLayer, at: Index) -> str:
        kind = activation_of(layer)
        unit = f"unit {at[0] + 1}" if len(at) == 1 else f"map {at[0] + 1}, row {at[1] + 1}, column {at[2] + 1}"
        return f"{layer.name}, {unit}" + (f" · {kind.phrase}" if kind is not ActivationKind.LINEAR else "")


def activation_of(layer: TracedLayer) -> ActivationKind:
    """The function behind a layer's sum; linear where it has none."""
    return getattr(layer.spec, "activation", ActivationKind.LINEAR)


def _lines(calculation: Calculation) -> int:
    shown, rest = folded(calculation)
    return len(shown) + bool(rest)


def _listening(slope: float) -> str:
    if slope == 0:
        return "slope 0: nothing passes"
    return "slope: hardly listening" if abs(slope) < 0.01 else "slope: is it listening?"


def _indexed(letter: str, unit: int, outputs: int) -> str:
    return letter if outputs == 1 else f"{letter}{''.join('₀₁₂₃₄₅₆₇₈₉'[int(digit)] for digit in str(unit + 1))}"
