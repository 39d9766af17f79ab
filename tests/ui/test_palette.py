"""The palette of layer kinds: what it offers, where it stands, who has the keys."""

import pytest
from network_cards import LEFT, cells, conv_frame, edits_of, insert, shown_network, units
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QKeyEvent
from PySide6.QtWidgets import QApplication

from nnstudio.core.experiment.layer_specs import (
    DenseSpec,
    DropoutSpec,
    MaxPool2DSpec,
)
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.views.network_view import NetworkView


@pytest.fixture
def view(qtbot) -> NetworkView:
    return shown_network(qtbot)


def test_a_click_on_plus_shows_all_kinds_and_a_click_inserts_one(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits, row = edits_of(view), view.headers
    qtbot.mouseClick(row.inserts[2], LEFT)
    assert row.palette.isVisible()
    assert row.line.isVisible()
    assert list(cells(view)) == ["Dense", "Dropout", "Batch norm", "Layer norm", "Convolution", "Pooling", "Flatten"]
    assert edits == []
    qtbot.mouseClick(cells(view)["Dense"], LEFT)
    assert [units(edit) for edit in edits] == [[4, 2, 2]]
    assert not row.palette.isVisible()
    assert not row.line.isVisible()
    insert(qtbot, view, 0, "Dropout")
    assert edits[1] == (DropoutSpec(key=4), *edits[0])
    assert row.headers[0].title.chosen


def test_the_shelf_covers_no_header_and_pushes_nothing(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    before = view.stage.geometry(), [header.geometry() for header in view.headers.headers]
    qtbot.mouseClick(view.headers.inserts[1], LEFT)
    palette = view.headers.palette
    assert (view.stage.geometry(), [header.geometry() for header in view.headers.headers]) == before
    top = palette.mapTo(view, QPoint()).y()
    assert top >= max(header.mapTo(view, QPoint(0, header.height())).y() for header in view.headers.headers)
    assert palette.mapTo(view, QPoint()).x() >= 0
    assert palette.mapTo(view, QPoint(palette.width(), 0)).x() <= view.width()
    assert palette.height() < 90  # one row
    middle = view.headers.line.mapTo(view, QPoint(1, 0)).x()
    assert abs(middle - view.headers.inserts[1].mapTo(view, QPoint(12, 0)).x()) <= 1


def test_a_narrow_card_has_the_kinds_in_two_rows(qtbot, view: NetworkView) -> None:
    view.resize(440, 440)
    view.show_frame(plane_frame(units=(4, 2)))
    qtbot.mouseClick(view.headers.inserts[2], LEFT)
    palette = view.headers.palette
    assert len({cell.y() for cell in palette.cells}) == 2
    assert palette.mapTo(view, QPoint(palette.width(), 0)).x() <= view.width()


def test_kinds_that_cannot_stand_there_say_why(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits = edits_of(view)
    qtbot.mouseClick(view.headers.inserts[1], LEFT)
    fits = [name for name, cell in cells(view).items() if cell.fits]
    assert fits == ["Dense", "Dropout", "Batch norm", "Layer norm"]
    convolution = cells(view)["Convolution"]
    assert "needs images" in convolution._line
    assert "needs images" in convolution.toolTip()
    qtbot.mouseClick(convolution, LEFT)
    assert edits == []
    assert view.headers.palette._note.isVisible()
    assert "needs images" in view.headers.palette._note.text()


def test_images_offer_what_fits_between_their_layers(qtbot, view: NetworkView) -> None:
    view.show_frame(conv_frame())
    edits = edits_of(view)
    qtbot.mouseClick(view.headers.inserts[1], LEFT)
    assert [name for name, cell in cells(view).items() if not cell.fits] == ["Dense", "Flatten"]
    assert cells(view)["Dense"]._line == "does not fit here"
    assert "MaxPool2D 1" in cells(view)["Dense"].toolTip()
    qtbot.mouseClick(cells(view)["Pooling"], LEFT)
    layers = conv_frame().experiment.layers
    assert edits == [(layers[0], MaxPool2DSpec(key=9), *layers[1:])]


def test_the_keyboard_opens_walks_inserts_and_goes_on_from_the_new_layer(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits, row = edits_of(view), view.headers
    row.inserts[1].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(row.inserts[1], Qt.Key.Key_Space)
    assert cells(view)["Dense"].hasFocus()
    for key, name in (("Right", "Dropout"), ("End", "Flatten"), ("Left", "Pooling"), ("Home", "Dense")):
        qtbot.keyClick(view.focusWidget(), getattr(Qt.Key, f"Key_{key}"))
        assert cells(view)[name].hasFocus()
    qtbot.keyClick(cells(view)["Dense"], Qt.Key.Key_Right)
    qtbot.keyClick(cells(view)["Dropout"], Qt.Key.Key_Return)
    assert [type(spec) for spec in edits[0]] == [DenseSpec, DropoutSpec, DenseSpec]
    assert row.headers[1].title.hasFocus()


def test_escape_and_a_press_elsewhere_close_the_shelf(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits, row = edits_of(view), view.headers
    row.inserts[1].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(row.inserts[1], Qt.Key.Key_Space)
    qtbot.keyClick(cells(view)["Dense"], Qt.Key.Key_Escape)
    assert not row.palette.isVisible()
    assert row.inserts[1].hasFocus()
    qtbot.mouseClick(row.inserts[1], LEFT)
    qtbot.mouseClick(view.stage.viewport(), LEFT, pos=QPoint(5, view.stage.height() - 5))
    assert not row.palette.isVisible()
    qtbot.mouseClick(row.inserts[1], LEFT)
    qtbot.mouseClick(row.inserts[1], LEFT)
    assert not row.palette.isVisible()
    qtbot.mouseClick(row.inserts[1], LEFT)
    qtbot.mouseClick(row.inserts[2], LEFT)
    assert row.palette.isVisible()
    assert [insert.chosen for insert in row.inserts] == [False, False, True]
    assert edits == []


def test_the_arrows_belong_to_the_shelf_while_it_is_open(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    qtbot.mouseClick(view.headers.inserts[1], LEFT)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Escape):
        event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(cells(view)["Dense"], event)
        assert event.isAccepted()


def test_other_layers_close_the_shelf(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    qtbot.mouseClick(view.headers.inserts[1], LEFT)
    view.show_frame(plane_frame(units=(4,)))
    assert not view.headers.palette.isVisible()


# Its place and its focus


@pytest.mark.parametrize("pointer", [QPoint(780, 780), QPoint(218, 40)], ids=["elsewhere", "on a button"])
def test_its_tip_points_at_the_plus_that_opened_it(qtbot, view: NetworkView, pointer: QPoint) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    QCursor.setPos(view.mapToGlobal(pointer))
    QApplication.processEvents()
    assert any(header.is_pointed_at for header in view.headers.headers) == view.rect().contains(pointer)
    for width in (684, 480):
        view.resize(width, 440)
        view.show_frame(plane_frame(units=(4, 2)))
        palette = view.headers.palette
        for plus in view.headers.inserts:
            qtbot.mouseClick(plus, LEFT)
            middle = plus.mapTo(view, plus.rect().center()).x()
            tip = palette.mapTo(view, QPoint(palette._pointer, 0)).x()
            at_the_edge = palette._pointer in (18, palette.width() - 18)
            assert abs(tip - middle) <= (12 if at_the_edge else 1)
            palette.close_up()


def test_what_was_said_of_a_kind_is_not_there_when_it_opens_again(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    palette = view.headers.palette
    qtbot.mouseClick(view.headers.inserts[1], LEFT)
    qtbot.mouseClick(cells(view)["Convolution"], LEFT)
    assert palette._note.isVisible()
    palette.close_up()
    qtbot.mouseClick(view.headers.inserts[2], LEFT)
    assert palette.isVisible()
    assert not palette._note.isVisible()


def test_the_keys_begin_at_the_first_kind_that_fits(qtbot, view: NetworkView) -> None:
    view.show_frame(conv_frame())
    qtbot.mouseClick(view.headers.inserts[1], LEFT)
    assert not cells(view)["Dense"].fits
    assert cells(view)["Dropout"].hasFocus()


def test_tab_closes_it_where_it_was_opened(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    plus = view.headers.inserts[1]
    plus.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(plus, Qt.Key.Key_Space)
    assert cells(view)["Dense"].hasFocus()
    qtbot.keyClick(cells(view)["Dense"], Qt.Key.Key_Tab)
    assert not view.headers.palette.isVisible()
    assert plus.hasFocus()


def test_whoever_turned_to_something_else_keeps_the_keys(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    plus, title = view.headers.inserts[1], view.headers.headers[1].title
    plus.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(plus, Qt.Key.Key_Space)
    title.setFocus(Qt.FocusReason.OtherFocusReason)
    view.headers.palette.close_up()
    assert title.hasFocus()


def test_a_key_that_comes_after_the_focus_has_gone_walks_all_the_same(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    qtbot.mouseClick(view.headers.inserts[1], LEFT)
    view.headers.headers[0].title.setFocus(Qt.FocusReason.OtherFocusReason)
    assert not any(cell.hasFocus() for cell in cells(view).values())
    with qtbot.capture_exceptions() as raised:
        qtbot.keyClick(cells(view)["Dense"], Qt.Key.Key_Right)
    assert not raised
    assert cells(view)["Dropout"].hasFocus()
