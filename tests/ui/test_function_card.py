"""The Function card in the window: a tab over the output, closed at first, live while the network learns."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Probe
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.widgets.card import CardDock

pytestmark = pytest.mark.qt_log_ignore("does not support raise", extend=True)


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings) -> Iterator[MainWindow]:
    window = MainWindow(Session(default_experiment(DatasetKind.CIRCLE)), settings)
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    qtbot.waitExposed(window)
    window._session.start()
    yield window
    window._session.stop()


def card(window: MainWindow, name: str) -> CardDock:
    return next(each for each in window.desk.cards if each.objectName() == name)


def open_card(window: MainWindow, qtbot: QtBot) -> None:
    """As View › Function does."""
    card(window, "function").toggleViewAction().trigger()
    qtbot.waitUntil(lambda: window.function.isVisible() and not window.output.isVisible())


def test_it_opens_as_a_tab_over_the_output_which_rests_then(window: MainWindow, qtbot: QtBot) -> None:
    viewers, place = window._session.viewers, card(window, "output").geometry()
    assert not window.function.isVisible()
    assert Probe.SUMS not in viewers.probes
    open_card(window, qtbot)
    assert card(window, "function").geometry().width() == pytest.approx(place.width(), abs=3)
    assert viewers.probes & (Probe.SUMS | Probe.OUTPUT) == Probe.SUMS
    tabs = next(bar for bar in window.desk.findChildren(QTabBar) if bar.isVisible())
    tabs.setCurrentIndex([tabs.tabText(i) for i in range(tabs.count())].index("Output"))
    qtbot.waitUntil(lambda: window.output.isVisible() and not window.function.isVisible())
    assert viewers.probes & (Probe.SUMS | Probe.OUTPUT) == Probe.OUTPUT
    tabs.setCurrentIndex([tabs.tabText(i) for i in range(tabs.count())].index("Function"))
    qtbot.waitUntil(window.function.isVisible)
    card(window, "function").close()
    qtbot.waitUntil(window.output.isVisible)
    assert card(window, "output").geometry().size() == place.size()


@pytest.mark.slow
def test_it_is_that_of_the_chosen_layer_and_alive_while_it_learns(window: MainWindow, qtbot: QtBot) -> None:
    open_card(window, qtbot)
    function = window.function
    qtbot.waitUntil(lambda: len(function.chart.dots.z) > 0, timeout=5000)
    assert function.kind is ActivationKind.TANH
    assert function.caption.text().startswith(f"Dots: {len(function.chart.dots.z)} values of Dense 1")
    before = function.chart.dots.z.copy()
    window._session.play()
    qtbot.waitUntil(lambda: abs(function.chart.dots.z - before).max() > 0.1, timeout=5000)
    window._session.pause()


@pytest.mark.slow
def test_reset_layout_closes_it_and_a_layout_with_it_is_remembered(
    window: MainWindow, settings: Settings, qtbot: QtBot
) -> None:
    open_card(window, qtbot)
    window.close()
    again = MainWindow(Session(default_experiment(DatasetKind.CIRCLE)), settings)
    qtbot.addWidget(again)
    again.show()
    qtbot.waitExposed(again)
    assert not card(again, "function").isHidden()
    again.commands["reset_layout"].trigger()
    assert card(again, "function").isHidden()
    qtbot.waitUntil(again.output.isVisible)
    assert again.desk.layout_state().isEmpty()
