"""The values that one setting takes in a sweep, read from a text.

    training.learning_rate=0.001..0.1       at random between these, by powers of ten where its scale is logarithmic
    training.optimizer=sgd,adam             each of these
    layers[0].units=2..16                   whole numbers
    layers=4 tanh | 8 tanh, 8 tanh          whole networks, parted by a bar

Its `Setting` checks every value, so whatever is legal in an experiment is legal here, and refused in the same words.
"""

import math
import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import numpy as np

from nnstudio.core.experiment import Experiment, LayerSpec
from nnstudio.core.experiment.network_text import describe_layers, parse_layers
from nnstudio.core.experiment.setting import Scale, Setting, SettingError, settings_of

MOST = 1000
"""Values of one setting."""
_DIGITS = 4
"""Of a random value, which more would only make longer."""
_PARTS = "dataset", "initialization", "training", "stopping"
_LAYER = re.compile(r"layers\[(\d{1,4})\]")
LAYERS = "layers"


@dataclass(frozen=True, slots=True)
class Range:
    """From one end to the other, both included; evenly in the value, or in its logarithm."""

    low: float
    high: float
    integer: bool
    logarithmic: bool

    def at(self, share: float) -> float:
        """The value at a share of the way, from 0 up to but without 1."""
        low, high = self.low, self.high
        if self.integer:  # each whole number has the same room around it
            low, high = low - 0.5, high + 0.5
        if self.logarithmic:
            low, high = math.log(low), math.log(high)
        value = low + share * (high - low)
        value = math.exp(value) if self.logarithmic else value
        value = round(value) if self.integer else float(f"{value:.{_DIGITS}g}")
        return min(max(value, self.low), self.high)


@dataclass(frozen=True, slots=True)
class Axis:
    """What one setting is to be, by its path in the experiment: each of `values`, or at random within `range`."""

    name: str
    label: str
    values: tuple[Any, ...] = ()
    range: Range | None = None

    def draw(self, random: np.random.Generator) -> Any:
        """A value within the range."""
        assert self.range is not None
        return self.range.at(random.random())


def parse_axis(text: str, experiment: Experiment) -> Axis:
    """The axis that a text such as `training.optimizer=sgd,adam` asks for. Raises `SettingError`."""
    name, equals, values = (part.strip() for part in text.partition("="))
    if not name or not equals:
        raise SettingError("", f"{_quoted(text)} names no setting; write training.learning_rate=0.001..0.1, say.")
    if name == LAYERS:
        networks = tuple(parse_layers(each) for each in _parted(name, values, "|"))
        return Axis(name, "Layers", _different(name, networks))
    setting = _setting(name, experiment)
    if ".." in values and setting.choice is None:
        return Axis(name, setting.label, range=_range(name, values, setting))
    read = tuple(_value(name, each.strip(), setting) for each in _parted(name, values, ","))
    return Axis(name, setting.label, _different(name, read))


def settings_to_vary(experiment: Experiment) -> dict[str, Setting | None]:
    """All that can be varied, by their paths in the experiment; None for whole networks."""
    return {name: None if name == LAYERS else _setting(name, experiment) for name in _names(experiment)}


def written(value: Any) -> str:
    """A value as it is typed."""
    if isinstance(value, tuple):
        return describe_layers(value)  # pyright: ignore[reportUnknownArgumentType]
    if value is None:
        return "none"
    return f"{value:.6g}" if isinstance(value, float) else str(getattr(value, "value", value))


def with_values(experiment: Experiment, values: Mapping[str, Any]) -> Experiment:
    """The experiment with these values at their paths, whole networks first. Raises `SettingError` where they do not go
    together."""
    if LAYERS in values:
        experiment = replace(experiment, layers=values[LAYERS])
    changes: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        if name != LAYERS:
            _setting(name, experiment)  # another network may lack it
            part, _, field = name.rpartition(".")
            changes.setdefault(part, {})[field] = value
    for part, change in changes.items():
        spec = _spec(part, experiment)
        changed = replace(spec, **change)
        if isinstance(spec, LayerSpec):
            layers = tuple(changed if layer is spec else layer for layer in experiment.layers)
            experiment = replace(experiment, layers=layers)
        else:
            experiment = replace(experiment, **{part: changed}) if part else changed
    return experiment


def _spec(part: str, experiment: Experiment) -> Any:
    """What has settings at this path; None if there is nothing."""
    if part in _PARTS:
        return getattr(experiment, part)
    found = _LAYER.fullmatch(part)
    if found and int(found[1]) < len(experiment.layers):
        return experiment.layers[int(found[1])]
    return experiment if not part else None


def _kind(spec: object) -> type[object]:
    return type(spec)


def _setting(name: str, experiment: Experiment) -> Setting:
    part, _, field = name.rpartition(".")
    spec = _spec(part, experiment)
    setting = settings_of(_kind(spec)).get(field) if spec is not None else None
    if setting is None:
        similar = get_close_matches(name[:100], _names(experiment), n=1, cutoff=0.5)
        advice = f"did you mean {similar[0]}?" if similar else "write training.learning_rate, say."
        raise SettingError(name, f"{_quoted(name)} is no setting of this experiment; {advice}")
    return setting


def _names(experiment: Experiment) -> list[str]:
    layers = [f"{LAYERS}[{index}]" for index in range(len(experiment.layers))]
    specs = {part: _spec(part, experiment) for part in ("", *_PARTS, *layers)}
    return [
        LAYERS,
        *(f"{part}.{name}".lstrip(".") for part, spec in specs.items() for name in settings_of(_kind(spec))),
    ]


def _parted(name: str, text: str, separator: str) -> list[str]:
    parts = text.split(separator)
    if len(parts) > MOST:
        raise SettingError(name, f"{name} has {len(parts)} values; {MOST} are the most.")
    return parts


def _different(name: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise SettingError(name, f"{name} is {_quoted(written(value))} twice; once is enough.")
    return values


def _range(name: str, text: str, setting: Setting) -> Range:
    first, _, second = text.partition("..")
    low, high = (_value(name, end.strip(), setting) for end in (first, second))
    logarithmic = setting.scale is Scale.LOGARITHMIC
    if not low < high:
        raise SettingError(name, f"{name}={_quoted(text)} must run from a smaller to a larger number.")
    if logarithmic and low <= 0:
        raise SettingError(
            name,
            f"{name} is spread by powers of ten, where 0 has no place: begin at {setting.minimum:g}, or list the "
            f"values, such as {name}=0,{high:g}.",
        )
    return Range(low, high, setting.integer, logarithmic)


def _value(name: str, text: str, setting: Setting) -> Any:
    if setting.choice is not None:
        value = _member(text, setting)
        setting.check(name, text if value is _NO_MEMBER else value)
        return value
    percent = setting.percent and text.endswith("%")
    try:
        value = int(text) if setting.integer else float(text.removesuffix("%")) / 100 if percent else float(text)
    except ValueError:
        kind = "whole number" if setting.integer else "number"
        raise SettingError(name, f"{name} is {_quoted(text)}, but must be a {kind}.") from None
    setting.check(name, value)
    return value


_NO_MEMBER = object()


def _member(text: str, setting: Setting) -> Any:
    assert setting.choice is not None
    if setting.none and text.lower() in ("none", setting.none.lower()):
        return None
    names = {name.lower(): member for member in setting.choice for name in (member.label, member.phrase, member.value)}
    return names.get(text.lower(), _NO_MEMBER)


def _quoted(text: str) -> str:
    return reprlib.repr(text)
