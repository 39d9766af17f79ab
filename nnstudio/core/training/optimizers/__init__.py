"""How a gradient becomes a step: one family of optimizers a file, and the table of all of them."""

from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.training.optimizers.adam import Adam, AdamW, AMSGrad, NAdam
from nnstudio.core.training.optimizers.adaptive import Adadelta, Adagrad, RMSProp
from nnstudio.core.training.optimizers.descent import SGD, Momentum, Nesterov
from nnstudio.core.training.optimizers.lion import Lion
from nnstudio.core.training.optimizers.optimizer import Optimizer, OptimizerState

__all__ = ["OPTIMIZERS", "SETTINGS_OF_OPTIMIZER", "Optimizer", "OptimizerState"]

OPTIMIZERS: dict[OptimizerKind, type[Optimizer]] = {
    OptimizerKind.SGD: SGD,
    OptimizerKind.MOMENTUM: Momentum,
    OptimizerKind.NESTEROV: Nesterov,
    OptimizerKind.ADAGRAD: Adagrad,
    OptimizerKind.ADADELTA: Adadelta,
    OptimizerKind.RMSPROP: RMSProp,
    OptimizerKind.ADAM: Adam,
    OptimizerKind.AMSGRAD: AMSGrad,
    OptimizerKind.ADAMW: AdamW,
    OptimizerKind.NADAM: NAdam,
    OptimizerKind.LION: Lion,
}

SETTINGS_OF_OPTIMIZER: dict[OptimizerKind, tuple[str, ...]] = {
    OptimizerKind.SGD: (),
    OptimizerKind.MOMENTUM: ("momentum",),
    OptimizerKind.NESTEROV: ("momentum",),
    OptimizerKind.ADAGRAD: ("epsilon",),
    OptimizerKind.ADADELTA: ("rho", "epsilon"),
    OptimizerKind.RMSPROP: ("rho", "epsilon"),
    OptimizerKind.ADAM: ("beta1", "beta2", "epsilon"),
    OptimizerKind.AMSGRAD: ("beta1", "beta2", "epsilon"),
    OptimizerKind.ADAMW: ("beta1", "beta2", "epsilon", "weight_decay"),
    OptimizerKind.NADAM: ("beta1", "beta2", "epsilon"),
    OptimizerKind.LION: ("beta1", "beta2", "weight_decay"),
}
"""The fields of `TrainingSpec` that each optimizer reads, besides the learning rate."""
