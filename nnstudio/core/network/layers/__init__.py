"""The kinds of layers, one a file, and the table from what was asked for to what computes."""

from collections.abc import Callable
from typing import Any

from nnstudio.core.array import Shape
from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.layers.activation import Activation
from nnstudio.core.network.layers.avg_pool2d import AvgPool2D
from nnstudio.core.network.layers.batch_norm import BatchNorm
from nnstudio.core.network.layers.conv2d import Conv2D
from nnstudio.core.network.layers.dense import Dense
from nnstudio.core.network.layers.dropout import Dropout
from nnstudio.core.network.layers.flatten import Flatten
from nnstudio.core.network.layers.layer import Layer
from nnstudio.core.network.layers.layer_norm import LayerNorm
from nnstudio.core.network.layers.max_pool2d import MaxPool2D

LAYERS: dict[type[LayerSpec], Callable[[str, Any, Shape], Layer]] = {
    DenseSpec: Dense,
    ActivationSpec: Activation,
    DropoutSpec: Dropout,
    BatchNormSpec: BatchNorm,
    LayerNormSpec: LayerNorm,
    Conv2DSpec: Conv2D,
    MaxPool2DSpec: MaxPool2D,
    AvgPool2DSpec: AvgPool2D,
    FlattenSpec: Flatten,
}
