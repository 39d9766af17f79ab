"""The Output card, and the colours of its pictures."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsPixmapItem
from pytestqt.qtbot import QtBot

from nnstudio.core.run.frame import Frame, PlanePicture
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.views.output_view import OutputView


def shown_output(qtbot: QtBot) -> OutputView:
    """The Output card on the screen."""
    view = OutputView()
    qtbot.addWidget(view)
    view.resize(290, 500)
    view.show()
    qtbot.waitExposed(view)
    return view


def halves() -> Frame:
    """A plane that is orange for certain on the left and blue for certain on the right."""
    frame = plane_frame()
    assert isinstance(frame.picture, PlanePicture)
    output = np.zeros((1, 100, 100), np.float32)
    output[:, :, 50:] = 1
    return replace(frame, picture=replace(frame.picture, output=output))


def color_at(canvas: Stage, position: QPointF) -> QColor:
    image = canvas.grab().toImage()
    ratio = image.devicePixelRatio()
    return image.pixelColor(int(position.x() * ratio), int(position.y() * ratio))


def colors_of(stage: Stage) -> list[QColor]:
    image = stage.grab().toImage()
    return [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]


def painted(stage: Stage) -> set[int]:
    """Which pictures the stage is made of; a picture that is painted anew is another one."""
    return {item.pixmap().cacheKey() for item in stage.items() if isinstance(item, QGraphicsPixmapItem)}
