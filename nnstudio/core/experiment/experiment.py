"""What somebody asked for.

An `Experiment` is the whole request, as one frozen value: the data, the layers, the first weights and how to train. It
is compared, saved by name, undone and sent to the worker; it never holds an array. Training reads it and keeps its own
state elsewhere, so the same experiment gives the same bits wherever it runs.

Every part checks its settings when it is made and raises `SettingError`, which names the field.
"""

from dataclasses import dataclass, replace
from itertools import count

from nnstudio.core.experiment.dataset_spec import DatasetSpec, PlaneSpec
from nnstudio.core.experiment.layer_specs import DenseSpec, LayerSpec
from nnstudio.core.experiment.setting import Setting, SettingError, check_settings
from nnstudio.core.experiment.training_spec import InitializationSpec, StoppingSpec, TrainingSpec

MAXIMUM_HIDDEN_LAYERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """Everything somebody asked for. `layers` are the hidden ones, each with a key that stays its own from edit to
    edit; the output layer follows from the data's task."""

    dataset: DatasetSpec = PlaneSpec()
    layers: tuple[LayerSpec, ...] = (DenseSpec(units=4), DenseSpec(units=2))
    initialization: InitializationSpec = InitializationSpec()
    training: TrainingSpec = TrainingSpec()
    stopping: StoppingSpec = StoppingSpec()
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
                "layers",
                f"There are {len(self.layers)} hidden layers, but at most {MAXIMUM_HIDDEN_LAYERS} are allowed.",
            )
        object.__setattr__(self, "layers", keyed(self.layers))


def keyed(layers: tuple[LayerSpec, ...]) -> tuple[LayerSpec, ...]:
    """The layers with a key each: those that have none get the next free numbers, in their order. Raises
    `SettingError` where two share one."""
    given = [layer.key for layer in layers if layer.key]
    if len(set(given)) < len(given) or any(key < 0 for key in given):
        raise SettingError("layers", "Two hidden layers share a key; each needs a number of its own, from 1 up.")
    # The number of a layer that is gone may be used again. Edits of layers are taken up one by one, in the run and in
    # its past; only those of one setting take each other's place, in a drag. So no new layer is taken for an old one.
    free = count(max(given, default=0) + 1)
    return tuple(layer if layer.key else replace(layer, key=next(free)) for layer in layers)
