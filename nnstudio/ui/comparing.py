"""Lets other runs train beside the present one, and shows how they compare, beside the shelf of the runs."""

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from nnstudio.core.experiment import Experiment
from nnstudio.core.run.commands import Answer, Begin, Compare
from nnstudio.core.run.frame import Frame
from nnstudio.core.shelf.rows import ShelvedRun
from nnstudio.ui.runs.badge import LETTERS
from nnstudio.ui.runs.compare.comparison import Names
from nnstudio.ui.runs.compare.offers import OffersMenu
from nnstudio.ui.runs.compare.page import ADD, ComparePage
from nnstudio.ui.runs.page import RunsPage
from nnstudio.ui.session import Session
from nnstudio.ui.visiting import Visiting

MOST = len(LETTERS)
"""So many runs are compared at once."""


class Comparing(QObject):
    """page: the comparison, which stands on the page of the `runs`
    menu: what there is to compare with, which opens below `button`
    """

    changed = Signal(bool)  # whether runs are compared
    room_wanted = Signal(bool)  # whether the page of the runs is to be seen

    def __init__(
        self, session: Session, visiting: Visiting, runs: RunsPage, button: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._runs, self._button = session, runs, button
        self.page = ComparePage()
        runs.set_comparison(self.page)
        runs.compare_wanted.connect(self.compare_marked)
        self.page.closed.connect(self.end)
        self.page.add.clicked.connect(lambda: self._offer(self.page.add))
        self.page.visit_wanted.connect(visiting.visit)
        self.page.outputs.example_chosen.connect(session.look_at)
        for view in self.page.views:
            session.viewers.attach(view)
        self.menu = OffersMenu(parent)
        self.menu.chosen.connect(self.compare_with)
        self.menu.last_wanted.connect(self._compare_with_last)
        self.menu.shelf_wanted.connect(lambda: self.room_wanted.emit(True))
        self._begun: tuple[Begin, ...] = ()
        self._names: Names = ()
        self._marked = False  # the runs are those that are marked on the shelf
        session.frame_shown.connect(self._follow)

    @property
    def is_open(self) -> bool:
        """Whether runs are compared."""
        return bool(self._begun)

    def toggle(self) -> None:
        """Offer what to compare with; or end the comparison."""
        if self.is_open:
            self.end()
        else:
            self.changed.emit(False)  # not before something has been chosen
            self._offer(self._button)

    def _offer(self, below: QWidget) -> None:
        shelf = self._session.shelving.shelf
        last = shelf.ghost.label.name if shelf.ghost is not None else ""
        self.menu.offer(self._session.experiment, last, bool(len(shelf)))
        self.menu.popup(below.mapToGlobal(QPoint(0, below.height() + 2)))

    # What is compared -------------------------------------------------------------------------------------------------

    def compare_with(self, experiment: Experiment) -> None:
        """Let this experiment train beside the run, from its first weights. Where the run has been edited on its way
        it begins again, for both to come from one start."""
        session, frame = self._session, self._session.frame
        if frame is None:
            return
        again = bool(frame.marks) and not self.is_open
        if again:
            session.restart()
        self.begin((*self._now(frame), Begin(experiment)), self._names)
        if not session.playing and (again or not frame.updates):
            session.play()

    def _compare_with_last(self) -> None:
        frame, last = self._session.frame, self._session.shelving.shelf.ghost
        if frame is not None and last is not None:
            others = self._now(frame)
            unnamed = [(frame.experiment, ""), *((begun.experiment, "") for begun in others)]
            names = [*self._names, *unnamed[len(self._names) :], (last.experiment, last.label.name)]
            self.begin((*others, Begin(last.experiment, last.state)), names)

    def compare_marked(self, runs: list[ShelvedRun]) -> None:
        """Let the runs that are marked on the shelf go on side by side; the first is the present one from now on.
        Without any, the comparison of those that were marked before ends."""
        if not runs:
            if self._marked:
                self.end()
            return
        first, *others = runs = runs[:MOST]
        shelving = self._session.shelving
        if first.label.key != shelving.shelf.present.key:
            shelving.open(first.label.key)
        self._marked = True
        names = [(run.experiment, run.label.name) for run in runs]
        self.begin(tuple(Begin(run.experiment, run.state) for run in others), names)

    def begin(self, others: tuple[Begin, ...], names: Names = ()) -> None:
        """Let these train beside the run, from their first weights or from where their states stand."""
        others = others[: MOST - 1]

        def heard(answer: Answer) -> None:
            if answer.done:
                self._begun, self._names = others, names
                self._open()
            else:
                self._session.failed.emit(answer.refusal)

        self._session.send(Compare(others), heard)

    def _now(self, frame: Frame) -> tuple[Begin, ...]:
        """What trains beside the run now, each as it was begun."""
        known = {begun.experiment: begun for begun in self._begun}
        return tuple(known.get(each.experiment) or Begin(each.experiment) for each in frame.companions)

    # The page ---------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        ghost = self._session.shelving.shelf.ghost
        among = ghost is not None and any(begun.start is ghost.state for begun in self._begun)
        self.page.curves.ghost = None if ghost is None or among else ghost.state.history.rows
        self.page.call(self._names)
        full = len(self._begun) == MOST - 1
        self.page.add.setEnabled(not full)
        self.page.add.setToolTip(f"No more than {MOST} runs." if full else ADD)
        self._runs.show_comparison(True)
        self.room_wanted.emit(True)
        self.page.setFocus()
        self.changed.emit(True)

    def end(self) -> None:
        """The run goes on alone."""
        if self.is_open:
            self._session.send(Compare(()))
            self._close()

    def _close(self) -> None:
        marked, self._begun, self._names, self._marked = self._marked, (), (), False
        self._runs.show_comparison(False)
        if not marked:  # it was begun where the cards are
            self.room_wanted.emit(False)
        self.changed.emit(False)

    def give_way(self, to_another: bool) -> None:
        """Another page stands in the place of the cards, or no more."""
        if self.is_open and not to_another:
            self.room_wanted.emit(True)

    def _follow(self, frame: Frame) -> None:
        """On other data there is nothing to compare any more."""
        if self.is_open and self._session.up_to_date and not frame.companions:
            self._close()
