"""The examples of a table: which rows train, validate and test, and what the recipe makes of them.

The order matters: rows that are dropped go first, then the others are dealt out, then the recipe is fitted on those
that train, and only then are all of them encoded.
"""

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.columns import Columns
from nnstudio.core.data.examples import DataError, Examples, drawn
from nnstudio.core.data.table_encoding import encoded, fitted, labels_of, numbers_of, require, usable
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.dataset_spec import TableSpec
from nnstudio.core.experiment.table_recipe import TableRecipe

Dealt = tuple[TableRecipe, Examples, Examples, Examples | None]
"""The fitted recipe; the examples that train, that test (the same ones where none are split off), that validate."""


def examples_of(spec: TableSpec, columns: Columns) -> Dealt:
    """What a spec with a recipe makes of a table's columns. Raises `DataError`."""
    assert spec.recipe is not None
    recipe = spec.recipe
    require(recipe, columns)
    if recipe.target not in columns.by_name:
        raise DataError(f"{spec.name} has no column {recipe.target}, which is to be learned.")
    truth, known = truth_in(spec, columns)
    rows = np.flatnonzero(known & usable(recipe, columns))
    if len(rows) < 2:
        raise DataError(
            f"Of {len(columns)} rows of {spec.name}, {len(rows)} have all their values: fill the gaps, or leave out "
            "the columns that have them."
        )
    train, test, validation = dealt(spec, truth[rows])
    recipe = fitted(recipe, columns, rows[train], spec.task)
    truth = _as_learned(recipe, spec.task, truth)

    def examples(chosen: NDArray[np.int64]) -> Examples:
        return Examples(encoded(recipe, columns, rows[chosen]), truth[rows[chosen]])

    training = examples(train)
    testing = training if test is train else examples(test)
    return recipe, training, testing, None if validation is None else examples(validation)


def more_examples(spec: TableSpec, recipe: TableRecipe, columns: Columns) -> Examples:
    """All rows of another table that have a truth, as the fitted recipe of the first makes them. Raises `DataError`."""
    require(recipe, columns)
    truth, known = truth_in(spec, columns)
    rows = np.flatnonzero(known & usable(recipe, columns))
    return Examples(encoded(recipe, columns, rows), _as_learned(recipe, spec.task, truth)[rows])


def _as_learned(
    recipe: TableRecipe, task: Task, truth: NDArray[np.int64] | NDArray[np.float64]
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Classes as they are; values as the fitted recipe scales them."""
    if task is not Task.REGRESSION:
        return truth
    return (truth.astype(np.float64) - recipe.target_shift) / recipe.target_scale


def truth_in(spec: TableSpec, columns: Columns) -> tuple[NDArray[np.int64] | NDArray[np.float64], NDArray[np.bool_]]:
    """What is to be learned of each row, classes (n,) or values (n, 1), and which rows (n,) have it."""
    assert spec.recipe is not None
    target = columns.by_name[spec.recipe.target]
    if spec.task is Task.REGRESSION:
        values = numbers_of(target)[:, None]
        return values, ~np.isnan(values[:, 0])
    labels = labels_of(target, spec.target_names)
    return labels, labels >= 0


def dealt(
    spec: TableSpec, truth: NDArray[np.int64] | NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64] | None]:
    """Which examples train, test and validate, by their numbers. Without a test share all of them train and test."""
    train = np.arange(len(truth))
    if not spec.test_share:
        if spec.validation_share:
            raise DataError("With a test share of 0 all examples train and test, so none are left to validate with.")
        return train, train, None
    stratified = spec.recipe is None or spec.recipe.stratified
    taken = drawn(truth, spec.test_share, np.random.default_rng((spec.seed, 0)), stratified)
    train, test, validation = train[~taken], train[taken], None
    if spec.validation_share:
        taken = drawn(truth[train], spec.validation_share, np.random.default_rng((spec.seed, 5)), stratified)
        train, validation = train[~taken], train[taken]
    return train, test, validation
