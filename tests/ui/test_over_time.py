"""The cards Activations and Gradient show each layer over time, as a band of what a run really did."""

from dataclasses import replace
from math import inf
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.network.surgery import Freeze
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.run import Run
from nnstudio.core.run.spread import MEDIAN, BandsPrefix
from nnstudio.ui import theme
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.activations.over_time import ActivationsOverTime
from nnstudio.ui.views.activations_view import ActivationsView
from nnstudio.ui.views.bands.pieces import measured, pieces, since
from nnstudio.ui.views.canned import plane_frame
from nnstudio.ui.views.gradients.over_time import GradientsOverTime
from nnstudio.ui.views.gradients_view import GradientsView

BOTH = Probe.ACTIVATIONS | Probe.GRADIENTS
V = TypeVar("V", bound=ActivationsView | GradientsView)


def experiment(*units: int, activation: ActivationKind = ActivationKind.TANH, rate: float = 0.01) -> Experiment:
    layers = tuple(DenseSpec(units=n, activation=activation, key=key) for key, n in enumerate(units, start=1))
    data = PlaneSpec(kind=DatasetKind.SPIRALS, samples=60)
    return Experiment(dataset=data, layers=layers, training=TrainingSpec(learning_rate=rate))


class Watched:
    """A run without a thread that somebody looks at."""

    def __init__(self, asked: Experiment, probes: Probe = BOTH) -> None:
        self.run = Run()
        self(commands.Begin(asked), commands.Watch(probes))

    def __call__(self, *orders: commands.Command) -> Frame:
        for order in orders:
            self.run.obey(order)
            while self.run.busy:
                self.run.work(inf, lambda: False)
        return self.run.frame()

    def steps(self, updates: int) -> Frame:
        return self(commands.Step(updates))


@pytest.fixture
def activations(qtbot: QtBot) -> ActivationsView:
    return shown(qtbot, ActivationsView())


@pytest.fixture
def gradients(qtbot: QtBot) -> GradientsView:
    return shown(qtbot, GradientsView())


def shown(qtbot: QtBot, view: V) -> V:
    qtbot.addWidget(view)
    qtbot.addWidget(view.switches())
    view.switches().show()
    view.resize(410, 200)
    view.show()
    qtbot.waitExposed(view)
    qtbot.mouseClick(view.times.button(1), Qt.MouseButton.LeftButton)
    return view


def bands_of(frame: Frame) -> BandsPrefix:
    assert frame.bands is not None
    return frame.bands


# From rows to pieces.


def record(updates: list[int], interval: int = 1) -> BandsPrefix:
    return BandsPrefix(np.array(updates, np.int64), interval, {})


def heights(known: list[bool]) -> np.ndarray:
    return np.where(np.array(known)[:, None], np.arange(len(known), dtype=float)[:, None] + np.arange(5), np.nan)


def test_a_gap_is_a_gap_and_not_a_line():
    bands, y = record([0, 1, 2, 7, 8, 9, 10]), heights([True] * 5 + [False, True])
    found = pieces(bands, measured(y), bands.updates.astype(float), y, 10)
    assert [(piece.x[0], piece.x[-1]) for piece in found] == [(0, 2), (7, 8), (10, 10)]
    assert all(np.isfinite(piece.y).all() for piece in found)


def test_a_gap_is_seen_also_where_rows_crowd():
    updates = [0, 1, 2, 5, 6, *range(8, 400)]
    y = heights([True] * len(updates))
    found = pieces(record(updates), measured(y), np.array(updates, float), y, 400)
    assert [(piece.x[0], piece.x[-1]) for piece in found] == [(0, 2), (5, 6), (8, 399)]


def test_a_band_without_rows_has_no_pieces():
    y = heights([False, False])
    assert pieces(record([0, 1]), measured(y), np.arange(2.0), y, 10) == []
    assert since(record([0, 1]), measured(y)) is None


def test_what_crowds_shows_its_mean_and_stays_as_it_was():
    updates = np.arange(0, 500)
    y = np.random.default_rng(0).normal(0, 1, (500, 5))
    long = pieces(record(updates.tolist()), np.ones(500, bool), updates.astype(float), y, 500)
    short = pieces(record(updates[:300].tolist()), np.ones(300, bool), updates[:300].astype(float), y[:300], 500)
    (whole,), (part,) = long, short
    assert len(whole.x) <= 98
    np.testing.assert_array_equal(part.y[1:35], whole.y[1:35])
    np.testing.assert_allclose(whole.y[1], y[:8].mean(axis=0))


