"""Images on their way in: where they lie, what somebody has said about them, and what was made of both.

They are read on a thread beside the window, by the reader that the command line uses. What is refused is taken back, in
a sentence; what was known before stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from nnstudio.core.data.examples import DataError
from nnstudio.core.data.own_pictures import share_counts
from nnstudio.core.data.picture_proposal import PictureWishes, class_counts, proposed_spec
from nnstudio.core.experiment import PictureSpec
from nnstudio.core.experiment.setting import SettingError
from nnstudio.files.errors import FileError, printable
from nnstudio.files.pictures.pictures import Pictures
from nnstudio.files.pictures.source import place_of, reading_pictures
from nnstudio.ui.background import Background

REFUSALS = (DataError, FileError, MemoryError, SettingError)
UNCHANGED, TAKEN_BACK = " Nothing was changed", "It stays as it was."
NO_MEMORY = "There is not enough memory for these images. Nothing was changed."


@dataclass(frozen=True, slots=True, eq=False)
class ProposedImages:
    """What could be trained on, by these wishes: counts of the images of each class, and of those that train, validate
    and test."""

    pictures: Pictures
    wishes: PictureWishes
    spec: PictureSpec
    classes: tuple[int, ...]
    shares: tuple[int, int, int]


class ImageDraft(QObject):
    """path: the folder or file; wishes: what somebody has said; proposed: what is known by now
    refusal: why the last wish was not followed, or why there is nothing
    progress: how far the images are read, None while they are not
    """

    changed = Signal()

    def __init__(self, path: Path, parent: QObject) -> None:
        super().__init__(parent)
        self.path = path
        self.wishes = PictureWishes()
        self.proposed: ProposedImages | None = None
        self.refusal = ""
        self.progress: float | None = None
        self._work = Background(self)
        self._work.came.connect(self._take)
        self._work.ended.connect(self._end)

    @property
    def busy(self) -> bool:
        """Whether something is being read or decided."""
        return self._work.busy

    def open(self, path: Path, wishes: PictureWishes = PictureWishes()) -> None:  # noqa: B008 -- frozen
        """Read what lies there; of what was open before nothing is known any more."""
        self.path, self.proposed, self.wishes = path, None, wishes
        self._begin()

    def wish(self, wishes: PictureWishes) -> None:
        """Decide again, as somebody wishes now; only another size is another look at the files."""
        self.wishes = wishes
        self._begin()

    def cancel(self) -> None:
        """Give up what is under way."""
        self._work.cancel()
        self.progress = None

    def _begin(self) -> None:
        self.refusal, shown = "", self.proposed
        if shown is not None and self.wishes.size in (shown.wishes.size, shown.pictures.size):
            self._work.begin(partial(_propose, self.path, shown.pictures, self.wishes), REFUSALS)
        else:
            self.progress = 0.0
            self._work.begin(partial(_read, self.path, self.wishes), REFUSALS)
        self.changed.emit()

    def _take(self, found: object) -> None:
        if isinstance(found, float):
            self.progress = found
        elif isinstance(found, ProposedImages):
            self.proposed, self.progress = found, None
        self.changed.emit()

    def _end(self, error: str) -> None:
        self.progress = None
        shown = self.proposed
        if error or shown is None or shown.wishes is not self.wishes:
            self.refusal = error or NO_MEMORY
            if shown is not None:  # what is shown is what was decided before
                self.wishes = shown.wishes
                self.refusal = f"{self.refusal.partition(UNCHANGED)[0]} {TAKEN_BACK}"
        self.changed.emit()


def _read(path: Path, wishes: PictureWishes) -> Iterator[float | ProposedImages]:
    pictures = yield from reading_pictures(path, wishes.size)
    yield from _propose(path, pictures, wishes)


def _propose(path: Path, pictures: Pictures, wishes: PictureWishes) -> Iterator[ProposedImages]:
    spec = proposed_spec(
        wishes,
        name=printable(path.absolute().name),
        digest=pictures.digest,
        size=pictures.size,
        class_names=pictures.names,
        file=place_of(path, pictures),
    )
    classes = class_counts(pictures.labels, len(pictures.names))
    yield ProposedImages(pictures, wishes, spec, classes, share_counts(spec, pictures.labels))
