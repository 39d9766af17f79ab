"""The wall with what hangs on it in words, a press to look again, and the way back.

For a cell of the confusion matrix it shows the test examples that the cell counted when it was opened; for *Hardest*
what a search has found. Neither changes while somebody looks at it: it says of which update it is true.
"""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.core.run.example import SplitName
from nnstudio.core.run.frame import Frame
from nnstudio.core.run.hardest import Hardest
from nnstudio.ui import theme
from nnstudio.ui.icons import icon
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.output.collection import Collection, of_cell, of_hardest
from nnstudio.ui.views.output.icon_button import icon_button
from nnstudio.ui.views.output.wall import WallStage
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.segmented import SegmentedSwitch

_SPLITS = (SplitName.TRAINING, SplitName.TEST)
_COMFORT = 140
"""So high a wall shows a good deal, with normal text."""


class WallPanel(QWidget):
    """Hidden until something hangs there: the examples of `cell`, or the hardest.

    cell: which one is open, as (answer, truth); None while it is none
    """

    example_chosen = Signal(object)  # Chosen
    hardest_wanted = Signal(object)  # SplitName
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cell: Spot | None = None
        self.shows_hardest = False
        self._frame: Frame | None = None
        self._collection: Collection | None = None
        self._run = 0
        self._fresh = True
        self.stage = WallStage()
        self.stage.example_chosen.connect(self.example_chosen)
        self.stage.left.connect(self.closed)
        self.title, self.below = QLabel(), QLabel()
        for label, role in ((self.title, "strong"), (self.below, "dim")):
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setMinimumWidth(1)
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.splits = SegmentedSwitch(
            ("Train", "Test"), ("Of the examples it trains on.", "Of the examples that only test it.")
        )
        self.splits.set_current(1)
        self.splits.currentChanged.connect(self._look)
        self.again = icon_button("renew", "Look again", "Shows what is true of the network of now.")
        self.close_button = icon_button("close", "Close the wall", "The pictures of all examples come back.")
        self.again.clicked.connect(self.renew)
        self.close_button.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.splits)
        head.addWidget(self.title, 1)
        head.addStretch()
        for button in (self.again, self.close_button):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.below)
        column.addWidget(self.stage, 1)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether anything hangs here, or is looked for."""
        return self.cell is not None or self.shows_hardest

    def comfort(self) -> int:
        """The height from which on it shows a good deal."""
        return self.again.sizeHint().height() + self.fontMetrics().height() + round(_COMFORT * theme.text_scale())

    # What hangs.

    def open_cell(self, frame: Frame, cell: Spot) -> bool:
        """Hang the examples that this cell of the confusion matrix counts; whether it is known which."""
        collection = of_cell(frame, cell.row, cell.column)
        if collection is None:
            return False
        self.cell, self.shows_hardest, self._frame = cell, False, frame
        self.splits.hide()
        self.title.show()
        self.title.setText(collection.name)
        self._hang(collection)
        return True

    def open_hardest(self, frame: Frame) -> None:
        """Look for the examples that cost most."""
        self.cell, self.shows_hardest, self._frame = None, True, frame
        self.title.hide()
        self.splits.show()
        self._hang(None)
        self._look()

    def take_down(self) -> None:
        """Nothing hangs here any more."""
        self.cell, self.shows_hardest = None, False
        self._hang(None)

    def renew(self) -> None:
        """Show what is true of the network of now."""
        if self.shows_hardest:
            self._look()
        elif self.cell is not None and self._frame is not None:
            self.open_cell(self._frame, self.cell)

    def _look(self) -> None:
        if self.shows_hardest:
            self._say("looking …")
            self.hardest_wanted.emit(_SPLITS[self.splits.current()])

    def show_hardest(self, hardest: Hardest) -> None:
        """Hang what a search has found, if somebody still waits for it."""
        wanted = self.shows_hardest and hardest.split is _SPLITS[self.splits.current()]
        if wanted and self._frame is not None and hardest.dataset is self._frame.dataset:
            self._hang(of_hardest(hardest))

    def refuse(self, sentence: str) -> None:
        """Why nothing was found."""
        if self.shows_hardest:
            self._hang(None)
            self._say(sentence)

    def _hang(self, collection: Collection | None) -> None:
        self._collection = collection
        if self._frame is not None:
            self._run = self._frame.run
        self.stage.hang(collection)
        self._tell(fresh=True)

    # The run goes on.

    def show_frame(self, frame: Frame) -> None:
        """Mark the example that is followed, and say whether the run has moved on. Of other data a cell is closed, and
        the hardest are looked for anew."""
        before, self._frame = self._frame, frame
        if before is not None and before.dataset is not frame.dataset:
            if self.cell is not None or type(before.dataset.domain) is not type(frame.dataset.domain):
                self.closed.emit()
            elif self.shows_hardest:
                self.open_hardest(frame)
        self.stage.show_frame(frame)
        if self._collection is not None:
            fresh = self._updates(frame) == self._collection.updates and frame.run == self._run
            if fresh != self._fresh:
                self._tell(fresh)

    def _updates(self, frame: Frame) -> int:
        """The update that a look at this frame would show."""
        return frame.updates if self.shows_hardest or frame.measured_at < 0 else frame.measured_at

    def _tell(self, fresh: bool) -> None:
        """How many there are, of which network; and by a lit button that there is a newer one."""
        self._fresh, collection = fresh, self._collection
        if collection is not None:
            same = self._frame is None or self._frame.run == self._run
            when = f"update {grouped(collection.updates)}" if same else "the network before"
            self._say(f"{collection.about} · {when}")
        self.again.setIcon(icon("renew", "dim" if fresh else "accent"))
        moved = "" if fresh else " The run has moved on since."
        self.again.setToolTip(f"Look again. Shows what is true of the network of now.{moved}")
        self.again.setAccessibleDescription(moved.strip())

    def _say(self, text: str) -> None:
        self.below.setText(text)
        self._make_room()

    def _make_room(self) -> None:
        """All lines of the words are seen: a layout would rather cut them than the wall."""
        self.below.setMinimumHeight(max(self.below.heightForWidth(self.width()), 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    # Keys.

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _escapes(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _escapes(event):
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def _escapes(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Escape
