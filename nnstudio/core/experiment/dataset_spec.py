"""Which data somebody asked for."""

from dataclasses import dataclass

from nnstudio.core.experiment.choices import DatasetKind, Feature, Scaling
from nnstudio.core.experiment.setting import Scale, Setting, SettingError, check_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSpec:
    """Which data, and how much of it. `SETTINGS_OF_DATASET` says which settings concern which kind."""

    kind: DatasetKind = Setting(label="Data set", help="What the network is to learn.", choice=DatasetKind).field(
        DatasetKind.CIRCLE
    )
    samples: int = Setting(
        label="Samples",
        help="How many points are drawn, for training and test together.",
        minimum=10,
        maximum=20_000,
        integer=True,
        scale=Scale.LOGARITHMIC,
        stops=(10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000),
    ).field(500)
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
    arms: int = Setting(
        label="Arms", help="How many spiral arms, each a class of its own.", minimum=2, maximum=5, integer=True
    ).field(2)
    classes: int = Setting(
        label="Classes", help="How many classes there are to tell apart.", minimum=2, maximum=10, integer=True
    ).field(3)
    features: tuple[Feature, ...] = (Feature.X1, Feature.X2)
    images: int = Setting(
        label="Use",
        help="How many of the training images to use; all test images stay.",
        minimum=100,
        maximum=60_000,
        integer=True,
        scale=Scale.LOGARITHMIC,
        stops=(100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000),
    ).field(60_000)
    scaling: Scaling = Setting(
        label="Scaling", help="What is done to the inputs before the network sees them.", choice=Scaling
    ).field(Scaling.NONE)
    shift: int = Setting(
        label="Shift",
        help="Moves each training image by up to so many pixels, differently every time it is seen.",
        minimum=0,
        maximum=4,
        integer=True,
    ).field(0)
    seed: int = Setting(
        label="Data seed", help="The same seed draws the same points.", minimum=0, maximum=2**32 - 1, integer=True
    ).field(1)

    def __post_init__(self) -> None:
        check_settings(self, "dataset")
        if not self.features:
            raise SettingError("dataset.features", "dataset.features is empty, but the network needs an input.")
        if len(set(self.features)) != len(self.features):
            raise SettingError("dataset.features", "dataset.features names the same feature twice.")


_POINTS = ("noise", "training_share", "samples")
_IMAGES = ("images", "shift")

SETTINGS_OF_DATASET: dict[DatasetKind, tuple[str, ...]] = {
    DatasetKind.CIRCLE: _POINTS,
    DatasetKind.XOR: _POINTS,
    DatasetKind.XOR4: (),
    DatasetKind.GAUSSIANS: _POINTS,
    DatasetKind.SPIRALS: (*_POINTS, "arms"),
    DatasetKind.MOONS: _POINTS,
    DatasetKind.RINGS: (*_POINTS, "classes"),
    DatasetKind.CHECKERBOARD: _POINTS,
    DatasetKind.BLOBS: (*_POINTS, "classes"),
    DatasetKind.PLANE: _POINTS,
    DatasetKind.HILLS: _POINTS,
    DatasetKind.SINE: _POINTS,
    DatasetKind.SKETCHED_DIGITS: _IMAGES,
    DatasetKind.MNIST: _IMAGES,
}
"""The fields of `DatasetSpec` that each kind reads, besides features (on the plane), scaling and seed."""
