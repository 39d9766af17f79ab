"""What is noted of the past, and what becomes of it on the way back."""

from dataclasses import replace
from math import inf

import pytest
from driven import PLANE, Driven, refused
from same_state import assert_same

from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.network.surgery import Freeze, Negate, Redraw, SetParameter, Surgery, Switch, Zero
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.left_behind import LeftBehind
from nnstudio.core.training.state import NETWORK, SETTING, WEIGHT


@pytest.mark.parametrize("settings", [{"learning_rate": 0.3}, {"optimizer": OptimizerKind.SGD}, {"l2": 1.0}])
def test_a_way_back_across_an_edit_makes_it_again(settings: dict[str, object]) -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.Edit(driven.training(**settings)))
    driven(commands.Step(5))
    there = driven.bits
    driven(commands.Step(1))
    driven(commands.Back(1))
    assert (driven.run.trainer.updates, driven.bits) == (10, there)


OPERATIONS = (
    SetParameter(0, "bias", (0,), 3.0),
    Freeze(1),
    Switch(1, 2),
    Zero(1, 0),
    Negate(0, 0),
    Redraw(1, 1, seed=5),
)


@pytest.mark.parametrize("surgery", OPERATIONS)
def test_a_way_back_across_an_operation_makes_it_again(surgery: Surgery) -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.Operate(surgery))
    driven(commands.Step(5))
    there = driven.state()
    driven(commands.Step(1))
    driven(commands.Back(1))
    assert_same(replace(driven.state(), seconds=0), replace(there, seconds=0))
    driven(commands.Back(5))
    assert len(driven.state().marks) == 0, "before whatever was done at that update"
    assert (driven.state().frozen, driven.state().off) == (None, {})


def test_operations_of_one_drag_are_replayed_as_one() -> None:
    driven = Driven()
    driven(commands.Step(5))
    for value in (1.0, 2.0, 3.0):
        driven(commands.Operate(SetParameter(0, "bias", (0,), value), merged=value > 1))
        driven(commands.Step(1))
    there = driven.state()
    driven(commands.Step(1))
    driven(commands.Back(1))
    assert_same(replace(driven.state(), seconds=0), replace(there, seconds=0))
    assert [mark.updates for mark in there.marks] == [7]


def test_states_from_the_middle_of_a_drag_by_hand_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnstudio.core.run.left_behind.MAXIMUM_STATES", 3)
    driven = Driven()
    for ticket in range(1, 8):
        driven.run.obey(
            commands.Operate(SetParameter(0, "bias", (0,), float(ticket)), merged=ticket not in (1, 2)), ticket
        )
    kept = [ticket for ticket in range(1, 8) if ticket in driven.run.present.left]
    assert kept == [1, 2, 7]


def test_the_state_before_an_operation_is_kept() -> None:
    """However long ago the last state was kept, Undo and then Back find their way."""
    driven = Driven()
    driven(commands.Step(5))
    driven.run.obey(commands.Operate(Zero(0, 0)), 7)
    driven(commands.Step(3))
    driven(commands.PutBack(7))
    driven(commands.Back(2))
    assert driven.run.trainer.updates == 3


def test_imported_weights_begin_a_past_of_their_own() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.SetWeights(Weights(driven.run.trainer.network.params * 2)))
    there = driven.bits
    driven(commands.Step(1))
    driven(commands.Back(3))
    assert (driven.run.trainer.updates, driven.bits) == (5, there)


def test_an_abandoned_future_does_not_come_back() -> None:
    """Back to update 4 over an edit at 5; the way from 7 to 6 then leads through no edit."""
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.Edit(driven.layers(DenseSpec(units=7, key=1))))
    driven(commands.Step(3))
    driven(commands.Back(4))
    driven(commands.Step(2))
    there = driven.bits
    driven(commands.Step(1))
    driven(commands.Back(1))
    assert (driven.run.trainer.updates, driven.bits) == (6, there)


def test_a_run_begins_where_a_state_stands() -> None:
    driven, other = Driven(), Driven()
    driven(commands.Step(7))
    other(commands.Begin(PLANE, driven.state()))
    driven(commands.Step(5))
    other(commands.Step(5))
    assert (other.run.trainer.updates, other.bits) == (12, driven.bits)
    other(commands.Back(9))
    assert other.run.trainer.updates == 7, "the past of a run that was opened begins where it was saved"


def test_the_first_edit_of_a_drag_leaves_the_state_to_go_back_to() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven.run.skip(50, False)
    driven(commands.Edit(driven.training(optimizer=OptimizerKind.SGD), merged=True))
    driven(commands.PutBack(50))
    assert driven.experiment == PLANE
    assert driven.state().optimizer.arrays["m"].any(), "with the memory that the edit had lost"
    driven(commands.Back(2))
    assert driven.run.trainer.updates == 3


def test_a_way_back_says_how_far_it_is_and_is_no_training() -> None:
    driven = Driven()
    driven(commands.Step(20))
    seconds = driven.run.trainer.seconds
    driven.run.obey(commands.Back(10), 50)
    assert driven.run.frame().message == "Going back to update 10: 0%"
    looks = iter([False] * 5 + [True])
    driven.run.work(inf, lambda: next(looks))
    assert driven.run.frame().message == "Going back to update 10: 50%"
    assert driven.run.trainer.seconds == seconds
    driven(commands.Pause())
    assert driven.run.trainer.updates == 20


