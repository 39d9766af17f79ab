"""Whoever begins another run is told of the one that was left: its state, and how good it was at its end."""

from dataclasses import replace

import numpy as np
import pytest
from driven import PLANE, Driven, refused
from same_state import assert_same

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.network.surgery import Negate
from nnstudio.core.run import commands
from nnstudio.core.training.trainer import Trainer

OTHER = replace(PLANE, seed=5)
WIDER = replace(PLANE, layers=(DenseSpec(units=4),))


@pytest.mark.parametrize(
    "command", [commands.Begin(OTHER), commands.Edit(OTHER), commands.Edit(WIDER, keep=False)], ids=str
)
def test_the_run_that_is_left_comes_with_the_answer(command: commands.Command) -> None:
    driven = Driven()
    driven(commands.Step(33))
    state = driven.state()
    answer = driven(command)
    assert answer is not None
    assert answer.departed is not None
    assert_same(answer.departed.state, state)
    again = Trainer.resumed(answer.departed.state)
    assert answer.departed.metrics == again.evaluate()
    assert answer.departed.measured_at == 33
    for trainer in (again, straight := Trainer(PLANE)):
        while trainer.updates < 60:
            trainer.step()
    assert again.network.params.tobytes() == straight.network.params.tobytes()


def test_a_branch_leaves_the_run_and_undo_leaves_the_branch() -> None:
    driven = Driven()
    driven(commands.Step(40))
    driven(commands.Visit(12, exact=True))
    answer = driven(commands.Branch(12))
    assert answer is not None
    assert answer.departed is not None
    assert answer.departed.state.updates == 40
    ticket = answer.ticket
    driven(commands.Step(5))
    undone = driven(commands.PutBack(ticket))
    assert undone is not None
    assert undone.departed is not None
    assert undone.departed.state.updates == 17


def test_who_goes_on_with_the_same_run_has_not_left_it() -> None:
    driven = Driven()
    driven(commands.Step(10))
    weights = driven.run.trainer.network.weights()
    gentle = driven.training(learning_rate=0.5)
    for command in (
        commands.Edit(gentle),
        commands.Edit(replace(gentle, layers=WIDER.layers)),
        commands.Operate(Negate(1, 0)),
        commands.SetWeights(replace(weights, params=np.zeros(17, np.float32))),
        commands.Save(),
        commands.Back(2),
    ):
        answer = driven(command)
        assert answer is not None
        assert answer.done, answer.refusal
        assert answer.departed is None, command


def test_a_run_that_could_not_be_left_has_not_been() -> None:
    driven = Driven()
    driven(commands.Step(10))
    answer = driven(commands.PutBack(999))
    assert refused(answer)
    assert answer is not None
    assert answer.departed is None


def test_in_the_middle_of_an_update_it_is_as_it_was_before_it() -> None:
    driven = Driven()
    driven(commands.Step(10))
    state = driven.state()
    driven(commands.StepPhase())
    driven(commands.StepPhase())
    answer = driven(commands.Begin(OTHER))
    assert answer is not None
    assert answer.departed is not None
    assert_same(answer.departed.state, state)
    assert answer.departed.metrics == Trainer.resumed(state).evaluate()


def test_what_takes_long_to_measure_is_dated(monkeypatch: pytest.MonkeyPatch) -> None:
    driven = Driven()
    driven(commands.Step(60))
    monkeypatch.setattr(Trainer, "evaluation_is_cheap", False)
    state = driven.state()
    driven.run.obey(commands.Begin(PLANE, state), 98)  # and there is no time to measure it
    driven.run.obey(commands.Begin(OTHER), 99)
    answer = driven.answers[99]
    assert answer.departed is not None
    rows = state.history.rows
    last = np.flatnonzero(np.isfinite(rows.train_loss))[-1]
    assert answer.departed.measured_at == rows.update[last]
    assert answer.departed.metrics.test_loss == rows.test_loss[last]
