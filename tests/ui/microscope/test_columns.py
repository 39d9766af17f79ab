"""Where inputs, layers and loss stand beside the card of the unfolded unit."""

from itertools import combinations

import pytest
from PySide6.QtCore import QSizeF

from nnstudio.ui.microscope.columns import Columns


def columns(width: float, layers: int, unfolded: int) -> Columns:
    shown = [range(2), *[range(5)] * layers, range(1)]
    counts = [2, *[8] * layers, 1]
    return Columns(QSizeF(width, 280), shown, counts, (unfolded, 2), 200)


@pytest.mark.parametrize("width", [1050.0, 1400.0])
@pytest.mark.parametrize("layers", [1, 3, 6])
def test_nothing_lies_on_anything(width: float, layers: int) -> None:
    for unfolded in range(layers):
        found = columns(width, layers, unfolded)
        boxes = [tile.box for column in found.columns for tile in column.tiles]
        assert not any(one.intersects(other) for one, other in combinations(boxes, 2))
        assert all(box.left() >= 0 and box.right() <= width for box in boxes)


def test_columns_far_from_the_card_give_it_their_room(qapp: object) -> None:
    widths = [columns(1050, layers, 2).card.width() for layers in (3, 4, 5, 6)]
    assert min(widths) > 500, "the sum of a unit has room, with six layers too"
    apart = [column.room for column in columns(1050, 6, 2).columns]
    assert min(apart) >= 44
    slim = [column.slim for column in columns(1050, 6, 2).columns[:-1]]
    assert slim == [True, True, False, False, False, *[True] * 3]
    assert not any(column.slim for column in columns(1400, 3, 1).columns)
