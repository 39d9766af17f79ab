"""What a crash leaves: kept while something could be lost, offered afterwards, gone when all is saved."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.network.weights import Weights
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Departed
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.metrics import Metrics
from nnstudio.files.autosave import Autosave
from nnstudio.files.errors import FileError
from nnstudio.files.project import Project, load_project
from nnstudio.files.saving import Saver
from nnstudio.ui.files_menu import FilesMenu
from nnstudio.ui.recovery import Recovery
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.trouble import Trouble
from nnstudio.ui.widgets.banner import Banner

CIRCLE = default_experiment(DatasetKind.CIRCLE)


class Program:
    """A session with all that saves it, but without a window."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot, self.window, self.banner = qtbot, QWidget(), Banner()
        for widget in (self.window, self.banner):
            qtbot.addWidget(widget)
        self.session, self.saver = Session(CIRCLE), Saver()
        self.files = FilesMenu(self.session, Settings(), self.banner, self.window, self.saver)
        self.session.start()
        self.recovery = Recovery(self.session, self.saver, self.files, self.banner)

    @property
    def kept(self) -> Path:
        """Where its state is kept."""
        autosave = self.recovery._autosave
        return autosave.path if autosave is not None else Path("nowhere")

    def train(self, updates: int) -> None:
        self.session.step(updates)
        self.qtbot.waitUntil(lambda: self.session.frame is not None and self.session.frame.updates == updates)

    def keep(self) -> None:
        self.recovery._autosaving.save()
        self.qtbot.waitUntil(self.kept.exists)

    def kept_updates(self) -> int:
        """How far the state is that is kept; -1 if there is none."""
        try:
            state = load_project(self.kept).state
        except FileError:
            return -1
        return state.updates if state is not None else 0

    def crash(self) -> None:
        """Die: nothing is cleared up, and the system gives up the locks."""
        self.end(in_peace=False)
        for lock in self.recovery._autosave._locks.values():  # type: ignore[union-attr]
            os.close(lock)

    def bring_back(self) -> None:
        self.banner.offer().defaultAction().trigger()

    def end(self, in_peace: bool = True) -> None:
        if in_peace:
            self.recovery.end()
        self.session.stop()
        self.saver.finish(5)
        self.recovery.clear()


@pytest.fixture
def program(qtbot: QtBot) -> Iterator[Program]:
    program = Program(qtbot)
    yield program
    program.end()


def test_what_was_learned_is_kept_until_it_is_saved(program: Program, qtbot: QtBot, tmp_path: Path) -> None:
    program.train(30)
    program.keep()
    assert load_project(program.kept).state.updates == 30  # type: ignore[union-attr]
    program.files.document.save(tmp_path / "mine.nns")
    qtbot.waitUntil(lambda: not program.kept.exists())
    assert not program.files.document.unsaved


def test_nothing_is_kept_where_nothing_could_be_lost(program: Program, qtbot: QtBot) -> None:
    program.recovery._autosaving.save()
    qtbot.waitUntil(lambda: program.session.up_to_date)
    assert not program.kept.exists()


def left_by_a_dead_program(project: Project) -> Path:
    """Where a program that is no more has kept this."""
    dead = Autosave(saver := Saver())
    dead.write(project)
    saver.finish(5)
    for lock in dead._locks.values():
        os.close(lock)  # as the system does when a process dies
    return dead.path


def test_what_a_crash_left_is_offered_and_comes_back_whole(qtbot: QtBot, tmp_path: Path) -> None:
    trainer_project = _trained(57, tmp_path / "work.nns")
    left_by_a_dead_program(trainer_project)
    program = Program(qtbot)
    assert "work.nns" in program.banner.text()
    assert "57 updates" in program.banner.text()
    offer = program.banner.offer().defaultAction()
    assert "Undo takes it back" in offer.toolTip()
    assert offer.whatsThis() == offer.toolTip()
    program.bring_back()
    assert program.banner.isHidden()
    qtbot.waitUntil(lambda: program.session.frame is not None and program.session.frame.updates == 57)
    assert program.session.frame.params.tobytes() == trainer_project.state.params.tobytes()  # type: ignore[union-attr]
    assert program.session.document == tmp_path / "work.nns"
    assert program.session.undo_label == "Bring back"
    program.end()
    assert not list(program.kept.parent.parent.iterdir()), "a peaceful end leaves nothing"


