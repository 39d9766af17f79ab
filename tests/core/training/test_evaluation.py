"""What is measured over a sample says so and is fair; what is exact is exact, in one go or in pieces."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.core.data.dataset import Split
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.training.evaluation import EXAMPLES_AT_ONCE, sample
from nnstudio.core.training.trainer import TRAINING_EXAMPLES_EVALUATED, Trainer

MANY = Experiment(dataset=PlaneSpec(samples=10_000, training_share=0.9), layers=(DenseSpec(units=3),))


def split_of(labels: np.ndarray) -> Split:
    count = len(labels)
    return Split(np.ones((count, 3)), np.zeros((count, 1)), labels, np.empty((0, 2)))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=300), st.integers(1, 300))
def test_a_sample_has_its_share_of_every_class(labels: list[int], limit: int) -> None:
    split = split_of(np.array(labels))
    chosen = sample(split, limit)
    assert len(chosen) == min(limit, len(labels))
    assert (np.diff(chosen) > 0).all()
    share = len(chosen) / len(labels)
    for label in range(5):
        assert abs(np.count_nonzero(split.labels[chosen] == label) - share * labels.count(label)) < 1


def test_a_sample_is_spread_over_the_split() -> None:
    """Sorted by class, in turns, or without classes as in regression: never the first ones."""
    for labels in (np.repeat(np.arange(10), 100), np.arange(1000) % 10, np.empty(0, np.int64)):
        split = split_of(labels) if len(labels) else replace(split_of(np.zeros(1000)), labels=labels)
        counts = np.histogram(sample(split, 100), bins=10, range=(0, 1000))[0]
        assert counts.tolist() == [10] * 10


def test_training_loss_is_that_of_a_fair_sample_and_says_so() -> None:
    """Also of examples that are sorted by class, where the first 2 000 would all be of one."""
    run = Trainer(MANY)
    labels = run.dataset.train.labels
    metrics, exact = run.evaluate(), run.evaluate(exact=True)
    assert metrics.sampled
    assert (metrics.train_examples, metrics.train_total) == (TRAINING_EXAMPLES_EVALUATED, 9000)
    assert not exact.sampled
    assert (exact.train_examples, exact.train_total) == (9000, 9000)
    order = np.argsort(labels, kind="stable")
    train = run.dataset.train
    parts = (train.augmented, train.targets, train.labels, train.raw)
    sorted_by_class = replace(run.dataset, train=Split(*(part[order] for part in parts)))
    again = Trainer(MANY, dataset=sorted_by_class)
    assert again.evaluate(exact=True).train_loss == pytest.approx(exact.train_loss, rel=1e-5)
    assert again.evaluate().train_loss == pytest.approx(exact.train_loss, rel=0.01)
    assert again.evaluate().train_accuracy == pytest.approx(exact.train_accuracy, abs=0.02)


def test_exact_is_the_mean_over_all_examples() -> None:
    run, whole = Trainer(MANY), Trainer(MANY, evaluated=9000)
    for _ in range(30):
        run.step()
        whole.step()
    assert run.evaluate() != whole.evaluate()
    assert run.evaluate(exact=True) == whole.evaluate()
    assert run.evaluate() == whole.evaluate(), "what is known exactly is not forgotten"
    run.step()
    assert run.evaluate().sampled


def test_a_small_data_set_is_always_exact() -> None:
    run = Trainer(Experiment())
    metrics = run.evaluate()
    assert not metrics.sampled
    assert metrics.train_examples == len(run.dataset.train)
    assert run.evaluate(exact=True) is metrics


def test_an_exact_evaluation_can_be_interrupted_and_dropped() -> None:
    run = Trainer(MANY)
    sampled = run.evaluate()
    pieces = run.evaluation(exact=True)
    for _ in range(3):
        next(pieces)
        assert run.evaluate() is sampled, "a picture in between shows what is known"
    rest = sum(1 for _ in pieces)
    assert 3 + rest == -(-9000 // EXAMPLES_AT_ONCE) + -(-1000 // EXAMPLES_AT_ONCE)
    assert not run.evaluate().sampled
    run.step()
    pieces = run.evaluation(exact=True)
    next(pieces)
    pieces.close()
    assert run.evaluate().sampled


def test_images_in_turns_are_sampled_from_every_class() -> None:
    digits = Experiment(dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=300), layers=())
    run = Trainer(digits, evaluated=50)
    labels = run.dataset.train.labels[sample(run.dataset.train, 50)]
    counts = np.bincount(run.dataset.train.labels, minlength=10) / 6
    assert (np.abs(np.bincount(labels, minlength=10) - counts) < 1).all()
