"""What somebody asked for.

An `Experiment` is the whole request, as one frozen value: the data, the layers, the first weights and how to train. It
is compared, saved by name, undone and sent to the worker; it never holds an array. Training reads it and keeps its own
state elsewhere, so the same experiment gives the same bits wherever it runs.

Every part checks its settings when it is made and raises `SettingError`, which names the field.
"""

from dataclasses import dataclass

from nnstudio.core.choices import (
    ActivationKind,
    BiasKind,
    DatasetKind,
    Feature,
    InitializerKind,
    LossKind,
    OptimizerKind,
    Scaling,
)
from nnstudio.core.setting import Scale, Setting, SettingError, check_settings

MAXIMUM_HIDDEN_LAYERS = 16

_ONE_THREE_TEN = tuple(float(f"{m}e{e}") for e in range(-5, 1) for m in (1, 3)) + (10.0,)
_BATCH_SIZES = (1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1000, 2000, 5000, 10000, 60000)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSpec:
    """Which data, and how much of it. `samples`, `noise`, `training_share`, `arms` and `features` concern the plane;
    `images` concerns image data."""

    kind: DatasetKind = Setting(
        label="Data set", help="What the network is to learn.", choice=DatasetKind
    ).field(DatasetKind.CIRCLE)
    samples: int = Setting(
        label="Samples",
        help="How many points are drawn, for training and test together.",
        minimum=10,
        maximum=20_000,
        integer=True,
        scale=Scale.LOGARITHMIC,
        stops=(10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000),
    ).field(500)
    noise: float = Setting(
        label="Noise", help="How far the points stray from their shape.", minimum=0, maximum=0.5, percent=True
    ).field(0.0)
    training_share: float = Setting(
        label="Training share",
        help="The share of the points to train on; the others only test.",
        minimum=0.1,
        maximum=0.9,
        percent=True,
    ).field(0.5)
    arms: int = Setting(
        label="Arms", help="How many spiral arms, each a class of its own.", minimum=2, maximum=5, integer=True
    ).field(2)
    features: tuple[Feature, ...] = (Feature.X1, Feature.X2)
    images: int = Setting(
        label="Use",
        help="How many of the training images to use; all test images stay.",
        minimum=100,
        maximum=60_000,
        integer=True,
        scale=Scale.LOGARITHMIC,
        stops=(100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000),
    ).field(60_000)
    scaling: Scaling = Setting(
        label="Scaling", help="What is done to the inputs before the network sees them.", choice=Scaling
    ).field(Scaling.NONE)
    seed: int = Setting(
        label="Data seed", help="The same seed draws the same points.", minimum=0, maximum=2**32 - 1, integer=True
    ).field(1)

    def __post_init__(self) -> None:
        check_settings(self, "dataset")
        if not self.features:
            raise SettingError("dataset.features", "dataset.features is empty, but the network needs an input.")
        if len(set(self.features)) != len(self.features):
            raise SettingError("dataset.features", "dataset.features names the same feature twice.")


