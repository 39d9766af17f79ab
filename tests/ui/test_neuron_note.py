"""What is said of a unit or a weight, and the table of a layer, held against the arrays of the model."""

from dataclasses import replace

import numpy as np
import pytest
from network_cards import SKETCHES, conv_frame

from nnstudio.core.data.images import ImageSet
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind, Feature, Task
from nnstudio.core.experiment.layer_specs import BatchNormSpec, Conv2DSpec, DropoutSpec, FlattenSpec
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Frame, ImagePicture, PlanePicture, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.views.canned import image_frame, plane_frame, table_frame, with_arrays
from nnstudio.ui.views.network.column import LinkSpot, Spot
from nnstudio.ui.views.network.layer_tables import layer_tables
from nnstudio.ui.views.network.neuron_note import figure_of, full_name, note_on, unit_name
from nnstudio.ui.widgets.figures import decimal, percent


def read(experiment: Experiment, chosen: Chosen | None = None) -> Frame:
    trainer = Trainer(experiment)
    trainer.step()
    return Observer(trainer, 1).frame(Probe.NEURONS | Probe.OUTPUT, chosen=chosen)


def between(values: np.ndarray) -> str:
    return f"from {decimal(float(values.min()), 3)} to {decimal(float(values.max()), 3)}"


# Notes


@pytest.mark.parametrize(("task", "letter"), [(Task.REGRESSION, "y"), (Task.MULTICLASS, "p"), (Task.BINARY, "p")])
def test_values_are_called_y_and_probabilities_p(task: Task, letter: str) -> None:
    frame = table_frame(task)
    assert note_on(frame, Spot(len(frame.model.layers), 0)).lines[0].startswith(f"{letter} = ")


def test_an_output_right_behind_the_inputs_is_made_of_x() -> None:
    assert note_on(plane_frame(units=()), Spot(1, 0)).lines[0] == "p = sigmoid(w·x + b)"
    assert note_on(plane_frame(units=(2,)), Spot(2, 0)).lines[0] == "p = sigmoid(w·a + b)"


def test_of_images_a_note_says_what_each_unit_answers_to_the_one_that_is_shown() -> None:
    frame = image_frame((12, 6))
    picture = frame.picture
    assert isinstance(picture, ImagePicture)
    assert picture.activations is not None
    assert picture.probabilities is not None
    for column, count in ((1, 12), (2, 6)):
        for unit in range(count):
            value = float(picture.activations[column - 1][unit])
            assert f"a = {decimal(value, 4)}" in note_on(frame, Spot(column, unit)).lines
    for digit in range(10):
        assert f"p = {percent(float(picture.probabilities[digit]), 2)}" in note_on(frame, Spot(3, digit)).lines
    assert note_on(frame, Spot(3, 4)).title == "Digit 4"
    assert not any(line.startswith("a") for line in note_on(conv_frame(), Spot(6, 0)).lines), "a row is no unit"


def test_few_weights_are_listed_and_of_many_the_range() -> None:
    frame = with_arrays(plane_frame(units=(3, 4, 1)), 1, weight=np.arange(12.0).reshape(3, 4))
    assert note_on(frame, Spot(2, 2)).lines[-1] == "w = 2.00, 6.00, 10.0"
    frame = with_arrays(plane_frame(units=(4, 2)), 1, weight=np.arange(8.0).reshape(4, 2))
    assert note_on(frame, Spot(2, 1)).lines[-1] == "w from 1.00 to 7.00"


def test_gain_and_shift_of_each_channel_and_of_each_of_its_pixels() -> None:
    pixels = np.arange(3.0 * 144)
    frame = with_arrays(conv_frame(), 2, gain=pixels, shift=-pixels)
    assert note_on(frame, Spot(3, 1)).lines[-2:] == ("γ from 144 to 287", "β from −287 to −144")
    frame = read(Experiment(layers=(DenseSpec(units=4), BatchNormSpec())))
    frame = with_arrays(frame, 1, gain=np.arange(4.0), shift=-np.arange(4.0))
    assert note_on(frame, Spot(2, 3)).lines[-2:] == ("γ = 3.00", "β = −3.00")


def test_inputs_say_what_they_are_and_how_far_they_reach() -> None:
    features = (Feature.X1, Feature.X2, Feature.X1_SQUARED)
    frame = read(Experiment(dataset=PlaneSpec(kind=DatasetKind.CIRCLE, features=features)))
    assert isinstance(frame.picture, PlanePicture)
    assert frame.picture.inputs is not None
    for unit, feature in enumerate(features):
        note = note_on(frame, Spot(0, unit))
        assert note.lines == (feature.help, f"{between(frame.picture.inputs[unit])}, as the network sees it")
    frame = table_frame()
    for unit in range(6):
        values = frame.dataset.train.inputs[:, unit]
        assert note_on(frame, Spot(0, unit)).lines[1] == f"{between(values)}, as the network sees it"


def test_the_image_says_what_it_shows() -> None:
    frame = image_frame(())
    assert isinstance(frame.picture, ImagePicture)
    for label in (0, 7):
        shown = replace(frame, picture=replace(frame.picture, label=label))
        assert note_on(shown, Spot(0, 0)).lines[0] == f"It is a {label}."


