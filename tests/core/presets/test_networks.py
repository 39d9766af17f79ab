"""Each whole network to start from is what its name says, and works on the data that it is offered for."""

import pytest

from nnstudio.core.experiment import SPECS, DatasetSpec, ImageSpec
from nnstudio.core.experiment.network_text import describe_layers
from nnstudio.core.network.layer_edits import Ends, misfit
from nnstudio.core.network.outline import outline
from nnstudio.core.presets import STARTING_POINTS, StartingPoint

SHAPES = {
    "PlaneSpec": (2,),
    "PaintedSpec": (2,),
    "ImageSpec": (1, 28, 28),
    "PictureSpec": (1, 28, 28),
    "TableSpec": (5,),
}
ALL = [(spec, point) for spec, points in STARTING_POINTS.items() for point in points]


def test_there_are_some_for_all_data() -> None:
    assert set(STARTING_POINTS) == set(SPECS.values())
    for points in STARTING_POINTS.values():
        assert len({point.name for point in points}) == len(points) >= 4


@pytest.mark.parametrize(("spec", "point"), ALL, ids=[point.name for _, point in ALL])
def test_each_works(spec: type[DatasetSpec], point: StartingPoint) -> None:
    assert misfit(point.layers, Ends(SHAPES[spec.__name__], 3)) == ""
    assert describe_layers(point.layers) == point.text
    assert point.help.endswith(".")


def test_lenet_has_the_shapes_of_the_paper() -> None:
    (lenet,) = (point for spec, point in ALL if point.name == "LeNet-like" and spec is ImageSpec)
    shapes = [one.made for one in outline(lenet.layers, Ends((1, 28, 28), 10))]
    assert shapes == [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120,), (84,), (10,)]
