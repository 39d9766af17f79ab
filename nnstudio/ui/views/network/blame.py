"""Who is to blame for a loss, and how much: ∂L/∂a for the tiles of a network, ∂L/∂w for its links, and both in words.

Of the output it is ∂L/∂z, where the way back begins. Of the inputs there is none: nothing learns there.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nnstudio.core.run.example import Chosen
from nnstudio.core.run.frame import FloatArray, Frame, ImagePicture
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network.wave import matrices_of
from nnstudio.ui.widgets.figures import decimal, grouped

NOT_COMPUTED = "not computed"


class Blame(NamedTuple):
    """Gradients as a network is drawn.

    tiles: for each column of units what their tiles show, (units,) or (channels, height, width); None where nothing was
    computed
    links, biases: for each layer a matrix (inputs, units), and a row (units,); None where it has none
    largest: the largest |∂L/∂w| of the links
    """

    tiles: tuple[FloatArray | None, ...]
    links: list[FloatArray | None]
    biases: Sequence[FloatArray | None]
    largest: float


def blame_of(frame: Frame) -> Blame:
    """Of a frame, also if nothing was computed in it."""
    reading, layers = frame.backward, frame.model.layers
    if reading is None:
        return Blame((None,) * (len(layers) + 1), [None] * len(layers), [None] * len(layers), 0.0)
    arrays = frame.model.layout.by_layer(reading.gradient)
    links = matrices_of(frame, reading.gradient)
    biases = [arrays.get(layer.key, {}).get("bias") for layer in layers]
    sizes = (float(np.abs(np.nan_to_num(matrix)).max(initial=0.0)) for matrix in links if matrix is not None)
    return Blame((None, *reading.activations, reading.sums), links, biases, max(sizes, default=0.0))


def largest_of(values: FloatArray) -> float:
    """What tiles with these values show at full colour: the largest of them that is finite."""
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))


def briefly(gradient: float, characters: int = 5) -> str:
    """A gradient where there is room for few characters, five at least; a small one is not written as 0."""
    writings = (decimal(gradient, 2), decimal(gradient, 1), f"{gradient:.0e}".replace("e-0", "e-").replace("e+0", "e+"))
    return next((text for text in writings if len(text) <= characters), writings[-1]).replace("-", "−")


def lines_on(frame: Frame, spot: Spot | LinkSpot) -> list[str]:
    """What there is to say about a unit or a link; nothing while nobody asked for gradients."""
    name, value = figure_on(frame, spot)
    if frame.backward is None:
        return []
    if isinstance(spot, Spot) and spot.column == 0:
        return [f"∂L/∂x: {NOT_COMPUTED}, nothing learns there"]
    lines = [f"{name}: {NOT_COMPUTED}" if value is None else f"{name} = {decimal(value, 4)}"]
    if isinstance(spot, Spot):
        tile, bias = blame_of(frame).tiles[spot.column], blame_of(frame).biases[spot.column - 1]
        if tile is not None and (tile.ndim > 1 or _is_row(frame, spot)):
            part = tile if _is_row(frame, spot) else tile[spot.unit]
            lines = [f"{name}: {_size(part)}, from {decimal(float(part.min()), 3)} to {decimal(float(part.max()), 3)}"]
        if bias is not None and spot.unit < len(bias):
            lines.append(f"∂L/∂b = {decimal(float(bias[spot.unit]), 4)}")
    return [*lines, f"of {whose(frame)}"]


def figure_on(frame: Frame, spot: Spot | LinkSpot) -> tuple[str, float | None]:
    """The one gradient of a unit or a link, by its name; None where it was not computed, or there are many."""
    blame = blame_of(frame)
    if isinstance(spot, LinkSpot):
        matrix = blame.links[spot.column - 1]
        return "∂L/∂w", None if matrix is None else float(matrix[spot.source, spot.unit])
    values, last = blame.tiles[spot.column], len(frame.model.layers)
    name = {0: "∂L/∂x", last: "∂L/∂z"}.get(spot.column, "∂L/∂a")
    single = values is not None and values.ndim == 1 and not _is_row(frame, spot)
    return name, float(values[spot.unit]) if values is not None and single else None


def whose(frame: Frame) -> str:
    """Whose loss it is; empty where there is none."""
    reading = frame.backward
    if reading is None:
        return ""
    if isinstance(reading.chosen, Chosen):
        return f"{reading.chosen.split.value} example {grouped(reading.chosen.number)}"
    if reading.chosen is not None:
        return "the example that you typed"
    some = f"{grouped(reading.examples)} of its " if reading.examples < reading.batch else ""
    return f"the next mini-batch, mean of {some}{grouped(reading.batch)}"


def in_words(frame: Frame, wants_mean: bool) -> str:
    """The line below the picture. `wants_mean`: the mini-batch was asked for, whatever is chosen."""
    if frame.backward is None:
        untold = frame.example is not None and frame.example.target is None and not wants_mean
        if untold:
            return "Not computed: nobody says what is true of this example, so there is no loss to follow back."
        return "Not computed yet."
    said = f"∂ of {whose(frame)}"
    if not wants_mean and frame.backward.chosen is None:
        said = f"No example chosen: {said}"
    return f"{said} · |∂w| up to {decimal(blame_of(frame).largest, 2)}"


def _is_row(frame: Frame, spot: Spot) -> bool:
    """Whether the column is an image read as one row, drawn as a band."""
    image = isinstance(frame.picture, ImagePicture)
    return image and spot.column > 0 and frame.model.layers[spot.column - 1].makes_rows


def _size(part: FloatArray) -> str:
    return f"{part.shape[0]}×{part.shape[1]}" if part.ndim == 2 else f"{part.size} values"
