"""The past of a run: dense near the present, thin far back, exact everywhere."""

from dataclasses import replace
from itertools import pairwise

import pytest

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind
from nnstudio.core.experiment.plan import plan
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.timeline import INTERVAL, MAXIMUM_STATES, Timeline
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


def stretched(timeline: Timeline, updates: int) -> None:
    """As if the run had gone on for so long: states at all times, of one and the same content."""
    last = timeline.states[-1]
    for update in range(last.updates + INTERVAL, updates + 1, INTERVAL):
        timeline.note_state(replace(last, updates=update))


def test_states_stay_few_and_lie_dense_near_now_and_evenly_over_the_whole_run() -> None:
    """Five million updates: wherever the slider is put, a state is near; on the way back from now each stretch has as
    many as the one before, which is half as long."""
    _, timeline = trained(0)
    stretched(timeline, 5_000_000)
    times = [state.updates for state in timeline.states]
    assert len(times) == timeline.count == MAXIMUM_STATES
    assert times[0] == 0
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert max(gaps) <= 0.01 * times[-1]
    assert gaps[-1] == INTERVAL
    stretches = [sum(2**k < (times[-1] - time) / INTERVAL <= 2 ** (k + 1) for time in times) for k in range(3, 13)]
    assert all(stretches[k] >= 8 for k in range(9)), stretches


def test_with_little_room_states_still_reach_over_the_whole_run() -> None:
    _, timeline = trained(0)
    timeline.bound(16 * timeline.states[0].nbytes)
    stretched(timeline, 200 * INTERVAL)
    times = [state.updates for state in timeline.states]
    assert len(times) == 16
    assert max(later - earlier for earlier, later in pairwise(times)) <= 0.2 * times[-1]


@pytest.mark.parametrize(("room_for", "kept"), [(0, 3), (3, 3), (5, 5), (1000, MAXIMUM_STATES)])
def test_memory_bounds_the_states_but_three_there_are(room_for: int, kept: int) -> None:
    """A drag leaves many at one update, and the next update some more."""
    trainer = Trainer(XOR4)
    trainer.step()
    state = trainer.state()
    timeline = Timeline(state)
    timeline.bound(room_for * state.nbytes)
    for _ in range(MAXIMUM_STATES + 6):
        timeline.note_state(trainer.state())
    trainer.step()
    last = trainer.state()
    timeline.note_state(last)
    assert len(timeline.states) == timeline.count == kept
    assert timeline.nbytes == sum(state.nbytes for state in timeline.states)
    assert (timeline.states[0], timeline.states[-1]) == (state, last)
    timeline.bound(4 * state.nbytes)
    assert timeline.count == min(kept, 4), "a smaller bound holds at once"


def test_the_nearest_state_is_the_nearest_and_says_whether_the_run_stood_there() -> None:
    trainer, timeline = trained(3 * INTERVAL)
    assert (timeline.nearest(700).state.updates, timeline.nearest(700).exact) == (INTERVAL, False)
    assert (timeline.nearest(800).state.updates, timeline.nearest(800).exact) == (2 * INTERVAL, False)
    assert timeline.nearest(2 * INTERVAL).exact
    before = trainer.state()
    timeline.note_state(before)
    timeline.note_edit(trainer.updates, XOR4)
    timeline.note_state(trainer.state())
    found = timeline.nearest(trainer.updates)
    assert found.exact
    assert found.state.params.tobytes() == before.params.tobytes()


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
    timeline = timeline.until(500)
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
    whole, ended = timeline, timeline.ended(state)
    assert ended is not None
    timeline = ended
    assert timeline.states[-1] is state
    assert gone_to(timeline, 299).network.params.tobytes() == trained(299)[0].network.params.tobytes()
    assert timeline.ended(trainer.state()) is None, "an equal state from elsewhere is not of this past"
    assert len(whole._events) == len(timeline._events) + 1, "the past itself stays as it is"
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
