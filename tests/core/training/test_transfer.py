"""Edits keep what was learned: which numbers survive, and where the function must not jump."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.data.dataset import build
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, LayerSpec, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import (
    ActivationKind,
    DatasetKind,
    Feature,
    OptimizerKind,
    Padding,
    ScheduleKind,
)
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.layers.batch_norm import BatchNorm
from nnstudio.core.network.network import Pass
from nnstudio.core.training.trainer import Trainer
from nnstudio.core.training.transfer import carried

RELU, LINEAR = ActivationKind.RELU, ActivationKind.LINEAR
PLANE = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.SPIRALS, samples=200),
    layers=(DenseSpec(units=6, activation=RELU), DenseSpec(units=4, activation=RELU)),
    training=TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.01),
)
IMAGES = replace(
    PLANE,
    dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100),
    layers=(
        Conv2DSpec(filters=3, kernel=3, padding=Padding.SAME),
        MaxPool2DSpec(size=4, stride=4),
        FlattenSpec(),
        DenseSpec(units=6, activation=RELU),
    ),
)

Edit = Callable[[tuple[LayerSpec, ...]], tuple[LayerSpec, ...]]


def trained(experiment: Experiment, updates: int = 30) -> Trainer:
    trainer = Trainer(experiment)
    for _ in range(updates):
        trainer.step()
    return trainer


def edited(trainer: Trainer, layers: tuple[LayerSpec, ...]) -> Trainer:
    return carried(trainer, replace(trainer.experiment, layers=layers), trainer.dataset)


def logits(trainer: Trainer) -> np.ndarray:
    work = Pass(trainer.network, trainer.dataset.test.augmented)
    work.forward()
    return work.logits.copy()


def array(trainer: Trainer, key: int, name: str, vector: np.ndarray | None = None) -> np.ndarray:
    params = trainer.network.params if vector is None else vector
    views = trainer.network.layout.views(params, trainer.network.statistics)
    return next(view for layer, each, view in views if (layer, each) == (key, name))


def memory(trainer: Trainer, key: int, name: str) -> list[np.ndarray]:
    return [array(trainer, key, name, vector) for vector in trainer.optimizer.state().arrays.values()]


def resize(place: int, **fields: object) -> Edit:
    return lambda layers: (*layers[:place], replace(layers[place], **fields), *layers[place + 1 :])


def insert(place: int, spec: LayerSpec) -> Edit:
    return lambda layers: (*layers[:place], spec, *layers[place:])


def remove(place: int) -> Edit:
    return lambda layers: (*layers[:place], *layers[place + 1 :])


def both(first: Edit, second: Edit) -> Edit:
    return lambda layers: second(first(layers))


SILENT: dict[str, tuple[Experiment, Edit]] = {
    "a neuron more": (PLANE, resize(0, units=7)),
    "forty neurons more": (PLANE, resize(1, units=44)),
    "a neuron more in both": (PLANE, both(resize(0, units=7), resize(1, units=5))),
    "a ReLU layer behind a ReLU": (PLANE, insert(1, DenseSpec(units=6, activation=RELU))),
    "a wider ReLU layer behind a ReLU": (PLANE, insert(2, DenseSpec(units=9, activation=RELU))),
    "a linear layer in front": (PLANE, insert(0, DenseSpec(units=2, activation=LINEAR))),
    "dropout": (PLANE, insert(1, DropoutSpec(rate=0.5))),
    "a ReLU behind a ReLU": (PLANE, insert(1, ActivationSpec(activation=RELU))),
    "batch normalisation": (PLANE, insert(1, BatchNormSpec())),
    "batch normalisation in front": (PLANE, insert(0, BatchNormSpec())),
    "the same activation again": (PLANE, resize(0, activation=RELU)),
    "a filter more": (IMAGES, resize(0, filters=4)),
    "a larger kernel": (IMAGES, resize(0, kernel=5)),
    "a convolution": (IMAGES, insert(1, Conv2DSpec(filters=3, kernel=3, padding=Padding.SAME))),
    "a wider convolution": (IMAGES, insert(1, Conv2DSpec(filters=5, kernel=5, padding=Padding.SAME))),
    "batch normalisation of channels": (IMAGES, insert(1, BatchNormSpec())),
    "no flatten": (IMAGES, remove(2)),
}


@pytest.mark.parametrize("optimizer", [OptimizerKind.SGD, OptimizerKind.ADAM, OptimizerKind.NADAM, OptimizerKind.LION])
@pytest.mark.parametrize("name", SILENT)
def test_the_function_does_not_jump(name: str, optimizer: OptimizerKind) -> None:
    experiment, edit = SILENT[name]
    old = trained(replace(experiment, training=replace(experiment.training, optimizer=optimizer, learning_rate=1e-3)))
    before, state = logits(old), old.state()
    new = edited(old, edit(old.experiment.layers))
    np.testing.assert_allclose(logits(new), before, rtol=0, atol=1e-6 * max(1, np.abs(before).max()))
    assert old.network.params.tobytes() == state.params.tobytes(), "the old trainer is left alone"
    for _ in range(20):
        new.step()
    assert np.abs(logits(new) - before).max() > 1e-4, "and it goes on learning"


@pytest.mark.parametrize("optimizer", OptimizerKind, ids=lambda kind: kind.value)
def test_what_was_there_stays_with_its_memory(optimizer: OptimizerKind) -> None:
    old = trained(replace(PLANE, training=replace(PLANE.training, optimizer=optimizer)))
    new = edited(old, resize(0, units=8)(old.experiment.layers))
    assert (array(new, 1, "weight")[:, :6] == array(old, 1, "weight")).all()
    assert (array(new, 1, "bias")[:6] == array(old, 1, "bias")).all()
    assert (array(new, 2, "weight")[:6] == array(old, 2, "weight")).all()
    assert (array(new, 2, "weight")[6:] == 0).all(), "new units have no links out yet"
    assert (array(new, 0, "weight") == array(old, 0, "weight")).all()
    assert (array(new, 1, "weight")[:, 6:] != 0).all(), "and links in as first weights are drawn"
    for before, now in zip(memory(old, 2, "weight"), memory(new, 2, "weight"), strict=True):
        assert (now[:6] == before).all()
        assert (now[6:] == 0).all()
        assert before.any()
    assert new.optimizer.state().numbers == old.optimizer.state().numbers


def test_one_neuron_less_is_the_last_one_less() -> None:
    old = trained(PLANE)
    new = edited(old, resize(0, units=5)(old.experiment.layers))
    assert (array(new, 1, "weight") == array(old, 1, "weight")[:, :5]).all()
    assert (array(new, 2, "weight") == array(old, 2, "weight")[:5]).all()
    assert (array(new, 2, "bias") == array(old, 2, "bias")).all()


def test_a_removed_layer_leaves_the_others_as_they_are() -> None:
    old = trained(replace(PLANE, layers=tuple(DenseSpec(units=5) for _ in range(3))))
    new = edited(old, remove(1)(old.experiment.layers))
    for key in (1, 3, 0):
        assert (array(new, key, "weight") == array(old, key, "weight")).all()
    assert [layer.key for layer in new.network.layers] == [1, 3, 0]


def test_layers_that_change_places_take_their_weights_along() -> None:
    old = trained(replace(PLANE, layers=tuple(DenseSpec(units=2) for _ in range(3))))
    first, second, third = old.experiment.layers
    new = edited(old, (third, first, second))
    for key in (1, 2, 3):
        assert (array(new, key, "weight") == array(old, key, "weight")).all()


def test_a_layer_that_comes_to_stand_first_reads_its_inputs_in_their_order() -> None:
    old = trained(replace(PLANE, layers=(DenseSpec(units=3), DenseSpec(units=5))))
    first, second = old.experiment.layers
    new = edited(old, (second, first))
    assert (array(new, 2, "weight") == array(old, 2, "weight")[:2]).all()
    assert (array(new, 1, "weight")[:2] == array(old, 1, "weight")).all()
    assert (array(new, 1, "weight")[2:] == 0).all()


def test_another_kind_under_the_same_key_is_another_layer() -> None:
    old = trained(replace(PLANE, layers=(DenseSpec(units=4), BatchNormSpec(), DenseSpec(units=4))))
    norm = old.experiment.layers[1]
    new = edited(old, (old.experiment.layers[0], LayerNormSpec(key=norm.key), old.experiment.layers[2]))
    assert (array(new, norm.key, "gain") == 1).all()


def test_features_are_known_by_their_names() -> None:
    old = trained(replace(PLANE, layers=(BatchNormSpec(), DenseSpec(units=3))))
    features = (Feature.X1_X2, Feature.X2, Feature.X1)
    spec = replace(old.experiment.dataset, features=features)
    new = carried(old, replace(old.experiment, dataset=spec), build(spec))
    assert (array(new, 2, "weight")[[2, 1]] == array(old, 2, "weight")).all()
    assert (array(new, 2, "weight")[0] == 0).all(), "what is new says nothing yet"
    assert (array(new, 1, "gain")[[2, 1]] == array(old, 1, "gain")).all()
    assert (array(new, 1, "running_mean")[[2, 1]] == array(old, 1, "running_mean")).all()
    less = replace(spec, features=(Feature.X2,))
    again = carried(new, replace(new.experiment, dataset=less), build(less))
    assert (array(again, 2, "weight")[0] == array(old, 2, "weight")[1]).all()


def test_curves_updates_epoch_and_order_go_on_with_a_mark() -> None:
    old = trained(PLANE, 37)
    new = edited(old, resize(0, units=7)(old.experiment.layers))
    assert (new.updates, new.epoch) == (37, old.epoch)
    for name in ("update", "train_loss"):
        np.testing.assert_array_equal(getattr(new.history.prefix(), name), getattr(old.history.prefix(), name))
    assert [(mark.updates, mark.text) for mark in new.marks] == [(37, "Neurons")]
    assert (new.batches.next() == old.batches.next()).all()


def test_other_examples_begin_a_new_order_in_the_same_epoch() -> None:
    old = trained(PLANE, 35)
    spec = replace(PLANE.dataset, samples=400)
    new = carried(old, replace(old.experiment, dataset=spec), build(spec))
    assert new.epoch == pytest.approx(old.epoch)
    assert new.network.params.tobytes() == old.network.params.tobytes()
    assert len(new.batches.next()) == 10


def test_a_schedule_and_its_memory_go_on() -> None:
    training = replace(PLANE.training, schedule=ScheduleKind.PLATEAU, schedule_period=1.0)
    old = trained(replace(PLANE, training=training), 200)
    new = edited(old, resize(0, units=7)(old.experiment.layers))
    assert new.schedule.state() == old.schedule.state()


def test_a_plateau_of_other_data_is_looked_for_anew() -> None:
    training = replace(PLANE.training, schedule=ScheduleKind.PLATEAU, schedule_period=5.0)
    old = trained(replace(PLANE, training=training), 200)
    spec = replace(PLANE.dataset, samples=2000)
    new = carried(old, replace(old.experiment, dataset=spec), build(spec))
    new.train(epochs=0.5)
    assert new.schedule.state()[0] == old.schedule.state()[0], "the rate does not fall because an epoch is longer now"
    assert new.schedule.state()[2] > new.batches.seen - new.batches.count


def test_noise_goes_on_where_it_stood() -> None:
    layers = (DenseSpec(units=6), DropoutSpec(rate=0.4), DenseSpec(units=4))
    old = trained(replace(PLANE, layers=layers))
    new = edited(old, insert(0, DropoutSpec(rate=0.1))(old.experiment.layers))
    assert new.network.noise()[2] == old.network.noise()[2]


def test_the_best_weights_of_another_network_are_forgotten() -> None:
    old = trained(replace(PLANE, stopping=StoppingSpec(patience=50.0)), 100)
    assert old.stopping.best.weights is not None
    new = edited(old, resize(0, units=7)(old.experiment.layers))
    assert new.stopping.best.weights is None
    for _ in range(200):
        new.step()


def test_an_edit_and_its_opposite_leave_nothing_behind() -> None:
    old = trained(PLANE)
    more = edited(old, resize(0, units=9)(old.experiment.layers))
    again = edited(more, resize(0, units=6)(more.experiment.layers))
    assert again.network.params.tobytes() == old.network.params.tobytes()
    for name, vector in old.optimizer.state().arrays.items():
        assert again.optimizer.state().arrays[name].tobytes() == vector.tobytes()


def test_a_batch_normalisation_behind_weights_that_have_exploded_begins_as_a_new_one() -> None:
    old = Trainer(Experiment(layers=(DenseSpec(units=3, activation=ActivationKind.RELU),)))
    old.network.params[...] = 1e30
    edited = replace(old.experiment, layers=(*old.experiment.layers, BatchNormSpec()))
    new = carried(old, edited, old.dataset)
    layer = new.network.layers[1]
    assert isinstance(layer, BatchNorm)
    assert (layer.params == [[1], [0]]).all()
    assert (layer.running == [[0], [1]]).all()
