"""Which data somebody asked for, each kind one frozen dataclass: points of the plane, images, a table of numbers.

A spec says what to draw or to look for and what is done with it. It never holds the data, but for points that somebody
has painted, which are nowhere else. Which settings of the plane a kind of data reads beside those of all, its row in
`PLANE_KINDS` says.
"""

import reprlib
from dataclasses import dataclass
from typing import Any

from nnstudio.core.experiment.choices import DatasetKind, Feature, Scaling, Task
from nnstudio.core.experiment.setting import Scale, Setting, SettingError, check_settings
from nnstudio.core.experiment.table_recipe import TableFile, TableRecipe

DIGEST_DIGITS = 64
LARGEST_SIDE = 256
"""So many pixels are own images high or wide at most, as the network sees them."""
MAXIMUM_PAINTED = 5000
"""So many points may be painted, for training and test together."""
FARTHEST, NARROWEST = 1000.0, 0.01
"""So far from 0 a painted point may lie in each direction; so wide and high is what is to be seen at the least."""

Point = tuple[float, float, int]
"""x₁, x₂ and the number of its class."""


def _kind(default: DatasetKind) -> Any:
    return Setting(label="Data set", help="What the network is to learn.", choice=DatasetKind).field(default)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSpec:
    """What is asked of all data. Ask for one of the subclasses: `SPECS` has the one that goes with each kind."""

    kind: DatasetKind
    validation_share: float = Setting(
        label="Validation share",
        help="The share of the training examples that only decides when to stop, and does not train; 0 leaves that to "
        "the test examples.",
        minimum=0,
        maximum=0.5,
        percent=True,
    ).field(0.0)
    scaling: Scaling = Setting(
        label="Scaling", help="What is done to the inputs before the network sees them.", choice=Scaling
    ).field(Scaling.NONE)
    seed: int = Setting(
        label="Data seed",
        help="The same seed draws and splits the same examples.",
        minimum=0,
        maximum=2**32 - 1,
        integer=True,
    ).field(1)

    def __post_init__(self) -> None:
        check_settings(self, "dataset")
        if SPECS[self.kind] is not type(self):
            raise SettingError(
                "dataset.kind", f"dataset.kind is {self.kind.value}, which {type(self).__name__} is not."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneSpec(DatasetSpec):
    """Points of the plane, drawn by the program. `arms` and `classes` serve the kinds that name them."""

    kind: DatasetKind = _kind(DatasetKind.CIRCLE)
    noise: float = Setting(
        label="Noise", help="How far the points stray from their shape.", minimum=0, maximum=0.5, percent=True
    ).field(0.0)
    training_share: float = Setting(
        label="Training share",
        help="The share of the points to train on; the others only test.",
        minimum=0.1,
        maximum=0.9,
        percent=True,
    ).field(0.5)
    samples: int = Setting(
        label="Samples",
        help="How many points are drawn, for training and test together.",
        minimum=10,
        maximum=20_000,
        integer=True,
        scale=Scale.LOGARITHMIC,
        stops=(10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000),
    ).field(500)
    arms: int = Setting(
        label="Arms", help="How many spiral arms, each a class of its own.", minimum=2, maximum=5, integer=True
    ).field(2)
    classes: int = Setting(
        label="Classes", help="How many classes there are to tell apart.", minimum=2, maximum=10, integer=True
    ).field(3)
    features: tuple[Feature, ...] = (Feature.X1, Feature.X2)

    def __post_init__(self) -> None:
        DatasetSpec.__post_init__(self)
        _check_features(self.features)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedSpec(DatasetSpec):
    """Points of the plane that somebody has painted: the spec is the data.

    training, test: the points to train on, and those that only test; without any of these all train and test
    extent: the part of the plane to be seen: left, right, bottom, top
    """

    kind: DatasetKind = _kind(DatasetKind.PAINTED)
    classes: int = Setting(
        label="Classes", help="How many classes there are to tell apart.", minimum=2, maximum=10, integer=True
    ).field(2)
    stroke_test_share: float = Setting(
        label="Painted to test",
        help="The share of each stroke's points that only tests; its first one trains. Points that are there stay what "
        "they are.",
        minimum=0,
        maximum=0.9,
        percent=True,
    ).field(0.5)
    features: tuple[Feature, ...] = (Feature.X1, Feature.X2)
    extent: tuple[float, float, float, float] = (-6.0, 6.0, -6.0, 6.0)
    training: tuple[Point, ...]
    test: tuple[Point, ...] = ()

    def __post_init__(self) -> None:
        DatasetSpec.__post_init__(self)
        _check_features(self.features)
        left, right, bottom, top = self.extent
        sides = (left, right), (bottom, top)
        if not all(low >= -FARTHEST and high <= FARTHEST and high - low >= NARROWEST for low, high in sides):
            raise SettingError(
                "dataset.extent",
                f"dataset.extent must be left, right, bottom and top of a part of the plane within ±{FARTHEST:g}, at "
                f"least {NARROWEST:g} wide and high.",
            )
        count = len(self.training) + len(self.test)
        if count > MAXIMUM_PAINTED:
            raise SettingError(
                "dataset.training", f"dataset.training and test have {count} points; {MAXIMUM_PAINTED} are allowed."
            )
        for field, points in (("training", self.training), ("test", self.test)):
            for index, point in enumerate(points):
                if not _is_point(point, self.classes):
                    raise SettingError(
                        f"dataset.{field}",
                        f"dataset.{field}[{index}] is {reprlib.repr(point)}, but must be two numbers within "
                        f"±{FARTHEST:g} and a class from 0 to {self.classes - 1}.",
                    )
        if len({label for _, _, label in self.training}) < 2:
            raise SettingError("dataset.training", "dataset.training must have points of at least two classes.")


PointsSpec = PlaneSpec | PaintedSpec
"""Whose examples are points of the plane."""


def _is_point(point: object, classes: int) -> bool:
    match point:
        case (int() | float() as x1, int() | float() as x2, int(label)) if not isinstance(label, bool):
            return abs(x1) <= FARTHEST and abs(x2) <= FARTHEST and 0 <= label < classes
        case _:
            return False


def _check_features(features: tuple[Feature, ...]) -> None:
    if not features:
        raise SettingError("dataset.features", "dataset.features is empty, but the network needs an input.")
    if len(set(features)) != len(features):
        raise SettingError("dataset.features", "dataset.features names the same feature twice.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSpec(DatasetSpec):
    """Images, drawn by the program or read from files."""

    kind: DatasetKind = _kind(DatasetKind.MNIST)
    images: int = Setting(
        label="Use",
        help="How many of the training images to use; all test images stay.",
        minimum=100,
        maximum=60_000,
        integer=True,
        scale=Scale.LOGARITHMIC,
        stops=(100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000),
    ).field(60_000)
    shift: int = Setting(
        label="Shift",
        help="Moves each training image by up to so many pixels, differently every time it is seen.",
        minimum=0,
        maximum=4,
        integer=True,
    ).field(0)


def _test_share(examples: str) -> float:
    words = f"The share of the {examples} that only tests; at 0 all of them train and test."
    return Setting(label="Test share", help=words, minimum=0, maximum=0.9, percent=True).field(0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec(DatasetSpec):
    """A table of somebody's own, known by its digest.

    name: what to call it
    digest: SHA-256 in 64 hexadecimal digits, of the file with this recipe, or of its numbers where there is none:
    another table is other data
    task: what there is to learn
    input_names: what to call each input
    target_names: the classes in the order of their numbers, the labels of a multi-label task, or what each output of
    a regression is
    recipe: how its columns become inputs and a truth, as asked for; None for a table of numbers from a script
    file: where it lay when it was read, and how to read it
    """

    kind: DatasetKind = _kind(DatasetKind.TABLE)
    name: str = "table"
    digest: str
    task: Task
    input_names: tuple[str, ...]
    target_names: tuple[str, ...]
    recipe: TableRecipe | None = None
    file: TableFile | None = None
    test_share: float = _test_share("examples")

    def __post_init__(self) -> None:
        DatasetSpec.__post_init__(self)
        _check_digest(self.digest)
        _check_names("input_names", self.input_names)
        _check_names("target_names", self.target_names)
        if self.recipe is not None and self.recipe.input_names != self.input_names:
            raise SettingError("dataset.input_names", "dataset.input_names are not those that its recipe makes.")
        if self.file is not None and self.recipe is None:
            raise SettingError("dataset.file", "dataset.file is there, but no dataset.recipe for it.")
        least = {Task.BINARY: 2, Task.MULTICLASS: 2}.get(self.task, 1)
        if len(self.target_names) < least or (self.task is Task.BINARY and len(self.target_names) > least):
            raise SettingError(
                "dataset.target_names",
                f"dataset.target_names has {len(self.target_names)} names, which fits no {self.task.value} task.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSpec(ImageSpec):
    """Images of somebody's own, known by the digest of their files; they are learned as grey ones of one size.

    name: what to call them
    digest: SHA-256 in 64 hexadecimal digits, of all their files: other files are other data
    class_names: in the order of their numbers
    inverted: whether dark and light change places, so that ink on paper becomes light on dark as in MNIST
    stratified: whether each share has the same mixture of classes
    file: where the folder or file lay when it was read
    """

    kind: DatasetKind = _kind(DatasetKind.PICTURES)
    name: str = "pictures"
    digest: str
    class_names: tuple[str, ...]
    file: TableFile
    height: int = Setting(
        label="Height", help="Pixels from top to bottom.", minimum=1, maximum=LARGEST_SIDE, integer=True
    ).field(28)
    width: int = Setting(
        label="Width", help="Pixels from left to right.", minimum=1, maximum=LARGEST_SIDE, integer=True
    ).field(28)
    inverted: bool = False
    stratified: bool = True
    images: int = Setting(
        label="Use",
        help="How many of the training images to use; all test images stay.",
        minimum=100,
        maximum=100_000,
        integer=True,
        scale=Scale.LOGARITHMIC,
    ).field(100_000)
    test_share: float = _test_share("images")

    def __post_init__(self) -> None:
        DatasetSpec.__post_init__(self)
        _check_digest(self.digest)
        _check_names("class_names", self.class_names)
        if len(self.class_names) < 2:
            raise SettingError("dataset.class_names", "dataset.class_names must name at least two classes.")
        if self.file.text is not None:
            raise SettingError("dataset.file", "dataset.file says how to read text, but images are none.")


OwnSpec = TableSpec | PictureSpec
"""Whose examples are in files of somebody's own."""


def _check_digest(digest: str) -> None:
    if len(digest) != DIGEST_DIGITS or not set(digest) <= set("0123456789abcdef"):
        raise SettingError("dataset.digest", f"dataset.digest must have {DIGEST_DIGITS} hexadecimal digits.")


def _check_names(field: str, names: tuple[str, ...]) -> None:
    if not names or not all(names):
        raise SettingError(f"dataset.{field}", f"dataset.{field} must have a name for each, and at least one.")
    if len(set(names)) != len(names):
        raise SettingError(f"dataset.{field}", f"dataset.{field} has the same name twice.")


SPECS: dict[DatasetKind, type[DatasetSpec]] = {
    **dict.fromkeys(DatasetKind, PlaneSpec),
    DatasetKind.PAINTED: PaintedSpec,
    DatasetKind.SKETCHED_DIGITS: ImageSpec,
    DatasetKind.MNIST: ImageSpec,
    DatasetKind.TABLE: TableSpec,
    DatasetKind.PICTURES: PictureSpec,
}
"""Which kind of data is asked for by which spec."""
