"""The Loss card: how wrong the network is, from the first update to the last.

The curves are the history's columns and nothing else: no click here adds a point. Train and test loss are bold, the
loss of each mini-batch lies pale behind them, with a smoothed line through its noise, and the penalty, which is no part
of either, has a line of its own.
"""

from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, Probe
from nnstudio.ui.views.loss.chart import LossChart
from nnstudio.ui.views.loss.plot import LossPlot
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.segmented import SegmentedSwitch

_LOG = 1


class LossView(View):
    """Train loss, test loss, mini-batch loss and penalty over updates."""

    title = "Loss"
    interval = 0.12
    probes = Probe.NOTHING

    def __init__(self) -> None:
        super().__init__()
        self.plot = LossPlot()
        self.chart = LossChart(self.plot)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot, 0, 0)
        layout.addWidget(self.chart, 0, 0)
        self.smoothing = QCheckBox("Smoothing")
        self.smoothing.setChecked(True)
        self.smoothing.setToolTip("Draw a calm line through the noise of the mini-batches.")
        self.smoothing.setWhatsThis(
            "<b>Smoothing</b><p>The mini-batch loss under a Gaussian window, σ = 1.5 % of the curve's width. Train and "
            "test loss have no such noise and stay as they are.</p>"
        )
        self.smoothing.toggled.connect(self.chart.set_smoothing)
        self.scale = SegmentedSwitch(
            ("Linear", "Log"),
            ("Equal steps are equal differences of the loss.", "Equal steps are equal ratios: small losses show, too."),
        )
        self.scale.set_current(_LOG)
        self.scale.currentChanged.connect(self._scale_changed)
        self._switches = QWidget()
        row = QHBoxLayout(self._switches)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.smoothing)
        row.addWidget(self.scale)

    def switches(self) -> QWidget:
        return self._switches

    def show_frame(self, frame: Frame) -> None:
        self.chart.show_history(frame.history, frame.run, len(frame.dataset.train), frame.marks)

    def _scale_changed(self, index: int) -> None:
        self.chart.set_logarithmic(index == _LOG)


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(LossView, plane_frame(), 510, 200)
