"""The picture of the network: one widget that paints all columns and lets pointer and keyboard look at each unit.

With every frame it takes new maps and weights and paints below the header row; where things stand is worked out anew
only when the size, the layers or the scrolling change. This file deals with events and sizes; `picture.py` paints.
"""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from nnstudio.core.network.layer_edits import Ends
from nnstudio.core.run.frame import Frame
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import Column, LinkSpot, Spot, first_to_show
from nnstudio.ui.views.network.header_row import HeaderRow
from nnstudio.ui.views.network.layer_header import SMALL
from nnstudio.ui.views.network.neuron_note import note_on
from nnstudio.ui.views.network.picture import Fonts, Picture, structure
from nnstudio.ui.views.network.pointing import LET_GO, PIN, WALK, Pointing, spot_at
from nnstudio.ui.views.network.titles import input_titles, output_titles

_TOOLTIP = "Point at a neuron or a link to read its numbers; click to keep them in view."
_EXPLANATION = (
    "<p>The network, from the input at the left to the output at the right. Each neuron is drawn as a map of its own "
    "activation <i>a = f(w·x + b)</i> over the plane, or, for images, as the weights it looks for and the answer it "
    "gives. A filter shows its kernel and its feature map: where in the image it finds its pattern.</p>"
    "<p>Orange is negative, blue is positive; the scale is printed below each column. A link is a weight: the thicker, "
    "the stronger; where there are very many, only the strongest are drawn. The small square at a tile's lower left is "
    "the bias <i>b</i>. A thin grey line only passes a value on.</p>"
    "<p>Arrow keys walk from neuron to neuron, Enter or a click pins the note, Esc lets it go.</p>"
)
COMPLETION_MILLISECONDS = 100


