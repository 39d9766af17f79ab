"""Many runs in the background: one sweep at a time, whatever was asked for meanwhile waits.

What trains are processes, on all cores but one. A thread hands them their jobs and writes down what comes back; the
window only hears of what is in.
"""

import logging
from collections import deque
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QObject, QThread, Signal

from nnstudio.core.data.dataset import DataError
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.sweep.results import Results
from nnstudio.core.sweep.sweep import Progress, Sweep
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.core.sweep.workers import Workers, WorkersError
from nnstudio.files.errors import FileError
from nnstudio.files.jobs import run
from nnstudio.files.pool import Pool
from nnstudio.files.sweep_folder import SweepFolder
from nnstudio.ui.mnist_folder import remembered_folder

CLOSING_SECONDS = 10.0
"""So long a closing window waits for the processes to be gone; they are killed, and it takes a moment."""
_UNEXPECTED = "Something unexpected stopped it: {}. What is in is kept; go on where it was."
log = logging.getLogger(__name__)


class SweepWork(QThread):
    """One sweep on its way.

    MNIST is found where this computer keeps it, in other processes too.

    spec: what is asked; results: opens where they are kept; workers: opens who does the jobs; both on the thread
    progressed: what has come in, at first all that was in before; its numbers are those of `Progress`
    ended: whether all is in; and a sentence, where it could not go on
    """

    progressed = Signal(object)  # Progress
    ended = Signal(bool, str)

    def __init__(
        self,
        spec: SweepSpec,
        results: Callable[[], Results] = Results,
        workers: Callable[[], Workers] = Pool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.spec = spec
        self._open_results, self._open_workers = results, workers
        self._run_job = partial(run, mnist=remembered_folder())
        self._cancelled = False
        self._sweep: Sweep | None = None
        self._told: tuple[int, int] = -1, -1

    def cancel(self) -> None:
        """Let it end soon; what is in stays."""
        self._cancelled = True
        if self._sweep is not None:
            self._sweep.cancel()

    def run(self) -> None:
        whole, sentence = False, ""
        try:
            whole = not self._cancelled and self._work()
        except (DataError, FileError, SettingError, ShapeError, WorkersError) as error:
            sentence = str(error)
        except Exception as error:
            log.exception("a sweep in the background failed")
            sentence = _UNEXPECTED.format(f"{type(error).__name__}: {error}")
        self.ended.emit(whole, sentence)

    def _work(self) -> bool:
        spec, results = self.spec, self._open_results()
        try:
            known = tuple((step, result) for step in results.steps() if (result := results.get(step)) is not None)
            self.progressed.emit(Progress(0, 0, 0, 0, known))
            self._sweep = Sweep(spec.trials, results, self._open_workers(), self._run_job, spec.rungs, spec.ranking)
            if self._cancelled:
                return False
            whole = self._sweep.run(self._tell)
            if isinstance(results, SweepFolder):
                results.write_summary()
            return whole
        finally:
            if isinstance(results, SweepFolder):
                results.close()

    def _tell(self, progress: Progress) -> None:
        told = progress.done, progress.redone
        if told != self._told or progress.arrived:
            self._told = told
            self.progressed.emit(progress)


class SweepQueue(QObject):
    """Does one work after the other, in the order in which they were asked for.

    changed: something else is under way, or nothing
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[SweepWork] = deque()
        self._closing = False
        self.current: SweepWork | None = None
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.finish)

    def start(self, work: SweepWork) -> None:
        """Do this as soon as its turn comes."""
        work.setParent(self)
        work.finished.connect(self._next)
        self._waiting.append(work)
        self._begin()

    def is_waiting(self, work: SweepWork) -> bool:
        """Whether its turn has not come yet."""
        return work in self._waiting

    def cancel(self, work: SweepWork) -> None:
        """Let it end, or never begin; it says `ended` in any case."""
        work.cancel()
        if work in self._waiting:
            self._waiting.remove(work)
            work.ended.emit(False, "")
            self.changed.emit()

    def finish(self) -> None:
        """Nothing any more: cancel all, and wait until the processes are gone."""
        self._closing = True
        self._waiting.clear()
        if self.current is not None:
            self.current.blockSignals(True)  # there is nobody left to hear it
            self.current.cancel()
            if not self.current.wait(QDeadlineTimer(round(CLOSING_SECONDS * 1000))):
                log.warning("a sweep did not end in time; it is left to the end of the program")

    def _begin(self) -> None:
        if self.current is None and self._waiting and not self._closing:
            self.current = self._waiting.popleft()
            self.current.start()
        self.changed.emit()

    def _next(self) -> None:
        work, self.current = self.current, None
        if work is not None:
            work.deleteLater()
        self._begin()
