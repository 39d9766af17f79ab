"""The ROC curve of two classes: for each threshold, how many of the second class are found, and how many of the first
are wrongly taken for it. The threshold that answers are given by is marked."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsRectItem

from nnstudio.core.run.frame import Frame, TablePicture
from nnstudio.core.training.roc import THRESHOLD, Roc
from nnstudio.ui import theme
from nnstudio.ui.examples.choosing import circle
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.legend import TIGHT, Entry, Sign, drawn_legend
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import decimal, grouped, percent, tick

_CORNERS = 1000
"""So many corners are drawn; of more, evenly taken ones."""
_RADIUS = 4.0
_ONE_CLASS = "No curve: the test examples", "are all of one class."
_TICKS = 0.0, 0.25, 0.5, 0.75, 1.0


class RocStage(Stage):
    """The curve of the test examples, the area below it, and the present threshold."""

    def __init__(self) -> None:
        super().__init__(
            "ROC curve",
            "For each threshold: how many of the second class are found, over how many of the first are taken for it.",
            "<b>ROC curve</b><p>For each threshold t, examples with p ≥ t are taken for the second class: up "
            "TP / (TP + FN), across FP / (FP + TN). The area below it, AUC, is the chance that an example of the "
            "second class gets a higher p than one of the first, ties counting half; 0.5 on the dashed line.</p>"
            "<p><b>Example:</b> p = 0.9, 0.4 for two of the second and 0.5, 0.1 for two of the first: 3 of the 4 pairs "
            "stand in the right order, AUC = 0.75.</p><p>The dot is the threshold 0.5, by which answers are given.</p>"
            "<p><b>Source:</b> T. Fawcett, <i>An introduction to ROC analysis</i>, 2006.</p>",
        )
        self._roc: Roc | None = None
        self._measured = False
        self._classes: tuple[str, ...] = ()
        self._corners: NDArray[np.int64] = np.zeros(0, np.int64)
        self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's curve, if it is another one."""
        picture = frame.picture
        roc = picture.roc if isinstance(picture, TablePicture) else None
        measured = isinstance(picture, TablePicture) and picture.confusion is not None
        if (roc, measured, frame.dataset.class_names) == (self._roc, self._measured, self._classes):
            return
        self._roc, self._measured, self._classes = roc, measured, frame.dataset.class_names
        count = len(roc.threshold) if roc is not None else 0
        self._corners = np.unique(np.linspace(0, count - 1, min(count, _CORNERS)).astype(np.int64))
        self.arrange()
        self.read()

    # Where things are.

    def full_height(self, width: int) -> int:
        """The height beyond which the picture grows no more in this width."""
        return width

    def _plot(self) -> QRectF:
        """The square between the axes."""
        above = round(TIGHT.metrics.height()) + 6
        left = room_beside([tick(value) for value in _TICKS]) + QFontMetricsF(text_font(11)).height() + 2
        side = max(min(self.width() - left - 4, self.height() - room_below() - above), 40.0)
        return QRectF(round(left + max((self.width() - left - 4 - side) / 2, 0)), above, round(side), round(side))

    def places(self) -> tuple[int, int]:
        return (len(self._corners), 1) if self._roc is not None else (0, 0)

    def _positions(self) -> NDArray[np.float64]:
        """Of the corners, (k, 2)."""
        assert self._roc is not None
        return self._place(self._roc.false_positive[self._corners], self._roc.true_positive[self._corners])

    def _place(self, across: NDArray[np.float64], up: NDArray[np.float64]) -> NDArray[np.float64]:
        plot = self._plot()
        return np.column_stack((plot.left() + across * plot.width(), plot.bottom() - up * plot.height()))

    def spot_at(self, position: QPointF) -> Spot | None:
        if self._roc is None or not self._plot().adjusted(-4, -4, 4, 4).contains(position):
            return None
        distance = np.hypot(*(self._positions() - (position.x(), position.y())).T)
        return Spot(int(distance.argmin()), 0)

    def anchor(self, spot: Spot) -> QRectF:
        return circle(QPointF(*self._positions()[spot.column].tolist()), _RADIUS).boundingRect()

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        roc = self._roc
        if roc is None:
            return ()
        corner = int(self._corners[spot.column])
        rates = roc.true_positive[corner], roc.false_positive[corner]
        return f"p ≥ {decimal(float(roc.threshold[corner]))}", *self._found(*map(float, rates))

    def _found(self, true: float, false: float) -> tuple[str, str]:
        roc, (first, second) = self._roc, self._classes
        assert roc is not None
        hits, slips = round(true * roc.positives), round(false * roc.negatives)
        return (
            f"{grouped(hits)} of {grouped(roc.positives)} {second} found, {percent(true)}",
            f"{grouped(slips)} of {grouped(roc.negatives)} {first} taken for it, {percent(false)}",
        )

    def figure(self, spot: Spot) -> float | None:
        return float(self._roc.true_positive[self._corners[spot.column]]) if self._roc is not None else None

    def summary(self) -> str:
        if self._roc is None:
            return "Nothing to see yet."
        false, true = self._roc.at(THRESHOLD)
        found = ", ".join(self._found(true, false))
        return f"AUC {decimal(self._roc.area, 4)}; by the threshold {THRESHOLD}: {found}. Arrow keys read the corners."

    def table(self) -> Table | None:
        roc = self._roc
        if roc is None:
            return None
        columns = roc.threshold, roc.false_positive, roc.true_positive
        rows = list(zip(*(column.tolist() for column in columns), strict=True))
        return Table("ROC curve", ("threshold", "false positive rate", "true positive rate"), rows)

    def mark(self, spot: Spot | None) -> None:
        at = circle(self.anchor(spot).center(), _RADIUS + 1) if spot else QPainterPath()
        self._marker.setPath(at)

    # Drawing.

    def arrange(self) -> None:
        root, colors, plot, roc = self.clear(), theme.current(), self._plot(), self._roc
        self._marker = items.path(root, QPen(QColor(colors.text), 1.5), z=3)
        if roc is None:
            line = QPointF(0, QFontMetricsF(text_font(11)).height())
            for row, words in enumerate(_ONE_CLASS if self._measured else ()):
                at = self.area.center() + line * row
                items.Words(root, at, text_font(11), colors.dim, words, Qt.AlignmentFlag.AlignHCenter)
            return
        across, up = Scale(0, 1, plot.left(), plot.right()), Scale(0, 1, plot.bottom(), plot.top())
        Axis(root, Qt.Edge.BottomEdge, tick).show(
            across, _TICKS, plot, self.ratio, unit="false positives", right=plot.right() + 4
        )
        Axis(root, Qt.Edge.LeftEdge, tick).show(up, _TICKS, plot, self.ratio)
        chance = QPainterPath(plot.bottomLeft())
        chance.lineTo(plot.topRight())
        items.path(root, QPen(QColor(colors.dim), 1, Qt.PenStyle.DashLine)).setPath(chance)
        points = self._positions()
        items.Curve(root, QPen(QColor(colors.accent), 2), z=1).show(points[:, 0].tolist(), points[:, 1].tolist())
        now = roc.at(THRESHOLD)
        at = self._place(np.array([now[0]]), np.array([now[1]]))[0].tolist()
        dot = items.path(root, QPen(QColor(colors.card), 1.5), QColor(colors.text), z=2)
        dot.setPath(circle(QPointF(*at), _RADIUS))
        signs = Entry(f"{self._classes[1]} found", colors.accent), Entry(f"p > {THRESHOLD}", colors.text, Sign.DISC)
        items.pixmap(root, QPointF(plot.left(), 0)).setPixmap(drawn_legend(signs, self.ratio, TIGHT))
        self._write(root, plot, roc)

    def _write(self, root: QGraphicsRectItem, plot: QRectF, roc: Roc) -> None:
        """The area, and what the upright axis is."""
        colors, right, middle = theme.current(), Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter
        corner = plot.bottomRight() - QPointF(6, 12 * theme.text_scale())
        items.Words(root, corner, mono_font(12), colors.text, f"AUC {roc.area:.4f}", right, z=2)
        word = items.Words(root, QPointF(), text_font(11), colors.dim, "true positives", middle)
        word.item.setRotation(-90)
        left = plot.left() - room_beside([tick(value) for value in _TICKS]) - word.item.boundingRect().height()
        word.item.setPos(left, plot.center().y() + word.item.boundingRect().width() / 2)

    def sizeHint(self) -> QSize:
        return QSize(290, 290)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 160)
