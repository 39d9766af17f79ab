"""A hand on the network, through the session: live, undone and redone by name, refused in a sentence."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from experiments import CIRCLE, rate
from pytestqt.qtbot import QtBot
from same_state import assert_same

from nnstudio.core.experiment import ImageSpec
from nnstudio.core.network.surgery import Freeze, Negate, SetParameter, Switch, Zero
from nnstudio.core.run.frame import Frame
from nnstudio.core.training.state import SETTING, WEIGHT, RunState
from nnstudio.ui.session import Session

KEY = CIRCLE.layers[0].key


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(CIRCLE)
    session.start()
    session.step(20)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates == 20)
    yield session
    session.stop()


def settled(session: Session, qtbot: QtBot) -> Frame:
    qtbot.waitUntil(lambda: session.up_to_date and session._undo.settled)
    assert session.frame is not None
    return session.frame


def state(session: Session, qtbot: QtBot) -> RunState:
    states: list[RunState | None] = []
    session.save(lambda answer: states.append(answer.state))
    qtbot.waitUntil(lambda: bool(states))
    assert states[0] is not None
    return states[0]


def weight(frame: Frame) -> float:
    weights = frame.model.layers[0].weights
    assert weights is not None
    return float(weights[0, 1])


def test_operations_are_undone_and_redone_by_name(session: Session, qtbot: QtBot) -> None:
    operations = (
        SetParameter(KEY, "weight", (0, 1), -1.1),
        Freeze(KEY, unit=1),
        Negate(KEY, 0),
        Switch(KEY, 2),
        Zero(0, 0),
    )
    name = session.frame.model.layers[0].name if session.frame else "Dense 1"
    labels = [
        f"Set a weight of {name} to −1.10",
        f"Freeze neuron 2 of {name}",
        f"Negate neuron 1 of {name}",
        f"Switch off neuron 3 of {name}",
        "Zero neuron 1 of Output",
    ]
    states = [state(session, qtbot)]
    for operation, label in zip(operations, labels, strict=True):
        session.operate(operation)
        assert session.undo_label == label
        states.append(state(session, qtbot))
    assert [mark.text for mark in states[-1].marks] == [f"Set a weight of {name}", *labels[1:]]
    for before, label in zip(reversed(states[:-1]), reversed(labels), strict=True):
        session.undo()
        assert session.redo_label == label
        assert_same(state(session, qtbot), before)
    for after in states[1:]:
        session.redo()
        assert_same(state(session, qtbot), after)


def test_a_drag_is_one_step_with_its_last_value(session: Session, qtbot: QtBot) -> None:
    before = weight(settled(session, qtbot))
    session.edit(rate(CIRCLE, 0.5))
    for value in np.linspace(-1, 1, 30):
        session.operate(SetParameter(KEY, "weight", (0, 1), float(value)), "link")
    frame = settled(session, qtbot)
    assert weight(frame) == 1
    assert frame.metrics.train_loss != frame.history.train_loss[-1], "measured anew, and no row for it"
    assert session.undo_label.endswith("to 1.00")
    assert [mark.kind for mark in frame.marks] == [SETTING, WEIGHT]
    session.undo()
    assert weight(settled(session, qtbot)) == before
    assert session.undo_label == "Learning rate"
    session.redo()
    assert weight(settled(session, qtbot)) == 1


def test_drags_of_two_places_are_two_steps(session: Session, qtbot: QtBot) -> None:
    for index in ((0, 1), (1, 1)):
        for value in (1.0, 2.0):
            session.operate(SetParameter(KEY, "weight", index, value), "link")
    settled(session, qtbot)
    session.undo()
    frame = settled(session, qtbot)
    weights = frame.model.layers[0].weights
    assert weights is not None
    assert weights[0, 1] == 2
    assert weights[1, 1] != 2


def test_while_it_plays_a_hand_is_felt_at_once_and_training_goes_on(session: Session, qtbot: QtBot) -> None:
    session.play()
    session.operate(Freeze(KEY, array="weight", index=(0, 1)))
    session.operate(SetParameter(KEY, "weight", (0, 1), 4.0))
    before = settled(session, qtbot)
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > before.updates + 50)
    assert session.playing
    assert session.frame is not None
    assert weight(session.frame) == 4
    assert session.frame.model.layers[0].frozen["weight"].sum() == 1
    assert (session.frame.params != before.params).sum() == before.params.size - 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e39])
def test_what_is_no_number_is_refused_and_taken_back(session: Session, qtbot: QtBot, value: float) -> None:
    before = state(session, qtbot)
    with qtbot.waitSignal(session.failed) as said:
        session.operate(SetParameter(KEY, "weight", (0, 1), value))
    assert "choose a finite number" in str(said.args)
    settled(session, qtbot)
    assert session.undo_label == ""
    assert_same(state(session, qtbot), before)


def test_a_drag_that_ends_in_no_number_stays_where_it_was(session: Session, qtbot: QtBot) -> None:
    before = weight(settled(session, qtbot))
    for value in (2.0, 3.0, float("inf")):
        session.operate(SetParameter(KEY, "weight", (0, 1), value), "link")
        settled(session, qtbot)
    assert weight(settled(session, qtbot)) == 3
    session.undo()
    assert weight(settled(session, qtbot)) == before


def test_operations_after_data_that_cannot_be_had_belong_to_what_is_there(session: Session, qtbot: QtBot) -> None:
    session.edit(replace(CIRCLE, dataset=ImageSpec()))
    session.operate(Zero(0, 0))
    session.operate(Freeze(0))
    settled(session, qtbot)
    assert session.experiment == CIRCLE
    session.undo()
    assert session.experiment == CIRCLE
    assert not settled(session, qtbot).model.layers[-1].frozen
