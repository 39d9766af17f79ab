"""Which place of its maps each layer is looked at: one that somebody slid to, and what that sees or is seen by."""

from collections.abc import Sequence

import numpy as np

from nnstudio.core.experiment.layer_specs import AvgPool2DSpec, Conv2DSpec, MaxPool2DSpec
from nnstudio.core.trace import arithmetic
from nnstudio.core.trace.quantity import Index, Quantity
from nnstudio.core.trace.way import TracedLayer

POOLS = MaxPool2DSpec, AvgPool2DSpec
WINDOWED = Conv2DSpec, *POOLS


class Places:
    """Of each layer the place (row, column). Nobody having slid anywhere, each unit is shown where it answers most."""

    def __init__(self) -> None:
        self._chosen: tuple[int, Index] | None = None

    def slide(self, index: int, place: Index) -> None:
        """Look at this place of layer `index`, counted from the first; the others follow."""
        self._chosen = index, place

    def of(self, layers: Sequence[TracedLayer], index: int, unit: int) -> Index | None:
        """The place of a layer; None where its unit answers most."""
        if self._chosen is None or self._chosen[0] >= len(layers) or layers[index].x.ndim != 3:
            return None
        start, place = self._chosen
        between = layers[min(start, index) : max(start, index) + 1]
        if any(layer.x.ndim != 3 or layer.z.ndim != 3 for layer in between):
            return None
        for layer in layers[start + 1 : index + 1]:
            place = _that_sees(layer, place)
        for layer in reversed(layers[index + 1 : start + 1]):
            place = _that_is_seen(layer, place, unit)
        return within(layers[index], place)


def within(layer: TracedLayer, place: Index) -> Index:
    """The place of the layer's maps that is nearest to this one."""
    rows, columns = layer.z.shape[-2:]
    return min(max(place[0], 0), rows - 1), min(max(place[1], 0), columns - 1)


def window_at(layer: TracedLayer, place: Index) -> tuple[int, int, int]:
    """The upper left pixel that the window sees at a place, and its size; a layer without a window sees the place."""
    if not isinstance(layer.spec, WINDOWED):
        return place[0], place[1], 1
    size, stride, (above, left) = arithmetic.slides(layer)
    return place[0] * stride - above, place[1] * stride - left, size


def place_seeing(layer: TracedLayer, row: float, column: float) -> Index:
    """The place whose window has its middle nearest to this point of the image, in pixels from its upper left."""
    size, stride, (above, left) = arithmetic.slides(layer) if isinstance(layer.spec, WINDOWED) else (1, 1, (0, 0))
    return within(layer, (round((row + above - size / 2) / stride), round((column + left - size / 2) / stride)))


def _that_sees(layer: TracedLayer, place: Index) -> Index:
    return place_seeing(layer, place[0] + 0.5, place[1] + 0.5)


def _that_is_seen(layer: TracedLayer, place: Index, unit: int) -> Index:
    """Of a maximum pool the pixel that won, else the middle of the window."""
    here = within(layer, place)
    if isinstance(layer.spec, MaxPool2DSpec):
        return winner(layer, (unit, *here))[1:]
    row, column, size = window_at(layer, here)
    return row + size // 2, column + size // 2


def winner(layer: TracedLayer, at: Index) -> Index:
    """Which value of its window a maximum pool takes: with ties the first."""
    terms = arithmetic.forward(layer, at).terms
    shares = [term.factors[0].value for term in terms]
    return next(f.place.at for f in terms[int(np.argmax(shares))].factors if f.place.quantity is Quantity.X)
