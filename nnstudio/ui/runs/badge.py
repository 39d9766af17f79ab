"""What runs that are compared are known by: a letter, a shape and a colour, the same wherever one of them is shown."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap, QPolygonF
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font

LETTERS = "ABC"
"""By the place of a run among those that are compared."""
SHAPES = "circle", "square", "triangle"
_SIDE = 16.0


def badge_color(place: int) -> str:
    """The colour of a run, for marks and bold names."""
    colors = theme.current()
    return (colors.run_a, colors.run_b, colors.run_c)[place]


def mark_path(place: int, center: QPointF, radius: float) -> QPainterPath:
    """The shape of a run: a circle, a square, a triangle."""
    path = QPainterPath()
    if place == 0:
        path.addEllipse(center, radius, radius)
    elif place == 1:
        side = 0.88 * radius
        path.addRect(QRectF(center.x() - side, center.y() - side, 2 * side, 2 * side))
    else:
        points = ((0.0, -1.15), (1.1, 0.85), (-1.1, 0.85))
        path.addPolygon(QPolygonF([center + QPointF(x * radius, y * radius) for x, y in points]))
        path.closeSubpath()
    return path


def draw_badge(painter: QPainter, place: int, box: QRectF) -> None:
    """The shape with its letter, in this square."""
    colors, half = theme.current(), box.width() / 2
    path = QPainterPath()
    if place == 1:
        path.addRoundedRect(box, 0.2 * half, 0.2 * half)
    else:
        path = mark_path(place, box.center(), half if place == 0 else 0.9 * half)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(badge_color(place)))
    painter.drawPath(path)
    painter.setPen(QColor(colors.card))
    painter.setFont(text_font(9 if place == 2 else 10.5, bold=True))
    letter = box.translated(0, 0.2 * half) if place == 2 else box
    painter.drawText(letter, Qt.AlignmentFlag.AlignCenter, LETTERS[place])


class Badge(QLabel):
    """The badge of one run."""

    def __init__(self, place: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = place
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Run {LETTERS[place]}, {SHAPES[place]}")
        self._dress()

    def _dress(self) -> None:
        side = round(_SIDE * theme.text_scale())
        box = QRectF(0, 0, side, side)
        picture: QPixmap = items.drawn(box, self.devicePixelRatioF(), lambda p: draw_badge(p, self.place, box))
        self.setPixmap(picture)
        self.setFixedSize(QSize(side, side))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._dress()
