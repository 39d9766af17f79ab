"""Where the cards of the page stand does not follow from what they hold."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.microscope import Microscope

Key = Qt.Key
STEPS = (*[Key.Key_Right] * 4, Key.Key_2, Key.Key_3, *[Key.Key_Right] * 4, Key.Key_4, Key.Key_1)


@pytest.fixture
def experiment() -> Experiment:
    return default_experiment(DatasetKind.SKETCHED_DIGITS)


@pytest.mark.slow
@pytest.mark.parametrize("larger", [False, True])
def test_the_network_stays_where_it_is_whatever_the_cards_below_it_hold(
    window: MainWindow, page: Microscope, larger: bool
) -> None:
    if larger:
        window.commands["larger_text"].trigger()
        QTest.qWait(100)
    heights: set[int] = set()
    for key in STEPS:
        QTest.keyClick(page, key)
        QTest.qWait(10)
        heights.add(page.network.height())
    assert len(heights) == 1, heights
    assert page.below.height() < page.network.height()
