"""What stands behind a layer as if it belonged to it: normalisations, activations and dropouts.

They are layers like all others. Beside a dense layer or a convolution one thinks of them as of its settings: «normalise
by the batch», «drop 20 %».
"""

from dataclasses import dataclass

from nnstudio.core.experiment import LayerSpec
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec, DropoutSpec, LayerNormSpec
from nnstudio.core.network.layer_edits import InsertLayer, LayerEdit, Layers, RemoveLayer, ReplaceLayer, position_of

Kinds = tuple[type[LayerSpec], ...]
NORMALISATIONS: Kinds = (BatchNormSpec, LayerNormSpec)
DROPOUTS: Kinds = (DropoutSpec,)
ACTIVATIONS: Kinds = (ActivationSpec,)
TAIL = (*NORMALISATIONS, *ACTIVATIONS, *DROPOUTS)
"""In the order in which they stand."""


def tail(layers: Layers, key: int) -> Layers:
    """The layers of these kinds right behind the one with this key; none if it is gone."""
    position = position_of(layers, key)
    if not key or position is None:
        return ()
    behind = layers[position + 1 :]
    length = next((place for place, spec in enumerate(behind) if type(spec) not in TAIL), len(behind))
    return behind[:length]


def in_tail(layers: Layers, key: int, kinds: Kinds) -> LayerSpec | None:
    """The first layer of one of these kinds in the tail."""
    return next((spec for spec in tail(layers, key) if type(spec) in kinds), None)


@dataclass(frozen=True, slots=True)
class SetInTail(LayerEdit):
    """In the tail of the layer with this key, `spec` instead of the first layer of one of `kinds`; None: without it.
    What was not there comes before the first layer whose kind stands behind its own in `TAIL`."""

    key: int
    kinds: Kinds
    spec: LayerSpec | None

    def on(self, layers: Layers) -> Layers:
        there = in_tail(layers, self.key, self.kinds)
        if there is not None:
            edit = RemoveLayer(there.key) if self.spec is None else ReplaceLayer(there.key, self.spec)
            return edit.on(layers)
        position = position_of(layers, self.key)
        if self.spec is None or not self.key or position is None:
            return layers
        rank = max(TAIL.index(kind) for kind in self.kinds)
        behind = tail(layers, self.key)
        later = next((place for place, spec in enumerate(behind) if TAIL.index(type(spec)) > rank), len(behind))
        place = position + 1 + later
        return InsertLayer(self.spec, layers[place].key if place < len(layers) else 0).on(layers)
