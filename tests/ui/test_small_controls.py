"""Stepper, switch, option box and the graphs of activations: what they show, and what they tell."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import DenseSpec
from nnstudio.core.experiment.setting import settings_of
from nnstudio.ui import theme
from nnstudio.ui.widgets.activation_icon import activation_icon, graph
from nnstudio.ui.widgets.option_box import Option, OptionBox
from nnstudio.ui.widgets.stepper import Stepper
from nnstudio.ui.widgets.switch import Switch

LEFT = Qt.MouseButton.LeftButton
OPTIONS = (Option("One", 1, "The first."), Option("Two", 2, "", "There is no two."), Option("Three", 3, "The last."))


def test_a_stepper_steps_types_and_refuses(qtbot: QtBot) -> None:
    stepper = Stepper(settings_of(DenseSpec)["units"], "units")
    qtbot.addWidget(stepper)
    stepper.show()
    committed: list[int] = []
    stepper.value_committed.connect(committed.append)
    stepper.set_value(2)
    assert committed == []
    qtbot.mouseClick(stepper.more, LEFT)
    qtbot.mouseClick(stepper.fewer, LEFT)
    qtbot.mouseClick(stepper.fewer, LEFT)
    assert committed == [3, 2, 1]
    assert not stepper.fewer.isEnabled()
    stepper.edit.begin("9")
    QTest.keyClicks(stepper.edit, "000")
    QTest.keyClick(stepper.edit, Qt.Key.Key_Return)
    assert committed == [3, 2, 1]
    assert stepper.edit.text() == "1"
    assert "9 000, but must be between 1 and 1 024" in stepper._note.text().replace("\N{NO-BREAK SPACE}", " ")


def test_a_switch_is_clicked_and_pressed(qtbot: QtBot) -> None:
    switch = Switch("Freeze")
    qtbot.addWidget(switch)
    switch.show()
    clicked: list[bool] = []

    def note(on: bool) -> None:
        clicked.append(on)

    switch.clicked.connect(note)
    qtbot.mouseClick(switch, LEFT)
    QTest.keyClick(switch, Qt.Key.Key_Space)
    switch.setChecked(True)
    assert clicked == [True, False]
    on = switch.grab().toImage()
    assert on.pixelColor(8, on.height() // 2) == QColor(theme.current().accent)
    switch.setChecked(False)
    assert switch.grab().toImage().pixelColor(on.width() - 8, on.height() // 2) == QColor(theme.current().dim)
    assert min(switch.sizeHint().width(), switch.sizeHint().height()) >= 24


def test_an_option_box_tells_only_what_is_picked_and_another_than_before(qtbot: QtBot) -> None:
    box = OptionBox("Number", "Which one.")
    qtbot.addWidget(box)
    box.show()
    chosen: list[object] = []
    box.chosen.connect(chosen.append)
    box.offer(OPTIONS, 1)
    box.offer(OPTIONS[::-1], 3)
    assert box.currentText() == "Three"
    assert box.toolTip() == "Which one. Three: The last."
    assert chosen == []
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)  # past the one that cannot be chosen
    assert chosen == [1]
    assert not box.model().flags(box.model().index(1, 0)) & Qt.ItemFlag.ItemIsEnabled
    assert box.itemData(1, Qt.ItemDataRole.ToolTipRole) == "There is no two."
    wheel = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, wheel)
    assert not wheel.isAccepted()
    box.offer(OPTIONS, None)
    assert box.currentIndex() == -1
    assert chosen == [1]


@pytest.mark.parametrize("kind", ActivationKind)
def test_the_graph_of_an_activation_fills_its_square(kind: ActivationKind) -> None:
    x, y = np.transpose(graph(kind))
    assert (x[0], x[-1]) == (0, 1)
    assert (y.min(), y.max()) == (0, 1)


def test_the_graph_of_tanh_is_that_of_tanh(qtbot: QtBot) -> None:
    z = np.linspace(-3, 3, 41)
    np.testing.assert_allclose([y for _, y in graph(ActivationKind.TANH)], (np.tanh(z) / np.tanh(3) + 1) / 2)
    image = activation_icon(ActivationKind.TANH).pixmap(QSize(32, 32)).toImage()
    drawn = {(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 60}
    assert any(x > 26 and y < 4 for x, y in drawn)
    assert any(x < 5 and y > 27 for x, y in drawn)
    assert not any((x - 16) * (16 - y) < -16 for x, y in drawn)  # nothing at the upper left and the lower right
    assert isinstance(activation_icon(ActivationKind.TANH), QIcon)
