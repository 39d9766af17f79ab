"""The window of the loss landscape: which plane, over which examples, how far; beside the run, which goes on."""

from collections.abc import Sequence
from functools import partial
from secrets import randbelow

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from nnstudio.core.landscape.directions import Lie
from nnstudio.core.landscape.path import ShortPath
from nnstudio.core.landscape.survey import Slice, look
from nnstudio.core.run.commands import Answer, Recalled
from nnstudio.core.run.example import SplitName
from nnstudio.ui import theme
from nnstudio.ui.explanations.landscape import LANDSCAPE
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.panels.landscape.picture import LandscapePicture
from nnstudio.ui.panels.landscape.reach import Reach
from nnstudio.ui.panels.landscape.words import caption, said
from nnstudio.ui.panels.measuring_dialog import MeasuringDialog
from nnstudio.ui.session import Session
from nnstudio.ui.stage.legend import Entry, Legend, Sign
from nnstudio.ui.widgets.figures import grouped
from nnstudio.ui.widgets.table_dialog import TableDialog

LIES = {
    "Random": "Two random directions, as long as the weights themselves, filter by filter.",
    "Principal": "The two directions in which the run has moved most.",
}
SPLITS = {"Training": SplitName.TRAINING, "Test": SplitName.TEST}
_TIPS = {
    "others": "Draw two other random directions.",
    "now": "Take the weights of now.",
    "table": "The losses and the path as numbers.",
    "cancel": "End the measuring; what is known so far stays.",
    "close": "Close the dialog.",
}
_LIES = (Lie.RANDOM, Lie.PRINCIPAL)
_RANDOM = _LIES.index(Lie.RANDOM)


class LandscapeDialog(MeasuringDialog):
    """The map fills from coarse to fine."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Loss landscape", LANDSCAPE, _TIPS, session, parent)
        self._seed = 0
        self.lie = self._switch(LIES)
        self.split = self._switch({name: f"The loss over {split.value} examples." for name, split in SPLITS.items()})
        self.reach = Reach()
        self.picture = LandscapePicture()
        self.legend = Legend(_entries)
        self.figures = QLabel()
        self.others = self._button("others", ICON_GAP + "Other directions")
        self.others.setIcon(icon("dice"))
        self.now = self._button("now", "Take now")
        self.reach.settled.connect(self._measure)
        self.others.clicked.connect(self._draw_others)
        self.now.clicked.connect(self._ask)
        self._lay_out()
        self._ask()

    def _lay_out(self) -> None:
        above, below = QHBoxLayout(), QHBoxLayout()
        above.setSpacing(12)
        for widget in (self.lie, self.split, self.reach):
            above.addWidget(widget)
        above.addStretch(1)
        above.addWidget(self.others)
        below.setSpacing(8)
        below.addWidget(self.bar, 1)
        for button in (self.cancel, self.now, self.table, self.shut):
            below.addWidget(button)
        heads = QHBoxLayout()
        heads.addWidget(self.figures)
        heads.addWidget(self.legend, 1)
        self.caption.setProperty("role", "caption")
        self.caption.setMinimumHeight(round(48 * theme.text_scale()))
        self._stack([above, heads], self.picture, below)
        scale = theme.text_scale()
        self.resize(round(780 * min(scale, 1.1)), 640)

    # What is measured.

    def _take(self, answer: Answer) -> None:
        super()._take(answer)
        if isinstance(answer.found, Recalled):
            self.setWindowTitle(f"Loss landscape, update {grouped(answer.found.now.updates)}")

    def _draw_others(self) -> None:
        self._seed = randbelow(10_000)
        if self.lie.current() == _RANDOM:
            self._measure()
        else:
            self.lie.set_current(_RANDOM)

    def _measure(self, _: int = 0) -> None:
        found = self._recalled
        if found is None:
            return
        lie, split = _LIES[self.lie.current()], self._split
        work = partial(look, found.now, found.past, found.dataset, lie, split, self.reach.value, self._seed)
        self.picture.show_slice(None)
        self.figures.setText("")
        self.caption.setText("")
        self._work.begin(work, (ShortPath,))
        self._show_busy()

    @property
    def _split(self) -> SplitName:
        return [*SPLITS.values()][self.split.current()]

    def _show(self, found: Slice) -> None:
        assert self._recalled is not None
        self.bar.setValue(round(1000 * found.share))
        self.picture.show_slice(found)
        if not self.caption.text():
            self.caption.setText(caption(found, self._split, self._recalled.now.updates))
        lowest = found.lowest
        if lowest is not None:
            low = float(found.losses[lowest[1], lowest[0]])
            self.figures.setText(said(found.centre, low, float(found.losses.max())))
            self.picture.setAccessibleDescription(self.picture.summary())
        self.table.setEnabled(found.losses.size > 0)

    def _end(self, error: str) -> None:
        if error:
            self.caption.setText(error)
            self.picture.say(error)
        self._show_busy()

    def _show_busy(self) -> None:
        busy = self._work.busy
        self.cancel.setEnabled(busy)
        self.bar.setEnabled(busy)
        if busy:
            self.bar.setValue(0)
            self.table.setEnabled(False)

    def _show_table(self) -> None:
        tables = [table for table in (self.picture.table(), self.picture.table_of_path()) if table is not None]
        if tables:
            TableDialog(self.windowTitle(), tables, 0, self).open()


def _entries() -> Sequence[Entry]:
    color = theme.current().text
    return (
        Entry("path of the run", color, Sign.DOTTED),
        Entry("now", color, Sign.DISC),
        Entry("lowest seen", color, Sign.DIAMOND),
    )
