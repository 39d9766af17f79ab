"""What is painted on a line can be pointed at, pressed, asked for its digits, and made larger."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from nnstudio.core.trace.quantity import Place, Quantity
from nnstudio.ui import theme
from nnstudio.ui.microscope.cells import Cell, Line, Shape, Writing
from nnstudio.ui.microscope.line_row import LineRow
from nnstudio.ui.theme import ThemeChoice

WEIGHT = Place(Quantity.WEIGHT, 1, (0, 0), "weight")
INPUT = Place(Quantity.X, 1, (0,))
LINE = Line(
    "w₁₁",
    (Cell(Shape.WEIGHT, "w₁₁", 1 / 3, WEIGHT), Cell(Shape.VALUE, "x₁", -2.0, INPUT)),
    Cell(Shape.PLAIN, "", -2 / 3),
)


def row_of(qtbot: QtBot, line: Line, writing: Writing = Writing.DIGITS, width: int = 400) -> LineRow:
    row = LineRow()
    qtbot.addWidget(row)
    row.show_line(line, writing)
    row.resize(width, row.sizeHint().height())
    row.show()
    return row


def across(row: LineRow) -> list[Cell | None]:
    """Which number is written at each pixel, without repetitions."""
    found: list[Cell | None] = []
    for x in range(row.width()):
        if not found or row.cell_at(x) is not found[-1]:
            found.append(row.cell_at(x))
    return found


def test_numbers_stand_in_their_order_and_are_told_when_pointed_at_and_pressed(qtbot: QtBot) -> None:
    row = row_of(qtbot, LINE)
    weight, value = LINE.cells
    assert across(row) == [None, weight, None, value, None, LINE.result, None]
    assert row.text == "w₁₁ ▬ 0.333 × ■ −2 ≈ −0.667"
    told: list[tuple[str, object]] = []
    row.pointed.connect(lambda place: told.append(("at", place)))
    row.pressed.connect(lambda place: told.append(("on", place)))
    middle = row.height() // 2
    xs = {cell.name: x for x in range(row.width()) if (cell := row.cell_at(x)) is not None}
    QTest.mouseMove(row, QPoint(xs["w₁₁"], middle))
    QTest.mouseMove(row, QPoint(xs["w₁₁"] - 3, middle))
    QTest.mouseMove(row, QPoint(xs["x₁"], middle))
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(xs["x₁"], middle))
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(xs[""], middle))
    assert told == [("at", WEIGHT), ("at", INPUT), ("on", INPUT)]  # what is made comes from nowhere


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_number_asked_for_says_all_its_digits(qtbot: QtBot) -> None:
    row = row_of(qtbot, LINE)
    at = QPoint(next(x for x in range(row.width()) if row.cell_at(x) is LINE.cells[0]) + 8, row.height() // 2)
    QTest.mouseMove(row, at)
    ask(row, at)
    assert QToolTip.text() == f"w₁₁ = {1 / 3!r}"
    assert "0.3333333333333333" not in row.accessibleName()
    row.show_line(LINE, Writing.FULL)
    assert "0.3333333333333333" in row.accessibleName()


def ask(row: LineRow, at: QPoint) -> None:
    QApplication.sendEvent(row, QHelpEvent(QEvent.Type.ToolTip, at, row.mapToGlobal(at)))


def test_what_is_lit_is_painted_so_and_only_that(qtbot: QtBot) -> None:
    row = row_of(qtbot, LINE)
    plain = row.grab().toImage()
    row.light(lambda place: place == INPUT)
    assert row.lit == [INPUT]
    lit = row.grab().toImage()
    changed = {x for x in range(row.width()) for y in range(row.height()) if lit.pixel(x, y) != plain.pixel(x, y)}
    assert changed
    assert {row.cell_at(x) for x in changed} == {LINE.cells[1]}
    row.forget()
    assert (row.lit, row.places, row.text) == ([], [], "")


def test_a_note_gives_way_to_the_numbers_and_larger_text_takes_more_room(qtbot: QtBot) -> None:
    noted = Line("", (), LINE.result, "what all the others bring together, and a little more")
    assert row_of(qtbot, noted, width=120).sizeHint().width() < 120
    row = row_of(qtbot, LINE)
    before = row.sizeHint()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    try:
        theme.apply(app, ThemeChoice.LIGHT, larger_text=True)
        assert row.sizeHint().width() > before.width()
        assert row.sizeHint().height() > before.height()
    finally:
        theme.apply(app, ThemeChoice.LIGHT)
    assert row.sizeHint() == before
