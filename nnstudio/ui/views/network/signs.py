"""Which units of a layer carry a sign: switched off, frozen, or named by the diagnosis."""

from nnstudio.core.network.model import ModelLayer
from nnstudio.core.run.frame import Frame


def signs_of(layer: ModelLayer, frame: Frame) -> dict[int, str]:
    """The icon of each marked unit, by its number: what was done by hand before what is merely found."""
    diagnosis = frame.diagnosis
    signs: dict[int, str] = {}
    if diagnosis is not None and diagnosis.layer == layer.key and diagnosis.unit is not None:
        signs[diagnosis.unit] = "warning"
    if layer.frozen:
        masks = [mask.reshape(-1, mask.shape[-1]) for mask in layer.frozen.values() if mask.ndim]
        alike = [mask for mask in masks if mask.shape[1] == layer.shape[0]]
        frozen = [unit for unit in range(layer.shape[0]) if alike and all(mask[:, unit].all() for mask in alike)]
        signs |= dict.fromkeys(frozen, "lock")
    return signs | dict.fromkeys(layer.off, "off")
