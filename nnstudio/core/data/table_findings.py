"""What was found in a table and decided about it, in sentences, with what else could be chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from nnstudio.core.counting import counted
from nnstudio.core.data.columns import Columns
from nnstudio.core.data.table_facts import Facts
from nnstudio.core.experiment.choices import Scaling, Task
from nnstudio.core.experiment.dataset_spec import TableSpec
from nnstudio.core.experiment.table_recipe import Column, Missing, TableRecipe, Use

FEW_VALUES, ROWS_OF_FEW = 10, 50
"""A column of so few whole numbers, in so many rows or more, may be categories."""


class Sort(Enum):
    """What a finding is about."""

    TARGET = "target"
    INPUTS = "inputs"
    SCALING = "scaling"
    GAPS = "gaps"
    FEW_VALUES = "few-values"
    LEFT_OUT = "left-out"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence, in which **names** stand between stars, the columns it is about, and what else could be chosen."""

    sort: Sort
    sentence: str
    columns: tuple[str, ...]
    chosen: Missing | Use | Task | Scaling | None = None
    choices: tuple[Missing | Use | Task | Scaling, ...] = ()

    @property
    def plain(self) -> str:
        """The sentence without stars."""
        return self.sentence.replace("**", "")


def findings_of(spec: TableSpec, columns: Columns, facts: Mapping[str, Facts]) -> list[Finding]:
    """What was found in the columns and decided about them, a sentence each."""
    recipe = spec.recipe
    assert recipe is not None
    return [
        _about_the_target(spec, facts),
        _about_inputs(recipe),
        _about_scaling(spec),
        *_about_gaps(recipe, columns, facts),
        *_about_few_values(recipe, len(columns), facts),
        *_about_unread(recipe, columns),
        *(
            Finding(Sort.LEFT_OUT, f"**{one.name}** {one.why}: left out.", (one.name,), one.use, tuple(Use))
            for one in recipe.columns
            if one.why
        ),
    ]


def learned(spec: TableSpec) -> str:
    """What the target is, in a few words."""
    return "a number, so this is a regression" if spec.task is Task.REGRESSION else f"{len(spec.target_names)} classes"


def _about_the_target(spec: TableSpec, facts: Mapping[str, Facts]) -> Finding:
    assert spec.recipe is not None
    target = spec.recipe.target
    lacking = facts[target].gaps
    dropped = f"; {counted(lacking, 'row')} without it {'is' if lacking == 1 else 'are'} dropped" if lacking else ""
    what = learned(spec)
    tasks = (Task.REGRESSION, Task.MULTICLASS) if facts[target].numeric else ()
    return Finding(Sort.TARGET, f"**{target}** is the target: {what}{dropped}.", (target,), spec.task, tasks)


def _about_gaps(recipe: TableRecipe, columns: Columns, facts: Mapping[str, Facts]) -> list[Finding]:
    """One finding for all columns with the same choice that lack a value in the same rows."""
    groups: dict[tuple[bytes, Missing, bool], list[Column]] = {}
    for column in recipe.inputs:
        if facts[column.name].gaps:
            mask = np.packbits(columns.by_name[column.name].gaps).tobytes()
            groups.setdefault((mask, column.missing, column.use is Use.CATEGORY), []).append(column)
    found: list[Finding] = []
    for (_, missing, category), lacking in groups.items():
        names = tuple(column.name for column in lacking)
        rows = facts[names[0]].gaps
        choices = tuple(each for each in Missing if not (category and each is Missing.MEAN))
        lack = f"**{counted(rows, 'row')}** {'lacks' if rows == 1 else 'lack'} {_listed(names)}"
        found.append(Finding(Sort.GAPS, f"{lack}: {_DONE[missing]}.", names, missing, choices))
    return found


def _about_few_values(recipe: TableRecipe, rows: int, facts: Mapping[str, Facts]) -> list[Finding]:
    names = tuple(
        column.name
        for column in recipe.inputs
        if column.use is Use.NUMBER
        and facts[column.name].whole
        and 2 < (facts[column.name].different or FEW_VALUES + 1) <= FEW_VALUES
        and rows >= ROWS_OF_FEW
    )
    if not names:
        return []
    has = f"has {facts[names[0]].different}" if len(names) == 1 else f"have at most {FEW_VALUES} different"
    sentence = f"{_listed(names)} {has} values: a category? Used as a number."
    return [Finding(Sort.FEW_VALUES, sentence, names, Use.NUMBER, (Use.NUMBER, Use.CATEGORY, Use.LEFT_OUT))]


def _about_unread(recipe: TableRecipe, columns: Columns) -> list[Finding]:
    found: list[Finding] = []
    for column in recipe.inputs:
        unread = getattr(columns.by_name[column.name], "unread", 0)
        if unread:
            cells = counted(unread, "cell")
            sentence = f"{cells} of **{column.name}** {'is' if unread == 1 else 'are'} no number: counted as missing."
            found.append(Finding(Sort.UNREAD, sentence, (column.name,), column.use, tuple(Use)))
    return found


_DONE = {
    Missing.DROP: "dropped",
    Missing.MEAN: "the mean stands in",
    Missing.MOST_FREQUENT: "the most frequent value stands in",
    Missing.OWN_CLASS: "missing is a value of its own",
}
_SCALED = {
    Scaling.NONE: "Numbers stay as they are.",
    Scaling.STANDARDISE: "Numbers are standardised by the training rows.",
    Scaling.MIN_MAX: "Numbers are stretched to −1 … 1 by the training rows.",
}


def _about_inputs(recipe: TableRecipe) -> Finding:
    names = tuple(column.name for column in recipe.inputs)
    spread = [column.name for column in recipe.inputs if column.use is Use.CATEGORY]
    dates = [column.name for column in recipe.inputs if column.use is Use.DATE]
    become = "becomes" if len(names) == 1 else "become"
    become = f" and {become} {len(recipe.input_names)} numbers" if len(recipe.input_names) != len(names) else ""
    how = [f"{_listed(spread)} one number per value"] if spread else []
    how += [f"{_listed(dates)} the days since 1970"] if dates else []
    are = "column is an input" if len(names) == 1 else "columns are inputs"
    sentence = f"**{len(names)}** {are}{become}{': ' if how else ''}{'; '.join(how)}."
    return Finding(Sort.INPUTS, sentence, names)


def _about_scaling(spec: TableSpec) -> Finding:
    sentence = _SCALED[spec.scaling]
    if spec.recipe is not None and spec.recipe.target_scaling is not Scaling.NONE:
        sentence = f"{sentence[:-1]}, and so is **{spec.recipe.target}**."
    return Finding(Sort.SCALING, sentence, (), spec.scaling, tuple(Scaling))


def _listed(names: tuple[str, ...] | list[str], most: int = 4) -> str:
    shown = [f"**{name}**" for name in names[:most]]
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most} more"
    return " and ".join(", ".join(shown).rsplit(", ", 1))
