"""What a network that is taken away makes of its data, to be recognised by: the plane, a confusion matrix, predictions
against the truth, or a few images with their answers."""

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from nnstudio.core.data.images import WHITE
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import Task
from nnstudio.core.network.predict import in_units, predict
from nnstudio.core.run.frame import FloatArray, Frame, ImagePicture, TablePicture
from nnstudio.core.run.pictures import MOST_CONFUSED, PREDICTED, SAMPLES
from nnstudio.core.training.evaluation import sample
from nnstudio.core.training.metrics import answers_of, confusion_matrix
from nnstudio.ui.examples.boundary_image import boundary_pixels
from nnstudio.ui.examples.confusion import ConfusionStage
from nnstudio.ui.examples.points import value_scale
from nnstudio.ui.examples.predictions import PredictionsStage
from nnstudio.ui.examples.samples import SamplesStage
from nnstudio.ui.widgets.figures import counted

RESOLUTION = 104
_COUNTED = 2000
"""So many test examples of a table are counted where nobody has counted all of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """frame: with all of its picture that is shown; plane (outputs, R, R): the answers all over it, if there is one."""

    frame: Frame
    plane: FloatArray | None = None


def seen(frame: Frame) -> Seen:
    """What there is to be seen of a frame; what nobody has looked at yet is worked out."""
    dataset, model, domain, picture = frame.dataset, frame.model, frame.dataset.domain, frame.picture
    if isinstance(domain, Plane):
        answers = predict(model, domain.grid(RESOLUTION))
        return Seen(frame, np.ascontiguousarray(answers.T.reshape(-1, RESOLUTION, RESOLUTION)))
    if isinstance(picture, ImagePicture) and picture.samples is None:
        raw, labels = dataset.test.raw[:SAMPLES], dataset.test.labels[:SAMPLES]
        answers = predict(model, raw).T
        picture = replace(
            picture,
            samples=raw.astype(np.float32) / WHITE,
            sample_labels=labels,
            sample_answers=answers_of(answers),
            sample_confidences=answers.max(axis=0),
        )
    elif isinstance(picture, TablePicture) and picture.confusion is None and picture.predicted is None:
        picture = _of_table(frame)
    return Seen(replace(frame, picture=picture))


def _of_table(frame: Frame) -> TablePicture:
    dataset, model, test = frame.dataset, frame.model, frame.dataset.test
    if dataset.task in (Task.BINARY, Task.MULTICLASS):
        if dataset.classes > MOST_CONFUSED:
            return TablePicture()
        chosen = sample(test, _COUNTED)
        answers = answers_of(predict(model, test.raw[chosen]).T)
        return TablePicture(confusion=confusion_matrix(test.labels[chosen], answers, dataset.classes))
    truth, said = in_units(test.targets[:PREDICTED], model.recipe), predict(model, test.raw[:PREDICTED])
    return TablePicture(truth=truth.T, predicted=said.T)


class Sight(QWidget):
    """A square and how many examples it is about, or a row of images."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self._side = side
        self.plane = QLabel()
        self.confusion = ConfusionStage(opens=False)
        self.predictions = PredictionsStage(
            tooltip="Each point is a test example: across by what is true, up by what the network says."
        )
        self.samples = SamplesStage()
        # Nothing can be followed from here.
        self.samples.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.samples.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.about = QLabel()
        self.about.setProperty("role", "dim")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.plane.setFixedSize(side, side)
        self.confusion.setFixedSize(side, self.confusion.full_height(side))
        self.predictions.setFixedSize(side, side)
        self.samples.setFixedWidth(side)
        self._pictures = self.plane, self.confusion, self.predictions, self.samples
        for part in (*self._pictures, self.about):
            part.hide()
            column.addWidget(part)
        self.hide()

    def show_seen(self, seen: Seen) -> None:
        """Show this one."""
        frame, picture = seen.frame, seen.frame.picture
        if seen.plane is not None:
            self._show_plane(frame, seen.plane)
        elif isinstance(picture, ImagePicture):
            self._show(self.samples, frame)
            self.samples.setAccessibleDescription(self.samples.summary().split(" Arrow")[0])
        elif isinstance(picture, TablePicture) and picture.confusion is not None:
            self._show(self.confusion, frame, int(picture.confusion.sum()))
        elif isinstance(picture, TablePicture) and picture.predicted is not None:
            self._show(self.predictions, frame, picture.predicted.shape[1])
        self.setVisible(any(not part.isHidden() for part in self._pictures))

    def _show(self, stage: ConfusionStage | PredictionsStage | SamplesStage, frame: Frame, count: int = 0) -> None:
        stage.show_frame(replace(frame, example=None))
        stage.show()
        self.about.setText(counted(count, "test example"))
        self.about.setVisible(bool(count))

    def _show_plane(self, frame: Frame, plane: FloatArray) -> None:
        pixels = boundary_pixels(plane, frame.model.task, value_scale(frame.dataset), False)
        image = QImage(pixels.tobytes(), pixels.shape[1], pixels.shape[0], QImage.Format.Format_RGB32)
        ratio = self.devicePixelRatioF()
        side = round(self._side * ratio)
        picture = QPixmap.fromImage(image).scaled(side, side, mode=Qt.TransformationMode.SmoothTransformation)
        picture.setDevicePixelRatio(ratio)
        self.plane.setPixmap(picture)
        self.plane.setAccessibleName("What the network says all over the plane")
        self.plane.show()
