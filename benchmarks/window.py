"""One scene behind the real window, in a process of its own; prints its figures as a line of JSON.

    python -m benchmarks.window SCENE SECONDS STARTED

Window and bare trainer run in turn, a slice of the time each, because machines are faster at one moment than at the
next. A picture counts when all of it has been painted. STARTED is the time at which the process was started, for the
first picture.
"""

import gc
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import perf_counter

from nnstudio import system

system.limit_blas_threads()
gc.disable()  # as the program does

import numpy as np  # noqa: E402 -- after the limit
from numpy.typing import NDArray  # noqa: E402
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from benchmarks.lent import Lent  # noqa: E402
from nnstudio.core.experiment import Experiment, StoppingSpec  # noqa: E402
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, OptimizerKind  # noqa: E402
from nnstudio.core.experiment.layer_specs import Conv2DSpec, DenseSpec, FlattenSpec, MaxPool2DSpec  # noqa: E402
from nnstudio.core.presets import default_experiment  # noqa: E402
from nnstudio.core.run.commands import Answer, Begin  # noqa: E402
from nnstudio.core.run.frame import Frame, Probe  # noqa: E402
from nnstudio.core.training.trainer import Trainer  # noqa: E402
from nnstudio.files.images import ImageLibrary  # noqa: E402
from nnstudio.ui import fonts, theme  # noqa: E402
from nnstudio.ui.main_window import MainWindow  # noqa: E402
from nnstudio.ui.mnist_folder import remembered_folder  # noqa: E402
from nnstudio.ui.session import Session  # noqa: E402
from nnstudio.ui.settings import Settings  # noqa: E402
from nnstudio.ui.theme import ThemeChoice  # noqa: E402

WARM_UP = 1.0
SLICES = 4
PAUSING = 0.2
"""Seconds after which a run that was told to pause surely rests."""
MOVES = 20
PAUSE_BETWEEN = 0.15
Intervals = NDArray[np.float64]
_PAINTED = QEvent.Type(QEvent.registerEventType())


def _spirals(*units: int) -> Experiment:
    experiment = default_experiment(DatasetKind.SPIRALS)
    training = replace(experiment.training, optimizer=OptimizerKind.SGD, l2=0.0)
    return replace(experiment, layers=tuple(DenseSpec(units=n) for n in units), training=training)


def _convolutions() -> Experiment:
    relu = ActivationKind.RELU
    filters = Conv2DSpec(filters=8, kernel=5, activation=relu), MaxPool2DSpec()
    deeper = Conv2DSpec(filters=16, kernel=5, activation=relu), MaxPool2DSpec()
    layers = (*filters, *deeper, FlattenSpec(), DenseSpec(units=64, activation=relu))
    return replace(default_experiment(DatasetKind.MNIST), layers=layers)


SCENES = {
    "2-8-8-1": partial(_spirals, 8, 8),
    "2-32-32-32-1": partial(_spirals, 32, 32, 32),
    "784-128-64-10": partial(default_experiment, DatasetKind.MNIST),
    "convolutions": _convolutions,
    "two of 2-8-8-1": partial(_spirals, 8, 8),
    "two of 784-128-64-10": partial(default_experiment, DatasetKind.MNIST),
    "2-8-8-1 and seeds": partial(_spirals, 8, 8),
}
COMPARED = "two of"
"""How the scenes begin in which another run trains beside the first; the updates of both count."""
SEEDS = "and seeds"
"""How those end in which other processes train it from 20 seeds meanwhile, on all cores but one."""
LONG = StoppingSpec(updates=60_000)
"""How long each of them is trained: so long that they outlast the measurement."""


class Clock(QObject):
    """A viewer of every frame, that knows when it has been painted."""

    probes = Probe.NOTHING
    interval = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[float] = []
        self.awaited: tuple[int, Callable[[], object]] = (2**62, _nothing)
        """When a picture is painted that knows of so many commands, this is done, once."""
        self._shown = 0

    def isVisible(self) -> bool:
        return True

    def show_frame(self, frame: Frame) -> None:
        self._shown = frame.commands
        # Paint events are posted with low priority; an event of lower priority arrives when they are done.
        QCoreApplication.postEvent(self, QEvent(_PAINTED), Qt.EventPriority.LowEventPriority.value - 1)

    def event(self, event: QEvent) -> bool:
        if event.type() != _PAINTED:
            return super().event(event)
        self.painted.append(perf_counter())
        ticket, then = self.awaited
        if self._shown >= ticket:
            self.awaited = 2**62, _nothing
            then()
        return True


def _nothing() -> None:
    """Nobody waits."""


def bare(experiment: Experiment, seconds: float) -> float:
    """Updates a second of a trainer on a thread of its own, warm."""
    result: list[float] = []

    def train() -> None:
        trainer = Trainer(experiment, ImageLibrary(remembered_folder))
        for _ in range(20):
            trainer.step()
        start, before = perf_counter(), trainer.updates
        while perf_counter() < start + seconds:
            trainer.step()
        result.append((trainer.updates - before) / (perf_counter() - start))

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    return result[0]


