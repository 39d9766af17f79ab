"""The Activations card draws one histogram for each layer."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from nnstudio.core.run.frame import Frame, Histogram
from nnstudio.ui import theme
from nnstudio.ui.views.activations.chart import share_text, steady
from nnstudio.ui.views.activations_view import ActivationsView
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.widgets.canvas import Spot


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
    view.resize(410, 200)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_shares_say_what_they_are():
    assert share_text(relu(3)) == "dead 4%"
    assert share_text(TANH) == "sat 90%"
    assert share_text(Histogram(np.ones(3, np.int64), 0, 1, None, None)) == ""


def test_a_bin_is_read_exactly(view: ActivationsView, qtbot: QtBot):
    view.show_frame(with_histograms(relu(2.0), TANH, TANH))
    qtbot.mouseMove(view.chart, view.chart.anchor(Spot(3, 1)).toPoint())
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
    _, _, low, high = view.chart.span()
    assert (low, high) == (-1, 4)


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
    assert view.chart.height() >= 17 * 20
    assert view.axis.isVisible()
    assert view.axis.geometry().bottom() <= view.height()


def test_three_layers_fill_the_card_without_scrolling(view: ActivationsView, qtbot: QtBot):
    view.show_frame(plane_frame())
    qtbot.wait(1)
    assert view.chart.height() <= view.height()


def test_a_tall_bin_is_filled_and_an_empty_one_is_not(view: ActivationsView):
    view.show_frame(with_histograms(TANH, TANH, TANH))
    view.chart.clearFocus()  # its frame would show at the edge
    image = view.chart.grab().toImage()
    ratio = image.devicePixelRatio()
    card = image.pixelColor(int(ratio * (view.chart.width() - 2)), int(ratio * 2))
    row = view.chart._row(0)
    empty, full = view.chart.anchor(Spot(1, 0)), view.chart.anchor(Spot(3, 0))
    height = row.center().y()
    assert image.pixelColor(int(ratio * empty.x()), int(ratio * height)) == card
    filled = image.pixelColor(int(ratio * full.x()), int(ratio * height))
    assert filled != card
    assert filled.blue() > filled.red()


def test_keys_walk_between_layers(view: ActivationsView, qtbot: QtBot):
    view.show_frame(with_histograms(TANH, TANH, TANH))
    view.chart.setFocus()
    qtbot.keyClick(view.chart, Qt.Key.Key_Down)
    qtbot.keyClick(view.chart, Qt.Key.Key_Down)
    assert view.chart.spot == Spot(1, 2)
    assert "Output" in view.chart.accessibleDescription()


def test_without_histograms_it_waits_calmly(view: ActivationsView):
    view.show_frame(with_histograms(None, None, None))
    view.grab()
    assert view.chart.places() == (0, 0)


def test_alarming_shares_take_the_colour_of_warning(view: ActivationsView):
    def has_warning(frame: Frame) -> bool:
        view.show_frame(frame)
        image = view.chart.grab().toImage()
        wanted = QColor(theme.current().warning)
        label = range(int(view.chart.span()[0]))
        seen = (image.pixelColor(x, y) for x in label for y in range(image.height()))
        return any(abs(c.red() - wanted.red()) + abs(c.blue() - wanted.blue()) < 60 for c in seen)

    calm = replace(TANH, saturated=0.1)
    assert not has_warning(with_histograms(calm, calm, calm))
    assert has_warning(with_histograms(TANH, calm, calm))
