"""The part of the plane of updates and losses that is in sight."""

import math
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QRectF

from nnstudio.ui.stage.axes import Scale
from nnstudio.ui.stage.ticks import linear_ticks, snapped_down, snapped_up
from nnstudio.ui.views.loss.curves import Line

_DECADES_AT_MOST = 8.0
_DECADES_AT_LEAST = 0.7
_FAR = 0.3
"""An end of an axis that would move by less than this part of it stays where it is."""
_FAR_DECADES = 0.5
"""The same where it is logarithmic: further than from one of 1, 2, 5 and 10 to the next."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Updates `start` … `end`, losses `bottom` … `top`."""

    start: float
    end: float
    bottom: float
    top: float
    logarithmic: bool

    def scales(self, area: QRectF) -> tuple[Scale, Scale]:
        """Updates to the right and losses upwards, in this rectangle."""
        across = Scale(self.start, self.end, area.left(), area.right())
        return across, Scale(self.bottom, self.top, area.bottom(), area.top(), self.logarithmic)


def loss_range(lines: dict[str, Line], logarithmic: bool, all_in_sight: bool = True) -> tuple[float, float]:
    """What the axis of losses covers, on round borders so that it rests while the curves run on: all that was measured,
    and the mini-batches but for rare outliers. A linear one begins at 0 while all updates are in sight."""
    values = [line.y for name, line in lines.items() if name != "batch"]
    if "batch" in lines:
        values.append(np.percentile(lines["batch"].y, (2, 98)))
    together = np.concatenate(values) if values else np.ones(1)
    low, high = float(together.min()), float(together.max())
    if logarithmic:
        top = snapped_up(math.log10(high))
        # What a run that diverges came from stays in sight.
        bottom = max(snapped_down(math.log10(low)), min(top, 0.0) - _DECADES_AT_MOST)
        return 10.0 ** min(bottom, snapped_down(top - _DECADES_AT_LEAST)), 10.0**top
    low = 0.0 if all_in_sight or high <= low else low
    step = linear_ticks(0, (high - low) or 1.0, 5)[1]
    return step * math.floor(low / step), step * max(math.ceil(high / step), math.floor(low / step) + 1)


def rested(before: Extent | None, wanted: Extent) -> Extent:
    """What is wanted of the same run, with the losses of before where they are only a little too many: what covers the
    mini-batches lies now on this side of a round border and now on the other."""
    if before is None or before.logarithmic != wanted.logarithmic:
        return wanted
    if wanted.logarithmic:
        low = before.bottom <= wanted.bottom <= before.bottom * 10**_FAR_DECADES
        high = before.top >= wanted.top >= before.top / 10**_FAR_DECADES
    else:
        far = _FAR * (before.top - before.bottom)
        low = before.bottom <= wanted.bottom <= before.bottom + far
        high = before.top >= wanted.top >= before.top - far
    return replace(wanted, bottom=before.bottom if low else wanted.bottom, top=before.top if high else wanted.top)
