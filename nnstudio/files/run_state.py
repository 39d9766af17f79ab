"""The state of a run as members of an archive, and back to the last bit.

`state.json` has the shape of `RunState`, field by field and by name. Where a field is an array the text names the
member that holds it, such as `state/optimizer/arrays/m.npy`. The types of the fields decide what is taken back: nothing
else comes in, an array that is too large is not read, and numbers are what they were, infinite ones and those of 128
bits too. Whether a state fits its network shows when it is put back.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from math import isfinite
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints
from zipfile import ZipFile

import msgspec
import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment import Experiment
from nnstudio.core.generator import GeneratorState
from nnstudio.core.training.state import RunState
from nnstudio.files.archive import open_member
from nnstudio.files.npy import StoredArray, stored_npy

TEXT = "state.json"
MAXIMUM_PARAMETERS = 2**26
MAXIMUM_EXAMPLES = 2**26
MAXIMUM_ROWS = 2**20
_LATER = {"frozen", "off", "last_update", "kind", "before", "after"}
"""Fields that files of version 2 lack, and of marks those of version 3; their defaults say that nothing is."""
_LONGEST_INT = 63
"""Bits of a whole number that every reader of JSON understands."""

_ARRAYS: dict[Any, tuple[tuple[str, ...], int]] = {
    Any: (("<f4", "<f8"), MAXIMUM_PARAMETERS),
    np.int64: (("<i8",), MAXIMUM_EXAMPLES),
    np.float64: (("<f8",), MAXIMUM_ROWS),
    np.bool_: (("|b1",), MAXIMUM_PARAMETERS),
}
"""The kinds of numbers, and how many at most, in an array of the network, an order of examples, a column, and locks."""

Whole = Annotated[int, msgspec.Meta(ge=0)] | Annotated[str, msgspec.Meta(pattern="^[0-9]{1,39}$")]
Word = Annotated[int, msgspec.Meta(ge=0, lt=2**32)]
Value = TypeVar("Value")


class _Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two numbers of 128 bits, which JSON holds as text if they are large."""

    state: Whole
    inc: Whole


class _Generator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    bit_generator: Literal["PCG64"]
    state: _Position
    has_uint32: Annotated[int, msgspec.Meta(ge=0, le=1)]
    uinteger: Word


def members_of(value: object, name: str = "state") -> dict[str, bytes | Array]:
    """The files that hold all of a state, or of a value with states in it, but for the experiment: `NAME.json`, and the
    arrays below `NAME/`."""
    arrays: dict[str, Array] = {}
    plain = _plain(value, name, arrays)
    return {f"{name}.json": msgspec.json.format(msgspec.json.encode(plain), indent=1), **arrays}


def state_of(text: bytes, experiment: Experiment, stored: Callable[[str], StoredArray]) -> RunState:
    """What `members_of` took apart; `stored` gives the array of a member's name. Raises `ValueError` for anything that
    is no state, or whose parts do not fit each other."""
    return value_of(RunState, text, "state", experiment, stored)


def value_of(
    kind: type[Value], text: bytes, name: str, experiment: Experiment, stored: Callable[[str], StoredArray]
) -> Value:
    """A value of this dataclass, in which every state belongs to the experiment; raises as `state_of` does."""
    try:
        return _value(kind, msgspec.json.decode(text), name, stored, experiment)
    except (msgspec.MsgspecError, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error


def stored_in(archive: ZipFile, name: str) -> StoredArray:
    """The array in a member of an archive. Raises `ValueError` if it is missing or none."""
    try:
        return stored_npy(open_member(archive, name))
    except KeyError as error:
        raise ValueError(f"{name} is missing") from error


def _plain(value: Any, name: str, arrays: dict[str, Array]) -> Any:
    if isinstance(value, np.ndarray):
        arrays[f"{name}.npy"] = value
        return f"{name}.npy"
    if is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in fields(value) if field.name != "experiment"}
    if isinstance(value, Mapping):
        return {str(key): _plain(part, f"{name}/{key}", arrays) for key, part in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(part, name, arrays) for part in value]
    if isinstance(value, float):
        return float(value) if isfinite(value) else str(float(value))
    return str(value) if isinstance(value, int) and value.bit_length() > _LONGEST_INT else value


