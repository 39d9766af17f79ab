"""What each optimizer is usually trained with.

A learning rate means another thing to each of them: Adadelta is made for 1, and a thirtieth of that throws Lion about.
So whoever chooses another optimizer gets that one's own settings with it, unless they have set some by hand.
"""

from collections.abc import Mapping
from dataclasses import replace

from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.experiment.training_spec import TrainingSpec

OPTIMIZER_DEFAULTS: dict[OptimizerKind, Mapping[str, float]] = {
    OptimizerKind.SGD: {},
    OptimizerKind.MOMENTUM: {"learning_rate": 0.01},
    OptimizerKind.NESTEROV: {"learning_rate": 0.01},
    OptimizerKind.ADAGRAD: {"learning_rate": 0.1},
    OptimizerKind.ADADELTA: {"learning_rate": 1.0, "epsilon": 1e-6},
    OptimizerKind.RMSPROP: {"learning_rate": 0.003},
    OptimizerKind.ADAM: {"learning_rate": 0.01},
    OptimizerKind.AMSGRAD: {"learning_rate": 0.01},
    OptimizerKind.ADAMW: {"learning_rate": 0.01},
    OptimizerKind.NADAM: {"learning_rate": 0.01},
    OptimizerKind.LION: {"learning_rate": 0.001, "beta2": 0.99},
}
"""The fields of `TrainingSpec` in which an optimizer's own settings differ from that spec's defaults. The rates suit
small networks; Adadelta's ε and Lion's β₂ are their papers' (with 1e-8 Adadelta's steps hardly ever begin to grow)."""

FAMILIAR = OptimizerKind.SGD, OptimizerKind.MOMENTUM, OptimizerKind.RMSPROP, OptimizerKind.ADAM
"""Those that a first course tells apart."""
_SETTINGS = ("learning_rate", "momentum", "rho", "beta1", "beta2", "epsilon", "weight_decay")


def optimizer_defaults(kind: OptimizerKind, usual: TrainingSpec | None = None) -> dict[str, float]:
    """All settings of an optimizer by field: those of `usual`, if that is trained with this optimizer, else its own."""
    if usual is not None and usual.optimizer is kind:
        return {name: getattr(usual, name) for name in _SETTINGS}
    common = TrainingSpec()
    return {name: OPTIMIZER_DEFAULTS[kind].get(name, getattr(common, name)) for name in _SETTINGS}


def with_optimizer(spec: TrainingSpec, kind: OptimizerKind, usual: TrainingSpec | None = None) -> TrainingSpec:
    """The spec with another optimizer and that one's own rate, ε and the rest; what was set by hand stays.

    Set by hand is what differs from the old optimizer's own settings. `usual` is how the data set at hand is trained to
    begin with, if that is known. Its numbers were chosen for its own optimizer and not by the user, so they count as
    that optimizer's own here: from Adam at 0.001 on images to Lion and back gives Lion's rate, then 0.001 again. The
    rate of a tutorial's preset is part of its lesson; it differs from both, and stays.
    """
    old, new = optimizer_defaults(spec.optimizer, usual), optimizer_defaults(kind, usual)
    return replace(spec, optimizer=kind, **{name: new[name] for name in _SETTINGS if getattr(spec, name) == old[name]})
