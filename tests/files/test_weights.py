"""Weights as other programs read them, and back; what does not fit is refused by layer and shape."""

import io
import json
import os
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from safetensors import safe_open

from nnstudio.core.experiment import Experiment, PlaneSpec, TrainingSpec
from nnstudio.core.experiment.choices import DatasetKind, Scaling
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec, DenseSpec, DropoutSpec, LayerNormSpec
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.errors import FileError
from nnstudio.files.experiment_json import experiment_from_json
from nnstudio.files.weights import export_weights, import_weights, named_arrays
from nnstudio.ui.views.canned import image_frame, plane_frame, with_params

SUFFIXES = (".npz", ".safetensors")


def small_frame(units: tuple[int, ...] = (3, 2), dtype: type[np.floating[Any]] = np.float32) -> Frame:
    """A 2-3-2-1 network."""
    frame = plane_frame(updates=25, units=units)
    scaled = {"shift": np.array([0.1, 1 / 3]), "scale": np.array([np.pi, 2.0])}
    frame = with_params(frame, frame.params.astype(dtype))
    return replace(frame, dataset=replace(frame.dataset, recipe=replace(frame.dataset.recipe, **scaled)))


def loaded(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Arrays and texts, through the readers that other people use."""
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as file:
            contents = {name: file[name] for name in file.files}
        texts = {name: str(array) for name, array in contents.items() if array.dtype.kind == "U"}
        return {name: array for name, array in contents.items() if name not in texts}, texts
    with safe_open(path, framework="numpy") as file:
        texts = file.metadata()
    return safetensors.numpy.load_file(path), texts


def saved(path: Path, arrays: Mapping[str, np.ndarray]) -> Path:
    if path.suffix == ".npz":
        np.savez(path, **arrays)  # type: ignore[arg-type]
    else:
        safetensors.numpy.save_file({name: np.array(array, order="C") for name, array in arrays.items()}, path)
    return path


def arrays_of(frame: Frame) -> dict[str, np.ndarray]:
    return {name: np.array(array) for name, array in named_arrays(frame.model, frame.weights)}


def refusal(path: Path, frame: Frame) -> str:
    before = frame.params.tobytes()
    with pytest.raises(FileError) as caught:
        import_weights(path, frame)
    assert frame.params.tobytes() == before
    assert path.name in str(caught.value)
    assert "untouched" in str(caught.value) or "Nothing was changed" in str(caught.value)
    return str(caught.value)


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


@pytest.mark.parametrize("name", ["weights", "weights.h5", "weights.npz.bak"])
def test_other_suffixes_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match=r"\.npz or \.safetensors"):
        export_weights(tmp_path / name, small_frame())
    with pytest.raises(FileError, match=r"\.npz or \.safetensors"):
        import_weights(tmp_path / name, small_frame())
    assert os.listdir(tmp_path) == []


def changed(frame: Frame, **changes: np.ndarray | None) -> dict[str, np.ndarray]:
    """The frame's arrays with some replaced (`layer1__weight=…`), added, or left out (None)."""
    arrays: dict[str, Any] = arrays_of(frame) | {name.replace("__", "/"): array for name, array in changes.items()}
    return {name: array for name, array in arrays.items() if array is not None}


MISFITS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"layer2__weight": np.zeros((4, 2))}, ("layer2/weight", "(4, 2)", "(3, 2)")),
    ({"layer2__weight": np.zeros((2, 3))}, ("layer2/weight", "(2, 3)", "(3, 2)", "transposed")),
    ({"layer2__bias": np.zeros((1, 2))}, ("layer2/bias", "(1, 2)", "(2,)")),
    ({"layer2__bias": np.zeros(())}, ("layer2/bias", "()", "(2,)")),
    ({"layer3__bias": None}, ("lacks layer3/bias", "(1,)")),
    ({"layer4__weight": np.zeros((1, 1))}, ("layer4/weight", "no layer")),
    ({"layer1__weight": np.zeros((2, 3), np.int32)}, ("layer1/weight", "floats")),
    ({"layer1__bias": np.zeros(3, bool)}, ("layer1/bias", "floats")),
    ({"layer1__bias": np.array([0, np.nan, 0])}, ("layer1/bias", "not finite")),
    ({"layer1__bias": np.array([0, -np.inf, 0])}, ("layer1/bias", "not finite")),
    ({"layer1__bias": np.array([0, 1e300, 0])}, ("layer1/bias", "too large for float32")),
]


