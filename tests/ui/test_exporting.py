"""From the File menu to the disk and to the clipboard, and back: exports, share texts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from session_hand import FilesHand, WindowHand, answer, no_images

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.files.project import Project
from nnstudio.files.saving import Saver
from nnstudio.files.share_text import share_text
from nnstudio.files.weights import import_weights
from nnstudio.ui.exporting import Exporting
from nnstudio.ui.files_menu import FilesMenu
from nnstudio.ui.panels.export.dialog import ExportDialog
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.banner import Banner

SPIRALS, MOONS = default_experiment(DatasetKind.SPIRALS), default_experiment(DatasetKind.MOONS)
LEFT = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Menu(FilesHand):
    """What the File menu leads to, with a real session and nothing around it."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot, self.session, self.saver = qtbot, Session(SPIRALS, no_images), Saver()
        self.window, self.banner, self.settings = QWidget(), Banner(), Settings()
        self.window.resize(1100, 720)
        for widget in (self.window, self.banner):
            qtbot.addWidget(widget)
        self.settings.folder = str(folder)
        self.files = FilesMenu(self.session, self.settings, self.banner, self.window, self.saver)
        self.exporting = Exporting(self.session, self.settings, self.files, self.banner, self.window)
        self.session.start()
        self.settle()

    def dialog(self) -> ExportDialog:
        self.exporting.export()
        (found,) = self.window.findChildren(ExportDialog)
        self.qtbot.waitUntil(lambda: found._drafted is not None and found._drafted.proof is not None)
        return found

    def end(self) -> None:
        self.exporting.end()
        super().end()


@pytest.fixture
def menu(qtbot: QtBot, tmp_path: Path) -> Iterator[Menu]:
    menu = Menu(qtbot, tmp_path)
    yield menu
    menu.end()


def test_the_moment_is_that_of_the_click(menu: Menu, tmp_path: Path) -> None:
    """Training goes on behind the dialog; what is exported is what was there."""
    menu.train(10)
    dialog, at = menu.dialog(), menu.settle()
    menu.session.step(50)
    menu.qtbot.waitUntil(lambda: menu.session.frame is not None and menu.session.frame.updates == 60)
    menu.qtbot.mouseClick(dialog.save, LEFT)
    menu.qtbot.waitUntil(lambda: menu.banner.text().startswith("Saved to spirals.npz. Largest difference "))
    assert import_weights(tmp_path / "spirals.npz", at).params.tobytes() == at.params.tobytes()
    assert menu.banner.offer().defaultAction().text().endswith("Show in folder")


