"""The confusion matrix: which class the network takes for which.

Row = truth, column = answer. Right answers are blue and mistakes orange; the deeper, the larger their share of the
truth's examples, by its cube root so that rare mistakes show. The counts stand in the cells.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from nnstudio.core.counting import counted
from nnstudio.core.run.frame import Frame, ImagePicture, PlanePicture
from nnstudio.ui import theme
from nnstudio.ui.views.output.legend import ink_on
from nnstudio.ui.widgets.canvas import Canvas, Spot, mono_font, text_font
from nnstudio.ui.widgets.figures import grouped, percent

_GAP = 1.0


class ConfusionCanvas(Canvas):
    """Counts of test examples by truth (rows) and answer (columns)."""

    def __init__(self) -> None:
        super().__init__(
            "Confusion matrix",
            "Which class the network takes for which: rows are the truth, columns the answers.",
            "<b>Confusion matrix</b><p>C<sub>ij</sub> = how many test examples of class i got the answer j. The "
            "diagonal holds the right answers; accuracy = Σ C<sub>ii</sub> / Σ C<sub>ij</sub>. Blue is right, orange "
            "is wrong; the depth of the colour is ∛(C<sub>ij</sub> / Σ<sub>j</sub> C<sub>ij</sub>).</p>",
        )
        self._counts: NDArray[np.int64] | None = None
        self._shares = np.zeros((0, 0))
        self._names: tuple[str, ...] = ()
        self._noun = "image"

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's counts."""
        picture = frame.picture
        counts = None if isinstance(picture, PlanePicture) else picture.confusion
        self._names = frame.dataset.class_names
        self._noun = "image" if isinstance(picture, ImagePicture) else "example"
        if counts is None or self._counts is None or not np.array_equal(counts, self._counts):
            self._counts = counts
            if counts is not None:
                self._shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            self.update()

    def _grid(self) -> QRectF:
        """The square of the cells, in the widget."""
        margin = self._margin()
        side = max(min(self.width(), self.height()) - margin - 1, 40.0)
        return QRectF(margin + max((self.width() - margin - side) / 2 - margin / 2, 0), margin, side, side)

    def _margin(self) -> float:
        """What the labels take above the cells and to the left of them."""
        return 2 * QFontMetricsF(mono_font(10)).height() + 3

    def full_height(self, width: int) -> int:
        """The height beyond which the cells grow no more in this width."""
        return width

    def _cells(self) -> list[list[QRectF]]:
        """The cells by row and column, on whole pixels so that all gaps are alike."""
        grid, classes = self._grid(), len(self._shares)
        edges = [round(index * grid.width() / classes) for index in range(classes + 1)]
        spans = [(low, high - low - _GAP) for low, high in pairwise(edges)]
        left, top = round(grid.left()), round(grid.top())
        return [[QRectF(left + x, top + y, width, height) for x, width in spans] for y, height in spans]

    def places(self) -> tuple[int, int]:
        return (0, 0) if self._counts is None else (len(self._counts), len(self._counts))

    def spot_at(self, position: QPointF) -> Spot | None:
        grid = self._grid()
        classes = self.places()[0]
        if not classes or not grid.contains(position):
            return None
        column = int((position.x() - grid.left()) / grid.width() * classes)
        row = int((position.y() - grid.top()) / grid.height() * classes)
        return Spot(min(column, classes - 1), min(row, classes - 1))

    def anchor(self, spot: Spot) -> QPointF:
        return self._cells()[spot.row][spot.column].center()

    def reading(self, spot: Spot) -> Sequence[str]:
        if self._counts is None:
            return ()
        count, share = self._counts[spot.row, spot.column], self._shares[spot.row, spot.column]
        verdict = "right" if spot.row == spot.column else "wrong"
        truth, answer = self._names[spot.row], self._names[spot.column]
        return (
            f"{truth} taken for {answer}" if verdict == "wrong" else f"{truth} recognised",
            f"truth {truth}, answer {answer}: {verdict}",
            f"{counted(count, self._noun, grouped(count))}, {percent(float(share), 2)} of all {truth}s",
        )

    def summary(self) -> str:
        if self._counts is None or not self._counts.sum():
            return "Nothing to see yet."
        right = np.trace(self._counts) / self._counts.sum()
        wrong = self._counts - np.diag(np.diag(self._counts))
        truth, answer = (self._names[int(label)] for label in np.unravel_index(wrong.argmax(), wrong.shape))
        return f"{percent(float(right))} right; most often {truth} is taken for {answer}. Arrow keys read the cells."

    def paint(self, painter: QPainter) -> None:
        if self._counts is None:
            return
        cells = self._cells()
        self._paint_labels(painter, cells)
        table = theme.heat_map_table(theme.current())
        depth = np.cbrt(self._shares)
        sign = np.where(np.eye(len(depth), dtype=bool), 1.0, -1.0)
        colors = table[np.clip(sign * depth * 127.5 + 127.5, 0, 255).astype(np.uint8)]
        widest = grouped(int(self._counts.max())).replace("\u00a0", "")
        font = mono_font(9.5)
        room = cells[0][0].width() - 1
        needed = QFontMetricsF(font).horizontalAdvance(widest)
        if needed > room:
            font.setPixelSize(max(int(font.pixelSize() * room / needed), 6))
        painter.setFont(font)
        for row, line in enumerate(self._counts.tolist()):
            for column, count in enumerate(line):
                cell = cells[row][column]
                ground = QColor.fromRgb(int(colors[row, column]))
                painter.fillRect(cell, ground)
                if count:
                    painter.setPen(ink_on(ground))
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(count))
        if spot := self.spot:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.current().text), 1.5))
            painter.drawRect(cells[spot.row][spot.column])

    def _paint_labels(self, painter: QPainter, cells: list[list[QRectF]]) -> None:
        grid = self._grid()
        numbers, words = mono_font(10), text_font(10)
        height = QFontMetricsF(numbers).height()
        painter.setPen(QColor(theme.current().dim))
        painter.setFont(words)
        painter.drawText(QRectF(grid.left(), 0, grid.width(), height), Qt.AlignmentFlag.AlignCenter, "answer")
        painter.save()
        painter.translate(grid.left() - 2 * height - 2, grid.bottom())
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, grid.height(), height), Qt.AlignmentFlag.AlignCenter, "truth")
        painter.restore()
        painter.setFont(numbers)
        metrics, middle = QFontMetricsF(numbers), Qt.AlignmentFlag.AlignCenter
        for label, name in enumerate(self._names):
            cell = cells[label][label]
            above = QRectF(cell.left(), grid.top() - height - 1, cell.width(), height)
            short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, cell.width())
            painter.drawText(above, middle, short)
            beside = QRectF(grid.left() - height - 2, cell.top(), height, cell.height())
            if metrics.horizontalAdvance(name) <= height:
                painter.drawText(beside, middle, name)
                continue
            painter.save()
            painter.translate(beside.bottomLeft())
            painter.rotate(-90)
            painter.drawText(QRectF(0, 0, beside.height(), beside.width()), middle, short)
            painter.restore()

    def sizeHint(self) -> QSize:
        return QSize(290, 290)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 160)