class LayerSpec:
    """One hidden layer as asked for; its subclasses are frozen dataclasses, one for each kind of layer."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseSpec(LayerSpec):
    """Every unit sees every input: a = f(W·x + b)."""

    units: int = Setting(
        label="Neurons",
        help="How many neurons stand side by side in this layer.",
        minimum=1,
        maximum=1024,
        integer=True,
        scale=Scale.LOGARITHMIC,
    ).field(8)
    activation: ActivationKind = Setting(
        label="Activation", help="What each neuron makes of its weighted sum.", choice=ActivationKind
    ).field(ActivationKind.TANH)

    def __post_init__(self) -> None:
        check_settings(self, "layer")


@dataclass(frozen=True, slots=True, kw_only=True)
class InitializationSpec:
    """How the first weights are drawn; `sigma`, `low`, `high` serve the initialisers that name them."""

    kind: InitializerKind = Setting(
        label="First weights", help="How the weights are drawn before training.", choice=InitializerKind
    ).field(InitializerKind.GLOROT)
    sigma: float = Setting(
        label="σ",
        help="Standard deviation of the normal initialiser.",
        minimum=1e-4,
        maximum=10,
        scale=Scale.LOGARITHMIC,
        stops=_ONE_THREE_TEN,
    ).field(0.01)
    low: float = Setting(
        label="a", help="Lower end of the uniform initialiser.", minimum=-10, maximum=10
    ).field(0.0)
    high: float = Setting(
        label="b", help="Upper end of the uniform initialiser.", minimum=-10, maximum=10
    ).field(1.0)
    bias_kind: BiasKind = Setting(
        label="First biases", help="How the biases are set before training.", choice=BiasKind
    ).field(BiasKind.CONSTANT)
    bias: float = Setting(
        label="Bias", help="Where constant biases start.", minimum=-10, maximum=10
    ).field(0.0)

    def __post_init__(self) -> None:
        check_settings(self, "initialization")
        if self.low > self.high:
            raise SettingError("initialization.low", "initialization.low lies above initialization.high.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSpec:
    """How to learn. All of it may change between two updates; hyperparameters that the chosen optimizer does not use
    are kept for the one that does."""

    optimizer: OptimizerKind = Setting(
        label="Optimiser", help="How a gradient becomes a step.", choice=OptimizerKind
    ).field(OptimizerKind.SGD)
    learning_rate: float = Setting(
        label="Learning rate",
        help="How far one update goes; too large and the loss explodes.",
        formula="η",
        minimum=1e-5,
        maximum=10,
        scale=Scale.LOGARITHMIC,
        stops=_ONE_THREE_TEN,
    ).field(0.03)
    batch_size: int = Setting(
        label="Batch size",
        help="How many examples share one update; more than there are means all of them.",
        minimum=1,
        maximum=60_000,
        integer=True,
        scale=Scale.LOGARITHMIC,
        stops=_BATCH_SIZES,
    ).field(10)
    momentum: float = Setting(
        label="Momentum", help="The share of the last step that is kept.", formula="μ", minimum=0, maximum=0.999
    ).field(0.9)
    rho: float = Setting(
        label="ρ memory",
        help="How long RMSProp remembers the size of the gradients.",
        formula="ρ",
        minimum=0,
        maximum=0.9999,
    ).field(0.9)
    beta1: float = Setting(
        label="β₁ momentum", help="How long Adam remembers the gradients.", formula="β₁", minimum=0, maximum=0.999
    ).field(0.9)
    beta2: float = Setting(
        label="β₂ memory", help="How long Adam remembers their squares.", formula="β₂", minimum=0, maximum=0.9999
    ).field(0.999)
    epsilon: float = Setting(
        label="ε",
        help="Keeps the division away from zero.",
        formula="ε",
        minimum=1e-10,
        maximum=1,
        scale=Scale.LOGARITHMIC,
    ).field(1e-8)
    loss: LossKind = Setting(
        label="Loss", help="What training makes small.", choice=LossKind
    ).field(LossKind.CROSS_ENTROPY)
    l1: float = Setting(
        label="L1 penalty",
        help="Pulls every weight towards zero by the same amount; biases go free.",
        formula="λ₁ / N · Σ |w|",
        minimum=1e-4,
        maximum=10,
        zero=True,
        scale=Scale.LOGARITHMIC,
        stops=(0.0, *_ONE_THREE_TEN[2:]),
    ).field(0.0)
    l2: float = Setting(
        label="L2 penalty",
        help="Pulls every weight towards zero in proportion to its size; biases go free.",
        formula="λ₂ / 2N · Σ w²",
        minimum=1e-4,
        maximum=10,
        zero=True,
        scale=Scale.LOGARITHMIC,
        stops=(0.0, *_ONE_THREE_TEN[2:]),
    ).field(0.0)

    def __post_init__(self) -> None:
        check_settings(self, "training")


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Everything somebody asked for. `layers` are the hidden ones; the output layer follows from the data's task."""

    dataset: DatasetSpec = DatasetSpec()
    layers: tuple[LayerSpec, ...] = (DenseSpec(units=4), DenseSpec(units=2))
    initialization: InitializationSpec = InitializationSpec()
    training: TrainingSpec = TrainingSpec()
    seed: int = Setting(
        label="Seed",
        help="The same seed gives the same first weights and the same order of batches.",
        minimum=0,
        maximum=2**32 - 1,
        integer=True,
    ).field(1)

    def __post_init__(self) -> None:
        check_settings(self, "experiment")
        if len(self.layers) > MAXIMUM_HIDDEN_LAYERS:
            raise SettingError(
                "layers", f"There are {len(self.layers)} hidden layers, but at most {MAXIMUM_HIDDEN_LAYERS} are allowed."
            )
