"""How somebody asked for the first weights, for the training and for its end."""

from dataclasses import dataclass, replace

from nnstudio.core.experiment.choices import (
    BiasKind,
    ClassWeights,
    InitializerKind,
    LossKind,
    OptimizerKind,
    ScheduleKind,
    Shuffle,
)
from nnstudio.core.experiment.setting import Scale, Setting, SettingError, check_settings

BASIC = "basic"
"""What everybody sets."""
PENALTIES = "penalties"
"""What keeps a network from learning by heart."""
_ONE_THREE_TEN = (*(float(f"{m}e{e}") for e in range(-5, 1) for m in (1, 3)), 10.0)
_BATCH_SIZES = (1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1000, 2000, 5000, 10000, 60000)
_PERIODS = tuple(float(f"{m}e{e}") for e in range(5) for m in (1, 2, 5))


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
        stops=_ONE_THREE_TEN[2:],
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
            raise SettingError(
                "initialization.low", "The lower end of the uniform initialiser lies above its upper end."
            )

    def of_layer(self, initializer: InitializerKind | None) -> "InitializationSpec":
        """What holds for a layer that asks for an initialiser of its own, or for none: only the kind is its own."""
        return self if initializer is None else replace(self, kind=initializer)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSpec:
    """How to learn. All of it may change between two updates; hyperparameters that the chosen optimizer does not use
    are kept for the one that does. The defaults suit SGD; `with_optimizer` brings those of another one."""

    optimizer: OptimizerKind = Setting(
        label="Optimiser", help="How a gradient becomes a step.", choice=OptimizerKind
    ).field(OptimizerKind.SGD)
    learning_rate: float = Setting(
        label="Learning rate",
        topic=BASIC,
        help="How far one update goes; too large and the loss explodes.",
        formula="η",
        minimum=1e-5,
        maximum=10,
        scale=Scale.LOGARITHMIC,
        stops=_ONE_THREE_TEN,
    ).field(0.03)
    batch_size: int = Setting(
        label="Batch size",
        topic=BASIC,
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
        help="How long RMSProp and Adadelta remember the size of the gradients.",
        formula="ρ",
        minimum=0,
        maximum=0.9999,
    ).field(0.9)
    beta1: float = Setting(
        label="β₁ momentum",
        help="How long Adam and its kin remember the gradients.",
        formula="β₁",
        minimum=0,
        maximum=0.999,
    ).field(0.9)
    beta2: float = Setting(
        label="β₂ memory",
        help="How long Adam and its kin remember their squares; for Lion, how long it remembers the gradients.",
        formula="β₂",
        minimum=0,
        maximum=0.9999,
    ).field(0.999)
    epsilon: float = Setting(
        label="ε",
        help="Keeps the division away from zero.",
        formula="ε",
        minimum=1e-10,
        maximum=1,
        scale=Scale.LOGARITHMIC,
    ).field(1e-8)
    schedule: ScheduleKind = Setting(
        label="Schedule", help="How the learning rate moves during training.", choice=ScheduleKind
    ).field(ScheduleKind.CONSTANT)
    schedule_period: float = Setting(
        label="Period",
        help="How many epochs the schedule takes: for one step, one fall, one cycle, or its patience on a plateau.",
        formula="T",
        minimum=0.1,
        maximum=100_000,
        scale=Scale.LOGARITHMIC,
        stops=_PERIODS,
    ).field(50.0)
    schedule_factor: float = Setting(
        label="Factor",
        help="What the learning rate is multiplied by in every period.",
        formula="γ",
        minimum=0.01,
        maximum=1,
        stops=(0.1, 0.3, 0.5, 0.9, 0.95, 0.99),
    ).field(0.5)
    schedule_floor: float = Setting(
        label="Floor",
        help="The lowest share of the learning rate that the schedule goes to; a warm-up starts from it.",
        minimum=0,
        maximum=1,
        percent=True,
    ).field(0.01)
    schedule_growth: float = Setting(
        label="Growth",
        help="How much longer each period is than the one before.",
        minimum=1,
        maximum=4,
        stops=(1, 2, 3, 4),
    ).field(1.0)
    loss: LossKind = Setting(label="Loss", help="What training makes small.", choice=LossKind).field(
        LossKind.CROSS_ENTROPY
    )
    huber_delta: float = Setting(
        label="δ",
        help="The difference at which Huber's loss turns from a parabola into a straight line.",
        formula="δ",
        minimum=1e-3,
        maximum=100,
        scale=Scale.LOGARITHMIC,
    ).field(1.0)
    class_weights: ClassWeights = Setting(
        label="Class weights",
        help="How much an example counts by its class; for data in which some classes are rare.",
        formula="L = mean w ℓ",
        choice=ClassWeights,
    ).field(ClassWeights.NONE)
    l1: float = Setting(
        label="L1 penalty",
        topic=PENALTIES,
        short="L1",
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
        topic=PENALTIES,
        short="L2",
        help="Pulls every weight towards zero in proportion to its size; biases go free.",
        formula="λ₂ / 2N · Σ w²",
        minimum=1e-4,
        maximum=10,
        zero=True,
        scale=Scale.LOGARITHMIC,
        stops=(0.0, *_ONE_THREE_TEN[2:]),
    ).field(0.0)
    weight_decay: float = Setting(
        label="Weight decay",
        topic=PENALTIES,
        short="decay",
        help="Shrinks every weight and bias a little at each update, beside the gradient and not through it.",
        formula="w ← w − η λ w",
        minimum=1e-5,
        maximum=10,
        zero=True,
        scale=Scale.LOGARITHMIC,
        stops=(0.0, *_ONE_THREE_TEN),
    ).field(0.01)
    label_smoothing: float = Setting(
        label="Label smoothing",
        topic=PENALTIES,
        short="smoothing",
        help="This share of every target is spread evenly over all classes, so that no output need be certain.",
        formula="y ← (1 − s) y + s / classes",
        minimum=0,
        maximum=0.5,
        percent=True,
    ).field(0.0)
    shuffle: Shuffle = Setting(
        label="Shuffle", help="In which order the examples come; a change acts on the next epoch.", choice=Shuffle
    ).field(Shuffle.EVERY_EPOCH)
    clip_norm: float = Setting(
        label="Clip norm",
        help="Shortens the gradient, all layers together, to this length when it is longer; 0 leaves it as it is.",
        formula="g ← g · min(1, c / ‖g‖)",
        minimum=1e-3,
        maximum=1000,
        zero=True,
        scale=Scale.LOGARITHMIC,
        stops=(0.0, *_ONE_THREE_TEN[4:]),
    ).field(0.0)
    clip_value: float = Setting(
        label="Clip value",
        help="Cuts every component of the gradient off at this size; 0 leaves it as it is.",
        formula="g ← max(−c, min(c, g))",
        minimum=1e-3,
        maximum=1000,
        zero=True,
        scale=Scale.LOGARITHMIC,
        stops=(0.0, *_ONE_THREE_TEN[4:]),
    ).field(0.0)

    def __post_init__(self) -> None:
        check_settings(self, "training")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingSpec:
    """When to stop. Each rule is off at 0; the first that is met stops the run, and training may go on from there."""

    updates: int = Setting(
        label="Updates",
        help="Stop after this many updates; 0 goes on.",
        minimum=1,
        maximum=1_000_000_000,
        integer=True,
        zero=True,
        scale=Scale.LOGARITHMIC,
    ).field(0)
    epochs: float = Setting(
        label="Epochs",
        help="Stop after this many passes over the training data; 0 goes on.",
        minimum=0.01,
        maximum=1_000_000,
        zero=True,
        scale=Scale.LOGARITHMIC,
        stops=(0.0, *_PERIODS),
    ).field(0.0)
    seconds: float = Setting(
        label="Seconds",
        help="Stop after this many seconds of training; 0 goes on.",
        minimum=0.1,
        maximum=1_000_000,
        zero=True,
        scale=Scale.LOGARITHMIC,
        stops=(0.0, *_PERIODS),
    ).field(0.0)
    accuracy: float = Setting(
        label="Target accuracy",
        help="Stop when the test accuracy (R² for regression) reaches this; 0 goes on. "
        "Without a validation share the test examples decide.",
        minimum=0.01,
        maximum=1,
        zero=True,
        percent=True,
    ).field(0.0)
    loss: float = Setting(
        label="Target loss",
        help="Stop when the test loss has fallen to this; 0 goes on. "
        "Without a validation share the test examples decide.",
        minimum=1e-5,
        maximum=10,
        zero=True,
        scale=Scale.LOGARITHMIC,
        stops=(0.0, *_ONE_THREE_TEN),
    ).field(0.0)
    patience: float = Setting(
        label="Patience",
        help="Stop when the test loss has not fallen for this many epochs, and take the best weights; 0 goes on. "
        "Without a validation share the test examples decide: the loss shown for them is then a little too good.",
        minimum=0.1,
        maximum=100_000,
        zero=True,
        scale=Scale.LOGARITHMIC,
        stops=(0.0, *_PERIODS),
    ).field(0.0)

    def __post_init__(self) -> None:
        check_settings(self, "stopping")
