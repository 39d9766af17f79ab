"""Chips: small on/off choices that stand in a row and wrap.

The network's inputs are chosen so. The order of the chosen ones is that of the enumeration, whatever was clicked first,
and the last one cannot be taken away.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from nnstudio.core.experiment.setting import Choice
from nnstudio.ui.explanations import Explanation
from nnstudio.ui.widgets.note import Note
from nnstudio.ui.widgets.roving import Roving

GAP = 6


class ChipRow(QWidget):
    """One chip for each member of a choice. `chosen` gives the tuple of those that are on, after a click."""

    chosen = Signal(object)

    def __init__(
        self,
        choice: type[Choice],
        last: str,
        explanations: Mapping[Any, Explanation],
        parent: QWidget | None = None,
    ) -> None:
        """`last` is the sentence for whoever takes the last one away, `explanations` what Shift+F1 says of each."""
        super().__init__(parent)
        self._last = last
        self._explanations = explanations
        self._note = Note(self)
        self.chips = {member: self._chip(member) for member in choice}
        Roving(self, tuple(self.chips.values()))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def current(self) -> tuple[Choice, ...]:
        """The members that are on."""
        return tuple(member for member, chip in self.chips.items() if chip.isChecked())

    def set_current(self, members: Iterable[Choice]) -> None:
        """Turn these on and the others off; emits nothing."""
        on = set(members)
        for member, chip in self.chips.items():
            with QSignalBlocker(chip):
                chip.setChecked(member in on)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(width, move=False)

    def sizeHint(self) -> QSize:
        return QSize(180, self.heightForWidth(max(self.width(), 160)))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width(), move=True)

    def _chip(self, member: Choice) -> QPushButton:
        chip = QPushButton(member.label, self)
        chip.setProperty("role", "chip")
        chip.setCheckable(True)
        chip.setToolTip(member.help)
        chip.setWhatsThis(self._explanations[member].html(member.label, member.help))
        chip.setAccessibleDescription(member.help)
        chip.setCursor(Qt.CursorShape.PointingHandCursor)
        chip.toggled.connect(self._toggled)
        return chip

    def _arrange(self, width: int, move: bool) -> int:
        """Set the chips in rows of this width; returns the height that takes."""
        x = y = 0
        height = 0
        for chip in self.chips.values():
            size = chip.sizeHint()
            if x and x + size.width() > width:
                x, y = 0, y + size.height() + GAP
            if move:
                chip.setGeometry(x, y, size.width(), size.height())
            x += size.width() + GAP
            height = y + size.height()
        return height

    @Slot(bool)
    def _toggled(self, on: bool) -> None:
        if self.current():
            self._note.hide()
            self.chosen.emit(self.current())
            return
        chip = self.sender()
        if isinstance(chip, QPushButton):
            with QSignalBlocker(chip):
                chip.setChecked(True)
        self._note.say(self._last)
