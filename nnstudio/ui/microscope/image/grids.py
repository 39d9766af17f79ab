"""What stands on the card of an image layer: small matrices of numbers, and the sums that they are made of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.trace.names import superscript
from nnstudio.core.trace.quantity import Index, Place
from nnstudio.ui.microscope.sheet import Cell, Line
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import written

Ring = tuple[int, int]


class State(IntEnum):
    """Whether a cell of a grid holds a number: it does; it has not been computed; it lies outside the image, where
    there are only zeros; dropout took it away."""

    KNOWN = 0
    UNKNOWN = 1
    OUTSIDE = 2
    DROPPED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A small matrix.

    values, states (rows, columns): the numbers and the `State` of each; reach: the |value| of full colour; ink: whether
    it is shown in ink, from 0 to `reach`, not from negative to positive
    place: which number of the network a cell is; name: what that is called; marks: words below numbers, such as "won"
    """

    title: str
    caption: str
    values: Array
    reach: float
    place: Callable[[int, int], Place | None]
    name: Callable[[int, int], str]
    states: NDArray[np.int8] | None = None
    ink: bool = False
    marks: dict[Ring, str] = field(default_factory=dict[Ring, str])

    def state(self, row: int, column: int) -> State:
        """What is with this cell."""
        return State.KNOWN if self.states is None else State(int(self.states[row, column]))

    def looks_like(self, other: "Grid") -> bool:
        """Whether the other one shows the same."""
        mine, its = (np.zeros(1, np.int8) if each.states is None else each.states for each in (self, other))
        return (
            (self.title, self.caption, self.reach, self.ink, self.marks)
            == (other.title, other.caption, other.reach, other.ink, other.marks)
            and np.array_equal(self.values, other.values, equal_nan=True)
            and np.array_equal(mine, its)
        )

    @property
    def exponent(self) -> int:
        """The power of ten that is left out of all numbers of the grid, where they are tiny or huge together."""
        if not isfinite(self.reach) or self.reach == 0 or 0.05 <= self.reach < 100:
            return 0
        return floor(log10(self.reach))

    @property
    def heading(self) -> str:
        """The caption, with the power of ten that is left out."""
        power = f"numbers · 10{superscript(self.exponent)}" if self.exponent else ""
        return power or self.caption

    def text(self, row: int, column: int) -> str:
        """A number as it is written in its cell, in four characters or so; its row has more digits."""
        match self.state(row, column):
            case State.UNKNOWN:
                return "–"
            case State.OUTSIDE:
                return "·"
            case _:
                return brief(float(self.values[row, column]) / 10.0**self.exponent)


def brief(value: float) -> str:
    """At most two digits behind the point, and no 0 before it: .84, −.01, 1.00, 12; ≈0 for what is only nearly 0."""
    if not isfinite(value):
        return "?" if value != value else ("∞" if value > 0 else "−∞")
    if value == 0:
        return "0"
    if abs(value) < 0.005:
        return "≈0"
    digits = 2 if -1 < value < 10 else 1 if -10 < value < 100 else 0
    text = f"{value:.{digits}f}"
    return written(text.replace("0.", ".", 1) if abs(value) < 0.995 else text)


def reach_of(values: Array, *others: Array) -> float:
    """The |value| of full colour for these."""
    largest = max(float(np.abs(each).max(initial=0.0)) for each in (values, *others))
    return largest if isfinite(largest) and largest > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Total:
    """A line below a sum. large: whether it is what all comes to; unfolds: the table of what was folded into it."""

    label: str
    cell: Cell
    large: bool = False
    unfolds: Callable[[], Table] | None = None

    def spoken(self) -> str:
        """For those who cannot see it."""
        return str(Line(self.label, (), self.cell).spoken())


@dataclass(frozen=True, slots=True)
class Block:
    """A sum: its largest products and what they come to.

    rings: for each line the channel, row and column of the cell of the grids that it belongs to, if it does
    columns: how many columns its lines stand in
    """

    title: str
    lines: tuple[Line, ...] = ()
    totals: tuple[Total, ...] = ()
    rings: tuple[Index | None, ...] = ()
    columns: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True)
class ImageSheet:
    """signs: what stands between the grids; channels, channel: how many there are to look at, and which of them is;
    ring: the cell that is marked in all grids; slides: whether the cells of the grids are places of the whole map"""

    title: str
    subtitle: str
    headline: tuple[tuple[str, Cell, str], ...] = ()
    grids: tuple[Grid, ...] = ()
    signs: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    channels: int = 1
    channel: int = 0
    ring: Ring | None = None
    slides: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A value in the window of a pool: where it is, what it is, and the share of it that is handed on."""

    place: str
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class Pooled:
    """What the window of a pool sees, the largest first; known: whether that has been computed, and what is handed on

    wins: whether the largest takes all
    """

    values: tuple[Seen, ...]
    wins: bool
    seen: bool
    known: bool

    @property
    def note(self) -> str:
        """What becomes of the error on the way back."""
        if not self.known:
            return "not computed yet"
        others = len(self.values) - 1
        if not self.wins:
            return f"On the way back each of the {others + 1} gets 1/{others + 1} of the error of this pool."
        rest = f"The other {others} get exactly 0." if others != 1 else "The other one gets exactly 0."
        return f"On the way back the whole error of this pool goes to {self.values[0].place}. {rest}"
