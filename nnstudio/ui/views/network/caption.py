"""What the marks of a network on images mean, in a line below them."""

from collections.abc import Sequence

from nnstudio.core.network.model import Range
from nnstudio.ui.views.network.column import Column
from nnstudio.ui.views.network.layout import KERNEL, WEIGHTS, Cell
from nnstudio.ui.widgets.figures import decimal


def caption(
    cells: Sequence[Cell],
    columns: Sequence[Column],
    scale: float | None,
    bounds: Range,
    flows: bool,
    short: bool = False,
) -> str:
    """The marks that are there. `scale`: what the bars below weight images show at full length, within `bounds`; None
    while nothing was measured; `flows`: whether neurons are linked; `short`: in fewer words."""
    parts: list[str] = []
    for cell, column in zip(cells, columns[1:-1], strict=True):
        if cell is WEIGHTS:
            few = f"{column.large} strongest: weights" if short else f"the {column.large} strongest as their weights"
            if column.large == 1:
                few = "the strongest as its weights"
            parts.append("each unit as its weights" if column.large == column.count else few)
            if scale is not None:
                low = "0" if bounds.low == 0 else f"−{decimal(scale, 2)}"
                parts.append(f"bar: a {low}…{decimal(scale, 2)}" if short else f"bar: a, {low} … {decimal(scale, 2)}")
        elif cell is KERNEL:
            parts.append("filters, what they find" if short else "each filter: its weights, what it finds")
    if not cells:
        parts.append("each class: the image it looks for")
    if flows:
        parts.append("links: w·a")
    text = " · ".join((*parts, "ring: truth"))
    return text[0].upper() + text[1:]
