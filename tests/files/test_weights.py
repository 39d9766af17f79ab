"""Weights as other programs read them, and back."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from weight_files import SUFFIXES, arrays_of, loaded, normalised_frame, saved, small_frame

from nnstudio.core.experiment import Experiment, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, Scaling
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.experiment_json import experiment_from_json
from nnstudio.files.weights import export_weights, import_weights
from nnstudio.ui.views.canned import image_frame, with_params


@pytest.fixture(params=SUFFIXES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"weights{request.param}"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_other_programs_read_the_arrays(path: Path, dtype: type[np.floating[Any]]) -> None:
    frame = small_frame(dtype=dtype)
    export_weights(path, frame)
    arrays, _ = loaded(path)
    assert set(arrays) == {f"layer{n}/{part}" for n in (1, 2, 3) for part in ("weight", "bias")}
    for number, layer in enumerate(frame.model.layers, start=1):
        for part, array in (("weight", layer.weights), ("bias", layer.biases)):
            stored = arrays[f"layer{number}/{part}"]
            assert stored.dtype == dtype
            assert stored.flags.c_contiguous
            np.testing.assert_array_equal(stored, array)
    assert arrays["layer1/weight"].shape == (2, 3)
    assert os.listdir(path.parent) == [path.name]


def test_the_stored_formula_gives_the_same_answers(path: Path) -> None:
    frame = small_frame()
    export_weights(path, frame)
    arrays, texts = loaded(path)
    scaling = json.loads(texts["input_scaling"])
    points = np.array([[0.5, -2.0], [3.0, 1.0]])
    signal = (points - scaling["shift"]) / scaling["scale"]
    by_hand = frame.dataset.recipe.apply(points)
    for number, layer in enumerate(frame.model.layers, start=1):
        signal = np.tanh(signal @ arrays[f"layer{number}/weight"] + arrays[f"layer{number}/bias"])
        by_hand = np.tanh(by_hand @ layer.weights + layer.biases)
    np.testing.assert_array_equal(signal, by_hand)


def test_texts_say_all_the_rest(path: Path) -> None:
    frame = small_frame()
    export_weights(path, frame)
    _, texts = loaded(path)
    assert experiment_from_json(texts["experiment"]) == frame.experiment
    scaling = json.loads(texts["input_scaling"])
    assert scaling["shift"] == [0.1, 1 / 3]
    assert scaling["scale"] == [np.pi, 2.0]
    assert scaling["names"] == ["x₁", "x₂"]
    assert scaling["formula"] == "x' = (x - shift) / scale"
    convention = json.loads(texts["format"])
    assert (convention["name"], convention["version"]) == ("nnstudio weights", 4), "readers go by it"
    assert convention["input"] == [2]
    assert [layer["array"] for layer in convention["layers"]] == ["layer1", "layer2", "layer3"]
    assert convention["layers"][0] == {
        "name": "Dense 1",
        "kind": "dense",
        "array": "layer1",
        "formula": "y = f(x @ weight + bias)",
        "output": [3],
        "activation": "tanh",
        "f": "tanh z",
        "units": 3,
    }
    assert (convention["layers"][-1]["name"], convention["layers"][-1]["activation"]) == ("Output", "sigmoid")


def test_files_of_older_versions_are_taken(path: Path) -> None:
    frame = small_frame()
    old = json.dumps({"name": "nnstudio weights", "version": 2, "layers": [{"name": "Dense 1", "activation": "Tanh"}]})
    if path.suffix == ".npz":
        saved(path, arrays_of(frame) | {"format": np.array(old)})
    else:
        safetensors.numpy.save_file(arrays_of(frame), path, {"format": old})
    assert import_weights(path, frame).params.tobytes() == frame.params.tobytes()


def test_images_say_that_pixels_are_divided(path: Path) -> None:
    frame = image_frame((4,))
    export_weights(path, frame)
    _, texts = loaded(path)
    assert json.loads(texts["input_scaling"])["formula"] == "x' = (x / 255 - shift) / scale"
    assert len(json.loads(texts["input_scaling"])["scale"]) == 784
    np.testing.assert_array_equal(import_weights(path, frame).params, frame.params)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_there_and_back(path: Path, dtype: type[np.floating[Any]]) -> None:
    frame = small_frame(dtype=dtype)
    export_weights(path, frame)
    other = with_params(frame, np.zeros_like(frame.params))
    params = import_weights(path, other).params
    assert params.dtype == dtype
    assert params.tobytes() == frame.params.tobytes()
    assert params.flags.writeable


def test_other_precisions_orders_and_compression_are_taken(path: Path) -> None:
    frame = small_frame()
    for kind in (np.float16, np.float64):
        arrays = {name: array.astype(kind) for name, array in arrays_of(frame).items()}
        params = import_weights(saved(path, arrays), frame).params
        assert params.dtype == np.float32
        np.testing.assert_array_equal(params, frame.params.astype(kind).astype(np.float32))
    if path.suffix == ".npz":
        np.savez_compressed(path, **{name: np.asfortranarray(array) for name, array in arrays_of(frame).items()})
        assert import_weights(path, frame).params.tobytes() == frame.params.tobytes()
        saved(path, {name: array.astype(">f4") for name, array in arrays_of(frame).items()})
        assert import_weights(path, frame).params.tobytes() == frame.params.tobytes()


def test_capital_suffixes_are_known(tmp_path: Path) -> None:
    frame = small_frame()
    for suffix in SUFFIXES:
        export_weights(tmp_path / f"a{suffix.upper()}", frame)
        assert import_weights(tmp_path / f"a{suffix.upper()}", frame).params.tobytes() == frame.params.tobytes()


def test_a_trained_network_is_as_good_in_numpy_alone(path: Path) -> None:
    """The file, the raw points and eight lines of NumPy give the accuracy and the loss that the program shows."""
    spec = PlaneSpec(kind=DatasetKind.MOONS, noise=0.1, scaling=Scaling.STANDARDISE)
    trainer = Trainer(Experiment(dataset=spec, training=TrainingSpec(learning_rate=0.3)))
    for _ in range(200):
        trainer.step()
    frame = Observer(trainer, 1).frame(Probe.NOTHING)
    export_weights(path, frame)

    arrays, texts = loaded(path)
    scaling = json.loads(texts["input_scaling"])
    functions = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
    test = frame.dataset.test
    signal = (test.raw - scaling["shift"]) / scaling["scale"]
    for layer in json.loads(texts["format"])["layers"]:
        signal = signal @ arrays[f"{layer['array']}/weight"] + arrays[f"{layer['array']}/bias"]
        signal = functions[layer["activation"]](signal)
    loss = -np.log(np.where(test.labels == 1, signal[:, 0], 1 - signal[:, 0])).mean()
    assert frame.metrics.test_accuracy > 0.8
    assert ((signal[:, 0] > 0.5) == test.labels).mean() == frame.metrics.test_accuracy
    np.testing.assert_allclose(loss, frame.metrics.test_loss, rtol=1e-4)

    trainer.set_weights(import_weights(path, frame))
    assert trainer.evaluate() == frame.metrics


def test_normalisations_come_back_bit_for_bit(path: Path) -> None:
    frame = normalised_frame()
    assert export_weights(path, frame) == 5, "layers without parameters do not count"
    arrays, texts = loaded(path)
    described = [(layer.get("array"), layer["kind"]) for layer in json.loads(texts["format"])["layers"]]
    assert described == [
        ("layer1", "dense"),
        ("layer2", "batch-norm"),
        (None, "activation"),
        (None, "dropout"),
        ("layer3", "layer-norm"),
        ("layer4", "dense"),
        ("layer5", "dense"),
    ]
    norm = frame.model.layers[1].arrays
    assert set(norm) == {"gain", "shift", "running_mean", "running_variance"}
    for name, array in norm.items():
        np.testing.assert_array_equal(arrays[f"layer2/{name}"], array)
    assert {name for name in arrays if name.startswith("layer3")} == {"layer3/gain", "layer3/shift"}

    weights = import_weights(path, frame)
    assert weights.params.tobytes() == frame.params.tobytes()
    assert weights.statistics is not None
    assert weights.statistics.tobytes() == frame.model.statistics.tobytes()
