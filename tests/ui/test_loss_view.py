"""The Loss card draws the history as it is."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.history import History
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import theme
from nnstudio.ui.views.canned import plane_frame, untrained_frame
from nnstudio.ui.views.loss.chart import LossChart
from nnstudio.ui.views.loss.curves import Line, curve_colors, lines_of, to_the_end
from nnstudio.ui.views.loss.ends import spread
from nnstudio.ui.views.loss.extent import end_of, loss_range
from nnstudio.ui.views.loss.picture import LossPicture
from nnstudio.ui.views.loss.thinning import envelope, every, stride
from nnstudio.ui.views.loss_view import LossView
from nnstudio.ui.widgets.figures import decimal

NAN = float("nan")
Rows = list[tuple[float, float, float, float]]
ROWS: Rows = [(0.0, NAN, 0.7, 0.8), (1.0, 0.6, NAN, NAN), (2.0, 0.5, 0.55, 0.65), (3.0, 0.4, NAN, NAN)]


def frame_with(rows: Rows, penalty: float = 0.0, run: int = 1) -> Frame:
    """A frame of a run that trains, whose history has these rows of (update, batch, train, test)."""
    history = History()
    for update, batch, train, test in rows:
        history.append(update, update / 10, batch, train, test, 0.9, 0.9, penalty, 0.03)
    updates = round(rows[-1][0])
    return replace(plane_frame(), history=history.prefix(), run=run, updates=updates, epoch=updates / 10)


def measured(end: int, train: float = 0.3, test: float = 0.6) -> Rows:
    return [(float(u), NAN, train, test) for u in range(0, end, 10)]


def lines(frame: Frame, logarithmic: bool = True, columns: int = 300) -> dict[str, Line]:
    return lines_of(frame.history, 0.0, float(frame.history.update[-1]), columns, logarithmic)


@pytest.fixture
def view(qtbot: QtBot) -> LossView:
    view = LossView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.switches())
    view.resize(510, 200)
    view.show()
    qtbot.waitExposed(view)
    view.show_frame(untrained_frame())
    qtbot.waitUntil(lambda: view.chart is not None)
    QApplication.processEvents()
    return view


def chart(view: LossView) -> LossChart:
    assert view.chart is not None
    return view.chart


def picture(view: LossView) -> LossPicture:
    return chart(view).picture


def test_before_the_first_update_a_hint_and_nothing_to_read(view: LossView):
    view.show_frame(untrained_frame())
    assert chart(view).places() == (0, 0)
    assert "Press Play" in chart(view).summary()
    image = pixels(view)
    dim, middle = QColor(theme.current().dim), view.rect().center()
    assert any(near(image, QPointF(x, middle.y()), dim, 2) for x in range(middle.x() - 60, middle.x() + 60))
    assert len({image.pixel(x, y) for x in range(10, 60) for y in range(10, 190)}) == 1


# From rows to lines.


def test_of_many_mini_batches_the_extremes_are_drawn():
    random = np.random.default_rng(0)
    x, y = np.arange(40_000.0), random.normal(5, 1, 40_000)
    y[::7] = np.nan
    xs, ys = envelope(x, y, 500)
    assert len(xs) == len(ys) <= 1000
    assert (ys.min(), ys.max()) == (np.nanmin(y), np.nanmax(y))
    assert (np.diff(xs) >= 0).all()


def test_few_rows_stay_as_they_are():
    xs, ys = envelope(np.array([0.0, 1, 2, 3]), np.array([1.0, np.nan, np.inf, 4]), 100)
    assert (xs.tolist(), ys.tolist()) == ([0, 3], [1, 4])


def test_what_is_drawn_of_the_measurements_stays_where_it_is_as_they_become_more():
    before: list[int] = []
    for count in range(1, 400):
        places = every(0, count, stride(count, 20)).tolist()
        assert places[0] == 0
        assert places[-1] == count - 1
        assert len(places) <= 22
        assert set(places[:-1]) <= set(before) | {count - 2, count - 1} | set(range(count - 20, count))
        before = places


def test_lines_visit_real_measurements_only():
    frame = frame_with([(float(u), NAN, 1 / (1 + u), 2 / (1 + u)) for u in range(3000)])
    line = lines(frame, columns=90)["train"]
    assert len(line.x) <= 32
    assert line.y == pytest.approx(1 / (1 + line.x))
    assert line.x[-1] == 2999
    assert 2 <= line.dots.sum() <= 14


def test_what_is_not_finite_neither_draws_nor_bends_the_axis():
    frame = frame_with([*ROWS, (4.0, float("inf"), NAN, NAN), (5.0, 0.3, float("inf"), 0.5)])
    for logarithmic in (True, False):
        found = lines(frame, logarithmic)
        assert all(np.isfinite(line.y).all() for line in found.values())
        low, high = loss_range(found, logarithmic)
        assert 0 <= low < high <= 1


def test_nothing_that_is_not_positive_goes_on_a_logarithmic_axis():
    frame = frame_with([(0.0, 0.5, 0.5, 0.5), (1.0, 0.0, 0.0, 0.1), (2.0, 0.2, 0.2, 0.2)])
    assert lines(frame, True)["train"].x.tolist() == [0, 2]
    assert lines(frame, False)["train"].x.tolist() == [0, 1, 2]


def test_a_run_that_diverges_is_seen_from_where_it_came():
    low, high = loss_range(lines(frame_with([(float(u), NAN, 10.0 ** (3 * u), 1.0) for u in range(10)])), True)
    assert (low, high) == (1, 1e27)
    low, high = loss_range(lines(frame_with([(float(u), NAN, 10.0 ** (-3 * u), 1.0) for u in range(10)])), True)
    assert (low, high) == (1e-8, 1)


def test_a_penalty_has_a_line_only_when_there_is_one():
    assert "penalty" not in lines(frame_with(ROWS), True)
    assert "penalty" not in lines(frame_with(ROWS), False)
    assert "penalty" in lines(frame_with(ROWS, penalty=0.01))


def test_every_curve_has_all_its_measurements():
    found = lines(frame_with(ROWS))
    assert found["train"].y.tolist() == [0.7, 0.55]
    assert found["test"].y.tolist() == [0.8, 0.65]
    assert found["batch"].y.tolist() == [0.6, 0.5, 0.4]


def test_only_what_is_in_sight_is_drawn_with_a_neighbour_on_each_side():
    found = lines_of(frame_with(measured(1000)).history, 405, 425, 300, True)
    assert found["train"].x.tolist() == [400, 410, 420, 430]


METRICS = Metrics(0.41, 0.52, 0.9, 0.8, 0.0)


def ahead(updates: int, measured_at: int) -> Frame:
    return replace(frame_with(ROWS), metrics=METRICS, updates=updates, epoch=updates / 10, measured_at=measured_at)


@pytest.mark.parametrize(("updates", "at", "rows"), [(3, 3, 4), (7, 7, 5), (8, 4, 5)])
def test_the_curves_end_where_was_measured_last(updates: int, at: int, rows: int):
    frame = ahead(updates, at)
    history = to_the_end(frame)
    assert len(history) == rows
    assert (history.update[-1], history.train_loss[-1], history.test_loss[-1]) == (at, 0.41, 0.52)
    assert history.epoch[-1] == pytest.approx(at / 10)
    assert history.batch_loss[3] == 0.4
    assert len(frame.history) == 4
    assert np.isnan(frame.history.train_loss[-1])


def test_what_was_measured_between_two_rows_stands_between_them():
    frame = replace(frame_with([*ROWS, (9.0, 0.3, NAN, NAN)]), metrics=METRICS, measured_at=5)
    history = to_the_end(frame)
    assert history.update.tolist() == [0, 1, 2, 3, 5, 9]
    assert history.train_loss[4] == 0.41
    assert history.batch_loss[5] == 0.3


@pytest.mark.parametrize("measured_at", [-1, 0, 2, 12])
def test_what_the_history_has_already_or_knows_better_is_left_alone(measured_at: int):
    frame = ahead(7, measured_at)
    assert to_the_end(frame) is frame.history


def test_a_real_run_is_drawn_to_where_it_stands(view: LossView):
    trainer = Trainer(default_experiment(DatasetKind.CIRCLE))
    trainer.train(epochs=1000 / 25)
    for _ in range(7):
        trainer.step()
    frame = Observer(trainer, 1).frame(view.probes)
    view.show_frame(frame)
    assert np.isnan(frame.history.train_loss[-1])
    assert chart(view).lines["train"].x[-1] == frame.updates
    assert picture(view).ends.values["train"].text == decimal(frame.metrics.train_loss)


def test_the_last_point_is_drawn_named_and_read(view: LossView):
    view.show_frame(ahead(7, 7))
    assert chart(view).lines["train"].x.tolist() == [0, 2, 7]
    ends = picture(view).ends
    assert (ends.values["train"].text, ends.values["test"].text) == ("0.410", "0.520")
    assert "test       0.52000" in chart(view).reading(chart(view).start())


# Axes.


def test_the_axis_of_updates_ends_a_little_further_in_leaps():
    assert (end_of(575), end_of(14), end_of(0)) == (600, 15, end_of(1))
    for last in range(1, 3000, 7):
        assert last < end_of(last) <= 1.25 * last
    assert len({end_of(last) for last in range(500, 1000)}) <= 10


@pytest.mark.parametrize("logarithmic", [True, False])
def test_axes_lead_there_and_back(view: LossView, logarithmic: bool):
    view.show_frame(frame_with(measured(1000, 0.1, 1.0)))
    view.scale.set_current(int(logarithmic))
    drawn = picture(view)
    place = drawn.position(250, 0.1)
    assert place is not None
    assert drawn.across.value(place.x()) == pytest.approx(250)
    assert drawn.up.value(place.y()) == pytest.approx(0.1)
    assert drawn.position(250, 1e-9 if logarithmic else -1.0) is None
    assert drawn.position(250, NAN) is None
    assert drawn.position(2000, 0.5) is None


def test_updates_are_whole_numbers_and_named(view: LossView):
    view.show_frame(frame_with(ROWS))
    texts = [number.text for number in picture(view).updates.numbers]
    assert texts == ["update", "0", "1", "2", "3"]
    assert all(number.box.right() <= view.width() for number in picture(view).updates.numbers)


def test_the_axis_rests_while_the_run_grows_a_little(view: LossView):
    rows = [(float(u), 0.5, 0.5, 0.6) for u in range(1000)]
    view.show_frame(frame_with(rows))
    before, numbers = (picture(view).across, picture(view).up), picture(view).updates.numbers
    view.show_frame(frame_with([*rows, *((float(u), 0.5, 0.5, 0.6) for u in range(1000, 1010))]))
    assert (picture(view).across, picture(view).up) == before
    assert picture(view).updates.numbers is numbers


def test_a_run_that_went_back_or_began_anew_is_drawn_anew(view: LossView):
    view.show_frame(frame_with(measured(1000)))
    view.show_frame(frame_with(ROWS, run=2))
    assert picture(view).across.high < 10
    view.show_frame(frame_with([(0.0, 0.5, 0.5, 0.5)], run=3))
    assert chart(view).places() == (0, 0)


# Names and values.


def test_names_keep_their_order_and_never_lie_over_each_other():
    assert spread([50, 20], 10, 0, 100) == [50, 20]
    assert spread([50, 48, 52], 10, 0, 100) == [58, 48, 68]
    assert spread([99, 98], 10, 0, 100) == [95, 85]
    assert spread([], 10, 0, 100) == []


@pytest.mark.parametrize("width", [300, 510])
@pytest.mark.parametrize("times", [1, 1.2345e-3])
def test_each_curve_has_its_name_and_value_beside_its_end(view: LossView, width: int, times: float):
    view.resize(width, 200)
    view.show_frame(frame_with(measured(1000, 0.3 * times, 0.31 * times)))
    drawn = picture(view)
    boxes: list[QRectF] = []
    for name, color in (("test", theme.current().test), ("train", theme.current().train)):
        value = drawn.ends.values[name]
        group = value.item.parentItem()
        assert value.item.brush().color() == QColor(color)
        boxes.append(group.mapRectToScene(group.childrenBoundingRect()))
        end = drawn.position(990, (0.3 if name == "train" else 0.31) * times)
        assert end is not None
        assert boxes[-1].left() > end.x() + 4
        assert boxes[-1].right() <= width
        assert abs(boxes[-1].center().y() - end.y()) < 40
    assert not boxes[0].adjusted(0, 1, 0, -1).intersects(boxes[1].adjusted(0, 1, 0, -1))


# Pixels.


def pixels(view: LossView) -> QImage:
    return view.grab().toImage()


def near(image: QImage, place: QPointF, color: QColor, reach: int = 1, tolerance: int = 60) -> bool:
    """Whether a pixel at most so far from here has about this colour."""
    x, y = round(place.x()), round(place.y())
    around = range(-reach, reach + 1)
    found = [image.pixelColor(x + right, y + down) for right in around for down in around]
    red, green, blue = color.red(), color.green(), color.blue()
    return any(abs(c.red() - red) + abs(c.green() - green) + abs(c.blue() - blue) < tolerance for c in found)


@pytest.mark.parametrize("scale", [0, 1])
@pytest.mark.parametrize("choice", [theme.ThemeChoice.LIGHT, theme.ThemeChoice.DARK])
def test_curves_run_through_their_values_in_the_colours_of_the_theme(
    view: LossView, qapp: QApplication, choice: theme.ThemeChoice, scale: int
):
    view.scale.set_current(scale)
    view.show_frame(frame_with(measured(1000), penalty=0.11))
    theme.apply(qapp, choice)
    image, drawn, colors = pixels(view), picture(view), curve_colors()
    for name, loss in (("train", 0.3), ("test", 0.6)):
        for update in (105, 500, 905):
            place = drawn.position(update, loss)
            assert place is not None
            assert near(image, place, QColor(colors[name]))
            assert not near(image, place + QPointF(0, 7), QColor(colors[name]))
    places = [drawn.position(update, 0.11) for update in range(100, 200)]
    dashed = [near(image, place, QColor(colors["penalty"]), 1, 220) for place in places if place]
    assert 0 < sum(dashed) < len(dashed)
    ground = drawn.plot.topLeft() + QPointF(20, 4)
    assert near(image, ground, QColor(theme.current().card), 0)


def test_what_lies_outside_the_axes_is_cut_off(view: LossView):
    """A mini-batch far below the axis leaves the numbers of the updates legible."""
    view.show_frame(frame_with([(float(u), 1e-9 if u == 37 else 0.5, 0.5, 0.6) for u in range(200)]))
    image, drawn, color = pixels(view), picture(view), QColor(theme.current().mini_batch)
    x, bottom = drawn.across.at(37), drawn.plot.bottom()
    assert drawn.up.low > 1e-3
    assert near(image, QPointF(x, bottom - 8), color, 3, 60)
    assert not near(image, QPointF(x, bottom + 7), color, 3, 60)


def test_noise_is_drawn_one_pixel_of_the_screen_wide(view: LossView):
    pen = picture(view).curves["batch"].pen()
    assert (pen.widthF(), pen.isCosmetic()) == (1, True)


def test_dots_mark_what_is_read(view: LossView):
    view.show_frame(frame_with(measured(1000)))
    chart(view).explore(chart(view).start()._replace(column=50))
    image = pixels(view)
    for curve, loss in (("train", 0.3), ("test", 0.6)):
        place = picture(view).position(500, loss)
        assert place is not None
        assert picture(view).rings[curve].pos() == place
        assert near(image, place - QPointF(0, 2), QColor(curve_colors()[curve]), 0)
    chart(view).explore(None)
    assert not picture(view).rings["train"].isVisible()


def test_a_new_size_moves_curves_and_numbers(view: LossView):
    view.show_frame(frame_with(measured(1000)))
    view.resize(800, 300)
    image = pixels(view)
    place = picture(view).position(500, 0.3)
    assert place is not None
    assert place.x() > 300
    assert near(image, place, QColor(theme.current().train))


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


# Loading.

WATCHED = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Probe
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.views.view import View

loaded = lambda: any(name.partition(".")[0] == "pyqtgraph" for name in sys.modules)

class Clock(View):
    probes = Probe.NOTHING
    shown = False

    def show_frame(self, frame):
        self.shown = True
        self.update()

    def paintEvent(self, event):
        if self.shown and "painted" not in found:
            found["painted"] = loaded()

found = {}
application = QApplication(sys.argv)
session = Session(default_experiment(DatasetKind.SPIRALS))
window = MainWindow(session, Settings())
clock = Clock(window)
clock.setGeometry(2, 2, 3, 3)
session.viewers.attach(clock)
found["made"] = loaded()
session.start()
window.resize(1440, 900)
window.show()
timer = QTimer(interval=5)
timer.timeout.connect(lambda: window.loss.chart is not None and "painted" in found and application.exit())
timer.start()
application.exec()
found["after"] = loaded()
session.stop()
window.hide()
print(found)
"""


def test_the_library_of_the_curves_is_loaded_after_the_first_frame_was_painted():
    done = subprocess.run([sys.executable, "-c", WATCHED], capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    assert done.stdout == "{'made': False, 'painted': False, 'after': True}\n"
