"""A strip of test images with the network's answers: a tick or a cross, the answer, how sure it is."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from nnstudio.core.run.frame import FloatArray, Frame, ImagePicture
from nnstudio.ui import theme
from nnstudio.ui.widgets.canvas import Canvas, Spot, mono_font
from nnstudio.ui.widgets.figures import percent

_GAP = 6
_WIDEST = 44
_NARROWEST = 34


class SamplesCanvas(Canvas):
    """As many of the frame's sample images as fit side by side."""

    def __init__(self) -> None:
        super().__init__(
            "Sample images",
            "Test images and what the network takes them for; a cross marks a mistake.",
            "<b>Sample images</b><p>Under each test image stands the network's answer, argmax p, with a tick if it is "
            "right and a cross if it is wrong, and its confidence, max p, where p = softmax(z).</p>",
        )
        self._picture: ImagePicture | None = None
        self._samples: FloatArray | None = None
        self._ink: object = None
        self._pixels = np.zeros((1, 1, 1), np.uint32)
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's samples."""
        self._picture = frame.picture if isinstance(frame.picture, ImagePicture) else None
        self.update()

    def places(self) -> tuple[int, int]:
        picture = self._picture
        if picture is None or picture.sample_answers is None or picture.samples is None:
            return 0, 0
        fitting = (self.width() + _GAP) // (_NARROWEST + _GAP)
        return min(len(picture.samples), max(fitting, 1)), 1

    def _tile(self, column: int) -> QRectF:
        """The square of an image; its answer stands below."""
        columns = max(self.places()[0], 1)
        pitch = (self.width() + _GAP) / columns
        side = min(pitch - _GAP, _WIDEST, self.height() - self._lines_height())
        return QRectF(column * pitch + (pitch - _GAP - side) / 2 + 1, 1, side - 2, side - 2)

    def _lines_height(self) -> float:
        return QFontMetricsF(mono_font(11)).height() + QFontMetricsF(mono_font(9.5)).height() + 2

    def spot_at(self, position: QPointF) -> Spot | None:
        columns = self.places()[0]
        column = int(position.x() / (self.width() + _GAP) * columns) if columns else 0
        return Spot(column, 0) if 0 <= column < columns else None

    def anchor(self, spot: Spot) -> QPointF:
        return self._tile(spot.column).center()

    def reading(self, spot: Spot) -> Sequence[str]:
        picture = self._picture
        if picture is None or picture.sample_labels is None or picture.sample_answers is None:
            return ()
        truth, answer = int(picture.sample_labels[spot.column]), int(picture.sample_answers[spot.column])
        confidence = picture.sample_confidences
        sure = "" if confidence is None else f"sure to {percent(float(confidence[spot.column]), 2)}"
        return ("Right" if truth == answer else "Wrong", f"truth {truth}, answer {answer}", sure)

    def summary(self) -> str:
        picture = self._picture
        if picture is None or picture.sample_labels is None or picture.sample_answers is None:
            return "Nothing to see yet."
        count = self.places()[0]
        right = int((picture.sample_labels[:count] == picture.sample_answers[:count]).sum())
        return f"{right} of {count} sample images are right. Arrow keys read them."

    def paint(self, painter: QPainter) -> None:
        picture = self._picture
        columns = self.places()[0]
        if not columns or picture is None or picture.samples is None:
            return
        self._refresh(picture.samples)
        height, width = picture.samples.shape[1:]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for column in range(columns):
            tile = self._tile(column)
            painter.drawImage(tile, self._image, QRectF(0, column * height, width, height))
            self._paint_answer(painter, picture, column, tile)

    def _paint_answer(self, painter: QPainter, picture: ImagePicture, column: int, tile: QRectF) -> None:
        colors = theme.current()
        if picture.sample_labels is None or picture.sample_answers is None or picture.sample_confidences is None:
            return
        right = picture.sample_labels[column] == picture.sample_answers[column]
        color = QColor(colors.good if right else colors.bad)
        marked = self.spot == Spot(column, 0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colors.text if marked else colors.line) if right or marked else color, 1.2))
        painter.drawRoundedRect(tile.adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3)
        large, small = mono_font(11), mono_font(9.5)
        line = QRectF(tile.center().x() - 24, tile.bottom() + 2, 48, QFontMetricsF(large).height())
        painter.setFont(large)
        painter.setPen(color)
        answer = int(picture.sample_answers[column])
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, f"{'✓' if right else '✗'}{answer}")
        painter.setFont(small)
        painter.setPen(QColor(colors.dim))
        line.moveTop(line.bottom() - 1)
        share = percent(float(picture.sample_confidences[column]), 0).replace("\u00a0", "")
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, share)

    def _refresh(self, samples: FloatArray) -> None:
        """The images in the theme's ink, one below the other."""
        colors = theme.current()
        if self._samples is samples and self._ink is colors:
            return
        self._samples, self._ink = samples, colors
        if self._pixels.shape != samples.shape:
            self._pixels = np.zeros(samples.shape, np.uint32)
            count, height, width = samples.shape
            self._image = QImage(self._pixels.data, width, count * height, 4 * width, QImage.Format.Format_RGB32)
        shade = np.linspace(0, 1, 256)[:, None]
        paper, ink = (np.array([c.red(), c.green(), c.blue()]) for c in (QColor(colors.card), QColor(colors.text)))
        red, green, blue = (paper + (ink - paper) * shade).astype(np.uint32).T
        table = np.uint32(0xFF000000) | red << 16 | green << 8 | blue
        np.take(table, (np.clip(samples, 0, 1) * 255).astype(np.uint8), out=self._pixels, mode="clip")

    def sizeHint(self) -> QSize:
        return QSize(290, round(38 + self._lines_height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())
