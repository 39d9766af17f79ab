"""An axis with a mark for where the next number will be, and afterwards with the gap between the guess and it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy

from nnstudio.core.trace.prediction import Outcome, Question
from nnstudio.ui import theme
from nnstudio.ui.explanations.microscope import PREDICT
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font
from nnstudio.ui.stage.spoken import Said
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.widgets.figures import decimal, tick

_MARGIN, _TALL = 16.0, 3.0
_LINE, _LINE_WITH_GAP, _BELOW = 15.0, 23.0, 25.0
_MARK, _TICK, _LEAP = 7.0, 8.0, 10
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}
_ENDS = {Qt.Key.Key_Home: -1000, Qt.Key.Key_End: 1000}
_KEYS = frozenset({*_STEPS, *_ENDS, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape})


class PredictAxis(Stage):
    """Shows the axis of a question with the mark of a guess, or what became of a guess.

    ← → (↓ ↑) move the mark, with Shift ten places at a time, Home and End to the ends; so does the mouse. Return and
    Escape are for whoever holds it.

    value: where the mark stands; None for nowhere yet
    """

    moved = Signal(float)

    def __init__(self, name: str, tooltip: str) -> None:
        super().__init__(name, tooltip, PREDICT[name].html(name, tooltip))
        self.question: Question | None = None
        self.outcome: Outcome | None = None
        self.value: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def ask(self, question: Question | None, value: float | None = None) -> None:
        """This axis from now on, with a mark to be moved."""
        self.question, self.outcome, self.value = question, None, value
        self._renew_all()

    def tell(self, outcome: Outcome | None) -> None:
        """What became of a guess from now on."""
        self.question = outcome.question if outcome is not None else None
        self.outcome, self.value = outcome, outcome.guess.value if outcome is not None else None
        self._renew_all()

    def put(self, value: float | None) -> None:
        """The mark stands here from now on."""
        self.value = value
        self._renew_all()

    def _renew_all(self) -> None:
        self.updateGeometry()
        self.arrange()
        self.setAccessibleDescription(self.summary())
        self.spoken.select(self.value if self.hasFocus() else None)

    # Drawing ----------------------------------------------------------------------------------------------------------

    def arrange(self) -> None:
        root, asked = self.clear(), self.question
        if asked is None or not asked.has_axis:
            return
        colors, font = theme.current(), mono_font(11)
        y = self._y
        bar = QRectF(self._at(asked.low), y - _TALL / 2, self._at(asked.high) - self._at(asked.low), _TALL)
        items.path(root, items.NO_PEN, QColor(colors.line)).setPath(items.rounded(bar, _TALL / 2))
        below, metrics, taken = y + 9 + QFontMetricsF(font).height() / 2, QFontMetricsF(font), list[QRectF]()
        for value in (asked.low, asked.high, asked.pivot):
            text = tick(float(f"{value:.3g}"))
            half = metrics.horizontalAdvance(text) / 2 + 3
            box = QRectF(self._at(value) - half, below - 5, 2 * half, 10)
            if value in (asked.low, asked.high) or not any(box.intersects(other) for other in taken):
                taken.append(box)
                items.Words(
                    root, QPointF(self._at(value), below), font, colors.dim, text, Qt.AlignmentFlag.AlignHCenter
                )
        if asked.low < asked.pivot < asked.high:
            stroke = QPainterPath(QPointF(self._at(asked.pivot), y - _TICK))
            stroke.lineTo(self._at(asked.pivot), y + _TICK)
            items.path(root, QPen(QColor(colors.line), 1.5)).setPath(stroke)
        if self.outcome is not None:
            self._gap(self.outcome)
        if self.value is not None:
            shade = colors.accent if self.outcome is None else colors.dim
            self._dot(self.value, QPen(QColor(shade), 2), QColor(colors.card), _MARK)

    def _gap(self, outcome: Outcome) -> None:
        """From the guess to the number, with its length; the number as a full dot."""
        colors, true, y = theme.current(), outcome.question.value, self._y
        if outcome.gap is not None and outcome.guess.value is not None:
            ends = sorted((self._at(outcome.guess.value), self._at(true)))
            band = QRectF(ends[0], y - 2, ends[1] - ends[0], 4)
            items.path(self.root, items.NO_PEN, QColor(colors.warning), z=1).setPath(items.rounded(band, 1))
            font, said = mono_font(11), decimal(abs(outcome.gap), 2)
            half = QFontMetricsF(font).horizontalAdvance(said) / 2
            x = min(max((ends[0] + ends[1]) / 2, half + 2), self.width() - half - 2)
            align = Qt.AlignmentFlag.AlignHCenter
            items.Words(self.root, QPointF(x, y - 15), font, colors.text, said, align, z=4)
        self._dot(true, QPen(QColor(colors.card), 1.5), QColor(colors.accent), _MARK - 1)

    def _dot(self, value: float, pen: QPen, brush: QColor, radius: float) -> None:
        dot = QPainterPath()
        dot.addEllipse(QPointF(self._at(value), self._y), radius, radius)
        items.path(self.root, pen, brush, z=3).setPath(dot)

    @property
    def _y(self) -> float:
        return (_LINE if self.outcome is None else _LINE_WITH_GAP) * theme.text_scale()

    def _at(self, value: float) -> float:
        asked = self.question
        assert asked is not None
        share = (value - asked.low) / (asked.high - asked.low)
        return _MARGIN + share * (self.width() - 2 * _MARGIN)

    def place_of(self, value: float) -> QPointF:
        """Where on the picture a value lies."""
        return QPointF(self._at(value), self._y)

    # What is read -----------------------------------------------------------------------------------------------------

    def summary(self) -> str:
        asked = self.question
        if asked is None or not asked.has_axis:
            return ""
        ends = f"{asked.name}, from {tick(asked.low)} to {tick(asked.high)}"
        if self.outcome is not None:
            gap = self.outcome.gap
            return f"{ends}: {decimal(asked.value)}" + ("" if gap is None else f", gap {decimal(abs(gap), 2)}")
        return f"{ends}: {'no guess yet' if self.value is None else f'your guess is about {about(self.value)}'}"

    def said(self) -> Said | None:
        asked = self.question
        if asked is None or not asked.has_axis or self.value is None:
            return None
        at = QRectF(self.place_of(self.value) - QPointF(8, 8), self.place_of(self.value) + QPointF(8, 8))
        return Said(f"your guess for {asked.name}", self.value, self.summary(), at)

    # Mouse and keys ---------------------------------------------------------------------------------------------------

    @property
    def _movable(self) -> bool:
        return self.question is not None and self.question.has_axis and self.outcome is None

    def claims(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        return plain and event.key() in _KEYS

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = _STEPS.get(key, _ENDS.get(key))
        if steps is None or self.question is None or not self._movable:
            event.ignore()
            return
        leap = _LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        self.moved.emit(self.question.moved(self.value, steps * leap))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event)
        event.accept()

    def _drag(self, event: QMouseEvent) -> None:
        asked = self.question
        if asked is not None and self._movable:
            share = (event.position().x() - _MARGIN) / max(self.width() - 2 * _MARGIN, 1.0)
            self.moved.emit(asked.snapped(asked.low + share * (asked.high - asked.low)))
        event.accept()

    def spot_at(self, position: QPointF) -> Spot | None:
        return None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.spoken.select(self.value)

    def sizeHint(self) -> QSize:
        return QSize(240, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        line = _LINE_WITH_GAP if self.outcome is not None else _LINE
        return QSize(150, round((line + _BELOW) * theme.text_scale()))


def about(value: float) -> str:
    """A guess, as it is said: −0.5, 1.25."""
    return tick(float(f"{value:.3g}") + 0.0)
