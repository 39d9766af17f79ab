"""The textbook against the engine and against finite differences, in float64: each proves the other.

Every kind of layer, activation and loss, by their enumerations, so that a new one fails until the textbook has it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.array import Array, Shape
from nnstudio.core.experiment import DenseSpec, LayerSpec, TrainingSpec, keyed
from nnstudio.core.experiment.choices import ActivationKind, LossKind, OptimizerKind, Padding, Task
from nnstudio.core.experiment.layer_specs import (
    LAYER_KINDS,
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.layers.dropout import DropoutStage
from nnstudio.core.network.network import Network, Pass
from nnstudio.core.textbook import Layer, Step, backward, forward, loss, update
from nnstudio.core.textbook.activations import ACTIVATIONS
from nnstudio.core.textbook.layers import running_statistics
from nnstudio.core.textbook.network import KINDS
from nnstudio.core.training.losses import LOSSES, LossStage, losses_for
from nnstudio.core.training.losses import loss_for as engine_loss
from nnstudio.core.training.optimizers import OPTIMIZERS

EXAMPLES, RATE = 5, 0.1
VECTOR, IMAGE = (4,), (2, 7, 6)
LINEAR = ActivationKind.LINEAR
OUTPUTS = {Task.BINARY: 1, Task.MULTICLASS: 4, Task.MULTILABEL: 3, Task.REGRESSION: 2}

LAYERS: list[tuple[Shape, LayerSpec]] = [
    *(
        (shape, spec)
        for shape in (VECTOR, IMAGE)
        for spec in (
            DenseSpec(units=3),
            ActivationSpec(activation=ActivationKind.SILU),
            DropoutSpec(rate=0.4),
            BatchNormSpec(momentum=0.7, epsilon=0.01),
            LayerNormSpec(epsilon=0.01),
            FlattenSpec(),
        )
    ),
    (IMAGE, Conv2DSpec(filters=3, kernel=3)),
    (IMAGE, Conv2DSpec(filters=3, kernel=2, stride=2, padding=Padding.SAME, activation=ActivationKind.TANH)),
    (IMAGE, Conv2DSpec(filters=2, kernel=4, stride=3, padding=Padding.SAME, activation=LINEAR)),
    (IMAGE, MaxPool2DSpec(size=2, stride=2)),
    (IMAGE, MaxPool2DSpec(size=3, stride=1)),
    (IMAGE, AvgPool2DSpec(size=3, stride=2)),
]
STACK: list[LayerSpec] = [
    Conv2DSpec(filters=3, kernel=3, padding=Padding.SAME, activation=LINEAR),
    BatchNormSpec(),
    ActivationSpec(activation=ActivationKind.GELU),
    MaxPool2DSpec(),
    DropoutSpec(rate=0.2),
    Conv2DSpec(filters=4, kernel=2, activation=ActivationKind.SOFTMAX),
    LayerNormSpec(),
    AvgPool2DSpec(size=2, stride=1),
    FlattenSpec(),
    DenseSpec(units=6, activation=ActivationKind.SOFTMAX),
    BatchNormSpec(),
    DenseSpec(units=5, activation=ActivationKind.SELU),
]


class Both:
    """The same network, with the same random numbers, in the engine and as the textbook has it."""

    def __init__(self, layers: Sequence[LayerSpec], shape: Shape, outputs: int = 3, training: bool = True) -> None:
        random = np.random.default_rng(7)
        self.training = training
        self.engine = Network(keyed(tuple(layers)), shape, outputs, np.dtype(np.float64))
        self.engine.params[...] = random.normal(0, 0.6, self.engine.params.size)
        self.engine.statistics[...] = random.uniform(0.5, 2, self.engine.statistics.size)
        for layer in self.engine.noisy:
            layer.random = np.random.default_rng(3)
        self.work = Pass(self.engine, np.ones((EXAMPLES, int(np.prod(shape)) + 1)), training)
        self.x = random.normal(0, 1.5, (EXAMPLES, *shape))
        self.work.inputs[:, :-1] = self.x.reshape(EXAMPLES, -1)
        before = named(self.engine, self.engine.params.copy(), self.engine.statistics.copy())
        self.work.forward()
        self.textbook = [
            Layer(layer.spec, before.get(layer.key, {}) | mask_of(stage))
            for layer, stage in zip(self.engine.layers, self.work.stages, strict=True)
        ]

    def steps(self) -> list[Step]:
        return forward(self.textbook, self.x, self.training)


def named(engine: Network, params: Array, statistics: Array | None = None) -> dict[int, dict[str, Array]]:
    """By each layer's key its arrays by name, out of the flat vectors."""
    found: dict[int, dict[str, Array]] = {}
    for key, name, array in engine.layout.views(params, statistics):
        found.setdefault(key, {})[name] = array
    return found


