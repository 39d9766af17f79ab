"""Every error of the program survives pickling: it may cross from one process to another, and be read there."""

import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import nnstudio


def errors() -> Iterator[type[BaseException]]:
    """Every exception that a module of the program defines."""
    for found in pkgutil.walk_packages(nnstudio.__path__, "nnstudio."):
        if found.name == "nnstudio.__main__":
            continue
        module = importlib.import_module(found.name)
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, BaseException) and kind.__module__ == found.name:
                yield kind


def an(kind: type[BaseException]) -> Any:
    """One of this kind, made from as many arguments as its constructor takes."""
    if kind.__init__ in (BaseException.__init__, Exception.__init__, ValueError.__init__):
        return kind("It is broken.")
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    return kind(*(3 if parameter.annotation is int else f"some {parameter.name}" for parameter in parameters))


def test_there_are_some() -> None:
    names = {kind.__name__ for kind in errors()}
    assert {"Diverged", "SettingError", "ShapeError", "DataError", "FileError", "ExperimentError"} <= names


@pytest.mark.parametrize("kind", list(errors()), ids=lambda kind: kind.__name__)
def test_survives_pickling(kind: type[BaseException]) -> None:
    error = an(kind)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(again) is kind
    assert str(again) == str(error)
    assert again.args == error.args
    assert vars(again) == vars(error)
