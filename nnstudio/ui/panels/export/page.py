"""A report as it will be seen: on white paper whatever the theme is, its drawings in their places."""

import re

from PySide6.QtCore import QByteArray, QRectF, QSize, QUrl
from PySide6.QtGui import QImage, QPainter, QTextDocument
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QTextBrowser

from nnstudio.ui.explanations.export import EXPORT

_WIDTH = 520
"""Of a drawing in the text, in pixels of the screen."""
_DRAWING = re.compile(r"<svg.*?</svg>", re.DOTALL)
_ROWS = re.compile(r"<dt>(.*?)</dt><dd>(.*?)</dd>", re.DOTALL)
_LOOK = """
body { color: #1c2430; background: #ffffff; } p, caption, .name { color: #5a6573; } pre { background: #f1f3f5; }
td { padding: 2px 8px; } .right { background: #e6f1f9; }
"""
_TIP = "What will be written, as a browser shows it. Arrow keys scroll, Tab leaves."


class Page(QTextBrowser):
    """Qt's rich text knows no SVG and no lists of names with values: drawings become pictures, such lists tables."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "paper")
        self.setAccessibleName("What will be written")
        self.setToolTip(_TIP)
        self.setWhatsThis(EXPORT["file"].html("What will be written", _TIP))
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)

    def show_page(self, html: str) -> None:
        """Show this from its beginning."""
        document = QTextDocument(self)
        document.setDefaultFont(self.font())
        document.setDocumentMargin(20)
        document.setDefaultStyleSheet(_LOOK)
        for number, found in enumerate(_DRAWING.finditer(html)):
            picture = _drawn(found[0], self.devicePixelRatioF())
            document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(f"drawing:{number}"), picture)
        drawings = iter(range(html.count("<svg")))
        text = _DRAWING.sub(lambda _: f'<p><img src="drawing:{next(drawings)}"></p>', html)
        text = _ROWS.sub(r'<tr><td class="name">\1</td><td>\2</td></tr>', text)
        text = text.replace("<dl>", "<table>").replace("</dl>", "</table>")
        document.setHtml(re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL))
        self.setDocument(document)  # the one before goes with it


def _drawn(svg: str, ratio: float) -> QImage:
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    box = renderer.viewBoxF()
    width = min(_WIDTH, round(box.width()))
    size = QSize(width, round(width * box.height() / max(box.width(), 1)))
    image = QImage(size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    with QPainter(image) as painter:
        renderer.render(painter, QRectF(0, 0, size.width(), size.height()))
    return image
