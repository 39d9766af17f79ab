"""What the network sees of a drawing, pixel by pixel, and what it takes it for."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from nnstudio.core.data.images import WHITE
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.ink import ink_image
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table

CAPTION = "network sees"
_CAPTION, _ANSWER, _SURE = 11, 28, 12
_GAP = 4.0
_SMALL = 56.0
"""Rather than an image this small, nothing says how sure the answer is: the bars do."""


class SeenStage(Stage):
    """An image with a line above it, and the answer with how sure it is below."""

    def __init__(self) -> None:
        super().__init__(
            "What the network sees",
            "The drawing as the network gets it; arrow keys read its pixels.",
            "<b>What the network sees</b><p>Each pixel is how much of it the pen has covered, v / 255, from 0 to 1, "
            "before it is scaled like the training images. Below: the answer, argmax p, and how sure it is, max p.</p>"
            "<p><b>Example:</b> a pixel covered by half is 128 / 255 = 0.50.</p><p><b>Source:</b> LeCun, Bottou, "
            "Bengio &amp; Haffner 1998, Gradient-Based Learning Applied to Document Recognition.</p>",
        )
        self._shape = 1, 1
        self._pixels: NDArray[np.uint8] | None = None
        self.answer, self.sure = "", ""
        self.arrange()

    def show_image(self, pixels: NDArray[np.uint8] | None) -> None:
        """Show this image (height, width), or that there is none."""
        self._pixels = pixels
        self._draw()
        self.read()

    def set_shape(self, height: int, width: int) -> None:
        """Have room for images of this shape from now on."""
        if (height, width) != self._shape:
            self._shape, self._pixels = (height, width), None
            self.arrange()

    def show_answer(self, answer: str, sure: str) -> None:
        """Write what the network takes it for, and how sure it is."""
        self.answer, self.sure = answer, sure
        self._answer_words.say(answer)
        self._sure_words.say(sure)
        self.setAccessibleDescription(self.summary())

    def narrowest(self) -> int:
        """The width that its caption needs."""
        return round(QFontMetricsF(text_font(_CAPTION)).horizontalAdvance(CAPTION)) + 2

    # Where things are.

    def places(self) -> tuple[int, int]:
        return (0, 0) if self._pixels is None else (self._pixels.shape[1], self._pixels.shape[0])

    def _lines(self) -> tuple[float, float, float]:
        """How high the line above is, and the two below; 0 for a line that there is no room for."""
        fonts = text_font(_CAPTION), text_font(_ANSWER, bold=True), mono_font(_SURE)
        above, answer, sure = (QFontMetricsF(font).height() for font in fonts)
        return above, answer, sure if self.height() - above - answer - sure - 2 * _GAP >= _SMALL else 0.0

    def _tile(self) -> QRectF:
        above, *below = self._lines()
        side = max(8.0, min(self.width(), self.height() - above - sum(below) - 2 * _GAP, 112.0) // 1)
        square = QRectF(round((self.width() - side) / 2), above + _GAP, side, side)
        return items.fitted(square, *reversed(self._shape))

    def _cell(self, spot: Spot) -> QRectF:
        columns, rows = self.places()
        tile = self._tile().adjusted(1, 1, -1, -1)
        width, height = tile.width() / columns, tile.height() / rows
        return QRectF(tile.left() + spot.column * width, tile.top() + spot.row * height, width, height)

    def spot_at(self, position: QPointF) -> Spot | None:
        tile, (columns, rows) = self._tile(), self.places()
        if not columns or not tile.contains(position):
            return None
        share = (position.x() - tile.left()) / tile.width(), (position.y() - tile.top()) / tile.height()
        return Spot(min(int(share[0] * columns), columns - 1), min(int(share[1] * rows), rows - 1))

    def anchor(self, spot: Spot) -> QRectF:
        return self._cell(spot)

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        value = self.figure(spot)
        return () if value is None else (f"Pixel {spot.row}, {spot.column}", f"{value:.2f}")

    def figure(self, spot: Spot) -> float | None:
        return None if self._pixels is None else float(self._pixels[spot.row, spot.column]) / WHITE

    def summary(self) -> str:
        if self._pixels is None:
            return "Nothing is drawn yet, so the network sees nothing."
        reads = f"The network reads {self.answer}, {self.sure}. " if self.answer else ""
        return f"{reads}Arrow keys read the pixels."

    def table(self) -> Table | None:
        if self._pixels is None:
            return None
        headers = ("row", *(str(column) for column in range(self._pixels.shape[1])))
        rows = [(number, *row) for number, row in enumerate((self._pixels / WHITE).tolist())]
        return Table("What the network sees", headers, rows)

    def mark(self, spot: Spot | None) -> None:
        self._marker.setPath(items.rounded(self._cell(spot).adjusted(-1, -1, 1, 1), 1) if spot else QPainterPath())

    # The picture.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        above, answer, sure = self._lines()
        tile, middle, center = self._tile(), self.width() / 2, Qt.AlignmentFlag.AlignHCenter
        items.Words(root, QPointF(middle, above / 2), text_font(_CAPTION), colors.dim, CAPTION, center)
        self._image = items.pixmap(root, tile.topLeft())
        self._marker = items.path(root, QPen(QColor(colors.accent), 1.5), z=1)
        below = tile.bottom() + _GAP
        place, large = QPointF(middle, below + answer / 2), text_font(_ANSWER, bold=True)
        self._answer_words = items.Words(root, place, large, colors.text, self.answer, center)
        under = QPointF(middle, below + answer + sure / 2 - 2)
        self._sure_words = items.Words(root, under, mono_font(_SURE), colors.dim, self.sure, center)
        self._sure_words.item.setVisible(sure > 0)
        self._draw()

    def _draw(self) -> None:
        size = QRectF(0, 0, self._tile().width(), self._tile().height())
        pixels = np.zeros((1, 1), np.uint8) if self._pixels is None else self._pixels
        ink = ink_image((pixels / WHITE).astype(np.float32))

        def draw(painter: QPainter) -> None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(size.adjusted(1, 1, -1, -1), ink)
            painter.setPen(QPen(QColor(theme.current().line), 1))
            painter.drawRoundedRect(size.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

        self._image.setPixmap(items.drawn(size, self.ratio, draw))
