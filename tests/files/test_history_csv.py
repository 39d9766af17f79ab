"""The curves as a table: complete, exact, readable by a spreadsheet."""

import csv
from pathlib import Path

import numpy as np
import pytest

from nnstudio.core.training.history import COLUMNS, History
from nnstudio.files.errors import FileError
from nnstudio.files.history_csv import export_history


def test_every_number_comes_back(tmp_path: Path) -> None:
    history = History()
    history.append(0, 0.0, float("nan"), 0.1 + 0.2, 1e-300, 0.5, 1 / 3, 0.0, 0.03)
    history.append(123456789, 0.5, 2.5, *(float("nan"),) * 5, float("inf"))
    path = tmp_path / "curves.csv"
    export_history(path, history.prefix())
    assert b"\r" not in path.read_bytes()
    with path.open(newline="") as stream:
        head, *rows = csv.reader(stream)
    assert tuple(head) == COLUMNS
    assert rows[1][:3] == ["123456789", "0.5", "2.5"]
    assert rows[1][3:8] == [""] * 5
    back = [[float(cell) if cell else np.nan for cell in row] for row in rows]
    wanted = [getattr(history.prefix(), name) for name in COLUMNS]
    np.testing.assert_array_equal(np.transpose(back), wanted)


def test_says_when_it_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"curves\.csv was not written"):
        export_history(tmp_path / "nowhere" / "curves.csv", History().prefix())
