"""How long the microscope takes to open and to step, in the real window; prints its figures as a line of JSON.

    python -m benchmarks.microscope SCENE

Opening counts from the key until the page has been painted with all that lies on it, a step from the key until
everything that it changed has been painted. Each step is taken in several rounds: "slowest step" is the one whose
median is the highest, "worst step" the single longest of all. Besides, the time of this thread alone is given, and
what share of the machine its host lent to others: then it is slow at one moment and fast at the next.
"""

import json
import sys
import time
from dataclasses import replace
from time import perf_counter

from nnstudio import system

system.limit_blas_threads()

import numpy as np  # noqa: E402 -- after the limit
from PySide6.QtCore import QEvent, QObject, Qt  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from benchmarks.lent import Lent  # noqa: E402
from nnstudio.core.experiment import Experiment, ImageSpec  # noqa: E402
from nnstudio.core.experiment.choices import DatasetKind  # noqa: E402
from nnstudio.core.experiment.layer_specs import Conv2DSpec, DenseSpec, FlattenSpec, MaxPool2DSpec  # noqa: E402
from nnstudio.core.presets import default_experiment  # noqa: E402
from nnstudio.files.images import ImageLibrary  # noqa: E402
from nnstudio.ui import theme  # noqa: E402
from nnstudio.ui.main_window import MainWindow  # noqa: E402
from nnstudio.ui.mnist_folder import remembered_folder  # noqa: E402
from nnstudio.ui.session import Session  # noqa: E402
from nnstudio.ui.settings import Settings  # noqa: E402
from nnstudio.ui.theme import ThemeChoice  # noqa: E402

OPENINGS = 6
_ROUNDS = 5
_RIGHT, _TAB = Qt.Key.Key_Right, Qt.Key.Key_Tab
KEYS = (*[_RIGHT] * 15, Qt.Key.Key_2, Qt.Key.Key_3, *[_RIGHT] * 15, _TAB, Qt.Key.Key_4, *[_RIGHT] * 10, Qt.Key.Key_1)


def scenes() -> dict[str, Experiment]:
    """By name. The convolutions see a few sketches: to measure them on all of MNIST takes the worker a minute."""
    mnist, sketches = (default_experiment(kind) for kind in (DatasetKind.MNIST, DatasetKind.SKETCHED_DIGITS))
    few = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=200)
    stack = (Conv2DSpec(filters=8), MaxPool2DSpec(), Conv2DSpec(filters=16), MaxPool2DSpec(), FlattenSpec())
    return {
        "784-128-64-10": mnist,
        "convolutions": replace(sketches, dataset=few, layers=(*stack, DenseSpec(units=64))),
    }


class Painted(QObject):
    """Notes when a widget has been painted."""

    at = 0.0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.at = perf_counter()
        return False


def main(scene: str) -> None:
    """Open, step, close, and print."""
    application = QApplication([])
    theme.choose(application, ThemeChoice.LIGHT)
    session = Session(scenes()[scene], ImageLibrary(remembered_folder))
    window = MainWindow(session, Settings())
    window.resize(1440, 900)
    session.start()
    window.show()
    window.activateWindow()
    while session.frame is None:
        QTest.qWait(20)
    for _ in range(5):
        session.step()
    while not 0 < session.frame.updates == session.frame.measured_at:  # the worker has nothing more to do
        QTest.qWait(20)
    painted, page = Painted(), window.pages.microscopy.page
    page.installEventFilter(painted)
    lent, openings, rounds, own = Lent(), list[float](), list[list[float]](), list[float]()
    for _ in range(OPENINGS):
        begin = painted.at = perf_counter()
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_M)
        while painted.at == begin:
            QTest.qWait(0)
        openings.append(perf_counter() - begin)  # what lies on the page has been painted with it
        while page.trace is None or not page.trace.held.worked_out:
            QTest.qWait(5)
        QTest.qWait(300)
        steps = list[float]()
        for key in KEYS if len(rounds) < _ROUNDS else ():
            begin, thread = perf_counter(), time.thread_time()
            QTest.keyClick(page, key)
            for _ in range(3):
                application.processEvents()
            steps.append(perf_counter() - begin)
            own.append(time.thread_time() - thread)
        rounds += [steps] if steps else []
        window.pages.toggle_microscope()
        QTest.qWait(300)
    figures = {
        "openings": openings,
        "step": float(np.median(rounds)),
        "slow step": float(np.quantile(rounds, 0.9)),
        "slowest step": float(np.median(rounds, axis=0).max()),
        "worst step": float(np.max(rounds)),
        "of this thread": float(np.median(own)),
    }
    milliseconds = {name: np.round(np.array(value) * 1e3, 1).tolist() for name, value in figures.items()}
    print(json.dumps({**milliseconds, "lent": round(lent.share, 3)}))
    session.stop()


if __name__ == "__main__":
    main(sys.argv[1])
