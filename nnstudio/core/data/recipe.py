"""What is done to a raw example before the network sees it, as data.

A point, an image or a row of a table becomes a row of inputs: features are computed, pixels divided, and everything is
shifted and scaled. The recipe holds every number of that, so that a trained network can be used wherever the recipe is
known, and a check by hand can repeat it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnstudio.core.data.examples import DataError
from nnstudio.core.data.features import features_of
from nnstudio.core.data.scaling import Vector
from nnstudio.core.experiment.choices import Domain, Feature, Scaling
from nnstudio.core.experiment.table_recipe import TableRecipe

_AT_ONCE = 2**14
"""Rows that are scaled in one piece, so that a million of them are not copied on the way."""


@dataclass(frozen=True, slots=True, eq=False)
class InputRecipe:
    """inputs = (features(raw) / divisor − shift) / scale.

    domain: what a raw example is; shape: its shape, (2,), (height, width) or (columns,)
    names: what each input is called; empty for pixels
    features: what is computed from a point; empty where the raw numbers themselves are the inputs, row by row
    divisor: 255 for pixels, else 1
    table: how the raw numbers, (columns,), came from a table with names, gaps and words, fitted; None where they were
    numbers from the start
    scaling: how shift and scale, (inputs,) each, were measured on the training examples
    """

    domain: Domain
    shape: tuple[int, ...]
    names: tuple[str, ...]
    scaling: Scaling
    shift: Vector
    scale: Vector
    features: tuple[Feature, ...] = ()
    divisor: float = 1.0
    table: TableRecipe | None = None

    def apply(self, raw: ArrayLike) -> NDArray[np.float64]:
        """The inputs (n, inputs) of raw examples (n, …). Raises `DataError` for another shape."""
        checked = self.checked(raw)
        inputs = np.empty((len(checked), len(self.shift)))
        self.write(checked, inputs)
        return inputs

    def checked(self, raw: ArrayLike) -> NDArray[Any]:
        """Raw examples as an array of numbers. Raises `DataError` for anything else and for another shape."""
        wanted = f"(examples, {', '.join(map(str, self.shape))})"
        try:
            array = np.asarray(raw)
        except ValueError as error:
            raise DataError(f"These inputs are no array of the shape {wanted}: their rows differ in length.") from error
        if array.dtype.kind not in "buif":
            raise DataError(f"These inputs are of the type {array.dtype}, but must be numbers.")
        if array.shape[1:] != self.shape or array.ndim != len(self.shape) + 1:
            raise DataError(f"These inputs have the shape {array.shape}, but the network was trained on {wanted}.")
        return array

    def write(self, raw: NDArray[Any], inputs: NDArray[np.floating]) -> None:
        """Write the inputs of raw examples into an array (n, inputs), without a second one for large images."""
        if len(raw) > _AT_ONCE:
            for start in range(0, len(raw), _AT_ONCE):
                self.write(raw[start : start + _AT_ONCE], inputs[start : start + _AT_ONCE])
            return
        rows = features_of(raw.astype(np.float64), self.features) if self.features else raw.reshape(inputs.shape)
        if self.divisor == 1:
            np.copyto(inputs, (rows - self.shift) / self.scale, "same_kind")
            return
        np.multiply(rows, inputs.dtype.type(1 / self.divisor), out=inputs, casting="unsafe")
        inputs -= self.shift.astype(inputs.dtype)
        inputs /= self.scale.astype(inputs.dtype)
