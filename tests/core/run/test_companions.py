"""Runs that train beside the present one: each is what it would be alone, to the bit, and all stand at one update."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_edits import FIRST, LAYERS, LEARNING, SURGERY, Edit, no_images

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, LossKind, OptimizerKind
from nnstudio.core.network.surgery import SetParameter
from nnstudio.core.run import commands
from nnstudio.core.run.commands import Begin, Compare
from nnstudio.core.run.companions import Companion
from nnstudio.core.run.frame import Frame, PlanePicture, Probe, Status
from nnstudio.core.run.run import Run
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Diverged, Trainer
from tests.core.run.driven import PLANE, Driven, refused
from tests.same_state import assert_same

FASTER = replace(PLANE, training=replace(PLANE.training, optimizer=OptimizerKind.SGD, learning_rate=0.1))
WIDER = replace(PLANE, layers=(DenseSpec(units=5), DenseSpec(units=2)))
VALUES = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.HILLS, samples=40),
    layers=(DenseSpec(units=3, activation=ActivationKind.RELU),),
    training=TrainingSpec(optimizer=OptimizerKind.SGD, learning_rate=0.01, loss=LossKind.MEAN_SQUARED_ERROR),
)
EXPLODING = replace(VALUES, training=replace(VALUES.training, learning_rate=10.0))


def alone(experiment: Experiment, updates: int) -> RunState:
    """The state of a run of its own after so many updates."""
    trainer = Trainer(experiment)
    while trainer.updates < updates:
        trainer.step()
    return replace(trainer.state(), seconds=0)


def beside(driven: Driven, *others: Experiment) -> list[Companion]:
    answer = driven(Compare(tuple(map(Begin, others))))
    assert answer is not None
    assert answer.done, answer.refusal
    return companions(driven.run)


def companions(run: Run) -> list[Companion]:
    return list(run.companions._all)


def bits(companion: Companion) -> bytes:
    return companion.trainer.network.params.tobytes()


def output(frame: Frame) -> bytes:
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.output is not None
    return frame.picture.output.tobytes()


def assert_alone(companion: Companion, updates: int) -> None:
    """It is what it would be alone at this update, or where it would have ended before."""
    state, ended = replace(companion.trainer.state(), seconds=0), companion.ended
    assert_same(state, alone(companion.begun.experiment, state.updates))
    if ended is None:
        assert state.updates == updates
    else:
        assert state.updates <= updates
    if ended is not None and ended[0] is Status.DIVERGED:
        with pytest.raises(Diverged):
            alone(companion.begun.experiment, state.updates + 1)


# In step ------------------------------------------------------------------------------------------------------------


def test_each_makes_the_updates_that_it_would_make_alone() -> None:
    driven = Driven()
    others = beside(driven, FASTER, WIDER)
    for steps in (1, 7, 600):
        driven(commands.Step(steps))
        assert_same(replace(driven.state(), seconds=0), alone(PLANE, driven.run.trainer.updates))
        for companion in others:
            assert_alone(companion, driven.run.trainer.updates)


@pytest.mark.parametrize("on", [commands.Play(), commands.StepPhase()])
def test_who_comes_later_catches_up_before_the_run_goes_on(on: commands.Command) -> None:
    driven = Driven()
    driven(commands.Step(50))
    driven.run.obey(Compare((Begin(FASTER),)), 90)
    driven.run.obey(on, 91)
    (other,) = companions(driven.run)
    while other.updates < 50:
        assert driven.run.trainer.updates == 50
        assert not driven.run.trainer.under_way
        driven.run.work(inf, looks(3))
    driven(commands.Pause())
    assert_alone(other, driven.run.trainer.updates)


def looks(times: int) -> Callable[[], bool]:
    """Somebody wants something after so many looks between two updates."""
    left = iter(range(times))
    return lambda: next(left, None) is None


COMMANDS = st.one_of(
    st.builds(commands.Step, st.integers(1, 20)),
    st.builds(commands.Back, st.integers(1, 12)),
    st.builds(commands.Visit, st.none() | st.integers(0, 40), st.booleans()),
    st.builds(commands.Operate, SURGERY),
    st.sampled_from([commands.StepEpoch(), commands.StepPhase(), commands.Play(), commands.Pause()]),
    st.builds(commands.Pace, st.sampled_from([None, 1e5, 100.0, 9.0])),
    LEARNING | LAYERS,
    st.sampled_from(["restart", "undo", "look"]),
)
"""What may be asked for; an edit is one of the present run."""


def through_random_commands(mine: list[Edit], others: list[list[Edit]], asked: list[tuple[object, float]]) -> None:
    answers: dict[int, commands.Answer] = {}
    run = Run(no_images, lambda answer: answers.__setitem__(answer.ticket, answer))
    run.burst = 1e-4
    run.obey(Begin(edited(mine)))
    if not run.number:
        return  # it cannot be trained
    run.obey(Compare(tuple(Begin(edited(edits)) for edits in others)), 1)
    if not answers[1].done:
        assert not len(run.companions)
        return
    assert len(run.companions) == len(others)
    for ticket, (wanted, times) in enumerate(asked, 2):
        run.obey(command(run, wanted, ticket), ticket)
        run.work(inf, looks(100 if times == inf and run.playing else int(min(times, 10_000))))
    run.obey(commands.Pause(), 0)
    run.obey(commands.Pace(None), 0)
    while run.busy:
        run.work(inf, lambda: False)
    run.frame()
    for companion in companions(run):
        assert_alone(companion, run.trainer.updates)


def edited(edits: list[Edit]) -> Experiment:
    experiment = FIRST
    for edit in edits:
        there = edit(experiment)
        experiment = experiment if isinstance(there.dataset, ImageSpec) else there
    return experiment


def command(run: Run, wanted: object, ticket: int) -> commands.Command:
    now = run.trainer.experiment
    match wanted:
        case "restart":
            return Begin(now, playing=run.playing)
        case "undo":
            return commands.PutBack(ticket - 1)
        case "look":
            return commands.Watch(Probe.OUTPUT)
        case commands.Step() | commands.Back() | commands.Visit() | commands.Operate() | commands.Pace():
            return wanted
        case commands.StepEpoch() | commands.StepPhase() | commands.Play() | commands.Pause():
            return wanted
        case _:
            return commands.Edit(wanted(now))  # type: ignore[operator]


SPEEDS = st.sampled_from([inf, inf, 2, 17])


def random_commands(examples: int) -> None:
    edits = st.lists(LEARNING | LAYERS, max_size=4)
    asked = st.lists(st.tuples(COMMANDS, SPEEDS), min_size=3, max_size=25)
    test = given(edits, st.lists(edits, min_size=1, max_size=2), asked)(through_random_commands)
    settings(max_examples=examples)(test)()


def test_through_random_commands_each_is_what_it_would_be_alone() -> None:
    random_commands(12)


@pytest.mark.slow
def test_through_many_random_commands_each_is_what_it_would_be_alone() -> None:
    random_commands(250)


@pytest.mark.slow
def test_through_random_commands_in_the_middle_of_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every update takes long, and is interrupted in the middle."""
    monkeypatch.setattr("nnstudio.core.training.descent.examples_at_once", lambda layers: 2)
    random_commands(100)


