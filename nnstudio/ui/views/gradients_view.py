"""The Gradient flow card: does the gradient reach the first layer, and are the steps of a sensible size?

Backpropagation carries the gradient from the output to the first layer through every activation's derivative; in a deep
network it may shrink to nothing or grow without bounds. A few words at the right of the title say what is the matter.
"""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.training.diagnosis import Diagnosis
from nnstudio.ui import theme
from nnstudio.ui.views.gradients.chart import GradientsChart
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.canvas import text_font


class GradientsView(View):
    """‖∇W‖ and ‖ΔW‖/‖W‖ of the last update for each layer, and what to think of them."""

    title = "Gradient flow"
    interval = 0.12
    probes = Probe.GRADIENTS

    def __init__(self) -> None:
        super().__init__()
        self.chart = GradientsChart()
        self.title_of_diagnosis = DiagnosisTitle()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chart)

    def switches(self) -> QWidget:
        return self.title_of_diagnosis

    def show_frame(self, frame: Frame) -> None:
        self.chart.show_frame(frame)
        self.title_of_diagnosis.set_diagnosis(frame.diagnosis)


class DiagnosisTitle(QWidget):
    """The title of the diagnosis with a sign: a dot where all is well, a triangle where something is the matter."""

    def __init__(self) -> None:
        super().__init__()
        self.diagnosis: Diagnosis | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Gradient flow")

    @property
    def text(self) -> str:
        """The title."""
        return self.diagnosis.title if self.diagnosis is not None else ""

    def set_diagnosis(self, diagnosis: Diagnosis | None) -> None:
        """Say this one."""
        if diagnosis is self.diagnosis:
            return
        self.diagnosis = diagnosis
        self.setAccessibleName(f"Gradient flow: {self.text or 'not yet known'}")
        self.setToolTip(diagnosis.sentence if diagnosis is not None else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(text_font(12))
        return QSize(round(metrics.horizontalAdvance(f"● {self.text}") + 8), round(metrics.height()) + 4)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.updateGeometry()
            self.update()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.diagnosis is None:
            return
        colors, well = theme.current(), self.diagnosis.cause.well
        with QPainter(self) as painter:
            painter.setFont(text_font(12))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.setPen(QColor(colors.dim if well else colors.warning))
            painter.drawText(self.rect(), right, self.text)
            width = QFontMetricsF(painter.font()).horizontalAdvance(self.text)
            painter.setFont(text_font(9))
            painter.setPen(QColor(colors.good if well else colors.warning))
            painter.drawText(QRectF(self.rect()).adjusted(0, 0, -width - 5, 0), right, "●" if well else "▲")


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(GradientsView, plane_frame(), 410, 200)
