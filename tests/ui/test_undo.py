"""The list of Undo by itself: drags, answers that come late, and steps that are refused."""

from itertools import count

import pytest
from experiments import CIRCLE, rate

from nnstudio.ui.undo import MAXIMUM, Moment, UndoStack

tickets = count(1)


def pushed(stack: UndoStack, learning_rate: float, merge: str = "") -> None:
    """An edit that is answered at once."""
    ticket = next(tickets)
    stack.push(Moment(rate(CIRCLE, learning_rate), "Learning rate", True, merge=merge), ticket)
    stack.settle(ticket, True, stack.current)


def test_a_drag_is_undone_in_one_step() -> None:
    stack = UndoStack(CIRCLE)
    for step in (0.01, 0.02, 0.05):
        pushed(stack, step, "learning_rate")
    pushed(stack, 1.0, "something else")
    stack.go(-1, next(tickets))
    assert stack.current == rate(CIRCLE, 0.05)
    stack.go(-1, next(tickets))
    assert stack.current == CIRCLE
    assert stack.before is None


def test_a_drag_away_and_back_is_no_step() -> None:
    stack = UndoStack(CIRCLE)
    pushed(stack, 0.5)
    for step in (0.1, 0.5):
        pushed(stack, step, "drag 1")
    assert stack.current == rate(CIRCLE, 0.5)
    assert stack.after is None, "nor one to be made again"
    pushed(stack, 0.7, "drag 1")
    stack.go(-1, next(tickets))
    assert stack.current == rate(CIRCLE, 0.5)
    stack.go(-1, next(tickets))
    assert stack.current == CIRCLE


@pytest.mark.parametrize("gentle", [(True, True), (True, False), (False, True)])
def test_a_drag_is_gentle_where_every_edit_of_it_is(gentle: tuple[bool, bool]) -> None:
    stack = UndoStack(CIRCLE)
    for step, each in zip((0.1, 0.2), gentle, strict=True):
        stack.push(Moment(rate(CIRCLE, step), "drag", each, merge="drag"), next(tickets))
    assert stack.moment.gentle is all(gentle)


def test_an_edit_after_undo_belongs_to_no_drag_of_before() -> None:
    stack = UndoStack(CIRCLE)
    pushed(stack, 0.5)
    pushed(stack, 0.6, "drag")
    stack.go(-1, next(tickets))
    pushed(stack, 0.7, "drag")
    assert stack.current == rate(CIRCLE, 0.7)
    assert stack.before is not None
    assert stack.before.experiment == rate(CIRCLE, 0.5)


def test_a_refused_step_is_taken_back_from_under_those_made_upon_it() -> None:
    stack = UndoStack(CIRCLE)
    first, second = Moment(rate(CIRCLE, 0.5), "first"), Moment(rate(CIRCLE, 0.7), "second")
    stack.push(first, 101)
    stack.push(second, 102)
    stack.settle(101, False, CIRCLE)
    assert (stack.current, stack.moment) == (rate(CIRCLE, 0.7), second)
    assert stack.before is not None
    assert stack.before.left == 102, "the second step is what led away from the beginning"
    stack.settle(102, False, CIRCLE)
    assert (stack.current, stack.before, stack.after) == (CIRCLE, None, None)


def test_a_refused_step_goes_although_it_has_been_undone_meanwhile() -> None:
    stack = UndoStack(CIRCLE)
    stack.push(Moment(rate(CIRCLE, 0.5), "refused"), 101)
    stack.go(-1, 102)
    stack.settle(101, False, CIRCLE)
    stack.settle(102, False, CIRCLE)
    assert (stack.current, stack.before, stack.after) == (CIRCLE, None, None)


def test_an_undo_that_is_refused_leaves_the_place_and_the_way_back() -> None:
    stack = UndoStack(CIRCLE)
    pushed(stack, 0.5)
    stack.go(-1, 201)
    stack.settle(201, False, rate(CIRCLE, 0.5))
    assert stack.current == rate(CIRCLE, 0.5)
    assert stack.after is None
    assert stack.before is not None
    assert stack.before.experiment == CIRCLE


