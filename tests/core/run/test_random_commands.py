"""Two thousand random commands, a quarter of them in the quick tests, to a run without a thread: what is shown is what
is trained, nothing is raised, and whatever is undone comes back to the bit. Hypothesis draws the commands,
`ComparedRun` knows what must come of them."""

from dataclasses import replace
from math import inf
from typing import ClassVar

import numpy as np
import pytest
from compared_run import ComparedRun
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from random_edits import BIASES, DATA, DRAGGED, FIRST, LAYERS, LEARNING, SEEDS, SURGERY, WHOLE, Edit, Turn
from same_state import assert_same

from nnstudio.core.experiment.plan import plan
from nnstudio.core.network.surgery import SetParameter, Surgery
from nnstudio.core.network.weights import Weights
from nnstudio.core.run import commands
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Probe, Status
from nnstudio.core.training.state import RunState
from nnstudio.ui.undo import Moment

A_FEW, EXAMPLES, STEPS = 8, 34, 60
OFTEN = st.sampled_from([True, True, True, False])
FEW, UPDATES = st.integers(1, 8), st.integers(1, 25)
LOOKS = st.sampled_from([inf, 3, 20])
"""After how many looks between two updates somebody wants something."""


class Machine(ComparedRun):
    """What may be done to a run."""

    sent: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.compared = 0
        """How many commands had been sent when all was last found well."""
        self.aim = 0
        """Where the last way back leads."""
        self.saved: list[RunState] = []

    @initialize(edit=LAYERS, keep=OFTEN)
    def leave_the_bottom(self, edit: Edit, keep: bool) -> None:
        self.edit(edit, keep)

    @rule(edit=LAYERS, keep=OFTEN)
    def edit_layers(self, edit: Edit, keep: bool) -> None:
        self.edit(edit, keep)

    @rule(edit=LEARNING, keep=OFTEN)
    def edit_learning(self, edit: Edit, keep: bool) -> None:
        self.edit(edit, keep)

    @rule(edit=DATA | WHOLE, keep=OFTEN)
    def edit_the_rest(self, edit: Edit, keep: bool) -> None:
        self.edit(edit, keep)

    @rule(edits=DRAGGED, keep=OFTEN)
    def drag(self, edits: list[Edit], keep: bool) -> None:
        """Slowly: each is answered before the next one comes."""
        for edit in edits:
            there = edit(self.stack.current)
            if plan(self.stack.current, there):
                merged = self.stack.merges("drag")
                gentle = not plan(self.stack.current, there).rebuilds
                self.change(Moment(there, gentle=gentle, merge="drag"), commands.Edit(there, keep, merged))

    @rule(edits=DRAGGED, skips=st.lists(st.booleans(), min_size=5, max_size=5), keep=OFTEN)
    def drag_at_once(self, edits: list[Edit], skips: list[bool], keep: bool) -> None:
        """All are asked for before the first is answered; those that another one follows may be skipped."""
        asked: list[tuple[Moment, commands.Edit, bool]] = []
        for edit, skip in zip(edits, skips, strict=False):
            here, there = self.stack.moment, edit(self.stack.current)
            if change := plan(self.stack.current, there):
                merged = self.stack.merges("drag")
                asked.append((here, commands.Edit(there, keep, merged), skip))
                self.stack.push(Moment(there, gentle=not change.rebuilds, merge="drag"), self.tickets + len(asked))
        following = [command for _, command, _ in asked[1:]]
        for (here, command, skip), after in zip(asked, [*following, None], strict=False):
            if not command.merged:
                self.left[here] = self.state(), dict(self.trail)
            self.send(command, skip and after is not None and after.merged)
        for ticket in range(self.tickets - len(asked) + 1, self.tickets + 1):
            self.settle(ticket)
        self.untouched &= not (asked and self.at_bottom)

    @rule(seed=SEEDS, playing=st.booleans())
    def begin(self, seed: int, playing: bool) -> None:
        there = replace(self.stack.current, seed=seed)
        answer = self.change(Moment(there), commands.Begin(there, playing=playing))
        assert answer.done
        self.work()
        assert playing or not self.run.trainer.updates, "what was to be done before is not done in the new run"

    @rule(right=OFTEN, from_weights=st.booleans(), which=st.integers(0, 3))
    def begin_from(self, right: bool, from_weights: bool, which: int) -> None:
        state = self.saved[which % len(self.saved)] if self.saved else self.first
        there = state.experiment if right else self.stack.current
        start = Weights(state.params, state.statistics) if from_weights else state
        answer = self.change(Moment(there), commands.Begin(there, start))
        assert answer.done or not right

    @rule(right=OFTEN, scale=st.sampled_from([0.5, 1.0, -2.0]))
    def set_weights(self, right: bool, scale: float) -> None:
        weights = self.run.trainer.network.weights()
        params = weights.params * np.float32(scale)
        command = commands.SetWeights(Weights(params if right else params[1:], weights.statistics))
        assert self.change(Moment(self.stack.current), command).done == right

    @rule(surgery=SURGERY)
    def operate(self, surgery: Surgery) -> None:
        self.change(Moment(self.stack.current, by_hand=True), commands.Operate(surgery))

    @rule(values=BIASES, skips=st.lists(st.booleans(), min_size=5, max_size=5), updates=st.integers(0, 2))
    def drag_a_bias(self, values: list[SetParameter], skips: list[bool], updates: int) -> None:
        """As far as it is not skipped, with training in between; undone as one."""
        *others, last = values
        marks = len(self.run.trainer.marks)
        for surgery, skip in zip(others, skips, strict=False):
            self.drag_on(surgery, skip)
            if updates:
                self.send(commands.Step(updates))
                self.work(3)
        self.drag_on(last, False)
        here, merging = self.stack.moment, self.stack._merging
        self.stack._merging = ""  # the drag ends
        assert merging == "bias"
        assert here.gentle is False
        assert len(self.run.trainer.marks) == marks + 1
        network = self.run.trainer.network
        assert network.layout.by_layer(network.params)[0]["bias"][0] == np.float32(last.value)

    def drag_on(self, surgery: SetParameter, skip: bool) -> None:
        here, merged = self.stack.moment, self.stack.merges("bias")
        before, trail = self.state(), dict(self.trail)
        ticket = self.send(commands.Operate(surgery, merged), skip)
        self.stack.push(Moment(self.stack.current, merge="bias", by_hand=True), ticket)
        if self.stack.before is here and not merged:
            self.left[here] = before, trail
        self.settle(ticket)
        self.untouched &= not self.at_bottom

    @rule(surgery=SURGERY, before=FEW, after=FEW, back=st.integers(1, 12))
    def back_past_an_operation(self, surgery: Surgery, before: int, after: int, back: int) -> None:
        self.step(before, inf)
        self.operate(surgery)
        self.step(after, inf)
        self.back(back, inf)
        self.step(after, inf)

    @rule(times=st.integers(1, 5))
    def undo(self, times: int) -> None:
        while times and self.travel(-1):
            times -= 1

    @rule(times=st.integers(1, 5))
    def redo(self, times: int) -> None:
        while times and self.travel(1):
            times -= 1

    @rule(updates=UPDATES, looks=LOOKS)
    def step(self, updates: int, looks: float) -> None:
        self.send(commands.Step(updates))
        self.work(looks)

    @rule(times=st.integers(1, 6))
    def step_phases(self, times: int) -> None:
        for _ in range(times):
            self.send(commands.StepPhase())
            self.work()
            assert self.run.frame().phase is not None or self.run.frame().status is Status.DIVERGED

    @rule(pace=st.sampled_from([None, None, 1e5, 100.0, 9.0, 0.5]))
    def keep_a_pace(self, pace: float | None) -> None:
        self.send(commands.Pace(pace))

    @rule(looks=LOOKS)
    def step_epoch(self, looks: float) -> None:
        self.send(commands.StepEpoch())
        self.work(looks)

    @rule()
    def play(self) -> None:
        self.send(commands.Play())
        self.work()

    @rule()
    def pause(self) -> None:
        self.send(commands.Pause())

    @rule(looks=LOOKS)
    def go_on(self, looks: float) -> None:
        self.work(looks)

    @rule(updates=UPDATES, looks=LOOKS | st.just(0))
    def back(self, updates: int, looks: float) -> None:
        begun = self.run.trainer.under_way and not self.run.busy
        here = self.aim if self.way else self.run.trainer.updates + begun
        self.aim = max(here - updates, self.run.present.timeline.beginning)
        self.send(commands.Back(updates))
        self.work(looks)
        assert self.way or self.run.trainer.updates == self.aim

    @rule(edit=LAYERS | LEARNING, before=FEW, after=FEW, back=st.integers(1, 12))
    def back_past_an_edit(self, edit: Edit, before: int, after: int, back: int) -> None:
        self.step(before, inf)
        self.edit(edit, keep=True)
        self.step(after, inf)
        self.back(back, inf)
        self.step(after, inf)
        self.back(1, inf)

    @rule(updates=FEW, back=FEW)
    def explode_and_recover(self, updates: int, back: int) -> None:
        self.step(20, inf)
        self.edit(Turn("training", "learning_rate", 10.0), keep=True)
        self.step(20, inf)
        self.recover(0.03, inf)
        self.pause()
        self.step(updates, inf)
        self.back(back, inf)

    @rule(rate=st.sampled_from([0.001, 0.03]), looks=st.sampled_from([inf, 0, 1]))
    def recover(self, rate: float, looks: float) -> None:
        self.aim = self.run.trainer.updates
        self.send(commands.Recover(self.run.frame().recovery or rate))
        self.work(looks)

    @rule(probes=st.integers(0, 31), image=SEEDS)
    def look(self, probes: int, image: int) -> None:
        self.send(commands.Watch(Probe(probes)))
        self.send(commands.LookAt(Chosen(SplitName.TEST, image)))

    @rule()
    def save(self) -> None:
        state = self.answers[self.send(commands.Save())].state
        assert state is not None
        assert_same(state, self.state())
        self.saved = [state, *self.saved][:4]

    def teardown(self) -> None:
        """Undo of all, and redo of all; then the same with training in between."""
        Machine.sent += self.tickets
        if self.compared < self.tickets:
            return  # something has been found
        self.send(commands.Pause())
        last = self.state()
        for updates in (0, 3):
            steps = 0
            while self.travel(-1):
                steps += 1
                if updates and not self.at_bottom:
                    self.send(commands.Step(updates))
                    self.work()
            assert self.stack.current == FIRST
            if self.untouched:
                assert_same(self.state(), self.first, "the very beginning")
            for _ in range(steps):
                self.travel(1)
            if not updates:
                assert_same(self.state(), last, "the end")

    @invariant()
    def what_is_shown_is_what_is_trained(self) -> None:
        self.compare()
        self.compared = self.tickets


@pytest.mark.parametrize(
    ("examples", "at_once"),
    [
        pytest.param(A_FEW, None, id="a few"),
        pytest.param(EXAMPLES, None, id="many", marks=pytest.mark.slow),
        pytest.param(EXAMPLES, 2, id="in the middle of updates", marks=pytest.mark.slow),
    ],
)
def test_what_is_shown_is_what_is_trained(monkeypatch: pytest.MonkeyPatch, examples: int, at_once: int | None) -> None:
    if at_once is not None:  # every update takes long, and is interrupted in the middle
        monkeypatch.setattr("nnstudio.core.training.descent.examples_at_once", lambda layers: at_once)
    # As far as a machine gets, the past would else be one state and edits.
    monkeypatch.setattr("nnstudio.core.run.timeline.INTERVAL", 16)
    monkeypatch.setattr(Machine, "sent", 0)
    run_state_machine_as_test(Machine, settings=settings(max_examples=examples, stateful_step_count=STEPS))
    assert Machine.sent >= 2000 * examples / EXAMPLES
