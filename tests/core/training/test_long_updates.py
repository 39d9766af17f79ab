"""An update that takes long is made in pieces: the same mathematics, and at any piece as if it had never been begun."""

import threading
from collections.abc import Callable
from dataclasses import replace
from math import inf
from time import monotonic
from unittest.mock import Mock

import numpy as np
import pytest
from same_state import assert_same

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, LayerSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, OptimizerKind, ScheduleKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, Conv2DSpec, DropoutSpec, LayerNormSpec
from nnstudio.core.run import commands
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.run import Run
from nnstudio.core.run.worker import Worker
from nnstudio.core.training import descent
from nnstudio.core.training.trainer import Diverged, Trainer
from nnstudio.core.training.transfer import carried

DIGITS = Experiment(
    dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=300, shift=2),
    layers=(DenseSpec(key=1, units=40, activation=ActivationKind.TANH), LayerNormSpec(key=2)),
    training=TrainingSpec(
        optimizer=OptimizerKind.ADAM, batch_size=100, l2=1.0, clip_norm=0.5, schedule=ScheduleKind.PLATEAU
    ),
    stopping=StoppingSpec(patience=50),
)
AT_ONCE = 32


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mini-batches of more than 32 examples take long."""
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: AT_ONCE)


def with_layers(*layers: LayerSpec, **training: object) -> Experiment:
    return replace(DIGITS, layers=layers, training=replace(DIGITS.training, **training))  # type: ignore[arg-type]


def pieces(trainer: Trainer) -> int:
    """Make one update; in how many pieces."""
    count = 1
    while not trainer.advance():
        count += 1
    return count


@pytest.mark.parametrize("batch_size", [100, 60_000])
def test_the_parts_of_a_batch_add_up_to_the_whole(monkeypatch: pytest.MonkeyPatch, batch_size: int) -> None:
    experiment = replace(DIGITS, training=replace(DIGITS.training, batch_size=batch_size))
    whole = Trainer(experiment, dtype=np.float64)
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: AT_ONCE)
    parted = Trainer(experiment, dtype=np.float64)
    assert pieces(parted) > pieces(whole) + min(batch_size, 300) // AT_ONCE
    for _ in range(6):
        whole.step()
        parted.step(keep_change=True)
    np.testing.assert_allclose(parted.network.params, whole.network.params, rtol=0, atol=1e-12)
    np.testing.assert_allclose(parted.network.grads, whole.network.grads, rtol=0, atol=1e-12)
    ours, theirs = parted.history.prefix(), whole.history.prefix()
    np.testing.assert_allclose(ours.batch_loss, theirs.batch_loss, rtol=1e-12)
    np.testing.assert_allclose(ours.test_loss, theirs.test_loss, rtol=1e-12)
    assert parted.batches.seen == whole.batches.seen


@pytest.mark.parametrize("first", [[], [Conv2DSpec(key=7, filters=2)], [BatchNormSpec(key=7)]], ids=str)
def test_what_compares_examples_compares_those_of_all_parts(
    monkeypatch: pytest.MonkeyPatch, first: list[LayerSpec]
) -> None:
    norms = BatchNormSpec(key=2, momentum=0.8), DenseSpec(key=3, units=9), BatchNormSpec(key=4)
    experiment = with_layers(*first, DenseSpec(key=1, units=20), *norms)
    whole = Trainer(experiment, dtype=np.float64)
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: AT_ONCE)
    parted = Trainer(experiment, dtype=np.float64)
    for _ in range(5):
        whole.step()
        assert pieces(parted) > 4 * len(experiment.layers)
        np.testing.assert_allclose(parted.network.params, whole.network.params, rtol=0, atol=1e-11)
        np.testing.assert_allclose(parted.network.grads, whole.network.grads, rtol=0, atol=1e-11)
        np.testing.assert_allclose(parted.network.statistics, whole.network.statistics, rtol=1e-11)
    np.testing.assert_allclose(parted.history.prefix().batch_loss, whole.history.prefix().batch_loss, rtol=1e-11)


def test_a_part_of_a_single_example_counts_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = with_layers(DenseSpec(key=1, units=5), BatchNormSpec(key=2), batch_size=AT_ONCE + 1)
    whole = Trainer(experiment, dtype=np.float64)
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: AT_ONCE)
    parted = Trainer(experiment, dtype=np.float64)
    whole.step()
    parted.step()
    np.testing.assert_allclose(parted.network.statistics, whole.network.statistics, rtol=1e-12)
    np.testing.assert_allclose(parted.network.params, whole.network.params, rtol=0, atol=1e-12)


def test_an_evaluation_that_takes_long_is_made_in_pieces() -> None:
    experiment = with_layers(DenseSpec(key=1, units=100), batch_size=10)
    trainer = Trainer(experiment)
    assert not trainer.evaluation_is_cheap
    assert pieces(trainer) > len(trainer.dataset.test) // 512
    assert trainer.history.prefix().update[-1] == 1
    for _ in range(30):
        if pieces(trainer) == 1:
            return
    raise AssertionError("no update was short")


@pytest.mark.parametrize("kind", OptimizerKind)
@pytest.mark.usefixtures("short")
def test_whatever_was_done_of_an_update_is_taken_back(kind: OptimizerKind) -> None:
    layers = DIGITS.layers[0], DropoutSpec(key=2), BatchNormSpec(key=3)
    experiment = with_layers(*layers, optimizer=kind)
    taken, straight = Trainer(experiment), Trainer(experiment)
    for _ in range(3):
        taken.step(keep_change=True)
        straight.step(keep_change=True)
    before, grads, change, metrics = taken.state(), taken.network.grads.copy(), taken.change, taken.last_metrics
    evaluated_at = taken.evaluated_at
    whole = pieces(straight)
    assert whole > 2 * len(experiment.layers), "there and back, layer by layer"
    for done in range(1, whole):
        for _ in range(done):
            assert not taken.advance()
        assert taken.under_way
        assert_same(taken.state(), before)  # for whoever saves it just now
        taken.take_back()
        assert not taken.under_way
        assert_same(taken.state(), before)
        assert_same((taken.network.grads, taken.change, taken.last_metrics), (grads, change, metrics))
        assert taken.gradient_is_known
        assert taken.evaluated_at == evaluated_at
        assert taken.evaluate() == metrics
        taken.evaluated_at = evaluated_at
    for _ in range(3):
        pieces(taken)
    for _ in range(2):
        straight.step()
    assert_same(taken.state(), straight.state())


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    "do",
    [
        lambda trainer: trainer.apply(replace(DIGITS, training=replace(DIGITS.training, learning_rate=0.5))),
        lambda trainer: trainer.set_weights(trainer.network.weights()),
        lambda trainer: trainer.restore(trainer.state()),
    ],
)
def test_whatever_changes_a_trainer_takes_an_update_back_first(do: Callable[[Trainer], object]) -> None:
    interrupted, waited = Trainer(DIGITS), Trainer(DIGITS)
    for _ in range(7):
        assert not interrupted.advance()
    for trainer in (interrupted, waited):
        do(trainer)
        assert not trainer.under_way
        trainer.step()
    assert_same(interrupted.state(), waited.state())


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_whatever_ends_an_update_ends_it_as_if_it_had_never_begun(
    monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    interrupted, straight = Trainer(DIGITS), Trainer(DIGITS)
    interrupted.step()
    straight.step()
    before = interrupted.state()
    for place in ("descent.Descent._backpropagate", "losses.LossStage.backward"):
        with monkeypatch.context() as broken:
            broken.setattr(f"nnstudio.core.training.{place}", Mock(side_effect=error))
            with pytest.raises(error):
                interrupted.step()
        assert not interrupted.under_way
        assert interrupted.gradient_is_known
        assert_same(interrupted.state(), before)
    interrupted.step()
    straight.step()
    assert_same(interrupted.state(), straight.state())


@pytest.mark.usefixtures("short")
def test_what_a_rule_said_and_the_rate_are_taken_back_too() -> None:
    experiment = replace(DIGITS, stopping=StoppingSpec(updates=3))
    training = replace(DIGITS.training, schedule=ScheduleKind.EXPONENTIAL, schedule_period=0.5)
    trainer = Trainer(replace(experiment, training=training))
    for _ in range(3):
        trainer.step()
    known = trainer.stop_reason, trainer.learning_rate
    assert known[0]
    assert not trainer.advance()
    assert trainer.learning_rate != known[1]
    trainer.take_back()
    assert (trainer.stop_reason, trainer.learning_rate) == known
    assert not trainer.advance()
    trainer.train(1)
    assert trainer.updates == 6


@pytest.mark.usefixtures("short")
def test_other_data_begin_where_the_last_update_ended() -> None:
    waited, interrupted = Trainer(DIGITS), Trainer(DIGITS)
    fewer = replace(DIGITS, dataset=replace(DIGITS.dataset, images=250))
    for trainer in (waited, interrupted):
        trainer.step()
    assert not interrupted.advance()
    there = [carried(trainer, fewer, Trainer(fewer).dataset).state() for trainer in (waited, interrupted)]
    assert_same(*there)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("part", [0, 2])
def test_a_divergence_in_any_part_changes_nothing(part: int) -> None:
    experiment = replace(DIGITS, training=replace(DIGITS.training, batch_size=60_000, clip_norm=0.0))
    dataset = Trainer(experiment).dataset
    augmented = dataset.train.augmented.copy()
    augmented[part * AT_ONCE + 3] = np.inf
    broken = replace(dataset, train=replace(dataset.train, augmented=augmented), spec=replace(dataset.spec))
    trainer = Trainer(experiment, dataset=broken)
    trainer.gradient_is_known = True
    before = trainer.state()
    for _ in range(2):
        with pytest.raises(Diverged, match="in the first update: the activations of"):
            trainer.step()
        assert not trainer.under_way
        assert not trainer.gradient_is_known
        assert not np.isfinite(trainer.last_update[1].gradient)
        assert_same(trainer.state(), before)


# In a run -------------------------------------------------------------------------------------------------------------


def busy_run(*asked: commands.Command) -> tuple[Run, dict[int, commands.Answer]]:
    """A run that has made four updates and is in the middle of the fifth."""
    answers: dict[int, commands.Answer] = {}
    run = Run(outbox=lambda answer: answers.__setitem__(answer.ticket, answer))
    for command in (commands.Begin(DIGITS), commands.Step(4)):
        run.obey(command)
        run.work(inf, lambda: False)
    for command in asked or (commands.Play(),):
        run.obey(command)
    for _ in range(8):
        look = iter((False, True))
        run.work(inf, lambda look=look: next(look))
    assert run.under_way
    return run, answers


@pytest.mark.usefixtures("short")
def test_a_pause_comes_between_two_updates() -> None:
    run, _ = busy_run()
    run.obey(commands.Watch(Probe.GRADIENTS))
    run.obey(commands.LookAt(Chosen(SplitName.TEST, 3)))
    assert run.under_way, "whoever only looks interrupts nothing"
    run.obey(commands.Pause())
    straight = Trainer(DIGITS)
    for _ in range(4):
        straight.step()
    assert not run.under_way
    assert_same(replace(run.trainer.state(), seconds=0.0), straight.state())
    assert run.frame().updates == 4


@pytest.mark.usefixtures("short")
def test_what_is_saved_in_the_middle_is_the_state_before_and_the_update_goes_on() -> None:
    run, answers = busy_run()
    run.obey(commands.Save(), 7)
    state = answers[7].state
    assert state is not None
    assert state.updates == 4
    assert run.under_way
    resumed = Trainer.resumed(state)
    resumed.step()
    while run.under_way:
        run.work(inf, lambda run=run: not run.under_way)
    assert run.trainer.network.params.tobytes() == resumed.network.params.tobytes()


@pytest.mark.usefixtures("short")
def test_whoever_asks_for_more_steps_does_not_lose_the_one_under_way() -> None:
    run, _ = busy_run(commands.Step(1))
    run.obey(commands.Step(1))
    assert run.under_way
    run.work(inf, lambda: False)
    assert run.trainer.updates == 6


@pytest.mark.usefixtures("short")
def test_the_worker_goes_on_with_an_update_whoever_looks_on() -> None:
    worker = Worker(replace(DIGITS, training=replace(DIGITS.training, batch_size=60_000)))
    worker.start()
    tickets: list[int] = []
    for number in range(1, 30):
        tickets.append(worker.send(commands.Step(1)))
        worker.send(commands.Watch(Probe.GRADIENTS if number % 2 else Probe.NOTHING))
        threading.Event().wait(0.001 * (number % 4))
    saved, end = worker.send(commands.Save()), monotonic() + 20
    frame, made = None, list[bool]()
    while (frame is None or frame.updates < sum(made) or len(made) < 29) and monotonic() < end:
        frame = worker.mailbox.take() or frame
        answer = worker.answer()
        if answer is not None and answer.ticket in tickets:
            made.append(answer.done)
        threading.Event().wait(0.002)
    assert worker.stop()
    assert frame is not None
    assert (frame.updates, frame.commands) == (sum(made), saved)
    assert 4 <= sum(made) <= 29, "of steps that are asked for faster than they are made a few wait"


@pytest.mark.usefixtures("short")
def test_a_slider_acts_on_the_update_that_was_under_way() -> None:
    run, _ = busy_run()
    slower = replace(DIGITS, training=replace(DIGITS.training, learning_rate=1e-4))
    run.obey(commands.Edit(slower))
    assert not run.under_way
    assert run.playing
    while run.trainer.updates < 5 or run.under_way:
        run.work(inf, lambda: run.trainer.updates >= 5 and not run.under_way)
    straight = Trainer(DIGITS)
    for _ in range(4):
        straight.step()
    straight.apply(slower)
    straight.step()
    assert run.trainer.network.params.tobytes() == straight.network.params.tobytes()


@pytest.mark.usefixtures("short")
def test_a_way_back_over_long_updates_and_edits_gives_the_bits_of_then() -> None:
    run, _ = busy_run(commands.Step(3))
    run.work(inf, lambda: False)
    run.obey(commands.Edit(replace(DIGITS, layers=(DIGITS.layers[0], DIGITS.layers[1], DenseSpec(units=9)))))
    bits: list[bytes] = []
    for _ in range(3):
        run.obey(commands.Step())
        run.work(inf, lambda: False)
        bits.append(run.trainer.network.params.tobytes())
    run.obey(commands.Back(2))
    run.work(inf, lambda: False)
    assert (run.trainer.updates, run.trainer.network.params.tobytes()) == (8, bits[0])
    run.obey(commands.Step())
    run.work(inf, lambda: False)
    assert run.trainer.network.params.tobytes() == bits[1]
