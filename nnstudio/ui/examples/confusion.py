"""The confusion matrix: which class the network takes for which.

Row = truth, column = answer. In each cell stands its share of the row, in per cent; nothing where there is none. The
diagonal holds what is right; mistakes are the redder, the more there are. It is painted once after an evaluation.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
)

from nnstudio.core.counting import counted
from nnstudio.core.run.frame import Frame, ImagePicture, PlanePicture
from nnstudio.ui import theme
from nnstudio.ui.examples.choosing import ENTER
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.widgets.figures import grouped, percent, tick

_GAP = 2.0
_HIGHEST = 0.85
"""The most height of a cell to its width."""
_SHADES = 64
_COLUMNS = "answer"
_UNITS = (("% of the row", 36.0), ("% of row", 36.0), ("% of row", 20.0), ("%", 20.0))
"""What the numbers are, and how long the bar of the scale is beside it."""
_APART, _BESIDE = 6.0, 5.0
_SMALLEST = 7.0
"""Pixels below which no digit can be read."""
_TOPS = (1, 2, 3, 5, 10, 20, 30, 50, 100)
"""Shares in per cent at which the scale of mistakes may end."""


class ConfusionStage(Stage):
    """Shares of the test examples by truth (rows) and answer (columns). A click on a cell, or Enter, opens it, where
    somebody `opens` it."""

    cell_opened = Signal(object)  # Spot, of which there are examples

    def __init__(self, opens: bool = True) -> None:
        super().__init__(
            "Confusion matrix",
            "Which class the network takes for which: rows are the truth, columns the answers, in per cent of the row."
            + (" Click a cell to see its examples." if opens else ""),
            "<b>Confusion matrix</b><p>C<sub>ij</sub> = how many test examples of class i got the answer j; the cell "
            "shows 100 · C<sub>ij</sub> / Σ<sub>j</sub> C<sub>ij</sub>, the share of its row. The diagonal holds the "
            "right answers; accuracy = Σ C<sub>ii</sub> / Σ C<sub>ij</sub>.</p>"
            "<p><b>Example:</b> if 20 of 892 fives are "
            "taken for threes, 100 · 20 / 892 = 2.2 stands in row 5, column 3.</p>"
            + ("<p>A click on a cell, or Enter, shows its examples.</p>" if opens else "")
            + "<p><b>Source:</b> R. Kohavi and F. Provost, "
            "<i>Glossary of Terms</i>, Machine Learning 30, 1998.</p>",
        )
        self._counts: NDArray[np.int64] | None = None
        self._shares = np.zeros((0, 0))
        self._names: tuple[str, ...] = ()
        self._noun = "image"
        self._open: Spot | None = None
        self._cells: list[list[QRectF]] = []
        self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's counts, if they are others."""
        picture = frame.picture
        counts = None if isinstance(picture, PlanePicture) else picture.confusion
        names, noun = frame.dataset.class_names, "image" if isinstance(picture, ImagePicture) else "example"
        if (counts is self._counts or np.array_equal(counts, self._counts)) and names == self._names:  # type: ignore[arg-type]
            return
        same_classes = names == self._names and (counts is None) == (self._counts is None)
        self._counts, self._names, self._noun = counts, names, noun
        if counts is not None:
            self._shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        if same_classes:
            self._draw()
        else:
            self.arrange()
        self.read()

    # Where things are.

    def _margins(self) -> tuple[float, float]:
        """What the labels take to the left of the cells and above them."""
        line = QFontMetricsF(mono_font(11)).height()
        return round(2 * line + 2), round(2 * line + 4)

    def full_height(self, width: int) -> int:
        """The height beyond which the cells grow no more in this width."""
        left, above = self._margins()
        return round(above + _HIGHEST * (width - left))

    def cells(self) -> list[list[QRectF]]:
        """The cells by row and column, on whole pixels so that all gaps are alike."""
        left, above = self._margins()
        across = self._spans(left, self.width() - left)
        down = self._spans(above, min(self.height() - above, self.width() - left))
        return [[QRectF(x, y, width, height) for x, width in across] for y, height in down]

    def _spans(self, start: float, length: float) -> list[tuple[float, float]]:
        classes = len(self._names)
        edges = [round(start + index * (length + _GAP) / classes) for index in range(classes + 1)]
        return [(low, high - low - _GAP) for low, high in pairwise(edges)]

    def places(self) -> tuple[int, int]:
        return (0, 0) if self._counts is None else (len(self._counts), len(self._counts))

    def spot_at(self, position: QPointF) -> Spot | None:
        if self._counts is None:
            return None
        cells, half = self.cells(), _GAP / 2
        for row, line in enumerate(cells):
            for column, cell in enumerate(line):
                if cell.adjusted(-half, -half, half, half).contains(position):
                    return Spot(column, row)
        return None

    def anchor(self, spot: Spot) -> QRectF:
        return self.cells()[spot.row][spot.column]

    # Its examples.

    def show_open(self, cell: Spot | None) -> None:
        """This cell's examples are seen elsewhere; None for none."""
        if cell != self._open:
            self._open = cell
            self._frame_open()

    def _frame_open(self) -> None:
        count = self.places()[0]
        cell = self._open if self._open is not None and max(self._open) < count else None
        inside = self.area.adjusted(1, 1, -1, -1)
        box = self.anchor(cell).adjusted(-1, -1, 1, 1).intersected(inside) if cell else None
        self._opened.setPath(items.rounded(box, 3) if box is not None else QPainterPath())

    def _ask_for(self, spot: Spot | None) -> None:
        if spot is not None and self._counts is not None and self._counts[spot.row, spot.column]:
            self.cell_opened.emit(spot)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._ask_for(self.spot_at(event.position()))
        event.accept()

    def claims(self, event: QKeyEvent) -> bool:
        return event.key() in ENTER or super().claims(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            self._ask_for(self.spot)
        else:
            super().keyPressEvent(event)

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        if self._counts is None:
            return ()
        count, share = int(self._counts[spot.row, spot.column]), float(self._shares[spot.row, spot.column])
        truth, answer = self._names[spot.row], self._names[spot.column]
        if not self._counts[spot.row].any():
            return (f"truth {truth}, answer {answer}", f"no test {self._noun} has the truth {truth}")
        of_all = f"of {grouped(self._counts[spot.row].sum())} with the truth {truth}"
        return (
            f"{truth} recognised" if spot.row == spot.column else f"{truth} taken for {answer}",
            f"truth {truth}, answer {answer}: {'right' if spot.row == spot.column else 'wrong'}",
            f"{counted(count, self._noun, grouped(count))} {of_all}, {percent(share, 2)}",
        )

    def figure(self, spot: Spot) -> float | None:
        return float(self._counts[spot.row, spot.column]) if self._counts is not None else None

    def summary(self) -> str:
        if self._counts is None or not self._counts.sum():
            return "Nothing to see yet."
        right = np.trace(self._counts) / self._counts.sum()
        keys = "Arrow keys read the cells, Enter shows the examples of one."
        wrong = self._counts - np.diag(np.diag(self._counts))
        if not wrong.any():
            return f"{percent(float(right))} right. {keys}"
        truth, answer = (self._names[int(label)] for label in np.unravel_index(wrong.argmax(), wrong.shape))
        return f"{percent(float(right))} right; most often {truth} is taken for {answer}. {keys}"

    def table(self) -> Table | None:
        if self._counts is None:
            return None
        headers = ("truth", *(f"answer {name}" for name in self._names))
        return Table("Confusion matrix", headers, list(zip(self._names, *self._counts.T.tolist(), strict=True)))

    def mark(self, spot: Spot | None) -> None:
        outline = items.rounded(self.anchor(spot).adjusted(-1, -1, 1, 1), 3) if spot else QPainterPath()
        self._marker.setPath(outline)

    # Drawing.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        labels, self._picture = items.pixmap(root), items.pixmap(root)
        self._marker = items.path(root, QPen(QColor(colors.text), 2), z=1)
        self._opened = items.path(root, QPen(QColor(colors.text), 2), z=1)
        self._shades = [QColor(mix(colors.error_low, colors.error_high, step / _SHADES)) for step in range(_SHADES + 1)]
        if self._counts is not None:
            self._cells = self.cells()
            labels.setPixmap(items.drawn(self.area, self.ratio, self._paint_labels))
        self._draw()
        self._frame_open()

    def _draw(self) -> None:
        """The cells of now."""
        if self._counts is not None:
            self._picture.setPixmap(items.drawn(self.area, self.ratio, self._paint))

    def top(self) -> int:
        """The share in per cent that has the full colour of a mistake."""
        worst = 100 * float((self._shares * ~np.eye(len(self._shares), dtype=bool)).max(initial=0.0))
        return next(top for top in _TOPS if worst <= top + 1e-9)

    def _paint(self, painter: QPainter) -> None:
        assert self._counts is not None
        colors, top = theme.current(), self.top()
        self._paint_heads(painter)
        steps = np.minimum(self._shares * (100 / top) * _SHADES + 0.5, _SHADES).astype(int).tolist()
        diagonal = QColor(colors.diagonal)
        painter.setPen(Qt.PenStyle.NoPen)
        for row, line in enumerate(self._cells):
            for column, cell in enumerate(line):
                painter.setBrush(diagonal if row == column else self._shades[steps[row][column]])
                painter.drawRoundedRect(cell, 2, 2)
        font, roomy = _fitting(self._cells[0][0])
        if font is None:
            return
        painter.setFont(font)
        painter.setPen(QColor(colors.text))
        shares = self._shares.tolist()
        for row, column in np.argwhere(self._counts).tolist():
            text = share_in_cell(shares[row][column], roomy)
            painter.drawText(self._cells[row][column], Qt.AlignmentFlag.AlignCenter, text)

    def heads(self, top: int) -> list[tuple[str, QRectF]]:
        """The first line, from left to right: what the columns are, what the numbers are, and from 0 to `top` the
        scale, whose bar is the one without a text. What the numbers are is said as fully as there is room."""
        words, numbers = (QFontMetricsF(font).horizontalAdvance for font in (text_font(11), mono_font(11)))
        left, high = self._margins()[0], self._margins()[1] / 2
        room = self.width() - left - words(_COLUMNS) - 2 * _APART
        scales = [
            [(unit, words(unit)), ("0", numbers("0")), ("", bar), (tick(top), numbers(tick(top)))]
            for unit, bar in _UNITS
        ]
        fitting = (scale for scale in scales if sum(width for _, width in scale) + 3 * _BESIDE <= room)
        scale = next(fitting, scales[-1])
        heads = [(_COLUMNS, QRectF(left, 0, words(_COLUMNS), high))]
        right = float(self.width())
        for text, width in reversed(scale):
            heads.insert(1, (text, QRectF(right - width, 0, width, high)))
            right -= width + _BESIDE
        return heads

    def _paint_heads(self, painter: QPainter) -> None:
        """What the columns are, and what the red of mistakes means."""
        colors = theme.current()
        painter.setPen(QColor(colors.dim))
        for text, box in self.heads(self.top()):
            if text:
                painter.setFont(mono_font(11) if text.isdigit() else text_font(11))
                painter.drawText(box.adjusted(-1, 0, 1, 0), Qt.AlignmentFlag.AlignCenter, text)
            else:
                bar = QRectF(box.left(), box.center().y() - 4, box.width(), 8)
                shade = QLinearGradient(bar.topLeft(), bar.topRight())
                shade.setColorAt(0, QColor(colors.error_low))
                shade.setColorAt(1, QColor(colors.error_high))
                painter.fillRect(bar, shade)
                painter.drawRect(bar)

    def _paint_labels(self, painter: QPainter) -> None:
        (left, above), cells = self._margins(), self._cells
        high = above / 2
        numbers, words, middle = mono_font(11), text_font(11), Qt.AlignmentFlag.AlignCenter
        painter.setPen(QColor(theme.current().dim))
        painter.setFont(words)
        _upright(painter, QRectF(0, above, left / 2, cells[-1][0].bottom() - above), "truth")
        painter.setFont(numbers)
        metrics = QFontMetricsF(numbers)
        for label, name in enumerate(self._names):
            cell = cells[label][label]
            short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, cell.width() + _GAP)
            painter.drawText(QRectF(cell.left(), high, cell.width(), high - 2), middle, short)
            beside = QRectF(left / 2, cell.top(), left / 2 - 2, cell.height())
            if metrics.horizontalAdvance(name) <= beside.width():
                painter.drawText(beside, middle, name)
            else:
                _upright(painter, beside, metrics.elidedText(name, Qt.TextElideMode.ElideRight, cell.height()))

    def sizeHint(self) -> QSize:
        return QSize(290, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)


