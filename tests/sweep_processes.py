"""Sweeps as programs of their own, to be killed; what a folder then holds; a cluster on this machine."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from same_state import assert_same

from benchmarks import dask_here
from nnstudio.core.sweep.job import Job, run_job
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.sweep_folder import SweepFolder


def start(*words: str) -> subprocess.Popen[str]:
    """The command line, as a process."""
    command = (sys.executable, "-m", "nnstudio", *words)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def results_in(folder: Path) -> int:
    """How many results are on disk."""
    return len(list(folder.glob("runs/*.json")))


def wait_for_results(folder: Path, count: int, program: subprocess.Popen[str]) -> None:
    """Wait until so many are there, or the program has ended."""
    while results_in(folder) < count:
        try:
            program.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        return


def assert_whole(path: Path, spec: SweepSpec) -> None:
    """Every run is there once, equal to the bit to one that is made here."""
    folder = SweepFolder(path, spec)
    try:
        assert (
            len(folder) == len(spec.trials) == len(list(path.glob("runs/*.json"))) == len(list(path.glob("runs/*.nns")))
        )
        for number, trial in enumerate(spec.trials):
            step = folder.last_step(number)
            assert step is not None
            outcome = run_job(Job(trial.experiment))
            assert_same(folder.get(step), outcome.result)
            assert_same(folder.state(step), outcome.state)
    finally:
        folder.close()
    rows = (path / "results.csv").read_text().splitlines()[1:]
    assert [int(row.split(",")[0]) for row in rows] == list(range(len(spec.trials)))
    assert not [name for name in os.listdir(path) + os.listdir(path / "runs") if name.endswith(".tmp")]


class ClusterHere:
    """A scheduler of dask.distributed and its workers, processes on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scheduler = self._run("dask_scheduler", "--port", "0", "--interface", "lo")
        self.address = self._address(self._scheduler)
        self.workers: list[subprocess.Popen[str]] = []

    def add_worker(self) -> subprocess.Popen[str]:
        """One process with one thread; it has joined when this returns."""
        spare = "--local-directory", str(self._folder)
        worker = self._run("dask_worker", self.address, "--nthreads", "1", "--no-nanny", *spare)
        self.workers.append(worker)
        assert worker.stderr is not None
        while "Starting established connection" not in (line := worker.stderr.readline()):
            assert line, "the worker has ended"
        return worker

    def close(self) -> None:
        dask_here.end(*self.workers, self._scheduler)

    def _run(self, program: str, *words: str) -> subprocess.Popen[str]:
        return dask_here.start(program, *words, "--no-dashboard", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    @staticmethod
    def _address(scheduler: subprocess.Popen[str]) -> str:
        assert scheduler.stderr is not None
        while "Scheduler at:" not in (line := scheduler.stderr.readline()):
            assert line, "the scheduler has ended"
        return line.split()[-1]


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[ClusterHere]:
    """A cluster for as long as the `with` lasts."""
    here = ClusterHere(folder)
    try:
        for _ in range(workers):
            here.add_worker()
        yield here
    finally:
        here.close()
