"""The Loss card draws the history as it is."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.run.frame import Frame
from nnstudio.core.training.history import History
from nnstudio.ui import theme
from nnstudio.ui.views.canned import plane_frame, untrained_frame
from nnstudio.ui.views.loss.curves import lines_of, loss_range
from nnstudio.ui.views.loss.plot import Extent, LossPlot, curve_color, loss_ticks
from nnstudio.ui.views.loss.thinning import envelope, smooth, thin
from nnstudio.ui.views.loss_view import LossView


def frame_with(rows: list[tuple[float, float, float, float]], penalty: float = 0.0, run: int = 1) -> Frame:
    """A frame whose history has these rows of (update, batch, train, test)."""
    history = History()
    for update, batch, train, test in rows:
        history.append(update, update / 10, batch, train, test, 0.9, 0.9, penalty, 0.03)
    return replace(plane_frame(), history=history.prefix(), run=run)


NAN = float("nan")
ROWS = [(0.0, NAN, 0.7, 0.8), (1.0, 0.6, NAN, NAN), (2.0, 0.5, 0.55, 0.65), (3.0, 0.4, NAN, NAN)]


@pytest.fixture
def view(qtbot: QtBot) -> LossView:
    view = LossView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.switches())
    view.resize(510, 200)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_before_the_first_update_a_hint_and_nothing_to_read(view: LossView):
    view.show_frame(untrained_frame())
    assert view.chart.places() == (0, 0)
    assert "Press Play" in view.chart.summary()
    image = pixels(view)
    dim, middle = QColor(theme.current().dim), view.rect().center()
    assert any(near(image, QPointF(x, middle.y()), dim, 2) for x in range(middle.x() - 60, middle.x() + 60))
    assert len({image.pixel(x, y) for x in range(10, 60) for y in range(10, 190)}) == 1


def test_many_rows_become_few_points_that_keep_mean_and_extremes():
    random = np.random.default_rng(0)
    x = np.arange(40_000.0)
    y = random.normal(5, 1, 40_000)
    y[::7] = np.nan
    curve = thin(x, y, 500)
    assert len(curve) <= 500
    assert np.sum(curve.y * curve.rows) == pytest.approx(np.nansum(y))
    assert curve.low.min() == np.nanmin(y)
    assert curve.high.max() == np.nanmax(y)
    assert (np.diff(curve.x) > 0).all()
    _, path = envelope(curve)
    assert len(path) == 2 * len(curve)


def test_few_rows_stay_as_they_are():
    curve = thin(np.array([0.0, 1, 2, 3]), np.array([1.0, np.nan, np.inf, 4]), 100)
    assert curve.x.tolist() == [0, 3]
    assert curve.y.tolist() == [1, 4]


def test_smoothing_calms_noise_and_leaves_a_constant():
    random = np.random.default_rng(0)
    noise = thin(np.arange(400.0), 1 + random.normal(0, 0.3, 400), 400)
    assert smooth(noise).std() < 0.3 * noise.y.std()
    constant = thin(np.arange(400.0), np.full(400, 0.2), 100)
    assert smooth(constant) == pytest.approx(0.2)


def test_what_is_not_finite_neither_draws_nor_bends_the_axis():
    rows = [*ROWS, (4.0, float("inf"), NAN, NAN), (5.0, 0.3, float("inf"), 0.5)]
    history = frame_with(rows).history
    for logarithmic in (True, False):
        lines = lines_of(history, 300, logarithmic, True)
        assert all(np.isfinite(y).all() for _, y in lines.values())
        low, high = loss_range(lines, logarithmic)
        assert 0 <= low < high <= 1


def test_nothing_that_is_not_positive_goes_on_a_logarithmic_axis():
    history = frame_with([(0.0, 0.5, 0.5, 0.5), (1.0, 0.0, 0.0, 0.1), (2.0, 0.2, 0.2, 0.2)]).history
    assert lines_of(history, 300, True, False)["train"][0].tolist() == [0, 2]
    assert lines_of(history, 300, False, False)["train"][0].tolist() == [0, 1, 2]


def test_a_penalty_has_a_line_only_when_there_is_one():
    assert "penalty" not in lines_of(frame_with(ROWS).history, 300, True, True)
    assert "penalty" not in lines_of(frame_with(ROWS).history, 300, False, True)
    assert "penalty" in lines_of(frame_with(ROWS, penalty=0.01).history, 300, True, True)


def test_every_curve_has_all_its_measurements():
    lines = lines_of(frame_with(ROWS).history, 300, True, False)
    assert lines["train"][1].tolist() == [0.7, 0.55]
    assert lines["test"][1].tolist() == [0.8, 0.65]
    assert lines["batch"][1].tolist() == [0.6, 0.5, 0.4]


def pixels(view: LossView) -> QImage:
    return view.grab().toImage()


def near(image: QImage, place: QPointF, color: QColor, reach: int = 1, tolerance: int = 60) -> bool:
    """Whether a pixel at most so far from here has about this colour."""
    across, down = (range(round(at) - reach, round(at) + reach + 1) for at in place.toTuple())
    found = [image.pixelColor(x, y).getRgb() for x in across for y in down]
    return any(sum(abs(a - b) for a, b in zip(one, color.getRgb(), strict=True)) < tolerance for one in found)


@pytest.mark.parametrize(("extent", "half"), [(Extent(1000, 0.01, 1.0, True), 0.1), (Extent(1000, 0, 2.0, False), 1.0)])
def test_axes_lead_there_and_back(view: LossView, extent: Extent, half: float):
    view.plot.draw({}, extent)
    area = view.plot.area
    point = view.plot.position(250, half)
    assert point is not None
    assert (point.x(), point.y()) == pytest.approx((area.left() + area.width() / 4, area.center().y()))
    assert view.plot.update_at(point.x()) == pytest.approx(250)
    lowest = view.plot.position(250, extent.bottom)
    assert lowest is not None
    assert lowest.y() == pytest.approx(area.bottom())
    assert view.plot.position(250, 1e-3 if extent.logarithmic else -1.0) is None
    assert view.plot.position(250, NAN) is None


def test_the_axis_has_powers_of_ten_or_round_numbers():
    assert loss_ticks(Extent(10, 1e-3, 1, True), 8) == pytest.approx([1e-3, 1e-2, 1e-1, 1])
    assert loss_ticks(Extent(10, 0.2, 1, True), 8) == pytest.approx([0.2, 0.5, 1])
    assert loss_ticks(Extent(10, 0, 1, False), 8) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])


@pytest.mark.parametrize("scale", [0, 1])
@pytest.mark.parametrize("choice", [theme.ThemeChoice.LIGHT, theme.ThemeChoice.DARK])
def test_curves_run_through_their_values_in_the_colours_of_the_theme(
    view: LossView, qapp: QApplication, scale: int, choice: theme.ThemeChoice
):
    view.scale.set_current(scale)
    view.show_frame(frame_with([(float(u), NAN, 0.3, 0.6) for u in range(0, 1000, 10)], penalty=0.11))
    theme.apply(qapp, choice)
    image = pixels(view)
    for color, loss in ((theme.current().positive, 0.3), (theme.current().negative, 0.6)):
        for update in (105, 500, 905):
            place = view.plot.position(update, loss)
            assert place is not None
            assert near(image, place, QColor(color))
            assert not near(image, place + QPointF(0, 6), QColor(color))
    places = [view.plot.position(update, 0.11) for update in range(100, 200)]
    dashed = [near(image, place, curve_color("penalty"), 1, 220) for place in places if place]
    assert 0 < sum(dashed) < len(dashed)
    ground = view.plot.area.topLeft() + QPointF(20, 4)
    assert near(image, ground, QColor(theme.current().card), 0)


def test_what_lies_outside_the_axes_is_cut_off(view: LossView):
    """A mini-batch far below the axis leaves the numbers of the updates legible."""
    rows = [(float(u), 1e-9 if u == 37 else 0.5, 0.5, 0.6) for u in range(200)]
    view.show_frame(frame_with(rows))
    image, area = pixels(view), view.plot.area
    x = view.plot.x_at(37)
    assert view.plot.extent is not None
    assert view.plot.extent.bottom > 1e-3
    assert near(image, QPointF(x, area.bottom() - 8), curve_color("batch"), 3, 100)
    assert not near(image, QPointF(x, area.bottom() + 7), curve_color("batch"), 3, 100)


def test_dots_mark_what_is_read(view: LossView):
    view.show_frame(frame_with([(float(u), NAN, 0.3, 0.6) for u in range(0, 1000, 10)]))
    view.chart.explore(view.chart.start()._replace(column=50))
    image = pixels(view)
    for curve, loss in (("train", 0.3), ("test", 0.6)):
        place = view.plot.position(500, loss)
        assert place is not None
        assert near(image, place - QPointF(0, 2), curve_color(curve), 0)


def test_the_plot_takes_neither_mouse_nor_keys(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(ROWS))
    before = view.plot.extent, view.plot.position(1, 0.6)
    middle = view.plot.area.center().toPoint()
    assert view.childAt(middle) is view.chart
    assert view.plot.focusPolicy() == Qt.FocusPolicy.NoFocus
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
        qtbot.mousePress(view.windowHandle(), button, pos=middle)
        qtbot.mouseMove(view.windowHandle(), middle + QPoint(40, 20))
        qtbot.mouseRelease(view.windowHandle(), button, pos=middle + QPoint(40, 20))
    assert (view.plot.extent, view.plot.position(1, 0.6)) == before
    assert QApplication.activePopupWidget() is None


def test_a_new_size_moves_curves_and_numbers(view: LossView):
    view.show_frame(frame_with([(float(u), NAN, 0.3, 0.6) for u in range(0, 1000, 10)]))
    view.resize(800, 300)
    image = pixels(view)
    place = view.plot.position(500, 0.3)
    assert place is not None
    assert place.x() > 350
    assert near(image, place, curve_color("train"))


@pytest.mark.parametrize(("end", "last"), [(15_900.0, "15\u00a0000"), (15_100.0, "10\u00a0000")])
def test_a_number_that_would_be_cut_off_is_left_out(view: LossView, end: float, last: str):
    plot = view.findChild(LossPlot)
    assert plot is not None
    plot.resize(450, 200)
    plot.draw({}, Extent(end, 0.1, 1.0, False))
    numbers = plot._updates._tickLevels
    assert numbers is not None
    assert numbers[0][0] == (0, "0")
    assert numbers[0][-1][1] == last


def test_lines_are_as_wide_on_a_fine_screen(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    """pyqtgraph's pens count the pixels of the screen."""
    view = LossView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.switches())
    widths = []
    for ratio in (1.0, 2.0):
        monkeypatch.setattr(LossPlot, "devicePixelRatioF", lambda _, ratio=ratio: ratio)
        QApplication.sendEvent(view.plot, QEvent(QEvent.Type.DevicePixelRatioChange))
        widths.append(view.plot.pens()["train"].widthF())
    assert widths[1] == 2 * widths[0] > 0


