"""How tests look at a network: where its units stand, the mouse over them, the colours of its pixels."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication

from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.views.network.column import Spot
from nnstudio.ui.views.network_view import NetworkView


def center(view: NetworkView, spot: Spot) -> QPoint:
    """The middle of a unit's tile."""
    tile = view.stage.columns[spot.column].tile(spot.unit)
    assert tile is not None
    return tile.center().toPoint()


def hover(stage: Stage, where: QPoint) -> None:
    """Move the mouse over a point of a stage."""
    at, button = QPointF(where), Qt.MouseButton.NoButton
    viewport = stage.viewport()
    event = QMouseEvent(QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), button, button, Qt.KeyboardModifier(0))
    QApplication.sendEvent(viewport, event)


def point_at(view: NetworkView, where: QPoint) -> None:
    """Move the mouse over a point of the network."""
    hover(view.stage, where)


def color_at(view: NetworkView, where: QPoint) -> QColor:
    """The colour of one pixel of the network."""
    return view.stage.grab().toImage().pixelColor(where)
