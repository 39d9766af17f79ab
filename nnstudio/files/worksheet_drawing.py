"""The network of a worksheet as a drawing (SVG): every weight printed where its link docks, boxes for z and f(z).

Blue and solid is positive, orange and dashed negative, so that it can be read without colours as well. The unit of
length is a quarter of a millimetre.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from nnstudio.core.trace.quantity import Index, Place, Quantity
from nnstudio.core.trace.steps import Steps
from nnstudio.core.trace.way import TracedLayer
from nnstudio.core.trace.worksheet import Worksheet
from nnstudio.core.trace.worksheet_gaps import title_of

_WIDTH, _MARGIN = 720.0, 1.0
POSITIVE, NEGATIVE, INK, DIM, LINE = "#0877bd", "#d9760a", "#1c2430", "#5a6573", "#aeb6c1"
_ROW, _EDGE, _GAP = 15.0, 7.0, 12.0
_INPUT, _CARD, _INBOX, _BETWEEN = 62.0, 164.0, 82.0, (34.0, 130.0)
_CHARACTER = 0.61
"""How wide a digit is, compared with the size of its letters."""
_BOX, _BOXES = 17.0, 22.0
_Q = Quantity
_Name = Callable[[int, str, Index], str]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A unit on the drawing: its left upper corner, its size, and in how many rows weights and bias stand, at which the
    links dock."""

    x: float
    y: float
    width: float
    height: float
    rows: int = 0

    @property
    def way_out(self) -> tuple[float, float]:
        return self.x + self.width, self.y + self.height / 2

    def row(self, number: int) -> float:
        return self.y + self.height / 2 + _ROW * (number + 0.5 - self.rows / 2)


def drawing(sheet: Worksheet, solved: bool) -> str:
    """An SVG element; `solved` writes the answers into the boxes."""
    layers = sheet.trace.layers
    columns = [*_columns(sheet)]
    height = max(spot.y + spot.height for column in columns for spot in column) + 24
    width = max(_WIDTH, columns[-1][0].way_out[0] + _MARGIN)
    names = Steps(sheet.trace).names
    largest = max(max(abs(layer.arrays["weight"]).max(), 1e-9) for layer in layers)
    parts: list[str] = []
    for index, layer in enumerate(layers):
        parts += _links(columns[index], columns[index + 1], layer, largest)
    for spot, (name, value) in zip(columns[0], sheet.inputs, strict=True):
        parts += _rectangle(spot, "#e6f1f9", LINE)
        parts.append(_text(spot.x + 10, spot.y + spot.height / 2 + 4, name, DIM))
        parts.append(_text(spot.x + spot.width - 8, spot.y + spot.height / 2 + 4, value, number=True, anchor="end"))
    answers = {gap.place: (gap.name, gap.answer) for gap in sheet.gaps}
    for layer, column in zip(layers, columns[1:], strict=True):
        title = title_of(layer)
        parts.append(_text(column[0].x + column[0].width / 2, 12, title, DIM, anchor="middle"))
        for unit, spot in enumerate(column):
            parts += _rectangle(spot, "#ffffff", INK)
            parts += _weights(sheet, layer, unit, spot, names.weight)
            boxes = [answers[place] for place in _boxes(layer, unit) if place in answers]
            parts += _unit(spot, names.unit(layer.key, (unit,)), boxes, solved)
    parts.append(_text(columns[0][0].x + _INPUT / 2, 12, "Input", DIM, anchor="middle"))
    label = escape(f"Network: {sheet.network}", quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:.0f}" role="img" '
        f'aria-label="{label}">{"".join(parts)}</svg>'
    )


