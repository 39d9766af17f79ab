"""The kinds of work that are measured: networks, batch sizes, optimizers, and random data of the right shape."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from nnstudio.core.data.examples import DataError
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, InitializerKind, OptimizerKind
from nnstudio.core.experiment.dataset_spec import ImageSpec, PlaneSpec
from nnstudio.core.experiment.layer_specs import Conv2DSpec, DenseSpec, FlattenSpec, LayerSpec, MaxPool2DSpec
from nnstudio.core.experiment.training_spec import InitializationSpec, TrainingSpec
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.images import ImageLibrary

IMAGES = 8192


@dataclass(frozen=True)
class Work:
    """One row of the table. The goals are ratios: `torch`, `sklearn` how many times quicker than they, `floor` how many
    times the bare products at most; 0 where there is no goal."""

    name: str
    sizes: tuple[int, ...]
    batch_size: int
    adam: bool
    torch: float = 0
    sklearn: float = 0
    floor: float = 0
    convolutional: bool = False
    learning_rate: float = 0.001

    @property
    def activation(self) -> str:
        return "tanh" if self.sizes[0] == 2 else "relu"

    def experiment(self) -> Experiment:
        """The work as an experiment."""
        kind = ActivationKind.TANH if self.activation == "tanh" else ActivationKind.RELU
        layers: tuple[LayerSpec, ...] = tuple(DenseSpec(units=n, activation=kind) for n in self.sizes[1:-1])
        if self.convolutional:
            conv = Conv2DSpec(filters=8, kernel=5, activation=kind)
            more = Conv2DSpec(filters=16, kernel=5, activation=kind)
            layers = (conv, MaxPool2DSpec(), more, MaxPool2DSpec(), FlattenSpec())
        on_plane = self.sizes[0] == 2
        return Experiment(
            dataset=PlaneSpec(kind=DatasetKind.SPIRALS) if on_plane else ImageSpec(images=IMAGES),
            layers=layers,
            initialization=InitializationSpec(kind=InitializerKind.GLOROT if on_plane else InitializerKind.HE),
            training=TrainingSpec(
                optimizer=OptimizerKind.ADAM if self.adam else OptimizerKind.SGD,
                learning_rate=self.learning_rate,
                batch_size=self.batch_size,
            ),
        )

    def trainer(self) -> Trainer:
        """A trainer for it. Images are noise, since time does not depend on what they show, and next to nothing is
        evaluated, since nobody else does."""
        return Trainer(self.experiment(), noise, evaluated=1)

    def arrays(self) -> tuple[np.ndarray, np.ndarray]:
        """The training inputs, and the labels: (n, 1) of floats for two classes, (n,) of integers for more."""
        train = self.trainer().dataset.train
        targets = train.targets if self.sizes[-1] == 1 else train.labels
        return np.ascontiguousarray(train.inputs), targets


def noise(spec: ImageSpec, tested: int = 1) -> ImageSet:
    """Random images of MNIST's shape, a fifth of their pixels inked."""
    random = np.random.default_rng(0)
    trained = spec.images
    pixels = random.integers(0, 256, (trained + tested, 28, 28), np.uint8)
    pixels[random.random(pixels.shape, np.float32) < 0.8] = 0
    labels = random.integers(0, 10, len(pixels))
    return ImageSet(pixels[:trained], labels[:trained], pixels[trained:], labels[trained:], 10)


@cache
def whole(spec: ImageSpec) -> ImageSet:
    """MNIST where it is, otherwise noise of its size."""
    library = ImageLibrary(lambda: None)
    try:
        return library(spec)
    except DataError:
        return noise(spec, tested=10_000)


WORKS = (
    Work("2-8-8-1 tanh, batch 10, SGD", (2, 8, 8, 1), 10, adam=False, torch=12, floor=2.5),
    Work("2-8-8-1 tanh, batch 10, Adam", (2, 8, 8, 1), 10, adam=True, torch=10),
    Work("784-128-64-10 ReLU, batch 64, Adam", (784, 128, 64, 10), 64, adam=True, torch=1.6, sklearn=2.5, floor=1.5),
    Work("784-512-256-10 ReLU, batch 256, Adam", (784, 512, 256, 10), 256, adam=True, torch=1.25, floor=1.15),
    Work("conv 8@5×5, conv 16@5×5, batch 64, Adam", (784, 10), 64, adam=True, torch=0.6, convolutional=True),
)
