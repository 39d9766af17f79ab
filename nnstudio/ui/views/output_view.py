"""The Output card: what the network makes of its data, and how good that is.

On the plane: the decision boundary with the points, and where these are few a table of them. For images: the confusion
matrix and sample images with answers, or a pad to draw on. For tables: the confusion matrix of classes, or predicted
against true. Below, in tiles, loss and accuracy, and in the end the example that somebody has chosen. It is the end of
every training step that a person looks at first.
"""

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, ImagePicture, Picture, PlanePicture, Probe, Status, TablePicture
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.output.boundary import BoundaryStage
from nnstudio.ui.views.output.confusion import ConfusionStage
from nnstudio.ui.views.output.drawing import DrawingPane
from nnstudio.ui.views.output.example_strip import ExampleStrip
from nnstudio.ui.views.output.metrics_row import MetricsRow
from nnstudio.ui.views.output.output_tables import metrics_table, points_table
from nnstudio.ui.views.output.paint_tools import PaintTools
from nnstudio.ui.views.output.painting_stage import PaintingStage, Tool
from nnstudio.ui.views.output.predictions import PredictionsStage
from nnstudio.ui.views.output.samples import SamplesStage
from nnstudio.ui.views.output.truth_table import TruthTableStage
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.segmented import SegmentedSwitch

TEXT_MILLISECONDS = 250
_GAP = 8
_SHRUNK = 0.9
"""The share of its full height that a picture keeps while the tiles are tall."""
_SHRUNK_BY_TABLE = 0.7
"""And beside a table of its points."""

_DRAW, _BROWSE = range(2)

OutputStage = BoundaryStage | TruthTableStage | ConfusionStage | SamplesStage | PredictionsStage | DrawingPane


