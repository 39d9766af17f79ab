"""What the buttons above the network do to the hidden layers: from one tuple of layers to the next."""

from dataclasses import replace

from nnstudio.core.experiment import MAXIMUM_HIDDEN_LAYERS
from nnstudio.core.layer_specs import DenseSpec, LayerSpec
from nnstudio.core.setting import settings_of

Layers = tuple[LayerSpec, ...]

UNITS = settings_of(DenseSpec)["units"]


def may_insert(layers: Layers) -> bool:
    """Whether one more layer is legal."""
    return len(layers) < MAXIMUM_HIDDEN_LAYERS


def inserted(layers: Layers, position: int) -> Layers:
    """One more layer before `layers[position]`: a copy of its left neighbour, or of the right one at the very left."""
    copy = layers[max(0, position - 1)] if layers else DenseSpec()
    return (*layers[:position], copy, *layers[position:])


def removed(layers: Layers, position: int) -> Layers:
    """One layer less."""
    return layers[:position] + layers[position + 1 :]


def replaced(layers: Layers, position: int, spec: LayerSpec) -> Layers:
    """Another layer in this place."""
    return (*layers[:position], spec, *layers[position + 1 :])


def resized(spec: DenseSpec, units: int) -> DenseSpec:
    """The same layer with this many units, kept within what is legal."""
    return replace(spec, units=int(min(max(units, UNITS.minimum), UNITS.maximum)))
