"""A network as a drawing (SVG) that needs nothing else: its layers in a row, its weights as the links between them.

Blue and solid is positive, orange and dashed negative, the wider the larger, so that it can be read without colours as
well. Of a long layer the first units are drawn, and it says how many more there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from nnstudio.core.array import Shape
from nnstudio.core.network.model import Model, ModelLayer
from nnstudio.files.errors import printable

POSITIVE, NEGATIVE, INK, DIM, LINE = "#0877bd", "#d9760a", "#1c2430", "#5a6573", "#aeb6c1"
_MOST, _LETTERS = 8, 18
"""Units that are drawn of a layer, and letters of an input's name."""
_ROW, _COLUMN, _RADIUS, _TOP, _BELOW = 28.0, 132.0, 9.0, 12.0, 76.0
_EDGE = 56.0
_LEAST_WIDTH = 0.4
"""Of a link, in the unit of length, a pixel of a drawing at its own size."""


@dataclass(frozen=True, slots=True)
class _Column:
    """What is drawn of a layer or of the inputs: its units or its maps; how many there are, and what one is called."""

    title: str
    note: str
    names: Sequence[str]
    count: int
    maps: bool

    @property
    def drawn(self) -> int:
        return min(self.count, _MOST)


def drawing(model: Model, input_names: Sequence[str] = (), output_names: Sequence[str] = ()) -> str:
    """An SVG element. The names stand beside the inputs and outputs, if there are few."""
    columns = [*_columns(model, input_names, output_names)]
    rows = max(column.drawn + (column.count > _MOST) for column in columns)
    height, width = _TOP + rows * _ROW + _BELOW, (len(columns) - 1) * _COLUMN + 2 * _EDGE + _margin(columns)
    left = _EDGE + _margin(columns[:1])
    parts: list[str] = []
    for number, layer in enumerate(model.layers):
        parts += _links(columns[number], columns[number + 1], layer, left + number * _COLUMN, rows)
    for number, column in enumerate(columns):
        parts += _units(column, left + number * _COLUMN, rows, last=number == len(columns) - 1)
    parts += _legend(left - _RADIUS, height - 8)
    label = escape(f"The network: {' - '.join(f'{column.title} {column.note}' for column in columns)}", quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'style="max-width: {width:.0f}px" aria-label="{label}" font-family="Inter, system-ui, sans-serif">'
        f"{''.join(parts)}</svg>"
    )


def _columns(model: Model, input_names: Sequence[str], output_names: Sequence[str]) -> Iterator[_Column]:
    yield _column("Input", model.input_shape, "", input_names)
    for layer in model.layers:
        activation = layer.activation.phrase if layer.activation is not None else ""
        last = layer is model.layers[-1]
        yield _column(layer.name, layer.shape, activation, output_names if last else ())


def _column(title: str, shape: Shape, activation: str, names: Sequence[str]) -> _Column:
    size = " × ".join(map(str, shape))
    return _Column(title, " ".join(filter(None, (size, activation))), names, shape[0], len(shape) > 1)


def _margin(columns: Sequence[_Column]) -> float:
    """Room for the names at the edges."""
    ends = columns[:1] if len(columns) == 1 else (columns[0], columns[-1])
    return sum(6.2 * max((len(_short(name)) for name in column.names[:_MOST]), default=0) for column in ends)


def _short(name: str) -> str:
    return printable(name, _LETTERS)


def _height(column: _Column, unit: int, rows: int) -> float:
    spare = rows - column.drawn - (column.count > _MOST)
    return _TOP + _ROW * (unit + 0.5 + spare / 2)


def _links(before: _Column, after: _Column, layer: ModelLayer, x: float, rows: int) -> Iterator[str]:
    start, end = x + _RADIUS, x + _COLUMN - _RADIUS
    weights = layer.weights
    if weights is None or before.maps or len(weights) != before.count:
        # What a layer without such weights does goes from unit to unit, or over all of them.
        for unit in range(after.drawn):
            sources = [unit] if before.count == after.count else range(before.drawn)
            for source in sources:
                y, to = _height(before, source, rows), _height(after, unit, rows)
                yield f'<path d="M{start:.0f} {y:.1f}L{end:.0f} {to:.1f}" stroke="{LINE}" stroke-width="0.5"/>'
        return
    shown = weights[: before.drawn, : after.drawn].astype(np.float64)
    largest = max(float(np.abs(shown).max()), 1e-9)
    for source, unit in np.argwhere(np.isfinite(shown)).tolist():
        w, y, to = shown[source, unit], _height(before, source, rows), _height(after, unit, rows)
        ink, dashes = (POSITIVE, "") if w >= 0 else (NEGATIVE, ' stroke-dasharray="5 3"')
        bend, share = (end - start) / 2, abs(w) / largest
        yield (
            f'<path d="M{start:.0f} {y:.1f}C{start + bend:.0f} {y:.1f} {end - bend:.0f} {to:.1f} {end:.0f} {to:.1f}" '
            f'fill="none" stroke="{ink}" stroke-width="{_LEAST_WIDTH + 2.2 * share:.2f}" '
            f'stroke-opacity="{0.25 + 0.65 * share:.2f}"{dashes}/>'
        )


def _units(column: _Column, x: float, rows: int, last: bool) -> Iterator[str]:
    for unit in range(column.drawn):
        y = _height(column, unit, rows)
        if column.maps:
            corner = f'x="{x - _RADIUS:.1f}" y="{y - _RADIUS:.1f}" width="{2 * _RADIUS:g}" height="{2 * _RADIUS:g}"'
            yield f'<rect {corner} rx="2" fill="#e6f1f9" stroke="{INK}" stroke-width="0.8"/>'
        else:
            place = f'cx="{x:.1f}" cy="{y:.1f}" r="{_RADIUS:g}"'
            yield f'<circle {place} fill="#e6f1f9" stroke="{INK}" stroke-width="0.8"/>'
        if unit < len(column.names):
            beside, anchor = (x + _RADIUS + 5, "start") if last else (x - _RADIUS - 5, "end")
            yield _text(beside, y + 4, _short(column.names[unit]), anchor)
    if column.count > _MOST:
        more = f"+ {column.count - _MOST} more"
        yield _text(x, _height(column, column.drawn, rows) + 4, more)
    base = _TOP + rows * _ROW + 20
    yield _text(x, base, column.title, ink=INK) + _text(x, base + 16, column.note)


def _legend(x: float, y: float) -> Iterator[str]:
    for ink, dashes, words in ((POSITIVE, "", "positive weight"), (NEGATIVE, ' stroke-dasharray="5 3"', "negative")):
        yield f'<path d="M{x:.0f} {y - 4:.1f}h22" stroke="{ink}" stroke-width="2"{dashes}/>'
        yield _text(x + 28, y, words, "start")
        x += 122


def _text(x: float, y: float, text: str, anchor: str = "middle", ink: str = DIM) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{ink}" font-size="11">{escape(text)}</text>'
