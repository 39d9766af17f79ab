"""By which words layers and their settings go in a network that is written as text."""

from collections.abc import Mapping
from functools import cache

from nnstudio.core.experiment.choices import InitializerKind
from nnstudio.core.experiment.layer_specs import LAYER_KINDS, LayerSpec
from nnstudio.core.experiment.setting import Choice, Setting, settings_of

SQUARES = frozenset({"kernel", "size"})
"""Settings that may be written as 3x3."""
LONGEST_PHRASE = 3
"""Words."""


def phrases_of(member: Choice) -> tuple[str, ...]:
    """What a choice is called, first as it is written: in its own words where they are plain, otherwise as in files."""
    value = str(member.value).replace("-", " ")
    other = member.label.partition(" (")[2].rstrip(")")
    plain = member.phrase.replace(" ", "").isalpha()
    phrases = [member.phrase, value, other] if plain else [value]
    prefix = "init " if isinstance(member, InitializerKind) else ""
    return tuple(prefix + phrase for phrase in dict.fromkeys(filter(None, phrases)))


def names_of(name: str, setting: Setting) -> tuple[str, ...]:
    """What announces the number of a setting."""
    label = setting.label.lower()
    return (label, name) if label.isascii() else (name, label)


@cache
def kinds() -> Mapping[str, type[LayerSpec]]:
    """The kinds of layers by each of their names."""
    return {name: kind for kind in LAYER_KINDS.values() for name in kind.form.names if name}


@cache
def nameless(counted: bool) -> type[LayerSpec]:
    """The kind that needs no name: the one with so many units, or the one that is an activation alone."""
    return next(kind for kind in LAYER_KINDS.values() if "" in kind.form.names and bool(kind.width) is counted)


@cache
def vocabulary(kind: type[LayerSpec]) -> Mapping[str, tuple[str, Choice | None]]:
    """What may stand behind the name of a kind, in small letters: a choice, or what announces a number; with the
    setting's name."""
    words: dict[str, tuple[str, Choice | None]] = {}
    for name, setting in settings_of(kind).items():
        for member in setting.choice or ():
            words |= {phrase.lower(): (name, member) for phrase in phrases_of(member)}
        if setting.choice is None:
            words |= dict.fromkeys(names_of(name, setting), (name, None))
    return words
