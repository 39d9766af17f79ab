"""The chosen example in figures: what goes in, what the network answers, what is true, what that costs.

It ends the Output card while an example is chosen. Its arrows walk through the examples of the same split, as arrow
keys do while the strip has them. Of a point its numbers can be typed: then it is one of somebody's own.
"""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.core.data.images import Images
from nnstudio.core.data.plane import Plane
from nnstudio.core.run.example import ExampleReading
from nnstudio.core.run.frame import Frame
from nnstudio.ui.examples.choosing import WALKS
from nnstudio.ui.examples.typed_inputs import TypedFields
from nnstudio.ui.examples.wording import answer_in_words, inputs_in_words, is_right, name_of, target_in_words
from nnstudio.ui.views.output.icon_button import icon_button
from nnstudio.ui.widgets.figures import MISSING, decimal
from nnstudio.ui.widgets.steady_label import SteadyLabel

_SPACE, _LINE = 6, 1
_VERDICTS = {True: ("✓ right", "better"), False: ("✕ wrong", "worse"), None: ("", "")}


class ExampleStrip(QWidget):
    """One example and its figures; hidden while none is chosen."""

    example_chosen = Signal(object)  # AnyExample, or None to let go

    def __init__(self) -> None:
        super().__init__()
        self._frame: Frame | None = None
        self.name, self.split = _label("strong"), _label("dim")
        self.inputs, self.target = _label("mono"), _label("mono")
        self.answer, self.loss = SteadyLabel(), SteadyLabel()
        for label in (self.answer, self.loss):
            label.setProperty("role", "mono")
        self.verdict = _label("medium")
        self.typed = TypedFields()
        self.typed.entered.connect(self.example_chosen)
        self._low, self._row_of_truth = False, 2
        self._of: object = None
        self._names, self._cost, self._truth = _label("dim"), _label("dim", "loss"), _label("dim", "target")
        self.previous = icon_button("previous", "Previous example", "The one before it in the same split.")
        self.next = icon_button("next", "Next example", "The one after it in the same split.")
        self.close_button = icon_button("close", "Let go of the example", "The network shows its own numbers again.")
        self.previous.clicked.connect(self._back)
        self.next.clicked.connect(self._on)
        self.close_button.clicked.connect(self._let_go)
        line = QFrame()
        line.setProperty("role", "rule")
        line.setFixedHeight(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACE)
        column.addWidget(line)
        column.addLayout(self._header())
        column.addLayout(self._figures())
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setToolTip("One example on its way through the network.")
        self.setWhatsThis(
            "<b>The chosen example</b><p>What goes into the network, its answer, the target, and what the difference "
            "costs: for two classes the loss is −ln p if the target is 1 and −ln(1 − p) if it is 0, for more classes "
            "−ln p of the true one, for values (ŷ − y)², unless another loss was chosen.</p>"
            "<p><b>Example:</b> p = 0.41 with the target 1 costs −ln 0.41 = 0.89.</p>"
            "<p><b>Source:</b> I. Goodfellow and others, "
            "<i>Deep Learning</i>, 2016, §6.2.2.</p>"
        )
        self.hide()

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.name)
        row.addWidget(self.split)
        row.addStretch()
        for button in (self.previous, self.next, self.close_button):
            button.installEventFilter(self)  # to a button arrow keys mean its neighbour
            row.addWidget(button)
        return row

    def _figures(self) -> QGridLayout:
        self._grid = grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(_LINE)
        grid.addWidget(self._names, 0, 0)
        grid.addWidget(self.inputs, 0, 1, 1, 3)
        grid.addWidget(self.typed, 1, 0, 1, 4)
        grid.addWidget(_label("dim", "answer"), 2, 0)
        grid.addWidget(self.answer, 2, 1)
        self._middle = middle = QHBoxLayout()
        middle.setSpacing(6)
        middle.addWidget(self._truth)
        middle.addWidget(self.target)
        middle.addStretch()
        grid.addLayout(middle, 2, 2)
        grid.addWidget(self.verdict, 2, 3, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._cost, 3, 0)
        grid.addWidget(self.loss, 3, 1, 1, 3)
        grid.setColumnStretch(2, 1)
        return grid

    def set_low(self, low: bool) -> None:
        """Where height is scarce there is the answer alone; of images, one of which is always looked at, nothing."""
        self._low, typed = low, self._of_points()
        for label in (self._names, self.inputs):
            label.setVisible(not low and not typed)
        for label in (self._truth, self.target):
            label.setVisible(low or not typed)
        self.typed.setVisible(typed and not low)
        for label in (self._cost, self.loss):
            label.setVisible(not low)
        self.setVisible(self._wanted() and not (low and self._of_images()))

    def tall_height(self) -> int:
        """How high it is where there is room; 0 while it is not wanted."""
        lines = 3 * (self.answer.sizeHint().height() + _LINE)
        if self._of_points():
            lines += self.typed.sizeHint().height() - self.answer.sizeHint().height()
        return 1 + 2 * _SPACE + self.previous.sizeHint().height() + lines if self._wanted() else 0

    def _wanted(self) -> bool:
        return self._frame is not None and self._frame.example is not None

    def _of_images(self) -> bool:
        return self._frame is not None and isinstance(self._frame.dataset.domain, Images)

    def _of_points(self) -> bool:
        return self._frame is not None and isinstance(self._frame.dataset.domain, Plane)

    def show_frame(self, frame: Frame) -> bool:
        """Write this frame's figures; whether that takes another height."""
        was = self._form()
        self._frame = frame
        self._place_truth()
        if frame.example is not None:
            self.close_button.setVisible(not self._of_images())
            self._write(frame, frame.example)
        return was != self._form()

    def _place_truth(self) -> None:
        """Beside the answer; of images behind their size, which is short, for the names of classes may be long."""
        row, columns = (0, 1) if self._of_images() else (2, 3)
        if row != self._row_of_truth:
            self._row_of_truth = row
            self._grid.removeItem(self._middle)
            self._grid.addWidget(self.inputs, 0, 1, 1, columns)
            self._grid.addWidget(self.answer, 2, 1, 1, 1 if row else 2)
            self._grid.addLayout(self._middle, row, 2, 1, 1 if row else 2)

    def _form(self) -> tuple[bool, bool, bool]:
        """What its height depends on."""
        wanted = self._wanted()
        return wanted, wanted and self._of_images(), wanted and self._of_points()

    def _write(self, frame: Frame, example: ExampleReading) -> None:
        names, inputs = inputs_in_words(frame.dataset, example)
        answer = answer_in_words(frame.dataset, example.answer)
        target = target_in_words(frame.dataset, example) or MISSING
        name, split = name_of(example.chosen)
        loss = MISSING if example.loss is None else decimal(example.loss)
        if self._of_points():
            self.typed.show_example(frame.dataset, example)
        other = (frame.experiment.dataset, name) != self._of
        verdict, tone = _VERDICTS[is_right(frame.dataset, example)]
        for label, text in (
            (self.name, name),
            (self.split, split),
            (self._names, names),
            (self.inputs, inputs),
            (self.answer, answer),
            (self.target, target),
            (self.loss, loss),
            (self.verdict, verdict),
        ):
            if label.text() != text:
                label.setText(text)
        if other:
            self._of = frame.experiment.dataset, name
            self.answer.shrink()
            self.loss.shrink()
        if self.verdict.property("tone") != tone:
            self.verdict.setProperty("tone", tone)
            self.verdict.style().polish(self.verdict)
        self.setAccessibleName(f"{self.name.text()}, {self.split.text()}")
        words = (f"{names} {inputs}", f"answer {answer}", f"target {target}", f"loss {loss}", verdict)
        self.setAccessibleDescription(", ".join(word for word in words if word))

    def _back(self) -> None:
        self._walk(-1)

    def _on(self) -> None:
        self._walk(1)

    def _let_go(self) -> None:
        self.example_chosen.emit(None)

    def _walk(self, by: int) -> None:
        if self._frame is not None and self._frame.example is not None:
            self.example_chosen.emit(self._frame.example.chosen.moved(self._frame.dataset, by))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and _is_own(event):
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _is_own(event):
            super().keyPressEvent(event)
        elif event.key() in WALKS:
            self._walk(WALKS[Qt.Key(event.key())])
        else:
            self._let_go()


def _is_own(event: QKeyEvent) -> bool:
    """Escape, or an arrow key alone."""
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return plain and (event.key() == Qt.Key.Key_Escape or event.key() in WALKS)


def _label(role: str, text: str = "") -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return label
