"""The controls above the network: what they ask for, what they offer, what they refuse."""

from dataclasses import replace

import pytest
from network_cards import (
    CONTROL,
    LEFT,
    SKETCHES,
    conv_frame,
    edits_of,
    frame_of,
    insert,
    keys,
    shown_network,
    units,
)
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from nnstudio.core.experiment import MAXIMUM_HIDDEN_LAYERS, Experiment
from nnstudio.core.experiment.layer_specs import (
    Conv2DSpec,
    DenseSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.surgery import Freeze
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import fonts
from nnstudio.ui.resources import find
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.views.network.layer_header import LayerHeader
from nnstudio.ui.views.network_view import NetworkView


@pytest.fixture
def view(qtbot) -> NetworkView:
    return shown_network(qtbot)


# − and + --------------------------------------------------------------------------------------------------------------


def test_plus_and_minus_change_the_number_of_neurons(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits = edits_of(view)
    first, second = view.headers.headers
    qtbot.mouseClick(first.more, LEFT)
    qtbot.mouseClick(second.fewer, LEFT)
    assert [units(edit) for edit in edits] == [[5, 2], [5, 1]]
    assert not second.fewer.isEnabled()
    assert (first.count.text(), second.count.text()) == ("5 neurons", "1 neuron")


def test_what_is_clicked_again_and_again_stays_under_the_pointer(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(2, 2)))
    header = view.headers.headers[0]
    qtbot.mouseMove(header.more)
    before = header.more.mapTo(view, QPoint())
    for size in (3, 9, 40, 300):
        view.show_frame(replace(plane_frame(units=(size, 2)), run=size))
        assert header.more.mapTo(view, QPoint()) == before


@pytest.mark.parametrize("width", [684, 420])
def test_targets_are_large_enough_and_do_not_overlap(view: NetworkView, width: int) -> None:
    view.resize(width, 440)
    view.show_frame(plane_frame(units=(8, 8, 8)))
    row = view.headers
    targets = [*row.inserts, *(target for one in row.headers for target in (one.title, one.fewer, one.more))]
    boxes = [target.rect().translated(target.mapTo(view._page, QPoint())) for target in targets]
    assert all(box.width() >= 24 and box.height() >= 24 for box in boxes)
    assert not any(one.intersects(other) for place, one in enumerate(boxes) for other in boxes[:place])
    for header in row.headers:
        assert not header.count.geometry().intersects(header.more.geometry())


def test_sixteen_layers_are_the_most(view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(2,) * MAXIMUM_HIDDEN_LAYERS))
    assert not any(insert.isEnabled() for insert in view.headers.inserts)
    assert "16" in view.headers.inserts[0].toolTip()


