"""A moment of the past in the place of now: what it shows, that the run does not notice, and what branches from it."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.network.surgery import SetParameter
from nnstudio.core.run import commands
from nnstudio.core.run.example import SplitName
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.run import Run
from nnstudio.core.run.timeline import INTERVAL
from tests.core.run.driven import PLANE, Driven, refused
from tests.same_state import assert_same

ALL = Probe.NEURONS | Probe.OUTPUT | Probe.ACTIVATIONS | Probe.GRADIENTS | Probe.LOSSES | Probe.SUMS


def timeless(driven: Driven) -> object:
    return replace(driven.state(), seconds=0)


@pytest.fixture(scope="module")
def bits() -> dict[int, bytes]:
    """The parameters of a run that nobody looks at, at each of its updates."""
    driven, found = Driven(), {}
    for update in range(1_300):
        found[update] = driven.bits
        driven.run.trainer.step()
    return found


def visited(driven: Driven, update: int | None, exact: bool = True) -> Frame:
    answer = driven(commands.Visit(update, exact))
    assert answer is not None
    assert answer.done, answer.refusal
    return driven.run.frame()


def test_what_is_kept_is_there_at_once_and_everything_else_to_the_bit(bits: dict[int, bytes]) -> None:
    driven = Driven()
    driven(commands.Step(1_200))
    now = timeless(driven)
    near = visited(driven, 600, exact=False)
    assert near.updates == INTERVAL
    assert near.visit is not None
    assert (near.visit.update, near.visit.exact, near.visit.replayed, near.visit.progress) == (600, False, False, None)
    for update in (600, 599, 1, 0, 1_199, INTERVAL):
        frame = visited(driven, update)
        assert frame.updates == update
        assert frame.params.tobytes() == bits[update]
        assert frame.visit is not None
        assert frame.visit.exact
        assert frame.visit.replayed == (update not in (0, INTERVAL))
    assert visited(driven, -5).updates == 0, "nothing is before the beginning"
    for update in (None, 1_200, 10_000):
        frame = visited(driven, update)
        assert frame.visit is None
        assert frame.params.tobytes() == bits[1_200]
    assert_same(timeless(driven), now)


@pytest.mark.slow
def test_a_thousand_random_visits_change_nothing() -> None:
    """While it trains and while it rests, with all pictures looked at, replays cut off in the middle among them."""
    random, looked, quiet = np.random.default_rng(3), Driven(), Driven()
    looked(commands.Watch(ALL))
    for driven in (looked, quiet):
        driven(commands.Step(1_000))
        driven(commands.Edit(driven.training(learning_rate=0.05)))
        driven(commands.Edit(driven.layers(DenseSpec(units=3), DenseSpec(units=2))))
        driven(commands.Step(1_100))
    run, shown = looked.run, set[int]()
    for number in range(1_000):
        update = int(random.integers(-10, 2_200))
        run.obey(commands.Visit(update, exact=bool(random.integers(4) == 0)), 100 + number)
        for _ in range(int(random.integers(3))):
            run.work(0.0, lambda: False)
        if number % 10 == 0:
            shown.add(run.frame().updates)
        if number % 100 == 0:
            looked(commands.Visit(None))
            for driven in (looked, quiet):
                driven(commands.Step(3))
    assert len(shown) > 5
    looked(commands.Visit(None))
    assert_same(timeless(looked), timeless(quiet))
    for driven in (looked, quiet):
        driven(commands.Step(50))
    assert_same(timeless(looked), timeless(quiet))


def played(run: Run, until: int) -> None:
    for target in range(run.trainer.updates + 20, until + 20, 20):
        while run.trainer.updates < target:
            run.work(inf, lambda target=target: run.trainer.updates >= target)


def test_the_run_trains_on_while_its_past_is_looked_at(bits: dict[int, bytes]) -> None:
    driven = Driven()
    run = driven.run
    driven(commands.Step(700))
    driven(commands.Play())
    run.obey(commands.Visit(300, exact=True), 50)
    played(run, 1_250)
    frame = run.frame()
    assert (frame.updates, frame.params.tobytes()) == (300, bits[300])
    assert frame.status is Status.LEARNING
    assert frame.now == (run.number, run.trainer.updates)
    assert frame.history.update[-1] > 1_000, "the curves stay whole"
    assert driven.answers[50].done
    run.obey(commands.Pause(), 51)
    assert run.frame().visit is not None, "to pause is not to come back"
    assert run.frame().status is Status.PAUSED
    assert run.trainer.network.params.tobytes() == bits[run.trainer.updates]


def test_only_the_newest_visit_counts() -> None:
    driven = Driven()
    driven(commands.Step(1_000))
    run = driven.run
    run.obey(commands.Visit(900, exact=True), 20)
    assert 20 not in driven.answers
    on_its_way = run.frame().visit
    assert on_its_way is not None
    assert on_its_way.progress == 0
    run.obey(commands.Visit(100, exact=True), 21)
    assert refused(driven.answers[20])
    run.work(inf, lambda: False)
    assert driven.answers[21].done
    assert run.frame().updates == 100
    run.obey(commands.Visit(950, exact=True), 22)
    run.obey(commands.Visit(None), 23)
    assert refused(driven.answers[22])
    assert not run.busy
    assert run.frame().updates == 1_000


def test_network_curves_and_settings_are_each_of_their_time() -> None:
    """Before an edit of the layers: the network of then, under a number of its own; the curves and marks of now."""
    driven = Driven()
    driven(commands.Watch(ALL))
    driven(commands.Step(100))
    driven(commands.Edit(driven.layers(DenseSpec(units=5))))
    driven(commands.Step(100))
    now = driven.run.frame()
    then = visited(driven, 50)
    assert then.experiment == PLANE
    assert then.run != now.run == then.now[0]
    assert then.params.size < now.params.size
    assert then.history.update[-1] == now.history.update[-1]
    assert then.marks == now.marks
    assert then.bands is not None
    assert now.bands is not None
    assert then.bands.updates.tolist() == now.bands.updates.tolist(), "nothing is recorded by looking back"
    assert then.losses is not None
    assert then.readings[0].histogram is not None
    assert visited(driven, 150).run == now.run
    assert visited(driven, 40).run not in (now.run, 0)


def test_at_an_edit_the_moment_before_it_is_shown(bits: dict[int, bytes]) -> None:
    driven = Driven()
    driven(commands.Step(100))
    driven(commands.Operate(SetParameter(0, "bias", (0,), 4.0)))
    driven(commands.Operate(SetParameter(0, "bias", (0,), 5.0)))
    driven(commands.Step(10))
    assert visited(driven, 100).params.tobytes() == bits[100]
    assert visited(driven, 100, exact=False).params.tobytes() == bits[100]


def test_an_edit_is_refused_while_the_past_is_shown_and_what_trains_leads_back_to_now() -> None:
    driven = Driven()
    driven(commands.Step(300))
    visited(driven, 200)
    before = timeless(driven)
    for command in (
        commands.Edit(driven.training(learning_rate=0.5)),
        commands.Operate(SetParameter(0, "bias", (0,), 4.0)),
    ):
        assert "update 200" in refused(driven(command))
        assert driven.run.frame().updates == 200
    assert_same(timeless(driven), before)
    for command in (
        commands.Step(1),
        commands.Back(1),
        commands.StepPhase(),
        commands.Edit(replace(PLANE, seed=9)),
        commands.Begin(PLANE),
    ):
        visited(driven, 0) if driven.run.trainer.updates else None
        driven(command)
        assert driven.run.frame().visit is None, command
    driven(commands.Step(30))
    visited(driven, 7)
    driven(commands.Play())
    assert driven.run.frame().visit is None


def test_what_is_held_is_what_is_shown_and_what_is_saved_is_the_run(bits: dict[int, bytes]) -> None:
    driven = Driven()
    driven(commands.Step(300))
    visited(driven, 200)
    for shown, update in ((True, 200), (False, 300)):
        answer = driven(commands.Save(shown))
        assert answer is not None
        assert answer.state is not None
        assert (answer.state.updates, answer.state.params.tobytes()) == (update, bits[update])
    found = driven(commands.FindHardest(SplitName.TEST))
    assert found is not None
    assert found.found is not None
    assert found.found.updates == 200


# Branches -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("update", [700, INTERVAL, 0])
def test_a_branch_goes_on_like_a_run_that_was_never_interrupted(bits: dict[int, bytes], update: int) -> None:
    """A hundred updates, each the same to the bit; and the curves, and all else that training goes on from."""
    driven = Driven()
    driven(commands.Step(900))
    driven(commands.Edit(driven.training(learning_rate=0.5)))
    driven(commands.Step(50))
    visited(driven, update)
    answer = driven(commands.Branch(update))
    assert answer is not None
    assert answer.done
    assert answer.experiment == PLANE, "with the settings of that time"
    for made in range(1, 101):
        driven.run.trainer.step()
        assert driven.bits == bits[update + made]
    other = Driven()
    other(commands.Step(update + 100))
    assert_same(timeless(driven), timeless(other))


def test_a_branch_is_undone_with_all_that_came_after_it_and_made_again() -> None:
    driven = Driven()
    driven(commands.Step(900))
    driven(commands.Edit(driven.training(learning_rate=0.5)))
    driven(commands.Step(100))
    whole = timeless(driven)
    there = visited(driven, 950).params.tobytes()
    visited(driven, 300)
    run, number = driven.run, driven.run.number
    run.obey(commands.Branch(300), 70)
    assert run.number == number, "the network is no other one"
    assert run.frame().visit is None
    assert run.frame().past.updates == 300  # type: ignore[union-attr]
    driven(commands.Step(5))
    branched = timeless(driven)
    run.obey(commands.PutBack(70), 71)
    assert_same(timeless(driven), whole)
    assert visited(driven, 950).params.tobytes() == there, "the past is there again, beyond the branch"
    driven(commands.Visit(None))
    run.obey(commands.PutBack(71), 72)
    assert_same(timeless(driven), branched)
    assert visited(driven, 250).updates == 250


def test_a_branch_while_it_trains_pauses() -> None:
    driven = Driven()
    driven(commands.Step(600))
    driven(commands.Play())
    driven.run.obey(commands.Visit(0), 40)
    driven.run.obey(commands.Branch(0), 41)
    assert driven.answers[41].done
    assert not driven.run.playing
    assert driven.run.frame().status is Status.READY


def test_nothing_branches_from_what_is_not_shown() -> None:
    driven = Driven()
    driven(commands.Step(600))
    before = timeless(driven)
    assert refused(driven(commands.Branch(300)))
    driven.run.obey(commands.Visit(300, exact=True), 60)
    driven.run.obey(commands.Branch(300), 61)
    assert refused(driven.answers[61]), "it is still on its way"
    driven.run.work(inf, lambda: False)
    assert refused(driven(commands.Branch(301)))
    assert_same(timeless(driven), before)
    assert driven(commands.Branch(300)).done  # type: ignore[union-attr]


def test_a_smaller_memory_holds_at_once_and_for_every_later_run() -> None:
    driven = Driven()
    driven(commands.Step(6 * INTERVAL))
    past = driven.run.frame().past
    assert past is not None
    assert past.states > 6
    assert (past.beginning, past.updates, past.visit) == (0, 6 * INTERVAL, None)
    driven(commands.Remember(3 * past.nbytes // past.states))
    smaller = driven.run.frame().past
    assert smaller is not None
    assert smaller.states == 3
    driven(commands.Begin(PLANE))
    driven(commands.Step(6 * INTERVAL))
    again = driven.run.frame().past
    assert again is not None
    assert again.states == 3
    assert again.maximum == smaller.maximum
