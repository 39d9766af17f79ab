"""What is made of somebody's own images: what was wished, what follows, and what is odd about them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnstudio.core.counting import counted
from nnstudio.core.experiment.choices import Scaling
from nnstudio.core.experiment.dataset_spec import PictureSpec
from nnstudio.core.experiment.table_recipe import TableFile

FEW, UNEVEN = 10, 5
"""A class with fewer images than these says little; so many times as many images as another class are uneven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWishes:
    """size: height and width of all images, None for those they have; the rest is as in `PictureSpec`. Photographs are
    mostly light, which would drive many a ReLU to its dead side, so they are standardised unless somebody says
    otherwise."""

    size: tuple[int, int] | None = None
    inverted: bool = False
    scaling: Scaling = Scaling.STANDARDISE
    test_share: float = 0.2
    validation_share: float = 0.0
    stratified: bool = True
    seed: int = 1


def picture_wishes_of(spec: PictureSpec) -> PictureWishes:
    """What somebody must have wished to get this."""
    return PictureWishes(
        size=(spec.height, spec.width),
        inverted=spec.inverted,
        scaling=spec.scaling,
        test_share=spec.test_share,
        validation_share=spec.validation_share,
        stratified=spec.stratified,
        seed=spec.seed,
    )


def proposed_spec(
    wishes: PictureWishes,
    *,
    name: str,
    digest: str,
    size: tuple[int, int],
    class_names: tuple[str, ...],
    file: TableFile,
) -> PictureSpec:
    """The data set of these images by these wishes; `size`: height and width as they were read. Raises
    `SettingError`."""
    height, width = size
    return PictureSpec(
        name=name,
        digest=digest,
        class_names=class_names,
        file=file,
        height=height,
        width=width,
        inverted=wishes.inverted,
        scaling=wishes.scaling,
        test_share=wishes.test_share,
        validation_share=wishes.validation_share,
        stratified=wishes.stratified,
        seed=wishes.seed,
    )


def class_counts(labels: NDArray[np.int64], classes: int) -> tuple[int, ...]:
    """How many images there are of each class."""
    return tuple(np.bincount(labels, minlength=classes).tolist())


def odd_classes(class_names: Sequence[str], counts: Sequence[int]) -> list[str]:
    """What is odd about how many images the classes have, a sentence for each."""
    few = [(name, count) for name, count in zip(class_names, counts, strict=True) if count < FEW]
    said: list[str] = []
    if few:
        listed = ", ".join(f"**{name}** {count}" for name, count in few[:5])
        more = f" and {len(few) - 5} more" if len(few) > 5 else ""
        have = "has" if len(few) == 1 else "have"
        said.append(f"{counted(len(few), 'class')} {have} fewer than {FEW} images: {listed}{more}.")
    largest, smallest = max(counts), min(counts)
    if largest >= UNEVEN * smallest:
        most, least = class_names[counts.index(largest)], class_names[counts.index(smallest)]
        said.append(
            f"**{most}** has {largest} images and **{least}** {smallest}: class weights can make each class count the "
            "same."
        )
    return said
