"""The values of a layer that lie on the curve: of the chosen example, or of some training examples."""

import numpy as np

from nnstudio.core.network.model import ModelLayer
from nnstudio.core.run.example import Chosen
from nnstudio.core.run.frame import Frame
from nnstudio.ui.views.function.chart import NO_DOTS, Dots
from nnstudio.ui.views.function.curve import shares
from nnstudio.ui.views.function.shares import COUNT, Live


def examples_of(frame: Frame) -> str:
    """Whose values they are."""
    if frame.example is None:
        return "training examples"
    chosen = frame.example.chosen
    return f"{chosen.split.value} example {chosen.number}" if isinstance(chosen, Chosen) else "typed inputs"


def dots_of(frame: Frame, layer: ModelLayer) -> Dots:
    """All values of the layer that are numbers; none where they were not asked for."""
    sums = (frame.sums or {}).get(layer.key)
    if sums is None:
        return NO_DOTS
    finite = np.isfinite(sums.z)
    names = [_name(frame, layer, unit) for unit in sums.units[finite].tolist()]
    return Dots(sums.z[finite].astype(np.float64), names)


def largest_of(frame: Frame, layer: ModelLayer) -> Live | None:
    """The largest z of the chosen example, with their shares among all of the layer; None without an example, and for
    images, where softmax is taken anew at every place."""
    sums = (frame.sums or {}).get(layer.key)
    if sums is None or frame.example is None or layer.shape != (len(sums.z),) or not np.isfinite(sums.z).all():
        return None
    z = sums.z.astype(np.float64)
    largest, p = np.argsort(-z, kind="stable")[:COUNT], shares(z)
    return Live(z[largest].tolist(), [_name(frame, layer, unit) for unit in largest.tolist()], p[largest].tolist())


def _name(frame: Frame, layer: ModelLayer, unit: int) -> str:
    names = frame.model.target_names
    if layer.key == 0 and len(names) == layer.shape[0]:
        return f"class {names[unit]}"
    return f"{layer.name}, {layer.spec.unit} {unit + 1}"
