"""Tables with words, dates and gaps: every format does to their cells what the recipe does."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from nnstudio.core.data.columns import Columns, Numbers, Words
from nnstudio.core.data.dataset import from_columns
from nnstudio.core.data.table_encoding import encoded
from nnstudio.core.experiment import Experiment, TableSpec, TrainingSpec
from nnstudio.core.experiment.choices import LossKind, Scaling, Task
from nnstudio.core.experiment.layer_specs import DenseSpec
from nnstudio.core.experiment.table_recipe import Column, Missing, TableRecipe, Use
from nnstudio.core.network.predict import predict
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.exports import FORMATS, Subject
from nnstudio.files.exports.onnx_table import cells_given
from nnstudio.files.exports.table_cells import cells_of
from nnstudio.files.installed import lacking

ROWS = 60
COLUMNS = (
    Column(name="mass", missing=Missing.MEAN),
    Column(name="wing", missing=Missing.OWN_CLASS),
    Column(name="year", missing=Missing.MOST_FREQUENT),
    Column(name="nr", use=Use.LEFT_OUT),
    Column(name="is'land", use=Use.CATEGORY, values=("Dream", 'B"iscoe'), missing=Missing.OWN_CLASS),
    Column(name="sex", use=Use.CATEGORY, values=("f", "m"), missing=Missing.MOST_FREQUENT),
    Column(name="egg", use=Use.CATEGORY, values=("yes", "no")),
    Column(name="seen", use=Use.DATE, date_format="%d.%m.%Y"),
)


def table() -> Columns:
    random = np.random.default_rng(2)

    def numbers(*values: float, gaps: int = 0) -> Numbers:
        column = np.array([*values])[random.integers(0, len(values), ROWS)] + 0.0
        column[:gaps] = np.nan
        return Numbers(random.permutation(column))

    def words(*known: str, gaps: int = 0) -> Words:
        codes = random.integers(0, len(known), ROWS).astype(np.int32)
        codes[:gaps] = -1
        return Words(random.permutation(codes), known)

    return Columns(
        {
            "mass": numbers(3500.0, 4200.5, 5100.25, gaps=9),
            "wing": numbers(181.0, 195.5, 210.0, gaps=7),
            "year": numbers(2007.0, 2008.0, 2009.0, gaps=5),
            "nr": Numbers(np.arange(ROWS) + 0.0),
            "is'land": words("Dream", 'B"iscoe', "Elsewhere", gaps=8),
            "sex": words("m", "f", gaps=6),
            "egg": words("no", "yes"),
            "seen": words("01.03.2007", "24.12.2008", "29.02.2008"),
            "price": numbers(100_000.0, 250_000.0, 930_000.0),
            "species": words("A", "B", "C"),
        }
    )


def trained(task: Task) -> tuple[Trainer, Columns]:
    columns, values = table(), task is Task.REGRESSION
    target = "price" if values else "species"
    kept = Columns({name: one for name, one in columns.by_name.items() if name not in {"price", "species"} - {target}})
    recipe = TableRecipe(columns=COLUMNS, target=target, target_scaling=Scaling.STANDARDISE)
    names = ("price",) if values else ("A", "B", "C")
    spec = TableSpec(
        digest="0" * 64,
        task=task,
        input_names=recipe.input_names,
        target_names=names,
        scaling=Scaling.STANDARDISE,
        recipe=recipe,
    )
    loss = LossKind.MEAN_SQUARED_ERROR if values else LossKind.CROSS_ENTROPY
    experiment = Experiment(dataset=spec, layers=(DenseSpec(units=6),), training=TrainingSpec(loss=loss))
    trainer = Trainer(experiment, dataset=from_columns(spec, kept))
    for _ in range(40):
        trainer.step()
    return trainer, kept


def subject_of(trainer: Trainer) -> Subject:
    return Subject.of(Observer(trainer, 1).frame(Probe.NOTHING))


@pytest.mark.parametrize("task", [Task.MULTICLASS, Task.REGRESSION])
@pytest.mark.parametrize("key", ["npz", "csv", "json", "numpy", "c", "onnx"])
def test_every_reader_comes_to_the_same_answers(key: str, task: Task, tmp_path: Path) -> None:
    if key == "onnx" and (missing := lacking("onnx")):
        pytest.skip(f"needs {missing} (extra `export`)")
    given = subject_of(trained(task)[0])
    proof = FORMATS[key].write(given, tmp_path / f"n{FORMATS[key].ending}")
    if proof.holds is None:
        pytest.skip(proof.sentence)
    assert proof.holds, proof.sentence


@pytest.mark.slow
@pytest.mark.parametrize("key", ["torch", "keras", "sklearn", "notebook"])
def test_every_library_comes_to_the_same_values(key: str, tmp_path: Path) -> None:
    proof = FORMATS[key].write(subject_of(trained(Task.REGRESSION)[0]), tmp_path / f"n{FORMATS[key].ending}")
    if proof.holds is None:
        pytest.skip(proof.sentence)
    assert proof.holds, proof.sentence


def cells(columns: Columns, row: int) -> dict[str, object]:
    """A row as a person would type it, or a reader of CSV would give it: gaps are empty texts."""
    found: dict[str, object] = {}
    for name, one in columns.by_name.items():
        if isinstance(one, Numbers):
            found[name] = "" if np.isnan(one.values[row]) else float(one.values[row])
        else:
            assert one.words is not None
            found[name] = "" if one.codes[row] < 0 else one.words[one.codes[row]]
    return found


@pytest.mark.parametrize("task", [Task.MULTICLASS, Task.REGRESSION])
def test_a_script_reads_rows_by_the_names_of_their_columns(task: Task, tmp_path: Path) -> None:
    trainer, columns = trained(task)
    given = subject_of(trainer)
    FORMATS["numpy"].save(given, tmp_path / "n.py")
    names: dict[str, object] = {"__name__": "read", "__file__": str(tmp_path / "n.py")}
    exec((tmp_path / "n.py").read_text(), names)  # noqa: S102
    rows = [cells(columns, row) for row in range(ROWS)]
    recipe = given.model.recipe.table
    assert recipe is not None
    raw = encoded(recipe, columns)
    assert np.array_equal(names["encode"](rows), raw, equal_nan=True)  # type: ignore[operator]
    known = ~np.isnan(raw).any(axis=1)
    chosen = [row for row, keeps in zip(rows, known, strict=True) if keeps]
    expected = predict(given.model, raw[known])
    np.testing.assert_allclose(names["predict"](chosen), expected, rtol=1e-5)  # type: ignore[operator]


def test_gaps_are_met_inside_the_graph(tmp_path: Path) -> None:
    """By onnx's own evaluator and, where it is installed, by onnxruntime: cells with gaps and unknown words."""
    if missing := lacking("onnx"):
        pytest.skip(f"needs {missing} (extra `export`)")
    trainer, columns = trained(Task.MULTICLASS)
    given = subject_of(trainer)
    FORMATS["onnx"].save(given, tmp_path / "n.onnx")
    recipe = given.model.recipe.table
    assert recipe is not None
    raw = encoded(recipe, columns)
    words = {}
    for column in recipe.inputs:
        one = columns.by_name[column.name]
        if isinstance(one, Numbers):
            words[column.name] = one.values[:, None]
        elif column.use is Use.CATEGORY:
            assert one.words is not None
            words[column.name] = np.array([*one.words, ""], object)[one.codes][:, None]
        else:
            words[column.name] = cells_given(recipe, raw)[column.name]
    model = import_module("onnx").load(tmp_path / "n.onnx")
    found = [import_module("onnx.reference").ReferenceEvaluator(model).run(["answer"], words)[0]]
    if not lacking("onnxruntime"):
        session = import_module("onnxruntime").InferenceSession(tmp_path / "n.onnx")
        found.append(session.run(["answer"], words)[0])
    for answers in found:
        np.testing.assert_allclose(answers, predict(given.model, raw), atol=1e-6)
    assert [one.name for one in model.graph.input] == [column.name for column in recipe.inputs]


def test_a_gap_that_nothing_fills_has_no_answer(tmp_path: Path) -> None:
    trainer, columns = trained(Task.MULTICLASS)
    FORMATS["numpy"].save(subject_of(trainer), tmp_path / "n.py")
    names: dict[str, object] = {"__name__": "read", "__file__": str(tmp_path / "n.py")}
    exec((tmp_path / "n.py").read_text(), names)  # noqa: S102
    row = cells(columns, 0) | {"egg": None}
    assert np.isnan(names["predict"]([row])).all()  # type: ignore[operator]


def test_cells_and_numbers_are_each_other_s_way_back() -> None:
    trainer, columns = trained(Task.MULTICLASS)
    recipe = trainer.dataset.recipe.table
    assert recipe is not None
    raw = encoded(recipe, columns)
    back = cells_of(recipe, raw)
    assert list(back) == [column.name for column in recipe.inputs]
    assert back["wing"].count(None) == 7
    assert back["is'land"].count(None) == 8
