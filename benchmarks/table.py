"""How a table of a million rows and twenty columns is read, and what the window notices of it while it trains.

Beside it stand pandas alone and the program's own reader alone, each in a process of its own, as the window has one for
it: on a machine that does nothing else, and pandas also beside the same window while it trains. Memory is what all
processes of the window hold besides program code, and what lies in the temporary folder, above what was there before.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from time import perf_counter

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.lent import Lent
from benchmarks.window import SCENES, Clock
from nnstudio.files.library import DataLibrary
from nnstudio.ui import fonts, theme
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme import ThemeChoice

ROWS, COLUMNS = 1_000_000, 20
NUMBERS = ROWS * COLUMNS * 8
"""Bytes of the numbers as they are held, in 64 bits each; 32 bits would be half of it."""
TIME, MEMORY = 2, 3
"""So many times pandas, each beside the window that trains, and so many times the numbers reading may take."""
FRAME = 0.025
"""Seconds within which 90 % of the pictures come while a table is read."""
TIMES, WARM_UP, LOOKING = 3, 2.0, 0.05
_ALONE = """
import sys, time
from pathlib import Path
begin = time.perf_counter()
import pandas
from nnstudio.files.tables.source import read_table
imported = time.perf_counter()
{0}(Path(sys.argv[1]))
print(imported - begin, time.perf_counter() - imported)
"""


def main() -> int:
    """Print the figures; 0 if the goals are met."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "million.csv"
        _write(path)
        lent = Lent()
        start, pandas = _alone("pandas.read_csv", path)
        _, reader = _alone("read_table", path)
        seen = _in_the_window(path)
        share = lent.share
    more = seen.peak - seen.at_first
    print(f"{ROWS} rows × {COLUMNS} columns, {path.name}, {NUMBERS / 1e6:.0f} MB of numbers in 64 bits each")
    print(f"pandas alone              {pandas:6.2f} s, and {start:.2f} s until it is imported")
    print(f"the reader alone          {reader:6.2f} s, {reader / pandas:.2f} × pandas")
    print(f"in the window that trains {seen.read:6.2f} s, {seen.read / pandas:.2f} × pandas", end="")
    print(f" ({seen.read / (start + pandas):.2f} with its import), {seen.read / reader:.2f} × the reader alone")
    print(f"pandas beside that window {seen.pandas:6.2f} s with its import: {seen.read / seen.pandas:.2f} ×")
    print(f"until all is decided      {seen.decided:6.2f} s")
    print(f"all processes at the peak {more / 1e6:6.0f} MB more than before, {more / NUMBERS:.2f} × the numbers")
    print(f"pictures meanwhile        {_spread(seen.meanwhile)}")
    print(f"pictures beside pandas    {_spread(seen.beside)}")
    print(f"pictures before           {_spread(seen.before)}")
    print(f"lent to others meanwhile  {share:6.1%} of the machine")
    goals = {
        f"{TIME} × pandas beside the window": seen.read <= TIME * seen.pandas,
        f"{MEMORY} × the numbers": more <= MEMORY * NUMBERS,
        f"90 % of the pictures within {1000 * FRAME:.0f} ms": np.quantile(seen.meanwhile, 0.9) <= FRAME,
    }
    missed = [goal for goal, reached in goals.items() if not reached]
    if missed:
        print(f"missed: {', '.join(missed)}")
    return 1 if missed else 0


