"""The window of the learning-rate finder: a range test on a copy of the run, and a rate that is taken by a click."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from nnstudio.core.run.commands import Recalled
from nnstudio.core.training.rate_finder import RangeTest, RateFinder, first_state, rounded
from nnstudio.ui import theme
from nnstudio.ui.explanations.rate_finder import RATE_FINDER
from nnstudio.ui.panels.measuring_dialog import MeasuringDialog
from nnstudio.ui.panels.rate_finder.chart import RateChart
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.figures import decimal, tick
from nnstudio.ui.widgets.table_dialog import TableDialog

BEGINNINGS = {
    "Now": "From the weights and the optimiser's memory of now.",
    "First weights": "From the first weights of the same seed.",
}
_FIRST = 1
_TIPS = {
    "tenth": "Take a tenth of the rate with the lowest loss, which is proposed. Undo takes it back.",
    "steepest": "Take the rate at which the loss falls fastest. Undo takes it back.",
    "again": "The same test from the run of now.",
    "cancel": "End the test; what is known so far stays.",
    "table": "Rates and losses as numbers.",
    "close": "Close the dialog; the learning rate stays as it is.",
}
NO_FALL = (
    "The loss does not fall at any rate by more than chance: from here this test proposes nothing. "
    "From the first weights it says more."
)


class RateFinderDialog(MeasuringDialog):
    """The test begins at once, on a copy; the run goes on."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Find a learning rate", RATE_FINDER, _TIPS, session, parent)
        self._test: RangeTest | None = None
        self.beginning = self._switch(BEGINNINGS)
        self.chart = RateChart()
        self.tenth, self.steepest = self._button("tenth", "Use a tenth"), self._button("steepest", "Use the steepest")
        self.tenth.setProperty("role", "primary")
        self.again = self._button("again", "Again")
        self.tenth.clicked.connect(partial(self._use, "tenth"))
        self.steepest.clicked.connect(partial(self._use, "steepest"))
        self.again.clicked.connect(self._ask)
        self._lay_out()
        self._ask()

    def _lay_out(self) -> None:
        above, below = QHBoxLayout(), QHBoxLayout()
        above.setSpacing(12)
        above.addWidget(QLabel("From"))
        above.addWidget(self.beginning)
        above.addWidget(self.bar, 1)
        for button in (self.cancel, self.again):
            above.addWidget(button)
        below.setSpacing(8)
        below.addWidget(self.tenth)
        below.addWidget(self.steepest)
        below.addStretch(1)
        for button in (self.table, self.shut):
            below.addWidget(button)
        self.caption.setMinimumHeight(round(54 * theme.text_scale()))
        self._stack([above], self.chart, below)
        self.resize(720, 520)

    # The test.

    def _measure(self, _: int = 0) -> None:
        found = self._recalled
        if found is None:
            return
        self._test = None
        self.chart.show_test(None)
        self._work.begin(partial(_tests, found, self.beginning.current() == _FIRST), (ValueError, MemoryError))
        self.bar.setValue(0)
        self._show_busy()

    def _show(self, found: RangeTest) -> None:
        self._test = found
        self.bar.setValue(round(1000 * found.share))
        self.chart.show_test(found)

    def _end(self, error: str) -> None:
        self._show_busy()
        if error:
            self.caption.setText(error)

    def _show_busy(self) -> None:
        busy, test = self._work.busy, self._test
        self.cancel.setEnabled(busy)
        self.again.setEnabled(not busy)
        self.bar.setEnabled(busy)
        self.table.setEnabled(test is not None)
        self.caption.setText(self._words(test, busy))
        self.chart.setAccessibleDescription(self.chart.summary())
        for button, name, words in ((self.tenth, "tenth", "a tenth"), (self.steepest, "steepest", "the steepest")):
            rate = self._rate(name)
            button.setEnabled(rate is not None)
            button.setText(f"Use {words}" if rate is None else f"Use {tick(rate)}")
            button.setAccessibleName(f"{button.text()}, {words}")

    def _rate(self, name: str) -> float | None:
        """What a button takes, once the test has come to its end."""
        rate = getattr(self._test, name) if self._test is not None and self._test.end else None
        return rounded(rate) if rate is not None else None

    def _words(self, test: RangeTest | None, busy: bool) -> str:
        """What the test has found, and why that rate is proposed."""
        if busy:
            return "Trains a copy while the rate rises. The run itself is not touched."
        if test is None or not test.end:
            return "Cancelled before its end: there is no rate to propose. The run is as it was."
        if test.tenth is None or test.lowest is None or test.steepest is None:
            return f"{test.end} {NO_FALL}"
        low = decimal(test.loss_at(test.lowest))
        return (
            f"{test.end} The smoothed loss fell from {decimal(test.before)} to {low}, lowest at η = "
            f"{decimal(test.lowest, 2)} and steepest at {decimal(test.steepest, 2)}. Proposed is a tenth of the "
            f"former, {decimal(test.tenth, 2)}, rounded down: where the loss is lowest steps are nearly too large."
        )

    def _use(self, name: str) -> None:
        rate = self._rate(name)
        if rate is None:
            return
        old = self._session.experiment
        self._session.edit(replace(old, training=replace(old.training, learning_rate=rate)))
        self.close()

    def _show_table(self) -> None:
        if (table := self.chart.table()) is not None:
            TableDialog(self.windowTitle(), [table], 0, self).open()


def _tests(found: Recalled, first: bool) -> Iterator[RangeTest]:
    """On a thread of its own."""
    state = first_state(found.now, found.dataset) if first else found.now
    yield from RateFinder(state, found.dataset).tests()
