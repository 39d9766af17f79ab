"""A part of a card that folds away: its header stays, and says what is set inside.

Closed, the header has two lines, the name and in digits what was set; a dot marks what differs from the default. Space
or a click opens it.
"""

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.ui import theme

HEADER = 40
_OPEN_HEADER = 32
INDENT = 15  # where the names begin, behind the mark
_DOT = 6
_MARK = 4.0


class Fold(QWidget):
    """`body` below a header. `name` is what a closed window remembers it by; `toggled` tells whether it is open."""

    toggled = Signal(bool)

    def __init__(self, name: str, title: str, body: QWidget, help: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.header = FoldHeader(title)
        self.header.setWhatsThis(help)
        self.header.toggled.connect(self._toggled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        self._inside = QWidget()  # the body shows and hides itself as it likes
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(INDENT, 0, 0, 8)
        inside.addWidget(body)
        column.addWidget(self._inside)
        self._inside.hide()

    @property
    def is_open(self) -> bool:
        """Whether the body is to be seen."""
        return self.header.isChecked()

    def set_open(self, opened: bool) -> None:
        """Show the body or fold it away."""
        self.header.setChecked(opened)

    def set_summary(self, text: str, changed: bool) -> None:
        """What the closed header says of what is inside, and whether that differs from the default."""
        self.header.set_summary(text, changed)

    @Slot(bool)
    def _toggled(self, opened: bool) -> None:
        self._inside.setVisible(opened)
        self.toggled.emit(opened)


class FoldHeader(QPushButton):
    """The button of a fold: checked while it is open."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("role", "fold")
        self.setCheckable(True)
        self.setAccessibleName(title)
        self.setToolTip(f"Shows or folds away {title}.")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._changed = False
        self._title = QLabel(title, self)
        self._title.setProperty("role", "medium")
        self._summary = QLabel(self)
        self._summary.setProperty("role", "summary")
        for label in (self._title, self._summary):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = ""
        self.toggled.connect(self._fold)

    @property
    def summary(self) -> str:
        """What it says of what is inside."""
        return self._text

    @property
    def changed(self) -> bool:
        """Whether it marks what is inside as different from the default."""
        return self._changed

    def set_summary(self, text: str, changed: bool) -> None:
        """Say this in the second line, with a dot if it differs from the default."""
        self._text, self._changed = text, changed
        self.setAccessibleDescription(f"{text}, changed" if changed else text)
        if self._summary.property("changed") != changed:
            self._summary.setProperty("changed", changed)
            self._summary.style().unpolish(self._summary)
            self._summary.style().polish(self._summary)
        self._arrange()
        self.update()

    def sizeHint(self) -> QSize:
        height = _OPEN_HEADER if self.isChecked() else HEADER
        return QSize(120, round(height * theme.text_scale()))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self.updateGeometry()
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        colors, scale = theme.current(), theme.text_scale()
        painter = QPainter(self)
        painter.fillRect(QRectF(0, 0, self.width(), 1), QColor(colors.line))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, step = self._title.geometry().center().y() + 0.5, _MARK * scale
        painter.setPen(QPen(QColor(colors.dim), 1.5, c=Qt.PenCapStyle.RoundCap))
        painter.translate(step, middle)
        painter.rotate(90 if self.isChecked() else 0)
        tip = QPointF(step / 2, 0)
        painter.drawLines([QLineF(tip - QPointF(step, step), tip), QLineF(tip, tip - QPointF(step, -step))])
        painter.resetTransform()
        if self._changed:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.accent))
            painter.drawEllipse(QPointF(self.width() - _DOT / 2 - 1, middle), _DOT / 2, _DOT / 2)

    @Slot(bool)
    def _fold(self, opened: bool) -> None:
        self._summary.setVisible(not opened)
        self.updateGeometry()
        self._arrange()

    def _arrange(self) -> None:
        """Both lines in the middle of the header, cut off where the dot stands."""
        width = max(self.width() - INDENT - 2 * _DOT, 0)
        lines = [self._title] if self.isChecked() else [self._title, self._summary]
        for label in lines:
            label.ensurePolished()
        metrics = self._summary.fontMetrics()
        self._summary.setText(metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, width))
        height = sum(label.sizeHint().height() for label in lines)
        top = (self.height() - height) // 2
        for label in lines:
            label.setGeometry(INDENT, top, width, label.sizeHint().height())
            top += label.sizeHint().height()
