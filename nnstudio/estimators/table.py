"""Arrays as a table that a project can keep and the window can open.

What an estimator learns from is the very data set that the window makes of the table's file: the same recipe, measured
on the same rows, so that a run goes on there to the same bits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.columns import AnyColumn, Columns, Numbers, Words, word_of
from nnstudio.core.experiment import TableSpec
from nnstudio.core.experiment.choices import Scaling, Task
from nnstudio.core.experiment.table_recipe import Column, TableFile, TableRecipe
from nnstudio.estimators.arrays import Values
from nnstudio.estimators.experiment import chosen, plain_of
from nnstudio.files import limits
from nnstudio.files.archive import pack
from nnstudio.files.tables.arrays import columns_of

_LONGEST_NAME = 60
_NO_DIGEST = "0" * 64
"""Of a table that is in no file yet."""


def class_names(classes: NDArray[np.generic]) -> tuple[str, ...]:
    """What the classes are called in a table: as they are, or by their numbers where a table would read them as others
    (empty, too long, two alike)."""
    plain: list[object] = classes.tolist()
    names = [word_of(one) if isinstance(one, float) else str(one) for one in plain]
    if all(0 < len(name) <= _LONGEST_NAME for name in names):
        read = columns_of({"y": np.array(names)}).by_name["y"]
        if isinstance(read, Words) and read.words == tuple(names):
            return tuple(names)
    return tuple(f"class {number}" for number in range(len(names)))


def columns_from(inputs: Values, names: NDArray[np.object_] | None, truth: Values | Words) -> Columns:
    """The table with these inputs (n, features) and, in its last column, what is to be learned. Names that cannot be
    kept in a file become x1, x2, …"""
    features = _named(() if names is None else tuple(names.tolist()), inputs.shape[1])
    columns: dict[str, AnyColumn] = {name: Numbers(inputs[:, place]) for place, name in enumerate(features)}
    target = next(name for name in ("y", "target", "y (target)", *_numbered(len(features) + 1)) if name not in columns)
    columns[target] = truth if isinstance(truth, Words) else Numbers(truth)
    return Columns(columns)


def spec_of(columns: Columns, classes: Sequence[str] | None, params: Mapping[str, Any], seed: int) -> TableSpec:
    """What to train on: every column an input, the last one the target, of these classes or values; values are scaled
    if inputs are. Raises `SettingError`."""
    *features, target = columns.names
    scaling = chosen(Scaling, params["scaling"], "scaling")
    task = Task.REGRESSION if classes is None else Task.BINARY if len(classes) == 2 else Task.MULTICLASS
    scaled = task is Task.REGRESSION and scaling is not Scaling.NONE
    recipe = TableRecipe(
        columns=tuple(Column(name=name) for name in features),
        target=target,
        target_scaling=Scaling.STANDARDISE if scaled else Scaling.NONE,
    )
    return TableSpec(
        name="notebook",
        digest=_NO_DIGEST,
        task=task,
        input_names=recipe.input_names,
        target_names=(target,) if classes is None else tuple(classes),
        recipe=recipe,
        scaling=scaling,
        test_share=plain_of(params["test_share"]),
        seed=seed,
    )


def file_of(columns: Columns) -> bytes:
    """The table as a .npz file, the same bytes for the same table."""
    return b"".join(pack({f"{name}.npy": _stored(column) for name, column in columns.by_name.items()}))


def kept_in(spec: TableSpec, content: bytes, path: Path) -> TableSpec:
    """The spec of a table whose file this is, or will be, at `path`."""
    file = TableFile(path=str(path.absolute()), size=len(content))
    return replace(spec, digest=sha256(content).hexdigest(), file=file)


def _stored(column: AnyColumn) -> NDArray[np.generic]:
    if isinstance(column, Numbers):
        return column.values
    assert column.words is not None
    return np.array(column.words)[column.codes]


def _named(names: tuple[str, ...], count: int) -> tuple[str, ...]:
    kept = all(0 < len(name) <= limits.NAME and name.isprintable() and not set(name) & set("/\\:") for name in names)
    return names if kept and len(set(names)) == count else _numbered(count)


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"x{number + 1}" for number in range(count))
