"""A picture as rows and columns: what it shows at one moment, for those who cannot see it or want the numbers."""

from collections.abc import Sequence
from typing import NamedTuple

Cell = str | float | int
Row = Sequence[Cell]


class Table(NamedTuple):
    """headers: one for each column; rows: words as words and numbers as numbers, so that they can be copied exactly."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Row]