class NetworkCanvas(QWidget):
    """Shows the network and says what somebody wants of it."""

    layers_edited = Signal(object)  # LayerEdit
    next_image_requested = Signal()
    reached = Signal(int, int)  # the keyboard reached a unit at this place

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Picture()
        self._firsts: list[int] = []
        self._pointing = Pointing()
        self.headers = HeaderRow(self)
        self.headers.layers_edited.connect(self.layers_edited)
        self.setAccessibleName("Network")
        self.setToolTip(_TOOLTIP)
        self.setWhatsThis(_EXPLANATION)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._tabbed = False
        # While frames come, each starts it anew; it runs out, and completes the picture, when they stop.
        self._completion = QTimer(self, singleShot=True, interval=COMPLETION_MILLISECONDS)
        self._completion.timeout.connect(self.update)

    # What there is to show.

    @property
    def columns(self) -> tuple[Column, ...]:
        """Where the layers stand; empty without a network."""
        return self._picture.columns

    @property
    def looked_at(self) -> Spot | LinkSpot | None:
        """The unit or link whose note is open."""
        return self._pointing.looked_at(self.hasFocus())

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame from now on."""
        old = self._picture.frame
        self._picture.take(frame)
        if not self._picture.shows_network:
            self._firsts = []
            self.headers.show_layers((), Ends.of(frame.model))
            self.update()
        elif old is None or not self._firsts or structure(old) != structure(frame):
            self._pointing.clear()
            self._firsts = [0] * len(self._picture.counts())
            self.headers.show_layers(frame.experiment.layers, Ends.of(frame.model))
            titles = [input_titles(frame), *(spec.titles for spec in frame.experiment.layers), output_titles(frame)]
            self.setAccessibleDescription("; ".join(names[0] for names in titles) + ".")
            self.rearrange()
        elif (old.experiment.layers, old.commands) != (frame.experiment.layers, frame.commands):
            self.headers.show_layers(frame.experiment.layers, Ends.of(frame.model))
        # The headers do not change with a frame, so they need not be painted again.
        self.update(0, self._top, self.width(), self.height() - self._top)

    @property
    def offers_weights(self) -> bool:
        """Whether the first layer can be shown by its weights or by its activations."""
        return self._picture.offers_weights

    def want_weights(self, wanted: bool) -> None:
        """For images: show the first layer by its weights, or by its activations."""
        self._picture.want_weights(wanted)
        self.rearrange()

    def rearrange(self) -> None:
        """Work out anew where everything stands."""
        if not self._picture.shows_network:
            return
        fonts = Fonts()
        width = self._picture.minimum_width(fonts)
        self.setMinimumSize(round(width) + 8, round(self._top + 2 * fonts.em + 130))
        area = QRectF(4, self._top, self.width() - 8, self.height() - self._top)
        self._picture.arrange(area, self._firsts, fonts)
        self._firsts = [column.first for column in self.columns]
        self.headers.place(self.columns, 2, self._top - 6)
        self.update()

    @property
    def _top(self) -> int:
        """The height of the header row."""
        return round(Fonts().em) + 16 + SMALL

    def sizeHint(self) -> QSize:
        return QSize(600, 480)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.rearrange()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        # Larger text and another theme both arrive as one of these.
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self.rearrange()
        super().changeEvent(event)

    # Looking at a unit.

    def _at(self, point: QPointF) -> Spot | LinkSpot | None:
        return spot_at(self.columns, point) or self._picture.link_at(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot = self._at(event.position())
        if self._pointing.hover(spot, event.position()):
            hand = isinstance(spot, Spot)
            self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointing.hover(None, QPointF())
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        for index, column in enumerate(self.columns):
            if column.more is not None and column.more.contains(event.position()):
                self._scroll(index, column.last if column.last < column.count else 0)
                return
        self._choose(self._at(event.position()))

    def _choose(self, spot: Spot | LinkSpot | None) -> None:
        """Pin a unit or link, let the pinned one go, or ask for the next image."""
        if self._picture.is_image and spot == Spot(0, 0):
            self.next_image_requested.emit()
            return
        self._pointing.choose(spot)
        if isinstance(spot, Spot):
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.update()

    def _scroll(self, index: int, first: int) -> None:
        self._firsts[index] = max(0, first)
        self._pointing.hover(None, QPointF())
        self.rearrange()

    def wheelEvent(self, event: QWheelEvent) -> None:
        point, turned = event.position(), event.angleDelta().y()
        for index, column in enumerate(self.columns):
            if column.more is not None and turned and column.left - 16 < point.x() < column.right + 16:
                self._scroll(index, column.first - column.across if turned > 0 else column.first + column.across)
                event.accept()
                return
        event.ignore()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._claims(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.ToolTip and self.looked_at is not None:
            return True  # the note says more
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._tabbed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def _takes(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return plain and bool(self.columns) and event.key() in {*WALK, *PIN, LET_GO}

    def _claims(self, event: QKeyEvent) -> bool:
        """Somebody who pinned a unit with the mouse goes on stepping with the arrows; who came by Tab walks."""
        return self._takes(event) and (self._tabbed or event.key() not in WALK)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._takes(event):
            super().keyPressEvent(event)
        elif event.key() == LET_GO:
            self._pointing.clear()
            self.update()
        elif event.key() in PIN:
            self._choose(self._pointing.cursor)
        else:
            self._walk(Qt.Key(event.key()))

    def _walk(self, key: Qt.Key) -> None:
        """Move the ring by one key, and show where it went."""
        index, unit = spot = self._pointing.walk(self.columns, key)
        if self.columns[index].tile(unit) is None:
            self._scroll(index, first_to_show(self.columns[index], unit))
        tile = self.columns[index].tile(unit)
        if tile is not None:
            self.reached.emit(round(tile.center().x()), round(tile.center().y()))
        if self._picture.frame is not None:
            self.setAccessibleDescription(note_on(self._picture.frame, spot).spoken())
        self.update()

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(current().card))
        if not self._picture.shows_network:
            painter.setPen(QColor(current().dim))
            painter.drawText(
                self.rect().adjusted(24, 0, -24, 0),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                "The network appears here as soon as the data are ready.",
            )
            return
        visible = QRectF(self.visibleRegion().boundingRect())
        fonts = Fonts()
        self._picture.paint(painter, QRectF(event.rect()), visible, self.looked_at, fonts)
        self._picture.paint_note(painter, visible, self._pointing, self.hasFocus(), fonts)
        if self._picture.behind:
            self._completion.start()
