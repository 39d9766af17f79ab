"""A data set, ready for training: split, scaled, read-only.

Inputs are kept with one more column that holds the constant 1. Every dense layer multiplies such an augmented matrix
with its weights and reads the bias as the weight of that 1, so a mini-batch is a single `take` away from the first
matrix product.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnstudio.core.data.columns import Columns
from nnstudio.core.data.examples import DataError, Examples
from nnstudio.core.data.images import Images, ImageSet
from nnstudio.core.data.own_pictures import dealt_out
from nnstudio.core.data.painted import painted_examples
from nnstudio.core.data.plane import PLANE_KINDS, TWO_CLASSES, Plane
from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.data.sketched_digits import sketched_digits
from nnstudio.core.data.table import Table, digest_of, inputs_of, names_for, truth_of
from nnstudio.core.data.table_examples import examples_of, more_examples
from nnstudio.core.experiment.choices import DatasetKind, Scaling, Task
from nnstudio.core.experiment.dataset_spec import (
    DatasetSpec,
    ImageSpec,
    PaintedSpec,
    PictureSpec,
    PlaneSpec,
    TableSpec,
)

__all__ = ["DataError", "Dataset", "ImageSource", "Split", "build"]

ImageSource = Callable[[ImageSpec | TableSpec], ImageSet | Columns | Examples]
"""Reads what the core cannot: the images of an `ImageSpec`, those of a `PictureSpec` before they are dealt out, the
columns of a `TableSpec` with a recipe."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Examples for training, validation or test.

    augmented (n, inputs + 1): scaled inputs, last column 1
    targets (n, outputs): what the outputs should be: 0 or 1, one-hot, or a value
    labels (n,): the class as a number; for values and for labels that may all be true empty
    raw (n, …): the examples before anything was done to them: points (n, 2), pixels (n, height, width), rows of a table
    """

    augmented: NDArray[np.floating]
    targets: NDArray[np.floating]
    labels: NDArray[np.int64]
    raw: NDArray[Any]

    @property
    def inputs(self) -> NDArray[np.floating]:
        """The inputs alone, (n, inputs)."""
        return self.augmented[:, :-1]

    def __len__(self) -> int:
        return len(self.augmented)


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Training and test examples and what is known about them.

    target_names: what is to be learned: the classes by their numbers, the labels, or the values
    domain: what kind of thing an example is, with what is special about it
    recipe: what was done to the raw examples; validation: examples that decide when to stop, if any were split off
    """

    spec: DatasetSpec
    task: Task
    domain: Plane | Images | Table
    target_names: tuple[str, ...]
    recipe: InputRecipe
    train: Split
    test: Split
    validation: Split | None = None

    @classmethod
    def from_arrays(
        cls,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike,
        *,
        task: Task | None = None,
        test_share: float = 0.2,
        validation_share: float = 0.0,
        scaling: Scaling = Scaling.STANDARDISE,
        seed: int = 1,
        class_names: Sequence[str] | None = None,
        input_names: Sequence[str] | None = None,
        name: str = "table",
        dtype: type[np.floating] = np.float32,
    ) -> "Dataset":
        """A data set from arrays: X (n, inputs), and y for each of the n examples.

        y (n,) of whole numbers, booleans or text: its class
        y (n,) or (n, outputs) of floats: values, as they are; large ones should be scaled before
        y (n, labels) of zeros and ones, not floats: labels of which several may be true at once
        task: says it where y alone would be misread
        class_names: of the classes in the order of their numbers (or of the labels sorted), of the labels or the values

        An experiment on it is `Experiment(dataset=data.spec, …)`; it knows the table by a digest and never holds it, so
        the trainer needs both. Raises `DataError` for arrays that cannot be learned from and `SettingError` for shares
        out of range.
        """
        raw = inputs_of(X)
        kind, truth, target_names = truth_of(y, task, len(raw), class_names)
        examples = Examples(raw, truth)
        numbered = tuple(f"x{column + 1}" for column in range(raw.shape[1]))
        spec = TableSpec(
            name=name,
            digest=digest_of(examples),
            task=kind,
            input_names=names_for(input_names, numbered, "input_names", "inputs"),
            target_names=target_names,
            test_share=test_share,
            validation_share=validation_share,
            scaling=scaling,
            seed=seed,
        )
        train, test = examples, examples
        if test_share:
            train, test = examples.split(test_share, np.random.default_rng((seed, 0)))
        elif validation_share:
            raise DataError("With a test share of 0 all examples train and test, so none are left to validate with.")
        return _made(spec, kind, Table(spec.input_names), target_names, train, test, np.dtype(dtype))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example before the network: (inputs,), or (channels, height, width)."""
        return self.domain.shape

    @property
    def outputs(self) -> int:
        """How many numbers the network gives back."""
        return 1 if self.task is Task.BINARY else len(self.target_names)

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the classes are called, one of which is right, or the labels, any of which may be; empty for values."""
        return () if self.task is Task.REGRESSION else self.target_names

    @property
    def classes(self) -> int:
        """How many classes or labels there are; 0 for values."""
        return len(self.class_names)

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each output stands for; the only one of two classes says how sure the second is."""
        return self.target_names[-self.outputs :]

    @property
    def input_names(self) -> tuple[str, ...]:
        """What each input is called; empty for pixels."""
        return self.recipe.names

    def encode(self, raw: ArrayLike) -> NDArray[np.floating]:
        """Raw examples (n, …) as the network takes them, augmented: (n, inputs + 1). Raises `DataError`."""
        return _augmented(self.recipe, self.recipe.checked(raw), self.train.augmented.dtype)


def build(spec: DatasetSpec, images: ImageSource | None = None, dtype: type[np.floating] = np.float32) -> Dataset:
    """Draw, or load through `images`, the data that `spec` asks for. Raises `DataError`."""
    return BUILDERS[type(spec)](spec, images, np.dtype(dtype))


def _on_the_plane(spec: PlaneSpec, images: ImageSource | None, dtype: np.dtype[np.floating]) -> Dataset:
    kind = PLANE_KINDS[spec.kind]
    plane = Plane(kind.extent, spec.features)
    return _made(spec, kind.task(spec), plane, kind.target_names(spec), *kind.examples(spec), dtype)


def _as_painted(spec: PaintedSpec, images: ImageSource | None, dtype: np.dtype[np.floating]) -> Dataset:
    two, plane = spec.classes == 2, Plane(spec.extent, spec.features)
    names = TWO_CLASSES if two else tuple(map(str, range(spec.classes)))
    return _made(spec, Task.BINARY if two else Task.MULTICLASS, plane, names, *painted_examples(spec), dtype)


def _of_images(spec: ImageSpec, images: ImageSource | None, dtype: np.dtype[np.floating]) -> Dataset:
    if spec.kind is DatasetKind.SKETCHED_DIGITS:
        found = sketched_digits(spec)
    elif images is not None:
        found = images(spec)
        assert isinstance(found, ImageSet)
    else:
        raise DataError(f"{spec.kind.label} has to be read from files: pass a function that reads it.")
    names = tuple(map(str, range(found.classes)))
    return _made(spec, Task.MULTICLASS, Images(found), names, *found.examples(spec.images), dtype)


def _of_pictures(spec: PictureSpec, images: ImageSource | None, dtype: np.dtype[np.floating]) -> Dataset:
    if images is None:
        raise DataError(f"The images of {spec.name} have to be read from files: pass a function that reads them.")
    read = images(spec)
    assert isinstance(read, Examples)
    found = dealt_out(spec, read)
    del read  # of many images that is as much memory as those that were dealt out
    train, test = found.examples(spec.images)
    if not spec.test_share:
        test = train
    return _made(spec, Task.MULTICLASS, Images(found), spec.class_names, train, test, dtype)


def _of_a_table(spec: TableSpec, images: ImageSource | None, dtype: np.dtype[np.floating]) -> Dataset:
    if spec.recipe is None or images is None:
        raise DataError(
            f"The numbers of {spec.name} are not part of the experiment: make the data set from its arrays and pass it "
            "on."
        )
    return from_columns(spec, _columns(images(spec)), dtype.type)


def _columns(found: ImageSet | Columns | Examples) -> Columns:
    assert isinstance(found, Columns)
    return found


def from_columns(spec: TableSpec, columns: Columns, dtype: type[np.floating] = np.float32) -> Dataset:
    """The data set that a spec with a recipe makes of a table's columns. Raises `DataError`."""
    recipe, train, test, validation = examples_of(spec, columns)
    del columns  # of a large table that is as much memory as its examples need
    domain = Table(spec.input_names, recipe)
    return _scaled(spec, spec.task, domain, spec.target_names, train, test, validation, np.dtype(dtype))


