"""The microscope's page: what is held, the walk through its next update, the network with the unfolded unit, the words.

It holds one state. Training goes on untouched, and the bar says when it has moved on; a press takes the newest.
"""

from functools import partial

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QCursor, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from nnstudio.core.experiment import Experiment
from nnstudio.core.run.frame import Frame
from nnstudio.core.trace.prediction import Guess
from nnstudio.core.trace.quantity import Place
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.ui.microscope.bar import GRAINS, Bar
from nnstudio.ui.microscope.card_row import CardRow, Pages, scrolling, titled
from nnstudio.ui.microscope.check.mode import CheckMode
from nnstudio.ui.microscope.example.card import ExampleCard
from nnstudio.ui.microscope.gradient_picture import GradientPicture, strips
from nnstudio.ui.microscope.image.card import ImageCard, shows
from nnstudio.ui.microscope.image.sheets import ImageSheets
from nnstudio.ui.microscope.keys import claims, deed_of
from nnstudio.ui.microscope.network_picture import NetworkPicture
from nnstudio.ui.microscope.nudge_card import NudgeCard
from nnstudio.ui.microscope.page_grid import PageGrid, painted_once
from nnstudio.ui.microscope.predict.predicting import Predicting
from nnstudio.ui.microscope.table_menu import TableMenu
from nnstudio.ui.microscope.unit_card import UnitCard
from nnstudio.ui.microscope.update_card import UpdateCard
from nnstudio.ui.microscope.walk import Grain, Walk
from nnstudio.ui.microscope.wave import Wave
from nnstudio.ui.microscope.words import batch_in_words, in_words


