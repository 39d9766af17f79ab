"""The values in the window of a pool as bars, the largest first, and which of them is handed on."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPen

from nnstudio.ui import theme
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.image.grids import Pooled
from nnstudio.ui.microscope.sheet import number
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stylesheet import mix

MOST = 8
"""So many values have a bar."""
_STEP, _LOWEST, _BAR, _NOTE = 27.0, 16.0, 7.0, 16.0
_NAME, _NUMBER, _WON = 118.0, 52.0, 44.0


class PoolingPicture(Stage):
    """Shows what is `Pooled`."""

    def __init__(self) -> None:
        name, tip = "Pooling: who won", "The values in the window of the pool; the longest bar is handed on."
        super().__init__(name, tip, MICROSCOPE[name].html(name, tip))
        self.pooled: Pooled | None = None

    def show_pool(self, pooled: Pooled | None) -> None:
        """This from now on."""
        if pooled != self.pooled:
            self.pooled = pooled
            self.renew()
            self.setAccessibleDescription(self.summary())

    def arrange(self) -> None:
        root, pooled, colors = self.clear(), self.pooled, theme.current()
        if pooled is None:
            return
        scale = theme.text_scale()
        reach = max((abs(each.value) for each in pooled.values), default=0.0) or 1.0
        left = (_NAME + _NUMBER) * scale + 14
        room = max(self.width() - left - _WON * scale, 30.0)
        shown = pooled.values[:MOST]
        step = min(_STEP * scale, max((self.height() - 3 * _NOTE * scale) / max(len(shown), 1), _LOWEST * scale))
        shown = shown[: max(int(self.height() / step), 1)]
        for row, each in enumerate(shown):
            y = (row + 0.5) * step
            first = row == 0 and pooled.wins and pooled.known
            shade = colors.text if first or not pooled.wins else colors.dim
            items.Words(root, QPointF(0, y), text_font(12.5), shade, each.place)
            value = number(each.value) if pooled.seen else "–"
            right = QPointF((_NAME + _NUMBER) * scale, y)
            items.Words(root, right, mono_font(12.5), shade, value, Qt.AlignmentFlag.AlignRight)
            if not pooled.seen:
                continue
            color = colors.positive if each.value >= 0 else colors.negative
            color = color if first or not pooled.wins else mix(colors.card, color, 0.5)
            bar = QRectF(left, y - _BAR / 2, max(room * abs(each.value) / reach, 2.0), _BAR)
            items.path(root, brush=QColor(color)).setPath(items.rounded(bar, 3))
            won = "won" if first else f"× 1/{len(pooled.values)}" if not pooled.wins and pooled.known else ""
            items.Words(root, QPointF(bar.right() + 8, y), text_font(12, bold=True), colors.text, won)
        self._note(pooled, len(shown) * step + 6)

    def _note(self, pooled: Pooled, top: float) -> None:
        colors, rest = theme.current(), len(pooled.values) - MOST
        line = items.path(self.root, QPen(QColor(colors.line), 1))
        line.setPath(items.rounded(QRectF(0, top, self.width(), 0.1), 0))
        text = (f"+ {rest} smaller. " if rest > 0 and pooled.seen else "") + pooled.note
        font = text_font(11.5)
        for row, words in enumerate(_wrapped(text, int(self.width() / (6.2 * theme.text_scale())))):
            y = top + (row + 0.9) * _NOTE * theme.text_scale()
            if y + _NOTE / 2 * theme.text_scale() > self.height():
                return
            items.Words(self.root, QPointF(0, y), font, colors.dim, words)

    def places(self) -> tuple[int, int]:
        return (0, 0) if self.pooled is None else (1, len(self.pooled.values))

    def start(self) -> Spot:
        return Spot(0, 0)

    def reading(self, spot: Spot) -> list[str]:
        pooled = self.pooled
        if pooled is None:
            return []
        each = pooled.values[spot.row]
        if not pooled.seen:
            return [each.place, "not computed yet"]
        won = [f"share {number(each.share)}"] if pooled.known else []
        return [each.place, number(each.value), *won, *(["won"] if pooled.known and each.share == 1 else [])]

    def figure(self, spot: Spot) -> float | None:
        return self.pooled.values[spot.row].value if self.pooled is not None and self.pooled.seen else None

    def anchor(self, spot: Spot) -> QRectF:
        return QRectF(_NAME, (spot.row + 0.5) * _STEP, 1, 1)

    def summary(self) -> str:
        pooled = self.pooled
        if pooled is None:
            return ""
        return "; ".join([*(", ".join(self.reading(Spot(0, row))) for row in range(len(pooled.values))), pooled.note])

    def table(self) -> Table | None:
        if self.pooled is None or not self.pooled.seen:
            return None
        rows = [[each.place, each.value, each.share] for each in self.pooled.values]
        return Table("Pooling", ["place", "value", "share"], rows)

    def sizeHint(self) -> QSize:
        return QSize(360, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 100)


def _wrapped(text: str, width: int) -> list[str]:
    """In lines of so many letters."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
