"""The chosen example in figures: what goes in, what the network answers, what is true, what that costs.

It ends the Output card while an example is chosen. Its arrows walk through the examples of the same split.
"""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from nnstudio.core.data.images import Images
from nnstudio.core.run.example import ExampleReading
from nnstudio.core.run.frame import Frame
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.icons import icon
from nnstudio.ui.views.output.wording import answer_in_words, inputs_in_words, is_right
from nnstudio.ui.widgets.figures import decimal, grouped

_SPACE, _LINE = 6, 1
_VERDICTS = {True: ("✓ right", "better"), False: ("✕ wrong", "worse"), None: ("", "")}


class ExampleStrip(QWidget):
    """One example and its figures; hidden while none is chosen."""

    example_chosen = Signal(object)  # Chosen, or None to let go

    def __init__(self) -> None:
        super().__init__()
        self._frame: Frame | None = None
        self.name, self.split = _label("strong"), _label("dim")
        self.inputs, self.answer, self.target, self.loss = (_label("mono") for _ in range(4))
        self.verdict = _label("medium")
        self._names, self._cost = _label("dim"), _label("dim", "loss")
        self.previous = self._button("previous", "Previous example", "The one before it in the same split.")
        self.next = self._button("next", "Next example", "The one after it in the same split.")
        self.close_button = self._button("close", "Let go of the example", "The network shows its own numbers again.")
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
            row.addWidget(button)
        return row

    def _figures(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(_LINE)
        grid.addWidget(self._names, 0, 0)
        grid.addWidget(self.inputs, 0, 1, 1, 3)
        grid.addWidget(_label("dim", "answer"), 1, 0)
        grid.addWidget(self.answer, 1, 1)
        middle = QHBoxLayout()
        middle.setSpacing(6)
        middle.addWidget(_label("dim", "target"))
        middle.addWidget(self.target)
        middle.addStretch()
        grid.addLayout(middle, 1, 2)
        grid.addWidget(self.verdict, 1, 3, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._cost, 2, 0)
        grid.addWidget(self.loss, 2, 1, 1, 3)
        grid.setColumnStretch(2, 1)
        return grid

    def _button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "icon")
        button.setIcon(icon(name, "dim"))
        button.setIconSize(QSize(16, 16))
        button.setAccessibleName(text)
        button.setToolTip(f"{text}. {tip}")
        button.setWhatsThis(VIEWS[text].html(text))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def set_low(self, low: bool) -> None:
        """Where height is scarce there is the answer alone; of images, one of which is always looked at, nothing."""
        for label in (self._names, self.inputs, self._cost, self.loss):
            label.setVisible(not low)
        self.setVisible(self._wanted() and not (low and self._of_images()))

    def tall_height(self) -> int:
        """How high it is where there is room; 0 while it is not wanted."""
        lines = 3 * (self.answer.sizeHint().height() + _LINE)
        return 1 + 2 * _SPACE + self.previous.sizeHint().height() + lines if self._wanted() else 0

    def _wanted(self) -> bool:
        return self._frame is not None and self._frame.example is not None

    def _of_images(self) -> bool:
        return self._frame is not None and isinstance(self._frame.dataset.domain, Images)

    def show_frame(self, frame: Frame) -> bool:
        """Write this frame's figures; whether that takes another height."""
        was = self._wanted(), self._of_images()
        self._frame = frame
        if frame.example is not None:
            self.close_button.setVisible(not self._of_images())
            self._write(frame, frame.example)
        return was != (self._wanted(), self._of_images())

    def _write(self, frame: Frame, example: ExampleReading) -> None:
        names, inputs = inputs_in_words(frame.dataset, example)
        answer, target = answer_in_words(frame.dataset, example)
        verdict, tone = _VERDICTS[is_right(frame.dataset, example)]
        for label, text in (
            (self.name, f"Example {grouped(example.chosen.number)}"),
            (self.split, example.chosen.split.value),
            (self._names, names),
            (self.inputs, inputs),
            (self.answer, answer),
            (self.target, target),
            (self.loss, decimal(example.loss)),
            (self.verdict, verdict),
        ):
            if label.text() != text:
                label.setText(text)
        if self.verdict.property("tone") != tone:
            self.verdict.setProperty("tone", tone)
            self.verdict.style().polish(self.verdict)
        self.setAccessibleName(f"{self.name.text()}, {self.split.text()}")
        words = (f"{names} {inputs}", f"answer {answer}", f"target {target}", f"loss {decimal(example.loss)}", verdict)
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
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_escape(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_escape(event):
            self._let_go()
        else:
            super().keyPressEvent(event)


def _is_escape(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Escape


def _label(role: str, text: str = "") -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return label
