"""Reading MNIST from the four files in which it is published.

The 60 000 training and 10 000 test digits lie in a folder as IDX files, gzipped or not, named with a hyphen
(train-images-idx3-ubyte) or a dot (train-images.idx3-ubyte). `find_mnist` knows where to look, `read_mnist` reads and
checks all four before anything is used.

MNIST is by Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
"""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_data_path

from nnstudio.core.counting import counted
from nnstudio.core.data.images import ImageSet
from nnstudio.files.errors import FileError, printable, reason
from nnstudio.files.idx import read_idx, refused

CLASSES = 10
SIDE = 28

TRAIN_IMAGES = "train-images-idx3-ubyte"
TRAIN_LABELS = "train-labels-idx1-ubyte"
TEST_IMAGES = "t10k-images-idx3-ubyte"
TEST_LABELS = "t10k-labels-idx1-ubyte"
FILE_NAMES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


def user_mnist_folder() -> Path:
    """Where downloaded files belong: `mnist` in the user's data folder."""
    return user_data_path("nnstudio", appauthor=False) / "mnist"


def find_mnist(extra: Path | None = None) -> Path | None:
    """The first folder that holds all four files: NNSTUDIO_DATA/mnist, the user's data folder, `extra`; or None."""
    given = os.environ.get("NNSTUDIO_DATA")
    folders = (Path(given) / "mnist" if given else None, user_mnist_folder(), extra)
    return next((folder for folder in folders if folder and _is_complete(folder)), None)


def read_mnist(folder: Path) -> ImageSet:
    """All of MNIST. Raises `FileError`, which names the file and says what to do; 47 MB of pixels, read-only."""
    train_pixels, train_labels = _read_pair(folder, TRAIN_IMAGES, TRAIN_LABELS)
    test_pixels, test_labels = _read_pair(folder, TEST_IMAGES, TEST_LABELS)
    return ImageSet(train_pixels, train_labels, test_pixels, test_labels, CLASSES)


def _read_pair(folder: Path, images: str, labels: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    images_path, labels_path = _path(folder, images), _path(folder, labels)
    classes = read_idx(labels_path, 1)
    pixels = read_idx(images_path, 3)
    if pixels.shape[1:] != (SIDE, SIDE):
        size = "×".join(map(str, pixels.shape[1:]))
        raise refused(images_path, f"holds images of {size} pixels, but MNIST's have {SIDE}×{SIDE}")
    if len(pixels) == 0:
        raise refused(images_path, "holds no images")
    if len(pixels) != len(classes):
        raise refused(
            labels_path,
            f"holds {counted(len(classes), 'label')} for the {counted(len(pixels), 'image')} of {images_path.name}",
        )
    if classes.max() >= CLASSES:
        raise refused(labels_path, f"holds the label {classes.max()}, but digits go from 0 to {CLASSES - 1}")
    return pixels, classes.astype(np.int64)


def _variants(name: str) -> tuple[str, ...]:
    dotted = name.replace("-idx", ".idx")
    return name + ".gz", name, dotted + ".gz", dotted


def _is_complete(folder: Path) -> bool:
    try:
        present = set(os.listdir(folder))
    except OSError:
        return False
    return all(present.intersection(_variants(name)) for name in FILE_NAMES)


def _path(folder: Path, name: str) -> Path:
    try:
        present = set(os.listdir(folder))
    except OSError as error:
        raise FileError(
            f"The folder {printable(folder)} cannot be read: {reason(error)}. Nothing was changed; choose the folder "
            "that holds the MNIST files.",
            str(error),
        ) from error
    if not present.intersection(variant for each in FILE_NAMES for variant in _variants(each)):
        raise FileError(
            f"There are no MNIST files in {printable(folder)}. Nothing was changed; choose the folder that holds "
            f"{TRAIN_IMAGES}.gz and its three companions, or download them."
        )
    found = next((variant for variant in _variants(name) if variant in present), None)
    if found is None:
        raise FileError(
            f"{name}.gz is missing in {printable(folder)}. Nothing was changed; put it there, or download all four "
            "files."
        )
    return folder / found
