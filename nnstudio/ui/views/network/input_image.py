"""The image that the network looks at, with what it is and how it was read."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.run.example import ExampleReading
from nnstudio.core.run.frame import FloatArray, ImagePicture
from nnstudio.ui.stage import items
from nnstudio.ui.stage.ink import ink_image
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.neuron_note import image_name

_BESIDE = 24
"""Pixels that a line below the image may be longer than it."""


class InputImage:
    """The first column, and three lines below it, which have the width of its whole place."""

    def __init__(self, parent: QGraphicsItem, tile: QRectF, place: QRectF, ratio: float) -> None:
        theme, bold = current(), text_font(12, bold=True)
        self._tile, self._ratio = tile, ratio
        self._room = place.right() - tile.left() + _BESIDE
        self._image = items.pixmap(parent, tile.topLeft(), z=2)
        self._example: FloatArray | None = None
        title, which, verdict = (QPointF(tile.left(), tile.bottom() + 14 + 18 * line) for line in range(3))
        self.title = items.Words(parent, title, bold, theme.text, "Test image", z=5)
        self.which = items.Words(parent, which, mono_font(12), theme.text, z=5)
        self.verdict = items.Words(parent, verdict, bold, theme.bad, z=5)

    def show(self, picture: ImagePicture, names: Sequence[str], example: ExampleReading | None) -> bool:
        """Show this image, of one of the classes with these names; whether it is another than before."""
        self.title.say(image_name(example))
        fresh = self._example is None or not np.array_equal(picture.example, self._example)
        if fresh:
            self._example = picture.example
            self._draw(picture.example)
        self.which.say("" if picture.label is None else self._fitting(mono_font(12), f"a {names[picture.label]}"))
        if picture.probabilities is not None:
            answer = int(np.fmax(picture.probabilities, -np.inf).argmax())  # NaN is nobody's answer
            right = answer == picture.label
            name, bold = names[answer], text_font(12, bold=True)
            verdict = "✓ read right" if right else self._fitting(bold, f"✕ read as {name}", f"✕ {name}")
            if picture.label is None:
                right, verdict = True, self._fitting(bold, f"read as {name}", name)
            if verdict != self.verdict.text:
                self.verdict.item.setBrush(QColor(current().better if right else current().bad))
                self.verdict.say(verdict)
        return fresh

    def _fitting(self, font: QFont, *texts: str) -> str:
        """The first of these texts that there is room for; of the last one, as much as there is."""
        metrics, room = QFontMetricsF(font), self._room
        fitting = (text for text in texts if metrics.horizontalAdvance(text) <= room)
        return next(fitting, metrics.elidedText(texts[-1], items.RIGHT_END, room))

    def _draw(self, example: FloatArray) -> None:
        size = QRectF(0, 0, self._tile.width(), self._tile.height())
        ink = ink_image(example)

        def draw(painter: QPainter) -> None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(size.adjusted(1, 1, -1, -1), ink)
            painter.setPen(QPen(QColor(current().line), 1))
            painter.drawRoundedRect(size.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

        self._image.setPixmap(items.drawn(size, self._ratio, draw))
