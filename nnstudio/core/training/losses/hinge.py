"""Hinge losses: every example should lie on the right side by a margin of 1; those that do no longer pull.

What is trained is the margin at the logits. It is shown through a sigmoid or a softmax, which picks the same class, but
how certain the network seems is no calibrated probability.
"""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.training.losses.loss import SIGMOID, SOFTMAX, Loss, Output, Scratch


@dataclass(frozen=True, slots=True)
class BinaryHinge(Loss):
    """max(0, 1 − t z) with targets t of ±1, the mean over the outputs. Cortes & Vapnik 1995. Its gradient is −t inside
    the margin, else 0."""

    @property
    def activation(self) -> Output:
        return SIGMOID

    def targets(self, y: Array) -> Array:
        return 2 * y - 1

    def weight(self, outputs: int) -> float:
        return 1 / outputs

    def _lack(self, z: Array, t: Array, lack: Array) -> None:
        """How far each example falls short of the margin."""
        np.multiply(z, t, lack)
        np.subtract(z.dtype.type(1), lack, lack)
        np.maximum(lack, z.dtype.type(0), out=lack)

    def terms(self, z: Array, t: Array, scratch: Scratch) -> Array:
        self._lack(z, t, scratch.a)
        return scratch.a

    def gradient(self, z: Array, t: Array, dz: Array, scratch: Scratch) -> None:
        self._lack(z, t, dz)
        np.sign(dz, dz)
        np.multiply(dz, t, dz)
        np.negative(dz, dz)


@dataclass(frozen=True, slots=True)
class MulticlassHinge(Loss):
    """Σ over the wrong classes j of max(0, 1 − z_right + z_j), divided by the number of classes. Weston & Watkins 1999.

    Every wrong class inside the margin is pushed down by 1 and pulls the right class up by 1.
    """

    @property
    def activation(self) -> Output:
        return SOFTMAX

    def weight(self, outputs: int) -> float:
        return 1 / outputs

    def _lack(self, z: Array, t: Array, lack: Array, each: Array) -> None:
        """How far each wrong class comes inside the margin; 0 for the right one."""
        np.multiply(z, t, lack)
        lack.sum(0, None, each)
        np.subtract(z, each, lack)
        np.add(lack, z.dtype.type(1), lack)
        np.subtract(lack, t, lack)
        np.maximum(lack, z.dtype.type(0), out=lack)

    def terms(self, z: Array, t: Array, scratch: Scratch) -> Array:
        self._lack(z, t, scratch.a, scratch.each)
        return scratch.a

    def gradient(self, z: Array, t: Array, dz: Array, scratch: Scratch) -> None:
        self._lack(z, t, dz, scratch.each)
        np.sign(dz, dz)
        dz.sum(0, None, scratch.each)
        np.multiply(t, scratch.each, scratch.b)
        np.subtract(dz, scratch.b, dz)
