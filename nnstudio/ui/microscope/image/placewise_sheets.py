"""Makes what stands on the card of a layer that treats every place of its maps alike: a normalisation, dropout, a
function, and flatten, which only numbers the places."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, LayerNormSpec
from nnstudio.core.trace import arithmetic
from nnstudio.core.trace.quantity import Calculation, Factor, Index, Place, Quantity, Term, place_of
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase
from nnstudio.ui.microscope.image.grids import Block, Grid, ImageSheet, State, Total, reach_of
from nnstudio.ui.microscope.sheet import Cell, Shape, Sheets, folded, listening, number
from nnstudio.ui.stage.table import Table

Q = Quantity
_MINUS = Cell(Shape.PLAIN, "−1", -1.0)
Headline = tuple[tuple[str, Cell, str], ...]


class PlacewiseSheets(Sheets):
    """The sheets of layers without a window, and what is common to all image layers."""

    def _placewise(self, index: int, at: Index, phase: Phase, term: int | None) -> ImageSheet:
        layer = self.trace.layers[index]
        norm = isinstance(layer.spec, BatchNormSpec | LayerNormSpec)
        headline: Headline = ()
        whole = True
        if phase is Phase.UPDATE:
            blocks = tuple(self._updated(layer, at))
        elif phase is Phase.FORWARD:
            blocks = tuple(self._normalised(layer, at) if norm else self._passed(layer, at))
        else:
            headline, arriving, whole = self._error(index, at, term)
            blocks = (replace(arriving, columns=1 if layer.arrays else 2), *self._handed_back(layer, at, whole))
        grids, signs = self._maps(layer, at, phase, whole)
        return ImageSheet(
            title=f"Map {at[0] + 1}",
            subtitle=f"row {at[1] + 1}, column {at[2] + 1}",
            headline=headline,
            grids=grids,
            signs=signs,
            blocks=blocks,
            ring=(at[1], at[2]),
            slides=True,
        )

    # Maps as grids ----------------------------------------------------------------------------------------------------

    def _maps(
        self, layer: TracedLayer, at: Index, phase: Phase, whole: bool
    ) -> tuple[tuple[Grid, ...], tuple[str, ...]]:
        """One channel before and behind the layer, with what stands between."""
        unit, mask = at[0], layer.alongside.get("mask")
        if phase is Phase.BACKWARD:
            ends = ("arriving ∂L/∂a", layer.da, Q.DA), ("handed back ∂L/∂x", layer.dx, Q.DX)
        else:
            ends = ("comes in: x", layer.x, Q.X), ("goes out: a", layer.a, Q.A)
        first, last = (self._map(layer, unit, *end) for end in ends)
        if phase is Phase.BACKWARD and not whole:
            last = replace(last, states=np.full(last.values.shape, State.UNKNOWN, np.int8))
        if mask is not None:
            states = np.where(mask[unit] == 0, State.DROPPED, State.KNOWN).astype(np.int8)
            between = replace(self._map(layer, unit, "mask", mask, Q.MASK), states=states, caption="hatched: × 0")
            return (first, between, last), ("×", "=")
        if "x_hat" in layer.alongside and phase is not Phase.BACKWARD:
            x_hat = layer.alongside["x_hat"].reshape(layer.z.shape)
            return (first, self._map(layer, unit, "x̂", x_hat, Q.X_HAT), last), ("→", "→")
        return (first, last), ("→",)

    def _map(self, layer: TracedLayer, unit: int, title: str, values: Array, quantity: Quantity) -> Grid:
        def place(row: int, column: int) -> Place:
            return Place(quantity, layer.key, (unit, row, column))

        own = values[unit]
        reach = reach_of(own)
        return Grid(
            title, f"±{number(reach)}", own, reach, place, lambda row, column: self.names.of(place(row, column))
        )

    # Forward ----------------------------------------------------------------------------------------------------------

    def _normalised(self, layer: TracedLayer, at: Index) -> Iterator[Block]:
        x_hat, z = arithmetic.normalised(layer, at), arithmetic.forward(layer, at)
        x, mean = (term.factors[0] for term in x_hat.terms)
        assert x_hat.divisor is not None
        yield Block(
            "x̂ = (x − mean) / √(variance + ε)",
            totals=(
                Total("x", self._cell(x)),
                Total("− mean", self._cell(mean)),
                Total("÷ √(variance + ε)", self._cell(x_hat.divisor)),
                Total("x̂", self._cell(x_hat.result), large=True),
            ),
        )
        gain, shift = z.terms[0].factors[0], z.terms[1].factors[0]
        yield Block(
            "z = γ · x̂ + β",
            totals=(
                Total("γ, the gain", self._cell(gain)),
                Total("γ · x̂", Cell(Shape.PLAIN, "γ · x̂", z.terms[0].value)),
                Total("β, the shift", self._cell(shift)),
                Total("z", self._cell(z.result), large=True),
            ),
        )
        yield self._statistics(layer, at)

    def _statistics(self, layer: TracedLayer, at: Index) -> Block:
        """Whose mean and variance: of this mini-batch, beside the running ones, or of this example alone."""
        if isinstance(layer.spec, LayerNormSpec):
            mean, variance = (float(layer.alongside[name][0]) for name in ("mean", "variance"))
            totals = _mean_and_variance("of this example", mean, variance, True)
            return Block("statistics", totals=totals, note="Over all channels and places of this example alone.")
        held, unit = self.trace.held, at[0]
        batch = (0.0, 0.0)
        if held.worked_out:
            own = next(each for each in held.way.layers if each.key == layer.key)
            batch = float(own.mean.ravel()[unit]), float(own.variance.ravel()[unit])
        running = held.network.layout.by_layer(held.state.params, held.state.statistics)[layer.key]
        here = "mini-batch's own" if self.trace.row is not None else "running ones"
        return Block(
            "statistics of this channel",
            totals=(
                *_mean_and_variance("this mini-batch", *batch, held.worked_out),
                *_mean_and_variance(
                    "running", float(running["running_mean"][unit]), float(running["running_variance"][unit]), True
                ),
            ),
            note=f"Used here: the {here}.",
        )

    def _passed(self, layer: TracedLayer, at: Index) -> Iterator[Block]:
        z, kind = arithmetic.forward(layer, at), layer.activation
        block, _ = self._block(z, None, lambda _: None)
        totals = [Total("z", self._cell(z.result), large=kind is ActivationKind.LINEAR)]
        if kind is not ActivationKind.LINEAR:
            totals.append(Total(f"a = {kind.phrase}(z)", self._a(layer, at, True), large=True))
        yield replace(block, title="at this place", totals=tuple(totals), note=_of_the_mask(layer, at))

    # Backward ---------------------------------------------------------------------------------------------------------

    def _error(self, index: int, at: Index, term: int | None) -> tuple[Headline, Block, bool]:
        """∂L/∂z = f′ × the error that arrives, the sum that this error is, and whether it has been worked out."""
        layer, following = self.trace.layers[index], self.trace.layers[index + 1]
        arriving = arithmetic.arriving(self.trace.layers, index, at)
        assert arriving is not None
        assert layer.slope is not None
        block, whole = self._block(arriving, term, lambda _: None)
        da = Cell(
            Shape.ERROR, f"∂L/∂{self.names.unit(layer.key, at)}", float(layer.da[at]), Place(Q.DA, layer.key, at), whole
        )
        dz = self._cell(Factor(Place(Q.DZ, layer.key, at), float(layer.dz[at])), known=whole)
        headline: list[tuple[str, Cell, str]] = [("", dz, "what it passes on")]
        if layer.activation is not ActivationKind.LINEAR:
            slope = Cell(Shape.PLAIN, "f′(z)", float(layer.slope[at]), Place(Q.SLOPE, layer.key, at))
            caption = listening(slope.value) if abs(slope.value) < 0.01 else "slope"
            headline += [("=", slope, caption), ("×", da, "error that arrives")]
        else:
            headline.append(("=", da, "error that arrives"))
        count, where = len(arriving.terms), "links out" if following.z.ndim == 1 else f"numbers of {following.name}"
        title = f"∂L/∂a: sum over {count} {where}" if count != 1 else "∂L/∂a: one summand"
        totals = (*block.totals, Total("∂L/∂a", da, large=True))
        if not count:
            title = "∂L/∂a: nothing behind it reads this place"
        return tuple(headline), replace(block, title=title, totals=totals), whole

    def _handed_back(self, layer: TracedLayer, at: Index, whole: bool) -> Iterator[Block]:
        back = arithmetic.backward(layer, at)
        if back.divisor is None:
            if "mask" in layer.alongside:
                block, _ = self._block(back, None if whole else 0, lambda _: None)
                total = Total("∂L/∂x", self._cell(back.result, known=whole), large=True)
                yield replace(block, title="handed back", totals=(total,), note=_of_the_mask(layer, at))
            return
        names = "own: γ · ∂L/∂z", "− mean of γ · ∂L/∂z", "− x̂ · mean of x̂ · γ · ∂L/∂z"
        totals = [
            Total(name, Cell(Shape.ERROR, name, term.value, None, whole))
            for name, term in zip(names, back.terms, strict=False)
        ]
        totals.append(Total("÷ √(variance + ε)", self._cell(back.divisor)))
        totals.append(Total("∂L/∂x", self._cell(back.result, known=whole), large=True))
        three = len(back.terms) == len(names)
        note = "" if three else "The running statistics do not move with this example: one summand."
        yield Block("handed back: three summands" if three else "handed back", totals=tuple(totals), note=note)
        gain = arithmetic.forward(layer, at).terms[0].factors[0].place.at
        learned = [
            Total(f"∂L/∂{letter}", self._cell(Factor(place, float(layer.gradients[array][gain])), known=whole))
            for letter, array in (("γ", "gain"), ("β", "shift"))
            if (place := Place(Q.DW, layer.key, gain, array))
        ]
        yield Block("to γ and β: sums over all places", totals=tuple(learned))

    # Update -----------------------------------------------------------------------------------------------------------

    def _updated(self, layer: TracedLayer, at: Index) -> Iterator[Block]:
        own = arithmetic.forward(layer, at).terms[0].factors[0].place.at
        for array in ("gain", "shift"):
            name = self.names.weight(layer.key, array, own)
            totals = [Total(name, Cell(Shape.WEIGHT, name, float(layer.arrays[array][own])))]
            totals += self._steps(layer, array, own)
            yield Block(f"{name}, step by step", totals=tuple(totals))

    def _steps(self, layer: TracedLayer, array: str, at: Index) -> list[Total]:
        """The next update of one parameter, term by term; "–" while the mini-batch has not been worked out."""
        held = self.trace.held
        if not held.worked_out:
            return [Total(held.awaited, Cell(Shape.PLAIN, "g", 0.0, None, known=False), large=True)]
        steps = [
            Total(f"{row.name} = {row.formula}", Cell(Shape.PLAIN, row.name, held.number_of(row, layer.key, array, at)))
            for row in held.update
        ]
        return [*steps[:-1], replace(steps[-1], large=True)]

    # Flatten ----------------------------------------------------------------------------------------------------------

    def _flatten(self, index: int, unit: int, phase: Phase, term: int | None) -> ImageSheet:
        layer = self.trace.layers[index]
        maps, rows, columns = layer.x.shape
        channel, row, column = place_of(unit, layer.x.shape)
        headline: Headline = ()
        whole = True
        z = arithmetic.forward(layer, (unit,))
        value = self._cell(z.terms[0].factors[0])
        counted = (
            Total(f"{channel} maps of {rows} × {columns} before it", _count(channel * rows * columns)),
            Total(f"+ {row} rows of {columns} before it", _count(row * columns)),
            Total("+ its column", _count(column + 1)),
            Total(f"its number, of {maps * rows * columns}", _count(unit + 1), large=True),
        )
        blocks = [Block("place ↔ number", totals=counted)]
        if phase is Phase.BACKWARD:
            headline, arriving, whole = self._error(index, (unit,), term)
            blocks.insert(0, arriving)
            dx = self._cell(arithmetic.backward(layer, (channel, row, column)).result, known=whole)
            blocks.append(Block("handed back to its place", totals=(Total("∂L/∂x = ∂L/∂z", dx, large=True),)))
            end = self._map(layer, channel, "∂L/∂x", layer.dx, Q.DX)
        else:
            blocks.append(Block("unchanged", totals=(Total("x", value), Total("z", self._cell(z.result), large=True))))
            end = self._map(layer, channel, "comes in: x", layer.x, Q.X)
        return ImageSheet(
            title=f"Number {unit + 1}",
            subtitle=f"map {channel + 1}, row {row + 1}, column {column + 1}",
            headline=headline,
            grids=(end,),
            blocks=tuple(blocks),
            ring=(row, column),
            slides=True,
            note="Flatten changes no number: it only reads the maps as one row.",
        )

    # ------------------------------------------------------------------------------------------------------------------

    def _block(
        self, calculation: Calculation, term: int | None, ring_of: Callable[[Term], Index | None]
    ) -> tuple[Block, bool]:
        """The products of a sum, the largest first while all of them are known, and what was folded; no bias."""
        shown, rest = folded(calculation)
        lines, whole = self._terms(calculation, term)
        pairs = [
            (line if each.sign > 0 else replace(line, cells=(_MINUS, *line.cells)), each)
            for line, each in zip(lines[: len(shown)], shown, strict=True)
            if each.factors[0].place.quantity is not Q.BIAS
        ]
        if whole:
            pairs.sort(key=lambda pair: -abs(pair[1].value))
        totals: list[Total] = []
        if rest:
            largest = Cell(Shape.PLAIN, "the largest", sum(each.value for _, each in pairs), None, whole)
            totals.append(Total(f"{len(pairs)} largest", largest))
            more = lines[-1].result
            assert more is not None
            totals.append(Total(f"+ {len(rest)} more", more, unfolds=lambda: self._table(calculation)))
        if calculation.divisor is not None:
            totals.append(Total("÷ √(variance + ε)", self._cell(calculation.divisor)))
        rings = tuple(ring_of(each) for _, each in pairs)
        return Block("", tuple(line for line, _ in pairs), tuple(totals), rings), whole

    def _table(self, calculation: Calculation) -> Table:
        """All products of a sum, the largest first."""
        width = max(len(term.factors) for term in calculation.terms)
        headers = [*(part for place in range(width) for part in (f"factor {place + 1}", "its value")), "product"]
        rows: list[list[str | float]] = []
        for term in sorted(calculation.terms, key=lambda term: -abs(term.value)):
            cells: list[str | float] = []
            for factor in term.factors:
                cells += [self.names.of(factor.place), factor.value]
            cells += [""] * (2 * (width - len(term.factors)))
            rows.append([*cells, term.value])
        return Table(f"{self.names.of(calculation.result.place)} = {calculation.rule}", headers, rows)


def _mean_and_variance(whose: str, mean: float, variance: float, known: bool) -> tuple[Total, ...]:
    return (
        Total(f"{whose}: mean", Cell(Shape.PLAIN, "mean", mean, None, known)),
        Total(f"{whose}: variance", Cell(Shape.PLAIN, "variance", variance, None, known)),
    )


def _count(value: int) -> Cell:
    return Cell(Shape.PLAIN, "", float(value))


def _of_the_mask(layer: TracedLayer, at: Index) -> str:
    """What dropout does at a place; nothing of other layers."""
    rate = getattr(layer.spec, "rate", None)
    if rate is None:
        return ""
    if "mask" not in layer.alongside:
        return "No mask: as the network predicts, nothing is dropped."
    if layer.alongside["mask"][at] == 0:
        return "× 0 (dropped)"
    return f"× 1/(1 − {rate:g}): kept, and enlarged for those that are dropped."
