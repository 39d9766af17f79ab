"""Frames whose histories tests of the Loss card make up, and how they look at its picture."""

from dataclasses import replace

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.run.frame import Frame
from nnstudio.core.training.history import History
from nnstudio.core.training.metrics import Metrics
from nnstudio.ui.views.canned import plane_frame, untrained_frame
from nnstudio.ui.views.loss.chart import LossChart
from nnstudio.ui.views.loss.curves import Line, lines_of
from nnstudio.ui.views.loss.picture import LossPicture
from nnstudio.ui.views.loss_view import LossView

NAN = float("nan")
Rows = list[tuple[float, float, float, float]]
ROWS: Rows = [(0.0, NAN, 0.7, 0.8), (1.0, 0.6, NAN, NAN), (2.0, 0.5, 0.55, 0.65), (3.0, 0.4, NAN, NAN)]


METRICS = Metrics(0.41, 0.52, 0.9, 0.8, 0.0)


def frame_with(rows: Rows, penalty: float = 0.0, run: int = 1) -> Frame:
    """A frame of a run that trains, whose history has these rows of (update, batch, train, test)."""
    history = History()
    for update, batch, train, test in rows:
        history.append(update, update / 10, batch, train, test, 0.9, 0.9, penalty, 0.03)
    updates = round(rows[-1][0])
    return replace(plane_frame(), history=history.prefix(), run=run, updates=updates, epoch=updates / 10)


def measured(end: int, train: float = 0.3, test: float = 0.6) -> Rows:
    return [(float(u), NAN, train, test) for u in range(0, end, 10)]


def lines(frame: Frame, logarithmic: bool = True, columns: int = 300) -> dict[str, Line]:
    return lines_of(frame.history, 0.0, float(frame.history.update[-1]), columns, logarithmic)


def ahead(updates: int, measured_at: int) -> Frame:
    return replace(frame_with(ROWS), metrics=METRICS, updates=updates, epoch=updates / 10, measured_at=measured_at)


def shown_view(qtbot: QtBot) -> LossView:
    """A Loss card on the screen, before the first update."""
    view = LossView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.switches())
    view.resize(510, 200)
    view.show()
    qtbot.waitExposed(view)
    view.show_frame(untrained_frame())
    qtbot.waitUntil(lambda: view.chart is not None)
    QApplication.processEvents()
    return view


def chart(view: LossView) -> LossChart:
    assert view.chart is not None
    return view.chart


def picture(view: LossView) -> LossPicture:
    return chart(view).picture


def pixels(view: LossView) -> QImage:
    return view.grab().toImage()


def near(image: QImage, place: QPointF, color: QColor, reach: int = 1, tolerance: int = 60) -> bool:
    """Whether a pixel at most so far from here has about this colour."""
    x, y = round(place.x()), round(place.y())
    around = range(-reach, reach + 1)
    found = [image.pixelColor(x + right, y + down) for right in around for down in around]
    red, green, blue = color.red(), color.green(), color.blue()
    return any(abs(c.red() - red) + abs(c.green() - green) + abs(c.blue() - blue) < tolerance for c in found)
