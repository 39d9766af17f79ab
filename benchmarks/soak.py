"""Hours of work in the real window, made short; prints what it left in memory as a line of JSON.

    python -m benchmarks.soak UPDATES EDITS

2-8-8-1 learns the spirals for so many updates, and is then shaped so many times while it learns: layers come, go, move,
are doubled and resized, data and activations change, steps are undone and redone. Memory is read while nothing moves,
as the kernel counts it. What Undo keeps has a bound of its own, 256 MB; here it is made so small that it is reached
during the warm-up, because nothing may grow beside it.
"""

import gc
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from resource import getpagesize
from time import perf_counter

from nnstudio import system

system.limit_blas_threads()

from PySide6.QtCore import QCoreApplication, QEvent, QObject  # noqa: E402 -- after the limit
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QGraphicsView  # noqa: E402

from nnstudio.core.experiment import Experiment, keyed  # noqa: E402
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, OptimizerKind  # noqa: E402
from nnstudio.core.experiment.layer_specs import BatchNormSpec, DenseSpec  # noqa: E402
from nnstudio.core.network.layer_edits import (  # noqa: E402
    ChangeLayer,
    DuplicateLayer,
    InsertLayer,
    MoveLayer,
    RemoveLayer,
    TakeNetwork,
    resize,
)
from nnstudio.core.presets import default_experiment  # noqa: E402
from nnstudio.core.run import left_behind  # noqa: E402
from nnstudio.ui import fonts, theme  # noqa: E402
from nnstudio.ui.main_window import MainWindow  # noqa: E402
from nnstudio.ui.session import Session  # noqa: E402
from nnstudio.ui.settings import Settings  # noqa: E402

WARM_UPDATES, WARM_EDITS = 200_000, 60
KEPT_FOR_UNDO = 4 * 2**20
BETWEEN_EDITS = 200
"""Updates at least between two edits."""
PATIENCE = 60.0
"""Seconds without progress after which something hangs."""

Step = Callable[[Session], object]


def eight_eight() -> Experiment:
    """2-8-8-1 on the spirals, plain gradient descent."""
    experiment = default_experiment(DatasetKind.SPIRALS)
    training = replace(experiment.training, optimizer=OptimizerKind.SGD, l2=0.0)
    return replace(experiment, layers=keyed((DenseSpec(units=8), DenseSpec(units=8))), training=training)


def _edit(make: Callable[[Experiment], Experiment]) -> Step:
    return lambda session: session.edit(make(session.experiment))


def _data(kind: DatasetKind) -> Step:
    return _edit(lambda experiment: replace(experiment, dataset=default_experiment(kind).dataset))


def shaping() -> Iterator[Step]:
    """Structural edits without end; each round begins and ends with 2-8-8-1."""
    first = eight_eight()
    steps: tuple[Step, ...] = (
        _edit(lambda now: resize(now.layers[0], 1)(now)),
        _edit(lambda now: resize(now.layers[1], -3)(now)),
        _edit(InsertLayer(DenseSpec(units=6, activation=ActivationKind.RELU), 0)),
        _edit(lambda now: MoveLayer(now.layers[-1].key, now.layers[0].key)(now)),
        _edit(lambda now: DuplicateLayer(now.layers[0].key)(now)),
        _edit(lambda now: ChangeLayer(now.layers[1].key, "activation", ActivationKind.SIGMOID)(now)),
        _edit(lambda now: InsertLayer(BatchNormSpec(), now.layers[1].key)(now)),
        Session.undo,
        Session.undo,
        Session.redo,
        _edit(lambda now: RemoveLayer(now.layers[0].key)(now)),
        _data(DatasetKind.GAUSSIANS),
        Session.undo,
        Session.redo,
        _data(DatasetKind.SPIRALS),
        Session.undo,
        _edit(lambda now: replace(now, dataset=first.dataset)),
        _edit(TakeNetwork(first.layers)),
    )
    return cycle(steps)