def test_since_when_it_goes_is_said_only_if_that_is_late():
    y = heights([True] * 3)
    assert since(record([0, 8, 16], 8), measured(y)) is None
    assert since(record([8, 16, 24], 8), measured(y)) is None
    assert since(record([16, 24, 32], 8), measured(y)) == 16
    assert since(record([8, 16, 24], 8), measured(heights([False, False, True]))) == 24


# Both cards.

BOTH_CARDS = pytest.mark.parametrize("kind", [ActivationsView, GradientsView])


def chart_of(view: ActivationsView | GradientsView) -> ActivationsOverTime | GradientsOverTime:
    return view.over_time


@BOTH_CARDS
def test_the_switch_shows_the_one_or_the_other(qtbot: QtBot, kind: type[ActivationsView] | type[GradientsView]):
    view = shown(qtbot, kind())
    view.show_frame(Watched(experiment(4, 3)).steps(5))
    assert view.over_time.isVisible()
    assert not view.chart.isVisible()
    assert view.chosen_table() == len(view.tables()) - 1
    qtbot.mouseClick(view.times.button(0), Qt.MouseButton.LeftButton)
    assert view.chart.isVisible()
    assert not view.over_time.isVisible()
    assert view.chart.places()[1] == 3, "it shows the frame of now at once"
    assert view.chosen_table() == 0


@BOTH_CARDS
def test_before_anything_is_known_it_says_what_will_come(
    qtbot: QtBot, kind: type[ActivationsView] | type[GradientsView]
):
    view = shown(qtbot, kind())
    chart = chart_of(view)
    if isinstance(view, GradientsView):
        view.show_frame(Watched(experiment(4, 3)).run.frame())
        assert chart.summary().startswith("Press Play or Step: the gradients appear here")
    else:
        assert chart.summary() == "The bands begin with the next update"
    assert chart.places() == (0, 0)
    view.show_frame(replace(plane_frame(), bands=None))
    view.grab()


@BOTH_CARDS
def test_keys_and_a_screen_reader_read_every_row(qtbot: QtBot, kind: type[ActivationsView] | type[GradientsView]):
    view, frame = shown(qtbot, kind()), Watched(experiment(4, 3)).steps(6)
    view.show_frame(frame)
    chart, bands = chart_of(view), bands_of(frame)
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    spot = chart.spot
    assert spot is not None
    assert spot.column == 1
    key = (1, 2, 0)[spot.row]
    band = bands.layers[key].activations if kind is ActivationsView else bands.layers[key].gradients
    assert chart.figure(spot) == band[1, MEDIAN]
    assert chart.spoken.accessibleName().startswith(("Dense 1", "Dense 2", "Output")[spot.row])
    assert f"update {bands.updates[1]}" in chart.spoken.accessibleDescription()
    qtbot.keyClick(chart, Qt.Key.Key_End)
    assert "now, update 6" in chart.spoken.accessibleDescription()
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.spot is None
    assert "Dense 1" in chart.summary()
    assert "recorded since" not in chart.summary().lower()


@BOTH_CARDS
def test_a_record_that_begins_late_says_so_and_leaves_the_rest_empty(
    qtbot: QtBot, kind: type[ActivationsView] | type[GradientsView]
):
    view, watched = shown(qtbot, kind()), Watched(experiment(4, 3), Probe.NOTHING)
    watched.steps(300)
    watched(commands.Watch(BOTH))
    view.show_frame(watched.steps(50))
    chart = chart_of(view)
    assert chart.beginning.words.text == "recorded since update 300"
    assert "Recorded since update 300." in chart.summary()
    row = chart.rows[0].area.center().y() if isinstance(chart, ActivationsOverTime) else chart.plot.center().y()
    assert chart.spot_at(QPointF(chart.across.at(100), row)) is None
    spot = chart.spot_at(QPointF(chart.across.at(340), row))
    assert spot is not None
    assert bands_of(watched.run.frame()).updates[spot.column] == pytest.approx(340, abs=2)


