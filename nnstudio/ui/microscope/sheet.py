"""What stands on the card of an unfolded unit: its arithmetic in parts, each with a number for the order of working.

Arithmetic about what comes in stands at the left, about what goes on at the right, the function between them. Every
number is rounded by itself; where the printed numbers do not give the printed result, ≈ stands in place of =.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.trace import arithmetic, backward_exercise
from nnstudio.core.trace.names import Names, subscript
from nnstudio.core.trace.quantity import Calculation, Factor, Index, Place, Quantity, Term, place_of
from nnstudio.core.trace.steps import Steps, largest_weights
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase
from nnstudio.ui.microscope.cells import Cell, Curve, Line, Part, Shape, Sheet, Writing, number
from nnstudio.ui.microscope.walk import Outlined, Stop

__all__ = ["Cell", "Curve", "Line", "Part", "Shape", "Sheet", "Sheets", "Writing", "number"]

Q = Quantity
FOLD = 8
"""Sums of more terms show so many, the largest."""
_WEIGHTS = frozenset({Q.WEIGHT, Q.GAIN, Q.MASK, Q.SHARE, Q.SWITCH})
_BIASES = frozenset({Q.BIAS, Q.SHIFT})
_GIVEN = frozenset({"η", "L1", "L2", "decay"})
"""Rows of an update that no gradient goes into."""
_ERRORS = frozenset({Q.DA, Q.DZ, Q.DX, Q.DW, Q.MEAN_ERROR, Q.MEAN_PRODUCT})


def folded(calculation: Calculation) -> tuple[list[Term], list[Term]]:
    """The terms that are shown, in their order, and the rest; a bias is always shown."""
    terms = list(calculation.terms)
    if len(terms) <= FOLD + 1:
        return terms, []
    products = [term for term in terms if len(term.factors) > 1]
    largest = {id(term) for term in sorted(products, key=lambda term: -abs(term.value))[:FOLD]}
    shown = [term for term in terms if id(term) in largest or len(term.factors) == 1]
    return shown, [term for term in terms if id(term) not in largest and len(term.factors) > 1]


def at_of(layer: TracedLayer, unit: int, place: Index | None = None) -> Index:
    """Where a unit's number stands: of a map, at the place that is looked at, or where it answers most."""
    if layer.z.ndim == 1:
        return (unit,)
    if place is not None:
        return (unit, *place)
    answers = layer.a[unit] if layer.a[unit].any() else layer.z[unit]
    return (unit, *place_of(int(np.abs(answers).argmax()), layer.z.shape[1:]))