class OutputView(View):
    """Decision boundary or confusion matrix, with metrics and the chosen example."""

    title = "Output"
    probes = Probe.OUTPUT
    example_chosen = Signal(object)  # Chosen, or None to let go
    painted = Signal(object)  # Stroke

    def __init__(self) -> None:
        super().__init__()
        self.boundary = PaintingStage()
        self.truth_table = TruthTableStage()
        self.confusion = ConfusionStage()
        self.samples = SamplesStage()
        self.predictions = PredictionsStage()
        self.drawing = DrawingPane()
        self.metrics = MetricsRow()
        self.strip = ExampleStrip()
        self.test_points = QCheckBox("Test points")
        self.test_points.setToolTip("Show the points that only test the network, as rings.")
        self.test_points.setWhatsThis(VIEWS["Test points"].html("Test points"))
        self.test_points.toggled.connect(self._show_tests)
        self.discretise = QCheckBox("Discretise")
        self.discretise.setToolTip("Show the likelier class alone, without how sure the network is.")
        self.discretise.setWhatsThis(VIEWS["Discretise"].html("Discretise"))
        self.discretise.toggled.connect(self.boundary.set_discretise)
        self.mode = SegmentedSwitch(
            ("Draw", "Browse"), ("Draw an image, and see what the network makes of it.", "The test images.")
        )
        self.mode.set_current(_BROWSE)
        self.mode.currentChanged.connect(self._change_mode)
        self.mode.hide()
        self.tools = PaintTools()
        self._title_switches = QWidget()
        row = QHBoxLayout(self._title_switches)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.mode)
        row.addWidget(self.tools.switch)
        self.tools.changed.connect(self._take_tool)
        self.boundary.put_away.connect(self.tools.put_away)
        self.boundary.painted.connect(self.painted)
        self._plane_switches = QStackedWidget()
        self._plane_switches.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for row in (self._switches_row(), self.tools):
            self._plane_switches.addWidget(row)
        self._note = Note(self._plane_switches)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_GAP)
        self._stages = (
            *(self.boundary, self.truth_table, self.confusion, self.samples, self.predictions),
            self.drawing,
        )
        for widget in (*self._stages, self.metrics, self._plane_switches):
            layout.addWidget(widget)
        layout.addStretch()
        layout.addWidget(self.strip)
        for stage in (self.boundary, self.confusion, self.predictions):
            stage.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        for choosing in (self.boundary, self.truth_table, self.samples, self.predictions, self.strip):
            choosing.example_chosen.connect(self.example_chosen)
        self._frame: Frame | None = None
        self._told: tuple[object, ...] = ()
        self._since_text = QElapsedTimer()
        self._shown: tuple[OutputStage, ...] = ()
        self._show_only((self.boundary,))

    def switches(self) -> QWidget:
        return self._title_switches

    def _switches_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addWidget(self.test_points)
        layout.addWidget(self.discretise)
        layout.addStretch()
        return row

    def refuse(self, sentence: str) -> None:
        """Say why a stroke was not taken."""
        self._note.say(sentence)

    def _take_tool(self) -> None:
        tools = self.tools
        paints = tools.tool is not Tool.CHOOSE
        self._plane_switches.setCurrentIndex(int(paints))
        self._show_tests()
        self.boundary.take(tools.tool, tools.label, tools.size_chosen)

    def _show_tests(self) -> None:
        """Whoever paints sees all the points there are."""
        self.boundary.set_show_tests(self.test_points.isChecked() or self.tools.tool is not Tool.CHOOSE)

    def _stages_for(self, picture: Picture) -> tuple[OutputStage, ...]:
        """What draws a picture, by its domain."""
        match picture:
            case PlanePicture():
                return (self.boundary,) if picture.table is None else (self.boundary, self.truth_table)
            case ImagePicture() if self.mode.current() == _DRAW:
                return (self.drawing,)
            case ImagePicture():
                return (self.confusion, self.samples)
            case TablePicture():
                return (self.predictions,) if picture.confusion is None else (self.confusion,)

    def _show_only(self, shown: tuple[OutputStage, ...]) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        # Hidden first: for a moment with both, the card would need so much room that the whole desk gives way.
        for stage in self._stages:
            if stage not in shown:
                stage.hide()
        self._plane_switches.setVisible(self.boundary in shown)
        # The table says it all by itself: what trains also tests, and the mean stands below it.
        self.metrics.setVisible(self.truth_table not in shown)
        self.test_points.setVisible(self.truth_table not in shown)
        for stage in shown:
            stage.show()
        self._fit()

    def show_frame(self, frame: Frame) -> None:
        self._frame = frame
        stages = self._stages_for(frame.picture)
        self._show_only(stages)
        if not isinstance(frame.picture, ImagePicture):
            self.mode.hide()  # before the tools come: together they would widen the card for good
        self.tools.show_data(frame.dataset)
        self.mode.setVisible(isinstance(frame.picture, ImagePicture))
        legible = self._legible(frame)
        if self.boundary in stages:
            self.boundary.show_frame(frame, legible)
        if self.drawing in stages:
            self.drawing.show_frame(frame, legible)
        if not legible:
            return
        for stage in stages:
            if not isinstance(stage, BoundaryStage | DrawingPane):
                stage.show_frame(frame)
        self.metrics.show_metrics(frame.metrics, frame.dataset.task)
        if self.strip.show_frame(frame):
            self._fit()

    def _change_mode(self) -> None:
        if self._frame is not None:
            self._told = ()  # figures of another picture are new ones
            self.show_frame(self._frame)

    def tables(self) -> Sequence[Table]:
        if self._frame is None:
            return []
        pictures = (
            table
            for stage in self._shown
            for table in (stage.tables() if isinstance(stage, DrawingPane) else (stage.table(),))
        )
        tables = (*pictures, metrics_table(self._frame), points_table(self._frame))
        return [table for table in tables if table is not None]

    def _legible(self, frame: Frame) -> bool:
        """Whether it is time for new figures: nobody reads any that change more than four times a second."""
        told = frame.dataset, frame.status, frame.example.chosen if frame.example else None
        passing = frame.status is Status.LEARNING and told == self._told
        if passing and self._since_text.elapsed() < TEXT_MILLISECONDS:
            return False
        self._told = told
        self._since_text.restart()
        return True

    def _fit(self) -> None:
        """Share the height out: where there is no room for all, first the tiles become a table, then the strip flat."""
        picture = self._shown[0]
        for stage in (self.boundary, self.confusion, self.predictions, self.drawing):
            stage.setMaximumHeight(stage.full_height(self.width()))
        below = [stage.sizeHint().height() for stage in (self.truth_table, self.samples) if stage in self._shown]
        below += [self._plane_switches.sizeHint().height()] if self.boundary in self._shown else []
        draws, tabled = picture is self.drawing, self.truth_table in self._shown  # a drawing is none of the examples
        strip = 0 if draws else self.strip.tall_height()
        shrunk = (_SHRUNK_BY_TABLE if tabled else _SHRUNK) * picture.maximumHeight()
        needed = shrunk + sum(height + _GAP for height in (*below, strip))
        tall, table = (0 if tabled else self.metrics.height_as(form) + _GAP for form in (False, True))
        self.metrics.set_table(self.height() < needed + tall or not self.metrics.fits_tall(self.width()))
        self.strip.set_low(draws or self.height() < needed + table)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(OutputView, plane_frame(), 290, 450)
