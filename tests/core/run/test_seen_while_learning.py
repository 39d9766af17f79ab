"""What is looked at more seldom, or more coarsely, while a run learns, and wholly when it rests."""

import numpy as np
import pytest

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.examination import PERIOD
from nnstudio.core.run.frame import Histogram, PlanePicture, Probe, Status
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer


@pytest.fixture
def trainer() -> Trainer:
    return Trainer(default_experiment(DatasetKind.SPIRALS))


@pytest.mark.parametrize(
    ("status", "side"),
    [(Status.READY, 100), (Status.PAUSED, 100), (Status.FINISHED, 100), (Status.DIVERGED, 100), (Status.LEARNING, 56)],
)
def test_the_boundary_is_coarse_while_the_run_learns_and_fine_when_it_rests(
    trainer: Trainer, status: Status, side: int
) -> None:
    observer = Observer(trainer, 1)
    for wanted, shown in ((None, side), (31, 31), (None, side)):
        picture = observer.frame(Probe.OUTPUT, status=status, resolution=wanted).picture
        assert isinstance(picture, PlanePicture)
        assert picture.output is not None
        assert picture.output.shape == (1, shown, shown)


def histograms(observer: Observer, probes: Probe, status: Status = Status.LEARNING) -> list[Histogram | None]:
    return [reading.histogram for reading in observer.frame(probes, status=status).readings]


def test_values_are_counted_in_every_so_many_frames_of_a_run_that_learns(trainer: Trainer) -> None:
    observer = Observer(trainer, 1)
    counted = histograms(observer, Probe.ACTIVATIONS)
    assert None not in counted
    for frame in range(2, 2 * PERIOD + 1):
        trainer.step()
        now = histograms(observer, Probe.ACTIVATIONS)
        same = [a is b for a, b in zip(now, counted, strict=True)]
        assert same == [frame % PERIOD != 0] * len(same), frame
        counted = now


def test_values_are_counted_at_once_for_whoever_begins_to_look(trainer: Trainer) -> None:
    """Also in a frame that is not one to be examined."""
    observer = Observer(trainer, 1)
    assert histograms(observer, Probe.GRADIENTS) == [None] * 3
    trainer.step()
    counted = histograms(observer, Probe.ACTIVATIONS)
    fresh = histograms(Observer(trainer, 2), Probe.ACTIVATIONS)
    for one, other in zip(counted, fresh, strict=True):
        assert one is not None
        assert other is not None
        np.testing.assert_array_equal(one.counts, other.counts)


def test_values_are_counted_in_every_frame_of_a_run_that_rests(trainer: Trainer) -> None:
    observer = Observer(trainer, 1)
    before = histograms(observer, Probe.ACTIVATIONS, Status.PAUSED)
    trainer.network.params[:] = 0
    after = histograms(observer, Probe.ACTIVATIONS, Status.PAUSED)
    for one, other in zip(before, after, strict=True):
        assert one is not None
        assert other is not None
        assert np.count_nonzero(one.counts) > np.count_nonzero(other.counts) == 1
