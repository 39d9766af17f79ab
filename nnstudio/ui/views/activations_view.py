"""The Activations card: what values the neurons of each layer take.

It shows at a glance what the loss cannot: layers whose tanh units sit at their ends, where no gradient passes, and
ReLU units that have died.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout

from nnstudio.core.run.frame import Frame, Probe
from nnstudio.ui.views.activations.chart import ActivationsChart, ValueAxis
from nnstudio.ui.views.view import View


class ActivationsView(View):
    """A histogram of activations for each layer with parameters; many layers scroll over a common axis."""

    title = "Activations per layer"
    interval = 0.12
    probes = Probe.ACTIVATIONS

    def __init__(self) -> None:
        super().__init__()
        self.chart = ActivationsChart()
        self.axis = ValueAxis(self.chart)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.chart)
        # Both paint a ground of their own by default; the card's is to show through.
        self._scroll.viewport().setAutoFillBackground(False)
        self.chart.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self._scroll)
        layout.addWidget(self.axis)

    def show_frame(self, frame: Frame) -> None:
        self.chart.show_frame(frame)
        self.axis.update()


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(ActivationsView, plane_frame(), 410, 200)
