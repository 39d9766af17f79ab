"""Somebody's own images in the window: from a folder through the dialog into training, and back from a project."""

import shutil
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from own_images import shapes
from own_tables import LEFT, Hand
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot
from session_hand import WindowHand

from nnstudio.core.experiment import PictureSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.files.library import DataLibrary
from nnstudio.files.pictures.source import are_pictures, reading_pictures
from nnstudio.files.project import Project, load_project, save_project
from nnstudio.files.tables.source import read_to_the_end
from nnstudio.ui.panels.data_panel import DataPanel
from nnstudio.ui.panels.own_images.dialog import OwnImagesDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Desk(WindowHand):
    """A window that reads files of somebody's own."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__(qtbot, default_experiment(DatasetKind.XOR4), images=DataLibrary())

    @property
    def dialog(self) -> OwnImagesDialog:
        assert isinstance(self.window.own_data.dialog, OwnImagesDialog)
        return self.window.own_data.dialog

    @property
    def hand(self) -> Hand:
        hand = Hand(self.qtbot, self.dialog)
        hand.wait()
        return hand

    @property
    def spec(self) -> PictureSpec:
        spec = self.session.experiment.dataset
        assert isinstance(spec, PictureSpec)
        return spec

    def drop(self, path: Path) -> None:
        """What Qt sends when a folder is dragged onto the window and let go there."""
        data, at = QMimeData(), QPointF(self.window.rect().center())
        data.setUrls([QUrl.fromLocalFile(str(path))])
        action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(at.toPoint(), action, data, LEFT, none)
        QApplication.sendEvent(self.window, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(self.window, QDropEvent(at, action, data, LEFT, none))


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot)
    yield desk
    if desk.window.own_data.dialog is not None:
        desk.window.own_data.dialog.close()
    desk.end()


@pytest.mark.slow
def test_a_folder_becomes_the_data_and_is_found_again(
    desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, session = shapes(tmp_path), desk.session
    before = session.experiment
    bomb(tmp_path / "bombs")
    desk.drop(tmp_path / "bombs")
    assert "a/1.png cannot be read: it is broken, or far too large" in desk.hand.dialog.message.text()
    assert not desk.dialog.use.isEnabled()
    desk.drop(folder)
    hand = desk.hand
    assert hand.said() == [
        "3 classes to tell apart, 62 images.",
        "Each has 16×12 pixels: 192 inputs.",
        "They are grey: 0 is black, 255 is white.",
        "The pixels are standardised by the training images.",
        "1 image has another size than 16×12: scaled.",
        "1 class has fewer than 10 images: owl 8.",
    ]
    assert hand.odd() == ["cat/broken.png cannot be read: it is broken or another kind of file."]
    assert session.experiment == before, "looking changes nothing"
    hand.choose("size", 0, "8×6 pixels")
    assert hand.said()[1] == "Each has 8×6 pixels: 48 inputs."
    hand.choose("grey", 0, "Inverted grey")
    qtbot.keyClick(desk.dialog.shares.bar.test, Qt.Key.Key_PageUp)
    hand.wait()
    assert "48-128-64-3" in desk.dialog.said.text()
    qtbot.mouseClick(desk.dialog.use, LEFT)
    desk.settle()
    spec = desk.spec
    assert (spec.width, spec.height, spec.inverted, spec.test_share) == (8, 6, True, 0.25)
    assert session.experiment == default_experiment(spec)
    assert session.undo_label == "Open shapes"
    session.step(40)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 40, timeout=10_000)
    panel = desk.window.findChild(DataPanel)
    assert isinstance(panel, DataPanel)
    assert panel.summary.text() == "46 training · 16 test · 8×6 · shapes"
    assert panel.own.isChecked()
    samples = desk.window.output.samples
    qtbot.waitUntil(lambda: samples.places()[0] > 0)
    table = samples.table()
    assert table is not None
    assert {row[1] for row in table.rows} <= {"cat", "dog", "owl"}, "classes are called by their names"

    qtbot.mouseClick(panel.own, LEFT)  # decide again, about the same images
    assert desk.hand.said()[1] == "Each has 8×6 pixels: 48 inputs."
    desk.hand.choose("grey", 0, "Grey, as they are")
    assert "stays as you have built it" in desk.dialog.said.text()
    qtbot.mouseClick(desk.dialog.use, LEFT)
    desk.settle()
    assert session.frame is not None
    assert session.frame.updates == 40, "what was learned stays"

    saved = tmp_path / "p.nns"
    desk.window.files.document.save(saved)
    qtbot.waitUntil(lambda: session.document == saved)
    table = load_project(saved).table
    assert table is not None, "small images lie in the project"
    assert are_pictures(Path(shutil.copy(saved, tmp_path / "p.npz"))) is False
    path = tmp_path / "images.npz"
    path.write_bytes(table)
    assert read_to_the_end(reading_pictures(path)).size == (6, 8)

    elsewhere = replace(spec, height=12, width=16)  # what nobody has read yet
    project = tmp_path / "q.nns"
    save_project(project, Project(default_experiment(elsewhere)))
    folder.rename(tmp_path / "animals")
    desk.window.files.open_path(project)
    banner = desk.window.banner
    qtbot.waitUntil(lambda: banner.text().startswith("shapes is no longer in"))
    assert session.experiment.dataset == replace(spec, inverted=False), "the run goes on as it was"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "animals"))
    desk.window.own_data.search()
    qtbot.waitUntil(lambda: session.document == project)
    desk.settle()
    assert desk.spec == elsewhere


def bomb(folder: Path) -> None:
    """Two classes, each of one image that announces ten billion pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0))
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        (folder / name / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"") + chunk(b"IEND", b""))
