"""How much of a run's past is kept: what it takes now, and what it may take."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from nnstudio.core.run.commands import Remember
from nnstudio.core.run.frame import Past
from nnstudio.ui.explanations.history import HISTORY
from nnstudio.ui.panels.history_strip import MEGABYTE, memory_text
from nnstudio.ui.session import Session
from nnstudio.ui.settings import HISTORY_MEGABYTES, Settings
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.segmented import SegmentedSwitch

WIDTH = 420


class HistoryDialog(QDialog):
    """A choice is in force at once, and remembered."""

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "form")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("History")
        self._session, self._settings = session, settings
        self.said = QLabel(wordWrap=True)
        names = tuple(f"{size} MB" if size < 1024 else f"{size // 1024} GB" for size in HISTORY_MEGABYTES)
        tips = tuple(f"The states of the past take at most {name}." for name in names)
        self.sizes = SegmentedSwitch(names, tips)
        self.sizes.set_current(HISTORY_MEGABYTES.index(settings.history_megabytes))
        self.sizes.setAccessibleName("Memory for the history")
        for index in range(len(names)):
            self.sizes.button(index).setWhatsThis(HISTORY["memory"].html("Memory", tips[index]))
        self.sizes.currentChanged.connect(self._choose)
        asked = QLabel("Memory for the states of a run's past:")
        note = QLabel("They lie dense near now and evenly over the whole run. What lies between is replayed.")
        note.setProperty("role", "caption")
        note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        for widget in (self.said, asked, self.sizes, note, buttons):
            column.addWidget(widget)
        self.setMinimumWidth(WIDTH)
        session.frame_shown.connect(self._show)
        self._show()

    def _show(self, _: object = None) -> None:
        frame = self._session.frame
        if frame is not None and frame.past is not None:
            self.said.setText(sentence(frame.past))

    def _choose(self, index: int) -> None:
        self._settings.history_megabytes = HISTORY_MEGABYTES[index]
        self._settings.save()
        self._session.send(Remember(HISTORY_MEGABYTES[index] * MEGABYTE))


def sentence(past: Past) -> str:
    """What is kept of a run, and how far it reaches."""
    span = f"update {grouped(past.beginning)} to {grouped(past.updates)}"
    states = "state is" if past.states == 1 else "states are"
    return f"{past.states} {states} kept, from {span}: {memory_text(past)}."
