"""What `format` says is enough: whoever has the file and NumPy computes the program's own answers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from nnstudio.core.experiment import DatasetSpec, Experiment, ImageSpec, PlaneSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, Padding, Scaling
from nnstudio.core.experiment.layer_specs import (
    LAYER_KINDS,
    ActivationSpec,
    AvgPool2DSpec,
    BatchNormSpec,
    Conv2DSpec,
    DenseSpec,
    DropoutSpec,
    FlattenSpec,
    LayerNormSpec,
    LayerSpec,
    MaxPool2DSpec,
)
from nnstudio.core.network.surgery import Switch
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.errors import FileError
from nnstudio.files.weights import export_weights, import_weights, named_arrays

POINTS = PlaneSpec(kind=DatasetKind.BLOBS, scaling=Scaling.STANDARDISE)
DIGITS = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=300)
STACKS: dict[str, tuple[DatasetSpec, tuple[LayerSpec, ...]]] = {
    "dense": (POINTS, (DenseSpec(units=4), DenseSpec(units=3, activation=ActivationKind.SIGMOID))),
    "batch-norm": (
        POINTS,
        (
            DenseSpec(units=6, activation=ActivationKind.LINEAR),
            BatchNormSpec(epsilon=0.01),
            ActivationSpec(activation=ActivationKind.RELU),
            DropoutSpec(rate=0.5),
            LayerNormSpec(epsilon=0.02),
        ),
    ),
    "convolution": (
        DIGITS,
        (
            AvgPool2DSpec(),
            Conv2DSpec(filters=3, kernel=4, stride=2, padding=Padding.SAME, activation=ActivationKind.LINEAR),
            BatchNormSpec(),
            ActivationSpec(activation=ActivationKind.TANH),
            Conv2DSpec(filters=2, kernel=2, activation=ActivationKind.RELU),
            MaxPool2DSpec(size=3, stride=1),
            LayerNormSpec(),
            FlattenSpec(),
            DenseSpec(units=5),
        ),
    ),
}
FUNCTIONS = {
    "z": lambda z: z,
    "max(0, z)": lambda z: np.maximum(0, z),
    "tanh z": np.tanh,
    "1 / (1 + e⁻ᶻ)": lambda z: 1 / (1 + np.exp(-z)),
    "eᶻ / Σ eᶻ": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}


def windows(x: np.ndarray, size: int, stride: int) -> np.ndarray:
    """(examples, channels, rows, columns, size, size)"""
    return np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]


def answers(path: Path, inputs: np.ndarray) -> np.ndarray:
    """The network's outputs for raw inputs (examples, features), from the file alone."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    scaling, convention = (json.loads(str(arrays[name])) for name in ("input_scaling", "format"))
    raw = inputs / 255 if "/ 255" in scaling["formula"] else inputs
    x = ((raw - scaling["shift"]) / scaling["scale"]).reshape(-1, *convention["input"])
    for layer in convention["layers"]:
        own = {
            name.partition("/")[2]: array for name, array in arrays.items() if name.startswith(f"{layer.get('array')}/")
        }
        x = computed(layer, own, x).copy()
        x[:, layer.get("off", [])] = 0
        assert list(x.shape[1:]) == layer["output"], layer["name"]
    return x


