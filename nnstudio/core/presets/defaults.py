"""For each data set an experiment that learns it quickly, to begin with, and what to notice about it."""

from dataclasses import replace

from nnstudio.core.experiment import (
    DatasetSpec,
    DenseSpec,
    Experiment,
    ImageSpec,
    InitializationSpec,
    PaintedSpec,
    PictureSpec,
    PlaneSpec,
    TableSpec,
    TrainingSpec,
)
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, InitializerKind, LossKind, OptimizerKind, Task

_HE = InitializationSpec(kind=InitializerKind.HE)
_WAVY = TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.01, l2=0.03)
_AT_ONCE = TrainingSpec(learning_rate=0.5, batch_size=4)

_VALUES = TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.01, loss=LossKind.MEAN_SQUARED_ERROR)
_IMAGES = TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.001, batch_size=64)
_OWN_IMAGES = replace(_IMAGES, batch_size=32)  # which are fewer
_TABLES = TrainingSpec(optimizer=OptimizerKind.ADAM, learning_rate=0.01, batch_size=32)
_LOSSES = {Task.REGRESSION: LossKind.MEAN_SQUARED_ERROR, Task.MULTILABEL: LossKind.BINARY_CROSS_ENTROPY}


def _relu(*units: int) -> tuple[DenseSpec, ...]:
    return tuple(DenseSpec(units=count, activation=ActivationKind.RELU) for count in units)


def _tanh(*units: int) -> tuple[DenseSpec, ...]:
    return tuple(DenseSpec(units=count) for count in units)


DEFAULTS: dict[DatasetKind, Experiment] = {
    DatasetKind.CIRCLE: Experiment(dataset=PlaneSpec(kind=DatasetKind.CIRCLE), layers=_tanh(4, 2)),
    DatasetKind.XOR: Experiment(dataset=PlaneSpec(kind=DatasetKind.XOR), layers=_tanh(8, 4)),
    DatasetKind.AND4: Experiment(dataset=PlaneSpec(kind=DatasetKind.AND4), layers=(), training=_AT_ONCE),
    DatasetKind.OR4: Experiment(dataset=PlaneSpec(kind=DatasetKind.OR4), layers=(), training=_AT_ONCE),
    DatasetKind.XOR4: Experiment(
        dataset=PlaneSpec(kind=DatasetKind.XOR4),
        layers=_relu(4),
        initialization=_HE,
        training=_AT_ONCE,
    ),
    DatasetKind.GAUSSIANS: Experiment(dataset=PlaneSpec(kind=DatasetKind.GAUSSIANS), layers=_tanh(2)),
    DatasetKind.SPIRALS: Experiment(dataset=PlaneSpec(kind=DatasetKind.SPIRALS), layers=_tanh(8, 8), training=_WAVY),
    DatasetKind.MOONS: Experiment(dataset=PlaneSpec(kind=DatasetKind.MOONS, noise=0.05), layers=_tanh(4, 2)),
    DatasetKind.RINGS: Experiment(
        dataset=PlaneSpec(kind=DatasetKind.RINGS, noise=0.05), layers=_tanh(8, 8), training=_WAVY
    ),
    DatasetKind.CHECKERBOARD: Experiment(
        dataset=PlaneSpec(kind=DatasetKind.CHECKERBOARD, samples=2000), layers=_tanh(16, 16), training=_WAVY
    ),
    DatasetKind.BLOBS: Experiment(dataset=PlaneSpec(kind=DatasetKind.BLOBS, classes=5), layers=_tanh(8)),
    DatasetKind.PLANE: Experiment(dataset=PlaneSpec(kind=DatasetKind.PLANE), layers=_tanh(2), training=_VALUES),
    DatasetKind.HILLS: Experiment(dataset=PlaneSpec(kind=DatasetKind.HILLS), layers=_tanh(16, 8), training=_VALUES),
    DatasetKind.SINE: Experiment(dataset=PlaneSpec(kind=DatasetKind.SINE), layers=_tanh(8, 8), training=_VALUES),
    DatasetKind.SKETCHED_DIGITS: Experiment(
        dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=5000),
        layers=_relu(64, 32),
        initialization=_HE,
        training=_IMAGES,
    ),
    DatasetKind.MNIST: Experiment(
        dataset=ImageSpec(kind=DatasetKind.MNIST),
        layers=_relu(128, 64),
        initialization=_HE,
        training=_IMAGES,
    ),
}

