"""How fast Play trains: a slider with five stops, from one update a second to as fast as the machine can."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from nnstudio.ui import theme
from nnstudio.ui.explanations.window import PACE
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.track import HALO_RADIUS, Track

PACES: tuple[tuple[float | None, str], ...] = (
    (1, "1/s"),
    (10, "10"),
    (100, "100"),
    (1000, grouped(1000)),
    (None, "full"),
)
"""Updates per second, None for as many as the machine makes, and how the stop is labelled."""
WIDTH, NARROWEST = 196, 90
HEIGHT = 36
TRACK_HEIGHT = 18
_BETWEEN = 3
_INSET = 8  # pixels: half a label hangs over the ends of the track

TIP = "How fast Play trains: at most so many updates a second, or as many as this machine can make."


class PaceSlider(QWidget):
    """`chosen` gives updates per second, or None for full speed, when another stop is taken."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.track = Track(self)
        self.track.set_stops([self._position(index) for index in range(len(PACES))])
        self.track.setAccessibleName("Pace")
        # A click leaves the focus where it was, so that Space and the arrows go on playing and stepping.
        self.track.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.track.dragged.connect(self._drag)
        self.track.sent.connect(self._drag)
        self.track.stepped.connect(self._step)
        self.track.leapt.connect(self._step)
        self.labels = [_Label(text, index, self) for index, (_, text) in enumerate(PACES)]
        for label in self.labels:
            label.clicked.connect(self._choose)
        self.setFocusProxy(self.track)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setToolTip(TIP)
        self.setWhatsThis(PACE.html("Pace", TIP))
        self._index = -1
        self.set_current(None)

    def current(self) -> float | None:
        """Updates per second; None for full speed."""
        return PACES[self._index][0]

    def set_current(self, pace: float | None) -> None:
        """Show this pace; emits nothing. Raises `ValueError` unless it is one of `PACES`."""
        self._show([each for each, _ in PACES].index(pace))

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, HEIGHT) * theme.text_scale()

    def minimumSizeHint(self) -> QSize:
        return QSize(NARROWEST, HEIGHT) * theme.text_scale()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self.updateGeometry()
            self._arrange()
        super().changeEvent(event)

    def _arrange(self) -> None:
        height = round(TRACK_HEIGHT * theme.text_scale())
        self.track.setGeometry(_INSET, 0, self.width() - 2 * _INSET, height)
        there = list[QRect]()
        for label in sorted(self.labels, key=self._rank):
            label.ensurePolished()
            width = label.sizeHint().width()
            centre = _INSET + HALO_RADIUS + self._position(label.index) * (self.track.width() - 2 * HALO_RADIUS)
            left = min(max(round(centre - width / 2), 0), self.width() - width)
            place = QRect(left, height, width, self.height() - height)
            label.setGeometry(place)
            label.setHidden(any(place.adjusted(-_BETWEEN, 0, _BETWEEN, 0).intersects(other) for other in there))
            if not label.isHidden():
                there.append(place)

    def _rank(self, label: "_Label") -> int:
        """Where not all have room the chosen one is named, then the ends."""
        return 0 if label.index == self._index else 1 if label.index in (0, len(PACES) - 1) else 2

    @staticmethod
    def _position(index: int) -> float:
        return index / (len(PACES) - 1)

    @Slot(float)
    def _drag(self, position: float) -> None:
        self._choose(round(position * (len(PACES) - 1)))

    @Slot(int)
    def _step(self, steps: int) -> None:
        self._choose(min(max(self._index + steps, 0), len(PACES) - 1))

    @Slot(int)
    def _choose(self, index: int) -> None:
        changed = index != self._index
        self._show(index)
        if changed:
            self.chosen.emit(self.current())

    def _show(self, index: int) -> None:
        self._index = index
        self.track.place(self._position(index))
        pace, text = PACES[index]
        unit = "update a second" if pace == 1 else "updates a second"
        self.track.setAccessibleDescription("full speed" if pace is None else f"{text.removesuffix('/s')} {unit}")
        for label in self.labels:
            label.set_chosen(label.index == index)
        self._arrange()


class _Label(QLabel):
    """The name of a stop; a click takes it."""

    clicked = Signal(int)

    def __init__(self, text: str, index: int, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.index = index
        self.setProperty("role", "stop")
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)

    def set_chosen(self, chosen: bool) -> None:
        """Bold, if it is the one."""
        if self.property("chosen") != chosen:
            self.setProperty("chosen", chosen)
            self.style().unpolish(self)
            self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit(self.index)
