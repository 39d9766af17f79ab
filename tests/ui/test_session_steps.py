"""Steps of a session: a restart in full run, a file that is open, deeds by hand."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from experiments import CIRCLE, rate
from pytestqt.qtbot import QtBot

from nnstudio.core.network.surgery import Negate
from nnstudio.core.run.frame import Frame, Status
from nnstudio.ui.session import Session


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(CIRCLE)
    session.start()
    yield session
    session.stop()


def settled(session: Session, qtbot: QtBot) -> Frame:
    """The first frame that knows everything that was asked for."""
    qtbot.waitUntil(lambda: session.up_to_date)
    assert session.frame is not None
    return session.frame


def test_a_run_that_is_restarted_while_it_plays_plays_on(session: Session, qtbot: QtBot) -> None:
    session.play()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > 50)
    before = settled(session, qtbot).run
    session.restart()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.run > before and session.frame.updates > 50)
    assert session.playing
    assert settled(session, qtbot).status is Status.LEARNING
    session.pause()
    before = settled(session, qtbot).run
    session.restart()
    frame = settled(session, qtbot)
    assert (frame.run > before, frame.updates, frame.status) == (True, 0, Status.READY)
    assert not session.playing


def test_it_is_said_when_a_file_is_open_and_not_before(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    settled(session, qtbot)
    said: list[Path | None] = []
    session.document_changed.connect(lambda: said.append(session.document))
    path, heard = tmp_path / "a.nns", list[Path | None]()
    session.begin(rate(CIRCLE, 0.1), "Open", document=path, then=lambda _: heard.append(said[-1]))
    assert said
    assert set(said) == {None}, "it has not begun yet"
    settled(session, qtbot)
    assert said[-1] == session.document == path
    assert heard == [path]


def test_deeds_that_are_no_values_are_steps_of_their_own(session: Session, qtbot: QtBot) -> None:
    settled(session, qtbot)
    assert session.frame is not None
    key = session.frame.model.layers[0].key
    first = session.frame.params.tobytes()
    for _ in range(2):
        session.operate(Negate(key, 0), "by hand")
    assert settled(session, qtbot).params.tobytes() == first, "twice negated"
    session.undo()
    assert settled(session, qtbot).params.tobytes() != first
    assert session.undo_label
    session.undo()
    assert settled(session, qtbot).params.tobytes() == first
    assert not session.undo_label


def test_threads_take_turns_more_often_while_a_session_lives(qtbot: QtBot) -> None:
    before, session = sys.getswitchinterval(), Session(CIRCLE)
    session.start()
    assert sys.getswitchinterval() < 0.001 < before
    another = Session(CIRCLE)
    another.start()
    session.stop()
    session.stop()
    assert sys.getswitchinterval() < 0.001, "the other one lives"
    another.stop()
    assert sys.getswitchinterval() == before
