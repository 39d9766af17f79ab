"""The strip at the foot of the window: the whole run as a line, to be dragged along, with its edits.

While it is dragged the nearest states that are kept are shown; where it is let go, that very moment, replayed to the
bit. Training does not notice.
"""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from nnstudio.core.run.frame import Frame, Past, Probe, Status
from nnstudio.core.run.section import Section
from nnstudio.core.training.state import Mark
from nnstudio.ui import theme
from nnstudio.ui.explanations.history import HISTORY
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.viewers import Texts
from nnstudio.ui.visiting import Visiting, can_branch, quality
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.history_track import HistoryTrack, Sign
from nnstudio.ui.widgets.steady_label import SteadyLabel

HEIGHT, LOW, LOW_WINDOW = 44, 36, 760
"""In windows lower than so many pixels the strip is lower, too, and has no room to grow with larger text."""
PAGES = 20
"""So many leaps lead through the whole run."""
MEGABYTE = 2**20
ALMOST = 1 - 1e-9


class HistoryStrip(QFrame):
    """A viewer of every frame. Arrow keys go one update, Page keys a twentieth of the run, Home to its beginning, End
    and Escape to now.

    passing: a viewer that takes turns; from picture to picture the end of a run that goes on moves little
    """

    probes = Probe.NOTHING
    section: Section | None = None
    interval = 0.0

    def __init__(self, visiting: Visiting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._visiting = visiting
        self._past: Past | None = None
        self._marks: tuple[Mark, ...] = ()
        self._shown: object = None
        self.passing = Texts(self._show_passing)
        self.setProperty("role", "foot")
        self.setAccessibleName("History")
        self.title, self.memory = QLabel("History"), SteadyLabel(len("999 of 999 MB"))
        self.memory.setProperty("role", "caption")
        self.backwards = self._button("", "back", "Film backwards", "Play the run as a film, backwards.", "film")
        self.forwards = self._button("Film", "play", "Film", "Play the run as a film, forwards.", "film")
        self.backwards.clicked.connect(lambda: visiting.play_film(-1))
        self.forwards.clicked.connect(lambda: visiting.play_film(1))
        self.track = HistoryTrack()
        self.track.setAccessibleName("History of the run")
        # A click leaves the focus where it was, so that Space and the arrows go on playing and stepping.
        self.track.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tip = "Drag to see network, output, curves and the chosen example at any moment of the run."
        self._explain(self.track, "History", tip, "track")
        self.track.dragged.connect(self._drag)
        self.track.dropped.connect(self._drop)
        self.track.stepped.connect(self._step)
        self.track.leapt.connect(self._leap)
        self.track.sent.connect(self._send)
        self.track.sign_pressed.connect(self._to_mark)
        self.place, self.quality = SteadyLabel(len("update 999 999")), _caption()
        self.place.setProperty("role", "figure")
        self.now = self._button("Now", "", "Now", "Show the run as it is now (Esc).", "now")
        self.now.clicked.connect(visiting.leave)
        tip = "Go on from the moment that is shown; Undo brings back what came after it."
        self.branch = self._button("Branch from here", "branch", "Branch from here", tip, "branch")
        self.branch.clicked.connect(visiting.branch)
        visiting.filming_changed.connect(self._show_filming)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        row.addLayout(_stacked(self.title, self.memory))
        for widget in (self.backwards, self.forwards):
            row.addWidget(widget)
        row.addWidget(self.track, 1)
        row.addLayout(_stacked(self.place, self.quality))
        for widget in (self.now, self.branch):
            row.addWidget(widget)
        self._show_filming(0)
        self._fit()
        self._show_state(None)

    def _button(self, text: str, picture: str, name: str, tip: str, explained: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "foot")
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        styles = Qt.ToolButtonStyle
        button.setToolButtonStyle(styles.ToolButtonTextBesideIcon if text else styles.ToolButtonIconOnly)
        button.setText(ICON_GAP + text if text and picture else text)
        if picture:
            button.setIcon(icon(picture))
        self._explain(button, name, tip, explained)
        return button

    @staticmethod
    def _explain(widget: QWidget, name: str, tip: str, explained: str) -> None:
        widget.setToolTip(tip)
        widget.setWhatsThis(HISTORY[explained].html(name, tip))

    # What it shows ----------------------------------------------------------------------------------------------------

    def show_frame(self, frame: Frame) -> None:
        """Where the run is, how far back it can be seen, and which moment of it is shown."""
        past = frame.past
        if past is None:
            return
        before = self._past
        same = before is not None and (past.run, past.visit, frame.marks) == (before.run, before.visit, self._marks)
        if not (same and past.visit is None and frame.status is Status.LEARNING):
            self._show(frame, past)

    def _show_passing(self, frame: Frame) -> None:
        if frame.past is not None:
            self._show(frame, frame.past)

    def _show(self, frame: Frame, past: Past) -> None:
        shown = past, frame.updates, frame.marks, can_branch(frame)
        if shown != self._shown:
            self._shown, self._past, self._marks = shown, past, frame.marks
            self._show_state(frame)

    def _show_state(self, frame: Frame | None) -> None:
        past = self._past
        reaches = past is not None and past.updates > past.beginning
        for widget in (self.track, self.backwards, self.forwards):
            widget.setEnabled(reaches)
        self.now.setEnabled(past is not None and past.visit is not None)
        self.branch.setEnabled(frame is not None and can_branch(frame))
        if past is None or frame is None:
            return
        visit = past.visit
        asked = visit.update if visit is not None else past.updates
        if not self.track.isSliderDown():
            self.track.place(self._position(asked))
        self.track.ends = grouped(past.beginning), f"now, {grouped(past.updates)}"
        self.track.show_signs([self._sign(mark) for mark in self._marks if mark.updates >= past.beginning])
        self.place.setText(f"update {grouped(frame.updates)}")
        self.quality.setText(quality(visit))
        self.memory.setText(memory_text(past))
        said = f"Update {grouped(frame.updates)} of {grouped(past.updates)}, {quality(visit)}."
        self.track.setAccessibleDescription(said)

    def _position(self, update: float) -> float:
        past = self._past
        if past is None or past.updates <= past.beginning:
            return 1.0
        return min(max((update - past.beginning) / (past.updates - past.beginning), 0.0), 1.0)

    def _sign(self, mark: Mark) -> Sign:
        return Sign(self._position(mark.updates), mark.kind, f"Update {grouped(mark.updates)}: {mark}")

    def _show_filming(self, direction: int) -> None:
        self.backwards.setIcon(icon("pause" if direction < 0 else "back"))
        self.forwards.setIcon(icon("pause" if direction > 0 else "play"))

    # What it asks for -------------------------------------------------------------------------------------------------

    def _update_at(self, position: float) -> int:
        past = self._past
        return round(past.beginning + position * (past.updates - past.beginning)) if past is not None else 0

    def _drag(self, position: float) -> None:
        self.track.place(position)
        if position >= ALMOST:
            self._visiting.leave()
        else:
            self._visiting.visit(self._update_at(position), exact=False)

    def _drop(self) -> None:
        """Let go: that very moment."""
        past, wanted = self._visiting.past, self._visiting.wanted
        visit = past.visit if past is not None else None
        replaying = visit is not None and visit.update == wanted and visit.progress is not None
        if wanted is not None and not replaying and not self._visiting.filming:
            self._visiting.visit(wanted)

    def _step(self, by: int) -> None:
        self._go(by)

    def _leap(self, by: int) -> None:
        past = self._visiting.past
        if past is not None:
            self._go(by * max((past.updates - past.beginning) // PAGES, 1))

    def _go(self, by: int) -> None:
        past, wanted = self._visiting.past, self._visiting.wanted  # what is shown of a run that goes on is older
        if past is not None:
            self._visiting.visit(max((past.updates if wanted is None else wanted) + by, past.beginning))

    def _send(self, position: float) -> None:
        if position >= ALMOST:
            self._visiting.leave()
        else:
            self._visiting.visit(self._update_at(position))

    def _to_mark(self, number: int) -> None:
        past = self._past
        marks = [mark for mark in self._marks if past is not None and mark.updates >= past.beginning]
        if number < len(marks):
            self._visiting.visit(marks[number].updates)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            own = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Escape}
            if self.track.hasFocus() and event.key() in own and not event.modifiers():
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._visiting.leave()
        else:
            super().keyPressEvent(event)

    # Its size ---------------------------------------------------------------------------------------------------------

    def fit(self, window: QSize) -> None:
        """Lower in a low window."""
        self._fit(window.height() < LOW_WINDOW * theme.text_scale())

    def _fit(self, low: bool = False) -> None:
        self.setFixedHeight(LOW if low else round(HEIGHT * theme.text_scale()))


def memory_text(past: Past) -> str:
    """How much is kept, of how much at most."""
    taken = past.nbytes / MEGABYTE
    return f"{f'{taken:.0f}' if taken >= 1 else '< 1'} of {grouped(past.maximum // MEGABYTE)} MB"


def _caption() -> QLabel:
    label = QLabel()
    label.setProperty("role", "caption")
    return label


def _stacked(upper: QLabel, lower: QLabel) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addStretch(1)
    for label in (upper, lower):
        label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column.addWidget(label)
    column.addStretch(1)
    return column
