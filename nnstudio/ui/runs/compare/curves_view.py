"""The card of the curves, with what is chosen for them."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame
from nnstudio.core.training.history import HistoryPrefix
from nnstudio.ui.runs.badge import LETTERS, badge_color
from nnstudio.ui.runs.compare.comparison import Comparison, Names
from nnstudio.ui.runs.compare.curves_stage import TEST, TRAIN, CurvesStage
from nnstudio.ui.stage.legend import Entry, Legend
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.segmented import SegmentedSwitch


class CurvesView(View):
    """The losses of all runs over updates."""

    title = "Loss"
    interval = 0.2

    def __init__(self) -> None:
        super().__init__()
        self.names: Names = ()
        self.ghost: HistoryPrefix | None = None
        """Of the run before, to lie grey behind the others."""
        self._called: tuple[str, ...] = ()
        self.stage = CurvesStage()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stage)
        self.legend = Legend(self._entries)
        self.which = SegmentedSwitch(
            ("Train", "Test"), ("The loss over the training examples.", "The loss over the test examples.")
        )
        self.which.set_current(1)
        self.which.currentChanged.connect(lambda index: self.stage.choose((TRAIN, TEST)[index]))
        self.scale = SegmentedSwitch(
            ("Linear", "Log"),
            ("Equal steps are equal differences of the loss.", "Equal steps are equal ratios: small losses show, too."),
        )
        self.scale.set_current(1)
        self.scale.currentChanged.connect(lambda index: self.stage.set_logarithmic(index == 1))
        self._switches = QWidget()
        row = QHBoxLayout(self._switches)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.legend, 1)
        row.addWidget(self.which)
        row.addWidget(self.scale)

    def switches(self) -> QWidget:
        return self._switches

    def show_frame(self, frame: Frame) -> None:
        comparison = Comparison.of(frame, self.names)
        if comparison.names != self._called:
            self._called = comparison.names
            self.legend.renew()
        self.stage.show_comparison(comparison, self.ghost)

    def tables(self) -> Sequence[Table]:
        return [table] if (table := self.stage.table()) is not None else []

    def _entries(self) -> list[Entry]:
        return [
            Entry(f"{LETTERS[place]} {name}", badge_color(place), short=LETTERS[place], rank=place)
            for place, name in enumerate(self._called)
        ]
