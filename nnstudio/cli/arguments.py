"""What EXPERIMENT and --set mean: from words on the command line to an experiment.

A preset, an experiment as JSON and a project all end as the same frozen `Experiment`. Changes are made to its JSON and
read back, so that --set obeys the rules of a file and is refused in the same words.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from nnstudio.core.experiment import SPECS, Experiment
from nnstudio.core.presets import PRESETS
from nnstudio.files import limits
from nnstudio.files.errors import LONGEST_MESSAGE, LONGEST_PART, check_file, printable, reason, unreadable
from nnstudio.files.experiment_json import experiment_from_json, experiment_from_plain, experiment_to_json
from nnstudio.files.project import SUFFIX, Project, load_project
from nnstudio.files.share_text import is_share_text, project_of


class BadInput(Exception):
    """What was typed cannot be used; the message is a sentence for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message, LONGEST_MESSAGE))


def load(name: str) -> Project:
    """The experiment of a preset's name, of a share text or of a file, with all that a project knows of its training.
    Raises `BadInput` and `FileError`."""
    if name in PRESETS:
        return Project(PRESETS[name].experiment)
    if is_share_text(name):
        return project_of(name)
    path = Path(name)
    if path.suffix.lower() == SUFFIX:
        return load_project(path)
    if not path.suffix and not os.path.exists(path):
        raise unknown_preset(name)
    return Project(experiment_from_json(_text(path)))


def unknown_preset(name: str) -> BadInput:
    """The error for a name that is neither a preset nor a file."""
    similar = get_close_matches(name[:LONGEST_PART], PRESETS, n=1)
    advice = f"did you mean {similar[0]}?" if similar else "`nnstudio presets` lists them."
    return BadInput(f"There is no experiment called {printable(name)}; {advice}")


def changed(experiment: Experiment, assignments: Iterable[str]) -> Experiment:
    """The experiment after changes such as `training.learning_rate=0.01` or `layers[0].units=16`, in their order.
    Raises `BadInput` and `ExperimentError`, which name the field."""
    plain = msgspec.json.decode(experiment_to_json(experiment))
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not (path and equals):
            raise BadInput(
                f"{printable(assignment)} is no change of a setting; write it as training.learning_rate=0.01."
            )
        _put(plain, path, _value(text))
        if path == "dataset.kind":
            plain["dataset"] = _suited(plain["dataset"])
    return experiment_from_plain(plain)


def _suited(dataset: dict[str, Any]) -> dict[str, Any]:
    """The settings that data of its kind have: those of another domain would be refused."""
    spec = next((spec for kind, spec in SPECS.items() if kind.value == dataset["kind"]), None)
    known = {field.name for field in fields(spec)} if spec else set(dataset)
    return {name: value for name, value in dataset.items() if name in known}


def _text(path: Path) -> str:
    try:
        check_file(path)
        with path.open("rb") as stream:
            content = stream.read(limits.EXPERIMENT + 1)
        if len(content) > limits.EXPERIMENT:
            raise unreadable(path, "it is far too large for an experiment", "")
        return content.decode()
    except OSError as error:
        raise unreadable(path, reason(error), str(error)) from error
    except UnicodeDecodeError as error:
        raise unreadable(path, "it is not text", str(error)) from error


def _value(text: str) -> Any:
    """JSON where it is JSON, and otherwise a word, so that names need no quotes."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return text
    except RecursionError as error:
        raise BadInput(f"{printable(text)} is nested too deeply.") from error


def _put(plain: Any, path: str, value: Any) -> None:
    """Put a value at a path such as `layers[0].units`. Whether a last name is known is for the reader to say."""
    *steps, last = re.split(r"\.|\[", path.replace("]", ""))
    for step in steps:
        plain = plain[_key(plain, step, path)] if step in _names(plain) else _missing(plain, step, path)
    plain[_key(plain, last, path)] = value


def _names(plain: Any) -> list[str]:
    if isinstance(plain, dict):
        return list(plain)
    return [str(index) for index in range(len(plain))] if isinstance(plain, list) else []


def _key(plain: Any, step: str, path: str) -> str | int:
    if isinstance(plain, dict):
        return step
    return int(step) if step in _names(plain) else _missing(plain, step, path)


def _missing(plain: Any, step: str, path: str) -> Any:
    names = _names(plain)
    only = f", only {', '.join(names)}" if names else " there"
    raise BadInput(f"{printable(path)} is not known: there is no {printable(step)!r}{only}.")
