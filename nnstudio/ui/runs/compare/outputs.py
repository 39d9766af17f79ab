"""The outputs of the runs side by side, and what one of them has over another."""

from collections.abc import Sequence

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, PlanePicture, Probe, Status, TablePicture
from nnstudio.ui.explanations.compare import COMPARE
from nnstudio.ui.runs.badge import LETTERS
from nnstudio.ui.runs.compare.board import SPACING, Board, Head
from nnstudio.ui.runs.compare.comparison import Comparison, Names
from nnstudio.ui.runs.compare.confusion_difference import ConfusionDifference
from nnstudio.ui.runs.compare.difference_stage import DifferenceStage
from nnstudio.ui.stage.table import Table
from nnstudio.ui.views.view import View
from nnstudio.ui.widgets.segmented import SegmentedSwitch

LEGIBLE_MILLISECONDS = 150
_PAIRS = ((0, 1), (0, 2), (1, 2))


class Difference(QWidget):
    """A − B, with where they disagree."""

    def __init__(self) -> None:
        super().__init__()
        self.head = Head()
        self.on_plane, self.confusion = DifferenceStage(), ConfusionDifference()
        self.confusion.hide()
        self._pair: object = None
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(self.head)
        column.addWidget(self.on_plane, 1)
        column.addWidget(self.confusion, 1)
        self.on_plane.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.on_plane:
            plane = self.on_plane.plane()
            self.head.stand_over(plane.left(), self.on_plane.width() - plane.right())
        return super().eventFilter(watched, event)

    def leave(self, below: int) -> None:
        """So much below the picture, for it to be as large as those of the runs."""
        self._column.setContentsMargins(0, 0, 0, below)

    def show_frames(self, frames: Sequence[Frame], places: tuple[int, int], legible: bool) -> None:
        """Draw the one at the first of these places minus the one at the second."""
        one, other = frames[places[0]], frames[places[1]]
        on_plane = isinstance(one.picture, PlanePicture)
        if on_plane == self.on_plane.isHidden():
            self.head.stand_over(0.0, 0.0)  # until the plane has its place
        self.on_plane.setVisible(on_plane)
        self.confusion.setVisible(not on_plane)
        pair = places, frames[0].run, [frame.experiment for frame in frames[1:]]
        if pair != self._pair:
            self._pair = pair
            self.on_plane.places_of = self.confusion.places_of = places
            self.on_plane.forget()
            self.confusion.forget()
            self.head.figure.shrink()
        if on_plane:
            self.on_plane.show_frames(one, other)
        else:
            self.confusion.show_frames(one, other)
        if legible:
            stage = self.on_plane if on_plane else self.confusion
            first, second = (LETTERS[place] for place in places)
            words = "where they disagree, of the plane" if on_plane and stage.headline() else ""
            self.head.say(f"{first} − {second}", words, stage.headline())


class OutputsView(View):
    """A board for each run, and the difference of two of them."""

    title = "Compare"
    probes = Probe.OUTPUT

    example_chosen = Signal(object)  # AnyExample, or None to let go

    def __init__(self) -> None:
        super().__init__()
        self.names: Names = ()
        self.boards = [Board(place) for place in range(len(LETTERS))]
        self.difference = Difference()
        labels = [f"{LETTERS[one]} − {LETTERS[other]}" for one, other in _PAIRS]
        self.pair = SegmentedSwitch(labels, [f"Show the difference {label}." for label in labels])
        for place, label in enumerate(labels):
            self.pair.button(place).setWhatsThis(COMPARE["which"].html(label, f"The difference {label}."))
        self.pair.hide()
        self.pair.currentChanged.connect(lambda _: self._show_again())
        self._frame: Frame | None = None
        self._since = QElapsedTimer()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        for board in self.boards:
            board.example_chosen.connect(self.example_chosen)
            board.hide()
            row.addWidget(board, 1)
        row.addWidget(self.difference, 1)

    def switches(self) -> QWidget:
        return self.pair

    def show_frame(self, frame: Frame) -> None:
        self._frame = frame
        comparison = Comparison.of(frame, self.names)
        frames = comparison.frames
        legible = (
            frame.status is not Status.LEARNING
            or not self._since.isValid()
            or self._since.hasExpired(LEGIBLE_MILLISECONDS)
        )
        if legible:
            self._since.restart()
        for place, board in enumerate(self.boards):
            board.setVisible(place < len(frames))
            if place < len(frames):
                board.show_frame(frames[place], legible)
                board.follow(frame)
                if legible:
                    board.tell(comparison.names[place], frames[place], frame.updates)
        if legible:
            below = max(board.below for board in self.boards[: len(frames)])
            for part in (*self.boards, self.difference):
                part.leave(below)
        self.pair.setVisible(len(frames) > 2)
        values = isinstance(frame.picture, TablePicture) and frame.picture.confusion is None
        self.difference.setVisible(len(frames) > 1 and not values)
        if len(frames) > 1 and not values:
            places = _PAIRS[self.pair.current()] if len(frames) > 2 else (0, 1)
            self.difference.show_frames(frames, places, legible)

    def _show_again(self) -> None:
        if self._frame is not None:
            self._since.invalidate()
            self.show_frame(self._frame)

    def tables(self) -> Sequence[Table]:
        stages = (self.difference.on_plane, self.difference.confusion)
        shown = [stage for stage in stages if not stage.isHidden()]
        return [table for stage in shown if (table := stage.table()) is not None]
