"""What is done to a row of a table before a trained network sees it, as text in its project.

That is the fitted recipe, and by how much each input is shifted and scaled. With it the network answers where the table
it learned from is not at hand.
"""

from typing import Any

import msgspec
import numpy as np

from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.experiment.choices import Domain
from nnstudio.core.experiment.dataset_spec import TableSpec
from nnstudio.core.experiment.table_recipe import TableRecipe
from nnstudio.files.experiment_json import ExperimentError, plain_of, read_plain


class _Stored(msgspec.Struct, frozen=True):
    shift: list[float]
    scale: list[float]
    table: Any = None


def recipe_to_json(recipe: InputRecipe) -> bytes:
    """The recipe of a table as JSON; numbers come back to the last bit."""
    table = None if recipe.table is None else plain_of(recipe.table)
    return msgspec.json.encode(_Stored(recipe.shift.tolist(), recipe.scale.tolist(), table))


def recipe_from_json(text: bytes, spec: TableSpec) -> InputRecipe:
    """The recipe that belongs to this spec. Raises `ValueError` for anything else."""
    try:
        stored = msgspec.json.decode(text, type=_Stored)
        table = None if stored.table is None else read_plain(TableRecipe, stored.table, "table")
    except (msgspec.MsgspecError, RecursionError, ExperimentError) as error:
        raise ValueError(str(error)) from error
    shift, scale = np.array(stored.shift, np.float64), np.array(stored.scale, np.float64)
    if not len(shift) == len(scale) == len(spec.input_names):
        raise ValueError(f"{len(shift)} shifts and {len(scale)} scales for {len(spec.input_names)} inputs")
    if not (np.isfinite(shift).all() and np.isfinite(scale).all() and (scale > 0).all()):
        raise ValueError("a scale is not above 0, or a number is infinite")
    if (None if table is None else table.asked) != spec.recipe:
        raise ValueError("it is another recipe than that of the experiment")
    names = spec.input_names
    return InputRecipe(Domain.TABLE, (len(names),), names, spec.scaling, shift, scale, table=table)
