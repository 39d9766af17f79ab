"""What is done to a row of a table, or to an own image, before a trained network sees it, as text in its project.

That is the fitted recipe, and by how much each input is shifted and scaled; for images one number, the same for every
pixel. With it the network answers where the data it learned from are not at hand.
"""

from typing import Any

import msgspec
import numpy as np

from nnstudio.core.data.images import WHITE
from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.experiment.choices import Domain
from nnstudio.core.experiment.dataset_spec import OwnSpec, PictureSpec, TableSpec
from nnstudio.core.experiment.table_recipe import TableRecipe
from nnstudio.files.experiment_json import ExperimentError, plain_of, read_plain


class _Stored(msgspec.Struct, frozen=True):
    shift: list[float]
    scale: list[float]
    table: Any = None


def recipe_to_json(recipe: InputRecipe) -> bytes:
    """The recipe as JSON; numbers come back to the last bit."""
    table = None if recipe.table is None else plain_of(recipe.table)
    some = 1 if recipe.domain is Domain.IMAGES else None
    return msgspec.json.encode(_Stored(recipe.shift[:some].tolist(), recipe.scale[:some].tolist(), table))


def recipe_from_json(text: bytes, spec: OwnSpec) -> InputRecipe:
    """The recipe that belongs to this spec. Raises `ValueError` for anything else."""
    try:
        stored = msgspec.json.decode(text, type=_Stored)
        table = None if stored.table is None else read_plain(TableRecipe, stored.table, "table")
    except (msgspec.MsgspecError, RecursionError, ExperimentError) as error:
        raise ValueError(str(error)) from error
    shift, scale = np.array(stored.shift, np.float64), np.array(stored.scale, np.float64)
    inputs = len(spec.input_names) if isinstance(spec, TableSpec) else 1
    if not len(shift) == len(scale) == inputs:
        raise ValueError(f"{len(shift)} shifts and {len(scale)} scales for {inputs} inputs")
    if not (np.isfinite(shift).all() and np.isfinite(scale).all() and (scale > 0).all()):
        raise ValueError("a scale is not above 0, or a number is infinite")
    if isinstance(spec, PictureSpec):
        shape = spec.height, spec.width
        shifts, scales = np.full(spec.height * spec.width, shift[0]), np.full(spec.height * spec.width, scale[0])
        return InputRecipe(Domain.IMAGES, shape, (), spec.scaling, shifts, scales, divisor=WHITE)
    if (None if table is None else table.asked) != spec.recipe:
        raise ValueError("it is another recipe than that of the experiment")
    names = spec.input_names
    return InputRecipe(Domain.TABLE, (len(names),), names, spec.scaling, shift, scale, table=table)
