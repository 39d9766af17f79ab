"""The sweeps there are, one below the other: how each is going, and what can be done about it."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.counting import counted
from nnstudio.ui.explanations.sweeps import SWEEPS
from nnstudio.ui.sweeps.name_field import NameField
from nnstudio.ui.sweeps.record import State, SweepRecord

_CHOOSES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class SweepRow(QFrame):
    """One sweep. Drawn anew whenever it has changed. Enter shows it, F2 renames it, Delete throws it away; a double
    click on its name renames it too."""

    chosen = Signal(object)  # SweepRecord
    go_on_wanted, delete_wanted = Signal(object), Signal(object)
    renamed = Signal(object, str)

    def __init__(self, record: SweepRecord) -> None:
        super().__init__()
        self.record = record
        self.setProperty("role", "sweep")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.title, self.figures, self.left, self.said = QLabel(), QLabel(), QLabel(), QLabel()
        self.title.setProperty("role", "strong")
        for label in (self.figures, self.left, self.said):
            label.setProperty("role", "caption")
        for label in (self.title, self.said):
            label.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Runs that are done")
        self.action = QPushButton()
        self.action.setProperty("role", "link")
        self.action.clicked.connect(self._act)
        self.name = NameField()
        self.name.named.connect(self._name)
        self.name.left.connect(self._end_naming)
        self.more = QPushButton("⋯")
        self.more.setProperty("role", "link")
        tip = "Rename it or throw it away."
        self.more.setToolTip(tip)
        self.more.setWhatsThis(SWEEPS["name"].html("Rename or delete", tip))
        self.more.clicked.connect(lambda: self._show_menu(self.more.mapToGlobal(self.more.rect().bottomLeft())))
        head, above, below = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.name, 1)
        head.addWidget(self.more, 0, Qt.AlignmentFlag.AlignTop)
        above.addWidget(self.figures, 1)
        above.addWidget(self.left)
        below.addWidget(self.said, 1)
        below.addWidget(self.action)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 9, 10, 9)
        column.setSpacing(5)
        column.addLayout(head)
        column.addLayout(above)
        column.addWidget(self.bar)
        column.addLayout(below)
        record.changed.connect(self.renew)
        self.renew()

    def set_chosen(self, chosen: bool) -> None:
        """Whether it is the one that is shown."""
        self.setProperty("chosen", chosen)
        self.style().unpolish(self)
        self.style().polish(self)

    def renew(self) -> None:
        """Say how it is going."""
        record, state = self.record, self.record.state
        made, runs, pace = record.made, record.runs, record.pace
        going = state in (State.RUNNING, State.WAITING)
        self.title.setText(record.title)
        whole = state is State.FINISHED
        self.figures.setText(counted(runs, "run") if whole else f"{made} of {counted(runs, 'run')}")
        self.figures.setVisible(record.spec is not None)
        left = pace.left if state is State.RUNNING else None
        self.left.setText("" if left is None else f"about {clock(left)} left")
        self.bar.setVisible(going)
        self.bar.setRange(0, max(pace.total, 1))
        self.bar.setValue(pace.done)
        self.said.setText(self._sentence(state))
        self.said.setProperty("tone", "better" if whole else "worse" if record.trouble else "")
        self.said.style().unpolish(self.said)
        self.said.style().polish(self.said)
        self.action.setVisible(going or state is State.STOPPED)
        name, tip = ("Cancel", "Stops it; what is in stays.") if going else ("Go on", "Trains what is missing.")
        self.action.setText(name)
        self.action.setAccessibleName(f"{name}: {record.title}")
        self.action.setToolTip(tip)
        self.action.setWhatsThis(SWEEPS["sweep"].html(name, tip))
        self.more.setAccessibleName(f"Rename or delete: {record.title}")
        self.setAccessibleName(record.title)
        self.setAccessibleDescription(f"{self.figures.text()}, {self.said.text()}")
        self.setToolTip(str(record.path))

    def _sentence(self, state: State) -> str:
        record = self.record
        if record.trouble:
            return record.trouble
        if state is State.WAITING:
            return "waits for the one before"
        if state is State.RUNNING:
            redone = record.pace.redone
            again = f", {counted(redone, 'job')} done again" if redone else ""
            return f"results so far are kept{again}"
        if state is State.FINISHED:
            return f"✓ finished in {clock(record.pace.seconds)}" if record.pace.seconds else "✓ finished"
        return "stopped"

    def _act(self) -> None:
        if self.record.state is State.STOPPED:
            self.go_on_wanted.emit(self.record)
        else:
            self.record.cancel()

    # Naming it, throwing it away.

    def rename(self) -> None:
        """Let its name be typed."""
        self.title.hide()
        self.name.begin(self.record.title)

    def _name(self, name: str) -> None:
        self.renamed.emit(self.record, name)

    def _end_naming(self) -> None:
        self.name.hide()
        self.title.show()

    def menu(self) -> QMenu:
        """What can be done to it."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&Rename\tF2").triggered.connect(self.rename)
        menu.addAction("&Delete\tDel").triggered.connect(lambda: self.delete_wanted.emit(self.record))
        return menu

    def _show_menu(self, at: QPoint) -> None:
        self.menu().popup(at)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._show_menu(event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.record)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.title.geometry().contains(event.position().toPoint()):
            self.rename()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _CHOOSES:
            self.chosen.emit(self.record)
        elif event.key() == Qt.Key.Key_F2:
            self.rename()
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit(self.record)
        else:
            super().keyPressEvent(event)


class SweepList(QScrollArea):
    """chosen: somebody wants to see this one"""

    chosen = Signal(object)  # SweepRecord
    go_on_wanted, delete_wanted = Signal(object), Signal(object)
    renamed = Signal(object, str)  # and the name

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._none = QLabel("No sweeps yet. New… asks for one.", wordWrap=True)
        self._none.setProperty("role", "dim")
        self._none.setContentsMargins(10, 6, 10, 6)
        self._column.addWidget(self._none)
        self._column.addStretch(1)
        self.setWidget(inside)
        inside.setAutoFillBackground(False)  # Qt has just filled it
        self.viewport().setAutoFillBackground(False)
        self.rows: list[SweepRow] = []

    def show_records(self, records: Sequence[SweepRecord]) -> None:
        """These, in this order."""
        here = QApplication.focusWidget()
        place = next((n for n, row in enumerate(self.rows) if here and (here is row or row.isAncestorOf(here))), None)
        for row in self.rows:
            row.record.changed.disconnect(row.renew)
            row.setParent(None)
            row.deleteLater()
        self.rows = [SweepRow(record) for record in records]
        for number, row in enumerate(self.rows):
            row.chosen.connect(self.chosen)
            row.go_on_wanted.connect(self.go_on_wanted)
            row.delete_wanted.connect(self.delete_wanted)
            row.renamed.connect(self.renamed)
            self._column.insertWidget(number, row)
        self._none.setVisible(not self.rows)
        if place is not None and self.rows:  # the one that had the keys may be gone
            heir = self.rows[min(place, len(self.rows) - 1)]
            heir.show()
            heir.setFocus()

    def mark(self, record: SweepRecord | None) -> None:
        """This one is shown."""
        for row in self.rows:
            row.set_chosen(row.record is record)


def clock(seconds: float) -> str:
    """A time in words: 4 s, 1 min 4 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}\u00a0s"
    if whole < 3600:
        return f"{whole // 60}\u00a0min {whole % 60}\u00a0s"
    return f"{whole // 3600}\u00a0h {whole % 3600 // 60}\u00a0min"
