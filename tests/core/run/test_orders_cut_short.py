"""What an error or another order leaves of something that was under way: an answer, no half of an update, a picture."""

from dataclasses import replace
from math import inf

import pytest

from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Status
from nnstudio.core.run.run import Run
from nnstudio.core.training import descent

PLANE = Experiment(
    dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=40),
    layers=(DenseSpec(units=3),),
    training=TrainingSpec(batch_size=10),
)
LONG = replace(PLANE, training=TrainingSpec(batch_size=60_000))


def begun(answers: list[commands.Answer], experiment: Experiment = PLANE, steps: int = 5) -> Run:
    run = Run(outbox=answers.append)
    run.obey(commands.Begin(experiment))
    run.obey(commands.Step(steps))
    while run.busy:
        run.work(inf, lambda: False)
    answers.clear()
    return run


def a_few_looks(run: Run, looks: int) -> None:
    """Let it work until it has been looked at so often."""
    seen = iter([False] * looks + [True])
    run.work(inf, lambda: next(seen))


@pytest.mark.parametrize("command", [commands.Back(3), commands.Recover(0.001)])
def test_an_error_answers_what_was_on_its_way(command: commands.Command) -> None:
    answers: list[commands.Answer] = []
    run = begun(answers)
    run.obey(command, 9)
    run.fail(RuntimeError("a bug"))
    assert [(answer.ticket, answer.done) for answer in answers] == [(9, False)]
    assert (run.busy, run.frame().status) == (False, Status.FAILED)


@pytest.mark.parametrize("pause", [True, False])
def test_an_error_and_a_pause_leave_no_half_of_an_update(monkeypatch: pytest.MonkeyPatch, pause: bool) -> None:
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: 8)
    run = begun([], LONG, 1)
    before = run.trainer.batches.seen
    run.obey(commands.Step())
    a_few_looks(run, 3)
    assert run.under_way
    if pause:
        run.obey(commands.Pause())
    else:
        run.fail(RuntimeError("a bug"))
    assert not run.under_way
    assert run.trainer.batches.seen == before


def test_steps_that_are_cut_short_are_to_be_seen() -> None:
    run = begun([])
    run.obey(commands.Step(50))
    run.frame()
    a_few_looks(run, 7)
    run.obey(commands.Pause())
    assert not run.shown
    assert run.frame().updates == 12


def test_who_asks_to_go_further_back_is_answered_for_both() -> None:
    answers: list[commands.Answer] = []
    run = begun(answers)
    run.obey(commands.Back(1), 8)
    run.obey(commands.Back(1), 9)
    while run.busy:
        run.work(inf, lambda: False)
    assert [(answer.ticket, answer.done) for answer in answers] == [(8, False), (9, True)]
    assert run.trainer.updates == 3


def test_a_way_back_pauses_at_once_even_where_there_is_none() -> None:
    run = begun([])
    run.obey(commands.Play())
    run.obey(commands.Back(5))
    assert run.frame().status is Status.PAUSED
    while run.busy:
        run.work(inf, lambda: False)
    assert run.frame().status is Status.READY, "it is back at the beginning"
    run.obey(commands.Play())
    run.obey(commands.Back(1))
    assert (run.playing, run.frame().status) == (False, Status.PAUSED)
