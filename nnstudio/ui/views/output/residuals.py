"""Residuals: what the predictions of values leave over. A good network's points lie in a band around 0 without a shape;
a bow or a funnel says what it has not learned."""

from math import log10

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from nnstudio.ui.examples.predictions import PredictionsStage, Range, Values

_ENDS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)
"""Of the axis of residuals, times a power of ten: so it does not stir with each update."""


class ResidualsStage(PredictionsStage):
    """What is true less what the network says, over what it says."""

    across, upwards = "predicted", "residual"

    def __init__(self) -> None:
        super().__init__(
            "Residuals",
            "Each point is an example: across by what the network says, up by how much more is true. Click one to "
            "follow it.",
            "<b>Residuals</b><p>e = y − ŷ over ŷ, for each example and output. Where the network is right, e = 0. "
            "A bow says that it misses a curve, a funnel that large values are less certain. In colour the examples "
            "that test, in grey those that train.</p><p><b>Example:</b> a house worth y = 3.0 that the network takes "
            "for ŷ = 2.4 lies at 2.4, 0.6 above the line.</p><p><b>Source:</b> M. Kuhn and K. Johnson, "
            "<i>Applied Predictive Modeling</i>, 2013, §5.1.</p>",
        )

    def ranges(self, truth: Values, predicted: Values) -> tuple[Range, Range]:
        across = super().ranges(truth, predicted)[0]
        width = across[1] - across[0]
        errors = np.abs(truth - predicted)
        largest = float(errors[np.isfinite(errors)].max(initial=0.0))
        reach = round_end(min(largest, width) or width)
        return across, (-reach, reach)

    def values(self, truth: Values, predicted: Values) -> tuple[Values, Values]:
        return predicted, truth - predicted

    def ideal(self, plot: QRectF) -> tuple[QPointF, QPointF]:
        middle = plot.center().y()
        return QPointF(plot.left(), middle), QPointF(plot.right(), middle)


def round_end(value: float) -> float:
    """The next round number from a positive value upwards."""
    power = 10.0 ** np.floor(log10(value))
    return float(next(end * power for end in _ENDS if end * power >= value * (1 - 1e-9)))
