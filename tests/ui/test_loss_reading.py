"""The loss curves are read row by row, and looked at more closely."""

from dataclasses import replace

import numpy as np
import pytest
from looking import hover
from loss_pictures import METRICS, NAN, ROWS, Rows, chart, frame_with, measured, near, picture, pixels, shown_view
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.training.state import Mark
from nnstudio.ui import theme
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.ticks import end_of
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.views.loss_view import LossView


@pytest.fixture
def view(qtbot: QtBot) -> LossView:
    return shown_view(qtbot)


# Reading.


def test_the_pointer_reads_the_exact_row(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(ROWS))
    place = picture(view).position(2, 0.55)
    assert place is not None
    qtbot.mouseMove(chart(view).viewport(), place.toPoint())
    assert chart(view).spot is not None
    assert chart(view).spot.column == 2
    reading = chart(view).reading(chart(view).spot)
    assert reading[0] == "Update 2, epoch 0.20"
    assert "train      0.55000" in reading
    assert "mini-batch 0.50000" in reading


def test_a_row_without_evaluation_names_the_last_one(view: LossView):
    view.show_frame(frame_with(ROWS))
    assert "test       0.65000 (at 2)" in chart(view).reading(chart(view).start())


def test_arrow_keys_read_backwards_from_the_last_row(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(ROWS))
    chart(view).setFocus()
    qtbot.keyClick(chart(view), Qt.Key.Key_Left)
    qtbot.keyClick(chart(view), Qt.Key.Key_Left)
    assert chart(view).spot is not None
    assert chart(view).spot.column == 2
    assert chart(view).spoken.accessibleName().startswith("Update 2")


def test_the_switch_changes_the_picture(view: LossView, qtbot: QtBot):
    view.show_frame(plane_frame())
    view.switches().show()
    logarithmic = pixels(view)
    assert view.scale.current() == 1
    qtbot.mouseClick(view.scale.button(0), Qt.MouseButton.LeftButton)
    assert pixels(view) != logarithmic


def test_exploring_adds_nothing_to_the_history(view: LossView, qtbot: QtBot):
    frame = frame_with(ROWS)
    view.show_frame(frame)
    qtbot.mouseClick(chart(view).viewport(), Qt.MouseButton.LeftButton)
    assert len(frame.history) == len(ROWS)
    assert chart(view).places() == (len(ROWS), 1)


def test_a_sample_of_the_training_examples_is_called_one(view: LossView):
    frame = plane_frame()
    view.show_frame(frame)
    assert "examples" not in chart(view).summary()
    chart(view).show_history(frame, 60_000)
    assert chart(view).reading(chart(view).start())[-1] == "train: 2\u00a0000 of 60\u00a0000 examples"


def test_the_legend_names_what_is_drawn(view: LossView):
    view.show_frame(frame_with(ROWS))
    assert view.legend.accessibleName() == "Legend: train, test, mini-batch"
    view.show_frame(frame_with(ROWS, penalty=0.01, run=2))
    assert view.legend.accessibleName() == "Legend: train, test, penalty, mini-batch"


def test_the_same_history_again_touches_nothing(view: LossView, qapp: QApplication):
    frame = frame_with(measured(501))
    view.show_frame(frame)
    qapp.processEvents()
    touched: list[object] = []
    told: list[bool] = []
    chart(view).scene().changed.connect(touched.append)
    chart(view).curves_changed.connect(lambda: told.append(True))
    chart(view).show_history(replace(frame, updates_per_second=7.0), 250)
    qapp.processEvents()
    assert touched == []
    chart(view).show_history(frame_with(measured(601)), 250)
    qapp.processEvents()
    assert touched
    assert told == [], "the curves are others, and their names are not"
    chart(view).show_history(frame_with(measured(701), penalty=0.1), 250)
    assert told == [True]


def test_a_row_measured_over_all_examples_is_not_called_a_sample(view: LossView):
    words = "train: 2\u00a0000 of 60\u00a0000 examples"
    rows: Rows = [(0.0, NAN, 0.7, 0.8), (1.0, 0.6, 0.6, 0.7), (2.0, 0.5, 0.55, 0.65)]
    whole = replace(METRICS, train_examples=60_000, train_total=60_000)
    for metrics, measured_at, sampled in (
        (whole, 2, [True, True, False]),
        (whole, 1, [True, False, True]),
        (replace(whole, train_examples=2_000), 2, [True, True, True]),
    ):
        frame = replace(frame_with(rows), metrics=metrics, measured_at=measured_at)
        chart(view).show_history(replace(frame, run=measured_at + 2 * metrics.sampled), 60_000)
        assert [words in chart(view).reading(Spot(row, 0)) for row in range(3)] == sampled


def test_an_arrow_key_goes_far_in_a_long_run(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(measured(10_001)))
    for key, row in ((Qt.Key.Key_Left, 1000), (Qt.Key.Key_Left, 995), (Qt.Key.Key_Right, 1000)):
        qtbot.keyClick(chart(view), key)
        assert chart(view).spot == Spot(row, 0)


