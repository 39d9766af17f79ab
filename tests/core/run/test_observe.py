"""Pictures of a run say what the run is, cost only what is looked at, and change nothing."""

import numpy as np
import pytest

from nnstudio.core.data.images import ImageSet
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, InitializationSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, InitializerKind
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.activations import ACTIVATIONS
from nnstudio.core.network.model import ModelLayer
from nnstudio.core.network.network import Pass
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import ImagePicture, PlanePicture, Probe, Status
from nnstudio.core.run.layer_readings import histogram
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.pictures import NEURON_RESOLUTION, OUTPUT_RESOLUTION
from nnstudio.core.run.spread import PERCENTILES
from nnstudio.core.training.trainer import Trainer

EVERYTHING = Probe.NEURONS | Probe.OUTPUT | Probe.ACTIVATIONS | Probe.GRADIENTS | Probe.LOSSES


def digits(_: ImageSpec) -> ImageSet:
    random = np.random.default_rng(0)
    labels = np.arange(200) % 10
    pixels = random.integers(0, 60, (200, 28, 28), np.uint8)
    for pixel, label in zip(pixels, labels, strict=True):
        pixel[2 * label : 2 * label + 3] = 255  # each class has a bright bar of its own
    return ImageSet(pixels, labels, pixels[:50], labels[:50], 10)


def sums(layer: ModelLayer, inputs: np.ndarray) -> np.ndarray:
    return inputs @ layer.arrays["weight"] + layer.arrays["bias"]


def conv_trainer(*layers: LayerSpec) -> Trainer:
    spec = ImageSpec(kind=DatasetKind.MNIST)
    return Trainer(Experiment(dataset=spec, layers=layers, training=TrainingSpec(batch_size=20)), digits)


def test_nothing_costly_is_there_unless_somebody_looks() -> None:
    frame = Observer(Trainer(default_experiment(DatasetKind.XOR)), 1).frame(Probe.NOTHING)
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.neurons is None
    assert frame.picture.output is None
    assert frame.losses is None
    assert all(layer.histogram is None and layer.gradient_norm is None for layer in frame.readings)


def test_maps_show_what_the_network_computes_at_the_pixel_centres() -> None:
    trainer = Trainer(default_experiment(DatasetKind.SPIRALS))
    frame = Observer(trainer, 1).frame(EVERYTHING)
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.neurons is not None
    assert frame.picture.output is not None
    assert [maps.shape for maps in frame.picture.neurons] == [(8, NEURON_RESOLUTION, NEURON_RESOLUTION)] * 2
    # Row 3, column 30 of the n×n map lies at x₁ = −6 + 12·30.5/n, x₂ = 6 − 12·3.5/n.
    point = np.array([-6 + 12 * 30.5 / NEURON_RESOLUTION, 6 - 12 * 3.5 / NEURON_RESOLUTION])
    first = np.tanh(sums(frame.model.layers[0], point))
    np.testing.assert_allclose(frame.picture.neurons[0][:, 3, 30], first, rtol=1e-5)
    point = np.array([-6 + 12 * 70.5 / 100, 6 - 12 * 20.5 / 100])
    signal = point
    for layer in frame.model.layers[:-1]:
        signal = np.tanh(sums(layer, signal))
    z = sums(frame.model.layers[-1], signal)
    np.testing.assert_allclose(frame.picture.output[0, 20, 70], 1 / (1 + np.exp(-z[0])), rtol=1e-4)
    assert frame.picture.output.shape == (1, OUTPUT_RESOLUTION, OUTPUT_RESOLUTION)


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
    assert observer.frame(EVERYTHING).readings[0].gradient_norm is None, "there was no update yet"
    before = trainer.network.params.copy()
    trainer.step(keep_change=True)
    reading = observer.frame(EVERYTHING).readings[0]
    weights = before[:12].reshape(3, 4)[:-1]
    after = trainer.network.params[:12].reshape(3, 4)[:-1]
    assert reading.gradient_norm == pytest.approx(np.linalg.norm(after - weights) / 0.03, rel=1e-3)
    assert reading.update_ratio == pytest.approx(np.linalg.norm(after - weights) / np.linalg.norm(after), rel=1e-3)
    assert reading.gradients == pytest.approx(np.percentile(np.abs(after - weights) / 0.03, PERCENTILES), rel=1e-3)
    trainer.advance_phase()
    assert observer.frame(EVERYTHING).readings[0].gradients is not None, "in the middle of the next it is still that"


