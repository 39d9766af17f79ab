"""A million rows of twenty columns: how much memory they take on the way in. A process of its own measures it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import nnstudio

ROWS, COLUMNS = 1_000_000, 20
TIMES = 3

PROGRAM = """
import resource, sys
from pathlib import Path
import pandas, clevercsv.detect
from nnstudio.core.data.dataset import build
from nnstudio.core.data.table_proposal import Survey, Wishes
from nnstudio.files.library import DataLibrary
from nnstudio.files.tables.source import read_table

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

before = peak()
table = read_table(Path(sys.argv[1]))
spec = Survey(table.columns).propose(Wishes(), digest=table.digest, file=table.file).spec
library = DataLibrary()
library.tables.hand_over(table)
del table
data = build(spec, library)
assert len(data.train) == 800_000
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory a process ever had")
def test_a_million_rows_take_three_times_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "million.csv"
    numbers = np.random.default_rng(1).normal(size=(ROWS, COLUMNS)).round(4)
    frame = pd.DataFrame(numbers, columns=[f"c{place}" for place in range(COLUMNS)])
    frame["c19"] = np.where(frame["c0"] > 0, "yes", "no")
    frame.to_csv(path, index=False)
    folder = str(Path(nnstudio.__file__).parents[1])
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {folder!r})\n{PROGRAM}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= TIMES * ROWS * COLUMNS * 8
