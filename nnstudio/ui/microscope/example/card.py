"""The example that is followed: chosen here, with what is true of it, what the held state answers, and what that costs.

What it is chosen in depends on the data: the rows of a truth table, any place of the plane, the images before and
behind it; of a table its values are listed. All numbers are those of the held state, not of the run, which moves on.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QPushButton, QWidget

from nnstudio.core.data.images import Images
from nnstudio.core.data.plane import Plane
from nnstudio.core.run.example import AnyExample, Chosen, SplitName, TypedInputs
from nnstudio.core.run.frame import TruthTable
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.ui import theme
from nnstudio.ui.examples.boundary import BoundaryStage
from nnstudio.ui.examples.truth_table import TruthTableStage
from nnstudio.ui.examples.typed_inputs import TypedFields
from nnstudio.ui.examples.wording import target_in_words
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.beside import Beside
from nnstudio.ui.microscope.example.answer_rows import AnswerRows, briefly, rows_of, rows_of_batch
from nnstudio.ui.microscope.example.draw_popup import DrawPopup
from nnstudio.ui.microscope.example.hardest_button import HardestButton
from nnstudio.ui.microscope.example.held_answers import is_quick, plane_of, table_of
from nnstudio.ui.microscope.example.key_caps import KeyCaps
from nnstudio.ui.microscope.example.pictures import LargeImage, Neighbours, ink_of
from nnstudio.ui.microscope.example.value_list import ValueList
from nnstudio.ui.microscope.example.words import heading_of, reading_of, seen_in_words, values_of
from nnstudio.ui.microscope.parts import arrow, label, row
from nnstudio.ui.microscope.walk import Walk
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.segmented import SegmentedSwitch

WIDTH, STRIP = 230, 64
"""How wide the card is, and how high as a strip above the network, with normal text."""
HIDDEN = "The answers stay hidden"
_FIELDS = 290
_TIPS = (
    "One example, whose arithmetic unfolds.",
    "The means over the mini-batch, a dot for each example; arithmetic is for one example only.",
)


class ExampleCard(QFrame):
    """Shows the example of a trace, or its mini-batch; asks for another example.

    batch: whether the means over the mini-batch are shown in place of the example's numbers
    """

    example_wanted = Signal(object)  # AnyExample
    batch_chosen = Signal(bool)
    let_go = Signal()
    """The keys belong to the page again."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "sheet")
        self.trace: Trace | None = None
        self.batch = False
        self._held: Held | None = None
        self._plane: NDArray[np.float32] | None = None
        self._answered: TruthTable | None = None
        self._veiled = self._flat = False
        self._answer_known = self._loss_known = True
        self._popup: DrawPopup | None = None
        self._beside = Beside(self)
        self._build()
        self._lay_out()

    # What it shows ----------------------------------------------------------------------------------------------------

    def show_trace(self, trace: Trace) -> None:
        """This one from now on."""
        self.trace = trace
        if trace.held is not self._held:
            self._hold(trace.held)
        self._show()

    def show_walk(self, walk: Walk) -> None:
        """Only what has been computed at this stop is known."""
        last = len(walk.layers) - 1
        known = walk.worked_out(Phase.FORWARD, last), walk.worked_out(Phase.LOSS)
        waited = self.batch and bool(self.rows.instead)
        if known != (self._answer_known, self._loss_known) or waited:
            self._answer_known, self._loss_known = known
            self._show()

    def veil(self, hidden: bool) -> None:
        """Whether answers, losses and the coloured plane stay hidden, as somebody is to calculate them."""
        if hidden != self._veiled:
            self._veiled = hidden
            self._show()

    def release(self) -> None:
        """Hold nothing any more."""
        self._close_popup()
        self._beside.forget()
        self.hardest.release()
        self.trace = self._held = self._plane = self._answered = None

    def walk(self, by: int) -> None:
        """To another example of the same split."""
        trace = self.trace
        if trace is not None and trace.chosen is not None:
            self._choose(trace.chosen.moved(trace.held.dataset, by))

    def show_one(self) -> None:
        """The example in hand, no longer its mini-batch."""
        self.switch.set_current(0)

    def set_flat(self, flat: bool) -> None:
        """Whether it is a strip above the network, as narrow windows have room for, or stands at its left."""
        if flat != self._flat:
            self._flat = flat
            self._lay_out()
            self._show()

    # Choosing ---------------------------------------------------------------------------------------------------------

    def _choose(self, chosen: AnyExample | None) -> None:
        """Ask for this example. A place of the plane takes over what is true of the example in hand."""
        trace = self.trace
        if chosen is None or trace is None:
            self.let_go.emit()
            return
        if isinstance(chosen, TypedInputs) and chosen.target is None:
            chosen = replace(chosen, target=tuple(map(float, trace.y)))
        self.show_one()
        self.example_wanted.emit(chosen)

    def _typed(self, typed: TypedInputs) -> None:
        if typed.target is not None:
            self._choose(typed)
            return
        self.fields.target.edit.restore()
        self._note.say("The microscope needs a target: without one there is no loss to follow back.")

    def _draw(self) -> None:
        page = self.parentWidget()
        if self.trace is not None and page is not None and self._popup is None:
            popup = DrawPopup(self.trace.held.dataset, int(self.trace.y.argmax()), page)
            popup.drawn.connect(self._choose)
            popup.closed.connect(self._close_popup)
            self._popup = popup
            popup.show_at(self.draw.mapTo(page, QPoint(0, self.draw.height() + 6)))

    def _close_popup(self) -> None:
        if self._popup is not None:
            self._popup.hide()
            self._popup.deleteLater()
            self._popup = None
            self.let_go.emit()

    def _switch(self, index: int) -> None:
        self.batch = bool(index)
        self._show()
        self.batch_chosen.emit(self.batch)

    # What the held state answers --------------------------------------------------------------------------------------

    def _hold(self, held: Held) -> None:
        """Another state: nothing of the one before is true any more."""
        self._held = held
        self._close_popup()
        self._beside.forget()
        self._plane = None
        self._answered = table_of(held) if isinstance(held.dataset.domain, Plane) else None
        button = self.switch.button(1)
        button.setText(f"batch of {grouped(len(held.batch))}")
        button.setAccessibleName(button.text())
        if isinstance(held.dataset.domain, Plane):
            if is_quick(held):
                self._plane = plane_of(held)
            else:
                self._beside.begin(lambda: (held, plane_of(held)), self._take_plane, self._fail_plane)

    def _take_plane(self, found: tuple[Held, NDArray[np.float32]]) -> None:
        if found[0] is self._held:
            self._plane = found[1]
            self._show()

    def _fail_plane(self, why: str) -> None:
        self._note.say(f"The answers over the plane could not be worked out: {why}. All else is as it should be.")

    def _show(self) -> None:
        trace = self.trace
        if trace is None or trace.chosen is None:
            return
        data, chosen, held = trace.held.dataset, trace.chosen, trace.held
        domain, reading = data.domain, reading_of(trace, chosen)
        plane, image = isinstance(domain, Plane), isinstance(domain, Images)
        full = len(held.batch) >= len(data.train)
        self.heading.setText(heading_of(trace))
        self.target.setText(f"target {target_in_words(data, reading)}")
        self.hardest.show_trace(trace)
        if plane:
            self._show_plane(trace, full)
            self.fields.show_example(data, reading)
        elif image:
            self.image.show_image(ink_of(reading.raw))
            self.neighbours.show_around(data, chosen)
        else:
            self.values.show_values(values_of(trace, reading))
        self._show_answers(trace)
        few = self._answered is not None
        there = {
            self.table: few,
            self.click: plane and not few,
            self.whole: few,
            self.plane: plane,
            self.outlined: plane and not full,
            self.image: image,
            self.title: not few or self._flat,
            self.target: not plane,
            self.around: image,
            self.neighbours: image,
            self.buttons: image,
            self.values: not plane and not image,
            self.own: few,
            self.fields: plane,
        }
        only_tall = (self.table, self.click, self.whole, self.outlined, self.around, self.values, self.own)
        for widget, shown in there.items():
            widget.setVisible(shown and not (self._flat and widget in only_tall))
        self._show_keys()

    def _show_plane(self, trace: Trace, full: bool) -> None:
        data, chosen, answered = trace.held.dataset, trace.chosen, self._answered
        assert chosen is not None
        if answered is not None and self._veiled:
            nothing = np.full_like(answered.answers, np.nan), np.full_like(answered.losses, np.nan)
            answered = TruthTable(*nothing)
        if answered is not None:
            self.table.show_answers(data, answered, None if self.batch else chosen)
        self.plane.set_show_tests(isinstance(chosen, Chosen) and chosen.split is not SplitName.TRAINING)
        self.plane.show_plane(
            data, None if self._veiled else self._plane, None if self.batch else reading_of(trace, chosen)
        )
        self.plane.outline(() if full else trace.held.batch.tolist())
        self.outlined.setText(f"outlined: the batch of update {grouped(trace.held.state.updates + 1)}")

    def _show_answers(self, trace: Trace) -> None:
        """The rows of the answer, or a sentence in their place; what is true of all of it below."""
        held, rows, instead = trace.held, [*rows_of(trace)], ""
        told = self._answered is not None and np.allclose(trace.p, self._of_table(trace))
        words = seen_in_words(trace)
        if self.batch:
            words = "Means over the mini-batch. Arithmetic is for one example: choose one."
            told = False
            rows = [*rows_of_batch(held.way, held.dataset.task)] if held.worked_out else []
            instead = "" if held.worked_out else held.awaited
        elif not self._answer_known:
            instead = "answer not computed yet"
        elif not self._loss_known:
            rows[-1] = rows[-1]._replace(text="–")
        if self._veiled:
            instead, told = HIDDEN, False
        self.rows.show_rows(rows, instead)
        self.rows.setVisible(not self._flat and not told)
        self.brief.setText(instead or "\n".join(briefly(trace, rows, self.batch)))
        self.brief.setVisible(self._flat)
        self.words.setText(words)
        self.words.setVisible(bool(words) and not self._flat)

    def _of_table(self, trace: Trace) -> NDArray[np.floating]:
        """What the truth table says of the example; of one that is not in it, nothing."""
        chosen = trace.chosen
        if self._answered is None or not isinstance(chosen, Chosen):
            return np.full(trace.p.shape, np.nan)
        return self._answered.answers[:, chosen.index]

    # Its parts --------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        name = label("section", "EXAMPLE")
        self.switch = SegmentedSwitch(["one", "batch"], _TIPS)
        for place, tip in enumerate(_TIPS):
            button = self.switch.button(place)
            button.setWhatsThis(MICROSCOPE["one or batch"].html("One or batch", tip))
        self.switch.currentChanged.connect(self._switch)
        self.head = row(name, None, self.switch)
        self.table, self.plane = TruthTableStage(), BoundaryStage()
        self.image, self.neighbours = LargeImage(), Neighbours()
        for stage in (self.table, self.plane, self.neighbours):
            stage.example_chosen.connect(self._choose)
        self.click = label("caption", "Click any point")
        self.whole = label("caption", "The answer over the whole plane")
        self.around = label("caption", "Its neighbours in the split")
        self.own = label("caption", "Or type your own")
        self.outlined, self.words, self.brief = label("caption"), label("caption"), label("figure")
        self.words.setWordWrap(True)
        self.heading, self.target = label("medium"), label("caption")
        self.previous = arrow("previous", "Previous example", "↑", lambda: self.walk(-1))
        self.next = arrow("next", "Next example", "↓", lambda: self.walk(1))
        self.title = row(self.heading, None, self.previous, self.next)
        self.hardest, self.draw = HardestButton(), QPushButton("Draw one")
        self.hardest.found.connect(self._choose)
        self.draw.setProperty("role", "small")
        self.draw.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the steps
        self.draw.setAccessibleName("Draw one")
        self.draw.setToolTip("Draw an image of your own and follow it.")
        self.draw.setWhatsThis(MICROSCOPE["Draw one"].html("Draw one", self.draw.toolTip()))
        self.draw.clicked.connect(self._draw)
        self.buttons = row(self.hardest, self.draw, None)
        self.fields, self._note = TypedFields(), Note(self)
        self.fields.entered.connect(self._typed)
        for field in (self.fields.x1, self.fields.x2, self.fields.target):
            field.edit.left.connect(self.let_go)
        self.rows, self.values, self.keys = AnswerRows(), ValueList(), KeyCaps()

    # Where they stand -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """One below the other, or as a strip side by side."""
        box = self.layout()
        if not isinstance(box, QBoxLayout):
            box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
            for widget in self._parts:
                box.addWidget(widget)
            box.insertStretch(box.count() - 1, 0)
        flat = self._flat
        box.setDirection(QBoxLayout.Direction.LeftToRight if flat else QBoxLayout.Direction.TopToBottom)
        box.setContentsMargins(14, 6 if flat else 10, 14, 6 if flat else 12)
        box.setSpacing(12 if flat else 8)
        for stage in (self.plane, self.image):
            box.setStretchFactor(stage, 0 if flat else 1)
        box.setStretchFactor(self.neighbours, 1 if flat else 0)
        inside = self.head.layout()
        assert isinstance(inside, QBoxLayout)
        inside.setDirection(QBoxLayout.Direction.TopToBottom if flat else QBoxLayout.Direction.LeftToRight)
        inside.setSpacing(2 if flat else 6)
        self.plane.set_bare(flat)
        self.neighbours.set_in_a_row(flat)
        self._fit()

    @property
    def _parts(self) -> tuple[QWidget, ...]:
        pictures = self.table, self.whole, self.click, self.plane, self.outlined, self.image
        own = self.title, self.target, self.values, self.own, self.fields, self.rows, self.brief, self.words
        return (self.head, *pictures, *own, self.around, self.neighbours, self.buttons, self.keys)

    def _fit(self) -> None:
        """The sizes of now: of the window, and of the text."""
        scale, inner = theme.text_scale(), self.width() - 28
        low, high = (44, 44) if self._flat else (100, max(inner, 100))
        thumb = round(44 * scale)
        for stage in (self.plane, self.image):
            if self._flat:
                stage.setFixedSize(thumb, thumb)
            else:
                stage.setMinimumSize(100, low)
                stage.setMaximumSize(10_000, self.plane.full_height(high) if stage is self.plane else high)
        rows = (inner - 3 * 6) // 4
        self.neighbours.setFixedHeight(thumb if self._flat else max(2 * rows + 8, 60))
        self.fields.setMaximumWidth(round(_FIELDS * scale) if self._flat else 10_000)
        self.setFixedHeight(round(STRIP * scale)) if self._flat else self.setMinimumHeight(0)
        if not self._flat:
            self.setMaximumHeight(10_000)

    def _show_keys(self) -> None:
        """Where everything else has room."""
        box = self.layout()
        assert box is not None
        high = self.keys.sizeHint().height() + box.spacing()
        others = box.minimumSize().height() - (0 if self.keys.isHidden() else high)
        self.keys.setVisible(not self._flat and self.height() >= others + high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._show_keys()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._fit()
            self._show()

    def minimumSizeHint(self) -> QSize:
        scale = theme.text_scale()
        return QSize(0, round(STRIP * scale)) if self._flat else QSize(round(WIDTH * scale), 0)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()