def test_the_pointer_is_drawn_to_what_was_measured_and_only_when_it_is_near(view: LossView):
    rows: Rows = [(float(u), 0.5, *((0.4, 0.5) if u % 50 == 0 else (NAN, NAN))) for u in range(201)]
    view.show_frame(frame_with(rows))
    across, y = picture(view).across, picture(view).plot.center().y()
    a_row = across.at(1) - across.at(0)
    for update, read in ((50, 50), (51, 50), (49, 50), (50 + 0.4 * 50, 70), (73, 73), (98, 100)):
        assert abs(read - update) * a_row < 5, "the widths are as the test takes them to be"
        assert chart(view).spot_at(QPointF(across.at(update), y)) == Spot(round(read), 0)
    assert chart(view).spot_at(QPointF(across.at(73.4), y)) == Spot(73, 0)
    assert chart(view).spot_at(QPointF(across.at(73.6), y)) == Spot(74, 0)


def test_an_edit_is_read_at_its_own_place_and_nowhere_else(view: LossView):
    frame = frame_with(measured(1001))
    chart(view).show_history(replace(frame, marks=(Mark(500, "Add layer"), Mark(900, "Remove layer"))), 250)
    edits = {row: [line for line in chart(view).reading(Spot(row, 0)) if "edited" in line] for row in (10, 50, 90)}
    assert edits == {10: [], 50: ["edited here: Add layer"], 90: ["edited here: Remove layer"]}


def test_keys_that_look_closer_are_left_to_the_window_while_there_is_no_curve(view: LossView):
    def claimed(key: Qt.Key) -> bool:
        return chart(view).claims(QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier))

    keys = (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_0)
    assert [claimed(key) for key in keys] == [False] * 4
    view.show_frame(frame_with(ROWS))
    assert [claimed(key) for key in keys] == [True] * 4
    assert not claimed(Qt.Key.Key_Space)


# Looking closer.


def wheel(view: LossView, place: QPointF, notches: int) -> None:
    window = view.windowHandle()
    QTest.wheelEvent(window, QPointF(chart(view).mapTo(view, place.toPoint())), QPoint(0, 120 * notches))


