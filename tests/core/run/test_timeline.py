"""The past of a run: dense near the present, thin far back, exact everywhere."""

from dataclasses import replace
from itertools import pairwise

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.timeline import MAXIMUM_SNAPSHOTS, Timeline
from nnstudio.core.training.trainer import Trainer

XOR4 = default_experiment(DatasetKind.XOR4)


def trained(updates: int) -> tuple[Trainer, Timeline]:
    trainer = Trainer(XOR4)
    timeline = Timeline(trainer)
    for _ in range(updates):
        trainer.step()
        timeline.note_update()
    return trainer, timeline


def test_snapshots_stay_few_and_thin_out_into_the_past() -> None:
    _, timeline = trained(256 * 200)
    times = [snapshot.updates for snapshot in timeline.snapshots]
    assert len(times) <= MAXIMUM_SNAPSHOTS
    assert times[0] == 0
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[-1] == 256
    assert sum(gaps[:8]) > 4 * sum(gaps[-8:])


def test_any_update_is_reached_exactly_whatever_was_edited_meanwhile() -> None:
    trainer = Trainer(XOR4)
    timeline = Timeline(trainer)
    bits = [trainer.network.params.tobytes()]
    for update in range(1, 1500):
        if update in (300, 301, 700):
            trainer.apply(replace(XOR4, training=replace(XOR4.training, learning_rate=0.001 * update)))
            timeline.note_edit()
        trainer.step()
        timeline.note_update()
        bits.append(trainer.network.params.tobytes())
    now = trainer.experiment
    for update in (1499, 1400, 1023, 701, 700, 699, 301, 300, 299, 1, 0):
        timeline.go_to(update)
        assert trainer.updates == update
        assert trainer.network.params.tobytes() == bits[update], update
        assert trainer.experiment == now


def test_after_going_back_training_repeats_itself() -> None:
    trainer, timeline = trained(600)
    end = trainer.network.params.tobytes()
    timeline.go_to(123)
    while trainer.updates < 600:
        trainer.step()
    assert trainer.network.params.tobytes() == end
