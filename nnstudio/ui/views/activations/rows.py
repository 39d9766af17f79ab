"""A row for each layer, one below the other over common axes: its name, what is the matter with it, and a picture."""

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF

from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.frame import Frame, Histogram, LayerReading
from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Scale
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.stage.ticks import steady
from nnstudio.ui.widgets.figures import percent, tick

LOWEST_ROW = 17
"""A line of text, so that a network of six hidden layers needs no scrolling in the window as designed."""
ALARMING = 0.5
"""So large a share of dead units or of saturated activations has the colour of warning."""
_TWO_LINES = 28
_NAME, _SHARE = 12, 11
_SMALL = 0.25
"""Probabilities on a smaller share of the common axis than that have an axis of their own."""
_END = 16.0


def share_text(histogram: Histogram) -> str:
    """The share of dead units or of saturated activations, or nothing."""
    if histogram.dead is not None:
        return f"{percent(histogram.dead, 0)} dead"
    if histogram.saturated is not None:
        return f"{percent(histogram.saturated, 0)} saturated"
    return ""


class Layer(NamedTuple):
    """One layer that answers something of its own: its key, its reading and how its values lie now."""

    key: int
    reading: LayerReading
    histogram: Histogram

    @property
    def name(self) -> str:
        return self.reading.name


class Row(NamedTuple):
    """The words of one layer, and where its picture stands."""

    name: items.Words
    share: items.Words
    area: QRectF


class LayerRows(Stage):
    """What the charts of this card have in common. A subclass says how far values reach, and fills the rows.

    across: what lies along all rows; unit: what that counts, if the axis shall say so
    narrowest: where the rows are low and the pictures narrower than that, they have the room of the words
    """

    hint = ""
    unit = ""
    narrowest = 0.0
    scale_changed = Signal()

    def __init__(self, name: str, tooltip: str, explanation: str) -> None:
        super().__init__(name, tooltip, explanation)
        self.layers: list[Layer] = []
        self.activations: dict[str, str] = {}
        self.rows: list[Row] = []
        self.across = Scale(0, 1, 0, 1)
        self.frame: Frame | None = None
        self._low, self._high, self._run = 0.0, 0.0, -1
        self._apart, self._says_shares = -1, True
        self.arrange()

    # What a subclass says.

    def reach(self, frame: Frame) -> tuple[float, float]:
        """The lowest and the highest value to be seen in this frame."""
        return (
            min((layer.histogram.low for layer in self.layers), default=0.0),
            max((layer.histogram.high for layer in self.layers), default=1.0),
        )

    def fill(self, left: float, right: float) -> None:
        """Put the items of all rows in order, which lie between these places."""

    def draw(self) -> None:
        """Tell the items of those rows that have changed."""

    # Rows.

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame's layers."""
        names, ends = [layer.name for layer in self.layers], (self._low, self._high, self._apart)
        self.frame = frame
        self.layers = [
            Layer(layer.key, reading, reading.histogram)
            for layer, reading in zip(frame.model.layers, frame.readings, strict=True)
            if reading.histogram is not None
        ]
        self.activations = {layer.name: layer.activation.label for layer in frame.model.layers if layer.activation}
        if frame.run != self._run:
            self._run, self._low, self._high = frame.run, 0.0, 0.0
        low, high = self.reach(frame)
        self._high, self._low = steady(self._high, high), -steady(-self._low, -low)
        self._apart = self._too_small(frame)
        self.setMinimumHeight(round(len(self.layers) * LOWEST_ROW * theme.text_scale()))
        if names != [layer.name for layer in self.layers] or ends != (self._low, self._high, self._apart):
            self.arrange()
        else:
            self._draw()
        self.read()

    def _too_small(self, frame: Frame) -> int:
        """The row of probabilities that would hardly be seen on the axis of all others; −1 for none."""
        if len(self.layers) < 2 or frame.dataset.task is Task.REGRESSION:
            return -1
        output = self.layers[-1].histogram
        return len(self.layers) - 1 if output.high - output.low < _SMALL * (self._high - self._low) else -1

    def ends(self, place: int) -> tuple[float, float]:
        """The values at the ends of a row's axis."""
        histogram = self.layers[place].histogram
        return (histogram.low, histogram.high) if place == self._apart else (self._low, self._high)

    def words(self, place: int, histogram: Histogram) -> str:
        """What stands beside a row."""
        if place == self._apart:
            return f"axis {tick(histogram.low)} … {tick(histogram.high)}"
        return share_text(histogram)

    def heading(self, layer: Layer) -> str:
        """The name of a layer with its activation."""
        return " · ".join((layer.name, *filter(None, [self.activations.get(layer.name)])))

    def row_at(self, y: float) -> int:
        """The row at this height; −1 for none."""
        return next((at for at, row in enumerate(self.rows) if row.area.top() <= y <= row.area.bottom()), -1)

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        self.rows, self._says_shares = [], True
        if not self.layers:
            center = Qt.AlignmentFlag.AlignHCenter
            items.Words(root, self.area.center(), text_font(13), colors.dim, self.hint, center)
            return
        name, share = QFontMetricsF(text_font(_NAME)), QFontMetricsF(text_font(_SHARE))
        height = self.height() / len(self.layers)
        apart = height < _TWO_LINES * theme.text_scale()
        widest = max(name.horizontalAdvance(layer.name) for layer in self.layers)
        words = [self.words(place, _full(layer.histogram)) for place, layer in enumerate(self.layers)]
        shares = max(map(share.horizontalAdvance, words))
        left = round(widest + 8 + shares if apart else max(widest, shares)) + 16
        if apart and self.width() - _END - left < self.narrowest * theme.text_scale():
            self._says_shares, left = False, round(widest) + 16
        width = max(round(self.width() - _END) - left, 20)
        gap = min(max(0.16 * height, 2.0), 8.0)
        for place, layer in enumerate(self.layers):
            top, bottom = round(place * height + gap), round((place + 1) * height) - 1
            area = QRectF(left, top, width, max(bottom - top, 4))
            middle = area.center().y()
            y = middle if apart else middle - share.height() / 2 - 1
            named = items.Words(root, QPointF(0, y), text_font(_NAME), colors.text, layer.name)
            below = QPointF(widest + 8, middle) if apart else QPointF(0, middle + name.height() / 2)
            self.rows.append(Row(named, items.Words(root, below, text_font(_SHARE), colors.dim), area))
        self.fill(left, left + width)
        self._draw()
        self.scale_changed.emit()

    def _draw(self) -> None:
        if not self.layers:
            return
        colors = theme.current()
        for place, (row, layer) in enumerate(zip(self.rows, self.layers, strict=True)):
            alarming = max(layer.histogram.dead or 0.0, layer.histogram.saturated or 0.0) >= ALARMING
            row.share.say(self.words(place, layer.histogram) if self._says_shares else "")
            row.share.item.setBrush(QColor(colors.warning_text if alarming else colors.dim))
            if not self._says_shares:
                row.name.item.setBrush(QColor(colors.warning_text if alarming else colors.text))
        self.draw()


def _full(histogram: Histogram) -> Histogram:
    """The same with the longest words that may stand beside it."""
    dead, saturated = (None if share is None else 1.0 for share in (histogram.dead, histogram.saturated))
    return Histogram(histogram.counts, histogram.low, histogram.high, dead, saturated)
