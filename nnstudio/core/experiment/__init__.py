"""What was asked: data, layers, first weights, training, as one frozen value.

Read `setting` (the legal values of one setting), `choices` (every enumeration, in words), then `experiment` and its
parts: `dataset_spec`, `layer_specs`, `training_spec`. `optimizer_defaults` are what an optimizer brings along when it
is chosen. `plan` compares two experiments and says what has to be made anew, and what to call the edit.
"""

from nnstudio.core.experiment.dataset_spec import (
    SPECS,
    DatasetSpec,
    ImageSpec,
    PaintedSpec,
    PictureSpec,
    PlaneSpec,
    TableSpec,
)
from nnstudio.core.experiment.experiment import MAXIMUM_HIDDEN_LAYERS, Experiment, keyed
from nnstudio.core.experiment.layer_specs import LAYER_KINDS, DenseSpec, LayerSpec
from nnstudio.core.experiment.optimizer_defaults import OPTIMIZER_DEFAULTS, with_optimizer
from nnstudio.core.experiment.training_spec import InitializationSpec, StoppingSpec, TrainingSpec

__all__ = [
    "LAYER_KINDS",
    "MAXIMUM_HIDDEN_LAYERS",
    "OPTIMIZER_DEFAULTS",
    "SPECS",
    "DatasetSpec",
    "DenseSpec",
    "Experiment",
    "ImageSpec",
    "InitializationSpec",
    "LayerSpec",
    "PaintedSpec",
    "PictureSpec",
    "PlaneSpec",
    "StoppingSpec",
    "TableSpec",
    "TrainingSpec",
    "keyed",
    "with_optimizer",
]
