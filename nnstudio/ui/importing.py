"""Weights on their way in: into the network of now, or, where somebody says so, with the network that they carry.

What does not fit changes nothing: the banner says what the file holds, and offers to build it. ONNX has a reader of its
own that takes a moment to load, so it works beside the window.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from nnstudio.core.run.commands import Answer
from nnstudio.core.run.frame import Frame
from nnstudio.files.array_files import FORMATS
from nnstudio.files.errors import FileError, printable
from nnstudio.files.imports import KINDS, Imported, read_network
from nnstudio.ui.background import Background
from nnstudio.ui.explanations.window import BUILD
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.banner import Banner, Tone

ANY_WEIGHTS = f"Weights ({' '.join(f'*{ending}' for ending in KINDS)})"
_NOTHING_YET = "There is no network yet. Wait a moment and import again."


class Importing(QObject):
    """The rows of the File menu that load weights. One file at a time: of two the newer one counts."""

    def __init__(self, session: Session, banner: Banner, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._banner = session, banner
        self._path, self._builds = Path(), False
        self._reading = Background(self)
        self._reading.came.connect(self._came)
        self._reading.ended.connect(self._ended)
        self.build = QAction(icon("plus"), f"{ICON_GAP}Build this network", self)
        self.build.setToolTip("Begins the network of the file, with its weights. Undo takes it back.")
        self.build.setWhatsThis(BUILD.html("Build this network", self.build.toolTip()))
        self.build.triggered.connect(self._build)

    def load(self, path: Path, builds: bool = False) -> bool:
        """Load the weights in this file; `builds`: with their network, if it is another one. Returns whether that
        works, as far as it is known at once."""
        frame = self._session.frame
        if frame is None or self._session.loading:
            self._banner.announce(Tone.BAD, _NOTHING_YET)
            return False
        self._path, self._builds = path, builds
        self._reading.cancel()
        if path.suffix.lower() in FORMATS:
            return self._came(_read(path, frame))
        self._banner.announce(Tone.GOOD, f"Reading {printable(path.name)}…")
        self._reading.begin(partial(_beside, path, frame))
        return True

    def _build(self) -> None:
        """What was read is held against the network of now once more: it may have been edited since."""
        self.load(self._path, builds=True)

    def _came(self, found: Imported | FileError) -> bool:
        if isinstance(found, FileError):
            self._banner.announce(Tone.BAD, str(found), details=found.details or repr(found))
        elif found.experiment is None:
            self._session.set_weights(found.weights, partial(self._done, "Imported the weights in {}."))
        elif self._builds:
            session, done = self._session, "Built the network in {}, with its weights."
            session.begin(found.experiment, "Build network", found.weights, session.document, partial(self._done, done))
        else:
            self._banner.announce(Tone.BAD, found.told, self.build)
        return isinstance(found, Imported) and (found.experiment is None or self._builds)

    def _done(self, said: str, answer: Answer) -> None:
        if answer.done:
            self._banner.announce(Tone.GOOD, said.format(printable(self._path.name)))

    def _ended(self, error: str) -> None:
        if error:
            self._banner.announce(Tone.BAD, error)


def _read(path: Path, frame: Frame) -> Imported | FileError:
    try:
        return read_network(path, frame)
    except FileError as error:
        return error


def _beside(path: Path, frame: Frame) -> Iterator[Imported | FileError]:
    yield _read(path, frame)
