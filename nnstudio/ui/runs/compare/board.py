"""One run on a board: its badge, its name, how good it is, and what it makes of its data."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.core.counting import grouped
from nnstudio.core.run.frame import Frame, PlanePicture, TablePicture
from nnstudio.ui.examples.boundary import BoundaryStage
from nnstudio.ui.examples.confusion import ConfusionStage
from nnstudio.ui.examples.predictions import PredictionsStage
from nnstudio.ui.runs.badge import LETTERS, Badge
from nnstudio.ui.runs.compare.comparison import ENDED
from nnstudio.ui.runs.compare.figures import score_words
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.widgets.steady_label import SteadyLabel

_GAP = 7


class Head(QWidget):
    """A line above a picture: badges, a name that gives way, a word and a figure."""

    def __init__(self, *places: int) -> None:
        super().__init__()
        self._full = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.name = QLabel()
        self.name.setProperty("role", "part")
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.word, self.figure = QLabel(), SteadyLabel()
        self.word.setProperty("role", "dim")
        self.figure.setProperty("role", "figure")
        self._badges = [Badge(place) for place in places]
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        for badge in self._badges:
            row.addWidget(badge)
        row.addWidget(self.name, 1)
        row.addWidget(self.word)
        row.addWidget(self.figure)

    def stand_over(self, left: float, right: float) -> None:
        """Begin and end where the picture below does, so many pixels from the edges."""
        self._row.setContentsMargins(round(left), 0, round(right), 0)
        self._fit()

    def say(self, name: str, word: str, figure: str) -> None:
        """Show these from now on."""
        self._full = name
        self.word.setText(word)
        self.figure.setText(figure)
        self.setAccessibleName(f"{name}: {word} {figure}")
        self._fit()

    def _fit(self) -> None:
        """Where there is not room for all, the word goes first."""
        metrics, margins = QFontMetrics(self.name.font()), self._row.contentsMargins()
        beside = sum(each.sizeHint().width() + _GAP for each in (*self._badges, self.word, self.figure))
        room = self.width() - margins.left() - margins.right() - beside
        self.word.setVisible(metrics.horizontalAdvance(self._full) <= room)
        room += 0 if self.word.isVisibleTo(self) else self.word.sizeHint().width() + _GAP
        text = metrics.elidedText(self._full, Qt.TextElideMode.ElideRight, max(room, 0))
        if text != self.name.text():
            self.name.setText(text)
            self.name.setToolTip(self._full if text != self._full else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._fit()


SPACING = 7
"""Pixels from a picture to what stands above and below it."""
IN_STEP = 1
"""Updates by which one run in step may be behind: while another looks how good it is now, it has yet to make the last.
"""


class Board(QWidget):
    """The run at one place among those that are compared. Examples can be chosen on it: `example_chosen`."""

    example_chosen = Signal(object)  # AnyExample, or None to let go

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place
        self.head = Head(place)
        self.boundary, self.confusion, self.predictions = (
            BoundaryStage(),
            ConfusionStage(opens=False),
            PredictionsStage(),
        )
        self._stages: tuple[Stage, ...] = (self.boundary, self.confusion, self.predictions)
        for stage in self._stages:
            stage.setAccessibleName(f"{stage.accessibleName()} of {LETTERS[place]}")
            stage.hide()
        for choosing in (self.boundary, self.predictions):
            choosing.example_chosen.connect(self.example_chosen)
        self.note = QLabel()
        self.note.setProperty("role", "hint")
        self.note.setWordWrap(True)
        self.note.hide()
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(self.head)
        for stage in self._stages:
            column.addWidget(stage, 1)
        column.addWidget(self.note)
        self.boundary.installEventFilter(self)

    def show_frame(self, frame: Frame, legible: bool) -> None:
        """Draw this run; `legible`: there is time to read figures."""
        picture = frame.picture
        if isinstance(picture, PlanePicture):
            self._show_only(self.boundary)
            self.boundary.show_frame(frame, legible)
        elif isinstance(picture, TablePicture) and picture.confusion is None:
            self._show_only(self.predictions)
            self.predictions.show_frame(frame)
        else:
            self._show_only(self.confusion)
            self.confusion.show_frame(frame)

    def follow(self, frame: Frame) -> None:
        """The ring goes around the example that this frame reads, also where it is the frame of another run."""
        for choosing in (self.boundary, self.predictions):
            if not choosing.isHidden():
                choosing.follow(frame)

    def tell(self, name: str, frame: Frame, run: int) -> None:
        """What it is called, how good it is, and whether it goes on; `run`: the update at which the present one is."""
        self.head.say(name, *score_words(frame))
        text = ""
        if frame.status in ENDED:
            text = frame.message
        elif frame.updates < run - IN_STEP and frame.visit is None:
            text = f"Catching up: update {grouped(frame.updates)} of {grouped(run)}."
        elif frame.updates > run and frame.visit is None:
            text = f"Waiting at update {grouped(frame.updates)}."
        if text != self.note.text():
            self.note.setText(text)
        self.note.setVisible(bool(text))

    @property
    def below(self) -> int:
        """How much of the height the note takes, with what parts it from the picture."""
        return 0 if self.note.isHidden() else SPACING + self.note.heightForWidth(self.width())

    def leave(self, below: int) -> None:
        """So much below the picture, for it to be as large as others that have a note."""
        self._column.setContentsMargins(0, 0, 0, below - self.below)

    def _show_only(self, shown: Stage) -> None:
        if shown.isHidden():
            for stage in self._stages:
                stage.setVisible(stage is shown)
                if shown is not self.boundary:
                    self.head.stand_over(0.0, 0.0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.boundary:
            plane = self.boundary.plane()
            self.head.stand_over(plane.left(), self.boundary.width() - plane.right())
        return super().eventFilter(watched, event)
