"""Small pictures of what each run answers all over the plane, made one after the other behind the window."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QThreadPool, Signal
from PySide6.QtGui import QImage

from nnstudio.core.data.dataset import DataError
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.setting import SettingError
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.run.frame import FloatArray
from nnstudio.core.sweep.datasets import dataset_of
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.errors import FileError
from nnstudio.files.project import load_project
from nnstudio.ui import theme
from nnstudio.ui.examples.boundary_image import boundary_pixels
from nnstudio.ui.examples.points import value_scale

RESOLUTION = 20
_Answers = tuple[FloatArray, Task, float]


class Boundaries(QObject):
    """changed: another picture is there"""

    changed = Signal()
    _answered = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._answers: dict[Path, _Answers | None] = {}
        self._images: dict[tuple[Path, bool], QImage] = {}
        self._answered.connect(self._keep)

    def picture(self, project: Path) -> QImage | None:
        """Of the run in this file; None while it is being made, and where there is none to be made."""
        if project not in self._answers:
            self._answers[project] = None
            self._pool.start(partial(self._answer, project))
        answers, key = self._answers[project], (project, theme.current().dark)
        if answers is not None and key not in self._images:
            output, task, scale = answers
            pixels = boundary_pixels(output, task, scale, False)
            rows, columns = pixels.shape
            # The copy owns its pixels.
            self._images[key] = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()
        return self._images.get(key)

    def forget(self) -> None:
        """Make no more of those that were asked for, and keep none."""
        self._pool.clear()
        self._pool.waitForDone()
        self._answers.clear()
        self._images.clear()

    def _answer(self, project: Path) -> None:
        """On a thread of the pool."""
        answers = _answers_in(project)
        if answers is not None:
            self._answered.emit(project, answers)

    def _keep(self, project: Path, answers: _Answers) -> None:
        if project in self._answers:
            self._answers[project] = answers
            self.changed.emit()


def _answers_in(project: Path) -> _Answers | None:
    try:
        state = load_project(project).state
        if state is None:
            return None
        dataset = dataset_of(state.experiment.dataset)
        if not isinstance(dataset.domain, Plane):
            return None
        outputs = Trainer.resumed(state, dataset=dataset).predict(dataset.domain.grid(RESOLUTION))
    except (DataError, FileError, SettingError, ShapeError, ValueError):
        return None
    return outputs.T.reshape(-1, RESOLUTION, RESOLUTION), dataset.task, value_scale(dataset)
