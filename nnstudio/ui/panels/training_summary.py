"""What a folded part of the Training card says of the settings inside, in a few words."""

from collections.abc import Collection, Iterable
from typing import Any

from nnstudio.core.experiment import InitializationSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import InitializerKind
from nnstudio.core.experiment.setting import Choice, Setting, in_a_phrase, settings_of
from nnstudio.core.network.initializers import SETTINGS_OF_INITIALIZER
from nnstudio.ui.widgets.figures import counted, percent, tick
from nnstudio.ui.widgets.setting_text import text_of

_NAMED_AFTER_PEOPLE = ("He", "Glorot", "LeCun")
_LONGEST_SYMBOL = 2


def differing(spec: object, usual: object, names: Iterable[str]) -> list[str]:
    """The settings among `names` that are not as usual, in their order."""
    return [name for name in names if getattr(spec, name) != getattr(usual, name)]


def optimiser_words(training: TrainingSpec, usual: TrainingSpec, shown: Collection[str]) -> str:
    """SGD; Adam, β₁ 0.5, cosine."""
    names = [name for name in differing(training, usual, shown) if name != "optimizer"]
    return _list([training.optimizer.label, *_words(training, names)])


def regularisation_words(training: TrainingSpec, shown: Collection[str]) -> str:
    """none; L2 0.001, smoothing 10 %."""
    return _list(_words(training, [name for name in shown if getattr(training, name)])) or "none"


def first_weights_words(initialization: InitializationSpec, usual: InitializationSpec, shown: Collection[str]) -> str:
    """Glorot; normal, σ 0.9; He, bias 0.1."""
    kind = initialization.kind
    own = SETTINGS_OF_INITIALIZER.get(kind, ())
    others = [name for name in differing(initialization, usual, shown) if name not in {"kind", *own}]
    return _list([_kind(kind), *_words(initialization, [*own, *others])])


def stopping_words(stopping: StoppingSpec) -> str:
    """never; after 1 epoch; at loss 0.01, patience 5 epochs."""
    rules = (
        (stopping.updates, f"after {counted(stopping.updates, 'update')}"),
        (stopping.epochs, f"after {counted(stopping.epochs, 'epoch')}"),
        (stopping.seconds, f"after {tick(stopping.seconds)} s"),
        (stopping.accuracy, f"at {percent(stopping.accuracy, 0)}"),
        (stopping.loss, f"at loss {tick(stopping.loss)}"),
        (stopping.patience, f"patience {counted(stopping.patience, 'epoch')}"),
    )
    return _list([words for value, words in rules if value]) or "never"


def _words(spec: object, names: Iterable[str]) -> list[str]:
    settings = settings_of(type(spec))
    return [_word(settings[name], name, getattr(spec, name)) for name in names]


def _word(setting: Setting, name: str, value: Any) -> str:
    if isinstance(value, Choice):
        return value.phrase if name in {"schedule", "loss"} else f"{in_a_phrase(setting.label)}: {value.phrase}"
    symbol = setting.formula if len(setting.formula) <= _LONGEST_SYMBOL else ""
    number = text_of(setting, value) if setting.percent or value == 0 else tick(value)
    return f"{setting.short or symbol or in_a_phrase(setting.label)} {number}"


def _kind(kind: InitializerKind) -> str:
    name = kind.label.partition("(")[0]
    return name if name.startswith(_NAMED_AFTER_PEOPLE) else in_a_phrase(name)


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)
