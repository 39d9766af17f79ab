"""The dialog for MNIST: downloads and reads on a thread, can be cancelled, and explains what went wrong."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from test_data_panel import write_mnist

from nnstudio.files.errors import FileError
from nnstudio.ui.mnist_folder import remembered_folder
from nnstudio.ui.panels.mnist_dialog import MnistDialog, Work

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


def _dialog(qtbot: QtBot, target: Path, work: Work | None = None) -> MnistDialog:
    dialog = MnistDialog(None, target, work)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def _click_download(dialog: MnistDialog) -> None:
    QTest.mouseClick(dialog.download, Qt.MouseButton.LeftButton)


def test_a_download_runs_beside_the_interface_and_gives_the_folder(qtbot: QtBot, tmp_path: Path) -> None:
    target = tmp_path / "user" / "mnist"
    halfway, go_on = threading.Event(), threading.Event()
    threads: list[int] = []

    def work(progress: Progress, cancelled: Cancelled) -> None:
        threads.append(threading.get_ident())
        progress(5_000_000, 11_000_000)
        halfway.set()
        go_on.wait(10)
        write_mnist(target)

    dialog = _dialog(qtbot, target, work)
    found: list[Path] = []
    dialog.found.connect(found.append)
    _click_download(dialog)
    assert halfway.wait(10)
    qtbot.waitUntil(lambda: dialog.bar.value() == 5_000_000)
    assert dialog.bar.maximum() == 11_000_000
    assert "5.0 of 11.0 MB" in dialog.message.text()
    assert not dialog.download.isEnabled()
    assert not found
    with qtbot.waitSignal(dialog.found):
        go_on.set()
    assert found == [target]
    assert threads != [threading.get_ident()]
    assert not dialog.isVisible()
    assert not dialog.working
    assert remembered_folder() is None


@pytest.mark.parametrize("close", [MnistDialog.reject, MnistDialog.close, None], ids=["escape", "close", "button"])
def test_cancelling_stops_the_download_and_joins_its_thread(
    qtbot: QtBot, tmp_path: Path, close: Callable[[MnistDialog], object] | None
) -> None:
    started, stopped = threading.Event(), threading.Event()

    def work(progress: Progress, cancelled: Cancelled) -> None:
        started.set()
        while not cancelled():
            stopped.wait(0.01)
        stopped.set()

    dialog = _dialog(qtbot, tmp_path, work)
    found: list[Path] = []
    dialog.found.connect(found.append)
    _click_download(dialog)
    assert started.wait(10)
    with qtbot.waitSignal(dialog.rejected):
        if close is None:
            QTest.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)
        else:
            close(dialog)
    assert stopped.is_set()
    assert not dialog.working
    assert not dialog.isVisible()
    assert not found


def test_a_failed_download_says_why_and_can_be_tried_again(qtbot: QtBot, tmp_path: Path) -> None:
    sentence = "Neither mirror answers. Nothing was changed; look at the network and try again. " * 5
    attempts: list[int] = []

    def work(progress: Progress, cancelled: Cancelled) -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise FileError(sentence, "timed out")
        write_mnist(tmp_path / "mnist")

    dialog = _dialog(qtbot, tmp_path / "mnist", work)
    _click_download(dialog)
    qtbot.waitUntil(lambda: not dialog.working)
    assert dialog.message.text() == sentence
    qtbot.waitUntil(lambda: dialog.message.height() >= dialog.message.heightForWidth(dialog.message.width()))
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.found):
        _click_download(dialog)


def test_a_chosen_folder_is_checked_and_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    good, empty = tmp_path / "good", tmp_path / "empty"
    write_mnist(good)
    empty.mkdir()
    dialog = _dialog(qtbot, tmp_path / "user")
    dialog.read_from(empty)
    qtbot.waitUntil(lambda: not dialog.working)
    assert "no MNIST files" in dialog.message.text()
    assert remembered_folder() is None
    with qtbot.waitSignal(dialog.found):
        dialog.read_from(good)
    assert remembered_folder() == good


@pytest.mark.parametrize("inside", ["mnist", "MNIST/raw"])
def test_the_folder_above_will_do(qtbot: QtBot, tmp_path: Path, inside: str) -> None:
    write_mnist(tmp_path / "data" / inside)
    dialog = _dialog(qtbot, tmp_path / "user")
    with qtbot.waitSignal(dialog.found) as found:
        dialog.read_from(tmp_path / "data")
    assert found.args == [tmp_path / "data" / inside]
    assert remembered_folder() == tmp_path / "data" / inside


def test_a_folder_that_holds_the_files_is_taken_whatever_lies_beside_them(qtbot: QtBot, tmp_path: Path) -> None:
    write_mnist(tmp_path / "data")
    (tmp_path / "data" / "mnist").mkdir()
    dialog = _dialog(qtbot, tmp_path / "user")
    with qtbot.waitSignal(dialog.found) as found:
        dialog.read_from(tmp_path / "data")
    assert found.args == [tmp_path / "data"]


def test_a_damaged_file_is_named(qtbot: QtBot, tmp_path: Path) -> None:
    write_mnist(tmp_path / "mnist")
    damaged = next((tmp_path / "mnist").glob("t10k-images*"))
    damaged.write_bytes(damaged.read_bytes()[:100])
    dialog = _dialog(qtbot, tmp_path / "user")
    dialog.read_from(tmp_path / "mnist")
    qtbot.waitUntil(lambda: not dialog.working)
    assert damaged.name in dialog.message.text()
    assert remembered_folder() is None