# Names


def test_units_are_named_by_what_they_are() -> None:
    names = {
        "Output": (plane_frame(), Spot(3, 0)),
        "Output, class 2": (plane_frame(3), Spot(3, 2)),
        "Conv2D 1, filter 3": (conv_frame(), Spot(1, 2)),
        "MaxPool2D 1, channel 2": (conv_frame(), Spot(2, 1)),
        "Flatten 1, as one row": (conv_frame(), Spot(6, 0)),
        "Dense 1, neuron 6": (conv_frame(), Spot(7, 5)),
        "Image": (conv_frame(), Spot(0, 0)),
    }
    for name, (frame, spot) in names.items():
        assert unit_name(frame, spot) == name


def test_images_of_other_classes_are_no_digits() -> None:
    pixels, labels = np.zeros((100, 8, 8), np.uint8), np.arange(100) % 3
    spec = ImageSpec(kind=DatasetKind.MNIST, images=100)
    trainer = Trainer(Experiment(dataset=spec), lambda _: ImageSet(pixels, labels, pixels, labels, 3))
    frame = Observer(trainer, 1).frame(Probe.NEURONS)
    assert unit_name(frame, Spot(len(frame.model.layers), 1)).startswith("Output ")


def test_a_weight_is_named_from_its_source_to_its_target() -> None:
    assert full_name(plane_frame(units=(3, 2)), LinkSpot(2, 2, 1)) == "Weight, Dense 1, neuron 3 → Dense 2, neuron 2"


# The one number


def test_the_figure_of_a_weight_is_the_weight_and_of_a_unit_its_answer_or_its_bias() -> None:
    frame = with_arrays(plane_frame(units=(3, 2)), 1, weight=np.arange(6.0).reshape(3, 2), bias=[8.0, 9.0])
    assert figure_of(frame, LinkSpot(2, 2, 1))[1] == 5
    assert figure_of(frame, Spot(2, 1)) == ("Dense 2, neuron 2, bias", 9)
    name, value = figure_of(frame, Spot(0, 1))
    assert (name, value) == ("Input x₂", None)
    frame = read(Experiment(), Chosen(SplitName.TRAINING, 5))
    example = frame.example
    assert example is not None
    for column, answers in enumerate((example.inputs, *example.activations, example.answer)):
        for unit, answer in enumerate(answers):
            name, value = figure_of(frame, Spot(column, unit))
            assert value == float(answer)
            assert not name.endswith("bias")


def test_of_an_image_maps_and_pixels_have_no_one_number() -> None:
    frame = read(
        Experiment(dataset=SKETCHES, layers=(Conv2DSpec(filters=2), DropoutSpec(), FlattenSpec(), DenseSpec(units=3)))
    )
    assert frame.example is not None
    assert figure_of(frame, Spot(0, 0)) == ("Test image", None)
    biases = frame.model.layers[0].biases
    assert biases is not None
    assert figure_of(frame, Spot(1, 1)) == ("Conv2D 1, filter 2, bias", float(biases[1]))
    assert figure_of(frame, Spot(2, 1))[1] is None
    assert figure_of(frame, Spot(4, 2))[1] == float(frame.example.activations[3][2])


# Tables


def test_a_row_for_each_unit_of_each_layer_that_has_learned_something() -> None:
    frame = conv_frame()
    tables = layer_tables(frame)
    assert list(tables) == [1, 3, 4, 7, 9]
    for column, table in tables.items():
        layer = frame.model.layers[column - 1]
        assert table.title == layer.name
        assert [row[0] for row in table.rows] == [
            unit_name(frame, Spot(column, unit)) for unit in range(layer.shape[0])
        ]
        assert all(len(row) == len(table.headers) for row in table.rows)
    first = frame.model.layers[0]
    assert first.weights is not None
    assert first.biases is not None
    assert tables[1].headers == ["unit", *(f"w {place}" for place in range(1, 26)), "bias"]
    assert [list(row[1:]) for row in tables[1].rows] == np.column_stack([first.weights.T, first.biases]).tolist()
    assert tables[7].headers[1] == "w 1"
    norm = frame.model.layers[2].arrays
    assert tables[3].headers[:3] == ["unit", "gain 1", "gain 2"]
    assert list(tables[3].rows[1][1:]) == [*norm["gain"][144:288].tolist(), *norm["shift"][144:288].tolist()]


def test_weights_stand_under_the_names_of_what_they_are_multiplied_with() -> None:
    tables = layer_tables(read(Experiment(layers=(DenseSpec(units=3), BatchNormSpec(), DenseSpec(units=4)))))
    assert tables[1].headers == ["unit", "x₁", "x₂", "bias"]
    assert tables[2].headers == ["unit", "gain", "shift", "running_mean", "running_variance"]
    assert tables[3].headers == ["unit", *(f"BatchNorm 1, unit {unit}" for unit in (1, 2, 3)), "bias"]
    assert tables[4].headers == ["unit", *(f"Dense 2, neuron {unit}" for unit in (1, 2, 3, 4)), "bias"]
