"""The hidden layers as a line of text: `8 tanh, dropout 0.2, 8 tanh`.

`describe_layers` writes it, `parse_layers` reads it back to the same layers. Layers are parted by commas or new lines.
A layer is the name of its kind, its numbers in the order of its `Form`, then its other settings in any order. A number
alone is a dense layer, an activation alone is a layer of its own; what is not written has its default:

    conv 16 3x3 ReLU same, max pool 2, flatten, 64 ReLU init he, batch norm memory 0.99

Letters may be large or small, and a choice may go by its name in files as well (`leaky-relu`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from nnstudio.core.experiment.experiment import MAXIMUM_HIDDEN_LAYERS
from nnstudio.core.experiment.layer_specs import LAYER_KINDS, LayerSpec
from nnstudio.core.experiment.layer_words import (
    LONGEST_PHRASE,
    SQUARES,
    kinds,
    nameless,
    names_of,
    phrases_of,
    vocabulary,
)
from nnstudio.core.experiment.setting import Choice, Setting, SettingError, settings_of

LONGEST_TEXT = 4000
_LONGEST_QUOTE = 40
_WORD = re.compile(r"[-+]?[\d.][^\s@]*|[^\W\d_]+\d*[a-z]?|[^\s@-]+")
"""A number with what belongs to it, a name such as conv2d, or whatever else stands there."""
T = TypeVar("T")


class NetworkTextError(SettingError):
    """A text that describes no network. The message quotes the place; `start` and `end` are where it is in the text."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__("layers", message)
        self.args = (message, start, end)
        self.start, self.end = start, end

    def __str__(self) -> str:
        return self.args[0]


class Placed(NamedTuple):
    """A layer of a text, and where it stands there."""

    layer: LayerSpec
    start: int
    end: int


def describe_layers(layers: Sequence[LayerSpec]) -> str:
    """The layers as text; empty where there are none."""
    return ", ".join(_described(layer) for layer in layers)


def parse_layers(text: str) -> tuple[LayerSpec, ...]:
    """The layers that `text` describes, without keys. Raises `NetworkTextError`. Whether their shapes fit depends on
    the data, and shows when a network is built."""
    return tuple(placed.layer for placed in place_layers(text))


def place_layers(text: str) -> tuple[Placed, ...]:
    """The same, each layer with its place."""
    if len(text) > LONGEST_TEXT:
        raise NetworkTextError(f"The text is longer than {LONGEST_TEXT} characters.", LONGEST_TEXT, len(text))
    separators = [match.start() for match in re.finditer(r"[,\n]", text)]
    spans = [(start + 1, end) for start, end in pairwise((-1, *separators, len(text))) if _is_piece(text, start, end)]
    pieces = [_Piece(text, start, end, number) for number, (start, end) in enumerate(spans, start=1)]
    if len(pieces) > MAXIMUM_HIDDEN_LAYERS:
        raise pieces[MAXIMUM_HIDDEN_LAYERS].error(f"{MAXIMUM_HIDDEN_LAYERS} hidden layers are the most.")
    return tuple(Placed(_read(piece), piece.start, piece.end) for piece in pieces)


def misplaced(placed: Placed, number: int, text: str, why: str) -> NetworkTextError:
    """The error for a layer, counted from 1, that cannot stand where it does."""
    return _Piece(text, placed.start, placed.end, number).error(why)


# Writing --------------------------------------------------------------------------------------------------------------


def _described(layer: LayerSpec) -> str:
    kind = type(layer)
    form, settings, default = kind.form, settings_of(kind), kind()
    words = [form.names[0], *(_written(name, getattr(layer, name)) for name in form.always)]
    for name in settings:
        value = getattr(layer, name)
        if name not in form.always and value != getattr(default, name):
            announced = "" if isinstance(value, Choice) else names_of(name, settings[name])[0]
            words += [announced, _written(name, value)]
    return " ".join(filter(None, words))


def _written(name: str, value: object) -> str:
    if isinstance(value, Choice):
        return phrases_of(value)[0]
    return f"{value}x{value}" if name == "kernel" else repr(value)


# Reading --------------------------------------------------------------------------------------------------------------


class _Word(NamedTuple):
    text: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit() or (self.text[0] in "+-." and len(self.text) > 1)


