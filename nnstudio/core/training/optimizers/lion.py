"""Lion: only the sign of the momentum counts."""

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.training.optimizers.optimizer import Optimizer, add, multiply, subtract


class Lion(Optimizer):
    """Lion (Chen et al. 2023, algorithm 2), with decoupled weight decay. Every parameter moves by η at every step.

    c = β₁ m + (1 − β₁) g
    w ← w − η (sign c + λ w)
    m ← β₂ m + (1 − β₂) g
    """

    arrays = ("m",)
    scratches = ("c", "scratch")
    m: Array
    c: Array

    def configure(self, spec: TrainingSpec) -> None:
        self._decay = spec.weight_decay
        self._keep = self._constant(1)
        self._keep1, self._take1 = self._constant(spec.beta1), self._constant(1 - spec.beta1)
        self._keep2, self._take2 = self._constant(spec.beta2), self._constant(1 - spec.beta2)

    def _prepare(self, rate: float) -> None:
        self._rate[()] = rate
        self._keep[()] = 1 - rate * self._decay

    def _update(self) -> None:
        w, g, m, c, scratch = self.w, self.g, self.m, self.c, self.scratch
        multiply(m, self._keep1, c)
        multiply(g, self._take1, scratch)
        add(c, scratch, c)
        np.sign(c, c)
        multiply(c, self._rate, c)
        multiply(w, self._keep, w)
        subtract(w, c, w)
        multiply(m, self._keep2, m)
        multiply(g, self._take2, scratch)
        add(m, scratch, m)
