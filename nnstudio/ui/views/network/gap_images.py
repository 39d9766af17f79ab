"""Pictures of the spaces between columns, kept as long as what they show stays the same.

Links and bands are the slowest part of the network to draw and change less often than the maps, so each gap is drawn
into an image of its own and copied from there.
"""

from collections.abc import Callable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import Column


def gap_area(a: Column, b: Column, margin: float) -> QRectF:
    """The space between two columns, as high as the higher one and a margin beyond; on whole pixels."""
    top = round(min(a.tiles[0].top(), b.tiles[0].top()) - margin)
    bottom = round(max(a.tiles[-1].bottom(), b.tiles[-1].bottom()) + margin)
    left = int(a.right)
    return QRectF(left, top, max(1, -int(-b.left // 1) - left), max(1, bottom - top))


class GapImages:
    """One image for each gap."""

    def __init__(self) -> None:
        self._images: dict[int, tuple[QRectF, QImage]] = {}

    def paint(self, painter: QPainter, gap: int, area: QRectF, stale: bool, draw: Callable[[QPainter], None]) -> None:
        """Copy the image of a gap; `draw` makes it anew if it is stale, or made for another place or screen."""
        ratio = painter.device().devicePixelRatioF()
        place, image = self._images.get(gap, (None, None))
        if stale or image is None or place != area or image.devicePixelRatio() != ratio:
            width, height = round(area.width() * ratio), round(area.height() * ratio)
            if image is None or (image.width(), image.height()) != (width, height):
                image = QImage(width, height, QImage.Format.Format_RGB32)
            image.setDevicePixelRatio(ratio)
            image.fill(QColor(current().card))
            with QPainter(image) as own:
                own.setRenderHint(QPainter.RenderHint.Antialiasing)
                own.translate(-area.topLeft())
                draw(own)
            self._images[gap] = area, image
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area.topLeft(), image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
