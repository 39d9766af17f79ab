"""The columns of a run: bounded, append-only, safe to read while they grow."""

from time import perf_counter

import numpy as np
import pytest

from nnstudio.core.training.history import COLUMNS, ROWS_PER_INTERVAL, History


def filled(rows: int) -> History:
    history = History()
    for row in range(rows):
        history.append(row, *range(1, len(COLUMNS)))
    return history


def test_interval_doubles() -> None:
    history = History()
    seen = [history.interval]
    for row in range(4 * ROWS_PER_INTERVAL):
        history.append(row, *[0.0] * (len(COLUMNS) - 1))
        if history.interval != seen[-1]:
            assert len(history) == len(seen) * ROWS_PER_INTERVAL
            seen.append(history.interval)
    assert seen == [1, 2, 4, 8, 16]


def test_a_prefix_never_changes() -> None:
    history = filled(10)
    prefix = history.prefix()
    before = prefix.update.copy()
    for row in range(10, 5000):
        history.append(row, *[7.0] * (len(COLUMNS) - 1))
    assert len(prefix) == 10
    assert np.array_equal(prefix.update, before)
    assert len(history.prefix()) == 5000
    assert np.array_equal(history.prefix().update, np.arange(5000))


def test_a_prefix_cannot_be_written() -> None:
    prefix = filled(3).prefix()
    for name in COLUMNS:
        with pytest.raises(ValueError, match="read-only"):
            getattr(prefix, name)[0] = 1


def test_columns_keep_their_order() -> None:
    prefix = filled(1).prefix()
    assert [float(getattr(prefix, name)[0]) for name in COLUMNS] == list(range(len(COLUMNS)))


@pytest.mark.parametrize("rows", [1, 6, 1024, ROWS_PER_INTERVAL - 1, ROWS_PER_INTERVAL, 3 * ROWS_PER_INTERVAL + 10])
def test_going_on_from_a_state_is_as_if_nothing_had_come_after(rows: int) -> None:
    history, twin = filled(rows), filled(rows)
    state, prefix = history.state(), history.prefix()
    for row in range(50):
        history.append(7000 + row, *[0.0] * (len(COLUMNS) - 1))
    earlier = History.of(state)
    for row in range(ROWS_PER_INTERVAL):
        assert earlier.interval == twin.interval
        for each in (earlier, twin):
            each.append(9000 + row, *[1.0] * (len(COLUMNS) - 1))
    for name in COLUMNS:
        assert np.array_equal(getattr(earlier.prefix(), name), getattr(twin.prefix(), name))
    assert len(prefix) == rows
    assert prefix.update[-1] == rows - 1


def test_going_back_in_a_long_run_takes_no_time() -> None:
    state = filled(30_000).state()
    begin = perf_counter()
    assert len(History.of(state)) == 30_000
    assert perf_counter() - begin < 0.02


def test_rows_that_are_asked_for_change_nothing_else() -> None:
    history, twin = History(), History()
    nothing = float("nan")
    for update in range(3 * ROWS_PER_INTERVAL):
        row = (update, *[nothing] * (len(COLUMNS) - 1))
        history.append(*row)
        twin.append(*row)
        before = history.prefix()
        if update % 3 == 0:
            history.ask(update + 0.5 * (update % 2), *range(1, len(COLUMNS)))
            assert len(before) == 0 or np.isnan(before.train_loss[-1])
    assert history.interval == twin.interval
    prefix = history.prefix()
    assert (np.diff(prefix.update) > 0).all()
    assert len(prefix) == 4 * ROWS_PER_INTERVAL - ROWS_PER_INTERVAL // 2
    measured = prefix.update[np.isfinite(prefix.train_loss)]
    assert measured.tolist() == [update + 0.5 * (update % 2) for update in range(0, 3 * ROWS_PER_INTERVAL, 3)]
    assert History.of(history.state()).interval == twin.interval


def test_a_row_that_is_completed_keeps_what_it_has() -> None:
    history = History()
    history.append(5.0, 1.0, 0.25, *[float("nan")] * (len(COLUMNS) - 3))
    history.ask(5.0, 9.0, float("nan"), *range(3, len(COLUMNS)))
    prefix = history.prefix()
    assert [getattr(prefix, name)[0] for name in COLUMNS] == [5.0, 1.0, 0.25, *range(3, len(COLUMNS))]
