"""ONNX comes in: plain stacks as other programs write them, and our own exports, there and back."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exports_cases import BLOBS, IMAGES, PLANE, cases, frame_of, network, stack
from importing import answers, by_onnx, graph, node, refusal

from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import DenseSpec, DropoutSpec
from nnstudio.files import limits
from nnstudio.files.errors import FileError
from nnstudio.files.exports import FORMATS
from nnstudio.files.imports import read_network

onnx: Any = pytest.importorskip("onnx", reason="ONNX is read with the package onnx (extra `export`)")
RANDOM = np.random.default_rng(7)
TANH, RELU, LINEAR = ActivationKind.TANH, ActivationKind.RELU, ActivationKind.LINEAR


def some(*shape: int) -> np.ndarray[Any, Any]:
    return RANDOM.normal(0, 0.6, shape).astype(np.float32)


def variance(*shape: int) -> np.ndarray[Any, Any]:
    return RANDOM.uniform(0.5, 2, shape).astype(np.float32)


def points(count: int = 40) -> np.ndarray[Any, Any]:
    return RANDOM.uniform(-6, 6, (count, 2))


def test_a_stack_that_fits_is_taken_as_it_is(tmp_path: Path) -> None:
    frame = frame_of(network(PLANE, (DenseSpec(units=5, activation=RELU), DropoutSpec(), DenseSpec(units=3))))
    dense = [node("MatMul", 1), node("Add", 1), node("Relu"), node("Gemm", 2, transB=1), node("Tanh"), node("Dropout")]
    path = graph(
        tmp_path / "m.onnx",
        [2],
        [*dense, node("MatMul", 1), node("Sigmoid")],
        *(some(2, 5), some(1, 5), some(3, 5), some(3), some(3, 1)),
    )
    imported = read_network(path, frame)
    assert imported.experiment is None, "dropout is nothing to a prediction"
    raw = points()
    assert np.abs(answers(imported, frame, raw) - by_onnx(path, raw)).max() < 1e-6


EVERY = {
    "Relu": {},
    "LeakyRelu": {},
    "Elu": {},
    "Selu": {},
    "Gelu": {"approximate": "tanh"},
    "Softplus": {},
    "Sigmoid": {},
    "Tanh": {},
    "Sin": {},
    "Softmax": {"axis": 1},
}


def test_another_stack_brings_its_own_network(tmp_path: Path) -> None:
    frame = frame_of(network(BLOBS, stack(TANH)))
    nodes = [node("Flatten")]
    arrays = []
    for number, (operator, attributes) in enumerate(EVERY.items()):
        nodes += [node("Gemm", 2), node(operator, **attributes)]
        arrays += [some(4 if number else 2, 4), some(4)]
    nodes += [node("BatchNormalization", 4, epsilon=0.01), node("LayerNormalization", 2, axis=1, epsilon=0.003)]
    arrays += [some(4), some(4), some(4), variance(4), some(4), some(4)]
    path = graph(tmp_path / "m.onnx", [2], [*nodes, node("Gemm", 2), node("Softmax")], *arrays, some(4, 4), some(4))
    imported = read_network(path, frame)
    assert imported.experiment is not None
    assert imported.experiment.dataset == frame.experiment.dataset
    assert imported.experiment.training == frame.experiment.training
    assert "4 ReLU" in imported.told
    assert "batch norm" in imported.told
    raw = points()
    assert np.abs(answers(imported, frame, raw / 3) - by_onnx(path, scaled(frame, raw / 3))).max() < 1e-6


def scaled(frame: Any, raw: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What the network is given in place of these examples."""
    given = np.empty((len(raw), len(frame.dataset.recipe.shift)), np.float32)
    frame.dataset.recipe.write(raw, given)
    return given


