"""The loss over a rising rate, with the rates that are named."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem

from nnstudio.core.training.rate_finder import HIGHEST, LOWEST, RangeTest
from nnstudio.ui import theme
from nnstudio.ui.explanations.rate_finder import RATE_FINDER
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import NUMBERS, Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.legend import TIGHT, Entry, drawn_legend
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import decimal, tick

_ABOVE, _LEAST = 1.6, 1e-12
_DOT = 4.5
_LEFT, _MIDDLE, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight
_HINT = "The first updates are being made…"


class Named(NamedTuple):
    """A rate that is pointed at: its name, and whether it is the one that is proposed."""

    name: str
    rate: float
    proposed: bool = False


class RateChart(Stage):
    """Readable update by update."""

    def __init__(self) -> None:
        self._test: RangeTest | None = None
        self.plot = QRectF()
        super().__init__(
            "Loss over the learning rate",
            "The loss while the learning rate rises. Arrow keys read it update by update.",
            RATE_FINDER["chart"].html("Loss over the learning rate"),
        )

    def show_test(self, test: RangeTest | None) -> None:
        """Show what a test has found so far; None for nothing yet."""
        self._test = test
        self.arrange()
        self.read()

    @property
    def known(self) -> RangeTest | None:
        """The test, once there are two updates of it."""
        return self._test if self._test is not None and len(self._test.losses) > 1 else None

    @property
    def named(self) -> list[Named]:
        """The rates that are pointed at, those that are known."""
        test = self._test
        if test is None or not test.end:
            return []
        rates = (("a tenth", test.tenth, True), ("steepest", test.steepest, False), ("lowest", test.lowest, False))
        return [Named(name, rate, proposed) for name, rate, proposed in rates if rate is not None]

    # Items.

    def arrange(self) -> None:
        root, known, colors = self.clear(), self.known, theme.current()
        if known is None:
            items.Words(root, self.area.center(), text_font(13), colors.dim, _HINT, _MIDDLE)
            return
        self._place(root, known)
        inside = QGraphicsRectItem(self.plot, root)
        inside.setPen(items.NO_PEN)
        inside.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape)
        xs = self.across.places(known.rates).tolist()
        for values, color, width, z in (
            (known.losses, colors.mini_batch, 1.0, 0),
            (known.smoothed, colors.train, 2.0, 1),
        ):
            ys = self.up.places(np.clip(values, self.up.low / 2, self.up.high * 10)).tolist()
            items.Curve(inside, QPen(QColor(color), width), z).show(xs, ys)
        self._draw_named(root, known)
        self._cross = items.path(root, QPen(QColor(colors.dim), 1), z=4)

    def _place(self, root: QGraphicsItem, known: RangeTest) -> None:
        """Axes: rates over all that are tried; losses as far as they are worth seeing."""
        line = mono_font(NUMBERS).pixelSize() * 1.7
        finite = known.smoothed[np.isfinite(known.smoothed)]
        first = float(known.losses[:25].mean())
        high = min(float(finite.max()), 3 * max(first, float(finite.min()))) * _ABOVE if finite.size else 1.0
        low = max(float(finite.min()) / _ABOVE, high * 1e-6, _LEAST) if finite.size else high / 10
        top, bottom = 2 * line + 6, max(self.height() - room_below() - line, line + 60)
        across = Scale(LOWEST, HIGHEST, 0, 1, logarithmic=True)
        up = Scale(low, max(high, 2 * low), bottom, top, logarithmic=True)
        ticks = up.ticks(6)
        left = room_beside([tick(value) for value in ticks]) + 2
        right = max(self.width() - 14, left + 40)
        self.plot = QRectF(left, top, right - left, bottom - top)
        self.across, self.up = Scale(across.low, across.high, left, right, logarithmic=True), up
        Axis(root, Qt.Edge.LeftEdge, tick).show(self.up, ticks, self.plot, self.ratio)
        Axis(root, Qt.Edge.BottomEdge, tick).show(self.across, self.across.ticks(8), self.plot, self.ratio, lines=False)
        dim, legend = theme.current().dim, items.pixmap(root)
        legend.setPixmap(drawn_legend(_entries(), self.ratio, TIGHT))
        legend.setPos(right - legend.boundingRect().width(), 0)
        items.Words(root, QPointF(0, line / 2), text_font(NUMBERS), dim, "↑ loss of the mini-batch, log")
        foot = QPointF(right, self.height() - line / 2)
        items.Words(root, foot, text_font(NUMBERS), dim, "→ learning rate η, log", _RIGHT)

    def _draw_named(self, root: QGraphicsItem, known: RangeTest) -> None:
        """A dot on the smoothed curve, a line up to the name; names that would meet stand on two heights."""
        colors, taken = theme.current(), list[QRectF]()
        for named in sorted(self.named, key=lambda each: not each.proposed):
            x, y = self.across.at(named.rate), self.up.at(known.loss_at(named.rate))
            color = colors.accent if named.proposed else colors.text
            font, text = text_font(11, bold=named.proposed), f"{named.name} {decimal(named.rate, 2)}"
            word = items.Words(root, QPointF(x, self.plot.top() - 8), font, color, text, _MIDDLE, z=3)
            near = [box for box in taken if word.box.adjusted(-6, 0, 6, 0).intersects(box)]
            if near:  # below, beside its own line; the lowest loss has the rightmost of them
                word.item.hide()
                align = _LEFT if named.name == "lowest" else _RIGHT
                low = max(box.bottom() for box in taken) + word.box.height() / 2
                word = items.Words(root, QPointF(x, low), font, color, text, align, z=3)
            taken.append(word.box)
            items.rectangle(root, word.box, QColor(colors.card), z=2)  # no other line runs through a name
            pen = items.hairline(color, self.ratio)
            pen.setDashPattern([3, 3])
            items.path(root, pen, z=1).setPath(items.strokes((x, x), (word.box.bottom(), self.plot.bottom())))
            dot = QPainterPath()
            dot.addEllipse(QPointF(x, y), _DOT, _DOT)
            fill = QColor(color if named.proposed else colors.card)
            items.path(root, QPen(QColor(color), 1.75), fill, z=3).setPath(dot)

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (len(self.known.losses), 1) if self.known is not None else (0, 0)

    def stride(self) -> int:
        return 5

    def spot_at(self, position: QPointF) -> Spot | None:
        known = self.known
        if known is None or not self.plot.contains(position):
            return None
        places = np.abs(self.across.places(known.rates) - position.x())
        nearest = int(places.argmin())
        return Spot(nearest, 0) if places[nearest] < 8 else None

    def anchor(self, spot: Spot) -> QRectF:
        known = self.known
        assert known is not None
        x, y = self.across.at(float(known.rates[spot.column])), self.up.at(float(known.smoothed[spot.column]))
        return QRectF(x - 3, min(max(y, self.plot.top()), self.plot.bottom()) - 3, 6, 6)

    def reading(self, spot: Spot) -> Sequence[str]:
        known = self.known
        if known is None:
            return ()
        place = spot.column
        return (
            f"η {decimal(float(known.rates[place]))}",
            f"smoothed {decimal(float(known.smoothed[place]))}",
            f"mini-batch {decimal(float(known.losses[place]))}",
        )

    def figure(self, spot: Spot) -> float | None:
        return float(self.known.smoothed[spot.column]) if self.known is not None else None

    def mark(self, spot: Spot | None) -> None:
        if self.known is None:
            return
        self._cross.setVisible(spot is not None)
        if spot is not None:
            x = self.anchor(spot).center().x()
            self._cross.setPath(items.strokes((x, x), (self.plot.top(), self.plot.bottom())))

    def summary(self) -> str:
        named = ", ".join(f"{each.name} at {decimal(each.rate, 2)}" for each in self.named)
        return f"Loss over the learning rate: {named}." if named else "Loss over the learning rate."

    def table(self) -> Table | None:
        known = self.known
        if known is None:
            return None
        rows = zip(known.rates.tolist(), known.losses.tolist(), known.smoothed.tolist(), strict=True)
        return Table("Loss over the learning rate", ("learning rate", "loss of the mini-batch", "smoothed"), [*rows])

    def sizeHint(self) -> QSize:
        return QSize(620, 340)


def _entries() -> Sequence[Entry]:
    colors = theme.current()
    return Entry("smoothed", colors.train), Entry("mini-batch", colors.mini_batch)
