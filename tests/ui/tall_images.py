"""Images that are not square, of three classes: a bright bar where the class has its own."""

import numpy as np

from nnstudio.core.data.dataset import Dataset, build
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.dataset_spec import ImageSpec


def tall_images(height: int = 20, width: int = 12, count: int = 120) -> Dataset:
    """Two thirds of them for training."""
    random = np.random.default_rng(5)
    labels = random.integers(0, 3, count)
    pixels = random.integers(0, 60, (count, height, width)).astype(np.uint8)
    for image, label in zip(pixels, labels, strict=True):
        image[label * height // 3 : (label + 1) * height // 3] += 150
    train = count * 2 // 3
    found = ImageSet(pixels[:train], labels[:train], pixels[train:], labels[train:], 3)
    return build(ImageSpec(kind=DatasetKind.MNIST, images=100), lambda _: found)
