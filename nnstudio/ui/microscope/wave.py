"""Plays the steps of the microscope one after the other."""

from PySide6.QtCore import QTimer, Signal

EACH = 600
WHOLE = 12_000
"""Milliseconds: a step takes so long, and all of them together not longer."""


class Wave(QTimer):
    """`timeout` asks for the next step; `playing` tells whether it goes on."""

    playing = Signal(bool)

    def toggle(self, steps: int, may_not: bool = False) -> None:
        """Play so many steps, or rest."""
        if self.isActive() or may_not:
            self.rest()
        else:
            self.start(min(EACH, WHOLE // max(steps, 1)))
            self.playing.emit(True)

    def rest(self) -> None:
        """Play nothing."""
        if self.isActive():
            self.stop()
            self.playing.emit(False)