def test_the_next_one_begins_where_the_last_one_was(menu: Menu, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    dialog = menu.dialog()
    dialog.formats.choose("csv")
    dialog.target.field.setText(str(tmp_path / "out" / "mine.csv"))
    menu.qtbot.mouseClick(dialog.save, LEFT)
    menu.qtbot.waitUntil((tmp_path / "out" / "mine.csv").exists)
    menu.qtbot.waitUntil(lambda: not menu.window.findChildren(ExportDialog))
    again = menu.dialog()
    assert again.formats.current().key == "csv"
    assert again.target.field.text() == str(tmp_path / "out" / "spirals.csv")


def test_an_export_is_called_as_its_project(menu: Menu, tmp_path: Path) -> None:
    menu.train(3)
    done: list[bool] = []
    menu.files.document.save(tmp_path / "my run.nns", lambda: done.append(True))
    menu.qtbot.waitUntil(lambda: bool(done))
    assert menu.dialog().target.field.text() == str(tmp_path / "my run.npz")


def test_other_data_on_their_way_are_waited_for(menu: Menu) -> None:
    menu.session.begin(MOONS, "Another")
    for act in (menu.exporting.export, menu.exporting.copy_share_text):
        menu.banner.hide()
        act()
        assert menu.banner.text() == "There is no network yet. Wait a moment and try again."
    assert not menu.window.findChildren(ExportDialog)


def test_paste_asks_whether_to_save(menu: Menu, monkeypatch: pytest.MonkeyPatch) -> None:
    menu.train(5)
    QGuiApplication.clipboard().setText(share_text(Project(MOONS)))
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    menu.exporting.paste_share_text()
    assert asked == ["What the network has learned was never saved. Save it first?"]
    assert menu.session.experiment == SPIRALS
    answer(monkeypatch, QMessageBox.StandardButton.Discard)
    menu.exporting.paste_share_text()
    menu.settle()
    assert menu.session.experiment == MOONS
    assert menu.banner.text() == "Opened the experiment from the clipboard, without weights."


def test_what_was_pasted_is_no_open_file_and_nothing_unsaved(menu: Menu, tmp_path: Path) -> None:
    menu.train(3)
    done: list[bool] = []
    menu.files.document.save(tmp_path / "mine.nns", lambda: done.append(True))
    menu.qtbot.waitUntil(lambda: bool(done))
    QGuiApplication.clipboard().setText(share_text(Project(MOONS)))
    menu.exporting.paste_share_text()
    menu.settle()
    assert menu.session.experiment == MOONS
    assert menu.files.document.path is None
    assert not menu.files.document.unsaved


@pytest.mark.parametrize("text", ["", "  ", "hello", "nnstudio1:", "nnstudio9:abc", "damaged"])
def test_what_is_no_share_text_is_one_sentence(menu: Menu, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    before = menu.train(5)
    good = share_text(Project(SPIRALS))
    QGuiApplication.clipboard().setText(f"{good[:40]}{good[41:]}" if text == "damaged" else text)
    asked = answer(monkeypatch, QMessageBox.StandardButton.Discard)
    menu.exporting.paste_share_text()
    assert menu.banner.property("tone") == "bad"
    assert menu.banner.text().endswith(".")
    assert "\n" not in menu.banner.text()
    assert not asked, "nobody is asked for nothing"
    assert menu.settle() is before


def test_a_network_that_is_too_large_is_shared_without_its_weights(menu: Menu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnstudio.files.limits.SHARED_WEIGHTS", 100)
    menu.exporting.copy_share_text()
    assert QGuiApplication.clipboard().text() == share_text(Project(SPIRALS))
    assert menu.banner.text().startswith("Copied the experiment alone, as it has too many weights for a text: ")


# In the window.


@pytest.mark.slow
def test_from_the_menu_to_the_disk_and_from_chat_to_chat(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings()
    settings.folder = str(tmp_path)
    hand = WindowHand(qtbot, SPIRALS, settings)
    session = hand.session
    before = hand.train(30)
    hand.choose("&Export…")
    (dialog,) = hand.window.findChildren(ExportDialog)
    qtbot.waitUntil(dialog.isVisible)
    qtbot.keyClick(dialog.formats, Qt.Key.Key_Return)
    qtbot.waitUntil((tmp_path / "spirals.npz").exists)
    assert import_weights(tmp_path / "spirals.npz", before).params.tobytes() == before.params.tobytes()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: (str(tmp_path / "n.svg"), ""))
    hand.window.commands["save_picture"].trigger()
    assert hand.window.banner.text() == "Saved the picture to n.svg."
    assert b"<title>Network</title>" in (tmp_path / "n.svg").read_bytes()
    hand.choose("&Copy share text")
    text = QGuiApplication.clipboard().text()
    assert text == share_text(Project(before.experiment, weights=before.weights))
    assert hand.window.banner.text().startswith("Copied the experiment with its weights: one line of ")
    session.begin(MOONS, "Another")
    hand.settle()
    hand.choose("&Paste share text")
    hand.settle()
    qtbot.waitUntil(lambda: hand.window.banner.text().startswith("Opened the experiment"))
    after = hand.settle()
    assert after.experiment == before.experiment
    assert after.params.tobytes() == before.params.tobytes()
    assert not hand.window.files.document.unsaved
    session.undo()
    hand.settle()
    assert session.experiment == MOONS
    hand.end()
