"""The past of a run: dense near the present, thin far back, exact everywhere."""

from dataclasses import replace
from itertools import pairwise

import pytest

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind
from nnstudio.core.experiment.plan import plan
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.timeline import INTERVAL, Timeline
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer
from nnstudio.core.training.transfer import carried

XOR4 = default_experiment(DatasetKind.XOR4)


def trained(updates: int) -> tuple[Trainer, Timeline]:
    trainer = Trainer(XOR4)
    timeline = Timeline(trainer.state())
    for _ in range(updates):
        trainer.step()
        timeline.note_update(trainer)
    return trainer, timeline


def at(state: RunState) -> Trainer:
    trainer = Trainer(state.experiment)
    trainer.restore(state)
    return trainer


def edited(trainer: Trainer, experiment: Experiment) -> Trainer:
    if not plan(trainer.experiment, experiment).rebuilds:
        trainer.apply(experiment)
        return trainer
    return carried(trainer, experiment, trainer.dataset)


def gone_to(timeline: Timeline, update: int) -> Trainer:
    replay = timeline.replay(update, at, edited)
    while replay.step():
        assert 0 <= replay.share <= 1
    return replay.trainer


def test_states_stay_few_and_thin_out_into_the_past() -> None:
    _, timeline = trained(INTERVAL * 200)
    times = [state.updates for state in timeline.states]
    assert len(times) == 64
    assert times[0] == 0
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[-1] == INTERVAL
    assert sum(gaps[:8]) > 4 * sum(gaps[-8:])


@pytest.mark.parametrize(("room_for", "kept"), [(0, 3), (3, 3), (5, 5), (1000, 64)])
def test_memory_bounds_the_states_but_three_there_are(
    monkeypatch: pytest.MonkeyPatch, room_for: int, kept: int
) -> None:
    """A drag leaves many at one update, and the next update some more."""
    trainer, timeline = trained(0)
    monkeypatch.setattr("nnstudio.core.run.timeline.MAXIMUM_BYTES", room_for * trainer.state().nbytes)
    for _ in range(70):
        timeline.note_state(trainer.state())
    trainer.step()
    last = replace(trainer.state(), history=timeline.states[0].history)
    timeline.note_state(last)
    assert len(timeline.states) == kept
    assert timeline.beginning == 0
    assert timeline.states[-1] is last


def test_any_update_is_reached_exactly_whatever_was_edited_meanwhile() -> None:
    """Hyperparameters, a neuron more, a layer less: each at several places between two states, and twice at one."""
    trainer = Trainer(XOR4)
    timeline = Timeline(trainer.state())
    bits = [trainer.network.params.tobytes()]
    layers = XOR4.layers
    edits = {
        300: lambda e: replace(e, training=replace(e.training, learning_rate=0.3)),
        301: lambda e: replace(e, layers=(replace(layers[0], units=6),)),
        700: lambda e: replace(e, layers=(replace(layers[0], units=6), DenseSpec(units=6))),
        701: lambda e: replace(e, layers=e.layers[:1]),
        900: lambda e: replace(e, training=replace(e.training, optimizer=OptimizerKind.ADAM)),
    }
    for update in range(1, 1500):
        if update in edits:
            experiment = edits[update](trainer.experiment)
            timeline.note_edit(trainer.updates, experiment)
            trainer = edited(trainer, experiment)
        trainer.step()
        timeline.note_update(trainer)
        bits.append(trainer.network.params.tobytes())
    for update in (1499, 1400, 1023, 901, 900, 899, 701, 700, 699, 301, 300, 299, 1, 0):
        past = gone_to(timeline, update)
        assert past.updates == update
        assert past.network.params.tobytes() == bits[update], update
    assert trainer.updates == 1499, "the run itself has not moved"


def test_what_was_abandoned_does_not_come_back() -> None:
    """Back to update 500, and on without the edit of update 600: no way leads through it any more."""
    trainer, timeline = trained(600)
    faster = replace(XOR4, training=replace(XOR4.training, learning_rate=5.0))
    timeline.note_edit(600, faster)
    trainer.apply(faster)
    for _ in range(100):
        trainer.step()
        timeline.note_update(trainer)
    timeline.forget_after(500)
    past = gone_to(timeline, 500)
    for _ in range(200):
        past.step()
        timeline.note_update(past)
    assert gone_to(timeline, 690).network.params.tobytes() == trained(690)[0].network.params.tobytes()


def test_the_past_ends_where_a_state_was_put_back() -> None:
    trainer, timeline = trained(300)
    state = trainer.state()
    timeline.note_state(state)
    timeline.note_edit(300, replace(XOR4, layers=()))
    assert timeline.cut(state)
    assert timeline.states[-1] is state
    assert gone_to(timeline, 299).network.params.tobytes() == trained(299)[0].network.params.tobytes()
    assert not timeline.cut(trainer.state()), "an equal state from elsewhere is not of this past"
    for _ in range(9):
        trainer.step()
        timeline.note_update(trainer)
    past = gone_to(timeline, 305)
    assert past.experiment == XOR4, "the edit that followed the state has not happened"
    assert past.network.params.tobytes() == trained(305)[0].network.params.tobytes()


def test_after_going_back_training_repeats_itself() -> None:
    trainer, timeline = trained(600)
    past = gone_to(timeline, 123)
    while past.updates < 600:
        past.step()
    assert past.network.params.tobytes() == trainer.network.params.tobytes()


def test_the_share_of_the_way_counts_from_the_state_where_it_begins() -> None:
    _, timeline = trained(INTERVAL + 50)
    replay = timeline.replay(INTERVAL + 44, at, edited)
    assert replay.share == 0
    for _ in range(22):
        replay.step()
    assert replay.share == 0.5