@pytest.mark.parametrize(("changes", "says"), MISFITS)
def test_what_does_not_fit_is_named(path: Path, changes: dict[str, Any], says: tuple[str, ...]) -> None:
    frame = small_frame()
    message = refusal(saved(path, changed(frame, **changes)), frame)
    for words in says:
        assert words in message


def test_missing_and_special_files(path: Path) -> None:
    frame = small_frame()
    assert "does not exist" in refusal(path, frame)
    path.mkdir()
    assert "folder" in refusal(path, frame)
    path.rmdir()
    os.mkfifo(path)
    assert "device" in refusal(path, frame)


def test_objects_are_refused_without_unpickling(tmp_path: Path) -> None:
    path, trap = tmp_path / "weights.npz", tmp_path / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(trap),)

    frame = small_frame()
    np.savez(path, **changed(frame, layer1__bias=np.array([Trap(), 1, 2], object)))  # type: ignore[arg-type]
    assert "layer1/bias has the type |O" in refusal(path, frame)
    path.write_bytes(pickle.dumps(Trap()))
    assert "broken or another kind" in refusal(path, frame)
    assert not trap.exists()


def npy(header: str, data: bytes = b"", version: bytes = b"\x01\x00", length: int | None = None) -> bytes:
    size = (len(header) if length is None else length).to_bytes(2 if version[0] == 1 else 4, "little")
    return b"\x93NUMPY" + version + size + header.encode() + data


HEADER = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }\n"
BROKEN_ARRAYS = [
    b"",
    b"\x93NUMPY",
    npy(HEADER),
    npy(HEADER, bytes(13)),
    npy(HEADER, bytes(12), version=b"\x03\x00"),
    npy(HEADER, bytes(12), version=b"\x02\x00", length=2**32 - 1),
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': __import__('os'), }"),
    npy("(" * 60_000),
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1" * 60_000 + "x"),
    npy(HEADER.replace("3,", "9" * 100)),
]


@pytest.mark.parametrize("content", BROKEN_ARRAYS, ids=map(str, range(len(BROKEN_ARRAYS))))
def test_broken_arrays_within_a_sound_archive(tmp_path: Path, content: bytes) -> None:
    frame = small_frame()
    path = saved(tmp_path / "weights.npz", changed(frame, layer1__bias=None))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("layer1/bias.npy", content)
    refusal(path, frame)


def test_version_two_arrays_are_read(tmp_path: Path) -> None:
    frame = small_frame()
    path = saved(tmp_path / "weights.npz", changed(frame, layer1__bias=None))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("layer1/bias.npy", npy(HEADER, np.float32([1, 2, 3]).tobytes(), version=b"\x02\x00"))
    assert import_weights(path, frame).params[6:9].tolist() == [1, 2, 3]


@pytest.mark.parametrize("bomb", ["data", "header"])
def test_bombs_are_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bomb: str) -> None:
    frame = small_frame()
    path = saved(tmp_path / "weights.npz", changed(frame, layer1__bias=None))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        header = {} if bomb == "data" else {"version": b"\x02\x00", "length": 50 * 2**20}
        archive.writestr("layer1/bias.npy", npy(HEADER, bytes(15 * 2**20), **header))  # type: ignore[arg-type]
    largest: list[int] = []
    read = zipfile.ZipExtFile.read

    def watched(self: zipfile.ZipExtFile, size: int = -1) -> bytes:
        content = read(self, size)
        largest.append(len(content))
        return content

    monkeypatch.setattr(zipfile.ZipExtFile, "read", watched)
    assert "broken" in refusal(path, frame)
    assert max(largest) < 1000


