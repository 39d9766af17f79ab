"""Which layers somebody asked for, one frozen dataclass a kind."""

from dataclasses import dataclass

from nnstudio.core.choices import ActivationKind
from nnstudio.core.setting import Scale, Setting, check_settings


class LayerSpec:
    """One hidden layer as asked for; its subclasses are frozen dataclasses, one for each kind of layer."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseSpec(LayerSpec):
    """Every unit sees every input: a = f(W·x + b)."""

    units: int = Setting(
        label="Neurons",
        help="How many neurons stand side by side in this layer.",
        minimum=1,
        maximum=1024,
        integer=True,
        scale=Scale.LOGARITHMIC,
    ).field(8)
    activation: ActivationKind = Setting(
        label="Activation", help="What each neuron makes of its weighted sum.", choice=ActivationKind
    ).field(ActivationKind.TANH)

    def __post_init__(self) -> None:
        check_settings(self, "layer")


LAYER_KINDS: dict[str, type[LayerSpec]] = {
    "dense": DenseSpec,
}
"""The kinds of layers by their name in files."""
