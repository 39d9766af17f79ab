"""An experiment as text: readable, saved by name, and checked to the last field when it comes back.

`experiment_to_json` writes every field, in the order of the dataclasses, so that a saved experiment keeps its meaning
when a default changes. `experiment_from_json` takes defaults for missing fields but reports unknown ones: a misspelt
field that is silently ignored trains the wrong network. A hidden layer carries its `kind`, a key of `LAYER_KINDS`; the
data's `kind` decides by `SPECS` which settings there are.

Every file says its `schema`; `MIGRATIONS` lifts older ones, step by step, before anything else looks at them.
"""

import re
import reprlib
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from nnstudio.core.experiment import LAYER_KINDS, SPECS, DatasetSpec, Experiment, LayerSpec, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.setting import SettingError, settings_of
from nnstudio.files import limits
from nnstudio.files.errors import FileError, printable

SCHEMA = 2

_OF_IMAGES_1 = {"images", "shift"}
_OF_POINTS_1 = {"samples", "noise", "training_share", "arms", "classes", "features"}


def _data_by_domain(plain: dict[str, Any]) -> dict[str, Any]:
    """Schema 1 had the settings of all kinds of data side by side; from 2 on, only those of its own are there."""
    dataset = plain.get("dataset")
    if not isinstance(dataset, dict):
        return plain
    foreign = _OF_POINTS_1 if dataset.get("kind") in ("mnist", "sketched-digits") else _OF_IMAGES_1
    return plain | {"dataset": {name: value for name, value in dataset.items() if name not in foreign}}


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _data_by_domain}
"""Turns an object of this schema into one of the next. It gets unchecked input and must leave odd values alone."""

TOO_DEEP = "it is nested too deeply."
_LONGEST_WHY = 300
_NUMBERS = re.compile(r"\[\n\s*([-+.\deE]+(?:,\s+[-+.\deE]+)*)\s*\]")
"""A list of nothing but numbers, such as a painted point: it stands in one line."""


