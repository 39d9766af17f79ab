"""The session: edits, undo, frames for the views that can be seen, playing as the worker says."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from experiments import CIRCLE, rate, wider
from PySide6.QtCore import QEventLoop, QTimer
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import Experiment, ImageSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.plan import Change
from nnstudio.core.network.weights import Weights
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Answer, Pace
from nnstudio.core.run.frame import Frame, PlanePicture, Probe, Status
from nnstudio.core.training.phases import Phase
from nnstudio.ui.session import Session
from nnstudio.ui.views.view import View


class Listener(View):
    """A view that remembers what it was shown."""

    probes = Probe.OUTPUT

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Frame] = []

    def show_frame(self, frame: Frame) -> None:
        self.frames.append(frame)
        self.update()


def no_images(_: ImageSpec) -> None:
    raise DataError("There is no MNIST here.")


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(CIRCLE, no_images)  # type: ignore[arg-type]
    session.start()
    yield session
    session.stop()


def settled(session: Session, qtbot: QtBot) -> Frame:
    """The first frame that knows everything that was asked for."""
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.commands == session._sent)
    assert session.frame is not None
    return session.frame


def trained(session: Session, qtbot: QtBot, updates: int) -> Frame:
    session.step(updates - (session.frame.updates if session.frame else 0))
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == updates)
    return settled(session, qtbot)


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
    assert not session.undo_label


def test_beginning_the_same_experiment_begins_anew(session: Session, qtbot: QtBot) -> None:
    session.step(20)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 20)
    session.begin(CIRCLE, "New")
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 0)
    session.step(20)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 20)
    session.begin(rate(CIRCLE, 0.1), "New")  # a change that alone would not start training again
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 0)
    assert session.frame.experiment == rate(CIRCLE, 0.1)


def test_undo_and_redo(session: Session) -> None:
    session.edit(rate(CIRCLE, 0.1))
    session.edit(rate(CIRCLE, 0.3))
    session.undo()
    assert session.experiment == rate(CIRCLE, 0.1)
    session.undo()
    assert session.experiment == CIRCLE
    assert not session.undo_label
    session.redo()
    assert session.experiment == rate(CIRCLE, 0.1)
    session.edit(rate(CIRCLE, 1.0))
    assert not session.redo_label


def test_a_stray_neuron_costs_nothing_and_undo_brings_the_trained_state_back(session: Session, qtbot: QtBot) -> None:
    before = trained(session, qtbot, 500)
    session.edit(wider(CIRCLE))
    assert session.undo_label == "Neurons"
    edited = settled(session, qtbot)
    assert edited.updates == 500
    assert [mark.text for mark in edited.marks] == ["Neurons"]
    later = trained(session, qtbot, 700)
    session.undo()
    assert session.experiment == CIRCLE
    assert session.redo_label == "Neurons"
    back = settled(session, qtbot)
    assert (back.updates, back.params.tobytes()) == (500, before.params.tobytes())
    np.testing.assert_array_equal(back.history.train_loss, before.history.train_loss)
    session.redo()
    again = settled(session, qtbot)
    assert (again.updates, again.params.tobytes()) == (700, later.params.tobytes())
    assert session.experiment == wider(CIRCLE)


def test_undo_of_a_rate_brings_the_network_of_then_and_redo_what_was_learned_since(
    session: Session, qtbot: QtBot
) -> None:
    before = trained(session, qtbot, 100)
    session.edit(rate(CIRCLE, 0.5))
    later = trained(session, qtbot, 200)
    session.undo()
    back = settled(session, qtbot)
    assert (back.updates, back.experiment, back.params.tobytes()) == (100, CIRCLE, before.params.tobytes())
    session.redo()
    again = settled(session, qtbot)
    assert (again.updates, again.experiment, again.params.tobytes()) == (200, rate(CIRCLE, 0.5), later.params.tobytes())


def test_restarts_and_new_weights_and_imports_are_undone(session: Session, qtbot: QtBot) -> None:
    before = trained(session, qtbot, 100)
    session.restart()
    session.new_weights(5)
    session.set_weights(Weights(np.ones_like(before.params)))
    assert [session.undo_label] == ["Import weights"]
    assert (settled(session, qtbot).params == 1).all()
    labels = []
    while session.undo_label:
        labels.append(session.undo_label)
        session.undo()
    assert labels == ["Import weights", "New weights", "Restart"]
    back = settled(session, qtbot)
    assert (back.updates, back.params.tobytes()) == (100, before.params.tobytes())


def test_starting_over_is_a_choice(session: Session, qtbot: QtBot) -> None:
    trained(session, qtbot, 100)
    session.keeps = False
    session.edit(wider(CIRCLE))
    assert settled(session, qtbot).updates == 0
    session.undo()
    assert settled(session, qtbot).updates == 100


def test_the_open_file_goes_with_undo(session: Session, qtbot: QtBot) -> None:
    session.document = Path("mine.nns")
    session.begin(rate(CIRCLE, 0.5), "Open other.nns", document=Path("other.nns"))
    assert session.document == Path("mine.nns"), "it is not open before it has begun"
    settled(session, qtbot)
    assert session.document == Path("other.nns")
    session.undo()
    assert session.document == Path("mine.nns")
    session.redo()
    assert session.document == Path("other.nns")


def test_what_cannot_begin_changes_nothing(session: Session, qtbot: QtBot) -> None:
    before = trained(session, qtbot, 100)
    session.document = Path("mine.nns")
    answers: list[Answer] = []
    with qtbot.waitSignal(session.failed):
        session.begin(default_experiment(DatasetKind.MNIST), "Open", None, Path("other.nns"), answers.append)
    after = settled(session, qtbot)
    assert (after.updates, after.run, after.params.tobytes()) == (100, before.run, before.params.tobytes())
    assert (session.experiment, session.document, session.undo_label) == (CIRCLE, Path("mine.nns"), "")
    assert [answer.done for answer in answers] == [False]


def test_the_first_experiment_that_cannot_be_had_is_said_and_something_else_shown(qtbot: QtBot) -> None:
    digits = default_experiment(DatasetKind.MNIST)
    session = Session(digits, no_images, document=Path("digits.nns"))  # type: ignore[arg-type]
    told: list[object] = []
    session.experiment_changed.connect(lambda experiment, _: told.append(experiment))
    with qtbot.waitSignal(session.failed):
        session.start()
    assert session.experiment == Experiment()
    assert told == [digits, Experiment()], "the panels show what is trained"
    assert session.document is None, "what is shown must not be saved over the file that could not be opened"
    session.step(3)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 3)
    session.stop()


def test_frames_go_to_visible_views_only_and_say_what_they_look_at(session: Session, qtbot: QtBot) -> None:
    seen, hidden = Listener(), Listener()
    qtbot.addWidget(seen)
    qtbot.addWidget(hidden)
    session.viewers.attach(seen)
    session.viewers.attach(hidden)
    seen.show()
    session.play()
    qtbot.waitUntil(lambda: bool(seen.frames) and seen.frames[-1].updates > 100 and _output(seen) is not None)
    picture = seen.frames[-1].picture
    assert isinstance(picture, PlanePicture)
    assert picture.neurons is None, "nobody looks at the neurons"
    assert not hidden.frames


def test_a_view_that_becomes_visible_gets_the_last_frame_while_paused(session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: session.frame is not None)
    view = Listener()
    qtbot.addWidget(view)
    session.viewers.attach(view)
    view.show()
    qtbot.waitUntil(lambda: bool(view.frames) and _output(view) is not None)


def _output(view: Listener) -> object:
    picture = view.frames[-1].picture
    assert isinstance(picture, PlanePicture)
    return picture.output


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


def test_a_frame_that_does_not_know_of_play_does_not_stop_it(session: Session, qtbot: QtBot) -> None:
    old = trained(session, qtbot, 5)
    session.play()
    session._receive(old)
    assert session.playing
    session.pause()
    session._receive(replace(old, status=Status.LEARNING))
    assert not session.playing
    session._receive(replace(old, status=Status.LEARNING, commands=session._sent))
    assert session.playing


def test_a_picture_from_before_play_does_not_call_the_run_paused(session: Session, qtbot: QtBot) -> None:
    """The picture waits in the mailbox when Play is pressed."""
    trained(session, qtbot, 5)
    session._timer.stop()
    session.step()
    qtbot.waitUntil(lambda: bool(session._worker.mailbox))
    told: list[bool] = []
    session.playing_changed.connect(told.append)
    session.play()
    session._timer.start()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > 100)
    assert told == [True]


def test_other_data_are_loading_until_a_frame_shows_them(session: Session, qtbot: QtBot) -> None:
    settled(session, qtbot)
    session.edit(rate(CIRCLE, 0.1))
    assert not session.loading, "the data are the same"
    moons = default_experiment(DatasetKind.MOONS)
    session.edit(moons)
    assert session.loading
    assert settled(session, qtbot).experiment == moons
    assert not session.loading
    session.undo()
    assert session.loading, "the way back leads to other data too"
    settled(session, qtbot)
    assert not session.loading
    with qtbot.waitSignal(session.failed):
        session.edit(default_experiment(DatasetKind.MNIST))
    assert not session.loading, "data that cannot be had are not waited for"


def test_what_a_frame_knows_has_been_heard_before_it_is_shown(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer comes between the session's look at the answers and its look at the frames."""
    asked, release = Event(), Event()

    def no_images(_: ImageSpec) -> None:
        asked.set()
        release.wait(20)
        raise DataError("There is no MNIST here.")

    session = Session(CIRCLE, no_images)  # type: ignore[arg-type]
    session.start()
    trained(session, qtbot, 5)
    session._timer.stop()
    session.edit(default_experiment(DatasetKind.MNIST))
    assert asked.wait(20)
    mailbox = session._worker.mailbox
    take = mailbox.take
    take()

    def late() -> Frame | None:
        release.set()
        qtbot.waitUntil(lambda: bool(mailbox))
        return take()

    monkeypatch.setattr(mailbox, "take", late)
    shown: list[tuple[Experiment, Experiment]] = []
    session.frame_shown.connect(lambda frame: shown.append((frame.experiment, session.experiment)))
    session._tick()
    session.stop()
    assert shown == [(CIRCLE, CIRCLE)]


