"""Losses that measure the difference d = p − y between what the network says and what it should say.

Every one is the mean over outputs and examples of some e(d). For regression p is the logit itself; a classifier's p is
σ(z), and then e′(d) meets the factor p (1 − p), which is why a wrong but certain output hardly learns.
"""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.training.losses.loss import LINEAR, SIGMOID, Loss, Output, Scratch


@dataclass(frozen=True, slots=True)
class ErrorLoss(Loss):
    """Base of the losses of a difference; `squashed` puts a sigmoid in front."""

    squashed: bool = False

    @property
    def activation(self) -> Output:
        return SIGMOID if self.squashed else LINEAR

    def weight(self, outputs: int) -> float:
        return 1 / outputs

    @abstractmethod
    def error(self, d: Array, other: Array) -> None:
        """Turn d into e(d); `other` is free to be used."""

    @abstractmethod
    def slope(self, d: Array) -> None:
        """Turn d into e′(d)."""

    def terms(self, z: Array, t: Array, scratch: Scratch) -> Array:
        d = scratch.a
        self.output(z, d)
        np.subtract(d, t, d)
        self.error(d, scratch.b)
        return d

    def gradient(self, z: Array, t: Array, dz: Array, scratch: Scratch) -> None:
        if not self.squashed:
            np.subtract(z, t, dz)
            self.slope(dz)
            return
        p, other = scratch.a, scratch.b
        self.output(z, p)
        np.subtract(p, t, dz)
        self.slope(dz)
        np.multiply(p, p, other)
        np.subtract(p, other, p)
        np.multiply(dz, p, dz)


@dataclass(frozen=True, slots=True)
class HalfSquaredError(ErrorLoss):
    """e = ½ d²,  e′ = d."""

    def error(self, d: Array, other: Array) -> None:
        np.multiply(d, d, d)
        np.multiply(d, d.dtype.type(0.5), d)

    def slope(self, d: Array) -> None:
        """It is d already."""


@dataclass(frozen=True, slots=True)
class MeanSquaredError(HalfSquaredError):
    """e = d², without the factor ½: twice the half squared error in value and gradient."""

    def weight(self, outputs: int) -> float:
        return 2 / outputs


@dataclass(frozen=True, slots=True)
class MeanAbsoluteError(ErrorLoss):
    """e = |d|,  e′ = sign d (0 at the kink)."""

    def error(self, d: Array, other: Array) -> None:
        np.abs(d, d)

    def slope(self, d: Array) -> None:
        np.sign(d, d)


@dataclass(frozen=True, slots=True)
class Huber(ErrorLoss):
    """e = ½ d² for |d| ≤ δ, else δ (|d| − ½ δ). Huber 1964.

    With c = max(−δ, min(δ, d)) both branches are e = c (d − ½ c), and e′ = c.
    """

    delta: float = 1.0

    def error(self, d: Array, other: Array) -> None:
        half = other
        np.copyto(half, d)
        self.slope(half)
        np.multiply(half, d.dtype.type(0.5), half)
        np.subtract(d, half, d)
        np.multiply(d, half, d)
        np.multiply(d, d.dtype.type(2), d)

    def slope(self, d: Array) -> None:
        delta = d.dtype.type(self.delta)
        np.maximum(d, -delta, out=d)
        np.minimum(d, delta, out=d)
