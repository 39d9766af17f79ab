"""Looking back: which moment of the run's past is shown, how it plays as a film, and how a branch goes on from it.

The run trains or rests meanwhile. While a moment is shown, one update on or back is one of the past; whatever else
trains leads back to now.
"""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from nnstudio.core.run import commands
from nnstudio.core.run.commands import Answer
from nnstudio.core.run.frame import Frame, Past, Visited
from nnstudio.core.run.present import INTERRUPTED
from nnstudio.ui.session import Session

FILM_SECONDS = 10.0
"""The whole run as a film."""
FILM_MILLISECONDS = 33


class Visiting(QObject):
    """Sends visits; of those on their way only the newest counts."""

    filming_changed = Signal(int)  # 1 forwards, −1 backwards, 0 at rest

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._wanted: int | None = None
        self._sent = 0
        self._direction = 0
        self._from = 0.0
        self._clock = QElapsedTimer()
        self._film = QTimer(self, interval=FILM_MILLISECONDS)
        self._film.timeout.connect(self._next)

    @property
    def past(self) -> Past | None:
        """The run now, as far back as it can be seen."""
        return self._session.frame.past if self._session.frame is not None else None

    @property
    def wanted(self) -> int | None:
        """The update that was asked for last, None for now; perhaps nothing of it is shown yet."""
        frame = self._session.frame
        if frame is None or frame.commands < self._sent:
            return self._wanted
        return frame.visit.update if frame.visit is not None else None

    def visit(self, update: int, exact: bool = True) -> None:
        """Show the run at this update: what is kept nearest to it, and then, if `exact`, that very moment. At the
        newest update, or beyond it, that is now."""
        past = self.past
        if past is not None:
            self.stop_film()
            self._go(update if update < past.updates else None, exact)

    def leave(self) -> None:
        """Show now again."""
        self.stop_film()
        if self.wanted is not None:
            self._go(None, False)

    def _go(self, update: int | None, exact: bool) -> None:
        self._wanted = update
        self._sent = self._session.send(commands.Visit(update, exact), self._heard)

    def _heard(self, answer: Answer) -> None:
        if answer.refusal not in ("", INTERRUPTED):
            self._session.failed.emit(answer.refusal)

    def branch(self) -> None:
        """Go on from the moment that is shown, once it has been replayed."""
        frame = self._session.frame
        if frame is not None and can_branch(frame):
            self.stop_film()
            self._wanted = None
            self._session.branch(frame.updates, frame.experiment)
            self._sent = self._session.sent

    # One update on and back -------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One update: of the past while that is shown, else of training."""
        if not self._walk(1):
            self._session.step()

    def back(self) -> None:
        """One update back: in the past while that is shown, else the run itself."""
        if not self._walk(-1):
            self._session.back()

    def _walk(self, by: int) -> bool:
        wanted = self.wanted
        if wanted is not None:
            self.visit(wanted + by)
        return wanted is not None

    # The film ---------------------------------------------------------------------------------------------------------

    @property
    def filming(self) -> int:
        """1 while the film plays forwards, −1 backwards, 0 while it rests."""
        return self._direction

    def play_film(self, direction: int) -> None:
        """Play from what is shown, forwards (1) or backwards (−1), from the other end if it is at its end; or rest if
        it plays that way already."""
        past = self.past
        if past is None or past.updates <= past.beginning:
            return
        if self._direction == direction:
            self._rest()
            return
        now = past.updates if self.wanted is None else self.wanted
        begins, ends = (past.beginning, past.updates) if direction > 0 else (past.updates, past.beginning)
        self._direction, self._from = direction, float(begins if now == ends else now)
        self._clock.start()
        self._film.start()
        self.filming_changed.emit(direction)

    def stop_film(self) -> None:
        """Rest where it is."""
        self._film.stop()
        if self._direction:
            self._direction = 0
            self.filming_changed.emit(0)

    def _rest(self) -> None:
        """The film rests, and shows that very moment."""
        wanted = self.wanted
        self.stop_film()
        if wanted is not None:
            self._go(wanted, True)

    def _next(self) -> None:
        """As far as it has come by now; what is not shown yet is not overtaken."""
        past, frame = self.past, self._session.frame
        if past is None or frame is None or frame.commands < self._sent:
            return
        share = self._clock.elapsed() / 1000 / FILM_SECONDS
        update = round(self._from + self._direction * share * (past.updates - past.beginning))
        if update >= past.updates and self._direction > 0:
            self.leave()
        elif update <= past.beginning:
            self.stop_film()
            self._go(past.beginning, True)
        else:
            self._go(update, False)


def can_branch(frame: Frame) -> bool:
    """Whether what is shown is a moment of the past, to the bit."""
    return frame.visit is not None and frame.visit.exact and frame.visit.update == frame.updates


def quality(visit: Visited | None) -> str:
    """What is shown, in two or three words."""
    if visit is None:
        return "now"
    if visit.progress is not None:
        return f"replaying {visit.progress:.0%}".replace("%", "\N{NO-BREAK SPACE}%")
    if not visit.exact:
        return "nearest snapshot"
    return "replayed, to the bit" if visit.replayed else "snapshot"
