"""What an edit touches, and what to call it.

Nothing decides for itself whether a changed slider needs a new network: `plan(old, new)` compares two experiments and
says which parts of a run have to be made anew. Everything else goes on. `describe(old, new)` names the edit in the
words of a menu: Undo *Add layer*.
"""

from dataclasses import fields, replace
from enum import Flag, auto

from nnstudio.core.experiment.dataset_spec import DatasetSpec, PaintedSpec, PictureSpec, PlaneSpec, TableSpec
from nnstudio.core.experiment.experiment import Experiment
from nnstudio.core.experiment.layer_specs import LayerSpec
from nnstudio.core.experiment.setting import settings_of


class Change(Flag):
    """What has to be made anew."""

    NOTHING = 0
    HYPERPARAMETERS = auto()  # how to learn, when to stop: taken up by the next update; nothing is lost
    OPTIMIZER = auto()  # the optimizer's memory is lost, the weights stay
    NETWORK = auto()  # other layers: what still has a place in them may stay
    DATA = auto()  # other examples: what the network knows may stay
    WEIGHTS = auto()  # other first weights: nothing of the old ones can stay

    @property
    def rebuilds(self) -> bool:
        """Whether network or data are made anew, and training starts again unless what was learned is carried over."""
        return bool(self & (Change.NETWORK | Change.DATA | Change.WEIGHTS))


def plan(old: Experiment, new: Experiment) -> Change:
    """What going from `old` to `new` changes."""
    change = Change.NOTHING
    if old.dataset != new.dataset:
        change |= Change.DATA
    if old.layers != new.layers:
        change |= Change.NETWORK
    if (old.initialization, old.seed) != (new.initialization, new.seed) or _drawn_otherwise(old.layers, new.layers):
        change |= Change.WEIGHTS
    if old.training.optimizer != new.training.optimizer:
        change |= Change.OPTIMIZER
    if (replace(old.training, optimizer=new.training.optimizer), old.stopping) != (new.training, new.stopping):
        change |= Change.HYPERPARAMETERS
    return change


def _drawn_otherwise(old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> bool:
    """Whether a layer that stays has another initialiser."""
    before, after = ({layer.key: getattr(layer, "initializer", None) for layer in layers} for layers in (old, new))
    return any(before[key] is not after[key] for key in before.keys() & after.keys())


def can_carry(old: Experiment, new: Experiment) -> bool:
    """Whether what was learned may go on: not where other first weights were asked for, nor on another kind of data,
    another table, or another target of it."""
    kept = old.dataset.kind is new.dataset.kind or _painted_over(old, new)
    return kept and Change.WEIGHTS not in plan(old, new) and not _another_table(old, new)


def _another_table(old: Experiment, new: Experiment) -> bool:
    """Whether both learn somebody's own data of one kind, but not the same thing from the same file."""
    return old.dataset.kind is new.dataset.kind and _learned(old.dataset) != _learned(new.dataset)


def _learned(spec: DatasetSpec) -> tuple[object, ...]:
    """What of somebody's own data is learned; empty for what the program brings along."""
    match spec:
        case TableSpec():
            return spec.digest, spec.task, spec.target_names
        case PictureSpec():
            return spec.digest, spec.class_names, spec.height, spec.width
        case _:
            return ()


def _painted_over(old: Experiment, new: Experiment) -> bool:
    """Whether somebody has begun to paint on points that the program has drawn."""
    return isinstance(old.dataset, PlaneSpec) and isinstance(new.dataset, PaintedSpec)


def describe(old: Experiment, new: Experiment) -> str:
    """The edit in two or three words, such as «Add layer» or «Learning rate»."""
    if _painted_over(old, new):
        return "Points"
    if old.dataset.kind is not new.dataset.kind or _another_table(old, new):
        return "Data set"
    if old.layers != new.layers:
        return _describe_layers(old.layers, new.layers)
    if old.seed != new.seed:
        return "New weights"
    if old.training.optimizer is not new.training.optimizer:  # which brings a rate of its own along
        return settings_of(type(new.training))["optimizer"].label
    for part in ("dataset", "initialization", "training", "stopping"):
        if names := _different(getattr(old, part), getattr(new, part)):
            return names[0] if len(names) == 1 else part.capitalize()
    return "Experiment"


def _describe_layers(old: tuple[LayerSpec, ...], new: tuple[LayerSpec, ...]) -> str:
    before, after = {layer.key: layer for layer in old}, {layer.key: layer for layer in new}
    added, removed = after.keys() - before.keys(), before.keys() - after.keys()
    match len(added), len(removed):
        case 0, 0:
            if list(before) != list(after):
                return "Move layer"
            names = [name for key in before for name in _different(before[key], after[key])]
            return names[0] if len(set(names)) == 1 else "Layers"
        case 1, 0:
            return f"Add {after[added.pop()].label.lower()} layer"
        case 0, 1:
            return f"Remove {before[removed.pop()].label.lower()} layer"
        case _:
            return "Layers"


def _different(old: object, new: object) -> list[str]:
    """The labels of the fields in which two specs differ."""
    if type(old) is not type(new):
        return ["Kind of layer"]
    settings = settings_of(type(new))
    names = [field.name for field in fields(new) if getattr(old, field.name) != getattr(new, field.name)]  # type: ignore[arg-type]
    if isinstance(new, PaintedSpec) and {"training", "test"} & set(names):
        return ["Points"]
    return [settings[name].label if name in settings else name.capitalize() for name in names]
