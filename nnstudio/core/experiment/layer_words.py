"""By which words layers and their settings go in a network that is written as text."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from nnstudio.core.experiment.choices import InitializerKind
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
)
from nnstudio.core.experiment.setting import Choice, Setting, settings_of


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind of layer is written.

    names: what it may be called, the first of them in what is written here; empty: it needs no name
    always: the settings that are always written; the numbers among them need no name, in this order
    example: how somebody might write it
    """

    names: tuple[str, ...]
    always: tuple[str, ...]
    example: str


FORMS: dict[type[LayerSpec], Form] = {
    DenseSpec: Form(("", "dense"), ("units", "activation"), "8 tanh"),
    Conv2DSpec: Form(("conv", "convolution", "conv2d"), ("filters", "kernel", "activation"), "conv 16 3x3 ReLU"),
    MaxPool2DSpec: Form(("max pool", "max pooling", "maxpool"), ("size",), "max pool 2"),
    AvgPool2DSpec: Form(("average pool", "average pooling", "avg pool", "avgpool"), ("size",), "average pool 2"),
    FlattenSpec: Form(("flatten",), (), "flatten"),
    ActivationSpec: Form(("", "activation"), ("activation",), "ReLU"),
    DropoutSpec: Form(("dropout",), ("rate",), "dropout 0.2"),
    BatchNormSpec: Form(("batch norm", "batch normalisation", "batchnorm"), (), "batch norm"),
    LayerNormSpec: Form(("layer norm", "layer normalisation", "layernorm"), (), "layer norm"),
}
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
    return {name: kind for kind, form in FORMS.items() for name in form.names if name}


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
