"""The common axis below the histograms, which stays while they scroll: values, or updates."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QSizePolicy

from nnstudio.ui.stage.axes import Axis, room_below
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.views.activations.chart import ActivationsChart
from nnstudio.ui.widgets.figures import grouped, tick

_WIDE = 250.0


class ValueAxis(Stage):
    """Numbers under a chart's common scale."""

    def __init__(self, chart: ActivationsChart) -> None:
        self._chart = chart
        super().__init__("Axis of the activations", "", chart.whatsThis())
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        chart.scale_changed.connect(self.arrange)
        self.arrange()

    def arrange(self) -> None:
        self.setFixedHeight(round(room_below()))
        root, chart, scale = self.clear(), self._chart, self._chart.across
        self.numbers = Axis(root, Qt.Edge.BottomEdge, grouped if chart.over_time else _signed)
        if not chart.places()[1] or scale.high <= scale.low:
            return
        area = QRectF(scale.start, -3, scale.end - scale.start, 1)
        ticks = scale.ticks(5 if area.width() > _WIDE else 3)
        unit = "update" if chart.over_time else ""
        self.numbers.show(scale, ticks, area, self.ratio, unit=unit, right=self.width(), lines=False)


def _signed(value: float) -> str:
    """−1, 0, +1."""
    return f"+{tick(value)}" if value > 0 else tick(value)
