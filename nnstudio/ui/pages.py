"""What stands in the middle of the window, one page at a time: the cards, the microscope, the runs or the sweeps."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnstudio.ui.actions import Actions
from nnstudio.ui.comparing import Comparing
from nnstudio.ui.desk import Desk
from nnstudio.ui.microscopy import Microscopy
from nnstudio.ui.panels.history_strip import HistoryStrip
from nnstudio.ui.panels.transport import Transport
from nnstudio.ui.runs.page import RunsPage
from nnstudio.ui.session import Session
from nnstudio.ui.slide import Slide
from nnstudio.ui.sweeping import Sweeping
from nnstudio.ui.visiting import Visiting
from nnstudio.ui.widgets.banner import Banner


class Pages(QObject):
    """microscopy, runs, comparing, sweeping: each page, or whoever opens it
    table: where they take turns; the sweeps bring a bar of their own for what stands above and below it

    save_table(rows…): writes what a page offers as a table; `around`: what stands above and below; `grow`: the views
    whose cards grow into the microscope, and into the runs, while the others slide away
    """

    def __init__(
        self,
        session: Session,
        visiting: Visiting,
        commands: Actions,
        cards: Desk,
        grow: tuple[QWidget, QWidget],
        around: tuple[Transport, HistoryStrip],
        banner: Banner,
        save_table: Callable[..., object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._commands, self._cards = commands, cards
        self.microscopy = Microscopy(session, visiting, cards, grow[0], window)
        self.runs = RunsPage(session)
        self.runs.hide()
        stays = next(card for card in cards.cards if card.isAncestorOf(grow[1]))
        self._slide = Slide(cards, cards.cards, stays)
        self.comparing = Comparing(session, visiting, self.runs, around[0].compare, window)
        self.sweeping = Sweeping(session, cards, around, banner, window)
        self.table = QVBoxLayout()
        for page in (cards, self.microscopy.page, self.runs, self.sweeping.page):
            self.table.addWidget(page)
        for page in (self.microscopy.page, self.runs):
            page.table_wanted.connect(save_table)
        self.microscopy.changed.connect(commands["microscope"].setChecked)
        self.microscopy.changed.connect(self._give_way)
        self.microscopy.changed.connect(self.comparing.give_way)
        self.runs.closed.connect(self.toggle_runs)
        self.comparing.changed.connect(commands["compare"].setChecked)
        self.comparing.room_wanted.connect(self._show_runs)
        self.sweeping.opens.connect(self._make_room)
        self.sweeping.changed.connect(commands["sweeps"].setChecked)
        commands.lead_to("pages", self)

    def toggle_microscope(self) -> None:
        """One example, number by number, in the place of the cards; or the cards again."""
        self.sweeping.hide()  # the cards come back first
        self.microscopy.toggle()

    def toggle_comparison(self) -> None:
        """Offer what to compare the run with; or end the comparison."""
        self.comparing.toggle()

    def toggle_runs(self) -> None:
        """The runs that were left for others, in the place of the cards; or the cards again."""
        if self.runs.isVisible():
            self.comparing.end()
        self._show_runs(self.runs.isHidden())

    def toggle_sweeps(self) -> None:
        """The sweeps in the place of the cards; or the cards again."""
        self.sweeping.toggle()

    def try_seeds(self) -> None:
        """The experiment from many first weights, in the background."""
        self.sweeping.try_seeds()

    def _make_room(self) -> None:
        """For the sweeps."""
        if self.microscopy.is_open:
            self.microscopy.close()
        if not self.runs.isHidden():
            self.toggle_runs()

    def _give_way(self, microscope: bool) -> None:
        if microscope:
            self._show_runs(False)

    def _show_runs(self, shown: bool) -> None:
        slides = self._cards.isVisible() if shown else not self.microscopy.is_open
        if shown:
            self.sweeping.hide()
        if shown and self.microscopy.is_open:
            self.microscopy.close()
        if shown == self.runs.isHidden():
            if slides and shown:
                self.runs.setGeometry(self._cards.geometry())
                self._slide.away(self.runs, self.runs.room_of_output())
            leaves, comes = (self._cards, self.runs) if shown else (self.runs, self._cards)
            leaves.hide()  # first: there is no room for both
            if slides and not shown:
                self._slide.back(self.runs, self.runs.room_of_output())
            comes.setVisible(shown or not self.microscopy.is_open)
            (self.runs.shelf_card.list if shown else self._cards).setFocus()
        self._commands["runs"].setChecked(shown)
