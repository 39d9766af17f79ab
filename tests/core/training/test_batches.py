"""Mini-batches: everything once an epoch, in a new order, repeatably."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, Conv2DSpec, FlattenSpec
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.training.batches import Batches
from nnstudio.core.training.trainer import Trainer


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


@given(st.integers(2, 60), st.integers(2, 80))
def test_a_rest_of_one_example_joins_the_batch_before_it(count: int, size: int) -> None:
    batches = Batches(count, size, 0, fewest=2)
    for passes in (1, 2):
        parts = epoch(batches)
        assert sorted(np.concatenate(parts)) == list(range(count))
        assert batches.seen == passes * count
        assert min(len(part) for part in parts) >= 2
        assert len(parts[-1]) == (size + 1 if count % size == 1 and count > size else count % size or min(size, count))


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


@given(st.integers(2, 60), st.integers(2, 80), st.integers(0, 60), st.integers(0, 130) | st.none(), st.integers(1, 2))
def test_updates_until(count: int, size: int, before: int, seen: int | None, fewest: int) -> None:
    """As many as it takes, counted by taking them."""
    batches = Batches(count, size, 0, fewest)
    for _ in range(before):
        batches.next()
    announced, made = batches.updates_until(seen), 0
    while not made or not (batches.at_epoch_end or (seen is not None and batches.seen >= seen)):
        batches.next()
        made += 1
    assert made == announced


# Batch normalisation --------------------------------------------------------------------------------------------------

NORMALISED = Experiment(
    dataset=PlaneSpec(samples=62), layers=(DenseSpec(units=4), BatchNormSpec()), training=TrainingSpec(batch_size=10)
)


def with_batch_size(size: int, **parts: Any) -> Experiment:
    return replace(NORMALISED, training=replace(NORMALISED.training, batch_size=size), **parts)


def test_batch_normalisation_refuses_a_batch_of_one() -> None:
    with pytest.raises(SettingError, match="needs at least 2 of them") as refusal:
        Trainer(with_batch_size(1))
    assert refusal.value.field == "training.batch_size"
    run = Trainer(NORMALISED)
    with pytest.raises(SettingError, match="needs at least 2 of them"):
        run.apply(with_batch_size(1))
    assert run.experiment == NORMALISED
    assert run.batches.size == 10


def test_batch_normalisation_refuses_a_single_training_example() -> None:
    with pytest.raises(SettingError, match="enough training examples"):
        Trainer(with_batch_size(10, dataset=PlaneSpec(samples=10, training_share=0.1)))


def test_images_are_normalised_over_their_pixels_too() -> None:
    digits = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100)
    stack = (Conv2DSpec(filters=2), BatchNormSpec())
    Trainer(with_batch_size(1, dataset=digits, layers=stack)).step()
    with pytest.raises(SettingError, match="needs at least 2 of them"):
        Trainer(with_batch_size(1, dataset=digits, layers=(*stack, FlattenSpec(), BatchNormSpec())))


def test_no_epoch_ends_with_a_batch_of_one() -> None:
    """31 training examples: two of ten, and one of eleven."""
    run = Trainer(NORMALISED)
    sizes = [run.batches.seen]
    for _ in range(6):
        run.step()
        sizes.append(run.batches.seen)
    assert np.diff(sizes).tolist() == [10, 10, 11] * 2
    assert run.epoch == 2


def test_in_the_order_of_the_data_from_the_next_epoch_on() -> None:
    batches = Batches(10, 4, 0)
    first = batches.next().copy()
    batches.shuffled = False
    rest = [batches.next().copy(), batches.next().copy()]
    assert sorted(np.concatenate([first, *rest])) == list(range(10)), "an epoch that has begun is finished as it began"
    assert [part.tolist() for part in epoch(batches)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    batches.shuffled = True
    assert np.concatenate(epoch(batches)).tolist() != list(range(10))


@pytest.mark.parametrize("wrong", [{"position": 11}, {"position": -1}, {"seen": 2}])
def test_a_state_whose_numbers_do_not_fit_is_refused(wrong: dict[str, int]) -> None:
    batches = Batches(10, 4, 1)
    batches.next()
    with pytest.raises(ValueError, match="do not fit"):
        Batches(10, 4, 1).restore(replace(batches.state(), **wrong))


@pytest.mark.parametrize(("size", "fewest", "shuffled"), [(3, 1, True), (3, 2, True), (10, 1, True), (4, 1, False)])
def test_who_peeks_sees_what_comes_and_changes_nothing(size: int, fewest: int, shuffled: bool) -> None:
    looked, alone = (Batches(10, size, 5, fewest) for _ in range(2))
    looked.shuffled = alone.shuffled = shuffled
    for _ in range(20):
        seen = looked.peek().tolist()
        assert looked.peek().tolist() == seen
        assert looked.next().tolist() == alone.next().tolist() == seen
    assert looked.seen == alone.seen
