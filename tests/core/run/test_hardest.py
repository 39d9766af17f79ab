"""The hardest examples are those that cost most; they are looked for beside the run, which goes on as if nobody had."""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from driven import PLANE, Driven

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment, ImageSpec
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.presets import default_experiment
from nnstudio.core.run import commands
from nnstudio.core.run.example import SplitName
from nnstudio.core.run.hardest import MOST, find
from nnstudio.core.trace.held import Held
from nnstudio.core.training.pieces import finished
from nnstudio.core.training.trainer import Trainer


def table(task: Task) -> Trainer:
    random = np.random.default_rng(1)
    rows = random.normal(size=(900, 4))
    sums = rows @ random.normal(size=(4, 3))
    truth = {Task.REGRESSION: sums, Task.MULTILABEL: sums > 0}[task]
    data = Dataset.from_arrays(rows, truth, validation_share=0.2)
    return Trainer(default_experiment(data.spec), dataset=data)


def plane(kind: DatasetKind, **settings: float) -> Trainer:
    experiment = default_experiment(kind)
    return Trainer(replace(experiment, dataset=replace(experiment.dataset, **settings)))


@pytest.mark.parametrize(
    "trainer",
    [
        plane(DatasetKind.CIRCLE, validation_share=0.2, noise=0.2),
        plane(DatasetKind.RINGS, validation_share=0.2),
        plane(DatasetKind.XOR4),
        table(Task.REGRESSION),
        table(Task.MULTILABEL),
        Trainer(Experiment(dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=600, validation_share=0.2))),
    ],
    ids=["two classes", "classes", "truth table", "values", "labels", "images"],
)
@pytest.mark.parametrize("name", SplitName)
def test_they_are_those_with_the_largest_loss_by_the_textbook(trainer: Trainer, name: SplitName) -> None:
    for _ in range(5):
        trainer.step()
    split = name.of(trainer.dataset)
    if split is None:
        with pytest.raises(ValueError, match="there are no validation examples"):
            find(trainer, name)
        return
    hardest = finished(find(trainer, name))
    way = Held(trainer.state(), trainer.dataset).predict(split.inputs, split.targets)
    logits, targets = way.layers[-1].z.T, trainer.loss.targets(split.targets.astype(np.float64)).T
    costs = trainer.loss.each(np.ascontiguousarray(logits), targets)
    assert len(hardest.indices) == min(MOST, len(split)) == len(set(hardest.indices.tolist()))
    np.testing.assert_allclose(hardest.losses, np.sort(costs)[::-1][:MOST], rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(hardest.losses, costs[hardest.indices], rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(hardest.answers.T, trainer.predict(split.raw[hardest.indices]), rtol=1e-4, atol=1e-6)
    assert (hardest.split, hardest.updates, hardest.dataset) == (name, trainer.updates, trainer.dataset)


def test_a_loss_that_is_no_number_is_the_hardest() -> None:
    trainer = plane(DatasetKind.SINE)
    trainer.network.params[...] = 1e30
    hardest = finished(find(trainer, SplitName.TEST))
    assert not np.isfinite(hardest.losses).all()


def test_a_command_finds_them_and_is_answered_once() -> None:
    asked = Driven(PLANE)
    answer = asked(commands.FindHardest(SplitName.TEST))
    assert answer is not None
    assert answer.done
    assert answer.found is not None
    expected = finished(find(asked.run.trainer, SplitName.TEST))
    np.testing.assert_array_equal(answer.found.indices, expected.indices)
    assert not asked.run.busy
    refused = asked(commands.FindHardest(SplitName.VALIDATION))
    assert refused is not None
    assert refused.refusal == "Nothing was looked for: there are no validation examples."


def test_training_goes_on_to_the_same_bits_meanwhile() -> None:
    plain, asked = Driven(PLANE), Driven(PLANE)
    for driven in (plain, asked):
        driven(commands.Play())
    asked(commands.FindHardest(SplitName.TRAINING))
    assert asked.run.playing
    found = None
    while found is None:
        asked.run.work(perf_counter() + 0.01, lambda: False)
        found = next((answer.found for answer in asked.answers.values() if answer.found), None)
    updates = asked.run.trainer.updates
    assert updates > 0, "it trained as well"
    assert found.updates == 0, "of the network at which it was asked"
    for driven in (plain, asked):
        driven(commands.Pause())
    plain(commands.Step(updates))
    assert plain.bits == asked.bits


def test_who_asks_again_gets_the_newest_alone() -> None:
    asked = Driven(PLANE)
    asked.run.obey(commands.FindHardest(SplitName.TRAINING), 101)
    asked.run.obey(commands.FindHardest(SplitName.TEST), 102)
    assert asked.answers[101].refusal
    assert 102 not in asked.answers
    asked.run.work(perf_counter() + 60, lambda: False)
    assert asked.answers[102].found is not None
    assert asked.answers[102].found.split is SplitName.TEST


def test_between_two_pieces_somebody_gets_in() -> None:
    asked = Driven(Experiment(dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=5000)))
    asked.run.obey(commands.FindHardest(SplitName.TRAINING), 7)
    asked.run.work(perf_counter() + 60, lambda: True)
    assert 7 not in asked.answers
    assert asked.run.busy
    assert asked.run.rest == 0
    while asked.run.busy:
        asked.run.work(perf_counter(), lambda: False)
    assert asked.answers[7].found is not None


def test_what_is_found_is_true_of_the_network_at_which_it_was_asked() -> None:
    trainer = plane(DatasetKind.CHECKERBOARD)
    before, pieces = finished(find(trainer, SplitName.TRAINING)), find(trainer, SplitName.TRAINING)
    next(pieces)
    for _ in range(50):
        trainer.step()
    found = finished(pieces)
    np.testing.assert_array_equal(found.losses, before.losses)
    assert found.updates == 0
    assert not np.array_equal(finished(find(trainer, SplitName.TRAINING)).losses, before.losses)
