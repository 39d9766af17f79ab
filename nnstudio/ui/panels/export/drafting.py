"""Makes exports beside the window, has them proved, and puts them where they belong.

A draft comes as soon as it is made, and once more with its proof. Of two that are asked for the newer one counts, and
the older one's reader is ended.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event

from PySide6.QtCore import QCoreApplication, QObject, Signal

from nnstudio.core.run.frame import Frame
from nnstudio.files.errors import FileError
from nnstudio.files.exports import Format, Proof, Subject
from nnstudio.files.exports.draft import Draft
from nnstudio.files.exports.preview import Preview, preview
from nnstudio.files.exports.proving import given_up_when
from nnstudio.ui.background import Background
from nnstudio.ui.panels.export.sight import Seen, seen

_REFUSALS = (FileError, MemoryError)


@dataclass(frozen=True, slots=True, eq=False)
class Drafted:
    """A draft as it is shown.

    previews: of its files, the one that was asked for first; lacks: what of the network it cannot hold, in a sentence
    seen: what the network makes of its data
    proof: None until it is there
    """

    draft: Draft
    previews: tuple[Preview, ...]
    lacks: str
    seen: Seen
    proof: Proof | None = None


class Drafting(QObject):
    """For the network of one moment.

    drafted: a draft is made, or proved; refused: the sentence why it cannot be made; written: where it lies now
    not_written: the error why it does not
    """

    drafted = Signal(object)  # Drafted
    refused = Signal(str)
    written = Signal(object)  # Path
    not_written = Signal(str)

    def __init__(self, frame: Frame, parent: QObject) -> None:
        super().__init__(parent)
        self._frame = frame
        self._known: tuple[Subject, Seen] | None = None
        self._stop = Event()
        self._making, self._writing = Background(self), Background(self)
        self._making.came.connect(self._take)
        self._making.ended.connect(self._made)
        self._writing.came.connect(self.written)
        self._writing.ended.connect(self._wrote)
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self.give_up)  # before the thread, which is waited for

    @property
    def writing(self) -> bool:
        """Whether a file is on its way to the disk."""
        return self._writing.busy

    def begin(self, chosen: Format, name: str, way: str = "") -> None:
        """Make a draft of this name, in one of the format's ways, and prove it."""
        self.give_up()
        self._stop = Event()
        self._making.begin(partial(self._make, chosen, name, way, self._stop), _REFUSALS)

    def prove_again(self, drafted: Drafted) -> None:
        """Have the same bytes read once more."""
        self.give_up()
        self._stop = Event()
        self._making.begin(partial(_proved, drafted, self._stop), _REFUSALS)

    def give_up(self) -> None:
        """Wait for nothing any more; a reader that runs is ended."""
        self._stop.set()
        self._making.cancel()

    def write(self, draft: Draft, folder: Path) -> None:
        """Put it there; `written` or `not_written` says what became of it."""
        self._writing.begin(partial(_written, draft, folder), _REFUSALS)

    def _take(self, drafted: Drafted) -> None:
        self._known = drafted.draft.subject, drafted.seen
        self.drafted.emit(drafted)

    def _made(self, error: str) -> None:
        if error:
            self.refused.emit(error)

    def _wrote(self, error: str) -> None:
        if error:
            self.not_written.emit(error)

    # On a thread of its own.

    def _make(self, chosen: Format, name: str, way: str, stop: Event) -> Iterator[Drafted]:
        subject, shown = self._known or (Subject.of(self._frame), seen(self._frame))
        draft = Draft.of(chosen, subject, name, way)
        previews = tuple(preview(*file) for file in [*draft.files.items()][::-1])
        drafted = Drafted(draft, previews, chosen.lacks(subject), shown)
        yield drafted
        yield from _proved(drafted, stop)


def _proved(drafted: Drafted, stop: Event) -> Iterator[Drafted]:
    with given_up_when(stop.is_set):
        proof = drafted.draft.proof()
    yield replace(drafted, proof=proof)


def _written(draft: Draft, folder: Path) -> Iterator[Path]:
    yield draft.write(folder)[-1]
