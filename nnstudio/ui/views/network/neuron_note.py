"""The note beside the unit or the weight that somebody looks at: what it is, its formula, its numbers now.

It is written anew from every frame, so its numbers stay live while training.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from nnstudio.core.choices import Task
from nnstudio.core.frame import Frame
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network.titles import in_a_phrase
from nnstudio.ui.widgets.figures import decimal, percent

_PADDING = 10.0
_LISTED = 3
PICTURE = 64.0


@dataclass(frozen=True, slots=True)
class Note:
    """A heading and lines of figures."""

    title: str
    lines: tuple[str, ...]

    def spoken(self) -> str:
        """The note for screen readers."""
        return ", ".join((self.title, *self.lines))


def note_on(frame: Frame, spot: Spot | LinkSpot) -> Note:
    """What to say about a unit or a weight."""
    if isinstance(spot, LinkSpot):
        weight = frame.layers[spot.column - 1].weights[spot.source, spot.unit]
        source, target = (
            in_a_phrase(_unit(frame, end)) for end in (Spot(spot.column - 1, spot.source), Spot(spot.column, spot.unit))
        )
        return Note("Weight", (f"w = {decimal(float(weight), 4)}", f"from {source}", f"to {target}"))
    if spot.column == 0:
        return _input_note(frame, spot)
    layer = frame.layers[spot.column - 1]
    is_output = spot.column == len(frame.layers)
    activation = in_a_phrase(layer.activation)
    total = "w·x + b" if spot.column == 1 else "w·a + b"
    value = f"{activation}({total})" if activation != "linear" else total
    lines = [f"{_result(frame, is_output)} = {value}"]
    if frame.image is not None:
        lines.extend(_answer(frame, spot, is_output))
    lines.append(f"b = {decimal(float(layer.biases[spot.unit]), 4)}")
    lines.append(_weights(layer.weights[:, spot.unit]))
    return Note(_unit(frame, spot), tuple(lines))


def _unit(frame: Frame, spot: Spot) -> str:
    """The name of a unit."""
    if spot.column == 0:
        names = frame.dataset.input_names
        return names[spot.unit] if names else "Image"
    if spot.column < len(frame.layers):
        return f"Layer {spot.column}, neuron {spot.unit + 1}"
    if frame.image is not None:
        return f"Digit {spot.unit}" if len(frame.layers[-1].biases) == 10 else f"Output {spot.unit}"
    return "Output" if len(frame.layers[-1].biases) == 1 else f"Output, class {spot.unit}"


def _result(frame: Frame, is_output: bool) -> str:
    if not is_output:
        return "a"
    return "y" if frame.dataset.task is Task.REGRESSION else "p"


def _answer(frame: Frame, spot: Spot, is_output: bool) -> list[str]:
    """What a unit answers to the image that the network looks at."""
    assert frame.image is not None
    if is_output:
        probabilities = frame.image.probabilities
        return [] if probabilities is None else [f"p = {percent(float(probabilities[spot.unit]), 2)}"]
    activations = frame.image.activations
    return [] if activations is None else [f"a = {decimal(float(activations[spot.column - 1][spot.unit]), 4)}"]


def _weights(weights: np.ndarray) -> str:
    """A few weights one by one, many by their range."""
    if len(weights) <= _LISTED:
        return "w = " + ", ".join(decimal(float(w), 3) for w in weights)
    low, high = float(np.min(weights)), float(np.max(weights))
    return f"w from {decimal(low, 3)} to {decimal(high, 3)}"


def _input_note(frame: Frame, spot: Spot) -> Note:
    if frame.image is not None:
        return Note("Test image", (f"It is a {frame.image.label}.", "Click for the next one."))
    feature = frame.experiment.dataset.features[spot.unit]
    lines = [feature.help]
    if frame.plane is not None and frame.plane.inputs is not None:
        values = frame.plane.inputs[spot.unit]
        lines.append(
            f"from {decimal(float(values.min()), 3)} to {decimal(float(values.max()), 3)}, as the network sees it"
        )
    return Note(f"Input {_unit(frame, spot)}", tuple(lines))


def paint_note(
    painter: QPainter,
    note: Note,
    beside: QRectF,
    bounds: QRectF,
    fonts: tuple[QFont, QFont],
    picture: Callable[[QPainter, QRectF], None] | None,
    pinned: bool,
) -> None:
    """Draw the note beside a tile, within `bounds`. `fonts`: heading, figures; `picture` draws the unit enlarged."""
    theme = current()
    lines = (*note.lines, "pinned · Esc lets go") if pinned else note.lines
    heading, figures = QFontMetricsF(fonts[0]), QFontMetricsF(fonts[1])
    width = max(heading.horizontalAdvance(note.title), *(figures.horizontalAdvance(line) for line in lines))
    indent = PICTURE + _PADDING if picture else 0.0
    high = heading.height() + 3 + len(lines) * (figures.height() + 2)
    box = QRectF(0, 0, width + indent + 2 * _PADDING, max(high, PICTURE if picture else 0.0) + 2 * _PADDING - 2)
    box.moveTopLeft(_place(box, beside, bounds))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for spread, alpha in ((6, 6), (4, 8), (2, 12), (1, 16)):
        painter.setBrush(QColor(0, 0, 0, alpha * (3 if theme.dark else 1)))
        painter.drawRoundedRect(box.adjusted(-spread, 2 - spread, spread, 2 + spread), 8 + spread, 8 + spread)
    painter.setBrush(QColor(theme.card))
    painter.setPen(QPen(QColor(theme.accent if pinned else theme.line), 1))
    painter.drawRoundedRect(box, 8, 8)
    x, y = box.left() + _PADDING, box.top() + _PADDING - 1
    if picture:
        picture(painter, QRectF(x, y + 1, PICTURE, PICTURE))
        x += indent
    painter.setPen(QColor(theme.text))
    painter.setFont(fonts[0])
    painter.drawText(QPointF(x, y + heading.ascent()), note.title)
    painter.setPen(QColor(theme.dim))
    painter.setFont(fonts[1])
    y += heading.height() + 3
    for line in lines:
        painter.drawText(QPointF(x, y + figures.ascent()), line)
        y += figures.height() + 2


def _place(box: QRectF, beside: QRectF, bounds: QRectF) -> QPointF:
    """To the lower right of the tile, away from the links that lead into it; where there is no room at the right, below
    or above the tile; always inside the bounds."""
    right = bounds.right() - 4 - box.width()
    x, y = beside.right() + 12, beside.center().y() + 6
    if x > right:
        y = beside.bottom() + 10
        if y + box.height() > bounds.bottom() - 4:
            y = beside.top() - 10 - box.height()
    x = max(bounds.left() + 4, min(x, right))
    y = max(bounds.top() + 4, min(y, bounds.bottom() - 4 - box.height()))
    return QPointF(x, y)
