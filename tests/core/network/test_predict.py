"""What a model answers to examples from outside is what the run itself answers."""

from dataclasses import replace

import numpy as np
import pytest

from nnstudio.core.data.dataset import DataError, build
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, LayerSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, Conv2DSpec, DropoutSpec, FlattenSpec, MaxPool2DSpec
from nnstudio.core.network.predict import predict
from nnstudio.core.presets.defaults import default_experiment
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer

STACKS: dict[str, tuple[LayerSpec, ...]] = {
    "dense": (DenseSpec(units=8),),
    "noise and norm": (DenseSpec(units=8), BatchNormSpec(), DropoutSpec()),
    "convolution": (Conv2DSpec(filters=2), MaxPool2DSpec(), FlattenSpec(), DenseSpec(units=6)),
}


def frame_of(experiment: Experiment) -> Frame:
    trainer = Trainer(experiment, dataset=build(experiment.dataset))
    for _ in range(5):
        trainer.step()
    return Observer(trainer, 1).frame(Probe.OUTPUT, status=Status.PAUSED)


@pytest.mark.parametrize("stack", STACKS)
def test_images_are_read_as_the_run_reads_them(stack: str):
    spec = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=200)
    frame = frame_of(replace(default_experiment(DatasetKind.SKETCHED_DIGITS), dataset=spec, layers=STACKS[stack]))
    assert frame.example is not None
    before = frame.model.params.copy()
    answers = predict(frame.model, frame.dataset.test.raw[:3])
    assert answers.shape == (3, 10)
    assert answers.sum(axis=1) == pytest.approx(1)
    np.testing.assert_allclose(answers[0], frame.example.answer, rtol=1e-5)
    assert np.array_equal(frame.model.params, before)


def test_two_classes_and_values():
    for kind in (DatasetKind.XOR, DatasetKind.HILLS):
        frame = frame_of(default_experiment(kind))
        assert predict(frame.model, frame.dataset.test.raw).shape == (len(frame.dataset.test), 1)
    with pytest.raises(DataError, match="shape"):
        predict(frame.model, np.zeros((1, 3)))


def test_a_unit_that_is_off_stays_off():
    frame = frame_of(default_experiment(DatasetKind.XOR))
    points = frame.dataset.test.raw
    key = frame.model.layers[0].key
    off = predict(replace(frame.model, off={key: (0, 2)}), points)
    assert not np.array_equal(off, predict(frame.model, points))