@BOTH_CARDS
def test_the_table_has_every_number(qtbot: QtBot, kind: type[ActivationsView] | type[GradientsView]):
    view, frame = shown(qtbot, kind()), Watched(experiment(4, 3)).steps(6)
    view.show_frame(frame)
    table = view.tables()[view.chosen_table()]
    bands = bands_of(frame)
    assert table.headers[:7] == ("layer", "update", "10 %", "25 %", "50 %", "75 %", "90 %")
    assert len(table.rows) == 3 * len(bands)
    band = bands.layers[2].activations if kind is ActivationsView else bands.layers[2].gradients
    assert list(table.rows[len(bands) + 3][2:7]) == band[3].tolist()


@BOTH_CARDS
def test_edits_stand_where_they_were_made(qtbot: QtBot, kind: type[ActivationsView] | type[GradientsView]):
    view, watched = shown(qtbot, kind()), Watched(experiment(4, 3))
    watched.steps(20)
    watched(commands.Operate(Freeze(2)))
    view.show_frame(watched.steps(20))
    chart = chart_of(view)
    assert chart.beginning.edits.path().boundingRect().center().x() == pytest.approx(chart.across.at(20))


@BOTH_CARDS
def test_another_theme_size_and_network_are_drawn_anew(qtbot: QtBot, kind: type[ActivationsView] | type[GradientsView]):
    view, watched = shown(qtbot, kind()), Watched(experiment(4, 3))
    view.show_frame(watched.steps(5))
    view.resize(230, 120)
    view.show_frame(watched.steps(5))
    view.grab()
    view.show_frame(watched(commands.Edit(experiment(*(4,) * 16))))
    view.show_frame(watched.steps(2))
    view.grab()
    assert chart_of(view).places()[1] == 17
    view.show_frame(watched(commands.Begin(experiment(3))))
    view.show_frame(watched.steps(1))
    assert chart_of(view).places()[1] == 2


@BOTH_CARDS
def test_a_frame_that_says_the_same_touches_no_band(qtbot: QtBot, kind: type[ActivationsView] | type[GradientsView]):
    view, watched = shown(qtbot, kind()), Watched(experiment(4, 3))
    frame = watched.steps(5)
    view.show_frame(frame)
    chart = chart_of(view)
    before = [shown.band for shown in chart.parts]
    paths = [band.outer.path() for band in before]
    view.show_frame(watched.run.frame())
    assert [shown.band for shown in chart.parts] == before
    view.show_frame(watched.steps(1))
    assert [shown.band.outer.path() for shown in chart.parts] != paths


# Activations.


def test_a_band_lies_at_its_values(activations: ActivationsView):
    watched = Watched(experiment(6, 4))
    frame = watched.steps(40)
    activations.show_frame(frame)
    chart, band = activations.over_time, bands_of(frame).layers[2]
    at, x = 20, activations.over_time.across.at(20)
    image, ratio, ground = chart.grab().toImage(), chart.ratio, QColor(theme.current().field)
    up = chart.up(1)

    def color(value: float) -> QColor:
        return image.pixelColor(int(x * ratio), int(up.at(value) * ratio))

    row = int(np.flatnonzero(bands_of(frame).updates == at)[0])
    lowest, _, median, _, highest = band.activations[row].tolist()
    assert color(min(highest + 0.2, 0.99)) == ground or highest > 0.8
    assert color(max(lowest - 0.2, -0.99)) == ground or lowest < -0.8
    assert color(0.9 * highest) != ground
    assert color(0.9 * lowest) != ground
    assert abs(color(median).lightness() - QColor(theme.current().text).lightness()) < 60


