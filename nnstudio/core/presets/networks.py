"""Whole networks to start from: a handful for each kind of data, written as text."""

from collections.abc import Mapping
from dataclasses import dataclass

from nnstudio.core.experiment import DatasetSpec, ImageSpec, LayerSpec, PaintedSpec, PictureSpec, PlaneSpec, TableSpec
from nnstudio.core.experiment.network_text import parse_layers


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """The hidden layers of a network with a name; `text` describes them, `help` is one plain sentence."""

    name: str
    text: str
    help: str

    @property
    def layers(self) -> tuple[LayerSpec, ...]:
        """The layers, without keys."""
        return parse_layers(self.text)


_PERCEPTRON = StartingPoint(
    "Perceptron (no hidden layer)", "", "Rosenblatt 1958: the output alone, which parts by a straight border."
)
_ON_THE_PLANE = (
    _PERCEPTRON,
    StartingPoint("4-2 tanh", "4 tanh, 2 tanh", "Just enough for the circle, and small enough to follow."),
    StartingPoint("8-8 tanh", "8 tanh, 8 tanh", "Smooth borders with many bends: rings and spirals."),
    StartingPoint("32-32-32 ReLU", "32 ReLU, 32 ReLU, 32 ReLU", "Borders of many straight pieces."),
    StartingPoint(
        "16-16 normalised",
        "16 linear, batch norm, ReLU, 16 linear, batch norm, ReLU",
        "The sums are evened out over the batch before each ReLU: it bears a larger learning rate.",
    ),
)
_ON_IMAGES = (
    _PERCEPTRON,
    StartingPoint("128-64 ReLU", "128 ReLU, 64 ReLU", "Every pixel to every neuron; quick, and good for digits."),
    StartingPoint(
        "256-128 with dropout",
        "256 ReLU, dropout 0.3, 128 ReLU, dropout 0.3",
        "More neurons, of which three in ten sit out each update: the test loss stays closer to the training loss.",
    ),
    StartingPoint(
        "Small convolution",
        "conv 8 3x3 ReLU, max pool 2, 32 ReLU",
        "Filters that slide over the image, and a small dense layer behind them.",
    ),
    StartingPoint(
        "LeNet-like",
        "conv 6 5x5 tanh same, average pool 2, conv 16 5x5 tanh, average pool 2, 120 tanh, 84 tanh",
        "After LeCun et al. 1998: two convolutions, each followed by pooling, then two dense layers.",
    ),
)
STARTING_POINTS: Mapping[type[DatasetSpec], tuple[StartingPoint, ...]] = {
    PlaneSpec: _ON_THE_PLANE,
    PaintedSpec: _ON_THE_PLANE,
    ImageSpec: _ON_IMAGES,
    PictureSpec: _ON_IMAGES,
    TableSpec: (
        _PERCEPTRON,
        StartingPoint("16 ReLU", "16 ReLU", "One hidden layer; often enough."),
        StartingPoint("32-16 ReLU", "32 ReLU, 16 ReLU", "What new tables begin with."),
        StartingPoint(
            "64-64 with dropout", "64 ReLU, dropout 0.2, 64 ReLU, dropout 0.2", "For tables with many columns and rows."
        ),
    ),
}
"""By what the data are."""
