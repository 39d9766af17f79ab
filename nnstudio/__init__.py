"""NN Studio: build a neural network, watch it learn, understand why, take the weights away.

What a few lines of Python need is here: `from nnstudio import Classifier`, which scikit-learn's people know how to use,
or `from nnstudio import Dataset, Trainer, default_experiment`. It is imported when it is first used, so that
`nnstudio --version` does not wait for NumPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnstudio.core.data.dataset import DataError, Dataset
    from nnstudio.core.experiment import (
        DenseSpec,
        Experiment,
        ImageSpec,
        InitializationSpec,
        PaintedSpec,
        PlaneSpec,
        StoppingSpec,
        TrainingSpec,
    )
    from nnstudio.core.experiment.choices import (
        ActivationKind,
        DatasetKind,
        InitializerKind,
        LossKind,
        OptimizerKind,
        Scaling,
        ScheduleKind,
        Task,
    )
    from nnstudio.core.presets import PRESETS, default_experiment
    from nnstudio.core.training.trainer import Diverged, Trainer
    from nnstudio.estimators import Classifier, Regressor

__version__ = "0.1.0"

__all__ = [
    "PRESETS",
    "ActivationKind",
    "Classifier",
    "DataError",
    "Dataset",
    "DatasetKind",
    "DenseSpec",
    "Diverged",
    "Experiment",
    "ImageSpec",
    "InitializationSpec",
    "InitializerKind",
    "LossKind",
    "OptimizerKind",
    "PaintedSpec",
    "PlaneSpec",
    "Regressor",
    "Scaling",
    "ScheduleKind",
    "StoppingSpec",
    "Task",
    "Trainer",
    "TrainingSpec",
    "default_experiment",
]

_HOMES = (
    "nnstudio.core.experiment.choices",
    "nnstudio.core.experiment",
    "nnstudio.core.presets",
    "nnstudio.core.data.dataset",
    "nnstudio.core.training.trainer",
    "nnstudio.estimators",
)
"""Where to look for a name: modules that need NumPy come last."""


def __getattr__(name: str) -> Any:
    if name in __all__:
        for home in map(import_module, _HOMES):
            if hasattr(home, name):
                return getattr(home, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
