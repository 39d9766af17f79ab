"""Every layer, forward and backward, against PyTorch in float64."""

from collections.abc import Callable
from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest

from nnstudio.core.experiment import LayerSpec
from nnstudio.core.experiment.choices import ActivationKind, Padding
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.layers import LAYERS
from nnstudio.core.network.layers.layer import Buffer, Layer, Stage

torch = pytest.importorskip("torch", reason="PyTorch, the reference, is not installed")

F = torch.nn.functional
Reference = Callable[[LayerSpec, Any, Any], Any]
"""(spec, x (n, *shape), block of parameters) → y (n, *shape)."""

ROWS = 7


def dense(spec: Any, x: Any, block: Any) -> Any:
    return torch.tanh(x.flatten(1) @ block[:-1] + block[-1])


def convolution(spec: Any, x: Any, block: Any) -> Any:
    channels = x.shape[1]
    weights = block[:-1].T.reshape(spec.filters, channels, spec.kernel, spec.kernel)
    if spec.padding is Padding.SAME and spec.stride == 1 and spec.kernel % 2:
        return torch.relu(F.conv2d(x, weights, block[-1], padding="same"))
    if spec.padding is Padding.SAME:
        margins: list[int] = []
        for length in (x.shape[3], x.shape[2]):
            total = max((-(-length // spec.stride) - 1) * spec.stride + spec.kernel - length, 0)
            margins += [total // 2, total - total // 2]
        x = F.pad(x, margins)
    return torch.relu(F.conv2d(x, weights, block[-1], stride=spec.stride))


def batch_norm(spec: Any, x: Any, block: Any) -> Any:
    return F.batch_norm(x, None, None, block[0], block[1], training=True, eps=spec.epsilon)


def layer_norm(spec: Any, x: Any, block: Any) -> Any:
    shape = x.shape[1:]
    return F.layer_norm(x, shape, block[0].reshape(shape), block[1].reshape(shape), spec.epsilon)


CASES: list[tuple[LayerSpec, tuple[int, ...], Reference]] = [
    (DenseSpec(units=5), (4,), dense),
    (DenseSpec(units=5), (2, 3, 4), dense),
    (ActivationSpec(activation=ActivationKind.GELU), (4,), lambda _, x, __: F.gelu(x, approximate="tanh")),
    (ActivationSpec(activation=ActivationKind.SOFTMAX), (3, 4, 5), lambda _, x, __: F.softmax(x, 1)),
    (BatchNormSpec(epsilon=0.01), (4,), batch_norm),
    (BatchNormSpec(), (3, 4, 5), batch_norm),
    (LayerNormSpec(epsilon=0.01), (4,), layer_norm),
    (LayerNormSpec(), (3, 4, 5), layer_norm),
    (FlattenSpec(), (3, 4, 5), lambda _, x, __: x.flatten(1)),
    (DropoutSpec(rate=0), (3, 4, 5), lambda _, x, __: x),
    *(
        (Conv2DSpec(filters=4, kernel=kernel, stride=stride, padding=padding), shape, convolution)
        for kernel, stride, padding in product((1, 2, 3, 5), (1, 2, 3), Padding)
        for shape in ((1, 6, 5), (3, 9, 8))
    ),
    *(
        (MaxPool2DSpec(size=size, stride=stride), (3, 9, 8), lambda s, x, _: F.max_pool2d(x, s.size, s.stride))
        for size, stride in product((1, 2, 3), (1, 2, 3))
    ),
    *(
        (AvgPool2DSpec(size=size, stride=stride), (3, 9, 8), lambda s, x, _: F.avg_pool2d(x, s.size, s.stride))
        for size, stride in product((1, 2, 3), (1, 2, 3))
    ),
]


def build(spec: LayerSpec, shape: tuple[int, ...]) -> Layer:
    layer = LAYERS[type(spec)]("Layer 1", spec, shape)
    size = prod(layer.parameter_shape)
    params = np.random.default_rng(5).normal(0, 0.7, size).reshape(layer.parameter_shape)
    layer.bind(params, np.full_like(params, np.nan), np.zeros_like(params))
    layer.random = np.random.default_rng(6)
    return layer


def at_work(layer: Layer, x: Any) -> Stage:
    source = Buffer.empty(layer.input_shape, len(x), np.dtype(np.float64), with_gradient=True)
    stage = layer.stage(source, training=True)
    source.values[...] = np.moveaxis(x, 0, -1)
    return stage


def assert_same(ours: Any, theirs: Any) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


def compare(spec: LayerSpec, shape: tuple[int, ...], reference: Reference, x: Any) -> None:
    layer = build(spec, shape)
    stage = at_work(layer, x)
    inputs = torch.tensor(x, requires_grad=True)
    block = torch.tensor(layer.params, requires_grad=True)
    outputs = reference(spec, inputs, block)
    gradient = np.random.default_rng(8).normal(size=outputs.shape)
    outputs.backward(torch.tensor(gradient))
    stage.forward()
    assert outputs.shape[1:] == layer.shape
    assert_same(np.moveaxis(stage.output.values, -1, 0), outputs.detach().numpy())
    assert stage.output.gradient is not None
    stage.output.gradient[...] = np.moveaxis(gradient, 0, -1)
    stage.backward()
    assert_same(np.moveaxis(stage.source.gradient, -1, 0), inputs.grad.numpy())
    if block.numel():
        assert_same(layer.grads, block.grad.numpy())


@pytest.mark.parametrize(("spec", "shape", "reference"), CASES, ids=[f"{spec}-{shape}" for spec, shape, _ in CASES])
def test_forward_and_backward_are_those_of_pytorch(spec: LayerSpec, shape: tuple[int, ...], reference: Reference):
    compare(spec, shape, reference, np.random.default_rng(7).normal(size=(ROWS, *shape)))


def test_of_equal_maxima_the_first_gets_the_gradient():
    x = np.random.default_rng(7).integers(0, 3, (ROWS, 2, 6, 6)).astype(np.float64)
    for size, stride in ((2, 2), (3, 1), (3, 2)):
        compare(
            MaxPool2DSpec(size=size, stride=stride), (2, 6, 6), lambda s, x, _: F.max_pool2d(x, s.size, s.stride), x
        )


def test_every_kind_of_layer_is_compared():
    assert {type(spec) for spec, _, _ in CASES} == set(LAYERS)


def test_a_convolution_in_many_blocks_is_the_same(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("nnstudio.core.network.layers.conv2d.CACHE", 1)
    x = np.random.default_rng(7).normal(size=(ROWS, 3, 9, 8))
    spec = Conv2DSpec(filters=4, kernel=3, padding=Padding.SAME)
    assert len(at_work(build(spec, (3, 9, 8)), x).blocks) == 9
    compare(spec, (3, 9, 8), convolution, x)


@pytest.mark.parametrize("shape", [(4,), (3, 4, 5)], ids=str)
def test_running_statistics_are_those_of_pytorch(shape: tuple[int, ...]):
    layer: Any = build(BatchNormSpec(momentum=0.8), shape)
    layer.initialize(None, None)
    layer.params[...] = np.random.default_rng(5).normal(size=layer.params.shape)
    mean, variance = torch.zeros(shape[0], dtype=torch.float64), torch.ones(shape[0], dtype=torch.float64)
    gain, shift = torch.tensor(layer.params)
    for seed in range(3):
        x = np.random.default_rng(seed).normal(3, 2, (ROWS, *shape))
        at_work(layer, x).forward()
        F.batch_norm(torch.tensor(x), mean, variance, gain, shift, training=True, momentum=0.2)
    assert_same(layer.running, torch.stack((mean, variance)).numpy())
    source = Buffer.empty(shape, ROWS, np.dtype(np.float64), with_gradient=False)
    stage = layer.stage(source, training=False)
    source.values[...] = np.moveaxis(x, 0, -1)
    stage.forward()
    expected = F.batch_norm(torch.tensor(x), mean, variance, gain, shift, training=False)
    assert_same(np.moveaxis(stage.output.values, -1, 0), expected.numpy())