@pytest.mark.parametrize("kind", [np.float64, np.float16])
def test_numbers_of_other_lengths_come_in_as_ours(kind: type[np.floating[Any]], tmp_path: Path) -> None:
    """Also the means and variances of a batch normalisation, to what 32 or 16 bits hold."""
    frame = frame_of(network(BLOBS, stack(TANH)))
    nodes = [node("Gemm", 2), node("BatchNormalization", 4), node("Relu"), node("Gemm", 2), node("Softmax", axis=1)]
    arrays = (some(2, 5), some(5), some(5), some(5), some(5), variance(5), some(5, 4), some(4))
    fine = [each + 1e-9 * RANDOM.normal(size=each.shape) for each in arrays]
    path = graph(tmp_path / "m.onnx", [2], nodes, *(each.astype(kind) for each in fine))
    raw = points()
    session = onnx.reference.ReferenceEvaluator(onnx.load(path))
    (theirs,) = session.run(None, {"x": scaled(frame, raw).astype(kind)})
    assert theirs.dtype == kind
    assert np.abs(answers(read_network(path, frame), frame, raw) - theirs).max() < (
        1e-6 if kind is np.float64 else 5e-3
    )


def test_a_stack_for_images(tmp_path: Path) -> None:
    frame = frame_of(network(IMAGES, stack(TANH)))
    nodes = [
        node("Conv", 2, pads=[1, 1, 1, 1], strides=[1, 1], kernel_shape=[3, 3]),
        node("BatchNormalization", 4),
        node("Relu"),
        node("MaxPool", kernel_shape=[2, 2], strides=[2, 2]),
        node("Conv", 1, auto_pad="SAME_UPPER", strides=[2, 2]),
        node("AveragePool", kernel_shape=[3, 3], strides=[2, 2]),
        node("Reshape", 1),
        node("Gemm", 2, transB=1),
        node("Softmax", axis=-1),
    ]
    arrays = [some(4, 1, 3, 3), some(4), some(4), some(4), some(4), variance(4), some(3, 4, 2, 2)]
    path = graph(tmp_path / "m.onnx", [1, 28, 28], nodes, *arrays, np.array([0, 27]), some(10, 27), some(10))
    imported = read_network(path, frame)
    raw = RANDOM.integers(0, 256, (12, 28, 28), dtype=np.uint8)
    given = scaled(frame, raw).reshape(-1, 1, 28, 28)
    assert np.abs(answers(imported, frame, raw) - by_onnx(path, given)).max() < 1e-6
    elsewhere = frame_of(network(PLANE, ()))
    assert "it ends in Softmax, and what is learned here ends in Sigmoid" in refusal(path, elsewhere)
    assert "image" in refusal(path, frame_of(network(BLOBS, ())))
    nodes[0] = node("Conv", 2, pads=[1, 1, 0, 0])
    graph(path, [1, 28, 28], nodes, *arrays, np.array([0, 27]), some(10, 27), some(10))
    assert "Conv2D 1 has the zeros ((1, 0), (1, 0))" in refusal(path, frame)


def test_silu_is_two_operations(tmp_path: Path) -> None:
    frame = frame_of(network(PLANE, ()))
    path = graph(tmp_path / "m.onnx", [2], [node("Gemm", 2), node("Sigmoid"), node("Gemm", 2), node("Sigmoid")])
    model = onnx.load(path)
    model.graph.node.insert(2, onnx.helper.make_node("Mul", ["y0", "y1"], ["gated"]))
    for number, operation in enumerate(model.graph.node):
        if operation.op_type == "Gemm":
            operation.input[:] = ["gated" if number else "x", f"w{number}", f"b{number}"]
    arrays = {"w0": some(2, 3), "b0": some(3), "w3": some(3, 1), "b3": some(1)}
    model.graph.initializer.extend(onnx.numpy_helper.from_array(array, name) for name, array in arrays.items())
    onnx.save(model, path)
    imported = read_network(path, frame)
    assert imported.experiment is not None
    assert [layer.titles[0] for layer in imported.experiment.layers] == ["Dense 3 · SiLU"]
    raw = points()
    assert np.abs(answers(imported, frame, raw) - by_onnx(path, raw)).max() < 1e-6


def test_our_own_exports_come_back(tmp_path: Path) -> None:
    """Into the network that they are from, and, recipe and all, over a network that is another one."""
    for number, (name, given) in enumerate(cases(count=5).items()):
        path = tmp_path / f"{number}.onnx"
        FORMATS["onnx"].write(given, path)
        if given.frame.params.dtype != np.float32:
            continue
        again = read_network(path, given.frame)
        assert again.experiment is None, name
        assert again.weights.params.tobytes() == given.frame.params.tobytes(), name
        assert again.weights.statistics is not None
        assert again.weights.statistics.tobytes() == given.model.statistics.tobytes(), name
        assert dict(again.weights.off or {}) == dict(given.model.off), name
        if name.startswith("table"):
            continue  # such rows are nowhere but in this test
        elsewhere = frame_of(network(replace(PLANE, samples=50), stack(LINEAR, LINEAR, TANH)))
        brought = read_network(path, elsewhere)
        assert brought.experiment is not None, name
        assert np.array_equal(answers(brought, elsewhere, given.inputs), given.answers), name


