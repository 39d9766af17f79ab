"""The Output card: what the network makes of its data, and how good that is.

On the plane: the decision boundary with the points, and where these are few a table of them. For images: the confusion
matrix and sample images with answers, or a pad to draw on. For tables: the confusion matrix of classes, or predicted
against true, a plane through their inputs, or all pairs of these. Below, in tiles, loss and accuracy; or a wall of
examples, of a cell of the matrix or the hardest, beside the picture or in its place. In the end the example that
somebody has chosen. It is the end of every training step that a person looks at first.
"""

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, QEvent, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, ImagePicture, Picture, PlanePicture, Probe, Status, TablePicture
from nnstudio.ui.examples.boundary import BoundaryStage
from nnstudio.ui.examples.choosing import ExamplesStage
from nnstudio.ui.examples.confusion import ConfusionStage
from nnstudio.ui.examples.predictions import PredictionsStage
from nnstudio.ui.examples.samples import SamplesStage
from nnstudio.ui.examples.truth_table import TruthTableStage
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.output.class_figures import ClassFiguresStage
from nnstudio.ui.views.output.drawing import DrawingPane
from nnstudio.ui.views.output.example_strip import ExampleStrip
from nnstudio.ui.views.output.metrics_row import MetricsRow
from nnstudio.ui.views.output.output_tables import metrics_table, points_table
from nnstudio.ui.views.output.painting_stage import PaintingStage, Tool
from nnstudio.ui.views.output.plane_switches import PlaneSwitches
from nnstudio.ui.views.output.residuals import ResidualsStage
from nnstudio.ui.views.output.roc import RocStage
from nnstudio.ui.views.output.scatter import ScatterStage
from nnstudio.ui.views.output.section_stage import SectionStage
from nnstudio.ui.views.output.table_bar import TableBar, TableMode
from nnstudio.ui.views.output.title_switches import BROWSE, DRAW, HARDEST, TitleSwitches
from nnstudio.ui.views.output.wall_panel import WallPanel
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.note import Note

TEXT_MILLISECONDS = 250
_GAP = 8
_SHRUNK = 0.9
"""The share of its full height that a picture keeps while the tiles are tall."""
_SHRUNK_BY_TABLE = 0.7
"""And beside a table of its points, or a list of examples."""
_SHRUNK_BY_WALL = 0.82
"""And of a matrix beside a wall of its images, with its digits still legible."""


_Growing = BoundaryStage | ConfusionStage | RocStage | PredictionsStage | ScatterStage
_Below = TruthTableStage | SamplesStage | ClassFiguresStage
OutputStage = _Growing | _Below | DrawingPane


