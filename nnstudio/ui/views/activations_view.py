"""The Activations card: what values the neurons of each layer take.

It shows at a glance what the loss cannot: layers whose tanh units sit at their ends, where no gradient passes, and
ReLU units that have died.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, Probe
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.activations.chart import ActivationsChart
from nnstudio.ui.views.activations.value_axis import ValueAxis
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.segmented import SegmentedSwitch

_OVER_TIME = 1


class ActivationsView(View):
    """A histogram of activations for each layer with parameters; many layers scroll over a common axis."""

    title = "Activations"
    interval = 0.12
    probes = Probe.ACTIVATIONS

    def __init__(self) -> None:
        super().__init__()
        self.chart = ActivationsChart()
        self.axis = ValueAxis(self.chart)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.chart)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll)
        layout.addWidget(self.axis)
        self.times = SegmentedSwitch(
            ("Now", "Over time"),
            ("The histograms of the last update.", "One histogram beside the other, since the run began."),
        )
        self.times.currentChanged.connect(lambda index: self.chart.set_over_time(index == _OVER_TIME))

    def switches(self) -> QWidget:
        return self.times

    def tables(self) -> Sequence[Table]:
        return [table] if (table := self.chart.table()) else []

    def show_frame(self, frame: Frame) -> None:
        self.chart.show_frame(frame)


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(ActivationsView, plane_frame(), 410, 200)