class Microscope(QWidget):
    """Shows a `Trace`, step by step.

    → ← steps, Space plays them, Home and End the ends of the phase, 1 2 3 4 the phases, L U T the grain, ↑ ↓ another
    example, Tab and Shift+Tab another unit, Escape folds it, then closes.
    """

    closed = Signal()
    example_wanted = Signal(object)  # AnyExample
    newest_wanted = Signal()
    update_wanted = Signal()
    table_wanted = Signal(object)  # Table, as a file

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Microscope")
        self.trace: Trace | None = None
        self.walk: Walk | None = None
        self.waits = False
        self._drawn = QSize()
        self._sheets: ImageSheets | None = None
        self._now: tuple[int, Experiment | None] = 0, None
        self._pressed: Place | None = None
        self._folded = False
        self._nudged: NudgeCard | None = None
        self.bar = Bar()
        self.bar.stepped.connect(self.step)
        self.bar.waved.connect(self.wave)
        self.bar.closed.connect(self.closed)
        self.bar.newest_wanted.connect(self.newest_wanted)
        self.bar.grain_chosen.connect(self._regrain)
        self.bar.line.chosen.connect(self._go_to)
        self.example = ExampleCard()
        self.example.example_wanted.connect(self.example_wanted)
        self.example.batch_chosen.connect(self._show)
        self.example.let_go.connect(self.setFocus)
        self.network = NetworkPicture()
        self.network.chosen.connect(self._unfold)
        self.network.pointed.connect(self._point)
        self.network.weight_chosen.connect(self._choose_weight)
        self.network.double_clicked.connect(self._nudge)
        self.card = UnitCard(self.network)
        self.card.pointed.connect(self._point)
        self.card.pressed.connect(self._follow)
        self.image, self.gradient = ImageCard(), GradientPicture()
        self.image.slid.connect(self._show)
        self.image.chosen.connect(self._unfold)
        self._pages = Pages(self.network, self.image)
        self.check = CheckMode(self)
        self.check.turned.connect(self._show_cards)
        self.words = QLabel(wordWrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.update_card = UpdateCard()
        self.card.written.connect(self.update_card.show_writing)
        self.update_card.update_wanted.connect(self.update_wanted)
        self.predicting = Predicting()
        self.predicting.card.told.connect(self._told)
        self.predicting.card.going_on.connect(partial(self.step, 1))
        self.predicting.card.left.connect(self.setFocus)
        self.bar.predicting.connect(self._predict)
        self.below = CardRow(
            (
                ("Predict", titled("Predict first", self.predicting.card), 6),
                ("Gradient", titled("Gradient: this example beside the batch", self.gradient), 4),
                ("In words", titled("In words", scrolling(self.words)), 4),
                ("Pooling", titled("Pooling: who won", self.image.pooling), 4),
                ("Update", titled("Update", self.update_card, self.update_card.name, self.update_card.state), 4),
                ("Check", titled("Check my calculation", self.check.card, self.check.card.levels), 6),
            )
        )
        self._show_cards()
        self._wave = Wave(self)
        self._wave.timeout.connect(self._go_on)
        self._wave.playing.connect(self.bar.show_waving)
        self.grid = PageGrid(self, self.bar, self.example, titled("Network", self._pages), self.below)

    # What it shows ----------------------------------------------------------------------------------------------------

    def show_trace(self, trace: Trace) -> None:
        """Another example, or another state, from now on; the walk stays where it is if it can."""
        before, self.waits = self.walk, False
        if self.trace is None or self.trace.held is not trace.held:
            self._now = max(self._now[0], trace.held.state.updates), trace.held.state.experiment
        self._show_around(True)
        self.trace, self._sheets = trace, ImageSheets(trace)
        self.walk = Walk(self._sheets.outlined(), GRAINS[self.bar.grain.current()])
        if before is not None and before.layers == self.walk.layers and before.grain is self.walk.grain:
            self.walk.here = before.here
        self._show_state()
        trouble = self.predicting.begin(trace)
        self.bar.allow_predicting(trouble)
        self.check.look_at(trace)
        self.example.show_trace(trace)
        self._show()

    def wait(self, sentence: str) -> None:
        """What is to be shown next has to be worked out first, or cannot be: this is said. Where there is something to
        be seen already, it stays."""
        self.waits = True
        self.words.setText(sentence)
        if self.trace is None:
            self.card.hide()
            self._pages.turn_to(self.network, self)
            self.network.say(sentence)
        self._show_around(self.trace is not None)

    def _show_around(self, shown: bool) -> None:
        self.example.setVisible(shown)
        self.below.setVisible(shown)

    def show_frame(self, frame: Frame) -> None:
        """The run as it is now: only whether it has moved on is told."""
        now = frame.now[1], frame.experiment if frame.visit is None else self._now[1]
        if now != self._now:
            self._now = now
            self._show_state()

    def renew(self) -> None:
        """More is known than before, or less has to be hidden: show it."""
        self._show()

    def let_go(self) -> None:
        """Hold nothing any more."""
        self._close_nudge()
        self._wave.rest()
        self.example.release()
        self.trace, self.walk, self._sheets, self.waits = None, None, None, False

    # Steps ------------------------------------------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """So many stops on; with *Predict* on the number of the next one is asked for first."""
        if by > 0 and self.predicting.asks:
            self.below.bring_forward("Predict")
            self.predicting.card.show_number()
        elif self.walk is not None and (self.walk.go(by) or self._folded):
            self._folded = False
            self._show()

    def to_phase(self, phase: Phase) -> None:
        """To the beginning of a phase."""
        if self.walk is not None:
            self._folded = False
            self.walk.to_phase(phase)
            self._show()

    def leave(self) -> None:
        """Close what lies over it, then fold the unit, then leave."""
        if self._nudged is not None:
            self._close_nudge()
        elif self.example.batch:
            self.example.show_one()
        elif self.card.isVisible() or self.image.isVisible():
            self._folded = True
            self._show()
        else:
            self.closed.emit()

    def wave(self) -> None:
        """Play the steps, or rest."""
        if self.walk is not None:
            self._wave.toggle(len(self.walk.stops), self.predicting.on)

    def _go_on(self) -> None:
        if self.walk is not None and self.walk.go(1):
            self._show()
        else:
            self._wave.rest()

    def _predict(self, on: bool) -> None:
        """From now on what comes next is asked for, or not."""
        self.predicting.on = on
        if on:
            self.bar.check.setChecked(False)  # what is predicted is shown, and what is checked is hidden
        self._wave.rest()
        self.bar.let_wave(not on)
        self._show_cards()
        self.below.bring_forward("Predict")
        if not on and self.predicting.card.has_keys:
            self.setFocus()
        self._show()
        QTimer.singleShot(0, self, self._show)  # when the cards have their sizes

    def _told(self, guess: Guess) -> None:
        """A guess was made: the step is taken."""
        by_keys = self.predicting.card.has_keys
        self.predicting.settle(guess)
        self._folded = False
        if self.walk is not None and self.walk.go(1):
            self._show()
        if by_keys:
            self.predicting.card.explain()
        else:
            self.setFocus()

    def _show_cards(self) -> None:
        usual = self.image.cards if self._pages.currentWidget() is self.image else ("Gradient", "In words", "Update")
        mode = "Check" if self.check.checking.on else "Predict" if self.predicting.on else ""
        self.below.show_cards(*((mode, "In words") if mode else usual))

    def _go_to(self, place: int) -> None:
        if self.walk is not None:
            self.walk.here = place
            self._show()

    def _unfold(self, layer: int, unit: int) -> None:
        if self.walk is None:
            return
        if self.walk.grain is Grain.LAYER:
            self.bar.choose(Grain.UNIT)
        self._folded = False
        self.walk.to_unit(layer, unit)
        self._show()

    def _regrain(self, grain: Grain) -> None:
        if self.walk is not None:
            self.walk = self.walk.regrained(grain)
            self.predicting.regrained()
            self._show()

    def _point(self, place: object) -> None:
        place = place if isinstance(place, Place) else None
        self.network.light(place)
        unit = self.network.unit_of(place) if place is not None else None
        self.card.light(lambda other: other == place or (unit is not None and self.network.unit_of(other) == unit))

    def _follow(self, place: object) -> None:
        """To the unit that a factor comes from."""
        self._pressed = None
        if not isinstance(place, Place) or self.trace is None:
            return
        keys = [layer.key for layer in self.trace.layers]
        if place.array in ("weight", "bias") and place.layer in keys:
            self._choose_weight(place)
        elif (unit := self.network.unit_of(place)) is not None and unit[0] >= 0:
            self._unfold(*unit)

    def event(self, event: QEvent) -> bool:
        """While it is open its keys are its own; the buttons above still drive the run."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and claims(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.image.isVisible() and self.image.takes(event):
            return
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            super().keyPressEvent(event)
            return
        deed = deed_of(self, Qt.Key(event.key()))
        if deed is None:
            super().keyPressEvent(event)
        else:
            with painted_once(self):
                deed()

    def focusNextPrevChild(self, forward: bool) -> bool:
        if self.hasFocus() and self.walk is not None and self.walk.stop.unit is not None:
            self._folded = False
            self.walk.along(1 if forward else -1)
            with painted_once(self):
                self._show()
            return True
        return super().focusNextPrevChild(forward)

    def to_end(self, last: bool) -> None:
        if self.walk is not None:
            self.walk.to_end(last)
            self._show()

    # Drawing ----------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        trace, walk, sheets = self.trace, self.walk, self._sheets
        if trace is None or walk is None or sheets is None:
            return
        self._close_nudge()
        stop = walk.stop
        self.bar.line.show_walk(walk)
        batch = self.example.batch
        unfolded = not self._folded and not batch and (stop.unit is not None or stop.phase is Phase.LOSS)
        unfolded = unfolded and not self.check.folds(trace, stop)
        image = unfolded and shows(trace, stop)
        self._pages.turn_to(self.image if image else self.network, self)
        if image:
            self.image.show_stop(sheets, walk)
            if self.image.weight is not None:
                self.update_card.choose(*self.image.weight)
        else:
            self.card.setVisible(unfolded)
            if unfolded:
                sheets.asked = self.check.asks
                self.card.show_sheet(sheets.sheet(stop), self.check.checking if self.check.asks else None)
                self.network.wanted = self.card.wanted
            self.card.setGeometry(self.network.lay_out(trace, walk, not unfolded, batch).toRect())
            self.card.settle()
            self.network.dock(self.network.docks_of(self.card.rows) if unfolded else {})
        self._drawn = self.network.size()
        self._show_cards()
        self.predicting.follow(walk, self.check.asks)
        self.example.veil(self.check.hides_answer or (self.predicting.on and not walk.worked_out(Phase.LOSS)))
        self.example.show_walk(walk)
        words = batch_in_words(trace) if batch else in_words(trace, stop, self.image.place if image else None)
        self.words.setText("<br><br>".join(self.check.allowed(words, stop)))
        self.gradient.show_strips(() if self.check.asks else strips(trace, sheets, walk, batch), batch)
        if not image or self.image.weight is not None:
            self.update_card.show_walk(trace, sheets, walk, hidden=self.check.asks)
        self.check.show_stop(stop)
        self.update_card.offer(walk.here == len(walk.stops) - 1 and self.bar.is_newest)
        title = (self.image if image else self.card).title.text() if unfolded else f"layer {(stop.layer or 0) + 1}"
        self.setAccessibleDescription(f"{stop.phase.label}, {title}, step {walk.here + 1} of {len(walk.stops)}")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if (menu := self.menu_at(event.pos())) is not None:
            menu.popup(event.globalPos())

    def menu_at(self, position: QPoint) -> TableMenu | None:
        """To copy or save the numbers of the card at this point, or of the unfolded unit; None where there are none."""
        cards = self.update_card, self.gradient, self.image.pooling, self.image.unit
        under = (card for card in cards if card.isVisible() and card.rect().contains(card.mapFrom(self, position)))
        card = next(under, self.card if self.card.isVisible() else None)
        table = card.table() if card is not None else None
        return TableMenu(table, self, self.table_wanted) if table is not None else None

    def _nudge(self) -> None:
        """The numerical check of the weight that was pressed last, beside the pointer."""
        if self._pressed is not None and self.trace is not None and not self.check.asks:
            self._close_nudge()
            self._nudged = NudgeCard(self.trace, self._pressed, self)
            self._nudged.show_at(self.mapFromGlobal(QCursor.pos()))

    def _close_nudge(self) -> None:
        if self._nudged is not None:
            self._nudged.close()
            self._nudged.deleteLater()
            self._nudged = None

    def _choose_weight(self, place: object) -> None:
        """To the unit at the end of a link, with its weight's update."""
        if isinstance(place, Place) and self.trace is not None:
            self._pressed = place
            self.update_card.choose(place.layer, place.array, place.at)
            self._unfold([layer.key for layer in self.trace.layers].index(place.layer), place.at[-1])

    def _show_state(self) -> None:
        if self.trace is not None:
            self.bar.show_state(self.trace.held.state, *self._now)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)  # the cards say how small the window can be

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.grid.fit()
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """Once the cards have their sizes: draw anew, unless it was drawn in them."""
        if self.network.size() != self._drawn or self.image.isVisible():
            self._show()
