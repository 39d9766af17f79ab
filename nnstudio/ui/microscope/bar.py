"""The bar over the microscope: what is held, the way through the steps, and how large a step is."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout

from nnstudio.core.experiment import Experiment
from nnstudio.core.training.state import RunState
from nnstudio.ui import theme
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.phase_line import PhaseLine
from nnstudio.ui.microscope.walk import Grain
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.segmented import SegmentedSwitch

GRAINS = tuple(Grain)
_NARROW = 1180


class Bar(QFrame):
    """Says which state is held; its buttons ask for steps.

    line: the phases, a pill for each step; newest: the button that asks for the run as it is now; is_newest: whether
    that is what is held
    """

    stepped = Signal(int)
    waved = Signal()
    closed = Signal()
    newest_wanted = Signal()
    grain_chosen = Signal(object)  # Grain
    predicting = Signal(bool)
    checked = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "sheet")
        self.is_newest, self._other = True, False
        title, self.state = QLabel("MICROSCOPE"), QLabel()
        title.setProperty("role", "section")
        self.state.setProperty("role", "caption")
        held = QVBoxLayout()
        held.setSpacing(0)
        held.addWidget(title)
        held.addWidget(self.state)
        self.newest = QPushButton("take the newest")
        self.newest.setProperty("role", "small")
        self.newest.setToolTip("Hold the run as it is now.")
        self.newest.setWhatsThis(MICROSCOPE["take the newest"].html("Take the newest", self.newest.toolTip()))
        self.newest.clicked.connect(self.newest_wanted)
        back, on = _button("‹", "One step back"), _button("›", "One step on")
        back.clicked.connect(lambda: self.stepped.emit(-1))
        on.clicked.connect(lambda: self.stepped.emit(1))
        self._play, self._narrow, self._waving = QPushButton(), False, False
        self._play.setAccessibleName("Wave")
        self._play.setToolTip("Play the steps of all phases, or rest.")
        self._play.setWhatsThis(MICROSCOPE["Wave"].html("Wave", self._play.toolTip()))
        self._play.clicked.connect(self.waved)
        self.show_waving(False)
        self.line = PhaseLine()
        self.grain = SegmentedSwitch(
            [grain.value for grain in GRAINS],
            ["A whole layer at a step.", "One unit at a step.", "One product of a sum at a step."],
        )
        self.grain.set_current(GRAINS.index(Grain.UNIT))
        self.grain.currentChanged.connect(lambda index: self.grain_chosen.emit(GRAINS[index]))
        close = _button("×", "Close the microscope")
        close.clicked.connect(self.closed)
        self.modes = QHBoxLayout()
        self.modes.setSpacing(6)
        self.predict = mode_button("Predict", "P", "Say what the next number will be before it is shown.")
        self.predict_tip = self.predict.toolTip()
        self.predict.toggled.connect(self.predicting)
        self.modes.addWidget(self.predict)
        self.check = mode_button("Check", "C", "Type the numbers yourself, and each is judged at once.")
        self.check.setAccessibleName("Check my calculation")
        self.check_tip = self.check.toolTip()
        self.check.toggled.connect(self.checked)
        self.modes.addWidget(self.check)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(10)
        row.addLayout(held)
        for widget in (self.newest, back, self._play, on):
            row.addWidget(widget)
        row.addWidget(self.line, 1)
        row.addWidget(self.grain)
        row.addLayout(self.modes)
        row.addWidget(close)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the phases need it more than the names of the keys."""
        super().resizeEvent(event)
        # What is done here may lead to another size at once; the last one counts.
        self._narrow = self.width() < _NARROW * theme.text_scale()
        for cap in self.findChildren(QLabel, "key"):
            cap.setHidden(self._narrow)
        for button in (self.predict, self.check):
            if button.property("tight") is not self._narrow:
                button.setProperty("tight", self._narrow)
                button.style().unpolish(button)
                button.style().polish(button)
                button.updateGeometry()
        self._name_newest()
        self.show_waving(self._waving)

    def minimumSizeHint(self) -> QSize:
        """In a narrow window it is as wide as that; it gives the cards below no width of its own."""
        return QSize(0, super().minimumSizeHint().height())

    def show_state(self, held: RunState, newest: int, trained: Experiment | None) -> None:
        """Which update is held, whether the run has moved on, and whether it trains another network now."""
        mine = held.experiment
        self._other = trained is not None and (trained.layers, trained.dataset) != (mine.layers, mine.dataset)
        self.is_newest = held.updates == newest and not self._other
        now = "the newest" if held.updates == newest else "run moved on"
        now = now if newest >= held.updates else f"run went back to {grouped(newest)}"
        said = f"holds update {grouped(held.updates)}"
        self.state.setText(f"{said} of another network" if self._other else f"{said}, {now}")
        tip = "The run trains another network now than the one that is held. " if self._other else ""
        self.newest.setToolTip(f"{tip}Hold the run as it is now.")
        self.newest.setHidden(self.is_newest)
        self._name_newest()

    def _name_newest(self) -> None:
        one = "present" if self._other else "newest"
        self.newest.setText(one if self._narrow else f"take the {one}{' one' * self._other}")

    def show_waving(self, waving: bool) -> None:
        """Whether the steps are being played."""
        self._waving = waving
        self._play.setText(("❚❚" if waving else "▶") + ("" if self._narrow else " Wave"))

    def allow_predicting(self, trouble: str) -> None:
        """Whether *Predict* can be on; if not, why."""
        self.predict.setToolTip(trouble or self.predict_tip)
        if trouble:
            self.predict.setChecked(False)
        self.predict.setEnabled(not trouble)

    def allow_check(self, refusal: str) -> None:
        """Whether calculations can be checked; why not, if not."""
        self.check.setToolTip(refusal or self.check_tip)
        if refusal:
            self.check.setChecked(False)
        self.check.setEnabled(not refusal)

    def let_wave(self, on: bool) -> None:
        """Whether the steps can be played."""
        self._play.setEnabled(on)

    def choose(self, grain: Grain) -> None:
        """Steps of this size from now on."""
        self.grain.set_current(GRAINS.index(grain))


def mode_button(text: str, key: str, tooltip: str) -> QPushButton:
    """A mode that is on or off, with its key on it."""
    button, cap = QPushButton(text), QLabel(key)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setProperty("role", "mode")
    button.setAccessibleName(text)
    button.setToolTip(f"{tooltip} ({key})")
    button.setWhatsThis(MICROSCOPE[text].html(text, tooltip))
    cap.setProperty("role", "key")
    cap.setObjectName("key")
    cap.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    row = QHBoxLayout(button)
    row.setContentsMargins(0, 0, 7, 0)
    row.addStretch(1)
    row.addWidget(cap, 0, Qt.AlignmentFlag.AlignVCenter)
    return button


def _button(text: str, name: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setAccessibleName(name)
    button.setToolTip(f"{name}.")
    button.setWhatsThis(MICROSCOPE[name].html(name, f"{name}."))
    return button