def _write(path: Path) -> None:
    random = np.random.default_rng(1)
    with path.open("w") as file:
        file.write(",".join(f"c{place}" for place in range(COLUMNS)) + "\n")
        for _ in range(100):
            np.savetxt(file, random.normal(size=(ROWS // 100, COLUMNS)), "%.4f", ",")


def _alone(function: str, path: Path) -> tuple[float, float]:
    """Seconds until what is needed is imported, and of reading, at best."""
    runs = [_seconds(_started(function, path)) for _ in range(TIMES)]
    return min(run[0] for run in runs), min(run[1] for run in runs)


def _started(function: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _ALONE.format(function), str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _seconds(process: subprocess.Popen[str]) -> tuple[float, float]:
    """What it has printed, once it has ended."""
    said = process.communicate()[0].split()
    return float(said[0]), float(said[1])


def _spread(intervals: list[float]) -> str:
    median, most = (1000 * float(np.quantile(intervals, share)) for share in (0.5, 0.9))
    return f"median {median:.1f} ms, 90 % within {most:.1f} ms, worst {1000 * max(intervals):.1f} ms"


def _memory() -> int:
    """Bytes that this process, those its threads have started, and its files in the temporary folder take."""
    own = Path(f"/proc/{os.getpid()}/task")
    children = [child for each in own.glob("*/children") for child in each.read_text().split()]
    files = sum(_size(file) for file in Path(gettempdir()).glob("nnstudio-*/*"))
    return files + sum(_held(process) for process in (str(os.getpid()), *children))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # it has just been taken over
        return 0


def _held(process: str) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    fields = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return 1024 * sum(int(fields[name].split()[0]) for name in ("RssAnon", "RssShmem") if name in fields)


def _in_the_window(path: Path) -> "_Scene":
    gc.disable()  # as the program does
    application = QApplication(sys.argv[:1])
    fonts.load()
    theme.choose(application, ThemeChoice.LIGHT)
    session = Session(SCENES["2-8-8-1"](), DataLibrary())
    window = MainWindow(session, Settings())
    window.resize(1440, 900)
    clock = Clock()
    session.viewers.attach(clock)
    session.start()
    window.show()
    session.play()
    scene = _Scene(window, clock, path, application.exit)
    QTimer.singleShot(round(WARM_UP * 1000), scene.begin)
    looking = QTimer(interval=round(LOOKING * 1000))
    looking.timeout.connect(scene.look)
    looking.start()
    application.exec()
    session.stop()
    window.hide()
    return scene


@dataclass
class _Scene:
    """A table is read by pandas beside a window that trains, and then opened in that window.

    pandas: seconds it takes, with its import; read, decided: seconds until it is read here, and until the dialog has
    proposed what to learn
    before, beside, meanwhile: seconds from picture to picture, with nothing else, while pandas reads, and while it is
    read here; at_first, peak: bytes
    """

    window: MainWindow
    clock: Clock
    path: Path
    done: Callable[[], object]
    alone: subprocess.Popen[str] | None = None
    pandas: float = 0.0
    began: float = 0.0
    read: float = 0.0
    decided: float = 0.0
    at_first: int = 0
    peak: int = 0
    before: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    meanwhile: list[float] = field(default_factory=list)

    def begin(self) -> None:
        """Have it read beside the window."""
        painted = self.clock.painted
        self.before = _differences(painted[len(painted) // 2 :])
        painted.clear()
        self.alone = _started("pandas.read_csv", self.path)

    def _open(self) -> None:
        self.beside = _differences(self.clock.painted)
        self.clock.painted.clear()
        self.at_first = _memory()
        self.began = perf_counter()
        self.window.own_data.show(self.path)

    def look(self) -> None:
        """See how far it has come, and how much memory is taken."""
        if self.alone is not None:
            if self.alone.poll() is not None:
                self.pandas, self.alone = sum(_seconds(self.alone)), None
                self._open()
            return
        dialog = self.window.own_data.dialog
        if dialog is None:
            return
        self.peak = max(self.peak, _memory())
        draft = dialog.draft
        if draft.progress is None:
            self.read = self.read or perf_counter() - self.began
        if not draft.busy:
            assert not draft.refusal, draft.refusal
            self.decided = perf_counter() - self.began
            self.meanwhile = _differences(self.clock.painted)
            dialog.reject()
            self.done()


def _differences(moments: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(moments)]
