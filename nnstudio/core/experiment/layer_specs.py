"""Which layers somebody asked for, one frozen dataclass a kind.

A layer with numbers of its own checks them when it is made. Whether a stack of layers can work shows when their shapes
are inferred, one from the other, as the network is built.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from nnstudio.core.experiment.choices import ActivationKind, Padding
from nnstudio.core.experiment.setting import Scale, Setting, check_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSpec:
    """One hidden layer as asked for; its subclasses are frozen dataclasses, one for each kind of layer.

    label, help: what the kind is called, and one plain sentence
    key: which layer this is, while others come and go around it; 0 until an experiment has given it a number
    """

    label: ClassVar[str]
    help: ClassVar[str]

    key: int = 0

    def __post_init__(self) -> None:
        check_settings(self, "layer")


def _width(label: str, help: str) -> Any:
    return Setting(label=label, help=help, minimum=1, maximum=1024, integer=True, scale=Scale.LOGARITHMIC).field(8)


def _activation(help: str, default: ActivationKind) -> Any:
    return Setting(label="Activation", help=help, choice=ActivationKind).field(default)


def _epsilon() -> Any:
    return Setting(
        label="ε",
        help="Keeps the division away from zero where all values are alike.",
        formula="(x − mean) / √(variance + ε)",
        minimum=1e-8,
        maximum=0.1,
        scale=Scale.LOGARITHMIC,
    ).field(1e-5)


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseSpec(LayerSpec):
    """Every unit sees every input: a = f(W·x + b)."""

    label = "Dense"
    help = "Every neuron sees every input."

    units: int = _width("Neurons", "How many neurons stand side by side in this layer.")
    activation: ActivationKind = _activation("What each neuron makes of its weighted sum.", ActivationKind.TANH)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationSpec(LayerSpec):
    """An activation as a layer of its own: a = f(x). For use behind a normalisation."""

    label = "Activation"
    help = "An activation as a layer of its own, to stand behind a normalisation."

    activation: ActivationKind = _activation("What becomes of each value.", ActivationKind.RELU)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropoutSpec(LayerSpec):
    """In training each value is zero with probability `rate`, and divided by 1 − rate otherwise."""

    label = "Dropout"
    help = "Forgets a random share of the values in each training step, so that no neuron can rely on a single other."

    rate: float = Setting(
        label="Dropped", help="The share of the values that is set to zero.", minimum=0, maximum=0.9, percent=True
    ).field(0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNormSpec(LayerSpec):
    """Each feature (each channel, in an image) gets mean β and standard deviation γ over the mini-batch; both learn."""

    label = "Batch normalisation"
    help = (
        "Brings each feature, or each channel of an image, to the same scale over the mini-batch. "
        "A mini-batch needs two examples for that; one left over at the end of an epoch joins the batch before it."
    )

    momentum: float = Setting(
        label="Memory",
        help="The share of the running mean and variance, used outside training, that survives an update.",
        formula="r ← μ r + (1 − μ) · batch",
        minimum=0,
        maximum=0.999,
    ).field(0.9)
    epsilon: float = _epsilon()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNormSpec(LayerSpec):
    """All features of one example get mean 0 and standard deviation 1, then are scaled by γ and shifted by β."""

    label = "Layer normalisation"
    help = "Brings all features of an example to the same scale, whatever the other examples are."

    epsilon: float = _epsilon()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conv2DSpec(LayerSpec):
    """A filter slides over the image and answers at every place: a = f(w ∗ x + b), filter by filter."""

    label = "Convolution"
    help = "Small filters slide over the image and answer wherever they find their pattern."

    filters: int = _width("Filters", "How many filters, and so channels behind the layer.")
    kernel: int = Setting(
        label="Kernel", help="Height and width of each filter in pixels.", minimum=1, maximum=15, integer=True
    ).field(3)
    stride: int = Setting(
        label="Stride", help="How many pixels a filter moves on each time.", minimum=1, maximum=8, integer=True
    ).field(1)
    padding: Padding = Setting(
        label="Padding", help="What the filters see beyond the edge of the image.", choice=Padding
    ).field(Padding.VALID)
    activation: ActivationKind = _activation("What each filter makes of its weighted sum.", ActivationKind.RELU)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSpec(LayerSpec):
    """What both kinds of pooling have."""

    size: int = Setting(
        label="Window", help="Height and width of the window in pixels.", minimum=1, maximum=15, integer=True
    ).field(2)
    stride: int = Setting(
        label="Stride", help="How many pixels the window moves on each time.", minimum=1, maximum=15, integer=True
    ).field(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPool2DSpec(PoolSpec):
    """The largest value of each window, channel by channel."""

    label = "Max pooling"
    help = "Keeps the largest value of each window: a smaller image that cares less where a pattern was."


@dataclass(frozen=True, slots=True, kw_only=True)
class AvgPool2DSpec(PoolSpec):
    """The mean of each window, channel by channel."""

    label = "Average pooling"
    help = "Keeps the mean of each window: a smaller, smoother image."


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenSpec(LayerSpec):
    """An image as one long vector: channel by channel, row by row."""

    label = "Flatten"
    help = "Reads an image as one long row of numbers; a dense layer does so by itself."


LAYER_KINDS: dict[str, type[LayerSpec]] = {
    "dense": DenseSpec,
    "activation": ActivationSpec,
    "dropout": DropoutSpec,
    "batch-norm": BatchNormSpec,
    "layer-norm": LayerNormSpec,
    "conv2d": Conv2DSpec,
    "max-pool2d": MaxPool2DSpec,
    "avg-pool2d": AvgPool2DSpec,
    "flatten": FlattenSpec,
}
"""The kinds of layers by their name in files."""