def test_the_histogram_of_now_stands_beside_with_the_same_values_upwards(activations: ActivationsView, qtbot: QtBot):
    frame = Watched(experiment(6, 4)).steps(10)
    counts = np.zeros(40, np.int64)
    counts[30] = 9  # from 0.5 to 0.55
    first, *others = frame.readings
    assert first.histogram is not None
    frame = replace(frame, readings=(replace(first, histogram=replace(first.histogram, counts=counts)), *others))
    activations.show_frame(frame)
    chart = activations.over_time
    image, ratio, up = chart.grab().toImage(), chart.ratio, chart.up(0)
    ground, x = QColor(theme.current().card), chart.now.center().x()
    seen = [
        value
        for value in np.linspace(-0.95, 0.95, 77).tolist()
        if image.pixelColor(int(x * ratio), int(up.at(value) * ratio)) != ground
    ]
    assert seen
    assert 0.4 < min(seen) <= max(seen) < 0.65
    qtbot.mouseMove(chart.viewport(), QPoint(round(x), round(up.at(0))))
    assert chart.spot == (spot := Spot(len(bands_of(frame)), 0))
    assert chart.reading(spot)[:2] == ["Dense 1 · Tanh", "now, update 10"]


def test_a_dead_layer_is_seen_at_a_glance(activations: ActivationsView):
    watched = Watched(experiment(4, 4, activation=ActivationKind.RELU))
    watched.steps(10)
    watched.run.trainer.network.layers[0].params[-1] = -50.0
    activations.show_frame(watched.steps(30))
    chart = activations.over_time
    alarm = chart.parts[0].alarm.item.path().boundingRect()
    assert alarm.left() == pytest.approx(chart.across.at(11))
    assert alarm.right() >= chart.across.at(40)
    assert chart.parts[0].alarm.item.brush().color() == QColor(theme.current().warning)
    assert chart.parts[2].alarm.item.path().isEmpty()
    assert chart.reading(Spot(20, 0))[-1] == "dead units 100.0\N{NO-BREAK SPACE}%"


def test_low_and_narrow_rows_leave_their_words_out_and_warn_by_colour(activations: ActivationsView):
    watched = Watched(experiment(4, 4, 4, 4, 4, activation=ActivationKind.RELU))
    watched.run.trainer.network.layers[0].params[-1] = -50.0
    frame = watched.steps(3)
    activations.show_frame(frame)
    assert activations.over_time.rows[0].share.text == "100\N{NO-BREAK SPACE}% dead"
    activations.resize(230, 130)
    activations.show_frame(frame)
    first, second = activations.over_time.rows[0], activations.over_time.rows[-1]
    assert (first.share.text, second.share.text) == ("", "")
    assert first.name.item.brush().color() == QColor(theme.current().warning_text)
    assert second.name.item.brush().color() == QColor(theme.current().text)


def test_the_axis_below_counts_updates(activations: ActivationsView, qtbot: QtBot):
    watched = Watched(experiment(4, 3))
    activations.show_frame(watched.steps(90))
    texts = [number.text for number in activations.axis.numbers.numbers]
    assert texts[:2] == ["update", "0"]
    assert "50" in texts
    activations.show_frame(watched.steps(400))
    assert activations.over_time.across.high >= 490
    assert "50" not in [number.text for number in activations.axis.numbers.numbers]
    qtbot.mouseClick(activations.times.button(0), Qt.MouseButton.LeftButton)
    assert next(number.text for number in activations.axis.numbers.numbers) == "−1"


def test_a_pointer_reads_the_row_below_it(activations: ActivationsView, qtbot: QtBot):
    frame = Watched(experiment(4, 3)).steps(40)
    activations.show_frame(frame)
    chart, band = activations.over_time, bands_of(frame).layers[1]
    qtbot.mouseMove(chart.viewport(), chart.anchor(Spot(25, 0)).center().toPoint())
    assert chart.spot is not None
    assert abs(chart.spot.column - 25) <= 1
    update = bands_of(frame).updates[chart.spot.column]
    lines = chart.reading(chart.spot)
    assert lines[:2] == ["Dense 1 · Tanh", f"update {update}"]
    assert lines[4].startswith("median")
    assert f"{band.activations[chart.spot.column, MEDIAN]:.2f}".lstrip("-") in lines[4]


# Gradients.


def vanishing() -> Frame:
    return Watched(experiment(8, 8, 8, 8, 8, activation=ActivationKind.SIGMOID)).steps(60)