@pytest.mark.parametrize("first", [True, False])
def test_of_a_drag_a_part_may_be_refused(first: bool) -> None:
    stack = UndoStack(CIRCLE)
    stack.push(Moment(rate(CIRCLE, 0.5), "drag", True, merge="drag"), 301)
    stack.push(Moment(rate(CIRCLE, 0.7), "drag", True, merge="drag"), 302)
    made = rate(CIRCLE, 0.5 if first else 0.7)
    stack.settle(301, first, made if first else CIRCLE)
    stack.settle(302, not first, made)
    assert stack.current == made
    assert stack.before is not None, "what was made can be taken back"
    assert stack.before.experiment == CIRCLE
    assert stack.before.left == (301 if first else 302), "the edit that was made left the state behind"


def test_of_a_drag_that_is_refused_in_part_what_was_made_stays_under_the_next_step() -> None:
    stack = UndoStack(CIRCLE)
    stack.push(Moment(rate(CIRCLE, 0.5), "drag", True, merge="drag"), 301)
    stack.push(Moment(rate(CIRCLE, 0.7), "drag", True, merge="drag"), 302)
    stack.push(Moment(rate(CIRCLE, 0.9), "another"), 303)
    stack.settle(301, True, rate(CIRCLE, 0.5))
    stack.settle(302, False, rate(CIRCLE, 0.5))
    stack.settle(303, True, rate(CIRCLE, 0.9))
    assert stack.current == rate(CIRCLE, 0.9)
    assert stack.before is not None
    assert stack.before.experiment == rate(CIRCLE, 0.5)


def test_a_drag_that_goes_on_after_a_refusal_is_a_step_of_its_own() -> None:
    stack = UndoStack(CIRCLE)
    pushed(stack, 0.5)
    stack.push(Moment(rate(CIRCLE, 0.6), "drag", True, merge="drag"), 501)
    stack.settle(501, False, rate(CIRCLE, 0.5))
    pushed(stack, 0.7, "drag")
    assert stack.current == rate(CIRCLE, 0.7)
    assert stack.before is not None
    assert stack.before.experiment == rate(CIRCLE, 0.5)


def test_of_a_drag_all_may_be_refused() -> None:
    stack = UndoStack(CIRCLE)
    stack.push(Moment(rate(CIRCLE, 0.5), "drag", True, merge="drag"), 301)
    stack.push(Moment(rate(CIRCLE, 0.7), "drag", True, merge="drag"), 302)
    stack.settle(301, False, CIRCLE)
    stack.settle(302, False, CIRCLE)
    assert (stack.current, stack.before) == (CIRCLE, None)


def test_a_way_back_to_where_a_drag_began_that_is_refused_takes_no_other_step() -> None:
    stack = UndoStack(CIRCLE)
    pushed(stack, 0.5)
    pushed(stack, 0.7, "drag")
    stack.push(Moment(rate(CIRCLE, 0.5), "drag", True, merge="drag"), 401)
    stack.settle(401, False, rate(CIRCLE, 0.7))
    assert stack.before is not None
    assert stack.before.experiment == CIRCLE
    assert stack.current == rate(CIRCLE, 0.7)


def test_the_worker_has_the_last_word() -> None:
    stack = UndoStack(CIRCLE)
    stack.push(Moment(rate(CIRCLE, 0.5)), 1)
    stack.push(Moment(rate(CIRCLE, 0.6)), 2)
    stack.settle(1, True, rate(CIRCLE, 0.5))
    assert stack.current == rate(CIRCLE, 0.6), "the second answer is still to come"
    stack.settle(2, True, rate(CIRCLE, 0.61))
    assert stack.current == rate(CIRCLE, 0.61)


def test_two_hundred_steps_are_kept() -> None:
    stack = UndoStack(CIRCLE)
    for step in range(300):
        pushed(stack, 0.001 * (step + 1))
    steps = 0
    while stack.before is not None:
        stack.go(-1, next(tickets))
        steps += 1
    assert steps == MAXIMUM
    assert stack.current == rate(CIRCLE, 0.1)


@pytest.mark.parametrize("last", [True, False])
def test_a_refusal_within_a_drag_does_not_hide_the_state_that_its_first_edit_left(last: bool) -> None:
    stack = UndoStack(CIRCLE)
    for ticket in (301, 302, 303):
        stack.push(Moment(rate(CIRCLE, ticket / 1000), "drag", True, merge="drag"), ticket)
    stack.settle(301, True, rate(CIRCLE, 0.301))
    stack.settle(302, False, rate(CIRCLE, 0.301))
    stack.settle(303, last, rate(CIRCLE, 0.303 if last else 0.301))
    assert stack.current == rate(CIRCLE, 0.303 if last else 0.301)
    assert stack.before is not None
    assert stack.before.left == 301
