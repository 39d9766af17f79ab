"""The target at a glance: how often each class comes, or how the values are distributed."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from nnstudio.core.experiment.choices import Task
from nnstudio.ui import theme
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.panels.own_table.draft import Proposed
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.widgets.figures import decimal, grouped, percent

ROW, MOST = 30, 5
_SIDE = 4.6


def mark(label: int, at: QPointF, side: float) -> QPainterPath:
    """The sign of a class: disc, square, triangle, diamond, and from the first on again."""
    path = QPainterPath()
    match label % 4:
        case 0:
            path.addEllipse(at, side, side)
        case 1:
            path.addRect(QRectF(at.x() - side * 0.9, at.y() - side * 0.9, side * 1.8, side * 1.8))
        case 2:
            path.moveTo(at.x(), at.y() - side * 1.1)
            path.lineTo(at.x() + side * 1.1, at.y() + side * 0.9)
            path.lineTo(at.x() - side * 1.1, at.y() + side * 0.9)
            path.closeSubpath()
        case _:
            path.moveTo(at.x(), at.y() - side * 1.3)
            path.lineTo(at.x() + side * 1.1, at.y())
            path.lineTo(at.x(), at.y() + side * 1.3)
            path.lineTo(at.x() - side * 1.1, at.y())
            path.closeSubpath()
    return path


class TargetPicture(QWidget):
    """Bars of classes with their counts, or a histogram of values."""

    def __init__(self) -> None:
        super().__init__()
        self._proposed: Proposed | None = None
        self.setAccessibleName("Target")
        self.setWhatsThis(OWN_TABLE["Target"].html("Target"))

    def show_target(self, proposed: Proposed | None) -> None:
        """Show the target of this proposal."""
        self._proposed = proposed
        self.setAccessibleDescription("" if proposed is None else in_words(proposed))
        self.setToolTip("" if proposed is None else in_words(proposed))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        proposed = self._proposed
        rows = 3 if proposed is None else min(max(len(proposed.overview.classes), 3), MOST + 1)
        return QSize(180, round(rows * ROW * 0.8 * theme.text_scale()))

    def paintEvent(self, event: QPaintEvent) -> None:
        proposed = self._proposed
        if proposed is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if proposed.proposal.spec.task is Task.REGRESSION:
                self._paint_values(painter, proposed)
            else:
                self._paint_classes(painter, proposed)

    def _paint_classes(self, painter: QPainter, proposed: Proposed) -> None:
        colors, scale = theme.current(), theme.text_scale()
        names, counts = proposed.proposal.spec.target_names, proposed.overview.classes
        shown = min(len(names), MOST if len(names) > MOST + 1 else MOST + 1)
        lines = shown + (shown < len(names))
        pitch = min(ROW * scale + 3, self.height() / max(lines, 1))
        metrics = QFontMetrics(text_font(13.0))
        room = min(max(metrics.horizontalAdvance(name) for name in names[:shown]) + 4, self.width() * 0.36)
        begin, figures = 22 * scale + room + 8, 96 * scale
        longest = max(*counts, 1)
        align = Qt.AlignmentFlag.AlignVCenter
        for place in range(shown):
            middle = pitch * (place + 0.5)
            line = QRectF(0, middle - pitch / 2, self.width(), pitch)
            color = theme.class_color(place, len(names))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawPath(mark(place, QPointF(8 * scale, middle), _SIDE * scale))
            wide = max(self.width() - begin - figures, 20) * counts[place] / longest
            painter.drawRoundedRect(QRectF(begin, middle - 6.5 * scale, max(wide, 2), 13 * scale), 3, 3)
            painter.setPen(QColor(colors.text))
            painter.setFont(text_font(13.0))
            name = metrics.elidedText(names[place], Qt.TextElideMode.ElideMiddle, int(room) + 1)
            painter.drawText(line.adjusted(22 * scale, 0, 0, 0), align, name)
            painter.setFont(mono_font(12.0))
            right = align | Qt.AlignmentFlag.AlignRight
            painter.drawText(line.adjusted(0, 0, -50 * scale, 0), right, grouped(counts[place]))
            painter.setPen(QColor(colors.dim))
            painter.drawText(line, right, percent(counts[place] / max(sum(counts), 1), 0))
        if shown < len(names):
            painter.setFont(text_font(11.0))
            painter.setPen(QColor(colors.dim))
            line = QRectF(22 * scale, pitch * shown, self.width(), pitch)
            painter.drawText(line, align, f"… and {len(names) - shown} more")

    def _paint_values(self, painter: QPainter, proposed: Proposed) -> None:
        colors, overview, scale = theme.current(), proposed.overview, theme.text_scale()
        if not overview.bars:
            return
        below = 20 * scale
        high, pitch = self.height() - below - 4, self.width() / len(overview.bars)
        quiet = QColor(mix(colors.card, colors.accent, 0.75))
        for place, count in enumerate(overview.bars):
            bar = max(count / max(overview.bars) * high, 1.0 if count else 0.0)
            painter.fillRect(QRectF(place * pitch, 4 + high - bar, max(pitch - 2, 1), bar), quiet)
        painter.fillRect(QRectF(0, 4 + high, self.width(), 1), QColor(colors.line))
        painter.setFont(mono_font(11.0))
        painter.setPen(QColor(colors.dim))
        line = QRectF(0, self.height() - below, self.width(), below)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, figure(overview.low))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, figure(overview.high))


def figure(value: float) -> str:
    """A value of somebody's own table: 193 989, 39.2, 0.0214."""
    return grouped(value) if 1000 <= abs(value) < 1e12 else decimal(value)


def in_words(proposed: Proposed) -> str:
    """The same for those who cannot see it."""
    spec, overview = proposed.proposal.spec, proposed.overview
    if spec.task is Task.REGRESSION:
        return f"{spec.target_names[0]}: from {figure(overview.low)} to {figure(overview.high)}."
    pairs = zip(spec.target_names[:10], overview.classes, strict=False)
    return ", ".join(f"{name} {grouped(count)}" for name, count in pairs) + "."


def balance(proposed: Proposed) -> str:
    """What kind of target it is, in a few words."""
    spec, counts = proposed.proposal.spec, proposed.overview.classes
    if spec.task is Task.REGRESSION:
        return "a number"
    smallest, largest = min(counts, default=0), max(counts, default=0)
    even = "even" if smallest * 1.5 >= largest else "somewhat uneven" if smallest * 5 >= largest else "very uneven"
    return f"{len(counts)} classes, {even}"


def guessing(proposed: Proposed) -> str:
    """How good it is to answer without looking: what a network has to beat."""
    spec, overview = proposed.proposal.spec, proposed.overview
    if spec.task is Task.REGRESSION:
        mean, off = figure(overview.mean), figure(overview.deviation)
        return f"Always answering the mean, {mean}, is off by {off}, the standard deviation."
    share = max(overview.classes, default=0) / max(sum(overview.classes), 1)
    return f"Guessing the largest class is right in {percent(share, 0)}."