def _columns(sheet: Worksheet) -> Iterator[list[_Spot]]:
    layers = sheet.trace.layers
    room = (_WIDTH - 2 * _MARGIN - _INPUT) / len(layers) - _CARD
    between = max(_BETWEEN[0], min(room, _BETWEEN[1]))
    start = max(_MARGIN, (_WIDTH - _INPUT - (_CARD + between) * len(layers)) / 2)
    heights = [max(_ROW * (layer.x.size + 1) + 2 * _EDGE, 20 + 2 * _BOXES + 4) for layer in layers]
    counts = [len(sheet.inputs), *(len(layer.z) for layer in layers)]
    sizes = [26.0, *heights]
    whole = max(count * (size + _GAP) - _GAP for count, size in zip(counts, sizes, strict=True))
    x = start
    for index, (count, size) in enumerate(zip(counts, sizes, strict=True)):
        gap = _GAP if index else min(3 * _GAP, (whole - count * size) / max(count - 1, 1))
        top = 24 + (whole - count * size - (count - 1) * gap) / 2
        own = _CARD if index else _INPUT
        rows = layers[index - 1].x.size + 1 if index else 0
        yield [_Spot(x, top + unit * (size + gap), own, size, rows) for unit in range(count)]
        x += own + between


def _links(before: list[_Spot], after: list[_Spot], layer: TracedLayer, largest: float) -> Iterator[str]:
    weight = layer.arrays["weight"]
    for row, source in enumerate(before):
        for unit, target in enumerate(after):
            w, (x, y), to = float(weight[row, unit]), source.way_out, target.row(row)
            colour, dashes = (POSITIVE, "") if w >= 0 else (NEGATIVE, ' stroke-dasharray="5 3"')
            bend = (target.x - x) / 2
            yield (
                f'<path d="M{x:.1f} {y:.1f}C{x + bend:.1f} {y:.1f} {target.x - bend:.1f} {to:.1f} {target.x:.1f} '
                f'{to:.1f}" fill="none" stroke="{colour}" stroke-width="{0.6 + 2.2 * abs(w) / largest:.2f}"{dashes}/>'
            )


def _rectangle(spot: _Spot, fill: str, stroke: str) -> Iterator[str]:
    yield (
        f'<rect x="{spot.x:.1f}" y="{spot.y:.1f}" width="{spot.width:.1f}" height="{spot.height:.1f}" rx="5" '
        f'fill="{fill}" stroke="{stroke}" stroke-width="0.8"/>'
    )


def _weights(sheet: Worksheet, layer: TracedLayer, unit: int, spot: _Spot, name: _Name) -> Iterator[str]:
    rows = [("weight", (row, unit)) for row in range(layer.x.size)] + [("bias", (unit,))]
    for number, (array, at) in enumerate(rows):
        y = spot.row(number) + 3.5
        yield _text(spot.x + 6, y, name(layer.key, array, at), DIM)
        yield _text(spot.x + _INBOX - 6, y, sheet.weight(layer, array, at), number=True, anchor="end")
    x = spot.x + _INBOX
    yield f'<path d="M{x:.1f} {spot.y + 5:.1f}V{spot.y + spot.height - 5:.1f}" stroke="{LINE}" stroke-width="0.6"/>'


def _unit(spot: _Spot, name: str, boxes: list[tuple[str, str]], solved: bool) -> Iterator[str]:
    left, right = spot.x + _INBOX + 6, spot.x + spot.width - 6
    top = spot.y + (spot.height - 18 - _BOXES * len(boxes)) / 2
    yield _text(left, top + 12, name, bold=True)
    for number, (label, answer) in enumerate(boxes):
        y = top + 18 + _BOXES * number
        short = label[0] if label[0] == "z" else "f(z)" if label.startswith("h") else "ŷ"
        yield _text(left, y + 12, short, DIM)
        x = left + 20
        yield (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{right - x:.1f}" height="{_BOX:g}" rx="2" fill="#ffffff" '
            f'stroke="{LINE if solved else INK}" stroke-width="0.7"/>'
        )
        if solved:
            size = min(10.0, (right - x - 6) / (_CHARACTER * len(answer)))
            yield _text(right - 3, y + 12, answer, size=size, number=True, anchor="end")


def _boxes(layer: TracedLayer, unit: int) -> list[Place]:
    return [Place(quantity, layer.key, (unit,)) for quantity in (_Q.Z, _Q.A, _Q.P)]


def _text(
    x: float,
    y: float,
    text: str,
    colour: str = INK,
    *,
    size: float = 10.3,
    number: bool = False,
    bold: bool = False,
    anchor: str = "start",
) -> str:
    kind = 'class="number" font-family="JetBrains Mono"' if number else 'font-family="Inter"'
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} {kind} font-size="{size:.3g}" fill="{colour}"{weight}>{escape(text)}</text>'
