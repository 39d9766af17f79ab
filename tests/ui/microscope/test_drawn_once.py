"""A step draws each picture of the page once, in the size that it has in the end."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QGraphicsRectItem

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.stage.stage import Stage

Key = Qt.Key
STEPS = (*[Key.Key_Right] * 4, Key.Key_2, Key.Key_3, *[Key.Key_Right] * 4, Key.Key_Tab, Key.Key_4, Key.Key_1)


@pytest.fixture
def experiment() -> Experiment:
    return default_experiment(DatasetKind.SKETCHED_DIGITS)


@pytest.mark.slow
def test_a_step_draws_each_picture_once(page: Microscope, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Stage] = []
    sizes: dict[Stage, QSize] = {}
    clear = Stage.clear

    def noted(stage: Stage) -> QGraphicsRectItem:
        drawn.append(stage)
        sizes[stage] = stage.size()
        return clear(stage)

    monkeypatch.setattr(Stage, "clear", noted)
    for key in STEPS:
        drawn.clear()
        QTest.keyClick(page, key)
        assert page.network in drawn, key
        twice = {type(stage).__name__ for stage in drawn if drawn.count(stage) > 1}
        assert not twice, key
        stale = {type(stage).__name__ for stage in drawn if stage.isVisible() and sizes[stage] != stage.size()}
        assert not stale, key