def test_runs_that_cannot_be_read_are_said_and_the_rest_comes_back(qtbot: QtBot, tmp_path: Path) -> None:
    project = _trained(57, tmp_path / "work.nns")
    state = project.state
    assert state is not None
    left = Departed(state, Metrics(*[0.5] * 5), state.updates)
    path = left_by_a_dead_program(replace(project, shelf=Shelf().begun(left).begun(left)))
    alone = Path(shutil.copy(path, tmp_path / "alone.nns"))
    first = path.with_name(next(iter(load_project(path).beside.values())))
    first.unlink()
    program = Program(qtbot)
    assert (
        "can be brought back. 1 run is not on the shelf, since its file cannot be read: Run 1" in program.banner.text()
    )
    assert first.name in program.banner._details
    assert not program.banner.offer().isHidden()
    program.bring_back()
    qtbot.waitUntil(lambda: program.session.frame is not None and program.session.frame.updates == 57)
    assert [row.label.name for row in program.session.shelving.shelf.rows] == ["Run 2"]
    qtbot.waitUntil(lambda: program.kept == path)  # it goes on where the other one ended
    assert program.files.open_path(alone)
    qtbot.waitUntil(lambda: "2 runs are not on the shelf, since their files cannot" in program.banner.text())
    assert program.banner.offer().isHidden()
    assert first.name in program.banner._details
    program.end()
    assert not list(path.parent.parent.iterdir())


def test_what_was_never_saved_and_never_trained_is_called_so(qtbot: QtBot) -> None:
    other = replace(CIRCLE, seed=77)
    left_by_a_dead_program(Project(other))
    program = Program(qtbot)
    assert "What it kept of an experiment without a name" in program.banner.text()
    assert "0 updates" in program.banner.text()
    program.bring_back()
    qtbot.waitUntil(lambda: program.session.frame is not None and program.session.frame.experiment == other)
    assert program.session.document is None
    program.end()


def test_weights_that_are_all_that_was_kept_come_back(qtbot: QtBot) -> None:
    weights = Weights(_trained(20, Path("a.nns")).state.params)  # type: ignore[union-attr]
    left_by_a_dead_program(Project(CIRCLE, weights=weights))
    program = Program(qtbot)
    program.bring_back()
    qtbot.waitUntil(lambda: program.session.frame is not None and program.session.undo_label == "Bring back")
    qtbot.waitUntil(lambda: program.session.up_to_date)
    assert program.session.frame.params.tobytes() == weights.params.tobytes()  # type: ignore[union-attr]
    program.end()


def test_it_is_brought_back_once(qtbot: QtBot, tmp_path: Path) -> None:
    left_by_a_dead_program(_trained(57, tmp_path / "work.nns"))
    program = Program(qtbot)
    program.bring_back()
    qtbot.waitUntil(lambda: program.session.frame is not None and program.session.frame.updates == 57)
    sent = program.session.sent
    program.bring_back()
    assert program.session.sent == sent
    assert program.banner.isHidden()
    program.end()


