"""What stands behind a layer as if it belonged to it: normalisations, activations and dropouts.

They are layers like all others. Beside a dense layer or a convolution one thinks of them as of its settings: «normalise
by the batch», «drop 20 %».
"""

from dataclasses import dataclass

from nnstudio.core.experiment import LAYER_KINDS, LayerSpec
from nnstudio.core.experiment.layer_traits import Follower
from nnstudio.core.network.layer_edits import InsertLayer, LayerEdit, Layers, RemoveLayer, ReplaceLayer, position_of

_ORDER = list(Follower)


def kinds_of(follower: Follower) -> tuple[type[LayerSpec], ...]:
    """The kinds of layers that are this to the layer before them."""
    return tuple(kind for kind in LAYER_KINDS.values() if kind.follower is follower)


def tail(layers: Layers, key: int) -> Layers:
    """The followers right behind the layer with this key; none if it is gone."""
    position = position_of(layers, key)
    if not key or position is None:
        return ()
    behind = layers[position + 1 :]
    length = next((place for place, spec in enumerate(behind) if spec.follower is None), len(behind))
    return behind[:length]


def in_tail(layers: Layers, key: int, follower: Follower) -> LayerSpec | None:
    """The first of these in the tail."""
    return next((spec for spec in tail(layers, key) if spec.follower is follower), None)


@dataclass(frozen=True, slots=True)
class SetInTail(LayerEdit):
    """In the tail of the layer with this key, `spec` instead of the first of these followers; None: without it. What
    was not there comes before the first that stands behind its own kind in the order of followers."""

    key: int
    follower: Follower
    spec: LayerSpec | None

    def on(self, layers: Layers) -> Layers:
        there = in_tail(layers, self.key, self.follower)
        if there is not None:
            edit = RemoveLayer(there.key) if self.spec is None else ReplaceLayer(there.key, self.spec)
            return edit.on(layers)
        position = position_of(layers, self.key)
        if self.spec is None or not self.key or position is None:
            return layers
        later = _ORDER[_ORDER.index(self.follower) + 1 :]
        behind = tail(layers, self.key)
        first = next((place for place, spec in enumerate(behind) if spec.follower in later), len(behind))
        place = position + 1 + first
        return InsertLayer(self.spec, layers[place].key if place < len(layers) else 0).on(layers)
