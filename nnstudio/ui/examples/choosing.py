"""A picture of examples: a click on one, or Enter where somebody reads, chooses it; Escape lets go.

The chosen example wears a ring wherever it can be seen, and the network shows its numbers. While nobody reads the
picture place by place, arrow keys walk from it to the next one of its split.
"""

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsRectItem

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.run.example import AnyExample
from nnstudio.core.run.frame import Frame
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.stage import Spot, Stage

ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_RING = 40.0
WALKS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
"""So many examples on in its split an arrow key goes."""


class ExamplesStage(Stage):
    """Base of the pictures that examples can be chosen in."""

    example_chosen = Signal(object)  # AnyExample, or None to let go

    walks = True
    """Whether arrow keys walk from the chosen example; not where its places are examples themselves."""
    _chosen: AnyExample | None = None
    _walked: Dataset | None = None

    # What a subclass says about its examples.

    def example_at(self, position: QPointF) -> AnyExample | None:
        """The example that a click on this point chooses."""
        return None

    def example_of(self, spot: Spot) -> AnyExample | None:
        """The example that Enter chooses."""
        return None

    def outline_of(self, chosen: AnyExample) -> QPainterPath | None:
        """What its ring goes along; None where it is not in sight."""
        return None

    # What a subclass builds with.

    def clear(self) -> QGraphicsRectItem:
        root = super().clear()
        self._casing, self._outline = items.path(root, z=_RING), items.path(root, z=_RING)
        return root

    def follow(self, frame: Frame) -> None:
        """The ring goes around the example that this frame reads."""
        self.go_with(frame.dataset, frame.example.chosen if frame.example else None)

    def go_with(self, dataset: Dataset, chosen: AnyExample | None) -> None:
        """The ring goes around this example of these data."""
        self._walked = dataset
        if chosen != self._chosen:
            self.show_chosen(chosen)

    def show_chosen(self, chosen: AnyExample | None) -> None:
        """The ring goes around this example."""
        self._chosen = chosen
        outline = self.outline_of(chosen) if chosen else None
        if outline is None:
            outline = QPainterPath()
        colors = theme.current()
        for item, color, width in ((self._casing, colors.card, 5.0), (self._outline, colors.text, 2.0)):
            if item.path() != outline:
                item.setPath(outline)
            item.setPen(QPen(QColor(color), width))

    # Choosing.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._choose(self.example_at(event.position()))
        event.accept()

    def _choose(self, chosen: AnyExample | None) -> None:
        if chosen != self._chosen:
            self.example_chosen.emit(chosen)

    def _walking(self) -> bool:
        """Whether an arrow key goes to another example, not to another place."""
        reading = self._by_keys and self.spot is not None
        return self.walks and self._chosen is not None and self._walked is not None and not reading

    def claims(self, event: QKeyEvent) -> bool:
        return event.key() in ENTER or super().claims(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            if self.spot is not None:
                self._choose(self.example_of(self.spot))
        elif event.key() == Qt.Key.Key_Escape and self.spot is None:
            self._choose(None)
        elif event.key() in WALKS and self._walking():
            assert self._chosen is not None
            assert self._walked is not None
            self._choose(self._chosen.moved(self._walked, WALKS[Qt.Key(event.key())]))
        else:
            super().keyPressEvent(event)


def circle(center: QPointF, radius: float) -> QPainterPath:
    """The outline of a point."""
    path = QPainterPath()
    path.addEllipse(center, radius, radius)
    return path
