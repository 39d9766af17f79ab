"""The columns of a run: bounded, append-only, safe to read while they grow."""

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


@pytest.mark.parametrize("update", [0, 5, ROWS_PER_INTERVAL - 1, ROWS_PER_INTERVAL + 10, 10**6])
def test_truncated_is_as_if_nothing_had_come_after(update: int) -> None:
    history = filled(ROWS_PER_INTERVAL + 100)
    prefix = history.prefix()
    earlier = history.truncated(update)
    twin = filled(min(update + 1, ROWS_PER_INTERVAL + 100))
    assert np.array_equal(earlier.prefix().update, twin.prefix().update)
    assert earlier.interval == twin.interval
    for row in range(50):
        earlier.append(9000 + row, *[0.0] * (len(COLUMNS) - 1))
    assert len(prefix) == ROWS_PER_INTERVAL + 100
    assert prefix.update[-1] == ROWS_PER_INTERVAL + 99


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
