"""The bar over the sweeps, in the place of the transport bar: back to training, and what is shown."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.ui import theme
from nnstudio.ui.explanations.sweeps import SWEEPS
from nnstudio.ui.sweeps.record import State, SweepRecord
from nnstudio.ui.widgets.figures import grouped

_PILLS = {
    State.FINISHED: ("● Finished", "good"),
    State.RUNNING: ("● Running", "good"),
    State.WAITING: ("Ⅱ Waiting", "quiet"),
    State.STOPPED: ("Ⅱ Stopped", "quiet"),
    State.BROKEN: ("● Damaged", "bad"),
}
_NARROW = 1000


class Bar(QFrame):
    """Its buttons ask for what their names say."""

    closed = Signal()
    csv_wanted = Signal()
    best_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setAccessibleName("Sweeps")
        self.back, self.csv, self.best = QPushButton("‹  Training"), QPushButton(), QPushButton()
        self.best.setProperty("role", "primary")
        for button, signal, name, tip in (
            (self.back, self.closed, "open", "Back to the cards; sweeps go on."),
            (self.csv, self.csv_wanted, "csv", "Save all figures as a table."),
            (self.best, self.best_wanted, "open", "Open the best run in the window."),
        ):
            button.clicked.connect(signal)
            button.setToolTip(tip)
            button.setWhatsThis(SWEEPS[name].html(button.text().strip("‹ "), tip))
        self.title, self.subtitle = QLabel(), QLabel()
        self.title.setProperty("role", "strong")
        self.subtitle.setProperty("role", "caption")
        self.runs, self.time = _Figure("runs"), _Figure("min")
        self.pill = QLabel()
        self.pill.setProperty("role", "pill")
        self.pill.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 7, 16, 8)
        row.setSpacing(14)
        row.addWidget(self.back)
        row.addLayout(words)
        row.addSpacing(16)
        row.addWidget(self.runs)
        row.addWidget(self.time)
        row.addWidget(self.pill)
        row.addStretch(1)
        row.addWidget(self.csv)
        row.addWidget(self.best)
        self._name_buttons()
        self.show_record(None)

    def show_record(self, record: SweepRecord | None) -> None:
        """Say what is shown."""
        there = record is not None and record.spec is not None
        self.title.setText("Sweeps" if record is None else record.title)
        self.subtitle.setText("" if record is None else record.subtitle)
        for widget in (self.subtitle, self.runs, self.csv, self.best):
            widget.setVisible(there)
        self.pill.setVisible(record is not None)
        seconds = 0.0 if record is None else record.pace.seconds
        self.time.setVisible(bool(there and seconds))
        if record is None:
            return
        made = record.made
        self.runs.say(f"{grouped(made)} / {grouped(record.runs)}")
        self.time.say(f"{int(seconds) // 60}:{int(seconds) % 60:02}", f"min {record.where}")
        for button in (self.csv, self.best):
            button.setEnabled(made > 0)
        text, tone = _PILLS[record.state]
        self.pill.setText(text)
        self.pill.setProperty("tone", tone)
        self.pill.style().unpolish(self.pill)
        self.pill.style().polish(self.pill)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._name_buttons()

    def _name_buttons(self) -> None:
        narrow = self.width() < _NARROW * theme.text_scale()
        self.csv.setText("CSV…" if narrow else "Save results.csv…")
        self.best.setText("Open best" if narrow else "Open best in window")

    def minimumSizeHint(self) -> QSize:
        return QSize(600, super().minimumSizeHint().height())


class _Figure(QWidget):
    """A number over its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._number, self._name = QLabel(), QLabel(name)
        self._number.setProperty("role", "counter")
        self._name.setProperty("role", "caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._number)
        column.addWidget(self._name)

    def say(self, number: str, name: str = "") -> None:
        """Show this number."""
        self._number.setText(number)
        if name:
            self._name.setText(name)
