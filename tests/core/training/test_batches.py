"""Mini-batches: everything once an epoch, in a new order, repeatably."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.core.training.batches import Batches


def epoch(batches: Batches) -> list[np.ndarray]:
    result = [batches.next().copy()]
    while not batches.at_epoch_end:
        result.append(batches.next().copy())
    return result


@given(st.integers(1, 60), st.integers(1, 80), st.integers(0, 5))
def test_every_example_once_an_epoch_and_the_last_batch_is_the_rest(count: int, size: int, seed: int) -> None:
    batches = Batches(count, size, seed)
    for passes in (1, 2, 3):
        parts = epoch(batches)
        assert sorted(np.concatenate(parts)) == list(range(count))
        assert [len(part) for part in parts[:-1]] == [size] * (len(parts) - 1)
        assert len(parts[-1]) == (count % size or min(size, count))
        assert batches.seen == passes * count


def test_reshuffled_every_epoch_and_the_same_for_the_same_seed() -> None:
    batches, twin, other = Batches(50, 7, 3), Batches(50, 7, 3), Batches(50, 7, 4)
    first, second = np.concatenate(epoch(batches)), np.concatenate(epoch(batches))
    assert not np.array_equal(first, second)
    assert np.array_equal(np.concatenate(epoch(twin)), first)
    assert np.array_equal(np.concatenate(epoch(twin)), second)
    assert not np.array_equal(np.concatenate(epoch(other)), first)


def test_state_there_and_back() -> None:
    batches = Batches(20, 6, 0)
    batches.next()
    state = batches.state()
    there = [batches.next().copy() for _ in range(10)]
    seen = batches.seen
    batches.restore(state)
    again = [batches.next().copy() for _ in range(10)]
    assert all(np.array_equal(a, b) for a, b in zip(there, again, strict=True))
    assert batches.seen == seen


def test_a_batch_that_was_put_back_comes_again() -> None:
    batches = Batches(20, 6, 0)
    for _ in range(9):
        seen = batches.seen
        batch = batches.next().copy()
        batches.put_back(len(batch))
        assert batches.seen == seen
        assert np.array_equal(batches.next(), batch)


def test_size_may_change_within_an_epoch() -> None:
    batches = Batches(20, 6, 0)
    parts = [batches.next().copy()]
    batches.size = 10
    parts += [batches.next().copy(), batches.next().copy()]
    assert [len(part) for part in parts] == [6, 10, 4]
    assert batches.at_epoch_end
    assert sorted(np.concatenate(parts)) == list(range(20))


def test_in_the_order_of_the_data_from_the_next_epoch_on() -> None:
    batches = Batches(10, 4, 0)
    first = batches.next().copy()
    batches.shuffled = False
    rest = [batches.next().copy(), batches.next().copy()]
    assert sorted(np.concatenate([first, *rest])) == list(range(10)), "an epoch that has begun is finished as it began"
    assert [part.tolist() for part in epoch(batches)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    batches.shuffled = True
    assert np.concatenate(epoch(batches)).tolist() != list(range(10))
