"""The page of the runs, with real clicks and keys: what is chosen, opened, renamed, noted, marked and thrown away."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QHBoxLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from shelved import ADAM, departed, family, rest

from nnstudio.core.shelf.rows import ShelvedRun
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.runs.page import RunsPage
from nnstudio.ui.runs.shelf_card import ShelfList
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings

LEFT = Qt.MouseButton.LeftButton


class Alone(QWidget):
    """The page without a window around it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self.runs = session, RunsPage(session)
        row = QHBoxLayout(self)
        row.addWidget(self.runs)
        self.resize(1200, 700)


@pytest.fixture
def alone(qtbot: QtBot) -> Iterator[Alone]:
    """Its present run came from Run 3, and is at update 40."""
    session = Session(ADAM, start=departed(40, ADAM).state, shelf=family())
    alone = Alone(session)
    qtbot.addWidget(alone)
    session.start()
    qtbot.waitUntil(lambda: session.frame is not None)
    alone.show()
    qtbot.waitUntil(lambda: page(alone)._now is not None)
    rows(alone).setFocus()
    yield alone
    session.stop()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """The same in a window."""
    session = Session(ADAM, start=departed(40, ADAM).state, shelf=family())
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    window.show()
    qtbot.waitUntil(lambda: session.frame is not None)
    window.commands["runs"].trigger()
    qtbot.waitUntil(lambda: page(window)._now is not None)
    yield window
    session.stop()


def page(window: MainWindow | Alone) -> RunsPage:
    return window.runs if isinstance(window, Alone) else window.pages.runs


def rows(window: MainWindow | Alone) -> ShelfList:
    return page(window).shelf_card.list


def chosen(window: MainWindow | Alone) -> int:
    item = rows(window).item
    return item.label.key if item is not None else 0


def place(window: MainWindow | Alone, key: int) -> QPoint:
    """Somewhere on a row, beside its words."""
    view = rows(window)
    rect = view.visualRect(page(window).shelf_card.model.index(page(window).shelf_card.model.place(key)))
    return QPoint(rect.right() - 60, rect.center().y())


def keys(window: MainWindow | Alone) -> list[int]:
    return [row.label.key for row in window._session.shelving.shelf.rows]


@pytest.mark.slow
def test_it_takes_the_place_of_the_cards_and_gives_it_back(window: MainWindow, qtbot: QtBot) -> None:
    height = window.height()
    assert page(window).isVisible()
    assert not window.desk.isVisible()
    assert rows(window).hasFocus()
    assert chosen(window) == 4, "the present run"
    qtbot.waitUntil(lambda: not window.pages._slide.is_moving)
    for _ in range(3):  # the cards come back, slide away, come back
        qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
        assert window.pages._slide.is_moving
        assert window.height() == height
    window.commands["runs"].trigger()
    qtbot.keyClick(rows(window), Qt.Key.Key_Escape)
    assert window.desk.isVisible()
    assert not page(window).isVisible()
    assert not window.commands["runs"].isChecked()
    window.commands["microscope"].trigger()
    qtbot.waitUntil(lambda: window.pages.microscopy.is_open)
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert page(window).isVisible()
    assert not window.pages.microscopy.is_open
    window.commands["microscope"].trigger()
    qtbot.waitUntil(lambda: window.pages.microscopy.is_open)
    assert not page(window).isVisible()
    assert not window.desk.isVisible()
    assert window.height() == height


def test_arrows_walk_and_enter_opens(alone: Alone, qtbot: QtBot) -> None:
    session = alone._session
    qtbot.keyClick(rows(alone), Qt.Key.Key_Up)
    qtbot.keyClick(rows(alone), Qt.Key.Key_Up)
    assert chosen(alone) == 2
    view = page(alone).run_view
    assert (view.name.text(), view.open_button.isEnabled()) == ("Adam instead", True)
    qtbot.keyClick(rows(alone), Qt.Key.Key_Return)
    rest(session, qtbot)
    assert session.shelving.shelf.present.key == 2
    assert keys(alone) == [1, 2, 3, 9, 4]
    assert session.frame is not None
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 50)
    assert chosen(alone) == 2
    assert not view.open_button.isEnabled(), "it is trained now"
    session.undo()
    rest(session, qtbot)
    assert keys(alone) == [1, 2, 3, 9]


