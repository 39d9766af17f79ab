"""The common axis below the rows, which stays while they scroll: values, or updates."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QSizePolicy

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import NUMBERS, Axis, room_below
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.views.activations.over_time import ActivationsOverTime
from nnstudio.ui.views.activations.rows import LayerRows
from nnstudio.ui.widgets.figures import grouped, tick

_WIDE = 250.0
_BEYOND = 6.0


class ValueAxis(Stage):
    """Numbers under the scale that the rows of a chart have in common."""

    def __init__(self, *charts: LayerRows) -> None:
        self._chart = charts[0]
        super().__init__("Axis of the activations", "", charts[0].whatsThis())
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for chart in charts:
            chart.scale_changed.connect(self.arrange)
        self.arrange()

    def follow(self, chart: LayerRows) -> None:
        """Stand under this chart."""
        self._chart = chart
        self.setWhatsThis(chart.whatsThis())
        self.arrange()

    def arrange(self) -> None:
        self.setFixedHeight(round(room_below()))
        root, chart, scale = self.clear(), self._chart, self._chart.across
        self.numbers = Axis(root, Qt.Edge.BottomEdge, grouped if chart.unit else _signed)
        if not chart.places()[1] or scale.high <= scale.low:
            return
        area = QRectF(scale.start, -3, scale.end - scale.start, 1)
        ticks = scale.ticks(5 if area.width() > _WIDE else 3)
        now = chart.now if isinstance(chart, ActivationsOverTime) else QRectF()
        right = self.width() if now.isEmpty() else scale.end + _BEYOND
        if not now.isEmpty():
            at = QPointF(now.center().x(), room_below() / 2)
            items.Words(root, at, text_font(NUMBERS), theme.current().dim, "now", Qt.AlignmentFlag.AlignHCenter)
        self.numbers.show(scale, ticks, area, self.ratio, unit=chart.unit, right=right, lines=False)


def _signed(value: float) -> str:
    """−1, 0, +1."""
    return f"+{tick(value)}" if value > 0 else tick(value)
