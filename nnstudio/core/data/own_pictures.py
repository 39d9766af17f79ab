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
    """All the images, those for training in an order drawn by the seed, so that the first few are of any class; the
    others test, or all do where nothing is to be split off. Raises `DataError`."""
    if spec.validation_share and not spec.test_share:
        raise DataError("With a test share of 0 all images train and test, so none are left to validate with.")
    pixels, labels = as_learned(spec, examples.raw), examples.truth.astype(np.int64)
    random = np.random.default_rng((spec.seed, 0))
    test = np.zeros(len(labels), np.bool_)
    if spec.test_share:
        test = drawn(labels, spec.test_share, random, spec.stratified)
    order = random.permutation(np.flatnonzero(~test))
    train_pixels, train_labels = pixels[order], labels[order]
    if not spec.test_share:
        return ImageSet(train_pixels, train_labels, train_pixels, train_labels, len(spec.class_names))
    return ImageSet(train_pixels, train_labels, pixels[test], labels[test], len(spec.class_names))
