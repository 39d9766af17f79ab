"""How soon a moment of the past is on the screen, of a long run behind the real window, and what its states take.

    python -m benchmarks.history SCENE UPDATES

Trains so many updates, then visits random moments: first the states that are kept nearest, each timed until all of it
has been painted, then some of the very moments, until they have been replayed.
"""

import gc
import json
import sys
from functools import partial
from time import perf_counter

from nnstudio import system

system.limit_blas_threads()
gc.disable()  # as the program does

import numpy as np  # noqa: E402 -- after the limit
from PySide6.QtCore import QObject, QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from benchmarks.window import SCENES, Clock  # noqa: E402
from nnstudio.core.experiment import Experiment  # noqa: E402
from nnstudio.files.images import ImageLibrary  # noqa: E402
from nnstudio.ui import fonts, theme  # noqa: E402
from nnstudio.ui.main_window import MainWindow  # noqa: E402
from nnstudio.ui.mnist_folder import remembered_folder  # noqa: E402
from nnstudio.ui.session import Session  # noqa: E402
from nnstudio.ui.settings import Settings  # noqa: E402
from nnstudio.ui.theme import ThemeChoice  # noqa: E402

SNAPSHOTS, EXACT = 100, 20
PAUSE_BETWEEN = 60
POLLING = 5


class Measurement(QObject):
    """Trains, visits, leaves.

    snapshots, exact: seconds from the visit to the picture
    """

    def __init__(self, application: QApplication, experiment: Experiment, updates: int) -> None:
        super().__init__()
        self._application, self._updates = application, updates
        self._random = np.random.default_rng(0)
        self.session = Session(experiment, ImageLibrary(remembered_folder))
        self.window = MainWindow(self.session, Settings())
        self.window.resize(1440, 900)
        self.clock = Clock()
        self.session.viewers.attach(self.clock)
        self.snapshots: list[float] = []
        self.exact: list[float] = []
        self._polling = QTimer(self, interval=POLLING)

    def run(self) -> None:
        """To its end."""
        self.session.start()
        self.window.show()
        self.clock.awaited = (0, self._train)
        self._application.exec()
        self.session.stop()
        self.window.hide()

    def _train(self) -> None:
        self.session.step(self._updates)
        self._polling.timeout.connect(self._await_the_end)
        self._polling.start()

    def _await_the_end(self) -> None:
        frame = self.session.frame
        if frame is not None and frame.updates >= self._updates:
            self._polling.timeout.disconnect()
            self._visit()

    def _visit(self) -> None:
        exact = len(self.snapshots) >= SNAPSHOTS
        update = int(self._random.integers(self._updates))
        start = perf_counter()
        self.window.visiting.visit(update, exact)
        if exact:
            self._polling.timeout.connect(partial(self._await_exactly, update, start))
        else:
            self.clock.awaited = (self.session.sent, partial(self._note, self.snapshots, start))

    def _await_exactly(self, update: int, start: float) -> None:
        frame = self.session.frame
        if frame is not None and frame.visit is not None and frame.visit.exact and frame.updates == update:
            self._polling.timeout.disconnect()
            self._note(self.exact, start)

    def _note(self, times: list[float], start: float) -> None:
        times.append(perf_counter() - start)
        if len(self.exact) == EXACT:
            self._application.exit()  # quit() would close the window, which asks whether to save
        else:
            QTimer.singleShot(PAUSE_BETWEEN, self, self._visit)


def main() -> None:
    """Measure the scene that was asked for."""
    name, updates = sys.argv[1], int(sys.argv[2])
    application = QApplication(sys.argv[:1])
    fonts.load()
    theme.choose(application, ThemeChoice.LIGHT)
    measurement = Measurement(application, SCENES[name](), updates)
    measurement.run()
    frame = measurement.session.frame
    assert frame is not None
    assert frame.past is not None
    figures = {
        "median": float(np.median(measurement.snapshots)),
        "worst": float(max(measurement.snapshots)),
        "exact": float(np.median(measurement.exact)),
        "states": frame.past.states,
        "megabytes": frame.past.nbytes / 2**20,
        "maximum": frame.past.maximum / 2**20,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
