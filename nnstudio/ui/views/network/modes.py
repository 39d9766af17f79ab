"""What the Network card shows of the network, and the switch for that."""

from enum import Enum

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nnstudio.core.run.frame import Probe
from nnstudio.ui.views.network.legend import NetworkLegend
from nnstudio.ui.widgets.segmented import SegmentedSwitch

_APART = 16


class Mode(Enum):
    """`label` stands on the switch, `short` where there is little room; `tip` says what it does, `probe` what has to be
    computed for it."""

    ACTIVATION = "Activation", "Act.", "Show what each neuron or filter gives out.", Probe.NEURONS
    GRADIENT = "Gradient", "∂", "Show how the loss grows with each activation and each weight.", Probe.BACKWARD
    WEIGHTS = (
        "Weights",
        "W",
        "Show each neuron or filter of the first layer by the weights it looks for, with its answer beside them.",
        Probe.NEURONS,
    )
    WARPED = "Warped", "Warp", "Show where a layer puts the examples, and the plane with them.", Probe.WARPED

    def __init__(self, label: str, short: str, tip: str, probe: Probe) -> None:
        self.label, self.short, self.tip, self.probe = label, short, tip, probe


class ModeSwitch(QWidget):
    """The legend and the switch in the card's title bar. Weights are there where they are pictures; and there they are
    what is shown until somebody chooses."""

    changed = Signal(object)  # Mode

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.legend = NetworkLegend()
        self.switch = SegmentedSwitch([mode.label for mode in Mode], [mode.tip for mode in Mode])
        self.switch.currentChanged.connect(self._choose)
        self._wanted: Mode | None = None
        self._offers_weights, self._is_short = False, False
        self._widths = {False: 0, True: 0}
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.legend)
        row.addWidget(self.switch)
        self._show()

    @property
    def mode(self) -> Mode:
        """What is shown: what was chosen, where it is offered."""
        if self._wanted in (Mode.GRADIENT, Mode.WARPED):
            return self._wanted
        return Mode.WEIGHTS if self._offers_weights and self._wanted is not Mode.ACTIVATION else Mode.ACTIVATION

    def offer(self, weights: bool) -> None:
        """Whether there are weights to be shown as pictures."""
        if weights != self._offers_weights:
            before, self._offers_weights = self.mode, weights
            self._show()
            if self.mode is not before:
                self.changed.emit(self.mode)

    def _show(self) -> None:
        self.switch.button(list(Mode).index(Mode.WEIGHTS)).setVisible(self._offers_weights)
        with QSignalBlocker(self.switch):
            self.switch.set_current(list(Mode).index(self.mode))
        self._measure()

    def minimumSizeHint(self) -> QSize:
        """As wide as the short names."""
        return QSize(self._widths[True], super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._measure()  # in the style of the window

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):  # the latter tells of larger text
            self._measure()

    def _measure(self) -> None:
        """How wide the switch is with whole names and with short ones."""
        for short in (False, True):
            self._write(short)
            self._widths[short] = self.switch.sizeHint().width()
        self._write(self._is_short)
        self.updateGeometry()
        self._fit()

    def _fit(self) -> None:
        """The whole names where they have room, else the short ones."""
        spare = self.width() - self._widths[False]
        self._row.setSpacing(min(_APART, max(spare, 0)))  # there is nothing to keep apart where the legend has no room
        short = spare < 0
        if short != self._is_short:
            self._is_short = short
            self._write(short)

    def _write(self, short: bool) -> None:
        for place, mode in enumerate(Mode):
            self.switch.button(place).setText(mode.short if short else mode.label)

    def _choose(self, index: int) -> None:
        self._wanted = list(Mode)[index]
        self.changed.emit(self.mode)
