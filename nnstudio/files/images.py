"""Image data for the core, read once and kept."""

from collections.abc import Callable
from pathlib import Path

from nnstudio.core.data.dataset import DataError
from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment.dataset_spec import ImageSpec
from nnstudio.files.errors import FileError
from nnstudio.files.mnist import find_mnist, read_mnist


class ImageLibrary:
    """Reads MNIST where it lies, when it is first asked for. `folder` says where the user said it is, if he did."""

    def __init__(self, folder: Callable[[], Path | None]) -> None:
        self._folder = folder
        self._images: ImageSet | None = None

    def __call__(self, spec: ImageSpec) -> ImageSet:
        """The images; raises `DataError` with a sentence for a person."""
        if self._images is None:
            folder = find_mnist(self._folder())
            if folder is None:
                raise DataError(
                    "MNIST is not on this computer yet; nothing has changed. Choose MNIST in the Data card to download "
                    "it, or set NNSTUDIO_DATA to a folder that holds it in a subfolder mnist."
                )
            try:
                self._images = read_mnist(folder)
            except FileError as error:
                raise DataError(str(error)) from error
        return self._images
