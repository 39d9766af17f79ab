"""The banner, and the pill that says how the run is doing."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton

from nnstudio.core.run.frame import Status
from nnstudio.ui import theme
from nnstudio.ui.widgets.banner import SECONDS, Banner, Tone
from nnstudio.ui.widgets.status_pill import StatusPill


@pytest.fixture
def banner(qapp, qtbot) -> Banner:
    theme.apply(qapp, theme.ThemeChoice.LIGHT)
    banner = Banner()
    qtbot.addWidget(banner)
    return banner


def test_it_is_hidden_until_there_is_news(banner):
    assert banner.isHidden()
    banner.announce(Tone.GOOD, "Saved to a.nns.")
    assert banner.isVisible()
    assert banner.text() == "Saved to a.nns."
    assert not banner.offer().isVisible()
    assert not banner.findChild(QPushButton).isVisible()


def test_it_offers_something_to_do(banner, qtbot):
    action = QAction("Show in folder")
    banner.announce(Tone.GOOD, "Saved.", action)
    with qtbot.waitSignal(action.triggered, timeout=1000):
        qtbot.mouseClick(banner.offer(), Qt.MouseButton.LeftButton)


def test_good_news_leaves_by_itself_unless_the_keyboard_is_in_it(banner, qtbot):
    banner.announce(Tone.GOOD, "Saved.", QAction("Show in folder", banner))
    assert banner._leave.isActive()
    assert banner._leave.interval() > 1000 * SECONDS
    banner.activateWindow()
    qtbot.waitUntil(banner.isActiveWindow)
    banner.offer().setFocus()
    banner._leave.timeout.emit()
    assert banner.isVisible()
    banner.offer().clearFocus()
    banner.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    banner._leave.timeout.emit()
    assert banner.isHidden()
    banner.announce(Tone.BAD, "Not saved.")
    assert not banner._leave.isActive()


def test_details_can_be_copied(banner, qtbot):
    banner.announce(Tone.BAD, "The disk is full.", details="errno 28")
    qtbot.mouseClick(banner.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "The disk is full.\n\nerrno 28"


def test_good_and_bad_look_different(banner):
    banner.resize(500, 50)
    banner.announce(Tone.GOOD, "Saved.")
    good = banner.grab().toImage().pixelColor(250, 45)
    banner.announce(Tone.BAD, "Not saved.")
    bad = banner.grab().toImage().pixelColor(250, 45)
    assert good.green() > good.red()
    assert bad.red() > bad.green()


def test_a_very_long_name_does_not_widen_it(banner, qtbot):
    banner.announce(Tone.BAD, f"{'a' * 300}.npz was not written.", details="its name is too long")
    assert banner.minimumSizeHint().width() < 900
    assert banner.text().startswith("a" * 300)
    shown = next(label.text() for label in banner.findChildren(QLabel) if "written" in label.text())
    assert shown.startswith("aaa")
    assert shown.endswith("aaa.npz was not written.")
    qtbot.mouseClick(banner.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert "a" * 300 in QGuiApplication.clipboard().text()


def test_text_is_never_taken_for_markup(banner):
    banner.announce(Tone.BAD, "<b>layer</b> has the wrong shape.")
    label = next(label for label in banner.findChildren(QLabel) if label.text() == banner.text())
    assert label.textFormat() == Qt.TextFormat.PlainText


@pytest.mark.parametrize("status", Status)
def test_the_pill_says_every_status_in_words(qtbot, status):
    pill = StatusPill()
    qtbot.addWidget(pill)
    pill.set_status(status)
    assert pill.text() == f"{'Ⅱ' if status is Status.PAUSED else '●'} {status.value.capitalize()}"
    assert pill.toolTip().endswith(".")
    pill.set_status(status, "Because of this.")
    assert pill.toolTip() == "Because of this."


def test_the_pill_changes_colour(qapp, qtbot):
    theme.apply(qapp, theme.ThemeChoice.LIGHT)
    pill = StatusPill()
    qtbot.addWidget(pill)
    pill.resize(110, 24)
    pill.set_status(Status.LEARNING)
    learning = pill.grab().toImage().pixelColor(55, 2)
    pill.set_status(Status.DIVERGED)
    diverged = pill.grab().toImage().pixelColor(55, 2)
    assert learning.green() > learning.red()
    assert diverged.red() > diverged.green()
