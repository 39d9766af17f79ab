"""What a network would take is known before it is taken, and what does not fit is refused with figures."""

import tracemalloc
from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, LayerSpec, TrainingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, OptimizerKind, Padding
from nnstudio.core.experiment.layer_specs import (
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DropoutSpec,
    LayerNormSpec,
    MaxPool2DSpec,
)
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.presets import PRESETS
from nnstudio.core.run.commands import Answer, Begin, Edit
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.run import Run
from nnstudio.core.training import footprint as module
from nnstudio.core.training.footprint import available_memory, footprint
from nnstudio.core.training.trainer import TRAINING_EXAMPLES_EVALUATED, Trainer

SAME = Conv2DSpec(filters=12, kernel=5, padding=Padding.SAME)
SMALL = Conv2DSpec(filters=3, padding=Padding.SAME)
MONSTER = *(Conv2DSpec(filters=1024, padding=Padding.SAME),) * 15, BatchNormSpec()
"""Legal, each layer for itself; in batches of a thousand images, which have to go through as one, it takes 350
gigabytes."""


def images(*layers: LayerSpec, batch_size: int = 64, **training: object) -> Experiment:
    return Experiment(
        dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=1000),
        layers=layers,
        training=replace(TrainingSpec(batch_size=batch_size), **training),  # type: ignore[arg-type]
    )


STACKS = {
    "wide": images(DenseSpec(units=1024), DenseSpec(units=1024), optimizer=OptimizerKind.ADAM),
    "whole": images(DenseSpec(units=300, activation=ActivationKind.SILU), batch_size=60_000),
    "convolutions": images(SAME, MaxPool2DSpec(), Conv2DSpec(filters=30), AvgPool2DSpec(), DenseSpec(units=100)),
    "tall kernels": images(Conv2DSpec(filters=4, kernel=15, padding=Padding.SAME), batch_size=1000),
    "norms": images(SMALL, BatchNormSpec(), DropoutSpec(), SMALL, LayerNormSpec(), optimizer=OptimizerKind.AMSGRAD),
    "lion": images(DenseSpec(units=1000), batch_size=1, optimizer=OptimizerKind.LION),
}


@pytest.mark.parametrize("experiment", STACKS.values(), ids=list(STACKS))
def test_the_estimate_holds_and_is_not_far_above(experiment: Experiment) -> None:
    dataset = Trainer(replace(experiment, layers=())).dataset
    expected = footprint(experiment, dataset, np.dtype(np.float32), TRAINING_EXAMPLES_EVALUATED)
    tracemalloc.start()
    try:
        run = Trainer(experiment, dataset=dataset)
        for _ in range(-(-1000 // experiment.training.batch_size) if experiment.training.batch_size > 1 else 3):
            run.step()
        run.evaluate()
        kept = run.state(), Observer(run, 1).frame(Probe.NOTHING)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept
    assert expected.parameters == run.network.params.size
    assert 0.5 < peak / expected.bytes < 1


def refusal(experiment: Experiment) -> str:
    with pytest.raises(SettingError) as caught:
        Trainer(experiment)
    return str(caught.value)


def test_a_network_too_large_is_refused_before_it_is_made() -> None:
    experiment = images(*MONSTER, batch_size=1000)
    dataset = Trainer(replace(experiment, layers=())).dataset
    tracemalloc.start()
    begin = perf_counter()
    try:
        with pytest.raises(SettingError) as caught:
            Trainer(experiment, dataset=dataset)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert perf_counter() - begin < 1
    assert peak < 1e6
    assert "its 140,175,370 parameters, in batches of 1,000, take 349.1 GB" in str(caught.value)
    assert " GB of memory" in str(caught.value)


def test_the_limit_is_the_memory_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = STACKS["wide"]
    dataset = Trainer(replace(experiment, layers=())).dataset
    needed = footprint(experiment, dataset, np.dtype(np.float32), TRAINING_EXAMPLES_EVALUATED).bytes
    monkeypatch.setattr(module, "available_memory", lambda: needed - 1)
    assert "and 0.1 GB are there" in refusal(experiment)
    monkeypatch.setattr(module, "available_memory", lambda: needed)
    Trainer(experiment)
    monkeypatch.setattr(module, "available_memory", lambda: None)
    Trainer(experiment)


def test_larger_batches_are_refused_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    small = images(SAME, batch_size=10)
    twin, run = Trainer(small), Trainer(small)
    monkeypatch.setattr(module, "available_memory", lambda: 50_000_000)
    with pytest.raises(SettingError, match="too large for this computer"):
        run.apply(images(SAME, batch_size=1000))
    run.apply(images(SAME, batch_size=20))
    run.apply(small)
    for trainer in (twin, run):
        for _ in range(3):
            trainer.step()
    assert np.array_equal(run.network.params, twin.network.params)


def test_an_optimizer_that_remembers_more_is_refused_where_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = images(DenseSpec(units=1024), DenseSpec(units=1024), optimizer=OptimizerKind.SGD)
    twin, run = Trainer(plain), Trainer(plain)
    monkeypatch.setattr(module, "available_memory", lambda: 10_000_000)
    with pytest.raises(SettingError, match="too large for this computer"):
        run.apply(replace(plain, training=replace(plain.training, optimizer=OptimizerKind.AMSGRAD)))
    for trainer in (twin, run):
        trainer.step()
    assert run.experiment == plain
    assert np.array_equal(run.network.params, twin.network.params)


def test_the_window_keeps_the_run_it_has() -> None:
    answers: list[Answer] = []
    run = Run(outbox=answers.append)
    run.obey(Begin(images(DenseSpec(units=3))), 1)
    before = run.trainer
    run.obey(Edit(images(*MONSTER, batch_size=1000)), 2)
    run.obey(Begin(images(*MONSTER, batch_size=1000)), 3)
    assert run.trainer is before
    assert [answer.ticket for answer in answers] == [1, 2, 3]
    assert answers[0].refusal == ""
    assert all("too large for this computer" in answer.refusal for answer in answers[1:])
    assert all(answer.experiment == before.experiment for answer in answers)


def test_the_memory_of_this_computer_is_known() -> None:
    available = available_memory()
    assert available is None or 2**20 < available < 2**50


@pytest.mark.parametrize("name", [name for name in PRESETS if "mnist" not in name])
def test_no_preset_takes_much(name: str) -> None:
    experiment = PRESETS[name].experiment
    dataset = Trainer(experiment).dataset
    assert footprint(experiment, dataset, np.dtype(np.float32), TRAINING_EXAMPLES_EVALUATED).bytes < 100e6
