"""The Gradient flow card: does the gradient reach the first layer, and are the steps of a sensible size?

Backpropagation carries the gradient from the output to the first layer through every activation's derivative; in a deep
network it may shrink to nothing or grow without bounds. One word at the right of the title says which.
"""

from collections import deque

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.training.judgement import Judgement, judge
from nnstudio.ui import theme
from nnstudio.ui.views.gradients.chart import GradientsChart
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.canvas import text_font

_REMEMBERED = 15
"""Over how many frames the judgement is formed: a single mini-batch says little."""


class GradientsView(View):
    """‖∇W‖ and ‖ΔW‖/‖W‖ of the last update for each layer, and what to think of them."""

    title = "Gradient flow"
    interval = 0.12
    probes = Probe.GRADIENTS

    def __init__(self) -> None:
        super().__init__()
        self.chart = GradientsChart()
        self.word = JudgementWord()
        self._recent: deque[np.ndarray] = deque(maxlen=_REMEMBERED)
        self._run = -1
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chart)

    def switches(self) -> QWidget:
        return self.word

    def show_frame(self, frame: Frame) -> None:
        self.chart.show_frame(frame)
        pairs = [(layer.gradient_norm, layer.update_ratio) for layer in frame.readings]
        values = [(norm, ratio) for norm, ratio in pairs if norm is not None and ratio is not None]
        if frame.run != self._run or (self._recent and len(self._recent[-1]) != len(values)):
            self._run = frame.run
            self._recent.clear()
        if values:
            self._recent.append(np.array(values))
        # The median over the last frames: one odd mini-batch does not change the word.
        norms, ratios = np.median(self._recent, axis=0).T.tolist() if self._recent else ([], [])
        self.word.set_judgement(judge(norms, ratios))


class JudgementWord(QWidget):
    """One word with a sign: a dot for healthy, a falling or rising triangle for what goes wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.judgement = Judgement.NONE
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Gradient flow")
        self.setToolTip(
            "Vanishing: the first layer's gradient is under a thousandth of the output's. "
            "Exploding: it is over a thousand times the output's, or an update moves a layer by more than half its "
            "size."
        )

    def set_judgement(self, judgement: Judgement) -> None:
        """Say this word."""
        if judgement is not self.judgement:
            self.judgement = judgement
            self.setAccessibleName(f"Gradient flow: {judgement.value or 'not yet known'}")
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(text_font(12))
        return QSize(round(metrics.horizontalAdvance("● vanishing") + 8), round(metrics.height()) + 4)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.updateGeometry()
            self.update()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        sign, color = {
            Judgement.NONE: ("", colors.dim),
            Judgement.HEALTHY: ("●", colors.good),
            Judgement.VANISHING: ("▼", colors.warning),
            Judgement.EXPLODING: ("▲", colors.bad),
        }[self.judgement]
        with QPainter(self) as painter:
            painter.setFont(text_font(12))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.setPen(QColor(colors.dim if self.judgement is Judgement.HEALTHY else color))
            painter.drawText(self.rect(), right, self.judgement.value)
            word = QFontMetricsF(painter.font()).horizontalAdvance(self.judgement.value)
            painter.setFont(text_font(9))
            painter.setPen(QColor(color))
            painter.drawText(QRectF(self.rect()).adjusted(0, 0, -word - 5, 0), right, sign)


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(GradientsView, plane_frame(), 410, 200)
