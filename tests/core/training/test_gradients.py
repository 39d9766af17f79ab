"""Backpropagation against finite differences in float64: every layer, every activation, and whole stacks."""

from typing import Any

import numpy as np
import pytest

from nnstudio.core.experiment import LayerSpec
from nnstudio.core.experiment.choices import ActivationKind, Padding
from nnstudio.core.experiment.layer_specs import (
    LAYER_KINDS,
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
from nnstudio.core.network.network import Network, Pass

TOLERANCE = 1e-6
STEP = 1e-5
EXAMPLES, OUTPUTS = 6, 3
VECTOR, IMAGE = (5,), (2, 7, 6)

LINEAR = ActivationKind.LINEAR
DENSE = DenseSpec(units=6, activation=LINEAR)
FILTERS = Conv2DSpec(filters=3, kernel=2, activation=LINEAR)

LAYERS: list[LayerSpec] = [
    DenseSpec(units=4),
    ActivationSpec(activation=ActivationKind.SILU),
    DropoutSpec(rate=0.3),
    BatchNormSpec(),
    LayerNormSpec(),
    FlattenSpec(),
]
IMAGE_LAYERS: list[LayerSpec] = [
    *LAYERS,
    Conv2DSpec(filters=4, kernel=3),
    Conv2DSpec(filters=4, kernel=3, stride=2, padding=Padding.SAME, activation=ActivationKind.TANH),
    MaxPool2DSpec(),
    MaxPool2DSpec(size=3, stride=1),
    AvgPool2DSpec(size=3, stride=2),
]

STACKS: dict[str, tuple[tuple[int, ...], list[LayerSpec]]] = {
    "dense": (VECTOR, [DenseSpec(units=6), DenseSpec(units=5, activation=ActivationKind.SIGMOID), DenseSpec(units=4)]),
    "convolution, normalisation, dropout": (
        (1, 10, 9),
        [
            Conv2DSpec(filters=4, kernel=3, padding=Padding.SAME, activation=LINEAR),
            BatchNormSpec(),
            ActivationSpec(activation=ActivationKind.RELU),
            MaxPool2DSpec(),
            DropoutSpec(rate=0.25),
            Conv2DSpec(filters=5, kernel=3, stride=2, padding=Padding.SAME, activation=ActivationKind.GELU),
            LayerNormSpec(),
            AvgPool2DSpec(size=2, stride=1),
            FlattenSpec(),
            DenseSpec(units=7, activation=ActivationKind.LEAKY_RELU),
            BatchNormSpec(),
            DropoutSpec(rate=0.5),
            DenseSpec(units=6, activation=ActivationKind.SOFTMAX),
        ],
    ),
    "normalised dense": (
        VECTOR,
        [
            LayerNormSpec(),
            DenseSpec(units=8, activation=LINEAR),
            BatchNormSpec(),
            ActivationSpec(activation=ActivationKind.SELU),
            DropoutSpec(rate=0.4),
            DenseSpec(units=6, activation=ActivationKind.SOFTPLUS),
        ],
    ),
}


def relative_error(specs: list[LayerSpec], shape: tuple[int, ...]) -> float:
    """‖g − f‖ / (‖g‖ + ‖f‖) of backpropagation's gradient g and finite differences f, for a random linear loss."""
    random = np.random.default_rng(11)
    network = Network(specs, shape, OUTPUTS, np.dtype(np.float64))
    network.params[...] = random.normal(0, 0.7, network.params.size)
    for index, layer in enumerate(network.layers):
        layer.random = np.random.default_rng((1, 3, index))
    work = Pass(network, np.ones((EXAMPLES, int(np.prod(shape)) + 1)), training=True)
    work.inputs[:, :-1] = random.normal(size=(EXAMPLES, int(np.prod(shape))))
    slopes = random.normal(size=(OUTPUTS, EXAMPLES))

    def loss() -> Any:
        work.forward()
        return (slopes * work.logits).sum()

    loss()
    work.freeze()
    loss()
    work.logits_gradient[...] = slopes
    work.backward()
    differences = np.empty_like(network.params)
    for index, value in enumerate(network.params.copy()):
        network.params[index] = value + STEP
        above = loss()
        network.params[index] = value - STEP
        differences[index] = (above - loss()) / (2 * STEP)
        network.params[index] = value
    norm = np.linalg.norm
    return norm(network.grads - differences) / (norm(network.grads) + norm(differences))


@pytest.mark.parametrize("spec", LAYERS, ids=repr)
def test_layers_of_vectors(spec: LayerSpec):
    assert relative_error([DENSE, spec, DENSE], VECTOR) < TOLERANCE
    assert relative_error([spec, DENSE], VECTOR) < TOLERANCE


@pytest.mark.parametrize("spec", IMAGE_LAYERS, ids=repr)
def test_layers_of_images(spec: LayerSpec):
    assert relative_error([FILTERS, spec], IMAGE) < TOLERANCE
    assert relative_error([spec], IMAGE) < TOLERANCE


@pytest.mark.parametrize("kind", ActivationKind, ids=str)
def test_activations(kind: ActivationKind):
    assert relative_error([DENSE, DenseSpec(units=5, activation=kind)], VECTOR) < TOLERANCE
    assert relative_error([DENSE, ActivationSpec(activation=kind)], VECTOR) < TOLERANCE
    assert relative_error([FILTERS, Conv2DSpec(filters=3, kernel=3, activation=kind)], IMAGE) < TOLERANCE


@pytest.mark.parametrize(("shape", "specs"), STACKS.values(), ids=STACKS)
def test_stacks(shape: tuple[int, ...], specs: list[LayerSpec]):
    assert relative_error(specs, shape) < TOLERANCE


def test_every_kind_of_layer_is_checked():
    assert {type(spec) for spec in IMAGE_LAYERS} == set(LAYER_KINDS.values())


def test_a_wrong_gradient_is_noticed(monkeypatch: pytest.MonkeyPatch):
    backward = Pass.backward

    def slightly_wrong(work: Pass) -> None:
        work.logits_gradient[0] *= 1.0001
        backward(work)

    monkeypatch.setattr(Pass, "backward", slightly_wrong)
    assert relative_error([DENSE], VECTOR) > TOLERANCE
