"""The network as it is now: every neuron a live picture of what it does, every weight a link, every layer editable.

The view gets a frame whenever one is new and paints it; what somebody wants to change goes out as a signal that carries
the edit.
"""

import sys

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, Probe
from nnstudio.ui.views.network.network_canvas import NetworkCanvas
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.segmented import SegmentedSwitch


class NetworkView(View):
    """All layers as columns. Scrolls sideways when there are more than fit."""

    title = "Network"
    probes = Probe.NEURONS

    layers_edited = Signal(object)  # LayerEdit
    next_image_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = NetworkCanvas()
        self.canvas.layers_edited.connect(self.layers_edited)
        self.canvas.next_image_requested.connect(self.next_image_requested)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.canvas)
        self.canvas.reached.connect(self._scroll.ensureVisible)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        tips = (
            "Show each neuron or filter of the first layer by the weights it looks for, with its answer beside them.",
            "Show each neuron or filter of the first layer by its activation alone.",
        )
        self._switch = SegmentedSwitch(("Weights", "Activation"), tips, self)
        self._switch.hide()
        self._switch.currentChanged.connect(self._show_as)

    def show_frame(self, frame: Frame) -> None:
        # Until a card has taken the switch to its title bar, there is no place for it.
        placed = self._switch.parentWidget() is not self
        self.canvas.show_frame(frame)
        self._switch.setVisible(placed and self.canvas.offers_weights)

    def switches(self) -> QWidget | None:
        return self._switch

    def _show_as(self, choice: int) -> None:
        self.canvas.want_weights(choice == 0)


if __name__ == "__main__":
    from nnstudio.ui.views.canned import image_frame, plane_frame
    from nnstudio.ui.views.preview import preview

    preview(NetworkView, image_frame() if "image" in sys.argv else plane_frame(), 600, 480)
