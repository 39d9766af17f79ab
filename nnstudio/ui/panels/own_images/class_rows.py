"""Some images of each class, a row for each, with how many there are."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from nnstudio.core.data.own_pictures import as_learned
from nnstudio.ui import theme
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.panels.own_images.draft import ProposedImages
from nnstudio.ui.panels.own_table.target_picture import mark
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.widgets.figures import grouped, percent

ROW, IMAGE, GAP, LEFT = 78, 60, 6, 14
MOST_IMAGES, MOST_LINES = 60, 4
_NAME, _NAMES, _LEAST = 0.3, 190, 96


class ClassRows(QWidget):
    """Images are shown as the network sees them: black is 0, white is 1."""

    def __init__(self) -> None:
        super().__init__()
        self._proposed: ProposedImages | None = None
        self._pixmaps: list[list[QPixmap]] = []
        self.setAccessibleName("Classes")
        self.setWhatsThis(OWN_TABLE["Classes"].html("Classes"))

    def show_images(self, proposed: ProposedImages) -> None:
        """Show these classes."""
        if proposed is self._proposed:
            return
        self._proposed = proposed
        names, counts = proposed.spec.class_names, proposed.classes
        pairs = zip(names[:20], counts, strict=False)
        self.setAccessibleDescription(", ".join(f"{name} {grouped(count)}" for name, count in pairs) + ".")
        self._pixmaps = [_first(proposed, label) for label in range(len(names))]
        self.setMinimumHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        rows = 0 if self._proposed is None else len(self._proposed.classes)
        return QSize(400, round(ROW * theme.text_scale()) * rows + 2 * GAP)

    def _row(self) -> int:
        """How high a row is: with few classes there is room for several lines of images."""
        scale, room = theme.text_scale(), self.height() - 2 * GAP
        each = room / max(len(self._pixmaps), 1)
        lines = min(max(int((each - (ROW - IMAGE) * scale + GAP) / (IMAGE * scale + GAP)), 1), MOST_LINES)
        return round((ROW + (lines - 1) * (IMAGE + GAP / scale)) * scale)

    def _room(self, names: tuple[str, ...]) -> float:
        """How wide the column of names is."""
        metrics, scale = QFontMetrics(text_font(13.0, bold=True)), theme.text_scale()
        longest = max((metrics.horizontalAdvance(name) for name in names[:200]), default=0) + 8.0
        return min(max(longest, _LEAST * scale), _NAME * self.width(), _NAMES * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        proposed = self._proposed
        if proposed is None:
            return
        row, room = self._row(), self._room(proposed.spec.class_names)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            for label in range(len(proposed.classes)):
                box = QRect(0, GAP + label * row, self.width(), row)
                if box.intersects(event.rect()):
                    self._paint_class(painter, QRectF(box), proposed, label, room)

    def _paint_class(self, painter: QPainter, box: QRectF, proposed: ProposedImages, label: int, room: float) -> None:
        colors, scale = theme.current(), theme.text_scale()
        names, count = proposed.spec.class_names, proposed.classes[label]
        if label:
            painter.fillRect(QRectF(LEFT, box.top(), box.width() - 2 * LEFT, 1), QColor(colors.line))
        middle = box.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.class_color(label, len(names)))
        painter.drawPath(mark(label, QPointF(LEFT + 6 * scale, middle - 10 * scale), 5.5 * scale))
        begin = LEFT + 20 * scale
        font = text_font(13.0, bold=True)
        painter.setFont(font)
        painter.setPen(QColor(colors.text))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        name = QFontMetrics(font).elidedText(names[label], Qt.TextElideMode.ElideMiddle, int(room))
        painter.drawText(QRectF(begin, middle - 20 * scale, room, 20 * scale), left, name)
        painter.setFont(mono_font(12.0))
        painter.setPen(QColor(colors.dim))
        said = f"{grouped(count)}  {percent(count / max(sum(proposed.classes), 1), 0)}"
        painter.drawText(QRectF(begin, middle + 2 * scale, room, 18 * scale), left, said)
        first, high = begin + room + 10 * scale, IMAGE * scale
        x, y = first, box.top() + (ROW - IMAGE) * scale / 2
        for pixmap in self._pixmaps[label]:
            wide = min(high * pixmap.width() / pixmap.height(), box.width() - LEFT - first)
            if x + wide > box.width() - LEFT:
                x, y = first, y + high + GAP
            if y + high > box.bottom():
                break
            painter.drawPixmap(QRectF(x, y, wide, high), pixmap, QRectF(pixmap.rect()))
            x += wide + GAP


def _first(proposed: ProposedImages, label: int) -> list[QPixmap]:
    """The first images of a class."""
    pictures = proposed.pictures
    places = np.flatnonzero(pictures.labels == label)[:MOST_IMAGES]
    return [_pixmap(each) for each in as_learned(proposed.spec, pictures.pixels[places])]


def _pixmap(pixels: NDArray[np.uint8]) -> QPixmap:
    height, width = pixels.shape
    whole = np.ascontiguousarray(pixels)
    return QPixmap.fromImage(QImage(whole.data, width, height, width, QImage.Format.Format_Grayscale8).copy())
