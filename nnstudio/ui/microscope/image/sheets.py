"""Makes what stands on the card of an image layer, for one map and one place of it, from the core's arithmetic."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import Conv2DSpec, FlattenSpec, MaxPool2DSpec
from nnstudio.core.trace import arithmetic
from nnstudio.core.trace.quantity import Calculation, Factor, Index, Place, Quantity, Term
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.training.phases import Phase
from nnstudio.ui.microscope.image.grids import Block, Grid, ImageSheet, Pooled, Ring, Seen, State, Total, reach_of
from nnstudio.ui.microscope.image.places import POOLS, WINDOWED, window_at
from nnstudio.ui.microscope.image.placewise_sheets import PlacewiseSheets
from nnstudio.ui.microscope.sheet import Cell, Shape, at_of, folded, number
from nnstudio.ui.microscope.walk import Stop

Q = Quantity
LINEAR = ActivationKind.LINEAR


class ImageSheets(PlacewiseSheets):
    """`Sheets`, and those of layers whose inputs are images."""

    def image(self, stop: Stop, place: Index | None = None, channel: int = 0, ring: Ring | None = None) -> ImageSheet:
        """What stands on the card of an image layer.

        place (row, column): of the map; where it answers most if None. channel: which of the maps before it is looked
        at; ring: which cell of the window, the one with the largest product if None
        """
        assert stop.layer is not None
        assert stop.unit is not None
        layer = self.trace.layers[stop.layer]
        at = at_of(layer, stop.unit, place)
        if isinstance(layer.spec, FlattenSpec):
            return self._flatten(stop.layer, at[0], stop.phase, stop.term)
        if not isinstance(layer.spec, WINDOWED):
            return self._placewise(stop.layer, at, stop.phase, stop.term)
        window = _Window(self, layer, at, channel if isinstance(layer.spec, Conv2DSpec) else at[0], ring)
        match stop.phase:
            case Phase.FORWARD:
                return self._slid(layer, window, stop.term)
            case Phase.BACKWARD:
                way = self._kernel_back if isinstance(layer.spec, Conv2DSpec) else self._pool_back
                return way(stop.layer, window, stop.term)
            case _:
                return self._kernel_update(layer, window)

    # Forward ----------------------------------------------------------------------------------------------------------

    def _slid(self, layer: TracedLayer, window: "_Window", term: int | None) -> ImageSheet:
        z, at, kind = window.sum, window.at, layer.activation
        block, whole = self._block(z, term, window.cell_of)
        worked = {window.cell_of(each) for each in folded(z)[0][:term]} if not whole else None
        products = window.grid("products", "", lambda each: each.value, lambda _: None, worked)
        products = replace(products, caption=f"±{number(products.reach)}")
        a = self._a(layer, at, whole)
        totals = list(block.totals)
        if len(window.channels) > 1:
            mine = sum(each.value for each in z.terms if window.is_here(each))
            own = Cell(Shape.PLAIN, "its products", mine, None, whole)
            totals.append(Total(f"channel {window.channel + 1} of {len(window.channels)}", own))
        if isinstance(layer.spec, Conv2DSpec):
            bias = z.terms[-1].factors[0]
            totals += [Total("bias", self._cell(bias)), Total("z", self._cell(z.result, known=whole))]
            totals.append(Total(f"a = {kind.phrase}(z)" if kind is not LINEAR else "a = z", a, large=True))
            note = "The sum runs over all channels; one is shown." if len(window.channels) > 1 else ""
        else:
            totals.append(Total("the largest" if window.wins else "their mean", a, large=True))
            note = "With ties the first wins." if window.wins else f"Each × 1/{window.size}²."
        return ImageSheet(
            title=f"Map {at[0] + 1}",
            subtitle=place_name(at),
            grids=(window.patch(), window.weights(), products),
            signs=("×", "="),
            blocks=(replace(block, totals=tuple(totals), columns=2),),
            channels=len(window.channels),
            channel=window.channel,
            ring=window.ring,
            note=note,
        )

    # Backward ---------------------------------------------------------------------------------------------------------

    def _kernel_back(self, index: int, window: "_Window", term: int | None) -> ImageSheet:
        layer, at = self.trace.layers[index], window.at
        headline, arriving, whole = self._error(index, at, term)
        dz = Factor(Place(Q.DZ, layer.key, at), float(layer.dz[at]))
        unknown = None if whole else frozenset[Index | None]()
        part = window.grid(
            "this place's part", "", lambda each: Term((window.pair(each)[0], dz)).value, lambda _: None, unknown
        )
        part = replace(part, caption=f"±{number(part.reach)}")
        gradients = layer.gradients["weight"][window.channel, :, :, at[0]]
        weight = (window.channel, *window.ring, at[0])
        own = arithmetic.gradient(layer, "weight", weight)
        block, _ = self._block(own, None if whole else 0, lambda _: None)
        bias = Factor(Place(Q.DW, layer.key, (at[0],), "bias"), float(layer.gradients["bias"][at[0]]))
        totals = (
            *block.totals,
            Total(f"∂L/∂{window.name_of(weight)}", self._cell(own.result, known=whole), large=True),
            Total("bias: all ∂L/∂z", self._cell(bias, known=whole)),
        )
        places = f"{len(own.terms)} places"
        columns = 2 if len(arriving.lines) <= 2 else 1  # the other one needs little room
        block = replace(
            block, columns=columns, title=f"{window.name_of(weight)}: x · ∂L/∂z, over {places}", totals=totals
        )
        return ImageSheet(
            title=f"Map {at[0] + 1}",
            subtitle=place_name(at),
            headline=headline,
            grids=(
                window.patch(),
                part,
                self._kernel(window, "its gradient", f"Σ {places}", gradients, Q.DW, whole),
            ),
            signs=("× ∂L/∂z =", "Σ"),
            blocks=(arriving, block),
            channels=len(window.channels),
            channel=window.channel,
            ring=window.ring,
        )

    def _pool_back(self, index: int, window: "_Window", term: int | None) -> ImageSheet:
        layer, at = self.trace.layers[index], window.at
        headline, arriving, whole = self._error(index, at, term)
        dz = Factor(Place(Q.DZ, layer.key, at), float(layer.dz[at]))
        gets = window.grid(
            "error that each gets",
            "",
            lambda each: Term((window.pair(each)[1], dz)).value,
            lambda each: Place(Q.DX, layer.key, window.pair(each)[0].place.at),
            None if whole else frozenset(),
        )
        said = "The winner gets all of the error, the others exactly 0. With ties the first wins."
        return ImageSheet(
            title=f"Map {at[0] + 1}",
            subtitle=place_name(at),
            headline=headline,
            grids=(window.patch(), window.weights(), replace(gets, caption=f"±{number(gets.reach)}")),
            signs=("", "× ∂L/∂z ="),
            blocks=(replace(arriving, columns=2),),
            ring=window.ring,
            note=said if window.wins else f"Each gets 1/{window.size}² of the error.",
        )

    def following(self, index: int, unit: int, place: Index | None) -> Grid | None:
        """What the pool behind a layer sees at a place; None where there is no pool."""
        layer = self.trace.layers[min(index + 1, len(self.trace.layers) - 1)]
        if not isinstance(layer.spec, POOLS):
            return None
        return replace(_Window(self, layer, at_of(layer, unit, place), unit, None).patch(), title="", caption="")

    def pooled(self, index: int, at: Index, seen: bool, known: bool) -> Pooled:
        """What the pool `index` sees at a place; with ties the first wins, and so stands first."""
        layer = self.trace.layers[index]
        window = _Window(self, layer, at, at[0], None)
        pairs = sorted(map(window.pair, window.sum.terms), key=lambda pair: (-pair[1].value, -pair[0].value))
        values = tuple(Seen(place_name(x.place.at), x.value, share.value) for x, share in pairs)
        return Pooled(values, window.wins, seen, known)

    @staticmethod
    def hidden(grid: Grid) -> Grid:
        """The same before it has been computed."""
        return replace(grid, states=np.full(grid.values.shape, State.UNKNOWN, np.int8), marks={})

    # Update -----------------------------------------------------------------------------------------------------------

    def _kernel_update(self, layer: TracedLayer, window: "_Window") -> ImageSheet:
        held, at = self.trace.held, window.at
        known = held.worked_out
        weight, here = (window.channel, *window.ring, at[0]), (window.channel, slice(None), slice(None), at[0])
        nothing = np.zeros(layer.arrays["weight"][here].shape)
        batch = held.way.gradients[layer.key]["weight"][here] if known else nothing
        new = layer.arrays["weight"][here] + held.change_of(layer.key, "weight")[here] if known else nothing
        name = window.name_of(weight)
        old = Total(name, Cell(Shape.WEIGHT, name, float(layer.arrays["weight"][weight])))
        caption = f"mean of {len(held.batch)}"
        kernel = layer.arrays["weight"][here]
        return ImageSheet(
            title=f"Map {at[0] + 1}",
            subtitle="the update of its kernel",
            grids=(
                self._kernel(window, "kernel w", f"±{number(reach_of(kernel))}", kernel, Q.WEIGHT, True),
                self._kernel(window, "gradient g", caption, batch, Q.DW, known),
                self._kernel(window, "new kernel", "w − step", new, Q.WEIGHT, known, reach_of(kernel, new)),
            ),
            signs=("", "→"),
            blocks=_halved(f"{name}, step by step", [old, *self._steps(layer, "weight", weight)]),
            channels=len(window.channels),
            channel=window.channel,
            ring=window.ring,
        )

    def _kernel(
        self,
        window: "_Window",
        title: str,
        caption: str,
        values: Array,
        quantity: Quantity,
        known: bool,
        reach: float | None = None,
    ) -> Grid:
        """Numbers of all weights of a kernel."""
        key, unit, channel = window.layer.key, window.at[0], window.channel

        def place(row: int, column: int) -> Place:
            return Place(quantity, key, (channel, row, column, unit), "weight")

        states = np.full(values.shape, State.KNOWN if known else State.UNKNOWN, np.int8)
        return Grid(
            title,
            caption,
            values,
            reach_of(values) if reach is None else reach,
            place,
            lambda row, column: self.names.of(place(row, column)),
            states,
        )


class _Window:
    """What the window of a convolution or a pool sees at a place, in one channel, cell by cell.

    sum: what z is made of there; ring: the marked cell; wins: whether the largest takes all
    """

    def __init__(self, sheets: ImageSheets, layer: TracedLayer, at: Index, channel: int, ring: Ring | None) -> None:
        self.sheets, self.layer, self.at = sheets, layer, at
        self.sum: Calculation = arithmetic.forward(layer, at)
        self.top, self.left, self.size = window_at(layer, at[1:])
        self.channels = range(layer.x.shape[0]) if isinstance(layer.spec, Conv2DSpec) else (at[0],)
        self.channel = channel if channel in self.channels else self.channels[0]
        self.wins = isinstance(layer.spec, MaxPool2DSpec)
        self.terms = {cell[1:]: each for each in self.sum.terms if (cell := self.cell_of(each)) and self.is_here(each)}
        largest = max(self.terms, key=lambda cell: abs(self.terms[cell].value), default=(0, 0))
        inside = ring is not None and max(ring) < self.size
        self.ring: Ring = ring if inside and ring is not None else (largest[0], largest[1])

    def pair(self, term: Term) -> tuple[Factor, Factor]:
        """What is seen, and what it is multiplied by."""
        one, other = term.factors
        return (one, other) if one.place.quantity is Q.X else (other, one)

    def cell_of(self, term: Term) -> Index | None:
        """(channel, row, column) of a product's cell in the window; a bias has none."""
        if len(term.factors) < 2:
            return None
        channel, row, column = self.pair(term)[0].place.at
        return channel, row - self.top, column - self.left

    def is_here(self, term: Term) -> bool:
        """Whether it is a product of the channel that is looked at."""
        cell = self.cell_of(term)
        return cell is not None and cell[0] == self.channel

    def name_of(self, weight: Index) -> str:
        """What a weight of the kernel is called."""
        return self.sheets.names.weight(self.layer.key, "weight", weight)

    def grid(
        self,
        title: str,
        caption: str,
        value: Callable[[Term], float],
        place: Callable[[Term], Place | None],
        worked: "frozenset[Index | None] | set[Index | None] | None" = None,
        reach: float | None = None,
        ink: bool = False,
    ) -> Grid:
        """A number of each cell. worked: the cells whose numbers have been computed, None for all."""
        values = np.zeros((self.size, self.size))
        states = np.full(values.shape, State.OUTSIDE, np.int8)
        for (row, column), term in self.terms.items():
            values[row, column] = value(term)
            known = worked is None or (self.channel, row, column) in worked
            states[row, column] = State.KNOWN if known else State.UNKNOWN

        def there(row: int, column: int) -> Place | None:
            term = self.terms.get((row, column))
            return None if term is None else place(term)

        def name(row: int, column: int) -> str:
            found = there(row, column)
            if found is not None:
                return self.sheets.names.of(found)
            if (row, column) not in self.terms:
                return "outside the image"
            return " · ".join(self.sheets.names.of(each.place) for each in self.terms[row, column].factors)

        return Grid(title, caption, values, reach or reach_of(values), there, name, states, ink)

    def patch(self) -> Grid:
        """What the window sees; of a maximum pool with the winner marked."""
        x, first = self.layer.x, self.sheets.trace.layers[0] is self.layer
        low, high = float(x.min()), float(x.max())
        ink = first and low >= 0
        reach = reach_of(x[self.channel]) if not ink else max(high, 1e-12)
        title = "the patch" if isinstance(self.layer.spec, Conv2DSpec) else "the window"
        caption = f"ink 0 … {number(reach)}" if ink else f"±{number(reach)}"
        found = self.grid(
            title,
            caption,
            lambda each: self.pair(each)[0].value,
            lambda each: self.pair(each)[0].place,
            reach=reach,
            ink=ink,
        )
        won = {cell: "won" for cell, each in self.terms.items() if self.wins and self.pair(each)[1].value == 1}
        return replace(found, marks={(row, column): word for (row, column), word in won.items()})

    def weights(self) -> Grid:
        """What it is multiplied by: the kernel's weights, or a pool's shares."""
        kernel = isinstance(self.layer.spec, Conv2DSpec)
        found = self.grid(
            f"kernel {self.at[0] + 1}" if kernel else "its share",
            "",
            lambda each: self.pair(each)[1].value,
            lambda each: self.pair(each)[1].place,
        )
        if not kernel:
            return replace(found, caption="1 of the largest" if self.wins else f"1/{self.size}² of each")
        own = self.layer.arrays["weight"][self.channel, :, :, self.at[0]]
        reach = reach_of(own)
        return replace(self.sheets._kernel(self, found.title, f"±{number(reach)}", own, Q.WEIGHT, True), reach=reach)


def _halved(title: str, totals: list[Total]) -> tuple[Block, ...]:
    """A long list as two blocks side by side."""
    half = -(-len(totals) // 2)
    return Block(title, totals=tuple(totals[:half])), Block("\N{NO-BREAK SPACE}", totals=tuple(totals[half:]))


def place_name(at: Sequence[int]) -> str:
    """A place of a map, counted from 1."""
    return f"row {at[-2] + 1}, column {at[-1] + 1}"
