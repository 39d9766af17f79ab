"""Whether the gradients of an update reach all layers, in one word."""

from collections.abc import Sequence
from enum import Enum

import numpy as np

LOST = 1e-3
GROWN = 1e3
TOO_FAR = 0.5


class Judgement(Enum):
    """How the gradient fares on its way from the output back to the first layer."""

    NONE = ""
    HEALTHY = "healthy"
    VANISHING = "vanishing"
    EXPLODING = "exploding"


def judge(gradient_norms: Sequence[float], update_ratios: Sequence[float]) -> Judgement:
    """The word for these norms ‖∇W‖ and ratios ‖ΔW‖ / ‖W‖, from the first layer to the output.

    exploding: a number is not finite, or an update moves some layer by more than half its own size
    (‖ΔW‖ / ‖W‖ > 0.5), or the first layer's gradient is over 1000 times the output layer's
    vanishing: the first layer's gradient is under a thousandth of the output layer's, or zero
    healthy: neither

    The ratio of the norms is what the chain of layers does to the gradient, whatever the loss; a network at rest, all
    of whose gradients are small alike, stays healthy.
    """
    if not len(gradient_norms):
        return Judgement.NONE
    first, last = gradient_norms[0], gradient_norms[-1]
    if not np.isfinite(gradient_norms).all() or not np.isfinite(update_ratios).all():
        return Judgement.EXPLODING
    if max(update_ratios, default=0.0) > TOO_FAR or first > GROWN * last > 0:
        return Judgement.EXPLODING
    if first == 0 or first < LOST * last:
        return Judgement.VANISHING
    return Judgement.HEALTHY