def test_a_click_chooses_and_a_double_click_opens(alone: Alone, qtbot: QtBot) -> None:
    qtbot.mouseClick(rows(alone).viewport(), LEFT, pos=place(alone, 1))
    assert chosen(alone) == 1
    assert alone._session.shelving.shelf.present.key == 4
    qtbot.mouseDClick(rows(alone).viewport(), LEFT, pos=place(alone, 1))
    rest(alone._session, qtbot)
    assert alone._session.shelving.shelf.present.key == 1


def test_f2_and_a_double_click_on_the_name_rename(alone: Alone, qtbot: QtBot) -> None:
    shelving = alone._session.shelving
    rows(alone).choose(2)
    qtbot.keyClick(rows(alone), Qt.Key.Key_F2)
    field = rows(alone).findChild(QLineEdit)
    assert field is not None
    field.selectAll()
    qtbot.keyClicks(field, "R for Adam")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shelving.shelf.rows[1].label.name == "R for Adam")
    assert alone._session.undo_label == "Rename Adam instead"
    view = rows(alone)
    item = page(alone).shelf_card.model.items[0]
    rect = view.visualRect(page(alone).shelf_card.model.index(0))
    name = page(alone).shelf_card.painter._name(item, page(alone).shelf_card.painter.row_of(rect))
    qtbot.mouseDClick(view.viewport(), LEFT, pos=name.toRect().topLeft() + QPoint(6, 8))
    QApplication.sendPostedEvents()
    field = next(field for field in view.findChildren(QLineEdit) if field.isVisible())
    field.selectAll()
    qtbot.keyClicks(field, "Gone")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert shelving.shelf.rows[0].label.name == "First try"
    assert page(alone).isVisible(), "Escape ended the field alone"


def test_name_and_note_beside_it(alone: Alone, qtbot: QtBot) -> None:
    shelving, view = alone._session.shelving, page(alone).run_view
    rows(alone).choose(1)
    view.note.setFocus()
    qtbot.keyClicks(view.note, "the arms never come apart")
    qtbot.keyClick(view.note, Qt.Key.Key_Return)
    view.name.clear()
    view.name.setFocus()
    qtbot.keyClicks(view.name, "Begin")
    qtbot.keyClick(view.name, Qt.Key.Key_Return)
    assert shelving.shelf.rows[0].label.note == "the arms never come apart"
    assert shelving.shelf.rows[0].label.name == "Begin"
    alone._session.undo()
    alone._session.undo()
    assert (view.name.text(), view.note.text()) == ("First try", "")
    view.name.clear()
    qtbot.keyClick(view.name, Qt.Key.Key_Return)
    assert view.name.text() == "First try", "a run has a name"


def test_delete_and_undo(alone: Alone, qtbot: QtBot) -> None:
    rows(alone).choose(2)
    qtbot.keyClick(rows(alone), Qt.Key.Key_Delete)
    assert keys(alone) == [1, 3, 9]
    assert [item.depth for item in page(alone).shelf_card.model.items] == [0, 1, 2, 1]
    rows(alone).choose(9)
    qtbot.mouseClick(page(alone).run_view.delete_button, LEFT)
    assert keys(alone) == [1, 3]
    alone._session.undo()
    alone._session.undo()
    assert keys(alone) == [1, 2, 3, 9]