def test_a_gradient_that_vanishes_is_seen_at_a_glance(gradients: GradientsView):
    frame = vanishing()
    gradients.show_frame(frame)
    chart = gradients.over_time
    medians = [chart.median(layer) for layer in chart.layers]
    assert medians[0] < 1e-3 * medians[-1]
    assert chart.vanishing()[0]
    assert not chart.vanishing()[-1]
    names = [part.name for part in chart.parts]
    assert names[0].text == "▲ Dense 1"
    assert names[-1].text == "Output"
    assert names[0].item.brush().color() == QColor(theme.current().warning_text)
    heights = [name.box.center().y() for name in names]
    assert heights[0] > heights[-1], "and its name stands at the bottom"
    assert "vanishing" in chart.summary()
    assert "below 1/1000 of the largest" in chart.reading(Spot(len(bands_of(frame)), 0))
    boxes = [part.middle.path().boundingRect() for part in chart.parts]
    assert boxes[0].center().y() > boxes[-1].center().y()
    assert boxes[0].right() < boxes[-1].left(), "from the first layer to the output"


def test_a_gradient_band_lies_at_its_values_on_a_logarithmic_axis(gradients: GradientsView):
    frame = Watched(experiment(4, 3)).steps(30)
    gradients.show_frame(frame)
    chart, band = gradients.over_time, bands_of(frame).layers[0]
    assert chart.up.logarithmic
    outline = chart.parts[-1].band.outer.path().boundingRect()
    lowest, highest = np.nanmin(band.gradients[:, 0]), np.nanmax(band.gradients[:, -1])
    assert outline.top() == pytest.approx(chart.up.at(float(highest)), abs=1)
    assert outline.bottom() == pytest.approx(min(chart.up.at(float(lowest)), chart.plot.bottom()), abs=1)
    known = np.isfinite(band.gradients[:, 0])
    assert not known[0] or bands_of(frame).updates[0] == 1
    assert (outline.left(), outline.right()) == pytest.approx((chart.across.at(1), chart.across.at(30)))


def test_a_frozen_layer_does_not_vanish(gradients: GradientsView):
    watched = Watched(experiment(4, 3))
    watched(commands.Operate(Freeze(1)))
    frame = watched.steps(5)
    gradients.show_frame(frame)
    chart = gradients.over_time
    assert chart.median(chart.layers[0]) == 0
    assert not any(chart.vanishing())
    assert chart.reading(Spot(len(bands_of(frame)), 0))[-1] == "frozen"
    outline = chart.parts[0].band.median.path().boundingRect()
    assert outline.bottom() == pytest.approx(chart.plot.bottom()), "zero lies on the lower edge"


def test_the_nearest_line_is_read_and_the_others_fade(gradients: GradientsView, qtbot: QtBot):
    frame = vanishing()
    gradients.show_frame(frame)
    chart = gradients.over_time
    for row in (0, 5):
        qtbot.mouseMove(chart.viewport(), chart.anchor(Spot(40, row)).center().toPoint())
        assert chart.spot is not None
        assert chart.spot.row == row
        seen = [part.band.median.opacity() for part in chart.parts]
        assert [place for place, opacity in enumerate(seen) if opacity == 1] == [row]
    name = chart.parts[-1].name.box.center().toPoint()
    qtbot.mouseMove(chart.viewport(), name)
    assert chart.spot == Spot(len(bands_of(frame)), 5)
    qtbot.mouseMove(chart.viewport(), QPoint(1, 1))
    assert {part.band.median.opacity() for part in chart.parts} == {1.0}


def test_names_stay_where_they_are(gradients: GradientsView):
    watched = Watched(experiment(4, 3))
    gradients.show_frame(watched.steps(5))
    before = [part.name.box.left() for part in gradients.over_time.parts]
    for _ in range(5):
        gradients.show_frame(watched.steps(1))
    assert [part.name.box.left() for part in gradients.over_time.parts] == before


def test_over_time_the_words_leave_the_chart_the_width(gradients: GradientsView, qtbot: QtBot):
    frame = Watched(experiment(4, 3)).steps(30)
    gradients.resize(620, 260)
    gradients.show_frame(frame)
    gradients.grab()
    assert gradients.tight
    assert gradients.over_time.width() == gradients.width()
    assert gradients.note.isVisible()
    assert gradients.band_legend.isVisible()
    assert not gradients.legend.isVisible()
    qtbot.mouseClick(gradients.times.button(0), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: gradients.chart.width() < gradients.width() / 2 + 10)
    assert gradients.legend.isVisible()
    assert not gradients.band_legend.isVisible()
