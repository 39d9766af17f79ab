"""A network as one JSON document: whatever can be said of it in names and numbers, for any language.

Task, inputs and what is done to them, layer by layer the formula, its settings and its numbers, the names of the
classes, the experiment, and sample inputs with their answers. Kinds have the names that they have in all our files.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import Task
from nnstudio.files.experiment_json import experiment_to_json
from nnstudio.files.exports.by_the_textbook import prove_numbers
from nnstudio.files.exports.format import CannotHold, Files, Format, Group, Proof
from nnstudio.files.exports.subject import THRESHOLD, Subject
from nnstudio.files.exports.table_cells import units_of
from nnstudio.files.weights_format import describe_format, describe_scaling, with_arrays

VERSION = 1
MOST_NUMBERS = 2_000_000


def json_document(subject: Subject, name: str) -> Files:
    """The document. Raises `CannotHold`."""
    if why := _too_large(subject):
        raise CannotHold("JSON", why)
    return {name: msgspec.json.format(msgspec.json.encode(_document(subject)), indent=1) + b"\n"}


def _too_large(subject: Subject) -> str:
    count = subject.model.params.size
    return f"it has {count} numbers, and a document holds {MOST_NUMBERS} at most." if count > MOST_NUMBERS else ""


def _document(subject: Subject) -> dict[str, Any]:
    model, described = subject.model, describe_format(subject.frame)
    arrays = {
        prefix: {name: plain(values) for name, values in layer.arrays.items()} for prefix, layer in with_arrays(model)
    }
    layers = [{**layer, "arrays": arrays.get(layer.get("array", ""), {})} for layer in described["layers"]]
    return {
        "name": "nnstudio network",
        "version": VERSION,
        "title": subject.title,
        "updates": subject.frame.updates,
        "task": model.task.value,
        "targets": list(model.target_names),
        "threshold": THRESHOLD if model.task in (Task.BINARY, Task.MULTILABEL) else None,
        "output": model.output.value,
        "numbers": subject.dtype,
        "examples": described["examples"],
        "input": {
            "domain": model.recipe.domain.value,
            "shape": list(model.recipe.shape),
            "features": [feature.value for feature in model.recipe.features],
            "divisor": model.recipe.divisor,
            **describe_scaling(subject.frame),
            "columns": _columns(subject),
        },
        "units": units_of(model.recipe) or (1.0, 0.0),
        "layers": layers,
        "check": {"inputs": subject.inputs.tolist(), "answers": plain(subject.answers)},
        "experiment": msgspec.json.decode(experiment_to_json(subject.experiment)),
    }


def _columns(subject: Subject) -> list[dict[str, Any]]:
    """Of a table with names: what becomes of each column, with what fills its gaps; empty for all else."""
    table = subject.model.recipe.table
    return [
        {
            "name": column.name,
            "use": column.use.value,
            "values": list(column.values),
            "date_format": column.date_format,
            "missing": column.missing.value,
            "fill": column.fill,
            "inputs": list(column.input_names),
        }
        for column in (table.inputs if table is not None else ())
    ]


def plain(values: Array) -> Any:
    """Nested lists of the shortest decimals that come back as the same numbers."""
    return values.astype(str).astype(np.float64).tolist() if values.dtype == np.float32 else values.tolist()


def _stored(document: dict[str, Any]) -> Iterator[tuple[str, Array]]:
    for layer in document["layers"]:
        for name, values in layer["arrays"].items():
            yield f"{layer['array']}/{name}", np.array(values, document["numbers"])


def _prove(subject: Subject, path: Path) -> Proof:
    begin = perf_counter()
    return prove_numbers(subject, dict(_stored(json.loads(path.read_text("utf-8")))), begin)


FORMAT = Format(
    key="json",
    name="JSON",
    group=Group.EXCHANGE,
    ending=".json",
    purpose="every name and number, for any language",
    needs="anything that reads JSON",
    make=json_document,
    prove=_prove,
    lacks=lambda subject: f"JSON cannot hold it: {why}" if (why := _too_large(subject)) else "",
)
