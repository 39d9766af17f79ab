"""The Loss card draws the history as it is."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from loss_pictures import NAN, ROWS, ahead, chart, frame_with, measured, near, picture, pixels, shown_view
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.metrics import Metrics
from nnstudio.core.training.state import Mark
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import theme
from nnstudio.ui.stage.ticks import end_of, spread
from nnstudio.ui.views.canned import untrained_frame
from nnstudio.ui.views.loss.curves import curve_colors
from nnstudio.ui.views.loss.extent import Extent
from nnstudio.ui.views.loss.pane import Pane
from nnstudio.ui.views.loss.picture import LossPicture
from nnstudio.ui.views.loss_view import LossView
from nnstudio.ui.widgets.figures import decimal


@pytest.fixture
def view(qtbot: QtBot) -> LossView:
    return shown_view(qtbot)


def test_before_the_first_update_a_hint_and_nothing_to_read(view: LossView):
    view.show_frame(untrained_frame())
    assert chart(view).places() == (0, 0)
    assert "Press Play" in chart(view).summary()
    image = pixels(view)
    dim, middle = QColor(theme.current().dim), view.rect().center()
    assert any(near(image, QPointF(x, middle.y()), dim, 2) for x in range(middle.x() - 60, middle.x() + 60))
    assert len({image.pixel(x, y) for x in range(10, 60) for y in range(10, 190)}) == 1


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


def test_a_hand_on_the_weights_adds_no_point(view: LossView):
    resting = ahead(7, 7)
    worse = Metrics(2.0, 3.0, 0.5, 0.5, 0.0)
    edited = replace(resting, metrics=worse, marks=(Mark(7, "Set a weight of Dense 1"),), run=2)
    view.show_frame(resting)
    view.show_frame(edited)
    line = chart(view).lines["train"]
    assert (line.x.tolist(), line.y[-1]) == ([0, 2, 7], 0.41), "where training has led"
    assert picture(view).ends.values["train"].text == "0.410"
    view.show_frame(ahead(8, 8))
    view.show_frame(edited)
    assert chart(view).lines["train"].x.tolist() == [0, 2], "what it was there before is not known"
    view.show_frame(replace(edited, updates=9, measured_at=9, epoch=0.9))
    assert chart(view).lines["train"].y[-1] == 2.0, "an update later it counts"


def test_dots_that_overlap_leave_no_hole(view: LossView):
    view.show_frame(frame_with([(0.0, NAN, 0.5, 0.5), (1.0, NAN, 0.5, 0.5), *measured(2000)[20:]]))
    dots = picture(view).dots.path()
    assert dots.fillRule() == Qt.FillRule.WindingFill


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


def test_the_axis_of_losses_rests_while_mini_batches_waver_about_a_round_border(view: LossView):
    few = [(float(u), 0.015 if u < 5 else 0.3, 0.03, 0.6) for u in range(200)]
    rare = [*few, *((float(u), 0.3, 0.03, 0.6) for u in range(200, 2000))]
    view.show_frame(frame_with(few))
    low = picture(view).up.low
    view.show_frame(frame_with(rare))
    assert (picture(view).up.low, picture(view).across.high > 2000) == (low, True)
    view.show_frame(frame_with(rare, run=2))
    assert picture(view).up.low > low, "another run has an axis of its own"
    view.show_frame(frame_with([*rare, (2000.0, NAN, 1e-5, 0.6)], run=2))
    assert picture(view).up.low <= 1e-5, "it grows at once"


def test_a_run_that_went_back_or_began_anew_is_drawn_anew(view: LossView):
    view.show_frame(frame_with(measured(1000)))
    view.show_frame(frame_with(ROWS, run=2))
    assert picture(view).across.high < 10
    view.show_frame(frame_with([(0.0, 0.5, 0.5, 0.5)], run=3))
    assert chart(view).places() == (0, 0)


# Names and values.


def test_names_keep_their_order_and_never_lie_over_each_other():
    assert spread([50, 20], [10, 10], 0, 100) == [50, 20]
    assert spread([50, 48, 52], [10, 10, 10], 0, 100) == [58, 48, 68]
    assert spread([99, 98], [10, 10], 0, 100) == [95, 85]
    assert spread([50, 50], [20, 10], 0, 100) == [50, 65]
    assert spread([50, 50], [20, 10], 0, 100) == [50, 65]
    assert spread([], [], 0, 100) == []


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


@pytest.mark.parametrize("larger", [False, True])
@pytest.mark.parametrize("height", [100, 120, 160, 240])
def test_in_a_low_card_names_stay_and_values_give_way(view: LossView, qapp: QApplication, height: int, larger: bool):
    theme.apply(qapp, theme.ThemeChoice.LIGHT, larger)
    view.resize(270, height)
    view.show_frame(frame_with(measured(1000, 0.3, 0.31), penalty=0.29))
    ends = picture(view).ends
    seen = [words for words in (*ends.names.values(), *ends.values.values()) if words.item.isVisible()]
    assert {"train", "test", "penalty"} <= {words.text for words in seen}
    assert len(seen) == 6 if height == 240 else len(seen) >= 3
    inks = [words.box.center().y() for words in seen]
    assert min(inks) >= 6
    assert max(inks) <= height - 20
    assert all(b - a >= 12 for a, b in pairwise(sorted(inks)))


# Pixels.


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
    view.show_frame(frame_with(ROWS))
    pen = picture(view).curves["batch"].pieces[0].pen()
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


def test_only_curves_that_are_there_have_a_name(view: LossView):
    for penalty, run, named in ((0.01, 1, {"train", "test", "penalty"}), (0.0, 2, {"train", "test"})):
        view.show_frame(frame_with(ROWS, penalty=penalty, run=run))
        ends = picture(view).ends
        assert {name for name, value in ends.values.items() if value.item.isVisible()} == named


def test_half_an_update_has_no_number(view: LossView):
    view.show_frame(frame_with([(0.0, NAN, 0.7, 0.8), (1.0, 0.6, 0.6, 0.7)]))
    texts = [number.text for number in picture(view).updates.numbers]
    assert texts == ["update", "0", "1"]


def test_dots_stand_apart_and_one_at_the_end(view: LossView):
    for end in (200, 1000, *range(2500, 2800, 10)):
        view.show_frame(frame_with(measured(end), run=end))
        path = picture(view).dots.path()
        starts = [path.elementAt(place) for place in range(path.elementCount())]
        xs = sorted({round(e.x - 3, 3) for e in starts if e.type == QPainterPath.ElementType.MoveToElement})  # type: ignore[attr-defined]
        assert len(xs) > 2
        assert min(np.diff(xs)) > 9
        assert xs[-1] == pytest.approx(picture(view).across.at(end - 10), abs=0.01)


def test_a_line_goes_on_beyond_the_axis_in_its_own_direction(view: LossView):
    view.show_frame(frame_with([(float(u), 1e-9 if u == 37 else 0.5, 0.5, 0.6) for u in range(200)]))
    boxes = [piece.path().boundingRect() for piece in picture(view).curves["batch"].pieces]
    assert min(box.top() for box in boxes) < -0.5, "to be clipped where it leaves the axis, not bent"


def test_axes_stand_while_nothing_about_them_changes(view: LossView, monkeypatch: pytest.MonkeyPatch):
    view.show_frame(frame_with(measured(300)))
    placed: list[object] = []
    place = LossPicture._place
    monkeypatch.setattr(LossPicture, "_place", lambda *given: (placed.append(given), place(*given)))
    extent = Extent(0.0, 300.0, 0.1, 1.0, True)
    for shown in (extent, replace(extent), replace(extent, top=2.0), replace(extent, top=2.0)):
        picture(view).draw(chart(view).lines, shown, ())
    assert len(placed) <= 2


def test_after_a_single_update_there_is_nothing_beyond_it_to_zoom_to(qapp: QApplication):
    pane = Pane()
    pane.cover(1.0)
    pane.box.setXRange(-5.0, 5.0, padding=0)
    assert pane.box.viewRange()[0] == [0.0, 1.0]