def test_a_long_update_is_finished_before_the_run_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnstudio.core.training.descent.examples_at_once", lambda layers: 2)
    driven = Driven()
    (other,) = beside(driven, FASTER)
    run = driven.run
    pictured = run.frame().companions[0]
    run.obey(commands.Play(), 50)
    while not other.trainer.under_way:
        run.work(inf, looks(1))
    assert run.frame().companions[0] is pictured, "in the middle of an update there is nothing else to see"
    assert other.trainer.under_way
    run.obey(commands.Pause(), 51)
    while run.busy:
        run.work(inf, lambda: False)
    assert_alone(other, run.trainer.updates)
    assert run.trainer.updates > 0


def test_one_that_is_in_the_middle_of_an_update_goes_back_with_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnstudio.core.training.descent.examples_at_once", lambda layers: 2)
    driven = Driven()
    (other,) = beside(driven, FASTER)
    driven(commands.Step(3))
    run = driven.run
    run.obey(commands.Play(), 50)
    while not (other.trainer.under_way and other.updates == run.trainer.updates - 1 and not run.trainer.under_way):
        run.work(inf, looks(1))
    back = run.trainer.updates - 1
    driven(commands.Back(1))
    assert run.trainer.updates == back
    assert not other.trainer.under_way
    assert_alone(other, back)


def test_each_keeps_a_past_of_its_own() -> None:
    driven = Driven()
    (other,) = beside(driven, FASTER)
    driven(commands.Step(1_100))
    assert [state.updates for state in other.present.timeline.states] == [0, 512, 1_024]


