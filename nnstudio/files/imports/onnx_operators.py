"""What each operation of ONNX is among our layers; one that computes otherwise than ours do is refused."""

from collections.abc import Callable
from math import isclose, nan
from typing import Any

from nnstudio.core.experiment import DenseSpec
from nnstudio.core.experiment.choices import ActivationKind, Padding
from nnstudio.files.errors import printable
from nnstudio.files.imports.found import activation_of, layer_of
from nnstudio.files.imports.onnx_stack import Attributes, Reader, Stack, add_bias
from nnstudio.files.imports.rearranged import flat, turned

LINEAR = ActivationKind.LINEAR
_LARGEST_MEMORY = 0.999


def _gemm(stack: Stack, node: Any, attributes: Attributes) -> None:
    weight = stack.numbers(node, 1, 2)
    plain = attributes.get("alpha", 1) == attributes.get("beta", 1) == 1 and not attributes.get("transA", 0)
    if not plain:
        raise stack.refuse(node, "it scales or turns what it is given")
    weight = turned(weight, 1, 0) if attributes.get("transB", 0) else weight
    bias = stack.tensor(node, 2)
    stack.learn(DenseSpec(units=weight.shape[1], activation=LINEAR), weight=weight, **({"bias": bias} if bias else {}))


def _matmul(stack: Stack, node: Any, attributes: Attributes) -> None:
    weight = stack.numbers(node, 1, 2)
    stack.learn(DenseSpec(units=weight.shape[1], activation=LINEAR), weight=weight)


def _conv(stack: Stack, node: Any, attributes: Attributes) -> None:
    weight = stack.numbers(node, 1, 4)
    filters, _, height, width = weight.shape
    top, left, bottom, right = _four(attributes.get("pads", (0, 0, 0, 0)))
    automatic = attributes.get("auto_pad", "NOTSET")
    kernel = attributes.get("kernel_shape", (height, width))
    if attributes.get("group", 1) != 1 or set(_many(attributes.get("dilations", (1, 1)))) != {1}:
        raise stack.refuse(node, "it has groups or gaps")
    if height != width or kernel != (height, width) or automatic not in ("NOTSET", "VALID", "SAME_UPPER"):
        raise stack.refuse(node, "its filters are not square, or its padding is of another kind")
    same = automatic == "SAME_UPPER" or any((top, left, bottom, right))
    spec = layer_of(
        "conv2d",
        filters=filters,
        kernel=height,
        stride=_stride(stack, node, attributes),
        padding=Padding.SAME if same else Padding.VALID,
        activation=LINEAR,
    )
    bias = stack.tensor(node, 2)
    stack.learn(spec, weight=turned(weight, 1, 2, 3, 0), **({"bias": bias} if bias else {}))
    stack.margins.append(None if automatic == "SAME_UPPER" else ((top, bottom), (left, right)))


def _stride(stack: Stack, node: Any, attributes: Attributes) -> int:
    strides = _many(attributes.get("strides", (1, 1)))
    if len(strides) != 2 or strides[0] != strides[1]:
        raise stack.refuse(node, "it moves on differently across and down")
    return strides[0]


def _many(value: object) -> tuple[int, ...]:
    return tuple(side for side in value if isinstance(side, int)) if isinstance(value, tuple) else ()


def _four(value: object) -> tuple[int, int, int, int]:
    match _many(value):
        case (first, second, third, fourth):
            return first, second, third, fourth
        case _:
            return -1, -1, -1, -1  # no image has such zeros around it, so it is refused when it is held against ours


def _pool(kind: str) -> Reader:
    def read(stack: Stack, node: Any, attributes: Attributes) -> None:
        sides = _many(attributes.get("kernel_shape", ()))
        plain = not any(_four(attributes.get("pads", (0, 0, 0, 0)))) and not attributes.get("ceil_mode", 0)
        whole = attributes.get("auto_pad", "NOTSET") in ("NOTSET", "VALID") and len(node.output) == 1
        if len(sides) != 2 or sides[0] != sides[1] or set(_many(attributes.get("dilations", (1, 1)))) != {1}:
            raise stack.refuse(node, "its window is not square")
        if not (plain and whole):
            raise stack.refuse(node, "it looks beyond the edge of the image")
        stack.layers.append(layer_of(kind, size=sides[0], stride=_stride(stack, node, attributes)))

    return read


