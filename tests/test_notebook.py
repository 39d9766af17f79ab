"""What a few lines of Python need: names at the top, data from arrays, train, predict."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import nnstudio
from nnstudio import DataError, Dataset, DatasetKind, Experiment, LossKind, Task, Trainer, default_experiment
from nnstudio.core.experiment import DenseSpec, TrainingSpec
from nnstudio.core.experiment.plan import Change, plan
from nnstudio.core.run.frame import Probe, TablePicture
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.gradient_check import gradient_check

EVERYTHING = Probe.NEURONS | Probe.OUTPUT | Probe.ACTIVATIONS | Probe.GRADIENTS | Probe.LOSSES
RANDOM = np.random.default_rng(3)
X = RANDOM.normal(10, 5, (400, 6))
SUMS = (X - 10) @ RANDOM.normal(0, 0.3, (6, 3))
TRUTH = {
    Task.BINARY: SUMS[:, 0] > 0,
    Task.MULTICLASS: np.array(["ash", "birch", "cedar"])[SUMS.argmax(axis=1)],
    Task.REGRESSION: SUMS[:, :2],
    Task.MULTILABEL: SUMS > 0,
}


def trainer_for(task: Task, dtype: type = np.float32) -> Trainer:
    data = Dataset.from_arrays(X, TRUTH[task], validation_share=0.1, dtype=dtype)
    return Trainer(default_experiment(data.spec), dataset=data, dtype=dtype)


# The names ------------------------------------------------------------------------------------------------------------


def test_every_name_is_there_and_is_the_thing_itself() -> None:
    assert all(hasattr(nnstudio, name) for name in nnstudio.__all__)
    assert set(nnstudio.__all__) <= set(dir(nnstudio))
    assert nnstudio.Trainer is Trainer
    assert nnstudio.DenseSpec is DenseSpec
    with pytest.raises(AttributeError, match="nothing"):
        _ = nnstudio.nothing  # type: ignore[attr-defined]


def test_numpy_is_imported_when_it_is_first_needed() -> None:
    program = "import sys, nnstudio; nnstudio.DatasetKind; assert 'numpy' not in sys.modules; nnstudio.Trainer"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# Data, train, predict -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", Task, ids=lambda task: task.value)
def test_three_lines(task: Task) -> None:
    data = Dataset.from_arrays(X, TRUTH[task])
    trainer = Trainer(default_experiment(data.spec), dataset=data)
    metrics = trainer.train(epochs=40)
    assert metrics.test_accuracy > 0.88
    said = trainer.predict(X)
    assert said.shape == (400, data.outputs)
    if task is Task.MULTICLASS:
        np.testing.assert_allclose(said.sum(axis=1), 1, rtol=1e-5)
        answers = np.array(data.class_names)[said.argmax(axis=1)]
        assert (answers == TRUTH[task]).mean() > 0.88
    elif task is Task.REGRESSION:
        assert np.corrcoef(said[:, 1], TRUTH[task][:, 1])[0, 1] > 0.95
    else:
        assert ((said > 0.5) == TRUTH[task].reshape(400, -1)).mean() > 0.88


def test_predict_says_what_evaluation_saw() -> None:
    trainer = trainer_for(Task.MULTICLASS)
    trainer.train(epochs=2)
    np.testing.assert_allclose(trainer.predict(trainer.dataset.test.raw), trainer.test.outputs.T, rtol=1e-5)
    long = np.tile(trainer.dataset.test.raw, (20, 1))
    assert len(long) > 1024, "more than one pass takes"
    np.testing.assert_allclose(trainer.predict(long), np.tile(trainer.test.outputs.T, (20, 1)), rtol=1e-5)


def test_predict_takes_points_and_images_as_they_are() -> None:
    for kind in (DatasetKind.SPIRALS, DatasetKind.SKETCHED_DIGITS):
        experiment = default_experiment(kind)
        if kind is DatasetKind.SKETCHED_DIGITS:
            experiment = replace(experiment, dataset=replace(experiment.dataset, images=100))
        trainer = Trainer(experiment)
        trainer.train(epochs=1)
        np.testing.assert_allclose(
            trainer.predict(trainer.dataset.test.raw), trainer.test.outputs.T, rtol=1e-4, atol=1e-6
        )


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (X[:, :5], r"the shape \(400, 5\), but the network was trained on \(examples, 6\)"),
        (X[0], r"the shape \(6,\)"),
        (X.astype(str), "must be numbers"),
        ([[1, 2], [3]], "rows differ in length"),
        (None, "must be numbers"),
    ],
)
def test_what_cannot_be_predicted_is_refused(raw: object, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        trainer_for(Task.BINARY).predict(raw)  # type: ignore[arg-type]


def test_nothing_is_predicted_for_nobody() -> None:
    assert trainer_for(Task.BINARY).predict(np.empty((0, 6))).shape == (0, 1)


def test_train_takes_so_many_epochs_more() -> None:
    trainer = trainer_for(Task.BINARY)
    trainer.train(epochs=2)
    trainer.train(epochs=0.5)
    assert trainer.epoch == pytest.approx(2.5, abs=0.12)
    stopping = replace(trainer.experiment, stopping=replace(trainer.experiment.stopping, updates=trainer.updates + 3))
    trainer.apply(stopping)
    updates = trainer.updates
    trainer.train(epochs=5)
    assert trainer.updates == updates + 3


# Everything else that looks at a run ----------------------------------------------------------------------------------


@pytest.mark.parametrize("task", Task, ids=lambda task: task.value)
def test_frames_of_tables(task: Task) -> None:
    trainer = trainer_for(task)
    observer = Observer(trainer, 1)
    assert observer.frame(Probe.NOTHING).picture == TablePicture()
    trainer.step(keep_change=True)
    frame = observer.frame(EVERYTHING)
    picture = frame.picture
    assert isinstance(picture, TablePicture)
    assert frame.readings[-1].histogram is not None
    assert frame.losses is not None
    if task in (Task.BINARY, Task.MULTICLASS):
        assert picture.truth is None
        assert picture.confusion is not None
        assert picture.confusion.shape == (trainer.dataset.classes,) * 2
        assert np.trace(picture.confusion) / 80 == pytest.approx(frame.metrics.test_accuracy)
    else:
        assert picture.confusion is None
        assert picture.truth is not None
        assert picture.predicted is not None
        np.testing.assert_array_equal(picture.truth, trainer.dataset.test.targets.T)
        np.testing.assert_allclose(picture.predicted, trainer.predict(trainer.dataset.test.raw).T, rtol=1e-5)


@pytest.mark.parametrize("task", Task, ids=lambda task: task.value)
def test_the_gradient_is_right_for_tables(task: Task) -> None:
    trainer = trainer_for(task, np.float64)
    trainer.train(epochs=1)
    assert max(gradient_check(trainer).values()) < 1e-5


def test_the_confusion_matrix_follows_the_training() -> None:
    trainer = trainer_for(Task.MULTICLASS)
    observer = Observer(trainer, 1)
    for epochs in (0, 10):
        trainer.train(epochs)
        frame = observer.frame(EVERYTHING)
        assert isinstance(frame.picture, TablePicture)
        assert frame.picture.confusion is not None
        assert np.trace(frame.picture.confusion) / 80 == pytest.approx(frame.metrics.test_accuracy)
    assert frame.metrics.test_accuracy > 0.6


def test_many_classes_make_no_confusion_matrix() -> None:
    data = Dataset.from_arrays(RANDOM.normal(size=(900, 2)), np.arange(900) % 300)
    trainer = Trainer(default_experiment(data.spec), dataset=data)
    assert Observer(trainer, 1).frame(EVERYTHING).picture == TablePicture()


def test_a_table_cannot_be_made_from_its_spec_alone() -> None:
    trainer = trainer_for(Task.BINARY)
    with pytest.raises(DataError, match="make the data set from its arrays"):
        Trainer(trainer.experiment)


def test_another_table_is_other_data() -> None:
    data, other = Dataset.from_arrays(X, TRUTH[Task.BINARY]), Dataset.from_arrays(X + 1, TRUTH[Task.BINARY])
    before = Experiment(dataset=data.spec)
    assert plan(before, Experiment(dataset=other.spec)) is Change.DATA
    training = TrainingSpec(loss=LossKind.MEAN_SQUARED_ERROR)
    assert plan(before, replace(before, training=training)) is Change.HYPERPARAMETERS
