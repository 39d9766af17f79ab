"""What a kind of layer says about itself beside its settings: how it is written, and what it is to others."""

from dataclasses import dataclass
from enum import Enum


class Follower(Enum):
    """A layer that is thought of as a setting of the layer before it, in the order in which they stand there."""

    NORMALISATION = "normalisation"
    ACTIVATION = "activation"
    DROPOUT = "dropout"


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind of layer is written where a network is written as text.

    names: what it may be called, the first of them in what is written; empty: it needs no name
    always: the settings that are always written; the numbers among them need no name, in this order
    example: how somebody might write it
    """

    names: tuple[str, ...]
    always: tuple[str, ...]
    example: str
