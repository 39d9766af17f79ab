"""The legal values of one setting.

Before any training step somebody chooses numbers: a learning rate, a batch size, a noise level. A `Setting` says which
numbers make sense, how they are spread (evenly or by powers of ten), what they are called and what they do. Experiments
check themselves against it, the interface builds its sliders from it, and neither has to know the other.
"""

import math
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cache
from typing import Any, Self

_LARGEST_INTEGER = 64
"""Bits."""


class SettingError(ValueError):
    """A value that no setting allows; `field` names the setting, the message is a sentence for a person."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(name, message)  # all of them, so that the error survives pickling
        self.field = name

    def __str__(self) -> str:
        return self.args[1]


class Scale(Enum):
    """How a slider spreads its values: evenly, or by powers of ten."""

    LINEAR = "linear"
    LOGARITHMIC = "logarithmic"


def in_a_phrase(label: str) -> str:
    """A label inside a phrase, without its second name: Tanh becomes tanh, Leaky ReLU leaky ReLU, ReLU stays."""
    first, *others = label.partition(" (")[0].split(" ")
    return " ".join((first.lower() if first[1:].islower() else first, *others))


class Choice(Enum):
    """An enumeration whose members explain themselves: the value is the name in files, the rest is for people."""

    label: str
    help: str
    formula: str

    def __new__(cls, value: str, label: str, help: str, formula: str = "") -> Self:
        member = object.__new__(cls)
        member._value_ = value
        member.label = label
        member.help = help
        member.formula = formula
        return member

    @property
    def phrase(self) -> str:
        """The label inside a phrase."""
        return in_a_phrase(self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One number (or yes/no, or one of a `Choice`) that a person may set.

    label, help, formula: what it is called, one plain sentence, and the formula for What's This
    minimum, maximum: the closed range of a number
    integer: whole numbers only
    zero: 0 is legal too, although it lies below `minimum` of a logarithmic scale; it means «off»
    stops: values at which a slider likes to rest
    percent: shown as a share of one hundred
    none: what it is called to choose nothing; without it a `Choice` must be made
    topic: which part of its spec it belongs to, where there are several; empty: the main one
    short: what a summary calls it; empty: its symbol, or its label
    """

    label: str
    help: str
    formula: str = ""
    minimum: float = -math.inf
    maximum: float = math.inf
    integer: bool = False
    scale: Scale = Scale.LINEAR
    zero: bool = False
    stops: tuple[float, ...] = ()
    percent: bool = False
    choice: type[Choice] | None = None
    none: str = ""
    topic: str = ""
    short: str = ""

    def field(self, default: object) -> Any:
        """A dataclass field with this default, which carries the setting as metadata."""
        return field(default=default, metadata={"setting": self})

    def check(self, name: str, value: object) -> None:
        """Raise `SettingError` unless `value` is legal."""
        if self.choice is not None:
            if not isinstance(value, self.choice) and not (self.none and value is None):
                names = ", ".join(str(member.value) for member in self.choice)
                raise SettingError(name, f"{name} is {reprlib.repr(value)}, but must be one of: {names}.")
            return
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SettingError(name, f"{name} is {reprlib.repr(value)}, but must be a number.")
        if self.integer and not isinstance(value, int):
            raise SettingError(name, f"{name} is {reprlib.repr(value)}, but must be a whole number.")
        if isinstance(value, int) and value.bit_length() > _LARGEST_INTEGER:
            raise SettingError(name, f"{name} is far too large a number.")
        if value == 0 and self.zero:
            return
        if not self.minimum <= value <= self.maximum:
            either = "0 or " if self.zero else ""
            raise SettingError(
                name, f"{name} is {value:g}, but must be {either}between {self.minimum:g} and {self.maximum:g}."
            )


@cache
def settings_of(spec: type[Any]) -> Mapping[str, Setting]:
    """The settings of a dataclass by field name, in the order of its fields."""
    return {f.name: f.metadata["setting"] for f in fields(spec) if "setting" in f.metadata}


def check_settings(spec: object, prefix: str) -> None:
    """Check every field of a dataclass instance; errors name it `prefix.field`."""
    for name, setting in settings_of(type(spec)).items():
        setting.check(f"{prefix}.{name}", getattr(spec, name))
