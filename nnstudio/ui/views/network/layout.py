"""Where the columns of a network stand: pure geometry, from sizes and counts to rectangles.

On the plane a column is a single row of tiles, high or low as there are many neurons. For images the layers are grids,
and the width is shared out by what each of them would like to have. All lengths are logical pixels; `em` is the height
of a line of text, so that larger text gets the room it needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from PySide6.QtCore import QRectF

from nnstudio.ui.views.network.column import Column, first_shown

PITCH = 78.0
"""The least distance of two columns, so that six hidden layers fit; the view scrolls sideways rather than go below."""
_WIDEST_PITCH = 180.0
_LARGEST_TILE = 96.0
_SMALLEST_TILE = 11.0
_GAP = 12 / 88
"""Between two tiles, as a share of one."""
_BAND = 24.0
_WIDEST_BAND = 84.0
_NARROWEST_GRID = 54.0
_IMAGE = 4.4
"""The least width of the input image, in heights of a line: what is said of it stands below."""


Names = tuple[float, float]
"""The room that names need beside the first and the last column; 0 where there are none."""


def plane_width(columns: int, names: Names, em: float) -> float:
    """The least width at which `columns` columns neither clip nor overlap."""
    return _sides(names, PITCH / 2, em)[1] + (columns - 1) * PITCH * max(1.0, em / 16)


def _sides(names: Names, tile: float, em: float) -> tuple[float, float]:
    """What lies left of the middle of the first column, half a tile and a name, or half a title; and that together
    with what lies right of the middle of the last."""
    left, right = (max(tile / 2 + (8 + name if name else 0), 2.4 * em) + 6 for name in names)
    return left, left + right


def plane_columns(
    area: QRectF, counts: Sequence[int], firsts: Sequence[int], names: Names, em: float
) -> tuple[Column, ...]:
    """A column for each layer, evenly spaced, with names beside the outer tiles."""
    gaps = len(counts) - 1
    beside = [8 + name + 6 if name else 6 for name in names]
    # Beyond the middle of an outermost column lies half a tile, a quarter of the pitch at most, or half a title.
    left, right = (((0.25, side), (0, 2.4 * em + 6)) for side in beside)
    pitch = min((area.width() - a - b) / (gaps + m + n) for (m, a), (n, b) in product(left, right))
    pitch = min(pitch, max(_WIDEST_PITCH, (area.width() - sum(beside) - _LARGEST_TILE) / gaps * 0.85))
    largest = min(_LARGEST_TILE, pitch * 0.5)
    before, sides = _sides(names, largest, em)
    start = area.left() + before + (area.width() - sides - pitch * gaps) / 2
    return tuple(
        _stack(start + pitch * index, area, count, first, largest, em)
        for index, (count, first) in enumerate(zip(counts, firsts, strict=True))
    )


def _stack(center: float, area: QRectF, count: int, first: int, largest: float, em: float) -> Column:
    """One column of tiles, centred in the height."""
    bottom, shown = area.bottom(), count
    smallest_pitch = _SMALLEST_TILE + 2
    if count * smallest_pitch > area.height():
        bottom -= em + 4
        shown = max(1, int((bottom - area.top()) / smallest_pitch))
    pitch = min(largest * (1 + _GAP), (bottom - area.top()) / shown)
    tile = max(4.0, pitch - max(2.0, pitch * _GAP / (1 + _GAP)))
    top = (area.top() + bottom - pitch * shown) / 2
    first = first_shown(count, first, shown)
    left, size = round(center - tile / 2), round(tile)
    # Whole pixels: a pitch with a fraction would make some gaps wider than others.
    pitch = max(size + 1, int(pitch))
    top = round(top + (pitch - size) / 2)
    tiles = tuple(QRectF(left, top + pitch * k, size, size) for k in range(shown))
    more = QRectF(center - PITCH / 2, bottom, PITCH, em + 4) if shown < count else None
    return Column(left, left + size, count, first, tiles, more=more)


@dataclass(frozen=True, slots=True)
class Cell:
    """The shape of one unit in a grid, in multiples of its tile, gaps included; `beside` is what the tile leaves to a
    bar, or to another picture."""

    wide: float
    high: float
    largest: float
    smallest: float
    beside: float = 0.0


WEIGHTS = Cell(1.15, 1.28, 40, 24)
"""With a bar below each tile."""
ACTIVATION = Cell(1.25, 1.25, 16, 5)
FEATURE_MAP = Cell(1.12, 1.12, 48, 13)
KERNEL = Cell(2.3, 1.12, 38, 12, 1.08)
ROW = Cell(1, 1, 12, 12)
"""A single slim band from top to bottom: an image read as one row."""


def image_width(hidden: int, em: float) -> float:
    """The least width for an image network with `hidden` layers."""
    return _IMAGE * em + 4.6 * em + 8 + hidden * _NARROWEST_GRID * max(1.0, em / 16) + (hidden + 1) * _BAND


def image_columns(
    area: QRectF, cells: Sequence[Cell], counts: Sequence[int], firsts: Sequence[int], em: float
) -> tuple[Column, ...]:
    """The image, a grid for each hidden layer (`cells` says of what), and a row for each class."""
    hidden = len(cells)
    beyond_least = max(0.0, area.width() - image_width(hidden, em))
    image = min(max(112.0, _IMAGE * em), _IMAGE * em + 0.15 * beyond_least, area.height())
    answers = 4.6 * em + min(2 * em, 0.1 * beyond_least) if hidden else 4.6 * em + min(5.4 * em, 0.5 * beyond_least)
    room = area.width() - image - answers - (hidden + 1) * _BAND
    wishes = [_natural_width(cell, n, area.height()) for cell, n in zip(cells, counts[1:-1], strict=True)]
    floor = _NARROWEST_GRID * max(1.0, em / 16)
    spare = max(0.0, room - floor * hidden)
    beyond = [max(0.0, wish - floor) for wish in wishes]
    share = min(1.0, spare / sum(beyond)) if sum(beyond) else 0.0
    widths = [floor + share * extra for extra in beyond]
    band = min(_WIDEST_BAND, _BAND + max(0.0, room - sum(widths)) / (hidden + 1))
    x = area.center().x() - (image + answers + sum(widths) + (hidden + 1) * band) / 2
    tile = QRectF(x, area.center().y() - image / 2, image, image)
    columns = [Column(x, x + image, 1, 0, (tile,))]
    x += image + band
    for cell, width, count, first in zip(cells, widths, counts[1:-1], firsts[1:-1], strict=True):
        room_here = QRectF(x, area.top(), width, area.height())
        if cell is ROW:
            columns.append(_slim(room_here))
        elif cell is WEIGHTS:
            columns.append(_strongest(room_here, count, em))
        else:
            columns.append(_grid(room_here, cell, count, first, em))
        x += width + band
    columns.append(_rows(QRectF(x, area.top(), answers, area.height()), counts[-1]))
    return tuple(columns)


def _slim(area: QRectF) -> Column:
    left = area.center().x() - ROW.largest / 2
    return Column(left, left + ROW.largest, 1, 0, (QRectF(left, area.top(), ROW.largest, area.height()),))


def _natural_width(cell: Cell, count: int, height: float) -> float:
    if cell is WEIGHTS:
        return _STRONGEST_ACROSS * cell.largest * cell.wide
    rows = max(1, int(height / (cell.largest * cell.high)))
    return -(-count // rows) * cell.largest * cell.wide


_CELL, _CELL_PITCH = 8.0, 10.0
_STRONGEST_ACROSS = 4
_FEWEST_IMAGES, _MOST_HEIGHT = 8, 0.6
"""So many weight images there are in any case, unless they took more of the height than this."""
_BAR = 10.0
"""The least room for the bar below a weight image."""


def _strongest(area: QRectF, count: int, em: float) -> Column:
    """Room for as many weight images as fit beside small cells for all other units; the strongest come first. Where
    even the cells do not all fit, it says how many more there are."""
    column = _images_and_cells(area, count)
    if column.hidden:
        above = area.adjusted(0, 0, 0, -em - 4)
        column = _images_and_cells(above, count)
        more = QRectF(above.left(), above.bottom(), above.width(), em + 4)
        column = replace(column, more=more if column.hidden else None)
    return column


def _image_size(width: float) -> float:
    """How large weight images are: smaller where otherwise two would not fit beside each other."""
    half = int(width / (1 + WEIGHTS.wide))
    return min(WEIGHTS.largest, half) if half >= WEIGHTS.smallest else WEIGHTS.largest


def _images_and_cells(area: QRectF, count: int) -> Column:
    size = _image_size(area.width())
    wide, high = size * WEIGHTS.wide, max(size * WEIGHTS.high, size + _BAR)
    across = max(1, int((area.width() + wide - size) / wide + 1e-6))
    cells = max(1, int(area.width() / _CELL_PITCH))
    rows = max(1, min(int(area.height() / high), -(-count // across)))
    fewest = max(1, min(-(-_FEWEST_IMAGES // across), int(_MOST_HEIGHT * area.height() / high)))
    while rows > fewest and rows * high + 6 + -(-(count - rows * across) // cells) * _CELL_PITCH > area.height():
        rows -= 1
    large = min(count, rows * across)
    below = -(-(count - large) // cells)
    below = min(below, max(0, int((area.height() - rows * high - 6) / _CELL_PITCH)))
    width = min(large, across) * wide - (wide - size)
    left = round(area.center().x() - width / 2)
    top = round(area.center().y() - (rows * high + (6 + below * _CELL_PITCH if below else 0)) / 2)
    tiles = [QRectF(round(left + k % across * wide), round(top + k // across * high), size, size) for k in range(large)]
    cells = max(1, min(cells, int((width + 2) / _CELL_PITCH)))
    start = round(top + rows * high + 6)
    room = max(0, int((area.bottom() - start) / _CELL_PITCH)) * cells
    tiles += [
        QRectF(left + k % cells * _CELL_PITCH, start + k // cells * _CELL_PITCH, _CELL, _CELL)
        for k in range(min(count - large, room))
    ]
    return Column(left, left + width, count, 0, tuple(tiles), across, large=large)


def _grid(area: QRectF, cell: Cell, count: int, first: int, em: float) -> Column:
    """As large tiles as let all units fit, or as many of the smallest as do."""
    most = max(1, int(area.width() / (cell.smallest * min(cell.wide, 1))))
    sizes = {n: _tile_for(area, cell, count, n) for n in range(1, most + 1)}
    best = max(sizes.values())
    fits = best >= cell.smallest
    if fits:
        # Full rows look calmer than the last bit of size.
        full = {n: size for n, size in sizes.items() if count % n == 0 and size >= max(0.88 * best, cell.smallest)}
        choice = full or sizes
        across = max(choice, key=lambda n: (choice[n], -n))
        tile, rows = choice[across], -(-count // across)
    else:
        area = area.adjusted(0, 0, 0, -em - 4)
        tile = cell.smallest
        rows = max(1, int(area.height() / (tile * cell.high)))
        across = max(1, int(area.width() / (tile * cell.wide)))
    shown = min(count, rows * across)
    first = first_shown(count, first, shown, across)
    wide, high = tile * cell.wide, tile * cell.high
    used = min(rows, -(-shown // across))
    width = (across - 1) * wide + tile * (1 + cell.beside)
    left = area.center().x() - width / 2
    top = area.center().y() - (used * high - (high - tile)) / 2
    tiles = tuple(
        QRectF(left + (k % across) * wide, top + (k // across) * high, tile, tile)
        for k in range(min(shown, count - first))
    )
    more = None if fits else QRectF(area.left(), area.bottom(), area.width(), em + 4)
    return Column(left, left + width, count, first, tiles, across, more)


def _tile_for(area: QRectF, cell: Cell, count: int, across: int) -> float:
    """The largest tile with which `count` units fit in rows of `across`."""
    rows = -(-count // across)
    return min(cell.largest, area.width() / across / cell.wide, area.height() / rows / cell.high)


def _rows(area: QRectF, count: int) -> Column:
    pitch = min(30.0, area.height() / count)
    top = area.center().y() - pitch * count / 2
    height = pitch * 0.84
    tiles = tuple(QRectF(area.left(), top + pitch * (k + 0.5) - height / 2, area.width(), height) for k in range(count))
    return Column(area.left(), area.right(), count, 0, tiles)
