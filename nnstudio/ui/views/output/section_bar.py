"""Which plane through the inputs is seen: two inputs or the principal components, and where all others stay."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from nnstudio.core.counting import counted
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.run.frame import Frame
from nnstudio.core.run.section import Section
from nnstudio.ui.explanations.table_views import TABLE_VIEWS
from nnstudio.ui.widgets.figures import percent
from nnstudio.ui.widgets.option_box import FlatBox

_COMPONENTS = "Principal components"
_THROUGH = "at their mean", "at the example"


class SectionBar(QWidget):
    """Boxes for both axes, and a sentence about the rest with a box for where that is."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self.across, self.upwards, self.through = FlatBox(), FlatBox(), FlatBox()
        self.through.addItems(_THROUGH)
        self.explained, self.said = QLabel(), QLabel()
        for label in (self.explained, self.said):
            label.setProperty("role", "dim")
            label.setMinimumWidth(1)
        for box, name, tip in (
            (self.across, "Across", "The input across, or the two directions in which the examples differ most."),
            (self.upwards, "Upwards", "The input upwards."),
            (self.through, "Other inputs", "Where all other inputs stay on the plane."),
        ):
            box.setAccessibleName(name)
            box.setToolTip(tip)
            box.setWhatsThis(TABLE_VIEWS[name].html(name))
            box.activated.connect(self._choose)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        grid.addWidget(self.across, 0, 0)
        grid.addWidget(self.upwards, 0, 1)
        grid.addWidget(self.explained, 0, 1)
        grid.addWidget(self.said, 1, 0)
        grid.addWidget(self.through, 1, 1)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)

    @property
    def section(self) -> Section:
        """Which plane is asked for."""
        across = self.across.currentIndex() - 1
        inputs = None if across < 0 else (across, self.upwards.currentIndex())
        return Section(inputs, self.through.currentIndex() == 1)

    def show_data(self, dataset: Dataset) -> None:
        """Offer the inputs of these data, the first two to begin with."""
        if dataset.input_names == self._names:
            return
        self._names = dataset.input_names
        self.across.clear()
        self.across.addItems((_COMPONENTS, *self._names))
        self.upwards.clear()
        self.upwards.addItems(self._names)
        self.across.setCurrentIndex(1)
        self.upwards.setCurrentIndex(1)
        self._choose()

    def take(self, inputs: tuple[int, int]) -> None:
        """Ask for the plane of two inputs, across and upwards, by their numbers."""
        across, upwards = inputs
        self.across.setCurrentIndex(across + 1)
        self.upwards.setCurrentIndex(upwards)
        self._choose()

    def show_frame(self, frame: Frame) -> None:
        """Say what the plane of this frame is."""
        reading = frame.section
        if reading is None:
            return
        explained, count = reading.axes.explained, len(self._names) - 2
        words = counted(count, "other input")
        if explained is not None:
            self.explained.setText(f"{percent(float(explained.sum()), 0)} of variance")
            words = "All else"
        if reading.section.at_example and not reading.at_example:
            words = "No example: mean"
        if words != self.said.text():
            self.said.setText(words)
        for widget in (self.said, self.through):
            widget.setVisible(bool(count))

    def _choose(self) -> None:
        """Two inputs are never the same one."""
        across = self.across.currentIndex() - 1
        self.upwards.setVisible(across >= 0)
        self.explained.setVisible(across < 0)
        if across == self.upwards.currentIndex():
            self.upwards.setCurrentIndex((across + 1) % len(self._names))
        self.changed.emit()
