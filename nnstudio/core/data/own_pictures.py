"""Images of somebody's own, dealt out for training and test."""

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.data.examples import DataError, Examples, drawn
from nnstudio.core.data.images import WHITE, ImageSet
from nnstudio.core.experiment.dataset_spec import PictureSpec


def as_learned(spec: PictureSpec, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels (n, height, width) as the network is to see them: with dark and light exchanged, if that was asked for."""
    return WHITE - pixels if spec.inverted else pixels


def dealt_out(spec: PictureSpec, examples: Examples) -> ImageSet:
    """All the images in an order drawn by the seed, so that the first few are of any class: for training, and for test,
    or for both where nothing is to be split off. Raises `DataError`."""
    if spec.validation_share and not spec.test_share:
        raise DataError("With a test share of 0 all images train and test, so none are left to validate with.")
    pixels, labels = as_learned(spec, examples.raw), examples.truth.astype(np.int64)
    random = np.random.default_rng((spec.seed, 0))
    test = _testing(spec, labels, random)
    order = random.permutation(np.flatnonzero(~test))
    train_pixels, train_labels = pixels[order], labels[order]
    if not spec.test_share:
        return ImageSet(train_pixels, train_labels, train_pixels, train_labels, len(spec.class_names))
    rest = random.permutation(np.flatnonzero(test))
    return ImageSet(train_pixels, train_labels, pixels[rest], labels[rest], len(spec.class_names))


def share_counts(spec: PictureSpec, labels: NDArray[np.int64]) -> tuple[int, int, int]:
    """How many images train, validate and test. Raises `DataError`."""
    if not spec.test_share:
        return len(labels), 0, len(labels)
    test = _testing(spec, labels, np.random.default_rng((spec.seed, 0)))
    validation = 0
    if spec.validation_share:
        validation = int(drawn(labels[~test], spec.validation_share, np.random.default_rng((spec.seed, 5))).sum())
    return int((~test).sum()) - validation, validation, int(test.sum())


def _testing(spec: PictureSpec, labels: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.bool_]:
    """Which images test, (n,); none where all train and test."""
    if not spec.test_share:
        return np.zeros(len(labels), np.bool_)
    return drawn(labels, spec.test_share, random, spec.stratified)
