"""The microscope's page: what is held, the walk through its next update, the network with the unfolded unit, the words.

It holds one state. Training goes on untouched, and the bar says when it has moved on; a press takes the newest.
"""

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.data.plane import Plane
from nnstudio.core.run.example import Chosen
from nnstudio.core.run.frame import Frame
from nnstudio.core.trace.names import Names
from nnstudio.core.trace.quantity import Place
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.gradient_picture import GradientPicture, Strip
from nnstudio.ui.microscope.network_picture import NetworkPicture
from nnstudio.ui.microscope.phase_line import PhaseLine
from nnstudio.ui.microscope.sheet import Sheets, number
from nnstudio.ui.microscope.unit_card import UnitCard
from nnstudio.ui.microscope.walk import PHASES, Grain, Outlined, Walk
from nnstudio.ui.microscope.words import in_words
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.segmented import SegmentedSwitch

WAVE_MILLISECONDS = 600
LONGEST_WAVE = 12_000
GRAINS = tuple(Grain)
_STRIPS = 3


class Microscope(QWidget):
    """Shows a `Trace`, step by step.

    → ← steps, Space plays them, Home and End the ends of the phase, 1 2 3 4 the phases, L U T the grain, ↑ ↓ another
    example, Tab and Shift+Tab another unit, Escape closes.
    """

    closed = Signal()
    example_wanted = Signal(object)  # AnyExample
    newest_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Microscope")
        self.trace: Trace | None = None
        self.walk: Walk | None = None
        self._sheets: Sheets | None = None
        self._newest = 0
        self.state = QLabel()
        self.state.setProperty("role", "caption")
        self.newest = QPushButton("take the newest")
        self.newest.setProperty("role", "small")
        self.newest.clicked.connect(self.newest_wanted)
        self.line = PhaseLine()
        self.line.chosen.connect(self._go_to)
        self.grain = SegmentedSwitch(
            [grain.value for grain in GRAINS],
            ["A whole layer at a step.", "One unit at a step.", "One product of a sum at a step."],
        )
        self.grain.set_current(GRAINS.index(Grain.UNIT))
        self.grain.currentChanged.connect(self._regrain)
        self.network = NetworkPicture()
        self.network.chosen.connect(self._unfold)
        self.card = UnitCard(self.network)
        self.card.pointed.connect(self._point)
        self.card.pressed.connect(self._follow)
        self.words = QLabel(wordWrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.gradient = GradientPicture()
        self.example = QLabel(wordWrap=True)
        self.example.setTextFormat(Qt.TextFormat.RichText)
        self.example.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._wave = QTimer(self)
        self._wave.timeout.connect(self._next_of_the_wave)
        self._compose()

    # What it shows ----------------------------------------------------------------------------------------------------

    def show_trace(self, trace: Trace) -> None:
        """Another example, or another state, from now on; the walk stays where it is if it can."""
        before = self.walk
        self.trace, self._sheets = trace, Sheets(trace)
        layers = [
            Outlined(len(layer.z), *self._sheets.terms(place, 0), bool(layer.gradients))
            for place, layer in enumerate(trace.layers)
        ]
        self.walk = Walk(layers, GRAINS[self.grain.current()])
        if before is not None and before.layers == self.walk.layers and before.grain is self.walk.grain:
            self.walk.here = before.here
        self._newest = max(self._newest, trace.held.state.updates)
        self._show_state()
        self._show_example()
        self._show()

    def show_frame(self, frame: Frame) -> None:
        """The run as it is now: only whether it has moved on is told."""
        if frame.updates != self._newest:
            self._newest = frame.updates
            self._show_state()

    def renew(self) -> None:
        """More is known than before: show it."""
        self._show()

    def let_go(self) -> None:
        """Hold nothing any more."""
        self._wave.stop()
        self.trace = self.walk = self._sheets = None

    # Steps ------------------------------------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """So many stops on."""
        if self.walk is not None and self.walk.go(by):
            self._show()

    def to_phase(self, phase: Phase) -> None:
        """To the beginning of a phase."""
        if self.walk is not None:
            self.walk.to_phase(phase)
            self._show()

    def wave(self) -> None:
        """Play the steps, or rest."""
        if self._wave.isActive() or self.walk is None:
            self._wave.stop()
        else:
            self._wave.start(min(WAVE_MILLISECONDS, LONGEST_WAVE // max(len(self.walk.stops), 1)))
        self._play.setText("❚❚ Wave" if self._wave.isActive() else "▶ Wave")

    def _next_of_the_wave(self) -> None:
        if self.walk is None or not self.walk.go(1):
            self.wave()
        else:
            self._show()

    def _go_to(self, place: int) -> None:
        if self.walk is not None:
            self.walk.here = place
            self._show()

    def _unfold(self, layer: int, unit: int) -> None:
        if self.walk is None:
            return
        if self.walk.grain is Grain.LAYER:
            self.grain.set_current(GRAINS.index(Grain.UNIT))
        self.walk.to_unit(layer, unit)
        self._show()

    def _regrain(self, index: int) -> None:
        if self.walk is not None:
            self.walk = self.walk.regrained(GRAINS[index])
            self._show()

    def _point(self, place: object) -> None:
        self.network.light(place if isinstance(place, Place) else None)
        self.card.light(place)

    def _follow(self, place: object) -> None:
        """To the unit that a factor comes from."""
        if not isinstance(place, Place) or self.trace is None:
            return
        keys = [layer.key for layer in self.trace.layers]
        if place.layer in keys and len(place.at) == 1 and not place.array:
            self._unfold(keys.index(place.layer), place.at[0])

    def event(self, event: QEvent) -> bool:
        """While it is open its keys are its own; the buttons above still drive the run."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._claims(event):
            event.accept()
            return True
        return super().event(event)

    def _claims(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        return plain and event.key() in _KEYS

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            super().keyPressEvent(event)
            return
        deed = {
            Qt.Key.Key_Right: partial(self.step, 1),
            Qt.Key.Key_Left: partial(self.step, -1),
            Qt.Key.Key_Space: self.wave,
            Qt.Key.Key_Home: partial(self._to_end, False),
            Qt.Key.Key_End: partial(self._to_end, True),
            Qt.Key.Key_Up: partial(self._walk_examples, -1),
            Qt.Key.Key_Down: partial(self._walk_examples, 1),
            Qt.Key.Key_L: partial(self.grain.set_current, 0),
            Qt.Key.Key_U: partial(self.grain.set_current, 1),
            Qt.Key.Key_T: partial(self.grain.set_current, 2),
            Qt.Key.Key_Escape: self.closed.emit,
            **{key: partial(self.to_phase, phase) for key, phase in zip(_DIGITS, PHASES, strict=True)},
        }.get(Qt.Key(event.key()))
        if deed is None:
            super().keyPressEvent(event)
        else:
            deed()

    def focusNextPrevChild(self, forward: bool) -> bool:
        if self.hasFocus() and self.walk is not None and self.walk.stop.unit is not None:
            self.walk.along(1 if forward else -1)
            self._show()
            return True
        return super().focusNextPrevChild(forward)

    def _to_end(self, last: bool) -> None:
        if self.walk is not None:
            self.walk.to_end(last)
            self._show()

    def _walk_examples(self, by: int) -> None:
        if self.trace is not None and self.trace.chosen is not None:
            self.example_wanted.emit(self.trace.chosen.moved(self.trace.held.dataset, by))

    # Drawing ----------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        trace, walk, sheets = self.trace, self.walk, self._sheets
        if trace is None or walk is None or sheets is None:
            return
        stop = walk.stop
        self.line.show_walk(walk)
        unfolded = stop.unit is not None or stop.phase is Phase.LOSS
        self.card.setVisible(unfolded)
        if unfolded:
            self.card.show_sheet(sheets.sheet(stop))
            self.network.wanted = self.card.wanted
        self.network.show_trace(trace, walk)
        self.card.setGeometry(self.network.card.toRect())
        self.words.setText("<br><br>".join(in_words(trace, stop)))
        self._show_gradient(trace, sheets)
        title = self.card.title.text() if unfolded else f"layer {(stop.layer or 0) + 1}"
        self.setAccessibleDescription(f"{stop.phase.label}, {title}, step {walk.here + 1} of {len(walk.stops)}")

    def _show_gradient(self, trace: Trace, sheets: Sheets) -> None:
        walk = self.walk
        assert walk is not None
        place, unit, strips = walk.stop.layer, walk.stop.unit, list[Strip]()
        known = trace.held.worked_out and walk.worked_out(Phase.BACKWARD, place, unit)
        if known and place is not None and unit is not None and trace.layers[place].z.ndim == 1:
            layer, names, way = trace.layers[place], Names(trace.layers), trace.held.way
            for array, at in sheets.weights(layer, (unit,))[-_STRIPS:]:
                if (each := way.of_each(layer.key, array, at)) is not None:
                    name, own = names.weight(layer.key, array, at), float(layer.gradients[array][at])
                    strips.append(Strip(name, own, each, float(each.mean()), trace.row))
        self.gradient.show_strips(tuple(strips))

    def _show_state(self) -> None:
        if self.trace is None:
            return
        held = self.trace.held.state.updates
        moved = self._newest != held
        self.state.setText(f"holds update {grouped(held)}, {'run moved on' if moved else 'the newest'}")
        self.newest.setVisible(moved)

    def _show_example(self) -> None:
        trace = self.trace
        if trace is None:
            return
        chosen, domain = trace.chosen, trace.held.dataset.domain
        heading = "Typed inputs"
        if isinstance(chosen, Chosen):
            heading = f"{chosen.split.value.capitalize()} example {grouped(chosen.number)}"
        rows: list[tuple[str, str]] = []
        if trace.inputs.size <= 6:
            rows += [(f"x{place + 1}", number(float(x))) for place, x in enumerate(trace.inputs.ravel())]
        elif not isinstance(domain, Plane):
            rows.append(("inputs", " × ".join(map(str, trace.inputs.shape))))
        rows.append(
            ("target", ", ".join(number(float(t)) for t in trace.y) if trace.y.size < 4 else str(int(trace.y.argmax())))
        )
        best = (
            number(float(trace.p[0]))
            if trace.p.size == 1
            else f"{int(trace.p.argmax())} ({number(float(trace.p.max()))})"
        )
        rows += [("answer", best), ("loss", number(trace.terms.loss))]
        seen = "as a part of the next mini-batch" if trace.row is not None else "as the network predicts"
        table = "".join(
            f"<tr><td>{name}&nbsp;&nbsp;</td><td align='right'><code>{value}</code></td></tr>" for name, value in rows
        )
        keys = "↑ ↓ another example<br>→ ← one step · Space wave<br>Tab next unit · Esc close"
        self.example.setText(f"<b>{heading}</b><br>seen {seen}<br><table>{table}</table><br>{keys}")

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)  # the cards say how small the window can be

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._show)

    # Making it --------------------------------------------------------------------------------------------------------

    def _compose(self) -> None:
        back, on, self._play, close = QToolButton(), QToolButton(), QPushButton("▶ Wave"), QToolButton()
        for button, text, name, deed in (
            (back, "‹", "One step back", partial(self.step, -1)),
            (on, "›", "One step on", partial(self.step, 1)),
            (close, "×", "Close the microscope", self.closed.emit),
        ):
            button.setText(text)
            button.setAccessibleName(name)
            button.setToolTip(f"{name}.")
            button.setWhatsThis(MICROSCOPE[name].html(name, f"{name}."))
            button.clicked.connect(deed)
        self._play.setToolTip("Play the steps of all phases, or rest.")
        self._play.setWhatsThis(MICROSCOPE["Wave"].html("Wave", self._play.toolTip()))
        self.newest.setToolTip("Hold the run as it is now.")
        self.newest.setWhatsThis(MICROSCOPE[self.newest.text()].html("Take the newest", self.newest.toolTip()))
        self._play.clicked.connect(self.wave)
        title = QLabel("MICROSCOPE")
        title.setProperty("role", "section")
        held = QVBoxLayout()
        held.setSpacing(0)
        held.addWidget(title)
        held.addWidget(self.state)
        bar = _card()
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(10)
        row.addLayout(held)
        for widget in (self.newest, back, self._play, on):
            row.addWidget(widget)
        row.addWidget(self.line, 1)
        row.addWidget(self.grain)
        row.addWidget(close)
        grid = QGridLayout(self)
        grid.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(10)
        grid.addWidget(bar, 0, 0, 1, 3)
        grid.addWidget(_titled("Example", self.example), 1, 0, 2, 1)
        grid.addWidget(_titled("Network", self.network), 1, 1, 1, 2)
        grid.addWidget(_titled("Gradient: this example beside the batch", self.gradient), 2, 1)
        grid.addWidget(_titled("In words", self.words), 2, 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        grid.setColumnMinimumWidth(0, 200)
        grid.setRowStretch(1, 5)
        grid.setRowStretch(2, 2)


_KEYS = frozenset(
    {
        *(Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End),
        *(Qt.Key.Key_Space, Qt.Key.Key_Escape, Qt.Key.Key_L, Qt.Key.Key_U, Qt.Key.Key_T),
        *(Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4),
    }
)
_DIGITS = Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4


def _card() -> QFrame:
    frame = QFrame()
    frame.setProperty("role", "sheet")
    return frame


def _titled(title: str, body: QWidget) -> QFrame:
    frame = _card()
    column = QVBoxLayout(frame)
    column.setContentsMargins(14, 10, 14, 12)
    column.setSpacing(8)
    label = QLabel(title.upper())
    label.setProperty("role", "section")
    column.addWidget(label)
    column.addWidget(body, 1)
    return frame
