"""A picture as a file: what is on the screen, without what only its reader sees, in a form that others open."""

from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.run.frame import Frame
from nnstudio.files.exports import Proof
from nnstudio.ui import theme
from nnstudio.ui.panels.export.proof_chart import ProofChart
from nnstudio.ui.pictures import looked_at, picture_of
from nnstudio.ui.views.view import View

SVG = "{http://www.w3.org/2000/svg}"


class Card(View):
    """A view with one picture."""

    title = "Differences"

    def __init__(self) -> None:
        super().__init__()
        self.chart = ProofChart()
        self.chart.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # or it would have the keys as soon as the window has
        self.chart.show_proof(Proof("run by somebody", np.array([0, 3e-8, 2e-6])))
        column = QVBoxLayout(self)
        column.addWidget(self.chart)

    def show_frame(self, frame: Frame) -> None:
        pass


@pytest.fixture
def card(qtbot: QtBot) -> Card:
    card = Card()
    qtbot.addWidget(card)
    card.resize(420, 140)
    card.show()
    qtbot.waitExposed(card)
    return card


def test_a_png_has_the_pixels_of_the_screen_with_a_margin(card: Card) -> None:
    shown = card.chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    image = QImage.fromData(picture_of(card, "Differences", ".png"))
    assert image.text("Title") == "Differences"
    assert (image.width(), image.height()) == (420 + 24, 140 + 24)
    assert image.pixelColor(0, 0) == QColor(theme.current().card)
    corner = card.chart.pos()
    assert image.copy(corner.x() + 12, corner.y() + 12, shown.width(), shown.height()) == shown


def test_an_svg_is_sound_and_has_its_words_as_words(card: Card) -> None:
    content = picture_of(card, "Differences", ".svg")
    root = ElementTree.fromstring(content)
    assert root.get("viewBox") == "0 0 444 164"
    assert root.findtext(f"{SVG}title") == "Differences"
    words = {"".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")}
    assert {"allowed", "0", "1e−8"} <= words
    assert b"nan" not in content.lower()
    assert b'd=""' not in content
    assert QSvgRenderer(content).isValid()


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_what_only_its_reader_sees_is_not_in_it(card: Card, qtbot: QtBot, suffix: str) -> None:
    plain = picture_of(card, "Differences", suffix)
    chart = card.chart
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(chart, Qt.Key.Key_End)
    before = card.grab().toImage()
    assert picture_of(card, "Differences", suffix) == plain
    assert card.grab().toImage() == before, "and afterwards it is read as before"
    assert chart.spot is not None


def test_which_picture_is_meant(qtbot: QtBot) -> None:
    window, alone, other, card = QWidget(), ProofChart(), Card(), Card()
    window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    for part in (alone, other, card):
        column.addWidget(part)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    window.setFocus()
    qtbot.waitUntil(window.hasFocus)
    assert looked_at(window, other) == (other, "Differences")
    card.chart.setFocus()
    assert looked_at(window, other)[0] is card
    alone.setFocus()
    assert looked_at(window, other) == (alone, alone.accessibleName())
    window.setFocus()
    alone.setFixedHeight(400)
    other.hide()
    qtbot.waitUntil(lambda: alone.height() == 400)
    assert looked_at(window, other)[0] is alone, "the largest that can be seen"
