"""The worker: the same bits as a script, the newest picture, divergence, a clean end."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic

import numpy as np
import pytest
from workers import Start, answer, started

from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, LossKind, OptimizerKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec
from nnstudio.core.network.weights import Weights
from nnstudio.core.presets import default_experiment
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Frame, PlanePicture, Probe, Status
from nnstudio.core.run.worker import Worker
from nnstudio.core.training.trainer import Trainer

SPIRALS = default_experiment(DatasetKind.SPIRALS)


@pytest.fixture
def start() -> Iterator[Start]:
    with started() as start:
        yield start


def wait(worker: Worker, condition: Callable[[Frame], bool], seconds: float = 20) -> Frame:
    """The first frame that meets the condition."""
    end = monotonic() + seconds
    pause = threading.Event()
    while monotonic() < end:
        frame = worker.mailbox.take()
        if frame is not None and condition(frame):
            return frame
        pause.wait(0.005)
    raise AssertionError("no such frame")


def test_gives_the_same_bits_as_a_script(start: Start) -> None:
    worker = start(SPIRALS)
    worker.send(commands.Watch(Probe.NEURONS | Probe.OUTPUT | Probe.ACTIVATIONS | Probe.GRADIENTS))
    worker.send(commands.Play())
    wait(worker, lambda frame: frame.updates > 2000)
    worker.send(commands.Pause())
    frame = wait(worker, lambda frame: frame.status is Status.PAUSED)

    trainer = Trainer(SPIRALS)
    while trainer.updates < frame.updates:
        trainer.step()

    assert trainer.network.params.tobytes() == frame.params.tobytes()
    for ours, theirs in zip(
        (trainer.history.prefix().update, trainer.history.prefix().batch_loss, trainer.history.prefix().test_loss),
        (frame.history.update, frame.history.batch_loss, frame.history.test_loss),
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_a_changed_learning_rate_acts_on_the_very_next_update(start: Start) -> None:
    worker = start(SPIRALS)
    worker.send(commands.Step(10))
    frozen = replace(SPIRALS, training=replace(SPIRALS.training, learning_rate=1e-5, optimizer=OptimizerKind.SGD))
    worker.send(commands.Edit(frozen))
    worker.send(commands.Step(1))
    frame = wait(worker, lambda frame: frame.updates == 11)

    trainer = Trainer(SPIRALS)
    for _ in range(10):
        trainer.step()
    trainer.apply(frozen)
    trainer.step()
    assert trainer.network.params.tobytes() == frame.params.tobytes()
    assert frame.run == 1, "nothing was built anew"


def test_a_frame_does_not_change_while_training_goes_on(start: Start) -> None:
    worker = start(SPIRALS)
    worker.send(commands.Watch(Probe.NEURONS | Probe.OUTPUT))
    worker.send(commands.Play())
    frame = wait(worker, lambda frame: frame.updates > 100 and frame.picture is not None)
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.output is not None
    params, output, losses = frame.params.copy(), frame.picture.output.copy(), frame.history.batch_loss.copy()
    wait(worker, lambda later: later.updates > frame.updates + 1000)
    np.testing.assert_array_equal(params, frame.params)
    np.testing.assert_array_equal(output, frame.picture.output)
    np.testing.assert_array_equal(losses, frame.history.batch_loss)
    with pytest.raises(ValueError, match="read-only"):
        frame.params[0] = 1


@pytest.mark.parametrize(("keep", "updates"), [(True, 5), (False, 0)])
def test_an_edit_of_the_network_goes_on_or_starts_over(start: Start, keep: bool, updates: int) -> None:
    worker = start(SPIRALS)
    worker.send(commands.Step(5))
    worker.send(commands.Edit(replace(SPIRALS, layers=(DenseSpec(units=3),)), keep))
    frame = wait(worker, lambda frame: frame.run == 2)
    assert frame.updates == updates
    assert frame.model.layers[0].weights.shape == (2, 3)


def test_divergence_pauses_names_the_layer_and_keeps_finite_weights(start: Start) -> None:
    wild = Experiment(
        dataset=PlaneSpec(kind=DatasetKind.MOONS),
        layers=(DenseSpec(units=8, activation=ActivationKind.RELU),) * 2,
        training=TrainingSpec(learning_rate=0.03, l2=0),
    )
    worker = start(wild)
    worker.send(commands.Step(100))
    wait(worker, lambda frame: frame.updates == 100)
    params = np.full(wait_params(worker).shape, 1e20, np.float32)
    worker.send(commands.SetWeights(Weights(params)))
    worker.send(commands.Play())
    frame = wait(worker, lambda frame: frame.status is Status.DIVERGED)
    assert np.isfinite(frame.params).all()
    assert f"after update {frame.updates}:" in frame.message
    assert any(layer.name in frame.message for layer in frame.model.layers)
    assert frame.recovery == pytest.approx(0.003)


def wait_params(worker: Worker) -> np.ndarray:
    worker.send(commands.Pause())
    return wait(worker, lambda frame: True).params


def test_recovers_with_good_weights(start: Start) -> None:
    experiment = replace(
        SPIRALS,
        training=TrainingSpec(learning_rate=0.03, loss=LossKind.CROSS_ENTROPY),
        layers=(DenseSpec(units=8),),
    )
    worker = start(experiment)
    worker.send(commands.Step(2000))
    good = wait(worker, lambda frame: frame.updates == 2000)
    worker.send(commands.Edit(replace(experiment, training=replace(experiment.training, learning_rate=10, l2=10))))
    worker.send(commands.Step(300))
    wait(worker, lambda frame: frame.updates == 2300)
    worker.send(commands.Recover(0.001))
    assert answer(worker, 4).done
    worker.send(commands.Pause())
    frame = wait(worker, lambda frame: frame.commands == 5)
    assert frame.experiment.training.learning_rate == 0.001
    assert frame.metrics.train_loss <= good.history.train_loss[0]


def test_going_back_one_update_gives_the_bits_of_that_update(start: Start) -> None:
    worker = start(SPIRALS)
    worker.send(commands.Step(699))
    before = wait(worker, lambda frame: frame.updates == 699)
    slower = replace(SPIRALS, training=replace(SPIRALS.training, learning_rate=0.001))
    worker.send(commands.Edit(slower))
    worker.send(commands.Step(301))
    wait(worker, lambda frame: frame.updates == 1000)
    for _ in range(301):
        worker.send(commands.Back())
    back = wait(worker, lambda frame: frame.updates == 699)
    assert back.params.tobytes() == before.params.tobytes()
    assert back.history.update[-1] <= 699
    assert back.experiment == slower, "the settings stay where the user put them"


def test_keeps_the_running_experiment_when_the_data_cannot_be_had(start: Start) -> None:
    def no_images(_: ImageSpec) -> None:
        raise DataError("There is no MNIST here.")

    worker = Worker(SPIRALS, no_images)  # type: ignore[arg-type]
    worker.start()
    worker.send(commands.Step(3))
    worker.send(commands.Edit(default_experiment(DatasetKind.MNIST)))
    assert answer(worker, 2).refusal == "There is no MNIST here."
    frame = wait(worker, lambda frame: frame.commands == 2)
    assert frame.experiment == SPIRALS
    assert frame.updates == 3
    assert worker.stop()


def test_refuses_weights_that_do_not_fit(start: Start) -> None:
    worker = start(SPIRALS)
    worker.send(commands.Step(3))
    before = wait(worker, lambda frame: frame.updates == 3)
    worker.send(commands.SetWeights(Weights(np.zeros(7))))
    assert "7 parameters do not fit" in answer(worker, 2).refusal
    frame = wait(worker, lambda frame: frame.commands == 2)
    assert frame.status is Status.PAUSED
    assert frame.updates == 3
    assert frame.params.tobytes() == before.params.tobytes()


def test_a_reopened_network_predicts_the_same(start: Start) -> None:
    normalised = Experiment(layers=(DenseSpec(units=4), BatchNormSpec()))
    first, second = start(normalised), start(SPIRALS)
    first.send(commands.Step(30))
    frame = wait(first, lambda frame: frame.updates == 30)
    second.send(commands.Begin(normalised, frame.weights))
    assert answer(second, 1).done
    again = wait(second, lambda frame: frame.commands == 1)
    assert again.metrics == frame.metrics


def test_stops_in_the_middle_of_training(start: Start) -> None:
    worker = start(SPIRALS)
    worker.send(commands.Play())
    wait(worker, lambda frame: frame.updates > 0)
    assert worker.stop(timeout=2)


def test_a_run_of_edits_is_taken_up_as_one(start: Start) -> None:
    worker = Worker(SPIRALS)
    for units in (1, 2, 3, 4):
        worker.send(commands.Edit(replace(SPIRALS, layers=(DenseSpec(units=units),)), keep=False, merged=units > 1))
    worker.start()
    frame = wait(worker, lambda frame: frame.commands == 4)
    assert frame.run == 2, "one network was built for the start and one for the last edit"
    assert all(answer(worker, ticket).done for ticket in (1, 2, 3, 4))
    assert frame.model.layers[0].weights.shape == (2, 4)
    assert worker.stop()


@pytest.mark.parametrize("rule", [{"updates": 1234}, {"accuracy": 0.6}, {"seconds": 0.3}])
def test_a_met_rule_finishes_the_run_and_play_goes_on(start: Start, rule: dict[str, float]) -> None:
    worker = start(replace(SPIRALS, stopping=StoppingSpec(**rule)))
    worker.send(commands.Play())
    frame = wait(worker, lambda frame: frame.status is Status.FINISHED)
    assert frame.message.startswith("Stopped")
    if "updates" in rule:
        assert frame.updates == 1234
    worker.send(commands.Play())
    wait(worker, lambda later: later.updates > frame.updates + 100 and later.status is Status.LEARNING)


def test_steps_sent_before_the_first_picture_are_all_made(start: Start) -> None:
    worker = Worker(SPIRALS)
    worker.send(commands.Step(7))
    worker.send(commands.StepEpoch())
    worker.start()
    wait(worker, lambda frame: frame.commands == 2 and frame.updates == 25)
    assert worker.stop()


def test_a_paused_run_measures_over_all_training_examples(start: Start) -> None:
    many = replace(SPIRALS, dataset=PlaneSpec(kind=DatasetKind.SPIRALS, samples=20_000))
    worker = start(many)
    worker.send(commands.Step(5))
    frame = wait(worker, lambda frame: frame.updates == 5 and not frame.metrics.sampled)
    twin = Trainer(many)
    for _ in range(5):
        twin.step()
    assert frame.metrics == twin.evaluate(exact=True)
    assert worker.answer() is not None
    worker.send(commands.Step(1))
    wait(worker, lambda frame: frame.updates == 6 and not frame.metrics.sampled)
