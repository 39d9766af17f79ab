"""A table at a glance: bars, shares, and the two columns that say most."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.data.columns import AnyColumn, Columns, Numbers, Words
from nnstudio.core.data.dataset import from_columns
from nnstudio.core.data.table_facts import facts_of
from nnstudio.core.data.table_overview import overview_of
from nnstudio.core.data.table_proposal import Survey, Wishes
from nnstudio.core.data.table_sketch import BARS, Sketch, sketch_of
from nnstudio.core.experiment import TableSpec

ROWS = 300
RANDOM = np.random.default_rng(4)


def words(*each: str) -> Words:
    known = tuple(dict.fromkeys(word for word in each if word))
    return Words(np.array([known.index(word) if word else -1 for word in each], np.int32), known)


def sketched(column: AnyColumn) -> Sketch:
    return sketch_of(column, facts_of(Columns({"c": column}))["c"])


def test_bars_are_shares_of_the_longest() -> None:
    years = Numbers(np.array([2007.0] * 20 + [2008.0] * 10 + [2010.0] * 5 + [np.nan]))
    assert sketched(years) == Sketch((1.0, 0.5, 0.25), True)
    colours = words(*["red"] * 8, *["blue"] * 4, *["white"] * 2, "grey", "", "")
    assert sketched(colours) == Sketch((1.0, 0.5, 0.25), False, gaps=0.25)
    assert len(sketched(Numbers(RANDOM.normal(size=ROWS))).shares) == BARS
    assert sketched(words(*(f"B{row}" for row in range(ROWS)))).shares == ()
    assert sketched(Numbers(np.full(30, np.nan))).shares == ()


def test_a_long_column_is_looked_at_here_and_there() -> None:
    column = Numbers(RANDOM.normal(size=200_000))
    few, counts = np.histogram(column.values[::20], BARS)[0], sketched(column).shares
    np.testing.assert_allclose(counts, few / few.max())


def flowers() -> tuple[Columns, np.ndarray]:
    """height and depth both set one class far apart, length and width each another one a little, noise none."""
    kind = np.arange(ROWS) % 3
    noise = RANDOM.normal(size=(ROWS, 5))
    found: dict[str, AnyColumn] = {
        "noise": Numbers(noise[:, 0]),
        "height": Numbers(noise[:, 1] + 40 * (kind == 0)),
        "depth": Numbers(noise[:, 4] + 40 * (kind == 0)),
        "length": Numbers(noise[:, 2] + 4 * (kind == 1)),
        "width": Numbers(noise[:, 3] * 100 + 300 * (kind == 2)),
        "kind": words(*np.array(["a", "b", "c"])[kind]),
    }
    return Columns(found), kind


def proposed(columns: Columns, wishes: Wishes = Wishes()) -> TableSpec:  # noqa: B008
    return Survey(columns).propose(wishes, digest="0" * 64).spec


def test_the_pair_is_the_one_in_which_no_two_classes_overlap() -> None:
    """One cloud twice as far away does not make up for two that lie upon each other."""
    columns, kind = flowers()
    pair = overview_of(proposed(columns), columns).pair
    assert pair is not None
    assert len({"height", "depth"} & set(pair.names)) == 1
    assert "length" in pair.names
    across = columns.by_name[pair.names[0]]
    assert isinstance(across, Numbers)
    assert pair.across.tolist() == across.values.tolist()
    assert pair.labels.tolist() == kind.tolist()


def test_overlap_is_as_by_hand() -> None:
    """Of every pair of columns, the mean of exp(−d² / 8) over pairs of classes, one after the other."""
    columns, kind = flowers()
    values = {name: column.values for name, column in columns.by_name.items() if isinstance(column, Numbers)}
    overlaps: dict[frozenset[str], float] = {}
    for one in values:
        for other in values:
            if one != other:
                points = np.column_stack((values[one], values[other]))
                means = np.stack([points[kind == each].mean(axis=0) for each in range(3)])
                inverse = np.linalg.inv((points - means[kind]).T @ (points - means[kind]) / ROWS)
                apart = [means[a] - means[b] for a, b in ((0, 1), (0, 2), (1, 2))]
                overlaps[frozenset((one, other))] = float(np.mean([np.exp(-d @ inverse @ d / 8) for d in apart]))
    pair = overview_of(proposed(columns), columns).pair
    assert pair is not None
    assert min(overlaps, key=overlaps.__getitem__) == frozenset(pair.names)


def test_two_columns_that_say_the_same_do_no_harm() -> None:
    columns, _ = flowers()
    length = columns.by_name["length"]
    assert isinstance(length, Numbers)
    doubled = Columns({"again": Numbers(2 * length.values), **columns.by_name})
    pair = overview_of(proposed(doubled), doubled).pair
    assert pair is not None
    assert {"again", "length"} != set(pair.names)


def test_of_values_it_is_what_they_rise_with() -> None:
    columns, _ = flowers()
    length = columns.by_name["length"]
    assert isinstance(length, Numbers)
    price = Numbers(-3 * length.values + RANDOM.normal(size=ROWS))
    table = Columns({**columns.by_name, "price": price})
    overview = overview_of(proposed(table), table)
    assert overview.pair is not None
    assert overview.pair.names == ("length", "price")
    assert not len(overview.pair.labels)
    assert (overview.rows, sum(overview.bars)) == (ROWS, ROWS)
    assert overview.mean == pytest.approx(price.values.mean())


@pytest.mark.parametrize("wishes", [Wishes(), Wishes(test_share=0.0), Wishes(test_share=0.3, validation_share=0.2)])
def test_rows_are_those_of_the_data_set(wishes: Wishes) -> None:
    columns, _ = flowers()
    noise = columns.by_name["noise"]
    assert isinstance(noise, Numbers)
    noise.values[:5] = np.nan
    spec = proposed(columns, wishes)
    data, overview = from_columns(spec, columns), overview_of(spec, columns)
    validation = 0 if data.validation is None else len(data.validation)
    assert (overview.training, overview.validation, overview.test) == (len(data.train), validation, len(data.test))
    assert overview.rows == ROWS - 5
    assert overview.classes == (98, 98, 99)


def test_without_two_columns_of_numbers_there_is_no_pair() -> None:
    columns, _ = flowers()
    spec = proposed(Columns({name: columns.by_name[name] for name in ("length", "kind")}))
    assert overview_of(spec, columns).pair is None
    assert overview_of(replace(spec, seed=2), columns).pair is None
