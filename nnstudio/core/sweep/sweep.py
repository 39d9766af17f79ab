"""A sweep at work: jobs go out, a bounded number ahead, and results are kept as they come.

It knows no process and no cluster, only an `Executor`. What a lost worker had in hand is done again. With rungs it is
successive halving (Jamieson & Talwalkar 2016): at each share of the length all candidates wait for each other, the
worse half stops there, and the others go on from their own states. Who stops depends on results alone, never on who was
quick, so the same sweep ends the same everywhere. `run` may be called on any thread and `cancel` from any other.
"""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from functools import partial

from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.sweep.job import Ending, Job, Outcome, Result, run_job
from nnstudio.core.sweep.ranking import Ranking
from nnstudio.core.sweep.results import Results, Step
from nnstudio.core.sweep.space import Trial
from nnstudio.core.sweep.workers import InTurn, Workers, WorkersError

TICK = 0.1
"""Seconds between two looks at whether it is cancelled."""
LOST_IN_A_ROW = 10
"""So often workers may be lost with no result in between."""
LOST = "Its worker died each time it was trained; perhaps there was not enough memory."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is: how many steps are in, of how many; in how many trials something is learned so far; how many
    jobs were handed over again because their worker was lost; and what has come in since the last time."""

    done: int
    total: int
    learned: int
    redone: int
    arrived: tuple[tuple[Step, Result], ...] = ()


Listener = Callable[[Progress], object]
Pending = dict[Future[Outcome], Step]


class Sweep:
    """Trains all trials. Raises `SettingError` for rungs that are none.

    results: where they are kept; what is in there already is not done again
    workers: who does the jobs; run: what does a job there, a function that can be sent to them
    rungs: rising shares of the length at which the worse half of the candidates stops
    """

    def __init__(
        self,
        trials: Sequence[Trial],
        results: Results | None = None,
        workers: Workers | None = None,
        run: Callable[[Job], Outcome] = run_job,
        rungs: Sequence[float] = (),
        ranking: Ranking | None = None,
    ) -> None:
        if list(rungs) != sorted(set(rungs)) or not all(0 < share < 1 for share in rungs):
            raise SettingError("rungs", "The worse half stops at rising shares of the length, each between 0 and 1.")
        self.trials, self.results = trials, Results() if results is None else results
        self._workers = InTurn() if workers is None else workers
        self._run_job, self._ranking = run, Ranking() if ranking is None else ranking
        self._shares = (*rungs, 1.0)
        for trial in trials if rungs else ():
            Job(trial.experiment, share=rungs[0])  # refuses one whose length is not known
        self._cancelled = False
        self._way: Executor | None = None
        self._losses: Counter[Step] = Counter()
        self._lost_in_a_row = self._redone = 0
        self._learned = {n for n in range(len(trials)) if self._is_learned(self.results.last(n))}
        self._arrived: list[tuple[Step, Result]] = []

    @property
    def whole(self) -> bool:
        """Whether all is in."""
        steps = self._steps(self._candidates, 0)
        for rung in range(len(self._shares)):
            if not all(map(self._is_in, steps)):
                return False
            steps = self._survivors(steps, rung)
        return True

    def cancel(self) -> None:
        """Let `run` return soon; what is in stays, and another sweep on the same results goes on. May be called from
        any thread."""
        self._cancelled = True

    def run(self, progress: Listener | None = None) -> bool:
        """Train what is missing; whether all is in. `progress` is told some ten times a second, on this thread, and may
        cancel. Raises `WorkersError`, and whatever `results` raises where they cannot be kept; what is in stays."""
        steps, before, total = self._steps(self._candidates, 0), 0, self._total(len(self._candidates))
        try:
            for rung in range(len(self._shares)):
                waiting = deque(step for step in steps if not self._is_in(step))
                tell = partial(self._tell, progress, before + len(steps), total)
                if not self._work_off(waiting, tell):
                    return False
                before += len(steps)
                steps = self._survivors(steps, rung)
            return True
        finally:
            self._close()

    @property
    def _candidates(self) -> list[int]:
        return list(dict.fromkeys(trial.candidate for trial in self.trials))

    def _survivors(self, steps: Sequence[Step], rung: int) -> list[Step]:
        """The steps that come after these, all in, of the better half."""
        in_race = [self.trials[step.trial] for step in steps]
        order = self._ranking.candidates(in_race, [self.results.last(step.trial, rung) for step in steps])
        return self._steps(order[: (len(order) + 1) // 2], rung + 1)

    def _steps(self, alive: Sequence[int], rung: int) -> list[Step]:
        racing = set(alive)
        return [Step(n, rung) for n, trial in enumerate(self.trials) if trial.candidate in racing]

    def _total(self, candidates: int) -> int:
        seeds, total = len(self.trials) // max(candidates, 1), 0
        for _ in self._shares:
            total += candidates * seeds
            candidates = (candidates + 1) // 2
        return total

    def _is_in(self, step: Step) -> bool:
        """Whether it is done, or the trial came to its end before."""
        last = self.results.last(step.trial, step.rung)
        return self.results.get(step) is not None or (last is not None and last.ending is not Ending.PAUSED)

    def _work_off(self, waiting: deque[Step], tell: Callable[[int], object]) -> bool:
        """Have these steps done; whether all are in."""
        pending: Pending = {}
        tell(len(waiting))
        while waiting or pending:
            if self._cancelled:
                return False
            self._hand_over(waiting, pending)
            done, _ = wait(pending, TICK, FIRST_COMPLETED)
            for future in done:
                self._take(future, waiting, pending)
            tell(len(waiting) + len(pending))
        return True

    def _hand_over(self, waiting: deque[Step], pending: Pending) -> None:
        while waiting and len(pending) < self._workers.ahead:
            if pending and any(map(self._is_suspect, (waiting[0], *pending.values()))):
                return
            if self._way is None:
                self._way = self._workers.open()
            step = waiting.popleft()
            try:
                pending[self._way.submit(self._run_job, self._job(step))] = step
            except BrokenExecutor:
                waiting.appendleft(step)
                self._lose_all(waiting, pending)
                return

    def _is_suspect(self, step: Step) -> bool:
        """Whether a job has cost so many workers that it has to run alone."""
        return 0 < self._workers.attempts - 1 <= self._losses[step]

    def _job(self, step: Step) -> Job:
        # Without the state it begins anew, and comes to the same.
        state = self.results.state(Step(step.trial, step.rung - 1)) if step.rung else None
        return Job(self.trials[step.trial].experiment, state, self._shares[step.rung])

    def _take(self, future: Future[Outcome], waiting: deque[Step], pending: Pending) -> None:
        """What a future has become."""
        step = pending.get(future)
        if step is None:
            return  # it was lost with its neighbours
        try:
            outcome = future.result()
        except (BrokenExecutor, CancelledError) as error:
            if isinstance(error, BrokenExecutor):
                self._losses.update(pending.values())  # any of them may have done it
            self._lose_all(waiting, pending)
        except self._workers.lost:
            self._losses[step] += 1
            self._lose(pending.pop(future), waiting)
            self._count_a_loss()
        except Exception as error:
            raise WorkersError(
                f"A worker cannot do its job: {type(error).__name__}: {error}. What is in is kept; see that the "
                "workers have the same version of the program, and start again."
            ) from error
        else:
            del pending[future]
            self._lost_in_a_row = 0
            self.results.keep(step, outcome)
            self._arrive(step, outcome.result)

    def _lose_all(self, waiting: deque[Step], pending: Pending) -> None:
        """The way to the workers is broken, with all that was under way."""
        self._close()
        for step in reversed(pending.values()):
            self._lose(step, waiting)
        pending.clear()
        self._count_a_loss()

    def _lose(self, step: Step, waiting: deque[Step]) -> None:
        if self._losses[step] < self._workers.attempts:
            self._redone += 1
            waiting.appendleft(step)
        else:
            result = Result(Ending.FAILED, LOST)
            self.results.note(step, result)
            self._arrive(step, result)

    def _count_a_loss(self) -> None:
        self._lost_in_a_row += 1
        if self._lost_in_a_row >= LOST_IN_A_ROW:
            raise WorkersError(
                f"Workers were lost {LOST_IN_A_ROW} times in a row, with no result in between. What is in is kept; see "
                "why they die (memory, perhaps) and start again."
            )

    def _arrive(self, step: Step, result: Result) -> None:
        self._arrived.append((step, result))
        (self._learned.add if self._is_learned(result) else self._learned.discard)(step.trial)

    def _tell(self, progress: Listener | None, planned: int, total: int, missing: int) -> None:
        arrived, self._arrived = tuple(self._arrived), []
        if progress is not None:
            progress(Progress(planned - missing, total, len(self._learned), self._redone, arrived))

    def _close(self) -> None:
        way, self._way = self._way, None
        if way is not None:
            way.shutdown(wait=True, cancel_futures=True)

    @staticmethod
    def _is_learned(result: Result | None) -> bool:
        return result is not None and result.learned_at is not None
