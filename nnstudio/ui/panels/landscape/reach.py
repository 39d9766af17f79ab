"""How far a plane is looked at: a slider with a few stops, each twice the one before."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from nnstudio.ui.explanations.landscape import LANDSCAPE
from nnstudio.ui.widgets.track import Track

REACHES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
_USUAL = REACHES.index(1.0)
_TIP = "How far the plane is looked at. Let go to measure."


class Reach(QWidget):
    """`settled`: it rests at another stop than before."""

    settled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._place = self._settled = _USUAL
        self.track = Track()
        self.track.setAccessibleName("Range")
        self.track.setToolTip(_TIP)
        self.track.setWhatsThis(LANDSCAPE["range"].html("Range", _TIP))
        self.track.setFixedWidth(130)
        self.track.set_stops(place / (len(REACHES) - 1) for place in range(len(REACHES)))
        self.text = QLabel()
        self.text.setProperty("role", "mono")
        self.text.setMinimumWidth(52)
        name = QLabel("Range")
        name.setBuddy(self.track)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (name, self.track, self.text):
            row.addWidget(widget)
        self.track.dragged.connect(self._drag)
        self.track.sent.connect(self._drag)
        self.track.stepped.connect(self._step)
        self.track.leapt.connect(self._step)
        self.track.dropped.connect(self._settle)
        self._show(_USUAL)

    @property
    def value(self) -> float:
        """So many times as far as usual."""
        return REACHES[self._place]

    def _drag(self, position: float) -> None:
        self._show(round(position * (len(REACHES) - 1)))

    def _step(self, steps: int) -> None:
        self._show(min(max(self._place + steps, 0), len(REACHES) - 1))

    def _show(self, place: int) -> None:
        self._place = place
        self.track.place(place / (len(REACHES) - 1))
        self.text.setText(f"× {self.value:g}")
        self.track.setAccessibleDescription(self.text.text())

    def _settle(self) -> None:
        if self._place != self._settled:
            self._settled = self._place
            self.settled.emit()
