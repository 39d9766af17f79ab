"""Every number of every kind of layer is the sum of products that it is said to be."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.array import Array
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, Padding
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
from nnstudio.core.presets import default_experiment
from nnstudio.core.trace import arithmetic
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.quantity import Calculation, Quantity
from nnstudio.core.trace.way import TracedLayer, Way
from nnstudio.core.training.trainer import Trainer

SAME = Padding.SAME
STACKS: dict[str, tuple[LayerSpec, ...]] = {
    "conv": (Conv2DSpec(filters=2, kernel=3), FlattenSpec(), DenseSpec(units=3)),
    "same": (Conv2DSpec(filters=2, kernel=4, stride=3, padding=SAME), Conv2DSpec(filters=3, kernel=2, stride=2)),
    "max": (Conv2DSpec(filters=2, kernel=3), MaxPool2DSpec(size=3, stride=2), MaxPool2DSpec()),
    "mean": (AvgPool2DSpec(size=3, stride=2), Conv2DSpec(filters=2, kernel=2, activation=ActivationKind.SOFTMAX)),
    "batch": (Conv2DSpec(filters=2, kernel=5), BatchNormSpec(), DenseSpec(units=4), BatchNormSpec()),
    "layer": (Conv2DSpec(filters=2, kernel=5), LayerNormSpec(), DenseSpec(units=4), LayerNormSpec()),
    "dropout": (DropoutSpec(rate=0.3), DenseSpec(units=5), DropoutSpec(rate=0.5), ActivationSpec()),
}


def held(*layers: LayerSpec) -> Held:
    experiment: Experiment = default_experiment(DatasetKind.SKETCHED_DIGITS)
    assert isinstance(experiment.dataset, ImageSpec)
    training = replace(experiment.training, batch_size=6)
    trainer = Trainer(replace(experiment, layers=layers, training=training), dtype=np.float64)
    for _ in range(3):
        trainer.step()
    return Held(trainer.state(), trainer.dataset)


@pytest.fixture(params=STACKS)
def ways(request: pytest.FixtureRequest) -> list[Way]:
    """The same network on the way of an update and of a prediction."""
    one = held(*STACKS[request.param])
    test = one.dataset.test
    return [one.way, one.predict(test.inputs[:1], test.targets[:1])]


def places(array: Array) -> list[tuple[int, ...]]:
    """All of them, or many."""
    every = list(np.ndindex(array.shape))
    return [every[int(place)] for place in np.unique(np.linspace(0, len(every) - 1, 25))]


def assert_adds_up(found: Calculation, expected: float, quantity: Quantity) -> None:
    assert found.result.place.quantity is quantity
    assert found.result.value == expected
    assert found.value == pytest.approx(expected, rel=1e-9, abs=1e-13)
    assert found.rule


@pytest.mark.slow
def test_every_number_is_what_it_is_made_of(ways: list[Way]) -> None:
    for way in ways:
        for layer in way.example(0):
            for at in places(layer.z):
                assert_adds_up(arithmetic.forward(layer, at), layer.z[at], Quantity.Z)
                if "x_hat" in layer.alongside:
                    x_hat = layer.alongside["x_hat"].reshape(layer.z.shape)[at]
                    assert_adds_up(arithmetic.normalised(layer, at), x_hat, Quantity.X_HAT)
            for at in places(layer.x):
                assert_adds_up(arithmetic.backward(layer, at), layer.dx[at], Quantity.DX)
            for name, gradients in layer.gradients.items():
                for at in places(gradients):
                    assert_adds_up(arithmetic.gradient(layer, name, at), gradients[at], Quantity.DW)


@pytest.mark.slow
def test_every_factor_is_found_where_it_says(ways: list[Way]) -> None:
    """Its place leads to the number: so it can be looked up, lit and followed."""
    for layer in ways[0].example(2):
        made = [arithmetic.forward(layer, at) for at in places(layer.z)[:20]]
        made += [arithmetic.backward(layer, at) for at in places(layer.x)[:20]]
        for factor in (factor for found in made for term in found.terms for factor in term.factors):
            if factor.place.quantity is not Quantity.SHARE:
                assert factor.value == value_at(layer, factor.place.quantity, factor.place.at, factor.place.array)


def value_at(layer: TracedLayer, quantity: Quantity, at: tuple[int, ...], array: str) -> float:
    match quantity:
        case Quantity.X_HAT:
            return float(layer.alongside["x_hat"].reshape(layer.z.shape)[at])
        case Quantity.MASK | Quantity.MEAN_ERROR | Quantity.MEAN_PRODUCT:
            return float(layer.alongside[quantity.name.lower()][at])
        case Quantity.WEIGHT | Quantity.BIAS | Quantity.GAIN | Quantity.SHIFT:
            return float(layer.arrays[array or "weight"][at])
        case _:
            return float(getattr(layer, quantity.name.lower())[at])


def test_all_kinds_of_layers_are_here() -> None:
    assert {type(spec) for stack in STACKS.values() for spec in stack} == set(LAYER_KINDS.values())


def test_of_equal_pixels_the_first_wins() -> None:
    one = held(MaxPool2DSpec(size=2, stride=2))
    image = np.zeros((1, one.dataset.train.inputs.shape[1]))
    layer = one.predict(image, one.dataset.train.targets[:1]).example(0)[0]
    shares = [term.factors[0].value for term in arithmetic.forward(layer, (0, 0, 0)).terms]
    assert shares == [1, 0, 0, 0]