def with_columns(dataset: Dataset, columns: Columns) -> Dataset:
    """The data set with the rows of another table instead, all of which train and test: they go through its fitted
    recipe, and nothing is measured anew. Raises `DataError`."""
    spec, recipe = dataset.spec, dataset.recipe
    assert isinstance(spec, TableSpec)
    assert recipe.table is not None
    examples = more_examples(spec, recipe.table, columns)
    split = _split(dataset.task, dataset.target_names, recipe, examples, dataset.train.augmented.dtype)
    return replace(dataset, train=split, test=split, validation=None)


BUILDERS: dict[type[DatasetSpec], Callable[[Any, ImageSource | None, np.dtype[np.floating]], Dataset]] = {
    PlaneSpec: _on_the_plane,
    PaintedSpec: _as_painted,
    ImageSpec: _of_images,
    TableSpec: _of_a_table,
    PictureSpec: _of_pictures,
}
"""What makes the data of each domain from its spec."""


def _made(
    spec: DatasetSpec,
    task: Task,
    domain: Plane | Images | Table,
    target_names: tuple[str, ...],
    train: Examples,
    test: Examples,
    dtype: np.dtype[np.floating],
) -> Dataset:
    """The data set of any domain: validation examples split off, inputs scaled by what the training examples say."""
    validation = None
    if spec.validation_share and test is not train:
        train, validation = train.split(spec.validation_share, np.random.default_rng((spec.seed, 5)))
    return _scaled(spec, task, domain, target_names, train, test, validation, dtype)