class ExperimentError(FileError):
    """An experiment that cannot be used; `field` names the culprit, such as `training.learning_rate`."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.args = field, printable(why, _LONGEST_WHY)
        self.field = field

    def __str__(self) -> str:
        _, why = self.args
        return f"The experiment cannot be used: {why} Nothing was changed."


def experiment_to_json(experiment: Experiment) -> str:
    """The whole experiment as indented JSON."""
    plain = {"schema": SCHEMA, **plain_of(experiment)}
    text = msgspec.json.format(msgspec.json.encode(plain), indent=2).decode() + "\n"
    return _NUMBERS.sub(lambda found: "[" + " ".join(found[1].split()) + "]", text)


def experiment_from_json(text: str) -> Experiment:
    """The experiment that `text` describes. Raises `ExperimentError`, which names the field."""
    if len(text) > limits.EXPERIMENT:
        raise ExperimentError("", "it is far too long.")
    try:
        plain = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ExperimentError("", f"it is not valid JSON ({error}).") from error
    except RecursionError as error:
        raise ExperimentError("", TOO_DEEP) from error
    return experiment_from_plain(plain)


def experiment_from_plain(plain: Any) -> Experiment:
    """The same from decoded JSON: dictionaries, lists, texts and numbers."""
    try:
        return read_plain(Experiment, _migrated(plain), "")
    except RecursionError as error:
        raise ExperimentError("", TOO_DEEP) from error


def plain_of(value: Any) -> Any:
    """A spec as dictionaries, lists, texts and numbers."""
    if isinstance(value, tuple):
        return [plain_of(part) for part in value]
    if not is_dataclass(value):
        return value
    kind = {"kind": _kind_name(value)} if isinstance(value, LayerSpec) else {}
    return kind | {field.name: plain_of(getattr(value, field.name)) for field in fields(value)}


def _kind_name(layer: LayerSpec) -> str:
    return next(name for name, kind in LAYER_KINDS.items() if kind is type(layer))


def _migrated(plain: Any) -> dict[str, Any]:
    if not isinstance(plain, dict):
        raise ExperimentError("", "it is not an object in braces.")
    schema = plain.pop("schema", None)
    if schema is None:
        raise ExperimentError("schema", f'schema is missing; this version writes "schema": {SCHEMA}.')
    if type(schema) is not int or schema < 1:
        raise ExperimentError("schema", f"schema is {_shown(schema)}, but must be a whole number from 1 to {SCHEMA}.")
    if schema > SCHEMA:
        raise ExperimentError("schema", f"it was saved by a newer version (schema {schema}); update the program.")
    for step in range(schema, SCHEMA):
        plain = MIGRATIONS[step](plain)
    return plain


def read_plain(spec: type[Any], plain: Any, path: str) -> Any:
    """An instance of the dataclass `spec`. `path` is where `plain` stands, such as `layers[0]`. Raises
    `ExperimentError`."""
    if not isinstance(plain, dict):
        raise ExperimentError(path, f"{path} is {_shown(plain)}, but must be an object in braces.")
    hints = get_type_hints(spec)
    known = {field.name: hints[field.name] for field in fields(spec)}
    prefix = f"{path}." if path else ""
    values = {}
    for name, value in plain.items():
        if name not in known:
            field = prefix + printable(name)
            raise ExperimentError(field, f"{field} is not known; remove it or correct its name.")
        values[name] = _value(spec, name, known[name], value, prefix + name)
    try:
        return spec(**values)
    except TypeError as error:
        missing = next(field.name for field in fields(spec) if field.name not in values and _is_needed(field))
        raise ExperimentError(prefix + missing, f"{prefix}{missing} is missing.") from error
    except SettingError as error:
        field = prefix + error.field.rpartition(".")[2]
        raise ExperimentError(field, str(error).replace(error.field, field, 1)) from error


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _value(spec: type[Any], name: str, hint: Any, value: Any, path: str) -> Any:
    if hint is DatasetSpec:
        return read_plain(_spec_of(value, path), value, path)
    if is_dataclass(hint):
        return read_plain(hint, value, path)  # type: ignore[arg-type]
    if hint == tuple[LayerSpec, ...]:
        return _layers(value, path)
    if isinstance(hint, UnionType) and is_dataclass(get_args(hint)[0]):
        return None if value is None else read_plain(get_args(hint)[0], value, path)
    if get_origin(hint) is tuple and is_dataclass(get_args(hint)[0]):
        parts = enumerate(_list(value, path))
        return tuple(read_plain(get_args(hint)[0], part, f"{path}[{index}]") for index, part in parts)
    if isinstance(value, int) and value.bit_length() > 64:
        raise ExperimentError(path, f"{path} is far too large a number.")
    try:
        return msgspec.convert(value, hint)
    except (msgspec.ValidationError, UnicodeError) as error:
        why = f"{path}: {error}."
        try:
            # The setting knows better words than the decoder: the legal names, or what kind of number it must be.
            settings_of(spec)[name].check(path, value)
        except SettingError as refusal:
            why = str(refusal)
        except KeyError:
            pass
        raise ExperimentError(path, why) from error


def _shown(value: Any) -> str:
    """What stands where something else should, in short."""
    return printable(reprlib.repr(value))


def _spec_of(plain: Any, path: str) -> type[DatasetSpec]:
    """The spec that goes with the data's kind."""
    if not isinstance(plain, dict) or "kind" not in plain:
        return PlaneSpec
    return SPECS[_value(PlaneSpec, "kind", DatasetKind, plain["kind"], f"{path}.kind")]


def _layers(plain: Any, path: str) -> tuple[LayerSpec, ...]:
    return tuple(_layer(layer, f"{path}[{index}]") for index, layer in enumerate(_list(plain, path)))


def _list(plain: Any, path: str) -> list[Any]:
    if not isinstance(plain, list):
        raise ExperimentError(path, f"{path} is {_shown(plain)}, but must be a list in brackets.")
    return plain


def _layer(plain: Any, path: str) -> LayerSpec:
    if not isinstance(plain, dict):
        raise ExperimentError(path, f"{path} is {_shown(plain)}, but must be an object in braces.")
    kind = plain.get("kind")
    if not isinstance(kind, str) or kind not in LAYER_KINDS:
        said = "is missing" if kind is None else f"is {_shown(kind)}"
        raise ExperimentError(f"{path}.kind", f"{path}.kind {said}, but must be one of: {', '.join(LAYER_KINDS)}.")
    return read_plain(LAYER_KINDS[kind], {name: value for name, value in plain.items() if name != "kind"}, path)
