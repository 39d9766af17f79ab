"""What the columns at both ends of the network are called, and which title fits; a layer names itself."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.run.frame import Frame, ImagePicture


def input_titles(frame: Frame) -> tuple[str, ...]:
    """The input column's titles, the longest first."""
    if isinstance(frame.picture, ImagePicture):
        height, width = frame.picture.example.shape
        return f"Input {height}×{width}", "Input"
    return ("Input",)


def output_titles(frame: Frame) -> tuple[str, ...]:
    """The output column's titles, the longest first."""
    units, activation = frame.model.outputs, frame.model.output
    if activation is ActivationKind.SOFTMAX:
        return f"Softmax {units}", f"Output {units}", "Output"
    return f"Output {units} · {activation.phrase}", f"Output {units}", "Output"


def fitting(titles: tuple[str, ...], metrics: QFontMetricsF, width: float) -> str:
    """The longest title that fits, or the shortest one with an ellipsis."""
    for title in titles:
        if metrics.horizontalAdvance(title) <= width:
            return title
    return metrics.elidedText(titles[-1], Qt.TextElideMode.ElideRight, width)
