"""An update that takes long, held in its middle: no picture of it while it is being made; pictures go on while the
network is only being looked at."""

import threading
from collections.abc import Callable, Generator, Iterator
from time import monotonic
from typing import Any

import pytest
from workers import answer, started

from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run import commands
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.observe import Observer
from nnstudio.core.run.worker import Worker
from nnstudio.core.training import descent
from nnstudio.core.training.evaluation import Evaluation
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer

DIGITS = Experiment(
    dataset=ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=400),
    layers=(DenseSpec(key=1, units=100),),
    training=TrainingSpec(batch_size=400),
)
SECONDS = 20.0


class Held:
    """Work in pieces that makes one empty piece after the other until it is let go."""

    def __init__(self) -> None:
        self.begun, self._go = threading.Event(), threading.Event()
        self._go.set()

    def hold(self) -> None:
        self.begun.clear()
        self._go.clear()

    def let_go(self) -> None:
        self._go.set()

    def before(self, pieces: Callable[..., Generator[Any]]) -> Callable[..., Generator[Any]]:
        """The same work, begun when it is let go."""

        def held(*given: Any) -> Generator[Any]:
            while not self._go.wait(0.001):
                self.begun.set()
                yield None
            return (yield from pieces(*given))

        return held


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, held: Held, request: pytest.FixtureRequest) -> Iterator[Worker]:
    """Works on updates that are made in pieces, of which it can be held in those that the test names."""
    owner, name = request.param
    monkeypatch.setattr(descent, "examples_at_once", lambda layers: 64)
    monkeypatch.setattr(owner, name, held.before(getattr(owner, name)))
    with started() as start:
        worker = start(DIGITS)
        next_frame(worker)
        held.hold()
        worker.send(commands.Play())
        assert held.begun.wait(SECONDS)
        yield worker
        held.let_go()


def next_frame(worker: Worker) -> Frame:
    """The next picture; not waited for longer than ten of them may take."""
    end, pause = monotonic() + SECONDS, threading.Event()
    while monotonic() < end:
        if (frame := worker.mailbox.take()) is not None:
            return frame
        pause.wait(0.001)
    raise AssertionError("no picture came")


@pytest.mark.parametrize("worker", [(Trainer, "_step_in_pieces")], indirect=True)
def test_in_the_middle_of_an_update_no_picture_is_made(worker: Worker, held: Held) -> None:
    worker.mailbox.take()
    for index in range(3):  # each of them brings the worker around, and asks for a picture
        assert answer(worker, worker.send(commands.LookAt(Chosen(SplitName.TEST, index)))).done
    assert worker.mailbox.take() is None
    held.let_go()
    frame = next_frame(worker)
    assert frame.updates == 1
    assert frame.example is not None
    assert frame.example.chosen.index == 2


@pytest.mark.parametrize("worker", [(Evaluation, "pieces")], indirect=True)
def test_pictures_go_on_while_the_network_is_looked_at(worker: Worker, held: Held) -> None:
    end = monotonic() + SECONDS
    seen: list[Frame] = []
    while len(seen) < 10:
        assert monotonic() < end, "the pictures are far apart"
        seen.append(next_frame(worker))
    held.let_go()
    twin = Trainer(DIGITS)
    twin.step()
    for frame in seen[2:]:  # the first two may be of what was there before
        assert (frame.status, frame.updates) == (Status.LEARNING, 1)
        assert frame.params.tobytes() == twin.network.params.tobytes()
        assert frame.measured_at == 0, "what it is now is still being measured"
        assert frame.metrics == seen[0].metrics


def test_a_picture_during_a_short_evaluation_does_not_make_it_a_second_time() -> None:
    trainer = Trainer(default_experiment(DatasetKind.SPIRALS))
    trainer.step()
    before = trainer.evaluate()
    assert trainer.evaluation_is_cheap
    while not trainer.looking:
        assert trainer.advance_phase() is not Phase.UPDATE, "it measures before it is over"
    frame = Observer(trainer, 1).frame(Probe.NOTHING)
    assert frame.updates == 2
    assert frame.metrics == before
    assert frame.measured_at == 1
    while trainer.advance_phase() is not Phase.UPDATE:
        pass
    assert Observer(trainer, 1).frame(Probe.NOTHING).metrics == trainer.evaluate() != before
