"""A sweep does every job once, whoever does it and whatever becomes of them; and its halves are halves."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from threading import Thread

import pytest
from same_state import assert_same

from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.job import Ending, Job, Outcome, run_job
from nnstudio.core.sweep.ranking import Ranking
from nnstudio.core.sweep.results import Results, Step
from nnstudio.core.sweep.space import Space, Trial
from nnstudio.core.sweep.sweep import LOST, LOST_IN_A_ROW, Progress, Sweep
from nnstudio.core.sweep.workers import Workers, WorkersError

CIRCLE = replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=40))
RATES = Space.parsed(CIRCLE, ["training.learning_rate=0.0001..1"])


class Threads(Workers):
    ahead = 4

    def open(self) -> Executor:
        return ThreadPoolExecutor(2, thread_name_prefix="jobs")


class PythonsPool(Workers):
    """The one that breaks as a whole."""

    ahead = 3

    def open(self) -> Executor:
        return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


def swept(trials: tuple[Trial, ...], **how: object) -> Results:
    sweep = Sweep(trials, **how)  # type: ignore[arg-type]
    assert sweep.run()
    return sweep.results


def assert_alike(left: Results, right: Results, trials: tuple[Trial, ...]) -> None:
    assert len(left) == len(right)
    for number in range(len(trials)):
        step = left.last_step(number)
        assert step is not None
        assert step == right.last_step(number)
        assert_same(left.get(step), right.get(step))
        assert_same(left.state(step), right.state(step))


def test_every_trial_is_trained_once_and_told_of_once() -> None:
    trials, told, jobs = RATES.trials(12, 3), list[Progress](), list[Job]()

    def run(job: Job) -> Outcome:
        jobs.append(job)
        return run_job(job)

    sweep = Sweep(trials, run=run)
    assert sweep.run(told.append)
    assert [job.experiment for job in jobs] == [trial.experiment for trial in trials]
    assert [step for each in told for step, _ in each.arrived] == [Step(number) for number in range(12)]
    assert (told[-1].done, told[-1].total, told[-1].redone) == (12, 12, 0)
    learned = sum(result.learned_at is not None for each in told for _, result in each.arrived)
    assert told[-1].learned == learned
    for number, trial in enumerate(trials):
        assert_same(sweep.results.state(Step(number)), run_job(Job(trial.experiment)).state)


def test_threads_give_the_same() -> None:
    trials = RATES.trials(12, 3)
    assert_alike(swept(trials), swept(trials, workers=Threads()), trials)


def test_no_more_is_handed_over_than_is_allowed() -> None:
    open_jobs: list[Future[Outcome]] = []

    class Slow(Executor):
        """Does the oldest job when nothing more comes."""

        def submit(self, fn: Callable[..., Outcome], /, *args: object, **kwargs: object) -> Future[Outcome]:
            future: Future[Outcome] = Future()
            open_jobs.append(future)
            assert len(open_jobs) <= 3
            if len(open_jobs) == 3:
                open_jobs.pop(0).set_result(fn(*args))
            return future

        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            assert cancel_futures

    class Three(Workers):
        ahead = 3

        def open(self) -> Executor:
            return Slow()

    sweep = Sweep(RATES.trials(9), workers=Three())
    assert not sweep.run(lambda progress: progress.done >= 7 and sweep.cancel())
    assert len(sweep.results) == 7


def test_what_is_in_is_not_done_again() -> None:
    trials, done = RATES.trials(10, 2), list[Job]()
    first = Sweep(trials)
    assert not first.run(lambda progress: progress.done == 4 and first.cancel())
    assert len(first.results) == 4

    def run(job: Job) -> Outcome:
        done.append(job)
        return run_job(job)

    assert Sweep(trials, first.results, run=run).run()
    assert len(done) == 6
    assert_alike(first.results, swept(trials), trials)


def test_it_can_be_cancelled_from_another_thread() -> None:
    sweep = Sweep(Space.parsed(CIRCLE, ["seed=1..100000"]).trials(5000), workers=Threads())
    ends: list[bool] = []
    thread = Thread(target=lambda: ends.append(sweep.run(lambda progress: progress.done > 3 and far.append(True))))
    far: list[bool] = []
    thread.start()
    while not far:
        thread.join(0.01)
    sweep.cancel()
    thread.join(60)
    assert ends == [False]
    assert 3 < len(sweep.results) < 5000


def halved(**how: object) -> tuple[tuple[Trial, ...], Results]:
    trials = RATES.trials(28, 4)
    return trials, swept(trials, rungs=(0.25, 0.5), **how)


def test_the_worse_half_stops_at_each_rung() -> None:
    trials, results = halved()
    rungs = [results.last_step(number) for number in range(28)]
    assert [sum(step is not None and step.rung == rung for step in rungs) for rung in range(3)] == [12, 8, 8]
    updates = {0: 10, 1: 20, 2: 40}
    for step in rungs:
        assert step is not None
        result = results.get(step)
        assert result is not None
        assert result.updates == updates[step.rung]
        assert result.ending is (Ending.FINISHED if step.rung == 2 else Ending.PAUSED)
    # Who went on was ahead at that rung, and in the end is what it would be without rungs, to the bit.
    for rung in range(2):
        in_race = [number for number, step in enumerate(rungs) if step is not None and step.rung >= rung]
        order = Ranking().candidates([trials[n] for n in in_race], [results.last(n, rung) for n in in_race])
        ahead = set(order[: (len(order) + 1) // 2])
        assert {trials[n].candidate for n, step in enumerate(rungs) if step is not None and step.rung > rung} == ahead
    for number, step in enumerate(rungs):
        if step is not None and step.rung == 2:
            assert_same(results.state(step), run_job(Job(trials[number].experiment)).state)


def test_halves_are_the_same_whoever_is_quick_and_wherever_it_was_stopped() -> None:
    trials, results = halved()
    assert_alike(halved(workers=Threads())[1], results, trials)
    pieces = Results()
    for stop in (3, 20, 30, 43, 46):
        part = Sweep(trials, pieces, rungs=(0.25, 0.5))
        assert not part.run(lambda progress, part=part, stop=stop: progress.done >= stop and part.cancel())
    whole = Sweep(trials, pieces, rungs=(0.25, 0.5))
    told: list[Progress] = []
    assert whole.run(told.append)
    assert_alike(pieces, results, trials)
    assert told[-1].done == told[-1].total == 28 + 16 + 8


def test_a_trial_that_ends_before_its_rung_is_done() -> None:
    quick = replace(CIRCLE, stopping=StoppingSpec(updates=40, accuracy=0.01))
    sweep = Sweep(Space.parsed(quick, ["seed=1,2,3,4"]).trials(), rungs=(0.5,))
    assert sweep.run()
    assert [sweep.results.last_step(number) for number in range(4)] == [Step(number) for number in range(4)]


@pytest.mark.parametrize("rungs", [(0.5, 0.25), (0.0,), (1.0,), (0.5, 0.5), (float("nan"),)])
def test_rungs_rise_between_nothing_and_all(rungs: tuple[float, ...]) -> None:
    with pytest.raises(SettingError, match="rising"):
        Sweep(RATES.trials(2), rungs=rungs)


def test_of_candidates_with_other_losses_the_accuracy_decides() -> None:
    space = Space.parsed(CIRCLE, ["training.loss=cross-entropy,mean-squared-error"])
    assert not Ranking(space.axes).by_loss
    assert Ranking(RATES.axes).by_loss
    trials = space.trials()
    results = swept(trials)
    lasts = [results.last(number) for number in range(2)]
    best = max(range(2), key=lambda number: lasts[number].metrics.test_accuracy)  # type: ignore[union-attr]
    assert Ranking(space.axes).candidates(trials, lasts)[0] == best


def die_once(folder: str, number: int, job: Job) -> Outcome:
    """Kill this very process when the seed comes up for the first time."""
    mark = Path(folder, "died")
    if job.experiment.seed == number and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return run_job(job)


def die_always(number: int, job: Job) -> Outcome:
    if job.experiment.seed == number:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_job(job)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_what_a_broken_pool_had_in_hand_is_done_again(tmp_path: Path) -> None:
    trials = Space(CIRCLE).trials(seeds=12)
    told: list[Progress] = []
    sweep = Sweep(trials, workers=PythonsPool(), run=partial(die_once, str(tmp_path), 6))
    assert sweep.run(told.append)
    assert 1 <= told[-1].redone <= 3
    assert_alike(sweep.results, swept(trials), trials)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_a_job_that_kills_its_worker_is_given_up_and_no_other_is_blamed() -> None:
    trials = Space(CIRCLE).trials(seeds=8)
    sweep = Sweep(trials, workers=PythonsPool(), run=partial(die_always, 5))
    assert sweep.run()
    endings = [(result.ending, result.sentence) for n in range(8) if (result := sweep.results.last(n))]
    assert endings.count((Ending.FAILED, LOST)) == 1
    assert endings[4] == (Ending.FAILED, LOST)


class Lost(Exception):
    pass


class Losing(Workers):
    """Loses jobs as `script` says: an exception for each job that is handed over, None for a good end."""

    ahead = 2
    lost = (Lost,)

    def __init__(self, script: list[type[BaseException] | None]) -> None:
        self.script, self.opened = script, 0

    def open(self) -> Executor:
        self.opened += 1
        workers = self

        class Here(Executor):
            def submit(self, fn: Callable[..., Outcome], /, *args: object, **kwargs: object) -> Future[Outcome]:
                future: Future[Outcome] = Future()
                error = workers.script.pop(0) if workers.script else None
                if error is None:
                    future.set_result(fn(*args))
                else:
                    future.set_exception(error("gone"))
                return future

        return Here()


def test_a_connection_that_is_lost_is_made_again_and_no_job_is_blamed() -> None:
    trials, workers = Space(CIRCLE).trials(seeds=4), Losing([CancelledError] * 8)
    assert_alike(swept(trials, workers=workers), swept(trials), trials)
    assert 5 <= workers.opened <= 9


def test_one_lost_job_takes_no_other_along() -> None:
    trials, workers = Space(CIRCLE).trials(seeds=4), Losing([Lost, None, None, Lost])
    assert_alike(swept(trials, workers=workers), swept(trials), trials)
    assert workers.opened == 1
    workers = Losing([Lost] * workers.attempts)
    workers.ahead = 1
    results = swept(trials, workers=workers)
    first = results.last(0)
    assert first is not None
    assert (first.ending, first.sentence) == (Ending.FAILED, LOST)


def test_workers_that_always_die_end_the_sweep() -> None:
    with pytest.raises(WorkersError, match="in a row"):
        Sweep(Space(CIRCLE).trials(seeds=40), workers=Losing([Lost] * 99)).run()
    with pytest.raises(WorkersError, match="in a row"):
        Sweep(Space(CIRCLE).trials(seeds=40), workers=Losing([CancelledError] * (LOST_IN_A_ROW * 2))).run()


def test_a_worker_that_cannot_do_its_job_is_told_of() -> None:
    def run(job: Job) -> Outcome:
        raise ModuleNotFoundError("No module named 'nnstudio'")

    with pytest.raises(WorkersError, match=r"No module named 'nnstudio'.*same version"):
        Sweep(RATES.trials(3), run=run, workers=Threads()).run()


def test_results_that_cannot_be_kept_end_it_and_what_is_in_stays() -> None:
    class Full(Results):
        def keep(self, step: Step, outcome: Outcome) -> None:
            if len(self) == 2:
                raise OSError("full")
            super().keep(step, outcome)

    results = Full()
    with pytest.raises(OSError, match="full"):
        Sweep(RATES.trials(5), results, Threads()).run()
    assert len(results) == 2
