"""The row of controls above the network: where they stand, what goes away with a layer, where the keys are then."""

import pytest
from network_cards import CONTROL, LEFT, edits_of, insert, keys, shown_network, units
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.views.network.insert_button import InsertButton
from nnstudio.ui.views.network.layer_header import LayerHeader
from nnstudio.ui.views.network_view import NetworkView


@pytest.fixture
def view(qtbot: QtBot) -> NetworkView:
    return shown_network(qtbot)


def test_a_plus_stands_over_the_gap_also_beside_a_wide_column(view: NetworkView) -> None:
    view.resize(420, 440)
    view.show_frame(image_frame((300,)))
    QApplication.processEvents()
    images, answers = view.stage.columns[1:]
    plus = view.headers.inserts[1]
    x = plus.mapTo(view._page, plus.rect().center()).x() - view.stage.mapTo(view._page, QPoint()).x()
    assert images.right < x < answers.left
    assert (images.center + answers.center) / 2 < images.right, "or this would show nothing"


def test_other_layers_as_many_as_before_close_the_palette(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    qtbot.mouseClick(view.headers.inserts[1], LEFT)
    view.show_frame(plane_frame(units=(4, 3)))
    assert not view.headers.palette.isVisible()


def test_the_controls_of_a_layer_go_with_it(view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2, 3)))
    view.show_frame(plane_frame(units=(4,)))
    row, strip = view.headers, view._strip
    assert [header for header in strip.findChildren(LayerHeader) if header.isVisible()] == row.headers
    assert [insert for insert in strip.findChildren(InsertButton) if insert.isVisible()] == row.inserts
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert strip.findChildren(LayerHeader) == row.headers
    assert strip.findChildren(InsertButton) == row.inserts


def test_what_waited_under_the_pointer_goes_to_its_place_when_the_pointer_leaves(
    qtbot: QtBot, view: NetworkView
) -> None:
    grown, fresh = plane_frame(units=(300, 2)), shown_network(qtbot)
    fresh.show_frame(grown)
    view.show_frame(plane_frame(units=(2, 2)))
    header, there = view.headers.headers[0], fresh.headers.headers[0].geometry()
    qtbot.mouseMove(header.more)
    view.show_frame(grown)
    assert header.geometry() != there
    qtbot.mouseMove(view.stage.viewport(), QPoint(5, 5))
    qtbot.waitUntil(lambda: header.geometry() == there)


def test_another_size_of_the_card_takes_the_row_along_also_under_the_pointer(qtbot: QtBot, view: NetworkView) -> None:
    frame, fresh = plane_frame(units=(4, 2)), shown_network(qtbot)
    fresh.resize(500, 440)
    fresh.show_frame(frame)
    view.show_frame(frame)
    qtbot.mouseMove(view.headers.headers[0].more)
    view.resize(500, 440)
    there = [header.geometry() for header in fresh.headers.headers]
    qtbot.waitUntil(lambda: [header.geometry() for header in view.headers.headers] == there)


def test_another_size_of_the_card_closes_the_palette(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    qtbot.mouseClick(view.headers.inserts[1], LEFT)
    view.resize(500, 440)
    qtbot.waitUntil(lambda: not view.headers.palette.isVisible())
    assert not view.headers.line.isVisible()


# Between an edit and the first frame that knows of it


def test_a_drag_before_the_first_frame_of_the_new_layers_does_nothing(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits, row = edits_of(view), view.headers
    insert(qtbot, view, 1, "Dense")
    assert len(edits) == 1
    title = row.headers[0].title
    start, end = title.rect().center(), title.rect().center() + QPoint(400, 0)
    qtbot.mousePress(title, LEFT, pos=start)
    for step in range(1, 11):
        qtbot.mouseMove(title, start + (end - start) * step / 10)
    assert not row.line.isVisible()
    qtbot.mouseRelease(title, LEFT, pos=end)
    assert len(edits) == 1


# The keys


def test_the_first_layer_moves_no_further_to_the_left(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits, title = edits_of(view), view.headers.headers[0].title
    title.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(title, Qt.Key.Key_Left, CONTROL)
    assert edits == []
    qtbot.keyClick(title, Qt.Key.Key_Right, CONTROL)
    assert [keys(edit) for edit in edits] == [[2, 1]]


def test_after_a_removal_the_layer_in_its_place_is_chosen(qtbot: QtBot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2, 3)))
    chosen: list[int] = []
    view.headers.layer_selected.connect(chosen.append)
    view.headers.headers[1].title.setFocus(Qt.FocusReason.TabFocusReason)
    for left in (3, 1, 0):
        qtbot.keyClick(view.focusWidget(), Qt.Key.Key_Delete)
        assert chosen[-1] == left


@pytest.mark.parametrize("clicked", ["a kind", "plus"])
def test_who_edits_with_the_mouse_keeps_the_keys_where_they_are(qtbot: QtBot, view: NetworkView, clicked: str) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits = edits_of(view)
    view.stage.setFocus(Qt.FocusReason.TabFocusReason)
    if clicked == "plus":
        qtbot.mouseClick(view.headers.headers[0].more, LEFT)
    else:
        insert(qtbot, view, 1, "Dense")
    assert [len(units(edit)) for edit in edits] == [3 if clicked == "a kind" else 2]
    assert view.stage.hasFocus()


def test_in_a_network_wider_than_its_card_the_palette_stands_in_sight(qtbot: QtBot, view: NetworkView) -> None:
    view.resize(420, 440)
    view.show_frame(plane_frame(units=(8,) * 8))
    QApplication.processEvents()
    bar, palette = view._scroll.horizontalScrollBar(), view.headers.palette
    assert bar.maximum() > 100
    for end, plus in ((bar.minimum(), view.headers.inserts[0]), (bar.maximum(), view.headers.inserts[-1])):
        bar.setValue(end)
        qtbot.mouseClick(plus, LEFT)
        assert palette.mapTo(view, QPoint()).x() >= 0
        assert palette.mapTo(view, QPoint(palette.width(), 0)).x() <= view.width()
        palette.close_up()
