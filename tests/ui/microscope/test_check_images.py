"""Check my calculation on a network of images: what nobody is asked for gives nothing away."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.layer_specs import Conv2DSpec, MaxPool2DSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.phases import Phase
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.check.field import AnswerField
from nnstudio.ui.microscope.microscope import Microscope

DIGITS = replace(
    default_experiment(DatasetKind.SKETCHED_DIGITS),
    layers=(Conv2DSpec(filters=2, kernel=5), MaxPool2DSpec(), DenseSpec(units=4)),
)


@pytest.mark.slow
@pytest.mark.parametrize("experiment", [DIGITS], ids=["digits"])
def test_errors_of_a_convolution_wait_for_those_behind_it(window: MainWindow, page: Microscope) -> None:
    QTest.keyClick(page, Qt.Key.Key_C)
    walk = page.walk
    assert walk is not None
    conv = next(place for place in walk.of_phase(Phase.BACKWARD) if walk.stops[place].layer == 0)
    page.bar.line.chosen.emit(conv)
    assert not page.image.isVisible()
    assert not page.card.isVisible()
    QTest.keyClick(page, Qt.Key.Key_C)
    assert page.image.isVisible(), "without the check everything is shown"


@pytest.mark.slow
def test_another_answer_is_not_judged_before_it_is_given(window: MainWindow, page: Microscope) -> None:
    QTest.keyClick(page, Qt.Key.Key_C)
    field = page.card.fields[0]
    QTest.keyClicks(field, "x,,")
    QTest.keyClick(field, Qt.Key.Key_Return)
    field = page.card.fields[0]
    assert field.accessibleDescription()
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert not field.accessibleDescription()
    assert isinstance(field, AnswerField)


@pytest.mark.slow
def test_a_narrow_bar_leaves_the_phases_room(window: MainWindow, page: Microscope, qtbot: QtBot) -> None:
    bar = page.bar
    window.resize(1100, 720)
    qtbot.waitUntil(lambda: bar.newest.text() == "newest")
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: bar.newest.text() == "take the newest")
