"""An update that can be watched: a wave through the network, forwards and back, with what happens in words.

In the phases that have numbers of their own the links show these instead of the weights: the gradient of the mini-batch
on its way back, the change in the update; the largest of them as wide as |w| = 5.
"""

import numpy as np
from PySide6.QtCore import QEasingCurve, QObject, QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QBrush, QColor, QLinearGradient
from PySide6.QtWidgets import QGraphicsItem

from nnstudio.core.array import Array
from nnstudio.core.run.frame import FloatArray, Frame
from nnstudio.core.training.phases import Phase, PhasedUpdate
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.theme import current
from nnstudio.ui.views.network.links import FULL
from nnstudio.ui.widgets.figures import counted, decimal

_MILLISECONDS = 220
"""A quarter of a second at one update a second, less a little rest."""
_WIDTH = 120.0
_TINT = 60
"""Of 255: how strong the wave is at its crest."""


class Wave:
    """A crest that runs over the columns in `area`, and a line of words below them. It begins at rest in the phase that
    the update stands in."""

    def __init__(self, parent: QGraphicsItem, area: QRectF, owner: QObject, phased: PhasedUpdate | None) -> None:
        self._area = area
        self._crest = items.rectangle(parent, QRectF(0, area.top(), _WIDTH, area.height()), _crest_brush(), z=7)
        self._crest.hide()
        at = QPointF(area.center().x(), area.bottom() - 8)
        self._words = items.Words(parent, at, text_font(12, bold=True), current().text, _sentence(phased), _MIDDLE, 8)
        self._phase = _phase(phased)
        self._run = QVariantAnimation(owner, startValue=0.0, endValue=1.0, duration=_MILLISECONDS)
        self._run.setEasingCurve(QEasingCurve.Type.InOutSine)
        self._run.valueChanged.connect(self._move)
        self._run.finished.connect(self._crest.hide)

    def end(self) -> None:
        """The picture is built anew."""
        self._run.stop()
        self._run.deleteLater()

    def show(self, phased: PhasedUpdate | None) -> None:
        """Show the phase that the update stands in; None for none."""
        phase = _phase(phased)
        if phase is self._phase:
            return
        self._phase = phase
        self._words.say(_sentence(phased))
        self._run.stop()
        self._crest.hide()
        if phase in (Phase.FORWARD, Phase.BACKWARD):
            self._crest.show()
            self._move(0.0)
            self._run.start()

    def _move(self, share: float) -> None:
        left, right = self._area.left() - _WIDTH, self._area.right()
        there = 1 - share if self._phase is Phase.BACKWARD else share
        self._crest.setPos(left + there * (right - left), 0)


def phase_numbers(frame: Frame) -> list[FloatArray | None] | None:
    """What the links show in this phase: for each layer its gradient or its change as a matrix (inputs, units); None
    where they show the weights."""
    phased = frame.phased
    vector = None if phased is None else phased.gradient if phased.phase is Phase.BACKWARD else phased.change
    if vector is None or not np.isfinite(vector).all():
        return None
    return matrices_of(frame, vector)


def matrices_of(frame: Frame, vector: FloatArray) -> list[FloatArray | None]:
    """Of a vector laid out like the parameters what belongs to the weights of each layer, (inputs, units)."""
    arrays = frame.model.layout.by_layer(vector)
    return [_matrix(arrays.get(layer.key, {})) for layer in frame.model.layers]


def as_links(numbers: list[FloatArray | None]) -> list[FloatArray | None]:
    """Such numbers on the scale of the links, the largest as wide as |w| = 5."""
    largest = max((float(np.abs(matrix).max(initial=0.0)) for matrix in numbers if matrix is not None), default=0.0)
    return [None if matrix is None else matrix * (FULL / (largest or 1.0)) for matrix in numbers]


def _matrix(arrays: dict[str, Array]) -> Array | None:
    weight = arrays.get("weight")
    return None if weight is None else weight.reshape(-1, weight.shape[-1])


def _phase(phased: PhasedUpdate | None) -> Phase | None:
    return None if phased is None else phased.phase


def _sentence(phased: PhasedUpdate | None) -> str:
    if phased is None:
        return ""
    match phased.phase:
        case Phase.FORWARD:
            return f"Forward: {counted(len(phased.examples), 'example')} through the network"
        case Phase.LOSS:
            return f"Loss of the mini-batch: {decimal(float(phased.loss if phased.loss is not None else np.nan))}"
        case Phase.BACKWARD:
            return "Backward: ∂L/∂w, who is to blame and how much"
        case Phase.UPDATE:
            return "Update: what each weight has changed"


def _crest_brush() -> QBrush:
    color = QColor(current().accent)
    fade = QLinearGradient(0, 0, _WIDTH, 0)
    for position, strength in ((0.0, 0), (0.5, _TINT), (1.0, 0)):
        color.setAlpha(strength)
        fade.setColorAt(position, color)
    return QBrush(fade)


_MIDDLE = Qt.AlignmentFlag.AlignHCenter
