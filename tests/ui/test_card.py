"""Cards: their look, their title bar, their scrolling."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QToolButton, QVBoxLayout, QWidget

from nnstudio.ui import theme
from nnstudio.ui.widgets.card import CardDock, ScrollingBody
from nnstudio.ui.widgets.segmented import SegmentedSwitch


@pytest.fixture
def desk(qapp, qtbot) -> QMainWindow:
    theme.apply(qapp, theme.ThemeChoice.LIGHT)
    desk = QMainWindow()
    qtbot.addWidget(desk)
    desk.resize(400, 300)
    return desk


def put(desk: QMainWindow, body: QWidget, switches: QWidget | None = None) -> CardDock:
    card = CardDock("loss", "Loss", body, switches)
    desk.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, card)
    desk.show()
    return card


def tools(card: CardDock) -> list[QToolButton]:
    return card.titleBarWidget().findChildren(QToolButton)


def test_a_card_is_a_rounded_white_sheet(desk):
    card = put(desk, QWidget())
    image = card.grab().toImage()
    colors = theme.current()
    assert image.pixelColor(200, 150) == QColor(colors.card)
    assert image.pixelColor(200, 0) == QColor(colors.line)
    assert image.pixelColor(0, 0) != QColor(colors.card)


def test_title_and_switches_stand_at_the_two_ends(desk):
    switches = SegmentedSwitch(["Linear", "Log"])
    card = put(desk, QWidget(), switches)
    bar = card.titleBarWidget()
    title = bar.findChild(QLabel)
    assert title.text() == "LOSS"
    assert title.x() == 16
    assert switches.geometry().right() == bar.width() - 17


def test_float_and_close_appear_only_near_the_pointer(desk, qtbot):
    card = put(desk, QWidget())
    bar, close = card.titleBarWidget(), tools(card)[1]
    quiet = close.grab().toImage()
    place = QPointF(5, 5)
    bar.enterEvent(QEnterEvent(place, place, place))
    assert close.grab().toImage() != quiet
    bar.leaveEvent(QEvent(QEvent.Type.Leave))
    assert close.grab().toImage() == quiet
    desk.activateWindow()
    close.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(close.hasFocus)
    assert close.grab().toImage() != quiet


@pytest.mark.parametrize("width", [400, 190])
def test_the_tools_lie_over_no_switch(desk, qtbot, width: int):
    switch = SegmentedSwitch(("Draw", "Browse"))
    desk.resize(width, 300)
    card = put(desk, QWidget(), switch)
    qtbot.waitExposed(desk)
    bar = card.titleBarWidget()
    name = bar.findChild(QLabel)
    wide = width == 400
    place = QPointF(5, 5)
    bar.enterEvent(QEnterEvent(place, place, place))
    assert not any(tool.geometry().intersects(switch.geometry()) for tool in tools(card))
    assert name.isVisible() is wide, "without room they take the name's place"
    bar.leaveEvent(QEvent(QEvent.Type.Leave))
    assert name.isVisible()
    switch.hide()
    qtbot.waitUntil(lambda: all(tool.x() > name.geometry().right() for tool in tools(card)))
    switch.show()
    qtbot.waitUntil(lambda: (tools(card)[0].x() > name.geometry().right()) is wide)


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_a_floated_card_looks_like_a_small_window(desk, qtbot):
    card = put(desk, QWidget())
    floating = tools(card)[0]
    quiet = floating.grab().toImage()
    qtbot.mouseClick(floating, Qt.MouseButton.LeftButton)
    card.resize(300, 200)
    image, colors = card.grab().toImage(), theme.current()
    shadow = [image.pixelColor(150, 199 - distance) for distance in (0, 4, 8, 12)]
    assert shadow[0].alpha() < 12, "and fades to nothing"
    assert [color.alpha() for color in shadow] == sorted({color.alpha() for color in shadow})
    assert max(color.lightness() for color in shadow) == 0
    assert image.pixelColor(0, 0).alpha() == 0, "its corners are round"
    assert image.pixelColor(18, 30) == QColor(colors.field)
    assert image.pixelColor(18, 120) == QColor(colors.card)
    assert floating.grab().toImage() != quiet  # the buttons are there without being looked for
    name = next(label for label in card.findChildren(QLabel) if label.text() == "LOSS")
    for tool in tools(card):
        assert tool.mapTo(card, QPoint()).x() > 300 - 14 - 16 - 3 * 30 > name.mapTo(card, QPoint(name.width(), 0)).x()
    assert tools(card)[1].geometry().right() == max(tool.geometry().right() for tool in tools(card)), "close"
    qtbot.mouseClick(floating, Qt.MouseButton.LeftButton)
    assert floating.geometry().left() <= name.geometry().right() + 8, "docked, beside the name again"
    card.close()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_where_nobody_mixes_windows_a_floated_card_has_a_firm_edge(desk, qtbot, monkeypatch):
    monkeypatch.setattr("nnstudio.ui.widgets.card.composited", lambda: False)
    card = put(desk, QWidget())
    card.setFloating(True)
    card.resize(300, 200)
    image, colors = card.grab().toImage(), theme.current()
    assert image.pixelColor(0, 100) == image.pixelColor(299, 199) == image.pixelColor(0, 0) == QColor(colors.dim)
    assert image.pixelColor(3, 12) == QColor(colors.field)
    assert image.pixelColor(3, 100) == QColor(colors.card)
    assert tools(card)[1].geometry().right() > 270
    card.close()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_a_card_can_be_closed_floated_and_brought_back(desk, qtbot):
    card = put(desk, QWidget())
    floating, closing = tools(card)
    qtbot.mouseClick(floating, Qt.MouseButton.LeftButton)
    assert card.isFloating()
    qtbot.mouseClick(floating, Qt.MouseButton.LeftButton)
    assert not card.isFloating()
    qtbot.mouseClick(closing, Qt.MouseButton.LeftButton)
    assert not card.isVisible()
    card.toggleViewAction().trigger()
    assert card.isVisible()


def test_the_scroll_bar_stands_in_the_margin(desk, qtbot):
    body = QWidget()
    body.setMinimumHeight(100)
    card = put(desk, ScrollingBody(body))
    roomy = body.width()
    body.setMinimumHeight(900)
    area = card.findChild(ScrollingBody)
    qtbot.waitUntil(area.verticalScrollBar().isVisible)
    assert body.width() == roomy
    assert area.mapTo(card, area.rect().topRight()).x() <= card.width() - 2


def test_what_the_buttons_do_is_said(desk):
    card = put(desk, QWidget())
    assert [button.accessibleName() for button in tools(card)] == ["Float or dock Loss", "Close Loss"]
    assert all(button.toolTip() and button.whatsThis() for button in tools(card))
    assert card.accessibleName() == "Loss"


def test_a_bar_wider_than_the_margin_comes_and_goes_without_end_nowhere(qtbot, monkeypatch):
    """The body is as high as its width makes it, so the bar may change the very height that it is there for."""
    depth, deepest = 0, 0
    margins = ScrollingBody.setViewportMargins

    def counted(body: ScrollingBody, *args: object) -> None:
        nonlocal depth, deepest
        depth += 1
        deepest = max(deepest, depth)
        assert depth < 50, "it calls itself for ever"
        margins(body, *args)
        depth -= 1

    monkeypatch.setattr(ScrollingBody, "setViewportMargins", counted)
    body = QWidget()
    words = QLabel("word and more " * 10)
    words.setWordWrap(True)
    QVBoxLayout(body).addWidget(words)
    scrolling = ScrollingBody(body)
    qtbot.addWidget(scrolling)
    scrolling.setStyleSheet("QScrollBar:vertical { width: 30px; }")
    scrolling.show()
    for width in range(120, 260, 5):
        for height in range(40, 260, 5):
            scrolling.resize(width, height)
    assert deepest == 1
    scrolling.resize(200, 40)
    bar = scrolling.verticalScrollBar()
    assert bar.isVisible(), "and it is there where it is needed"
    assert bar.maximum() > 0