def mask_of(stage: object) -> dict[str, Array]:
    return {"mask": in_rows(stage.mask)} if isinstance(stage, DropoutStage) else {}


def in_rows(values: Array) -> Array:
    """The engine's (…, n) as (n, …)."""
    return np.moveaxis(values, -1, 0).copy()


def assert_equal(ours: Array, theirs: Array) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def compare(layers: Sequence[LayerSpec], shape: Shape) -> None:
    """Forward, every layer's gradients and the update, for a random error at the end."""
    both = Both(layers, shape)
    steps = both.steps()
    for step, stage in zip(steps, both.work.stages, strict=True):
        assert_equal(step.a, in_rows(stage.output.values))
    error = np.random.default_rng(1).normal(size=steps[-1].a.shape)
    both.work.logits_gradient[...] = error.T
    both.work.backward()
    gradients = backward(steps, error)
    theirs = named(both.engine, both.engine.grads)
    for layer, gradient in zip(both.engine.layers, gradients, strict=True):
        assert set(gradient.arrays) == set(theirs.get(layer.key, {}))
        for name, array in gradient.arrays.items():
            assert_equal(array, theirs[layer.key][name])
    for step, gradient in zip(steps, gradients, strict=True):
        assert gradient.da.shape == gradient.dz.shape == step.z.shape == step.a.shape
        assert gradient.dx.shape == step.x.shape
        if gradient.slope is not None:
            assert np.array_equal(gradient.dz, gradient.da * gradient.slope)
    OPTIMIZERS[OptimizerKind.SGD](both.engine.params, both.engine.grads).step(RATE)
    theirs = named(both.engine, both.engine.params)
    for layer, after in zip(both.engine.layers, update(both.textbook, gradients, RATE), strict=True):
        for name, array in theirs.get(layer.key, {}).items():
            assert_equal(after.arrays[name], array)


@pytest.mark.parametrize(("shape", "spec"), LAYERS, ids=repr)
def test_every_layer_equals_the_engine(shape: Shape, spec: LayerSpec) -> None:
    compare([spec], shape)
    before: LayerSpec = DenseSpec(units=4, activation=LINEAR)
    compare([before if shape is VECTOR else Conv2DSpec(filters=2, kernel=1, activation=LINEAR), spec], shape)


@pytest.mark.parametrize("kind", ActivationKind, ids=lambda kind: kind.value)
def test_every_activation_equals_the_engine(kind: ActivationKind) -> None:
    compare([DenseSpec(units=5, activation=kind), DenseSpec(units=4, activation=kind)], VECTOR)
    compare([Conv2DSpec(filters=3, kernel=3, activation=kind), ActivationSpec(activation=kind)], IMAGE)


def test_a_deep_stack_equals_the_engine() -> None:
    compare(STACK, IMAGE)


@pytest.mark.parametrize(("shape", "spec"), LAYERS, ids=repr)
def test_predictions_equal_the_engine(shape: Shape, spec: LayerSpec) -> None:
    both = Both([spec], shape, training=False)
    assert_equal(both.steps()[-1].z, in_rows(both.work.logits))


@pytest.mark.parametrize("shape", [VECTOR, IMAGE])
def test_running_statistics_equal_the_engine(shape: Shape) -> None:
    spec = BatchNormSpec(momentum=0.7)
    both = Both([spec], shape)
    at = both.textbook[0].arrays
    after = running_statistics(both.x, spec, at["running_mean"], at["running_variance"])
    for name, array in named(both.engine, both.engine.params, both.engine.statistics)[
        both.engine.layers[0].key
    ].items():
        if name in after:
            assert_equal(after[name], array)
    assert set(after) == {"running_mean", "running_variance"}


def draw(task: Task) -> tuple[Array, Array]:
    """Logits and truths (n, outputs)."""
    random = np.random.default_rng(2)
    z = random.normal(0, 2, (EXAMPLES, OUTPUTS[task]))
    if task is Task.REGRESSION:
        return z, random.normal(size=z.shape)
    if task is Task.MULTICLASS:
        return z, np.eye(OUTPUTS[task])[random.integers(0, OUTPUTS[task], EXAMPLES)]
    return z, random.integers(0, 2, z.shape).astype(float)


