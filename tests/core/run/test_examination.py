"""A diagnosis keeps still while a run learns, says at once what is measured when it rests, and is there when wanted."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from driven import PLANE, Driven
from same_state import assert_same

from nnstudio.core.data.dataset import build
from nnstudio.core.experiment import DenseSpec, Experiment, InitializationSpec, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, InitializerKind, LossKind, Task
from nnstudio.core.run import commands
from nnstudio.core.run.examination import ALLOWED, BELIEVED, LONGEST_PERIOD, PERIOD, Examination, constant_loss
from nnstudio.core.run.frame import Frame, LayerReading, Probe, Status
from nnstudio.core.run.layer_readings import NORMS_EVERY
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.diagnosis import Cause
from nnstudio.core.training.losses import LOSSES, loss_for, losses_for
from nnstudio.core.training.signs import LayerSigns
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.project import Project, load_project, save_project


def readings(first: float, last: float = 0.1) -> tuple[LayerReading, ...]:
    return tuple(
        LayerReading(name, signs=LayerSigns(key=key, name=name, gradient=gradient, ratio=0.001, size=1.0))
        for key, name, gradient in ((1, "Dense 1", first), (0, "Output", last))
    )


def cause(examination: Examination, first: float, *, learning: bool = True) -> Cause:
    found = examination.diagnosis(readings(first), 0.6, learning=learning)
    assert found is not None
    return found.cause


def test_another_cause_has_to_show_several_times_while_a_run_learns() -> None:
    examination = Examination(Trainer(PLANE))
    assert cause(examination, 0.1) is Cause.HEALTHY
    for _ in range(20):
        assert cause(examination, 0.0) is Cause.HEALTHY
        assert cause(examination, 0.1) is Cause.HEALTHY
    said = [cause(examination, 0.0) for _ in range(60)]
    assert said[:BELIEVED] == [Cause.HEALTHY] * BELIEVED
    assert said[-1] is Cause.VANISHING
    assert said == sorted(said, key=lambda each: each is Cause.VANISHING), "it changes once"
    assert examination.last is not None


def test_what_is_not_finite_is_said_as_soon_as_it_is_believed() -> None:
    examination = Examination(Trainer(PLANE))
    assert cause(examination, 0.1) is Cause.HEALTHY
    said = [cause(examination, float("inf")) for _ in range(BELIEVED)]
    assert said == [Cause.HEALTHY] * (BELIEVED - 1) + [Cause.DIVERGED]


def test_of_a_run_that_rests_what_is_measured_is_said() -> None:
    examination = Examination(Trainer(PLANE))
    assert cause(examination, 0.1) is Cause.HEALTHY
    assert cause(examination, 1e-6, learning=False) is Cause.VANISHING
    assert cause(examination, 0.1, learning=False) is Cause.HEALTHY


def test_an_edit_begins_the_examination_anew() -> None:
    trainer = Trainer(PLANE)
    examination = Examination(trainer)
    assert cause(examination, 0.1) is Cause.HEALTHY
    assert not examination.due(learning=True)
    trainer.apply(replace(PLANE, training=replace(PLANE.training, learning_rate=0.5)))
    assert examination.due(learning=True)
    assert cause(examination, 1e-6) is Cause.VANISHING


def test_after_an_edit_one_frame_is_examined_whoever_looks() -> None:
    trainer = Trainer(PLANE)
    examination = Examination(trainer)
    due = [examination.due(learning=True) for _ in range(3 * PERIOD)]
    trainer.apply(replace(PLANE, training=replace(PLANE.training, learning_rate=0.5)))
    again = [examination.due(learning=True) for _ in range(3 * PERIOD)]
    assert sum(again) == sum(due), "histograms alone are counted no more often than before"
    assert again[0]


def test_a_run_that_learns_is_examined_now_and_then() -> None:
    trainer = Trainer(PLANE)
    trainer.step(keep_change=True)
    observer = Observer(trainer, 1)

    def look() -> Frame:
        return observer.frame(Probe.GRADIENTS, status=Status.LEARNING)

    first = look()
    trainer.step(keep_change=True)
    signs, norms = [first.readings[0].signs], [first.readings[0].gradient_norm]
    while signs[-1] is signs[0]:
        frame = look()
        assert frame.diagnosis is not None
        signs.append(frame.readings[0].signs)
        norms.append(frame.readings[0].gradient_norm)
    assert len(signs) == PERIOD
    assert norms[NORMS_EVERY:] == [trainer.last_update[trainer.network.layers[0].key].gradient] * (PERIOD - NORMS_EVERY)
    assert norms[-1] != norms[0], "the norms are those of a moment ago"
    assert observer.frame(Probe.NOTHING).diagnosis is None
    assert observer.frame(Probe.NOTHING).readings[0].signs is None


def test_an_examination_that_costs_much_comes_less_often() -> None:
    examination = Examination(Trainer(PLANE))
    for seconds, period in ((1e-5, PERIOD), (12 * ALLOWED, 12), (60.0, LONGEST_PERIOD), (0.0, PERIOD)):
        examination.took(seconds)
        due = [examination.due(learning=True) for _ in range(10 * period + 1)]
        places = np.flatnonzero(due)
        assert set(np.diff(places[1:])) == {period}


def test_large_layers_are_examined_less_often() -> None:
    trainer = Trainer(replace(PLANE, layers=(DenseSpec(units=1000),) * 4))
    trainer.step(keep_change=True)
    observer = Observer(trainer, 1)
    signs = [observer.frame(Probe.GRADIENTS, status=Status.LEARNING).readings[0].signs for _ in range(90)]
    changes = sum(before is not after for before, after in pairwise(signs))
    assert 1 <= changes <= 90 // PERIOD // 2


def test_the_signs_of_each_unit_are_counted() -> None:
    init = InitializationSpec(kind=InitializerKind.NORMAL, sigma=10.0)
    layers = DenseSpec(units=5), DenseSpec(units=4, activation=ActivationKind.SIGMOID), DenseSpec(units=3)
    trainer = Trainer(replace(PLANE, layers=layers, initialization=init))
    frame = Observer(trainer, 1).frame(Probe.GRADIENTS)
    values = trainer.dataset.train.augmented
    params = trainer.network.blocks(trainer.network.params)
    for (_, block), reading in zip(params[:2], frame.readings, strict=False):
        signs = reading.signs
        assert signs is not None
        sums = values.astype(np.float64) @ block
        answers = np.tanh(sums) if signs.name == "Dense 1" else 1 / (1 + np.exp(-sums))
        place = answers if signs.name == "Dense 1" else 2 * answers - 1
        slopes = 1 - answers**2 if signs.name == "Dense 1" else answers * (1 - answers)
        assert signs.saturated == pytest.approx((np.abs(place) > 0.97).mean(axis=0), abs=1e-3)
        assert signs.worst is not None
        assert signs.worst.unit == np.argmax(signs.saturated)
        assert signs.worst.slope == pytest.approx(slopes.mean(axis=0)[signs.worst.unit], rel=1e-3, abs=1e-6)
        values = np.column_stack((answers, np.ones(len(answers))))
    last = frame.readings[-1].signs
    assert last is not None
    assert (last.saturated, last.worst, last.dead) == ((), None, ())


KINDS = {Task.BINARY: DatasetKind.CIRCLE, Task.MULTICLASS: DatasetKind.BLOBS, Task.REGRESSION: DatasetKind.SINE}


@pytest.mark.parametrize(("loss", "task"), [pair for pair in LOSSES if pair[1] in KINDS])
def test_no_constant_answer_is_much_better_than_the_one_that_counts_as_best(loss: LossKind, task: Task) -> None:
    dataset = build(PlaneSpec(kind=KINDS[task], samples=60, classes=3))
    made = loss_for(TrainingSpec(loss=loss), task)
    best = constant_loss(made, dataset.train.targets)
    wanted = made.targets(dataset.train.targets).T
    outputs = len(wanted)
    tried = [
        made.value(np.tile(np.array(level)[:, None], wanted.shape[1]).astype(np.float64), wanted.astype(np.float64))
        for level in ([0.0] * outputs, [0.5] * outputs, [-0.5] * outputs, [1.0] + [-1.0] * (outputs - 1))
    ]
    assert best <= min(tried) * 1.3, "a mean is not the best answer for every loss, but no bad one"
    if (loss, task) == (LossKind.CROSS_ENTROPY, Task.MULTICLASS):
        shares = wanted.mean(axis=1)
        assert best == pytest.approx(-(shares * np.log(shares)).sum())


# When a run rests -----------------------------------------------------------------------------------------------------


def complete(frame: Frame) -> bool:
    return all(layer.gradient_norm is not None and layer.update_ratio is not None for layer in frame.readings)


@pytest.fixture
def driven() -> Driven:
    driven = Driven(replace(PLANE, stopping=StoppingSpec(updates=300)))
    driven(commands.Play())
    while driven.run.busy:
        driven.run.work(1e18, lambda: False)
    driven(commands.Watch(Probe.GRADIENTS))
    return driven


def test_after_the_end_the_last_gradients_are_there_although_nobody_looked(driven: Driven) -> None:
    frame = driven.run.frame()
    assert frame.status is Status.FINISHED
    assert complete(frame)
    assert frame.diagnosis is not None


def test_after_a_way_back_they_are_those_of_then(driven: Driven) -> None:
    driven(commands.Back(7))
    frame = driven.run.frame()
    assert frame.updates == 293
    straight = Trainer(driven.experiment)
    for _ in range(292):
        straight.step()
    straight.step(keep_change=True)
    assert complete(frame)
    assert driven.run.trainer.last_update == straight.last_update


def test_undo_brings_back_those_of_the_state(driven: Driven) -> None:
    before = driven.run.trainer.last_update
    edit = replace(driven.experiment, layers=(DenseSpec(units=5, key=1),))
    answer = driven(commands.Edit(edit))
    assert answer is not None
    driven(commands.Step(3))
    assert driven.run.trainer.last_update != before
    driven(commands.PutBack(answer.ticket))
    assert driven.run.trainer.last_update == before
    assert complete(driven.run.frame())


def test_a_project_that_is_opened_again_has_them(driven: Driven, tmp_path: Path) -> None:
    before = driven.run.frame()
    save_project(tmp_path / "a.nns", Project(driven.experiment, driven.state()))
    state = load_project(tmp_path / "a.nns").state
    assert state is not None
    assert_same(state.last_update, driven.state().last_update)
    opened = Driven()
    opened(commands.Begin(state.experiment, state))
    opened(commands.Watch(Probe.GRADIENTS))
    after = opened.run.frame()
    assert [(layer.gradient_norm, layer.update_ratio) for layer in after.readings] == [
        (layer.gradient_norm, layer.update_ratio) for layer in before.readings
    ]
    assert after.diagnosis == before.diagnosis


def test_after_a_divergence_the_gradient_that_was_its_end_is_shown() -> None:
    exploding = Experiment(
        dataset=PlaneSpec(kind=DatasetKind.HILLS, samples=60),
        layers=(DenseSpec(units=8, activation=ActivationKind.RELU),) * 4,
        initialization=InitializationSpec(kind=InitializerKind.NORMAL, sigma=3.0),
        training=TrainingSpec(loss=LossKind.MEAN_SQUARED_ERROR, learning_rate=1.0),
    )
    driven = Driven(exploding)
    driven(commands.Watch(Probe.GRADIENTS))
    driven(commands.Step(50))
    frame = driven.run.frame()
    assert frame.status is Status.DIVERGED
    assert frame.diagnosis is not None
    assert frame.diagnosis.cause is Cause.DIVERGED
    # One cause, however it is said: where it began, and not every layer that it has reached since.
    title, sentence = frame.message.split(": ")
    what, kept = sentence.split(". ")
    assert frame.diagnosis.sentence == f"{what[0].upper()}{what[1:]}{title.removeprefix('Training diverged')}. {kept}"
    blamed = next(layer.name for layer in driven.run.trainer.network.layers if layer.key == frame.diagnosis.layer)
    assert f" of {blamed} became" in frame.message
    norms = [layer.gradient_norm for layer in frame.readings]
    assert None not in norms
    assert not np.isfinite(np.array(norms, float)).all()


def test_what_somebody_switched_off_is_not_dead_and_what_is_frozen_is_not_blamed() -> None:
    trainer = Trainer(replace(PLANE, layers=(DenseSpec(units=3, activation=ActivationKind.RELU),)))
    trainer.step(keep_change=True)
    network = trainer.network
    network.layers[0].params[-1] = -100  # its biases
    frozen = np.zeros(network.params.shape, np.bool_)
    frozen[: len(network.layers[0].params.ravel())] = True
    for off, dead in (({}, (0, 1, 2)), ({1: (0, 2)}, (1,))):
        network.lock(frozen, off)
        signs = Observer(trainer, 1).frame(Probe.GRADIENTS).readings[0].signs
        assert signs is not None
        assert (signs.dead, signs.frozen) == (dead, True)
    network.lock(None, {})
    unlocked = Observer(trainer, 1).frame(Probe.GRADIENTS).readings[0].signs
    assert unlocked is not None
    assert not unlocked.frozen


@pytest.mark.parametrize("kind", losses_for(Task.BINARY))
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("of_a_hundred", [90, 50, 13])
def test_no_constant_answer_is_better_than_the_best(kind: LossKind, smoothing: float, of_a_hundred: int) -> None:
    """Also for classes of different sizes: no logit of a fine grid does better."""
    loss = loss_for(TrainingSpec(loss=kind, label_smoothing=smoothing), Task.BINARY)
    truth = (np.arange(100) < of_a_hundred).astype(np.float64)[:, None]
    targets = loss.targets(truth).T
    on_a_grid = min(loss.value(np.full((1, 100), z), targets) for z in np.linspace(-6, 6, 1201))
    assert constant_loss(loss, truth) == pytest.approx(on_a_grid, abs=1e-4)
