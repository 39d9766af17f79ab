"""What is said of a network before it is built is true of it when it is."""

from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.core.experiment import LAYER_KINDS, keyed
from nnstudio.core.experiment.network_text import NetworkTextError, parse_layers
from nnstudio.core.network.layer_edits import Ends, misfit
from nnstudio.core.network.layers.layer import ShapeError
from nnstudio.core.network.network import Network
from nnstudio.core.network.outline import layers_from_text, outline, shape_text

PLANE, IMAGE = Ends((2,), 1), Ends((1, 28, 28), 10)
LENET = "conv 6 5x5 tanh same, average pool 2, conv 16 5x5 tanh, average pool 2, 120 tanh, 84 tanh"


@pytest.mark.parametrize(
    ("text", "ends", "shapes", "formulas"),
    [
        ("3 tanh, 2 tanh", PLANE, "2 3 2 1", ["3 × 2 + 3 = 9", "2 × 3 + 2 = 8", "1 × 2 + 1 = 3"]),
        ("4, batch norm, dropout 0.2", PLANE, "2 4 4 4 1", ["4 × 2 + 4 = 12", "4 + 4 = 8", "0", "1 × 4 + 1 = 5"]),
        (
            "conv 16 3x3, max pool 2",
            IMAGE,
            "1×28×28 16×26×26 16×13×13 10",
            ["16 × 1 × 3 × 3 + 16 = 160", "0", "10 × 2\xa0704 + 10 = 27\xa0050"],
        ),
    ],
)  # fmt: skip
def test_shapes_and_counts_as_they_are_written(text: str, ends: Ends, shapes: str, formulas: list[str]) -> None:
    outlines = outline(keyed(parse_layers(text)), ends)
    assert " ".join([shape_text(outlines[0].given), *(shape_text(one.made) for one in outlines)]) == shapes
    assert [one.formula for one in outlines] == formulas


@given(st.lists(st.sampled_from(list(LAYER_KINDS.values())), max_size=6), st.sampled_from([PLANE, IMAGE]))
def test_they_are_those_of_the_network(kinds: list[type], ends: Ends) -> None:
    layers = keyed(tuple(kind() for kind in kinds))
    if misfit(layers, ends):
        with pytest.raises(ShapeError):
            outline(layers, ends)
        return
    network = Network(layers, ends.shape, ends.outputs, np.float32)
    outlines = outline(layers, ends)
    assert [one.parameters for one in outlines] == [part.size for part in network.parts(network.params)]
    assert [(one.key, one.name, one.given, one.made) for one in outlines] == [
        (layer.key, layer.name, layer.input_shape, layer.shape) for layer in network.layers
    ]
    for one in outlines:
        terms, _, total = one.formula.replace("\xa0", "").replace("×", "*").rpartition("=")
        products = [prod(map(int, term.split("*"))) for term in (terms or "0").split("+")]
        assert sum(products) == int(total)


def test_lenet_has_the_parameters_of_lenet() -> None:
    assert sum(one.parameters for one in outline(keyed(parse_layers(LENET)), IMAGE)) == 61_706


def test_a_text_that_cannot_work_says_which_piece_of_it() -> None:
    text = "64 ReLU, conv 8 3x3, 10"
    words = r"^'conv 8 3x3' \(layer 2, column 10\): Conv2D 1 gets 64 "
    with pytest.raises(NetworkTextError, match=words) as caught:
        layers_from_text(text, IMAGE)
    assert text[caught.value.start : caught.value.end] == "conv 8 3x3"
    assert layers_from_text(LENET, IMAGE) == parse_layers(LENET)
