"""What holds for every test of the interface: the windows of the one before are really gone, the theme is light, with
our faces and our style sheet from the first test on, and whoever is asked whether to save gives up what is there; a
test that cares answers for itself."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from nnstudio.ui import theme


@pytest.fixture(autouse=True, scope="session")
def _dressed(qapp: QApplication) -> None:
    """The first test finds what each later one finds: Qt's own faces and style have other sizes. Garbage is collected
    on this thread alone: on another one a window of an earlier test would end, and Qt would go on to dress it."""
    theme.apply(qapp, theme.ThemeChoice.LIGHT)
    gc.collect()
    gc.freeze()
    gc.disable()


@pytest.fixture(autouse=True)
def _clean_desk(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Deleted widgets live on until an event loop comes by; every change of theme would dress them again.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Discard)
    yield
    # What failed holds its windows: they must be gone before anything is dressed anew.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    if theme.current() is not theme.LIGHT or theme.text_scale() != 1.0:
        theme.apply(qapp, theme.ThemeChoice.LIGHT)
