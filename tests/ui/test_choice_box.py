"""Choosing one of a few: what is offered, and that nothing is chosen by accident."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import TrainingSpec
from nnstudio.core.experiment.choices import LossKind, OptimizerKind
from nnstudio.core.experiment.setting import Choice, settings_of
from nnstudio.ui.widgets.choice_box import ChoiceBox


def _box(qtbot: QtBot) -> tuple[ChoiceBox, list[Choice]]:
    box = ChoiceBox(settings_of(TrainingSpec)["optimizer"])
    qtbot.addWidget(box)
    chosen: list[Choice] = []
    box.chosen.connect(chosen.append)
    box.show()
    qtbot.waitExposed(box)
    box.activateWindow()
    return box, chosen


def test_every_member_is_offered_and_explained(qtbot: QtBot) -> None:
    box, _ = _box(qtbot)
    assert [box.itemText(i) for i in range(box.count())] == [member.label for member in OptimizerKind]
    for index, member in enumerate(OptimizerKind):
        assert member.help in box.itemData(index, Qt.ItemDataRole.ToolTipRole)
        assert member.help in box.whatsThis()
    assert OptimizerKind.SGD.formula in box.toolTip()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_picking_from_the_list_is_told_once(qtbot: QtBot) -> None:
    box, chosen = _box(qtbot)
    box.showPopup()
    view = box.view()
    row = list(OptimizerKind).index(OptimizerKind.ADAM)
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseMove(view.viewport(), place)
    QTest.qWait(QApplication.doubleClickInterval() + 50)  # a release soon after opening only closes the list
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen == [OptimizerKind.ADAM]
    assert box.current() is OptimizerKind.ADAM
    assert OptimizerKind.ADAM.help in box.toolTip()


def test_arrow_keys_choose(qtbot: QtBot) -> None:
    box, chosen = _box(qtbot)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert chosen == [OptimizerKind.MOMENTUM]


def test_showing_a_member_tells_nothing(qtbot: QtBot) -> None:
    box, chosen = _box(qtbot)
    box.set_current(OptimizerKind.ADAM)
    assert box.currentText() == "Adam"
    assert not chosen


def test_the_wheel_passes_by_even_with_the_focus(qtbot: QtBot) -> None:
    box, chosen = _box(qtbot)
    box.setFocus()
    centre = QPointF(box.rect().center())
    wheel = QWheelEvent(
        centre,
        box.mapToGlobal(centre),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, wheel)
    assert not wheel.isAccepted()
    assert not chosen
    assert box.current() is OptimizerKind.SGD


def test_a_member_may_be_called_otherwise(qtbot: QtBot) -> None:
    box = ChoiceBox(settings_of(TrainingSpec)["loss"])
    qtbot.addWidget(box)
    box.rename(LossKind.CROSS_ENTROPY, "Softmax cross-entropy")
    box.set_current(LossKind.CROSS_ENTROPY)
    assert box.currentText() == "Softmax cross-entropy"
    assert box.current() is LossKind.CROSS_ENTROPY


def test_members_that_do_not_fit_cannot_be_chosen(qtbot: QtBot) -> None:
    box, chosen = _box(qtbot)
    box.offer((OptimizerKind.SGD, OptimizerKind.ADAM))
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert chosen == [OptimizerKind.ADAM]
    box.offer(OptimizerKind)
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert chosen[-1] is list(OptimizerKind)[list(OptimizerKind).index(OptimizerKind.ADAM) - 1]