def computed(layer: dict[str, Any], own: dict[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    function = FUNCTIONS[layer.get("f", "z")]
    match layer["kind"]:
        case "dense":
            return function(x.reshape(len(x), -1) @ own["weight"] + own["bias"])
        case "activation":
            return function(x)
        case "dropout":
            return x
        case "flatten":
            return x.reshape(len(x), -1)
        case "batch-norm":
            each = {name: array.reshape(-1, *[1] * (x.ndim - 2)) for name, array in own.items()}
            normal = (x - each["running_mean"]) / np.sqrt(each["running_variance"] + layer["epsilon"])
            return each["gain"] * normal + each["shift"]
        case "layer-norm":
            row = x.reshape(len(x), -1)
            centred = row - row.mean(axis=1, keepdims=True)
            normal = centred / np.sqrt(row.var(axis=1, keepdims=True) + layer["epsilon"])
            return (own["gain"] * normal + own["shift"]).reshape(x.shape)
        case "conv2d":
            padded = np.pad(x, [(0, 0), (0, 0), *layer["padding"]])
            seen = windows(padded, layer["kernel"], layer["stride"])
            z = np.einsum("ndrcij,dijg->ngrc", seen, own["weight"])
            return function(z + own["bias"][:, None, None])
        case "max-pool2d":
            return windows(x, layer["size"], layer["stride"]).max(axis=(4, 5))
        case "avg-pool2d":
            return windows(x, layer["size"], layer["stride"]).mean(axis=(4, 5))
        case unknown:
            raise AssertionError(unknown)


def trained(stack: str) -> tuple[Trainer, Frame]:
    spec, layers = STACKS[stack]
    trainer = Trainer(Experiment(dataset=spec, layers=layers))
    for _ in range(30):
        trainer.step()
    return trainer, Observer(trainer, 1).frame(Probe.NOTHING)


@pytest.mark.parametrize("stack", STACKS)
def test_the_program_is_not_needed_to_predict(tmp_path: Path, stack: str) -> None:
    trainer, frame = trained(stack)
    path = tmp_path / "weights.npz"
    export_weights(path, frame)
    test = frame.dataset.test.raw
    raw = test.reshape(len(test), -1)
    outputs = trainer.test.outputs.T
    assert outputs.std(axis=0).min() > 1e-3, "a network that always answers the same proves nothing"
    np.testing.assert_allclose(answers(path, raw)[: len(outputs)], outputs, rtol=0, atol=1e-5)


@pytest.mark.parametrize("stack", STACKS)
def test_a_fresh_network_predicts_the_same_after_an_import(tmp_path: Path, stack: str) -> None:
    _, frame = trained(stack)
    path = tmp_path / "weights.safetensors"
    export_weights(path, frame)
    fresh = Trainer(frame.experiment)
    assert fresh.evaluate() != frame.metrics
    fresh.set_weights(import_weights(path, frame))
    assert fresh.evaluate() == frame.metrics


def switched(stack: str) -> tuple[Trainer, Frame]:
    """The same, with a unit of each hidden layer that answers switched off."""
    trainer, _ = trained(stack)
    for layer in trainer.network.layers[:-1]:
        if layer.answers:
            trainer.operate(Switch(layer.key, layer.shape[0] - 1))
    trainer.step()
    return trainer, Observer(trainer, 1).frame(Probe.NOTHING)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_what_is_off_is_off_in_the_file_and_after_an_import(tmp_path: Path, stack: str, suffix: str) -> None:
    trainer, frame = switched(stack)
    path, raw = tmp_path / f"weights{suffix}", frame.dataset.test.raw
    outputs = trainer.predict(raw)
    export_weights(path, frame)
    if suffix == ".npz":
        np.testing.assert_allclose(answers(path, raw.reshape(len(raw), -1)), outputs, rtol=0, atol=1e-5)
    for begins in (Trainer(frame.experiment), switched(stack)[0]):
        begins.set_weights(import_weights(path, frame))
        assert begins.network.off == trainer.network.off != {}
        assert begins.predict(raw).tobytes() == outputs.tobytes()
    on, _ = trained(stack)
    export_weights(path, Observer(on, 1).frame(Probe.NOTHING))
    trainer.set_weights(import_weights(path, frame))
    assert trainer.predict(raw).tobytes() == on.predict(raw).tobytes()


@pytest.mark.parametrize(
    ("text", "off"),
    [
        ('{"name": "nnstudio weights", "layers": [{"name": "Dense 1", "off": [1, 0]}]}', {1: (0, 1)}),
        ('{"name": "nnstudio weights", "version": 3, "layers": [{"name": "Dense 1"}]}', {}),
        ("pt", None),
        ("", None),
        ('{"name": "something else", "layers": [{"name": "Dense 1", "off": [9]}]}', None),
        ('{"name": "nnstudio weights", "layers": [{"name": "Dense 1", "off": ["9"]}]}', None),
    ],
)
@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_what_other_files_say_of_it(tmp_path: Path, suffix: str, text: str, off: dict[int, tuple[int, ...]]) -> None:
    _, frame = trained("dense")
    path = tmp_path / f"weights{suffix}"
    with_format(path, frame, text)
    key = frame.model.layers[0].key
    assert import_weights(path, frame).off == (off and {key: off[1]})


@pytest.mark.parametrize(("name", "unit"), [("Dense 1", 99), ("Dense 1", -1), ("Dense 9", 0)])
def test_units_that_the_network_has_not_are_a_misfit(tmp_path: Path, name: str, unit: int) -> None:
    _, frame = trained("dense")
    text = json.dumps({"name": "nnstudio weights", "layers": [{"name": name, "off": [unit]}]})
    with_format(tmp_path / "w.npz", frame, text)
    with pytest.raises(FileError, match=r"are switched off, which the network has not"):
        import_weights(tmp_path / "w.npz", frame)


def with_format(path: Path, frame: Frame, text: str) -> None:
    """The frame's arrays with this text in the place of the format."""
    arrays = {name: np.array(array) for name, array in named_arrays(frame.model, frame.weights)}
    if path.suffix == ".npz":
        np.savez(path, allow_pickle=False, **arrays, format=np.array(text))
    else:
        safetensors.numpy.save_file(arrays, path, metadata={"format": text})


def test_a_convolution_is_stored_as_small_images(tmp_path: Path) -> None:
    _, frame = trained("convolution")
    export_weights(tmp_path / "w.npz", frame)
    with np.load(tmp_path / "w.npz") as file:
        weight = file["layer1/weight"]
    assert weight.shape == (1, 4, 4, 3)
    images = frame.model.layers[1].weight_images
    assert images is not None
    np.testing.assert_array_equal(weight[..., 2], images[2])


def test_every_kind_of_layer_is_tried() -> None:
    assert {type(layer) for _, layers in STACKS.values() for layer in layers} == set(LAYER_KINDS.values())
