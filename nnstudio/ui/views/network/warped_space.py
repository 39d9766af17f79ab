"""From the values behind a layer to a flat picture: which layer, which two directions, where everything lies."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import Task
from nnstudio.core.network.model import ModelLayer
from nnstudio.core.run.frame import Frame
from nnstudio.core.run.warped import Components, principal_components
from nnstudio.ui.widgets.figures import percent

Positions = NDArray[np.float64]
OFFERED = 256
"""Layers of more values than that are shown by their components alone: nobody would find a unit in a list."""
_APART = 0.55
Range = tuple[float, float]


class Choice(NamedTuple):
    """What somebody wants to see: a layer by its key, None for the last hidden one; and two of its units, across and
    up, None for the principal components, or for what suits the layer where nobody has chosen (`free`)."""

    layer: int | None = None
    units: tuple[int, int] | None = None
    free: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Everything in the coordinates of the picture.

    place: of the layer; layer: what is known of it
    points (n, 2); grid (lines, steps, 2); example (2,)
    names: of the two directions; ranges: of the axes, None where the values themselves decide
    components: where these are the directions; level: whether there is one direction alone
    """

    place: int
    layer: ModelLayer
    points: Positions
    grid: Positions | None
    example: Positions | None
    names: tuple[str, str]
    ranges: tuple[Range | None, Range | None]
    components: Components | None
    level: bool = False

    @property
    def finite(self) -> bool:
        """Whether all of it can be drawn."""
        return all(part is None or bool(np.isfinite(part).all()) for part in (self.points, self.grid, self.example))


def place_of(frame: Frame, choice: Choice) -> int:
    """Which layer is shown: the chosen one, or where that is not there any more the last hidden one; without any the
    output."""
    keys = [layer.key for layer in frame.model.layers]
    return keys.index(choice.layer) if choice.layer in keys else max(len(keys) - 2, 0)


def units_of(frame: Frame, choice: Choice) -> tuple[int, int] | None:
    """Which two units are shown; None for the components."""
    count = size_of(frame.model.layers[place_of(frame, choice)])
    if choice.free or count > OFFERED:
        return (0, 1) if count == 2 else None
    return None if choice.units is None else (min(choice.units[0], count - 1), min(choice.units[1], count - 1))


def unit_name(layer: ModelLayer, unit: int) -> str:
    """What one of its units is called beside an axis."""
    return f"{layer.spec.unit} {unit + 1}"


def size_of(layer: ModelLayer) -> int:
    """How many values the layer gives out."""
    return int(np.prod(layer.shape))


def seen(frame: Frame, choice: Choice, before: Picture | None) -> Picture | None:
    """What is to be drawn; None where nothing was computed. `before`: what was drawn last, so that components keep
    their signs."""
    reading = frame.warped
    if reading is None or len(reading.points) != len(frame.model.layers):
        return None
    place = place_of(frame, choice)
    layer, values = frame.model.layers[place], reading.points[place]
    grid = None if reading.grid is None else reading.grid[place]
    example = None if reading.example is None else reading.example[place]
    if values.shape[1] == 1:
        return _level(frame, place, values, grid, example)
    units = units_of(frame, choice)
    if units is None:
        kept = before.components if before is not None and before.layer.key == layer.key else None
        found = principal_components(values, kept)
        names = [f"component {number}" for number in (1, 2)]
        names = [f"{name} · {percent(share, 0)}" for name, share in zip(names, found.explained.tolist(), strict=True)]
        parts = (None if part is None else found.of(part) for part in (values, grid, example))
        ranges: tuple[Range | None, Range | None] = None, None
    else:
        found, names = None, [unit_name(layer, unit) for unit in units]
        parts = (None if part is None else part[..., list(units)].astype(float) for part in (values, grid, example))
        ranges = _range(layer, place, frame), _range(layer, place, frame)
    points, lines, chosen = parts
    assert points is not None
    return Picture(place, layer, points, lines, chosen, (names[0], names[1]), ranges, found)


def _level(frame: Frame, place: int, values: Array, grid: Array | None, example: Array | None) -> Picture:
    """Of a single unit: the plane lies on one line, the classes above and below it."""
    heights = heights_of(frame, len(values))
    layer = frame.model.layers[place]
    points = np.column_stack((values[:, 0], heights)).astype(float)
    lines = None if grid is None else np.concatenate((grid, np.zeros_like(grid)), axis=-1).astype(float)
    chosen, known = None, frame.example
    if example is not None and known is not None:
        height = 0.0 if known.label is None else _height(known.label, frame.dataset.classes)
        chosen = np.array([float(example[0]), height])
    name = "z" if place == len(frame.model.layers) - 1 else unit_name(layer, 0)
    return Picture(place, layer, points, lines, chosen, (name, ""), (_range(layer, place, frame), (-1, 1)), None, True)


def heights_of(frame: Frame, count: int) -> Positions:
    """Where the classes lie above and below a line, so that they can be told apart; values lie on it."""
    dataset = frame.dataset
    if dataset.task not in (Task.BINARY, Task.MULTICLASS):
        return np.full(count, _APART)
    return np.array([_height(int(label), dataset.classes) for label in dataset.train.labels[:count]])


def _height(label: int, classes: int) -> float:
    count = max(classes, 2)
    return _APART * (2 * label / (count - 1) - 1)


def _range(layer: ModelLayer, place: int, frame: Frame) -> Range | None:
    """Where the values of a layer lie, if its activation says so. Of the output the sums z are seen, which lie
    anywhere."""
    low, high = layer.range.low, layer.range.high
    if low is None or high is None or place == len(frame.model.layers) - 1:
        return None
    edge = 0.06 * (high - low)
    return low - edge, high + edge
