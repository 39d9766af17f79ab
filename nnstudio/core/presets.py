"""Experiments that come with the program: for each data set one that learns it."""

from nnstudio.core.choices import ActivationKind, DatasetKind, InitializerKind, LossKind, OptimizerKind
from nnstudio.core.experiment import DatasetSpec, DenseSpec, Experiment, InitializationSpec, TrainingSpec

_HE = InitializationSpec(kind=InitializerKind.HE)
_WAVY = TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.01, l2=0.03)

_VALUES = TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.01, loss=LossKind.MEAN_SQUARED_ERROR)
_IMAGES = TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.001, batch_size=64)


def _relu(*units: int) -> tuple[DenseSpec, ...]:
    return tuple(DenseSpec(units=count, activation=ActivationKind.RELU) for count in units)


def _tanh(*units: int) -> tuple[DenseSpec, ...]:
    return tuple(DenseSpec(units=count) for count in units)


_DEFAULTS: dict[DatasetKind, Experiment] = {
    DatasetKind.CIRCLE: Experiment(dataset=DatasetSpec(kind=DatasetKind.CIRCLE), layers=_tanh(4, 2)),
    DatasetKind.XOR: Experiment(dataset=DatasetSpec(kind=DatasetKind.XOR), layers=_tanh(8, 4)),
    DatasetKind.XOR4: Experiment(
        dataset=DatasetSpec(kind=DatasetKind.XOR4),
        layers=_relu(4),
        initialization=_HE,
        training=TrainingSpec(learning_rate=0.5, batch_size=4),
    ),
    DatasetKind.GAUSSIANS: Experiment(dataset=DatasetSpec(kind=DatasetKind.GAUSSIANS), layers=_tanh(2)),
    DatasetKind.SPIRALS: Experiment(dataset=DatasetSpec(kind=DatasetKind.SPIRALS), layers=_tanh(8, 8), training=_WAVY),
    DatasetKind.MOONS: Experiment(dataset=DatasetSpec(kind=DatasetKind.MOONS, noise=0.05), layers=_tanh(4, 2)),
    DatasetKind.RINGS: Experiment(
        dataset=DatasetSpec(kind=DatasetKind.RINGS, noise=0.05), layers=_tanh(8, 8), training=_WAVY
    ),
    DatasetKind.CHECKERBOARD: Experiment(
        dataset=DatasetSpec(kind=DatasetKind.CHECKERBOARD, samples=2000), layers=_tanh(16, 16), training=_WAVY
    ),
    DatasetKind.BLOBS: Experiment(dataset=DatasetSpec(kind=DatasetKind.BLOBS, classes=5), layers=_tanh(8)),
    DatasetKind.PLANE: Experiment(dataset=DatasetSpec(kind=DatasetKind.PLANE), layers=_tanh(2), training=_VALUES),
    DatasetKind.HILLS: Experiment(dataset=DatasetSpec(kind=DatasetKind.HILLS), layers=_tanh(16, 8), training=_VALUES),
    DatasetKind.SINE: Experiment(dataset=DatasetSpec(kind=DatasetKind.SINE), layers=_tanh(8, 8), training=_VALUES),
    DatasetKind.SKETCHED_DIGITS: Experiment(
        dataset=DatasetSpec(kind=DatasetKind.SKETCHED_DIGITS, images=5000),
        layers=_relu(64, 32),
        initialization=_HE,
        training=_IMAGES,
    ),
    DatasetKind.MNIST: Experiment(
        dataset=DatasetSpec(kind=DatasetKind.MNIST),
        layers=_relu(128, 64),
        initialization=_HE,
        training=_IMAGES,
    ),
}


def default_experiment(kind: DatasetKind) -> Experiment:
    """An experiment that learns this data set quickly, to begin with."""
    return _DEFAULTS[kind]
