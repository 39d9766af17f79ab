"""What hangs on a wall, in words: how many of what are taken for what, and what the network says of the hardest."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.data.dataset import Dataset, build
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import SplitName
from nnstudio.core.run.frame import Frame, ImagePicture, Probe
from nnstudio.core.run.hardest import Hardest, find
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.pieces import finished
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.views.canned import table_frame
from nnstudio.ui.views.output.collection import MOST, cell_in_words, of_cell, of_hardest
from nnstudio.ui.widgets.figures import decimal

DIGITS = build(default_experiment(DatasetKind.SKETCHED_DIGITS).dataset)


@pytest.mark.parametrize(
    ("count", "truth", "answer", "words"),
    [
        (26, 9, 4, "26 nines taken for fours"),
        (1, 9, 4, "1 nine taken for a four"),
        (1, 3, 8, "1 three taken for an eight"),
        (0, 9, 4, "No nine taken for a four"),
        (3, 6, 0, "3 sixes taken for zeros"),
        (1119, 1, 1, "1\u00a0119 ones recognised"),
        (1, 1, 1, "1 one recognised"),
    ],
)
def test_a_cell_of_digits_in_words(count: int, truth: int, answer: int, words: str) -> None:
    assert cell_in_words(DIGITS, count, truth, answer) == words


def test_a_cell_of_a_table_names_its_classes() -> None:
    x = np.random.default_rng(1).normal(size=(60, 3))
    named = Dataset.from_arrays(x, np.arange(60) % 3, class_names=("setosa", "versicolor", "virginica"))
    numbered = Dataset.from_arrays(x, np.arange(60) % 3)
    assert cell_in_words(named, 3, 0, 2) == "3 of setosa taken for virginica"
    assert cell_in_words(named, 0, 0, 2) == "None of setosa taken for virginica"
    assert cell_in_words(numbered, 3, 0, 2) == "3 of class 0 taken for class 2"
    assert cell_in_words(numbered, 4, 1, 1) == "4 of class 1 recognised"


def digits_frame() -> Frame:
    trainer = Trainer(default_experiment(DatasetKind.SKETCHED_DIGITS), dataset=DIGITS)
    for _ in range(12):
        trainer.step()
    trainer.evaluate()
    return Observer(trainer, 1).frame(Probe.OUTPUT)


def test_of_very_many_some_hang_and_the_others_are_counted() -> None:
    frame = digits_frame()
    assert isinstance(frame.picture, ImagePicture)
    fives = np.full(len(DIGITS.test), 5)
    all_fives = replace(frame, picture=replace(frame.picture, answers=fives))
    cell = of_cell(all_fives, 5, 5)
    assert cell is not None
    count = int((DIGITS.test.labels == 5).sum())
    assert cell.total == count
    assert len(cell.hung) == min(MOST, count)
    assert cell.more == count - len(cell.hung)
    assert cell.about == f"100.0\u00a0% of {count}"
    assert cell.updates == frame.measured_at


def test_answers_to_other_examples_open_nothing() -> None:
    frame = digits_frame()
    assert isinstance(frame.picture, ImagePicture)
    assert of_cell(replace(frame, picture=replace(frame.picture, answers=None)), 0, 0) is None
    assert of_cell(replace(frame, picture=replace(frame.picture, answers=np.zeros(3, np.int64))), 0, 0) is None


def test_a_cell_of_a_table_shows_its_inputs() -> None:
    frame = table_frame(Task.MULTICLASS)
    assert frame.picture.confusion is not None  # type: ignore[union-attr]
    row, column = np.argwhere(frame.picture.confusion)[0].tolist()  # type: ignore[union-attr]
    cell = of_cell(frame, row, column)
    assert cell is not None
    hung = cell.hung[0]
    assert hung.inputs.startswith(decimal(float(frame.dataset.test.raw[hung.chosen.index][0])))


@pytest.mark.parametrize("task", Task, ids=lambda task: task.value)
def test_the_hardest_of_any_task_are_in_words(task: Task) -> None:
    frame = table_frame(task)
    dataset, test = frame.dataset, frame.dataset.test
    answers = np.full((dataset.outputs, 2), 0.25, np.float32)
    answers[-1] = 0.75
    collection = of_hardest(Hardest(dataset, SplitName.TEST, 7, np.array([1, 0]), np.array([2.0, 1.0]), answers))
    assert [hung.chosen.index for hung in collection.hung] == [1, 0]
    assert collection.about == f"2 hardest of {len(test)}"
    assert collection.updates == 7
    for hung in collection.hung:
        assert hung.truth
        assert hung.answer
        if task in (Task.BINARY, Task.MULTICLASS):
            assert hung.answer == dataset.class_names[-1]
            assert hung.truth == dataset.class_names[int(test.labels[hung.chosen.index])]
            assert hung.right is (hung.truth == hung.answer)
        if task is Task.MULTILABEL:
            assert hung.right is np.array_equal(answers[:, 0] >= 0.5, test.targets[hung.chosen.index] >= 0.5)
        if task is Task.REGRESSION:
            assert hung.right is None


def test_what_is_no_number_is_neither_class() -> None:
    for task in Task:
        dataset = table_frame(task).dataset
        answers = np.full((dataset.outputs, 1), np.nan, np.float32)
        lost = Hardest(dataset, SplitName.TEST, 0, np.array([0]), np.array([np.nan]), answers)
        hung = of_hardest(lost).hung[0]
        assert hung.answer == "—"
        assert hung.right is (None if task is Task.REGRESSION else False)


def test_on_the_plane_they_know_their_colours() -> None:
    trainer = Trainer(default_experiment(DatasetKind.RINGS))
    hung = of_hardest(finished(find(trainer, SplitName.TRAINING))).hung
    labels = trainer.dataset.train.labels
    answers = trainer.predict(trainer.dataset.train.raw).argmax(axis=1)
    for each in hung:
        assert each.classes == (labels[each.chosen.index], answers[each.chosen.index])
        assert each.truth == f"class {labels[each.chosen.index]}"
