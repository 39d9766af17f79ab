"""What the activations are given is what the textbook finds, and to look at it changes nothing."""

import numpy as np
import pytest

from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.experiment.dataset_spec import PlaneSpec
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
)
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.layer_sums import EXAMPLES, MOST
from nnstudio.core.run.observe import Observer
from nnstudio.core.trace.held import Held
from nnstudio.core.training.trainer import Trainer

CHOSEN = Chosen(SplitName.TEST, 3)


def digits(_: ImageSpec) -> ImageSet:
    random = np.random.default_rng(0)
    pixels, labels = random.integers(0, 255, (60, 28, 28), np.uint8), np.arange(60) % 10
    return ImageSet(pixels, labels, pixels[:20], labels[:20], 10)


def plane(*layers: LayerSpec) -> Trainer:
    trainer = Trainer(Experiment(dataset=PlaneSpec(kind=DatasetKind.MOONS, samples=100), layers=layers))
    trainer.train(epochs=2)
    return trainer


def images(*layers: LayerSpec) -> Trainer:
    spec = ImageSpec(kind=DatasetKind.MNIST)
    trainer = Trainer(Experiment(dataset=spec, layers=layers, training=TrainingSpec(batch_size=20)), digits)
    trainer.train(epochs=1)
    return trainer


def by_textbook(trainer: Trainer, inputs: np.ndarray, targets: np.ndarray) -> dict[int, np.ndarray]:
    """z (n, units, …) of each layer, by its key."""
    way = Held(trainer.state(), trainer.dataset).predict(inputs, targets)
    return {layer.key: layer.z for layer in reversed(way.layers)}


NETWORKS = [
    *((kind.value, plane(DenseSpec(units=5, activation=kind), DenseSpec(units=4))) for kind in ActivationKind),
    ("norms", plane(DenseSpec(units=6), BatchNormSpec(), ActivationSpec(), DropoutSpec(), LayerNormSpec())),
]


@pytest.mark.parametrize("trainer", [trainer for _, trainer in NETWORKS], ids=[name for name, _ in NETWORKS])
def test_the_sums_of_an_example_are_the_textbooks(trainer: Trainer) -> None:
    frame = Observer(trainer, 1).frame(Probe.SUMS, chosen=CHOSEN)
    assert frame.sums is not None
    test = trainer.dataset.test
    expected = by_textbook(trainer, test.inputs[3:4], test.targets[3:4])
    assert set(frame.sums) == {layer.key for layer in frame.model.layers if layer.activation is not None}
    for key, sums in frame.sums.items():
        assert sums.z == pytest.approx(expected[key][0], rel=2e-4, abs=2e-5)
        assert sums.units.tolist() == [*range(len(sums.z))]


def test_without_an_example_they_are_those_of_some_training_examples() -> None:
    trainer = plane(DenseSpec(units=4, activation=ActivationKind.RELU))
    sums = Observer(trainer, 1).frame(Probe.SUMS).sums
    assert sums is not None
    train = trainer.dataset.train
    expected = by_textbook(trainer, train.inputs[:EXAMPLES], train.targets[:EXAMPLES])[1]
    assert sums[1].z == pytest.approx(expected.T.ravel(), rel=2e-4, abs=2e-5)
    assert sums[1].units.tolist() == np.repeat(range(4), EXAMPLES).tolist()


def test_maps_are_sampled_from_all_their_channels() -> None:
    trainer = images(Conv2DSpec(filters=3, activation=ActivationKind.RELU), MaxPool2DSpec(), DenseSpec(units=8))
    frame = Observer(trainer, 1).frame(Probe.SUMS, chosen=CHOSEN)
    assert frame.sums is not None
    test = trainer.dataset.test
    expected = by_textbook(trainer, test.inputs[3:4], test.targets[3:4])[1][0]
    sums = frame.sums[1]
    assert len(sums.z) == MOST
    assert set(sums.units.tolist()) == {0, 1, 2}
    for unit, z in zip(sums.units.tolist(), sums.z.tolist(), strict=True):
        assert np.abs(expected[unit] - z).min() < 1e-3
    assert sums.z[0] == pytest.approx(expected.ravel()[0], abs=1e-4)
    assert sums.z[-1] == pytest.approx(expected.ravel()[-1], abs=1e-4)


def test_units_that_are_off_have_no_say_and_stay_off() -> None:
    trainer = plane(DenseSpec(units=4, activation=ActivationKind.RELU), DenseSpec(units=3))
    trainer.network.lock(None, {1: (1, 2)})
    observer = Observer(trainer, 1)
    frame = observer.frame(Probe.SUMS, chosen=CHOSEN)
    again = observer.frame(Probe.SUMS, chosen=CHOSEN)
    assert frame.sums is not None
    assert again.sums is not None
    assert frame.sums[1].units.tolist() == [0, 3]
    test = trainer.dataset.test
    expected = by_textbook(trainer, test.inputs[3:4], test.targets[3:4])
    for found in (frame.sums, again.sums):
        assert found[2].z == pytest.approx(expected[2][0], rel=2e-4, abs=2e-5)


def test_a_convolution_answers_as_before_it_was_asked() -> None:
    trainer = images(Conv2DSpec(filters=3, activation=ActivationKind.TANH), DenseSpec(units=8))
    observer = Observer(trainer, 1)
    before = observer.frame(Probe.NOTHING, chosen=CHOSEN).example
    observer.frame(Probe.SUMS, chosen=CHOSEN)
    after = observer.frame(Probe.NOTHING, chosen=CHOSEN).example
    assert before is not None
    assert after is not None
    assert all((a == b).all() for a, b in zip(before.activations, after.activations, strict=True))


def test_a_filter_that_is_off_stays_off_behind_a_convolution() -> None:
    trainer = images(Conv2DSpec(filters=3, activation=ActivationKind.TANH), DenseSpec(units=8))
    trainer.network.lock(None, {1: (1,)})
    sums = Observer(trainer, 1).frame(Probe.SUMS, chosen=CHOSEN).sums
    assert sums is not None
    test = trainer.dataset.test
    expected = by_textbook(trainer, test.inputs[3:4], test.targets[3:4])
    assert sums[2].z == pytest.approx(expected[2][0], rel=1e-3, abs=1e-4)


def test_they_are_there_only_for_who_looks_and_leave_the_run_alone() -> None:
    looked_at, alone = (plane(DenseSpec(units=4), DropoutSpec(), BatchNormSpec()) for _ in range(2))
    observer = Observer(looked_at, 1)
    assert observer.frame(Probe.NOTHING).sums is None
    for _ in range(5):
        observer.frame(Probe.SUMS)
        looked_at.train(epochs=1)
    alone.train(epochs=5)
    assert looked_at.network.params.tobytes() == alone.network.params.tobytes()
