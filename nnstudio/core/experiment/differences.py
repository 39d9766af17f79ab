"""In which settings two experiments differ, in words: for a table of what differs, and for the few words of a chip."""

from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

from nnstudio.core.experiment.choices import LossKind, ScheduleKind
from nnstudio.core.experiment.dataset_spec import PaintedSpec
from nnstudio.core.experiment.experiment import Experiment
from nnstudio.core.experiment.layer_specs import LayerSpec
from nnstudio.core.experiment.network_text import describe_layers
from nnstudio.core.experiment.setting import Choice, Setting, in_a_phrase, settings_of
from nnstudio.core.experiment.values import written

_PARTS = ("dataset", "training", "stopping", "initialization")
_SAID_BY_ITSELF = "learning_rate"
"""Beside the name of an optimizer a number alone is its rate."""
_LONGEST_SYMBOL = 2
NETWORK = "layers"


class Difference(NamedTuple):
    """One setting.

    name: its path in the experiment, such as `training.l2`; label: what it is called
    before, after: its values in words, «off» and «0.03»; empty where it has no place in one of the experiments
    words: its value after, in the words of a chip: «L2 0.03», «Adam»
    """

    name: str
    label: str
    before: str
    after: str
    words: str


def differences(old: Experiment, new: Experiment) -> tuple[Difference, ...]:
    """What to set otherwise to go from `old` to `new`: data, network, the optimizer before its numbers, then the rest.
    Points that somebody painted are one difference, as is another network."""
    found: list[Difference] = []
    for part in _PARTS:
        found += _between(part, getattr(old, part), getattr(new, part))
        if part == "dataset" and old.layers != new.layers:
            found.append(_of_layers(old.layers, new.layers))
    if old.seed != new.seed:
        found.append(Difference("seed", "Seed", str(old.seed), str(new.seed), f"seed {new.seed}"))
    return tuple(found)


def headline(experiment: Experiment) -> tuple[Difference, ...]:
    """What a run is known by that differs from no other one: optimizer and learning rate."""
    training, settings = experiment.training, settings_of(type(experiment.training))
    names = ("optimizer", "learning_rate")
    return tuple(_difference("training", name, settings[name], None, getattr(training, name)) for name in names)


def same_batches(one: Experiment, other: Experiment) -> bool:
    """Whether both take the same places of their data in the same order."""
    first, second = one.training, other.training
    order = first.batch_size, first.shuffle
    return one.seed == other.seed and order == (second.batch_size, second.shuffle)


def _between(part: str, old: object, new: object) -> list[Difference]:
    if old == new or not is_dataclass(new):
        return []
    settings = settings_of(type(new))
    if type(old) is not type(new):
        was, now = (getattr(spec, "kind", None) for spec in (old, new))
        return [_difference(part, "kind", settings.get("kind"), was, now)]
    painted = isinstance(new, PaintedSpec)
    found: list[Difference] = []
    for field in fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after:
            continue
        if painted and field.name in ("training", "test"):
            if not any(each.label == "Points" for each in found):
                found.append(Difference(f"{part}.training", "Points", "", "", "other points"))
        else:
            found.append(_difference(part, field.name, settings.get(field.name), before, after))
    return found


def _difference(part: str, name: str, setting: Setting | None, before: Any, after: Any) -> Difference:
    label = setting.label if setting is not None else name.replace("_", " ").capitalize()
    was, now = (written(setting, value) if setting is not None else "" for value in (before, after))
    return Difference(f"{part}.{name}", label, was, now, _words(name, setting, label, after, now))


def _words(name: str, setting: Setting | None, label: str, value: Any, text: str) -> str:
    """The value in the fewest words that say which setting it is of."""
    if setting is None:
        return f"other {in_a_phrase(label)}"
    if isinstance(value, Choice):
        named = isinstance(value, LossKind | ScheduleKind) or name in ("kind", "optimizer")
        return value.label if named else f"{in_a_phrase(label)}: {value.phrase}"
    if name == _SAID_BY_ITSELF:
        return text
    symbol = setting.formula if len(setting.formula) <= _LONGEST_SYMBOL else ""
    return f"{setting.short or symbol or in_a_phrase(label)} {text}"


def _of_layers(old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> Difference:
    """Another network. Where all that differs is one setting that is the same in all layers, that is enough to say."""
    before, after = describe_layers(old), describe_layers(new)
    words = after or "no hidden layer"
    if [(type(layer), layer.key) for layer in old] == [(type(layer), layer.key) for layer in new]:
        pairs = [(was, layer) for was, layer in zip(old, new, strict=True) if was != layer]
        changed = [each for was, layer in pairs for each in _between(NETWORK, was, layer)]
        values = {(each.name, each.after) for each in changed}
        alike = sum(hasattr(layer, changed[0].name.partition(".")[2]) for layer in new) == len(pairs)
        if len(values) == 1 and alike:
            words = changed[0].after if changed[0].name == f"{NETWORK}.activation" else changed[0].words
    return Difference(NETWORK, "Layers", before, after, words)
