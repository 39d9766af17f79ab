"""Which units of a layer carry a sign: switched off, frozen, or named by the diagnosis."""

from nnstudio.core.network.model import ModelLayer
from nnstudio.core.run.frame import Frame


def signs_of(layer: ModelLayer, frame: Frame) -> dict[int, str]:
    """The icon of each marked unit, by its number: what was done by hand before what is merely found."""
    diagnosis = frame.diagnosis
    signs: dict[int, str] = {}
    if diagnosis is not None and diagnosis.layer == layer.key and diagnosis.unit is not None:
        signs[diagnosis.unit] = "warning"
    return signs | dict.fromkeys(layer.frozen_units, "lock") | dict.fromkeys(layer.off, "off")
