"""From the rows of a history to the lines of a picture."""

from dataclasses import replace

import numpy as np
import pytest
from loss_pictures import METRICS, NAN, ROWS, ahead, frame_with, lines, measured

from nnstudio.ui.views.loss.curves import lines_of, to_the_end
from nnstudio.ui.views.loss.extent import Extent, loss_range, rested
from nnstudio.ui.views.loss.thinning import envelope, outline, stride


def test_of_many_mini_batches_the_extremes_are_drawn():
    random = np.random.default_rng(0)
    x, y = np.arange(40_000.0), random.normal(5, 1, 40_000)
    y[::7] = np.nan
    xs, ys = envelope(x, y, 500)
    assert len(xs) == len(ys) <= 1000
    assert (ys.min(), ys.max()) == (np.nanmin(y), np.nanmax(y))
    assert (np.diff(xs) >= 0).all()


def test_what_is_drawn_of_the_mini_batches_stays_where_it_is_as_they_become_more():
    random = np.random.default_rng(0)
    x, y = np.arange(5_000.0) * 3, random.normal(5, 1, 5_000)
    before: set[tuple[float, float]] = set()
    for count in range(2_140, 2_700, 7):
        points = list(zip(*(column.tolist() for column in envelope(x[:count], y[:count], 200)), strict=True))
        assert 100 <= len(points) // 2 <= 201
        assert len(set(points) - before) <= (4 if before else len(points)), "only those of the last stretch are new"
        before = set(points)


def test_few_rows_stay_as_they_are():
    xs, ys = envelope(np.array([0.0, 1, 2, 3]), np.array([1.0, np.nan, np.inf, 4]), 100)
    assert (xs.tolist(), ys.tolist()) == ([0, 3], [1, 4])


def test_what_is_drawn_of_the_measurements_stays_where_it_is_as_they_become_more():
    before: list[int] = []
    for count in range(1, 400):
        places = outline(np.zeros(count), 0, count, stride(count, 20)).tolist()
        assert places[0] == 0
        assert places[-1] == count - 1
        assert len(places) <= 22
        assert set(places[:-1]) <= set(before) | {count - 2, count - 1} | set(range(count - 20, count))
        before = places


@pytest.mark.parametrize("count", [50, 64, 333, 3000])
@pytest.mark.parametrize("first", [0, 5, 16])
def test_of_many_measurements_no_peak_is_lost(count: int, first: int):
    y = np.random.default_rng(count).normal(size=count)
    places = outline(y, first, count, step := stride(count - first, 20))
    assert places[0] == first // step * step
    assert len(places) <= 3 * 21 + 1
    assert (np.diff(places) > 0).all()
    for begin in range(places[0], count, step):
        block = y[begin : begin + step]
        drawn = y[places[(places >= begin) & (places < begin + step)]]
        assert (drawn.min(), drawn.max()) == (block.min(), block.max())


def test_a_peak_of_one_measurement_is_drawn():
    rows = [(float(u), NAN, 9.0 if u == 1003 else 0.5, 8.0 if u == 77 else 0.5) for u in range(3000)]
    drawn = lines(frame_with(rows), columns=90)
    assert drawn["train"].x[drawn["train"].y.argmax()] == 1003
    assert (drawn["test"].y.max(), drawn["test"].x[drawn["test"].y.argmax()]) == (8, 77)


def test_lines_visit_real_measurements_only():
    frame = frame_with([(float(u), NAN, 1 / (1 + u), 2 / (1 + u)) for u in range(3000)])
    line = lines(frame, columns=90)["train"]
    assert len(line.x) <= 62
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


@pytest.mark.parametrize(("updates", "at", "rows"), [(3, 3, 4), (7, 7, 5), (8, 4, 5)])
def test_the_curves_end_where_was_measured_last(updates: int, at: int, rows: int):
    frame = ahead(updates, at)
    history = to_the_end(frame, frame.metrics)
    assert len(history) == rows
    assert (history.update[-1], history.train_loss[-1], history.test_loss[-1]) == (at, 0.41, 0.52)
    assert history.epoch[-1] == pytest.approx(at / 10)
    assert history.batch_loss[3] == 0.4
    assert len(frame.history) == 4
    assert np.isnan(frame.history.train_loss[-1])


def test_what_was_measured_between_two_rows_stands_between_them():
    frame = replace(frame_with([*ROWS, (9.0, 0.3, NAN, NAN)]), metrics=METRICS, measured_at=5)
    history = to_the_end(frame, frame.metrics)
    assert history.update.tolist() == [0, 1, 2, 3, 5, 9]
    assert history.train_loss[4] == 0.41
    assert history.batch_loss[5] == 0.3


@pytest.mark.parametrize("measured_at", [-1, 0, 2, 12])
def test_what_the_history_has_already_or_knows_better_is_left_alone(measured_at: int):
    frame = ahead(7, measured_at)
    assert to_the_end(frame, frame.metrics) is frame.history


def test_points_are_thinned_from_the_first_one_too_many():
    x = np.arange(100.0)
    assert envelope(x, x, 100)[0].tolist() == x.tolist()
    assert len(envelope(x, x, 99)[0]) != 100
    assert [stride(count, 20) for count in (1, 20, 21, 40, 41)] == [1, 1, 2, 2, 4]


def test_places_are_the_same_multiples_wherever_one_begins():
    assert outline(np.zeros(22), 5, 22, 4).tolist() == [4, 8, 12, 16, 20, 21]
    assert outline(np.zeros(21), 8, 21, 4).tolist() == [8, 12, 16, 20]


def test_the_last_measurement_always_has_a_dot():
    for count in range(2, 60):
        line = lines(frame_with(measured(10 * count)), columns=30)["test"]
        assert line.x[-1] == 10 * (count - 1)
        assert line.dots[-1]


def test_a_curve_that_is_level_has_an_axis_from_zero():
    found = lines(frame_with(measured(100, 0.5, 0.5)))
    for all_in_sight in (True, False):
        low, high = loss_range(found, False, all_in_sight)
        assert low == 0
        assert high > 0.5


def test_an_axis_of_losses_grows_at_once_and_rests_on_the_border_of_two():
    for logarithmic, wide, less, far in ((True, (0.01, 2), (0.02, 1), (0.1, 0.2)), (False, (0, 1), (0, 0.8), (0, 0.5))):
        before = Extent(0.0, 100.0, *wide, logarithmic)
        now = Extent(0.0, 200.0, *less, logarithmic)
        assert rested(None, now) == now
        assert rested(before, now) == replace(before, end=200.0), "the updates go on"
        assert rested(now, before) == before
        assert rested(before, replace(now, bottom=far[0], top=far[1])) == replace(now, bottom=far[0], top=far[1])
        assert rested(replace(before, logarithmic=not logarithmic), now) == now
