"""Runs that are left go onto the shelf, and come back to the bit; whatever is done to the shelf can be undone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic

import pytest
from experiments import CIRCLE, rate, wider
from pytestqt.qtbot import QtBot
from same_state import assert_same

from nnstudio.core.presets import PRESETS
from nnstudio.core.shelf.rows import Label, ShelvedRun
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.project import load_project
from nnstudio.files.saving import Saver
from nnstudio.ui.document import Document
from nnstudio.ui.session import Session
from nnstudio.ui.shelving import rooted
from nnstudio.ui.visiting import Visiting


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(CIRCLE)
    session.start()
    yield session
    session.stop()


def rest(session: Session, qtbot: QtBot) -> Session:
    qtbot.waitUntil(lambda: session.up_to_date and session._undo.settled)
    return session


def train(session: Session, qtbot: QtBot, updates: int = 20) -> None:
    rest(session, qtbot)
    session.step(updates)
    assert session.frame is not None
    there = session.frame.updates + updates
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == there)


def state(session: Session, qtbot: QtBot) -> RunState:
    found: list[tuple[RunState | None, Shelf]] = []
    session.shelving.ask(lambda *both: found.append(both))
    qtbot.waitUntil(lambda: bool(found))
    there, _ = found[0]
    assert there is not None
    return there


def keys(session: Session) -> list[int]:
    return [row.label.key for row in session.shelving.shelf.rows]


def run(session: Session, key: int) -> ShelvedRun:
    row = session.shelving.shelf.get(key)
    assert isinstance(row, ShelvedRun)
    return row


# What goes onto it


def test_every_new_beginning_puts_the_run_before_it_on_the_shelf(session: Session, qtbot: QtBot) -> None:
    preset = PRESETS["xor"]
    steps = (
        session.restart,
        lambda: session.new_weights(5),
        lambda: session.begin(preset.experiment, preset.title, shelve=rooted(preset.title)),
        lambda: session.edit(replace(session.experiment, seed=99)),
    )
    for count, step in enumerate(steps, start=1):
        train(session, qtbot)
        there = state(session, qtbot)
        step()
        rest(session, qtbot)
        assert keys(session) == [*range(1, count + 1)]
        assert_same(run(session, count).state, there)
        assert session.shelving.shelf.ghost is run(session, count)
    labels = [row.label for row in session.shelving.shelf.rows]
    assert [(label.name, label.parent) for label in labels] == [
        ("Run 1", 0),
        ("Run 2", 1),
        ("Run 3", 2),
        (preset.title, 0),
    ]


def test_a_branch_says_where_it_left_its_parent(session: Session, qtbot: QtBot) -> None:
    visiting = Visiting(session)
    train(session, qtbot, 30)
    visiting.visit(12)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.visit is not None and session.frame.visit.exact)
    visiting.branch()
    rest(session, qtbot)
    assert session.shelving.shelf.present == Label(2, "Run 2", parent=1, since=12)
    assert run(session, 1).state.updates == 30


def test_edits_that_keep_what_was_learned_leave_no_run(session: Session, qtbot: QtBot) -> None:
    train(session, qtbot)
    session.edit(rate(session.experiment, 0.5))
    session.edit(wider(session.experiment))
    rest(session, qtbot)
    assert keys(session) == []
    session.keeps = False
    session.edit(wider(session.experiment))
    rest(session, qtbot)
    assert keys(session) == [1]


def test_a_run_that_never_made_an_update_leaves_nothing(session: Session, qtbot: QtBot) -> None:
    rest(session, qtbot)
    session.restart()
    session.new_weights(3)
    rest(session, qtbot)
    assert keys(session) == []
    assert session.shelving.shelf.present == Label(1, "Run 1")


def test_of_a_drag_that_begins_again_and_again_only_the_run_before_it_is_left(session: Session, qtbot: QtBot) -> None:
    session.keeps = False
    train(session, qtbot, 30)
    session.play()
    for _ in range(4):
        session.edit(wider(session.experiment), "drag")
        rest(session, qtbot)
        updates = session.frame.updates if session.frame else 0
        qtbot.waitUntil(lambda updates=updates: session.frame is not None and session.frame.updates > updates)
    assert keys(session) == [1]
    assert run(session, 1).state.updates >= 30
    assert session.shelving.shelf.present.parent == 1


def test_several_at_once_are_told_apart(session: Session, qtbot: QtBot) -> None:
    """None of them has been answered when the next one is asked for."""

    def step(updates: int) -> None:
        """The worker makes them, while the session hears nothing."""
        session.step(updates)
        end = monotonic() + 20
        while session._worker._run.trainer.updates != updates:
            assert monotonic() < end
            Event().wait(0.001)

    train(session, qtbot)
    session.restart()
    step(7)
    session.restart()
    session.shelving.rename(1, "First try")
    step(3)
    session.new_weights(8)
    rest(session, qtbot)
    rows = [(row.label.name, run(session, row.label.key).state.updates) for row in session.shelving.shelf.rows]
    assert rows == [("First try", 20), ("Run 2", 7), ("Run 3", 3)]


# What comes back from it


def test_a_run_that_is_opened_goes_on_as_if_it_had_never_been_left(session: Session, qtbot: QtBot) -> None:
    train(session, qtbot, 30)
    session.new_weights(5)
    train(session, qtbot, 25)
    session.shelving.open(1)
    rest(session, qtbot)
    assert (keys(session), session.shelving.shelf.present) == ([1, 2], Label(1, "Run 1"))
    assert session.experiment == CIRCLE
    train(session, qtbot, 45)
    straight = Trainer(CIRCLE)
    while straight.updates < 75:
        straight.step()
    there = state(session, qtbot)
    assert there.updates == 75
    assert_same(replace(there, seconds=0.0), straight.state())
    session.restart()
    rest(session, qtbot)
    assert [run(session, key).state.updates for key in (1, 2)] == [75, 25], "its row is brought up to date"


def test_undo_and_redo_bring_the_shelf_with_the_run(session: Session, qtbot: QtBot) -> None:
    train(session, qtbot, 30)
    session.restart()
    train(session, qtbot, 10)
    session.shelving.open(1)
    rest(session, qtbot)
    assert (keys(session), session.shelving.shelf.last) == ([1, 2], 2)
    session.undo()
    rest(session, qtbot)
    assert (keys(session), session.shelving.shelf.present.key) == ([1], 2)
    session.undo()
    train(session, qtbot, 5)
    assert (keys(session), session.shelving.shelf.present.key) == ([], 1)
    session.redo()
    rest(session, qtbot)
    assert run(session, 1).state.updates == 35, "it has gone on since"
    session.redo()
    rest(session, qtbot)
    assert keys(session) == [1, 2]
    assert state(session, qtbot).updates == 30, "Redo brings back what Undo took, to the bit"


def test_names_notes_and_what_was_thrown_away_come_back_without_a_word_to_the_worker(
    session: Session, qtbot: QtBot
) -> None:
    train(session, qtbot)
    session.restart()
    train(session, qtbot)
    there, sent = state(session, qtbot), session.sent
    shelving = session.shelving
    shelving.rename(1, "  First\n try ")
    shelving.annotate(1, "the arms never come apart")
    shelving.rename(2, "Again")
    shelving.delete(1)
    assert keys(session) == []
    assert session.undo_label == "Delete First try"
    session.undo()
    assert run(session, 1).label == Label(1, "First try", "the arms never come apart")
    for _ in range(3):
        session.undo()
    assert run(session, 1).label == Label(1, "Run 1")
    assert shelving.shelf.present.name == "Run 2"
    for _ in range(4):
        session.redo()
    assert (keys(session), shelving.shelf.present.name) == ([], "Again")
    assert session.sent == sent
    assert_same(state(session, qtbot), there)


def test_what_changes_nothing_is_no_step(session: Session, qtbot: QtBot) -> None:
    train(session, qtbot)
    session.restart()
    rest(session, qtbot)
    label = session.undo_label
    session.shelving.rename(1, "Run 1")
    session.shelving.rename(1, " ")
    session.shelving.rename(77, "x")
    session.shelving.annotate(1, "")
    session.shelving.delete(77)
    session.shelving.open(77)
    assert session.undo_label == label


def test_a_step_between_names_is_undone_to_the_bit(session: Session, qtbot: QtBot) -> None:
    train(session, qtbot)
    session.shelving.rename(1, "a")
    there = state(session, qtbot)
    session.edit(rate(session.experiment, 0.5))
    session.shelving.rename(1, "b")
    train(session, qtbot)
    after = state(session, qtbot)
    session.undo()
    session.undo()
    rest(session, qtbot)
    assert_same(state(session, qtbot), there)
    assert session.shelving.shelf.present.name == "a"
    session.redo()
    session.redo()
    rest(session, qtbot)
    assert_same(state(session, qtbot), after)
    assert session.shelving.shelf.present.name == "b"


def test_whoever_shows_the_shelf_hears_of_each_other_one_once(session: Session, qtbot: QtBot) -> None:
    heard: list[int] = []
    session.shelving.changed.connect(lambda: heard.append(len(session.shelving.shelf)))
    train(session, qtbot)
    session.restart()
    rest(session, qtbot)
    session.edit(rate(session.experiment, 0.5))
    rest(session, qtbot)
    assert heard == [1]


def test_the_oldest_steps_are_given_up_and_the_shelf_stays(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(session, qtbot)
    session.restart()
    train(session, qtbot)
    rest(session, qtbot)
    monkeypatch.setattr("nnstudio.ui.undo.MAXIMUM_BYTES", run(session, 1).nbytes * 3 // 2)
    session.restart()
    rest(session, qtbot)
    assert keys(session) == [1, 2]
    session.undo()
    rest(session, qtbot)
    assert (keys(session), session.undo_label) == ([1], "")


# With the project


def test_it_is_kept_with_the_project_and_undo_brings_the_other_one_back(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    saver, path = Saver(), tmp_path / "circle.nns"
    document = Document(session, saver)
    train(session, qtbot)
    session.restart()
    train(session, qtbot, 5)
    with qtbot.waitSignal(document.saved):
        document.save(path)
    shelf = session.shelving.shelf
    assert_same(load_project(path).shelf, shelf)
    session.shelving.delete(1)
    document.open(path, lambda _: None)
    rest(session, qtbot)
    assert_same(session.shelving.shelf, shelf)
    assert state(session, qtbot).updates == 5
    session.undo()
    rest(session, qtbot)
    assert keys(session) == []
    saver.finish(5)


def test_a_shelf_that_was_never_saved_would_be_lost(session: Session, qtbot: QtBot) -> None:
    saver = Saver()
    document = Document(session, saver)
    train(session, qtbot)
    session.restart()
    rest(session, qtbot)
    assert document.unsaved
    session.shelving.delete(1)
    assert not document.unsaved
    saver.finish(5)


# All of it at random


@pytest.mark.parametrize("steps", [150, pytest.param(1000, marks=pytest.mark.slow)], ids=["a few", "a thousand"])
def test_random_commands_keep_shelf_and_present_together(session: Session, qtbot: QtBot, steps: int) -> None:
    """Some at once, some at rest: each key is on the shelf once; the present run is none of it but its own row; what
    stands in a row is a run of its experiment; and Undo to the bottom, then Redo to the top, is where it was."""
    random = Random(7)
    shelving = session.shelving

    def anything() -> None:
        rows = keys(session)
        key = random.choice([*rows, shelving.shelf.present.key])
        (
            lambda: session.step(random.randrange(1, 9)),
            lambda: session.step(random.randrange(1, 9)),
            session.restart,
            lambda: session.new_weights(random.randrange(5)),
            lambda: session.edit(wider(session.experiment) if random.random() < 0.5 else CIRCLE),
            lambda: session.edit(rate(session.experiment, random.choice((0.1, 0.03)))),
            lambda: shelving.open(key),
            lambda: shelving.rename(key, f"name {random.randrange(9)}"),
            lambda: shelving.annotate(key, f"note {random.randrange(9)}"),
            lambda: shelving.delete(key),
            session.undo,
            session.undo,
            session.redo,
            lambda: setattr(session, "keeps", random.random() < 0.7),
            lambda: session.back(),
        )[random.randrange(15)]()

    for count in range(steps):
        anything()
        shelf = shelving.shelf
        assert len(set(keys(session))) == len(shelf)
        assert shelf.last in (0, *keys(session))
        if count % 10 == 0:
            rest(session, qtbot)
            there = state(session, qtbot)
            assert there.experiment == session.experiment
            for row in shelving.shelf.rows:
                assert isinstance(row, ShelvedRun)
                assert row.state.updates > 0
    rest(session, qtbot)
    top, there = shelving.shelf, state(session, qtbot)
    undone = 0
    while session.undo_label:
        session.undo()
        undone += 1
    rest(session, qtbot)
    for _ in range(undone):
        session.redo()
    rest(session, qtbot)
    assert_same(shelving.shelf, top)
    assert_same(state(session, qtbot), there)
