"""What must be learned, in the time it may take: the default experiments, MNIST beside PyTorch, a convolutional net."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstudio.core.data.dataset import Dataset, build
from nnstudio.core.experiment import ImageSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, LossKind, Padding
from nnstudio.core.experiment.layer_specs import Conv2DSpec, DenseSpec, MaxPool2DSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.mnist import read_mnist

MNIST = default_experiment(DatasetKind.MNIST)


@pytest.fixture(scope="module")
def mnist(mnist_folder: Path) -> Dataset:
    images = read_mnist(mnist_folder)
    return build(ImageSpec(kind=DatasetKind.MNIST), lambda _: images)


@pytest.mark.parametrize(
    ("kind", "goal"),
    [
        (DatasetKind.CIRCLE, 0.97),
        (DatasetKind.XOR, 0.97),
        (DatasetKind.GAUSSIANS, 0.97),
        (DatasetKind.MOONS, 0.97),
        (DatasetKind.SPIRALS, 0.95),
        (DatasetKind.SKETCHED_DIGITS, 0.97),
    ],
)
def test_the_default_experiment_learns(kind: DatasetKind, goal: float) -> None:
    """Within the updates that the window makes in some seconds on a modest machine."""
    trainer = Trainer(default_experiment(kind))
    best = 0.0
    while best < goal and trainer.updates < 60_000:
        for _ in range(500):
            trainer.step()
        best = max(best, trainer.evaluate().test_accuracy)
    assert best >= goal


def test_ten_sigmoids_learn_digits() -> None:
    """Each says yes or no for itself, and the loudest is the answer."""
    spec = default_experiment(DatasetKind.SKETCHED_DIGITS)
    trainer = Trainer(replace(spec, training=replace(spec.training, loss=LossKind.BINARY_CROSS_ENTROPY)))
    assert trainer.evaluate().train_loss == pytest.approx(np.log(2), rel=0.3)  # guessing, however many classes
    while trainer.epoch < 4:
        trainer.step()
    assert trainer.evaluate().test_accuracy > 0.97
    assert not np.allclose(trainer.test.outputs.sum(axis=0), 1, atol=1e-4)


@pytest.mark.slow
def test_mnist_is_learned_as_well_as_by_pytorch(mnist: Dataset) -> None:
    """784-128-64-10, Adam 1e-3, batch 64, He weights, after five epochs, within 0.3 points. A single run strays by 0.2
    points from seed to seed on either side, so the mean is that of six."""
    torch = pytest.importorskip("torch", reason="the oracle is not installed: pip install -e '.[oracle]'")
    ours = [_our_accuracy(mnist, seed) for seed in range(6)]
    theirs = [_accuracy_of(torch, mnist, seed) for seed in range(6)]
    assert np.mean(ours) > 0.97
    assert abs(np.mean(ours) - np.mean(theirs)) <= 0.003, (ours, theirs)


def _our_accuracy(dataset: Dataset, seed: int) -> float:
    trainer = Trainer(replace(MNIST, seed=seed), dataset=dataset)
    while trainer.epoch < 5:
        trainer.step()
    return trainer.evaluate().test_accuracy


def _accuracy_of(torch: Any, dataset: Dataset, seed: int) -> float:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    inputs, labels = (torch.from_numpy(array.copy()) for array in (dataset.train.inputs, dataset.train.labels))
    layers = [torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 64), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(64, 10))
    for layer in model:
        if isinstance(layer, torch.nn.Linear):
            torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            torch.nn.init.zeros_(layer.bias)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss_function = torch.nn.CrossEntropyLoss()
    for _ in range(5):
        for batch in torch.randperm(len(inputs)).split(64):
            optimizer.zero_grad()
            loss_function(model(inputs[batch]), labels[batch]).backward()
            optimizer.step()
    with torch.inference_mode():
        answers = model(torch.from_numpy(dataset.test.inputs.copy())).argmax(dim=1).numpy()
    return float((answers == dataset.test.labels).mean())


@pytest.mark.slow
def test_a_convolutional_network_learns_mnist(mnist: Dataset) -> None:
    """LeNet-5's layers (LeCun et al. 1998) with ReLU and max pooling: 98.5 % in three epochs."""
    relu = ActivationKind.RELU
    layers = (
        Conv2DSpec(filters=6, kernel=5, padding=Padding.SAME, activation=relu),
        MaxPool2DSpec(),
        Conv2DSpec(filters=16, kernel=5, activation=relu),
        MaxPool2DSpec(),
        DenseSpec(units=120, activation=relu),
        DenseSpec(units=84, activation=relu),
    )
    trainer = Trainer(replace(MNIST, layers=layers), dataset=mnist)
    while trainer.epoch < 3:
        trainer.step()
    assert trainer.evaluate().test_accuracy >= 0.985