def _flatten(stack: Stack, node: Any, attributes: Attributes) -> None:
    if attributes.get("axis", 1) != 1:
        raise stack.refuse(node, "it mixes the examples")
    stack.layers.append(layer_of("flatten"))


def _reshape(stack: Stack, node: Any, attributes: Attributes) -> None:
    sides = stack.numbers(node, 1, 1)
    if sides.kind != "<i8" or sides.shape != (2,) or sides.read()[0] not in (-1, 0):
        raise stack.refuse(node, "an example can only become one row")
    stack.layers.append(layer_of("flatten"))


def _nothing(stack: Stack, node: Any, attributes: Attributes) -> None:
    """What predictions know nothing of."""


def _batch_norm(stack: Stack, node: Any, attributes: Attributes) -> None:
    gain, shift, mean, variance = (stack.numbers(node, place, 1) for place in (1, 2, 3, 4))
    if attributes.get("training_mode", 0):
        raise stack.refuse(node, "it is at work in training")
    momentum = attributes.get("momentum", 0.9)
    epsilon = attributes.get("epsilon", 1e-5)
    memory = min(momentum, _LARGEST_MEMORY) if isinstance(momentum, float | int) else 0.9
    stack.learn(
        layer_of("batch-norm", epsilon=_number(epsilon), momentum=memory),
        gain=gain,
        shift=shift,
        running_mean=mean,
        running_variance=variance,
    )


def _layer_norm(stack: Stack, node: Any, attributes: Attributes) -> None:
    gain, shift = stack.tensor(node, 1), stack.tensor(node, 2)
    axis = attributes.get("axis", -1)
    if gain is None or shift is None or shift.shape != gain.shape or axis not in (1, -len(gain.shape)):
        raise stack.refuse(node, "it is not over all features of an example")
    arrays = {"gain": flat(gain), "shift": flat(shift)}
    stack.learn(layer_of("layer-norm", epsilon=_number(attributes.get("epsilon", 1e-5))), **arrays)


def _number(value: object) -> float:
    """A number; NaN, which no setting takes, where it is none."""
    return float(value) if isinstance(value, float | int) else nan


def _activation(kind: str, **fixed: tuple[float | str, float | str]) -> Reader:
    """An activation. `fixed`: its own numbers, what ONNX takes where a file is silent, and what ours has."""

    def read(stack: Stack, node: Any, attributes: Attributes) -> None:
        for name, (default, ours) in fixed.items():
            theirs = attributes.get(name, default)
            if not (theirs == ours or isclose(_number(theirs), _number(ours), rel_tol=1e-6)):
                raise stack.refuse(node, f"its {name} is {printable(theirs)}, and ours {ours}")
        stack.activate(activation_of(kind))

    return read


def _softmax(stack: Stack, node: Any, attributes: Attributes) -> None:
    if attributes.get("axis", -1) not in (1, -1):
        raise stack.refuse(node, "it shares out 1 among the examples")
    stack.activate(activation_of("softmax"))


READERS: dict[str, Callable[[Stack, Any, Attributes], None]] = {
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Add": add_bias,
    "Conv": _conv,
    "MaxPool": _pool("max-pool2d"),
    "AveragePool": _pool("avg-pool2d"),
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Identity": _nothing,
    "Dropout": _nothing,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "Relu": _activation("relu"),
    "LeakyRelu": _activation("leaky-relu", alpha=(0.01, 0.01)),
    "Elu": _activation("elu", alpha=(1.0, 1.0)),
    "Selu": _activation("selu", alpha=(1.6732632, 1.6732632), gamma=(1.050701, 1.050701)),
    "Gelu": _activation("gelu", approximate=("none", "tanh")),
    "Softplus": _activation("softplus"),
    "Sigmoid": _activation("sigmoid"),
    "Tanh": _activation("tanh"),
    "Sin": _activation("sine"),
    "Softmax": _softmax,
}
"""The operations that can be imported."""
