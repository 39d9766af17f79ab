"""Adam and its kin: momentum over the size of the gradients, each corrected for having started at zero.

The means are kept as weighted sums over the past, m = Σ β₁ᵏ g and v = Σ β₂ᵏ g², and beside them the sums of the
weights, a = Σ β₁ᵏ and b = Σ β₂ᵏ. Then m / a and v / b *are* the papers' corrected m̂ and v̂: two passes over the memory
fewer than with the factors 1 − β, and the correction stays right when β₁ or β₂ is changed in mid-training. Pulling √b
out of the root leaves

    η m̂ / (√v̂ + ε) = (η √b / a) · m / (√v + ε √b)
"""

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

    memories = 2
    first_numbers: tuple[float, ...] = (0.0, 0.0)

    def configure(self, spec: TrainingSpec) -> None:
        self._spec = spec
        self._beta1, self._beta2 = self._constant(spec.beta1), self._constant(spec.beta2)
        self._epsilon = self._constant(spec.epsilon)

    def _prepare(self, rate: float) -> None:
        spec = self._spec
        a, b = self.numbers
        a, b = spec.beta1 * a + 1, spec.beta2 * b + 1
        self.numbers = a, b
        root = b**0.5
        self._rate[()] = rate * root / a
        self._epsilon[()] = spec.epsilon * root

    def _update(self, *vectors: Array) -> None:
        w, g, m, v, scratch = vectors
        self._remember(g, m, v, scratch)
        sqrt(v, scratch)
        add(scratch, self._epsilon, scratch)
        divide(m, scratch, scratch)
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

    memories = 3

    def _update(self, *vectors: Array) -> None:
        w, g, m, v, largest, scratch = vectors
        self._remember(g, m, v, scratch)
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

    def _update(self, *vectors: Array) -> None:
        w = vectors[0]
        multiply(w, self._keep, w)
        super()._update(*vectors)


class NAdam(Adam):
    """Adam with Nesterov's momentum (Dozat 2016), with the paper's slowly growing momentum.

    μ = β₁ (1 − ½ · 0.96^(0.004 t)), μ′ the same one step later, Π = product of all μ so far
    w ← w − η ((1 − μ) g / (1 − Π) + μ′ m / (1 − Π μ′)) / (√v̂ + ε), m as in Adam, not corrected
    """

    scratches = 2
    first_numbers = (0.0, 0.0, 0.0, 1.0)

    def configure(self, spec: TrainingSpec) -> None:
        super().configure(spec)
        self._ahead = self._constant(0)

    def _momentum(self, t: float) -> float:
        return self._spec.beta1 * (1 - 0.5 * 0.96 ** (t * 0.004))

    def _prepare(self, rate: float) -> None:
        a, b, t, product = self.numbers
        spec = self._spec
        a, b, t = spec.beta1 * a + 1, spec.beta2 * b + 1, t + 1
        now, following = self._momentum(t), self._momentum(t + 1)
        product *= now
        self.numbers = a, b, t, product
        root = b**0.5
        self._epsilon[()] = spec.epsilon * root
        self._rate[()] = rate * root * (1 - now) / (1 - product)
        # The plain m of the formula is (1 − β₁) times the weighted sum.
        self._ahead[()] = rate * root * following * (1 - spec.beta1) / (1 - product * following)

    def _update(self, *vectors: Array) -> None:
        w, g, m, v, scratch, step = vectors
        self._remember(g, m, v, scratch)
        multiply(g, self._rate, step)
        multiply(m, self._ahead, scratch)
        add(step, scratch, step)
        sqrt(v, scratch)
        add(scratch, self._epsilon, scratch)
        divide(step, scratch, step)
        subtract(w, step, w)