def test_dead_and_saturated_units_are_counted() -> None:
    experiment = Experiment(
        layers=(
            DenseSpec(units=10, activation=ActivationKind.RELU),
            DenseSpec(units=6, activation=ActivationKind.SIGMOID),
        )
    )
    trainer = Trainer(experiment)
    (_, first), (_, second), (_, last) = trainer.network.blocks(trainer.network.params)
    first[...] = 0
    first[-1, :4] = -1  # four units of ten are always negative before ReLU
    first[-1, 4:] = 1
    second[...] = 0
    second[-1, :3] = 50  # three of six sit at 1
    last[-1] = 50  # and it is sure of every answer
    readings = Observer(trainer, 1).frame(Probe.ACTIVATIONS).readings
    assert readings[0].histogram is not None
    assert readings[1].histogram is not None
    assert readings[0].histogram.dead == pytest.approx(0.4)
    assert readings[0].histogram.saturated is None
    assert readings[1].histogram.saturated == pytest.approx(0.5)
    assert (readings[1].histogram.low, readings[1].histogram.high) == (0.0, 1.0)
    assert readings[1].histogram.counts.sum() == 6 * 250
    assert readings[2].histogram is not None
    assert readings[2].histogram.counts[-1] == 250
    assert readings[2].histogram.saturated is None


def test_images_are_shown_with_answers_that_fit_the_metrics() -> None:
    experiment = Experiment(
        dataset=ImageSpec(kind=DatasetKind.MNIST),
        layers=(DenseSpec(units=12),),
        initialization=InitializationSpec(kind=InitializerKind.HE),
    )
    trainer = Trainer(experiment, digits)
    for _ in range(200):
        trainer.step()
    frame = Observer(trainer, 1).frame(EVERYTHING, status=Status.PAUSED, chosen=Chosen(SplitName.TEST, 57))
    picture = frame.picture
    assert isinstance(picture, ImagePicture)
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
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.output is not None
    assert np.isnan(frame.picture.output).all()


# Layers that are not dense


def test_every_layer_has_a_reading_with_what_is_truly_there() -> None:
    stack = (
        DenseSpec(units=6, activation=ActivationKind.LINEAR),
        BatchNormSpec(),
        ActivationSpec(activation=ActivationKind.SIGMOID),
        DropoutSpec(),
        LayerNormSpec(),
    )
    trainer = Trainer(Experiment(layers=stack))
    trainer.step(keep_change=True)
    frame = Observer(trainer, 1).frame(EVERYTHING)
    dense, norm, activation, dropout, layer_norm, output = frame.readings
    assert [layer.name for layer in frame.model.layers] == [reading.name for reading in frame.readings]
    for reading in (norm, layer_norm):
        assert reading.gradient_norm is None, "∇γ is no gradient of weights"
    assert (dense.gradient_norm or 0) > 0
    assert (output.update_ratio or 0) > 0
    assert activation.histogram is not None
    assert (activation.histogram.low, activation.histogram.high) == (0.0, 1.0)
    assert activation.histogram.counts.sum() == 6 * 250
    assert norm.histogram is not None
    assert dropout.histogram is None, "to predict, dropout passes on what it gets"
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.neurons is not None
    assert [maps.shape for maps in frame.picture.neurons] == [(6, NEURON_RESOLUTION, NEURON_RESOLUTION)] * 5
    np.testing.assert_array_equal(frame.picture.neurons[3], frame.picture.neurons[2])


