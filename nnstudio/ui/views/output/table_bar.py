"""What is seen of a network that learns a table: a switch above the picture, with what suits the task."""

from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.data.table import Table
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.section import Section
from nnstudio.ui.explanations.table_views import TABLE_VIEWS
from nnstudio.ui.views.output.scatter_bar import ScatterBar
from nnstudio.ui.views.output.section_bar import SectionBar
from nnstudio.ui.widgets.segmented import SegmentedSwitch


class TableMode(Enum):
    """What is seen, with its name and what the name means."""

    MATRIX = "Matrix", "Which class is taken for which."
    ROC = "ROC", "What each threshold finds, and what it takes wrongly along."
    PREDICTED = "Predicted", "What the network says over what is true."
    RESIDUALS = "Residuals", "What its predictions leave over."
    PLANE = "Plane", "What the network answers on a plane through the inputs."
    SCATTER = "Scatter", "Every pair of inputs as a small plot: the scatter matrix."

    def __init__(self, label: str, tip: str) -> None:
        self.label, self.tip = label, tip


_PROBES = {TableMode.ROC: Probe.ROC, TableMode.PLANE: Probe.SECTION}
_MODES = {
    Task.BINARY: (TableMode.MATRIX, TableMode.ROC),
    Task.MULTICLASS: (TableMode.MATRIX,),
    Task.REGRESSION: (TableMode.PREDICTED, TableMode.RESIDUALS),
    Task.MULTILABEL: (TableMode.PREDICTED,),
}


def modes_of(dataset: Dataset) -> tuple[TableMode, ...]:
    """What there is to be seen of it, the first one to begin with; nothing of data that are no table."""
    if not isinstance(dataset.domain, Table):
        return ()
    plane = dataset.outputs == 1 or dataset.task is Task.MULTICLASS  # whose answers are one picture
    pairs = () if not plane else (TableMode.PLANE, TableMode.SCATTER)[: max(len(dataset.input_names) - 1, 0)]
    return *_MODES[dataset.task], *pairs  # of two inputs the plane says it all


class TableBar(QWidget):
    """Hidden where there is nothing to choose."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._modes: tuple[TableMode, ...] = ()
        self.switch = SegmentedSwitch([mode.label for mode in TableMode], [mode.tip for mode in TableMode])
        for index, mode in enumerate(TableMode):
            self.switch.button(index).setProperty("bare", True)
            self.switch.button(index).setWhatsThis(TABLE_VIEWS[mode.label].html(mode.label, mode.tip))
        self.plane, self.scatter = SectionBar(), ScatterBar()
        self._below = {TableMode.PLANE: self.plane, TableMode.SCATTER: self.scatter}
        self.switch.currentChanged.connect(self._change)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.switch)
        for below in (self.plane, self.scatter):
            below.hide()
            below.changed.connect(self.changed)
            column.addWidget(below)
        self.hide()

    @property
    def mode(self) -> TableMode:
        """What is seen now."""
        return list(TableMode)[self.switch.current()]

    @property
    def wanted(self) -> bool:
        """Whether there is anything to choose."""
        return len(self._modes) > 1

    @property
    def probes(self) -> Probe:
        """What more of a frame is needed for it."""
        return _PROBES.get(self.mode, Probe.NOTHING) if self._modes else Probe.NOTHING

    @property
    def section(self) -> Section | None:
        """The plane through the inputs that is seen; None while none is."""
        return self.plane.section if self._modes and self.mode is TableMode.PLANE else None

    def _change(self) -> None:
        # Hidden first and shown last: for a moment with what was seen before, the card would make the window higher.
        shown = self._below.get(self.mode)
        for below in self._below.values():
            if below is not shown:
                below.hide()
        self.changed.emit()
        if shown is not None:
            shown.show()

    def show_plane(self, inputs: tuple[int, int]) -> None:
        """Go to the plane of two inputs, across and upwards, by their numbers."""
        self.plane.take(inputs)
        self.switch.set_current(list(TableMode).index(TableMode.PLANE))

    def show_data(self, dataset: Dataset) -> None:
        """Offer what there is to be seen of these data."""
        modes = modes_of(dataset)
        if TableMode.PLANE in modes:
            self.plane.show_data(dataset)
        if TableMode.SCATTER in modes:
            self.scatter.show_data(dataset)
        if modes == self._modes:
            return
        self._modes = modes
        for index, mode in enumerate(TableMode):
            self.switch.button(index).setVisible(mode in modes)
        if modes and self.mode not in modes:
            self.switch.set_current(list(TableMode).index(modes[0]))
