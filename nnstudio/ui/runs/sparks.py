"""A run's test loss as a line a hand's breadth wide, on a scale that all rows share."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF

from nnstudio.core.shelf.rows import Row
from nnstudio.core.sweep.curve import thinned
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.ui.runs.words import curves_of

_DECADES_AT_LEAST = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Spark:
    """Shares of the way (n,), and the logarithms of the losses there."""

    shares: np.ndarray
    losses: np.ndarray

    @classmethod
    def of(cls, rows: HistoryPrefix) -> "Spark":
        """The curve of a run, thinned; what is not positive has no place on it."""
        few = thinned(rows)
        drawn = (few.test_loss > 0) & np.isfinite(few.test_loss)
        last = float(few.update[-1]) if len(few) else 1.0
        return cls(few.update[drawn] / max(last, 1.0), np.log10(few.test_loss[drawn]))

    def line(self, area: QRectF, low: float, high: float) -> QPolygonF:
        """Its points in a rectangle, where losses run from 10^low to 10^high."""
        xs = area.left() + self.shares * area.width()
        ys = area.bottom() - np.clip((self.losses - low) / (high - low), 0, 1) * area.height()
        return QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)])

    def at(self, shares: np.ndarray) -> np.ndarray:
        """The logarithms at these shares of the way; NaN for a curve without a point."""
        if not len(self.shares):
            return np.full(len(shares), np.nan)
        return np.interp(shares, self.shares, self.losses)


class Sparks:
    """Each curve is thinned once, for as long as its row is shown."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[HistoryPrefix, Spark]] = {}
        self.low, self.high = -1.0, 0.0

    def renew(self, rows: Iterable[Row]) -> None:
        """These rows are shown from now on, on one scale."""
        curves = [curve for row in rows for curve in curves_of(row)]
        self._known = {id(curve): self._known.get(id(curve)) or (curve, Spark.of(curve)) for curve in curves}
        ends = [spark.losses for _, spark in self._known.values() if len(spark.losses)]
        if ends:
            self.low, self.high = (float(pick(np.concatenate(ends))) for pick in (np.min, np.max))
        missing = _DECADES_AT_LEAST - (self.high - self.low)
        if missing > 0 or not math.isfinite(missing):
            self.low -= max(missing, 0.0)

    def of(self, row: Row) -> Sequence[Spark]:
        """Those of a row."""
        return [self._known[id(curve)][1] for curve in curves_of(row) if id(curve) in self._known]


def median_of(sparks: Sequence[Spark], points: int = 40) -> Spark:
    """At each share of the way the median of all."""
    shares = np.linspace(0, 1, points)
    values = np.median([spark.at(shares) for spark in sparks], axis=0)
    known = np.isfinite(values)
    return Spark(shares[known], values[known])