def test_a_convolution_shows_its_kernels_and_what_each_filter_finds() -> None:
    trainer = conv_trainer(Conv2DSpec(filters=2, kernel=3), MaxPool2DSpec(), FlattenSpec(), DenseSpec(units=4))
    (_, block), *_ = trainer.network.blocks(trainer.network.params)
    block[...] = 0
    block[4, 0], block[4, 1], block[-1, 1] = 2, -1, 0.25  # the middles of both kernels, and a bias
    frame = Observer(trainer, 1).frame(EVERYTHING, chosen=Chosen(SplitName.TEST, 3))
    conv, pool, flatten, dense, _ = frame.model.layers
    kernels = conv.weight_images
    assert kernels is not None
    assert kernels.shape == (2, 1, 3, 3)
    assert kernels[:, 0, 1, 1].tolist() == [2, -1]
    assert np.count_nonzero(kernels) == 2
    assert [layer.shape for layer in (conv, pool, flatten, dense)] == [(2, 26, 26), (2, 13, 13), (338,), (4,)]
    assert [layer.patch for layer in (conv, pool, flatten, dense)] == [(1, 3, 3), None, None, (2, 13, 13)]
    assert isinstance(frame.picture, ImagePicture)
    assert frame.picture.activations is not None
    maps, pooled, row, _ = frame.picture.activations
    inside = trainer.dataset.test.inputs[3].reshape(28, 28)[1:-1, 1:-1]
    np.testing.assert_allclose(maps[0], np.maximum(2 * inside, 0), rtol=1e-6)
    np.testing.assert_allclose(maps[1], np.maximum(0.25 - inside, 0), rtol=1e-6)
    np.testing.assert_array_equal(pooled[1], maps[1].reshape(13, 2, 13, 2).max(axis=(1, 3)))
    np.testing.assert_array_equal(row, pooled.ravel())


def test_first_layers_show_the_image_they_look_for() -> None:
    for layers in ((), (DenseSpec(units=3),), (DropoutSpec(), FlattenSpec(), DenseSpec(units=3))):
        frame = Observer(conv_trainer(*layers), 1).frame(Probe.NOTHING)
        first = next(layer for layer in frame.model.layers if layer.weights is not None)
        assert first.weight_images is not None
        assert first.weights is not None
        np.testing.assert_array_equal(first.weight_images[1, 0, 5, 7], first.weights[5 * 28 + 7, 1])
    assert frame.model.layers[-1].patch is None, "the output looks at neurons, not at an image"


def test_a_dead_filter_counts_as_one_unit() -> None:
    trainer = conv_trainer(Conv2DSpec(filters=4, kernel=3), AvgPool2DSpec())
    (_, block), _ = trainer.network.blocks(trainer.network.params)
    block[...] = 0
    block[-1] = [-1, 1, 1, 1]
    conv, pool, _ = Observer(trainer, 1).frame(Probe.ACTIVATIONS).readings
    assert conv.histogram is not None
    assert conv.histogram.dead == 0.25
    assert conv.histogram.low == 0.0
    assert pool.histogram is None


@pytest.mark.parametrize("kind", ActivationKind)
def test_every_activation_is_read_by_its_row(kind: ActivationKind) -> None:
    row = ACTIVATIONS[kind]
    trainer = Trainer(Experiment(layers=(DenseSpec(units=4, activation=kind), ActivationSpec(activation=kind))))
    frame = Observer(trainer, 1).frame(Probe.ACTIVATIONS)
    for layer, reading in zip(frame.model.layers[:-1], frame.readings, strict=False):
        read = reading.histogram
        assert read is not None
        assert layer.activation is kind
        assert (read.dead is not None) == row.dies
        assert (read.saturated is not None) == (row.low is not None and row.high is not None)
        if row.low is not None:
            assert read.low == row.low
        if row.high is not None:
            assert read.high == row.high


