"""What a sweep costs beside the trainings themselves, and how that grows.

Each job trains the same little network. Beside a `Sweep` into a folder, with every result on disk, stands the bare way
to the same workers with the same trainings: a `multiprocessing` pool's `map`, or `Client.map` on a cluster. Both are
measured with workers that are up already. The overhead per job is the difference of the two by the number of jobs.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.dask_here import end, start
from nnstudio.core.experiment import Experiment, StoppingSpec
from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.job import Job, run_job
from nnstudio.core.sweep.sweep import Sweep
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.sweep.workers import Workers
from nnstudio.files.cluster import Cluster
from nnstudio.files.pool import Pool
from nnstudio.files.sweep_folder import SweepFolder

UPDATES = 200
JOBS, WORKERS = (10, 100, 1000), (1, 2, 4)
MOST_OVERHEAD = 0.020
"""Seconds per job that a sweep may cost beside the bare way."""

Bare = Callable[[list[Experiment]], object]


def main(jobs: tuple[int, ...] = JOBS, workers: tuple[int, ...] = WORKERS) -> int:
    """Print the table; 0 if the goal is met everywhere."""
    met = True
    heads = f"{'jobs':>6}{'bare':>10}{'sweep':>10}{'jobs/s':>9}{'overhead a job':>18}"
    print(f"A job is {UPDATES} updates of a 2-4-2-1 network on the circle. {os.cpu_count()} cores.")
    for name, road in {"processes here": _here, "dask.distributed": _cluster}.items():
        if road is _cluster and find_spec("distributed") is None:
            print("dask.distributed is not installed: pip install 'nnstudio[cluster]'")
            continue
        for count in workers:
            print(f"\n{name}, {count} at work\n{heads}")
            with road(count) as (kept, bare):
                for each in jobs:
                    met &= _measure(kept, bare, each)
    return 0 if met else 1


def _measure(workers: Workers, bare: Bare, jobs: int) -> bool:
    spec = SweepSpec(
        experiment=replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=UPDATES)), seeds=jobs
    )
    experiments = [trial.experiment for trial in spec.trials]
    plain = _seconds(lambda: bare(experiments))
    with TemporaryDirectory() as folder:
        kept = SweepFolder(Path(folder), spec)
        ours = _seconds(Sweep(spec.trials, kept, workers).run)
        kept.close()
    overhead = (ours - plain) / jobs
    met = overhead <= MOST_OVERHEAD
    figures = f"{jobs:>6}{plain:>8.2f} s{ours:>8.2f} s{jobs / ours:>9.1f}{overhead * 1e3:>15.1f} ms"
    print(f"{figures}{'' if met else '   GOAL MISSED'}", flush=True)
    return met


def _seconds(action: Callable[[], object]) -> float:
    begin = perf_counter()
    action()
    return perf_counter() - begin


def train(experiment: Experiment) -> object:
    """The training alone, with all that comes back of it."""
    return run_job(Job(experiment))


class _Open(Workers):
    """Workers that are up already, and stay so."""

    def __init__(self, executor: Executor, workers: Workers) -> None:
        self._executor, self.ahead, self.lost = executor, workers.ahead, workers.lost

    def open(self) -> Executor:
        outer = self._executor

        class Lent(Executor):
            def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
                return outer.submit(fn, *args, **kwargs)

        return Lent()


@contextmanager
def _here(count: int) -> Iterator[tuple[Workers, Bare]]:
    pool = Pool(count)
    executor = pool.open()
    context = get_context("spawn")
    warm = [PRESETS["circle"].experiment] * count
    with context.Pool(count) as plain:
        plain.map(train, warm, 1)
        for future in [executor.submit(train, each) for each in warm]:
            future.result()
        try:
            yield _Open(executor, pool), lambda experiments: plain.map(train, experiments, 1)
        finally:
            executor.shutdown()


@contextmanager
def _cluster(count: int) -> Iterator[tuple[Workers, Bare]]:
    from distributed import Client

    with TemporaryDirectory() as folder:
        address = Path(folder, "address")
        words = "--no-dashboard", "--scheduler-file", str(address)
        scheduler = start("dask_scheduler", "--port", "0", *words)
        spare = "--nthreads", "1", "--no-nanny", "--local-directory", folder
        workers = [start("dask_worker", *spare, *words) for _ in range(count)]
        try:
            with Client(scheduler_file=str(address), set_as_default=False) as client:
                client.wait_for_workers(count)
                client.gather(client.map(train, [PRESETS["circle"].experiment] * count, pure=False))
                cluster = Cluster(client.scheduler.address)
                executor = cluster.open()
                try:
                    yield (
                        _Open(executor, cluster),
                        lambda experiments: client.gather(client.map(train, experiments, pure=False)),
                    )
                finally:
                    executor.shutdown(cancel_futures=True)
        finally:
            end(*workers, scheduler)
