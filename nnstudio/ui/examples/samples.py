"""A strip of test images with the network's answers: a tick or a cross, the answer, how sure it is.

It is painted once after an evaluation. A click on an image follows it through the network.
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy

from nnstudio.core.run.example import AnyExample, Chosen, SplitName
from nnstudio.core.run.frame import FloatArray, Frame, ImagePicture
from nnstudio.ui import theme
from nnstudio.ui.examples.choosing import ExamplesStage
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import percent

_GAP = 6
_WIDEST = 44
_NARROWEST = 34
_EDGE = 3.0


class SamplesStage(ExamplesStage):
    """As many of the frame's sample images as fit side by side; they are the first of the test images."""

    walks = False

    def __init__(self) -> None:
        super().__init__(
            "Sample images",
            "Test images and what the network takes them for; a cross marks a mistake. Click one to follow it.",
            "<b>Sample images</b><p>Under each test image stands the network's answer, argmax p, with a tick if it is "
            "right and a cross if it is wrong, and its confidence, max p, where p = softmax(z), p<sub>k</sub> = "
            "e<sup>z<sub>k</sub></sup> / Σ e<sup>z</sup>.</p><p><b>Example:</b> z = (2, 1, 0) gives p = (0.67, 0.24, "
            "0.09): the answer 0, sure to 67 %.</p><p>A click on an image, or Enter, follows it through the network."
            "</p><p><b>Source:</b> C. Bishop, <i>Pattern Recognition and Machine Learning</i>, 2006, §4.2.</p>",
        )
        self._picture: ImagePicture | None = None
        self._names: tuple[str, ...] = ()
        self._inked: tuple[FloatArray, theme.Theme] | None = None
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's samples, if anything about them is new."""
        picture = frame.picture if isinstance(frame.picture, ImagePicture) else None
        before, self._picture = self._picture, picture
        self._names = frame.dataset.class_names
        if picture is None or before is None or not _same(picture, before):
            self._draw()
            self.show_chosen(self._chosen)
            self.read()
        self.follow(frame)

    # Where things are.

    def places(self) -> tuple[int, int]:
        picture = self._picture
        if picture is None or picture.sample_answers is None or picture.samples is None:
            return 0, 0
        fitting = (self.width() + _GAP) // (_NARROWEST + _GAP)
        return min(len(picture.samples), max(fitting, 1)), 1

    def _tile(self, column: int) -> QRectF:
        """Where an image lies, in a square; its answer stands below."""
        columns = max(self.places()[0], 1)
        pitch = (self.width() - 2 * _EDGE + _GAP) / columns
        side = round(min(pitch - _GAP, _WIDEST, self.height() - self._lines_height() - 2 * _EDGE))
        square = QRectF(round(_EDGE + column * pitch + (pitch - _GAP - side) / 2), _EDGE, side, side)
        samples = self._picture.samples if self._picture else None
        return square if samples is None else items.fitted(square, samples.shape[2], samples.shape[1])

    def _lines_height(self) -> float:
        return QFontMetricsF(mono_font(12)).height() + QFontMetricsF(mono_font(11)).height()

    def spot_at(self, position: QPointF) -> Spot | None:
        columns = self.places()[0]
        column = int(position.x() / self.width() * columns) if columns else 0
        return Spot(column, 0) if 0 <= column < columns else None

    def anchor(self, spot: Spot) -> QRectF:
        return self._tile(spot.column)

    # Its examples.

    def example_at(self, position: QPointF) -> AnyExample | None:
        spot = self.spot_at(position)
        return self.example_of(spot) if spot else None

    def example_of(self, spot: Spot) -> AnyExample | None:
        return Chosen(SplitName.TEST, spot.column)

    def outline_of(self, chosen: AnyExample) -> QPainterPath | None:
        if not isinstance(chosen, Chosen) or chosen.split is not SplitName.TEST or chosen.index >= self.places()[0]:
            return None
        return items.rounded(self._tile(chosen.index), 4)

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        picture = self._picture
        if picture is None or picture.sample_labels is None or picture.sample_answers is None:
            return ()
        labels, answers = picture.sample_labels, picture.sample_answers
        truth, answer = self._names[int(labels[spot.column])], self._names[int(answers[spot.column])]
        confidence = picture.sample_confidences
        sure = "" if confidence is None else f"sure to {percent(float(confidence[spot.column]), 2)}"
        return ("Right" if truth == answer else "Wrong", f"truth {truth}, answer {answer}", sure)

    def figure(self, spot: Spot) -> float | None:
        sure = self._picture.sample_confidences if self._picture else None
        return float(sure[spot.column]) if sure is not None else None

    def enlarged(self, spot: Spot) -> QImage | None:
        picture = self._picture
        if picture is None or picture.samples is None or self._image.isNull():
            return None
        height, width = picture.samples.shape[1:]
        return self._image.copy(0, spot.column * height, width, height)

    def summary(self) -> str:
        picture = self._picture
        if picture is None or picture.sample_labels is None or picture.sample_answers is None:
            return "Nothing to see yet."
        count = self.places()[0]
        right = int((picture.sample_labels[:count] == picture.sample_answers[:count]).sum())
        images, are = "image" if count == 1 else "images", "is" if right == 1 else "are"
        return f"{right} of {count} sample {images} {are} right. Arrow keys read them, Enter follows one."

    def table(self) -> Table | None:
        picture = self._picture
        if picture is None or picture.sample_labels is None or picture.sample_answers is None:
            return None
        sure = picture.sample_confidences
        truths, answers = (
            [self._names[each] for each in of.tolist()] for of in (picture.sample_labels, picture.sample_answers)
        )
        columns: list[list[str] | list[float]] = [truths, answers, *([] if sure is None else [sure.tolist()])]
        headers = ("test image", "truth", "answer", "confidence")[: len(columns) + 1]
        rows = zip(range(1, len(truths) + 1), *columns, strict=True)
        return Table("Sample images", headers, list(rows))

    def mark(self, spot: Spot | None) -> None:
        self._marker.setPath(items.rounded(self._tile(spot.column), 3) if spot else QPainterPath())

    # Drawing.

    def arrange(self) -> None:
        root = self.clear()
        self._strip = items.pixmap(root)
        self._marker = items.path(root, QPen(QColor(theme.current().text), 1.5), z=1)
        self._draw()
        self.show_chosen(self._chosen)

    def _draw(self) -> None:
        self._strip.setVisible(self.places() != (0, 0))
        if self.places() != (0, 0):
            self._strip.setPixmap(items.drawn(self.area, self.ratio, self._paint))

    def _paint(self, painter: QPainter) -> None:
        picture = self._picture
        assert picture is not None
        assert picture.samples is not None
        self._refresh(picture.samples)
        height, width = picture.samples.shape[1:]
        for column in range(self.places()[0]):
            tile = self._tile(column)
            painter.drawImage(tile, self._image, QRectF(0, column * height, width, height))
            self._paint_answer(painter, picture, column, tile)

    def _paint_answer(self, painter: QPainter, picture: ImagePicture, column: int, tile: QRectF) -> None:
        colors = theme.current()
        if picture.sample_labels is None or picture.sample_answers is None or picture.sample_confidences is None:
            return
        right = picture.sample_labels[column] == picture.sample_answers[column]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colors.line if right else colors.bad), 1 if right else 1.5))
        painter.drawRoundedRect(tile.adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3)
        large, small = mono_font(12), mono_font(11)
        room = (self.width() - 2 * _EDGE + _GAP) / max(self.places()[0], 1)
        room = min(room, max(tile.width(), tile.height()) + _GAP)
        line = QRectF(tile.center().x() - room / 2, tile.bottom() + 2, room, QFontMetricsF(large).height())
        painter.setFont(large)
        painter.setPen(QColor(colors.better if right else colors.bad))
        answer = f"{'✓' if right else '✗'}{self._names[int(picture.sample_answers[column])]}"
        answer = QFontMetricsF(large).elidedText(answer, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, answer)
        painter.setFont(small)
        painter.setPen(QColor(colors.dim))
        line.moveTop(line.bottom() - 2)
        share = percent(float(picture.sample_confidences[column]), 0).replace("\u00a0", "")
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, share)

    def _refresh(self, samples: FloatArray) -> None:
        """The images in the theme's ink, one below the other."""
        colors = theme.current()
        if self._inked is not None and self._inked[0] is samples and self._inked[1] is colors:
            return
        self._inked = samples, colors
        shade = np.linspace(0, 1, 256)[:, None]
        paper, ink = (np.array([c.red(), c.green(), c.blue()]) for c in (QColor(colors.card), QColor(colors.text)))
        red, green, blue = (paper + (ink - paper) * shade).astype(np.uint32).T
        table = np.uint32(0xFF000000) | red << 16 | green << 8 | blue
        pixels = table[(np.clip(samples, 0, 1) * 255).astype(np.uint8)]
        count, height, width = samples.shape
        self._image = QImage(pixels.data, width, count * height, 4 * width, QImage.Format.Format_RGB32).copy()

    def sizeHint(self) -> QSize:
        return QSize(290, round(38 + 2 * _EDGE + self._lines_height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())


def _same(a: ImagePicture, b: ImagePicture) -> bool:
    """Whether both have the same samples and answers; after an evaluation these are other objects."""
    return a.samples is b.samples and a.sample_answers is b.sample_answers
