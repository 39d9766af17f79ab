"""A network before there is one: what each layer would be called, what comes in and goes out, what it would learn.

All of it follows from what was asked for and the shape of the data; no array is made. A stack that cannot work is
refused here as it would be in training, in a sentence that names the layer.
"""

from dataclasses import dataclass
from math import prod

from nnstudio.core.array import Shape
from nnstudio.core.counting import grouped
from nnstudio.core.experiment import LayerSpec
from nnstudio.core.experiment.network_text import misplaced, place_layers
from nnstudio.core.network.layer_edits import Ends, Layers, misfit
from nnstudio.core.network.layers.layer import Layer
from nnstudio.core.network.network import build_layers


@dataclass(frozen=True, slots=True)
class Outline:
    """One layer of a network that may never be built; its `key` is 0 for the output.

    name: as in errors and files, such as Dense 1
    given, made: what one example looks like before and behind it
    arrays: the shapes of what it learns, the units last
    """

    key: int
    name: str
    given: Shape
    made: Shape
    arrays: tuple[Shape, ...]

    @property
    def parameters(self) -> int:
        """How many numbers it learns."""
        return sum(prod(shape) for shape in self.arrays)

    @property
    def formula(self) -> str:
        """How their number comes about: units × inputs, and a bias each, as in 3 × 2 + 3 = 9."""
        if not self.arrays:
            return "0"
        terms = (" × ".join(map(grouped, (*shape[-1:], *shape[:-1]))) for shape in self.arrays)
        return f"{' + '.join(terms)} = {grouped(self.parameters)}"


def outline(layers: Layers, ends: Ends) -> tuple[Outline, ...]:
    """The hidden layers and the output. Raises `ShapeError` for a stack that cannot work."""
    return tuple(_outlined(layer) for layer in build_layers(layers, ends.shape, ends.outputs))


def _outlined(layer: Layer) -> Outline:
    return Outline(layer.key, layer.name, layer.input_shape, layer.shape, tuple(layer.arrays.values()))


def layers_from_text(text: str, ends: Ends) -> tuple[LayerSpec, ...]:
    """The hidden layers that `text` describes, if they can work between these ends. Raises `NetworkTextError`, which
    names the place in either case."""
    placed = place_layers(text)
    layers = tuple(one.layer for one in placed)
    for number, one in enumerate(placed, start=1):
        if why := misfit(layers[:number], ends):
            raise misplaced(one, number, text, why)
    return layers


def shape_text(shape: Shape) -> str:
    """A shape as people write it: 8, or 6×24×24 for six channels of 24×24 pixels."""
    return "×".join(map(str, shape))
