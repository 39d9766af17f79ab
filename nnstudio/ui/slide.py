"""Cards that slide away when a page comes into their place, and back in when it leaves.

What slides are pictures of the cards, over what is there already: nothing waits for them, and nothing can be clicked on
them. Where the desktop asks for no motion nothing slides.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEasingCurve, QObject, QParallelAnimationGroup, QPoint, QPropertyAnimation, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QLabel, QStyle, QWidget

MILLISECONDS = 250


class Slide(QObject):
    """cards: what slides out to its side of `stays`, which grows into the page instead; all lie on `desk`"""

    def __init__(self, desk: QWidget, cards: Sequence[QWidget], stays: QWidget) -> None:
        super().__init__(desk)
        self._desk, self._cards, self._stays = desk, cards, stays
        self._ghosts: list[QLabel] = []
        self._left: tuple[QPixmap, QColor] | None = None
        self._moving: QParallelAnimationGroup | None = None

    @property
    def is_moving(self) -> bool:
        """Whether something slides."""
        return self._moving is not None

    def away(self, page: QWidget, room: QRect) -> None:
        """The cards leave for the page, which is about to be shown; room: where on it what stays has grown to."""
        picture = _seen(self._desk)
        self._left = picture, self._ground
        self._begin(picture, page, room, leaving=True)

    def back(self, page: QWidget, room: QRect) -> None:
        """The cards come back; the page is still on the screen."""
        self._end()
        place = self._desk.parentWidget()
        if place is None or not self._wanted():
            return
        ground = self._ghost(_seen(page), page.geometry(), place)
        self._begin(self._as_left(), page, room, leaving=False)
        self._ghosts.append(ground)

    def _as_left(self) -> QPixmap:
        """The cards as they were when they left, in the same size and colours; else drawn anew, as far as what is
        hidden draws itself."""
        left, self._left = self._left, None
        if left is not None and left[1] == self._ground and left[0].deviceIndependentSize() == self._desk.size():
            return left[0]
        return self._desk.grab()

    @property
    def _ground(self) -> QColor:
        return self._desk.palette().window().color()

    def _wanted(self) -> bool:
        """Qt's name for how long anything moves, 0 where people have asked for rest."""
        return self._desk.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0

    def _begin(self, picture: QPixmap, page: QWidget, room: QRect, leaving: bool) -> None:
        if leaving:
            self._end()
        place = self._desk.parentWidget()
        if place is None or not self._wanted() or not self._desk.width():
            return
        moving = QParallelAnimationGroup(self)
        corner, ratio = self._desk.geometry().topLeft(), picture.devicePixelRatio()
        middle = self._stays.geometry()
        for card in self._cards:
            inside = card.geometry()
            if card.isHidden() or card.isWindow() or inside.isEmpty():
                continue
            cut = QRect(inside.topLeft() * ratio, inside.size() * ratio)
            here = inside.translated(corner)
            there = room.translated(page.geometry().topLeft()) if card is self._stays else _outside(here, middle, place)
            ghost = self._ghost(picture.copy(cut), here if leaving else there, place)
            ghost.setScaledContents(card is self._stays)
            self._ghosts.append(ghost)
            motion = QPropertyAnimation(ghost, b"geometry", moving)
            motion.setDuration(MILLISECONDS)
            motion.setEasingCurve(QEasingCurve.Type.OutCubic)
            motion.setStartValue(here if leaving else there)
            motion.setEndValue(there if leaving else here)
            moving.addAnimation(motion)
        self._moving = moving
        moving.finished.connect(self._end)
        moving.start()

    def _ghost(self, picture: QPixmap, at: QRect, place: QWidget) -> QLabel:
        ghost = QLabel(place)
        ghost.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        ghost.setPixmap(picture)
        ghost.setGeometry(at)
        ghost.show()
        ghost.raise_()
        return ghost

    def _end(self) -> None:
        if self._moving is not None:
            self._moving.stop()
            self._moving.deleteLater()
            self._moving = None
        for ghost in self._ghosts:
            ghost.hide()
            ghost.deleteLater()
        self._ghosts = []


def _seen(widget: QWidget) -> QPixmap:
    """What of it is on the screen; drawn once more where a platform does not let its window's picture be read. To draw
    a desk takes 20 ms, the first time 100: then Qt lays out and dresses also what is hidden on it."""
    window = widget.window()
    store = window.backingStore()
    image = store.paintDevice() if store is not None else None
    if not isinstance(image, QImage):
        return widget.grab()
    ratio, corner = image.devicePixelRatio(), widget.mapTo(window, QPoint())
    return QPixmap.fromImage(image.copy(QRect(corner * ratio, widget.size() * ratio)))


def _outside(card: QRect, stays: QRect, place: QWidget) -> QRect:
    """Out of the window at the side where the card lies: left, right or below of what stays."""
    if card.top() >= stays.bottom():
        return QRect(card.left(), place.height(), card.width(), card.height())
    left = card.center().x() < stays.center().x()
    return QRect(-card.width() if left else place.width(), card.top(), card.width(), card.height())