class _Piece:
    """What should be a layer: the words of text[start:end], in small letters, which know their places."""

    def __init__(self, text: str, start: int, end: int, number: int) -> None:
        self.text = text[start:end].strip()
        self.start = text.find(self.text, start, end)
        self.end = self.start + len(self.text)
        self.number = number
        self.words = [_Word(match[0].lower(), *match.span()) for match in _WORD.finditer(text, self.start, self.end)]

    def error(self, why: str, first: int = 0, last: int = -1) -> NetworkTextError:
        """Something is wrong with the words from `first` to `last`."""
        start, end = (self.words[first].start, self.words[last].end) if self.words else (self.start, self.end)
        quote = self.text if len(self.text) <= _LONGEST_QUOTE else f"{self.text[:_LONGEST_QUOTE]}…"
        where = f"layer {self.number}, column {start + 1}"
        return NetworkTextError(f"'{quote}' ({where}): {why}" if quote else f"In {where} {why}", start, end)

    def longest(self, place: int, phrases: Mapping[str, T]) -> tuple[T | None, int]:
        """The meaning of the longest phrase that begins with this word, and the word behind it."""
        for end in range(min(place + LONGEST_PHRASE, len(self.words)), place, -1):
            if (phrase := self.phrase(place, end)) in phrases:
                return phrases[phrase], end
        return None, place

    def similar(self, place: int, phrases: Iterable[str]) -> str:
        """The phrase that is most like one that begins with this word; empty if none is."""
        for end in range(min(place + LONGEST_PHRASE, len(self.words)), place, -1):
            if close := get_close_matches(self.phrase(place, end), list(phrases), n=1, cutoff=0.7):
                return close[0]
        return ""

    def phrase(self, place: int, end: int) -> str:
        return " ".join(word.text for word in self.words[place:end])


def _is_piece(text: str, start: int, end: int) -> bool:
    """Whether there should be a layer between these separators: not behind a last comma, nor in an empty line."""
    breaks = end == len(text) or text[end] == "\n" or (start >= 0 and text[start] == "\n")
    return bool(text[start + 1 : end].strip()) or not breaks


def _read(piece: _Piece) -> LayerSpec:
    kind, place = _kind(piece)
    settings, form, words = settings_of(kind), kind.form, vocabulary(kind)
    values: dict[str, Any] = {}
    while place < len(piece.words):
        first = place
        member: Choice | None = None
        if piece.words[place].is_number:
            free = (name for name in form.always if settings[name].choice is None and name not in values)
            name = next(free, "")
            if not name:
                raise piece.error(f"one number too many. Write it as '{form.example}'.", place, place)
        else:
            meaning, place = piece.longest(place, words)
            if meaning is None:
                raise piece.error(_unknown(piece, place, kind), place, place)
            name, member = meaning
        if name in values:
            raise piece.error(f"'{piece.words[first].text}' sets {settings[name].label.lower()} twice.", first, first)
        if member is None:
            values[name] = _number(name, settings[name], piece, place)
            place += 1
        else:
            values[name] = member
    return kind(**values)


def _kind(piece: _Piece) -> tuple[type[LayerSpec], int]:
    """The kind of layer, and the first word behind its name."""
    if not piece.words:
        raise piece.error("there is no layer between the commas.")
    if piece.words[0].is_number:
        return nameless(counted=True), 0
    kind, place = piece.longest(0, kinds())
    if kind is not None:
        return kind, place
    activations = vocabulary(nameless(counted=False))
    if piece.longest(0, activations)[0] is not None:
        return nameless(counted=any(word.is_number for word in piece.words)), 0
    advice = f"Layers are written as {', '.join(kind.form.example for kind in LAYER_KINDS.values())}."
    if similar := piece.similar(0, (*kinds(), *activations)):
        advice = f"Did you mean '{similar}'?"
    raise piece.error(f"there is no layer or activation '{piece.words[0].text}'. {advice}", 0, 0)


def _unknown(piece: _Piece, place: int, kind: type[LayerSpec]) -> str:
    """Why a word means nothing behind this kind of layer, and what would."""
    settings, words = settings_of(kind), vocabulary(kind)
    similar = piece.similar(place, words)
    setting = settings[words[similar][0]] if similar else settings.get("activation")
    noun = "setting" if setting is None or setting.choice is None else setting.label.lower()
    advice = f"Did you mean '{similar}'?" if similar else f"Write the layer as '{kind.form.example}'."
    return f"there is no {noun} '{piece.words[place].text}'. {advice}"


def _number(name: str, setting: Setting, piece: _Piece, place: int) -> float:
    """The value of a number, checked by its setting."""
    if place == len(piece.words):
        raise piece.error(f"a number is missing behind '{piece.words[-1].text}'.")
    text = piece.words[place].text
    sides = re.split("[x×]", text) if name in SQUARES else [text]
    if len(sides) > 1 and sides != sides[:1] * 2:
        raise piece.error(f"windows are square; write {sides[0]}x{sides[0]}.", place, place)
    digits = sides[0].removesuffix("%") if setting.percent else sides[0]
    try:
        value = int(digits) if setting.integer else float(digits) / (1 if digits == sides[0] else 100)
    except ValueError:
        kind = "whole number" if setting.integer else "number"
        raise piece.error(f"'{text}' is no {kind}, as {setting.label.lower()} needs it.", place, place) from None
    try:
        setting.check(setting.label, value)
    except SettingError as error:
        raise piece.error(str(error), place, place) from error
    return value
