"""Experiments that come with the program: for each data set one that learns it."""

from nnstudio.core.choices import ActivationKind, DatasetKind, InitializerKind, OptimizerKind
from nnstudio.core.experiment import DatasetSpec, DenseSpec, Experiment, InitializationSpec, TrainingSpec

_HE = InitializationSpec(kind=InitializerKind.HE)
_WAVY = TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.01, l2=0.03)


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
    DatasetKind.MNIST: Experiment(
        dataset=DatasetSpec(kind=DatasetKind.MNIST),
        layers=_relu(128, 64),
        initialization=_HE,
        training=TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.001, batch_size=64),
    ),
}


def default_experiment(kind: DatasetKind) -> Experiment:
    """An experiment that learns this data set quickly, to begin with."""
    return _DEFAULTS[kind]
