"""The whole picture of the network: titles, columns, scales, legend, and the note on what somebody looks at.

It knows nothing of events. `take` a frame, `arrange` it, then `paint` it as often as needed; which of the two kinds of
columns paints, plane or image, follows from the frame.
"""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from nnstudio.core.run.frame import Frame, ImagePicture
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import Column, LinkSpot, Spot
from nnstudio.ui.views.network.image_columns import ImageColumns
from nnstudio.ui.views.network.layer_header import SMALL
from nnstudio.ui.views.network.legend import paint_legend, paint_scale
from nnstudio.ui.views.network.neuron_note import note_on
from nnstudio.ui.views.network.note_bubble import paint_note
from nnstudio.ui.views.network.plane_columns import PlaneColumns
from nnstudio.ui.views.network.pointing import Pointing
from nnstudio.ui.views.network.tiles import paint_ring
from nnstudio.ui.views.network.titles import fitting, input_titles, output_titles
from nnstudio.ui.widgets.canvas import mono_font, text_font


class Fonts:
    """The faces of one painting; `em` is the height of a line of text."""

    def __init__(self) -> None:
        self.title = text_font(13, bold=True)
        self.words = text_font(11.5)
        self.numbers = mono_font(11)
        self.note_title = text_font(12, bold=True)
        self.note_lines = mono_font(11.5)
        self.em = QFontMetricsF(text_font(13)).height()


class Picture:
    """Paints the network of the last frame."""

    def __init__(self) -> None:
        self.frame: Frame | None = None
        self.columns: tuple[Column, ...] = ()
        self._plane, self._image = PlaneColumns(), ImageColumns()
        self._area = QRectF()

    @property
    def shows_network(self) -> bool:
        """Whether there is anything to paint."""
        return self.frame is not None

    @property
    def behind(self) -> bool:
        """Whether the picture that was painted last lacks something that the frame shows."""
        return not self.is_image and self._plane.behind

    @property
    def is_image(self) -> bool:
        """Whether the network looks at images."""
        return self.frame is not None and isinstance(self.frame.picture, ImagePicture)

    @property
    def _kind(self) -> PlaneColumns | ImageColumns:
        return self._image if self.is_image else self._plane

    def take(self, frame: Frame) -> None:
        """Paint this frame from now on."""
        self.frame = frame
        if self.shows_network:
            self._kind.take(frame)
        else:
            self.columns = ()

    @property
    def offers_weights(self) -> bool:
        """Whether there is a hidden column that can show weights or activations."""
        return self.is_image and self._image.offers_weights

    def want_weights(self, wanted: bool) -> None:
        """For images: the first layer by its weights, or by its activations."""
        self._image.want_weights(wanted)

    def counts(self) -> list[int]:
        """How many units each column has."""
        return self._kind.counts()

    def minimum_width(self, fonts: Fonts) -> float:
        """The least width in which nothing clips or overlaps."""
        return self._kind.minimum_width(fonts.words, fonts.em)

    def arrange(self, area: QRectF, firsts: Sequence[int], fonts: Fonts) -> None:
        """Find everything its place: titles go above `area`, scales and legend to its foot."""
        self._area = area
        tiles = area.adjusted(0, 4, 0, -2 * fonts.em - 16)
        tiles.setHeight(max(40.0, tiles.height()))
        self.columns = self._kind.arrange(tiles, firsts, fonts.words, fonts.em)

    def link_at(self, point: QPointF) -> LinkSpot | None:
        """The link at a point."""
        return self._kind.link_at(point) if self.columns else None

    def paint(
        self, painter: QPainter, clip: QRectF, visible: QRectF, looked_at: Spot | LinkSpot | None, fonts: Fonts
    ) -> None:
        """Paint what lies in `clip`; the legend stands in the middle of what is `visible`."""
        if clip.top() < self._area.top():
            self._paint_titles(painter, fonts)
        self._kind.refresh()
        self._kind.paint(painter, clip, looked_at, (fonts.words, fonts.numbers))
        foot = self._area.bottom() - 2 * fonts.em - 6
        for index, column in enumerate(self.columns):
            paint_scale(painter, column.center, foot, self._kind.caption(index), fonts.numbers)
        paint_legend(painter, visible.center().x(), foot + fonts.em + 2, fonts.words)

    def _paint_titles(self, painter: QPainter, fonts: Fonts) -> None:
        """The titles of input and output, which have no controls."""
        assert self.frame is not None
        metrics = QFontMetricsF(fonts.title)
        painter.setFont(fonts.title)
        painter.setPen(QColor(current().text))
        first, last = self.columns[0], self.columns[-1]
        from_gap = (self.columns[1].left - first.right) / 2 - SMALL / 2
        to_gap = (last.left - self.columns[-2].right) / 2 - SMALL / 2
        left_half = min(first.center, (first.right - first.left) / 2 + from_gap)
        right_half = min(self._area.right() + 4 - last.center, (last.right - last.left) / 2 + to_gap)
        for center, half, titles in (
            (first.center, left_half, input_titles(self.frame)),
            (last.center, right_half, output_titles(self.frame)),
        ):
            box = QRectF(center - half, 2, 2 * half, self._area.top() - 6 - SMALL)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, fitting(titles, metrics, 2 * half - 4))

    def paint_note(self, painter: QPainter, visible: QRectF, pointing: Pointing, has_keys: bool, fonts: Fonts) -> None:
        """The ring around what somebody looks at and the note beside it."""
        spot = pointing.looked_at(has_keys)
        tile = self.columns[spot.column].tile(spot.unit) if spot else None
        if spot is None or tile is None or self.frame is None:
            return
        picture = None
        if isinstance(spot, Spot):
            paint_ring(painter, tile, current().accent if spot == pointing.cursor and has_keys else current().text)
            if self._kind.has_picture(spot):
                picture = partial(self._kind.draw_picture, spot)
        elif spot == pointing.hovered:
            tile = QRectF(pointing.pointer - QPointF(4, 4), pointing.pointer + QPointF(4, 4))
        note = note_on(self.frame, spot)
        pinned = pointing.pinned is not None
        paint_note(painter, note, tile, visible, (fonts.note_title, fonts.note_lines), picture, pinned)


def structure(frame: Frame) -> tuple[object, ...]:
    """What decides where the columns stand."""
    kinds = tuple(type(spec) for spec in frame.experiment.layers)
    shapes = tuple((layer.shape, layer.patch) for layer in frame.model.layers)
    return kinds, shapes, type(frame.picture), frame.dataset.input_names, frame.dataset.output_names