class Sheets:
    """Makes the sheet for a stop of the walk; `asked`: with room for what a learner calculates, and with all that they
    need for it, in place of the headline."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.names, self.asked = trace, Names(trace.layers), False
        self.steps = Steps(trace)

    def sheet(self, stop: Stop, place: Index | None = None) -> Sheet:
        """What stands on the card; of a layer as a whole, and of the loss, what all of its units have."""
        if stop.layer is None or stop.unit is None:
            return self._loss()
        layer = self.trace.layers[stop.layer]
        at = at_of(layer, stop.unit, place)
        term = None if self.asked else stop.term
        match stop.phase:
            case Phase.FORWARD:
                return self._forward(layer, at, term)
            case Phase.BACKWARD:
                return self._backward(stop.layer, at, term)
            case _:
                return self._update(layer, at)

    def terms(self, index: int, unit: int) -> tuple[int, int]:
        """How many lines the sums of a unit have, forwards and backwards."""
        layers, layer = self.trace.layers, self.trace.layers[index]
        at = at_of(layer, unit)
        dense = isinstance(layer.spec, DenseSpec)
        forward = _count(layer.x.size, 1) if dense else _lines(arithmetic.forward(layer, at))
        if index + 1 < len(layers) and isinstance(layers[index + 1].spec, DenseSpec):
            return forward, _count(len(layers[index + 1].z), 0)
        return forward, _lines(back) if (back := arithmetic.arriving(self.trace.layers, index, at)) else 1

    def outlined(self) -> list[Outlined]:
        """What a walk needs to know of the layers."""
        return [
            Outlined(len(layer.z), *self.terms(place, 0), bool(layer.gradients))
            for place, layer in enumerate(self.trace.layers)
        ]

    # Forward ----------------------------------------------------------------------------------------------------------

    def _forward(self, layer: TracedLayer, at: Index, term: int | None) -> Sheet:
        z, rest = _sum(layer, at)
        lines, whole = self._terms(z, term, *rest)
        if isinstance(layer.spec, DenseSpec):
            lines = [self._asking(line, layer, at) for line in lines]
        kind = layer.activation
        result = self._cell(z.result, known=whole)
        parts = [Part(1, "inputs × weights, and the bias", tuple(lines))]
        parts.append(Part(2, "their sum", (Line(result.name, (), result, asks=result.place),), z.rule))
        a = self._a(layer, at, whole)
        if kind is not ActivationKind.LINEAR:
            slope = None if layer.slope is None else float(layer.slope[at])
            curve = Curve(
                kind, float(layer.z[at]), a.value, slope, whole, False, _seen(layer, at), (result.name, a.name)
            )
            parts.append(Part(3, f"{a.name} = {kind.phrase}", (Line(a.name, (), a, asks=a.place),), curve=curve))
        elif layer is self.trace.layers[-1] and self.trace.answers is not ActivationKind.LINEAR:
            parts.append(self._answer(layer, at, whole))
        caption = "what it hands on"
        headline = (
            (("", a, caption),)
            if kind is ActivationKind.LINEAR
            else (("", a, caption), (f"= {kind.phrase} of", result, "its sum"))
        )
        headline = () if self.asked else headline
        return Sheet(self.names.unit(layer.key, at), self._where(layer, at), headline, tuple(parts))

    def _asking(self, line: Line, layer: TracedLayer, at: Index) -> Line:
        """A product of a dense layer is a number that somebody can find."""
        weights = [cell.place for cell in line.cells if cell.place is not None and cell.place.array == "weight"]
        if not weights or line.result is None:
            return line
        place = Place(Q.PRODUCT, layer.key, weights[0].at, "weight")
        return replace(line, result=replace(line.result, place=place), asks=place)

    def _answer(self, layer: TracedLayer, at: Index, known: bool) -> Part:
        """What the network makes of its last sum."""
        kind, unit, place = self.trace.answers, at[0], Place(Q.P, layer.key, at)
        p = Cell(Shape.VALUE, self.names.unit(layer.key, at), float(self.trace.p[unit]), place, known)
        curve = None
        if kind is not ActivationKind.SOFTMAX:
            seen = Place(Q.Z, layer.key, at), place
            z_name = self.names.of(seen[0])
            curve = Curve(kind, float(layer.z[at]), p.value, None, known, False, seen, (z_name, p.name))
        rule = "e to the z, as a share of all of them" if curve is None else ""
        return Part(3, f"{p.name} = {kind.phrase}", (Line(p.name, (), p, asks=place),), rule, curve)

    # Loss -------------------------------------------------------------------------------------------------------------

    def _loss(self) -> Sheet:
        trace, output = self.trace, self.trace.layers[-1]
        lines: list[Line] = []
        for unit in np.argsort(-np.abs(trace.terms.values), kind="stable")[:FOLD].tolist():
            p = Cell(Shape.VALUE, _indexed("p", unit, len(trace.p)), float(trace.p[unit]), Place(Q.P, 0, (unit,)))
            t = Cell(Shape.PLAIN, _indexed("t", unit, len(trace.p)), float(trace.terms.targets[unit]))
            if trace.terms.formula.startswith("max"):
                z = Place(Q.Z, 0, (unit,))
                p = Cell(Shape.VALUE, _indexed("z", unit, len(trace.p)), float(output.z[unit]), z)
            gives = (Place(Q.LOSS, 0, ()),) if len(trace.p) == 1 else ()
            value = Cell(Shape.PLAIN, "", float(trace.terms.values[unit]), gives=gives)
            asks = Place(Q.TERM, 0, (unit,)) if len(trace.p) > 1 else None
            value = replace(value, place=asks)
            lines.append(Line(self.names.unit(0, (unit,)), (p, t), value, "", asks, "and"))
        loss = Cell(Shape.PLAIN, "L", trace.terms.loss, Place(Q.LOSS, 0, ()))
        whole = Line("L", (), loss, asks=loss.place)
        share = f"their sum, divided by {trace.terms.count}" if trace.terms.count > 1 else "their sum"
        terms = Part(1, f"each term: {trace.terms.written}", tuple(lines))
        parts = terms, Part(2, share, (whole,))
        headline = () if self.asked else (("", loss, "what this example costs"),)
        return Sheet("L", f"the loss of this example · {output.name}", headline, parts)

    # Backward ---------------------------------------------------------------------------------------------------------

    def _backward(self, index: int, at: Index, term: int | None) -> Sheet:
        layer = self.trace.layers[index]
        arriving, kind = arithmetic.arriving(self.trace.layers, index, at), layer.activation
        lines, whole = self._terms(arriving, term) if arriving else ([], True)
        da = Cell(
            Shape.ERROR, f"∂L/∂{self.names.unit(layer.key, at)}", float(layer.da[at]), Place(Q.DA, layer.key, at), whole
        )
        dz = self._cell(Factor(Place(Q.DZ, layer.key, at), float(layer.dz[at])), known=whole)
        parts: list[Part] = []
        if layer.gradients:
            parts.append(self._gradients(layer, at, whole))
        caption = "what it passes on" if arriving else "what the loss asks of it"
        headline: list[tuple[str, Cell, str]] = [("", dz, caption)]
        if layer.slope is None:
            headline.append(("= a · (∂L/∂a − Σ a · ∂L/∂a) of", da, "error that arrives"))
        elif arriving is not None and kind is not ActivationKind.LINEAR:
            slope = Cell(Shape.PLAIN, "f′(z)", float(layer.slope[at]), Place(Q.SLOPE, layer.key, at))
            headline += [("=", slope, listening(slope.value)), ("×", da, "error that arrives")]
            seen, names = _seen(layer, at), (self.names.of(Place(Q.Z, layer.key, at)), self.names.unit(layer.key, at))
            curve = Curve(kind, float(layer.z[at]), float(layer.a[at]), slope.value, True, True, seen, names)
            passed = (Line(dz.name, (), dz, asks=dz.place),) if self.asked else ()
            parts.append(Part(2, f"slope of {kind.phrase}", (Line("f′(z)", (), slope), *passed), curve=curve))
        elif arriving is not None:
            headline.append(("=", da, "error that arrives"))
        if arriving is not None:
            count = len(arriving.terms)
            note = f"sum over {count} link{'s' * (count != 1)}"
            assert da.place is not None
            lines = [replace(line, result=replace(line.result, gives=(da.place,))) for line in lines if line.result]
            parts.append(Part(1, "one summand for each link out", (*lines, Line(note, (), da, asks=da.place))))
        else:
            t = Cell(Shape.PLAIN, "t", float(self.trace.terms.targets[at]))
            p = Cell(Shape.VALUE, "p", float(self.trace.p[at]), Place(Q.P, layer.key, at))
            of = (Line("p", (), p), Line("t", (), t)) if self.asked else ()
            rule = Line(backward_exercise.output_rule(self.trace), (), dz, asks=dz.place)
            parts.append(Part(1, "from the loss", (*of, rule)))
        shown = () if self.asked else tuple(headline)
        return Sheet(self.names.unit(layer.key, at), self._where(layer, at), shown, tuple(parts))

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
            lines.append(Line(label, cells, result, note, result.place))
        return Part(3, "to its weights: x · ∂L/∂z", tuple(lines), zero, telling=True)

    # Update -----------------------------------------------------------------------------------------------------------

    def _update(self, layer: TracedLayer, at: Index) -> Sheet:
        parts: list[Part] = []
        held = self.trace.held
        moved = self.steps.moved(layer, at) if held.worked_out else ()
        if not held.worked_out:
            parts.append(Part(1, held.awaited, ()))
        for count, (array, place) in enumerate(moved, 1):
            name = self.names.of(Place(Q.WEIGHT, layer.key, place, array))
            lines = self._rows(layer, name, array, place)
            parts.append(Part(count, name, tuple(lines)))
        return Sheet(self.names.unit(layer.key, at), f"{self._where(layer, at)} · the update", (), tuple(parts))

    def _rows(self, layer: TracedLayer, name: str, array: str, at: Index) -> Iterator[Line]:
        """One weight's way from its gradients to what it will be."""
        held = self.trace.held
        yield Line("w", (), Cell(Shape.WEIGHT, name, float(layer.arrays[array][at])))
        mean, new = (Place(quantity, layer.key, at, array) for quantity in (Q.G, Q.NEW))
        if self.asked and self.steps.at(mean) is not None:
            each = held.way.of_each(layer.key, array, at)
            for number_, value in enumerate(each if each is not None else (), 1):
                gives = (Place(Q.DW, layer.key, at, array),) if number_ - 1 == self.trace.row else ()
                label = f"of example {number_}"
                yield Line(label, (), Cell(Shape.ERROR, label, float(value), gives=gives))
        last = len(held.update) - 1
        for count, row in enumerate(held.update):
            asks = mean if not count else new if count == last else None
            gives = () if row.name in _GIVEN else (mean, new) if row.name == "step" else (mean,)
            value = held.number_of(row, layer.key, array, at)
            cell = Cell(Shape.PLAIN, row.formula, value, asks, gives=gives if asks is None else ())
            yield Line(row.name, (), cell, row.formula, asks)

    # ------------------------------------------------------------------------------------------------------------------

    def weights(self, layer: TracedLayer, at: Index, by: Mapping[str, Array] | None = None) -> list[tuple[str, Index]]:
        """What is one unit's own: of its weights those with the largest gradients, of this example or those given, and
        its bias."""
        return largest_weights(layer, at, FOLD - 1, by)

    def _terms(
        self, calculation: Calculation, term: int | None, left_out: int = 0, their_sum: float = 0.0
    ) -> tuple[list[Line], bool]:
        """The lines of a sum, some terms of which may be left out already, and whether all have been worked out."""
        shown, rest = (list(calculation.terms), ()) if left_out else folded(calculation)
        left_out += len(rest)
        last = len(shown) + bool(left_out)
        lines: list[Line] = []
        for place, summand in enumerate(shown, 1):
            known = term is None or place <= term
            value = Cell(
                Shape.PLAIN, " · ".join(self.names.of(f.place) for f in summand.factors), summand.value, None, known
            )
            lines.append(Line("", tuple(self._cell(factor) for factor in summand.factors), value))
        if left_out:
            their_sum += sum(summand.value for summand in rest)
            value = Cell(Shape.PLAIN, "the rest", their_sum, None, term is None or term >= last)
            lines.append(Line(f"+ {left_out} more", (), value))
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
        kind = layer.activation
        unit = f"unit {at[0] + 1}" if len(at) == 1 else f"map {at[0] + 1}, row {at[1] + 1}, column {at[2] + 1}"
        return f"{layer.name}, {unit}" + (f" · {kind.phrase}" if kind is not ActivationKind.LINEAR else "")


