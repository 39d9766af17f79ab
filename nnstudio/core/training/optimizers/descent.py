"""Descent with and without momentum."""

from nnstudio.core.array import Array
from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.training.optimizers.optimizer import Optimizer, add, multiply, subtract


class SGD(Optimizer):
    """Stochastic gradient descent (Robbins & Monro 1951).

    w ← w − η g
    """

    def _update(self) -> None:
        w, scratch = self.w, self.scratch
        multiply(self.g, self._rate, scratch)
        subtract(w, scratch, w)


class Momentum(Optimizer):
    """Heavy ball (Polyak 1964), in the variant whose velocity holds gradients, so that a new η acts at once.

    v ← μ v + g
    w ← w − η v
    """

    arrays = ("v",)
    v: Array

    def configure(self, spec: TrainingSpec) -> None:
        self._momentum = self._constant(spec.momentum)

    def _update(self) -> None:
        w, v, scratch = self.w, self.v, self.scratch
        multiply(v, self._momentum, v)
        add(v, self.g, v)
        multiply(v, self._rate, scratch)
        subtract(w, scratch, w)


class Nesterov(Momentum):
    """Nesterov's accelerated gradient (1983; Sutskever et al. 2013), in the form of Bengio, Boulanger-Lewandowski &
    Pascanu 2013 that needs the gradient only where the parameters are: they already stand where the velocity will have
    carried them.

    v ← μ v + g
    w ← w − η (g + μ v)
    """

    def _update(self) -> None:
        w, g, v, scratch = self.w, self.g, self.v, self.scratch
        multiply(v, self._momentum, v)
        add(v, g, v)
        multiply(v, self._momentum, scratch)
        add(scratch, g, scratch)
        multiply(scratch, self._rate, scratch)
        subtract(w, scratch, w)
