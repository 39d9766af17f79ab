"""What the network answers to the example in hand: a row for each class with its mark and its share, then the loss."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy

from nnstudio.core.array import Array
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.choices import LossKind, Task
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.way import Way
from nnstudio.ui import theme
from nnstudio.ui.examples.wording import answer_in_words
from nnstudio.ui.microscope.batch_strip import draw_dots
from nnstudio.ui.microscope.sheet import number
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table

MOST = 5
"""Of more classes those with the largest shares are shown, the right one among them, and the rest as one row."""
_ROW, _NAME, _NUMBER, _BAR, _DOT = 24.0, 58.0, 54.0, 8.0, 5.0


class Row(NamedTuple):
    """text: the number, written out; share: of a bar, 0 … 1, in this `color`; dots: one for each example, from `low`;
    strong: what is right"""

    name: str
    text: str
    share: float | None = None
    color: str = ""
    strong: bool = False
    dots: Array | None = None


class AnswerRows(Stage):
    """Rows to be read; where there are none yet, or they have to stay hidden, a dashed sentence in their place."""

    def __init__(self) -> None:
        super().__init__(
            "Answer and loss",
            "What the held state answers to this example, and what that costs.",
            "<b>Answer and loss</b><p>The share of a class is p = softmax(z), for two classes p = σ(z); with cross-"
            "entropy the example costs −ln p of the right class. They are those of the held state: the run may have "
            "moved on.</p><p><b>Example:</b> a share of 0.308 for the right class costs −ln 0.308 = 1.178.</p>"
            "<p><b>Source:</b> C. Bishop, <i>Pattern Recognition and Machine Learning</i>, 2006, §4.3.</p>",
        )
        self.rows: tuple[Row, ...] = ()
        self.instead = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[Row], instead: str = "") -> None:
        """These from now on, or the sentence that stands in their place."""
        before = len(self.rows), self.instead
        self.rows, self.instead = tuple(rows), instead
        if (len(self.rows), self.instead) != before:
            self.updateGeometry()
        self.renew()
        self.setAccessibleDescription(self.summary())

    def places(self) -> tuple[int, int]:
        return (0, 0) if self.instead or not self.rows else (1, len(self.rows))

    def _high(self) -> float:
        return _ROW * theme.text_scale()

    def _box(self, row: int) -> QRectF:
        return QRectF(0, row * self._high(), self.width(), self._high())

    def spot_at(self, position: QPointF) -> Spot | None:
        row = int(position.y() / self._high())
        return Spot(0, row) if row < self.places()[1] else None

    def anchor(self, spot: Spot) -> QRectF:
        return self._box(spot.row)

    def reading(self, spot: Spot) -> Sequence[str]:
        row = self.rows[spot.row]
        return row.name, row.text

    def read(self) -> None:
        """The rows say all by themselves: no bubble, but the words for those who cannot see them."""
        self.mark(self.spot)
        self.spoken.select(self.spot if self._by_keys else None)

    def mark(self, spot: Spot | None) -> None:
        outline = items.rounded(self._box(spot.row).adjusted(0.5, 1, -0.5, -1), 4) if spot else QPainterPath()
        self._marker.setPath(outline if self._by_keys else QPainterPath())

    def summary(self) -> str:
        return self.instead or "; ".join(f"{row.name} {row.text}" for row in self.rows)

    def table(self) -> Table | None:
        rows = [(row.name, row.text) for row in self.rows]
        return Table("Answer and loss", ("what", "value"), rows) if rows and not self.instead else None

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        self._marker = items.path(root, QPen(QColor(colors.accent), 1.5), z=9)
        if self.instead:
            box = QRectF(0.5, 2.5, self.width() - 1, self._high() - 5)
            pen = QPen(QColor(colors.dim), 1, Qt.PenStyle.DashLine)
            items.path(root, pen).setPath(items.rounded(box, 6))
            across = Qt.AlignmentFlag.AlignHCenter
            items.Words(root, box.center(), text_font(11.5), colors.dim, self.instead, across)
            return
        for place, row in enumerate(self.rows):
            self._draw(row, self._box(place))

    def _draw(self, row: Row, box: QRectF) -> None:
        root, colors, scale, y = self.root, theme.current(), theme.text_scale(), box.center().y()
        left = 0.0
        if row.color:
            mark = QPainterPath()
            mark.addEllipse(QPointF(_DOT, y), _DOT, _DOT)
            items.path(root, brush=QColor(row.color)).setPath(mark)
            left = 2 * _DOT + 6
        shade = colors.text if row.strong or row.share is None else colors.dim
        words = items.Words(root, QPointF(left, y), text_font(12, bold=row.strong), shade, row.name)
        right = Qt.AlignmentFlag.AlignRight
        text = items.Words(root, QPointF(box.right(), y), mono_font(12.5), colors.text, row.text, right)
        start = max(_NAME * scale, words.box.right() + 6)
        room = QRectF(start, y - _BAR / 2, min(box.right() - _NUMBER * scale, text.box.left() - 6) - start, _BAR)
        if room.width() < 16:
            return
        if row.dots is not None:
            draw_dots(root, room, row.dots, max(float(np.nan_to_num(row.dots).max(initial=0)), 1e-12), 0.0)
        elif row.share is not None:
            items.path(root, brush=QColor(colors.field)).setPath(items.rounded(room, _BAR / 2))
            if np.isfinite(row.share):
                room.setWidth(max(room.width() * min(max(row.share, 0.0), 1.0), _BAR))
                color = QColor(row.color or colors.positive)
                items.path(root, brush=color, z=1).setPath(items.rounded(room, _BAR / 2))

    def sizeHint(self) -> QSize:
        return QSize(200, round(self._high() * (1 if self.instead else len(self.rows))))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())


def rows_of(trace: Trace) -> list[Row]:
    """The answer to this example, row by row, and its loss."""
    data, p, y = trace.held.dataset, trace.p, trace.y
    if data.task in (Task.MULTICLASS, Task.MULTILABEL):
        return [*_shares(trace), Row(_loss_name(trace), number(trace.terms.loss))]
    if data.task is Task.BINARY:
        name, target = data.class_names[1], data.class_names[int(y[0] >= 0.5)]
        rows = [Row(f"p({name})", number(float(p[0])), float(p[0])), Row("target", target)]
    else:
        one = len(p) == 1
        rows = [Row("answer", answer_in_words(data, p)), Row("target", answer_in_words(data, y))]
        if one:
            rows = [Row("answer", number(float(p[0]))), Row("target", number(float(y[0])))]
    return [*rows, Row("loss", number(trace.terms.loss))]


def _shares(trace: Trace) -> list[Row]:
    data, p, y = trace.held.dataset, trace.p, trace.y
    shown = list(range(len(p)))
    if len(p) > MOST:
        right = np.flatnonzero(y >= 0.5).tolist()
        order = [*right, *(each for each in np.argsort(-p, kind="stable").tolist() if each not in right)]
        shown = sorted(order[: MOST - 1], key=lambda each: -p[each])
    plane = isinstance(data.domain, Plane)
    rows = [
        Row(
            data.class_names[each],
            number(float(p[each])),
            float(p[each]),
            theme.class_color(each, data.classes).name() if plane else "",
            bool(y[each] >= 0.5),
        )
        for each in shown
    ]
    if len(shown) < len(p):
        rest = float(np.delete(p, shown).sum())
        together = data.task is Task.MULTICLASS
        name = f"{len(p) - len(shown)} more"
        rows.append(Row(name, number(rest), rest) if together else Row(name, ""))
    return rows


def _loss_name(trace: Trace) -> str:
    spec, data = trace.held.state.experiment.training, trace.held.dataset
    smooth, weighted = float(trace.terms.targets.max()) < 1, trace.terms.weight != 1
    shared = spec.loss is LossKind.CROSS_ENTROPY and data.task is Task.MULTICLASS
    plain = shared and not smooth and not weighted
    return f"loss −ln p of {data.class_names[int(trace.y.argmax())]}" if plain else "loss"


def rows_of_batch(way: Way, task: Task) -> list[Row]:
    """What the mini-batch costs, a dot for each example, and how many answers are right."""
    rows = [Row("loss", number(way.loss), dots=way.costs)]
    if task in (Task.BINARY, Task.MULTICLASS):
        right = (way.p >= 0.5) == (way.y >= 0.5) if task is Task.BINARY else way.p.argmax(1) == way.y.argmax(1)
        rows.append(Row("right", f"{int(right.sum())} of {len(way.y)}"))
    return rows


def briefly(trace: Trace, rows: Sequence[Row], batch: bool) -> list[str]:
    """What a strip has room for: the answer, and the loss."""
    data, p = trace.held.dataset, trace.p
    first = rows[0]
    if not batch and data.task is Task.MULTICLASS:
        best = int(p.argmax())
        first = Row(f"answer {data.class_names[best]}", number(float(p[best])))
    return [f"{first.name} {first.text}", f"{rows[-1].name} {rows[-1].text}"]
