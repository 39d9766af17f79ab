"""A wall of examples: those of a cell of the confusion matrix, or the hardest. Of images one sees the images.

A click on one, or an arrow key, chooses it; a bar at the side, the wheel and the keys bring what does not fit.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QSizePolicy

from nnstudio.core.data.images import WHITE, Images
from nnstudio.core.run.example import AnyExample, Chosen
from nnstudio.core.run.frame import Frame
from nnstudio.ui import theme
from nnstudio.ui.examples.choosing import ExamplesStage
from nnstudio.ui.examples.wording import example_name
from nnstudio.ui.stage import items
from nnstudio.ui.stage.ink import ink_image
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.output.collection import Collection, Hung
from nnstudio.ui.views.output.hanging import columns, paint_head, paint_line, paint_tile
from nnstudio.ui.widgets.figures import decimal, grouped

_EDGE, _GAP = 3.0, 6.0
_BARE, _CAPTIONED = 38.0, 46.0
"""The least side of an image alone, and of one with its answer and loss below."""
_LINE = 22.0


class WallStage(ExamplesStage):
    """Examples side by side: images as tiles, all others as lines."""

    walks = False
    left = Signal()
    """Escape was pressed."""
    _ringed = True

    def __init__(self) -> None:
        super().__init__(
            "Examples",
            "Click one to follow it through the network.",
            "<b>A wall of examples</b><p>Those that one cell of the confusion matrix counts, or those with the largest "
            "loss l = −ln p of the true class (or what the loss that was chosen says), the largest first.</p>"
            "<p><b>Example:</b> an image that is a 6 and gets p = 0.001 for it costs −ln 0.001 = 6.9.</p>"
            "<p>A click on one, or an arrow key, follows it through the network; Escape closes the wall.</p>"
            "<p><b>Source:</b> M. Nielsen, <i>Neural Networks and Deep Learning</i>, 2015, chapter 1.</p>",
        )
        self._collection: Collection | None = None
        self._inked: dict[Chosen, QImage] = {}
        self._inked_for: theme.Theme | None = None
        self._across, self._side, self._pitch, self._inner = 1, _BARE, _LINE, 0.0
        self.bar = QScrollBar(Qt.Orientation.Vertical, self)
        self.bar.setAccessibleName("Scroll the examples")
        self.bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bar.valueChanged.connect(self._scrolled)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.arrange()

    def hang(self, collection: Collection | None) -> None:
        """Show these examples, from the first one on."""
        self._collection = collection
        self._inked.clear()
        self.setAccessibleName(collection.name if collection else "Examples")
        self.explore(None)
        self.bar.setValue(0)
        self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """The ring goes around the example that is followed."""
        self.follow(frame)

    # Where things are.

    @property
    def hung(self) -> Sequence[Hung]:
        """What hangs here."""
        return self._collection.hung if self._collection else ()

    @property
    def _of_images(self) -> bool:
        return self._collection is not None and isinstance(self._collection.dataset.domain, Images)

    @property
    def _priced(self) -> bool:
        return bool(self.hung) and self.hung[0].loss is not None

    def _caption(self) -> float:
        """How high the lines below a tile are: what it was taken for, and what that cost."""
        return 2 * QFontMetricsF(mono_font(11)).height() if self._of_images and self._priced else 0.0

    def _head(self) -> float:
        """How high the names of the columns are, above lines."""
        return 0.0 if self._of_images else round(QFontMetricsF(text_font(11)).height() + 4)

    def _rows(self) -> int:
        return -(-len(self.hung) // self._across)

    def _lay(self) -> None:
        """Tiles as large as fill the width; beside the bar, where it takes one."""
        least = (_CAPTIONED if self._priced else _BARE) * theme.text_scale()
        below = _LINE if self._collection and self._collection.more else 0.0
        for beside in (0, self.bar.sizeHint().width() + 2):
            self._inner = self.width() - beside
            if self._of_images:
                room = self._inner - 2 * _EDGE + _GAP
                self._across = max(int(room / (least + _GAP)), 1)
                self._side = float(int(min(room / self._across - _GAP, 1.25 * least)))
                self._pitch = round(self._side + self._caption() + _GAP)
            else:
                self._across, self._pitch = 1, round(_LINE * theme.text_scale())
            whole = round(self._head() + 2 * _EDGE + self._rows() * self._pitch + below * theme.text_scale())
            if whole <= self.height():
                break
        self.bar.setVisible(whole > self.height())
        self.bar.setRange(0, max(whole - self.height(), 0))
        self.bar.setPageStep(self.height())
        self.bar.setSingleStep(round(self._pitch / 2))
        width, head = self.bar.sizeHint().width(), round(self._head())
        self.bar.setGeometry(self.width() - width, head, width, max(self.height() - head, 1))
        self.bar.raise_()

    def places(self) -> tuple[int, int]:
        return (min(self._across, len(self.hung)), self._rows())

    def start(self) -> Spot:
        """The one that is followed, or else the first."""
        for number, hung in enumerate(self.hung):
            if hung.chosen == self._chosen:
                return Spot(number % self._across, number // self._across)
        return Spot(0, 0)

    def _number(self, spot: Spot) -> int:
        """Which of them hangs there; of the last row's empty places the last."""
        return min(spot.row * self._across + spot.column, len(self.hung) - 1)

    def _box(self, number: int) -> QRectF:
        """The tile or the line of one."""
        row, column = divmod(number, self._across)
        top = self._head() + _EDGE + row * self._pitch - self.bar.value()
        if not self._of_images:
            return QRectF(0, top, self._inner, self._pitch)
        pitch = (self._inner - 2 * _EDGE + _GAP) / self._across
        left = round(_EDGE + column * pitch + (pitch - _GAP - self._side) / 2)
        assert self._collection is not None
        height, width = self._collection.dataset.recipe.shape
        return items.fitted(QRectF(left, top, self._side, self._side), width, height)

    def _in_sight(self) -> range:
        first = max(int((self.bar.value() - _EDGE) / self._pitch), 0)
        rows = int(self.height() / self._pitch) + 2
        return range(first * self._across, min((first + rows) * self._across, len(self.hung)))

    def spot_at(self, position: QPointF) -> Spot | None:
        if position.y() < self._head():
            return None
        for number in self._in_sight():
            if self._box(number).adjusted(0, 0, 0, self._caption()).contains(position):
                return Spot(number % self._across, number // self._across)
        return None

    def anchor(self, spot: Spot) -> QRectF:
        return self._box(self._number(spot))

    def _show(self, spot: Spot) -> None:
        """Bring it into sight, whole."""
        box = self._box(self._number(spot))
        above = box.top() - self._head() - _EDGE
        below = box.bottom() + self._caption() + _EDGE - self.height()
        self.bar.setValue(self.bar.value() + round(min(above, max(below, 0.0))))

    def _scrolled(self) -> None:
        if not self._by_keys:
            self.explore(None)  # something else lies below the pointer
        self._draw()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._by_keys = False
        self.bar.setValue(self.bar.value() - event.angleDelta().y() * round(self._pitch) // 120)
        event.accept()

    # Its examples.

    def example_at(self, position: QPointF) -> AnyExample | None:
        spot = self.spot_at(position)
        return self.example_of(spot) if spot else self._chosen

    def example_of(self, spot: Spot) -> AnyExample | None:
        return self.hung[self._number(spot)].chosen

    def outline_of(self, chosen: AnyExample) -> QPainterPath | None:
        for number in self._in_sight():
            box = self._box(number)
            if self.hung[number].chosen == chosen and box.top() >= self._head():
                return items.rounded(box if self._of_images else box.adjusted(1, 1, -1, -1), 4)
        return None

    # Keys.

    def take_keys(self) -> None:
        """Have the focus, without a ring for those who have come by the mouse."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() != Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def _show_ring(self, focused: bool) -> None:
        super()._show_ring(focused and self._ringed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        self._ringed = True
        self._show_ring(True)
        super().keyPressEvent(event)
        if self.spot is not None:
            self._show(self.spot)
            self.read()
            self._choose(self.example_of(self.spot))

    # What stands there.

    def reading(self, spot: Spot) -> Sequence[str]:
        hung = self.hung[self._number(spot)]
        loss = () if hung.loss is None else (f"loss {decimal(hung.loss)}",)
        return example_name(hung.chosen), f"truth {hung.truth}, answer {hung.answer}", *loss

    def figure(self, spot: Spot) -> float | None:
        return self.hung[self._number(spot)].loss

    def enlarged(self, spot: Spot) -> QImage | None:
        return self._ink(self.hung[self._number(spot)].chosen) if self._of_images else None

    def summary(self) -> str:
        collection = self._collection
        if collection is None:
            return "Nothing to see yet."
        first = f" The first {len(collection.hung)} are shown." if collection.more else ""
        walk = " Arrow keys follow them one by one." if collection.hung else ""
        return f"{collection.name}.{first}{walk} Escape closes the wall."

    def table(self) -> Table | None:
        if self._collection is None or not self.hung:
            return None
        known = ((each, "" if each.loss is None else each.loss) for each in self.hung)
        rows = [(each.chosen.split.value, each.chosen.number, each.truth, each.answer, loss) for each, loss in known]
        first = f", the first {len(rows)}" if self._collection.more else ""
        return Table(f"{self._collection.name}{first}", ("split", "number", "truth", "answer", "loss"), rows)

    def mark(self, spot: Spot | None) -> None:
        self._marker.setPath(items.rounded(self.anchor(spot), 4) if spot else QPainterPath())

    # Drawing.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        self._picture = items.pixmap(root)
        self._marker = items.path(root, QPen(QColor(colors.dim), 1.5), z=1)
        if self._inked_for is not colors:
            self._inked_for = colors
            self._inked.clear()
        self._lay()
        self._draw()

    def _draw(self) -> None:
        self._picture.setPixmap(items.drawn(self.area, self.ratio, self._paint))
        self.show_chosen(self._chosen)
        self.mark(self.spot)

    def _ink(self, chosen: Chosen) -> QImage | None:
        split = chosen.split.of(self._collection.dataset) if self._collection else None
        if split is None:
            return None
        if chosen not in self._inked:
            self._inked[chosen] = ink_image(split.raw[chosen.index] / WHITE)
        return self._inked[chosen]

    def _paint(self, painter: QPainter) -> None:
        collection = self._collection
        if collection is None:
            return
        head, places = self._head(), columns(collection, self._inner)
        if self.hung and not self._of_images:
            paint_head(painter, collection, places, head)
        painter.setClipRect(QRectF(0, head, self.width(), self.height() - head))
        for number in self._in_sight():
            hung, box = self.hung[number], self._box(number)
            if self._of_images:
                paint_tile(painter, hung, box, self._ink(hung.chosen), _GAP)
            else:
                paint_line(painter, collection.dataset, hung, box, places)
        if collection.more:
            last = self._box(len(self.hung) - 1)
            line = QRectF(0, last.bottom() + self._caption() + _EDGE, self._inner, _LINE * theme.text_scale())
            painter.setFont(text_font(12))
            painter.setPen(QColor(theme.current().dim))
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, f"and {grouped(collection.more)} more")

    def sizeHint(self) -> QSize:
        return QSize(290, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 100)
