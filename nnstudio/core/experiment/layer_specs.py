"""Which layers somebody asked for, one frozen dataclass a kind.

A layer with numbers of its own checks them when it is made. Whether a stack of layers can work shows when their shapes
are inferred, one from the other, as the network is built.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from nnstudio.core.experiment.choices import ActivationKind, InitializerKind, Padding
from nnstudio.core.experiment.layer_traits import Follower, Form
from nnstudio.core.experiment.setting import Scale, Setting, check_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSpec:
    """One hidden layer as asked for; its subclasses are frozen dataclasses, one for each kind of layer.

    kind: the name of the kind in files
    label, help: what the kind is called, and one plain sentence
    brief: what it is called, and what it does, in three or four words, where kinds stand side by side to choose from;
        kinds without are chosen as a variant of one that has
    form: how it is written as text
    follower: what it is to the layer before it, if it is thought of as a setting of that
    unit: what one of its units is called; width: the setting that says how many there are, if one does
    for_images: whether it is of use only where there are images
    gathers: whether it gathers running statistics, which predictions need besides the parameters
    key: which layer this is, while others come and go around it; 0 until an experiment has given it a number
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    brief: ClassVar[tuple[str, str] | None] = None
    form: ClassVar[Form]
    follower: ClassVar[Follower | None] = None
    unit: ClassVar[str] = "unit"
    width: ClassVar[str] = ""
    for_images: ClassVar[bool] = False
    gathers: ClassVar[bool] = False

    key: int = 0

    def __post_init__(self) -> None:
        check_settings(self, "layer")

    @property
    def titles(self) -> tuple[str, ...]:
        """What the layer is called where there is room, and shorter where there is less."""
        return (self.label,)


def _width(label: str, help: str) -> Any:
    return Setting(label=label, help=help, minimum=1, maximum=1024, integer=True, scale=Scale.LOGARITHMIC).field(8)


def _activation(help: str, default: ActivationKind) -> Any:
    return Setting(label="Activation", help=help, choice=ActivationKind).field(default)


