"""The inputs of an example of a table, one below the other; of many the first, until somebody unfolds the rest."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from nnstudio.ui.explanations.microscope import MICROSCOPE

FOLD = 8
"""Of more inputs so many are shown."""


class ValueList(QWidget):
    """A name and a number in each line."""

    def __init__(self) -> None:
        super().__init__()
        self._values: list[tuple[str, str]] = []
        self._open = False
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 6, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 1)
        area = QScrollArea(widgetResizable=True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.more = QPushButton()
        self.more.setAccessibleName("Show all inputs")
        self.more.setProperty("role", "small")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.setToolTip("Show all inputs of this example, or the first eight alone.")
        self.more.setWhatsThis(MICROSCOPE["All inputs"].html("All inputs", self.more.toolTip()))
        self.more.clicked.connect(self._turn)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(area, 1)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def show_values(self, values: Sequence[tuple[str, str]]) -> None:
        """These names and numbers from now on."""
        self._values = list(values)
        self._fill()

    @property
    def lines(self) -> list[str]:
        """What is in sight, line by line."""
        return [f"{name} {value}" for name, value in self._in_sight()]

    def _in_sight(self) -> list[tuple[str, str]]:
        return self._values if self._open else self._values[:FOLD]

    def _turn(self) -> None:
        self._open = not self._open
        self._fill()

    def _fill(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for row, (name, value) in enumerate(self._in_sight()):
            words, figure = QLabel(name), QLabel(value)
            words.setProperty("role", "caption")
            words.setToolTip(name)
            figure.setProperty("role", "figure")
            figure.setAccessibleName(f"{name} {value}")
            self._grid.addWidget(words, row, 0)
            self._grid.addWidget(figure, row, 1, Qt.AlignmentFlag.AlignRight)
        self._grid.setRowStretch(len(self._in_sight()), 1)
        rest = len(self._values) - FOLD
        self.more.setVisible(rest > 0)
        self.more.setText("the first eight" if self._open else f"+ {rest} more")
        self.more.setAccessibleName("Show the first eight inputs" if self._open else f"Show {rest} more inputs")