def test_a_way_back_over_an_edit_of_layers_is_followed_and_can_be_undone(session: Session, qtbot: QtBot) -> None:
    trained(session, qtbot, 5)
    session.edit(wider(CIRCLE))
    later = trained(session, qtbot, 6)
    told: list[tuple[Experiment, Change]] = []
    session.experiment_changed.connect(lambda experiment, change: told.append((experiment, change)))
    session.back()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 5)
    assert told == [(CIRCLE, Change.NETWORK)]
    assert session.undo_label == "Go back"
    session.undo()
    assert settled(session, qtbot).params.tobytes() == later.params.tobytes()
    assert session.experiment == wider(CIRCLE)


def test_a_pace_and_single_phases_reach_the_run(session: Session, qtbot: QtBot) -> None:
    for phase in Phase:
        session.step_phase()
        # The first picture that knows of the command may be from before the phase is worked out.
        qtbot.waitUntil(lambda phase=phase: session.frame is not None and session.frame.phase is phase)
        assert settled(session, qtbot).updates == (phase is Phase.UPDATE)
        assert not session.playing
    session.send(Pace(5))
    session.play()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.phase is Phase.LOSS)
    assert session.playing
    session.send(Pace(None))
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > 50)
    session.pause()
    assert settled(session, qtbot).phase is None


