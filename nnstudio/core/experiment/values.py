"""What an edit changed, from which value to which."""

from dataclasses import fields, is_dataclass
from typing import Any

from nnstudio.core.experiment.experiment import Experiment
from nnstudio.core.experiment.setting import Choice, Setting, settings_of

_PARTS = ("dataset", "initialization", "training", "stopping")


def changed_value(old: Experiment, new: Experiment) -> tuple[str, str]:
    """Before and after, in words, such as («0.1», «0.03»), where two experiments differ in one setting alone; else two
    empty ones. Another optimizer brings a rate of its own along, and counts as one."""
    found = [change for part in _PARTS for change in _changes(getattr(old, part), getattr(new, part))]
    layers = {layer.key: layer for layer in old.layers}
    if [layer.key for layer in new.layers] != [*layers]:
        return "", ""
    found += [change for layer in new.layers for change in _changes(layers[layer.key], layer)]
    if old.training.optimizer is not new.training.optimizer:
        return old.training.optimizer.label, new.training.optimizer.label
    if len(found) != 1:
        return "", ""
    setting, before, after = found[0]
    return written(setting, before), written(setting, after)


def _changes(old: object, new: object) -> list[tuple[Setting | None, Any, Any]]:
    if type(old) is not type(new) or not is_dataclass(old):
        return [(None, "", "")] if old != new else []
    settings = settings_of(type(old))
    pairs = ((settings.get(field.name), getattr(old, field.name), getattr(new, field.name)) for field in fields(old))
    return [(setting, before, after) for setting, before, after in pairs if before != after]


def written(setting: Setting | None, value: Any) -> str:
    """A value in words: «0.03», «off», «Adam»."""
    match value:
        case Choice():
            return value.label
        case bool():
            return "on" if value else "off"
        case None if setting is not None:
            return setting.none.lower() or "none"
        case int() | float() if setting is not None:
            if value == 0 and setting.zero:
                return "off"
            return f"{value:.0%}".replace("%", "\N{NO-BREAK SPACE}%") if setting.percent else f"{value:.6g}"
        case _:
            return ""
