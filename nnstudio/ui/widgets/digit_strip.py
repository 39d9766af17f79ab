"""A few images of the data set side by side, in ink of the text's colour, so that one sees what is being learned."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.ui import theme

COLUMNS = 8
ROWS = 5


class DigitStrip(QWidget):
    """The first images of a set, `ROWS` × `COLUMNS` of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._high = ROWS / COLUMNS
        self._ink: NDArray[np.uint8] | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setToolTip("The first images of the training set.")
        self.setAccessibleName("Sample images")
        self.setAccessibleDescription("The first images of the training set.")

    def show_images(self, pixels: NDArray[np.uint8]) -> None:
        """Show the first of these images (n, height, width); 0 is background, 255 is ink."""
        images = pixels[: ROWS * COLUMNS]
        _, height, width = images.shape
        cells = np.zeros((ROWS * COLUMNS, height, width), np.uint8)
        cells[: len(images)] = images
        rows = cells.reshape(ROWS, COLUMNS, height, width).swapaxes(1, 2)
        self._high = ROWS * height / (COLUMNS * width)
        self._ink = np.ascontiguousarray(rows).reshape(ROWS * height, COLUMNS * width)
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(width * self._high)

    def sizeHint(self) -> QSize:
        return QSize(182, self.heightForWidth(max(self.width(), 160)))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._ink is None:
            return
        height, width = self._ink.shape
        # Ink is opacity: the text's colour shows as much as a pixel holds, on whatever lies below.
        image = QImage(width, height, QImage.Format.Format_ARGB32)
        image.fill(QColor(theme.current().text))
        image.setAlphaChannel(QImage(self._ink.data, width, height, width, QImage.Format.Format_Alpha8))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self.rect()), image)
