"""BatchNorm: every feature on the same scale, measured over the mini-batch.

Forward in training  X̂ = (X − m) / √(v + ε),  Y = γ X̂ + β,  with mean m and variance v over the examples and, in an
image (channels, height, width), over all pixels of a channel; to predict, with the running m and v instead. Backward
∂γ = Σ ∂Y ∘ X̂,  ∂β = Σ ∂Y,  ∂X = γ / √(v + ε) ∘ (∂Y − mean ∂Y − X̂ mean(∂Y ∘ X̂)), since m and v depend on X too.
Ioffe & Szegedy 2015; the running variance is the unbiased one, as in most libraries. A single value of a feature has no
variance: mini-batches have two examples or more, unless an image has several pixels.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, prod

import numpy as np

from nnstudio.core.array import Array, Shape, constant
from nnstudio.core.experiment import InitializationSpec
from nnstudio.core.experiment.layer_specs import BatchNormSpec
from nnstudio.core.network.layers.layer import Buffer, Layer, Stage

add, multiply, subtract = np.add, np.multiply, np.subtract


class BatchNorm(Layer):
    """Batch normalisation per unit or, in an image, per channel; its block of parameters (2, features) is γ and β.

    running: mean and variance (2, features) as predictions use them
    """

    spec: BatchNormSpec
    couples = True
    formula = "y = gain * (x - running_mean) / sqrt(running_variance + epsilon) + shift, for each feature or channel"

    @property
    def parameter_shape(self) -> tuple[int, int]:
        return (2, self.input_shape[0])

    @property
    def arrays(self) -> Mapping[str, Shape]:
        return {"gain": self.input_shape[:1], "shift": self.input_shape[:1]}

    @property
    def fewest_examples(self) -> int:
        return 1 if prod(self.input_shape[1:]) > 1 else 2

    @property
    def running_arrays(self) -> Mapping[str, Shape]:
        return {"running_mean": self.input_shape[:1], "running_variance": self.input_shape[:1]}

    def note(self, given: str) -> tuple[str, ...]:
        return "a = γ (x − m) / √(v + ε) + β", "m, v: running mean and variance"

    def bind(self, params: Array, grads: Array, statistics: Array) -> None:
        super().bind(params, grads, statistics)
        self.running = statistics.reshape(2, -1)

    def initialize(self, spec: InitializationSpec, random: np.random.Generator) -> None:
        self.params[0], self.params[1] = 1, 0
        self.running[0], self.running[1] = 0, 1

    def stage(self, source: Buffer, training: bool) -> Stage:
        return BatchNormTraining(self, source) if training else BatchNormPrediction(self, source)


class BatchNormTraining(Stage):
    """Values as a matrix (features, values of each); ∂Y becomes ∂X in the same memory.

    settled: whether mean and variance are the running ones, on which no example has a say
    """

    settled = False

    def __init__(self, layer: BatchNorm, source: Buffer) -> None:
        super().__init__(source, source.like(with_gradient=True))
        self.layer = layer
        features, dtype = layer.input_shape[0], layer.params.dtype
        self.x = source.values.reshape(features, -1)
        self.y = self.output.values.reshape(features, -1)
        self.dy = self.y if self.output.gradient is None else self.output.gradient.reshape(features, -1)
        self.normalized = np.empty_like(self.x)
        self.gain, self.shift = layer.params[:, :, None]
        self.d_gain, self.d_shift = layer.grads
        self.statistics = np.empty_like(layer.params)
        self.mean, self.variance = self.statistics
        self.inverse, self.column = np.empty((2, features, 1), dtype)
        self.running, self.momentum = layer.running, layer.spec.momentum
        self.update = np.empty_like(layer.running)
        self.count = self.x.shape[1]
        self.share, self.epsilon = constant(1 / self.count, dtype), constant(layer.spec.epsilon, dtype)
        self.keep, self.take = constant(layer.spec.momentum, dtype), self._take(self.count)

    def _take(self, count: int) -> Array:
        """1 − μ, for the mean and for the variance; that of a sample is divided by one less."""
        take = 1 - self.momentum
        return np.array([[take], [take * count / max(count - 1, 1)]], self.x.dtype)

    def settle(self) -> None:
        super().settle()
        self.settled = True

    def forward(self) -> None:
        if self.settled:
            self.statistics[...] = self.running
            subtract(self.x, self.mean[:, None], self.normalized)
            self._normalise()
            return
        self._sum_up()
        multiply(self.mean, self.share, self.mean)
        self._center()
        multiply(self.variance, self.share, self.variance)
        if not self.frozen:
            self._remember(self.count, self.take)
        self._normalise()

    def _sum_up(self) -> None:
        add.reduce(self.x, 1, None, self.mean)

    def _center(self) -> None:
        """Leaves the sum of squares in `variance`."""
        subtract(self.x, self.mean[:, None], self.normalized)
        np.vecdot(self.normalized, self.normalized, self.variance)

    def _normalise(self) -> None:
        normalized, y = self.normalized, self.y
        add(self.variance[:, None], self.epsilon, self.inverse)
        np.sqrt(self.inverse, self.inverse)
        np.reciprocal(self.inverse, self.inverse)
        multiply(normalized, self.inverse, normalized)
        multiply(normalized, self.gain, y)
        add(y, self.shift, y)

    def _remember(self, count: int, take: Array) -> None:
        """r ← μ r + (1 − μ) · batch, for mean and variance at once. Not from a single value, which has no variance; nor
        where a number has left the finite world: the update is taken back then, and predictions must still work."""
        if count == 1 or not isfinite(self.variance.dot(self.variance)):
            return
        held = self.layer.held
        before = None if held is None else self.running[:, held]
        multiply(self.running, self.keep, self.running)
        multiply(self.statistics, take, self.update)
        add(self.running, self.update, self.running)
        if before is not None:
            self.running[:, held] = before

    def backward(self) -> None:
        self._sum_back()
        if self.source.gradient is not None:
            self._spread_back(self.d_gain, self.d_shift, self.share)

    def _sum_back(self) -> None:
        add.reduce(self.dy, 1, None, self.d_shift)
        np.vecdot(self.dy, self.normalized, self.d_gain)

    def _spread_back(self, d_gain: Array, d_shift: Array, share: Array) -> None:
        normalized, dy, column = self.normalized, self.dy, self.column
        if self.settled:
            multiply(self.inverse, self.gain, column)
            multiply(dy, column, dy)
            return
        multiply(d_gain[:, None], share, column)
        multiply(normalized, column, normalized)
        subtract(dy, normalized, dy)
        multiply(d_shift[:, None], share, column)
        subtract(dy, column, dy)
        multiply(self.inverse, self.gain, column)
        multiply(dy, column, dy)

    def forward_together(self, parts: Sequence["BatchNormTraining"]) -> Iterator[None]:
        """The same for a mini-batch in parts, this being the first: mean and variance are those of all."""
        count = sum(part.count for part in parts)
        for part in parts:
            part._sum_up()
            yield
        mean = np.sum([part.mean for part in parts], axis=0) / self.x.dtype.type(count)
        for part in parts:
            part.mean[...] = mean
            part._center()
            yield
        variance = np.sum([part.variance for part in parts], axis=0) / self.x.dtype.type(count)
        for part in parts:
            part.variance[...] = variance
            part._normalise()
            yield
        self._remember(count, self._take(count))

    def backward_together(self, parts: Sequence["BatchNormTraining"]) -> Iterator[None]:
        d_gain, d_shift = np.zeros_like(self.statistics)
        for part in parts:
            part._sum_back()
            add(d_gain, self.d_gain, d_gain)
            add(d_shift, self.d_shift, d_shift)
            yield
        self.d_gain[...] = self.d_shift[...] = 0
        share = constant(1 / sum(part.count for part in parts), self.x.dtype)
        for part in parts:
            if part.source.gradient is not None:
                part._spread_back(d_gain, d_shift, share)
                yield


class BatchNormPrediction(Stage):
    """One factor and one summand for each feature, from the running statistics."""

    def __init__(self, layer: BatchNorm, source: Buffer) -> None:
        super().__init__(source, source.like(with_gradient=False))
        self.layer = layer
        self.x = source.values.reshape(layer.input_shape[0], -1)
        self.y = self.output.values.reshape(layer.input_shape[0], -1)

    def forward(self) -> None:
        gain, shift = self.layer.params
        mean, variance = self.layer.running
        factor = gain / np.sqrt(variance + variance.dtype.type(self.layer.spec.epsilon))
        multiply(self.x, factor[:, None], self.y)
        add(self.y, (shift - mean * factor)[:, None], self.y)

    def backward(self) -> None:
        raise AssertionError("there is no way back through a prediction")
