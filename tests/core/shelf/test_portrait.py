"""What a run has learned, as a picture, is what its network says, whatever it learns."""

from dataclasses import replace

import numpy as np
import pytest
from shelves import SMALL, departed

from nnstudio.core.data.dataset import Dataset, build
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment import Experiment, ImageSpec, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.presets import default_experiment
from nnstudio.core.shelf.portrait import RESOLUTION, portrait
from nnstudio.core.training.trainer import Trainer


@pytest.mark.parametrize("kind", [DatasetKind.MOONS, DatasetKind.SPIRALS, DatasetKind.BLOBS])
def test_of_the_plane_it_is_the_answer_at_each_place(kind: DatasetKind) -> None:
    experiment = replace(SMALL, dataset=PlaneSpec(kind=kind, samples=60))
    state, dataset = departed(10, experiment).state, build(experiment.dataset)
    seen = portrait(state, dataset)
    plane = dataset.domain
    assert isinstance(plane, Plane)
    expected = Trainer.resumed(state).predict(plane.grid(RESOLUTION))
    assert seen.output is not None
    assert seen.output.shape == (dataset.outputs, RESOLUTION, RESOLUTION)
    np.testing.assert_array_equal(seen.output.reshape(dataset.outputs, -1), expected.T)


def test_of_classes_it_is_the_confusion_of_the_test_examples() -> None:
    spec = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=200)
    experiment = Experiment(dataset=spec)
    trainer = Trainer(experiment)
    seen = portrait(trainer.state(), trainer.dataset)
    assert seen.confusion is not None
    assert seen.confusion.shape == (10, 10)
    assert seen.confusion.sum() == len(trainer.dataset.test)
    right = trainer.evaluate().test_accuracy
    assert np.trace(seen.confusion) / seen.confusion.sum() == pytest.approx(right)


def test_of_values_it_is_the_predictions_beside_the_truth() -> None:
    rows = np.random.default_rng(1).normal(0, 1, (60, 3))
    dataset = Dataset.from_arrays(rows, rows[:, 0] * 2)
    trainer = Trainer(default_experiment(dataset.spec), dataset=dataset)
    seen = portrait(trainer.state(), dataset)
    assert seen.task is Task.REGRESSION
    assert seen.predicted is not None
    assert seen.truth is not None
    np.testing.assert_array_equal(seen.truth, dataset.test.targets.T)
    np.testing.assert_allclose(seen.predicted[0], trainer.predict(dataset.test.raw)[:, 0], rtol=1e-5)


def test_a_state_that_does_not_fit_has_none() -> None:
    state = departed(10).state
    with pytest.raises(ValueError, match=r"parameters|numbers"):
        portrait(replace(state, params=state.params[1:]), build(SMALL.dataset))