def test_runs_are_marked_to_be_compared(alone: Alone, qtbot: QtBot) -> None:
    wanted: list[list[ShelvedRun]] = []
    page(alone).compare_wanted.connect(wanted.append)
    comparison = QLineEdit()
    comparison.setAccessibleName("Comparison")
    page(alone).set_comparison(comparison)
    rows(alone).choose(1)
    qtbot.keyClick(rows(alone), Qt.Key.Key_C)
    assert wanted == [[]]
    assert not comparison.isVisible()
    model, painter = page(alone).shelf_card.model, page(alone).shelf_card.painter
    index = model.index(model.place(2))
    badge = painter.badge(model.items[index.row()], painter.row_of(rows(alone).visualRect(index)))
    qtbot.mouseClick(rows(alone).viewport(), LEFT, pos=badge.center().toPoint())
    assert [row.label.key for row in wanted[-1]] == [1, 2]
    assert comparison.isVisible()
    assert [model.mark_of(item) for item in model.items] == ["A", "B", "", "", ""]
    alone._session.shelving.delete(1)
    assert wanted[-1] == []
    assert not comparison.isVisible()
    rows(alone).choose(9)
    qtbot.keyClick(rows(alone), Qt.Key.Key_C)
    assert [row.label.key for row in page(alone).marked] == [2], "of many seeds none is marked"


def test_pictures_are_drawn_beside_and_kept(alone: Alone, qtbot: QtBot) -> None:
    portraits = page(alone).portraits
    states = [item.row.state for item in page(alone).shelf_card.model.items if isinstance(item.row, ShelvedRun)]
    qtbot.waitUntil(lambda: all(portraits.of(state) is not None for state in states))
    before = portraits.of(states[0])
    assert before is not None
    assert before.portrait is not None
    rows(alone).choose(1)
    assert page(alone).run_view.boundary.isVisible()
    alone._session.shelving.rename(1, "other")
    assert portraits.of(states[0]) is before
    alone._session.shelving.delete(1)
    assert portraits.of(states[0]) is None, "what is gone takes no memory"


def test_the_menu_of_a_row(alone: Alone, qtbot: QtBot) -> None:
    view, model = rows(alone), page(alone).shelf_card.model
    menu = view.menu_of(model.items[0])
    texts = [action.text().replace("&", "").split("\t")[0] for action in menu.actions() if action.text()]
    assert texts == ["Open", "Rename", "Compare", "Delete"]
    next(action for action in menu.actions() if "Delete" in action.text()).trigger()
    assert keys(alone) == [2, 3, 9]
    menu.close()


def test_all_runs_as_a_file(window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "runs.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(page(window).shelf_card.table_button, LEFT)
    lines = path.read_text().splitlines()
    assert len(lines) == 1 + 6
    assert lines[1].startswith("1,First try,")


def test_an_empty_shelf_says_how_it_fills(qtbot: QtBot) -> None:
    session = Session(ADAM)
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    window.show()
    qtbot.waitUntil(lambda: session.frame is not None)
    window.pages.toggle_runs()
    card = page(window).shelf_card
    assert not card.list.isVisible()
    assert not card.table_button.isEnabled()
    session.step(5)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 5)
    session.restart()
    rest(session, qtbot)
    assert card.list.isVisible()
    assert card.table_button.isEnabled()
    session.stop()


def test_it_asks_for_nothing_while_nobody_looks(window: MainWindow, qtbot: QtBot) -> None:
    window.pages.toggle_runs()
    sent = window._session.sent
    window._session.shelving.rename(1, "other")
    assert window._session.sent == sent
    assert page(window).shelf_card.model.items[0].label.name == "First try"
    window.pages.toggle_runs()
    assert page(window).shelf_card.model.items[0].label.name == "other"


def test_nothing_is_known_without_a_frame(qtbot: QtBot) -> None:
    session = Session(ADAM, shelf=Shelf())
    runs = RunsPage(session)
    qtbot.addWidget(runs)
    runs.show()
    assert runs.shelf_card.model.items[0].row is None
    runs.choose(1)
    assert runs.run_view.picture.text() == "It has not made an update yet."