def test_what_has_been_trained_meanwhile_is_not_lost_to_it(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by_a_dead_program(_trained(57, tmp_path / "work.nns"))
    program = Program(qtbot)
    program.train(5)
    asked: list[str] = []
    cancel = QMessageBox.StandardButton.Cancel
    monkeypatch.setattr(QMessageBox, "question", lambda *arguments: asked.append(arguments[2]) or cancel)
    program.bring_back()
    assert asked == ["What the network has learned was never saved. Save it first?"]
    assert program.session.undo_label == ""
    program.end()


def test_what_vanished_before_it_was_taken_comes_back_all_the_same(qtbot: QtBot, tmp_path: Path) -> None:
    path = left_by_a_dead_program(_trained(57, tmp_path / "work.nns"))
    program = Program(qtbot)
    path.unlink()
    program.bring_back()
    qtbot.waitUntil(lambda: program.session.frame is not None and program.session.frame.updates == 57)
    assert program.session.undo_label == "Bring back"
    program.end()


def test_what_cannot_begin_is_not_lost(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    autosaves(monkeypatch, 10**6, 20)
    path = left_by_a_dead_program(Project(default_experiment(DatasetKind.MNIST)))
    program = Program(qtbot)  # without MNIST
    Trouble(program.session, program.banner)
    program.bring_back()
    qtbot.waitUntil(lambda: program.session.undo_label == "" and "MNIST" in program.banner.text())
    assert "still kept" in program.banner.text()
    qtbot.wait(100)  # an edit is kept by now
    assert path.exists()
    sent = program.session.sent
    program.bring_back()
    assert program.session.sent > sent, "once more, when there is MNIST"
    qtbot.waitUntil(lambda: program.session.undo_label == "")
    program.end()
    following = Program(qtbot)
    assert "can be brought back" in following.banner.text()
    following.end()


def test_what_cannot_be_opened_is_said(qtbot: QtBot) -> None:
    left_by_a_dead_program(Project(CIRCLE)).write_bytes(b"half")
    program = Program(qtbot)
    assert "What an earlier session left cannot be opened" in program.banner.text()
    assert program.banner.property("tone") == "bad"
    assert program.banner.offer().isHidden()
    program.end()


def test_without_a_place_to_autosave_the_program_works_and_says_so(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    program = Program(qtbot)
    assert "Autosaving does not work" in program.banner.text()
    assert program.banner.property("tone") == "bad"
    program.train(5)
    program.end()


# When it is kept ------------------------------------------------------------------------------------------------------


def autosaves(monkeypatch: pytest.MonkeyPatch, while_training: int, after_an_edit: int) -> None:
    """So soon, in milliseconds; long before, nobody would wait for it here."""
    monkeypatch.setattr("nnstudio.ui.autosaving.WHILE_TRAINING_MILLISECONDS", while_training)
    monkeypatch.setattr("nnstudio.ui.autosaving.AFTER_AN_EDIT_MILLISECONDS", after_an_edit)


def test_a_playing_run_is_kept_again_and_again(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    autosaves(monkeypatch, 20, 10**6)
    program = Program(qtbot)
    program.session.play()
    qtbot.waitUntil(lambda: program.kept_updates() > 0)
    first = program.kept_updates()
    qtbot.waitUntil(lambda: program.kept_updates() > first)
    program.end()
    assert not program.kept.exists()


def test_nothing_is_kept_before_it_is_time(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    autosaves(monkeypatch, 10**6, 10**6)
    program = Program(qtbot)
    program.session.play()
    qtbot.waitUntil(lambda: program.session.frame is not None and program.session.frame.updates > 1000)
    qtbot.wait(50)
    assert not program.kept.exists()
    program.end()


def test_a_run_that_rests_is_not_kept_again(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    autosaves(monkeypatch, 20, 10**6)
    program = Program(qtbot)
    program.train(30)
    qtbot.wait(100)
    assert not program.kept.exists()
    program.end()


def test_an_edit_and_a_pause_are_kept_soon(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    autosaves(monkeypatch, 10**6, 20)
    program = Program(qtbot)
    program.train(30)
    assert program.kept_updates() == -1
    edited = replace(CIRCLE, training=replace(CIRCLE.training, learning_rate=0.5))
    program.session.edit(edited)
    qtbot.waitUntil(lambda: program.kept_updates() == 30)
    assert load_project(program.kept).experiment == edited
    program.session.play()
    qtbot.waitUntil(lambda: program.session.frame is not None and program.session.frame.updates > 1000)
    program.session.pause()
    qtbot.waitUntil(lambda: program.session.up_to_date)
    assert program.session.frame is not None
    last = program.session.frame.updates
    qtbot.waitUntil(lambda: program.kept_updates() == last)
    program.end()


def test_what_cannot_be_kept_is_said_once_until_it_can(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    autosaves(monkeypatch, 10**6, 10**6)
    program = Program(qtbot)
    program.train(30)
    program.kept.mkdir()  # a folder where the file belongs
    said = []
    program.recovery._autosaving.failed.connect(said.append)
    for attempt in range(2):
        program.recovery._autosaving.save()
        qtbot.waitUntil(lambda: program.session.up_to_date and not program.session._answered)
        qtbot.waitUntil(lambda: not program.files.document._writing)
        assert len(said) == 1, attempt
    assert "Autosaving does not work just now: save your work yourself." in program.banner.text()
    program.kept.rmdir()
    program.keep()
    qtbot.waitUntil(lambda: not program.files.document._writing)
    program.kept.unlink()
    program.kept.mkdir()
    program.recovery._autosaving.save()
    qtbot.waitUntil(lambda: len(said) == 2)
    program.kept.rmdir()
    program.end()


def test_neither_what_was_kept_nor_what_is_on_its_way_outlives_a_window_that_closes(qtbot: QtBot) -> None:
    program = Program(qtbot)
    program.train(30)
    program.keep()
    answers: list[object] = []
    program.recovery._autosaving.save()
    program.recovery.end()
    program.session.save(answers.append)  # behind the other
    qtbot.waitUntil(lambda: bool(answers))
    program.session.stop()
    assert program.saver.finish(5)
    assert not program.kept.exists()
    program.recovery.clear()


def test_a_program_that_dies_after_an_edit_loses_nothing(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(qtbot)
    program.train(30)
    program.session.document = Path("/home/ada/mine.nns")
    program.keep()
    program.crash()
    assert program.kept.exists()
    following = Program(qtbot)
    assert "What it kept of mine.nns" in following.banner.text()
    assert "30 updates" in following.banner.text()
    following.end()


def _trained(updates: int, document: Path) -> Project:
    from nnstudio.core.training.trainer import Trainer

    trainer = Trainer(CIRCLE)
    while trainer.updates < updates:
        trainer.step()
    return Project(CIRCLE, trainer.state(), document=document)
