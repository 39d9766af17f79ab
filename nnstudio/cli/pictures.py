"""Images of somebody's own on the command line: what is to be made of them, and what a trained network says of new
ones."""

import argparse
import csv
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnstudio.cli.arguments import BadInput
from nnstudio.cli.output import Outlet
from nnstudio.cli.tables import share, watched
from nnstudio.core.array import Array
from nnstudio.core.data.columns import Words
from nnstudio.core.data.own_pictures import as_learned
from nnstudio.core.data.picture_proposal import PictureWishes, class_counts, odd_classes, proposed_spec
from nnstudio.core.experiment.choices import Domain, Task
from nnstudio.core.experiment.dataset_spec import LARGEST_SIDE, PictureSpec
from nnstudio.core.network.model import Model
from nnstudio.core.network.predict import predict
from nnstudio.core.presets import PRESETS, default_experiment
from nnstudio.core.training.metrics import answers_of
from nnstudio.files.errors import printable
from nnstudio.files.library import DataLibrary
from nnstudio.files.pictures.folder import reading_loose
from nnstudio.files.pictures.pictures import Pictures, Size
from nnstudio.files.pictures.source import are_pictures, place_of, reading_pictures
from nnstudio.files.project import Project

_AT_ONCE = 256
"""Images that go through the network together."""


@dataclass(frozen=True, slots=True)
class TakenPictures:
    """An experiment on images, and the library that has them at hand."""

    project: Project
    library: DataLibrary
    pictures: Pictures

    def introduce(self) -> None:
        """Say what was found, a sentence a line."""
        spec = self.project.experiment.dataset
        assert isinstance(spec, PictureSpec)
        said = [f"{spec.name}: {self.pictures.sentence}"]
        odd = odd_classes(spec.class_names, class_counts(self.pictures.labels, len(spec.class_names)))
        said += [each.replace("**", "") for each in odd]
        said += [f"Left out: {each}." for each in self.pictures.left_out]
        Outlet(sys.stderr).write("\n  ".join(said) + "\n\n")


def is_pictures(options: argparse.Namespace) -> bool:
    """Whether what is to be trained is a folder or a file of images."""
    return options.experiment not in PRESETS and are_pictures(Path(options.experiment))


def take_pictures(options: argparse.Namespace) -> TakenPictures:
    """Read the images that the words name. Raises `BadInput`, `FileError` and `SettingError`."""
    path = Path(options.experiment)
    wishes = PictureWishes(
        size=None if options.size is None else _size(options.size),
        inverted=options.inverted,
        test_share=share("--test-share", options.test_share, 0.2),
        validation_share=share("--validation-share", options.validation_share, 0.0),
        stratified=not options.not_stratified,
        seed=options.split_seed,
    )
    pictures = watched(path, reading_pictures(path, wishes.size), options.quiet)
    name = printable(path.absolute().name)
    place = place_of(path, pictures)
    spec = proposed_spec(
        wishes, name=name, digest=pictures.digest, size=pictures.size, class_names=pictures.names, file=place
    )
    library = DataLibrary()
    library.pictures.hand_over(pictures)
    return TakenPictures(Project(default_experiment(spec)), library, pictures)


def add_picture_options(parser: argparse.ArgumentParser) -> None:
    """What `train` may be told of images."""
    group = parser.add_argument_group(
        "images of your own", "A folder with a folder of PNG or JPEG files for each class."
    )
    group.add_argument("--size", metavar="WIDTHxHEIGHT", help="the pixels of each image, such as 28x28")
    group.add_argument("--inverted", action="store_true", help="let dark and light change places: ink becomes light")


def _size(text: str) -> Size:
    found = re.fullmatch(r"(\d{1,3})[x×](\d{1,3})", text)
    if found is None or not all(1 <= int(side) <= LARGEST_SIDE for side in found.groups()):
        raise BadInput(f"--size is {printable(text)}, but must be pixels such as 28x28, up to {LARGEST_SIDE} each way.")
    width, height = map(int, found.groups())
    return height, width


# What a trained network says of images -------------------------------------------------------------------------------


def picture_lines(model: Model, project: Project, folder: Path) -> Iterator[str]:
    """The answers for the images in a folder as CSV: the file, the class, how probable each one is. Raises `FileError`
    and `BadInput`."""
    size = _size_of(model)
    header = ["image", "class", *(f"P({name})" for name in model.target_names)]
    yield _written([header])
    names: list[str] = []
    pixels: list[NDArray[np.uint8]] = []
    for name, image in reading_loose(folder, size):
        names.append(name)
        pixels.append(image)
        if len(names) == _AT_ONCE:
            yield _written(_rows(model, names, _answers(model, project, np.stack(pixels))))
            names, pixels = [], []
    if names:
        yield _written(_rows(model, names, _answers(model, project, np.stack(pixels))))


def labelled_pictures(model: Model, project: Project, path: Path) -> tuple[Pictures, Words, Array]:
    """The images of a folder for each class, their classes, and the answers (n, classes). Raises `FileError` and
    `BadInput`."""
    pictures = watched(path, reading_pictures(path, _size_of(model)), quiet=False)
    truth = Words(pictures.labels.astype(np.int32), pictures.names)
    return pictures, truth, _answers(model, project, pictures.pixels)


def _size_of(model: Model) -> Size:
    if model.recipe.domain is not Domain.IMAGES or model.task is not Task.MULTICLASS:
        raise BadInput("This project did not learn from images, and a folder of images is all that was named.")
    height, width = model.recipe.shape
    return height, width


def _answers(model: Model, project: Project, pixels: NDArray[np.uint8]) -> Array:
    spec = project.experiment.dataset
    seen = as_learned(spec, pixels) if isinstance(spec, PictureSpec) else pixels
    pieces = [predict(model, seen[begin : begin + _AT_ONCE]) for begin in range(0, len(seen), _AT_ONCE)]
    return np.concatenate(pieces)


def _rows(model: Model, names: list[str], answers: Array) -> Iterator[list[object]]:
    classes = answers_of(answers.T).tolist()
    for name, best, numbers in zip(names, classes, answers.tolist(), strict=True):
        yield [printable(name), model.target_names[best], *(float(np.float32(number)) for number in numbers)]


def _written(rows: Iterator[list[object]] | list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
