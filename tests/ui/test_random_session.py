"""Two thousand random commands, a fifth of them in the quick tests, to a real session with its worker's thread, several
at a time: what is shown is what is trained, nothing is refused without a reason, and whatever is undone comes back to
the bit.

Hypothesis draws what is done, never looking at how far the thread has come. What a race breaks may not break again, so
nothing is made smaller, and nothing explained.
"""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import ClassVar

import pytest
import random_edits
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from pytestqt.qtbot import QtBot
from random_edits import (
    BIASES,
    DATA,
    DRAGGED,
    EDITS,
    LAYERS,
    LEARNING,
    NO_IMAGES,
    SEEDS,
    SURGERY,
    WHOLE,
    Edit,
    no_images,
)
from recording import RecordingRun, Watcher
from same_state import assert_same, same

from nnstudio.core.experiment import Experiment
from nnstudio.core.network.surgery import Surgery
from nnstudio.core.network.weights import Weights
from nnstudio.core.run.commands import Answer
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Probe, Status
from nnstudio.core.run.run import INTERRUPTED
from nnstudio.core.training.state import RunState
from nnstudio.ui.session import Session
from nnstudio.ui.undo import MAXIMUM

FIRST = replace(random_edits.FIRST, seed=12_345)  # which no edit asks for again
A_FEW, EXAMPLES, STEPS = 8, 42, 50
TO_BE_EXPECTED = (
    NO_IMAGES,
    INTERRUPTED,
    "These weights were not taken",  # the network is another one by now
    "Batch normalisation compares",
    " does not fit ",  # a loss the data
    *("no longer there", "has the shape", "has no ", "there is no unit", "only passes on", "stays on", "finite number"),
    "That state is no longer there",  # only if the command that was to leave it was refused: see `RecordingRun`
)
TIMES = st.integers(1, 4)