def drag(view: LossView, by: int, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
    """From the middle of the picture so many pixels to the right, in four moves, as a hand does."""
    window, start = view.windowHandle(), chart(view).mapTo(view, picture(view).plot.center().toPoint())
    QTest.mouseMove(window, start)
    QTest.mousePress(window, button, Qt.KeyboardModifier(0), start)
    for quarter in range(1, 5):
        QTest.mouseMove(window, start + QPoint(by * quarter // 4, 0))
    QTest.mouseRelease(window, button, Qt.KeyboardModifier(0), start + QPoint(by, 0))


def seen(view: LossView) -> tuple[float, float]:
    return picture(view).across.low, picture(view).across.high


def test_the_wheel_looks_closer_at_what_lies_under_it_and_back(view: LossView):
    view.show_frame(frame_with([(float(u), NAN, 1 / (1 + u), 0.5) for u in range(0, 1001, 10)]))
    middle = picture(view).plot.center()
    under, whole = picture(view).across.value(middle.x()), seen(view)
    wheel(view, middle, 4)
    start, end = seen(view)
    assert 0 < start < end < whole[1]
    assert end - start < 0.5 * (whole[1] - whole[0])
    assert picture(view).across.value(middle.x()) == pytest.approx(under, rel=0.01)
    assert picture(view).up.high < 0.6
    assert chart(view).lines["train"].x[-1] < 900
    wheel(view, middle, -8)
    assert seen(view) == whole
    wheel(view, middle, 100)
    assert seen(view)[1] - seen(view)[0] == pytest.approx(10)


def test_dragging_moves_but_never_out_of_the_run_and_a_double_click_shows_all(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(measured(1001)))
    whole = seen(view)
    drag(view, 60)
    assert seen(view) == whole
    wheel(view, picture(view).plot.center(), 4)
    (start, end), across = seen(view), picture(view).across
    drag(view, 40)
    by = across.value(40) - across.value(0)
    assert seen(view) == pytest.approx((start - by, end - by))
    for _ in range(5):
        drag(view, 180)
    assert seen(view)[0] == pytest.approx(0)
    for _ in range(10):
        drag(view, -180)
    assert seen(view)[1] == pytest.approx(whole[1])
    assert chart(view).spot is None
    qtbot.mouseDClick(chart(view).viewport(), Qt.MouseButton.LeftButton, pos=picture(view).plot.center().toPoint())
    assert seen(view) == whole


def test_curves_are_painted_where_the_zoomed_axes_say(view: LossView):
    view.show_frame(frame_with([(float(u), NAN, 1.0 - u / 1001, 1.0) for u in range(0, 1001, 10)]))
    wheel(view, picture(view).plot.center(), 3)
    drag(view, 37)
    image, (start, end) = pixels(view), seen(view)
    for update in np.linspace(start, end, 7)[1:-1]:
        place = picture(view).position(update, 1.0 - update / 1001)
        assert place is not None
        assert near(image, place, QColor(theme.current().train))


def test_keys_look_closer_and_reading_takes_the_window_along(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(measured(1001)))
    whole = seen(view)
    chart(view).setFocus()
    for _ in range(3):
        qtbot.keyClick(chart(view), Qt.Key.Key_Plus)
    assert seen(view)[1] < 900
    qtbot.keyClick(chart(view), Qt.Key.Key_End)
    assert seen(view)[0] <= 1000 <= seen(view)[1]
    for _ in range(3):
        qtbot.keyClick(chart(view), Qt.Key.Key_Minus)
    assert seen(view) == whole
    qtbot.keyClick(chart(view), Qt.Key.Key_Plus)
    qtbot.keyClick(chart(view), Qt.Key.Key_0)
    assert seen(view) == whole


def test_a_closer_look_stays_while_the_run_goes_on_and_ends_with_it(view: LossView):
    view.show_frame(frame_with(measured(1001)))
    wheel(view, picture(view).plot.center(), 4)
    before = seen(view)
    view.show_frame(frame_with(measured(1101)))
    assert seen(view) == before
    view.resize(700, 260)
    view.scale.set_current(0)
    assert seen(view) == before
    view.show_frame(frame_with(measured(101)))
    assert seen(view)[1] <= end_of(101)
    view.show_frame(frame_with(measured(1101), run=2))
    assert seen(view) == (0, end_of(1090))


def test_a_cross_follows_the_pointer_over_the_curves(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(measured(1001)))
    drawn = picture(view)
    at = drawn.position(500, 0.3)
    assert at is not None
    for place in (at.toPoint(), at.toPoint() - QPoint(0, 20)):
        qtbot.mouseMove(chart(view).viewport(), place)
        assert drawn.row.isVisible()
        middle = drawn.level.mapToScene(drawn.level.path().boundingRect().center())
        assert middle.y() == pytest.approx(place.y())
        assert drawn.row.mapToScene(drawn.row.path().boundingRect().center()).x() == pytest.approx(at.x(), abs=1)
    chart(view).setFocus()
    qtbot.keyClick(chart(view), Qt.Key.Key_Left)
    assert (drawn.row.isVisible(), drawn.level.isVisible()) == (True, False)


def test_a_cursor_stands_at_the_update_that_everything_shows(view: LossView):
    view.show_frame(frame_with(measured(1001)))
    color = QColor(theme.current().accent)
    for size in (510, 700):
        chart(view).show_time(250)
        view.resize(size, 200)
        place = QPointF(picture(view).across.at(250), picture(view).plot.top() + 30)
        assert near(pixels(view), place, color)
    chart(view).show_time(None)
    assert not near(pixels(view), place, color)


def test_a_key_looks_closer_at_what_is_read(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(measured(1001)))
    chart(view).explore(Spot(20, 0))
    share = (200 - seen(view)[0]) / (seen(view)[1] - seen(view)[0])
    for _ in range(3):
        qtbot.keyClick(chart(view), Qt.Key.Key_Plus)
    start, end = seen(view)
    assert end - start < 800
    assert (200 - start) / (end - start) == pytest.approx(share)


def test_reading_takes_the_window_along_to_both_sides(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(measured(1001)))
    for _ in range(5):
        qtbot.keyClick(chart(view), Qt.Key.Key_Plus)
    width = seen(view)[1] - seen(view)[0]
    for key, update in ((Qt.Key.Key_End, 1000), (Qt.Key.Key_Home, 0), (Qt.Key.Key_End, 1000)):
        qtbot.keyClick(chart(view), key)
        start, end = seen(view)
        assert start - 1e-6 <= update <= end + 1e-6
        assert end - start == pytest.approx(width)


def test_a_sign_of_an_edit_is_there_while_its_update_is_in_sight(view: LossView, qtbot: QtBot):
    chart(view).show_history(replace(frame_with(measured(1001)), marks=(Mark(900, "Add layer"),)), 250)
    assert not picture(view)._edit_signs.path().isEmpty()
    chart(view).explore(Spot(10, 0))
    for _ in range(5):
        qtbot.keyClick(chart(view), Qt.Key.Key_Plus)
    assert seen(view)[1] < 900
    assert picture(view)._edit_signs.path().isEmpty()


def test_the_level_of_the_cross_stays_inside_of_the_axes(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(measured(1001)))
    plot = picture(view).plot
    for y, there in (
        (plot.center().y(), True),
        (plot.bottom() + 5, False),
        (plot.top() + 1, True),
        (plot.top() - 5, False),
    ):
        chart(view).explore(None)
        hover(chart(view), QPointF(plot.center().x(), y).toPoint())
        assert picture(view).row.isVisible()
        assert picture(view).level.isVisible() == there
