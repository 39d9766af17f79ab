"""Predict first: what will the next number be? Then the gap, and why: three causes to choose from, made of the numbers.

The guess comes before the number is seen; a number that was only watched is remembered as what one had expected.
"""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.trace.prediction import Guess, Outcome, Question
from nnstudio.ui import theme
from nnstudio.ui.explanations.microscope import PREDICT
from nnstudio.ui.fonts import strong
from nnstudio.ui.microscope.predict.axis import PredictAxis, about
from nnstudio.ui.microscope.sheet import number

_ENTER = Qt.Key.Key_Return, Qt.Key.Key_Enter
_ARROWS = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down
_WIDTH, _LOW, _HIGH = 520, 150, 176


class PredictCard(QWidget):
    """Left the question about the next number, right what became of the last guess.

    Arrow keys move the mark, Return shows the number, and in what is asked afterwards goes on to the next question;
    Escape gives the keys back.

    choices, causes: the buttons that are there now
    """

    told = Signal(object)  # Guess
    going_on = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.question: Question | None = None
        self.outcome: Outcome | None = None
        self._value: float | None = None
        self.asked, self.known = _words("small"), _words("caption")
        self.axis = PredictAxis("Where the number will be", "Drag the mark to where you think the number will be.")
        self.axis.moved.connect(self._mark)
        self._choices = _Options("Guess", "What you think the number will be.")
        self._choices.picked.connect(self._choose)
        self.show_it = QPushButton("Show it")
        self.show_it.setProperty("role", "primary")
        self.unknown = QPushButton("I do not know")
        for button, tip in (
            (self.show_it, "Take the step, and see how far the guess was off. Return does the same."),
            (self.unknown, "Take the step without a guess: that is an answer, too."),
        ):
            button.setToolTip(tip)
            button.setWhatsThis(PREDICT[button.text()].html(button.text(), tip))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_it.clicked.connect(self.show_number)
        self.unknown.clicked.connect(lambda: self._tell(Guess()))
        self.said = _words("caption")
        self.result = _words("small")
        self.gap = PredictAxis("Gap between guess and number", "Hollow: your guess. Full: the number.")
        self._causes = _Options("Cause", "Is this why? The numbers decide.")
        self._causes.picked.connect(self._judge)
        self.verdict = _words("small")
        line = QFrame()
        line.setProperty("role", "rule")
        line.setFixedWidth(1)
        self._heads = [QBoxLayout(QBoxLayout.Direction.TopToBottom) for _ in range(2)]
        row = QHBoxLayout(self)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(self._left(), 9)
        row.addWidget(line)
        row.addLayout(self._right(), 10)
        self.show_question(None, "")
        self.show_outcome(None)

    @property
    def choices(self) -> Sequence[QRadioButton]:
        return self._choices.buttons

    @property
    def causes(self) -> Sequence[QRadioButton]:
        return self._causes.buttons

    def _left(self) -> QVBoxLayout:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.show_it)
        buttons.addWidget(self.unknown)
        buttons.addWidget(self.said, 1)
        column = QVBoxLayout()
        column.setSpacing(4)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self.asked)
        texts.addWidget(self.known)
        self._head(0, column, texts, self.axis)
        column.addWidget(self._choices)
        column.addStretch(1)
        column.addLayout(buttons)
        return column

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        texts = QVBoxLayout()
        texts.addWidget(self.result)
        self._head(1, column, texts, self.gap)
        column.addWidget(self._causes)
        column.addWidget(self.verdict)
        column.addStretch(1)
        return column

    def _head(self, place: int, column: QVBoxLayout, texts: QVBoxLayout, axis: PredictAxis) -> None:
        head = self._heads[place]
        head.setSpacing(4)
        head.addLayout(texts, 1)
        head.addWidget(axis, 1)
        column.addLayout(head)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < round(_HIGH * theme.text_scale())
        for head in self._heads:  # where there is no height for it below, the axis stands beside its words
            head.setDirection(QBoxLayout.Direction.LeftToRight if low else QBoxLayout.Direction.TopToBottom)

    def hasHeightForWidth(self) -> bool:
        return False  # the network above must not move when a sentence takes two lines

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, _HIGH) * theme.text_scale()

    def minimumSizeHint(self) -> QSize:
        return QSize(_WIDTH, _LOW) * theme.text_scale()

    # The question -----------------------------------------------------------------------------------------------------

    def show_question(self, question: Question | None, otherwise: str) -> None:
        """What to ask next; where there is nothing to ask, that is said instead. The same question keeps its guess."""
        before, self.question = self.question, question
        if before is not None and question is not None and (before.seed, before.name) == (question.seed, question.name):
            return
        self._value = None
        there = question is not None
        for widget in (self.known, self._choices, self.show_it, self.unknown):
            widget.setVisible(there)
        self.axis.setVisible(question is not None and question.has_axis)
        self.axis.ask(question)
        self._choices.offer(question.choices if question is not None else (), across=True)
        if question is None:
            self.asked.setText(otherwise)
            self.said.setText("")
            return
        self.asked.setText(f"{strong(f'Next: {escape(question.name)}.')} {escape(question.asked)}")
        self.known.setText(question.known)
        self._say()

    @property
    def guess(self) -> Guess:
        """What has been said so far."""
        return Guess(self._choices.current, self._value)

    def ask(self) -> None:
        """Give the keys to whatever the guess is made with."""
        if self.question is not None:
            first = self.axis if self.question.has_axis else self.choices[self._choices.current or 0]
            first.setFocus(Qt.FocusReason.TabFocusReason)

    def show_number(self) -> None:
        """Take the step, if there is a guess."""
        if self.question is None:
            return
        if self.guess.is_empty:
            self.said.setText("← → move the mark" if self.question.has_axis else "choose one first")
            self.ask()
        else:
            self._tell(self.guess)

    def _tell(self, guess: Guess) -> None:
        self.told.emit(guess)

    def _mark(self, value: float) -> None:
        if self.question is not None:
            self._value = value
            self._choices.choose(self.question.choice_of(value))
            self.axis.put(value)
            self._say()

    def _choose(self, choice: int) -> None:
        """A sign was said: the mark follows, if it had another, to where the axis has this one."""
        asked = self.question
        if asked is not None and asked.has_axis and (self._value is None or asked.choice_of(self._value) != choice):
            self._value = asked.typical(choice) if self._value is not None else None
            self.axis.put(self._value)
        self._say()

    def _say(self) -> None:
        asked, guess = self.question, self.guess
        if asked is None or guess.is_empty:
            self.said.setText("")
        elif guess.value is not None:
            self.said.setText(f"guess: about {about(guess.value)}")
        elif guess.choice is not None:
            self.said.setText(f"guess: {asked.choices[guess.choice]}")

    # What became of it ------------------------------------------------------------------------------------------------

    def show_outcome(self, outcome: Outcome | None) -> None:
        """The gap, and why; None for no guess yet."""
        self.outcome = outcome
        self.gap.tell(outcome)
        self.gap.setVisible(outcome is not None and outcome.question.has_axis)
        causes = outcome.causes if outcome is not None else ()
        self._causes.offer([cause.text for cause in causes], across=False)
        self._say_verdict("")
        if outcome is None:
            self.result.setText("Here the gap will be, and three causes to choose from.")
            self.result.setProperty("role", "caption")
        else:
            self.result.setText(f"{strong(escape(outcome.question.name))} {_came_out(outcome)} {outcome.why}")
            self.result.setProperty("role", "small")
        _polish(self.result)

    def explain(self) -> None:
        """Give the keys to the causes."""
        if self.causes:
            self.causes[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _judge(self, place: int) -> None:
        if self.outcome is not None:
            cause = self.outcome.causes[place]
            self._say_verdict(f"{'✓ That is why.' if cause.holds else '✗ No.'} {cause.reason}", cause.holds)
            self.causes[place].setAccessibleDescription(self.verdict.text())

    def _say_verdict(self, text: str, holds: bool = True) -> None:
        self.verdict.setText(text)
        self.verdict.setProperty("tone", "better" if holds else "worse")
        _polish(self.verdict)

    # Keys -------------------------------------------------------------------------------------------------------------

    @property
    def has_keys(self) -> bool:
        """Whether somebody works here by keys."""
        here = self.focusWidget()
        return here is not None and here.hasFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self.focusWidget()
        if event.key() in _ENTER:
            if isinstance(here, QPushButton):
                here.click()
            elif here in self.causes or here is self.gap:
                self.going_on.emit()
            else:
                self.show_number()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class _Option(QRadioButton):
    """Arrow keys pick, also where none has been picked yet: there Qt moves the focus alone."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        there = self.window().focusWidget()
        if event.key() in _ARROWS and isinstance(there, _Option) and there is not self and not there.isChecked():
            there.click()


class _Options(QWidget):
    """Some radio buttons, of which one at most is on, in a row or in a column."""

    picked = Signal(int)

    def __init__(self, name: str, tooltip: str) -> None:
        super().__init__()
        self._name, self._tip = name, tooltip
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.buttons: list[QRadioButton] = []
        self._made: list[QRadioButton] = []
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.picked)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(5)

    @property
    def current(self) -> int | None:
        """Which one is on."""
        return self._group.checkedId() if self._group.checkedId() >= 0 else None

    def choose(self, place: int) -> None:
        """This one is on; nothing is told."""
        self.buttons[place].setChecked(True)

    def offer(self, texts: Sequence[str], across: bool) -> None:
        """These from now on, and none of them is on."""
        while len(self._made) < len(texts):
            place = len(self._made)
            button = self._option(across)
            self._made.append(button)
            self._group.addButton(button, place)
            self._grid.addWidget(button, 0 if across else place, place if across else 0)
        self._group.setExclusive(False)
        for place, button in enumerate(self._made):
            button.setChecked(False)
            button.setVisible(place < len(texts))
            if place < len(texts):
                self._name_it(button, texts[place])
        self._group.setExclusive(True)
        self.buttons = self._made[: len(texts)]

    def _option(self, across: bool) -> QRadioButton:
        button = _Option()
        button.setProperty("role", "option")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if not across:
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # gives way rather than push
        return button

    def _name_it(self, button: QRadioButton, text: str) -> None:
        button.setText(text)
        button.setToolTip(f"{text}. {self._tip}")
        button.setAccessibleName(f"{self._name}: {text}")
        button.setAccessibleDescription("")
        button.setWhatsThis(PREDICT[self._name].html(text, self._tip))


def _came_out(outcome: Outcome) -> str:
    """You said 0.5, it is 0.939."""
    asked, guess = outcome.question, outcome.guess
    true = asked.choices[asked.right] if not asked.has_axis else number(asked.value)
    it = f"<code>{escape(true)}</code>"
    if guess.is_empty:
        return f"is {it}." if asked.has_axis else f"is that of {it}."
    if guess.value is not None:
        return f"You said <code>{about(guess.value)}</code>, it is {it}."
    assert guess.choice is not None
    said = escape(asked.choices[guess.choice])
    return f"You said {said}, and so it is: {it}." if outcome.hit else f"You said {said}, it is {it}."


def _words(role: str) -> QLabel:
    label = QLabel(wordWrap=True)
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.AutoText)
    return label


def _polish(widget: QWidget) -> None:
    widget.style().unpolish(widget)
    widget.style().polish(widget)
