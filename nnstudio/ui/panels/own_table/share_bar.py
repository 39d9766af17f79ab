"""Which share of the rows trains, which validates and which tests: a bar of three parts with two grips."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from nnstudio.ui import theme
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.stylesheet import mix

HEIGHT, BAR, GRIP = 26, 16, 10
MOST_TEST, MOST_VALIDATION, LEAST = 90, 50, 10
"""Per cent of all rows, of those that are not for testing, and what is always left to train on."""
_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1}
_LEAPS = {Qt.Key.Key_PageUp: 5, Qt.Key.Key_PageDown: -5}


@dataclass(frozen=True, slots=True)
class Shares:
    """Per cent of all rows; what is left trains."""

    validation: int
    test: int

    @property
    def training(self) -> int:
        """What is left."""
        return 100 - self.validation - self.test

    @classmethod
    def of(cls, validation_share: float, test_share: float) -> "Shares":
        """From a spec's shares: the one for validation is a share of what does not test."""
        test = round(100 * test_share)
        return cls(round((100 - test) * validation_share), test)

    @property
    def validation_share(self) -> float:
        """As a spec has it: of what does not test."""
        return round(self.validation / (100 - self.test), 4)

    def with_test(self, test: int) -> "Shares":
        """As many per cent for testing, as far as that goes. Without a test there is no validation either."""
        test = min(max(test, 0), MOST_TEST, 100 - LEAST)
        if not test:
            return Shares(0, 0)
        return Shares(min(self.validation, 100 - LEAST - test, _most_validation(test)), test)

    def with_validation(self, validation: int) -> "Shares":
        """As many per cent for validation, as far as that goes."""
        most = min(100 - LEAST - self.test, _most_validation(self.test)) if self.test else 0
        return Shares(min(max(validation, 0), most), self.test)


def _most_validation(test: int) -> int:
    return (100 - test) * MOST_VALIDATION // 100


class _Grip(QAbstractSlider):
    """One of the two; its value is the share at its right, in per cent. It moves only as its bar lets it."""

    asked = Signal(int)
    dropped = Signal()

    def __init__(self, name: str, most: int, parent: "ShareBar") -> None:
        super().__init__(parent)
        self._bar = parent
        self.setRange(0, most)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName(f"{name} share, per cent")
        self.setToolTip(f"The share of the rows for {name.lower()}: drag, or use the arrow keys.")
        self.setWhatsThis(OWN_TABLE["Shares"].html(f"{name} share"))

    def take(self, value: int) -> None:
        """Stand for this share; emits nothing."""
        blocked = self.blockSignals(True)
        self.setValue(value)
        self.blockSignals(blocked)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.asked.emit(self._bar.share_right_of(self.mapToParent(event.position().toPoint()).x(), self))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderDown(False)
            self.dropped.emit()
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {**_STEPS, **_LEAPS}.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()
            return
        # To the right the share at the right grows smaller; the keys say the value, as on every slider.
        self.asked.emit(self.value() + step)
        self.dropped.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(colors.text if self.hasFocus() else colors.accent))
            painter.setBrush(QColor(colors.accent_soft if self.hasFocus() or self.underMouse() else colors.card))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 3.5, 3.5)


class ShareBar(QWidget):
    """`moved` gives the `Shares` while a grip is moved, `chosen` when it is let go."""

    moved = Signal(object)
    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.shares = Shares(0, 20)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Shares")
        self.validation, self.test = _Grip("Validation", 100, self), _Grip("Test", MOST_TEST, self)
        for grip in (self.validation, self.test):
            grip.asked.connect(self._move)
            grip.dropped.connect(self._drop)
        self.show_shares(self.shares)

    def show_shares(self, shares: Shares) -> None:
        """Show these; emits nothing."""
        self.shares = shares
        self.validation.take(shares.validation)
        self.test.take(shares.test)
        self._place()
        self.update()

    def share_right_of(self, x: int, grip: QAbstractSlider) -> int:
        """The share that this grip stands for when it is at x."""
        beyond = round(100 * (1 - x / max(self.width(), 1)))
        return beyond if grip is self.test else beyond - self.shares.test

    def _move(self, value: int) -> None:
        shares = self.shares
        shares = shares.with_test(value) if self.sender() is self.test else shares.with_validation(value)
        if shares != self.shares:
            self.show_shares(shares)
            self.moved.emit(shares)

    def _drop(self) -> None:
        self.chosen.emit(self.shares)

    def _place(self) -> None:
        """The grips at the borders of the parts; side by side where these are the same one."""
        wide, high = round(GRIP * theme.text_scale()), self.height()
        last = self.width() * (100 - self.shares.test) / 100
        first = self.width() * self.shares.training / 100
        if last - first < wide + 2:
            middle = (first + last) / 2
            first, last = middle - wide / 2 - 1, middle + wide / 2 + 1
        for grip, at in ((self.validation, first), (self.test, last)):
            grip.setGeometry(min(max(round(at - wide / 2), 0), self.width() - wide), 0, wide, high)

    def sizeHint(self) -> QSize:
        return QSize(200, round(HEIGHT * theme.text_scale()))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, round(HEIGHT * theme.text_scale()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, high = theme.current(), BAR * theme.text_scale()
        top = (self.height() - high) / 2
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            whole = QPainterPath()
            whole.addRoundedRect(QRectF(0, top, self.width(), high), 4, 4)
            painter.setClipPath(whole)
            at = 0.0
            tones = (colors.accent, mix(colors.card, colors.dim, 0.7), colors.negative)
            for share, tone in zip(
                (self.shares.training, self.shares.validation, self.shares.test), tones, strict=True
            ):
                wide = self.width() * share / 100
                painter.fillRect(QRectF(at, top, wide, high), QColor(tone))
                at += wide
