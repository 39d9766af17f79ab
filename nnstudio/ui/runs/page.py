"""The page of the runs, in the place of the cards: the shelf at the left, beside it the run that is chosen.

What compares several runs may be put in the place of that one: it is shown while two or more are marked.
"""

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from nnstudio.core.shelf.rows import ShelvedRun, ShelvedSeeds
from nnstudio.core.shelf.shelf import Shelf
from nnstudio.core.training.state import RunState
from nnstudio.ui import theme
from nnstudio.ui.runs.model import Item, items_of
from nnstudio.ui.runs.portraits import Portraits, picture_of
from nnstudio.ui.runs.run_view import RunView
from nnstudio.ui.runs.shelf_card import ShelfCard
from nnstudio.ui.runs.words import summary, table_of
from nnstudio.ui.session import Session

_GAP = 10
_NARROW = 1250
_OUTPUT = 0.6
"""Its share of the height, as `RunView` parts it."""


class RunsPage(QWidget):
    """compare_wanted: the runs that are marked now, A first, two of them or more; none when it is over."""

    closed = Signal()
    compare_wanted = Signal(list)  # list[ShelvedRun]
    table_wanted = Signal(object)  # Table

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Runs")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._session, self._shelving = session, session.shelving
        self._now: ShelvedRun | None = None
        self._asking = False
        self.portraits = Portraits(session.images, self)
        self._pixmaps: dict[tuple[int, int, bool], QPixmap] = {}
        self.shelf_card, self.run_view = ShelfCard(self._picture), RunView()
        self._beside = QStackedWidget()
        self._beside.addWidget(self.run_view)
        self._comparison: QWidget = self.run_view
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.addWidget(self.shelf_card)
        row.addWidget(self._beside, 1)
        self._join(session)

    def _join(self, session: Session) -> None:
        card, view, shelving = self.shelf_card, self.run_view, self._shelving
        card.list.chosen.connect(self._choose)
        card.painter.renamed.connect(shelving.rename)
        card.table_wanted.connect(lambda: self.table_wanted.emit(table_of(shelving.shelf)))
        for marked in (card.painter.marked, card.list.mark_wanted):
            marked.connect(self._mark)
        for source in (card.list, view):
            source.open_wanted.connect(self._open)
            source.delete_wanted.connect(self._delete)
        view.renamed.connect(shelving.rename)
        view.annotated.connect(shelving.annotate)
        self.portraits.drawn.connect(self._drawn)
        shelving.changed.connect(self._renew)
        session.playing_changed.connect(self._ask)
        session.history_changed.connect(self._ask)

    @property
    def marked(self) -> list[ShelvedRun]:
        """The runs that are marked to be compared, A first."""
        model = self.shelf_card.model
        rows = {item.label.key: item.row for item in model.items}
        return [row for key in model.marked if isinstance(row := rows.get(key), ShelvedRun)]

    def set_comparison(self, widget: QWidget) -> None:
        """What is shown beside the shelf while two or more runs are marked."""
        self._beside.addWidget(widget)
        self._comparison = widget

    def show_comparison(self, shown: bool) -> None:
        """Show what compares several runs, or no more; then none of them is marked."""
        if not shown:
            model = self.shelf_card.model
            for item in [each for each in model.items if each.label.key in model.marked]:
                model.toggle(item)
        self._beside.setCurrentWidget(self._comparison if shown else self.run_view)
        self._fit()

    def _fit(self) -> None:
        """In a narrow window a comparison has all the room."""
        narrow = self.width() < _NARROW * theme.text_scale()
        self.shelf_card.setHidden(narrow and self._beside.currentWidget() is not self.run_view)

    def room_of_output(self) -> QRect:
        """Where the run that is chosen shows its output, on this page; also before that was ever shown."""
        beside = self.shelf_card.width() + _GAP if not self.shelf_card.isHidden() else 0
        return QRect(beside, 0, self.width() - beside, round(_OUTPUT * self.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def choose(self, key: int) -> None:
        """Show the run with this key."""
        self.shelf_card.list.choose(key)

    # What it shows ----------------------------------------------------------------------------------------------------

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._renew()
        self._ask()

    def _ask(self) -> None:
        """How the present run stands, while somebody looks."""
        if self.isVisible() and not self._asking:
            self._asking = True
            self._shelving.ask(self._hear)

    def _hear(self, state: RunState | None, shelf: Shelf) -> None:
        self._asking = False
        frame = self._session.frame
        if state is not None and frame is not None:
            self._now = ShelvedRun(shelf.present, state, frame.metrics, frame.measured_at)
            if not state.updates:
                self._now = None
            self._renew()

    def _renew(self) -> None:
        """The rows of the shelf, with the present run as it was when that was last asked for."""
        if not self.isVisible():
            return
        shelf, now = self._shelving.shelf, self._now
        if now is not None and now.label.key != shelf.present.key:
            now = self._now = None
        items = items_of(shelf, now)
        self.portraits.want(state for item in items for state in _states(item))
        alive = {id(state) for item in items for state in _states(item)}
        self._pixmaps = {key: picture for key, picture in self._pixmaps.items() if key[0] in alive}
        before = len(self.marked)
        self.shelf_card.show_items(items, summary(shelf), not len(shelf) and now is None)
        if len(self.marked) != before:
            self._tell_marks()
        self._choose(self.shelf_card.list.item)

    def _drawn(self) -> None:
        self.shelf_card.list.viewport().update()
        self._choose(self.shelf_card.list.item)

    def _picture(self, state: RunState, side: int) -> QPixmap | None:
        key = id(state), side, theme.current().dark
        if key not in self._pixmaps:
            drawn = self.portraits.of(state)
            if drawn is None or drawn.portrait is None:
                return None
            self._pixmaps[key] = picture_of(drawn.portrait, side)
        return self._pixmaps[key]

    def _choose(self, item: Item | None) -> None:
        items = {each.label.key: each for each in self.shelf_card.model.items}
        above = items.get(item.label.parent) if item is not None else None
        parent = (above.label.name, above.row.experiment) if above is not None and above.row is not None else None
        states = list(_states(item)) if item is not None else []
        self.run_view.show_item(item, self.portraits.of(states[0]) if states else None, parent)

    # What is done to it -----------------------------------------------------------------------------------------------

    def _open(self, item: Item | None) -> None:
        if item is not None and isinstance(item.row, ShelvedRun) and not item.present:
            self._shelving.open(item.label.key)

    def _delete(self, item: Item | None) -> None:
        if item is not None:
            self._shelving.delete(item.label.key)

    def _mark(self, item: Item) -> None:
        self.shelf_card.model.toggle(item)
        self._tell_marks()

    def _tell_marks(self) -> None:
        marked = self.marked
        several = len(marked) > 1
        self._beside.setCurrentWidget(self._comparison if several else self.run_view)
        self._fit()
        self.compare_wanted.emit(marked if several else [])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._pixmaps.clear()
            self.shelf_card.fit()


def _states(item: Item) -> list[RunState]:
    """Those of which pictures are shown."""
    if isinstance(item.row, ShelvedRun):
        return [item.row.state]
    return list(item.row.states.values())[:4] if isinstance(item.row, ShelvedSeeds) else []
