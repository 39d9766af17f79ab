"""A pad beside the card: draw an image of your own, say what it is meant to be, and follow it."""

from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.data.drawing import pixels_of
from nnstudio.core.run.example import TypedInputs
from nnstudio.ui import theme
from nnstudio.ui.examples.pad import PadStage
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.widgets.option_box import FlatBox

_SIDE = 276


class DrawPopup(QFrame):
    """Over the page; `drawn` gives the `TypedInputs`, Escape closes."""

    drawn = Signal(object)
    closed = Signal()

    def __init__(self, dataset: Dataset, label: int, page: QWidget) -> None:
        super().__init__(page)
        self.setProperty("role", "popover")
        self.setAccessibleName("Draw one")
        self.setWhatsThis(MICROSCOPE["Draw one"].html("Draw one"))
        self._dataset = dataset
        self.pad = PadStage()
        self.pad.set_shape(*dataset.recipe.shape)
        side = round(_SIDE * theme.text_scale())
        self.pad.setFixedSize(side, side)
        self.pad.changed.connect(self._show)
        self.target = FlatBox()
        for name in dataset.class_names:
            self.target.addItem(name)
        self.target.setCurrentIndex(label)
        self.target.setAccessibleName("Meant to be")
        self.target.setToolTip("What the drawing is meant to be: the loss compares the answer with it.")
        self.target.setWhatsThis(MICROSCOPE["Draw one"].html("Meant to be", self.target.toolTip()))
        self.follow = self._button("Follow it", "Send the drawing through the held network.")
        self.follow.clicked.connect(self._give)
        self.wipe = self._button("Clear", "Take all strokes away.")
        self.wipe.clicked.connect(self.pad.wipe)
        row = QHBoxLayout()
        words = QLabel("meant to be")
        words.setProperty("role", "caption")
        row.addWidget(words)
        row.addWidget(self.target)
        row.addStretch(1)
        row.addWidget(self.wipe)
        row.addWidget(self.follow)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self.pad)
        column.addLayout(row)
        self._show()

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "small")
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setWhatsThis(MICROSCOPE["Draw one"].html(text, tip))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def show_at(self, position: QPoint) -> None:
        """With its upper left corner here, inside the page."""
        self.adjustSize()
        page = self.parentWidget()
        assert page is not None
        area = page.rect().adjusted(8, 8, -8, -8)
        x = max(min(position.x(), area.right() - self.width()), area.left())
        y = max(min(position.y(), area.bottom() - self.height()), area.top())
        self.move(x, y)
        self.show()
        self.raise_()
        self.pad.setFocus()

    def _show(self) -> None:
        drawn = bool(self.pad.strokes)
        self.follow.setEnabled(drawn)
        self.wipe.setEnabled(drawn)

    def _give(self) -> None:
        height, width = self._dataset.recipe.shape
        image: Any = pixels_of(self.pad.strokes, (height, width), self._dataset.spec.kind)  # type: ignore[union-attr]
        if image is not None:
            target = np.eye(self._dataset.classes)[self.target.currentIndex()]
            self.drawn.emit(TypedInputs(tuple(map(float, image.ravel())), tuple(target.tolist())))
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
