"""A picture of the window as a file: PNG as it is on the screen, or SVG, sharp at any size.

What a view paints goes once more into the file, on the colour of its card, without the bubble or the ring of the keys.
"""

import re
from contextlib import ExitStack

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication, QWidget

from nnstudio.ui import theme
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.views.view import View

KINDS = "PNG picture (*.png);;SVG drawing (*.svg)"
_MARGIN = 12
_NOTHING = re.compile(rb'<path [^<>]*d=""/>\n?')
"""Qt writes these for shapes that are empty now, and warns of them when it reads them."""


def looked_at(window: QWidget, otherwise: View) -> tuple[QWidget, str]:
    """The picture that has the keys, and what it is called: a view of a card, or a stage that stands on none. Without
    any `otherwise`, or where that cannot be seen the largest there is."""
    place, stage = QApplication.focusWidget(), None
    while place is not None and not isinstance(place, View):
        stage = place if isinstance(place, Stage) else stage
        place = place.parentWidget()
    if place is not None:
        return place, place.title
    if stage is None and not otherwise.isVisible():
        seen = [each for each in window.findChildren(Stage) if each.isVisible()]
        stage = max(seen, key=lambda each: each.width() * each.height(), default=None)
    return (stage, stage.accessibleName()) if stage is not None else (otherwise, otherwise.title)


def picture_of(widget: QWidget, title: str, suffix: str) -> bytes:
    """The whole file, as its suffix says: .svg, or else PNG. `title`: what it shows, in words."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    with ExitStack() as plain:
        for stage in (*([widget] if isinstance(widget, Stage) else []), *widget.findChildren(Stage)):
            plain.enter_context(stage.unattended())
        if suffix == ".svg":
            _draw_svg(widget, title, buffer)
        else:
            _draw_png(widget, title, buffer)
    return _NOTHING.sub(b"", bytes(content.data()))


def _draw_png(widget: QWidget, title: str, buffer: QBuffer) -> None:
    ratio = widget.devicePixelRatioF()
    image = QImage(_area(widget).size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.setText("Title", title)
    with QPainter(image) as painter:
        _paint(widget, painter)
    QImageWriter(buffer, QByteArray(b"png")).write(image)


def _draw_svg(widget: QWidget, title: str, buffer: QBuffer) -> None:
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(_area(widget).size())
    generator.setViewBox(_area(widget))
    generator.setResolution(widget.logicalDpiX())  # otherwise letters would be smaller than what they stand in
    generator.setTitle(title)
    with QPainter(generator) as painter:
        _paint(widget, painter)


def _paint(widget: QWidget, painter: QPainter) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.fillRect(_area(widget), QColor(theme.current().card))
    widget.render(painter, QPoint(_MARGIN, _MARGIN), renderFlags=QWidget.RenderFlag.DrawChildren)


def _area(widget: QWidget) -> QRect:
    """All of it, with a margin around."""
    return QRect(0, 0, widget.width() + 2 * _MARGIN, widget.height() + 2 * _MARGIN)
