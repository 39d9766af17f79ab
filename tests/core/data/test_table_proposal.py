"""What is decided about a table, and in which words it is told."""

import numpy as np
import pytest

from nnstudio.core.data.columns import AnyColumn, Columns, Numbers, Words
from nnstudio.core.data.dataset import DataError
from nnstudio.core.data.table_facts import mean_correlation
from nnstudio.core.data.table_findings import Sort
from nnstudio.core.data.table_proposal import Proposal, Survey, Wishes, wishes_of
from nnstudio.core.experiment.choices import Scaling, Task
from nnstudio.core.experiment.table_recipe import Column, Missing, TableRecipe, Use

ROWS = 120
RANDOM = np.random.default_rng(8)


def worded(words: list[str]) -> Words:
    known = tuple(dict.fromkeys(words))
    return Words(np.array([known.index(word) for word in words], np.int32), known)


def drawn(*words: str) -> Words:
    return worded([words[place] for place in RANDOM.integers(0, len(words), ROWS)])


def numbers(*gaps: int) -> Numbers:
    values = RANDOM.normal(size=ROWS).round(3)
    values[list(gaps)] = np.nan
    return Numbers(values)


def gapped(words: Words, *gaps: int) -> Words:
    codes = words.codes.copy()
    codes[list(gaps)] = -1
    return Words(codes, words.words)


SPECIES = drawn("Gentoo", "Adelie", "Chinstrap")


def proposed(wishes: Wishes = Wishes(), **columns: AnyColumn) -> Proposal:  # noqa: B008
    return Survey(Columns(columns)).propose(wishes, name="table", digest="0" * 64)


def recipe_of(proposal: Proposal) -> TableRecipe:
    assert proposal.spec.recipe is not None
    return proposal.spec.recipe


def column(proposal: Proposal, name: str) -> Column:
    return next(each for each in recipe_of(proposal).columns if each.name == name)


def told(proposal: Proposal, sort: Sort) -> list[str]:
    return [finding.sentence for finding in proposal.findings if finding.sort is sort]


def test_the_target_is_the_usual_name_or_the_last_column() -> None:
    assert recipe_of(proposed(species=SPECIES, mass=numbers())).target == "species"
    assert recipe_of(proposed(mass=numbers(), kind=SPECIES)).target == "kind"
    assert recipe_of(proposed(Wishes(target="mass"), mass=numbers(), kind=SPECIES)).target == "mass"
    with pytest.raises(DataError, match="no column massa; did you mean mass"):
        proposed(Wishes(target="massa"), mass=numbers(), kind=SPECIES)


@pytest.mark.parametrize(
    ("target", "task", "names"),
    [
        (SPECIES, Task.MULTICLASS, ("Adelie", "Chinstrap", "Gentoo")),
        (drawn("yes", "no"), Task.BINARY, ("no", "yes")),
        (Numbers(RANDOM.integers(0, 2, ROWS).astype(float)), Task.BINARY, ("0", "1")),
        (Numbers(RANDOM.integers(9, 12, ROWS).astype(float)), Task.MULTICLASS, ("9", "10", "11")),
        (Numbers(RANDOM.integers(0, 100, ROWS).astype(float)), Task.REGRESSION, ("y",)),
        (numbers(), Task.REGRESSION, ("y",)),
    ],
)
def test_the_task_is_found(target: AnyColumn, task: Task, names: tuple[str, ...]) -> None:
    spec = proposed(x=numbers(), y=target).spec
    assert (spec.task, spec.target_names) == (task, names)
    assert recipe_of(proposed(x=numbers(), y=target)).target_scaling is (
        Scaling.STANDARDISE if task is Task.REGRESSION else Scaling.NONE
    )


