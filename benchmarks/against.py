"""The core beside another checkout of the project: is it still as fast as it was?

Each checkout has a process of its own that imports its own package and its own works. Both are pinned to the same
processor and take turns, many and short, so that whatever else the machine does hits both alike; what counts is each
one's best turn.

The process is this very file, started by its path with the checkout as argument. First it says what it can measure;
then it reads lines with the number of one of these and how often to do it, and answers with the seconds that took.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter, process_time

GOAL = 0.97
TURN = 0.01
"""Seconds of one turn."""


class Checkout:
    """A checkout at work in its own process."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        command = [sys.executable, "-P", str(Path(__file__).resolve()), str(root.resolve())]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = stack.enter_context(subprocess.Popen(command, text=True, **pipes))
        assert process.stdin is not None
        assert process.stdout is not None
        self._requests, self._replies = process.stdin, process.stdout
        stack.callback(self._requests.close)
        self.names = self._replies.readline().rstrip("\n").split("\t")

    def seconds(self, work: int, times: int) -> float:
        """Of its processor, for doing that so many times."""
        print(work, times, file=self._requests, flush=True)
        return float(self._replies.readline())


def main(other: Path, seconds: float) -> int:
    """Print how fast this checkout is beside the other, line by line; 0 if it is no slower anywhere."""
    met = True
    print(f"{'':44}{'here/s':>10}{'there/s':>10}{'here ÷ there':>14}")
    with ExitStack() as stack:
        here, there = (Checkout(root, stack) for root in (Path(__file__).parents[1], other))
        for work, name in enumerate(here.names):
            new, old = _best_turns(here, there, work, seconds)
            reached = old / new >= GOAL
            met &= reached
            print(
                f"{name:<44}{1 / new:>10.0f}{1 / old:>10.0f}{old / new:>14.3f}   {'' if reached else 'SLOWER'}",
                flush=True,
            )
    print(f"The goal is {GOAL:g} in every line.")
    return 0 if met else 1


def _best_turns(here: Checkout, there: Checkout, work: int, seconds: float) -> tuple[float, float]:
    """Seconds of one repetition, in each one's best turn."""
    times = 1
    while (elapsed := max(here.seconds(work, times), there.seconds(work, times))) < TURN / 2:
        times *= 2
    times = max(1, round(times * TURN / elapsed))
    best = {here: float("inf"), there: float("inf")}
    end = perf_counter() + seconds
    while perf_counter() < end:
        for checkout in (here, there):
            best[checkout] = min(best[checkout], checkout.seconds(work, times))
    return best[here] / times, best[there] / times


def _serve(root: str) -> None:
    """In the checkout's own process."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sys.path.insert(0, root)
    from nnstudio import system

    system.limit_blas_threads()
    from benchmarks.contestants import ours
    from benchmarks.work import WORKS

    actions: dict[str, Callable[[int], object]] = {work.name: ours(work) for work in WORKS}
    trainer = WORKS[2].trainer()
    evaluation = type(trainer.test)(trainer.network, trainer.dataset.train, trainer.dataset.task)

    def predict(times: int) -> None:
        for _ in range(times):
            evaluation.predict(trainer.loss)

    actions[f"prediction of {evaluation.count} images"] = predict
    print("\t".join(actions), flush=True)
    runs = list(actions.values())
    for line in sys.stdin:
        work, times = map(int, line.split())
        start = process_time()
        runs[work](times)
        print(process_time() - start, flush=True)


if __name__ == "__main__":
    _serve(sys.argv[1])
