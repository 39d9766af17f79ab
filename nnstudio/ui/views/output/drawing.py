"""A drawing pad for networks that learn images: what you draw, what the network sees of it, and how sure it is.

The answer comes from the newest frame's model, so it changes while you draw and while the network learns.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from nnstudio.core.data.drawing import pixels_of
from nnstudio.core.network.predict import predict
from nnstudio.core.run.frame import Frame
from nnstudio.ui.examples.pad import PadStage
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.output.seen import SeenStage
from nnstudio.ui.views.output.shares import SharesStage
from nnstudio.ui.widgets.figures import percent

MILLISECONDS = 15
"""Between two answers while somebody draws."""
_UNDO = "Undo stroke"
_GAP, _BETWEEN = 8, 12
_SMALLEST_PAD, _LOWEST_BARS, _HIGHEST_BARS = 84, 62, 160


class DrawingPane(QWidget):
    """Pad, what the network sees, two buttons, and a bar for each class."""

    def __init__(self) -> None:
        super().__init__()
        self._frame: Frame | None = None
        self._image: NDArray[np.uint8] | None = None
        self.pad, self.seen, self.shares = PadStage(), SeenStage(), SharesStage()
        self.undo = self._button(_UNDO, "undo", "Takes the last stroke back (Ctrl+Z on the pad).")
        self.wipe = self._button("Clear", "", "Takes all strokes away; Undo stroke brings them back.")
        for child in (self.pad, self.seen, self.undo, self.wipe, self.shares):
            child.setParent(self)  # in this order, which Tab follows
        self.undo.clicked.connect(self.pad.undo)
        self.wipe.clicked.connect(self.pad.wipe)
        self._rest = QTimer(self, singleShot=True, interval=MILLISECONDS)
        self._rest.timeout.connect(self._look)
        self.pad.changed.connect(self._changed)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._show_buttons()

    def _button(self, text: str, picture: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "labelled")
        button.setProperty("bare", not picture)
        button.setText(ICON_GAP + text if picture else text)
        button.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon if picture else Qt.ToolButtonStyle.ToolButtonTextOnly
        )
        if picture:
            button.setIcon(icon(picture))
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setWhatsThis(VIEWS[text].html(text, tip))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    # What happens.

    def show_frame(self, frame: Frame, legible: bool) -> None:
        """Answer with this frame's model from now on; at once where it is time for new figures."""
        before, self._frame = self._frame, frame
        if before is None or before.dataset is not frame.dataset:
            self._look()
        elif legible:
            self._answer()

    def tables(self) -> Sequence[Table]:
        """The probabilities, and the pixels, where something is drawn."""
        return [table for table in (self.shares.table(), self.seen.table()) if table is not None]

    def _changed(self) -> None:
        self._show_buttons()
        if not self._rest.isActive():
            self._rest.start()

    def _show_buttons(self) -> None:
        self.undo.setEnabled(self.pad.can_undo)
        self.wipe.setEnabled(bool(self.pad.strokes))

    def _look(self) -> None:
        """The drawing has changed, or the data that it is to be like."""
        if self._frame is None:
            return
        recipe, kind = self._frame.model.recipe, self._frame.dataset.spec.kind
        height, width = recipe.shape
        for sheet in (self.pad, self.seen):
            sheet.set_shape(height, width)
        self._image = pixels_of(self.pad.strokes, (height, width), kind)
        self.seen.show_image(self._image)
        self._answer()

    def _answer(self) -> None:
        if self._frame is None:
            return
        model = self._frame.model
        shares = None if self._image is None else predict(model, self._image[None])[0]
        self.shares.show_shares(model.target_names, shares)
        best = self.shares.best()
        if shares is None or best is None:
            self.seen.show_answer("", "")
        else:
            self.seen.show_answer(model.target_names[best], percent(float(shares[best])))

    # Sizes.

    def full_height(self, width: int) -> int:
        """The height beyond which the picture grows no more in this width."""
        return self._widest_pad(width) + 2 * _GAP + self._buttons_height() + _HIGHEST_BARS

    def _widest_pad(self, width: int) -> int:
        return max(width - self.seen.narrowest() - _BETWEEN, _SMALLEST_PAD)

    def _buttons_height(self) -> int:
        return self.undo.sizeHint().height()

    def _lay(self) -> None:
        width, buttons = self.width(), self._buttons_height()
        side = min(self._widest_pad(width), self.height() - buttons - 2 * _GAP - _LOWEST_BARS)
        side = max(side, _SMALLEST_PAD)
        self.pad.setGeometry(0, 0, side, side)
        self.seen.setGeometry(side + _BETWEEN, 0, max(width - side - _BETWEEN, 1), side)
        for text in (_UNDO, "Undo"):  # the shorter one where there is no room for the other
            self.undo.setText(ICON_GAP + text)
            if self.undo.sizeHint().width() + _GAP + self.wipe.sizeHint().width() <= width:
                break
        left, top = 0, side + _GAP
        for button in (self.undo, self.wipe):
            button.setGeometry(left, top, button.sizeHint().width(), buttons)
            left += button.width() + _GAP
        top += buttons + _GAP
        self.shares.setGeometry(0, top, width, max(min(self.height() - top, _HIGHEST_BARS), 1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._lay()

    def sizeHint(self) -> QSize:
        return QSize(290, self.full_height(290))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, _SMALLEST_PAD + 2 * _GAP + self._buttons_height() + _LOWEST_BARS)
