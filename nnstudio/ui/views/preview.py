"""A view alone in a window: `python -m nnstudio.ui.views.loss_view [dark]`."""

import sys
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from nnstudio.core.run.frame import Frame
from nnstudio.ui import theme
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.card import CardDock


def preview(make: Callable[[], View], frame: Frame, width: int, height: int) -> None:
    """Show the view that `make` builds, on its card, with this frame, until the window is closed."""
    app = QApplication(sys.argv)
    theme.apply(app, theme.ThemeChoice.DARK if "dark" in sys.argv else theme.ThemeChoice.LIGHT)
    view = make()
    card = CardDock("preview", view.title, view, view.switches())
    card.resize(width + 24, height + 48)
    card.show()
    view.show_frame(frame)
    sys.exit(app.exec())