PAIRS = [(kind, task) for task in Task for kind in losses_for(task)]


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize(("kind", "task"), PAIRS, ids=str)
def test_every_loss_equals_the_engine(kind: LossKind, task: Task, smoothing: float) -> None:
    spec = TrainingSpec(loss=kind, huber_delta=0.7, label_smoothing=smoothing)
    z, y = draw(task)
    ours, theirs = loss(spec, task, z, y), engine_loss(spec, task)
    columns, targets = z.T.copy(), theirs.targets(y).T
    p, gradient = np.empty_like(columns), np.empty_like(columns)
    theirs.output(columns, p)
    stage = LossStage(theirs, columns, targets, gradient)
    stage.backward()
    assert_equal(ours.p, p.T)
    assert_equal(ours.each, theirs.each(columns, targets))
    assert ours.value == pytest.approx(stage.value(), rel=1e-12)
    assert_equal(ours.dz, gradient.T)


@pytest.mark.parametrize(("kind", "task"), PAIRS, ids=str)
def test_every_loss_has_the_slope_it_says(kind: LossKind, task: Task) -> None:
    spec = TrainingSpec(loss=kind, huber_delta=0.7, label_smoothing=0.1)
    z, y = draw(task)
    np.testing.assert_allclose(loss(spec, task, z, y).dz, slopes(lambda: loss(spec, task, z, y).value, z), atol=1e-8)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("shape", "spec"), [*LAYERS, (IMAGE, None)], ids=repr)
def test_every_gradient_is_the_slope(shape: Shape, spec: LayerSpec | None, training: bool) -> None:
    """By trying out, of every number of every layer and of what arrives; also on the way to a prediction."""
    textbook = Both([spec] if spec else STACK, shape).textbook
    x = np.random.default_rng(4).normal(0, 1.5, (EXAMPLES, *shape))
    y = np.eye(3)[[0, 1, 2, 0, 1]]

    def cost() -> float:
        return loss(TrainingSpec(), Task.MULTICLASS, forward(textbook, x, training)[-1].z, y).value

    steps = forward(textbook, x, training)
    gradients = backward(steps, loss(TrainingSpec(), Task.MULTICLASS, steps[-1].z, y).dz)
    np.testing.assert_allclose(gradients[0].dx, slopes(cost, x), atol=1e-8)
    for layer, gradient in zip(textbook, gradients, strict=True):
        for name, found in gradient.arrays.items():
            np.testing.assert_allclose(found, slopes(cost, layer.arrays[name]), atol=1e-8, err_msg=name)


def slopes(cost: Callable[[], float], numbers: Array) -> Array:
    """∂cost/∂numbers by central differences, changing each in place for a moment."""
    found, h = np.empty_like(numbers), 1e-5
    for place in np.ndindex(numbers.shape):
        value = numbers[place]
        numbers[place] = value + h
        above = cost()
        numbers[place] = value - h
        found[place] = (above - cost()) / (2 * h)
        numbers[place] = value
    return found


def test_the_tables_cover_their_enumerations() -> None:
    assert set(KINDS) == set(LAYER_KINDS.values()) == {type(spec) for _, spec in LAYERS}
    assert {*ACTIVATIONS, ActivationKind.SOFTMAX} == set(ActivationKind)
    assert set(PAIRS) == set(LOSSES)


def test_nothing_is_overwritten_and_nothing_overflows() -> None:
    far = np.array([[-800.0, 0.0, 800.0], [800.0, 800.0, -800.0]])
    for task, kind in ((Task.MULTICLASS, LossKind.CROSS_ENTROPY), (Task.MULTILABEL, LossKind.BINARY_CROSS_ENTROPY)):
        found = loss(TrainingSpec(loss=kind), task, far, np.eye(3)[:2])
        assert np.isfinite(found.each).all()
        assert np.isfinite(found.dz).all()
    for kind in ActivationKind:
        network = [Layer(ActivationSpec(activation=kind), {})]
        steps = forward(network, far)
        assert np.isfinite(steps[0].a).all()
        assert np.isfinite(backward(steps, np.ones_like(far))[0].dx).all()
    assert far.tolist() == [[-800, 0, 800], [800, 800, -800]]


def test_a_student_trains_a_network() -> None:
    """The four lines of the package's docstring learn XOR."""
    x, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    random = np.random.default_rng(1)
    network = [
        Layer(DenseSpec(units=4), {"weight": random.normal(size=(2, 4)), "bias": np.zeros(4)}),
        Layer(DenseSpec(units=1, activation=LINEAR), {"weight": random.normal(size=(4, 1)), "bias": np.zeros(1)}),
    ]
    spec = replace(TrainingSpec(), learning_rate=0.5)
    for _ in range(1000):
        steps = forward(network, x, training=True)
        found = loss(spec, Task.BINARY, steps[-1].z, y)
        gradients = backward(steps, found.dz)
        network = update(network, gradients, spec.learning_rate)
    assert found.value < 0.02
    assert np.array_equal(found.p > 0.5, y > 0.5)
