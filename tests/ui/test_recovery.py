"""What a crash leaves: kept while something could be lost, offered afterwards, gone when all is saved."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.files.autosave import Autosave
from nnstudio.files.project import Project, load_project
from nnstudio.files.saving import Saver
from nnstudio.ui.files_menu import FilesMenu
from nnstudio.ui.recovery import Recovery
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
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
        self.kept = self.recovery._autosave.path  # type: ignore[union-attr]

    def train(self, updates: int) -> None:
        self.session.step(updates)
        self.qtbot.waitUntil(lambda: self.session.frame is not None and self.session.frame.updates == updates)

    def keep(self) -> None:
        self.recovery._autosaving.save()
        self.qtbot.waitUntil(self.kept.exists)

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


def test_what_a_crash_left_is_offered_and_comes_back_whole(qtbot: QtBot, tmp_path: Path) -> None:
    dead = Autosave(saver := Saver())
    trainer_project = _trained(57, tmp_path / "work.nns")
    dead.write(trainer_project)
    saver.finish(5)
    for lock in dead._locks.values():
        os.close(lock)  # as the system does when a process dies
    program = Program(qtbot)
    assert "work.nns" in program.banner.text()
    assert "57 updates" in program.banner.text()
    program.banner.offer().defaultAction().trigger()
    qtbot.waitUntil(lambda: program.session.frame is not None and program.session.frame.updates == 57)
    assert program.session.frame.params.tobytes() == trainer_project.state.params.tobytes()  # type: ignore[union-attr]
    assert program.session.document == tmp_path / "work.nns"
    assert program.session.undo_label == "Bring back"
    program.end()
    assert not list(program.kept.parent.parent.glob("*/project.nns")), "a peaceful end leaves nothing"


def _trained(updates: int, document: Path) -> Project:
    from nnstudio.core.training.trainer import Trainer

    trainer = Trainer(CIRCLE)
    while trainer.updates < updates:
        trainer.step()
    return Project(CIRCLE, trainer.state(), document=document)
