"""Optimizers that give every parameter a learning rate of its own, by the size of its gradients."""

from nnstudio.core.array import Array
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.training.optimizers.optimizer import Optimizer, add, divide, multiply, sqrt, subtract


class Adagrad(Optimizer):
    """Adagrad (Duchi, Hazan & Singer 2011), the diagonal variant, ε outside the root.

    s ← s + g²
    w ← w − η g / (√s + ε)
    """

    arrays = ("s",)
    s: Array

    def configure(self, spec: TrainingSpec) -> None:
        self._epsilon = self._constant(spec.epsilon)

    def _update(self) -> None:
        w, g, s, scratch = self.w, self.g, self.s, self.scratch
        multiply(g, g, scratch)
        add(s, scratch, s)
        sqrt(s, scratch)
        add(scratch, self._epsilon, scratch)
        divide(g, scratch, scratch)
        multiply(scratch, self._rate, scratch)
        subtract(w, scratch, w)


class RMSProp(Optimizer):
    """RMSProp (Hinton, lecture 6e, 2012), without centring, ε outside the root.

    s ← ρ s + (1 − ρ) g²
    w ← w − η g / (√s + ε)
    """

    arrays = ("s",)
    s: Array

    def configure(self, spec: TrainingSpec) -> None:
        self._rho, self._rest = self._constant(spec.rho), self._constant(1 - spec.rho)
        self._epsilon = self._constant(spec.epsilon)

    def _update(self) -> None:
        w, g, s, scratch = self.w, self.g, self.s, self.scratch
        multiply(s, self._rho, s)
        multiply(g, g, scratch)
        multiply(scratch, self._rest, scratch)
        add(s, scratch, s)
        sqrt(s, scratch)
        add(scratch, self._epsilon, scratch)
        divide(g, scratch, scratch)
        multiply(scratch, self._rate, scratch)
        subtract(w, scratch, w)


class Adadelta(Optimizer):
    """Adadelta (Zeiler 2012), ε inside the roots. The paper has no learning rate: it is η = 1.

    s ← ρ s + (1 − ρ) g²
    d = g √(u + ε) / √(s + ε)
    u ← ρ u + (1 − ρ) d²
    w ← w − η d
    """

    arrays = ("s", "u")
    scratches = ("d", "scratch")
    s: Array
    u: Array
    d: Array

    def configure(self, spec: TrainingSpec) -> None:
        self._rho, self._rest = self._constant(spec.rho), self._constant(1 - spec.rho)
        self._epsilon = self._constant(spec.epsilon)

    def _update(self) -> None:
        w, g, s, u, d, scratch = self.w, self.g, self.s, self.u, self.d, self.scratch
        multiply(s, self._rho, s)
        multiply(g, g, scratch)
        multiply(scratch, self._rest, scratch)
        add(s, scratch, s)
        add(u, self._epsilon, d)
        add(s, self._epsilon, scratch)
        divide(d, scratch, d)
        sqrt(d, d)
        multiply(d, g, d)
        multiply(u, self._rho, u)
        multiply(d, d, scratch)
        multiply(scratch, self._rest, scratch)
        add(u, scratch, u)
        multiply(d, self._rate, d)
        subtract(w, d, w)
