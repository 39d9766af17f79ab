"""The Loss card: how wrong the network is, from the first update to the last.

The curves are the history's columns and nothing else: no click here adds a point. Train and test loss are bold, the
loss of each mini-batch lies pale behind them, and the penalty, which is no part of either, has a line of its own.

They lie in a view box of pyqtgraph, which takes half a second to import: so the card is empty until the first frame has
been seen, and the chart is imported after that.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, Probe
from nnstudio.ui.stage.legend import Entry, Legend, Sign
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.loss.curves import HINT, curve_colors
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.segmented import SegmentedSwitch

if TYPE_CHECKING:
    from nnstudio.ui.views.loss.chart import LossChart
    from nnstudio.ui.views.loss.ghost import Ghost

_LOG = 1
_ALWAYS = ("train", "test", "batch")
_SHORT = {"validation": "valid."}
_RANKS = {"train": 0, "test": 0, "validation": 1, "batch": 2, "penalty": 3}
"""What the legend leaves out first: the penalty's curve is named at its end, that of the mini-batches nowhere else."""


class _Empty(QLabel):
    """What the card shows until there is a chart."""

    painted = Signal()

    def __init__(self) -> None:
        super().__init__(HINT)
        self.setObjectName("dim")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted.emit()


class LossView(View):
    """Train loss, test loss, mini-batch loss and penalty over updates.

    chart: the curves; None until a frame has been shown and painted
    """

    visit_wanted = Signal(int)
    """Somebody wants to see the run at this update."""
    run_wanted = Signal(int)
    """Somebody wants the run of the shelf with this key."""
    title = "Loss"
    interval = 0.2
    probes = Probe.NOTHING

    def __init__(self) -> None:
        super().__init__()
        self.chart: LossChart | None = None
        self._frame: Frame | None = None
        self._ghost: Ghost | None = None
        self._empty = _Empty()
        self._opening = QTimer(self, singleShot=True, interval=0)
        self._opening.timeout.connect(self._open)
        self._empty.painted.connect(self._painted)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._empty)
        self.legend = Legend(lambda: tuple(self._entries()))
        self.scale = SegmentedSwitch(
            ("Linear", "Log"),
            ("Equal steps are equal differences of the loss.", "Equal steps are equal ratios: small losses show, too."),
        )
        self.scale.set_current(_LOG)
        self.scale.currentChanged.connect(self._scale_changed)
        self._switches = QWidget()
        row = QHBoxLayout(self._switches)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        row.addWidget(self.legend)
        row.addWidget(self.scale)

    def switches(self) -> QWidget:
        return self._switches

    def tables(self) -> Sequence[Table]:
        return [table] if self.chart is not None and (table := self.chart.table()) else []

    def show_frame(self, frame: Frame) -> None:
        self._frame = frame
        if self.chart is None:
            self._empty.update()
        else:
            self.chart.show_history(frame, len(frame.dataset.train))

    def show_ghost(self, ghost: "Ghost | None") -> None:
        """Draw this run behind the present one."""
        if ghost != self._ghost:
            self._ghost = ghost
            if self.chart is not None:
                self.chart.show_ghost(ghost)

    def _painted(self) -> None:
        """The empty card has been painted, with everything beside it."""
        if self._frame is not None:
            self._opening.start()

    def _open(self) -> None:
        """Put the chart in the place of what is empty."""
        from nnstudio.ui.views.loss.chart import LossChart

        if self.chart is not None or self._frame is None:
            return
        self.chart = LossChart()
        self.chart.curves_changed.connect(self.legend.renew)
        self.chart.visit_wanted.connect(self.visit_wanted)
        self.chart.run_wanted.connect(self.run_wanted)
        self.chart.show_ghost(self._ghost)
        self._scale_changed(self.scale.current())
        self._layout.replaceWidget(self._empty, self.chart)
        self._empty.deleteLater()
        if self.scale.window() is self.window():  # on a card; what comes late would come last
            QWidget.setTabOrder(self.scale.button(_LOG), self.chart)
        self.show_frame(self._frame)

    def _entries(self) -> Iterator[Entry]:
        colors = curve_colors()
        signs = {"test": Sign.DOTTED, "penalty": Sign.DASHED}
        for name in ("train", "validation", "test", "penalty", "batch"):
            if name in _ALWAYS or (self.chart and name in self.chart.lines):
                full, short = ("mini-batch", "batch") if name == "batch" else (name, _SHORT.get(name, ""))
                yield Entry(full, colors[name], signs.get(name, Sign.LINE), short, _RANKS[name])

    def _scale_changed(self, index: int) -> None:
        if self.chart is not None:
            self.chart.set_logarithmic(index == _LOG)


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(LossView, plane_frame(), 510, 200)
