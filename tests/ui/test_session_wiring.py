"""What a session says at once, what it says later, and what it keeps: each of its signals, each of its answers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from experiments import CIRCLE, rate
from network_cards import SKETCHES
from pytestqt.qtbot import QtBot
from recording import Watcher
from same_state import assert_same

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.network.surgery import Negate
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.commands import Answer
from nnstudio.core.run.example import FIRST_TEST
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.training.state import RunState
from nnstudio.ui.session import Session


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(CIRCLE)
    session.start()
    session.step(20)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 20)
    yield session
    session.stop()


def settled(session: Session, qtbot: QtBot) -> Frame:
    qtbot.waitUntil(lambda: session.up_to_date and session._undo.settled)
    assert session.frame is not None
    return session.frame


def state(session: Session, qtbot: QtBot) -> RunState:
    states: list[RunState | None] = []
    session.save(lambda answer: states.append(answer.state))
    qtbot.waitUntil(lambda: bool(states))
    assert states[0] is not None
    return states[0]


# Steps


def test_of_a_drag_only_the_network_that_it_ends_with_is_built(qtbot: QtBot) -> None:
    session = Session(CIRCLE)
    session.keeps = False
    for units in (3, 4, 5, 6):
        session.edit(replace(CIRCLE, layers=(DenseSpec(units=units),)), "drag")
    session.start()
    try:
        frame = settled(session, qtbot)
        assert frame.run == 2, "one for the start, one for the last edit"
        assert frame.model.layers[0].shape == (6,)
        session.undo()
        assert settled(session, qtbot).experiment == CIRCLE
        assert not session.undo_label
    finally:
        session.stop()


def test_whoever_hears_of_a_step_can_ask_what_undo_would_do(session: Session, qtbot: QtBot) -> None:
    heard: list[tuple[str, str]] = []
    session.history_changed.connect(lambda: heard.append((session.undo_label, session.redo_label)))
    session.edit(rate(CIRCLE, 0.5))
    assert heard == [("Learning rate", "")]
    session.undo()
    assert heard[-1] == ("", "Learning rate")


def test_a_refusal_takes_the_step_out_of_the_list_and_says_so(session: Session, qtbot: QtBot) -> None:
    heard, failed, answers = list[str](), list[str](), list[Answer]()
    session.history_changed.connect(lambda: heard.append(session.undo_label))
    session.failed.connect(failed.append)
    session.set_weights(Weights(np.zeros(7)), answers.append)
    assert heard == ["Import weights"]
    qtbot.waitUntil(lambda: bool(failed))
    assert heard[-1] == ""
    assert "do not fit" in failed[0]
    assert not answers[0].done


def test_imported_weights_are_heard_of_and_undone(session: Session, qtbot: QtBot) -> None:
    before, answers = state(session, qtbot), list[Answer]()
    frame = settled(session, qtbot)
    session.set_weights(Weights(frame.params / 2, frame.weights.statistics), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert answers[0].done
    assert settled(session, qtbot).params.tobytes() == (frame.params / 2).tobytes()
    session.undo()
    assert_same(state(session, qtbot), before)


def test_weights_imported_after_data_that_cannot_be_had_belong_to_what_is_there(session: Session, qtbot: QtBot) -> None:
    frame = settled(session, qtbot)
    session.edit(replace(CIRCLE, dataset=ImageSpec()))
    session.set_weights(Weights(frame.params / 2, frame.weights.statistics))
    session.operate(Negate(CIRCLE.layers[0].key, 0))
    settled(session, qtbot)
    assert session.experiment == CIRCLE
    session.undo()
    assert session.undo_label == "Import weights"
    assert session.experiment == CIRCLE, "at once, and not when the worker has said so"


def test_a_hand_on_the_weights_leaves_the_file_open(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    session.document = tmp_path / "a.nns"
    session.operate(Negate(CIRCLE.layers[0].key, 0))
    settled(session, qtbot)
    assert session.document == tmp_path / "a.nns"


def test_nobody_waits_any_more_for_what_was_answered(session: Session, qtbot: QtBot) -> None:
    session.edit(rate(CIRCLE, 0.5))
    session.back()
    state(session, qtbot)
    settled(session, qtbot)
    assert not session._answered


# Playing


@pytest.mark.parametrize("stop", [Session.step, Session.step_phase, Session.step_epoch, Session.back, Session.pause])
def test_whatever_ends_the_play_is_seen_at_once(
    session: Session, qtbot: QtBot, stop: Callable[[Session], None]
) -> None:
    session.play()
    assert session.playing
    settled(session, qtbot)
    stop(session)
    assert not session.playing
    settled(session, qtbot)
    assert not session.playing


def test_a_recovery_goes_on_at_once_with_the_learning_rate_of_who_asks(qtbot: QtBot) -> None:
    wild = replace(CIRCLE, layers=(DenseSpec(units=8, activation=ActivationKind.RELU),) * 2)
    session = Session(wild)
    session.start()
    try:
        frame = settled(session, qtbot)
        session.set_weights(Weights(np.full_like(frame.params, 1e20)))
        session.play()
        qtbot.waitUntil(lambda: session.frame is not None and session.frame.status is Status.DIVERGED)
        assert not session.playing
        session.recover(0.002)
        assert session.playing
        qtbot.waitUntil(lambda: session.experiment.training.learning_rate == 0.002)
        qtbot.waitUntil(lambda: settled(session, qtbot).experiment.training.learning_rate == 0.002)
    finally:
        session.stop()


# Pictures


def test_the_next_image_is_counted_from_the_last_one_asked_for(qtbot: QtBot) -> None:
    session = Session(Experiment(dataset=SKETCHES, layers=()))
    session.start()
    try:
        dataset = settled(session, qtbot).dataset
        for _ in range(3):
            session.next_image()
        example = settled(session, qtbot).example
        assert example is not None
        assert example.chosen == FIRST_TEST.moved(dataset, 3)
    finally:
        session.stop()


def test_a_view_that_comes_into_sight_is_shown_the_frame_that_is_there(session: Session, qtbot: QtBot) -> None:
    class Hidden(Watcher):
        probes, interval = Probe.NOTHING, 0.0

        def __init__(self) -> None:
            super().__init__()
            self.seen, self.frames = False, list[Frame]()

        def isVisible(self) -> bool:
            return self.seen

        def show_frame(self, frame: Frame) -> None:
            self.frames.append(frame)

    view, frame = Hidden(), settled(session, qtbot)
    session.viewers.attach(view)
    qtbot.wait(50)
    assert session.frame is frame, "nothing moves"
    assert not view.frames
    view.seen = True
    qtbot.waitUntil(lambda: bool(view.frames))
    assert view.frames == [frame]


def test_texts_follow_at_once_when_play_begins_or_the_run_is_another(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(session, qtbot)
    monkeypatch.setattr("nnstudio.ui.viewers.Texts.interval", 1e9)
    shown: list[int] = []
    session.frame_shown.connect(lambda frame: shown.append(frame.run) if frame.status is Status.LEARNING else None)
    session.play()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > 500)
    assert len(shown) == 1
    session.edit(replace(CIRCLE, layers=(DenseSpec(units=3),)))
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.run != shown[0])
    assert len(shown) == 2


def test_texts_follow_the_run_now_and_then(session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    period = 0.05
    monkeypatch.setattr("nnstudio.ui.viewers.Texts.interval", period)
    shown, start = list[Frame](), perf_counter()
    session.frame_shown.connect(lambda frame: shown.append(frame) if frame.status is Status.LEARNING else None)
    session.play()
    qtbot.waitUntil(lambda: len(shown) > 10)
    assert len(shown) <= (perf_counter() - start) / period + 2