# Equal runs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [None, 3])
def test_two_equal_runs_show_no_difference_in_any_frame(monkeypatch: pytest.MonkeyPatch, at_once: int | None) -> None:
    if at_once:
        monkeypatch.setattr("nnstudio.core.training.descent.examples_at_once", lambda layers: at_once)
    driven = Driven()
    driven(commands.Watch(Probe.OUTPUT))
    beside(driven, PLANE)
    run = driven.run
    run.obey(commands.Play(), 90)
    level = 0
    for number in range(300):
        run.work(inf, looks(1 + number % 7))
        if run.changing:
            continue
        frame = run.frame()
        (other,) = frame.companions
        assert frame.updates - other.updates in (0, 1)
        if frame.updates == other.updates:
            level += 1
            assert frame.params.tobytes() == other.params.tobytes()
            assert output(frame) == output(other)
            if other.measured_at == frame.measured_at:
                assert_same(other.metrics, frame.metrics)
            rows = min(len(frame.history), len(other.history))
            for name in ("update", "train_loss", "test_loss", "batch_loss"):
                assert_same(getattr(frame.history, name)[:rows], getattr(other.history, name)[:rows])
    assert level > 10


# One ends -----------------------------------------------------------------------------------------------------------


def test_one_that_diverges_ends_alone_and_says_so() -> None:
    driven = Driven(VALUES)
    exploding, other = beside(driven, EXPLODING, replace(VALUES, layers=()))
    driven(commands.Step(400))
    frame = driven.run.frame()
    assert frame.updates == 400
    assert frame.status is not Status.DIVERGED
    first, second = frame.companions
    assert first.status is Status.DIVERGED
    assert "update" in first.message
    assert first.updates < 400
    assert np.isfinite(first.params).all()
    assert second.status is frame.status
    for companion in (exploding, other):
        assert_alone(companion, 400)
    driven(commands.Back(399))
    assert driven.run.frame().companions[0].status is Status.PAUSED, "it is back before that"
    driven(commands.Step(20))
    assert driven.run.frame().companions[0].status is Status.DIVERGED


def test_when_the_run_diverges_the_others_rest_with_it() -> None:
    driven = Driven(EXPLODING)
    (other,) = beside(driven, VALUES)
    driven(commands.Step(400))
    assert driven.run.frame().status is Status.DIVERGED
    assert_alone(other, driven.run.trainer.updates)


def test_one_that_meets_its_rule_for_stopping_ends_alone() -> None:
    driven = Driven()
    (other,) = beside(driven, replace(FASTER, stopping=StoppingSpec(updates=30)))
    driven(commands.Step(100))
    assert other.updates == 30
    assert driven.run.trainer.updates == 100
    assert driven.run.frame().companions[0].status is Status.FINISHED


# What becomes of it -------------------------------------------------------------------------------------------------


def test_restart_and_new_weights_are_taken_up_by_all() -> None:
    driven = Driven()
    (other,) = beside(driven, FASTER)
    driven(commands.Step(40))
    driven(Begin(driven.experiment))
    assert other.updates == 0
    driven(commands.Step(10))
    assert_alone(other, 10)
    driven(commands.Edit(replace(driven.experiment, seed=7)))
    (other,) = companions(driven.run)
    assert other.begun.experiment == replace(FASTER, seed=7)
    assert other.updates == 0
    driven(commands.Step(10))
    driven(commands.PutBack(driven._ticket - 1))
    (other,) = companions(driven.run)
    assert other.begun.experiment == FASTER
    assert_alone(other, 10)


def test_other_first_weights_stay_their_own() -> None:
    driven = Driven()
    beside(driven, replace(PLANE, seed=5))
    driven(commands.Edit(replace(driven.experiment, seed=7)))
    assert companions(driven.run)[0].begun.experiment.seed == 5


def test_back_and_undo_lead_all_back() -> None:
    driven = Driven()
    (other,) = beside(driven, FASTER)
    driven(commands.Step(30))
    driven(commands.Edit(driven.training(learning_rate=0.3)))
    edit = driven._ticket
    driven(commands.Step(30))
    assert_alone(other, 60)
    driven(commands.PutBack(edit))
    assert_alone(other, 30)
    driven(commands.Back(10))
    assert_alone(other, 20)


def test_an_edit_of_the_run_touches_nobody_else() -> None:
    driven = Driven()
    (other,) = beside(driven, FASTER)
    driven(commands.Step(10))
    driven(commands.Edit(driven.training(learning_rate=0.3)))
    driven(commands.Edit(driven.layers(DenseSpec(units=4))))
    driven(commands.Operate(SetParameter(0, "bias", (0,), 2.0)))
    driven(commands.Step(10))
    assert_alone(other, 20)


