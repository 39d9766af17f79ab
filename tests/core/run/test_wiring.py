"""How a run is wired: its rules, its pictures and its clocks, and what a new network begins anew."""

from dataclasses import replace
from math import inf
from time import perf_counter

from driven import PLANE, Driven

from nnstudio.core.experiment import DenseSpec, StoppingSpec
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Probe, Status
from nnstudio.core.run.timeline import INTERVAL


def test_steps_do_not_use_up_the_rule_that_counts_seconds() -> None:
    driven = Driven(replace(PLANE, stopping=StoppingSpec(seconds=0.1)))
    driven.run.trainer.seconds = 1.0
    driven(commands.Step(5))
    assert driven.run.frame().status is Status.PAUSED
    driven(commands.Play())
    driven.run.work(perf_counter() + 0.01, lambda: False)
    assert driven.run.frame().status is Status.FINISHED


def test_the_gradients_of_a_playing_run_come_with_what_the_update_changed() -> None:
    driven = Driven()
    driven(commands.Watch(Probe.GRADIENTS))
    driven(commands.Step(3))
    assert driven.run.trainer.updates == 3, "steps are counted, whoever looks"
    driven(commands.Play())
    driven.run.work(perf_counter() + 0.005, lambda: driven.run.trainer.updates > 6)
    change = driven.run.trainer.change
    assert change is not None
    assert change.any()
    driven(commands.Watch(Probe.NOTHING))
    driven.run.work(perf_counter() + 0.005, lambda: driven.run.trainer.updates > 9)
    assert driven.run.trainer.change is None, "nobody looks: no work for it"


def test_the_clock_of_the_speed_begins_anew_with_play() -> None:
    driven = Driven()
    driven(commands.Play())
    driven.run.work(perf_counter() + 0.002, lambda: False)
    driven.run.frame()
    driven.run.work(perf_counter() + 0.002, lambda: False)
    assert driven.run.frame().updates_per_second > 0
    driven(commands.Play())
    assert driven.run.frame().updates_per_second == 0


def test_training_leaves_states_behind_so_that_a_way_back_is_short() -> None:
    driven = Driven()
    driven(commands.Step(2 * INTERVAL))
    replay = driven.run.present.replay(2 * INTERVAL - 1)
    assert replay.trainer.updates == INTERVAL


def test_a_network_that_begins_while_it_plays_has_no_speed_of_the_one_before() -> None:
    driven = Driven()
    driven(commands.Step(50))
    driven(commands.Play())
    driven.run.frame()
    driven.run.work(perf_counter() + 0.05, lambda: driven.run.trainer.updates > 60)
    assert driven.run.frame().updates_per_second > 0
    driven(commands.Begin(PLANE, playing=True))
    assert driven.run.frame().updates_per_second == 0


def test_a_network_that_begins_anew_has_no_steps_left_to_make() -> None:
    driven = Driven()
    driven.run.obey(commands.Step(100), 50)
    driven(commands.Edit(driven.layers(DenseSpec(units=4)), keep=False))
    assert driven.run.trainer.updates == 0


def test_a_failure_is_shown_but_a_picture_that_fails_is_not_taken_for_ever() -> None:
    driven = Driven()
    driven(commands.Watch(Probe.OUTPUT))
    driven.run.frame()
    driven.run.fail(RuntimeError("a bug"))
    assert not driven.run.shown, "the failure must be seen"
    frame = driven.run.frame()
    assert (frame.status, "a bug" in frame.message) == (Status.FAILED, True)
    driven.run.fail(RuntimeError("in the picture"))
    assert not driven.run.shown, "without what somebody looks at it may succeed"
    assert driven.run.looking.probes is Probe.NOTHING
    driven.run.frame()
    driven.run.fail(RuntimeError("in the picture"))
    assert driven.run.shown


def test_recovery_keeps_the_edits_made_at_the_same_update() -> None:
    driven = Driven()
    driven(commands.Step(5))
    driven(commands.Edit(driven.layers(*driven.experiment.layers, DenseSpec(units=3))))
    driven(commands.Edit(driven.layers(*driven.experiment.layers[:1], DenseSpec(units=4))))  # the key is used again
    driven.run.obey(commands.Recover(0.001), 99)
    driven.run.work(inf, lambda: 99 in driven.answers)
    driven(commands.Pause())
    driven(commands.Step(3))
    there = driven.bits
    driven(commands.Step(1))
    driven(commands.Back(1))
    assert driven.bits == there
