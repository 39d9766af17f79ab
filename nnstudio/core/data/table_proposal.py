"""From a table's columns to a spec that can be trained on, with every decision as a value and as a sentence.

What a person has decided is passed in and holds; everything else is decided here by plain rules. Each decision that one
might want otherwise is a `Finding`, which says what was found, what is done about it and what else could be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.columns import Columns, as_words
from nnstudio.core.data.examples import DataError
from nnstudio.core.data.table import MAXIMUM_CLASSES
from nnstudio.core.data.table_encoding import usable
from nnstudio.core.data.table_examples import dealt, truth_in
from nnstudio.core.data.table_facts import FEWEST_ROWS, facts_of, mean_correlation, tell_each_other
from nnstudio.core.data.table_findings import Finding, findings_of
from nnstudio.core.experiment.choices import Scaling, Task
from nnstudio.core.experiment.dataset_spec import TableSpec
from nnstudio.core.experiment.table_recipe import Column, Missing, TableFile, TableRecipe, Use

USUAL_TARGETS = ("target", "class", "label", "species", "y", "outcome", "diagnosis")
CLASSES_OF_NUMBERS = 20
"""Whole numbers with no more different values than this name classes, where nobody says otherwise."""
DROPPED_SHARE = 0.05
"""Rows that lack a number are dropped where they are no larger a share than this; else its mean stands in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person has decided; the rest is found. `uses` and `missing` are by the name of a column."""

    target: str | None = None
    task: Task | None = None
    uses: Mapping[str, Use] = field(default_factory=dict[str, Use])
    missing: Mapping[str, Missing] = field(default_factory=dict[str, Missing])
    scaling: Scaling = Scaling.STANDARDISE
    test_share: float = 0.2
    validation_share: float = 0.0
    stratified: bool = True
    seed: int = 1


def wishes_of(spec: TableSpec) -> Wishes:
    """The wishes that lead to this spec again; of columns that were left out for a reason the reason decides anew."""
    recipe = spec.recipe
    if recipe is None:
        return Wishes()
    return Wishes(
        target=recipe.target,
        task=spec.task,
        uses={column.name: column.use for column in recipe.columns if not column.why},
        missing={column.name: column.missing for column in recipe.inputs},
        scaling=spec.scaling,
        test_share=spec.test_share,
        validation_share=spec.validation_share,
        stratified=recipe.stratified,
        seed=spec.seed,
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to train on, and what was found and decided on the way."""

    spec: TableSpec
    findings: tuple[Finding, ...]