def _value(hint: Any, plain: Any, name: str, stored: Callable[[str], StoredArray], experiment: Experiment) -> Any:
    """The value of the type `hint` that `plain` stands for; `name` is its path."""

    def part(hint: Any, plain: Any, key: Any = None) -> Any:
        return _value(hint, plain, name if key is None else f"{name}/{key}", stored, experiment)

    origin, inner = get_origin(hint), get_args(hint)
    if isinstance(hint, UnionType):
        return None if plain is None else part(inner[0], plain)
    if origin is np.ndarray:
        if plain != f"{name}.npy":
            raise ValueError(f"{name} should lie in {name}.npy")
        return _array(plain, stored(plain), *_ARRAYS[get_args(inner[1])[0]])
    if hint is float and plain in ("inf", "-inf", "nan"):
        return float(plain)
    if hint == GeneratorState:
        generator = msgspec.to_builtins(msgspec.convert(plain, _Generator))
        generator["state"] = {key: int(whole) for key, whole in generator["state"].items()}
        return generator
    if is_dataclass(hint):
        hints = _hints(hint)
        given = {"experiment": experiment} if "experiment" in hints else {}
        values = msgspec.convert(plain, dict[str, Any])
        if not hints.keys() - given - _LATER <= values.keys() <= hints.keys() - given:
            raise ValueError(f"{name} has the fields {', '.join(values)}, but needs {', '.join(hints.keys() - given)}")
        value = hint(**given, **{key: part(hints[key], value, key) for key, value in values.items()})  # type: ignore[operator]
        if isinstance(value, RunState):
            _check(value)
        return value
    if origin is tuple or origin is frozenset:
        return origin(part(inner[0], each) for each in msgspec.convert(plain, list[Any]))
    if origin is not None and origin is not Literal:
        values = msgspec.convert(plain, dict[str, Any])
        return {
            msgspec.convert(key, inner[0], strict=False): part(inner[1], value, key) for key, value in values.items()
        }
    return msgspec.convert(plain, hint)


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _array(name: str, stored: StoredArray, kinds: tuple[str, ...], maximum: int) -> Array:
    if len(stored.shape) != 1 or stored.kind not in kinds or stored.shape[0] > maximum:
        raise ValueError(f"{name} has the shape {stored.shape} and the type {stored.kind}")
    return stored.read()


def _check(state: RunState) -> None:
    """What holds of every state that a trainer gave, as far as it can be told without a network."""
    params, statistics, best = state.params, state.statistics, state.stopping.best.weights
    alike = [(array, params) for array in (params, *state.optimizer.arrays.values())] + [(statistics, statistics)]
    if best is not None:
        alike.append((best.params, params))
        alike.append((statistics if best.statistics is None else best.statistics, statistics))
    for array, model in alike:
        if array.shape != model.shape or array.dtype != params.dtype:
            raise ValueError(f"{array.size} numbers of {array.dtype} lie beside {model.size} of {params.dtype}")
        if not np.isfinite(array).all():
            raise ValueError("numbers are NaN or infinite")
    if state.frozen is not None and state.frozen.shape != params.shape:
        raise ValueError(f"{state.frozen.size} locks lie beside {params.size} parameters")
    if state.frozen is not None and state.frozen.view(np.uint8).max(initial=0) > 1:
        raise ValueError("locks are neither open nor closed")
    if len({array.shape for array in _columns(state)}) != 1:
        raise ValueError("the columns of its history have different lengths")
    if not all(map(isfinite, (*state.optimizer.numbers.values(), state.seconds))):
        raise ValueError("numbers are NaN or infinite")


def _columns(state: RunState) -> Iterator[Array]:
    rows = state.history.rows
    return (getattr(rows, field.name) for field in fields(rows))
