"""A picture that can be explored, painted by Qt alone.

A `Stage` holds native items of Qt's Graphics View. Their Python classes override nothing, and so Qt paints them without
the interpreter's lock: the worker trains on meanwhile, on the other core. Python only tells items what has changed.

Many pictures are made of places: the cells of a map, the bars of a chart, the points of a curve. The mouse and the
arrow keys walk over them in the same way everywhere, and a bubble says what stands there, `Spoken` says it to screen
readers. A subclass says how many places there are, where each one is, what to read there, and puts its items in order.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar, NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsRectItem, QGraphicsScene, QGraphicsView, QWidget

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.bubble import Bubble
from nnstudio.ui.stage.spoken import Said, Spoken
from nnstudio.ui.stage.table import Table

_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_KEYS = frozenset({*_STEPS, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Escape})
_LEAP = 10
_RING = 999.0


class Spot(NamedTuple):
    """One place of a picture, counted from its upper left."""

    column: int
    row: int


class Stage(QGraphicsView):
    """A picture with places to explore.

    Arrow keys walk (with Shift ten places at a time), Home and End go to the first and last column, Escape leaves.

    root: the parent of every item of the picture; `clear()` makes a new, empty one
    """

    _to_draw: ClassVar["dict[Stage, bool] | None"] = None
    """Within `drawn_once`: those that are to be drawn anew, and whether that has not been done since."""

    def __init__(
        self,
        name: str,
        tooltip: str,
        explanation: str,
        parent: QWidget | None = None,
        scene: QGraphicsScene | None = None,
    ) -> None:
        scene = QGraphicsScene() if scene is None else scene
        # All items are painted with every picture: to find those in a place would be work for nothing.
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        super().__init__(scene, parent)
        scene.setParent(self)
        self._spot: Spot | None = None
        self._by_keys = False
        self._tip = tooltip
        self.bubble = Bubble(scene)
        self._ring = items.path(None, z=_RING)
        scene.addItem(self._ring)
        self.root = self.clear()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.setWhatsThis(explanation)
        self.spoken = Spoken(self, self.said)
        self.setMouseTracking(True)
        for part in (self, self.viewport()):
            part.setAcceptDrops(False)  # a file that is dropped here is for the window
        # Reached by Tab, not by a click: a click must not take the arrow keys away from stepping through training.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # What fills its own ground spares Qt painting the card below, every frame anew.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._take_ground()

    # What a subclass says about its picture.

    def arrange(self) -> None:
        """Put all items in order for the size, the theme and the text of now. Called whenever one of them changes."""

    def places(self) -> tuple[int, int]:
        """How many (columns, rows) there are to explore now; (0, 0) for nothing."""
        return 0, 0

    def spot_at(self, position: QPointF) -> Spot | None:
        """The place under this point."""
        return None

    def anchor(self, spot: Spot) -> QRectF:
        """Where the bubble points at."""
        return QRectF(self.area.center(), self.area.center())

    def reading(self, spot: Spot) -> Sequence[str]:
        """What stands at a place: a heading, then lines of figures."""
        return ()

    def figure(self, spot: Spot) -> float | None:
        """The number that stands at a place, if it is one; what it is of stands in the heading of `reading`."""
        return None

    def enlarged(self, spot: Spot) -> QImage | None:
        """What is there as a picture of its own, for the bubble."""
        return None

    def start(self) -> Spot:
        """Where the arrow keys begin."""
        columns, rows = self.places()
        return Spot((columns - 1) // 2, (rows - 1) // 2)

    def stride(self) -> int:
        """How many columns an arrow key goes."""
        return 1

    def summary(self) -> str:
        """The whole picture in a sentence, for those who cannot see it."""
        return ""

    def table(self) -> Table | None:
        """All that the picture shows now, as rows; None where there is nothing yet."""
        return None

    # What a subclass builds with.

    @property
    def area(self) -> QRectF:
        """All of it, in logical pixels."""
        return QRectF(0, 0, self.width(), self.height())

    @property
    def ratio(self) -> float:
        """Pixels of the screen to a logical one."""
        return self.devicePixelRatioF()

    def clear(self) -> QGraphicsRectItem:
        """Take all items of the picture away; returns the parent of the new ones."""
        old = getattr(self, "root", None)
        if old is not None:
            self.scene().removeItem(old)
        self.root = QGraphicsRectItem()
        self.scene().addItem(self.root)
        if Stage._to_draw and self in Stage._to_draw:
            Stage._to_draw[self] = False
        return self.root

    def renew(self) -> None:
        """Draw it anew and read it anew: now, or within `drawn_once` at its end."""
        if Stage._to_draw is not None:
            Stage._to_draw[self] = True
            return
        self.arrange()
        self._read_anew()

    @staticmethod
    @contextmanager
    def drawn_once() -> Iterator[None]:
        """Within, what is given another size, or a new content by `renew`, is drawn at the end only, for the last of
        them: layouts find the size of a page step by step."""
        if Stage._to_draw is not None:
            yield
            return
        Stage._to_draw = {}
        try:
            yield
        finally:
            drawn, Stage._to_draw = Stage._to_draw, None
            for stage, stale in drawn.items():
                if stale:
                    stage.arrange()
                stage._read_anew()

    # Exploring.

    @property
    def spot(self) -> Spot | None:
        """The place that is being read, if it still exists."""
        columns, rows = self.places()
        spot = self._spot
        return spot if spot and spot.column < columns and spot.row < rows else None

    def explore(self, spot: Spot | None) -> None:
        """Read this place from now on; None reads nothing."""
        if spot != self._spot:
            self._spot = spot
            self.setToolTip("" if spot else self._tip)  # the bubble is there already
            self.read()

    def read(self) -> None:
        """Say what stands at the place that is being read, now. To be called when it may have changed."""
        spot = self.spot
        self.mark(spot)
        if spot is None:
            self.bubble.hide()
        else:
            self.bubble.say(self.reading(spot), self.anchor(spot), self.area, self.ratio, self.enlarged(spot))
        self.spoken.select(spot if self._by_keys else None)

    def said(self) -> Said | None:
        """The selected place, for those who cannot see it."""
        spot = self.spot
        lines = self.reading(spot) if spot else ()
        if spot is None or not lines:
            return None
        return Said(lines[0], self.figure(spot), ", ".join(lines[1:]), self.anchor(spot))

    def mark(self, spot: Spot | None) -> None:
        """Show in the picture which place is being read; None for none."""

    def _walk(self, key: int, leap: bool) -> None:
        columns, rows = self.places()
        if not columns or not rows or key == Qt.Key.Key_Escape:
            self.explore(None)
            return
        here = self.spot or self.start()
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            spot = Spot(0 if key == Qt.Key.Key_Home else columns - 1, here.row)
        elif self.spot is None:
            spot = here
        else:
            across, down = _STEPS[Qt.Key(key)]
            times = _LEAP if leap else 1
            spot = Spot(
                min(max(here.column + across * times * self.stride(), 0), columns - 1),
                min(max(here.row + down * times, 0), rows - 1),
            )
        self._by_keys = True
        self.explore(spot)

    def claims(self, event: QKeyEvent) -> bool:
        """Whether this key is for the picture and not for the window."""
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        return plain and event.key() in _KEYS

    def event(self, event: QEvent) -> bool:
        # Paint events go to the viewport, past this method.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.claims(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.renew()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _KEYS:
            self._walk(event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            event.ignore()  # the view's own keys scroll

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._by_keys = False
        self.explore(self.spot_at(event.position()))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self.explore(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # nothing here scrolls

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.setAccessibleDescription(self.summary())
        self._show_ring(True)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.explore(None)
        self._show_ring(False)
        super().focusOutEvent(event)

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """Within, it looks as if nobody read it: without the ring of the keys, the mark and the bubble."""
        self._ring.hide()
        self.mark(None)
        self.bubble.hide()
        try:
            yield
        finally:
            self._show_ring(self.hasFocus())
            self.read()

    def _show_ring(self, focused: bool) -> None:
        self._ring.setPath(items.rounded(self.area.adjusted(1, 1, -1, -1), 6))
        self._ring.setPen(QPen(QColor(theme.current().accent), 2))
        self._ring.setVisible(focused)

    # Sizes, colours, text.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setSceneRect(self.area)
        self.renew()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._take_ground()
            self.renew()
        super().changeEvent(event)

    def _take_ground(self) -> None:
        self.setBackgroundBrush(QBrush(QColor(theme.current().card)))

    def _read_anew(self) -> None:
        self._show_ring(self.hasFocus())
        self.read()

    def sizeHint(self) -> QSize:
        return QSize(320, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)
