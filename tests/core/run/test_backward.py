"""What the network card shows of the way back is what the engine learns from and the textbook finds, and to look at it
changes nothing."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, LossKind
from nnstudio.core.experiment.dataset_spec import PlaneSpec
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.network import Pass
from nnstudio.core.run.backward import BackwardReading
from nnstudio.core.run.example import AnyExample, Chosen, SplitName, TypedInputs
from nnstudio.core.run.frame import Probe, Status
from nnstudio.core.run.observe import Observer
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.way import Way
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer

CHOSEN = Chosen(SplitName.TEST, 3)
EVERYTHING = Probe.BACKWARD | Probe.WARPED | Probe.NEURONS


def digits(_: ImageSpec) -> ImageSet:
    random = np.random.default_rng(0)
    pixels, labels = random.integers(0, 255, (60, 28, 28), np.uint8), np.arange(60) % 10
    return ImageSet(pixels, labels, pixels[:20], labels[:20], 10)


def plane(*layers: LayerSpec, batch: int = 10, epochs: int = 1, **training: object) -> Trainer:
    spec = TrainingSpec(batch_size=batch, **training)  # pyright: ignore[reportArgumentType]
    data = PlaneSpec(kind=DatasetKind.MOONS, samples=100)
    trainer = Trainer(Experiment(dataset=data, layers=layers, training=spec), dtype=np.float64)
    trainer.train(epochs=epochs)
    return trainer


def images(*layers: LayerSpec, shift: int = 0) -> Trainer:
    data = ImageSpec(kind=DatasetKind.MNIST, shift=shift)
    training = TrainingSpec(batch_size=8)
    trainer = Trainer(Experiment(dataset=data, layers=layers, training=training), digits, dtype=np.float64)
    trainer.step()
    return trainer


def backward(trainer: Trainer, chosen: AnyExample | None = None, probe: Probe = Probe.BACKWARD) -> BackwardReading:
    reading = Observer(trainer, 1).frame(probe, chosen=chosen).backward
    assert reading is not None
    return reading


NORMS = DenseSpec(units=6), BatchNormSpec(), ActivationSpec(), DropoutSpec(), LayerNormSpec()
CONVOLUTIONS = Conv2DSpec(filters=3), MaxPool2DSpec(), FlattenSpec(), DenseSpec(units=5)
TRAINERS = {
    **{kind.value: plane(DenseSpec(units=5, activation=kind), DenseSpec(units=3)) for kind in ActivationKind},
    "norms": plane(*NORMS),
    "hinge": plane(DenseSpec(units=4), loss=LossKind.HINGE),
    "perceptron": plane(),
    "convolutions": images(*CONVOLUTIONS),
    "shifted": images(DenseSpec(units=4), shift=2),
}


def compare(reading: BackwardReading, way: Way, trainer: Trainer) -> None:
    gradients = trainer.network.layout.by_layer(reading.gradient)
    for key, arrays in gradients.items():
        for name, found in arrays.items():
            np.testing.assert_allclose(found, way.gradients[key][name], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(reading.sums, way.dz.sum(axis=0), rtol=1e-9, atol=1e-12)
    for key, found in zip((layer.key for layer in trainer.network.layers), reading.activations, strict=False):
        if found is not None:
            da = next(layer.da for layer in way.layers if layer.key == key)
            np.testing.assert_allclose(found, da.sum(axis=0).reshape(found.shape), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", TRAINERS)
def test_of_an_example_they_are_the_textbooks(name: str) -> None:
    trainer = TRAINERS[name]
    reading, test = backward(trainer, CHOSEN), trainer.dataset.test
    assert (reading.chosen, reading.examples, reading.batch) == (CHOSEN, 1, 1)
    compare(reading, Held(trainer.state(), trainer.dataset).predict(test.inputs[3:4], test.targets[3:4]), trainer)


@pytest.mark.parametrize("name", TRAINERS)
def test_of_a_mini_batch_they_are_the_textbooks(name: str) -> None:
    trainer = TRAINERS[name]
    reading = backward(trainer, CHOSEN, Probe.BACKWARD_MEAN)
    held = Held(trainer.state(), trainer.dataset)
    assert (reading.chosen, reading.examples, reading.batch) == (None, len(held.batch), len(held.batch))
    compare(reading, held.way, trainer)


@pytest.mark.parametrize("layers", [(DenseSpec(units=4),), NORMS, ()], ids=["dense", "norms", "none"])
@pytest.mark.parametrize("batch", [10, 7, 1000])
def test_of_a_mini_batch_they_are_what_the_next_update_is_made_with(layers: tuple[LayerSpec, ...], batch: int) -> None:
    """Bit for bit, over the end of an epoch, where the order is drawn anew."""
    trainer = plane(*layers, batch=batch)
    observer = Observer(trainer, 1)
    for _ in range(12):
        reading = observer.frame(Probe.BACKWARD).backward
        assert reading is not None
        trainer.step()
        assert reading.gradient.tobytes() == trainer.network.grads.tobytes()


def test_in_the_middle_of_an_update_they_are_those_of_its_own_mini_batch() -> None:
    trainer = plane(*NORMS)
    before = backward(trainer).gradient
    for phase in (Phase.FORWARD, Phase.LOSS, Phase.BACKWARD):
        assert trainer.advance_phase() is phase
        assert backward(trainer).gradient.tobytes() == before.tobytes()
    assert trainer.phased is not None
    assert trainer.phased.gradient is not None
    assert trainer.phased.gradient.tobytes() == before.tobytes()
    assert trainer.advance_phase() is Phase.UPDATE
    assert backward(trainer).gradient.tobytes() != before.tobytes()


def test_without_a_target_there_is_nothing_to_follow_back() -> None:
    trainer = TRAINERS["norms"]
    typed = TypedInputs((0.5, 0.25))
    observer = Observer(trainer, 1)
    assert observer.frame(Probe.BACKWARD, chosen=typed).backward is None
    with_target = TypedInputs((0.5, 0.25), (1.0,))
    reading = observer.frame(Probe.BACKWARD, chosen=with_target).backward
    assert reading is not None
    inputs = trainer.dataset.encode(np.array([[0.5, 0.25]]))[:, :-1]
    compare(reading, Held(trainer.state(), trainer.dataset).predict(inputs, np.array([[1.0]])), trainer)


def test_what_nothing_asks_for_is_not_computed() -> None:
    """In front of a first dropout lies the input alone."""
    trainer = plane(DropoutSpec(), DenseSpec(units=3))
    assert [found is None for found in backward(trainer).activations] == [True, False]


def test_of_a_large_mini_batch_only_the_first_ones_are_followed() -> None:
    trainer = images(Conv2DSpec(filters=16, kernel=3), DenseSpec(units=4))
    trainer.apply(replace(trainer.experiment, training=TrainingSpec(batch_size=60)))
    reading = backward(trainer, probe=Probe.BACKWARD_MEAN)
    assert reading.batch == 52, "what the first mini-batch has left of the epoch"
    assert 1 <= reading.examples < 52


def test_behind_a_unit_that_is_off_nothing_is_learned() -> None:
    trainer = plane(DenseSpec(units=4), DenseSpec(units=3))
    trainer.network.lock(None, {1: (1, 2)})
    held = Held(trainer.state(), trainer.dataset)
    reading = backward(trainer)
    for key, arrays in trainer.network.layout.by_layer(reading.gradient).items():
        for name, found in arrays.items():
            np.testing.assert_allclose(found, held.way.gradients[key][name], rtol=1e-9, atol=1e-12)
    trainer.network.lock(None, {})
    assert backward(trainer).gradient.tobytes() != reading.gradient.tobytes()


def test_they_are_there_only_for_who_looks() -> None:
    frame = Observer(TRAINERS["tanh"], 1).frame(Probe.NEURONS)
    assert frame.backward is None
    assert frame.warped is None


@pytest.mark.parametrize("layers", [NORMS, (DenseSpec(units=4), DropoutSpec(), BatchNormSpec())])
def test_to_look_leaves_the_run_alone_to_the_bit(layers: tuple[LayerSpec, ...]) -> None:
    watched, alone = (plane(*layers) for _ in range(2))
    observer = Observer(watched, 1)
    for update in range(60):
        for status in (Status.LEARNING, Status.PAUSED):
            observer.frame(EVERYTHING, status=status, chosen=CHOSEN if update % 2 else None)
        observer.frame(Probe.BACKWARD_MEAN, chosen=CHOSEN)
        watched.step()
        alone.step()
        assert watched.network.grads.tobytes() == alone.network.grads.tobytes()
    assert watched.network.params.tobytes() == alone.network.params.tobytes()
    assert watched.network.statistics.tobytes() == alone.network.statistics.tobytes()
    assert watched.network.noise() == alone.network.noise()


def test_phase_by_phase_to_look_leaves_the_run_alone_as_well() -> None:
    watched, alone = (plane(*NORMS) for _ in range(2))
    observer = Observer(watched, 1)
    for _ in range(8):
        while watched.advance_phase() is not Phase.UPDATE:
            observer.frame(EVERYTHING, chosen=CHOSEN)
            observer.frame(Probe.BACKWARD_MEAN)
        alone.step()
    assert watched.network.params.tobytes() == alone.network.params.tobytes()


def test_while_a_run_learns_what_is_costly_comes_seldom_and_at_rest_always() -> None:
    trainer = TRAINERS["convolutions"]
    observer = Observer(trainer, 1)
    frames = [observer.frame(Probe.BACKWARD_MEAN, status=Status.LEARNING).backward for _ in range(30)]
    assert 2 <= len({id(reading) for reading in frames}) <= 30
    resting = [observer.frame(Probe.BACKWARD_MEAN, status=Status.PAUSED).backward for _ in range(3)]
    assert len({id(reading) for reading in resting}) == 3
    observer._backward._spacing.took(60.0)  # as if it had cost a minute
    mean = observer.frame(Probe.BACKWARD_MEAN, status=Status.LEARNING).backward
    assert mean is resting[-1]
    one = observer.frame(Probe.BACKWARD, status=Status.LEARNING, chosen=CHOSEN).backward
    assert one is not None
    assert one.chosen == CHOSEN, "another one is looked at, and not made to wait"


def test_a_settled_pass_predicts_also_after_it_has_trained() -> None:
    trainer = plane(*NORMS)
    inputs = trainer.dataset.train.augmented[:9]
    settled, predicts = Pass(trainer.network, inputs, training=True), Pass(trainer.network, inputs)
    settled.forward()  # with noise
    settled.settle()
    statistics = trainer.network.statistics.copy()
    for work in (settled, predicts):
        work.forward()
    np.testing.assert_allclose(settled.logits, predicts.logits, rtol=1e-12)
    assert trainer.network.statistics.tobytes() == statistics.tobytes()
