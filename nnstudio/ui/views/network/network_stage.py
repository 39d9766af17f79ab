"""The picture of the network: all columns on one stage, where pointer and keyboard look at each unit and link.

Where things stand is worked out anew only when the size, the layers or the scrolling change; every frame is then shown
in the items that are there. This file deals with events and sizes; the diagrams know what a network looks like.
"""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPen, QWheelEvent

from nnstudio.core.run.frame import Frame, ImagePicture
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.spoken import Said
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.theme import current
from nnstudio.ui.views.network import image_network, plane_network
from nnstudio.ui.views.network.column import Column, LinkSpot, Spot, first_to_show
from nnstudio.ui.views.network.diagram import Diagram, Place
from nnstudio.ui.views.network.maps import corner
from nnstudio.ui.views.network.neuron_note import figure_of, note_on
from nnstudio.ui.views.network.pointing import LET_GO, LINKS, PIN, WALK, Pointing, spot_at
from nnstudio.ui.views.network.popover import can_open
from nnstudio.ui.views.network.wave import Wave

_TOOLTIP = "Point at a neuron or a link to read its numbers; click to keep them in view."
_EXPLANATION = (
    "<b>Network</b><p>From the input at the left to the output at the right. Each neuron is drawn as a map of its own "
    "activation <i>a = f(w·x + b)</i> over the plane, or, for images, as the weights it looks for and the answer it "
    "gives. A filter shows its kernel and its feature map: where in the image it finds its pattern.</p>"
    "<p>Orange is negative, blue is positive. A link is a weight: 12 pixels wide at |w| = 5, and the colour fades to "
    "nothing with 1 − e^(−|w|/0.7); where there are very many, only the strongest are drawn. For images links are the "
    "strongest w·a of the image in sight. The small square at a tile's lower left is the bias <i>b</i>. A thin grey "
    "line only passes a value on.</p>"
    "<p><b>Example:</b> w = 2, x = 0.5, b = −1 give z = 2 · 0.5 − 1 = 0 and a = tanh(0) = 0: white.</p>"
    "<p>Arrow keys walk from neuron to neuron, Shift with up and down over the links into one; Enter or a click opens "
    "what can be done by hand, Esc closes it.</p>"
    "<p><b>Source:</b> Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986.</p>"
)
_MARGIN = 4.0


def structure(frame: Frame) -> tuple[object, ...]:
    """What decides which columns there are; frames alike in this are shown in the same items."""
    layers = frame.model.layers
    kinds = tuple((layer.key, layer.kind, layer.shape, layer.activation) for layer in layers)
    return frame.run, frame.dataset.shape, type(frame.picture), kinds, frame.dataset.outputs


def moved(old: Frame, new: Frame) -> dict[int, int]:
    """Where each column that stays has gone: the input stays where it is, layers are known by their keys."""
    places = {layer.key: place for place, layer in enumerate(new.model.layers, start=1)}
    found = {place: places.get(layer.key) for place, layer in enumerate(old.model.layers, start=1)}
    return {0: 0} | {place: to for place, to in found.items() if to is not None}


