"""What holds for every test of the interface: the windows of the one before are really gone, and the theme is light."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from nnstudio.ui import theme


@pytest.fixture(autouse=True)
def _clean_desk(qapp: QApplication) -> Iterator[None]:
    # Deleted widgets live on until an event loop comes by; every change of theme would dress them again.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    yield
    if theme.current() is not theme.LIGHT or theme.text_scale() != 1.0:
        theme.apply(qapp, theme.ThemeChoice.LIGHT)
