"""The cells of a table in ONNX: an input for each column, by its name, and what the recipe does to it as operators.

Numbers and dates (as days since 1970) come as 64 bits, NaN for a gap; words as text, empty for a gap. A word becomes
its place among the known ones and the gap (OneHotEncoder of ai.onnx.ml, all zeros for what it does not know), and a
product with a small matrix says which inputs that is.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.table_recipe import Column, Missing, TableRecipe, Use
from nnstudio.files.errors import printable
from nnstudio.files.exports.table_cells import cells_of

if TYPE_CHECKING:
    from nnstudio.files.exports.onnx_graph import Graph

WORDS = "ai.onnx.ml"


def inputs_of(graph: "Graph", recipe: TableRecipe) -> list[Any]:
    """What the graph is given: a column (examples, 1) each."""
    proto = graph.onnx.TensorProto
    return [
        graph.onnx.helper.make_tensor_value_info(
            name, proto.STRING if column.use is Use.CATEGORY else proto.DOUBLE, ["examples", 1]
        )
        for name, column in zip(names_of(recipe), recipe.inputs, strict=True)
    ]


def names_of(recipe: TableRecipe) -> tuple[str, ...]:
    """What the inputs are called: as the columns, with what cannot be shown left out, each differently."""
    names: list[str] = []
    for column in recipe.inputs:
        name = printable(column.name)
        names.append(name if name not in names else f"{name} {len(names) + 1}")
    return tuple(names)


def cells_given(recipe: TableRecipe, raw: Array) -> dict[str, Array]:
    """The inputs for rows of numbers (n, inputs)."""
    given: dict[str, Array] = {}
    for name, column, cells in zip(names_of(recipe), recipe.inputs, cells_of(recipe, raw).values(), strict=True):
        if column.use is Use.CATEGORY:
            given[name] = np.array([cell or "" for cell in cells], object)[:, None]
        else:
            given[name] = np.array([np.nan if cell is None else cell for cell in cells])[:, None]
    return given


def columns_of(graph: "Graph", recipe: TableRecipe) -> str:
    """The nodes from the cells to the rows of numbers (examples, inputs)."""
    parts = [
        _words(graph, column, name) if column.use is Use.CATEGORY else _numbers(graph, column, name)
        for name, column in zip(names_of(recipe), recipe.inputs, strict=True)
    ]
    return graph.add("Concat", *parts, axis=1)


def _numbers(graph: "Graph", column: Column, x: str) -> str:
    if column.missing is Missing.DROP:
        return x
    gap = graph.add("IsNaN", x)
    if isinstance(column.fill, float | int):
        x = graph.add("Where", gap, graph.constant(float(column.fill), "float64"), x)
    if column.missing is not Missing.OWN_CLASS:
        return x
    return graph.add("Concat", x, graph.add("Cast", gap, to=graph.onnx.TensorProto.DOUBLE), axis=1)


def _words(graph: "Graph", column: Column, x: str) -> str:
    known = (*column.values, "")
    places = graph.add("OneHotEncoder", x, domain=WORDS, cats_strings=list(known), zeros=1)
    flat = graph.add("Reshape", places, graph.shape(-1, len(known)))
    double = graph.add("Cast", flat, to=graph.onnx.TensorProto.DOUBLE)
    matrix = np.eye(len(known), len(column.input_names))
    if isinstance(column.fill, str):
        matrix[-1, column.values.index(column.fill)] = 1
    inputs = graph.add("MatMul", double, graph.tensor(f"{x}/inputs", matrix))
    if column.missing is not Missing.DROP:
        return inputs
    gap = graph.add("Gather", double, graph.shape(len(column.values)), axis=1)
    lost = graph.add("Greater", gap, graph.constant(0.0, "float64"))
    return graph.add("Where", lost, graph.constant(float("nan"), "float64"), inputs)
