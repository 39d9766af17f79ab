"""A way back may end after more has been asked for; it is a step in the list of Undo all the same."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import DataError
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.ui.session import Session
from nnstudio.ui.undo import Moment, UndoStack

FIRST = Experiment()
WIDER, OTHER = (replace(FIRST, layers=(DenseSpec(units=units),)) for units in (5, 6))


def experiments(stack: UndoStack) -> list[Experiment]:
    return [moment.experiment for moment in stack._moments]


@pytest.fixture
def stack() -> UndoStack:
    """A neuron was added by the command 1."""
    stack = UndoStack(FIRST)
    stack.push(Moment(WIDER, "Neurons"), 1)
    stack.settle(1, True, WIDER)
    return stack


def test_an_arrival_is_a_step(stack: UndoStack) -> None:
    assert stack.arrive(FIRST, "Go back", 2)
    assert (stack.current, stack.moment.label) == (FIRST, "Go back")
    assert stack.before is not None
    assert (stack.before.experiment, stack.before.left) == (WIDER, 2)


def test_an_arrival_where_nothing_was_edited_is_none(stack: UndoStack) -> None:
    assert not stack.arrive(WIDER, "Go back", 2)
    assert experiments(stack) == [FIRST, WIDER]


def test_an_arrival_after_undo_ends_what_could_be_done_again(stack: UndoStack) -> None:
    stack.go(-1, 2)
    stack.settle(2, True, FIRST)
    assert stack.arrive(OTHER, "Go back", 3)
    assert experiments(stack) == [FIRST, OTHER]


def test_an_arrival_before_an_edit_that_is_unanswered_stands_before_it(stack: UndoStack) -> None:
    stack.push(Moment(OTHER, "Neurons"), 3)
    assert stack.arrive(FIRST, "Go back", 2)
    assert experiments(stack) == [FIRST, WIDER, FIRST, OTHER]
    assert [moment.left for moment in stack._moments] == [1, 2, 3, 0]
    stack.settle(3, True, OTHER)
    assert stack.current == OTHER


def test_an_arrival_before_an_edit_that_is_refused_is_where_one_stands(stack: UndoStack) -> None:
    stack.push(Moment(OTHER, "Neurons"), 3)
    stack.arrive(FIRST, "Go back", 2)
    stack.settle(3, False, FIRST)
    assert experiments(stack) == [FIRST, WIDER, FIRST]
    assert stack.current == FIRST
    assert stack.before is not None
    assert stack.before.left == 2


@pytest.mark.parametrize("done", [True, False])
def test_an_arrival_before_an_undo_that_is_unanswered_can_be_done_again(stack: UndoStack, done: bool) -> None:
    stack.go(-1, 3)
    assert stack.arrive(OTHER, "Go back", 2)
    assert experiments(stack) == [FIRST, WIDER, OTHER]
    assert [moment.left for moment in stack._moments] == [1, 2, 3]
    stack.settle(3, done, FIRST if done else OTHER)
    assert stack.current == (FIRST if done else OTHER)
    assert (stack.after is None) is not done


def test_a_moment_that_was_left_twice_is_what_was_arrived_at(stack: UndoStack) -> None:
    stack.push(Moment(OTHER), 3)
    stack.go(-1, 4)
    stack.push(Moment(FIRST), 5)
    assert stack.arrive(replace(WIDER, seed=9), "Go back", 2)
    assert experiments(stack) == [FIRST, replace(WIDER, seed=9), FIRST]


# In a session ---------------------------------------------------------------------------------------------------------


class Shelf:
    """Images that are there until they are taken away, and come when they are free."""

    def __init__(self) -> None:
        self.empty, self.free = False, threading.Event()
        self.free.set()

    def __call__(self, spec: ImageSpec) -> ImageSet:
        assert self.free.wait(20)
        if self.empty:
            raise DataError("The shelf is empty.")
        pixels = np.random.default_rng(0).integers(0, 255, (600, 8, 8)).astype(np.uint8)
        return ImageSet(pixels, np.arange(600) % 10, pixels, np.arange(600) % 10, 10)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def session(qtbot: QtBot, shelf: Shelf) -> Iterator[Session]:
    dataset = ImageSpec(kind=DatasetKind.MNIST, images=6000)
    session = Session(Experiment(dataset=dataset, layers=(DenseSpec(units=3),)), shelf)
    session.start()
    yield session
    shelf.free.set()
    session.stop()


def test_a_way_back_that_has_no_end_says_why(session: Session, shelf: Shelf, qtbot: QtBot) -> None:
    first = session.experiment.dataset
    session.step(4)
    for images in (500, 400, 300, 200):  # more data sets than are kept ready
        asked = replace(session.experiment, dataset=replace(first, images=images))
        session.edit(asked)
        qtbot.waitUntil(lambda asked=asked: session.frame is not None and session.frame.experiment == asked)
        session.step(1)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 8)
    shelf.empty = True
    for updates in (7, 6):
        session.back()
        qtbot.waitUntil(lambda updates=updates: session.frame is not None and session.frame.updates == updates)
    shown = session.experiment
    with qtbot.waitSignal(session.failed) as failure:
        session.back()
    assert failure.args == ["The shelf is empty."]
    assert session.experiment == shown
    session.step(1)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 7)


def test_whoever_takes_back_what_is_loading_is_told_nothing(session: Session, shelf: Shelf, qtbot: QtBot) -> None:
    said: list[str] = []
    session.failed.connect(said.append)
    qtbot.waitUntil(lambda: session.frame is not None)
    first = session.experiment
    session.play()
    shelf.free.clear()
    session.begin(replace(first, dataset=replace(first.dataset, images=500)), "Begin")
    assert not session.playing
    session.undo()
    qtbot.waitUntil(lambda: session.up_to_date and session._undo.settled)
    assert (session.experiment, said, session.undo_label) == (first, [], "")