def share_in_cell(share: float, roomy: bool = True) -> str:
    """A share above 0 in per cent, short: 98.9, .4, and <.1 for what is less; where room is scarce 99 for 98.9."""
    text = f"{100 * share:.1f}"
    if float(text) >= 10 and (not roomy or float(text) == 100):
        return f"{100 * share:.0f}"
    return "<.1" if float(text) == 0 else text.removeprefix("0")


def _fitting(cell: QRectF) -> tuple[QFont | None, bool]:
    """The face for the shares in a cell, and whether 98.9 has room in it; no face where there is none."""
    for text, sizes in (("98.9", (11.0, 10.0, 9.0)), ("100", (10.0, 9.0, 8.0, 7.0, 6.0))):
        for size in sizes:
            if size * theme.text_scale() < _SMALLEST:
                continue
            metrics = QFontMetricsF(mono_font(size))
            if metrics.horizontalAdvance(text) <= cell.width() - 1 and metrics.capHeight() <= cell.height() - 4:
                return mono_font(size), text == "98.9"
    return None, False


def _upright(painter: QPainter, box: QRectF, text: str) -> None:
    """Text that runs from below upwards."""
    painter.save()
    painter.translate(box.bottomLeft())
    painter.rotate(-90)
    painter.drawText(QRectF(0, 0, box.height(), box.width()), Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
