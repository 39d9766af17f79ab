"""A number that the learner types: judged with Enter, left with Escape; what was typed stays."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from nnstudio.core.trace.judgement import Judgement, Verdict
from nnstudio.core.trace.quantity import Place
from nnstudio.ui.explanations.microscope import MICROSCOPE

MARKS = {Verdict.RIGHT: "✓", Verdict.SLIP: "✗", Verdict.WRONG: "✗", Verdict.COARSE: "…", Verdict.UNREADABLE: "?"}
TONES = {Verdict.RIGHT: "right", Verdict.SLIP: "wrong", Verdict.WRONG: "wrong"}
_WIDTH = 80  # a sign, a digit, three decimals, and the mark
_OWN = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down})


class AnswerField(QLineEdit):
    """place: which number is typed here. While it has the focus all plain keys are its own: Enter judges, Escape
    leaves, ↑ ↓ go to the field above or below; in an empty field → ← still walk on."""

    judged = Signal(object, str)  # Place, text
    changed = Signal(object, str)  # Place, text
    left = Signal()
    moved = Signal(int)
    walked = Signal(int)

    def __init__(self, place: Place, name: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.place = place
        self.setProperty("role", "answer")
        self.setAccessibleName(name)
        tip = f"Type {name}: 0.25, 0,25, 1/4 or e^-1. Enter judges it."
        self.setToolTip(tip)
        self.setWhatsThis(MICROSCOPE["Answer"].html("Your answer", tip))
        self.setMinimumWidth(_WIDTH)
        self._mark = QLabel(self)
        self._mark.setProperty("role", "mark")
        self._mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.textEdited.connect(self._edited)

    def _edited(self, text: str) -> None:
        """What was said of another answer says nothing of this one."""
        self._wear("", "", "")
        self._mark.style().unpolish(self._mark)
        self.style().unpolish(self)
        self.style().polish(self)
        self.changed.emit(self.place, text)

    def show_judgement(self, judgement: Judgement | None, hint: str, shown: bool = False) -> None:
        """How it was judged; a screen reader hears it with the field."""
        if shown:
            self._wear("shown", "shown", "shown")
        elif judgement is not None:
            said = f"{judgement.sentence} {hint}".strip()
            verdict = judgement.verdict
            self._wear(TONES.get(verdict, "open"), MARKS[verdict], said)
        self.setReadOnly(shown or (judgement is not None and judgement.verdict is Verdict.RIGHT))

    def _wear(self, tone: str, mark: str, said: str) -> None:
        self.setProperty("verdict", tone)
        self._mark.setProperty("verdict", tone)
        self._mark.setText(mark)
        self._mark.adjustSize()
        self.setTextMargins(0, 0, self._mark.width(), 0)
        self.setAccessibleDescription(said)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._plain(event):
            event.accept()
            return True
        return super().event(event)

    def _plain(self, event: QKeyEvent) -> bool:
        shift = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        return not event.modifiers() & ~shift and (event.key() in _OWN or bool(event.text().strip()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                if self.text().strip() and not self.isReadOnly():
                    self.judged.emit(self.place, self.text())
                elif self.isReadOnly():
                    self.moved.emit(1)
            case Qt.Key.Key_Escape:
                self.left.emit()
            case Qt.Key.Key_Up:
                self.moved.emit(-1)
            case Qt.Key.Key_Down:
                self.moved.emit(1)
            case Qt.Key.Key_Left | Qt.Key.Key_Right if not self.text() or self.isReadOnly():
                self.walked.emit(1 if event.key() == Qt.Key.Key_Right else -1)  # there is nothing to move in
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._mark.adjustSize()
        self._mark.move(self.width() - self._mark.width() - 7, (self.height() - self._mark.height()) // 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(_WIDTH, super().minimumSizeHint().height())
