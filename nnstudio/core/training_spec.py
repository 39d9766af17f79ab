"""How somebody asked for the first weights and for the training."""

from dataclasses import dataclass

from nnstudio.core.choices import BiasKind, InitializerKind, LossKind, OptimizerKind
from nnstudio.core.setting import Scale, Setting, SettingError, check_settings

_ONE_THREE_TEN = (*(float(f"{m}e{e}") for e in range(-5, 1) for m in (1, 3)), 10.0)
_BATCH_SIZES = (1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1000, 2000, 5000, 10000, 60000)


@dataclass(frozen=True, slots=True, kw_only=True)
class InitializationSpec:
    """How the first weights are drawn; `sigma`, `low`, `high`, `constant` serve the initialisers that name them."""

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
    low: float = Setting(label="a", help="Lower end of the uniform initialiser.", minimum=-10, maximum=10).field(0.0)
    high: float = Setting(label="b", help="Upper end of the uniform initialiser.", minimum=-10, maximum=10).field(1.0)
    constant: float = Setting(
        label="c", help="Where every weight of the constant initialiser starts.", minimum=-10, maximum=10
    ).field(0.1)
    bias_kind: BiasKind = Setting(
        label="First biases", help="How the biases are set before training.", choice=BiasKind
    ).field(BiasKind.CONSTANT)
    bias: float = Setting(label="Bias", help="Where constant biases start.", minimum=-10, maximum=10).field(0.0)

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
    loss: LossKind = Setting(label="Loss", help="What training makes small.", choice=LossKind).field(
        LossKind.CROSS_ENTROPY
    )
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
