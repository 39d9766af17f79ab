"""The textbook against the engine and against finite differences, in float64: each proves the other.

Every kind of layer, activation and loss, by their enumerations, so that a new one fails until the textbook has it.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

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
from nnstudio.core.textbook import WAYS, Layer, backward, forward, loss, update
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
        self.engine = Network(keyed(tuple(layers)), shape, outputs, np.dtype(np.float64))
        self.engine.params[...] = random.normal(0, 0.6, self.engine.params.size)
        self.engine.statistics[...] = random.uniform(0.5, 2, self.engine.statistics.size)
        for layer in self.engine.noisy:
            layer.random = np.random.default_rng(3)
        self.work = Pass(self.engine, np.ones((EXAMPLES, int(np.prod(shape)) + 1)), training)
        self.x = random.normal(0, 1.5, (EXAMPLES, *shape))
        self.work.inputs[:, :-1] = self.x.reshape(EXAMPLES, -1)
        before = self.engine.layout.by_layer(self.engine.params.copy(), self.engine.statistics.copy())
        self.work.forward()
        self.textbook = [
            Layer(spec=layer.spec, mask=mask_of(stage), **before[layer.key])
            for layer, stage in zip(self.engine.layers, self.work.stages, strict=True)
        ]
        forward(self.textbook, self.x, training)

    def assert_same_numbers(self) -> None:
        """Every number of every layer: what it learns, and the statistics that it gathers."""
        theirs = self.engine.layout.by_layer(self.engine.params, self.engine.statistics)
        for ours, in_the_engine in zip(self.textbook, self.engine.layers, strict=True):
            for name, array in theirs[in_the_engine.key].items():
                assert_equal(getattr(ours, name), array)


def mask_of(stage: object) -> Array | None:
    return in_rows(stage.mask) if isinstance(stage, DropoutStage) else None


def in_rows(values: Array) -> Array:
    """The engine's (…, n) as (n, …)."""
    return np.moveaxis(values, -1, 0).copy()


def assert_equal(ours: Array, theirs: Array) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def compare(layers: Sequence[LayerSpec], shape: Shape) -> None:
    """Forward, every layer's gradients and the update, for a random error at the end."""
    both = Both(layers, shape)
    error = np.random.default_rng(1).normal(size=both.textbook[-1].a.shape)
    for layer, stage in zip(both.textbook, both.work.stages, strict=True):
        assert_equal(layer.a, in_rows(stage.output.values))
    both.work.logits_gradient[...] = error.T
    both.work.backward()
    backward(both.textbook, error)
    pairs = [(layer, theirs.key) for layer, theirs in zip(both.textbook, both.engine.layers, strict=True)]
    ours = {(key, name): array for layer, key in pairs for name, array in layer.gradients.items()}
    theirs = {(key, name): array for key, name, array in both.engine.layout.views(both.engine.grads)}
    assert set(ours) == set(theirs)
    for name, array in ours.items():
        assert_equal(array, theirs[name])
    for layer in both.textbook:
        assert layer.da.shape == layer.dz.shape == layer.z.shape == layer.a.shape
        assert layer.dx.shape == layer.x.shape
        if layer.slope is not None:
            assert np.array_equal(layer.dz, layer.da * layer.slope)
    assert all(one.a is other.x and one.da is other.dx for one, other in pairwise(both.textbook))
    OPTIMIZERS[OptimizerKind.SGD](both.engine.params, both.engine.grads).step(RATE)
    update(both.textbook, RATE)
    both.assert_same_numbers()


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
    assert_equal(both.textbook[-1].z, in_rows(both.work.logits))
    both.assert_same_numbers()


@pytest.mark.parametrize("shape", [VECTOR, IMAGE])
def test_running_statistics_equal_the_engine(shape: Shape) -> None:
    both, unmoved = (Both([BatchNormSpec(momentum=0.7)], shape, training=training) for training in (True, False))
    assert not np.isclose(both.engine.statistics, unmoved.engine.statistics).any()
    both.assert_same_numbers()


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
    theirs = engine_loss(spec, task)
    columns, targets = z.T.copy(), theirs.targets(y).T
    p, gradient = np.empty_like(columns), np.empty_like(columns)
    theirs.output(columns, p)
    stage = LossStage(theirs, columns, targets, gradient)
    stage.backward()
    answer, each, dz = loss(spec, task, z, y)
    assert_equal(answer, p.T)
    assert_equal(each, theirs.each(columns, targets))
    assert each.mean() == pytest.approx(stage.value(), rel=1e-12)
    assert_equal(dz, gradient.T)


