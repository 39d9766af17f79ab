"""The pad: a sheet of the shape of the images to draw on with the mouse, a finger or a pen.

Qt turns the touch of a finger and of a pen into the mouse's events where nobody asks for them; so all three draw.
Points are kept as shares of the sheet's shorter side, and so a drawing grows and shrinks with it.
"""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from nnstudio.core.data.drawing import Stroke
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Stage

HINT = "Draw here"
PEN = 0.08
"""Of the sheet's shorter side: a digit that fills three quarters of it gets lines as wide as MNIST's."""
_STEP = 0.008
"""Of the sheet's shorter side: points nearer to each other say nothing new."""

Points = tuple[tuple[float, float], ...]


class PadStage(Stage):
    """Strokes as they are drawn. `changed` comes with every piece of a line, `undo` takes back what was done last."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(
            "Drawing pad",
            "Draw with the mouse, a finger or a pen. Ctrl+Z takes the last stroke back.",
            "<b>Drawing pad</b><p>What is drawn is scaled to fit 20 × 20 pixels, with its shape kept, and moved by "
            "whole pixels until its centre of mass, Σ i·v / Σ v, lies in the middle of 28 × 28: so MNIST's own digits "
            "were made. Where and how large you draw does not matter.</p><p><b>Example:</b> a digit 150 high is drawn "
            "20 high, a factor of 0.133.</p><p><b>Source:</b> LeCun, Bottou, Bengio &amp; Haffner 1998, Gradient-Based "
            "Learning Applied to Document Recognition.</p>",
        )
        # A click takes the keys, for Ctrl+Z; all others it leaves to the window.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._lines: tuple[Points, ...] = ()
        self._past: list[tuple[Points, ...]] = []
        self._drawing = False
        self._shape = 1, 1
        self._ink: list[QGraphicsPathItem] = []
        self.arrange()

    @property
    def strokes(self) -> list[Stroke]:
        """What is drawn, in shares of the sheet's shorter side, with the line that is being drawn."""
        return [Stroke(np.array(line), PEN) for line in self._lines]

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._past)

    def set_shape(self, height: int, width: int) -> None:
        """Be a sheet of the shape of such images from now on."""
        if (height, width) != self._shape:
            self._shape = height, width
            self.arrange()

    def undo(self) -> None:
        """Take the last stroke back, or that all were wiped away."""
        if self._past and not self._drawing:
            self._take(self._past.pop())

    def wipe(self) -> None:
        """Take all strokes away."""
        if self._lines and not self._drawing:
            self._past.append(self._lines)
            self._take(())

    def _take(self, lines: tuple[Points, ...]) -> None:
        self._lines = lines
        self.arrange()
        self._tell()

    def _tell(self) -> None:
        self.setAccessibleDescription(self.summary())
        self.changed.emit()

    def summary(self) -> str:
        count = len(self._lines)
        if not count:
            return "Nothing is drawn yet. Draw with the mouse, a finger or a pen."
        return f"{count} {'stroke' if count == 1 else 'strokes'}. Ctrl+Z takes the last one back."

    # Drawing.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._drawing = True
        self._past.append(self._lines)
        self._lines = (*self._lines, (self._place(event.position()),))
        self.arrange()
        self._tell()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        # A pad that was hidden under the pen never hears that it was lifted.
        self._drawing = self._drawing and bool(event.buttons() & Qt.MouseButton.LeftButton)
        if not self._drawing:
            return
        *before, line = self._lines
        point = self._place(event.position())
        if np.hypot(point[0] - line[-1][0], point[1] - line[-1][1]) >= _STEP:
            self._lines = (*before, (*line, point))
            self._ink[-1].setPath(self._path(self._lines[-1]))
            self.changed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drawing = False
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # the second of two quick strokes

    def _place(self, position: QPointF) -> tuple[float, float]:
        """A point in shares of the shorter side; what is drawn beyond an edge stays on it."""
        sheet = self._sheet()
        x = min(max(position.x() - sheet.left(), 0.0), sheet.width()) / self._side
        return x, min(max(position.y() - sheet.top(), 0.0), sheet.height()) / self._side

    def _sheet(self) -> QRectF:
        height, width = self._shape
        return items.fitted(self.area, width, height)

    @property
    def _side(self) -> float:
        return min(self._sheet().width(), self._sheet().height())

    # Keys.

    def claims(self, event: QKeyEvent) -> bool:
        return event.matches(QKeySequence.StandardKey.Undo)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.claims(event):
            self.undo()
        else:
            event.ignore()

    # The picture.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        sheet = items.path(root, QPen(QColor(colors.line), 1), QColor(colors.ground))
        sheet.setPath(items.rounded(self._sheet().adjusted(0.5, 0.5, -0.5, -0.5), 6))
        pen = QPen(QColor(colors.text), PEN * self._side)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self._ink = [items.path(root, pen, z=1) for _ in self._lines]
        for item, line in zip(self._ink, self._lines, strict=True):
            item.setPath(self._path(line))
        if not self._lines:
            middle = Qt.AlignmentFlag.AlignHCenter
            items.Words(root, QRectF(self.area).center(), text_font(13), colors.dim, HINT, middle)

    def _path(self, line: Points) -> QPainterPath:
        path = QPainterPath(self._point(line[0]))
        for place in line[1:] or line[:1]:
            path.lineTo(self._point(place))
        return path

    def _point(self, place: tuple[float, float]) -> QPointF:
        return self._sheet().topLeft() + QPointF(place[0], place[1]) * self._side
