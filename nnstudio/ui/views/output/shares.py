"""How sure the network is of each class: bars side by side, the largest in the accent."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainterPath, QPen

from nnstudio.core.run.frame import FloatArray
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.stylesheet import mix
from nnstudio.ui.widgets.figures import MISSING, percent

_LEAST = 0.005
_NAME, _SHARE, _SMALLEST = 12.0, 11.0, 8.0
_WIDEST = 30.0
_GAP = 3.0


class SharesStage(Stage):
    """A bar for each class, with its name below and its share in per cent above; readable one by one."""

    def __init__(self) -> None:
        super().__init__(
            "Probabilities",
            "How sure the network is that the drawing is each of the classes, in per cent.",
            "<b>Probabilities</b><p>p = softmax(z), p<sub>k</sub> = e<sup>z<sub>k</sub></sup> / Σ e<sup>z</sup>: of "
            "every class, together 1; in per cent. The network has to choose among them: even of a scribble it can be "
            "sure.</p><p><b>Example:</b> z = (2, 1, 0) gives p = (0.67, 0.24, 0.09).</p><p><b>Source:</b> C. Bishop, "
            "<i>Pattern Recognition and Machine Learning</i>, 2006, §4.2.</p>",
        )
        self._names: tuple[str, ...] = ()
        self._shares: list[float] | None = None
        self.arrange()

    def show_shares(self, names: Sequence[str], shares: FloatArray | None) -> None:
        """Show how sure it is of these classes; None: there is nothing to be sure of."""
        self._shares = None if shares is None else shares.tolist()
        if tuple(names) != self._names:
            self._names = tuple(names)
            self.arrange()
        else:
            self._fill()
        self.setAccessibleDescription(self.summary())
        self.read()

    def best(self) -> int | None:
        """The class that it is surest of; None where there is none."""
        finite = [(share, -place) for place, share in enumerate(self._shares or ()) if math.isfinite(share)]
        return -max(finite)[1] if finite else None

    # Where things are.

    def places(self) -> tuple[int, int]:
        return len(self._names), min(len(self._names), 1)

    def _heights(self) -> tuple[float, float]:
        """Of the line above the bars, and of that below."""
        return QFontMetricsF(mono_font(_SHARE)).height(), QFontMetricsF(mono_font(_NAME)).height()

    def _bar(self, place: int) -> QRectF:
        above, below = self._heights()
        pitch = self.width() / max(len(self._names), 1)
        wide = round(min(pitch - _GAP, _WIDEST))
        left = round(place * pitch + (pitch - wide) / 2)
        return QRectF(left, above + 1, wide, max(4.0, self.height() - above - below - 3))

    def spot_at(self, position: QPointF) -> Spot | None:
        place = int(position.x() / self.width() * len(self._names))
        return Spot(place, 0) if 0 <= place < len(self._names) else None

    def anchor(self, spot: Spot) -> QRectF:
        return self._bar(spot.column)

    def start(self) -> Spot:
        return Spot(self.best() or 0, 0)

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        share = self.figure(spot)
        return f"Class {self._names[spot.column]}", MISSING if share is None else percent(share, 2)

    def figure(self, spot: Spot) -> float | None:
        return None if self._shares is None else self._shares[spot.column]

    def summary(self) -> str:
        best = self.best()
        if self._shares is None or best is None:
            return "Nothing is drawn yet, so there are no probabilities."
        return f"Surest of {self._names[best]}, {percent(self._shares[best])}. Arrow keys read all classes."

    def table(self) -> Table | None:
        if self._shares is None:
            return None
        return Table("Drawing", ("class", "probability"), list(zip(self._names, self._shares, strict=True)))

    def mark(self, spot: Spot | None) -> None:
        bar = self._bar(spot.column).adjusted(-1, -1, 1, 1) if spot else None
        self._marker.setPath(items.rounded(bar, 5) if bar else QPainterPath())

    # The picture.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        middle, shape = Qt.AlignmentFlag.AlignHCenter, QPainterPath()
        self._fills = [items.path(root, z=1) for _ in self._names]
        self._labels: list[items.Words] = []
        self._percents: list[items.Words] = []
        self._marker = items.path(root, QPen(QColor(colors.text), 1.5), z=2)
        above, below = self._heights()
        font, self._unit = self._share_font()
        for place, name in enumerate(self._names):
            bar = self._bar(place)
            shape.addRoundedRect(bar, 4, 4)
            under, over = QPointF(bar.center().x(), bar.bottom() + 2 + below / 2), QPointF(bar.center().x(), above / 2)
            pitch = self.width() / len(self._names)
            short = QFontMetricsF(mono_font(_NAME)).elidedText(name, items.RIGHT_END, pitch)
            self._labels.append(items.Words(root, under, mono_font(_NAME), colors.dim, short, middle))
            self._percents.append(items.Words(root, over, font, colors.text, "", middle))
        items.path(root, brush=QColor(colors.field)).setPath(shape)
        self._fill()

    def _share_font(self) -> tuple[QFont, str]:
        """As large as neighbours leave room for, and with the unit where there is enough."""
        pitch, pixels = self.width() / max(len(self._names), 1), _SHARE
        unit = "\u00a0%" if QFontMetricsF(mono_font(pixels)).horizontalAdvance("100\u00a0%") <= pitch else ""
        while pixels > _SMALLEST and QFontMetricsF(mono_font(pixels)).horizontalAdvance("100") > pitch - 1:
            pixels -= 1
        return mono_font(pixels), unit

    def _fill(self) -> None:
        colors, best = theme.current(), self.best()
        for place, (item, words, label) in enumerate(zip(self._fills, self._percents, self._labels, strict=True)):
            share = self._shares[place] if self._shares is not None else 0.0
            bar, known = self._bar(place), math.isfinite(share)
            high = max(2.0, bar.height() * min(share, 1.0)) if known else bar.height()
            filled = QRectF(bar.left(), bar.bottom() - high, bar.width(), high)
            item.setVisible(self._shares is not None)
            item.setPath(items.rounded(filled, min(4.0, high / 2)))
            weaker = mix(colors.field, colors.positive, 0.55)
            item.setBrush(QColor(colors.bad if not known else colors.positive if place == best else weaker))
            words.say(f"{100 * share:.0f}{self._unit}" if known and share >= _LEAST else "")
            label.item.setBrush(QColor(colors.text if place == best else colors.dim))
