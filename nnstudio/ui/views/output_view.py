"""The Output card: what the network makes of its data, and how good that is.

On the plane: the decision boundary with the points. For images: the confusion matrix and sample images with answers.
For tables: the confusion matrix of classes, or predicted against true.
Below, in tiles, loss and accuracy. It is the end of every training step that a person looks at first.
"""

from PySide6.QtCore import QElapsedTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.run.frame import Frame, ImagePicture, Picture, PlanePicture, Probe, Status, TablePicture
from nnstudio.ui import theme
from nnstudio.ui.views.output.boundary import BoundaryCanvas
from nnstudio.ui.views.output.confusion import ConfusionCanvas
from nnstudio.ui.views.output.metrics_row import MetricsRow
from nnstudio.ui.views.output.predictions import PredictionsCanvas
from nnstudio.ui.views.output.samples import SamplesCanvas
from nnstudio.ui.views.view import View

TEXT_MILLISECONDS = 250
_BELOW = 136
"""What a picture nearly as high as wide needs below it, with normal text: axes, legend, tall tiles and switches."""

FrameCanvas = BoundaryCanvas | ConfusionCanvas | SamplesCanvas | PredictionsCanvas


class OutputView(View):
    """Decision boundary or confusion matrix, with metrics."""

    title = "Output"
    probes = Probe.OUTPUT

    def __init__(self) -> None:
        super().__init__()
        self.boundary = BoundaryCanvas()
        self.confusion = ConfusionCanvas()
        self.samples = SamplesCanvas()
        self.predictions = PredictionsCanvas()
        self.metrics = MetricsRow()
        self.test_points = QCheckBox("Test points")
        self.test_points.setChecked(True)
        self.test_points.setToolTip("Show the points that only test the network, as rings.")
        self.test_points.setWhatsThis(
            "<b>Test points</b><p>The network never trains on them: if it gets them right too, it has understood "
            "something rather than learned by heart.</p>"
        )
        self.test_points.toggled.connect(self.boundary.set_show_tests)
        self.discretise = QCheckBox("Discretise")
        self.discretise.setToolTip("Show the likelier class alone, without how sure the network is.")
        self.discretise.setWhatsThis("<b>Discretise</b><p>answer = argmax p; for two classes blue where p ≥ 0.5.</p>")
        self.discretise.toggled.connect(self.boundary.set_discretise)
        self._plane_switches = self._switches_row()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._canvases = (self.boundary, self.confusion, self.samples, self.predictions)
        for widget in (*self._canvases, self.metrics, self._plane_switches):
            layout.addWidget(widget)
        layout.addStretch()
        for canvas in (self.boundary, self.confusion, self.predictions):
            canvas.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._dataset: Dataset | None = None
        self._since_text = QElapsedTimer()
        self._shown: tuple[FrameCanvas, ...] = ()
        self._show_only((self.boundary,))

    def _switches_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addWidget(self.test_points)
        layout.addWidget(self.discretise)
        layout.addStretch()
        return row

    def _canvases_for(self, picture: Picture) -> tuple[FrameCanvas, ...]:
        """What draws a picture, by its domain."""
        match picture:
            case PlanePicture():
                return (self.boundary,)
            case ImagePicture():
                return (self.confusion, self.samples)
            case TablePicture():
                return (self.predictions,) if picture.confusion is None else (self.confusion,)

    def _show_only(self, shown: tuple[FrameCanvas, ...]) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        # Hidden first: for a moment with both, the card would need so much room that the whole desk gives way.
        for canvas in self._canvases:
            if canvas not in shown:
                canvas.hide()
        self._plane_switches.setVisible(self.boundary in shown)
        for canvas in shown:
            canvas.show()

    def show_frame(self, frame: Frame) -> None:
        canvases = self._canvases_for(frame.picture)
        self._show_only(canvases)
        for canvas in canvases:
            canvas.show_frame(frame)
        self._show_metrics(frame)

    def _show_metrics(self, frame: Frame) -> None:
        """Nobody reads figures that change more than four times a second."""
        passing = frame.status is Status.LEARNING and frame.dataset is self._dataset
        if passing and self._since_text.elapsed() < TEXT_MILLISECONDS:
            return
        self._dataset = frame.dataset
        self._since_text.restart()
        self.metrics.show_metrics(frame.metrics, frame.dataset.task)

    def resizeEvent(self, event: QResizeEvent) -> None:
        # Where there is no room for all, the tiles become flat; where there is too much, it stays free at the bottom.
        self.metrics.set_low(self.height() < self.width() + _BELOW * theme.text_scale())
        for canvas in (self.boundary, self.confusion, self.predictions):
            canvas.setMaximumHeight(canvas.full_height(self.width()))
        super().resizeEvent(event)


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(OutputView, plane_frame(), 290, 450)
