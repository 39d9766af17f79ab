"""The experiments of the tutorials that everybody meets first, the failures with the successes.

They are set up as the tutorials do it: weights of one size for every layer, squared error behind a sigmoid, the whole
data set in each update. That some of them cannot work, or work only with luck, is the lesson.
"""

from nnstudio.core.experiment import (
    DenseSpec,
    Experiment,
    InitializationSpec,
    PlaneSpec,
    StoppingSpec,
    TrainingSpec,
)
from nnstudio.core.experiment.choices import ActivationKind, BiasKind, DatasetKind, InitializerKind, LossKind
from nnstudio.core.presets.defaults import DEFAULTS
from nnstudio.core.presets.preset import Group, Preset

_ALL = 60_000  # more than there are: every update sees the whole data set

_SOFTMAX = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.BLOBS, classes=3, samples=300, noise=0.2),
    layers=(DenseSpec(units=100, activation=ActivationKind.RELU),),
    initialization=InitializationSpec(kind=InitializerKind.NORMAL, sigma=0.01),
    training=TrainingSpec(learning_rate=0.01, batch_size=_ALL),
    stopping=StoppingSpec(epochs=1000.0),
)


def _xor(
    initialization: InitializationSpec, *units: int, batch_size: int = _ALL, epochs: float = 10_000.0
) -> Experiment:
    """The truth table, hidden layers of ReLU, squared error behind a sigmoid."""
    return Experiment(
        dataset=PlaneSpec(kind=DatasetKind.XOR4),
        layers=tuple(DenseSpec(units=count, activation=ActivationKind.RELU) for count in units),
        initialization=initialization,
        training=TrainingSpec(learning_rate=0.1, loss=LossKind.MEAN_SQUARED_ERROR, batch_size=batch_size),
        stopping=StoppingSpec(epochs=epochs),
    )


_UNIFORM_TOO = InitializationSpec(kind=InitializerKind.UNIFORM, low=0.0, high=1.0, bias_kind=BiasKind.LIKE_WEIGHTS)
_NORMAL_TOO = InitializationSpec(kind=InitializerKind.NORMAL, sigma=1.0, bias_kind=BiasKind.LIKE_WEIGHTS)

_FOUR_UNITS = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.XOR4),
    layers=(DenseSpec(units=4, activation=ActivationKind.RELU),),
    initialization=InitializationSpec(kind=InitializerKind.HE),
    training=TrainingSpec(learning_rate=0.5, batch_size=_ALL),
    stopping=StoppingSpec(epochs=5000.0),
)


def _deep(activation: ActivationKind) -> Experiment:
    return Experiment(
        dataset=PlaneSpec(kind=DatasetKind.CIRCLE),
        layers=(DenseSpec(units=8, activation=activation),) * 6,
        initialization=InitializationSpec(kind=InitializerKind.GLOROT),
        stopping=StoppingSpec(epochs=200.0),
    )


_DIGITS = DEFAULTS[DatasetKind.MNIST]

CLASSICS: tuple[Preset, ...] = (
    Preset(
        "softmax-classifier",
        "Two-layer softmax classifier",
        "The loss rests at log 3, pure guessing, for some 90 updates: with weights this small each layer's gradient, a "
        "product with the other's weights, is next to nothing. Then it falls all at once. The article's mean runs over "
        "all N·K numbers, ours over the N examples: its printed loss is a third of this one. On three spirals, 1000 "
        "updates are not enough.",
        Group.SOFTMAX,
        _SOFTMAX,
    ),
    Preset(
        "xor-one-unit",
        "XOR with a single unit",
        "One sigmoid unit draws one straight line, and no straight line parts XOR. All four answers settle at ½, "
        "give or take 0.03, and the squared error at ¼, from each of thirty seeds: patience would not help.",
        Group.XOR,
        _xor(_UNIFORM_TOO, epochs=1000.0),
    ),
    Preset(
        "xor-two-units",
        "XOR with two hidden units",
        "Two ReLU units are just enough, if they start well. Of thirty seeds three learn all four points; in the "
        "others a unit is dead or both bend the same way. Press New weights and play again, and count.",
        Group.XOR,
        _xor(_NORMAL_TOO, 2),
    ),
    Preset(
        "xor-pairs",
        "XOR in batches of two",
        "The same network, but each update sees two of the four points: twice as many updates an epoch, and restless "
        "ones that shake some seeds loose. Of thirty seeds eight learn it now. Press New weights and see.",
        Group.XOR,
        _xor(_NORMAL_TOO, 2, batch_size=2),
    ),
    Preset(
        "xor-uniform-weights",
        "Deep, with weights from 0 to 1",
        "Four layers of eight, every weight between 0 and 1. No weight is negative, so the sums grow about fourfold "
        "in each layer, the sigmoid at the end is pinned to 1 for every input, and there its slope is 0. Look at the "
        "gradients: nothing flows back, and not one weight moves. He's first weights mend it.",
        Group.XOR,
        _xor(_UNIFORM_TOO, 8, 8, 8, 8),
    ),
    Preset(
        "xor-four-units",
        "XOR with four units, done well",
        "Two more hidden units, weights sized for ReLU, cross-entropy in place of the squared error: where XOR is "
        "learned, it is in a fraction of the updates. Sixteen of thirty seeds manage all four points.",
        Group.DEEPER,
        _FOUR_UNITS,
    ),
    Preset(
        "mnist-classifier",
        "A classifier for MNIST",
        "784 pixels, 128 and 64 ReLU units, ten classes. Five passes bring more than 97 % of the unseen digits "
        "right. Look at the confusion matrix: 4 and 9, 3 and 5, 7 and 2 are confused most.",
        Group.DEEPER,
        Experiment(
            dataset=_DIGITS.dataset,
            layers=_DIGITS.layers,
            initialization=_DIGITS.initialization,
            training=_DIGITS.training,
            stopping=StoppingSpec(epochs=5.0),
        ),
    ),
    Preset(
        "deep-sigmoid",
        "Six layers of sigmoid",
        "A sigmoid's slope is at most ¼, so the gradient shrinks with every layer on its way back. In the Gradients "
        "card the first layer gets some thousandth of what the last one gets: from no seed of thirty is more learned "
        "than one half.",
        Group.DEEPER,
        _deep(ActivationKind.SIGMOID),
    ),
    Preset(
        "deep-relu",
        "Six layers of ReLU",
        "The same network from the same first weights, with ReLU in place of sigmoid. Its slope is 1 or 0, the "
        "gradient arrives at the first layer in full, and the disc is learned within a few dozen epochs.",
        Group.DEEPER,
        _deep(ActivationKind.RELU),
    ),
)
