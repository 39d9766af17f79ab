"""The slider of the pace: where not all of its stops have room for their names, some have none."""

from itertools import pairwise

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.ui import theme
from nnstudio.ui.widgets.pace_slider import PACES, WIDTH, PaceSlider


@pytest.mark.parametrize("larger", [False, True])
@pytest.mark.parametrize("chosen", [1, 100, None])
def test_names_never_lie_over_each_other(qtbot: QtBot, qapp: QApplication, larger: bool, chosen: float | None) -> None:
    theme.apply(qapp, theme.ThemeChoice.LIGHT, larger)
    slider = PaceSlider()
    qtbot.addWidget(slider)
    slider.set_current(chosen)
    shown = list[int]()
    for width in (WIDTH, 140, slider.minimumSizeHint().width()):
        slider.resize(width, slider.sizeHint().height())
        slider.grab()
        labels = [label for label in slider.labels if not label.isHidden()]
        assert all(left.geometry().right() < right.geometry().left() for left, right in pairwise(labels))
        assert slider.current() in [PACES[label.index][0] for label in labels], "the chosen one is always named"
        shown.append(len(labels))
    assert shown[0] > shown[2] >= 2
