"""From the disk to images: which reader a file or folder needs, and which files a spec means.

A project knows its images by the SHA-256 of their files and by where they lay; as they are learned, small ones lie in
it themselves. Moved, they are looked for beside the project; changed, they are not taken for what they were.
"""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from nnstudio.core.data.dataset import DataError
from nnstudio.core.data.examples import Examples
from nnstudio.core.experiment.dataset_spec import PictureSpec
from nnstudio.core.experiment.table_recipe import TableFile
from nnstudio.files import limits
from nnstudio.files.errors import FileError, printable
from nnstudio.files.pictures.arrays import holds_images, is_idx, labels_beside, npz_of, reading_idx, reading_npz
from nnstudio.files.pictures.folder import reading_folder
from nnstudio.files.pictures.pictures import Pictures, Reading, Size
from nnstudio.files.tables.source import read_to_the_end

_Key = tuple[str, int, int]


def are_pictures(path: Path) -> bool:
    """Whether a path leads to images of somebody's own, and not to a table: a folder, IDX, or a .npz file of images."""
    if os.path.isdir(path) or is_idx(path):  # Path.is_dir raises for a name that no disk can have
        return True
    return path.suffix.lower() == ".npz" and os.path.isfile(path) and holds_images(path)


def is_file_of_images(path: Path) -> bool:
    """Whether images lay in a file and not in a folder, by its name alone."""
    return is_idx(path) or path.suffix.lower() == ".npz"


def reading_pictures(path: Path, wished: Size | None = None) -> Reading:
    """Read images of any kind. Raises `FileError`."""
    if is_idx(path) and not os.path.isdir(path):
        return reading_idx(path, labels_beside(path), wished)
    if path.suffix.lower() == ".npz" and os.path.isfile(path):
        return reading_npz(path, wished)
    return reading_folder(path, wished)


def place_of(path: Path, pictures: Pictures) -> TableFile:
    """Where these images lay."""
    return TableFile(path=str(path.absolute()), size=pictures.disk)


class PictureLibrary:
    """Reads the images that experiments ask for, wherever they are; those that were asked for last are kept.

    given: files and folders that somebody has said images are in now; folders: where else to look for one of the name
    lost: the images that were not found when they were last looked for; None if they were
    """

    def __init__(self, given: Iterable[Path] = (), folders: Iterable[Path] = ()) -> None:
        self._given, self._folders = tuple(given), tuple(folders)
        self.lost: PictureSpec | None = None
        self._stored: dict[_Key, bytes] = {}
        self._read: tuple[_Key, Pictures] | None = None

    def store(self, spec: PictureSpec, content: bytes) -> None:
        """Keep images that a project holds."""
        self._stored[_key(spec)] = content

    def stored(self, spec: PictureSpec) -> bytes | None:
        """These images for a project, if they are at hand and small enough."""
        key = _key(spec)
        if key in self._stored:
            return self._stored[key]
        if self._read is None or self._read[0] != key or self._read[1].pixels.size > limits.STORED_TABLE:
            return None
        content = npz_of(self._read[1])
        if len(content) > limits.STORED_TABLE:
            return None
        self._stored[key] = content
        return content

    def hand_over(self, pictures: Pictures) -> None:
        """Take up images that were read already."""
        self._read = (pictures.digest, *pictures.size), pictures

    def look_in(self, path: Path) -> None:
        """Look at this file or folder from now on; which images they are, the digest says."""
        self._given = (path, *self._given)

    def look_beside(self, folder: Path) -> None:
        """Look in this folder for one of the name from now on."""
        self._folders = (folder, *self._folders)

    def __call__(self, spec: PictureSpec) -> Examples:
        """The images that a spec means; raises `DataError` with a sentence for a person."""
        self.lost = None
        if self._read is None or self._read[0] != _key(spec):
            try:
                self.hand_over(self._pictures(spec))
            except FileError as error:
                raise DataError(str(error)) from error
        self.lost = None
        assert self._read is not None
        return _examples(spec, self._read[1])

    def _pictures(self, spec: PictureSpec) -> Pictures:
        content, size = self._stored.get(_key(spec)), (spec.height, spec.width)
        if content is not None:
            with TemporaryDirectory() as folder:
                path = Path(folder) / "images.npz"
                path.write_bytes(content)
                found = read_to_the_end(reading_npz(path))
            if found.size != size:
                raise DataError(f"The images that the project holds have another size than it says: {spec.name}.")
            return replace(found, digest=spec.digest)
        self.lost = spec
        path = Path(spec.file.path)
        places = [*self._given, path, *(folder / path.name for folder in self._folders)]
        found_places = [place for place in dict.fromkeys(places) if are_pictures(place) and place.exists()]
        if not found_places:
            raise DataError(
                f"{printable(path.name)} is no longer in {printable(path.parent)}. The project knows its images by "
                "that folder or file: put it back, or say where it is now."
            )
        refusal = None
        for place in found_places:
            try:
                found = read_to_the_end(reading_pictures(place, size))
            except FileError as error:
                refusal = error
                continue
            if found.digest == spec.digest:
                return found
        if refusal is not None and len(found_places) == 1:
            raise refusal
        place = found_places[0]
        raise DataError(
            f"{printable(place.name)} in {printable(place.parent)} has changed since it was read: it is other data "
            "now. Nothing was changed; bring the old files back, or train anew on these."
        )


def _key(spec: PictureSpec) -> _Key:
    return spec.digest, spec.height, spec.width


def _examples(spec: PictureSpec, pictures: Pictures) -> Examples:
    """With the numbers that the spec gives the classes."""
    numbers = {name: number for number, name in enumerate(spec.class_names)}
    if not set(pictures.names) <= numbers.keys():
        raise DataError(f"The images of {spec.name} have other classes than the project says; choose their own folder.")
    return Examples(pictures.pixels, np.array([numbers[name] for name in pictures.names])[pictures.labels])
