"""The Activations card: what values the neurons of each layer take.

It shows at a glance what the loss cannot: layers whose tanh units sit at their ends, where no gradient passes, and
ReLU units that have died.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, Probe
from nnstudio.ui.stage.legend import Legend
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.activations.chart import ActivationsChart
from nnstudio.ui.views.activations.over_time import ActivationsOverTime
from nnstudio.ui.views.activations.rows import LayerRows
from nnstudio.ui.views.activations.value_axis import ValueAxis
from nnstudio.ui.views.bands.legend import band_entries
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.segmented import SegmentedSwitch

_OVER_TIME = 1


class ActivationsView(View):
    """A histogram of activations for each layer, or a band over time; many layers scroll over a common axis.

    chart, over_time: the two pictures, of which one is shown
    """

    title = "Activations"
    interval = 0.12
    probes = Probe.ACTIVATIONS

    def __init__(self) -> None:
        super().__init__()
        self.chart, self.over_time = ActivationsChart(), ActivationsOverTime()
        self.axis = ValueAxis(self.chart, self.over_time)
        self._frame: Frame | None = None
        both = QWidget()
        row = QVBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.chart)
        row.addWidget(self.over_time)
        self.over_time.hide()
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(both)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll)
        layout.addWidget(self.axis)
        self.times = SegmentedSwitch(
            ("Now", "Time"),
            (
                "The histograms of the last update.",
                "Over time: a band for each layer, beside its values now.",
            ),
        )
        self.times.currentChanged.connect(self._switch)
        self.legend = Legend(band_entries)
        self.legend.hide()
        self._switches = QWidget()
        header = QHBoxLayout(self._switches)
        header.setContentsMargins(0, 0, 0, 0)
        header.setSpacing(8)
        header.addWidget(self.legend)
        header.addWidget(self.times)

    def switches(self) -> QWidget:
        return self._switches

    def tables(self) -> Sequence[Table]:
        return [table for chart in (self.chart, self.over_time) if (table := chart.table())]

    def chosen_table(self) -> int:
        return min(self.times.current(), max(len(self.tables()) - 1, 0))

    @property
    def shown(self) -> LayerRows:
        """The picture that is seen."""
        return self.over_time if self.times.current() == _OVER_TIME else self.chart

    def show_frame(self, frame: Frame) -> None:
        self._frame = frame
        self.shown.show_frame(frame)

    def _switch(self) -> None:
        self.chart.explore(None)
        self.over_time.explore(None)
        self.chart.setVisible(self.shown is self.chart)
        self.over_time.setVisible(self.shown is self.over_time)
        self.legend.setVisible(self.shown is self.over_time)
        self.axis.follow(self.shown)
        if self._frame is not None:
            self.show_frame(self._frame)


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(ActivationsView, plane_frame(), 410, 200)