class Machine(RuleBasedStateMachine):
    """A session, what it said, and what its worker's run did."""

    sent: ClassVar[int] = 0

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__()
        self.qtbot = qtbot
        self.sound = True
        self.refusals: list[str] = []
        self.saved: list[RunState] = []
        self.watcher = Watcher()
        self.session = Session(FIRST, no_images)
        self.session.viewers.attach(self.watcher)
        self.session.failed.connect(self.refusals.append)
        self.session.start()
        self.first = self.rest()

    @property
    def recording(self) -> RecordingRun:
        run = self.session._worker._run
        assert isinstance(run, RecordingRun)
        return run

    # Waiting and comparing --------------------------------------------------------------------------------------------

    def wait(self, until: Callable[[], bool]) -> None:
        """As `QtBot.waitUntil`, which looks every 10 ms."""
        deadline = perf_counter() + 20
        while not until():
            assert perf_counter() < deadline, "no answer, or no frame that knows of it"
            self.qtbot.wait(1)

    def state(self) -> RunState:
        states: list[RunState | None] = []
        self.session.save(lambda answer: states.append(answer.state))
        self.wait(lambda: bool(states) and self.session.up_to_date)
        assert states[0] is not None
        return states[0]

    def compare(self) -> RunState:
        """All that was asked for is answered and shown; the state that was trained then."""
        session, self.sound = self.session, False
        self.wait(lambda: session.up_to_date and session._undo.settled and not session._answered)
        self.wait(lambda: session.playing or session._worker._run._goal is None)  # the steps that were asked for
        state, frame = self.state(), session.frame
        assert frame is not None
        while not session.playing and frame.updates != state.updates:  # so many updates are still to be made
            state, frame = self.state(), session.frame
            assert frame is not None
        assert frame.experiment == session.experiment == state.experiment
        assert frame.status is not Status.FAILED
        assert (frame.status is Status.LEARNING) == session.playing
        if not session.playing:
            assert frame.params.tobytes() == state.params.tobytes()
            assert_same(frame.history, state.history.rows)
            assert frame.marks == state.marks
        assert not self.recording.wrong
        unexpected = [refusal for refusal in self.refusals if not any(part in refusal for part in TO_BE_EXPECTED)]
        assert not unexpected
        assert len(session._undo._moments) <= MAXIMUM, "the bottom is still there"
        self.sound = True
        return state

    def rest(self) -> RunState:
        """The whole state, with nothing moving any more."""
        self.session.pause()
        return self.compare()

    def edit(self, edit: Edit, keep: bool, merge: str = "") -> None:
        self.session.keeps = keep
        self.session.edit(edit(self.session.experiment), merge)

    # Rules ------------------------------------------------------------------------------------------------------------

    @initialize(edit=LAYERS)
    def leave_the_bottom(self, edit: Edit) -> None:
        self.edit(edit, True)

    @rule(edit=LAYERS, keep=st.booleans())
    def edit_layers(self, edit: Edit, keep: bool) -> None:
        self.edit(edit, keep)

    @rule(edit=LEARNING)
    def edit_learning(self, edit: Edit) -> None:
        self.edit(edit, True)

    @rule(edit=DATA | WHOLE, keep=st.booleans())
    def edit_the_rest(self, edit: Edit, keep: bool) -> None:
        self.edit(edit, keep)

    @rule(edits=DRAGGED, pause=st.booleans())
    def drag(self, edits: list[Edit], pause: bool) -> None:
        for edit in edits:
            self.edit(edit, True, "drag")
            if pause:
                self.qtbot.wait(1)

    @rule(surgery=SURGERY)
    def operate(self, surgery: Surgery) -> None:
        self.session.operate(surgery)

    @rule(surgeries=BIASES | st.lists(SURGERY, max_size=4), pause=st.booleans())
    def drag_by_hand(self, surgeries: list[Surgery], pause: bool) -> None:
        for surgery in surgeries:
            self.session.operate(surgery, "drag")
            if pause:
                self.qtbot.wait(1)

    @rule(surgery=SURGERY, times=TIMES)
    def back_past_an_operation(self, surgery: Surgery, times: int) -> None:
        self.session.step(3)
        self.session.operate(surgery)
        self.session.step(2)
        self.back(times)

    @rule(seed=SEEDS)
    def begin(self, seed: int) -> None:
        self.session.begin(replace(FIRST, seed=seed), "Begin")

    @rule(from_weights=st.booleans())
    def begin_from(self, from_weights: bool) -> None:
        state, frame = (self.saved or [self.first])[-1], self.session.frame
        if from_weights and frame is not None:
            self.session.begin(frame.experiment, "Open", frame.weights)
        else:
            self.session.begin(state.experiment, "Open", state)

    @rule()
    def restart(self) -> None:
        self.session.restart()

    @rule(seed=SEEDS)
    def new_weights(self, seed: int) -> None:
        self.session.new_weights(seed)

    @rule(right=st.booleans())
    def set_weights(self, right: bool) -> None:
        assert self.session.frame is not None
        weights = self.session.frame.weights
        params = weights.params / 2 if right else weights.params[1:]
        self.session.set_weights(Weights(params, weights.statistics))

    @rule(times=TIMES)
    def undo(self, times: int) -> None:
        for _ in range(times):
            self.session.undo()

    @rule(times=TIMES)
    def redo(self, times: int) -> None:
        for _ in range(times):
            self.session.redo()

    @rule()
    def toggle_play(self) -> None:
        self.session.toggle_play()

    @rule(updates=st.integers(1, 50))
    def step(self, updates: int) -> None:
        self.session.step(updates)

    @rule()
    def step_epoch(self) -> None:
        self.session.step_epoch()

    @rule(times=TIMES)
    def back(self, times: int) -> None:
        for _ in range(times):
            self.session.back()

    @rule(edit=LAYERS | LEARNING, times=TIMES, arrive=st.booleans())
    def back_past_an_edit(self, edit: Edit, times: int, arrive: bool) -> None:
        self.session.step(3)
        self.edit(edit, True)
        self.session.step(2)
        self.back(times)
        if arrive:
            self.compare()

    @rule()
    def recover(self) -> None:
        self.session.recover()

    @rule(probes=st.integers(0, 31), image=SEEDS)
    def look(self, probes: int, image: int) -> None:
        self.watcher.probes = Probe(probes)
        self.session.look_at(Chosen(SplitName.TEST, image))

    @rule()
    def save(self) -> None:
        def heard(answer: Answer) -> None:
            assert answer.state is not None
            self.saved.append(answer.state)

        self.session.save(heard)

    @rule(milliseconds=st.integers(1, 20))
    def let_time_pass(self, milliseconds: int) -> None:
        self.qtbot.wait(milliseconds)

    @rule()
    def settle(self) -> None:
        self.compare()

    @rule(edit=EDITS, updates=st.integers(0, 9))
    def there_and_back(self, edit: Edit, updates: int) -> None:
        """One step, and training after it: Undo and Redo each bring back what was there."""
        here, moment = self.rest(), self.session.moment
        self.edit(edit, True)
        self.session.step(updates or 1)
        there = self.compare()
        if self.session.moment is moment:
            return
        self.session.undo()
        assert_same(self.rest(), here)
        self.session.redo()
        assert_same(self.rest(), there)

    def teardown(self) -> None:
        """Undo of all, all at once, and redo of all."""
        try:
            if self.sound:
                self.there_and_back_again()
        finally:
            self.session.stop()

    def there_and_back_again(self) -> None:
        session = self.session
        Machine.sent += session.sent
        last, asked = self.rest(), dict[int, Experiment]()
        while (target := session._undo.before) is not None:
            session.undo()
            asked[session.sent] = target.experiment
        first = self.rest()
        assert asked.items() <= self.recording.put_back.items(), "each step leads where it said it would"
        assert first.experiment == FIRST
        met = [state for state in self.recording.met.values() if state.experiment == FIRST]
        if all(same(state, self.first) for state in met):
            assert_same(first, self.first, "the very beginning")
        assert any(same(first, state) for state in met)
        for _ in asked:
            session.redo()
        assert_same(self.rest(), last, "the end")


@pytest.mark.parametrize(
    ("examples", "at_once"),
    [
        pytest.param(A_FEW, None, id="a few"),
        pytest.param(EXAMPLES, None, id="many", marks=pytest.mark.slow),
        pytest.param(EXAMPLES, 2, id="in the middle of updates", marks=pytest.mark.slow),
    ],
)
def test_what_is_shown_is_what_is_trained(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, examples: int, at_once: int | None
) -> None:
    if at_once is not None:  # every update takes long, and is interrupted in the middle
        monkeypatch.setattr("nnstudio.core.training.descent.examples_at_once", lambda layers: at_once)
    monkeypatch.setattr("nnstudio.core.run.worker.Run", RecordingRun)
    monkeypatch.setattr("nnstudio.ui.session.TICK_MILLISECONDS", 4)
    monkeypatch.setattr(Machine, "sent", 0)
    run_state_machine_as_test(
        lambda: Machine(qtbot),  # type: ignore[arg-type]
        settings=settings(max_examples=examples, stateful_step_count=STEPS, phases=[Phase.generate]),
    )
    assert Machine.sent >= 2000 * examples / EXAMPLES
