"""An image large, to be read pixel by pixel, and its neighbours in the split, small, to be chosen."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen, QPixmap

from nnstudio.core.array import Array
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.data.images import WHITE
from nnstudio.core.run.example import AnyExample, Chosen
from nnstudio.ui import theme
from nnstudio.ui.examples.choosing import ExamplesStage
from nnstudio.ui.examples.wording import example_name, target_of
from nnstudio.ui.stage import items
from nnstudio.ui.stage.ink import ink_image
from nnstudio.ui.stage.stage import Spot, Stage

BEFORE, BEHIND = 3, 4
"""So many neighbours before and behind the image in hand are shown."""
_COLUMNS, _GAP, _CORNER = 4, 6, 4.0


def ink_of(raw: NDArray[np.number]) -> Array:
    """Bytes (height, width) as shares of ink."""
    return np.asarray(raw, np.float64) / WHITE


class LargeImage(Stage):
    """The image in hand, a place for each pixel."""

    def __init__(self) -> None:
        super().__init__(
            "The image",
            "The image that is followed. Point at a pixel to read it.",
            "<b>An image is numbers</b><p>Each pixel is how much ink it has, v / 255, from 0 to 1; scaled as the data "
            "card says, these are the network's inputs.</p><p><b>Example:</b> a pixel of 128 is 128 / 255 = 0.50."
            "</p><p><b>Source:</b> LeCun, Bottou, Bengio &amp; Haffner 1998, Gradient-Based Learning Applied to "
            "Document Recognition.</p>",
        )
        self._ink: Array | None = None

    def show_image(self, ink: Array) -> None:
        """This one, (height, width) of 0 … 1, from now on."""
        self._ink = ink
        self.renew()
        self.setAccessibleDescription(self.summary())

    def box(self) -> QRectF:
        """Where the image lies."""
        side = min(self.width(), self.height()) - 2
        square = QRectF((self.width() - side) / 2, 1, side, side)
        return square if self._ink is None else items.fitted(square, *self.places())

    def places(self) -> tuple[int, int]:
        return (0, 0) if self._ink is None else (self._ink.shape[1], self._ink.shape[0])

    def spot_at(self, position: QPointF) -> Spot | None:
        box, (columns, rows) = self.box(), self.places()
        if not columns or not box.contains(position):
            return None
        column = int((position.x() - box.left()) / box.width() * columns)
        return Spot(min(column, columns - 1), min(int((position.y() - box.top()) / box.height() * rows), rows - 1))

    def anchor(self, spot: Spot) -> QRectF:
        box, (columns, rows) = self.box(), self.places()
        wide, high = box.width() / columns, box.height() / rows
        return QRectF(box.left() + spot.column * wide, box.top() + spot.row * high, wide, high)

    def reading(self, spot: Spot) -> Sequence[str]:
        figure = self.figure(spot)
        return (f"Row {spot.row + 1}, column {spot.column + 1}", "" if figure is None else f"ink {figure:.2f}")

    def figure(self, spot: Spot) -> float | None:
        return None if self._ink is None else float(self._ink[spot.row, spot.column])

    def summary(self) -> str:
        columns, rows = self.places()
        return f"An image of {columns} × {rows} pixels. Arrow keys read them."

    def mark(self, spot: Spot | None) -> None:
        path = QPainterPath()
        if spot is not None:
            path.addRect(self.anchor(spot))
        self._marker.setPath(path)

    def arrange(self) -> None:
        root, colors, box = self.clear(), theme.current(), self.box()
        self._marker = items.path(root, QPen(QColor(colors.accent), 1.5), z=3)
        if self._ink is not None and box.width() > 0:
            size = QSize(max(round(box.width() * self.ratio), 1), max(round(box.height() * self.ratio), 1))
            picture = QPixmap.fromImage(ink_image(self._ink).scaled(size))  # each pixel a square, not a blur
            picture.setDevicePixelRatio(self.ratio)
            items.pixmap(root, box.topLeft(), z=1).setPixmap(picture)
        frame = items.rounded(box.adjusted(-0.5, -0.5, 0.5, 0.5), _CORNER)
        items.path(root, QPen(QColor(colors.line), 1), z=2).setPath(frame)

    def sizeHint(self) -> QSize:
        return QSize(200, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(44, 44)


class Neighbours(ExamplesStage):
    """The images before and behind the one in hand; a click on one chooses it."""

    def __init__(self) -> None:
        super().__init__(
            "Neighbours in the split",
            "The images before and behind this one. Click one to follow it.",
            "<b>Neighbours</b><p>The images with the numbers i − 3 to i + 4 of the same split; behind the last comes "
            "the first.</p><p><b>Example:</b> around test image 85 stand those from 82 to 89.</p><p><b>Source:</b> a "
            "definition of this program.</p>",
        )
        self._dataset: Dataset | None = None
        self._all: tuple[Chosen, ...] = ()
        self._in_a_row = False

    def show_around(self, dataset: Dataset, chosen: AnyExample) -> None:
        """Those around this one from now on; of one of no split the first of the training images."""
        middle = chosen if isinstance(chosen, Chosen) else chosen.moved(dataset, 1).moved(dataset, BEFORE)
        split = middle.split.of(dataset)
        count = min(BEFORE + 1 + BEHIND, len(split)) if split is not None else 0
        around = tuple(middle.moved(dataset, by - BEFORE) for by in range(count))
        if (dataset, around) != (self._dataset, self._all):
            self._dataset, self._all, self._chosen = dataset, around, chosen
            self.arrange()
        self.go_with(dataset, chosen)

    def set_in_a_row(self, in_a_row: bool) -> None:
        """Whether all stand in one row."""
        if in_a_row != self._in_a_row:
            self._in_a_row = in_a_row
            self.arrange()

    @property
    def _around(self) -> tuple[Chosen, ...]:
        """Those that there is room for: in a row as large as it is high, the one in hand among them."""
        if not self._in_a_row:
            return self._all
        count = max(int((self.width() - 2 + _GAP) / max(self.height() - 2 + _GAP, 1)), 1)
        first = max(min(BEFORE - (count - 1) // 2, len(self._all) - count), 0)
        return self._all[first : first + count]

    def places(self) -> tuple[int, int]:
        count = len(self._around)
        across = count if self._in_a_row else min(_COLUMNS, count)
        return (across, -(-count // across)) if count else (0, 0)

    def _tile(self, place: int) -> QRectF:
        columns, rows = self.places()
        side = (self.width() - 2 - (columns - 1) * _GAP) / max(columns, 1)
        side = max(min(side, (self.height() - 2 - (rows - 1) * _GAP) / max(rows, 1)), 4.0)
        row, column = divmod(place, max(columns, 1))
        square = QRectF(1 + column * (side + _GAP), 1 + row * (side + _GAP), side, side)
        if self._dataset is None:
            return square
        height, width = self._dataset.recipe.shape
        return items.fitted(square, width, height)

    def _place(self, spot: Spot) -> int | None:
        place = spot.row * self.places()[0] + spot.column
        return place if place < len(self._around) else None

    def spot_at(self, position: QPointF) -> Spot | None:
        for place in range(len(self._around)):
            if self._tile(place).contains(position):
                row, column = divmod(place, self.places()[0])
                return Spot(column, row)
        return None

    def anchor(self, spot: Spot) -> QRectF:
        return self._tile(spot.row * self.places()[0] + spot.column)

    def example_at(self, position: QPointF) -> AnyExample | None:
        spot = self.spot_at(position)
        return self.example_of(spot) if spot else self._chosen  # between two nothing is let go

    def example_of(self, spot: Spot) -> AnyExample | None:
        place = self._place(spot)
        return None if place is None else self._around[place]

    def outline_of(self, chosen: AnyExample) -> QPainterPath | None:
        places = [place for place, each in enumerate(self._around) if each == chosen]
        return items.rounded(self._tile(places[0]), _CORNER) if places else None

    def reading(self, spot: Spot) -> Sequence[str]:
        example, dataset = self.example_of(spot), self._dataset
        split = example.split.of(dataset) if isinstance(example, Chosen) and dataset is not None else None
        if not isinstance(example, Chosen) or dataset is None or split is None:
            return ()
        return example_name(example), f"target {target_of(dataset, split, example.index)}"

    def summary(self) -> str:
        return f"{len(self._around)} images. Arrow keys walk to the next, Enter follows one."

    def mark(self, spot: Spot | None) -> None:
        self._marker.setPath(items.rounded(self.anchor(spot), _CORNER) if spot else QPainterPath())

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        self._marker = items.path(root, QPen(QColor(colors.dim), 1.5), z=3)
        for place, example in enumerate(self._around):
            split = example.split.of(self._dataset) if self._dataset is not None else None
            if split is None:
                continue
            tile = self._tile(place)
            size = QSize(max(round(tile.width() * self.ratio), 1), max(round(tile.height() * self.ratio), 1))
            image = ink_image(ink_of(split.raw[example.index]))
            image = image.scaled(size, mode=Qt.TransformationMode.SmoothTransformation)
            picture = QPixmap.fromImage(image)
            picture.setDevicePixelRatio(self.ratio)
            items.pixmap(root, tile.topLeft(), z=1).setPixmap(picture)
            items.path(root, QPen(QColor(colors.line), 1), z=2).setPath(items.rounded(tile, _CORNER))
        self.show_chosen(self._chosen)

    def sizeHint(self) -> QSize:
        return QSize(200, 100)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 44)
