"""What holds for every test of the interface: the windows of the one before are really gone, the theme is light, with
our faces and our style sheet from the first test on, and whoever is asked whether to save gives up what is there; a
test that cares answers for itself."""

import gc
import sys
from collections.abc import Iterator
from functools import partial, partialmethod
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from nnstudio.ui import theme
from nnstudio.ui.main_window import MainWindow

PATIENCE = 30_000
"""Milliseconds that a test waits for what is to come, unless it says otherwise: on a machine that has other things to
do a window once took longer than the five seconds of pytest-qt."""
_looked_through = [0]
"""How many modules there were when garbage was last looked for in all there is."""


@pytest.fixture(autouse=True, scope="session")
def _dressed(qapp: QApplication) -> None:
    """The first test finds what each later one finds: Qt's own faces and style have other sizes. Garbage is collected
    on this thread alone: on another one a window of an earlier test would end, and Qt would go on to dress it."""
    theme.apply(qapp, theme.ThemeChoice.LIGHT)
    gc.collect()
    gc.freeze()
    gc.disable()


@pytest.fixture(autouse=True, scope="session")
def _put_together_undressed(_dressed: None) -> Iterator[None]:
    """A window is put together as in the program: before there is a style sheet. It dresses itself when it stands."""
    with pytest.MonkeyPatch.context() as patch:
        put_together = MainWindow.__init__

        def undressed(window: MainWindow, *arguments: Any) -> None:
            app = QApplication.instance()
            assert isinstance(app, QApplication)
            app.setStyleSheet("")
            put_together(window, *arguments)

        patch.setattr(MainWindow, "__init__", undressed)
        yield


@pytest.fixture(autouse=True, scope="session")
def _patient() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for wait in ("waitUntil", "waitSignal"):
            patch.setattr(QtBot, wait, partialmethod(getattr(QtBot, wait), timeout=PATIENCE))
        yield


def _nobody_chooses(question: str, *_: object) -> None:
    raise AssertionError(f"{question} would wait for ever: the test has no answer to it")


@pytest.fixture(autouse=True)
def _clean_desk(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Deleted widgets live on until an event loop comes by; every change of theme would dress them again.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCursor.setPos(qapp.primaryScreen().geometry().bottomRight())  # on nothing, wherever the last test left it
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Discard)
    for question in ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory"):
        monkeypatch.setattr(QFileDialog, question, partial(_nobody_chooses, question))
    yield
    # What failed holds its windows: they must be gone before anything is dressed anew.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    modules = len(sys.modules)
    gc.collect()
    if modules != _looked_through[-1] or not gc.get_freeze_count():
        # What they brought stays, and need not be looked through after each test.
        _looked_through.append(modules)
        gc.freeze()
    if theme.current() is not theme.LIGHT or theme.text_scale() != 1.0:
        theme.apply(qapp, theme.ThemeChoice.LIGHT)
