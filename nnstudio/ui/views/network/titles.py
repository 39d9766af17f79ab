"""What the columns of the network are called: «Dense 8 · tanh» where there is room, shorter where there is not."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF

from nnstudio.core.experiment.layer_specs import (
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
)
from nnstudio.core.run.frame import Frame, ImagePicture
from nnstudio.ui.widgets.figures import percent


def in_a_phrase(label: str) -> str:
    """A label inside a phrase, without its second name: Tanh becomes tanh, Leaky ReLU leaky ReLU, ReLU stays."""
    first, *others = label.partition(" (")[0].split(" ")
    return " ".join((first.lower() if first[1:].islower() else first, *others))


def layer_titles(spec: LayerSpec) -> tuple[str, ...]:
    """A hidden layer's titles, the longest first."""
    match spec:
        case DenseSpec():
            activation = in_a_phrase(spec.activation.label)
            return f"Dense {spec.units} · {activation}", f"{spec.units} · {activation}", f"Dense {spec.units}"
        case Conv2DSpec():
            size = f"{spec.filters}@{_square(spec.kernel)}"
            return f"Conv {size} · {in_a_phrase(spec.activation.label)}", f"Conv {size}", size
        case ActivationSpec():
            return (spec.activation.label.partition(" (")[0],)
        case DropoutSpec():
            share = percent(spec.rate, 0)
            return f"Dropout {share}", f"Drop {share}", "Dropout"
        case BatchNormSpec():
            return "BatchNorm", "Norm"
        case LayerNormSpec():
            return "LayerNorm", "Norm"
        case MaxPool2DSpec():
            return f"Max pool {_square(spec.size)}", f"Max {_square(spec.size)}"
        case AvgPool2DSpec():
            return f"Average pool {_square(spec.size)}", f"Avg {_square(spec.size)}"
        case _:
            return (spec.label,)


def _square(side: int) -> str:
    return f"{side}×{side}"


def input_titles(frame: Frame) -> tuple[str, ...]:
    """The input column's titles, the longest first."""
    if isinstance(frame.picture, ImagePicture):
        height, width = frame.picture.example.shape
        return f"Input {height}×{width}", "Input"
    return ("Input",)


def output_titles(frame: Frame) -> tuple[str, ...]:
    """The output column's titles, the longest first."""
    output = frame.layers[-1]
    units, activation = output.shape[0], in_a_phrase(output.activation)
    if activation == "softmax":
        return f"Softmax {units}", f"Output {units}", "Output"
    return f"Output {units} · {activation}", f"Output {units}", "Output"


def fitting(titles: tuple[str, ...], metrics: QFontMetricsF, width: float) -> str:
    """The longest title that fits, or the shortest one with an ellipsis."""
    for title in titles:
        if metrics.horizontalAdvance(title) <= width:
            return title
    return metrics.elidedText(titles[-1], Qt.TextElideMode.ElideRight, width)
