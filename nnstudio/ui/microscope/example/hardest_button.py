"""Brings the example that costs most in the held state; pressed again, the one behind it."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton

from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.trace import Trace
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.beside import Beside
from nnstudio.ui.microscope.example.held_answers import SOUGHT, hardest_of
from nnstudio.ui.widgets.note import Note

_NAME = "Hardest"
_Found = tuple[Held, SplitName, NDArray[np.int64]]


class HardestButton(QPushButton):
    """Looks through the split of the example in hand, on another thread, once for each held state."""

    found = Signal(object)  # Chosen

    def __init__(self) -> None:
        super().__init__(_NAME)
        self.setProperty("role", "small")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(_NAME)
        self.setToolTip(f"The example of this split that costs most, among {SOUGHT}; press again for the next one.")
        self.setWhatsThis(MICROSCOPE[_NAME].html(_NAME, self.toolTip()))
        self.clicked.connect(self._seek)
        self._trace: Trace | None = None
        self._found: _Found | None = None
        self._place = -1
        self._beside, self._note = Beside(self), Note(self)

    def show_trace(self, trace: Trace) -> None:
        """The example in hand."""
        if self._trace is not None and trace.held is not self._trace.held:
            self.release()
        self._trace = trace

    def release(self) -> None:
        """Hold nothing any more."""
        self._beside.forget()
        self._trace = self._found = None
        self._rest()

    def _rest(self) -> None:
        self.setEnabled(True)
        self.setText(_NAME)

    def _seek(self) -> None:
        if self._trace is None:
            return
        held, chosen = self._trace.held, self._trace.chosen
        name = chosen.split if isinstance(chosen, Chosen) else SplitName.TRAINING
        if self._found is not None and self._found[1] is name:
            self._next(self._found)
            return
        self.setEnabled(False)
        self.setText("Looking …")
        self._beside.begin(lambda: (held, name, hardest_of(held, name)), self._take, self._fail)

    def _fail(self, why: str) -> None:
        self._rest()
        self._note.say(f"The hardest example could not be found: {why}. Press again to look once more.")

    def _take(self, found: _Found) -> None:
        self._rest()
        self._found, self._place = found, -1
        self._next(found)

    def _next(self, found: _Found) -> None:
        """The first, or where that is in hand already, the one behind it."""
        _, name, order = found
        chosen = self._trace.chosen if self._trace is not None else None
        here = self._place >= 0 and chosen == Chosen(name, int(order[self._place]))
        self._place = (self._place + 1) % len(order) if here else 0
        self.found.emit(Chosen(name, int(order[self._place])))
