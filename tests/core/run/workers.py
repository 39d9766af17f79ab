"""Workers with their threads, and waiting for what they have to say."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from nnstudio.core.data.dataset import ImageSource
from nnstudio.core.experiment import Experiment
from nnstudio.core.run.commands import Answer
from nnstudio.core.run.worker import Worker

Start = Callable[[Experiment], Worker]


@contextmanager
def started(images: ImageSource | None = None) -> Iterator[Start]:
    """Starts workers; all of them have to end when it is over."""
    workers: list[Worker] = []

    def start(experiment: Experiment) -> Worker:
        workers.append(Worker(experiment, images))
        workers[-1].start()
        return workers[-1]

    yield start
    for worker in workers:
        assert worker.stop(), "the worker did not end"


def answer(worker: Worker, ticket: int, seconds: float = 20) -> Answer:
    """The answer to the command with this ticket; those before it are passed over."""
    end, pause = monotonic() + seconds, threading.Event()
    while monotonic() < end:
        if (heard := worker.answer()) is not None and heard.ticket == ticket:
            return heard
        pause.wait(0.002)
    raise AssertionError("no answer in time")
