"""SIGKILL at random moments of a sweep: nothing is counted twice, nothing is lost, nobody is left behind."""

import os
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sweep_processes import assert_whole, results_in, start, wait_for_results

from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.sweep_spec import SweepSpec

AXES = "training.learning_rate=0.001..1", "layers=4 tanh|8 tanh, 8 tanh"
RUNS = 60
SPEC = SweepSpec(
    experiment=replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=300)), settings=AXES, runs=RUNS
)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_a_sweep_that_is_killed_at_twenty_moments_ends_as_one_that_never_was(tmp_path: Path) -> None:
    out, random = tmp_path / "out", np.random.default_rng(7)
    words = ("sweep", "circle", "--set", AXES[0], "--set", AXES[1], "--updates", "300", "--runs", str(RUNS))
    words = (*words, "--jobs", "2", "--out", str(out))
    before = 0
    for _ in range(20):
        program = start(*words)
        # Two or three results on, and then anywhere within the time that one takes.
        wait_for_results(out, min(before + int(random.integers(1, 4)), RUNS), program)
        with suppress(subprocess.TimeoutExpired):
            program.wait(random.uniform(0, 0.05))
        program.kill()
        program.communicate(timeout=60)  # the pipes end when all its processes have
        assert results_in(out) >= before
        before = results_in(out)
    program = start(*words)
    complaint = program.communicate(timeout=300)[1]
    assert program.returncode == 0, complaint
    assert_whole(out, SPEC)
