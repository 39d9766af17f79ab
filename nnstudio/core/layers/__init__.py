"""The kinds of layers, one a file, and the table from what was asked for to what computes."""

from collections.abc import Callable
from typing import Any

from nnstudio.core.array import Shape
from nnstudio.core.experiment import DenseSpec, LayerSpec
from nnstudio.core.layers.dense import Dense
from nnstudio.core.layers.layer import Layer

LAYERS: dict[type[LayerSpec], Callable[[str, Any, Shape], Layer]] = {
    DenseSpec: Dense,
}
