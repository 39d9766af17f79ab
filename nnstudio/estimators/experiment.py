"""What the parameters of an estimator ask for, as an experiment.

They begin with what the program itself would take for a table; what is given replaces that.
"""

from collections.abc import Mapping
from dataclasses import replace
from operator import index
from secrets import randbelow
from typing import Any

import numpy as np

from nnstudio.core.experiment import Experiment, LayerSpec, TableSpec, with_optimizer
from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.experiment.network_text import parse_layers
from nnstudio.core.experiment.setting import Choice, Setting, SettingError
from nnstudio.core.presets import default_experiment
from nnstudio.core.sweep.axis import settings_to_vary, with_values

_SEEDS = 2**32
_TRAINING = ("learning_rate", "batch_size", "l2")
LAYERS = "32 ReLU, 16 ReLU"
"""The hidden layers that the program proposes for tables."""


def experiment_for(params: Mapping[str, Any], spec: TableSpec) -> Experiment:
    """The experiment that these parameters of an estimator ask for. Raises `SettingError` and `ValueError`."""
    usual = default_experiment(spec)
    optimizer = chosen(OptimizerKind, params["optimizer"], "optimizer")
    training = with_optimizer(usual.training, optimizer, usual.training)
    experiment = replace(usual, layers=_layers(params["layers"]), training=training, seed=spec.seed)
    values = {f"training.{name}": params[name] for name in _TRAINING if params[name] is not None}
    values["stopping.patience"] = params["patience"]
    more = params["settings"] or {}
    if not isinstance(more, Mapping):
        raise ValueError('settings must be a dict of settings by name, such as {"training.momentum": 0.95}.')
    return with_values(experiment, _read({**values, **more}, settings_to_vary(experiment)))


def chosen(choice: type[Choice], name: Any, parameter: str) -> Any:
    """The member of an enumeration by its name in files. Raises `SettingError`."""
    member = _member(choice, name)
    Setting(label="", help="", choice=choice).check(parameter, member)
    return member


def plain_of(value: Any) -> Any:
    """A number of NumPy's, as searches hand them out, as one of Python's; anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value


def seed_of(random_state: Any) -> int:
    """The seed that scikit-learn's `random_state` stands for: itself, or a number that is drawn. Raises
    `ValueError`."""
    if random_state is None:
        return randbelow(_SEEDS)
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(_SEEDS, dtype=np.uint32))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(_SEEDS))
    try:
        return index(random_state)
    except TypeError as error:
        raise ValueError(f"random_state is {random_state!r}, but must be a whole number, or None.") from error


def epochs_of(epochs: Any) -> int:
    """How many passes over the examples `fit` makes. Raises `ValueError`."""
    try:
        whole = index(epochs)
    except TypeError as error:
        raise ValueError(f"epochs is {epochs!r}, but must be a whole number.") from error
    if whole < 1:
        raise ValueError(f"epochs is {whole}, but must be at least 1.")
    return whole


def _layers(layers: Any) -> tuple[LayerSpec, ...]:
    if isinstance(layers, str):
        return parse_layers(layers)
    if isinstance(layers, list | tuple) and all(isinstance(layer, LayerSpec) for layer in layers):
        return tuple(layers)
    raise SettingError(
        "layers", f'layers is {layers!r}, but must be text such as "8 tanh, 8 tanh", or a list of specs.'
    )


def _read(values: Mapping[str, Any], settings: Mapping[str, Setting | None]) -> dict[str, Any]:
    """Values as settings have them: choices by their names, NumPy's numbers as Python's."""
    read: dict[str, Any] = {}
    for name, value in values.items():
        setting, plain = settings.get(name), plain_of(value)
        read[name] = plain if setting is None or setting.choice is None else _member(setting.choice, plain)
    return read


def _member(choice: type[Choice], value: Any) -> Any:
    """The member of this name; what is none comes back for the setting to complain of."""
    return next((member for member in choice if member.value == value), value)
