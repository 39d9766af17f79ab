"""Playing at a pace: evenly, phase by phase where there is time to see it, and never in anybody's way."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from math import inf
from time import monotonic, perf_counter

import numpy as np
import pytest
from driven import PLANE, Driven, refused
from same_state import assert_same
from workers import Start, answer, started

from nnstudio.core.experiment import DenseSpec, StoppingSpec
from nnstudio.core.network.surgery import SetParameter
from nnstudio.core.run import beats, commands, speed
from nnstudio.core.run import run as run_module
from nnstudio.core.run.beats import BURST, Beats
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer


class Clock:
    """A clock that stands where it was put."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (beats, speed, run_module):
        monkeypatch.setattr(module, "perf_counter", clock)
    return clock


def played(driven: Driven, clock: Clock, seconds: float) -> list[Frame]:
    """What there is to see when it plays for so long, woken only when it wants to be."""
    frames, end = [], clock.now + seconds
    while clock.now < end and driven.run.busy:
        driven.run.work(inf, lambda: False)
        frames.append(driven.run.frame())
        clock.now += min(driven.run.rest, 1.0)
    return frames


@pytest.mark.parametrize("pace", [10.0, 30.0, 100.0, 1000.0])
def test_updates_come_evenly_and_in_bursts_where_they_are_close(clock: Clock, pace: float) -> None:
    driven = Driven()
    driven(commands.Pace(pace))
    driven(commands.Play())
    frames = played(driven, clock, 5)
    assert frames[-1].updates == pytest.approx(5 * pace, rel=0.02, abs=1)
    assert frames[-1].updates_per_second == pytest.approx(pace, rel=0.05)
    assert frames[-1].status is Status.LEARNING
    assert len(frames) == pytest.approx(5 * min(pace, 1 / BURST), rel=0.02, abs=1)
    steps = np.diff([frame.updates for frame in frames])
    assert (abs(steps - max(pace * BURST, 1)) <= 1).all()
    assert all(frame.phase is None for frame in frames)


@pytest.mark.parametrize("pace", [1.0, 4.0, 9.9])
def test_below_ten_a_second_every_phase_is_seen(clock: Clock, pace: float) -> None:
    driven = Driven()
    driven(commands.Pace(pace))
    driven(commands.Play())
    frames = played(driven, clock, 6)
    count = len(frames)
    assert [frame.phase for frame in frames] == (list(Phase) * count)[:count]
    assert frames[-1].updates == pytest.approx(6 * pace, abs=1)
    assert frames[-1].updates_per_second == pytest.approx(pace, rel=0.02)
    for frame in frames[:8]:
        assert frame.phased is not None
        assert frame.updates == (frames.index(frame) + 1) // len(Phase)
    straight = Trainer(PLANE)
    for _ in range(frames[-1].updates):
        straight.step()
    assert driven.run.trainer.state().params.tobytes() == straight.network.params.tobytes()


def test_whoever_cannot_keep_the_pace_does_not_run_after_it(clock: Clock) -> None:
    made = Beats(10)
    for number in range(1, 4):
        assert made.next() == pytest.approx(100 + number / 10)
        clock.now = 100 + number / 10
    clock.now += 60
    late = 0
    while made.next() <= clock.now:
        late += 1
    assert late <= 2


def test_the_pace_changes_while_it_plays_and_outlives_other_networks(clock: Clock) -> None:
    driven = Driven()
    driven(commands.Play())
    driven.run.work(clock.now + 1e-9, lambda: driven.run.trainer.updates > 20)
    driven(commands.Pace(1.0))
    assert driven.run.playing
    updates = driven.run.trainer.updates
    assert played(driven, clock, 3)[-1].updates == updates + 3
    driven(commands.Begin(replace(PLANE, seed=5), playing=True))
    assert played(driven, clock, 3)[-1].updates == 3
    driven(commands.Pace(None))
    assert driven.run.rest == 0
    driven.run.work(inf, lambda: driven.run.trainer.updates > 100)
    assert driven.run.trainer.updates > 100
    assert driven.run.frame().phase is None


