"""What becomes of the cells of a table, in the words of a Python script, and back again for a proof.

A script takes rows of numbers, as the network was trained on, or rows by the names of their columns, as a table has
them: words, dates and gaps. What the fitted recipe does to these stands in the script as data, and two functions.
"""

from typing import Any

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.experiment.table_recipe import Column, Missing, TableRecipe, Use

UNKNOWN = "\N{WHITE QUESTION MARK ORNAMENT}"
"""A word that no column knows."""

_ENCODE = '''
def encode(rows):
    """Rows by the names of their columns as rows of numbers; NaN where a gap is that nothing fills."""
    return np.array([[x for name, *how in COLUMNS for x in encode_cell(row.get(name), *how)] for row in rows], float)


def encode_cell(value, use, values, date_format, fill, own_class):
    """The numbers that a cell becomes. A word that is not known is none of the known ones."""
    gap = value is None or value == "" or value != value
    if use == "category":
        value = fill if gap else str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
        lost = float("nan") if gap and fill is None and not own_class else 0.0
        return [*(lost or float(value == one) for one in values), *([float(gap)] if own_class else [])]
    if gap:
        value = float("nan") if fill is None else fill
    elif use == "date" and isinstance(value, str):
        date = datetime.fromisoformat(value) if date_format == "iso" else datetime.strptime(value, date_format)
        value = ((date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp()) / 86400
    return [float(value), *([float(gap)] if own_class else [])]
'''


def cells_code(recipe: InputRecipe) -> tuple[str, str]:
    """What a script defines before its `inputs`, and the expression for its examples; nothing and themselves where
    they were numbers from the start."""
    if recipe.table is None:
        return "", "examples"
    columns = "".join(f"    {_how(column)!r},\n" for column in recipe.table.inputs)
    about = "# Of each column: name, use, known values, format of dates, what fills a gap, whether a gap is an input.\n"
    imports = "from datetime import datetime, timezone\n\n"
    code = f"{imports}{about}COLUMNS = (\n{columns})\n{_ENCODE}"
    return code, "encode(examples) if isinstance(examples[0], dict) else examples"


def _how(column: Column) -> tuple[Any, ...]:
    own = column.missing is Missing.OWN_CLASS
    return column.name, column.use.value, column.values, column.date_format, column.fill, own


def cells_of(recipe: TableRecipe, raw: Array) -> dict[str, list[Any]]:
    """Cells, by column, that become these rows of numbers (n, inputs): None for a gap, `UNKNOWN` for a strange word."""
    cells: dict[str, list[Any]] = {}
    begin = 0
    for column in recipe.inputs:
        part = raw[:, begin : begin + len(column.input_names)]
        begin += len(column.input_names)
        own = column.missing is Missing.OWN_CLASS
        gaps = part[:, -1] > 0 if own else np.isnan(part[:, 0])
        if column.use is not Use.CATEGORY:
            cells[column.name] = [None if gap else float(x) for x, gap in zip(part[:, 0], gaps, strict=True)]
            continue
        known = part[:, : len(column.values)]
        words = [column.values[row.argmax()] if row.any() else UNKNOWN for row in np.nan_to_num(known)]
        cells[column.name] = [None if gap else word for word, gap in zip(words, gaps, strict=True)]
    return cells


def in_words(recipe: InputRecipe, answer: str) -> str:
    """An expression for answers in the units of the table's own target, by one for the network's."""
    units = units_of(recipe)
    return answer if units is None else f"({answer}) * {units[0]!r} + {units[1]!r}"


def units_of(recipe: InputRecipe) -> tuple[float, float] | None:
    """Scale and shift of the table's own target, value = answer · scale + shift; None where nothing was scaled."""
    table = recipe.table
    if table is None or (table.target_shift, table.target_scale) == (0, 1):
        return None
    return table.target_scale, table.target_shift
