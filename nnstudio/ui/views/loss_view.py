"""The Loss card: how wrong the network is, from the first update to the last.

The curves are the history's columns and nothing else: no click here adds a point. Train and test loss are bold, the
loss of each mini-batch lies pale behind them, and the penalty, which is no part of either, has a line of its own.
"""

from collections.abc import Iterator

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, Probe
from nnstudio.ui.stage.legend import Entry, Legend, Sign
from nnstudio.ui.views.loss.chart import LossChart
from nnstudio.ui.views.loss.picture import curve_colors
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.segmented import SegmentedSwitch

_LOG = 1
_ALWAYS = ("train", "test", "batch")


class LossView(View):
    """Train loss, test loss, mini-batch loss and penalty over updates."""

    title = "Loss"
    interval = 0.12
    probes = Probe.NOTHING

    def __init__(self) -> None:
        super().__init__()
        self.chart = LossChart()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chart)
        self.legend = Legend(lambda: tuple(self._entries()))
        self.chart.curves_changed.connect(self.legend.renew)
        self.scale = SegmentedSwitch(
            ("Linear", "Log"),
            ("Equal steps are equal differences of the loss.", "Equal steps are equal ratios: small losses show, too."),
        )
        self.scale.set_current(_LOG)
        self.scale.currentChanged.connect(self._scale_changed)
        self._switches = QWidget()
        row = QHBoxLayout(self._switches)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.legend)
        row.addWidget(self.scale)

    def switches(self) -> QWidget:
        return self._switches

    def show_frame(self, frame: Frame) -> None:
        self.chart.show_history(frame, len(frame.dataset.train))

    def _entries(self) -> Iterator[Entry]:
        colors = curve_colors()
        signs = {"test": Sign.DOTTED, "penalty": Sign.DASHED}
        for name in ("train", "validation", "test", "penalty", "batch"):
            if name in _ALWAYS or name in self.chart.lines:
                yield Entry("mini-batch" if name == "batch" else name, colors[name], signs.get(name, Sign.LINE))

    def _scale_changed(self, index: int) -> None:
        self.chart.set_logarithmic(index == _LOG)


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(LossView, plane_frame(), 510, 200)
