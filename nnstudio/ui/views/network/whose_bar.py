"""Below a network that shows gradients: whose they are, in words, and a switch for that."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QWidget

from nnstudio.core.run.frame import Frame
from nnstudio.ui import theme
from nnstudio.ui.views.network.blame import in_words
from nnstudio.ui.views.network.pace import Pace
from nnstudio.ui.widgets.segmented import SegmentedSwitch

_EVERY = 0.25
"""Seconds between two readings of the words: nobody could read them faster."""


_WORDS = 140
"""Beside the switch words need so many pixels of width, with normal text."""


class WhoseBar(QWidget):
    """Words, and a switch: of the chosen example, or of the mini-batch."""

    changed = Signal(bool)  # whether the mini-batch is wanted

    def __init__(self) -> None:
        super().__init__()
        self.words = QLabel()
        self.words.setProperty("role", "caption")
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        tips = (
            "The gradients of the example that is chosen; without one, of the next mini-batch.",
            "The mean gradients of the next mini-batch, whatever is chosen.",
        )
        self.switch = SegmentedSwitch(("Example", "Mini-batch"), tips)
        self.switch.currentChanged.connect(lambda place: self.changed.emit(place == 1))
        self._pace = Pace(_EVERY)
        self._said: object = None
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 4, 0, 0)
        self._row.addWidget(self.words, 1)
        self._row.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignRight)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow card the switch stands below the words."""
        super().resizeEvent(event)
        narrow = self.width() < self.switch.sizeHint().width() + _WORDS * theme.text_scale()
        directions = QBoxLayout.Direction
        self._row.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        self._row.setSpacing(4 if narrow else 12)

    @property
    def wants_mean(self) -> bool:
        """Whether the mini-batch is wanted, whatever is chosen."""
        return self.switch.current() == 1

    def show_frame(self, frame: Frame) -> None:
        """Say whose gradients these are."""
        reading = frame.backward
        whose = None if reading is None else (reading.chosen, reading.batch), self.wants_mean
        fresh, self._said = whose != self._said, whose
        if self._pace.due(frame, fresh):
            text = in_words(frame, self.wants_mean)
            if text != self.words.text():
                self.words.setText(text)