def test_imports_and_recoveries_are_marked() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.SetWeights(Weights(driven.run.trainer.network.params.copy())))
    driven.run.obey(commands.Recover(0.002), 50)
    driven.run.work(inf, lambda: 50 in driven.answers)
    assert [(mark.updates, mark.text) for mark in driven.run.trainer.marks] == [
        (5, "Import weights"),
        (5, "Learning rate"),
    ]


def test_a_way_back_to_after_a_recovery_keeps_its_mark() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.Recover(0.002))
    driven(commands.Pause())
    driven(commands.Step(6))
    marks, updates = driven.run.trainer.marks, driven.run.trainer.updates
    assert [mark.text for mark in marks] == ["Learning rate"]
    driven(commands.Back())
    assert (driven.run.trainer.updates, driven.run.trainer.marks) == (updates - 1, marks)


def test_of_the_states_left_behind_those_within_a_drag_and_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    state = Driven().state()
    table = state.history.rows.update.base
    assert table is not None
    monkeypatch.setattr("nnstudio.core.run.left_behind.MAXIMUM_BYTES", 3 * state.nbytes + table.nbytes)
    left = LeftBehind()
    for ticket, merged in enumerate([False, True, True, False, False, False]):
        left.keep(ticket, replace(state), merged)
    assert [ticket in left for ticket in range(7)] == [False, False, False, True, True, True, False]
    monkeypatch.setattr("nnstudio.core.run.left_behind.MAXIMUM_BYTES", 0)
    left.keep(9, state)
    assert [ticket in left for ticket in (3, 4, 5, 9)] == [False, False, False, True]


def test_a_step_and_a_step_back_are_one_update() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.Step())
    assert driven.run.trainer.updates == 6
    driven(commands.Back())
    assert driven.run.trainer.updates == 5


def test_states_left_behind_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnstudio.core.run.left_behind.MAXIMUM_STATES", 3)
    state, left = Driven().state(), LeftBehind()
    for ticket in range(5):
        left.keep(ticket, state)
    assert [ticket in left for ticket in range(5)] == [False, False, True, True, True]


def test_of_two_edits_at_one_update_both_are_to_come_for_whoever_goes_back_to_it() -> None:
    driven = Driven()
    driven(commands.Step(5))
    there = driven.bits
    driven(commands.Edit(driven.layers(*driven.experiment.layers, DenseSpec(units=3))))
    driven(commands.Edit(driven.layers(*driven.experiment.layers, DenseSpec(units=3))))
    driven(commands.Step(1))
    driven(commands.Back(1))
    assert driven.experiment == PLANE
    assert driven.bits == there


def slowly_measured() -> Driven:
    """A run whose loss takes too long to measure with each picture."""
    spec = replace(PLANE.dataset, samples=500)
    driven = Driven(replace(PLANE, dataset=spec, layers=(DenseSpec(units=64), DenseSpec(units=64))))
    driven(commands.Step(3))
    driven(commands.Edit(replace(driven.experiment, dataset=replace(spec, noise=0.2))))
    driven(commands.Step(3))
    return driven


def test_whoever_goes_back_at_the_beginning_learns_the_loss_all_the_same() -> None:
    driven = slowly_measured()
    driven.run.obey(commands.SetWeights(driven.run.trainer.network.weights()))
    assert not driven.run.trainer.measured
    driven(commands.Back())
    assert driven.run.trainer.measured


def test_a_way_back_that_cannot_be_gone_lets_the_loss_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise DataError("The data are gone.")

    driven = slowly_measured()
    monkeypatch.setattr(driven.run.present, "dataset", gone)
    driven.run.trainer.evaluated_at = -1
    assert refused(driven(commands.Back(4))) == "The data are gone."
    assert driven.run.trainer.measured


def test_going_back_at_the_beginning_takes_no_layer_away() -> None:
    driven = Driven()
    driven(commands.Edit(driven.layers(*PLANE.layers, DenseSpec(units=3))))
    edited, number = driven.bits, driven.run.number
    answer = driven(commands.Back(1))
    assert answer is not None
    assert answer.done
    assert (driven.bits, driven.run.number) == (edited, number)


def test_an_edit_that_is_undone_at_once_leaves_the_way_back() -> None:
    driven = Driven()
    driven(commands.Step(5))
    five = driven.bits
    driven(commands.Step(5))
    driven(commands.Edit(driven.training(learning_rate=0.3)))
    driven(commands.PutBack(driven._ticket))
    assert driven.experiment == PLANE
    driven(commands.Back(5))
    assert (driven.run.trainer.updates, driven.bits) == (5, five)


def test_a_setting_that_was_changed_in_mid_run_leaves_a_mark_with_both_values() -> None:
    """A drag leaves one, from where it began; before the first update there is nothing to mark."""
    driven = Driven()
    driven(commands.Edit(driven.training(learning_rate=0.2)))
    assert not driven.state().marks
    driven(commands.Step(5))
    for rate in (0.1, 0.05, 0.02):
        driven(commands.Edit(driven.training(learning_rate=rate), merged=rate < 0.1))
        driven(commands.Step(1))
    driven(commands.Edit(driven.layers(DenseSpec(units=5))))
    driven(commands.Operate(Zero(0, 0)))
    marks = driven.state().marks
    assert [(mark.updates, str(mark), mark.kind) for mark in marks][:2] == [
        (7, "Learning rate 0.2 → 0.02", SETTING),
        (8, "Neurons 3 → 5", NETWORK),
    ]
    assert marks[-1].kind == WEIGHT
    driven(commands.Step(3))
    there = replace(driven.state(), seconds=0)
    driven(commands.Step(2))
    driven(commands.Back(2))
    assert_same(replace(driven.state(), seconds=0), there)
