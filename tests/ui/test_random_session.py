"""Two thousand random things done to a real session with its thread: what is shown is what is trained."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind
from nnstudio.core.network.weights import Weights
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.ui.session import Session
from nnstudio.ui.views.view import View

FIRST = Experiment(dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=60))


def no_images(_: ImageSpec) -> None:
    raise DataError("There are no images here.")


class Watcher(View):
    probes = Probe.OUTPUT | Probe.NEURONS | Probe.GRADIENTS

    def show_frame(self, frame: Frame) -> None:
        pass


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session(FIRST, no_images)  # type: ignore[arg-type]
    view = Watcher()
    qtbot.addWidget(view)
    session.viewers.attach(view)
    view.show()
    session.start()
    yield session
    session.stop()


def settled(session: Session, qtbot: QtBot) -> Frame:
    """A frame that knows all that was asked for, with every step answered."""
    qtbot.waitUntil(
        lambda: session.frame is not None and session.frame.commands == session._sent and session._undo.settled,
        timeout=20_000,
    )
    assert session.frame is not None
    return session.frame


def act(session: Session, random: np.random.Generator) -> None:
    experiment = session.experiment
    layers = list(experiment.layers)
    match random.integers(18):
        case 0 | 1 if len(layers) < 5:
            session.edit(replace(experiment, layers=(*layers, DenseSpec(units=int(random.integers(1, 6))))))
        case 2 if layers:
            session.edit(replace(experiment, layers=tuple(layers[1:])))
        case 3 if layers:
            first = replace(layers[0], units=int(random.integers(1, 9)))  # type: ignore[call-arg]
            session.edit(replace(experiment, layers=(first, *layers[1:])))
        case 4 | 5:
            rates = [float(f"{10 ** random.uniform(-3, -1):.2g}") for _ in range(4)]
            for rate in rates:
                training = replace(session.experiment.training, learning_rate=rate)
                session.edit(replace(session.experiment, training=training), merge="drag")
        case 6:
            kinds = list(OptimizerKind)
            training = replace(experiment.training, optimizer=kinds[random.integers(len(kinds))])
            session.edit(replace(experiment, training=training))
        case 7:
            session.edit(default_experiment(DatasetKind.MNIST))  # which cannot be had
        case 8:
            session.begin(replace(FIRST, seed=int(random.integers(100))), "Begin")
        case 9:
            session.restart()
        case 10 | 11:
            session.undo()
        case 12:
            session.redo()
        case 13:
            session.toggle_play()
        case 14:
            session.step(int(random.integers(1, 50)))
        case 15:
            session.step_epoch()
        case 16:
            session.back()
        case _:
            session.set_weights(Weights(np.zeros(int(random.integers(1, 50)), np.float32)))


def test_what_is_shown_is_what_is_trained(session: Session, qtbot: QtBot) -> None:
    random = np.random.default_rng(6)
    for action in range(2000):
        act(session, random)
        if action % 5 == 0:
            qtbot.wait(1)
        if action % 25 == 0:
            frame = settled(session, qtbot)
            assert frame.experiment == session.experiment
            assert frame.status is not Status.FAILED
            assert (frame.status is Status.LEARNING) == session.playing or frame.status is Status.DIVERGED
    session.pause()
    while session.undo_label:
        session.undo()
    frame = settled(session, qtbot)
    assert frame.experiment == session.experiment
    assert not session.undo_label