class OutputView(View):
    """Decision boundary or confusion matrix, with metrics and the chosen example."""

    title = "Output"
    probes = Probe.OUTPUT
    example_chosen = Signal(object)  # Chosen, or None to let go
    hardest_wanted = Signal(object)  # SplitName
    painted = Signal(object)  # Stroke

    def __init__(self) -> None:
        super().__init__()
        self.boundary = PaintingStage()
        self.truth_table = TruthTableStage()
        self.confusion = ConfusionStage()
        self.class_figures = ClassFiguresStage()
        self.samples = SamplesStage()
        self.roc, self.section_stage, self.scatter = RocStage(), SectionStage(), ScatterStage()
        self.predictions, self.residuals = PredictionsStage(), ResidualsStage()
        self.drawing = DrawingPane()
        self.wall = WallPanel()
        self.metrics = MetricsRow()
        self.strip = ExampleStrip()
        self._plane_switches = switches = PlaneSwitches()
        self.test_points, self.discretise, self.tools = switches.test_points, switches.discretise, switches.tools
        self.test_points.toggled.connect(self._show_tests)
        self.discretise.toggled.connect(self.boundary.set_discretise)
        self.discretise.toggled.connect(self.section_stage.set_discretise)
        self.bar = TableBar()
        self.bar.changed.connect(self._show_again)
        self.scatter.pair_chosen.connect(self.bar.show_plane)
        self._of_table: dict[TableMode, tuple[OutputStage, ...]] = {
            TableMode.MATRIX: (self.confusion, self.class_figures),
            TableMode.ROC: (self.roc,),
            TableMode.PREDICTED: (self.predictions,),
            TableMode.RESIDUALS: (self.residuals,),
            TableMode.PLANE: (self.section_stage,),
            TableMode.SCATTER: (self.scatter,),
        }
        self._title = TitleSwitches(self.tools.switch)
        self.mode, self.hardest = self._title.mode, self._title.hardest
        self.mode.currentChanged.connect(self._change_mode)
        self.hardest.toggled.connect(self._toggle_hardest)
        self.tools.changed.connect(self._take_tool)
        self.boundary.put_away.connect(self.tools.put_away)
        self.boundary.painted.connect(self.painted)
        self._note = Note(self._plane_switches)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_GAP)
        layout.addWidget(self._title.below)
        layout.addWidget(self.bar)
        of_table = [stage for stages in self._of_table.values() for stage in stages]
        self._stages = (self.boundary, self.truth_table, *of_table, self.samples, self.drawing)
        self._growing = tuple(stage for stage in self._stages if isinstance(stage, _Growing))
        for widget in (*self._stages, self.metrics, self._plane_switches):
            layout.addWidget(widget)
        layout.addWidget(self.wall, 1)
        layout.addStretch()
        layout.addWidget(self.strip)
        for stage in self._growing:
            stage.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        choosing = [stage for stage in self._stages if isinstance(stage, ExamplesStage)]
        for each in (*choosing, self.wall, self.strip):
            each.example_chosen.connect(self.example_chosen)
        self.wall.hardest_wanted.connect(self.hardest_wanted)
        self.wall.closed.connect(self.close_wall)
        self.confusion.cell_opened.connect(self._open_cell)
        self._frame: Frame | None = None
        self._told: tuple[object, ...] = ()
        self._since_text = QElapsedTimer()
        self._shown: tuple[OutputStage, ...] = ()
        self._walled = False
        self._keys_before: QWidget | None = None
        self._show_only((self.boundary,))

    def switches(self) -> QWidget:
        return self._title

    def refuse(self, sentence: str) -> None:
        """Say why a stroke was not taken."""
        self._note.say(sentence)

    def _take_tool(self) -> None:
        tools = self.tools
        paints = tools.tool is not Tool.CHOOSE
        if paints:
            self.close_wall()
        self._plane_switches.setCurrentIndex(int(paints))
        self._show_tests()
        self.boundary.take(tools.tool, tools.label, tools.size_chosen)

    def _show_tests(self) -> None:
        """Whoever paints sees all the points there are."""
        self.section_stage.set_show_tests(self.test_points.isChecked())
        self.boundary.set_show_tests(self.test_points.isChecked() or self.tools.tool is not Tool.CHOOSE)

    # The wall.

    def _open_cell(self, cell: Spot) -> None:
        """The cell's examples; of the one that is open the matrix alone comes back."""
        if cell == self.wall.cell:
            self.close_wall()
        elif self._frame is not None and self.wall.open_cell(self._frame, cell):
            self.hardest.setChecked(False)
            self._show_again()
            self._give_keys()

    def _toggle_hardest(self, wanted: bool) -> None:
        if wanted and self._frame is not None:
            self.tools.put_away()
            self._open_hardest(self._frame)
            self._show_again()
        elif self.wall.shows_hardest:
            self.close_wall()

    def _open_hardest(self, frame: Frame) -> None:
        self.wall.open_hardest(frame)
        self._show_again()
        openers = (self.hardest, self.mode.button(HARDEST), self._title.below.button(HARDEST))
        if not any(
            opener.hasFocus() for opener in openers
        ):  # to whom the keyboard is all they have, it stays where they went
            self._give_keys()

    def _give_keys(self) -> None:
        """The wall has the keys now: arrows walk, Escape closes it."""
        focus = QApplication.focusWidget()
        if focus is None or not self.wall.isAncestorOf(focus):
            self._keys_before = focus
        if self.confusion.hasFocus():
            self.wall.stage.setFocus()
        else:
            self.wall.stage.take_keys()

    def close_wall(self) -> None:
        """The pictures of all examples come back, and whoever had the keys before, has them again."""
        if not self.wall.is_open:
            return
        focus = QApplication.focusWidget()
        had_keys = focus is not None and self.wall.isAncestorOf(focus)
        before, self._keys_before = self._keys_before, None
        self.wall.take_down()
        self.hardest.setChecked(False)
        if self.mode.current() == HARDEST:
            self.mode.set_current(BROWSE)
        self._show_again()
        if had_keys and before is not None and before.isVisible():
            before.setFocus()

    def _stages_for(self, picture: Picture) -> tuple[OutputStage, ...]:
        """What draws a picture, by its domain; with a wall, what has room beside it."""
        stages = self._stages_of(picture)
        if not self.wall.is_open:
            return stages
        beside = tuple(stage for stage in stages if isinstance(stage, _Growing))
        least = self.wall.comfort() + sum(self._least(stage) + _GAP for stage in beside)
        least += self._plane_switches.sizeHint().height() + _GAP if self.boundary in beside else 0
        return beside if self._room() >= least else ()

    def _stages_of(self, picture: Picture) -> tuple[OutputStage, ...]:
        match picture:
            case PlanePicture():
                return (self.boundary,) if picture.table is None else (self.boundary, self.truth_table)
            case ImagePicture() if self.mode.current() == DRAW:
                return (self.drawing,)
            case ImagePicture() if self.mode.current() == HARDEST:
                return ()
            case ImagePicture():
                return (self.confusion, self.samples)
            case TablePicture():
                return self._of_table[self.bar.mode]

    def _show_only(self, shown: tuple[OutputStage, ...]) -> None:
        walled = self.wall.is_open
        if (shown, walled) == (self._shown, self._walled):
            return
        self._shown, self._walled = shown, walled
        # Hidden first: for a moment with both, the card would need so much room that the whole desk gives way.
        for stage in self._stages:
            if stage not in shown:
                stage.hide()
        if not walled:
            self.wall.hide()
        self._plane_switches.setVisible(self.boundary in shown or self.section_stage in shown)
        self.bar.setVisible(self.bar.wanted and not walled)
        # The table says it all by itself: what trains also tests, and the mean stands below it. Pairs of inputs are
        # what was there before any network.
        untold = self.truth_table not in shown and self.scatter not in shown
        self.metrics.setVisible(untold and not walled)
        self.test_points.setVisible(self.truth_table not in shown)
        for stage in shown:
            stage.show()
        self.wall.setVisible(walled)
        self._fit()

    def show_frame(self, frame: Frame) -> None:
        self._frame = frame
        self.bar.show_data(frame.dataset)
        self.bar.plane.show_frame(frame)
        self.scatter.set_inputs(self.bar.scatter.inputs)
        self.probes, self.section = Probe.OUTPUT | self.bar.probes, self.bar.section
        if self.wall.is_open:
            self.wall.show_frame(frame)
        if self.wall.is_open and self.truth_table in self._stages_of(frame.picture):
            self.close_wall()  # the table says it all
        stages = self._stages_for(frame.picture)
        self._show_only(stages)
        images, on_plane = (isinstance(frame.picture, kind) for kind in (ImagePicture, PlanePicture))
        self._title.show_for(images, on_plane, self.truth_table not in self._stages_of(frame.picture))
        self.tools.show_data(frame.dataset)
        self._title.place()
        self.confusion.show_open(self.wall.cell)
        legible = self._legible(frame)
        for stage in stages:
            if isinstance(stage, BoundaryStage):
                stage.show_frame(frame, legible)
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
        if self.mode.current() == HARDEST and self._frame is not None:
            self._open_hardest(self._frame)
        elif self.wall.is_open:
            self.wall.take_down()
        self._show_again()

    def _show_again(self) -> None:
        if self._frame is not None:
            self._told = ()  # figures of another picture are new ones
            self.show_frame(self._frame)

    def tables(self) -> Sequence[Table]:
        if self._frame is None:
            return []
        pictures = [
            table
            for stage in self._shown
            for table in (stage.tables() if isinstance(stage, DrawingPane) else (stage.table(),))
        ]
        if self.wall.is_open:
            pictures.insert(0, self.wall.stage.table())
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

    def _room(self) -> int:
        """The height for pictures and figures."""
        above = [each for each in (self._title.below, self.bar) if not each.isHidden()]
        return self.height() - sum(each.sizeHint().height() + _GAP for each in above)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._title.place()
            self._fit()

    def _fit(self) -> None:
        """Share the height out: where there is no room for all, first the tiles become a table, then the strip flat."""
        for stage in (*self._growing, self.drawing):
            stage.setMinimumHeight(0)
            stage.setMaximumHeight(stage.full_height(self.width()))
        if self._walled:
            self._fit_wall()
            return
        picture = self._shown[0]
        below = [stage.sizeHint().height() for stage in self._shown if isinstance(stage, _Below)]
        below += [] if self._plane_switches.isHidden() else [self._plane_switches.sizeHint().height()]
        draws, tabled = picture is self.drawing, self.truth_table in self._shown  # a drawing is none of the examples
        strip = 0 if draws else self.strip.tall_height()
        shrunk = (_SHRUNK_BY_TABLE if tabled else _SHRUNK) * picture.maximumHeight()
        needed = shrunk + sum(height + _GAP for height in (*below, strip))
        tall, table = (0 if self.metrics.isHidden() else self.metrics.height_as(form) + _GAP for form in (False, True))
        self.metrics.set_table(self._room() < needed + tall or not self.metrics.fits_tall(self.width()))
        self.strip.set_low(draws or self._room() < needed + table)

    def _fit_wall(self) -> None:
        """The picture gives way first, then the strip."""
        free = self._room() - self.wall.comfort() - _GAP
        free -= self._plane_switches.sizeHint().height() + _GAP if self.boundary in self._shown else 0
        for stage in self._shown:
            if isinstance(stage, _Growing):
                stage.setFixedHeight(min(max(self._least(stage), free), stage.full_height(self.width())))
                free -= stage.maximumHeight()
        self.strip.set_low(free < self.strip.tall_height() + _GAP)

    def _least(self, stage: _Growing) -> int:
        """The height from which on a picture is worth its place beside a wall."""
        share = _SHRUNK_BY_WALL if stage is self.confusion else _SHRUNK_BY_TABLE
        return round(share * stage.full_height(self.width()))

    def minimumSizeHint(self) -> QSize:
        """With a wall, that of the wall alone: the picture beside it gives way."""
        hint = super().minimumSizeHint()
        if not self._walled:
            return hint
        below = self.strip.minimumSizeHint().height() + _GAP if self.strip.isVisibleTo(self) else 0
        above = self.height() - self._room()
        return QSize(hint.width(), min(above + self.wall.minimumSizeHint().height() + below, hint.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._walled and self._frame is not None and self._stages_for(self._frame.picture) != self._shown:
            self._show_again()
        self._fit()
        super().resizeEvent(event)


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(OutputView, plane_frame(), 290, 450)