def _initializer() -> Any:
    return Setting(
        label="Initialiser",
        help="How the first weights of this layer are drawn: as those of the whole network, or in a way of its own.",
        choice=InitializerKind,
        none="As the network",
    ).field(None)


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

    kind = "dense"
    label = "Dense"
    brief = "Dense", "every input to every unit"
    form = Form(("", "dense"), ("units", "activation"), "8 tanh")
    help = "Every neuron sees every input."
    unit = "neuron"
    width = "units"

    units: int = _width("Neurons", "How many neurons stand side by side in this layer.")
    activation: ActivationKind = _activation("What each neuron makes of its weighted sum.", ActivationKind.TANH)
    initializer: InitializerKind | None = _initializer()

    @property
    def titles(self) -> tuple[str, ...]:
        activation = self.activation.phrase
        return f"Dense {self.units} · {activation}", f"{self.units} · {activation}", f"Dense {self.units}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationSpec(LayerSpec):
    """An activation as a layer of its own: a = f(x). For use behind a normalisation."""

    kind = "activation"
    label = "Activation"
    form = Form(("", "activation"), ("activation",), "ReLU")
    follower = Follower.ACTIVATION
    help = "An activation as a layer of its own, to stand behind a normalisation."

    activation: ActivationKind = _activation("What becomes of each value.", ActivationKind.RELU)

    @property
    def titles(self) -> tuple[str, ...]:
        return (self.activation.label.partition(" (")[0],)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropoutSpec(LayerSpec):
    """In training each value is zero with probability `rate`, and divided by 1 − rate otherwise."""

    kind = "dropout"
    label = "Dropout"
    brief = "Dropout", "units switched off at random"
    form = Form(("dropout",), ("rate",), "dropout 0.2")
    follower = Follower.DROPOUT
    help = "Forgets a random share of the values in each training step, so that no neuron can rely on a single other."

    rate: float = Setting(
        label="Dropped", help="The share of the values that is set to zero.", minimum=0, maximum=0.9, percent=True
    ).field(0.2)

    @property
    def titles(self) -> tuple[str, ...]:
        share = f"{100 * self.rate:.0f}\N{NO-BREAK SPACE}%"
        return f"Dropout {share}", f"Drop {share}", "Dropout"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNormSpec(LayerSpec):
    """Each feature (each channel, in an image) gets mean β and standard deviation γ over the mini-batch; both learn."""

    kind = "batch-norm"
    label = "Batch normalisation"
    brief = "Batch norm", "evened out over the batch"
    form = Form(("batch norm", "batch normalisation", "batchnorm"), (), "batch norm")
    follower = Follower.NORMALISATION
    help = (
        "Brings each feature, or each channel of an image, to the same scale over the mini-batch. "
        "A mini-batch needs two examples for that; one left over at the end of an epoch joins the batch before it."
    )
    gathers = True

    momentum: float = Setting(
        label="Memory",
        help="The share of the running mean and variance, used outside training, that survives an update.",
        formula="r ← μ r + (1 − μ) · batch",
        minimum=0,
        maximum=0.999,
    ).field(0.9)
    epsilon: float = _epsilon()

    @property
    def titles(self) -> tuple[str, ...]:
        return "BatchNorm", "Norm"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNormSpec(LayerSpec):
    """All features of one example get mean 0 and standard deviation 1, then are scaled by γ and shifted by β."""

    kind = "layer-norm"
    label = "Layer normalisation"
    brief = "Layer norm", "evened out over the units"
    form = Form(("layer norm", "layer normalisation", "layernorm"), (), "layer norm")
    follower = Follower.NORMALISATION
    help = "Brings all features of an example to the same scale, whatever the other examples are."

    epsilon: float = _epsilon()

    @property
    def titles(self) -> tuple[str, ...]:
        return "LayerNorm", "Norm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conv2DSpec(LayerSpec):
    """A filter slides over the image and answers at every place: a = f(w ∗ x + b), filter by filter."""

    kind = "conv2d"
    label = "Convolution"
    brief = "Convolution", "a filter slides"
    form = Form(("conv", "convolution", "conv2d"), ("filters", "kernel", "activation"), "conv 16 3x3 ReLU")
    help = "Small filters slide over the image and answer wherever they find their pattern."
    unit = "filter"
    width = "filters"
    for_images = True

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
    initializer: InitializerKind | None = _initializer()

    @property
    def titles(self) -> tuple[str, ...]:
        size = f"{self.filters}@{self.kernel}×{self.kernel}"
        return f"Conv {size} · {self.activation.phrase}", f"Conv {size}", size


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSpec(LayerSpec):
    """What both kinds of pooling have."""

    for_images = True
    short: ClassVar[tuple[str, str]]

    size: int = Setting(
        label="Window", help="Height and width of the window in pixels.", minimum=1, maximum=15, integer=True
    ).field(2)
    stride: int = Setting(
        label="Stride", help="How many pixels the window moves on each time.", minimum=1, maximum=15, integer=True
    ).field(2)

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(f"{name} {self.size}×{self.size}" for name in self.short)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPool2DSpec(PoolSpec):
    """The largest value of each window, channel by channel."""

    kind = "max-pool2d"
    label = "Max pooling"
    brief = "Pooling", "keeps maxima"
    form = Form(("max pool", "max pooling", "maxpool"), ("size",), "max pool 2")
    short = "Max pool", "Max"
    help = "Keeps the largest value of each window: a smaller image that cares less where a pattern was."


@dataclass(frozen=True, slots=True, kw_only=True)
class AvgPool2DSpec(PoolSpec):
    """The mean of each window, channel by channel."""

    kind = "avg-pool2d"
    label = "Average pooling"
    form = Form(("average pool", "average pooling", "avg pool", "avgpool"), ("size",), "average pool 2")
    short = "Average pool", "Avg"
    help = "Keeps the mean of each window: a smaller, smoother image."


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenSpec(LayerSpec):
    """An image as one long vector: channel by channel, row by row."""

    kind = "flatten"
    label = "Flatten"
    brief = "Flatten", "one long row"
    form = Form(("flatten",), (), "flatten")
    help = "Reads an image as one long row of numbers; a dense layer does so by itself."
    for_images = True


LAYER_KINDS: dict[str, type[LayerSpec]] = {
    spec.kind: spec
    for spec in (
        DenseSpec,
        Conv2DSpec,
        MaxPool2DSpec,
        AvgPool2DSpec,
        FlattenSpec,
        ActivationSpec,
        DropoutSpec,
        BatchNormSpec,
        LayerNormSpec,
    )
}
"""The kinds of layers by their name in files, in the order in which they are offered."""