class Survey:
    """Looks at the columns once, and proposes as often as somebody changes his mind. Raises `DataError` where there is
    nothing to learn."""

    def __init__(self, columns: Columns) -> None:
        if not len(columns):
            raise DataError("The table has no rows, so there is nothing to learn from.")
        if len(columns.names) < 2:
            raise DataError("The table has a single column: one to learn from and one to be learned are needed.")
        self.columns = columns
        self.facts = facts_of(columns)

    def propose(self, wishes: Wishes, *, name: str = "table", digest: str, file: TableFile | None = None) -> Proposal:
        """A spec that follows the wishes. Raises `DataError` and `SettingError`."""
        known = set(self.columns.names)
        for wished in (*wishes.uses, *wishes.missing):
            if wished not in known:
                raise self._unknown(wished)
        target = self._target(wishes.target)
        task, target_names = self._task(target, wishes.task)
        columns = tuple(self._column(each, target, task, wishes) for each in self.columns.names if each != target)
        if not any(column.is_input for column in columns):
            raise DataError("Every column was left out, so there is nothing to learn from; keep one of them.")
        scales = task is Task.REGRESSION
        recipe = TableRecipe(
            columns=columns,
            target=target,
            stratified=wishes.stratified,
            target_scaling=Scaling.STANDARDISE if scales else Scaling.NONE,
        )
        spec = TableSpec(
            name=name,
            digest=digest,
            task=task,
            input_names=recipe.input_names,
            target_names=target_names,
            recipe=recipe,
            file=file,
            test_share=wishes.test_share,
            validation_share=wishes.validation_share,
            scaling=wishes.scaling,
            seed=wishes.seed,
        )
        spec = self._with_values_of_training_rows(spec)
        return Proposal(spec, tuple(findings_of(spec, self.columns, self.facts)))

    # Decisions --------------------------------------------------------------------------------------------------------

    def _unknown(self, name: str) -> DataError:
        similar = get_close_matches(name, self.columns.names, n=1)
        names = ", ".join(self.columns.names[:8]) + (", …" if len(self.columns.names) > 8 else "")
        advice = f"did you mean {similar[0]}?" if similar else f"it has {names}."
        return DataError(f"The table has no column {name}; {advice}")

    def _target(self, wished: str | None) -> str:
        names = self.columns.names
        if wished is not None:
            if wished not in names:
                raise self._unknown(wished)
            return wished
        by_usual_name = {each.lower(): each for each in names}
        return next((by_usual_name[usual] for usual in USUAL_TARGETS if usual in by_usual_name), names[-1])

    def _task(self, target: str, wished: Task | None) -> tuple[Task, tuple[str, ...]]:
        facts, column = self.facts[target], self.columns.by_name[target]
        if facts.empty:
            raise DataError(f"{target} has no values, so there is nothing to learn; choose another target.")
        many = facts.different is None or facts.different > CLASSES_OF_NUMBERS
        task = wished or (Task.REGRESSION if facts.numeric and (many or not facts.whole) else None)
        if task is Task.REGRESSION:
            if not facts.numeric:
                raise DataError(f"{target} holds words, not numbers, so its values cannot be learned as a regression.")
            if facts.constant:
                raise DataError(f"{target} is the same in every row, so there is nothing to learn.")
            return task, (target,)
        if task is Task.MULTILABEL:
            raise DataError("A table from a file has one target; labels of which several are true need several.")
        words = as_words(column)
        if words.words is None or len(words.words) > MAXIMUM_CLASSES:
            raise DataError(f"{target} has more than {MAXIMUM_CLASSES} different values; choose another target.")
        names = words.words if facts.numeric else tuple(sorted(words.words))
        if len(names) == 1:
            raise DataError(f"{target} is the same in every row, so there is nothing to learn; choose another target.")
        if len(names) * 2 > len(column) - facts.gaps and len(column) >= FEWEST_ROWS:
            raise DataError(
                f"{target} has {len(names)} different values in {len(column)} rows, too many to be classes; choose "
                "another target."
            )
        if wished is Task.BINARY and len(names) != 2:
            raise DataError(f"{target} has {len(names)} classes, but a binary task has two.")
        return Task.BINARY if len(names) == 2 else Task.MULTICLASS, names

    def _column(self, name: str, target: str, task: Task, wishes: Wishes) -> Column:
        facts, column = self.facts[name], self.columns.by_name[name]
        use, why = wishes.uses.get(name), ""
        if use is None:
            use, why = self._use(name, target, task)
        if use is Use.LEFT_OUT:
            return Column(name=name, use=use, why=why)
        values: tuple[str, ...] = ()
        if use is Use.CATEGORY:
            words = as_words(column).words
            values = tuple(words if facts.numeric else sorted(words)) if words is not None else ()
        if use is Use.DATE and not facts.date_format:
            raise DataError(f"The dates of {name} are written in a way that is not known; leave it out.")
        gaps = facts.gaps / len(column)
        usual = Missing.OWN_CLASS if use is Use.CATEGORY else Missing.DROP if gaps <= DROPPED_SHARE else Missing.MEAN
        return Column(
            name=name,
            use=use,
            values=values,
            date_format=facts.date_format if use is Use.DATE else "",
            missing=wishes.missing.get(name, usual if facts.gaps else Missing.DROP),
        )

    def _use(self, name: str, target: str, task: Task) -> tuple[Use, str]:
        """What a column is used for, and of one that is left out why."""
        facts, columns = self.facts[name], self.columns.by_name
        if facts.empty:
            return Use.LEFT_OUT, "is empty"
        if facts.constant and not facts.gaps:
            word = as_words(columns[name]).words or ("",)
            return Use.LEFT_OUT, f"is {word[0]} in every row"
        if facts.is_id:
            return Use.LEFT_OUT, "differs in every row, so it is an id"
        if not facts.numeric and facts.different is None and not facts.date_format:
            return (
                Use.LEFT_OUT,
                f"is text with {_different_words(columns[name])} different values, too many for categories",
            )
        tells = mean_correlation if task is Task.REGRESSION else tell_each_other
        if (task is Task.REGRESSION or facts.different is not None) and tells(columns[name], columns[target]):
            return Use.LEFT_OUT, f"says {target} in every row, so it would give the answer away"
        if facts.date_format:
            return Use.DATE, ""
        return (Use.NUMBER if facts.numeric else Use.CATEGORY), ""

    def _with_values_of_training_rows(self, spec: TableSpec) -> TableSpec:
        """Categories know the words of the rows that train, and of no others."""
        assert spec.recipe is not None
        recipe = spec.recipe
        if not any(column.use is Use.CATEGORY for column in recipe.columns):
            return spec
        truth, known = truth_in(spec, self.columns)
        rows = np.flatnonzero(known & usable(recipe, self.columns))
        if len(rows) < 2:
            return spec  # making the data set says so
        train, _, _ = dealt(spec, truth[rows])
        columns = tuple(self._with_values_of(column, rows[train]) for column in recipe.columns)
        recipe = replace(recipe, columns=columns)
        return replace(spec, recipe=recipe, input_names=recipe.input_names)

    def _with_values_of(self, column: Column, rows: NDArray[np.int64]) -> Column:
        if column.use is not Use.CATEGORY:
            return column
        words = as_words(self.columns.by_name[column.name])
        codes: list[int] = np.unique(words.codes[rows]).tolist()
        seen = {words.words[code] for code in codes if code >= 0} if words.words is not None else set[str]()
        if not seen:
            return Column(name=column.name, use=Use.LEFT_OUT, why="has no value in a training row")
        return replace(column, values=tuple(value for value in column.values if value in seen))


def _different_words(column: object) -> str:
    words = getattr(column, "words", None)
    return "very many" if words is None else str(len(words))