@pytest.mark.parametrize(
    "command",
    [
        commands.Edit(replace(PLANE, dataset=replace(PLANE.dataset, noise=0.1))),
        Begin(replace(PLANE, layers=())),
        Begin(replace(PLANE, dataset=PlaneSpec(kind=DatasetKind.SPIRALS))),
        Compare(()),
    ],
)
def test_other_data_and_another_experiment_end_it(command: commands.Command) -> None:
    driven = Driven()
    beside(driven, FASTER)
    driven(command)
    assert not driven.run.frame().companions
    driven(commands.Step(3))
    assert driven.run.trainer.updates == 3


def test_who_is_there_already_goes_on() -> None:
    driven = Driven()
    (one,) = beside(driven, FASTER)
    driven(commands.Step(20))
    assert beside(driven, FASTER, WIDER)[0] is one
    two = companions(driven.run)[1]
    assert_alone(two, 20)
    assert beside(driven, WIDER) == [two]
    again = beside(driven, WIDER, WIDER)
    assert again[0] is two
    assert again[1] is not two


def test_what_cannot_be_had_changes_nothing() -> None:
    driven = Driven()
    (one,) = beside(driven, FASTER)
    driven(commands.Step(5))
    before = driven.state()
    assert refused(driven(Compare((Begin(WIDER), Begin(Experiment(dataset=ImageSpec()))))))
    assert companions(driven.run) == [one]
    assert_same(driven.state(), before)


def test_one_that_was_begun_further_on_waits_for_the_run() -> None:
    driven, trainer = Driven(), Trainer(FASTER)
    for _ in range(25):
        trainer.step()
    driven(Compare((Begin(FASTER, trainer.state()),)))
    (other,) = companions(driven.run)
    driven(commands.Step(10))
    assert other.updates == 25
    driven(commands.Step(30))
    assert_alone(other, 40)


def test_a_failure_ends_it() -> None:
    driven = Driven()
    beside(driven, FASTER)
    driven.run.fail(RuntimeError("a bug"))
    assert not driven.run.frame().companions


# The past, pictures, memory -----------------------------------------------------------------------------------------


def test_a_moment_of_the_past_is_that_of_all() -> None:
    driven = Driven()
    driven(commands.Watch(Probe.OUTPUT))
    (other,) = beside(driven, FASTER)
    driven(commands.Step(700))
    for update in (600, 513, 3):
        driven(commands.Visit(update, exact=True))
        shown = driven.run.frame().companions[0]
        assert shown.updates == update
        assert_same(shown.params.tobytes(), alone(FASTER, update).params.tobytes())
        assert shown.history.update[-1] == 700
    driven(commands.Visit(None))
    assert driven.run.frame().companions[0].updates == 700
    driven(commands.Visit(100, exact=True))
    driven(commands.Step(1))
    assert driven.run.frame().companions[0].updates == 701
    assert_alone(other, 701)


def test_their_pictures_are_taken_when_those_of_the_run_are() -> None:
    driven = Driven()
    beside(driven, FASTER)
    frame = driven.run.frame()
    for each in (frame, *frame.companions):
        assert isinstance(each.picture, PlanePicture)
        assert each.picture.output is None
    driven(commands.Watch(Probe.OUTPUT | Probe.NEURONS))
    picture = driven.run.frame().companions[0].picture
    assert isinstance(picture, PlanePicture)
    assert picture.output is not None
    assert picture.neurons is None


def test_at_rest_all_are_measured_over_all_examples() -> None:
    experiment = replace(PLANE, dataset=replace(PLANE.dataset, samples=5_000))
    driven = Driven(experiment)
    beside(driven, replace(experiment, layers=(DenseSpec(units=5),)))
    driven(commands.Step(3))
    frame = driven.run.frame()
    assert not frame.metrics.sampled
    assert not frame.companions[0].metrics.sampled


def test_their_pasts_keep_no_more_than_that_of_the_run_may() -> None:
    driven = Driven()
    others = beside(driven, FASTER, WIDER)
    driven(commands.Remember(1_000_000))
    assert [other.present.timeline.maximum for other in others] == [500_000, 500_000]
    driven(Compare((others[0].begun,)))
    assert others[0].present.timeline.maximum == 1_000_000