class NetworkStage(Stage):
    """Shows the network and says what somebody looks at."""

    next_image_requested = Signal()
    arranged = Signal()  # columns may stand elsewhere
    reached = Signal(int, int)  # the keyboard reached a unit at this place
    pointed = Signal(object)  # Spot, LinkSpot or None: what is pinned now

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._diagram: Diagram | None = None
        self._wave: Wave | None = None
        self._firsts: list[int] = []
        self._pointing = Pointing()
        self._wants_weights, self._backward = True, False
        self.tabbed = False
        self._description = ""
        super().__init__("Network", _TOOLTIP, _EXPLANATION)
        self._ring_item = items.path(None, z=50)
        self.scene().addItem(self._ring_item)

    # What there is to show.

    @property
    def columns(self) -> tuple[Column, ...]:
        """Where the layers stand; empty without a network."""
        return self._diagram.columns if self._diagram is not None else ()

    @property
    def looked_at(self) -> Spot | LinkSpot | None:
        """The unit or link whose note is open."""
        return self._pointing.looked_at(self.hasFocus())

    @property
    def is_image(self) -> bool:
        """Whether the network looks at images."""
        return self._frame is not None and isinstance(self._frame.picture, ImagePicture)

    @property
    def offers_weights(self) -> bool:
        """Whether the first layer can be shown by its weights or by its activations."""
        return self._frame is not None and self.is_image and image_network.offers_weights(self._frame)

    def describe(self, description: str) -> None:
        """The network in a sentence, for those who cannot see it."""
        self._description = description
        self.setAccessibleDescription(description)

    def summary(self) -> str:
        return self._description

    def want(self, weights: bool = False, backward: bool = False) -> None:
        """For images: show the first layer by its weights, or by its activations; `backward`: show gradients in place
        of activations and weights."""
        if (weights, backward) != (self._wants_weights, self._backward):
            self._wants_weights, self._backward = weights, backward
            self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """Show this frame from now on."""
        old, self._frame = self._frame, frame
        if old is None or structure(old) != structure(frame):
            pinned = self._pointing.pinned
            # Undo leads to a run of its own, and to the same places.
            if old is None or (old.run != frame.run and old.experiment.dataset != frame.experiment.dataset):
                self._pointing.clear()
            else:
                self._pointing.carry(moved(old, frame), self._counts(frame))
            self._firsts = []
            self.arrange()
            if self._pointing.pinned != pinned:
                self.pointed.emit(self._pointing.pinned)
        elif self._diagram is not None:
            self._diagram.show(frame, self.looked_at)
            self.read()
        if self._wave is not None:
            self._wave.show(frame.phased)

    def minimum_width(self) -> float:
        """The least width in which nothing clips or overlaps."""
        if self._frame is None:
            return 200.0
        em = _line()
        kind = image_network if self.is_image else plane_network
        return kind.minimum_width(self._frame, em) + 2 * _MARGIN

    def arrange(self) -> None:
        """Build the diagram anew for the size, the theme and the network of now."""
        frame, em = self._frame, _line()
        if frame is None or self.width() < 50:
            return
        self.clear()
        counts = self._counts(frame)
        firsts = self._firsts if len(self._firsts) == len(counts) else [0] * len(counts)
        area = QRectF(_MARGIN, em + 4, self.width() - 2 * _MARGIN, self.height() - em - 6)
        place = Place(self.root, area, tuple(firsts), self.ratio)
        if self.is_image:
            self._diagram = image_network.ImageNetwork(place, frame, em, self._wants_weights, self._backward)
        else:
            self._diagram = plane_network.PlaneNetwork(place, frame, em, self._backward)
        if self._wave is not None:
            self._wave.end()
        self._wave = Wave(self.root, area, self, frame.phased)
        self._firsts = [column.first for column in self.columns]
        self._diagram.show(frame, self.looked_at)
        self.arranged.emit()
        self.read()

    def _counts(self, frame: Frame) -> tuple[int, ...]:
        return (image_network if self.is_image else plane_network).counts(frame)

    def sizeHint(self) -> QSize:
        return QSize(600, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 130)

    # Looking at a unit.

    def _at(self, point: QPointF) -> Spot | LinkSpot | None:
        found = spot_at(self.columns, point)
        if found is None and self._diagram is not None:
            return self._diagram.link_at(point)
        return found

    def read(self) -> None:
        """Say what stands where somebody looks, and mark it."""
        frame, spot = self._frame, self.looked_at
        self.spoken.select(spot if self.hasFocus() or self._pointing.pinned else None)
        if frame is None or spot is None or self._diagram is None:
            self.bubble.hide()
            self._mark(None, False)
            return
        pinned = self._pointing.pinned
        self._mark(spot, pinned is not None)
        if pinned is not None and can_open(frame, pinned):
            self.bubble.hide()  # the popover says more
            return
        note = note_on(frame, spot)
        lines = [note.title, *note.lines, *(["pinned · Esc lets go"] if pinned else [])]
        picture = self._diagram.picture(spot) if isinstance(spot, Spot) else None
        self.bubble.say(lines, self._beside(spot), self.area, self.ratio, picture, pinned is not None)

    def said(self) -> Said | None:
        frame, spot = self._frame, self.looked_at
        if frame is None or spot is None or not self.columns:
            return None
        name, value = figure_of(frame, spot)
        return Said(name, value, ", ".join(note_on(frame, spot).lines), self.place_of(spot))

    def _beside(self, spot: Spot | LinkSpot) -> QRectF:
        column = self.columns[spot.column]
        if isinstance(spot, Spot):
            return column.tile(spot.unit) or QRectF(column.center, self.area.center().y(), 1, 1)
        if self._pointing.hovered is None:
            return self.place_of(spot)  # the keys have come here
        pointer = self._pointing.pointer
        return QRectF(pointer.x(), pointer.y(), 1, 1)

    def _mark(self, spot: Spot | LinkSpot | None, pinned: bool) -> None:
        tile = self.columns[spot.column].tile(spot.unit) if isinstance(spot, Spot) else None
        self._ring_item.setVisible(tile is not None)
        if tile is not None:
            theme = current()
            self._ring_item.setPath(items.rounded(tile.adjusted(-2, -2, 2, 2), corner(tile.width()) + 2))
            self._ring_item.setPen(QPen(QColor(theme.accent if pinned else theme.text), 2))

    def place_of(self, spot: Spot | LinkSpot) -> QRectF:
        """Where a unit or a link stands; of a link the end that has its number."""
        column = self.columns[min(spot.column, len(self.columns) - 1)]
        tile = column.tile(spot.unit) or QRectF(column.center, self.area.center().y(), 1, 1)
        return tile if isinstance(spot, Spot) else QRectF(column.left - 24, tile.top(), 1, tile.height())

    def let_go(self) -> None:
        """Nothing is chosen any more. Who came by keys stays there; once more, and nothing is looked at."""
        if self.tabbed and self._pointing.pinned is not None:
            self._pointing.unpin()
        else:
            self._pointing.clear()
        self.pointed.emit(None)
        self._looks_elsewhere()
        reason = Qt.FocusReason
        self.setFocus(reason.TabFocusReason if self.tabbed else reason.OtherFocusReason)

    def look_at_nothing(self) -> None:
        """The picture goes out of sight."""
        self._pointing.clear()
        self.pointed.emit(None)
        self._looks_elsewhere()

    def _looks_elsewhere(self) -> None:
        """Somebody looks at something else now."""
        if self._frame is not None and self._diagram is not None:
            self._diagram.show(self._frame, self.looked_at)
        self.setToolTip("" if self.looked_at is not None else _TOOLTIP)
        self.read()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot = self._at(event.position())
        if self._pointing.hover(spot, event.position()):
            hand = isinstance(spot, Spot | LinkSpot)
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)
            self._looks_elsewhere()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointing.hover(None, QPointF())
        self._looks_elsewhere()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        for index, column in enumerate(self.columns):
            if column.more is not None and column.more.contains(event.position()):
                self._scroll(index, column.last if column.last < column.count else 0)
                return
        self._choose(self._at(event.position()))

    def _choose(self, spot: Spot | LinkSpot | None) -> None:
        """Pin a unit or link, let the pinned one go, or ask for the next image."""
        if self.is_image and spot == Spot(0, 0):
            self.next_image_requested.emit()
            return
        self._pointing.choose(spot)
        if spot is not None:
            self.setFocus(Qt.FocusReason.MouseFocusReason)  # Esc lets go of it
        self.pointed.emit(self._pointing.pinned)
        self._looks_elsewhere()

    def _scroll(self, index: int, first: int) -> None:
        self._firsts[index] = max(0, first)
        self._pointing.hover(None, QPointF())
        self.arrange()

    def wheelEvent(self, event: QWheelEvent) -> None:
        point, turned = event.position(), event.angleDelta().y()
        for index, column in enumerate(self.columns):
            if column.more is not None and turned and column.left - 16 < point.x() < column.right + 16:
                self._scroll(index, column.first - column.across if turned > 0 else column.first + column.across)
                event.accept()
                return
        event.ignore()

    # Keys.

    def claims(self, event: QKeyEvent) -> bool:
        """Somebody who pinned a unit with the mouse goes on stepping with the arrows; who came by Tab walks."""
        return self._takes(event) and (self.tabbed or event.key() not in WALK)

    def _takes(self, event: QKeyEvent) -> bool:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers == Qt.KeyboardModifier.ShiftModifier:
            return bool(self.columns) and event.key() in LINKS
        return not modifiers and bool(self.columns) and event.key() in {*WALK, *PIN, LET_GO}

    def focusInEvent(self, event: QFocusEvent) -> None:
        reason, reasons = event.reason(), Qt.FocusReason
        if reason not in (reasons.ActiveWindowFocusReason, reasons.PopupFocusReason):  # as it was before these
            self.tabbed = reason in (reasons.TabFocusReason, reasons.BacktabFocusReason)
        super().focusInEvent(event)
        self._looks_elsewhere()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._looks_elsewhere()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._takes(event):
            event.ignore()
        elif event.key() == LET_GO:
            self.let_go()
        elif event.key() in PIN:
            self._choose(self._pointing.cursor)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._step_links(Qt.Key(event.key()))
        else:
            self._step(Qt.Key(event.key()))

    def _step(self, key: Qt.Key) -> None:
        """Move the ring by one key, and show where it went."""
        spot = self._pointing.walk(self.columns, key)
        column = self.columns[spot.column]
        if column.tile(spot.unit) is None:
            self._scroll(spot.column, first_to_show(column, spot.unit))
        tile = self.columns[spot.column].tile(spot.unit)
        if tile is not None:
            self.reached.emit(round(tile.center().x()), round(tile.center().y()))
        self._went_on()

    def _step_links(self, key: Qt.Key) -> None:
        """From a unit over the links into it."""
        here, frame = self._pointing.cursor, self._frame
        if here is None or here.column == 0 or frame is None or self.is_image:
            return
        weights = frame.model.layers[here.column - 1].weights
        spot = self._pointing.walk_links(0 if weights is None else len(weights), key)
        if spot is not None:
            self._went_on()

    def _went_on(self) -> None:
        if self._pointing.pinned is not None:
            self.pointed.emit(self._pointing.pinned)
        self._looks_elsewhere()


def _line() -> float:
    """The height of a line of text."""
    return QFontMetricsF(text_font(13)).height()
