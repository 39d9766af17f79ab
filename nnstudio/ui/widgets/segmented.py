"""A switch with a few named positions, side by side: Linear | Log.

One click or an arrow key chooses; the chosen segment is a raised chip without a colour of its own.
Stands at the right end of a card's title bar.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from nnstudio.ui.explanations.window import SEGMENTS


class SegmentedSwitch(QFrame):
    """Exactly one of `labels` is chosen, the first one to begin with. `tips` explain them in the same order."""

    currentChanged = Signal(int)  # noqa: N815 -- named as Qt names it on its own widgets

    def __init__(self, labels: Sequence[str], tips: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "switch")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for index, label in enumerate(labels):
            row.addWidget(self._segment(index, label))
        for index, tip in enumerate(tips):
            self._group.button(index).setToolTip(tip)
            self._group.button(index).setWhatsThis(_explained(labels[index], tip))
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._toggled)

    def current(self) -> int:
        """The position that is chosen."""
        return self._group.checkedId()

    def set_current(self, index: int) -> None:
        """Choose a position; `currentChanged` follows if it was another one before."""
        self._group.button(index).setChecked(True)

    def button(self, index: int) -> QPushButton:
        """One segment, for its tooltip and What's This."""
        button = self._group.button(index)
        assert isinstance(button, QPushButton)
        return button

    def _segment(self, index: int, label: str) -> QPushButton:
        button = QPushButton(label)
        button.setCheckable(True)
        button.setAccessibleName(label)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setProperty("role", "segment")
        self._group.addButton(button, index)
        return button

    def _toggled(self, index: int, chosen: bool) -> None:
        # Tab comes to the chosen one; Qt sees to that only where a hand has chosen.
        self.button(index).setFocusPolicy(Qt.FocusPolicy.TabFocus if chosen else Qt.FocusPolicy.NoFocus)
        if chosen:
            self.currentChanged.emit(index)


def _explained(label: str, tip: str) -> str:
    return SEGMENTS[label].html(label, tip) if label in SEGMENTS else tip
