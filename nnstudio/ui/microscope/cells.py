"""What the card of a unit is made of: numbers with their signs and names, lines of them, parts of lines."""

from dataclasses import dataclass
from enum import Enum
from math import isfinite

import numpy as np

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.trace.quantity import Place
from nnstudio.ui.widgets.figures import written


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
    """A number with its sign, its name, and where it comes from.

    known: whether it has been computed and may be seen; unknown: what is said if not; gives: which other numbers it
    would give away
    """

    shape: Shape
    name: str
    value: float
    place: Place | None = None
    known: bool = True
    gives: tuple[Place, ...] = ()
    unknown: str = "not computed yet"

    def text(self, writing: Writing) -> str:
        """As it is written; "–" for what is not computed."""
        if not self.known:
            return "–"
        return self.name if writing is Writing.ALGEBRA else number(self.value, writing is Writing.FULL)


NOTHING = Cell(Shape.PLAIN, "", 0.0, None, False)
"""What a widget holds that shows no number."""


@dataclass(frozen=True, slots=True)
class Line:
    """label: the name at its beginning; cells: factors, between which × stands; result: what they make; asks: the
    number that a learner can find here"""

    label: str
    cells: tuple[Cell, ...]
    result: Cell | None = None
    note: str = ""
    asks: Place | None = None
    joint: str = "×"

    def sign(self, writing: Writing) -> str:
        """= or, where the printed factors do not give the printed result, ≈."""
        if self.result is None or writing is not Writing.DIGITS or not (self.result.known and self.cells):
            return "="
        if self.joint != "×":
            return "="
        product = float(np.prod([round(cell.value, 3) for cell in self.cells]))
        return "=" if number(product) == number(self.result.value) else "≈"

    @property
    def spoken_name(self) -> str:
        """What it is called in a table: its label, else its factors."""
        return self.label or " · ".join(cell.name for cell in self.cells)

    def spoken(self, writing: Writing = Writing.DIGITS) -> str:
        """For those who cannot see it: weight w₂₁, 0.780, times x₁, 1, equals 0.780."""
        writing = Writing.FULL if writing is Writing.FULL else Writing.DIGITS  # a name says nothing of the number
        known = [f"{cell.shape.value} {cell.name}, {cell.text(writing)}" for cell in self.cells if cell.known]
        hidden = [cell for cell in (*self.cells, *([self.result] if self.result else [])) if not cell.known]
        if hidden:
            return f"{self.label}: {hidden[-1].unknown}".strip()
        said = (", times " if self.joint == "×" else ", ").join(known) or self.note
        if self.result is None:
            return said
        made = self.result.text(writing)
        return f"{said}, equals {made}" if said else f"{self.label}, {made}"


@dataclass(frozen=True, slots=True)
class Part:
    """One step of the working; `curve`: f with the point at z and, backwards, its tangent; `telling`: whether the note
    says something about the numbers themselves."""

    number: int
    title: str
    lines: tuple[Line, ...] = ()
    note: str = ""
    curve: "Curve | None" = None
    telling: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """f = `kind` at z; a and slope where they have been computed; with the tangent, backwards; names: of z and a."""

    kind: ActivationKind
    z: float
    a: float
    slope: float | None
    known: bool
    tangent: bool
    gives: tuple[Place, ...] = ()
    names: tuple[str, str] = ("z", "a")


@dataclass(frozen=True, slots=True)
class Sheet:
    """title, subtitle: which unit of which layer; headline: the equation of this phase, each number with a caption and
    the sign before it; parts from left to right"""

    title: str
    subtitle: str
    headline: tuple[tuple[str, Cell, str], ...] = ()
    parts: tuple[Part, ...] = ()


def number(value: float, full: bool = False) -> str:
    """Three digits after the point; tiny and huge ones with a power of ten, never 0.000 for what is not 0."""
    if not isfinite(value):
        return "not a number" if value != value else ("∞" if value > 0 else "−∞")
    if full:
        return written(repr(float(value)))
    if value == round(value) and abs(value) < 1e4:
        return written(f"{value:.0f}") if value else "0"
    if 5e-4 <= abs(value) < 1e4:
        return written(f"{value:.3f}")
    return written(f"{value:.1e}")