class Measurement(QObject):
    """Plays, counts for so many seconds in all, while the bare trainer has its turns, moves the slider, and leaves.

    updates, bare: updates a second behind the window and of the bare trainer
    intervals: seconds from picture to picture
    """

    def __init__(self, application: QApplication, name: str, seconds: float) -> None:
        super().__init__()
        self._name, self._application, self._slice = name, application, seconds / SLICES
        self._experiment = experiment = SCENES[name]()
        self.session = Session(experiment, ImageLibrary(remembered_folder))
        self.window = MainWindow(self.session, Settings())
        self.window.resize(1440, 900)
        self.clock = Clock()
        self.session.viewers.attach(self.clock)
        self._updates: list[float] = []
        self._bare: list[float] = []
        self._intervals: list[Intervals] = []
        self.core: list[float] = []
        self.pixels: list[float] = []
        self.first = 0.0
        self._answered: dict[int, float] = {}
        run = self.session._worker._run
        run._outbox = partial(self._note_answer, run._outbox)

    def _note_answer(self, outbox: Callable[[Answer], object], answer: Answer) -> None:
        """On the worker's thread, when a command has been obeyed."""
        self._answered[answer.ticket] = perf_counter()
        outbox(answer)

    def run(self) -> None:
        """To its end."""
        self.session.start()
        self.window.show()
        self.clock.awaited = (0, self._play)
        self._application.exec()
        self.session.stop()
        self.window.hide()

    @property
    def updates(self) -> float:
        return sum(self._updates) / SLICES

    @property
    def bare(self) -> float:
        return sum(self._bare) / SLICES

    @property
    def intervals(self) -> Intervals:
        return np.concatenate(self._intervals)

    def _after(self, seconds: float, then: Callable[[], object]) -> None:
        QTimer.singleShot(round(seconds * 1000), self, then)

    def _play(self) -> None:
        if not self.first and self._name.endswith(SEEDS):
            self._train_seeds()
        if not self.first and self._name.startswith(COMPARED):
            training = replace(self._experiment.training, learning_rate=self._experiment.training.learning_rate / 3)
            self.window.pages.comparing.begin((Begin(replace(self._experiment, training=training)),))
        self.first = self.first or time.time()
        self.session.play()
        self._after(WARM_UP, self._begin)

    def _train_seeds(self) -> None:
        self.session.edit(replace(self._experiment, stopping=LONG))
        self.window.pages.sweeping.try_seeds()
        seeds = self.window.pages.sweeping.seeds
        assert seeds is not None
        seeds.train()
        self.session.edit(self._experiment)

    def _begin(self) -> None:
        self.clock.painted.clear()
        self._start = self._progress()
        self._after(self._slice, self._end)

    def _progress(self) -> tuple[float, int]:
        assert self.session.frame is not None
        frame = self.session.frame
        return perf_counter(), sum(each.updates for each in (frame, *frame.companions))

    def _end(self) -> None:
        end = self._progress()
        self._updates.append((end[1] - self._start[1]) / (end[0] - self._start[0]))
        self._intervals.append(np.diff(self.clock.painted))
        self.session.pause()
        self._after(PAUSING, self._rest)

    def _rest(self) -> None:
        self._bare.append(bare(self._experiment, self._slice))
        if len(self._bare) < SLICES:
            self._play()
        else:
            self.session.play()
            self._after(WARM_UP, self._move)

    def _move(self) -> None:
        """A slider is moved: the answer, and the first painted picture that knows of it, are waited for."""
        experiment = self.session.experiment
        rate = experiment.training.learning_rate * (1.02 if len(self.core) % 2 else 0.98)
        self._moved = perf_counter()
        self.session.edit(replace(experiment, training=replace(experiment.training, learning_rate=rate)), merge="rate")
        self.clock.awaited = (self.session.sent, self._moved_to_the_screen)

    def _moved_to_the_screen(self) -> None:
        self.core.append(self._answered[self.session.sent] - self._moved)
        self.pixels.append(self.clock.painted[-1] - self._moved)
        if len(self.core) == MOVES:
            self._application.exit()  # quit() would close the window, which asks whether to save
        else:
            self._after(PAUSE_BETWEEN, self._move)


def main() -> None:
    """Measure the scene that was asked for."""
    name, seconds, started = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    application = QApplication(sys.argv[:1])
    fonts.load()
    theme.choose(application, ThemeChoice.LIGHT)
    lent, measurement = Lent(), Measurement(application, name, seconds)
    measurement.run()
    intervals = measurement.intervals
    figures = {
        "frames": 1 / float(intervals.mean()),
        "interval": float(np.quantile(intervals, 0.99)),
        "share": measurement.updates / measurement.bare,
        "updates": measurement.updates,
        "core": float(np.median(measurement.core)),
        "pixels": float(np.median(measurement.pixels)),
        "first": measurement.first - started,
        "lent": lent.share,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
