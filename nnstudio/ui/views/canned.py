"""Frames to draw without a run: for each view's preview and for the tests of the views."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from nnstudio.core.data.dataset import Dataset, build
from nnstudio.core.data.images import ImageSet
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, Task
from nnstudio.core.network.model import Model, ModelLayer
from nnstudio.core.network.network import Network
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import (
    FloatArray,
    Frame,
    Histogram,
    ImagePicture,
    LayerReading,
    PlanePicture,
    Probe,
    Status,
)
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.history import History
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.trainer import Trainer


def _history(updates: int, random: np.random.Generator) -> History:
    history = History()
    for update in np.unique(np.linspace(0, updates, 1500).astype(int)):
        fall = 0.02 + 0.67 * np.exp(-update / max(updates / 6, 1))
        noise = np.exp(random.normal(0, 0.3))
        measured = update % 25 == 0
        test = fall * 1.3 if measured else np.nan
        share = 1 - fall / 2 if measured else np.nan
        train = fall if measured else np.nan
        history.append(update, update / 25, fall * noise, train, test, share, share - 0.02, 0.001, 0.03)
    return history


def _model(experiment: Experiment, dataset: Dataset, output: ActivationKind, random: np.random.Generator) -> Model:
    network = Network(experiment.layers, dataset.shape, dataset.outputs, np.dtype(np.float32))
    network.params[...] = random.normal(0, 1, network.params.size)
    return network.model(dataset, output)


def _readings(model: Model, random: np.random.Generator) -> tuple[LayerReading, ...]:
    counts = [np.histogram(np.tanh(random.normal(0, 1.5, 5000)), 40, (-1, 1))[0] for _ in model.layers]
    return tuple(
        LayerReading(layer.name, Histogram(count, -1.0, 1.0, None, 0.31), 0.02 / number, 0.004 / number)
        for number, (layer, count) in enumerate(zip(model.layers, counts, strict=True), start=1)
    )


def with_params(frame: Frame, params: FloatArray) -> Frame:
    """The frame with another flat parameter vector."""
    model = frame.model
    arrays = model.layout.by_layer(params, model.statistics)
    layers = tuple(replace(layer, arrays=arrays[layer.key]) for layer in model.layers)
    return replace(frame, model=replace(model, params=params, layers=layers))


def with_arrays(frame: Frame, layer: int, **arrays: ArrayLike) -> Frame:
    """The frame with other numbers in one layer of its model."""
    params = frame.params.copy()
    own = frame.model.layout.by_layer(params, frame.model.statistics)[frame.model.layers[layer].key]
    for name, array in arrays.items():
        own[name][...] = array
    return with_params(frame, params)


def _sums(layer: ModelLayer, signal: np.ndarray) -> np.ndarray:
    return signal @ layer.arrays["weight"] + layer.arrays["bias"]


def plane_frame(classes: int = 2, updates: int = 31_200, units: tuple[int, ...] = (8, 8)) -> Frame:
    """A network in the middle of learning the spirals."""
    random = np.random.default_rng(7)
    spec = PlaneSpec(kind=DatasetKind.SPIRALS, arms=classes)
    dataset = build(spec)
    plane = dataset.domain
    assert isinstance(plane, Plane)
    outputs = dataset.outputs
    experiment = Experiment(dataset=spec, layers=tuple(DenseSpec(units=n) for n in units))
    model = _model(experiment, dataset, ActivationKind.SIGMOID if outputs == 1 else ActivationKind.SOFTMAX, random)
    *hidden, last = model.layers
    resolution, fine = 40, 100
    signal = dataset.encode(plane.grid(resolution))[:, :-1]
    neurons = []
    for layer in hidden:
        signal = np.tanh(_sums(layer, signal))
        neurons.append(np.ascontiguousarray(signal.T).reshape(-1, resolution, resolution))
    signal = dataset.encode(plane.grid(fine))[:, :-1]
    for layer in hidden:
        signal = np.tanh(_sums(layer, signal))
    signal = _sums(last, signal)
    if outputs == 1:
        output = 1 / (1 + np.exp(-signal))
    else:
        output = np.exp(signal - signal.max(axis=1, keepdims=True))
        output /= output.sum(axis=1, keepdims=True)
    inputs = dataset.encode(plane.grid(resolution))[:, :-1].T.reshape(-1, resolution, resolution)
    return Frame(
        experiment=experiment,
        dataset=dataset,
        run=1,
        status=Status.LEARNING if updates else Status.READY,
        message="",
        updates=updates,
        epoch=updates / 25,
        updates_per_second=22_400.0 if updates else 0.0,
        model=model,
        metrics=Metrics(0.0214, 0.0391, 0.996, 0.988, 0.0008),
        history=_history(updates, random).prefix(),
        readings=_readings(model, random),
        picture=PlanePicture(inputs, tuple(neurons), output.T.reshape(-1, fine, fine)),
    )


def table_frame(task: Task = Task.MULTICLASS) -> Frame:
    """A network in the middle of learning a table of six columns, of whatever is to be learned."""
    random = np.random.default_rng(7)
    rows = random.normal(0, 1, (200, 6))
    sums = rows @ random.normal(0, 1, (6, 3))
    truth: dict[Task, np.ndarray] = {
        Task.BINARY: sums[:, 0] > 0,
        Task.MULTICLASS: np.array(["ash", "birch", "cedar"])[sums.argmax(axis=1)],
        Task.REGRESSION: sums[:, :2],
        Task.MULTILABEL: sums > 0,
    }
    dataset = Dataset.from_arrays(rows, truth[task], validation_share=0.2)
    trainer = Trainer(default_experiment(dataset.spec), dataset=dataset)
    trainer.train(epochs=3)
    return Observer(trainer, 1).frame(Probe.NEURONS | Probe.OUTPUT, status=Status.PAUSED)


def untrained_frame() -> Frame:
    """The same network before its first update."""
    return plane_frame(updates=0)


def image_frame(units: tuple[int, ...] = (128, 64)) -> Frame:
    """A network in the middle of learning digits; the digits are blobs."""
    random = np.random.default_rng(7)
    y, x = np.mgrid[:28, :28]
    centres = random.uniform(8, 20, (300, 2))
    pixels = 255 * np.exp(-((x - centres[:, :1, None]) ** 2 + (y - centres[:, 1:, None]) ** 2) / 20)
    labels = random.integers(0, 10, 300)
    images = ImageSet(pixels.astype(np.uint8), labels, pixels[:100].astype(np.uint8), labels[:100], 10)
    spec = ImageSpec(kind=DatasetKind.MNIST, images=300)
    dataset = build(spec, lambda _: images)
    layers = tuple(DenseSpec(units=n, activation=ActivationKind.RELU) for n in units)
    experiment = Experiment(dataset=spec, layers=layers)
    model = _model(experiment, dataset, ActivationKind.SOFTMAX, random)
    scores = random.dirichlet(np.full(10, 0.2))
    confusion = np.diag(random.integers(900, 1000, 10)) + random.integers(0, 12, (10, 10))
    return Frame(
        experiment=experiment,
        dataset=dataset,
        run=1,
        status=Status.LEARNING,
        message="",
        updates=5628,
        epoch=6.0,
        updates_per_second=1900.0,
        model=model,
        metrics=Metrics(0.0214, 0.0884, 0.994, 0.975, 0.0002),
        history=_history(5628, random).prefix(),
        readings=_readings(model, random),
        picture=ImagePicture(
            example=pixels[0].astype(np.float32) / 255,
            label=int(labels[0]),
            activations=tuple(np.maximum(random.normal(0, 1, n), 0).astype(np.float32) for n in units),
            probabilities=scores.astype(np.float32),
            confusion=confusion,
            samples=pixels[:24].astype(np.float32) / 255,
            sample_labels=labels[:24],
            sample_answers=np.where(random.random(24) < 0.8, labels[:24], (labels[:24] + 1) % 10),
            sample_confidences=random.uniform(0.5, 1, 24).astype(np.float32),
        ),
    )
