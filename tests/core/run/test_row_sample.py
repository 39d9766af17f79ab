"""Rows are drawn at random, from all splits, each once, and always the same ones."""

import numpy as np

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.run.example import SplitName
from nnstudio.core.run.row_sample import ROWS, row_count, sample_rows


def table(rows: int, **shares: float) -> Dataset:
    inputs = np.random.default_rng(1).normal(size=(rows, 3))
    return Dataset.from_arrays(inputs, inputs[:, 0] > 1, **shares)  # type: ignore[arg-type]


def test_each_row_is_an_example_of_the_data_and_none_comes_twice() -> None:
    data = table(90, test_share=0.3, validation_share=0.2)
    sample = sample_rows(data)
    assert len(sample) == sample.total == row_count(data) == 90
    examples = [sample.example(row) for row in range(90)]
    assert len(set(examples)) == 90
    assert {example.split for example in examples} == set(SplitName)
    for row, example in enumerate(examples):
        split = example.split.of(data)
        assert split is not None
        assert np.array_equal(sample.rows.raw[row], split.raw[example.index])
        assert sample.rows.labels[row] == split.labels[example.index]
        assert np.array_equal(sample.rows.targets[row], split.targets[example.index])
    first = [example.split for example in examples[:30]]
    assert len(set(first)) > 1, "no split lies on top of the other"


def test_of_many_rows_some_are_drawn_that_are_like_all() -> None:
    data = table(50_000)
    sample, again = sample_rows(data), sample_rows(data)
    assert (len(sample), sample.total) == (ROWS, 50_000)
    assert np.array_equal(sample.numbers, again.numbers)
    share = np.concatenate((data.train.labels, data.test.labels)).mean()
    assert abs(sample.rows.labels.mean() - share) < 4 * (share * (1 - share) / ROWS) ** 0.5
    tests = np.mean([sample.example(row).split is SplitName.TEST for row in range(ROWS)])
    assert abs(tests - 0.2) < 0.05


def test_what_trains_and_tests_alike_counts_once() -> None:
    data = table(40, test_share=0.0)
    sample = sample_rows(data)
    assert len(sample) == 40
    assert {sample.example(row).split for row in range(40)} == {SplitName.TRAINING}