def test_a_change_of_pace_completes_what_is_under_way(clock: Clock) -> None:
    driven = Driven()
    driven(commands.Pace(1.0))
    driven(commands.Play())
    played(driven, clock, 0.4)
    assert driven.run.trainer.under_way
    driven(commands.Pace(100.0))
    driven.run.work(inf, lambda: False)
    assert (driven.run.trainer.updates, driven.run.trainer.under_way) == (1, False)


def test_looking_at_the_gradients_makes_no_update_out_of_turn(clock: Clock) -> None:
    driven = Driven()
    driven(commands.Watch(Probe.GRADIENTS))
    for pace in (1.0, 20.0):
        driven(commands.Pace(pace))
        driven(commands.Play())
        before = driven.run.trainer.updates
        frames = played(driven, clock, 2)
        assert frames[-1].updates - before == pytest.approx(2 * pace, abs=1)
        assert pace > 1 or [frame.phase for frame in frames[:4]] == list(Phase)
        assert all(layer.update_ratio is not None for layer in frames[-1].readings)


@pytest.mark.parametrize("pace", [0.0, -1.0, inf, float("nan")])
def test_what_is_no_pace(pace: float) -> None:
    with pytest.raises(ValueError, match="no pace"):
        commands.Pace(pace)


# One phase as a step --------------------------------------------------------------------------------------------------


def test_phases_one_by_one_make_an_update() -> None:
    driven, straight = Driven(), Trainer(PLANE)
    for _ in range(3):
        for phase in Phase:
            answered = driven(commands.StepPhase())
            assert answered is not None
            assert answered.done
            frame = driven.run.frame()
            assert (frame.phase, frame.status) == (phase, Status.PAUSED)
            assert driven.run.shown
            assert not driven.run.busy
        straight.step(keep_change=True)
        assert_same(driven.state().params, straight.state().params)
        assert driven.run.trainer.updates == straight.updates


@pytest.mark.parametrize("command", [commands.Step(), commands.StepEpoch(), commands.Play()])
def test_who_goes_on_completes_the_update_first(command: commands.Command) -> None:
    driven, straight = Driven(), Driven()
    driven(commands.StepPhase())
    driven(commands.StepPhase())
    for each in (driven, straight):
        each(command)
        if each.run.playing:
            each.run.work(inf, lambda each=each: each.run.trainer.updates >= 5 and not each.run.trainer.under_way)
            each(commands.Pause())
    assert driven.run.trainer.updates == straight.run.trainer.updates
    assert driven.bits == straight.bits
    assert driven.run.frame().phase is None


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_whatever_changes_what_is_trained_takes_the_update_back(steps: int) -> None:
    def then(driven: Driven, command: commands.Command) -> None:
        driven(commands.Step(3))
        for _ in range(steps if driven is phased else 0):
            driven(commands.StepPhase())
        driven(command)

    edits = (
        replace(PLANE, training=replace(PLANE.training, learning_rate=0.3)),
        replace(PLANE, layers=(DenseSpec(units=6, key=1),)),
        PLANE,
    )
    for command in (*map(commands.Edit, edits), commands.Pause()):
        phased, straight = Driven(), Driven()
        then(phased, command)
        then(straight, command)
        assert phased.run.frame().phase is None
        assert not phased.run.trainer.under_way
        for each in (phased, straight):
            each(commands.Step(2))
        assert phased.bits == straight.bits


