"""What a slice of the loss is, and what it is not, in words."""

import math

from nnstudio.core.landscape.directions import Lie, Plane
from nnstudio.core.landscape.survey import Slice
from nnstudio.core.run.example import SplitName
from nnstudio.ui.widgets.figures import decimal, grouped, percent

_SKEW = 75.0


def axis_words(plane: Plane, short: bool = False) -> tuple[str, str]:
    """What stands along the two directions: which, and in what unit."""
    if plane.shares is None:
        scale = "" if short else " · 1 is as long as the weights, filter by filter"
        return f"random direction 1{scale}", f"random direction 2{scale}"
    if short:
        return "principal direction 1", "principal direction 2"
    one, two = (
        f"principal direction {place} · {percent(share)} of the path's variance · distance of the weights"
        for place, share in enumerate(plane.shares, 1)
    )
    return one, two


def caption(found: Slice, split: SplitName, updates: int) -> str:
    """What is seen, and what that does not say."""
    plane, weights = found.plane, found.plane.first.size
    whole = found.examples == found.of
    over = f"all {grouped(found.of)}" if whole else f"{grouped(found.examples)} of {grouped(found.of)}"
    parts = [
        f"A slice through the weights of update {grouped(updates)}: 2 of {grouped(weights)} directions. What looks "
        "like a valley here may be a saddle in another slice.",
        f"Mean loss over {over} {split.value} examples, without a penalty.",
    ]
    if plane.lie is Lie.RANDOM:
        parts.append("Biases, what scales and shifts a normalised value, and what is frozen stay as they are.")
        if abs(90 - plane.degrees) > 90 - _SKEW:
            parts.append(f"With so few weights the directions are skew: {plane.degrees:.0f}° apart, drawn at 90°.")
    if not math.isnan(plane.captured):
        parts.append(
            f"The path is seen at right angles to the plane, in which {percent(plane.captured)} of its variance "
            "lies: the colour below a past update is not the loss that it had."
        )
        if plane.lie is Lie.PRINCIPAL:
            parts.append("Even a random walk bends like an arch in such a plane.")
    return " ".join(parts)


def said(centre: float, low: float, high: float) -> str:
    """The three losses of a slice, in a line."""
    return f"Now {decimal(centre)} · lowest seen {decimal(low)} · highest {decimal(high)}"