def test_the_words_promise_what_edits_keep(view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    row = view.headers
    header = row.headers[0]
    for control in (header.title, header.fewer, header.more, row.inserts[0]):
        assert "learned" in control.whatsThis()
        assert "again" not in control.whatsThis()


def test_frames_alone_ask_for_nothing_and_keep_what_was_just_asked(qtbot, view: NetworkView) -> None:
    frame = plane_frame(units=(4, 2))
    view.show_frame(frame)
    edits = edits_of(view)
    view.show_frame(plane_frame(units=(9,)))
    view.show_frame(frame)
    assert edits == []
    qtbot.mouseClick(view.headers.headers[0].more, LEFT)
    view.show_frame(replace(frame, updates=7))  # taken before the command was obeyed
    qtbot.mouseClick(view.headers.headers[0].more, LEFT)
    assert [units(edit) for edit in edits] == [[5, 2], [6, 2]]


def test_a_layer_that_was_refused_goes_away_again(qtbot, view: NetworkView) -> None:
    frame = plane_frame(units=(4, 2))
    view.show_frame(frame)
    insert(qtbot, view, 1, "Dense")
    assert len(view.headers.headers) == 3
    view.show_frame(replace(frame, commands=1))
    assert len(view.headers.headers) == 2


def test_a_frozen_layer_has_a_lock(view: NetworkView) -> None:
    trainer = Trainer(Experiment())
    Freeze(1).perform(trainer.network, trainer.experiment)
    view.show_frame(Observer(trainer, 1).frame(Probe.NEURONS))
    assert [header.title._locked for header in view.headers.headers] == [True, False]


# Titles ---------------------------------------------------------------------------------------------------------------


def chosen_of(view: NetworkView) -> list[int]:
    chosen: list[int] = []
    view.headers.layer_selected.connect(chosen.append)
    return chosen


def test_a_click_on_a_title_chooses_the_layer(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits, chosen, row = edits_of(view), chosen_of(view), view.headers
    qtbot.mouseClick(row.headers[1].title, LEFT)
    assert chosen == [2]
    assert [header.title.chosen for header in row.headers] == [False, True]
    row.select(1)
    assert [header.title.chosen for header in row.headers] == [True, False]
    assert edits == []


def test_the_layer_that_was_touched_last_is_chosen(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    chosen = chosen_of(view)
    qtbot.mouseClick(view.headers.headers[1].more, LEFT)
    insert(qtbot, view, 0, "Dense")
    assert chosen == [2, 3]


def over(header: LayerHeader, other: QWidget) -> QPoint:
    """The middle of another control, as the title sees it."""
    return header.title.mapFrom(header.window(), other.mapTo(header.window(), QPoint(12, 12)))


def drag(header: LayerHeader, to: QWidget, release: bool = True) -> None:
    """Press the title, go to another control in small steps, let go."""
    start, end = header.title.rect().center(), over(header, to)
    QTest.mousePress(header.title, LEFT, pos=start)
    for step in range(1, 11):
        QTest.mouseMove(header.title, start + (end - start) * step / 10)
        QApplication.processEvents()
    if release:
        QTest.mouseRelease(header.title, LEFT, pos=end)


def test_dragging_a_title_sideways_moves_the_layer(view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2, 3)))
    edits, row = edits_of(view), view.headers
    drag(row.headers[0], row.inserts[2], release=False)
    assert row.line.isVisible()
    assert abs(row.line.mapTo(view, QPoint(1, 0)).x() - row.inserts[2].mapTo(view, QPoint(12, 0)).x()) <= 1
    QTest.mouseRelease(row.headers[0].title, LEFT, pos=over(row.headers[0], row.inserts[2]))
    assert not row.line.isVisible()
    drag(row.headers[2], row.inserts[0])
    assert [keys(edit) for edit in edits] == [[2, 1, 3], [3, 2, 1]]


def test_a_drag_back_to_its_place_or_given_up_changes_nothing(view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits, chosen, row = edits_of(view), chosen_of(view), view.headers
    drag(row.headers[0], row.inserts[1], release=False)
    assert not row.line.isVisible()
    QTest.mouseRelease(row.headers[0].title, LEFT, pos=over(row.headers[0], row.inserts[1]))
    drag(row.headers[0], row.inserts[2], release=False)
    QTest.keyClick(row.headers[0].title, Qt.Key.Key_Escape)
    assert not row.line.isVisible()
    QTest.mouseRelease(row.headers[0].title, LEFT)
    assert edits == []
    assert chosen == []


@pytest.mark.parametrize("left", [(4, 2), (), (5,)], ids=str)
def test_a_drag_ends_with_the_network_that_it_began_in(view: NetworkView, left: tuple[int, ...]) -> None:
    """Undo, or other data, in the middle of it."""
    view.show_frame(plane_frame(units=(4, 2, 3)))
    edits, row = edits_of(view), view.headers
    title = row.headers[0].title
    drag(row.headers[0], row.inserts[2], release=False)
    view.show_frame(plane_frame(units=left))
    assert not row.line.isVisible()
    for x in (20, 60, 300):
        QTest.mouseMove(title, QPoint(x, 0))
        QApplication.processEvents()
    assert not row.line.isVisible()
    QTest.mouseRelease(title, LEFT, pos=QPoint(300, 0))
    assert edits == []


def test_a_drag_to_where_the_layer_cannot_work_says_why(view: NetworkView) -> None:
    layers = (Conv2DSpec(filters=2), DenseSpec(units=4))
    view.show_frame(frame_of(Experiment(dataset=SKETCHES, layers=layers), 0))
    edits, row = edits_of(view), view.headers
    drag(row.headers[1], row.inserts[0], release=False)
    assert not row.line._fits
    QTest.mouseRelease(row.headers[1].title, LEFT, pos=over(row.headers[1], row.inserts[0]))
    assert edits == []
    assert "Conv2D 1 gets 4 numbers" in row.headers[1]._note.text()
    assert row.headers[1]._note.isVisible()


def test_keys_move_duplicate_and_remove_the_chosen_layer_and_stay_with_it(qtbot, view: NetworkView) -> None:
    view.show_frame(plane_frame(units=(4, 2)))
    edits, row = edits_of(view), view.headers
    qtbot.mouseClick(row.headers[0].title, LEFT)

    def press(key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> list[int]:
        qtbot.keyClick(view.focusWidget(), key, held)
        return keys(edits[-1])

    assert press(Qt.Key.Key_Right, CONTROL) == [2, 1]
    assert row.headers[1].title.hasFocus()
    assert press(Qt.Key.Key_Right, CONTROL) == [2, 1]  # it is the last one already
    assert press(Qt.Key.Key_Left, CONTROL) == [1, 2]
    assert press(Qt.Key.Key_D, CONTROL) == [1, 3, 2]
    assert units(edits[-1]) == [4, 4, 2]
    assert row.headers[0].title.hasFocus()
    assert press(Qt.Key.Key_Delete) == [3, 2]
    assert press(Qt.Key.Key_Backspace) == [2]
    assert press(Qt.Key.Key_Delete) == []
    assert row.inserts[0].hasFocus()
    assert len(edits) == 6


def test_a_removal_that_would_break_the_rest_is_refused(qtbot, view: NetworkView) -> None:
    layers = (MaxPool2DSpec(size=4, stride=4), Conv2DSpec(filters=2, kernel=7), Conv2DSpec(filters=2, kernel=1))
    view.show_frame(frame_of(Experiment(dataset=SKETCHES, layers=layers), 0))
    edits, row = edits_of(view), view.headers
    qtbot.mouseClick(row.headers[1].title, LEFT)
    qtbot.keyClick(row.headers[1].title, Qt.Key.Key_D, CONTROL)
    assert edits == []
    assert "at least 7×7" in row.headers[1]._note.text()


def test_any_layer_can_be_removed(qtbot, view: NetworkView) -> None:
    frame = conv_frame()
    view.show_frame(frame)
    layers, edits = frame.experiment.layers, edits_of(view)
    qtbot.mouseClick(view.headers.headers[5].title, LEFT)
    qtbot.keyClick(view.headers.headers[5].title, Qt.Key.Key_Delete)
    assert edits == [(*layers[:5], *layers[6:])]


def test_titles_name_the_layer_and_what_it_makes(view: NetworkView) -> None:
    view.resize(2400, 440)
    view.show_frame(conv_frame())
    shown = [(header.title.text(), header.count.text()) for header in view.headers.headers]
    assert shown == [
        ("Conv2D 1 · ReLU", "3 filters"),
        ("Max pool 2×2", "3×12×12"),
        ("LayerNorm", "3×12×12"),
        ("Conv2D 2 · ReLU", "4 filters"),
        ("Average pool 2×2", "4×6×6"),
        ("Flatten", "144"),
        ("Dense 1 · ReLU", "6 neurons"),
        ("Dropout 20\N{NO-BREAK SPACE}%", "6"),
    ]


def test_six_layers_are_named_without_an_ellipsis(view: NetworkView) -> None:
    view.resize(652, 440)
    view.show_frame(plane_frame(units=(8,) * 6))
    shown = [header.title._laid_out().text for header in view.headers.headers]
    assert shown == ["8 tanh"] * 6


def test_a_narrow_title_says_what_the_layer_is_and_never_its_activation_alone(view: NetworkView) -> None:
    view.resize(460, 440)
    view.show_frame(conv_frame())
    shown = [header.title._laid_out().text for header in view.headers.headers]
    assert {shown[0], shown[3]} <= {"Conv 1", "Conv 2", "Conv"}
    assert "ReLU" not in shown


def test_every_kind_of_the_palette_has_a_picture_and_a_name_that_fits(view: NetworkView) -> None:
    fonts.load()
    for cell in view.headers.palette.cells:
        assert find(f"icons/layer-{cell.kind.kind}.svg").exists()
        assert cell.kind.brief is not None
        narrow = cell.minimumSizeHint().width() - 17
        names = cell.text(), cell.kind().titles[0].split()[0]
        assert min(QFontMetricsF(text_font(12, bold=True)).horizontalAdvance(name) for name in names) <= narrow
