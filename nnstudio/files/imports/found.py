"""A network as a file has it, in our words."""

from dataclasses import dataclass
from typing import Any

from nnstudio.core.array import Shape
from nnstudio.core.experiment import LAYER_KINDS, Experiment, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.files.array_files import Contents

Margins = tuple[tuple[int, int], tuple[int, int]]
"""Zeros above and below, left and right of an image."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What can be known before it is held against a network.

    contents: its arrays by the names and shapes of `files/weights.py`
    layers: the hidden ones; None where the file does not say what they are, for the reason in `unknown`
    assumed: what the file leaves open and was assumed about them, as a sentence
    exact: whether the file says all that they compute, so that equal shapes are not enough
    output: what becomes of the last sums; None where the file does not say
    margins: for each convolution the zeros around its images; empty where nobody counts them
    experiment: the one that it was trained in; input_shape: what one example looked like there
    """

    contents: Contents
    layers: tuple[LayerSpec, ...] | None = None
    unknown: str = ""
    assumed: str = ""
    exact: bool = False
    output: ActivationKind | None = None
    margins: tuple[Margins | None, ...] = ()
    experiment: Experiment | None = None
    input_shape: Shape | None = None


def layer_of(kind: str, **settings: Any) -> LayerSpec:
    """A hidden layer by the name of its kind in files. Raises `SettingError`."""
    make: Any = LAYER_KINDS[kind]
    return make(**settings)


def activation_of(name: str) -> ActivationKind:
    """An activation by its name in files."""
    return next(kind for kind in ActivationKind if kind.value == name)
