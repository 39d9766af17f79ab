"""Data that take long to load: whoever closes the program or begins something else does not wait for them."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from workers import answer, started

from nnstudio.core.data.dataset import DataError
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment import Experiment, ImageSpec, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run import commands
from nnstudio.core.run.present import INTERRUPTED
from nnstudio.core.run.worker import Worker

CIRCLE = Experiment(dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=40))
DIGITS = default_experiment(DatasetKind.MNIST)


class Shelf:
    """Images that come when they are let go; `asked` is set as soon as somebody wants them."""

    def __init__(self) -> None:
        self.asked, self.free = threading.Event(), threading.Event()
        self.broken, self.times = False, 0

    def __call__(self, spec: ImageSpec) -> ImageSet:
        self.times += 1
        self.asked.set()
        assert self.free.wait(30)
        if self.broken:
            raise DataError("The shelf is empty.")
        pixels = np.random.default_rng(0).integers(0, 255, (60, 28, 28)).astype(np.uint8)
        labels = np.arange(60) % 10
        return ImageSet(pixels, labels, pixels, labels, 10)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    yield shelf
    shelf.free.set()


@pytest.fixture
def worker(shelf: Shelf) -> Iterator[Worker]:
    with started(shelf) as start:
        worker = start(CIRCLE)
        answer(worker, 0)
        yield worker


def go_on(shelf: Shelf, worker: Worker) -> None:
    """Nothing has given the loading up; now the images come."""
    threading.Event().wait(0.1)
    assert worker.answer() is None
    shelf.free.set()


def test_a_program_that_closes_does_not_wait_for_data(shelf: Shelf) -> None:
    for experiment in (CIRCLE, DIGITS):
        shelf.asked.clear()
        worker = Worker(experiment, shelf)
        worker.start()
        if experiment is CIRCLE:
            answer(worker, 0)
            worker.send(commands.Begin(DIGITS))
        assert shelf.asked.wait(20)
        assert worker.stop(), "although the images never came"


OTHER = replace(CIRCLE, dataset=PlaneSpec(kind=DatasetKind.XOR, samples=40))


@pytest.mark.parametrize("first", [commands.Begin(DIGITS), commands.Edit(DIGITS)])
@pytest.mark.parametrize("other", [commands.Begin(replace(CIRCLE, seed=7)), commands.Edit(OTHER)])
def test_whoever_wants_something_else_does_not_wait_for_data(
    shelf: Shelf, worker: Worker, first: commands.Command, other: commands.Begin | commands.Edit
) -> None:
    loading = worker.send(first)
    assert shelf.asked.wait(20)
    begun = worker.send(other)
    assert answer(worker, loading).refusal == INTERRUPTED
    heard = answer(worker, begun)
    assert heard.done
    assert heard.experiment == other.experiment


@pytest.mark.parametrize("steps", [1, 2])
def test_undo_gives_loading_up(shelf: Shelf, worker: Worker, steps: int) -> None:
    edited = replace(CIRCLE, seed=3)
    first = worker.send(commands.Edit(edited))
    loading = worker.send(commands.Begin(DIGITS))
    assert shelf.asked.wait(20)
    undone = worker.send(commands.PutBack(loading if steps == 1 else first))
    assert answer(worker, loading).refusal == INTERRUPTED
    heard = answer(worker, undone)
    assert heard.done, "what was to be left is what there is"
    assert heard.experiment == (edited if steps == 1 else CIRCLE)


def test_undo_of_what_came_later_does_not_give_loading_up(shelf: Shelf, worker: Worker) -> None:
    loading = worker.send(commands.Edit(DIGITS))
    assert shelf.asked.wait(20)
    edited = worker.send(commands.Edit(replace(DIGITS, layers=())))
    undone = worker.send(commands.PutBack(edited))
    go_on(shelf, worker)
    assert answer(worker, loading).done
    heard = answer(worker, undone)
    assert heard.done
    assert heard.experiment == DIGITS


def test_data_that_are_on_their_way_are_not_loaded_again(shelf: Shelf, worker: Worker) -> None:
    tickets = [worker.send(commands.Begin(DIGITS))]
    assert shelf.asked.wait(20)
    tickets += [worker.send(commands.Begin(replace(DIGITS, seed=seed))) for seed in range(2, 8)]
    assert answer(worker, tickets[-2]).refusal == INTERRUPTED
    shelf.free.set()
    assert answer(worker, tickets[-1]).done
    assert shelf.times == 1


def test_whatever_is_meant_for_the_new_data_waits_for_them(shelf: Shelf, worker: Worker) -> None:
    loading = worker.send(commands.Begin(DIGITS))
    assert shelf.asked.wait(20)
    faster = replace(DIGITS, training=replace(DIGITS.training, learning_rate=0.01))
    tickets = [worker.send(command) for command in (commands.Edit(faster), commands.Step(2), commands.Save())]
    go_on(shelf, worker)
    assert answer(worker, loading).done
    state = answer(worker, tickets[-1]).state
    assert state is not None
    assert state.experiment == faster


def test_data_that_cannot_be_had_are_a_refusal(shelf: Shelf, worker: Worker) -> None:
    shelf.broken = True
    shelf.free.set()
    heard = answer(worker, worker.send(commands.Begin(DIGITS)))
    assert heard.refusal == "The shelf is empty."
    assert heard.experiment == CIRCLE
    shelf.broken = False
    assert answer(worker, worker.send(commands.Begin(DIGITS))).done


def test_the_first_data_of_a_program_are_waited_for(shelf: Shelf) -> None:
    worker = Worker(DIGITS, shelf)
    worker.start()
    assert shelf.asked.wait(20)
    later = worker.send(commands.Begin(CIRCLE))
    go_on(shelf, worker)
    assert answer(worker, 0).done
    assert answer(worker, later).done
    assert worker.stop()


def test_a_failure_that_nobody_waited_for_is_not_remembered(shelf: Shelf, worker: Worker) -> None:
    loading = worker.send(commands.Begin(DIGITS))
    assert shelf.asked.wait(20)
    shelf.broken = True
    assert answer(worker, worker.send(commands.PutBack(loading))).done
    shelf.free.set()
    while any(thread.name == "nnstudio-data" for thread in threading.enumerate()):
        threading.Event().wait(0.002)
    shelf.broken = False
    assert answer(worker, worker.send(commands.Begin(DIGITS))).done
