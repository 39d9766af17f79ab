"""Images of somebody's own: a folder with one folder of images for each class, or a pair of IDX files.

All are read as grey, dark as 0 and light as 255, in the size that most of them have, or in one that somebody says;
others are scaled to it. Pillow reads PNG and JPEG, and nothing else is given to it; it is imported when it is needed.
"""

import os
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.counting import counted
from nnstudio.files import limits
from nnstudio.files.errors import FileError, check_file, printable, reason
from nnstudio.files.idx import read_idx, refused
from nnstudio.files.tables.arrays import digesting

SUFFIXES = (".png", ".jpg", ".jpeg")
LARGEST_SIDE = 256
_ADVICE = "Nothing was changed; choose a folder that holds a folder of PNG or JPEG images for each class."
Size = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Labelled images: pixels (n, height, width), labels (n,) by the number of the name; the SHA-256 of all files, and
    what was found, in a sentence."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    digest: str
    sentence: str


def reading_folder(folder: Path, size: Size | None = None) -> Generator[float, None, Pictures]:
    """The images of a folder, class by class in the order of their names; yields how much is done, from 0 to 1. `size`:
    height and width of all of them. Raises `FileError`, which names the image that cannot be read."""
    files, names = _listed(folder)
    digest, sizes = sha256(), Counter[Size]()
    for seen, (path, _) in enumerate(files, 1):
        sizes[_size(path, digest)] += 1
        if seen % 100 == 0:
            yield seen / len(files) / 2
    height, width = size or sizes.most_common(1)[0][0]
    if max(height, width) > LARGEST_SIDE:  # as many as a network can learn from; the shape stays
        shrink = LARGEST_SIDE / max(height, width)
        height, width = max(round(height * shrink), 1), max(round(width * shrink), 1)
    if len(files) * height * width > limits.PIXELS:
        raise FileError(
            f"{counted(len(files), 'image')} of {width}×{height} pixels are more than fit into memory here. Nothing "
            "was changed; choose a smaller size."
        )
    pixels = np.empty((len(files), height, width), np.uint8)
    for place, (path, _) in enumerate(files):
        pixels[place] = _grey(path, (height, width))
        if place % 100 == 99:
            yield 0.5 + place / len(files) / 2
    labels = np.array([label for _, label in files], np.int64)
    others = len(files) - sizes[height, width]
    scaled = f", of which {others} had another size" if others else ""
    sentence = f"{counted(len(files), 'image')} of {width}×{height} pixels in {len(names)} classes{scaled}."
    return Pictures(pixels, labels, names, digest.hexdigest(), sentence)


def reading_idx(images: Path, labels: Path) -> Generator[float, None, Pictures]:
    """The images of an IDX file with the labels of another; yields how much is done. Raises `FileError`."""
    classes = read_idx(labels, 1)
    pixels = read_idx(images, 3)
    yield 0.5
    if len(pixels) != len(classes) or not pixels.size:
        counts = f"{counted(len(classes), 'label')} for the {counted(len(pixels), 'image')}"
        raise refused(labels, f"holds {counts} of {printable(images.name)}")
    found, numbers = np.unique(classes, return_inverse=True)
    if len(found) < 2:
        raise refused(labels, "holds a single class, so there is nothing to tell apart")
    digest = sha256(((yield from digesting(images)) + (yield from digesting(labels))).encode()).hexdigest()
    count, height, width = pixels.shape
    sentence = f"{counted(count, 'image')} of {width}×{height} pixels in {len(found)} classes."
    names = tuple(str(each) for each in found.tolist())
    return Pictures(pixels, numbers.reshape(-1).astype(np.int64), names, digest, sentence)


def labels_beside(images: Path) -> Path:
    """The file of labels that goes with a file of images, by its name. Raises `FileError`."""
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    beside = images.with_name(name)
    if name == images.name or not beside.is_file():
        raise refused(images, "has no file of labels beside it, such as train-labels-idx1-ubyte")
    return beside


def _listed(folder: Path) -> tuple[list[tuple[Path, int]], tuple[str, ...]]:
    """The images with the numbers of their classes, and the classes' names."""
    try:
        within = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith("."))
        files: list[tuple[Path, int]] = []
        names: list[str] = []
        for name in within:
            images = sorted(entry.name for entry in os.scandir(folder / name) if entry.name.lower().endswith(SUFFIXES))
            files += [(folder / name / image, len(names)) for image in images if not image.startswith(".")]
            names += [printable(name)] if images else []
            if len(files) > limits.PICTURES:
                raise FileError(f"{printable(folder.name)} holds more than {limits.PICTURES} images. {_ADVICE}")
    except OSError as error:
        raise FileError(f"{printable(folder.name)} cannot be read: {reason(error)}. {_ADVICE}", str(error)) from error
    if len(names) < 2:
        what = "no images" if not names else f"images of one class alone, {names[0]}"
        raise FileError(f"{printable(folder.name)} holds {what}. {_ADVICE}")
    if len(set(names)) < len(names):
        raise FileError(f"{printable(folder.name)} holds two classes of the same name. {_ADVICE}")
    return files, tuple(names)


def _opened(path: Path) -> Any:
    """An image whose pixels are not read yet. Raises `FileError`."""
    from PIL import Image, UnidentifiedImageError

    try:
        check_file(path)
        image = Image.open(path, formats=("PNG", "JPEG"))
    except UnidentifiedImageError as error:
        raise _broken(path, "it is broken or another kind of file", error) from error
    except OSError as error:
        raise _broken(path, reason(error), error) from error
    except (ValueError, SyntaxError, EOFError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _broken(path, "it is broken, or far too large", error) from error
    if not 0 < image.width * image.height <= limits.PICTURE:
        image.close()
        raise _broken(path, f"it has {image.width}×{image.height} pixels, far too many", "")
    return image


def _size(path: Path, digest: Any) -> Size:
    with _opened(path) as image:
        size = image.height, image.width
    digest.update(f"{path.parent.name}/{path.name}\0".encode(errors="surrogateescape"))
    try:
        with path.open("rb") as stream:
            while block := stream.read(2**20):
                digest.update(block)
    except OSError as error:
        raise _broken(path, reason(error), error) from error
    return size


def _grey(path: Path, size: Size) -> NDArray[np.uint8]:
    """Its pixels (height, width), transparent ones on black."""
    import struct
    import zlib

    from PIL import Image

    with _opened(path) as image:
        try:
            grey = image.convert("RGBA").convert("RGB") if image.mode == "P" else image
            grey = grey.convert("L")
            if grey.size != (size[1], size[0]):
                grey = grey.resize((size[1], size[0]), Image.Resampling.BILINEAR)
            return np.asarray(grey, np.uint8)
        except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, IndexError) as error:
            raise _broken(path, "its pixels are broken or cut off", error) from error


def _broken(path: Path, why: str, error: object) -> FileError:
    place = f"{printable(path.parent.name)}/{printable(path.name)}"
    return FileError(f"{place} cannot be read: {why}. Nothing was changed; take it away, or replace it.", str(error))
