"""Adam and its kin: momentum over the size of the gradients, each corrected for having started at zero.

The means are kept as weighted sums over the past, m = Σ β₁ᵏ g and v = Σ β₂ᵏ g², and beside them the sums of the
weights, a = Σ β₁ᵏ (`m_weight`) and b = Σ β₂ᵏ (`v_weight`). Then m / a and v / b *are* the papers' corrected m̂ and v̂:
two passes over the memory fewer than with the factors 1 − β, and the correction stays right when β₁ or β₂ is changed
in mid-training. Pulling √b out of the root leaves

    η m̂ / (√v̂ + ε) = (η √b / a) · m / (√v + ε √b)
"""

from typing import ClassVar

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.training.optimizers.optimizer import Optimizer, add, divide, multiply, sqrt, subtract


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015, algorithm 1).

    m ← β₁ m + (1 − β₁) g          m̂ = m / (1 − β₁ᵗ)
    v ← β₂ v + (1 − β₂) g²         v̂ = v / (1 − β₂ᵗ)
    w ← w − η m̂ / (√v̂ + ε)
    """

    arrays = ("m", "v")
    numbers: ClassVar = {"m_weight": 0.0, "v_weight": 0.0}
    m: Array
    v: Array
    m_weight: float
    v_weight: float

    def configure(self, spec: TrainingSpec) -> None:
        self._spec = spec
        self._beta1, self._beta2 = self._constant(spec.beta1), self._constant(spec.beta2)
        self._epsilon = self._constant(spec.epsilon)

    def _prepare(self, rate: float) -> None:
        root = self._weigh()
        self._rate[()] = rate * root / self.m_weight

    def _weigh(self) -> float:
        """Count this step in the sums of the weights; returns √b."""
        spec = self._spec
        self.m_weight = spec.beta1 * self.m_weight + 1
        self.v_weight = spec.beta2 * self.v_weight + 1
        root = self.v_weight**0.5
        self._epsilon[()] = spec.epsilon * root
        return root

    def _update(self) -> None:
        w, v, scratch = self.w, self.v, self.scratch
        self._remember(self.g, self.m, v, scratch)
        sqrt(v, scratch)
        add(scratch, self._epsilon, scratch)
        divide(self.m, scratch, scratch)
        multiply(scratch, self._rate, scratch)
        subtract(w, scratch, w)

    def _remember(self, g: Array, m: Array, v: Array, scratch: Array) -> None:
        multiply(m, self._beta1, m)
        add(m, g, m)
        multiply(v, self._beta2, v)
        multiply(g, g, scratch)
        add(v, scratch, v)


class AMSGrad(Adam):
    """AMSGrad (Reddi, Kale & Kumar 2018), in the variant that corrects for the start like Adam, after the maximum.

    Adam with v_max ← max(v_max, v) in the place of v.
    """

    arrays = ("m", "v", "v_max")
    v_max: Array

    def _update(self) -> None:
        w, m, v, largest, scratch = self.w, self.m, self.v, self.v_max, self.scratch
        self._remember(self.g, m, v, scratch)
        np.maximum(largest, v, out=largest)
        sqrt(largest, scratch)
        add(scratch, self._epsilon, scratch)
        divide(m, scratch, scratch)
        multiply(scratch, self._rate, scratch)
        subtract(w, scratch, w)


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019), scaled by the learning rate, biases included.

    w ← (1 − η λ) w
    w ← w − η m̂ / (√v̂ + ε)
    """

    def configure(self, spec: TrainingSpec) -> None:
        super().configure(spec)
        self._keep = self._constant(1)

    def _prepare(self, rate: float) -> None:
        super()._prepare(rate)
        self._keep[()] = 1 - rate * self._spec.weight_decay

    def _update(self) -> None:
        multiply(self.w, self._keep, self.w)
        super()._update()


class NAdam(Adam):
    """Adam with Nesterov's momentum (Dozat 2016), with the paper's slowly growing momentum.

    μ = β₁ (1 − ½ · 0.96^(0.004 t)), μ′ the same one step later, Π = product of all μ so far
    w ← w − η ((1 − μ) g / (1 − Π) + μ′ m / (1 − Π μ′)) / (√v̂ + ε), m as in Adam, not corrected
    """

    numbers: ClassVar = {**Adam.numbers, "t": 0.0, "product": 1.0}
    scratches = ("scratch", "move")
    t: float
    product: float
    move: Array

    def configure(self, spec: TrainingSpec) -> None:
        super().configure(spec)
        self._ahead = self._constant(0)

    def _momentum(self, t: float) -> float:
        return self._spec.beta1 * (1 - 0.5 * 0.96 ** (t * 0.004))

    def _prepare(self, rate: float) -> None:
        root = self._weigh()
        self.t += 1
        now, following = self._momentum(self.t), self._momentum(self.t + 1)
        self.product *= now
        self._rate[()] = rate * root * (1 - now) / (1 - self.product)
        # The plain m of the formula is (1 − β₁) times the weighted sum.
        self._ahead[()] = rate * root * following * (1 - self._spec.beta1) / (1 - self.product * following)

    def _update(self) -> None:
        w, g, m, v, scratch, move = self.w, self.g, self.m, self.v, self.scratch, self.move
        self._remember(g, m, v, scratch)
        multiply(g, self._rate, move)
        multiply(m, self._ahead, scratch)
        add(move, scratch, move)
        sqrt(v, scratch)
        add(scratch, self._epsilon, scratch)
        divide(move, scratch, move)
        subtract(w, move, w)
