"""A model says what a network is, with numbers of its own."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from nnstudio.core.experiment import LAYER_KINDS, DatasetSpec, Experiment, ImageSpec, LayerSpec, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, LossKind, Padding, Task
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
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.model import Range
from nnstudio.core.network.surgery import Freeze
from nnstudio.core.training.trainer import Trainer

SKETCHES = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)


def trained(*layers: LayerSpec, dataset: DatasetSpec = PlaneSpec()) -> Trainer:  # noqa: B008 -- frozen
    trainer = Trainer(Experiment(dataset=dataset, layers=layers))
    for _ in range(3):
        trainer.step()
    return trainer


def test_arrays_have_names_and_lie_in_the_models_own_vectors() -> None:
    trainer = trained(DenseSpec(units=6), BatchNormSpec(), ActivationSpec(), DropoutSpec(), LayerNormSpec())
    model = trainer.model()
    dense, norm, activation, dropout, layer_norm, output = model.layers
    assert [layer.key for layer in model.layers] == [1, 2, 3, 4, 5, 0]
    assert [layer.name for layer in model.layers][-2:] == ["LayerNorm 1", "Output"]
    assert {name: array.shape for name, array in dense.arrays.items()} == {"weight": (2, 6), "bias": (6,)}
    assert list(norm.arrays) == ["gain", "shift", "running_mean", "running_variance"]
    assert list(layer_norm.arrays) == ["gain", "shift"]
    assert not activation.arrays
    assert not dropout.arrays
    assert sum(array.size for layer in model.layers for array in layer.arrays.values()) == (
        model.params.size + model.statistics.size
    )
    (_, block), *_ = trainer.network.blocks(trainer.network.params)
    np.testing.assert_array_equal(block, [*dense.arrays["weight"], dense.arrays["bias"]])
    np.testing.assert_array_equal(norm.arrays["gain"], model.params[18:24])
    np.testing.assert_array_equal(norm.arrays["running_variance"], model.statistics[6:])
    assert np.shares_memory(output.arrays["weight"], model.params)


@pytest.mark.parametrize(
    ("layers", "key"),
    [
        ((DenseSpec(units=6),), 1),
        ((DenseSpec(units=6), BatchNormSpec()), 2),
        ((Conv2DSpec(filters=6),), 1),
        ((Conv2DSpec(filters=6), BatchNormSpec()), 2),
        ((Conv2DSpec(filters=6), LayerNormSpec()), 2),
    ],
)
def test_it_knows_the_units_that_are_frozen(layers: tuple[LayerSpec, ...], key: int) -> None:
    trainer = Trainer(Experiment(dataset=SKETCHES, layers=layers))
    assert trainer.model().layers[key - 1].frozen_units == ()
    for unit in (1, 4):
        trainer.operate(Freeze(key, unit=unit))
    assert [layer.frozen_units for layer in trainer.model().layers if layer.key == key] == [(1, 4)]
    trainer.operate(Freeze(key))
    assert trainer.model().layers[key - 1].frozen_units == tuple(range(6))
    assert trainer.model().layers[-1].frozen_units == ()


def test_a_model_stays_as_it_is_while_training_goes_on() -> None:
    trainer = trained(DenseSpec(units=3), BatchNormSpec())
    model = trainer.model()
    before = model.params.copy(), model.statistics.copy()
    trainer.step()
    np.testing.assert_array_equal(model.params, before[0])
    np.testing.assert_array_equal(model.statistics, before[1])
    assert (trainer.network.params != before[0]).any()
    assert (trainer.network.statistics != before[1]).any()
    with pytest.raises(ValueError, match="read-only"):
        model.layers[0].arrays["weight"][0, 0] = 1
    with pytest.raises(FrozenInstanceError):
        model.layers[0].name = "other"  # type: ignore[misc]


def test_the_output_is_what_the_loss_makes_of_it() -> None:
    rings = PlaneSpec(kind=DatasetKind.RINGS)
    for dataset, loss, kind, task in (
        (PlaneSpec(), LossKind.CROSS_ENTROPY, ActivationKind.SIGMOID, Task.BINARY),
        (rings, LossKind.CROSS_ENTROPY, ActivationKind.SOFTMAX, Task.MULTICLASS),
        (rings, LossKind.MEAN_SQUARED_ERROR, ActivationKind.SIGMOID, Task.MULTICLASS),
        (PlaneSpec(kind=DatasetKind.HILLS), LossKind.HUBER, ActivationKind.LINEAR, Task.REGRESSION),
    ):
        trainer = Trainer(Experiment(dataset=dataset, training=TrainingSpec(loss=loss)))
        model = trainer.model()
        assert (model.output, model.task) == (kind, task)
        assert model.layers[-1].activation is kind
        assert model.layers[-1].range == Range(ACTIVATIONS[kind].low, ACTIVATIONS[kind].high)
        assert (model.input_shape, model.outputs) == (trainer.dataset.shape, trainer.dataset.outputs)
        assert model.target_names == trainer.dataset.target_names


@pytest.mark.parametrize("kind", ActivationKind)
def test_answers_stay_within_the_range_that_is_said(kind: ActivationKind) -> None:
    layers = (
        Conv2DSpec(filters=3, kernel=5, activation=kind),
        AvgPool2DSpec(),
        MaxPool2DSpec(),
        DropoutSpec(),
        FlattenSpec(),
        BatchNormSpec(),
        DropoutSpec(),
        DenseSpec(units=2, activation=kind),
    )
    row = ACTIVATIONS[kind]
    said = [layer.range for layer in trained(*layers, dataset=SKETCHES).model().layers]
    own = Range(row.low, row.high)
    assert said[:-1] == [own] * 5 + [Range()] * 2 + [own]


def test_weights_that_look_at_an_image_say_at_which_piece() -> None:
    layers = (
        Conv2DSpec(filters=2, kernel=3, padding=Padding.SAME),
        MaxPool2DSpec(),
        FlattenSpec(),
        DenseSpec(units=4),
        DenseSpec(units=3),
    )
    model = trained(*layers, dataset=SKETCHES).model()
    assert [layer.patch for layer in model.layers] == [(1, 3, 3), None, None, (2, 14, 14), None, None]
    conv, _, _, dense, *_ = model.layers
    assert conv.arrays["weight"].shape == (1, 3, 3, 2)
    assert conv.weights is not None
    assert conv.weights.shape == (9, 2)
    assert conv.weight_images is not None
    np.testing.assert_array_equal(conv.weight_images[1, 0], conv.arrays["weight"][0, :, :, 1])
    assert dense.weight_images is not None
    assert dense.weight_images.shape == (4, 2, 14, 14)
    assert conv.settings == {"filters": 2, "kernel": 3, "stride": 1, "padding": ((1, 1), (1, 1))}


@pytest.mark.parametrize("kind", LAYER_KINDS)
def test_every_kind_says_what_it_computes(kind: str) -> None:
    layer = trained(LAYER_KINDS[kind](), dataset=SKETCHES).model().layers[0]
    assert (layer.kind, layer.spec) == (kind, LAYER_KINDS[kind](key=1))
    assert layer.formula.startswith("y")
    assert all(layer.note)
    assert layer.spec.gathers == ("running_mean" in layer.arrays)
    assert layer.makes_rows == (kind == "flatten")


def test_the_first_sum_is_of_inputs_and_the_next_of_activations() -> None:
    first, second, _ = trained(DenseSpec(), DenseSpec(activation=ActivationKind.LINEAR)).model().layers
    assert (first.note, second.note) == (("a = tanh(w·x + b)",), ("a = w·a + b",))
