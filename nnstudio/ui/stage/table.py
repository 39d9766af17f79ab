"""A picture as rows and columns: what it shows at one moment, for those who cannot see it or want the numbers."""

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

Cell = str | float | int
Row = Sequence[Cell]


class Table(NamedTuple):
    """headers: one for each column; rows: words as words and numbers as numbers, so that they can be copied exactly."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Row]

    def as_text(self, separator: str) -> str:
        """Headers and rows, a line each, quoted where it must be; numbers come back to the last bit."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=separator, lineterminator="\n")
        writer.writerow(self.headers)
        writer.writerows([repr(cell) if isinstance(cell, float) else cell for cell in row] for row in self.rows)
        return text.getvalue()
