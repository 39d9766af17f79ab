"""A sweep on a real cluster of dask.distributed on this machine: killed workers, a killed client, the same bits."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from own_table_sweeps import assert_each_has_its_own_recipe
from sweep_processes import assert_whole, cluster, results_in, start, wait_for_results

from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.cluster import Cluster

pytest.importorskip("distributed", reason="needs dask.distributed")
pytestmark = pytest.mark.slow

AXES = "training.learning_rate=0.001..0.1", "training.optimizer=sgd,adam"
RUNS, UPDATES = 200, 200
WORDS = ("sweep", "circle", "--set", AXES[0], "--set", AXES[1], "--updates", str(UPDATES), "--runs", str(RUNS))
SPEC = SweepSpec(
    experiment=replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=UPDATES)), settings=AXES, runs=RUNS
)
needs_signals = pytest.mark.skipif(os.name == "nt", reason="needs signals")


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file in a folder."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@needs_signals
def test_two_hundred_runs_survive_a_killed_worker_and_a_killed_client(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with cluster(tmp_path / "spare", workers=2) as here:
        words = (*WORDS, "--cluster", here.address, "--out", str(out))
        client = start(*words)
        wait_for_results(out, 30, client)
        here.workers[0].kill()
        wait_for_results(out, 60, client)
        client.kill()
        client.communicate(timeout=60)
        made = results_in(out)
        assert 60 <= made < RUNS
        here.add_worker()
        again = start(*words)
        shown, complaint = again.communicate(timeout=120)
        assert again.returncode == 0, complaint
        assert "Traceback" not in complaint
        assert shown.splitlines()[-1] == f"Wrote {out}/best.nns"
    assert_whole(out, SPEC)


def test_halves_on_a_cluster_are_those_of_this_computer(tmp_path: Path) -> None:
    words = (*WORDS[:-1], "24", "--seeds", "3", "--halve-at", "0.25,0.5")
    with cluster(tmp_path / "spare", workers=2) as here:
        roads = {"there": ("--cluster", here.address), "here": ("--jobs", "2")}
        for name, road in roads.items():
            program = start(*words, *road, "--out", str(tmp_path / name))
            complaint = program.communicate(timeout=300)[1]
            assert program.returncode == 0, complaint
    files = {name: contents(tmp_path / name) for name in roads}
    assert len(files["here"]) == 24 + 12 + 6 + 24 + 4
    assert files["here"] == files["there"]


TABLE = """
import sys
import numpy as np
from dataclasses import replace
from nnstudio import Dataset, StoppingSpec, default_experiment
from nnstudio.core.sweep.job import Ending, Job, run_job
from nnstudio.core.sweep.datasets import provide
from nnstudio.core.sweep.space import Space
from nnstudio.core.sweep.sweep import Sweep
from nnstudio.files.cluster import Cluster
inputs = np.random.default_rng(1).normal(size=(80, 3))
data = Dataset.from_arrays(inputs, (inputs[:, 0] > 0).astype(int))
experiment = replace(default_experiment(data.spec), stopping=StoppingSpec(updates=20))
trials = Space(experiment).trials(seeds=6)
sweep = Sweep(trials, workers=Cluster(sys.argv[1], (data,)))
assert sweep.run()
provide(data)
for number, trial in enumerate(trials):
    step = sweep.results.last_step(number)
    assert sweep.results.get(step).ending is Ending.FINISHED, sweep.results.get(step).sentence
    assert np.array_equal(sweep.results.state(step).params, run_job(Job(trial.experiment)).state.params)
print("all is well")
"""


def test_a_table_goes_to_each_worker(tmp_path: Path) -> None:
    with cluster(tmp_path / "spare", workers=2) as here:
        command = [sys.executable, "-c", TABLE, here.address]
        found = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert found.stdout == "all is well\n", found.stderr


def test_each_job_makes_its_own_of_a_table_that_travels_once(tmp_path: Path) -> None:
    with cluster(tmp_path / "spare", workers=2) as here:
        assert_each_has_its_own_recipe(tmp_path, lambda own: Cluster(here.address, own))


@needs_signals
def test_a_job_that_kills_its_workers_is_given_up(tmp_path: Path) -> None:
    script = tmp_path / "deadly.py"
    script.write_text("""
import os, signal, sys
from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.job import Job, Outcome, run_job
from nnstudio.core.sweep.space import Space
from nnstudio.core.sweep.sweep import Sweep
from nnstudio.files.cluster import Cluster
def run(job):
    if job.experiment.seed == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_job(job)
from dataclasses import replace
from nnstudio import StoppingSpec
trials = Space(replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=10))).trials(seeds=2)
sweep = Sweep(trials, workers=Cluster(sys.argv[1]), run=run)
assert sweep.run()
print(*(sweep.results.last(number).sentence for number in range(2)), sep="|")
""")
    with cluster(tmp_path / "spare", workers=6) as here:  # dask gives up after four
        found = subprocess.run([sys.executable, str(script), here.address], capture_output=True, text=True, timeout=120)
    assert found.stdout == (
        "Stopped after 10 updates, as asked.|Its worker died each time it was trained; perhaps there was not enough "
        "memory.\n"
    ), found.stderr


def test_where_no_cluster_is_the_answer_is_quick_and_a_sentence(tmp_path: Path) -> None:
    program = start(*WORDS, "--cluster", "tcp://127.0.0.1:9", "--out", str(tmp_path / "none"))
    complaint = program.communicate(timeout=60)[1].splitlines()[-1]
    assert program.returncode == 2
    assert complaint.startswith("No cluster answers at tcp://127.0.0.1:9. What is in is kept.")
    for address in ("localhost", "tcp://", "http://x:1", "tcp://a b:8786", "tcp://x:1\x1b[2J"):
        program = start(*WORDS, "--cluster", address, "--out", str(tmp_path / "none"))
        complaint = program.communicate(timeout=60)[1].splitlines()[-1]
        assert (program.returncode, "is no address of a cluster" in complaint) == (2, True)
    with cluster(tmp_path / "spare", workers=0) as here:
        program = start(*WORDS, "--cluster", here.address, "--out", str(tmp_path / "none"))
        complaint = program.communicate(timeout=60)[1].splitlines()[-1]
    assert program.returncode == 2
    assert complaint.startswith(f"The cluster at {here.address} has no workers.")


BENCHMARK = """
import sys, time
from benchmarks.sweep import _cluster
with _cluster(1) as (kept, bare):
    print("at work", flush=True)
    time.sleep(600)
"""


@needs_signals
def test_scheduler_and_worker_end_with_a_killed_benchmark() -> None:
    program = subprocess.Popen([sys.executable, "-c", BENCHMARK], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "at work\n"
    program.kill()
    # Scheduler and worker have inherited this pipe: it ends when they are gone.
    assert program.communicate(timeout=30) == ("", None)
