"""Where every named array of a network lies in its flat vectors.

Training knows two long vectors: `params`, which the optimizer moves, and `statistics`, which batch normalisation
gathers on the way. The layout is the only place that knows which stretch of which vector is the weight of which layer.
Files, transfers and pictures ask it by the layer's key and the array's name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from nnstudio.core.array import Array, Shape

if TYPE_CHECKING:
    from nnstudio.core.network.layers.layer import Layer


@dataclass(frozen=True, slots=True)
class Place:
    """One named array: `shape`, from `start` on, row by row."""

    name: str
    shape: Shape
    start: int

    def view(self, vector: Array) -> Array:
        """This array in a vector of the layout's length, no copy."""
        return vector[self.start : self.start + prod(self.shape)].reshape(self.shape)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What belongs to one layer: its parameters and its running statistics, in the order in which they lie."""

    key: int
    params: tuple[Place, ...]
    statistics: tuple[Place, ...]


class Layout:
    """The stretches of a stack of layers, one after the other.

    params, statistics: how long the two vectors are
    """

    def __init__(self, layers: "list[Layer]") -> None:
        self.params = self.statistics = 0
        self.stretches: dict[int, Stretch] = {}
        for layer in layers:
            params, self.params = _places(layer.arrays, self.params)
            statistics, self.statistics = _places(layer.running_arrays, self.statistics)
            self.stretches[layer.key] = Stretch(layer.key, params, statistics)

    def views(self, params: Array, statistics: Array | None = None) -> Iterator[tuple[int, str, Array]]:
        """Layer by layer the key, the name and the array, as views of the vectors given."""
        for stretch in self.stretches.values():
            for place in stretch.params:
                yield stretch.key, place.name, place.view(params)
            for place in stretch.statistics if statistics is not None else ():
                assert statistics is not None
                yield stretch.key, place.name, place.view(statistics)

    def by_layer(self, params: Array, statistics: Array | None = None) -> dict[int, dict[str, Array]]:
        """For each layer, by its key, its arrays by name, as views."""
        arrays: dict[int, dict[str, Array]] = {key: {} for key in self.stretches}
        for key, name, array in self.views(params, statistics):
            arrays[key][name] = array
        return arrays

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layout) and list(self.stretches.values()) == list(other.stretches.values())

    def __hash__(self) -> int:
        return hash((self.params, self.statistics))


def _places(arrays: Mapping[str, Shape], start: int) -> tuple[tuple[Place, ...], int]:
    """The places of arrays side by side from `start` on, and where they end."""
    places: list[Place] = []
    for name, shape in arrays.items():
        places.append(Place(name, shape, start))
        start += prod(shape)
    return tuple(places), start
