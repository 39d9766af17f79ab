"""Images in IDX files, and in .npz files: the pixels in one array, the labels in another."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.counting import counted
from nnstudio.files import limits
from nnstudio.files.archive import open_archive, open_member, pack
from nnstudio.files.errors import FileError, printable
from nnstudio.files.idx import read_idx, refused
from nnstudio.files.npy import BrokenArrayError, stored_npy
from nnstudio.files.pictures.pictures import Pictures, Reading, Size, scaled, size_for
from nnstudio.files.tables.arrays import digesting
from nnstudio.files.tables.scan import refused as refused_arrays
from nnstudio.files.tables.source import part

_IDX = re.compile(r"(-ubyte|\.idx|[-.]idx3)(\.gz)?$")
_LABELS = re.compile(r"[<>|=]?([biu]\d|U\d{1,2}|U100)")
"""NumPy's short names for whole numbers, and for text that is no longer than a name may be."""


def is_idx(path: Path) -> bool:
    """Whether a file is IDX by its name."""
    return _IDX.search(path.name.lower()) is not None


def holds_images(path: Path) -> bool:
    """Whether a .npz file holds an array of images, as far as its headers say."""
    try:
        with open_archive(path) as archive:
            members = archive.namelist()[: limits.COLUMNS]
            return any(len(stored_npy(open_member(archive, name)).shape) == 3 for name in members)
    except (FileError, BrokenArrayError):
        return False  # whoever reads it says why


def reading_idx(images: Path, labels: Path, wished: Size | None = None) -> Reading:
    """The images of an IDX file with the labels of another; yields how much is done. Raises `FileError`."""
    classes = read_idx(labels, 1)
    pixels = read_idx(images, 3)
    yield 0.3
    if len(pixels) != len(classes) or not pixels.size:
        counts = f"{counted(len(classes), 'label')} for the {counted(len(pixels), 'image')}"
        raise refused(labels, f"holds {counts} of {printable(images.name)}")
    if len(np.unique(classes)) < 2:
        raise refused(labels, "holds a single class, so there is nothing to tell apart")
    disk, parts = 0, ""
    for path in (images, labels):
        parts += yield from part(digesting(path), 0.3, 0.5)
        disk += path.stat().st_size
    digest = sha256(parts.encode()).hexdigest()
    return (yield from _made(pixels, classes, digest, disk, wished))


def reading_npz(path: Path, wished: Size | None = None) -> Reading:
    """The images of a .npz file, bytes (n, height, width), with the labels (n,) beside them, under whichever names.
    Raises `FileError`."""
    digest = yield from part(digesting(path), 0, 0.3)
    try:
        with open_archive(path) as archive:
            pixels = labels = None
            for name in archive.namelist()[: limits.COLUMNS]:
                stored = stored_npy(open_member(archive, name))
                if len(stored.shape) == 3 and pixels is None:
                    if stored.kind not in ("|u1", "u1"):
                        raise refused_arrays(
                            path,
                            f"{printable(name)} is of the type {stored.kind}, but images must "
                            "be bytes (uint8) from 0 to 255",
                        )
                    if float(np.prod(stored.shape, dtype=np.float64)) > limits.PIXELS:
                        raise refused_arrays(
                            path, f"{printable(name)} has the shape {stored.shape}, more than fits into memory here"
                        )
                    pixels = stored.read()
                elif len(stored.shape) == 1 and labels is None and stored.shape[0] <= limits.PICTURES:
                    labels = _labels(path, name, stored.kind, stored.read)
    except BrokenArrayError as error:
        raise refused_arrays(path, f"it is broken or another kind of file ({error})", str(error)) from error
    if pixels is None or labels is None or not pixels.size or len(pixels) != len(labels):
        raise refused_arrays(path, "it needs an array of images (n, height, width) and one of labels (n,)")
    if not 2 <= len(np.unique(labels)) <= limits.PICTURE_CLASSES:
        raise refused_arrays(path, f"its labels name {len(np.unique(labels))} classes")
    yield 0.5
    return (yield from _made(pixels, labels, digest, path.stat().st_size, wished))


def _labels(path: Path, name: str, kind: str, read: Any) -> NDArray[Any]:
    if not _LABELS.fullmatch(kind):
        raise refused_arrays(path, f"{printable(name)} is of the type {kind}, but labels are whole numbers or text")
    labels: NDArray[Any] = read()
    return labels


def npz_of(pictures: Pictures) -> bytes:
    """The images as they were read, in a .npz file that `reading_npz` reads: what a project holds itself."""
    names = np.array(pictures.names)[pictures.labels]
    return b"".join(pack({"images.npy": pictures.pixels, "labels.npy": names}))


def labels_beside(images: Path) -> Path:
    """The file of labels that goes with a file of images, by its name. Raises `FileError`."""
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    beside = images.with_name(name)
    if name == images.name or not beside.is_file():
        raise refused(images, "has no file of labels beside it, such as train-labels-idx1-ubyte")
    return beside


def _made(pixels: NDArray[np.uint8], labels: NDArray[Any], digest: str, disk: int, wished: Size | None) -> Reading:
    """The images, scaled if another size is wished."""
    found, numbers = np.unique(labels, return_inverse=True)
    count, height, width = pixels.shape
    if count > limits.PICTURES:
        raise FileError(f"{count} images are more than {limits.PICTURES}. Nothing was changed; take fewer.")
    names = tuple(printable(str(each)) for each in found.tolist())
    if len(set(names)) < len(names) or "" in names:
        raise FileError("Two classes have the same name, or one has none. Nothing was changed; name the labels.")
    size = size_for((height, width), wished, count)
    if size != (height, width):
        from PIL import Image

        small = np.empty((count, *size), np.uint8)
        for place, each in enumerate(pixels):
            small[place] = scaled(Image.fromarray(each), size)
            yield 0.5 + 0.5 * place / count
        pixels = small
    return Pictures(pixels, numbers.reshape(-1).astype(np.int64), names, digest, disk, (height, width))
