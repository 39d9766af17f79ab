"""A folder with one folder of images for each class.

All are read as grey, dark as 0 and light as 255, in the size that most of them have, or in one that somebody says;
others are scaled to it. Pillow reads PNG and JPEG, and nothing else is given to it; it is imported when it is needed.
An image that cannot be read is left out and named.
"""

import os
import struct
import zlib
from collections import Counter
from collections.abc import Generator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.files import limits
from nnstudio.files.errors import FileError, check_file, printable, reason
from nnstudio.files.pictures.pictures import Pictures, Reading, Size, scaled, size_for

SUFFIXES = (".png", ".jpg", ".jpeg")
_ADVICE = "Nothing was changed; choose a folder that holds a folder of PNG or JPEG images for each class."
_ORIENTATION, _ON_ITS_SIDE = 0x0112, frozenset({5, 6, 7, 8})
"""The tag of EXIF that says how the camera of a JPEG was held, and where height and width change places."""
_BROKEN = (ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError, struct.error, zlib.error)
"""What Pillow raises for broken files beside errors of the disk."""


def reading_folder(folder: Path, wished: Size | None = None) -> Reading:
    """The images of a folder, class by class in the order of their names; yields how much is done, from 0 to 1.
    `wished`: height and width of all of them. Raises `FileError` where there is nothing to learn from."""
    files, names = _listed(folder)
    digest, sizes, disk = sha256(), dict[int, Size](), 0
    left_out = dict[int, str]()
    for place, (path, _) in enumerate(files):
        try:
            disk += _digested(path, digest)
            sizes[place] = _size(path)
        except _UnreadableError as error:
            _leave_out(left_out, place, error)
        yield (place + 1) / len(files) / 2
    if not sizes:
        raise FileError(f"{next(iter(left_out.values()))}. {_ADVICE}")
    original = Counter(sizes.values()).most_common(1)[0][0]
    size = size_for(original, wished, len(sizes))
    pixels = np.empty((len(sizes), *size), np.uint8)
    labels = np.empty(len(sizes), np.int64)
    count = 0
    for done, place in enumerate(sizes, 1):
        path, label = files[place]
        try:
            pixels[count] = grey(path, size)
        except _UnreadableError as error:
            _leave_out(left_out, place, error)
        else:
            labels[count] = label
            count += 1
        yield 0.5 + done / len(sizes) / 2
    pixels, labels = pixels[:count], labels[:count]
    for label, name in enumerate(names):
        if label not in labels:
            first = next(why for place, why in left_out.items() if files[place][1] == label)
            raise FileError(f"No image of {name} can be read: {first}. {_ADVICE}")
    others = sum(each != original for place, each in sizes.items() if place not in left_out)
    return Pictures(pixels, labels, names, digest.hexdigest(), disk, original, others, tuple(left_out.values()))


def reading_loose(folder: Path, size: Size) -> Generator[tuple[str, NDArray[np.uint8]]]:
    """The images that lie in a folder and in the folders in it, by their names, one by one, (height, width) each.
    Raises `FileError`, which names the image that cannot be read."""
    try:
        below = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith("."))
        found = [Path(name) for name in _images_in(folder)]
        found += [Path(each) / name for each in below for name in _images_in(folder / each)]
    except OSError as error:
        raise _refused(folder, error) from error
    if not found:
        raise FileError(f"{_called(folder)} holds no images; choose a folder with PNG or JPEG files.")
    for name in found:
        try:
            yield name.as_posix(), grey(folder / name, size)
        except _UnreadableError as error:
            raise FileError(f"{error}. Take it away, or replace it.") from error


def _listed(folder: Path) -> tuple[list[tuple[Path, int]], tuple[str, ...]]:
    """The images with the numbers of their classes, and the classes' names."""
    try:
        within = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith("."))
        files: list[tuple[Path, int]] = []
        names: list[str] = []
        for name in within:
            images = _images_in(folder / name)
            files += [(folder / name / image, len(names)) for image in images]
            names += [printable(name)] if images else []
            if len(files) > limits.PICTURES:
                raise FileError(f"{_called(folder)} holds more than {limits.PICTURES} images. {_ADVICE}")
    except OSError as error:
        raise _refused(folder, error) from error
    if len(names) < 2:
        what = "no images" if not names else f"images of one class alone, {names[0]}"
        raise FileError(f"{_called(folder)} holds {what}. {_ADVICE}")
    if len(set(names)) < len(names):
        raise FileError(f"{_called(folder)} holds two classes of the same name. {_ADVICE}")
    if len(names) > limits.PICTURE_CLASSES:
        raise FileError(f"{_called(folder)} holds more than {limits.PICTURE_CLASSES} classes. {_ADVICE}")
    return files, tuple(names)