def _scaled(
    spec: DatasetSpec,
    task: Task,
    domain: Plane | Images | Table,
    target_names: tuple[str, ...],
    train: Examples,
    test: Examples,
    validation: Examples | None,
    dtype: np.dtype[np.floating],
) -> Dataset:
    recipe = domain.recipe(spec.scaling, train.raw)

    def split(examples: Examples) -> Split:
        return _split(task, target_names, recipe, examples, dtype)

    ready = split(train)
    return Dataset(
        spec=spec,
        task=task,
        domain=domain,
        target_names=target_names,
        recipe=recipe,
        train=ready,
        test=ready if test is train else split(test),
        validation=split(validation) if validation else None,
    )


def _split(
    task: Task, target_names: tuple[str, ...], recipe: InputRecipe, examples: Examples, dtype: np.dtype[np.floating]
) -> Split:
    truth, labels = examples.truth, np.empty(0, np.int64)
    if truth.ndim == 1:
        labels = truth.astype(np.int64)
        truth = np.eye(len(target_names), dtype=dtype)[labels] if task is Task.MULTICLASS else truth[:, None]
    return _frozen(Split(_augmented(recipe, examples.raw, dtype), truth.astype(dtype), labels, examples.raw))


def _augmented(recipe: InputRecipe, raw: NDArray[Any], dtype: np.dtype[np.floating]) -> NDArray[np.floating]:
    augmented = np.ones((len(raw), len(recipe.shift) + 1), dtype)
    recipe.write(raw, augmented[:, :-1])
    return augmented


def _frozen(split: Split) -> Split:
    for array in (split.augmented, split.targets, split.labels, split.raw):
        array.flags.writeable = False
    return split
