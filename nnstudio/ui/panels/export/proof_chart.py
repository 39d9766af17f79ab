"""How far another reader's answers are from the network's, input by input, on a logarithmic axis up to what is allowed.

Exact answers stand apart, at 0; so do answers that are no numbers, at the other end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsRectItem

from nnstudio.core.counting import counted
from nnstudio.files.exports import Proof
from nnstudio.ui import theme
from nnstudio.ui.explanations.export import EXPORT
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import NUMBERS, Axis, Scale, room_below
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stylesheet import tints
from nnstudio.ui.widgets.figures import decimal, tick

_DECADES, _STEPS = 5, 5
"""Powers of ten that are seen below what is allowed, at the least; bars in one of them."""
_APART = 34.0
_MIDDLE, _RIGHT = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight
_TITLE = "Differences to the network's own answers"


@dataclass(frozen=True, slots=True)
class Bar:
    """So many inputs whose difference lies from `low` up to `high`."""

    low: float
    high: float
    count: int

    @property
    def words(self) -> str:
        """Where it stands."""
        if self.high == 0:
            return "exactly the same"
        return f"{decimal(self.low, 2)} to {decimal(self.high, 2)}" if np.isfinite(self.high) else "no numbers"


def bars_of(proof: Proof) -> list[Bar]:
    """From the smallest difference to the largest, without those that are empty."""
    if proof.differences is None:
        return []
    differences = proof.differences
    bars = [Bar(0, 0, int((differences == 0).sum()))]
    known = differences[(differences > 0) & np.isfinite(differences)]
    steps, counts = np.unique(np.floor(np.log10(known) * _STEPS).astype(int), return_counts=True)
    for step, count in zip(steps.tolist(), counts.tolist(), strict=True):
        bars.append(Bar(10 ** (step / _STEPS), 10 ** ((step + 1) / _STEPS), count))
    bars.append(Bar(np.inf, np.inf, int(np.isinf(differences).sum())))
    return [bar for bar in bars if bar.count]


class ProofChart(Stage):
    """Readable bar by bar."""

    def __init__(self) -> None:
        self._proof: Proof | None = None
        self.bars: list[Bar] = []
        self.plot = QRectF()
        super().__init__(
            _TITLE,
            "How many of the sample inputs have which difference. Arrow keys read it bar by bar.",
            EXPORT["proof"].html(_TITLE),
        )

    def show_proof(self, proof: Proof | None) -> None:
        """Show these differences; None for nothing."""
        self._proof = proof
        self.bars = bars_of(proof) if proof is not None else []
        self.setAccessibleDescription(self.summary())
        self.arrange()
        self.read()

    # Items.

    def arrange(self) -> None:
        root, proof = self.clear(), self._proof
        if proof is None or not self.bars:
            return
        colors, good = theme.current(), bool(proof.holds)
        self.setBackgroundBrush(QColor(tints(colors)["good_tint" if good else "bad_tint"]))
        line = mono_font(NUMBERS).pixelSize() * 1.5
        top, bottom = 2 * line, max(self.height() - room_below() - 2, 3 * line)
        self.plot = QRectF(_APART, top, max(self.width() - 2 * _APART, 40), bottom - top)
        finite = [bar for bar in self.bars if 0 < bar.high < np.inf]
        low = min([log10(proof.allowed) - _DECADES, *(floor(log10(bar.low) + 1e-9) for bar in finite)])
        high = max([log10(proof.allowed) + 0.25, *(ceil(log10(bar.high) - 1e-9) for bar in finite)])
        self.across = Scale(10**low, 10**high, self.plot.left() + 8, self.plot.right() - 8, logarithmic=True)
        size = mono_font(NUMBERS).pixelSize()
        most, first = self.plot.width() / (4 * size), _APART / 2 + 2.4 * size  # beside the 0
        ticks = [value for value in self.across.ticks(max(int(most), 2)) if self.across.at(value) > first]
        Axis(root, Qt.Edge.BottomEdge, tick).show(self.across, ticks, self.plot, self.ratio, lines=False)
        base = items.path(root, items.hairline(colors.good if good else colors.bad, self.ratio))
        base.setPath(items.strokes((0, self.width()), (bottom, bottom)))
        self._draw_bars(root, good)
        self._draw_limit(root, proof)
        self._draw_largest(root)

    def _draw_bars(self, root: QGraphicsRectItem, good: bool) -> None:
        colors, highest = theme.current(), max(self.bars, key=lambda bar: bar.count)
        font = mono_font(NUMBERS)
        for bar in self.bars:
            box = self._box(bar)
            items.rectangle(root, box, QColor(colors.good if good else colors.bad), z=1)
            if bar.count == highest.count or not 0 < bar.high < np.inf:
                at = QPointF(box.center().x(), box.top() - font.pixelSize() * 0.8)
                items.Words(root, at, font, colors.dim_on_field, str(bar.count), _MIDDLE, z=2)
        below = self.plot.bottom() + room_below() - font.pixelSize() * 0.8
        for bar in self.bars:
            if not 0 < bar.high < np.inf:
                at = QPointF(self._box(bar).center().x(), below)
                items.Words(root, at, font, colors.dim, "0" if bar.high == 0 else "∞", _MIDDLE)

    def _box(self, bar: Bar) -> QRectF:
        """As high as it has inputs, by their square root, so that a single one is seen beside a hundred."""
        highest = max(each.count for each in self.bars)
        height = max((self.plot.height() - 2) * (bar.count / highest) ** 0.5, 2)
        if 0 < bar.high < np.inf:
            left, right = self.across.at(bar.low) + 1, self.across.at(bar.high)
        else:
            middle = _APART / 2 if bar.high == 0 else self.width() - _APART / 2
            left, right = middle - 4, middle + 4
        return QRectF(left, self.plot.bottom() - height, max(right - left, 2), height)

    def _draw_limit(self, root: QGraphicsRectItem, proof: Proof) -> None:
        colors, x = theme.current(), self.across.at(proof.allowed)
        pen = QPen(QColor(colors.bad), 1.25)
        pen.setDashPattern([3, 2])
        top = mono_font(NUMBERS).pixelSize()
        items.path(root, pen, z=1).setPath(items.strokes((x, x), (0, self.plot.bottom())))
        items.Words(root, QPointF(x - 6, top / 2 + 2), text_font(NUMBERS), colors.bad, "allowed", _RIGHT)

    def _draw_largest(self, root: QGraphicsRectItem) -> None:
        """A ring at the largest; its word above it, unless that would meet the limit's."""
        last = self.bars[-1]
        if not 0 < last.high < np.inf:
            return
        colors, box, ring = theme.current(), self._box(last), QPainterPath()
        ring.addEllipse(QPointF(box.center().x(), self.plot.bottom()), 5, 5)
        items.path(root, QPen(QColor(colors.text), 1.5), z=3).setPath(ring)
        if last.count == max(bar.count for bar in self.bars):
            return
        line = mono_font(NUMBERS).pixelSize() * 1.2
        word = items.Words(root, box.center(), text_font(NUMBERS), colors.text, "largest", z=2)
        reach = word.box.width() / 2 + 4
        near = [each for each in map(self._box, self.bars) if abs(each.center().x() - box.center().x()) < reach]
        # Beside the others, if they are higher than the word; else above its own bar.
        if min(each.top() for each in near) < box.top() - 4:
            word.move(QPointF(box.right() + 6, self.plot.bottom() - line))
        else:
            word.move(QPointF(box.center().x() - word.box.width() / 2, box.top() - line))

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (len(self.bars), 1) if self.bars else (0, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        for place, bar in enumerate(self.bars):
            box = self._box(bar)
            if box.left() - 2 <= position.x() <= box.right() + 2:
                return Spot(place, 0)
        return None

    def anchor(self, spot: Spot) -> QRectF:
        return self._box(self.bars[spot.column])

    def reading(self, spot: Spot) -> Sequence[str]:
        bar = self.bars[spot.column]
        return bar.words, counted(bar.count, "input")

    def figure(self, spot: Spot) -> float | None:
        return float(self.bars[spot.column].count)

    def summary(self) -> str:
        proof = self._proof
        return f"{_TITLE}: {proof.sentence}." if proof is not None else f"{_TITLE}."

    def table(self) -> Table | None:
        proof = self._proof
        if proof is None or proof.differences is None:
            return None
        rows = [(number, difference) for number, difference in enumerate(proof.differences.tolist(), start=1)]
        return Table(_TITLE, ("sample input", "difference"), rows)

    def sizeHint(self) -> QSize:
        return QSize(400, 92)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 92)