def test_a_histogram_counts_each_value_in_its_bin() -> None:
    values = np.array([[-1.0, -0.999, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
    read = histogram(values, -1.0, 1.0, dies=True)
    assert {index: int(count) for index, count in enumerate(read.counts) if count} == {0: 2, 20: 5, 39: 1}
    assert (read.dead, read.saturated) == (0.5, 3 / 8)
    unbounded = histogram(values * 3, None, None, dies=False)
    assert (unbounded.low, unbounded.high, unbounded.dead, unbounded.saturated) == (-3.0, 3.0, None, None)


# Examples


@pytest.mark.parametrize("kind", [DatasetKind.SPIRALS, DatasetKind.BLOBS, DatasetKind.HILLS])
def test_the_losses_of_the_examples_have_the_mean_of_the_metrics(kind: DatasetKind) -> None:
    trainer = Trainer(default_experiment(kind))
    observer = Observer(trainer, 1)
    frame = observer.frame(Probe.LOSSES)
    assert frame.losses is not None
    assert (len(frame.losses.train), len(frame.losses.test)) == (len(trainer.dataset.train), len(trainer.dataset.test))
    assert frame.losses.train.mean() == pytest.approx(frame.metrics.train_loss, rel=1e-5)
    assert frame.losses.test.mean() == pytest.approx(frame.metrics.test_loss, rel=1e-5)
    assert observer.frame(Probe.LOSSES).losses is frame.losses, "nothing was learned in between"
    trainer.step()
    later = observer.frame(Probe.LOSSES)
    assert later.losses is not None
    assert later.losses.train.mean() == pytest.approx(later.metrics.train_loss, rel=1e-5)
    assert (later.losses.train != frame.losses.train).any()


def test_the_loss_of_an_example_is_the_surprise_at_its_answer() -> None:
    trainer = Trainer(default_experiment(DatasetKind.SPIRALS))
    trainer.network.params[:] = 0
    trainer.network.params[-1] = np.log(3)  # the output says 3/4 everywhere
    losses = Observer(trainer, 1).frame(Probe.LOSSES).losses
    assert losses is not None
    wanted = np.where(trainer.dataset.test.labels == 1, -np.log(0.75), -np.log(0.25))
    np.testing.assert_allclose(losses.test, wanted, rtol=1e-5)


def test_the_boundary_comes_at_the_resolution_asked_for() -> None:
    trainer = Trainer(default_experiment(DatasetKind.SPIRALS))
    observer, domain = Observer(trainer, 1), trainer.dataset.domain
    assert isinstance(domain, Plane)
    for resolution in (7, OUTPUT_RESOLUTION, 7):
        plane = observer.frame(Probe.OUTPUT, resolution=resolution).picture
        assert isinstance(plane, PlanePicture)
        assert plane.output is not None
        assert plane.output.shape == (1, resolution, resolution)
        work = Pass(trainer.network, trainer.dataset.encode(domain.grid(resolution)))
        work.forward()
        np.testing.assert_allclose(plane.output.ravel(), 1 / (1 + np.exp(-work.logits[0])), rtol=1e-5)


def test_weights_written_in_place_are_seen() -> None:
    random = np.random.default_rng(0)
    stack = (DenseSpec(units=3), BatchNormSpec())
    trainer = Trainer(Experiment(dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=200), layers=stack))
    observer = Observer(trainer, 1)
    for array in (trainer.network.params, trainer.network.statistics):
        before = observer.frame(Probe.OUTPUT | Probe.LOSSES)
        assert observer.frame(Probe.NOTHING).metrics is before.metrics, "nothing has changed"
        array += random.uniform(0, 3, array.shape).astype(np.float32)
        trainer.evaluate()
        after = observer.frame(Probe.OUTPUT | Probe.LOSSES)
        assert after.metrics != before.metrics
        assert after.metrics == Observer(trainer, 2).frame(Probe.NOTHING).metrics
        assert before.losses is not None
        assert after.losses is not None
        assert after.losses.test.mean() == pytest.approx(after.metrics.test_loss, rel=1e-5)
        assert after.losses.test.mean() != pytest.approx(before.losses.test.mean(), rel=1e-5)
        assert isinstance(before.picture, ImagePicture)
        assert isinstance(after.picture, ImagePicture)
        assert not np.array_equal(after.picture.confusion, before.picture.confusion)


@pytest.mark.parametrize("kind", [DatasetKind.AND4, DatasetKind.OR4, DatasetKind.XOR4])
def test_of_a_truth_table_each_row_is_answered(kind: DatasetKind) -> None:
    trainer = Trainer(default_experiment(kind))
    observer, split = Observer(trainer, 1), trainer.dataset.train
    for _ in range(3):
        trainer.step()
        picture = observer.frame(Probe.OUTPUT).picture
        assert isinstance(picture, PlanePicture)
        assert picture.table is not None
        np.testing.assert_allclose(picture.table.answers.T, trainer.predict(split.raw), rtol=1e-6)
        losses = observer.frame(Probe.LOSSES).losses
        assert losses is not None
        np.testing.assert_allclose(picture.table.losses, losses.train, rtol=1e-6)
    picture = observer.frame(Probe.NEURONS).picture
    assert isinstance(picture, PlanePicture)
    assert picture.table is None, "nobody looks"
