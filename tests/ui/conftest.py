"""What holds for every test of the interface: the windows of the one before are really gone, the theme is light, and
whoever is asked whether to save gives up what is there; a test that cares answers for itself."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from nnstudio.ui import theme


@pytest.fixture(autouse=True)
def _clean_desk(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Deleted widgets live on until an event loop comes by; every change of theme would dress them again.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Discard)
    yield
    if theme.current() is not theme.LIGHT or theme.text_scale() != 1.0:
        theme.apply(qapp, theme.ThemeChoice.LIGHT)
