"""What the window costs the training, and how smoothly it moves meanwhile.

A 2-8-8-1 network trains at full speed on the spirals, first on a bare thread, then behind the window with all cards
visible, then on a bare thread again; the mean of the two bare runs is the yardstick. At last, without a window: how
soon the worker obeys in the middle of something long.
"""

import sys
import threading
from dataclasses import replace
from time import perf_counter

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from benchmarks import latency
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import fonts, theme
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme import ThemeChoice

WARM_UP = 2.0
FRAMES_A_SECOND = 30
LONGEST_INTERVAL = 0.050
SHARE_OF_UPDATES = 0.70


def main(seconds: float) -> int:
    """Print the figures; 0 if all goals are met."""
    experiment = default_experiment(DatasetKind.SPIRALS)
    experiment = replace(experiment, training=replace(experiment.training, optimizer=OptimizerKind.SGD, l2=0.0))
    application = QApplication(sys.argv[:1])
    before = _bare(experiment, seconds / 2)
    updates, intervals = _behind_window(application, experiment, seconds)
    bare = (before + _bare(experiment, seconds / 2)) / 2
    frames = 1 / intervals.mean()
    smooth = (intervals < LONGEST_INTERVAL).mean()
    longest = intervals.max() * 1000
    print(f"bare trainer       {bare:10.0f} updates/s")
    print(f"behind the window  {updates:10.0f} updates/s   {updates / bare:6.1%} of the bare trainer (goal ≥ 70 %)")
    print(f"frames             {frames:10.1f} a second    (goal ≥ {FRAMES_A_SECOND})")
    print(f"intervals < 50 ms  {smooth:10.2%}             (goal ≥ 99 %; longest {longest:.0f} ms)")
    reached = updates / bare >= SHARE_OF_UPDATES and frames >= FRAMES_A_SECOND and smooth >= 0.99
    return 0 if latency.main() and reached else 1


def _bare(experiment: Experiment, seconds: float) -> float:
    """Updates a second of a trainer on a thread of its own."""
    result: list[float] = []

    def train() -> None:
        trainer = Trainer(experiment)
        start = perf_counter()
        while perf_counter() < start + seconds:
            trainer.step()
        result.append(trainer.updates / (perf_counter() - start))

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    return result[0]


def _behind_window(application: QApplication, experiment: Experiment, seconds: float) -> tuple[float, np.ndarray]:
    """Updates a second behind the window, and the times between two frames that were painted."""
    fonts.load()
    theme.apply(application, ThemeChoice.LIGHT)
    session = Session(experiment)
    window = MainWindow(session, Settings())
    window.resize(1440, 900)
    painted: list[float] = []
    progress: list[tuple[float, int]] = []

    def note_paint() -> None:
        painted.append(perf_counter())

    def note_progress() -> None:
        frame = session.frame
        assert frame is not None
        progress.append((perf_counter(), frame.updates))
        if len(progress) == 2:
            application.exit()  # quit() would close the window, which asks whether to save
        else:
            painted.clear()
            QTimer.singleShot(round(seconds * 1000), note_progress)

    session.painted.connect(note_paint)
    session.start()
    window.show()
    session.play()
    QTimer.singleShot(round(WARM_UP * 1000), note_progress)
    application.exec()
    session.stop()
    window.hide()
    (start, first), (stop, last) = progress
    return (last - first) / (stop - start), np.diff(painted)
