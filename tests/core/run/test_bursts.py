"""At full speed quick updates come in bursts, which end where anything else does."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from driven import PLANE, Driven

from nnstudio.core.experiment import DenseSpec, ImageSpec, StoppingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Status


def looks(driven: Driven, command: commands.Command, updates: int) -> int:
    """How often somebody who wants something is asked on the way to so many more updates."""
    driven.run.obey(command)
    times, end = 0, driven.run.trainer.updates + updates

    def enough() -> bool:
        nonlocal times
        times += 1
        return driven.run.trainer.updates >= end

    driven.run.work(inf, enough)
    driven.run.obey(commands.Pause())
    return times


def test_many_quick_updates_are_made_between_two_looks() -> None:
    driven = Driven()
    assert looks(driven, commands.Play(), 200) == 201
    driven.run.burst = 0.02
    assert looks(driven, commands.Play(), 400) <= 40


@pytest.mark.parametrize("command", [commands.Step(2), commands.StepEpoch()])
def test_what_is_counted_is_counted_one_by_one(command: commands.Command) -> None:
    driven = Driven()
    driven.run.burst = inf
    assert looks(driven, command, 99) == 2
    assert driven.run.trainer.updates == 2, "an epoch has two mini-batches"


def test_a_run_at_a_pace_makes_no_bursts() -> None:
    driven = Driven()
    driven.run.burst = inf
    driven(commands.Pace(1000.0))
    driven.run.obey(commands.Play())
    driven.run.work(inf, lambda: driven.run.trainer.updates >= 3)
    assert driven.run.trainer.updates <= 12, "those of a hundredth of a second at the most"


def test_a_burst_ends_where_a_rule_stops_the_run() -> None:
    driven = Driven(replace(PLANE, stopping=StoppingSpec(updates=37)))
    driven.run.burst = inf
    driven.run.obey(commands.Play())
    driven.run.work(inf, lambda: False)
    assert driven.run.frame().status is Status.FINISHED
    assert driven.run.trainer.updates == 37


def test_a_burst_ends_at_a_divergence_which_is_taken_back() -> None:
    driven = Driven(replace(PLANE, layers=(DenseSpec(units=8, activation=ActivationKind.RELU),) * 2))
    driven(commands.SetWeights(Weights(np.full_like(driven.run.trainer.network.params, 1e20))))
    driven.run.burst = inf
    driven.run.obey(commands.Play())
    driven.run.work(inf, lambda: False)
    assert driven.run.frame().status is Status.DIVERGED
    assert not driven.run.playing


def test_a_burst_ends_before_what_takes_long() -> None:
    images = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=2000)
    driven = Driven(replace(PLANE, dataset=images))
    driven.run.burst = inf
    driven.run.obey(commands.Play())
    driven.run.work(inf, lambda: driven.run.under_way and driven.run.trainer.updates > 20)
    assert driven.run.under_way, "an evaluation in pieces"
    assert driven.run.trainer.updates < 2000
    driven.run.obey(commands.Pause())
