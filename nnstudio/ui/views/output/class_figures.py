"""Precision, recall, F1 and support of each class of the test examples, a line each, below the confusion matrix.

Where there is not room for all classes, those that are told worst come first, and the last line says how many more
there are. A figure that nothing can be divided by is no 0: the line says why it is missing.
"""

from collections.abc import Sequence
from functools import partial
from math import isnan

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath
from PySide6.QtWidgets import QSizePolicy

from nnstudio.core.run.frame import Frame, PlanePicture
from nnstudio.core.training.class_figures import ClassFigures, class_figures
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import decimal, grouped, percent

HEADS = "precision", "recall", "F1", "support"
_MOST = 6
"""So many lines of classes are seen."""
_ROW, _APART = 20.0, 10.0
_NAME = 0.26
"""The share of the width that names have in any case."""
_RIGHT, _MIDDLE = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignVCenter


class ClassFiguresStage(Stage):
    """A line for each class."""

    def __init__(self) -> None:
        super().__init__(
            "Figures of each class",
            "How well each class is told from the others, by the test examples.",
            "<b>Precision, recall, F1, support</b><p>precision = TP / (TP + FP), of what was taken for the class the "
            "share that is of it; recall = TP / (TP + FN), of the class the share that was found; F1 = 2 TP / "
            "(2 TP + FP + FN), the harmonic mean of both; support = TP + FN, how many test examples there are.</p>"
            "<p><b>Example:</b> of 10 irises 9 are found, and 1 other flower is taken for one: precision 9 / 10, "
            "recall 9 / 10.</p><p>A class that was never answered has no precision: 0 / 0 is no number.</p>"
            "<p><b>Source:</b> C. van Rijsbergen, <i>Information Retrieval</i>, 1979, ch. 7.</p>",
        )
        self._names: tuple[str, ...] = ()
        self._figures: tuple[ClassFigures, ...] = ()
        self._order: tuple[int, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """Write this frame's figures, if they are others."""
        figures = figures_of(frame)
        if repr(figures) == repr(self._figures) and frame.dataset.class_names == self._names:
            return  # by their words, as no NaN is like another
        lines, self._names, self._figures = self._lines(), frame.dataset.class_names, figures
        worst = sorted(range(len(figures)), key=lambda label: figures[label].f1 if not isnan(figures[label].f1) else -1)
        self._order = tuple(worst[:_MOST]) if len(figures) > _MOST else tuple(range(len(figures)))
        if self._lines() != lines:
            self.updateGeometry()
        self._draw()
        self.read()

    # Where things are.

    def _lines(self) -> int:
        """Heads, classes, and how many more there are."""
        return 0 if not self._figures else 1 + len(self._order) + (len(self._figures) > len(self._order))

    def _high(self) -> float:
        return round(_ROW * theme.text_scale())

    def _line(self, row: int) -> QRectF:
        """The line of a class; −1 is that of the heads."""
        return QRectF(0, (row + 1) * self._high(), self.width(), self._high())

    def places(self) -> tuple[int, int]:
        return (1, len(self._order)) if self._order else (0, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        rows = range(len(self._order))
        return next((Spot(0, row) for row in rows if self._line(row).contains(position)), None)

    def anchor(self, spot: Spot) -> QRectF:
        return self._line(spot.row)

    def _heads(self) -> tuple[tuple[str, ...], list[float]]:
        """What the columns are called and where they end; shorter names where there is little room."""
        words, numbers = QFontMetricsF(text_font(11)).horizontalAdvance, QFontMetricsF(mono_font(11))
        least = numbers.horizontalAdvance("0.000")
        for heads in (HEADS, ("prec.", "recall", "F1", "n")):
            widths = [max(words(head), least) for head in heads]
            if sum(widths) + len(heads) * _APART <= (1 - _NAME) * self.width():
                break
        ends, right = [0.0] * len(heads), float(self.width())
        for column in reversed(range(len(heads))):
            ends[column] = right
            right -= widths[column] + _APART
        return heads, [right, *ends]

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        label = self._order[spot.row]
        each = self._figures[label]
        shares = zip(HEADS, (each.precision, each.recall, each.f1), strict=False)
        lines = [f"{head} {percent(share, 2)}" for head, share in shares if not isnan(share)]
        return self._names[label], *lines, f"support {grouped(each.support)}", *filter(None, (each.missing,))

    def figure(self, spot: Spot) -> float | None:
        return self._figures[self._order[spot.row]].f1

    def summary(self) -> str:
        if not self._figures:
            return "Nothing to see yet."
        known = [(each.f1, name) for each, name in zip(self._figures, self._names, strict=True) if not isnan(each.f1)]
        worst = f"{min(known)[1]} is told worst, F1 {decimal(min(known)[0])}. " if known else ""
        return f"{worst}Arrow keys read the classes."

    def table(self) -> Table | None:
        rows = [
            (name, *("" if isnan(share) else share for share in (each.precision, each.recall, each.f1)), each.support)
            for name, each in zip(self._names, self._figures, strict=True)
        ]
        return Table("Figures of each class", ("class", *HEADS), rows) if rows else None

    def mark(self, spot: Spot | None) -> None:
        box = self._line(spot.row).adjusted(0.5, 0.5, -0.5, -0.5) if spot else None
        self._marker.setPath(items.rounded(box, 3) if box is not None else QPainterPath())

    # Drawing.

    def arrange(self) -> None:
        root = self.clear()
        self._picture = items.pixmap(root)
        self._marker = items.path(root, items.hairline(theme.current().dim, self.ratio), z=1)
        self._draw()

    def _draw(self) -> None:
        self._picture.setVisible(bool(self._figures))
        if self._figures:
            self._picture.setPixmap(items.drawn(self.area, self.ratio, self._paint))

    def _paint(self, painter: QPainter) -> None:
        colors, (heads, ends) = theme.current(), self._heads()
        write = partial(self._write, painter, ends)
        painter.setFont(text_font(11))
        painter.setPen(QColor(colors.dim))
        write(-1, "class", heads)
        more = len(self._figures) - len(self._order)
        if more:
            write(len(self._order), f"+ {more} more, told better", ())
        for row, label in enumerate(self._order):
            each = self._figures[label]
            painter.setPen(QColor(colors.line))
            edge = self._line(row).top()
            painter.drawLine(QPointF(0, edge), QPointF(self.width(), edge))
            painter.setPen(QColor(colors.text))
            painter.setFont(text_font(11))
            write(row, self._names[label], ())
            if each.missing:
                painter.setPen(QColor(colors.dim))
                box = QRectF(ends[0] + _APART, edge, ends[3] - ends[0] - _APART, self._high())
                painter.drawText(box, _RIGHT | _MIDDLE, each.missing)
                painter.setPen(QColor(colors.text))
            painter.setFont(mono_font(11))
            shares = () if each.missing else (each.precision, each.recall, each.f1)
            cells = [f"{share:.3f}" for share in shares] or ["", "", ""]
            write(row, "", (*cells, grouped(each.support)))

    def _write(self, painter: QPainter, ends: Sequence[float], row: int, name: str, cells: Sequence[str]) -> None:
        box, metrics = self._line(row), QFontMetricsF(painter.font())
        first = ends[0] if cells or row < len(self._order) else self.width()
        short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, first)
        painter.drawText(box, _MIDDLE, short)
        for right, text in zip(ends[1:], cells, strict=False):
            painter.drawText(QRectF(0, box.top(), right, box.height()), _RIGHT | _MIDDLE, text)

    def sizeHint(self) -> QSize:
        return QSize(290, round(self._lines() * self._high()))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())


def figures_of(frame: Frame) -> tuple[ClassFigures, ...]:
    """Of each class in a frame; none where no confusion matrix is known."""
    counts = None if isinstance(frame.picture, PlanePicture) else frame.picture.confusion
    return () if counts is None else class_figures(counts)
