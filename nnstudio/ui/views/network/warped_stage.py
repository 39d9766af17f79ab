"""Warped space: the examples and the grid of the plane where a layer puts them, while it learns."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent

from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Frame
from nnstudio.ui.stage import items
from nnstudio.ui.stage.axes import Axis, Scale, room_below, room_beside
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.warped_items import MIDDLE, Discs, Lines, Positions, ring, sides
from nnstudio.ui.views.network.warped_space import Choice, Picture, Range, seen
from nnstudio.ui.widgets.figures import counted, decimal, grouped, tick

_TOOLTIP = "Where a layer puts the examples. Point at one to read it; click to follow it."
_EXPLANATION = (
    "<b>Warped space</b><p>A layer moves every point x to a = <i>f(W·x + b)</i>. Here is where the training examples "
    "have come to, and a grid of 17 × 17 lines that lies evenly over the plane before the first layer. Lines have the "
    "colour of the network's answer, dots mark where it changes sides. Across and up: what two units give out, or the "
    "two principal components.</p>"
    "<p>The next layer can only cut straight: behind the last hidden layer of a network that has learned, one straight "
    "cut parts the classes.</p>"
    "<p><b>Example:</b> w = (1, 1), b = −0.5 send (1, 0) to tanh 0.5 = 0.46, and (0, 1) to the same place.</p>"
    "<p>Arrow keys walk from example to example, Enter or a click follows one, Esc leaves.</p>"
    "<p><b>Source:</b> Olah, Neural Networks, Manifolds, and Topology, 2014.</p>"
)
_REACH = 9.0
_EDGE = 12.0
_LOOSE, _ROOM = 0.55, 0.06
"""Axes that follow the values: how little of them may be used before they are drawn in, and the room at either end."""
NOTHING = "Nothing computed yet"
BROKEN = "Not finite: there is no place to draw it"


class WarpedStage(Stage):
    """Shows one layer's space and lets its examples be explored."""

    example_chosen = Signal(object)  # Chosen

    def __init__(self) -> None:
        self._frame: Frame | None = None
        self._picture: Picture | None = None
        self._places: Positions = np.empty((0, 2))
        self._choice = Choice()
        self._ranges: tuple[Range, Range] | None = None
        self._built: object = None
        super().__init__("Warped space", _TOOLTIP, _EXPLANATION)
        self.arrange()

    @property
    def picture(self) -> Picture | None:
        """What is drawn; None where there is nothing to draw."""
        return self._picture

    def choose(self, choice: Choice) -> None:
        """Show this from now on."""
        self._choice, self._ranges = choice, None
        self._show()

    def show_frame(self, frame: Frame) -> None:
        """Show this frame from now on."""
        old, self._frame = self._frame, frame
        if old is None or old.dataset is not frame.dataset or old.run != frame.run:
            self._built, self._ranges = None, None
        self._show()

    def arrange(self) -> None:
        self._built = None
        self._show()

    def _build(self, dataset_frame: Frame, count: int) -> None:
        """All items anew."""
        root, theme = self.clear(), current()
        font = text_font(11)
        self._lines = Lines(root, dataset_frame.dataset, self.ratio)
        self._discs = Discs(root, dataset_frame.dataset, count, self.ratio)
        self._around = ring(root)
        self._across = Axis(root, Qt.Edge.BottomEdge, tick)
        self._up = Axis(root, Qt.Edge.LeftEdge, tick)
        self._upward = items.Words(root, QPointF(), font, theme.dim, z=5)
        self._said = items.Words(root, self.area.center(), text_font(13), theme.dim, "", MIDDLE, 5)

    def _show(self) -> None:
        frame = self._frame
        if frame is None or self.width() < 60:
            return
        before = self._picture
        picture = self._picture = seen(frame, self._choice, before)
        count = 0 if picture is None else len(picture.points)
        if (built := (count, current())) != self._built:
            self._build(frame, count)
            self._built = built
        drawable = picture is not None and picture.finite
        self._said.say("" if drawable else NOTHING if picture is None else BROKEN)
        if picture is None or not drawable:
            self._lines.hide()
            self._discs.hide()
            self._around.hide()
            self._places = np.empty((0, 2))
        else:
            self._draw(frame, picture)
        self.read()

    def _draw(self, frame: Frame, picture: Picture) -> None:
        across, up = self._scales(picture)
        self._places = _at(picture.points, across, up)
        self._discs.show(self._places)
        answers = frame.warped.answers if frame.warped is not None else None
        if picture.grid is None or answers is None:
            self._lines.hide()
        else:
            self._lines.show(_at(picture.grid, across, up), sides(answers, frame.dataset))
        self._around.setVisible(picture.example is not None)
        if picture.example is not None:
            radius = self._discs.radius + 3
            x, y = _at(picture.example, across, up).tolist()
            self._around.setPath(items.rounded(QRectF(x - radius, y - radius, 2 * radius, 2 * radius), radius))

    # Axes.

    def _scales(self, picture: Picture) -> tuple[Scale, Scale]:
        ends = self._ends(picture)
        metrics = QFontMetricsF(text_font(11))
        top, bottom = metrics.height() + 8, self.height() - room_below() - 4
        up_ticks = [] if picture.level else Scale(*ends[1], bottom, top).ticks(6)
        left = max(room_beside([tick(value) for value in up_ticks]), 16) + 4
        area = QRectF(left, top, self.width() - left - _EDGE, bottom - top)
        if picture.components is not None:
            ends = _alike(ends, area)
        across, up = Scale(*ends[0], area.left(), area.right()), Scale(*ends[1], area.bottom(), area.top())
        ticks = across.ticks(8)
        self._across.show(across, ticks, area, self.ratio, unit=picture.names[0], right=area.right())
        up_ticks = [] if picture.level else up.ticks(6)
        self._up.show(up, up_ticks, area, self.ratio)
        self._upward.move(QPointF(area.left(), top / 2))
        self._upward.say(picture.names[1] or "above and below: the classes, only to tell them apart")
        return across, up

    def _ends(self, picture: Picture) -> tuple[Range, Range]:
        """Of both axes. Where the values decide they are kept as long as these fit, so that a picture does not
        tremble."""
        parts = [picture.points, *([] if picture.grid is None else [picture.grid.reshape(-1, 2)])]
        values = np.concatenate([*parts, *([] if picture.example is None else [picture.example[None]])])
        lows, highs = values.min(axis=0).tolist(), values.max(axis=0).tolist()
        found: list[Range] = []
        for index, (low, high, fixed) in enumerate(zip(lows, highs, picture.ranges, strict=True)):
            kept = self._ranges[index] if self._ranges is not None else None
            room = _ROOM * (high - low) or 0.5
            fits = kept is not None and kept[0] <= low and high <= kept[1]
            loose = kept is not None and high - low < _LOOSE * (kept[1] - kept[0])
            found.append(fixed or (kept if kept and fits and not loose else (low - 2 * room, high + 2 * room)))
        self._ranges = found[0], found[1]
        return self._ranges

    # Exploring.

    def places(self) -> tuple[int, int]:
        return (len(self._places), 1) if len(self._places) else (0, 0)

    def start(self) -> Spot:
        return Spot(0, 0)

    def spot_at(self, position: QPointF) -> Spot | None:
        if not len(self._places):
            return None
        distances = np.hypot(*(self._places - (position.x(), position.y())).T)
        nearest = int(distances.argmin())
        return Spot(nearest, 0) if distances[nearest] <= _REACH else None

    def anchor(self, spot: Spot) -> QRectF:
        x, y = self._places[spot.column].tolist()
        return QRectF(x - 4, y - 4, 8, 8)

    def reading(self, spot: Spot) -> Sequence[str]:
        frame, picture = self._frame, self._picture
        if frame is None or picture is None:
            return ()
        train, lines = frame.dataset.train, list[str]()
        if len(train.labels):
            lines.append(f"class {frame.dataset.class_names[int(train.labels[spot.column])]}")
        names = (name.split(" ·")[0] for name in picture.names if name)
        values = picture.points[spot.column].tolist()
        lines += [f"{name}: {decimal(value, 3)}" for name, value in zip(names, values, strict=False)]
        return f"Training example {grouped(spot.column + 1)}", *lines, "click or Enter follows it"

    def figure(self, spot: Spot) -> float | None:
        return None if self._picture is None else float(self._picture.points[spot.column, 0])

    def mark(self, spot: Spot | None) -> None:
        hand = spot is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and spot is not None:
            self._follow(spot)
        else:
            event.ignore()

    def claims(self, event: QKeyEvent) -> bool:
        return super().claims(event) or (_enters(event) and self.spot is not None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _enters(event) and self.spot is not None:
            self._follow(self.spot)
        else:
            super().keyPressEvent(event)

    def _follow(self, spot: Spot) -> None:
        self.example_chosen.emit(Chosen(SplitName.TRAINING, spot.column))

    # In words.

    def summary(self) -> str:
        """What the picture shows, without its numbers."""
        picture = self._picture
        if picture is None:
            return f"{NOTHING}."
        what = counted(len(picture.points), "training example")
        grid = " and the grid of the plane" if picture.grid is not None else ""
        shown = " and up ".join(name.replace(" · ", ", ") for name in picture.names if name)
        name = f"{picture.layer.name}, its sums z" if self._is_output(picture) else picture.layer.name
        return f"{what}{grid} behind {name}: across {shown}."

    def _is_output(self, picture: Picture) -> bool:
        return self._frame is not None and picture.place == len(self._frame.model.layers) - 1

    def table(self) -> Table | None:
        picture, frame = self._picture, self._frame
        if picture is None or frame is None:
            return None
        headers = ["example", *(["class"] if len(frame.dataset.train.labels) else []), *filter(None, picture.names)]
        names, labels = frame.dataset.class_names, frame.dataset.train.labels
        rows = [
            (index + 1, *([names[int(labels[index])]] if len(labels) else []), *values[: len(headers) - 1])
            for index, values in enumerate(picture.points.tolist())
        ]
        width = len(headers)
        return Table(f"Behind {picture.layer.name}", headers, [row[:width] for row in rows])

    def sizeHint(self) -> QSize:
        return QSize(600, 400)


def _at(values: Positions, across: Scale, up: Scale) -> Positions:
    """Values (…, 2) as places of the picture."""
    return np.stack((across.places(values[..., 0]), up.places(values[..., 1])), axis=-1)


def _alike(ends: tuple[Range, Range], area: QRectF) -> tuple[Range, Range]:
    """Both axes on one scale, as distances count in every direction alike: the one that has room to spare is longer."""
    spans = [high - low for low, high in ends]
    value = max(spans[0] / max(area.width(), 1), spans[1] / max(area.height(), 1))
    found: list[Range] = []
    for (low, high), length in zip(ends, (area.width(), area.height()), strict=True):
        middle, half = (low + high) / 2, value * length / 2
        found.append((middle - half, middle + half))
    return found[0], found[1]


def _enters(event: QKeyEvent) -> bool:
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
