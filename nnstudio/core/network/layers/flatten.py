"""Flatten: an image (channels, height, width) read as one vector (channels · height · width).

Examples are innermost in memory, so there is nothing to move: values and gradients are seen through another shape.
"""

from math import prod

from nnstudio.core.array import Shape
from nnstudio.core.counting import counted
from nnstudio.core.experiment.layer_specs import FlattenSpec
from nnstudio.core.network.layers.layer import Buffer, Layer, Stage, Unchanged


class Flatten(Layer):
    """Channel by channel, row by row."""

    formula = "y = x.reshape(examples, -1)"
    makes_rows = True

    def __init__(self, name: str, spec: FlattenSpec, input_shape: Shape) -> None:
        super().__init__(name, spec, input_shape)
        self.shape = (prod(input_shape),)

    def note(self, given: str) -> tuple[str, ...]:
        return (f"{counted(self.shape[0], 'number')} in a row",)

    def stage(self, source: Buffer, training: bool) -> Stage:
        return Unchanged(source, source.reshaped(self.shape))
