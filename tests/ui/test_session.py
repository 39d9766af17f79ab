"""The session: edits, undo, frames for the views that can be seen, playing as the worker says."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import DatasetSpec, Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.plan import Change
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.ui.session import Session
from nnstudio.ui.undo import UndoStack
from nnstudio.ui.views.view import View

CIRCLE = default_experiment(DatasetKind.CIRCLE)


class Listener(View):
    """A view that remembers what it was shown."""

    probes = Probe.OUTPUT

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Frame] = []

    def show_frame(self, frame: Frame) -> None:
        self.frames.append(frame)
        self.update()


def no_images(_: DatasetSpec) -> None:
    raise DataError("There is no MNIST here.")


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(CIRCLE, no_images)  # type: ignore[arg-type]
    session.start()
    yield session
    session.stop()


def rate(experiment: Experiment, learning_rate: float) -> Experiment:
    return replace(experiment, training=replace(experiment.training, learning_rate=learning_rate))


def test_plays_and_pauses(session: Session, qtbot: QtBot) -> None:
    session.play()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > 100)
    session.pause()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.status is Status.PAUSED)
    assert not session.playing


def test_an_edit_is_told_with_what_it_destroys(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.experiment_changed) as told:
        session.edit(rate(CIRCLE, 0.1))
    assert told.args == [rate(CIRCLE, 0.1), Change.HYPERPARAMETERS]
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.experiment == rate(CIRCLE, 0.1))


def test_the_same_experiment_again_is_no_edit(session: Session, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(session.experiment_changed):
        session.edit(rate(CIRCLE, CIRCLE.training.learning_rate))
    assert not session.can_undo


def test_beginning_the_same_experiment_begins_anew(session: Session, qtbot: QtBot) -> None:
    session.step(20)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 20)
    session.begin(CIRCLE)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 0)
    session.step(20)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 20)
    session.begin(rate(CIRCLE, 0.1))  # a change that alone would not start training again
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 0)
    assert session.frame.experiment == rate(CIRCLE, 0.1)


def test_undo_and_redo(session: Session) -> None:
    session.edit(rate(CIRCLE, 0.1))
    session.edit(rate(CIRCLE, 0.3))
    session.undo()
    assert session.experiment == rate(CIRCLE, 0.1)
    session.undo()
    assert session.experiment == CIRCLE
    assert not session.can_undo
    session.redo()
    assert session.experiment == rate(CIRCLE, 0.1)
    session.edit(rate(CIRCLE, 1.0))
    assert not session.can_redo


def test_a_drag_is_undone_in_one_step() -> None:
    stack = UndoStack(CIRCLE)
    for step in (0.01, 0.02, 0.05):
        stack.push(rate(CIRCLE, step), "learning_rate")
    stack.push(rate(CIRCLE, 1.0), "something else")
    stack.undo()
    assert stack.current == rate(CIRCLE, 0.05)
    stack.undo()
    assert stack.current == CIRCLE


def test_a_drag_away_and_back_is_no_step() -> None:
    stack = UndoStack(CIRCLE)
    stack.push(rate(CIRCLE, 0.5))
    for step in (0.1, 0.5):
        stack.push(rate(CIRCLE, step), "drag 1")
    assert stack.undo()
    assert stack.current == CIRCLE
    assert not stack.undo()
    assert stack.redo()
    assert stack.current == rate(CIRCLE, 0.5)
    assert not stack.redo()


def test_frames_go_to_visible_views_only_and_say_what_they_look_at(session: Session, qtbot: QtBot) -> None:
    seen, hidden = Listener(), Listener()
    qtbot.addWidget(seen)
    qtbot.addWidget(hidden)
    session.attach(seen)
    session.attach(hidden)
    seen.show()
    session.play()
    qtbot.waitUntil(lambda: bool(seen.frames) and seen.frames[-1].updates > 100 and _output(seen) is not None)
    assert seen.frames[-1].plane is not None
    assert seen.frames[-1].plane.neurons is None, "nobody looks at the neurons"
    assert not hidden.frames


def test_a_view_that_becomes_visible_gets_the_last_frame_while_paused(session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: session.frame is not None)
    view = Listener()
    qtbot.addWidget(view)
    session.attach(view)
    view.show()
    qtbot.waitUntil(lambda: bool(view.frames) and view.frames[-1].plane is not None and _output(view) is not None)


def _output(view: Listener) -> object:
    plane = view.frames[-1].plane
    return plane.output if plane is not None else None


def test_new_weights_and_restart(session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: session.frame is not None)
    assert session.frame is not None
    first = session.frame.params.copy()
    session.step(20)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 20)
    session.restart()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 0)
    assert (session.frame.params == first).all()
    session.new_weights(77)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.experiment.seed == 77)
    assert (session.frame.params != first).any()


def test_data_that_cannot_be_had_changes_nothing_and_says_why(session: Session, qtbot: QtBot) -> None:
    session.play()
    with qtbot.waitSignal(session.failed) as failure:
        session.edit(default_experiment(DatasetKind.MNIST))
    assert failure.args == ["There is no MNIST here."]
    assert session.experiment == CIRCLE
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > 100)
    assert session.playing


def test_stops_while_training(qtbot: QtBot) -> None:
    session = Session(CIRCLE)
    session.start()
    session.play()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > 0)
    session.stop()
