"""The Activations card draws one histogram for each layer."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from nnstudio.core.run.frame import Frame, Histogram
from nnstudio.ui import theme
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.ticks import steady
from nnstudio.ui.views.activations.rows import share_text
from nnstudio.ui.views.activations_view import ActivationsView
from nnstudio.ui.views.canned import plane_frame


def with_histograms(*histograms: Histogram | None) -> Frame:
    frame = plane_frame()
    readings = tuple(replace(layer, histogram=h) for layer, h in zip(frame.readings, histograms, strict=True))
    return replace(frame, readings=readings)


def relu(high: float) -> Histogram:
    return Histogram(np.array([50, 30, 15, 5]), 0.0, high, 0.04, None)


TANH = Histogram(np.array([400, 0, 100, 500]), -1.0, 1.0, None, 0.9)


@pytest.fixture
def view(qtbot: QtBot) -> ActivationsView:
    view = ActivationsView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.times)
    view.resize(410, 200)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_shares_say_what_they_are():
    assert share_text(relu(3)) == "4\u00a0% dead"
    assert share_text(TANH) == "90\u00a0% saturated"
    assert share_text(Histogram(np.ones(3, np.int64), 0, 1, None, None)) == ""


def test_a_bin_is_read_exactly(view: ActivationsView, qtbot: QtBot):
    view.show_frame(with_histograms(relu(2.0), TANH, TANH))
    qtbot.mouseMove(view.chart.viewport(), view.chart.anchor(Spot(3, 1)).center().toPoint())
    assert view.chart.spot == Spot(3, 1)
    assert list(view.chart.reading(Spot(3, 1))) == [
        "Dense 2 · Tanh",
        "0.500 … 1.00",
        "500 of 1\u00a0000, 50.0\u00a0%",
        "saturated 90.0\u00a0%",
    ]
    assert view.chart.reading(Spot(0, 0))[-1] == "dead units 4.0\u00a0%"


def test_the_axis_is_common_and_covers_all(view: ActivationsView):
    view.show_frame(with_histograms(relu(3.2), TANH, TANH))
    assert (view.chart.across.low, view.chart.across.high) == (-1, 4)
    assert [number.text for number in view.axis.numbers.numbers] == ["0", "+2", "+4"]


def test_the_axis_grows_at_once_and_shrinks_late():
    assert steady(0, 3.2) == 4
    assert steady(4, 3.9) == 4
    assert steady(4, 4.1) == 5
    assert steady(4, 2.0) == 4
    assert steady(4, 1.0) == 1
    assert steady(4, 0.0) == 0


def test_seventeen_layers_scroll_and_keep_their_height(view: ActivationsView, qtbot: QtBot):
    view.show_frame(plane_frame(units=(8,) * 16))
    qtbot.wait(1)
    assert view.chart.places()[1] == 17
    assert view.chart.height() >= 17 * 16
    assert view.axis.isVisible()
    assert view.axis.geometry().bottom() <= view.height()


def test_three_layers_fill_the_card_without_scrolling(view: ActivationsView, qtbot: QtBot):
    view.show_frame(plane_frame())
    qtbot.wait(1)
    assert view.chart.height() <= view.height()


def at(view: ActivationsView, value: float, row: int, share: float) -> QColor:
    """The colour over a value, so high in a layer's row."""
    area = view.chart.anchor(Spot(0, row))
    image, ratio = view.chart.grab().toImage(), view.chart.ratio
    x, y = view.chart.across.at(value), area.bottom() - share * area.height()
    return image.pixelColor(int(ratio * x), int(ratio * y))


def test_bars_stand_at_their_values_in_their_heights_and_colours(view: ActivationsView):
    view.show_frame(with_histograms(TANH, TANH, TANH))
    card = QColor(theme.current().card)
    assert at(view, 0.75, 0, 0.9) != card
    assert at(view, 0.75, 0, 0.9).blue() > at(view, 0.75, 0, 0.9).red()
    assert at(view, -0.75, 0, 0.8).red() > at(view, -0.75, 0, 0.8).blue()
    assert at(view, -0.75, 0, 0.97) == card  # √(400/500) = 0.89
    assert at(view, 0.25, 1, 0.4) != card  # √(100/500) = 0.45
    assert at(view, 0.25, 1, 0.5) == card
    assert at(view, -0.25, 2, 0.1) == card


def test_a_range_too_small_to_be_seen_is_still_drawn(view: ActivationsView):
    view.show_frame(with_histograms(relu(1e9), TANH, TANH))
    image, area = view.chart.grab().toImage(), view.chart.anchor(Spot(0, 1))
    x, y = round(view.chart.across.at(0.0) * view.chart.ratio), round((area.bottom() - 2) * view.chart.ratio)
    colors = {image.pixelColor(x + by, y).name() for by in range(-2, 3)}
    assert len(colors) > 1


