"""One confusion matrix minus the other: which classes the one network takes for which more often than the other."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter

from nnstudio.core.run.frame import Frame, PlanePicture
from nnstudio.ui import theme
from nnstudio.ui.examples.confusion import ConfusionStage
from nnstudio.ui.explanations.compare import COMPARE
from nnstudio.ui.runs.badge import LETTERS
from nnstudio.ui.runs.compare.comparison import only_right
from nnstudio.ui.runs.compare.difference_stage import WAITING, wait
from nnstudio.ui.stage.atlas import colors_of, shades_of
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import decimal

_TOPS = (1, 2, 3, 5, 10, 20, 30, 50, 100)


class ConfusionDifference(ConfusionStage):
    """Shares of the row in per cent, of the one minus of the other; blue where the one has more, orange where less.

    places_of: which two are compared, by their places among the letters
    """

    def __init__(self) -> None:
        self.places_of: tuple[int, int] = 0, 1
        self._other: Frame | None = None
        self._others = np.zeros((0, 0))
        self._right: tuple[int, int] | None = None
        super().__init__()
        name = "Difference of two confusion matrices"
        self._tip = "Each cell: its share of the row in the one matrix minus that in the other, in percentage points."
        self.setAccessibleName(name)
        self.setToolTip(self._tip)
        self.setWhatsThis(COMPARE["difference"].html(name, self._tip))

    def show_frames(self, one: Frame, other: Frame) -> None:
        """Draw the one minus the other."""
        if isinstance(other.picture, PlanePicture) or other.picture.confusion is None or one.updates != other.updates:
            return
        counts = other.picture.confusion
        others = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        only = only_right(one, other)
        self._right = (len(only[0]), len(only[1])) if only is not None else None
        changed = not np.array_equal(others, self._others)
        self._others = others
        self.show_frame(one)
        if changed:
            self._draw()
            self.read()

    def forget(self) -> None:
        """What is drawn is of another pair."""
        if self._counts is not None:
            self._others, self._right = np.zeros((0, 0)), None
            self._counts, self._names = None, ()
            self.explore(None)
            self.arrange()
            self.setAccessibleDescription(self.summary())

    def headline(self) -> str:
        """How many test examples only the one, and only the other, answers rightly."""
        if self._right is None:
            return ""
        first, second = (LETTERS[place] for place in self.places_of)
        return f"only {first} right {self._right[0]} · only {second} {self._right[1]}"

    def arrange(self) -> None:
        super().arrange()
        if not len(self._others):
            wait(self.root, self.area.center())

    def _difference(self) -> np.ndarray:
        return self._shares - self._others if self._shares.shape == self._others.shape else 0 * self._shares

    def top(self) -> int:
        worst = 100 * float(np.abs(self._difference()).max(initial=0.0))
        return next((top for top in _TOPS if worst <= top + 1e-9), 100)

    def _paint(self, painter: QPainter) -> None:
        difference, top = self._difference(), self.top()
        self._paint_heads(painter)
        shades = np.array(colors_of(theme.current()), np.uint32)[shades_of(difference, top / 100)].tolist()
        painter.setPen(Qt.PenStyle.NoPen)
        for row, line in enumerate(self._cells):
            for column, cell in enumerate(line):
                painter.setBrush(QColor.fromRgb(shades[row][column]))
                painter.drawRoundedRect(cell, 2, 2)
        font = mono_font(9.0)
        cell = self._cells[0][0]
        if QFontMetricsF(font).horizontalAdvance("+9.9") > cell.width() - 1 or cell.height() < 12:
            return
        painter.setFont(font)
        painter.setPen(QColor(theme.current().text))
        for row, column in np.argwhere(np.abs(difference) >= 0.0005).tolist():
            text = (
                f"{100 * difference[row, column]:+.1f}"
                if abs(difference[row, column]) < 0.0995
                else (f"{100 * difference[row, column]:+.0f}")
            )
            painter.drawText(self._cells[row][column], Qt.AlignmentFlag.AlignCenter, text.replace("-", "−"))

    def _paint_heads(self, painter: QPainter) -> None:
        """What the columns are, and what the colours mean."""
        colors, (left, above) = theme.current(), self._margins()
        top, high = self.top(), above / 2
        first, second = (LETTERS[place] for place in self.places_of)
        numbers = QFontMetricsF(mono_font(11))
        painter.setPen(QColor(colors.dim))
        painter.setFont(text_font(11))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, 0, 60, high), middle | Qt.AlignmentFlag.AlignLeft, "answer")
        right, bar = float(self.width()), 36.0
        ends = f"−{top}", f"+{top}"
        painter.setFont(mono_font(11))
        for text in (ends[1], "", ends[0]):
            width = numbers.horizontalAdvance(text) + 5 if text else bar + 5
            box = QRectF(right - width + 5, 0, width - 5, high)
            if text:
                painter.drawText(box, middle, text)
            else:
                shade = QLinearGradient(box.topLeft(), box.topRight())
                for at, color in ((0.0, colors.negative), (0.5, colors.zero), (1.0, colors.positive)):
                    shade.setColorAt(at, QColor(color))
                painter.fillRect(QRectF(box.left(), box.center().y() - 4, box.width(), 8), shade)
            right -= width
        painter.setFont(text_font(11))
        words = f"{first} minus {second}, %"
        if QFontMetricsF(text_font(11)).horizontalAdvance(words) < right - left - 60:
            painter.drawText(QRectF(left + 60, 0, right - left - 66, high), middle | Qt.AlignmentFlag.AlignRight, words)

    def reading(self, spot: Spot) -> Sequence[str]:
        if self._counts is None or self._shares.shape != self._others.shape:
            return ()
        truth, answer = self._names[spot.row], self._names[spot.column]
        first, second = (LETTERS[place] for place in self.places_of)
        mine, other = (100 * float(shares[spot.row, spot.column]) for shares in (self._shares, self._others))
        return (
            f"{truth} recognised" if spot.row == spot.column else f"{truth} taken for {answer}",
            f"{first} {mine:.2f} %, {second} {other:.2f} %",
            f"{first} − {second} = {decimal(mine - other)} percentage points",
        )

    def figure(self, spot: Spot) -> float | None:
        return 100 * float(self._difference()[spot.row, spot.column]) if self._counts is not None else None

    def summary(self) -> str:
        if self._counts is None:
            return " ".join(WAITING)
        return f"{self.headline()}. Arrow keys read the cells."

    def table(self) -> Table | None:
        if self._counts is None:
            return None
        headers = ("truth", *(f"answer {name}" for name in self._names))
        lines = list(zip(self._names, *(100 * self._difference()).T.tolist(), strict=True))
        return Table("Difference in percentage points", headers, lines)

    def _ask_for(self, spot: Spot | None) -> None:
        """There are no examples of a difference."""
