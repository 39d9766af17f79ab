"""Jobs in processes of their own: the same bits, one thread each, no Qt, and nobody is left behind."""

import os
import signal
import subprocess
import sys
from concurrent.futures import wait
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from same_state import assert_same

from nnstudio.cli.sweeping import pool
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.presets import PRESETS, default_experiment
from nnstudio.core.sweep.job import Ending, Job, Outcome, run_job
from nnstudio.core.sweep.results import Results
from nnstudio.core.sweep.space import Space
from nnstudio.core.sweep.sweep import LOST, Progress, Sweep
from nnstudio.files import jobs
from nnstudio.files.pool import Pool, ProcessDied, ProcessExecutor
from nnstudio.system import cores, spare_cores

pytestmark = pytest.mark.slow
CIRCLE = replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=60))
FOR_EVER = replace(CIRCLE, stopping=StoppingSpec(updates=10_000_000))
needs_signals = pytest.mark.skipif(os.name == "nt", reason="needs signals")


def alive(process: int) -> bool:
    """Whether a process is there, and more than a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def where(number: int) -> tuple[int, int]:
    return number, os.getpid()


def environment() -> tuple[dict[str, str], list[str]]:
    return dict(os.environ), [name for name in sys.modules if name.startswith(("PySide6", "shiboken6", "pyqtgraph"))]


def test_it_gives_the_same_bits_as_here() -> None:
    trials = Space.parsed(CIRCLE, ["training.learning_rate=0.001..1", "training.optimizer=sgd,adam"]).trials(24, 3)
    here, there = Results(), Results()
    assert Sweep(trials, here, rungs=(0.5,)).run()
    assert Sweep(trials, there, Pool(2), jobs.run, rungs=(0.5,)).run()
    assert len(here) == len(there)
    for number in range(len(trials)):
        step = here.last_step(number)
        assert step is not None
        assert_same(here.get(step), there.get(step))
        assert_same(here.state(step), there.state(step))


def test_processes_are_fresh_with_one_thread_each_and_no_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    pool = ProcessExecutor(2)
    try:
        found, modules = pool.submit(environment).result(60)
        assert {found[name] for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")} == {"1"}
        assert not modules
    finally:
        pool.shutdown()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"
    assert "OMP_NUM_THREADS" not in os.environ


def policy() -> int:
    return os.sched_getscheduler(0)


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="needs Linux")
def test_only_behind_a_window_processes_take_what_others_leave() -> None:
    for behind, expected in ((True, os.SCHED_IDLE), (False, os.sched_getscheduler(0))):
        executor = Pool(1, behind=behind).open()
        try:
            assert executor.submit(policy).result(60) == expected
        finally:
            executor.shutdown()
    assert os.sched_getscheduler(0) != os.SCHED_IDLE


def test_no_more_processes_than_asked_for_and_none_remains() -> None:
    pool = ProcessExecutor(2)
    results = [pool.submit(where, number) for number in range(50)]
    found = [future.result(60) for future in results]
    assert [number for number, _ in found] == list(range(50))
    assert len({process for _, process in found}) <= 2
    processes = pool.process_ids
    pool.shutdown()
    assert not any(map(alive, processes))
    with pytest.raises(RuntimeError, match="shutdown"):
        pool.submit(where, 1)


def test_what_still_runs_is_ended_at_once_when_it_is_wanted_no_more() -> None:
    pool = ProcessExecutor(1)
    running, waiting = pool.submit(run_job, Job(FOR_EVER)), pool.submit(where, 1)
    pool.submit(where, 1)
    while not pool.process_ids:
        wait([running], 0.01)
    processes = pool.process_ids
    pool.shutdown(cancel_futures=True)
    assert isinstance(running.exception(0), ProcessDied)
    assert waiting.cancelled()
    assert not any(map(alive, processes))


@needs_signals
def test_who_dies_loses_its_own_job_alone_and_is_replaced() -> None:
    pool = ProcessExecutor(2)
    try:
        long = pool.submit(run_job, Job(FOR_EVER))
        _, second = pool.submit(where, 0).result(60)
        others = [pool.submit(where, number) for number in range(20)]
        victim = next(process for process in pool.process_ids if process != second)
        os.kill(victim, signal.SIGKILL)
        assert isinstance(long.exception(60), ProcessDied)
        assert [future.result(60)[0] for future in others] == list(range(20))
        assert pool.submit(where, 7).result(60)[0] == 7
    finally:
        pool.shutdown()


def die_once(folder: str, seeds: tuple[int, ...], job: Job) -> Outcome:
    """Kill this very process when one of the seeds comes up for the first time."""
    mark = Path(folder, str(job.experiment.seed))
    if job.experiment.seed in seeds and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return run_job(job)


def die_always(job: Job) -> Outcome:
    if job.experiment.seed == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_job(job)


@needs_signals
def test_a_sweep_does_lost_jobs_again(tmp_path: Path) -> None:
    trials, told = Space(CIRCLE).trials(seeds=12), list[Progress]()
    sweep = Sweep(trials, workers=Pool(2), run=partial(die_once, str(tmp_path), (1, 4, 12)))
    assert sweep.run(told.append)
    assert told[-1].redone == 3
    for number, trial in enumerate(trials):
        step = sweep.results.last_step(number)
        assert step is not None
        assert_same(sweep.results.state(step), run_job(Job(trial.experiment)).state)


@needs_signals
def test_a_job_that_kills_its_process_is_given_up() -> None:
    sweep = Sweep(Space(CIRCLE).trials(seeds=8), workers=Pool(2), run=die_always)
    assert sweep.run()
    endings = [result.sentence for number in range(8) if (result := sweep.results.last(number))]
    assert [sentence == LOST for sentence in endings] == [number == 4 for number in range(8)]


def refuse(number: int) -> int:
    raise ValueError(f"no {number}")


def test_what_a_job_raises_is_raised_here_and_its_process_goes_on() -> None:
    pool = ProcessExecutor(1)
    try:
        with pytest.raises(ValueError, match="no 3"):
            pool.submit(refuse, 3).result(60)
        (process,) = pool.process_ids
        assert pool.submit(where, 4).result(60) == (4, process)
    finally:
        pool.shutdown()


def test_a_table_goes_to_each_process() -> None:
    random = np.random.default_rng(1)
    inputs = random.normal(size=(80, 3))
    data = Dataset.from_arrays(inputs, (inputs[:, 0] > 0).astype(int))
    experiment = replace(default_experiment(data.spec), stopping=StoppingSpec(updates=20))
    trials = Space(experiment).trials(seeds=4)
    without, provided = (
        Sweep(trials, workers=Pool(1), run=jobs.run),
        Sweep(trials, workers=Pool(2, (data,)), run=jobs.run),
    )
    assert without.run()
    assert provided.run()
    for number in range(4):
        missing, trained = without.results.last(number), provided.results.last(number)
        assert missing is not None
        assert trained is not None
        assert (missing.ending, trained.ending) == (Ending.FAILED, Ending.FINISHED)
        assert "not part of the experiment" in missing.sentence


@needs_signals
def test_processes_die_with_a_program_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from concurrent.futures import wait
from dataclasses import replace
from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.job import Job, run_job
from nnstudio.files.pool import ProcessExecutor
if __name__ == "__main__":
    pool = ProcessExecutor(2)
    long = replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=10_000_000))
    jobs = [pool.submit(run_job, Job(long)) for _ in range(2)]
    while len(pool.process_ids) < 2:
        wait(jobs, 0.01)
    print(*pool.process_ids, flush=True)
    wait(jobs)
""")
    program = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    processes = [int(word) for word in program.stdout.readline().split()]
    assert len(processes) == 2
    program.kill()
    program.communicate(timeout=60)  # its pipe is shared by its processes: that it ended means that they did
    assert not any(map(alive, processes))


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="only Linux has a class of its own for what can wait")
def test_who_may_not_stand_back_is_nice_and_works_on_where_that_is_forbidden_too() -> None:
    script = """
import os
from nnstudio.files.processes import stand_back
def forbidden(*_): raise PermissionError
before, os.sched_setscheduler = os.nice(0), forbidden
stand_back()
print(os.nice(0) > before)
os.nice = forbidden
stand_back()
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (said.stdout, said.stderr) == ("True\n", "")


def test_one_core_is_left_to_the_window_and_none_where_there_is_none() -> None:
    assert spare_cores() == max(1, cores() - 1) == Pool().processes
    assert pool(None, ()).processes == cores()
    assert pool("3", ()).processes == 3
