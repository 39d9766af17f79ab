"""Interrupted, the command line writes what it has, or leaves without a word."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cli_runs import params_in, trained

from nnstudio.core.presets import PRESETS


def start(*words: str) -> subprocess.Popen[str]:
    command = (sys.executable, "-m", "nnstudio", *words)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (getattr(signal, "SIGHUP", 0), 129)],
    ids=["Ctrl+C", "terminate", "hang up"],
)
def test_writes_its_state_when_interrupted(tmp_path: Path, number: int, code: int) -> None:
    out, table = tmp_path / "w.npz", tmp_path / "h.csv"
    run = start("train", "circle", "--seconds", "600", "--weights", str(out), "--history", str(table))
    assert run.stderr
    assert run.stderr.readline() == "Circle\n"
    while not run.stderr.readline().startswith(" "):  # the first line of progress: it is at work
        pass
    run.send_signal(number)
    shown, complaint = run.communicate(timeout=60)
    assert (run.returncode, complaint) == (code, "")
    updates = int(next(line.split()[1] for line in shown.splitlines() if line.startswith("updates")))
    assert f"Interrupted after {updates} updates." in shown
    assert np.array_equal(params_in(out), trained(PRESETS["circle"].experiment, updates).network.params)
    assert table.exists()


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("module", ["numpy", "PySide6.QtWidgets", "nnstudio.ui.main_window"])
def test_interrupted_while_it_starts_it_leaves_without_a_word(tmp_path: Path, module: str) -> None:
    # Interrupts itself as soon as the module is asked for, wherever the imports are by then.
    script = f"""
import os, signal, sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
from nnstudio.cli import main
sys.exit(main([]))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")
