"""Tables that are numbers already: files of arrays, arrays of a script, data frames."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nnstudio.core.data.columns import Columns, Numbers, Words
from nnstudio.core.data.dataset import DataError, from_columns
from nnstudio.core.data.table_proposal import Survey, Wishes
from nnstudio.core.experiment.choices import Task
from nnstudio.files.errors import FileError
from nnstudio.files.tables.arrays import columns_of, columns_of_frame
from nnstudio.files.tables.source import read_table

RANDOM = np.random.default_rng(1)
X, Y = RANDOM.normal(size=(40, 3)), np.arange(40) % 3


def numbers(columns: Columns, name: str) -> list[float]:
    found = columns.by_name[name]
    assert isinstance(found, Numbers)
    return found.values.tolist()


def words(columns: Columns, name: str) -> list[str | None]:
    found = columns.by_name[name]
    assert isinstance(found, Words)
    assert found.words is not None
    return [None if code < 0 else found.words[code] for code in found.codes]


def test_a_matrix_becomes_columns(tmp_path: Path) -> None:
    np.save(tmp_path / "matrix.npy", np.column_stack((X, Y)))
    table = read_table(tmp_path / "matrix.npy")
    assert table.columns.names == ("x1", "x2", "x3", "x4")
    assert numbers(table.columns, "x2") == X[:, 1].tolist()
    spec = Survey(table.columns).propose(Wishes(), digest=table.digest).spec
    assert spec.recipe is not None
    assert (spec.recipe.target, spec.task) == ("x4", Task.MULTICLASS)


@pytest.mark.parametrize("truth", [Y, np.array(["a", "b", "c"])[Y]], ids=["numbers", "texts"])
def test_inputs_and_truth_lie_side_by_side(tmp_path: Path, truth: np.ndarray) -> None:
    np.savez(tmp_path / "pair.npz", X=X, y=truth)
    table = read_table(tmp_path / "pair.npz")
    assert table.columns.names == ("x1", "x2", "x3", "y")
    proposal = Survey(table.columns).propose(Wishes(target="y"), digest=table.digest)
    data = from_columns(proposal.spec, table.columns)
    assert (len(data.train) + len(data.test), data.classes) == (40, 3)


def test_arrays_of_a_script() -> None:
    found = columns_of({"size": X[:, 0], "when": np.array(["1970-01-03", "NaT"] * 20, "datetime64[D]"), "flag": Y > 1})
    assert numbers(found, "when")[0] == 2
    assert np.isnan(numbers(found, "when")[1])
    assert words(found, "flag")[:3] == ["False", "False", "True"]
    with pytest.raises(DataError, match="40 and 2 rows"):
        columns_of({"a": X, "b": np.zeros(2)})
    with pytest.raises(DataError, match="no part of a table"):
        columns_of({"a": X[:, 0] * 1j})


def test_a_data_frame_of_every_kind_of_column() -> None:
    frame = pd.DataFrame(
        {
            "float": [1.5, np.nan, 3],
            "whole": pd.array([1, None, 3], "Int64"),
            "word": ["a", None, "b"],
            "kind": pd.Categorical(["x", "y", None]),
            "flag": [True, False, True],
            "maybe": pd.array([True, None, False], "boolean"),
            "when": pd.to_datetime(["1970-01-02", None, "1970-01-04"]),
        },
        index=[5, 5, 5],
    )
    found = columns_of_frame(frame)
    assert found.names == tuple(frame.columns)
    np.testing.assert_array_equal(numbers(found, "float"), [1.5, np.nan, 3])
    np.testing.assert_array_equal(numbers(found, "whole"), [1, np.nan, 3])
    np.testing.assert_array_equal(numbers(found, "when"), [1, np.nan, 3])
    assert words(found, "word") == ["a", None, "b"]
    assert words(found, "kind") == ["x", "y", None]
    assert words(found, "flag") == ["True", "False", "True"]
    assert words(found, "maybe") == ["True", None, "False"]


def test_a_frame_and_its_file_are_the_same_table(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": RANDOM.normal(size=50), "b": ["x", "y"] * 25, "y": ["p", "q", "r", "s", "t"] * 10})
    frame.to_csv(tmp_path / "frame.csv", index=False)
    one, other = columns_of_frame(frame), read_table(tmp_path / "frame.csv").columns
    np.testing.assert_allclose(numbers(one, "a"), numbers(other, "a"), rtol=1e-15)
    assert words(one, "b") == words(other, "b")


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"a": []}), pd.DataFrame([[1, 2]], columns=["a", "a"])])
def test_a_frame_that_is_no_table(frame: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=r"is empty|called a"):
        columns_of_frame(frame)


def test_images_are_no_table(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", np.zeros((5, 8, 8)))
    with pytest.raises(FileError, match=r"the shape \(5, 8, 8\).*no table"):
        read_table(tmp_path / "images.npy")