def test_numbers_of_classes_may_be_values_and_values_classes() -> None:
    grades = Numbers(RANDOM.integers(1, 7, ROWS).astype(float))
    assert proposed(Wishes(task=Task.REGRESSION), x=numbers(), y=grades).spec.task is Task.REGRESSION
    years = Numbers(RANDOM.integers(0, 30, ROWS).astype(float))
    assert proposed(Wishes(task=Task.MULTICLASS), x=numbers(), y=years).spec.task is Task.MULTICLASS
    with pytest.raises(DataError, match="holds words"):
        proposed(Wishes(task=Task.REGRESSION), x=numbers(), y=SPECIES)


def test_what_is_odd_is_left_out_and_told() -> None:
    found = proposed(
        nr=worded([f"B{row}" for row in range(ROWS)]),
        count=Numbers(np.arange(ROWS, dtype=np.float64) + 5),
        serial_id=Numbers(RANDOM.permutation(10_000)[:ROWS].astype(float)),
        region=worded(["south"] * ROWS),
        nothing=Numbers(np.full(ROWS, np.nan)),
        code=Words(SPECIES.codes, ("G", "A", "C")),
        text=worded([f"note {row // 2}" for row in range(ROWS)]),
        mass=numbers(),
        species=SPECIES,
    )
    assert [each.name for each in recipe_of(found).inputs] == ["text", "mass"]
    assert told(found, Sort.LEFT_OUT) == [
        "**nr** differs in every row, so it is an id: left out.",
        "**count** differs in every row, so it is an id: left out.",
        "**serial_id** differs in every row, so it is an id: left out.",
        "**region** is south in every row: left out.",
        "**nothing** is empty: left out.",
        "**code** says species in every row, so it would give the answer away: left out.",
    ]
    assert column(found, "text").use is Use.CATEGORY
    kept = proposed(Wishes(uses={"code": Use.CATEGORY}), code=Words(SPECIES.codes, ("G", "A", "C")), species=SPECIES)
    assert column(kept, "code").values == ("A", "C", "G")


def test_a_column_that_says_the_value_is_left_out() -> None:
    price = numbers()
    found = proposed(euros=Numbers(price.values * 0.92 + 3), rooms=numbers(), price=price)
    assert [each.name for each in recipe_of(found).inputs] == ["rooms"]


def test_gaps_have_choices_that_suit_them() -> None:
    found = proposed(
        mass=numbers(3, 50),
        length=numbers(3, 50),
        age=numbers(*range(40)),
        sex=gapped(drawn("male", "female"), 3, 8, 9, 50),
        species=SPECIES,
    )
    assert told(found, Sort.GAPS) == [
        "**2 rows** lack **mass** and **length**: dropped.",
        "**40 rows** lack **age**: the mean stands in.",
        "**4 rows** lack **sex**: missing is a value of its own.",
    ]
    assert [Missing.MEAN in each.choices for each in found.findings if each.sort is Sort.GAPS] == [True, True, False]
    chosen = proposed(Wishes(missing={"mass": Missing.OWN_CLASS}), mass=numbers(3), species=SPECIES)
    assert chosen.spec.input_names == ("mass", "mass is missing")
    with pytest.raises(DataError, match="no column weight"):
        proposed(Wishes(missing={"weight": Missing.DROP}), mass=numbers(3), species=SPECIES)


def test_rows_without_the_target_are_dropped_and_told() -> None:
    found = proposed(mass=numbers(), species=gapped(SPECIES, 1, 2))
    assert told(found, Sort.TARGET) == ["**species** is the target: 3 classes; 2 rows without it are dropped."]


def test_few_whole_values_may_be_a_category() -> None:
    year = Numbers(RANDOM.integers(2007, 2010, ROWS).astype(float))
    found = proposed(year=year, mass=numbers(), species=SPECIES)
    assert told(found, Sort.FEW_VALUES) == ["**year** has 3 values: a category? Used as a number."]
    chosen = proposed(Wishes(uses={"year": Use.CATEGORY}), year=year, species=SPECIES)
    assert chosen.spec.input_names == ("year = 2007", "year = 2008", "year = 2009")
    assert told(chosen, Sort.INPUTS) == [
        "**1** column is an input and becomes 3 numbers: **year** one number per value."
    ]


