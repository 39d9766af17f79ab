"""What numbers are called: x₁, w₂₁, h₂, ŷ, and the layer's number as well where there are several."""

import itertools
from collections.abc import Sequence

from nnstudio.core.trace.quantity import Index, Place, Quantity, place_of
from nnstudio.core.trace.way import TracedLayer

Q = Quantity
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LETTERS = {
    Q.Z: "z",
    Q.A: "a",
    Q.SLOPE: "f′",
    Q.X_HAT: "x̂",
    Q.MASK: "mask",
    Q.SHARE: "share",
    Q.SWITCH: "switch",
    Q.P: "p",
    Q.TARGET: "t",
    Q.MEAN: "mean",
    Q.VARIANCE: "variance",
    Q.DEVIATION: "√(variance + ε)",
    Q.MEAN_ERROR: "mean",
    Q.MEAN_PRODUCT: "mean of products",
}
_ARRAYS = {"weight": "w", "bias": "b", "gain": "γ", "shift": "β"}
_OUTPUT_ARRAYS = {"weight": "v", "bias": "c"}
_ERRORS = {Q.DA: "a", Q.DZ: "z", Q.DX: "x"}


class Names:
    """Names for the numbers of a network with these layers, the output last.

    A unit is h₂, and h⁽³⁾₂ where more layers than one have units; an output ŷ, or ŷ₁ … where there are several.
    Indices are counted from 1, and written side by side while all of them have one digit.
    """

    def __init__(self, layers: Sequence[TracedLayer]) -> None:
        self._layers = {layer.key: layer for layer in layers}
        self._before = {layer.key: before.key for before, layer in itertools.pairwise(layers)}
        self._number = {layer.key: number for number, layer in enumerate(layers, 1)}
        self._several = len(layers) > 2
        self._outputs = len(layers[-1].a)

    def unit(self, key: int, at: Index) -> str:
        """A value that a layer hands on."""
        if key == 0:
            return "ŷ" if self._outputs == 1 else f"ŷ{_indices(at)}"
        return f"h{self._layer(key)}{_indices(at)}"

    def weight(self, key: int, array: str, at: Index) -> str:
        """A weight or a bias of a layer."""
        return self._weight(Place(Quantity.WEIGHT, key, at, array))

    def of(self, place: Place) -> str:
        """A number at its place."""
        quantity, key, at = place.quantity, place.layer, place.at
        if quantity in (Q.X, Q.DX) and key in self._before:
            source = self._before[key]
            name = self.unit(source, self._there(at, key, source))
            return name if quantity is Q.X else f"∂L/∂{name}"
        if quantity is Q.PRODUCT:
            x = Place(Q.X, key, place_of(at[0], self._layers[key].x.shape))
            return f"{self.of(x)} · {self._weight(place)}"
        if quantity is Q.TERM:
            return f"L of {self.unit(0, at)}"
        if quantity in (Q.G, Q.NEW):
            return f"{'g of' if quantity is Q.G else 'new'} {self._weight(place)}"
        if place.array:
            name = self._weight(place)
            return f"∂L/∂{name}" if quantity is Q.DW else name
        if quantity in (Q.A, Q.DA) and key != 0:  # the sum of an output is its own a, and ŷ what comes behind it
            name = self.unit(key, at)
            return name if quantity is Q.A else f"∂L/∂{name}"
        if quantity in _ERRORS:
            return f"∂L/∂{_ERRORS[quantity]}{'' if quantity is Q.DX else self._layer(key)}{_indices(at)}"
        if quantity is Q.X:
            return f"x{_indices(at)}"
        if quantity is Q.LOSS:
            return "L"
        return f"{_LETTERS[quantity]}{self._layer(key)}{_indices(at)}"

    def _there(self, at: Index, key: int, source: int) -> Index:
        """Where a value that arrives comes from; a dense layer reads an image as one row."""
        number = 0
        for part, side in zip(at, self._layers[key].x.shape, strict=True):
            number = number * side + part
        return place_of(number, self._layers[source].z.shape)

    def _weight(self, place: Place) -> str:
        """To which unit comes first, from which after it, as in a matrix of weights."""
        at = place.at
        if place.array == "weight":
            at = (at[-1], *at[:-1])
        if not self._several and place.layer == 0:  # v and c lead to the output, as in many books
            return f"{_OUTPUT_ARRAYS[place.array]}{_indices(at if self._outputs > 1 else at[1:])}"
        return f"{_ARRAYS[place.array]}{self._layer(place.layer)}{_indices(at)}"

    def _layer(self, key: int) -> str:
        return f"⁽{superscript(self._number[key])}⁾" if self._several else ("" if key else "ᵒ")


def subscript(number: int) -> str:
    """₁₂"""
    return str(number).translate(_SUBSCRIPTS)


def superscript(number: int) -> str:
    """⁻¹²"""
    return str(number).translate(_SUPERSCRIPTS)


def _indices(at: Index) -> str:
    """Counted from 1."""
    numbers = [subscript(part + 1) for part in at]
    return ("" if all(len(number) == 1 for number in numbers) else "\N{THIN SPACE}").join(numbers)


def input_name(unit: int) -> str:
    """A value that the network is given."""
    return f"x{_indices((unit,))}"