def _sum(layer: TracedLayer, at: Index) -> tuple[Calculation, tuple[int, float]]:
    """What z[at] is made of; and of a long sum of a dense layer how many products are left out, and what they make."""
    if not isinstance(layer.spec, DenseSpec) or layer.x.size <= FOLD:
        return arithmetic.forward(layer, at), (0, 0.0)
    products = layer.x.ravel() * layer.arrays["weight"][:, at[0]]
    largest, *others = np.split(np.argsort(-np.abs(products), kind="stable"), [FOLD])
    rest = products[others[0]]
    return arithmetic.forward(layer, at, sorted(largest.tolist())), (len(rest), float(rest.sum()))


def _count(products: int, single: int) -> int:
    """How many lines a sum of so many products, and so many terms of one factor, has when it is folded."""
    return products + single if products + single <= FOLD + 1 else FOLD + single + 1


def _seen(layer: TracedLayer, at: Index) -> tuple[Place, ...]:
    """What can be read off the curve with its point."""
    return Place(Q.Z, layer.key, at), Place(Q.A, layer.key, at)


def _lines(calculation: Calculation) -> int:
    shown, rest = folded(calculation)
    return len(shown) + bool(rest)


def listening(slope: float) -> str:
    """What is said below a slope."""
    if slope == 0:
        return "slope 0: nothing passes"
    return "slope: hardly listening" if abs(slope) < 0.01 else "slope: is it listening?"


def _indexed(letter: str, unit: int, outputs: int) -> str:
    return letter if outputs == 1 else f"{letter}{subscript(unit + 1)}"