@pytest.mark.parametrize(("kind", "task"), PAIRS, ids=str)
def test_every_loss_has_the_slope_it_says(kind: LossKind, task: Task) -> None:
    spec = TrainingSpec(loss=kind, huber_delta=0.7, label_smoothing=0.1)
    z, y = draw(task)
    _, _, dz = loss(spec, task, z, y)
    np.testing.assert_allclose(dz, slopes(lambda: loss(spec, task, z, y)[1].mean(), z), atol=1e-8)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("shape", "spec"), [*LAYERS, pytest.param(IMAGE, None, marks=pytest.mark.slow)], ids=repr)
def test_every_gradient_is_the_slope(shape: Shape, spec: LayerSpec | None, training: bool) -> None:
    """By trying out, of every number of every layer and of what arrives; also on the way to a prediction."""
    textbook = Both([spec] if spec else STACK, shape).textbook
    x = np.random.default_rng(4).normal(0, 1.5, (EXAMPLES, *shape))
    y = np.eye(3)[[0, 1, 2, 0, 1]]

    def judged() -> tuple[Array, Array, Array]:
        forward(textbook, x, training)
        return loss(TrainingSpec(), Task.MULTICLASS, textbook[-1].z, y)

    def cost() -> float:
        return judged()[1].mean()

    backward(textbook, judged()[2])
    np.testing.assert_allclose(textbook[0].dx, slopes(cost, x), atol=1e-8)
    for layer in textbook:
        for name, found in layer.gradients.items():
            np.testing.assert_allclose(found, slopes(cost, getattr(layer, name)), atol=1e-8, err_msg=name)


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


def test_every_kind_is_there_once() -> None:
    """Of activations and losses the tests above ask for every one."""
    for kind in LAYER_KINDS.values():
        assert sum(issubclass(kind, kinds) for kinds in WAYS.values()) == 1
    assert set(LAYER_KINDS.values()) == {type(spec) for _, spec in LAYERS}
    assert set(PAIRS) == set(LOSSES)


def test_nothing_overflows() -> None:
    far = np.array([[-800.0, 0.0, 800.0], [800.0, 800.0, -800.0]])
    for task, kind in ((Task.MULTICLASS, LossKind.CROSS_ENTROPY), (Task.MULTILABEL, LossKind.BINARY_CROSS_ENTROPY)):
        for found in loss(TrainingSpec(loss=kind), task, far, np.eye(3)[:2]):
            assert np.isfinite(found).all()
    for kind in ActivationKind:
        layer = Layer(spec=ActivationSpec(activation=kind))
        forward([layer], far)
        backward([layer], np.ones_like(far))
        assert np.isfinite([layer.a, layer.dx]).all()


def test_no_array_is_written_to() -> None:
    """Neither one that was handed in nor one that it made: whoever tries is told that it is read-only."""
    both = Both(STACK, IMAGE)
    error = np.random.default_rng(1).normal(size=both.textbook[-1].a.shape)
    for _ in range(2):
        for layer in both.textbook:
            for array in (*vars(layer).values(), *getattr(layer, "gradients", {}).values(), error):
                if isinstance(array, np.ndarray):
                    array.setflags(write=False)
        forward(both.textbook, both.x, training=True)
        backward(both.textbook, error)
        update(both.textbook, RATE)


def test_a_student_trains_a_network() -> None:
    """The four lines of an update learn XOR."""
    x, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    random = np.random.default_rng(1)
    network = [
        Layer(spec=DenseSpec(units=4), weight=random.normal(size=(2, 4)), bias=np.zeros(4)),
        Layer(spec=DenseSpec(units=1, activation=LINEAR), weight=random.normal(size=(4, 1)), bias=np.zeros(1)),
    ]
    for _ in range(1000):
        forward(network, x, training=True)
        p, each, dz = loss(TrainingSpec(), Task.BINARY, network[-1].z, y)
        backward(network, dz)
        update(network, 0.5)
    assert each.mean() < 0.02
    assert np.array_equal(p > 0.5, y > 0.5)