def test_only_rows_that_changed_are_painted_anew(view: ActivationsView):
    view.show_frame(with_histograms(TANH, TANH, TANH))
    before = [item.pixmap().cacheKey() for item in view.chart.pictures]
    other = replace(TANH, counts=np.array([1, 2, 3, 4]))
    view.show_frame(with_histograms(TANH, other, replace(TANH)))
    after = [item.pixmap().cacheKey() for item in view.chart.pictures]
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True]


def test_keys_walk_between_layers(view: ActivationsView, qtbot: QtBot):
    view.show_frame(with_histograms(TANH, TANH, TANH))
    view.chart.setFocus()
    qtbot.keyClick(view.chart, Qt.Key.Key_Down)
    qtbot.keyClick(view.chart, Qt.Key.Key_Down)
    assert view.chart.spot == Spot(1, 2)
    assert "Output" in view.chart.spoken.accessibleName()


def test_without_histograms_it_waits_calmly(view: ActivationsView):
    view.show_frame(with_histograms(None, None, None))
    view.grab()
    assert view.chart.places() == (0, 0)


def test_alarming_shares_take_the_colour_of_warning(view: ActivationsView):
    calm = replace(TANH, saturated=0.1)
    for histogram, color in ((calm, theme.current().dim), (TANH, theme.current().warning_text)):
        view.show_frame(with_histograms(histogram, calm, calm))
        shares = [row.share.item.brush().color() for row in view.chart.rows]
        assert shares == [QColor(color), QColor(theme.current().dim), QColor(theme.current().dim)]


def test_another_run_has_an_axis_of_its_own(view: ActivationsView):
    view.show_frame(with_histograms(relu(3.2), TANH, TANH))
    view.show_frame(with_histograms(relu(2.0), TANH, TANH))
    assert view.chart.across.high == 4, "within a run it rests"
    view.show_frame(replace(with_histograms(relu(2.0), TANH, TANH), run=9))
    assert (view.chart.across.low, view.chart.across.high) == (-1, 2)


def test_the_lower_end_rests_as_the_upper_one_does(view: ActivationsView):
    counts = np.array([1, 2, 2, 1])
    for reach, end in ((3.2, 4), (2.0, 4), (4.5, 5), (0.9, 1)):
        view.show_frame(with_histograms(*[Histogram(counts, -reach, reach, None, None)] * 3))
        assert (view.chart.across.low, view.chart.across.high) == (-end, end)


def test_what_lies_beyond_a_layers_own_range_is_no_bin(view: ActivationsView):
    view.show_frame(with_histograms(relu(4.0), TANH, TANH))
    across, row = view.chart.across, view.chart.rows[1].area.center().y()
    spots = [view.chart.spot_at(QPointF(across.at(value), row)) for value in (-0.99, 0.49, 0.51, 0.99, 1.2, 3.0)]
    assert spots == [Spot(0, 1), Spot(2, 1), Spot(3, 1), Spot(3, 1), None, None]
    assert view.chart.spot_at(QPointF(across.start - 5, row)) is None


def test_the_axis_below_follows_the_chart(view: ActivationsView):
    for high, texts in ((3.2, ["0", "+2", "+4"]), (0.9, ["−1", "−0.5", "0", "+0.5", "+1"])):
        view.show_frame(replace(with_histograms(relu(high), TANH, TANH), run=round(10 * high)))
        assert [number.text for number in view.axis.numbers.numbers] == texts


SURE = Histogram(np.array([40, 1, 1, 58]), 0.0, 1.0, None, None)


@pytest.mark.parametrize("over_time", [False, True])
def test_probabilities_are_seen_beside_large_answers(view: ActivationsView, over_time: bool):
    view.times.set_current(int(over_time))
    view.show_frame(with_histograms(relu(12.0), relu(9.0), SURE))
    shown = view.shown
    assert [row.share.text for row in shown.rows] == ["4\u00a0% dead", "4\u00a0% dead", "axis 0 … 1"]
    assert shown.ends(2) == (0, 1)
    assert shown.ends(0) == shown.ends(1) != shown.ends(2)
    if not over_time:
        chart = view.chart
        image, (left, right) = chart.pictures[2].pixmap().toImage(), (chart.across.start, chart.across.end)
        ratio = image.width() / (right - left)
        assert image.pixelColor(round(0.9 * (right - left) * ratio), image.height() // 2).alpha() == 255
        assert chart.spot_at(QPointF(right - 3, chart.rows[2].area.center().y())) == Spot(3, 2)
        assert chart.anchor(Spot(3, 2)).center().x() > 0.8 * right
        assert "Output axis 0 … 1" in chart.summary()


def test_probabilities_share_the_axis_that_suits_them(view: ActivationsView):
    view.show_frame(with_histograms(TANH, relu(2.0), SURE))
    assert view.chart.rows[2].share.text == ""
    assert view.chart.scale_of(2) == view.chart.scale_of(0)
    view.show_frame(with_histograms(TANH, relu(30.0), SURE))
    assert view.chart.rows[2].share.text == "axis 0 … 1", "and it has one of its own when they grow"
