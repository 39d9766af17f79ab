"""What is done to a raw example, step by step, for whoever writes it down in another language.

An `InputRecipe` says it as one formula. Here it is a list of steps without those that change nothing, and each format
has one entry a step. So what a recipe learns to do later (categories as columns, gaps filled) is one class here and one
entry in each of them.
"""

from dataclasses import dataclass

import numpy as np

from nnstudio.core.data.recipe import InputRecipe
from nnstudio.core.data.scaling import Vector
from nnstudio.core.experiment.choices import Feature


@dataclass(frozen=True, slots=True)
class ComputeFeatures:
    """A point becomes these features, in this order."""

    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class Divide:
    """Every number by this one."""

    divisor: float


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """x' = (x − shift) / scale, (inputs,) each, or one number for all."""

    shift: Vector | float
    scale: Vector | float


Step = ComputeFeatures | Divide | Scale

FEATURES: dict[str, str] = {
    "x1": "x1",
    "x2": "x2",
    "x1^2": "x1 * x1",
    "x2^2": "x2 * x2",
    "x1*x2": "x1 * x2",
    "sin(x1)": "sin(x1)",
    "sin(x2)": "sin(x2)",
}
"""Each feature by its name in files, in the words that all languages share."""


def steps_of(recipe: InputRecipe) -> tuple[Step, ...]:
    """The steps in their order."""
    steps: list[Step] = []
    if recipe.features and recipe.features != (Feature.X1, Feature.X2):
        steps.append(ComputeFeatures(recipe.features))
    if recipe.divisor != 1:
        steps.append(Divide(recipe.divisor))
    if np.any(recipe.shift != 0) or np.any(recipe.scale != 1):
        alike = recipe.divisor != 1 and np.ptp(recipe.shift) == 0 and np.ptp(recipe.scale) == 0
        shift, scale = (float(recipe.shift[0]), float(recipe.scale[0])) if alike else (recipe.shift, recipe.scale)
        steps.append(Scale(shift, scale))
    return tuple(steps)