def _images_in(folder: Path) -> list[str]:
    names = (entry.name for entry in os.scandir(folder) if entry.name.lower().endswith(SUFFIXES))
    return sorted(name for name in names if not name.startswith("."))


def _refused(folder: Path, error: OSError) -> FileError:
    return FileError(f"{_called(folder)} cannot be read: {reason(error)}. {_ADVICE}", str(error))


# One image ------------------------------------------------------------------------------------------------------------


def _called(folder: Path) -> str:
    return printable(folder.resolve().name or folder)  # "." has no name of its own


class _UnreadableError(Exception):
    """An image that cannot be read; the message names it and says why, without a full stop."""

    @classmethod
    def of(cls, path: Path, why: str) -> "_UnreadableError":
        return cls(f"{printable(path.parent.name)}/{printable(path.name)} cannot be read: {why}")


def _leave_out(left_out: dict[int, str], place: int, error: _UnreadableError) -> None:
    left_out[place] = str(error)
    if len(left_out) > limits.UNREADABLE_PICTURES:
        first, most = next(iter(left_out.values())), limits.UNREADABLE_PICTURES
        raise FileError(f"More than {most} images cannot be read; the first: {first}. {_ADVICE}")


def _digested(path: Path, digest: Any) -> int:
    """Take name and content into the digest; returns how many bytes it has."""
    digest.update(f"{path.parent.name}/{path.name}\0".encode(errors="surrogateescape"))
    try:
        check_file(path)
        size = path.stat().st_size
        if size > limits.PICTURE_FILE:
            digest.update(str(size).encode())
            raise _UnreadableError.of(path, f"it has {size} bytes, far too many")
        with path.open("rb") as stream:
            while block := stream.read(2**20):
                digest.update(block)
    except OSError as error:
        raise _UnreadableError.of(path, reason(error)) from error
    return size


def _opened(path: Path) -> Any:
    """An image whose pixels are not read yet."""
    from PIL import Image, UnidentifiedImageError

    try:
        check_file(path)
        image = Image.open(path, formats=("PNG", "JPEG"))
    except UnidentifiedImageError as error:
        raise _UnreadableError.of(path, "it is broken or another kind of file") from error
    except OSError as error:
        raise _UnreadableError.of(path, reason(error)) from error
    except (*_BROKEN, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _UnreadableError.of(path, "it is broken, or far too large") from error
    if not 0 < image.width * image.height <= limits.PICTURE:
        image.close()
        raise _UnreadableError.of(path, f"it has {image.width}×{image.height} pixels, far too many")
    return image


def _size(path: Path) -> Size:
    with _opened(path) as image:
        try:
            turned = image.format == "JPEG" and image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
        except (OSError, *_BROKEN) as error:
            raise _UnreadableError.of(path, "what it says about itself is broken") from error
        return (image.width, image.height) if turned else (image.height, image.width)


def grey(path: Path, size: Size) -> NDArray[np.uint8]:
    """Its pixels (height, width), the way up that it was taken, transparent ones on black."""
    from PIL import Image, ImageOps

    with _opened(path) as image:
        try:
            image.draft("L", size[::-1] if size[0] == size[1] else (max(size),) * 2)  # a large JPEG is read small
            upright = ImageOps.exif_transpose(image) if image.format == "JPEG" else image
            if upright.has_transparency_data:
                clear = upright.convert("RGBA")
                upright = Image.alpha_composite(Image.new("RGBA", clear.size, (0, 0, 0, 255)), clear)
            if upright.mode.startswith("I"):  # 16 bits, which Pillow would cut off instead of scaling them
                upright = Image.fromarray((np.asarray(upright).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
            return scaled(upright.convert("L"), size)
        except (OSError, *_BROKEN) as error:
            raise _UnreadableError.of(path, "its pixels are broken or cut off") from error