NOTICE: dict[DatasetKind, str] = {
    DatasetKind.CIRCLE: "Every neuron of the first layer is a straight line across the plane; four can fence the disc "
    "in, and from two seeds in three they do so within 100 epochs. Add x₁² and x₂² as features, take the hidden layers "
    "away, and a single neuron does it.",
    DatasetKind.XOR: "No straight line parts these squares, so a network without a hidden layer does little better "
    "than guess. The product x₁x₂ as a feature makes it easy again.",
    DatasetKind.AND4: "One neuron draws one straight line, and one is enough to cut off a corner. It is surest of "
    "(0, 0), which lies farthest from the line. The loss goes on falling, ever more slowly: σ never reaches 0 or 1.",
    DatasetKind.OR4: "AND, with the line moved: the bias alone makes the difference. Set both weights and the bias by "
    "hand, and compare with what training finds.",
    DatasetKind.XOR4: "Four points are the whole world here, and the test is the training. About half of all seeds "
    "learn all four; press New weights to meet the others.",
    DatasetKind.GAUSSIANS: "A straight line is enough, and it is found within a few passes. Turn the noise up: the "
    "clouds mix, and no network can part what lies on the same spot.",
    DatasetKind.SPIRALS: "Nothing seems to happen for a while, then the arms come apart one bend at a time. Watch "
    "the test loss: it falls later than the training loss.",
    DatasetKind.MOONS: "A first straight cut gets nine of ten points right within twenty passes; bending it around "
    "the tips takes longer.",
    DatasetKind.RINGS: "Three classes, three outputs that share out 1 between them. The ring in the middle has to be "
    "cut off from both sides.",
    DatasetKind.CHECKERBOARD: "Sixteen patches need many lines. The last few points near the borders take longer "
    "than all the others together.",
    DatasetKind.BLOBS: "Five classes by softmax: each output has a straight border with each other one, rounded by "
    "the hidden layer.",
    DatasetKind.PLANE: "A value instead of a class: the output is linear, and R² takes the place of the accuracy. "
    "The two tanh neurons learn to stay where they are nearly straight.",
    DatasetKind.HILLS: "Flat ground between hills and hollows is hard for smooth neurons. Compare the picture after "
    "a few epochs with the one after some hundred.",
    DatasetKind.SINE: "The value does not depend on x₂, but the network has to find that out: watch the weights of "
    "x₂ fall behind those of x₁. With sin x₁ as a feature, or sine neurons, it is quicker.",
    DatasetKind.SKETCHED_DIGITS: "Images without a download, and easy ones: nearly every test digit is right after "
    "two passes. Look at the weights of the first layer as pictures.",
    DatasetKind.MNIST: "Real handwriting: more than nine of ten digits are right after the first pass, and the last "
    "few per cent are the hard work.",
}
"""What to notice, in a sentence or two."""


def default_experiment(data: DatasetKind | DatasetSpec) -> Experiment:
    """An experiment that learns this kind of data, or just this data, quickly, to begin with."""
    if isinstance(data, DatasetKind):
        return DEFAULTS[data]
    if isinstance(data, TableSpec):
        # Files of people's own are small more often than not, and would be learned by heart; values, which scatter,
        # sooner than classes.
        penalty = 0.0 if data.recipe is None else 3.0 if data.task is Task.REGRESSION else 1.0
        training = replace(_TABLES, loss=_LOSSES.get(data.task, LossKind.CROSS_ENTROPY), l2=penalty)
        return Experiment(dataset=data, layers=_relu(32, 16), initialization=_HE, training=training)
    if isinstance(data, PaintedSpec):
        return Experiment(dataset=data, layers=_tanh(8, 8), training=_WAVY)
    if isinstance(data, PictureSpec):
        return replace(DEFAULTS[DatasetKind.MNIST], dataset=data, training=_OWN_IMAGES)
    return replace(DEFAULTS[data.kind], dataset=data)