def test_views_are_shown_frames_while_quick_updates_wait(session: Session, qtbot: QtBot) -> None:
    held: list[bool] = []

    class Watching(Listener):
        def show_frame(self, frame: Frame) -> None:
            held.append(session._worker._turn.locked())
            super().show_frame(frame)

    view = Watching()
    qtbot.addWidget(view)
    session.viewers.attach(view)
    view.show()
    session.play()
    qtbot.waitUntil(lambda: len(held) > 5)
    assert all(held)
    qtbot.waitUntil(lambda: not session._worker._turn.locked())  # the worker itself holds it for a moment


def test_a_view_that_asks_somebody_something_while_it_is_shown_a_frame_stops_nothing(
    session: Session, qtbot: QtBot
) -> None:
    """A dialog has an event loop of its own, in which the session's clock goes on."""
    shown: list[int] = []

    class Asking(Listener):
        def show_frame(self, frame: Frame) -> None:
            shown.append(frame.updates)
            if len(shown) == 1:
                loop = QEventLoop()
                QTimer.singleShot(200, loop.quit)
                loop.exec()

    view = Asking()
    qtbot.addWidget(view)
    session.viewers.attach(view)
    view.show()
    session.play()
    qtbot.waitUntil(lambda: len(shown) > 5)
    assert shown[-1] > shown[0]
    session.pause()
    qtbot.waitUntil(lambda: not session._worker._turn.locked())
