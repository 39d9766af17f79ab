"""Pictures of a run say what the run is, cost only what is looked at, and change nothing."""

import numpy as np
import pytest

from nnstudio.core.choices import ActivationKind, DatasetKind, InitializerKind
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment import DatasetSpec, DenseSpec, Experiment, InitializationSpec
from nnstudio.core.frame import Probe, Status
from nnstudio.core.observe import NEURON_RESOLUTION, OUTPUT_RESOLUTION, Observer
from nnstudio.core.presets import default_experiment
from nnstudio.core.trainer import Trainer

EVERYTHING = Probe.NEURONS | Probe.OUTPUT | Probe.ACTIVATIONS | Probe.GRADIENTS


def digits(_: DatasetSpec) -> ImageSet:
    random = np.random.default_rng(0)
    labels = np.arange(200) % 10
    pixels = random.integers(0, 60, (200, 28, 28), np.uint8)
    for pixel, label in zip(pixels, labels, strict=True):
        pixel[2 * label : 2 * label + 3] = 255  # each class has a bright bar of its own
    return ImageSet(pixels, labels, pixels[:50], labels[:50], 10)


def test_nothing_costly_is_there_unless_somebody_looks() -> None:
    frame = Observer(Trainer(default_experiment(DatasetKind.XOR)), 1).frame(Probe.NOTHING)
    assert frame.plane is not None
    assert frame.plane.neurons is None
    assert frame.plane.output is None
    assert all(layer.histogram is None and layer.gradient_norm is None for layer in frame.layers)


def test_maps_show_what_the_network_computes_at_the_pixel_centres() -> None:
    trainer = Trainer(default_experiment(DatasetKind.SPIRALS))
    frame = Observer(trainer, 1).frame(EVERYTHING)
    assert frame.plane is not None
    assert frame.plane.neurons is not None
    assert frame.plane.output is not None
    assert [maps.shape for maps in frame.plane.neurons] == [(8, NEURON_RESOLUTION, NEURON_RESOLUTION)] * 2
    # Row 3, column 30 of the 40×40 map lies at x₁ = −6 + 12·30.5/40, x₂ = 6 − 12·3.5/40.
    point = np.array([-6 + 12 * 30.5 / 40, 6 - 12 * 3.5 / 40])
    first = np.tanh(point @ frame.layers[0].weights + frame.layers[0].biases)
    np.testing.assert_allclose(frame.plane.neurons[0][:, 3, 30], first, rtol=1e-5)
    point = np.array([-6 + 12 * 70.5 / 100, 6 - 12 * 20.5 / 100])
    signal = point
    for layer in frame.layers[:-1]:
        signal = np.tanh(signal @ layer.weights + layer.biases)
    z = signal @ frame.layers[-1].weights + frame.layers[-1].biases
    np.testing.assert_allclose(frame.plane.output[0, 20, 70], 1 / (1 + np.exp(-z[0])), rtol=1e-4)
    assert frame.plane.output.shape == (1, OUTPUT_RESOLUTION, OUTPUT_RESOLUTION)


def test_looking_changes_no_bit_of_the_run() -> None:
    watched, alone = (Trainer(default_experiment(DatasetKind.SPIRALS)) for _ in range(2))
    observer = Observer(watched, 1)
    for _ in range(50):
        watched.step(keep_change=True)
        observer.frame(EVERYTHING)
        alone.step()
    assert watched.network.params.tobytes() == alone.network.params.tobytes()


def test_gradient_flow_is_that_of_the_last_update() -> None:
    trainer = Trainer(default_experiment(DatasetKind.CIRCLE))
    observer = Observer(trainer, 1)
    assert observer.frame(EVERYTHING).layers[0].gradient_norm is None, "there was no update yet"
    before = trainer.network.params.copy()
    trainer.step(keep_change=True)
    reading = observer.frame(EVERYTHING).layers[0]
    weights = before[:12].reshape(3, 4)[:-1]
    after = trainer.network.params[:12].reshape(3, 4)[:-1]
    assert reading.gradient_norm == pytest.approx(np.linalg.norm(after - weights) / 0.03, rel=1e-3)
    assert reading.update_ratio == pytest.approx(np.linalg.norm(after - weights) / np.linalg.norm(after), rel=1e-3)


def test_dead_and_saturated_units_are_counted() -> None:
    experiment = Experiment(
        layers=(
            DenseSpec(units=10, activation=ActivationKind.RELU),
            DenseSpec(units=6, activation=ActivationKind.SIGMOID),
        )
    )
    trainer = Trainer(experiment)
    (_, first), (_, second), _ = trainer.network.blocks(trainer.network.params)
    first[...] = 0
    first[-1, :4] = -1  # four units of ten are always negative before ReLU
    first[-1, 4:] = 1
    second[...] = 0
    second[-1, :3] = 50  # three of six sit at 1
    readings = Observer(trainer, 1).frame(Probe.ACTIVATIONS).layers
    assert readings[0].histogram is not None
    assert readings[1].histogram is not None
    assert readings[0].histogram.dead == pytest.approx(0.4)
    assert readings[0].histogram.saturated is None
    assert readings[1].histogram.saturated == pytest.approx(0.5)
    assert (readings[1].histogram.low, readings[1].histogram.high) == (0.0, 1.0)
    assert readings[1].histogram.counts.sum() == 6 * 250


def test_images_are_shown_with_answers_that_fit_the_metrics() -> None:
    experiment = Experiment(
        dataset=DatasetSpec(kind=DatasetKind.MNIST),
        layers=(DenseSpec(units=12),),
        initialization=InitializationSpec(kind=InitializerKind.HE),
    )
    trainer = Trainer(experiment, digits)
    for _ in range(200):
        trainer.step()
    frame = Observer(trainer, 1).frame(EVERYTHING, status=Status.PAUSED, image=57)
    picture = frame.image
    assert picture is not None
    assert picture.label == 7  # 57 wraps around the 50 test images
    assert picture.probabilities is not None
    assert picture.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert picture.activations is not None
    assert picture.activations[0].shape == (12,)
    assert picture.confusion is not None
    assert picture.confusion.sum() == 50
    assert np.trace(picture.confusion) / 50 == pytest.approx(frame.metrics.test_accuracy)
    assert picture.sample_answers is not None
    assert picture.sample_labels is not None
    assert len(picture.sample_answers) == len(picture.sample_labels) == 24


def test_a_diverged_network_is_shown_and_not_hidden() -> None:
    trainer = Trainer(default_experiment(DatasetKind.XOR))
    trainer.network.params[:] = np.nan
    frame = Observer(trainer, 1).frame(EVERYTHING)
    assert frame.plane is not None
    assert frame.plane.output is not None
    assert np.isnan(frame.plane.output).all()
