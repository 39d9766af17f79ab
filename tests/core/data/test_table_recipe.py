"""A table's recipe: fitted on training rows alone, applied to rows by the names of their columns, never guessing."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.data.columns import AnyColumn, Columns, Numbers, Words
from nnstudio.core.data.dataset import DataError, Dataset, from_columns
from nnstudio.core.data.table_encoding import days, encoded, strange
from nnstudio.core.experiment import TableSpec
from nnstudio.core.experiment.choices import Scaling, Task
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.experiment.table_recipe import Column, Missing, TableRecipe, Use
from nnstudio.core.network.predict import predict
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.trainer import Trainer

GAP = float("nan")


def worded(*words: str | None) -> Words:
    known = tuple(dict.fromkeys(word for word in words if word is not None))
    return Words(np.array([-1 if word is None else known.index(word) for word in words], np.int32), known)


def table(**columns: AnyColumn | list[float]) -> Columns:
    return Columns({name: Numbers(np.array(one)) if isinstance(one, list) else one for name, one in columns.items()})


def recipe(*columns: Column, target: str = "kind") -> TableRecipe:
    return TableRecipe(columns=columns, target=target)


def spec_of(asked: TableRecipe, task: Task = Task.MULTICLASS, names: tuple[str, ...] = ("a", "b", "c")) -> TableSpec:
    return TableSpec(digest="0" * 64, task=task, input_names=asked.input_names, target_names=names, recipe=asked)


ISLAND = Column(name="island", use=Use.CATEGORY, values=("Dream", "Biscoe"))
PLACE = replace(ISLAND, name="x")


def test_numbers_and_categories_become_inputs_in_their_order() -> None:
    asked = recipe(Column(name="mass"), Column(name="nr", use=Use.LEFT_OUT), ISLAND)
    rows = table(island=worded("Biscoe", "Dream"), mass=[3.0, 5.0], kind=worded("a", "b"))
    assert asked.input_names == ("mass", "island = Dream", "island = Biscoe")
    assert encoded(asked, rows).tolist() == [[3, 0, 1], [5, 1, 0]]
    assert encoded(asked, rows, np.array([1])).tolist() == [[5, 1, 0]]


@pytest.mark.parametrize(
    ("column", "found", "expected"),
    [
        (Column(name="x", missing=Missing.DROP), [2.0, GAP], [[2], [GAP]]),
        (Column(name="x", missing=Missing.MEAN, fill=4.0), [2.0, GAP], [[2], [4]]),
        (Column(name="x", missing=Missing.OWN_CLASS, fill=4.0), [2.0, GAP], [[2, 0], [4, 1]]),
        (replace(PLACE, missing=Missing.DROP), worded("Dream", None), [[1, 0], [GAP, GAP]]),
        (
            replace(ISLAND, name="x", missing=Missing.MOST_FREQUENT, fill="Biscoe"),
            worded("Dream", None),
            [[1, 0], [0, 1]],
        ),
        (replace(PLACE, missing=Missing.OWN_CLASS), worded("Dream", None), [[1, 0, 0], [0, 0, 1]]),
        (Column(name="x", use=Use.DATE, date_format="%d.%m.%Y"), worded("02.01.1970", "soon"), [[1], [GAP]]),
    ],
)
def test_gaps(column: Column, found: AnyColumn | list[float], expected: list[list[float]]) -> None:
    np.testing.assert_array_equal(encoded(recipe(column), table(x=found)), expected)
    assert len(column.input_names) == len(expected[0])


def test_unknown_words_are_none_of_the_known_and_are_told() -> None:
    rows = table(island=worded("Dream", "Atlantis", None, "Atlantis", "Avalon"), mass=[1.0] * 5)
    asked = recipe(Column(name="mass"), replace(ISLAND, missing=Missing.OWN_CLASS))
    assert encoded(asked, rows)[1].tolist() == [1, 0, 0, 0]
    told = [str(one) for one in strange(asked, rows)]
    assert told == ["3 rows have an unknown value of island (Atlantis, Avalon): they count as none of the known."]
    assert not strange(asked, table(island=worded("Dream", None), mass=[1.0] * 2))


def test_missing_columns_are_named() -> None:
    with pytest.raises(DataError, match=r"no columns mass, island, which .* It has height\. Add them"):
        encoded(recipe(Column(name="mass"), ISLAND), table(height=[1.0]))


def test_a_category_of_numbers_is_the_same_as_words() -> None:
    asked = recipe(Column(name="state", use=Use.CATEGORY, values=("1", "2.5")))
    assert encoded(asked, table(state=[2.5, 1.0, 3.0])).tolist() == [[0, 1], [1, 0], [0, 0]]


def test_dates_are_days() -> None:
    assert days("1970-01-01", "iso") == 0
    assert days("1969-12-31T12:00:00+00:00", "iso") == -0.5
    assert days("01.03.2000", "%d.%m.%Y") == (np.datetime64("2000-03-01") - np.datetime64("1970-01-01")).astype(int)
    assert np.isnan(days("31.02.2000", "%d.%m.%Y"))


# Fitted on training rows ---------------------------------------------------------------------------------------------


def many(rows: int = 300) -> Columns:
    random = np.random.default_rng(3)
    mass = random.normal(4000, 500, rows)
    mass[::7] = GAP
    island = worded(*random.choice(["Dream", "Biscoe"], rows, p=[0.7, 0.3]).tolist())
    island.codes[::11] = -1
    kind = worded(*random.choice(["a", "b", "c"], rows).tolist())
    price = random.normal(200_000, 50_000, rows)
    price[5] = GAP
    return table(mass=Numbers(mass), island=island, kind=kind, price=Numbers(price))


ASKED = recipe(
    Column(name="mass", missing=Missing.MEAN),
    replace(ISLAND, missing=Missing.MOST_FREQUENT),
    Column(name="price", use=Use.LEFT_OUT),
)


def made(spec: TableSpec, columns: Columns) -> tuple[Dataset, TableRecipe]:
    data = from_columns(spec, columns)
    assert data.recipe.table is not None
    return data, data.recipe.table


def test_only_training_rows_are_measured() -> None:
    spec = replace(spec_of(ASKED), scaling=Scaling.STANDARDISE, validation_share=0.2)
    columns = many()
    data, fitted = made(spec, columns)
    assert data.validation is not None
    assert len(data.train) + len(data.validation) + len(data.test) == len(columns)
    trained = data.train.raw[:, 0] != fitted.columns[0].fill
    assert fitted.columns[0].fill == pytest.approx(data.train.raw[trained, 0].mean(), rel=1e-12)
    assert fitted.columns[1].fill == "Dream"
    np.testing.assert_allclose(data.train.inputs.mean(axis=0), 0, atol=1e-6)
    assert abs(data.test.inputs.mean(axis=0)).max() > 1e-3
    # What the other rows hold changes nothing that was measured.
    others = {row.tobytes() for row in data.test.raw} | {row.tobytes() for row in data.validation.raw}
    mass = columns.by_name["mass"]
    assert isinstance(mass, Numbers)
    rows = encoded(fitted, columns)
    elsewhere = np.array([row.tobytes() in others for row in rows]) & ~np.isnan(mass.values)
    changed = Columns({**columns.by_name, "mass": Numbers(np.where(elsewhere, mass.values * 3, mass.values))})
    again, refitted = made(spec, changed)
    assert refitted == fitted
    assert again.recipe.shift.tobytes() == data.recipe.shift.tobytes()
    assert again.train.augmented.tobytes() == data.train.augmented.tobytes()
    assert again.test.augmented.tobytes() != data.test.augmented.tobytes()


def test_classes_are_stratified_unless_somebody_says_otherwise() -> None:
    spec = spec_of(ASKED)
    data, _ = made(spec, many())
    shares = [np.bincount(split.labels) / len(split) for split in (data.train, data.test)]
    np.testing.assert_allclose(*shares, atol=0.01)
    loose, _ = made(replace(spec, recipe=replace(ASKED, stratified=False)), many())
    assert len(loose.test) == len(data.test)
    assert loose.test.labels.tolist() != data.test.labels.tolist()
    assert set(loose.train.labels) == {0, 1, 2}


def test_rows_with_gaps_that_drop_them_are_dropped() -> None:
    dropping = recipe(Column(name="mass"), replace(ISLAND, missing=Missing.OWN_CLASS))
    data, fitted = made(spec_of(dropping), many())
    assert len(data.train) + len(data.test) == 300 - len(range(0, 300, 7))
    assert fitted == dropping
    nothing = table(mass=[GAP] * 30, island=worded(*["Dream"] * 30), kind=worded(*["a", "b", "c"] * 10))
    with pytest.raises(DataError, match="Of 30 rows of table, 0 have all their values"):
        from_columns(spec_of(dropping), nothing)


def test_values_are_learned_on_a_scale_of_their_own_and_answered_in_theirs() -> None:
    asked = replace(
        recipe(Column(name="mass", missing=Missing.MEAN), target="price"), target_scaling=Scaling.STANDARDISE
    )
    spec = replace(spec_of(asked, Task.REGRESSION, ("price",)), scaling=Scaling.STANDARDISE)
    data, fitted = made(spec, many())
    assert len(data.train) + len(data.test) == 299
    assert (data.train.targets.mean(), data.train.targets.std()) == pytest.approx((0, 1), abs=1e-5)
    assert fitted.asked == asked
    trainer = Trainer(default_experiment(spec), dataset=data)
    trainer.train(2)
    answers = predict(trainer.model(), data.test.raw)
    learned = trainer.test.outputs.T  # of the last evaluation, on the scale of what was learned
    np.testing.assert_allclose(answers, learned * fitted.target_scale + fitted.target_shift, rtol=1e-5)
    np.testing.assert_allclose(trainer.predict(data.test.raw), answers, rtol=1e-5)


def test_a_spec_has_to_fit_its_recipe() -> None:
    with pytest.raises(SettingError, match="not those that its recipe makes"):
        replace(spec_of(ASKED), input_names=("mass",))
    with pytest.raises(SettingError, match="name of their own"):
        recipe(Column(name="kind"))
    with pytest.raises(SettingError, match="no input"):
        recipe(Column(name="x", use=Use.LEFT_OUT))
    with pytest.raises(SettingError, match="has no mean"):
        replace(ISLAND, missing=Missing.MEAN)
    with pytest.raises(SettingError, match="none of its values"):
        replace(ISLAND, fill="Atlantis")
