"""Numbers that run on while the network learns move nothing around them, and have nothing laid out anew."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Begin
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.steady_label import SteadyLabel

FRAMES = 60


class LayingOut(QObject):
    """Counts how often layouts of a widget are done anew."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.times = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.times += event.type() == QEvent.Type.LayoutRequest
        return False


class Row(QWidget):
    """A steady label, another one at its right, and how often both are laid out."""

    def __init__(self) -> None:
        super().__init__()
        self.steady, self.other = SteadyLabel(6), QLabel("beside")
        layout = QHBoxLayout(self)
        for label in (self.steady, self.other):
            layout.addWidget(label)
        layout.addStretch(1)
        self.resize(400, 40)
        self.laid_out = LayingOut(self)


@pytest.fixture
def row(qtbot: QtBot) -> Row:
    """On the screen."""
    row = Row()
    qtbot.addWidget(row)
    row.show()
    qtbot.waitExposed(row)
    QTest.qWait(1)
    row.laid_out.times = 0
    return row


def test_numbers_of_other_lengths_move_nothing(row: Row) -> None:
    steady, other, laid_out = row.steady, row.other, row.laid_out
    at = other.pos()
    for text in ("7", "123456", "111111", "", "99"):
        steady.setText(text)
        QTest.qWait(1)
        assert other.pos() == at
        assert steady.text() == text
    assert laid_out.times == 0


def test_a_longer_text_makes_room_once_and_keeps_it(row: Row) -> None:
    steady, other, laid_out = row.steady, row.other, row.laid_out
    before = other.x()
    steady.setText("update 111 111")
    QTest.qWait(1)
    after, times = other.x(), laid_out.times
    assert after > before
    assert times > 0
    assert steady.width() >= steady.fontMetrics().horizontalAdvance("update 888 888"), "digits are of one width or not"
    steady.setText("update 888 888")
    steady.setText("3")
    QTest.qWait(1)
    assert (other.x(), laid_out.times) == (after, times)
    steady.shrink()
    QTest.qWait(1)
    assert other.x() == before


def test_larger_letters_are_not_cut_off(row: Row) -> None:
    steady, other = row.steady, row.other
    steady.setText("888888")
    before = other.x()
    row.setStyleSheet("QLabel { font-size: 30px }")
    QTest.qWait(1)
    assert other.x() > before
    assert steady.width() >= steady.fontMetrics().horizontalAdvance("888888")
    assert steady.height() >= steady.fontMetrics().height()


@pytest.mark.parametrize("compared", [False, True])
def test_while_it_learns_the_window_is_not_laid_out_again_and_again(qtbot: QtBot, compared: bool) -> None:
    experiment = default_experiment(DatasetKind.SPIRALS)
    session = Session(experiment)
    window = MainWindow(session, Settings())
    qtbot.addWidget(window, before_close_func=lambda _: session.stop())
    window.resize(1440, 900)
    session.start()
    window.show()
    qtbot.waitExposed(window)
    if compared:
        qtbot.waitUntil(lambda: session.frame is not None)
        slower = replace(experiment.training, learning_rate=experiment.training.learning_rate / 3)
        window.pages.comparing.begin((Begin(replace(experiment, training=slower)),))
    session.play()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > 2000)
    laid_out, seen = LayingOut(window), [session.frame]
    for _ in range(FRAMES):
        qtbot.waitUntil(lambda: session.frame is not seen[-1])
        seen.append(session.frame)
    assert laid_out.times < FRAMES / 3, "each number that runs on has its place"
