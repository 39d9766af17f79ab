"""The Gradient card: does the gradient reach the first layer, are the steps of a sensible size, and if not, why?

Backpropagation carries the gradient from the output to the first layer through every activation's derivative; in a deep
network it may shrink to nothing or grow without bounds. Beside the measurements stands their cause and what to try.
"""

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QWidget

from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.training.state import SETTING
from nnstudio.ui import theme
from nnstudio.ui.stage.legend import Entry, Legend, Sign
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.bands.legend import band_entries
from nnstudio.ui.views.gradients.chart import GRADIENT, STEP, GradientsChart
from nnstudio.ui.views.gradients.note import DiagnosisNote
from nnstudio.ui.views.gradients.over_time import GradientsOverTime
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.segmented import SegmentedSwitch

_NARROW, _LOW = 330.0, 170.0
_NARROWEST_WORDS = 90.0
_APART, _ABOVE = 16, 6
_OVER_TIME = 1
_EDGE = 2
"""The frame of a button is wider while it has the focus."""
_ANY_HEIGHT = 16777215  # Qt's QWIDGETSIZE_MAX
_STEADY = 1000
"""Milliseconds between two sentences about the same cause, or nobody could read their numbers."""


class GradientsView(View):
    """Gradient and step of the last update for each layer, or the gradient over time, and what to think of them.

    chart, over_time: the two pictures, of which one is shown
    """

    title = "Gradient"
    interval = 0.12
    probes = Probe.GRADIENTS
    remedy_chosen = Signal(object)  # the Experiment that somebody wants to try

    def __init__(self) -> None:
        super().__init__()
        self.chart, self.over_time = GradientsChart(), GradientsOverTime()
        self._frame: Frame | None = None
        self.legend, self._legend_below = Legend(_entries), Legend(_entries)
        self._legend_below.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.note = DiagnosisNote()
        self.note.remedy_chosen.connect(self.remedy_chosen)
        self._words = QScrollArea()
        self._words.setFrameShape(QFrame.Shape.NoFrame)
        self._words.setWidgetResizable(True)
        self._words.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._words.setWidget(self.note)
        for widget in (self._words.viewport(), self.note):
            widget.setAutoFillBackground(False)
        self._laid_out: tuple[bool, int] | None = None
        """Whether the words stand below the picture, and how high they may be."""
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self.chart, 1)
        self._layout.addWidget(self.over_time, 1)
        self.over_time.hide()
        self._layout.addWidget(self._legend_below)
        self._layout.addWidget(self._words, 1)
        self.times = SegmentedSwitch(
            ("Now", "Time"),
            (
                "Gradient and step of the last update.",
                "Over time: a band for each layer, beside the last one.",
            ),
        )
        self.times.currentChanged.connect(self._switch)
        self._switches = QWidget()
        row = QHBoxLayout(self._switches)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.band_legend = Legend(band_entries)
        self.band_legend.hide()
        for widget in (self.legend, self.band_legend, self.times):
            row.addWidget(widget)
        self._since_words = QElapsedTimer()
        self._since_words.start()
        self._place()
        self._words.hide()

    def switches(self) -> QWidget:
        return self._switches

    def tables(self) -> Sequence[Table]:
        return [table for chart in (self.chart, self.over_time) if (table := chart.table())]

    def chosen_table(self) -> int:
        return min(self.times.current(), max(len(self.tables()) - 1, 0))

    @property
    def shows_time(self) -> bool:
        """Whether the gradient is shown over time."""
        return self.times.current() == _OVER_TIME

    def _switch(self) -> None:
        self.chart.explore(None)
        self.over_time.explore(None)
        self.chart.setVisible(not self.shows_time)
        self.over_time.setVisible(self.shows_time)
        self.band_legend.setVisible(self.shows_time)
        self._place()
        if self._frame is not None:
            self.show_frame(self._frame)

    def show_frame(self, frame: Frame) -> None:
        self._frame = frame
        if self.shows_time:
            self.over_time.show_frame(frame)
        else:
            self.chart.show_frame(frame)
        self._legend_below.setVisible(self.narrow and not self.shows_time and bool(self.chart.values))
        before, now, measured = self.note.diagnosis, frame.diagnosis, _measured(frame)
        then = measured == self.note.measured.text()
        if now == before and then:
            return
        same = before is not None and now is not None and (before.title, before.remedy) == (now.title, now.remedy)
        if same and then and frame.status is Status.LEARNING and self._since_words.elapsed() < _STEADY:
            return
        self._since_words.restart()
        self.note.show_diagnosis(now, measured)
        self._words.setVisible(now is not None)
        self._place()

    @property
    def narrow(self) -> bool:
        """Whether the words stand below the chart."""
        scale = theme.text_scale()
        return self.width() < _NARROW * scale and self.height() > _LOW * scale

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    @property
    def tight(self) -> bool:
        """Whether the words have room neither beside the chart nor below it, but for a line; bands over time need all
        of the width."""
        beside = (self.width() - _APART) // 2
        fits = beside >= _NARROWEST_WORDS * theme.text_scale() and self.note.height_in(beside) <= self.height()
        return not self.narrow and (self.shows_time or not fits)

    def _place(self) -> None:
        directions, narrow, tight = QBoxLayout.Direction, self.narrow, self.tight
        below = narrow or tight
        line = self.note.height_in(self.width(), in_a_line=True) + _EDGE
        highest = line if tight else _ANY_HEIGHT
        self.note.set_in_a_line(tight)
        if self._laid_out != (below, highest):  # or the whole window is laid out anew for each sentence
            self._laid_out = below, highest
            self._layout.setDirection(directions.TopToBottom if below else directions.LeftToRight)
            self._layout.setSpacing(_ABOVE if below else _APART)
            self._words.setMaximumHeight(highest)
        self._legend_below.setVisible(narrow and not self.shows_time and bool(self.chart.values))
        self.legend.setVisible(not narrow and not self.shows_time)


def _measured(frame: Frame) -> str:
    """When the gradients were measured, of a run that was edited since and rests."""
    known = any(layer.gradient_norm is not None for layer in frame.readings)
    edited = any(mark.updates == frame.updates and mark.kind != SETTING for mark in frame.marks)
    if not (known and edited) or frame.status in (Status.LEARNING, Status.DIVERGED):
        return ""
    return f"Gradients of update {grouped(frame.updates)}, before the edit."


def _entries() -> tuple[Entry, ...]:
    ink = theme.current().text
    return Entry(GRADIENT, ink, Sign.DISC), Entry(STEP, ink, Sign.DIAMOND, short="step")


if __name__ == "__main__":
    from nnstudio.ui.views.canned import plane_frame
    from nnstudio.ui.views.preview import preview

    preview(GradientsView, plane_frame(), 410, 200)
