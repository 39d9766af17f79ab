"""The growth of the boundary as a file that moves: asked for in the View menu, drawn beside the window.

The banner says how far it has come and can stop it; then nothing is written.
"""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from nnstudio.core.run.commands import Answer, Recall, Recalled
from nnstudio.files import growth
from nnstudio.files.errors import FileError, printable
from nnstudio.ui.background import Background
from nnstudio.ui.explanations.window import STOP_DRAWING
from nnstudio.ui.files_menu import FilesMenu
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.banner import Banner, Tone

KINDS = ";;".join(f"{name} (*{ending})" for ending, name in growth.ENDINGS.items())
_NO_RUN = "There is no run yet. Wait a moment and try again."


class Growing(QObject):
    """A row of the View menu; `files` asks where, and says what was written."""

    def __init__(self, session: Session, files: FilesMenu, banner: Banner) -> None:
        super().__init__(files)
        self._session, self._files, self._banner = session, files, banner
        self._path, self._told = Path(), -1
        self._drawing = Background(self)
        self._drawing.came.connect(self._tell)
        self._drawing.ended.connect(self._ended)
        self.stop = QAction(icon("close"), f"{ICON_GAP}Stop", self)
        self.stop.setToolTip("Ends the drawing; nothing is written.")
        self.stop.setWhatsThis(STOP_DRAWING.html("Stop", self.stop.toolTip()))
        self.stop.triggered.connect(self._give_up)

    def save_growth(self) -> None:
        """Ask for a name and draw how the boundary has grown."""
        if path := self._files.ask_save("Save the growth", "growth.png", KINDS):
            self.draw(path)

    def draw(self, path: Path) -> None:
        """Draw the run so far into this file."""
        self._path, self._told = path, -1
        self._session.send(Recall(), self._begin)

    def _begin(self, answer: Answer) -> None:
        if isinstance(answer.found, Recalled):
            self._drawing.begin(partial(growth.writing, self._path, answer.found), (FileError,))
            self._tell(0.0)
        else:
            self._banner.announce(Tone.BAD, _NO_RUN)

    def _tell(self, share: float) -> None:
        """A word now and then: somebody who has hidden the message need not see it sixty times."""
        if (tenths := int(10 * share)) > self._told:
            self._told = tenths
            name = printable(self._path.name)
            self._banner.announce(Tone.GOOD, f"Drawing the growth into {name}: {10 * tenths} %", self.stop)

    def _give_up(self) -> None:
        self._drawing.cancel()
        self._banner.announce(Tone.GOOD, "Stopped. Nothing was written.")

    def _ended(self, error: str) -> None:
        if error:
            self._banner.announce(Tone.BAD, error)
        else:
            self._files.praise(self._path, "Saved the growth of the boundary")
