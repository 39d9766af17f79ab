"""Softmax: three logits, and the shares of 1 that they get. Each one that is dragged moves all shares."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Scale
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.spoken import Said
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stage.ticks import steady, tidy
from nnstudio.ui.views.function.curve import Values, share_slopes, shares
from nnstudio.ui.views.function.dragged import DraggedStage, key_step, snapped
from nnstudio.ui.views.function.panel import HANDLE
from nnstudio.ui.widgets.figures import decimal, percent

COUNT = 3
LEAST_REACH = 5.0
_START = (2.0, 1.0, 0.0)
_NAMES = ("z₁", "z₂", "z₃")
_BAR = 8.0


class Live(NamedTuple):
    """The largest logits of an example: their values, what each is of, and the share that it has among all."""

    z: Sequence[float]
    names: Sequence[str]
    p: Sequence[float]


class Row(NamedTuple):
    """The items of one logit."""

    track: QRectF
    figures: items.Words
    slope: items.Words
    bar: QRectF
    filled: QGraphicsPathItem
    handle: QGraphicsPathItem
    live: QGraphicsPathItem


class SharesChart(DraggedStage):
    """Three logits as handles, their shares as bars."""

    def __init__(self) -> None:
        super().__init__(
            "Softmax",
            "Drag a logit; ↑ and ↓ choose one, ← and → move it.",
            "<b>Softmax</b><p>pᵢ = e^zᵢ / Σ e^z: the shares are together 1, and so none has a slope of its own: if "
            "one logit grows, its share grows by p (1 − p) for each 1, and the others give that away: −pᵢ pⱼ.</p>"
            "<p><b>Example:</b> logits 2, 1 and 0 get 66.5 %, 24.5 % and 9.0 %.</p>"
            "<p><b>Source:</b> Bridle 1990; Goodfellow, Bengio &amp; Courville 2016, Deep Learning, chapter 6.2.2.</p>",
        )
        self.logits: Values = np.array(_START)
        self.chosen = 0
        self.reach = LEAST_REACH
        self._live: Live | None = None
        self.rows: list[Row] = []
        self.arrange()

    @property
    def p(self) -> Values:
        """The shares."""
        return shares(self.logits)

    def show_live(self, live: Live | None) -> None:
        """Hollow points for the logits of an example; None for none."""
        self._live = live
        wanted = max((abs(z) for z in live.z), default=0.0) if live else 0.0
        reach = max(steady(self.reach, max(wanted, LEAST_REACH)), LEAST_REACH)
        if reach != self.reach:
            self.reach, self.logits = reach, np.clip(self.logits, -reach, reach)
            self.arrange()
        else:
            self._draw()
        self.read()

    # Items.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        figure, caption = mono_font(12), text_font(11)
        line, head = QFontMetricsF(figure).height(), QFontMetricsF(caption).height()
        left, right = HANDLE + 1, self.width() - HANDLE - 1
        self.across = Scale(-self.reach, self.reach, left, right)
        end = Qt.AlignmentFlag.AlignRight
        items.Words(root, QPointF(0, head / 2), caption, colors.dim, "logit and share")
        self._of = items.Words(root, QPointF(self.width(), head / 2), caption, colors.dim, "", end)
        high = (self.height() - head - 4) / COUNT
        self.rows = []
        for place in range(COUNT):
            top = head + 4 + place * high
            middle = top + (high - line - 2 * HANDLE - _BAR - 10) / 2 + line / 2
            track = QRectF(left, middle + line / 2 + 3 + HANDLE - 1.5, right - left, 3)
            bar = QRectF(0, track.bottom() + HANDLE + 4, self.width(), _BAR)
            self._grounds(root, track, bar)
            self.rows.append(
                Row(
                    track,
                    items.Words(root, QPointF(0, middle), figure, colors.text),
                    items.Words(root, QPointF(self.width(), middle), figure, colors.dim, "", end),
                    bar,
                    items.path(root, brush=QColor(colors.accent), z=1),
                    items.path(root, QPen(QColor(colors.card), 1.5), QColor(colors.text), z=4),
                    items.path(root, QPen(QColor(colors.accent), 1.8), QColor(colors.card), z=3),
                )
            )
        self._draw()

    def _grounds(self, root: QGraphicsItem, track: QRectF, bar: QRectF) -> None:
        colors = theme.current()
        items.path(root, brush=QColor(colors.line)).setPath(items.rounded(track, 1.5))
        items.path(root, brush=QColor(colors.field)).setPath(items.rounded(bar, 3))
        zero = self.across.at(0)
        items.rectangle(root, QRectF(zero - 0.5, track.top() - 4, 1, 11), QColor(colors.dim))

    def _draw(self) -> None:
        p, colors = self.p, theme.current()
        slopes, live = share_slopes(p, self.chosen), self._live
        self._of.say(f"∂p/∂{_NAMES[self.chosen]}")
        for place, row in enumerate(self.rows):
            z, share = float(self.logits[place]), float(p[place])
            row.figures.say(f"{_NAMES[place]} {_signed(z)}   {percent(share)}")
            row.slope.say(_signed(float(slopes[place]), 3))
            full = QRectF(row.bar.left(), row.bar.top(), max(share * row.bar.width(), 1.0), row.bar.height())
            row.filled.setPath(items.rounded(full, min(3.0, full.width() / 2)))
            row.handle.setPath(items.rounded(self._around(place, z), HANDLE))
            row.handle.setBrush(QColor(colors.accent if place == self.chosen else colors.text))
            there = live is not None and place < len(live.z)
            row.live.setVisible(there)
            if live is not None and there:
                row.live.setPath(items.rounded(self._around(place, live.z[place]).adjusted(1, 1, -1, -1), HANDLE))

    def _around(self, place: int, z: float) -> QRectF:
        center = QPointF(self.across.at(z), self.rows[place].track.center().y())
        return QRectF(center.x() - HANDLE, center.y() - HANDLE, 2 * HANDLE, 2 * HANDLE)

    # The handles.

    def grasp(self, position: QPointF) -> bool:
        if not self.rows:
            return False
        self.chosen = min(range(COUNT), key=lambda row: abs(self.rows[row].track.center().y() - position.y()))
        return True

    def drag(self, position: QPointF) -> None:
        step = tidy(2 * self.reach / (self.across.end - self.across.start))
        self._move(snapped(self.across.value(position.x()), step, self.reach))

    def press(self, key: Qt.Key, times: int) -> Spot:
        step, z = key_step(self.reach), float(self.logits[self.chosen])
        match key:
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                way = times if key == Qt.Key.Key_Right else -times
                self._move(snapped((round(z / step) + way) * step, step, self.reach))
            case Qt.Key.Key_Home | Qt.Key.Key_End:
                self._move(self.reach if key == Qt.Key.Key_End else -self.reach)
            case _:
                way = 1 if key == Qt.Key.Key_Down else -1
                self.chosen = min(max(self.chosen + way, 0), COUNT - 1)
                self._draw()
        column = round((float(self.logits[self.chosen]) + self.reach) / step)
        return Spot(min(column, self.places()[0] - 1), self.chosen)

    def _move(self, z: float) -> None:
        self.logits[self.chosen] = z
        self._draw()

    # Reading.

    def places(self) -> tuple[int, int]:
        return round(2 * self.reach / key_step(self.reach)) + 1, COUNT

    def spot_at(self, position: QPointF) -> Spot | None:
        """Only what is hollow has a bubble: the figures of the handles stand there already."""
        for place in range(min(COUNT, len(self._live.z))) if self._live else ():
            if self._live and self._around(place, self._live.z[place]).contains(position):
                return Spot(0, place)
        return None

    def anchor(self, spot: Spot) -> QRectF:
        z = self._live.z[spot.row] if self._live and not self._by_keys else float(self.logits[spot.row])
        return self._around(spot.row, z)

    def reading(self, spot: Spot) -> Sequence[str]:
        live = self._live
        if live is None or self._by_keys or spot.row >= len(live.z):
            return ()
        return live.names[spot.row], f"z {decimal(live.z[spot.row])}", percent(live.p[spot.row])

    def said(self) -> Said | None:
        spot = self.spot
        if spot is None or not self._by_keys:
            return None
        share = float(self.p[spot.row])
        parts = [f"share {percent(share)}", *self._in_words()]
        name = f"Logit {spot.row + 1} of {COUNT}"
        return Said(name, float(self.logits[spot.row]), ", ".join(parts), self._around(spot.row, 0.0))

    def _in_words(self) -> list[str]:
        """All shares."""
        return [f"p{place + 1} {percent(float(share))}" for place, share in enumerate(self.p)]

    def summary(self) -> str:
        said = ", ".join(self._in_words())
        return f"Softmax of three logits: {said}. Up and down choose a logit, left and right move it."

    def table(self) -> Table:
        p = self.p
        slopes = [share_slopes(p, of).tolist() for of in range(COUNT)]
        rows = [
            (name, z, share, *(each[place] for each in slopes))
            for place, (name, z, share) in enumerate(zip(_NAMES, self.logits.tolist(), p.tolist(), strict=True))
        ]
        return Table("Softmax", ("logit", "z", "p", *(f"∂p/∂{name}" for name in _NAMES)), rows)


def _signed(value: float, decimals: int = 2) -> str:
    """+0.22, −1.50, 0.00: with a sign, and as many places everywhere."""
    return f"{value:+.{decimals}f}".replace("-", "−")