@pytest.mark.parametrize("flag", ["locked", "method"])
def test_locked_and_unusual_archives(tmp_path: Path, flag: str) -> None:
    frame = small_frame()
    path = tmp_path / "weights.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA if flag == "method" else zipfile.ZIP_STORED) as archive:
        for name, array in arrays_of(frame).items():
            stream = io.BytesIO()
            np.save(stream, array)
            archive.writestr(f"{name}.npy", stream.getvalue())
    if flag == "locked":
        content = bytearray(path.read_bytes())
        start = content.index(b"PK\x01\x02")
        content[start + 8] |= 1
        path.write_bytes(content)
    assert "broken" in refusal(path, frame)


def test_cut_off_at_every_length(path: Path) -> None:
    frame = small_frame(units=(1,))
    sound = saved(path, arrays_of(frame)).read_bytes()
    for length in range(len(sound)):
        path.write_bytes(sound[:length])
        refusal(path, frame)


def test_flipped_bits_never_raise_anything_else(path: Path) -> None:
    frame = small_frame(units=(1,))
    sound = saved(path, arrays_of(frame)).read_bytes()
    random = np.random.default_rng(11)
    outcomes = {"taken": 0, "refused": 0}
    for position in random.choice(8 * len(sound), 1500, replace=False):
        flipped = bytearray(sound)
        flipped[position // 8] ^= 1 << position % 8
        path.write_bytes(flipped)
        try:
            params = import_weights(path, frame).params
            assert np.isfinite(params).all()
            outcomes["taken"] += 1
            if path.suffix == ".npz":  # its checksums see to it; .safetensors has none
                assert params.tobytes() == frame.params.tobytes()
        except FileError:
            outcomes["refused"] += 1
    assert min(outcomes.values()) > 0


def test_noise_never_raises_anything_else(path: Path) -> None:
    frame = small_frame()
    random = np.random.default_rng(12)
    for start in (b"", b"PK\x03\x04", b"\x08\0\0\0\0\0\0\0{}", b"\xff" * 8):
        for length in random.integers(0, 200, 30):
            path.write_bytes(start + random.bytes(int(length)))
            refusal(path, frame)


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


NORMALISED = (DenseSpec(units=5), BatchNormSpec(), ActivationSpec(), DropoutSpec(), LayerNormSpec(), DenseSpec(units=3))


def normalised_frame() -> Frame:
    """A stack with both normalisations, and running statistics that have moved."""
    trainer = Trainer(Experiment(layers=NORMALISED))
    for _ in range(5):
        trainer.step()
    return Observer(trainer, 1).frame(Probe.NOTHING)


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


NORMALISED_MISFITS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"layer2__running_mean": None}, ("lacks layer2/running_mean", "(5,)")),
    ({"layer2__running_variance": np.ones(4)}, ("layer2/running_variance", "(4,)", "(5,)")),
    ({"layer2__running_variance": np.array([1, 1, -0.1, 1, 1])}, ("layer2/running_variance", "(5,)", "negative")),
    ({"layer2__running_mean": np.full(5, np.nan)}, ("layer2/running_mean", "(5,)", "not finite")),
    ({"layer3__gain": np.ones((1, 5))}, ("layer3/gain", "(1, 5)", "(5,)")),
    ({"layer3__running_mean": np.ones(5)}, ("layer3/running_mean", "no layer")),
]


@pytest.mark.parametrize(("changes", "says"), NORMALISED_MISFITS)
def test_what_does_not_fit_a_normalisation_is_named(path: Path, changes: dict[str, Any], says: tuple[str, ...]) -> None:
    frame = normalised_frame()
    message = refusal(saved(path, changed(frame, **changes)), frame)
    for words in says:
        assert words in message
