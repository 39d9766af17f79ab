"""The network as it is now: every neuron a live picture of what it does, every weight a link, every layer editable.

The view gets a frame whenever one is new and shows it; what somebody wants to change goes out as a signal that carries
the edit. Above the picture stands a row of real controls: titles, − and + for units, + for layers.
"""

import sys
from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from nnstudio.core.network.layer_edits import Ends
from nnstudio.core.network.model import Range
from nnstudio.core.run.frame import Frame, ImagePicture, Probe
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network.header_row import HeaderRow
from nnstudio.ui.views.network.image_network import offers_weights
from nnstudio.ui.views.network.layer_header import SMALL
from nnstudio.ui.views.network.layer_tables import layer_tables
from nnstudio.ui.views.network.modes import Mode, ModeSwitch
from nnstudio.ui.views.network.network_stage import NetworkStage
from nnstudio.ui.views.network.popover import Popover, can_open
from nnstudio.ui.views.network.titles import fitting, input_titles, output_titles
from nnstudio.ui.views.network.warped_pane import WarpedPane
from nnstudio.ui.views.network.whose_bar import WhoseBar
from nnstudio.ui.views.view import View

_APART = 4
"""Pixels between a title and the + beside it."""


class NetworkView(View):
    """All layers as columns. Scrolls sideways when there are more than fit."""

    title = "Network"
    probes = Probe.NEURONS

    layers_edited = Signal(object)  # LayerEdit
    next_image_requested = Signal()
    example_chosen = Signal(object)  # Chosen
    operated = Signal(object, str)  # Surgery, the name under which a drag is one step

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = NetworkStage()
        self.stage.next_image_requested.connect(self.next_image_requested)
        self.stage.arranged.connect(self._rearranged)
        self.stage.pointed.connect(self._open)
        self._strip = QWidget()
        self.headers = HeaderRow(self._strip, self.stage)
        self.headers.layers_edited.connect(self.layers_edited)
        self._ends = tuple(_end_title(self._strip) for _ in range(2))
        self._titles: tuple[tuple[str, ...], ...] = ()
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._strip)
        column.addWidget(self.stage, 1)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(page)
        for widget in (self._scroll.viewport(), page, self._strip):
            widget.setAutoFillBackground(False)  # the card is the ground
        self.stage.reached.connect(self._scroll.ensureVisible)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        self._page = page
        self._frame: Frame | None = None
        self.popover: Popover | None = None
        self._fit()
        self.whose, self.warped = WhoseBar(), WarpedPane()
        self.whose.changed.connect(self._take_mode)
        self.warped.example_chosen.connect(self.example_chosen)
        for part in (self.whose, self.warped):
            layout.addWidget(part)
            part.hide()
        self.modes = ModeSwitch(self)
        self.modes.changed.connect(self._take_mode)
        self.modes.hide()

    def show_frame(self, frame: Frame) -> None:
        old, self._frame = self._frame, frame
        self._show_in_mode(frame)
        if old is None or (old.experiment.layers, old.commands, old.run) != (
            frame.experiment.layers,
            frame.commands,
            frame.run,
        ):
            self._show_layers(frame)

        if self.popover is not None:
            self.popover.show_frame(frame)

    def _show_in_mode(self, frame: Frame) -> None:
        if self.modes.mode is Mode.WARPED:
            self.warped.show_frame(frame)
            return
        self.stage.show_frame(frame)
        if self.modes.mode is Mode.GRADIENT:
            self.whose.show_frame(frame)

    def _take_mode(self) -> None:
        """Another mode was chosen, or another example of one."""
        mode = self.modes.mode
        self.probes = mode.probe
        if mode is Mode.GRADIENT and self.whose.wants_mean:
            self.probes = Probe.BACKWARD_MEAN
        warps = mode is Mode.WARPED
        if warps:
            self.stage.look_at_nothing()
        self._scroll.setVisible(not warps)
        self.warped.setVisible(warps)
        self.whose.setVisible(mode is Mode.GRADIENT)
        self.modes.legend.setVisible(not warps)
        if not warps:
            self.stage.want(weights=mode is Mode.WEIGHTS, backward=mode is Mode.GRADIENT)
        if self._frame is not None:
            self._explain(self._frame)
            self._show_in_mode(self._frame)

    def _explain(self, frame: Frame) -> None:
        self.modes.legend.explain(not self.stage.is_image, _reach_one(frame), self.modes.mode is Mode.GRADIENT)

    def tables(self) -> Sequence[Table]:
        if self.modes.mode is Mode.WARPED:
            table = self.warped.stage.table()
            return [table] if table is not None else []
        return list(layer_tables(self._frame).values()) if self._frame is not None else []

    def chosen_table(self) -> int:
        """That of the layer somebody looks at."""
        if self.modes.mode is Mode.WARPED:
            return 0
        spot = self.stage.looked_at
        if spot is None or self._frame is None:
            return 0
        columns = list(layer_tables(self._frame))
        return columns.index(spot.column) if spot.column in columns else 0

    def _open(self, spot: Spot | LinkSpot | None) -> None:
        """What can be done by hand to what was chosen."""
        self._close_popover()
        frame = self._frame
        if spot is None or frame is None or not can_open(frame, spot):
            return
        self.popover = Popover(frame, spot, self)
        self.popover.operated.connect(self.operated)
        self.popover.closed.connect(self.stage.let_go)
        self._place_popover()
        self.popover.show()
        self.popover.raise_()
        if self.stage.tabbed and self.stage.hasFocus():
            self.popover.take_keys()  # who came by keys goes on with keys

    def _close_popover(self) -> None:
        if self.popover is not None:
            self.popover.hide()
            self.popover.deleteLater()
            self.popover = None

    def _place_popover(self) -> None:
        if self.popover is not None:
            corner = self.stage.mapTo(self, self.stage.rect().topLeft())
            place = self.stage.place_of(self.popover.spot).translated(corner.x(), corner.y())
            self.popover.stand_beside(place, QRectF(self.rect()))

    def _rearranged(self) -> None:
        self._place_headers()
        self._place_popover()

    def _show_layers(self, frame: Frame) -> None:
        self.headers.show_layers(frame.experiment.layers, Ends.of(frame.model))
        self.headers.show_frozen({layer.key for layer in frame.model.layers if layer.wholly_frozen})
        titles = [input_titles(frame), *(spec.titles for spec in frame.experiment.layers), output_titles(frame)]
        self.stage.describe("; ".join(names[0] for names in titles) + ".")
        self._titles = (titles[0], titles[-1])
        self._fit()
        self._place_headers()
        # Until a card has taken the switches to its title bar, there is no place for them.
        self.modes.setVisible(self.modes.parentWidget() is not self)
        self.modes.offer(offers_weights(frame))
        self._explain(frame)

    def _fit(self) -> None:
        self._strip.setFixedHeight(_strip_height())
        self._page.setMinimumWidth(round(self.stage.minimum_width()))

    def _place_headers(self) -> None:
        columns, height = self.stage.columns, _strip_height()
        if not columns or not self._titles:
            return
        self.headers.place(columns, 0, height - 2)
        font = text_font(13, bold=True)
        metrics = QFontMetricsF(font)
        first, last = (self.headers.inserts[end].geometry() for end in (0, -1))
        rooms = (0, first.left() - _APART), (last.right() + _APART, self.stage.width())
        for label, column, titles, (left, right) in zip(
            self._ends, (columns[0], columns[-1]), self._titles, rooms, strict=True
        ):
            label.setFont(font)
            label.setText(fitting(titles, metrics, right - left))
            width = min(right - left, ceil(metrics.horizontalAdvance(label.text())) + 2)
            start = min(max(left, round(column.center - width / 2)), right - width)
            label.setGeometry(start, 0, width, height - 2 - SMALL)
            label.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.popover is not None:
            self.stage.let_go()  # from the titles and buttons above the picture as well
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def switches(self) -> QWidget | None:
        return self.modes


def _reach_one(frame: Frame) -> bool:
    """Whether −1 to 1 is the scale of tiles that have none written above them; on images nothing stands above any."""
    ranges = {layer.range for layer in frame.model.layers[:-1]}
    ones = Range(-1.0, 1.0)
    return ranges == {ones} if isinstance(frame.picture, ImagePicture) else ones in ranges or not ranges


def _strip_height() -> int:
    """A line of titles and a line of buttons."""
    return round(QFontMetricsF(text_font(13)).height()) + 12 + SMALL


def _end_title(parent: QWidget) -> QLabel:
    """The title over the input or the output, which have no controls."""
    label = QLabel(parent)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.hide()
    return label


if __name__ == "__main__":
    from nnstudio.ui.views.canned import image_frame, plane_frame
    from nnstudio.ui.views.preview import preview

    preview(NetworkView, image_frame() if "image" in sys.argv else plane_frame(), 600, 480)