def test_weights_of_ours_bring_their_network_too(tmp_path: Path) -> None:
    given = cases(count=5)["images, convolutions"]
    elsewhere = frame_of(network(PLANE, stack(TANH)))
    for ending in ("npz", "safetensors"):
        path = tmp_path / f"w.{ending}"
        FORMATS[ending].write(given, path)
        brought = read_network(path, elsewhere)
        assert brought.experiment == given.experiment
        assert "Its data are Sketched digits." in brought.told
        assert np.array_equal(answers(brought, elsewhere, given.inputs), given.answers)
        here = frame_of(network(IMAGES, stack(TANH)))
        kept = read_network(path, here)
        assert kept.experiment is not None
        assert kept.experiment.layers == given.experiment.layers
        assert kept.experiment.seed == here.experiment.seed


REFUSED: dict[str, tuple[Any, str]] = {
    "unknown": ([node("Gemm", 2), node("Erf"), node("Gemm", 2)], "Erf is not one of ours"),
    "scaled": ([node("Gemm", 2, alpha=2.0), node("Relu"), node("Gemm", 2)], "Gemm is not one of ours: it scales"),
    "slope": ([node("Gemm", 2), node("LeakyRelu", alpha=0.2), node("Gemm", 2)], "its alpha is 0.2, and ours 0.01"),
    "exact": ([node("Gemm", 2), node("Gelu"), node("Gemm", 2)], "its approximate is none, and ours tanh"),
    "end": ([node("Gemm", 2), node("Gemm", 2), node("Tanh")], "it ends in Tanh, and what is learned here ends in"),
    "behind": ([node("Gemm", 2), node("Relu"), node("Gemm", 2), node("BatchNormalization", 4)], "end in a dense layer"),
    "first": ([node("Add", 1), node("Gemm", 2), node("Gemm", 2)], "Add is not one of ours"),
    "subgraph": ([node("Gemm", 2, odd=["a"]), node("Gemm", 2)], "has a odd of another kind"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_ours_is_named(tmp_path: Path, name: str) -> None:
    nodes, says = REFUSED[name]
    arrays = [some(2, 3), some(3), some(3, 1), some(1), some(1), some(1), some(1), variance(1)]
    if name == "first":
        arrays = [some(2), *arrays]
    frame = frame_of(network(PLANE, stack(TANH)))
    message = refusal(graph(tmp_path / "m.onnx", [2], nodes, *arrays), frame)
    assert says in message


def test_other_ends_and_sizes_are_said(tmp_path: Path) -> None:
    frame = frame_of(network(PLANE, ()))
    path, gemm = tmp_path / "m.onnx", [node("Gemm", 2), node("Relu"), node("Gemm", 2)]
    assert "Dense 1 takes 5 numbers, and on the data here gets 2" in refusal(
        graph(path, [5], gemm, some(5, 3), some(3), some(3, 1), some(1)), frame
    )
    assert "it gives 4 answers, and the data here ask for 1" in refusal(
        graph(path, [2], gemm, some(2, 3), some(3), some(3, 4), some(4)), frame
    )
    assert "1024" in refusal(graph(path, [2], gemm, some(2, 1025), some(1025), some(1025, 1), some(1)), frame)
    many = [each for _ in range(17) for each in (node("Gemm", 2), node("Relu"))]
    deep = [each for number in range(17) for each in (some(3 if number else 2, 3), some(3))]
    assert "16" in refusal(graph(path, [2], [*many, node("Gemm", 2)], *deep, some(3, 1), some(1)), frame)
    assert "not finite" in refusal(graph(path, [2], [node("Gemm", 2)], some(2, 1) * np.inf, some(1)), frame)


def test_two_ways_and_two_inputs_are_no_stack(tmp_path: Path) -> None:
    frame = frame_of(network(PLANE, ()))
    path = graph(tmp_path / "m.onnx", [2], [node("Gemm", 2), node("Relu")], some(2, 1), some(1))
    model = onnx.load(path)
    model.graph.node.append(onnx.helper.make_node("Tanh", ["y0"], ["other"]))
    onnx.save(model, path)
    assert "a stack has one way" in refusal(path, frame)
    model.graph.node[-1].input[:] = ["z"]
    onnx.save(model, path)
    assert "1 of its operations are not on the one way" in refusal(path, frame)
    model.graph.input.append(onnx.helper.make_tensor_value_info("z", 1, ["n", 2]))
    onnx.save(model, path)
    assert "it takes 2 inputs" in refusal(path, frame)


# Hostile files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["/etc/passwd", "../../secret", "beside.bin"])
def test_numbers_in_other_files_are_never_read(tmp_path: Path, place: str) -> None:
    (tmp_path / "beside.bin").write_bytes(bytes(1000))
    path = graph(tmp_path / "m.onnx", [2], [node("Gemm", 2)], some(2, 1), some(1))
    model = onnx.load(path)
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    path.write_bytes(model.SerializeToString())
    message = refusal(path, frame_of(network(PLANE, ())))
    assert "lie in another file" in message
    assert place not in message


@pytest.mark.parametrize("shape", [(2**40, 2**40), (0, 2**62), (-1, 2), (2, 2)])
def test_absurd_shapes(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = graph(tmp_path / "m.onnx", [2], [node("Gemm", 2)], some(2, 1), some(1))
    model = onnx.load(path)
    model.graph.initializer[0].dims[:] = shape
    path.write_bytes(model.SerializeToString())
    refusal(path, frame_of(network(PLANE, ())))


def test_too_much_of_anything(tmp_path: Path) -> None:
    frame = frame_of(network(PLANE, ()))
    path = graph(tmp_path / "m.onnx", [2], [node("Relu")] * (limits.ONNX_NODES + 1))
    assert "1000 are the most" in refusal(path, frame)
    with path.open("wb") as file:
        file.truncate(limits.ONNX + 1)
    assert "are the most" in refusal(path, frame)
    path.write_bytes(b"")
    assert "no network" in refusal(path, frame)
    path.unlink()
    assert "does not exist" in refusal(path, frame)


def test_a_network_that_the_file_cannot_fill_is_not_made(tmp_path: Path) -> None:
    given = cases(count=2)["no hidden layer"]
    path = tmp_path / "m.onnx"
    FORMATS["onnx"].write(given, path)
    model = onnx.load(path)
    text = next(prop for prop in model.metadata_props if prop.key == "experiment")
    wide = ", ".join(['{"kind": "dense", "units": 1024}'] * 16)
    text.value = text.value.replace('"layers": []', f'"layers": [{wide}]')
    assert "1024" in text.value
    path.write_bytes(model.SerializeToString())
    assert "more than the file can hold" in refusal(path, frame_of(network(PLANE, ())))


def test_mutated_files_never_raise_anything_else(tmp_path: Path) -> None:
    frame = frame_of(network(PLANE, stack(TANH)))
    own = tmp_path / "own.onnx"
    FORMATS["onnx"].write(cases(count=2)["plane, every activation"], own)
    nodes = [node("Gemm", 2), node("Tanh"), node("Gemm", 2)]
    plain = graph(tmp_path / "plain.onnx", [2], nodes, some(2, 6), some(6), some(6, 1), some(1))
    random = np.random.default_rng(5)
    outcomes = {"taken": 0, "refused": 0}

    for path in (own, plain):
        sound = path.read_bytes()
        for number in range(300):
            changed = bytearray(sound)
            if number % 3:
                for position in random.integers(0, 8 * len(sound), number % 5 + 1):
                    changed[position // 8] ^= 1 << position % 8
            else:
                del changed[random.integers(0, len(sound)) :]
            (tmp_path / "m.onnx").write_bytes(changed)
            try:
                assert np.isfinite(read_network(tmp_path / "m.onnx", frame).weights.params).all()
                outcomes["taken"] += 1
            except FileError:
                outcomes["refused"] += 1
    assert min(outcomes.values()) > 0
