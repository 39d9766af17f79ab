"""The run that was left last, pale behind the curves of the present one: its test loss, and what it is called."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPen
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.experiment import Experiment
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Scale
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.views.loss.curves import Line, measured_line

_REACH = 5.0
_ABOVE = 11.0
"""From the line to its name, which lies below it where there is no room."""
_VEIL = 0.75
"""How much of the mini-batches its name covers, to be legible."""
_SHARE = 0.6
"""So far to the right its name stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Ghost:
    """key, name: of the run; rows: its curves. Two are the same if they are drawn alike."""

    key: int
    name: str
    rows: HistoryPrefix

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ghost):
            return NotImplemented
        return (self.key, self.name) == (other.key, other.name) and self.rows is other.rows

    def __hash__(self) -> int:
        return hash((self.key, self.name))

    def line(self, start: float, end: float, columns: int, logarithmic: bool) -> Line | None:
        """Its test loss between two updates; None where it was not measured there."""
        return measured_line(self.rows.update, self.rows.test_loss, start, end, columns, logarithmic)

    def at(self, update: float) -> float | None:
        """Its test loss at an update, between the measurements beside it; None beyond its ends."""
        known = np.isfinite(self.rows.test_loss)
        updates = self.rows.update[known]
        if not len(updates) or not updates[0] <= update <= updates[-1]:
            return None
        return float(np.interp(update, updates, self.rows.test_loss[known]))


def ghost_of(shelf: Shelf, experiment: Experiment) -> Ghost | None:
    """The run that was left last, if its loss may be compared with that of this experiment: of the same kind of data,
    and measured alike."""
    run = shelf.ghost
    if run is None:
        return None
    then = run.experiment
    alike = then.dataset.kind is experiment.dataset.kind and then.training.loss is experiment.training.loss
    return Ghost(run.label.key, run.label.name, run.state.history.rows) if alike else None


class GhostPicture:
    """Its line, in the pane of the curves, and its name over the plot."""

    def __init__(self, root: QGraphicsItem, inside: QGraphicsItem, ratio: float) -> None:
        colors = theme.current()
        pen = QPen(QColor(colors.ghost), 2 * ratio)
        pen.setCosmetic(True)
        self._curve = items.Curve(inside, pen, -0.5)
        ground = QColor(colors.card)
        ground.setAlphaF(_VEIL)
        self._ground = items.rectangle(root, QRectF(), ground, z=5.9)
        self.name = items.Words(root, QPointF(), text_font(11), colors.dim, z=6)
        self._ghost: Ghost | None = None
        self._scales: tuple[Scale, Scale] | None = None

    def show(self, ghost: Ghost | None, line: Line | None, across: Scale, up: Scale, plot: QRectF) -> None:
        """Draw this line of it, or none."""
        self._ghost, self._scales = ghost if line is not None else None, (across, up)
        for item in (self.name.item, self._ground):
            item.setVisible(line is not None)
        if line is None or ghost is None:
            self._curve.show((), ())
            return
        shares = np.clip((plot.bottom() - up.places(line.y)) / plot.height(), -10.0, 11.0)
        self._curve.show(line.x.tolist(), shares.tolist())
        metrics = QFontMetricsF(text_font(11))
        words = f"last run: {ghost.name}"
        self.name.say(metrics.elidedText(words, items.RIGHT_END, plot.width() / 2))
        last = across.at(float(min(line.x[-1], across.high)))
        x = max(min(plot.left() + _SHARE * plot.width(), last) - self.name.box.width() / 2, plot.left() + 4)
        level = float(np.interp(across.value(x + self.name.box.width() / 2), line.x, line.y))
        above = up.at(level) - _ABOVE
        y = above if above > plot.top() + 6 else up.at(level) + _ABOVE
        self.name.move(QPointF(x, min(max(y, plot.top() + 6), plot.bottom() - 8)))
        self._ground.setRect(self.name.box.adjusted(-3, 0, 3, 0))

    def key_at(self, position: QPointF) -> int:
        """The run whose line lies under this point; 0 for none."""
        if self._ghost is None or self._scales is None:
            return 0
        across, up = self._scales
        value = self._ghost.at(across.value(position.x()))
        if self.name.item.isVisible() and self.name.box.adjusted(-2, -2, 2, 2).contains(position):
            return self._ghost.key
        return self._ghost.key if value is not None and abs(up.at(value) - position.y()) <= _REACH else 0
