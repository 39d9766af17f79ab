"""The two columns that say most about the target by themselves, row by row."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath

from nnstudio.core.data.table_pair import Pair
from nnstudio.ui import theme
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.panels.own_table.draft import Proposed
from nnstudio.ui.panels.own_table.target_picture import mark
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import tick

_SIDE = 2.7
_EDGE = 0.05


class PairPicture(Stage):
    """Points in the colours and shapes of their classes; values to be learned over the column that says most."""

    def __init__(self) -> None:
        self._pair: Pair | None = None
        self._classes = 0
        self._names: tuple[str, ...] = ()
        tip = "Each point is a row: what a straight cut through two columns could tell apart."
        super().__init__("Two columns", tip, OWN_TABLE["Two columns"].html("Two columns", tip))

    def show_pair(self, proposed: Proposed | None) -> None:
        """Show the pair of this proposal."""
        pair = None if proposed is None else proposed.overview.pair
        if proposed is not None:
            self._classes, self._names = len(proposed.overview.classes), proposed.proposal.spec.target_names
        self._pair = pair
        self.arrange()

    def summary(self) -> str:
        pair = self._pair
        return "" if pair is None else f"{pair.names[1]} over {pair.names[0]}, {len(pair.across)} rows."

    def table(self) -> Table | None:
        return None

    def arrange(self) -> None:
        root, pair, colors = self.clear(), self._pair, theme.current()
        if pair is None or not len(pair.across) or self.width() < 80:
            return
        across, up = _ends(pair.across), _ends(pair.up)
        metrics_room = room_below()
        bottom = self.height() - 2 * metrics_room - 2
        ups = Scale(*up, bottom, 6.0)
        ticks = ups.ticks(max(int(bottom / 40), 2))
        left = room_beside([tick(value) for value in ticks])
        area = QRectF(left, 6, self.width() - left - 8, bottom - 6)
        sideways = Scale(*across, area.left(), area.right())
        Axis(root, Qt.Edge.LeftEdge, tick).show(ups, ticks, area, self.ratio)
        Axis(root, Qt.Edge.BottomEdge, tick).show(
            sideways, sideways.ticks(max(int(area.width() / 60), 2)), area, self.ratio, lines=False
        )
        below = QPointF(area.center().x(), self.height() - metrics_room / 2)
        align = Qt.AlignmentFlag.AlignHCenter
        items.Words(root, below, text_font(11.0), colors.dim, pair.names[0], align)
        xs, ys = sideways.places(pair.across), ups.places(pair.up)
        side = _SIDE * theme.text_scale()
        for label in range(max(self._classes, 1)):
            chosen = np.flatnonzero(pair.labels == label) if len(pair.labels) else np.arange(len(xs))
            path = QPainterPath()
            for x, y in zip(xs[chosen].tolist(), ys[chosen].tolist(), strict=True):
                path.addPath(mark(label, QPointF(x, y), side))
            color = theme.class_color(label, self._classes) if self._classes else QColor(colors.accent)
            path.setFillRule(Qt.FillRule.WindingFill)
            items.path(root, brush=color, z=1).setPath(path)


def _ends(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> tuple[float, float]:
    """The lowest and the highest value, with a little room."""
    low, high = float(values.min()), float(values.max())
    room = (high - low) * _EDGE or max(abs(high), 1.0) * _EDGE
    return low - room, high + room