def test_the_pointer_reads_the_exact_row(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(ROWS))
    area = view.plot.area
    end = view.chart.anchor(view.chart.start()).x()
    third = area.left() + (end - area.left()) * 2 / 3
    qtbot.mouseMove(view.chart, QPoint(round(third), round(area.center().y())))
    assert view.chart.spot is not None
    assert view.chart.spot.column == 2
    reading = view.chart.reading(view.chart.spot)
    assert reading[0] == "Update 2, epoch 0.20"
    assert "train      0.55000" in reading
    assert "mini-batch 0.50000" in reading


def test_a_row_without_evaluation_names_the_last_one(view: LossView):
    view.show_frame(frame_with(ROWS))
    assert "test       0.65000 (at 2)" in view.chart.reading(view.chart.start())


def test_arrow_keys_read_backwards_from_the_last_row(view: LossView, qtbot: QtBot):
    view.show_frame(frame_with(ROWS))
    view.chart.setFocus()
    qtbot.keyClick(view.chart, Qt.Key.Key_Left)
    qtbot.keyClick(view.chart, Qt.Key.Key_Left)
    assert view.chart.spot is not None
    assert view.chart.spot.column == 2
    assert view.chart.accessibleDescription().startswith("Update 2")


def test_switches_change_the_picture(view: LossView, qtbot: QtBot):
    view.show_frame(plane_frame())
    view.switches().show()
    logarithmic = pixels(view)
    assert view.scale.current() == 1
    qtbot.mouseClick(view.scale.button(0), Qt.MouseButton.LeftButton)
    linear = pixels(view)
    assert linear != logarithmic
    qtbot.mouseClick(view.smoothing, Qt.MouseButton.LeftButton, pos=QPoint(8, view.smoothing.height() // 2))
    assert pixels(view) != linear


def test_exploring_adds_nothing_to_the_history(view: LossView, qtbot: QtBot):
    frame = frame_with(ROWS)
    view.show_frame(frame)
    qtbot.mouseClick(view.chart, Qt.MouseButton.LeftButton)
    assert len(frame.history) == len(ROWS)
    assert view.chart.places() == (len(ROWS), 1)


def test_the_axis_rests_while_the_run_grows_a_little(view: LossView):
    rows = [(float(u), 0.5, 0.5, 0.6) for u in range(1000)]
    view.show_frame(frame_with(rows))
    extent = view.plot.extent
    assert extent is not None
    view.show_frame(frame_with([*rows, *((float(u), 0.5, 0.5, 0.6) for u in range(1000, 1020))]))
    assert view.plot.extent == extent


def test_a_run_that_went_back_or_began_anew_is_drawn_anew(view: LossView):
    view.show_frame(frame_with([(float(u), 0.5, 0.5, 0.6) for u in range(1000)]))
    view.show_frame(frame_with(ROWS, run=2))
    assert view.plot.extent is not None
    assert view.plot.extent.end < 10
    view.show_frame(frame_with([(0.0, 0.5, 0.5, 0.5)], run=3))
    assert view.chart.places() == (0, 0)


def test_a_sample_of_the_training_examples_is_called_one(view: LossView):
    frame = plane_frame()
    view.show_frame(frame)
    assert "examples" not in view.chart.summary()
    view.chart.show_history(frame.history, frame.run, 60_000)
    assert view.chart.reading(view.chart.start())[-1] == "train: 2\u00a0000 of 60\u00a0000 examples"