class Soak:
    """A window to work in, and what is counted in it."""

    def __init__(self) -> None:
        self.session = Session(eight_eight())
        self.window = MainWindow(self.session, Settings())
        self.window.resize(1440, 900)
        self._steps = shaping()
        self.megabytes: list[float] = []
        """At rest: after the warm-up, and after each tenth of the updates and of the edits."""

    def run(self, updates: int, edits: int) -> dict[str, object]:
        """The whole of it; what it left."""
        self.session.failed.connect(_fail)
        self.session.start()
        self.window.show()
        self._until(lambda: self.session.frame is not None)
        self.shape(WARM_EDITS)
        self.learn(WARM_UPDATES)
        before = self.rest()
        start = perf_counter()
        for _ in range(10):
            self.learn(updates // 10)
            self.rest()
        learned = perf_counter()
        for _ in range(10):
            self.shape(edits // 10)
            after = self.rest()
        shaped = perf_counter()
        self.session.stop()
        self.window.hide()
        return {
            "growth": self.megabytes[-1] - self.megabytes[0],
            "megabytes": [round(each, 1) for each in self.megabytes],
            "before": before,
            "after": after,
            "seconds": [round(learned - start), round(shaped - learned)],
        }

    def learn(self, updates: int) -> None:
        """So many updates more of 2-8-8-1."""
        self._return()
        self._play_to(self._updates() + updates)

    def shape(self, edits: int) -> None:
        """So many edits, with a few updates after each."""
        for _ in range(edits):
            next(self._steps)(self.session)
            self._until(lambda: self.session.up_to_date)
            self._play_to(self._updates() + BETWEEN_EDITS)

    def rest(self) -> dict[str, int]:
        """Pause until nothing moves, and count what there is."""
        self._return()
        self.session.pause()
        self._until(lambda: self.session.up_to_date)
        QTest.qWait(300)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()  # as `GarbageCollector` does each second
        self.megabytes.append(resident() / 2**20)
        print(f"update {self._updates()}: {self.megabytes[-1]:.1f} MB", file=sys.stderr)
        views = [widget for widget in QApplication.allWidgets() if isinstance(widget, QGraphicsView)]
        return {
            "items": sum(len(view.scene().items()) for view in views),
            "widgets": len(QApplication.allWidgets()),
            "objects": len(self.window.findChildren(QObject)),
            "python": len(gc.get_objects()),
        }

    def _return(self) -> None:
        """To 2-8-8-1 on the spirals, or there would be other things to count."""
        home = replace(self.session.experiment, dataset=eight_eight().dataset)
        self.session.edit(TakeNetwork(eight_eight().layers)(home))

    def _updates(self) -> int:
        assert self.session.frame is not None
        return self.session.frame.updates

    def _play_to(self, updates: int) -> None:
        if not self.session.playing:
            self.session.play()
        self._until(lambda: self._updates() >= updates)

    def _until(self, reached: Callable[[], bool]) -> None:
        """Let the window live until then."""
        here, since = -1, perf_counter()
        while not reached():
            QTest.qWait(2)
            if self.session.frame is not None and self.session.frame.updates != here:
                here, since = self.session.frame.updates, perf_counter()
            elif perf_counter() > since + PATIENCE:
                raise TimeoutError(f"nothing has moved for {PATIENCE} seconds, at update {here}")


def _fail(message: str) -> None:
    raise RuntimeError(message)


def resident() -> int:
    """Bytes of this process that lie in memory, as Linux counts them."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()


def main() -> None:
    """Soak for as long as was asked for."""
    updates, edits = int(sys.argv[1]), int(sys.argv[2])
    left_behind.MAXIMUM_BYTES = KEPT_FOR_UNDO
    application = QApplication(sys.argv[:1])
    fonts.load()
    theme.apply(application, theme.ThemeChoice.LIGHT)
    print(json.dumps(Soak().run(updates, edits)))


if __name__ == "__main__":
    main()