def test_who_only_looks_or_saves_leaves_it_in_its_phase() -> None:
    driven = Driven()
    driven(commands.Step(2))
    before = driven.state()
    driven(commands.StepPhase())
    driven(commands.StepPhase())
    driven(commands.Watch(Probe.GRADIENTS | Probe.ACTIVATIONS | Probe.OUTPUT))
    saved = driven(commands.Save())
    driven(commands.Pace(2.0))
    assert saved is not None
    assert saved.state is not None
    assert_same(replace(saved.state, seconds=0.0), replace(before, seconds=0.0))
    frame = driven.run.frame()
    assert (frame.phase, frame.updates) == (Phase.LOSS, 2)
    driven(commands.StepPhase())
    assert driven.run.frame().phase is Phase.BACKWARD


def test_what_is_refused_leaves_it_in_its_phase() -> None:
    driven = Driven()
    driven(commands.StepPhase())
    answered = driven(commands.PutBack(9999))
    assert answered is not None
    assert not answered.done
    assert driven.run.frame().phase is Phase.FORWARD
    driven(commands.StepPhase())
    assert driven.run.frame().phase is Phase.LOSS


@pytest.mark.parametrize("steps", range(1, len(Phase) + 1))
def test_what_is_refused_after_it_took_the_update_back_shows_no_phase_of_it(steps: int) -> None:
    driven = Driven()
    for _ in range(steps):
        driven(commands.StepPhase())
    refused(driven(commands.Operate(SetParameter(0, "bias", (0,), inf))))
    made = steps == len(Phase)
    frame = driven.run.frame()
    assert (frame.updates, frame.phase) == ((1, Phase.UPDATE) if made else (0, None))
    driven(commands.StepPhase())
    assert driven.run.frame().phase is Phase.FORWARD


def test_a_step_back_takes_back_the_phases_first() -> None:
    driven = Driven()
    driven(commands.Step(5))
    bits = driven.bits
    driven(commands.StepPhase())
    driven(commands.StepPhase())
    driven(commands.Back())
    assert (driven.run.trainer.updates, driven.bits) == (5, bits)
    assert driven.run.frame().phase is None
    driven(commands.Back())
    assert driven.run.trainer.updates == 4


def test_a_rule_ends_the_run_with_the_phase_that_met_it() -> None:
    driven = Driven(replace(PLANE, stopping=StoppingSpec(updates=1)))
    for _ in Phase:
        driven(commands.StepPhase())
    frame = driven.run.frame()
    assert (frame.status, frame.phase, frame.updates) == (Status.FINISHED, Phase.UPDATE, 1)


# With the thread ------------------------------------------------------------------------------------------------------


@pytest.fixture
def start() -> Iterator[Start]:
    with started() as start:
        yield start


def frames_of(worker: object, seconds: float) -> list[Frame]:
    """The pictures of so many seconds, each once."""
    frames: list[Frame] = []
    end, pause = monotonic() + seconds, threading.Event()
    while monotonic() < end:
        frame = worker.mailbox.take()  # type: ignore[attr-defined]
        frames += [frame] if frame is not None else []
        pause.wait(0.002)
    return frames


@pytest.mark.slow
def test_a_slow_run_answers_at_once_and_its_phases_are_seen(start: Start) -> None:
    worker = start(PLANE)
    worker.send(commands.Pace(1.0))
    answer(worker, worker.send(commands.Play()))
    frames = frames_of(worker, 1.3)
    phases = [phase for phase, _ in groupby(frame.phase for frame in frames if frame.phase is not None)]
    assert phases[:4] == list(Phase)
    assert len(frames) < 30, "it sleeps in between"
    began = perf_counter()
    paused = answer(worker, worker.send(commands.Pause()))
    assert paused.done
    assert perf_counter() - began < 0.2, "a phase takes 250 ms"
    last = frames_of(worker, 0.3)[-1]
    assert (last.status, last.phase) == (Status.PAUSED, None)


@pytest.mark.slow
def test_a_quick_run_keeps_its_pace_with_pictures(start: Start) -> None:
    worker = start(PLANE)
    worker.send(commands.Pace(100.0))
    answer(worker, worker.send(commands.Play()))
    frames = frames_of(worker, 1.5)
    assert len(frames) > 15
    assert 50 <= frames[-1].updates <= 160