def test_dates_are_found() -> None:
    dates = worded([f"{1 + row % 28:02}.{1 + row % 12:02}.2020" for row in range(ROWS)])
    found = proposed(when=dates, species=SPECIES)
    assert (column(found, "when").use, column(found, "when").date_format) == (Use.DATE, "%d.%m.%Y")


def test_categories_know_the_words_of_training_rows_alone() -> None:
    rare = worded(["rare" if not row else "a" if row % 2 else "b" for row in range(ROWS)])
    seeds = [proposed(Wishes(seed=seed), place=rare, mass=numbers(), species=SPECIES) for seed in range(30)]
    known = {column(each, "place").values for each in seeds}
    assert known == {("a", "b"), ("a", "b", "rare")}


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"a": numbers()}, "single column"),
        ({"a": Numbers(np.empty(0)), "b": Numbers(np.empty(0))}, "no rows"),
        ({"a": numbers(), "y": worded(["same"] * ROWS)}, "the same in every row"),
        ({"a": numbers(), "y": worded([str(row) + "x" for row in range(ROWS)])}, "too many to be classes"),
        ({"a": numbers(), "y": Numbers(np.full(ROWS, np.nan))}, "has no values"),
        ({"a": worded(["same"] * ROWS), "y": SPECIES}, "Every column was left out"),
    ],
)
def test_nothing_to_learn_is_said(columns: dict[str, AnyColumn], why: str) -> None:
    with pytest.raises(DataError, match=why):
        proposed(**columns)


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(),
        Wishes(target="mass", test_share=0.3, validation_share=0.1, seed=9, scaling=Scaling.MIN_MAX),
        Wishes(
            uses={"year": Use.CATEGORY, "region": Use.CATEGORY, "height": Use.LEFT_OUT},
            missing={"height": Missing.MEAN, "sex": Missing.DROP},
            stratified=False,
        ),
    ],
)
def test_a_spec_says_what_was_wished(wishes: Wishes) -> None:
    columns: dict[str, AnyColumn] = {
        "nr": worded([f"B{row}" for row in range(ROWS)]),
        "region": worded(["south"] * ROWS),
        "year": Numbers(RANDOM.integers(2007, 2010, ROWS).astype(float)),
        "height": numbers(5, 6),
        "mass": numbers(),
        "sex": gapped(drawn("male", "female"), 3, 8),
        "species": SPECIES,
    }
    first = proposed(wishes, **columns)
    again = proposed(wishes_of(first.spec), **columns)
    assert again.spec == first.spec
    assert again.findings == first.findings


def test_a_column_that_falls_as_the_target_rises_says_it_in_every_row_or_not_at_all() -> None:
    """The first rows can acquit a column, and never convict one."""
    rows = 30_000
    target = np.random.default_rng(2).normal(size=rows)
    late = np.where(np.arange(rows) < 20_000, 2 * target, 0.0)
    constant_first = np.where(np.arange(rows) < 15_000, 1.0, 3 - target)
    gaps = np.where(np.arange(rows) % 3 == 0, np.nan, 5 - target)
    columns = {
        "late": late,
        "first": constant_first,
        "gaps": gaps,
        "noise": target + 0.1 * np.roll(target, 1),
        "y": target,
    }
    told = {name: mean_correlation(Numbers(values), Numbers(target)) for name, values in columns.items()}
    assert told == {"late": False, "first": False, "gaps": True, "noise": False, "y": True}
    assert not mean_correlation(Numbers(np.ones(rows)), Numbers(target)), "what never changes says nothing"
    assert not mean_correlation(Numbers(gaps[:20]), Numbers(target[:20])), "in a few rows it may be by chance"
