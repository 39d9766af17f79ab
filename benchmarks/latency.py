"""How soon the worker obeys while it is in the middle of something long.

One epoch at batch 1 on 60 000 images takes half a minute, and a way far back may have to be trained once more. Whoever
presses Pause, closes the program or edits meanwhile is not to notice. Each command is sent to the real worker at some
moment in the middle, and timed until it is answered, a pause also until the first frame that shows it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter, sleep

import numpy as np

from benchmarks.work import whole
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, Conv2DSpec, DenseSpec, MaxPool2DSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.commands import Answer, Back, Command, Edit, Pause, Step, StepEpoch
from nnstudio.core.run.frame import Frame, Status
from nnstudio.core.run.worker import Worker

GOAL = 0.050
"""Seconds that half of the commands may take."""
TIMES = 20
CLOSINGS = 5
"""Each of these takes a worker with data of its own."""
POLLING = 0.0005


@dataclass(frozen=True)
class Scene:
    """Something long: `train` so many updates first, then `send` it, always anew."""

    name: str
    experiment: Experiment
    train: int
    send: Command


def scenes() -> list[Scene]:
    """One epoch: image by image, all images at once without and with batch normalisation, of a net of convolutions;
    two ways back."""
    digits = default_experiment(DatasetKind.MNIST)
    one, all_at_once = _in_batches(digits, 1), _in_batches(digits, 60_000)
    normalised = replace(all_at_once, layers=(DenseSpec(units=128), BatchNormSpec(), DenseSpec(units=64)))
    filters = Conv2DSpec(filters=8, kernel=5), MaxPool2DSpec(), Conv2DSpec(filters=16, kernel=5), MaxPool2DSpec()
    spirals = default_experiment(DatasetKind.SPIRALS)
    return [
        Scene("one epoch, batch 1, 60 000 images", one, 1_000, StepEpoch()),
        Scene("one epoch, batch 60 000", all_at_once, 1, StepEpoch()),
        Scene("the same with batch normalisation", normalised, 1, StepEpoch()),
        Scene(
            "one epoch of convolutions, batch 64",
            replace(digits, layers=(*filters, DenseSpec(units=64))),
            1,
            StepEpoch(),
        ),
        Scene("back by 77 000 updates, spirals", spirals, 150_000, Back(77_000)),
        Scene("back by 250 updates, 60 000 images", digits, 1_000, Back(250)),
    ]


def _in_batches(experiment: Experiment, size: int) -> Experiment:
    return replace(experiment, training=replace(experiment.training, batch_size=size))


def main() -> bool:
    """Print the table; whether the goal is met everywhere."""
    print(f"\n{'obeyed after, ms: median (worst)':<38}" + "".join(f"{what:>16}" for what in COLUMNS))
    met = [_measure(scene) for scene in scenes()]
    return all(met)


COLUMNS = ("pause", "its frame", "slider", "a neuron more", "close")


def _measure(scene: Scene) -> bool:
    random = np.random.default_rng(0)
    times: dict[str, list[float]] = {what: [] for what in COLUMNS}
    with _working(scene) as (worker, frame):
        for number in range(TIMES):
            for what, command in (("pause", Pause()), *_edits(frame.experiment, number)):
                begun = worker.send(scene.send)
                sleep(random.uniform(0.01, 0.04))
                start = perf_counter()
                ticket = worker.send(command)
                _answered(worker, ticket)
                times[what].append(perf_counter() - start)
                frame = _frame(worker, lambda frame, ticket=ticket: frame.commands >= ticket)
                assert frame.status is not Status.LEARNING, f"{begun} goes on"
                if what == "pause":
                    times["its frame"].append(perf_counter() - start)
    for _ in range(CLOSINGS):
        with _working(scene) as (worker, _):
            worker.send(scene.send)
            sleep(random.uniform(0.01, 0.04))
            start = perf_counter()
            worker.stop(60)
            times["close"].append(perf_counter() - start)
    met = all(np.median(each) <= GOAL for each in times.values())
    cells = [f"{np.median(times[what]) * 1e3:.1f} ({max(times[what]) * 1e3:.0f})" for what in COLUMNS]
    print(
        f"{scene.name:<38}" + "".join(f"{cell:>16}" for cell in cells) + ("" if met else "   GOAL MISSED"), flush=True
    )
    return met


def _edits(experiment: Experiment, number: int) -> Iterator[tuple[str, Edit]]:
    """A slider moved, and a neuron added or taken away."""
    rate = 0.001 * (1 + number % 2)
    faster = replace(experiment, training=replace(experiment.training, learning_rate=rate))
    yield "slider", Edit(faster)
    *others, last = experiment.layers
    assert isinstance(last, DenseSpec)
    larger = replace(last, units=last.units + (1 if number % 2 else -1))
    yield "a neuron more", Edit(replace(faster, layers=(*others, larger)))


@contextmanager
def _working(scene: Scene) -> Iterator[tuple[Worker, Frame]]:
    """A worker that has trained as far as the scene wants, and its picture; it is closed in the end."""
    worker = Worker(scene.experiment, whole)
    worker.start()
    try:
        frame = _frame(worker, lambda frame: True)
        worker.send(Step(scene.train))
        frame = _frame(worker, lambda frame: frame.updates >= scene.train)
        yield worker, frame
    finally:
        worker.stop(60)


def _frame(worker: Worker, wanted: Callable[[Frame], bool]) -> Frame:
    while True:
        frame = worker.mailbox.take()
        if frame is not None and wanted(frame):
            return frame
        sleep(POLLING)


def _answered(worker: Worker, ticket: int) -> Answer:
    while True:
        answer = worker.answer()
        if answer is not None and answer.ticket == ticket:
            return answer
        sleep(POLLING)
