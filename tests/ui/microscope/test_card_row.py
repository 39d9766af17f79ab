"""The cards below the network: side by side, or one at a time where there is no room."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnstudio.ui.microscope.card_row import NARROW, CardRow, titled


def test_cards_stand_side_by_side_or_behind_a_switch(qtbot: QtBot) -> None:
    cards = {name: titled(name, QLabel(name)) for name in ("One", "Two", "Three")}
    row = CardRow([(name, card, 1) for name, card in cards.items()])
    qtbot.addWidget(row)
    row.resize(3 * NARROW + 40, 200)
    row.show_cards("One", "Three")
    row.show()
    assert [name for name, card in cards.items() if card.isVisible()] == ["One", "Three"]
    row.resize(2 * NARROW - 40, 200)
    assert [name for name, card in cards.items() if card.isVisible()] == ["One"]
    switch = row.switch
    assert switch is not None
    QTest.mouseClick(switch.button(1), Qt.MouseButton.LeftButton)
    assert [name for name, card in cards.items() if card.isVisible()] == ["Three"]
    row.show_cards("Two", "Three")
    assert [name for name, card in cards.items() if card.isVisible()] == ["Three"], "what was in front stays there"
    row.bring_forward("Two")
    assert [name for name, card in cards.items() if card.isVisible()] == ["Two"]
    row.resize(3 * NARROW, 200)
    assert [name for name, card in cards.items() if card.isVisible()] == ["Two", "Three"]
    assert row.switch is None
