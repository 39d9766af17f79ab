"""What stands above a scatter matrix: the field for its inputs, and how many of the rows are drawn."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.run.row_sample import ROWS, row_count
from nnstudio.ui.views.output.input_list import InputField
from nnstudio.ui.widgets.figures import counted, grouped


class ScatterBar(QWidget):
    """Shows the first inputs to begin with."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self.field, self.said = InputField(self), QLabel()
        self.field.changed.connect(self.changed)
        self.said.setProperty("role", "dim")
        self.said.setWordWrap(True)
        self.said.setToolTip(f"Of more than {grouped(ROWS)} rows so many are drawn, the same ones each time.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.said, 1)

    @property
    def inputs(self) -> tuple[int, ...]:
        """The inputs that are shown, by their numbers."""
        return self.field.inputs

    def show_data(self, dataset: Dataset) -> None:
        """Offer the inputs of these data, and say how many of their rows are drawn."""
        count = row_count(dataset)
        self.said.setText(f"{grouped(ROWS)} of {counted(count, 'row')}" if count > ROWS else counted(count, "row"))
        if dataset.input_names != self._names:
            self._names = dataset.input_names
            self.field.offer(self._names)
