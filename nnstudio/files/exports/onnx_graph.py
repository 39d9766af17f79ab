"""A network as ONNX, with everything from the raw example to the name of the class inside the graph.

The inputs are examples as people have them. Points and rows of a table come in 64 bits, because a year or a price
has no room for its last digits in 32, and become the network's numbers behind the scaling, as in the engine. Nodes and
arrays have the names of the layers, so that Netron shows them. Operators of opset 17, which readers of today know.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import Domain, Task
from nnstudio.core.network.model import ModelLayer
from nnstudio.files.errors import printable
from nnstudio.files.experiment_json import experiment_to_json
from nnstudio.files.exports.format import Files, Format, Group, Proof, compared, missing
from nnstudio.files.exports.onnx_activations import ACTIVATIONS
from nnstudio.files.exports.onnx_table import WORDS, cells_given, columns_of, inputs_of
from nnstudio.files.exports.proving import failed, version_of
from nnstudio.files.exports.recipe_steps import ComputeFeatures, Divide, Step, steps_of
from nnstudio.files.exports.subject import THRESHOLD, Subject
from nnstudio.files.exports.table_cells import units_of
from nnstudio.files.installed import lacking
from nnstudio.files.weights_format import with_arrays

OPSET, IR_VERSION = 17, 8
INPUTS = {Domain.PLANE: "point", Domain.IMAGES: "pixels", Domain.TABLE: "row"}
"""What the input is called."""


STATISTICS = "gain", "shift", "running_mean", "running_variance"


class Graph:
    """Nodes, one after the other, and the tensors that they need.

    kind: the number that ONNX has for the network's type; scope: what the nodes that are added now belong to
    """

    def __init__(self, dtype: str) -> None:
        self.onnx: Any = import_module("onnx")
        self.nodes: list[Any] = []
        self.tensors: dict[str, Any] = {}
        self.dtype = dtype
        self.kind: int = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        self.scope = ""
        self._used: set[str] = set()

    def add(self, operator: str, *given: str, made: str = "", **attributes: Any) -> str:
        """A node; returns the name of what it makes, `made` or one of its own."""
        name = self._free(f"{self.scope}/{operator}")
        self.nodes.append(self.onnx.helper.make_node(operator, given, [made or name], name=name, **attributes))
        return made or name

    def tensor(self, name: str, values: Array) -> str:
        """An array in the graph."""
        self.tensors[name] = self.onnx.numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def constant(self, value: float, dtype: str = "") -> str:
        """A number in the graph, of the network's type; one of a kind is enough."""
        kind = dtype or self.dtype
        return self.tensor(f"{value!r} ({kind})", np.array(value, kind))

    def shape(self, *sides: int) -> str:
        """A shape or a list of indices in the graph."""
        return self.tensor(f"[{', '.join(map(str, sides))}]", np.array(sides, np.int64))

    def _free(self, name: str) -> str:
        found, number = name, 1
        while found in self._used:
            number += 1
            found = f"{name} {number}"
        self._used.add(found)
        return found


def _rows(graph: Graph, layer: ModelLayer, x: str) -> str:
    return graph.add("Flatten", x, axis=1) if len(layer.input_shape) > 1 else x


def _dense(graph: Graph, layer: ModelLayer, array: Callable[[str], str], x: str) -> str:
    return graph.add("Gemm", _rows(graph, layer, x), array("weight"), array("bias"))


def _conv2d(graph: Graph, layer: ModelLayer, array: Callable[[str], str], x: str) -> str:
    (top, bottom), (left, right) = layer.settings["padding"]
    size, stride = layer.settings["kernel"], layer.settings["stride"]
    weight = graph.tensor(f"{array('bias').rpartition('/')[0]}/weight", layer.arrays["weight"].transpose(3, 0, 1, 2))
    shape: dict[str, Any] = {
        "kernel_shape": [size, size],
        "strides": [stride, stride],
        "pads": [top, left, bottom, right],
    }
    return graph.add("Conv", x, weight, array("bias"), **shape)


def _pool(operator: str) -> Callable[[Graph, ModelLayer, Callable[[str], str], str], str]:
    def pool(graph: Graph, layer: ModelLayer, array: Callable[[str], str], x: str) -> str:
        size, stride = layer.settings["size"], layer.settings["stride"]
        return graph.add(operator, x, kernel_shape=[size, size], strides=[stride, stride])

    return pool


def _flatten(graph: Graph, layer: ModelLayer, array: Callable[[str], str], x: str) -> str:
    return _rows(graph, layer, x)


def _unchanged(graph: Graph, layer: ModelLayer, array: Callable[[str], str], x: str) -> str:
    return graph.add("Identity", x)


def _batch_norm(graph: Graph, layer: ModelLayer, array: Callable[[str], str], x: str) -> str:
    if graph.dtype == "float64":  # the operator keeps ε in 32 bits
        column = (-1, *(1 for _ in layer.shape[1:]))
        gain, shift, mean, variance = (layer.arrays[name].reshape(column) for name in STATISTICS)
        factor = graph.tensor(f"{layer.name}/factor", gain / np.sqrt(variance + layer.settings["epsilon"]))
        x = graph.add("Mul", graph.add("Sub", x, graph.tensor(f"{layer.name}/mean", mean)), factor)
        return graph.add("Add", x, graph.tensor(f"{layer.name}/shift", shift))
    names = [array(name) for name in STATISTICS]
    return graph.add("BatchNormalization", x, *names, epsilon=layer.settings["epsilon"])


def _layer_norm(graph: Graph, layer: ModelLayer, array: Callable[[str], str], x: str) -> str:
    prefix = array("gain").rpartition("/")[0]
    names = [graph.tensor(f"{prefix}/{name}", layer.arrays[name].reshape(layer.shape)) for name in ("gain", "shift")]
    if graph.dtype == "float64":
        axes = list(range(1, len(layer.shape) + 1))
        x = graph.add("Sub", x, graph.add("ReduceMean", x, axes=axes))
        variance = graph.add("ReduceMean", graph.add("Mul", x, x), axes=axes)
        deviation = graph.add("Sqrt", graph.add("Add", variance, graph.constant(layer.settings["epsilon"])))
        return graph.add("Add", graph.add("Mul", graph.add("Div", x, deviation), names[0]), names[1])
    return graph.add("LayerNormalization", x, *names, axis=1, epsilon=layer.settings["epsilon"])


LAYERS: dict[str, Callable[[Graph, ModelLayer, Callable[[str], str], str], str]] = {
    "dense": _dense,
    "conv2d": _conv2d,
    "max-pool2d": _pool("MaxPool"),
    "avg-pool2d": _pool("AveragePool"),
    "flatten": _flatten,
    "activation": _unchanged,
    "dropout": _unchanged,
    "batch-norm": _batch_norm,
    "layer-norm": _layer_norm,
}
"""The operators of each kind of layer before its activation: the graph, the layer, what puts an array of it into the
graph by its name in files, and what is given to it."""


def onnx_model(subject: Subject, name: str) -> Files:
    """The whole file. Raises `FileError` where the package onnx is missing."""
    if lacking("onnx"):
        raise missing("onnx", "ONNX")
    graph = Graph(subject.dtype)
    x = _recipe(graph, subject)
    names = {layer.key: prefix for prefix, layer in with_arrays(subject.model)}
    for layer in subject.model.layers:
        graph.scope = layer.name
        x = _layer(graph, layer, names.get(layer.key, ""), x)
    graph.scope = "answer"
    if units := units_of(subject.model.recipe):
        x = graph.add("Add", graph.add("Mul", x, graph.constant(units[0])), graph.constant(units[1]))
    graph.add("Identity", x, made="answer")
    if subject.model.task in (Task.BINARY, Task.MULTICLASS):
        _name_of_class(graph, subject)
    return {name: _assembled(graph, subject).SerializeToString()}


def _layer(graph: Graph, layer: ModelLayer, prefix: str, x: str) -> str:
    def array(name: str) -> str:
        return graph.tensor(f"{prefix}/{name}", layer.arrays[name])

    x = LAYERS[layer.kind](graph, layer, array, x)
    if layer.activation is not None:
        x = ACTIVATIONS[layer.activation.value](graph, x)
    if layer.off:
        on = np.ones((layer.shape[0], *(1 for _ in layer.shape[1:])), graph.dtype)
        on[list(layer.off)] = 0
        x = graph.add("Mul", x, graph.tensor(f"{layer.name}/switched on", on))
    return x


def _recipe(graph: Graph, subject: Subject) -> str:
    recipe, shape = subject.model.recipe, subject.model.input_shape
    graph.scope, x = "inputs", INPUTS[recipe.domain]
    if recipe.table is not None:
        x = columns_of(graph, recipe.table)
    dtype = _raw_kind(subject)
    for step in steps_of(recipe):
        x = _step(graph, step, x, dtype)
    if dtype != graph.dtype:
        x = graph.add("Cast", x, to=graph.kind)
    return graph.add("Reshape", x, graph.shape(-1, *shape)) if len(shape) > 1 else x


def _raw_kind(subject: Subject) -> str:
    """The type of the raw numbers: pixels are small whole numbers, which 32 bits hold."""
    return subject.dtype if subject.model.recipe.domain is Domain.IMAGES else "float64"


def _step(graph: Graph, step: Step, x: str, dtype: str) -> str:
    match step:
        case ComputeFeatures(features):
            x1, x2 = (graph.add("Gather", x, graph.shape(column), axis=1, made=f"x{column + 1}") for column in (0, 1))
            makers: dict[str, Callable[[], str]] = {
                "x1": lambda: x1,
                "x2": lambda: x2,
                "x1^2": lambda: graph.add("Mul", x1, x1),
                "x2^2": lambda: graph.add("Mul", x2, x2),
                "x1*x2": lambda: graph.add("Mul", x1, x2),
                "sin(x1)": lambda: graph.add("Sin", x1),
                "sin(x2)": lambda: graph.add("Sin", x2),
            }
            return graph.add("Concat", *[makers[feature.value]() for feature in features], axis=1)
        case Divide(divisor):
            return graph.add("Mul", x, graph.constant(1 / divisor, dtype))
        case _:
            shifted = graph.add("Sub", x, graph.tensor("inputs/shift", np.array(step.shift, dtype)))
            return graph.add("Div", shifted, graph.tensor("inputs/scale", np.array(step.scale, dtype)))


def _name_of_class(graph: Graph, subject: Subject) -> None:
    graph.scope = "class"
    if subject.model.outputs == 1:
        above = graph.add("Greater", "answer", graph.constant(THRESHOLD))
        number = graph.add("Cast", graph.add("Squeeze", above, graph.shape(1)), to=graph.onnx.TensorProto.INT64)
    else:
        number = graph.add("ArgMax", "answer", axis=1, keepdims=0)
    names = graph.onnx.helper.make_tensor(
        "classes", graph.onnx.TensorProto.STRING, [len(subject.classes)], [name.encode() for name in subject.classes]
    )
    graph.tensors["classes"] = names
    graph.add("Gather", "classes", number, axis=0, made="class")


def _assembled(graph: Graph, subject: Subject) -> Any:
    helper, recipe = graph.onnx.helper, subject.model.recipe
    raw = helper.np_dtype_to_tensor_dtype(np.dtype(_raw_kind(subject)))
    given = [helper.make_tensor_value_info(INPUTS[recipe.domain], raw, ["examples", *recipe.shape])]
    if recipe.table is not None:
        given = inputs_of(graph, recipe.table)
    made = [helper.make_tensor_value_info("answer", graph.kind, ["examples", subject.model.outputs])]
    if "classes" in graph.tensors:
        made.append(helper.make_tensor_value_info("class", graph.onnx.TensorProto.STRING, ["examples"]))
    whole = helper.make_graph(graph.nodes, subject.title, given, made, list(graph.tensors.values()))
    also = [helper.make_opsetid(WORDS, 3)] if recipe.table is not None else []
    model = helper.make_model(
        whole, opset_imports=[helper.make_opsetid("", OPSET), *also], ir_version=IR_VERSION, producer_name="nnstudio"
    )
    model.doc_string = f"{subject.title}: {subject.answer}. {subject.summary}"
    helper.set_model_props(model, dict(_about(subject)))
    return model


def _about(subject: Subject) -> Iterator[tuple[str, str]]:
    """What a reader may want to know, as texts: the task by its stable name, the shape of what the network is given,
    the names of inputs and answers, the experiment, and a check of ten examples."""
    yield "task", subject.model.task.value
    yield "input", msgspec.json.encode(subject.model.input_shape).decode()
    yield "inputs", msgspec.json.encode(subject.input_names).decode()
    yield "targets", msgspec.json.encode([printable(name) for name in subject.model.target_names]).decode()
    if (subject.model.outputs == 1 and subject.classes) or subject.model.task is Task.MULTILABEL:
        yield "threshold", str(THRESHOLD)
    yield "experiment", experiment_to_json(subject.experiment)
    check = {"inputs": subject.inputs[:10].tolist(), "answers": subject.answers[:10].tolist()}
    yield "check", msgspec.json.encode(check).decode()


def _prove(subject: Subject, path: Path) -> Proof:
    """Checked in full by onnx.checker, run by its reference evaluator, and by onnxruntime where that is installed."""
    onnx, reference = import_module("onnx"), import_module("onnx.reference")
    begin = perf_counter()
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        given = {model.graph.input[0].name: subject.inputs.astype(_raw_kind(subject))}
        if subject.model.recipe.table is not None:
            given = cells_given(subject.model.recipe.table, subject.inputs)
        answers, reader = (
            [reference.ReferenceEvaluator(model).run(["answer"], given)[0]],
            f"run by onnx {version_of('onnx')}",
        )
        if not lacking("onnxruntime") and subject.dtype == "float32":
            onnxruntime = import_module("onnxruntime")
            quiet = onnxruntime.SessionOptions()
            quiet.log_severity_level, quiet.intra_op_num_threads = 3, 1
            session = onnxruntime.InferenceSession(path.read_bytes(), quiet, providers=["CPUExecutionProvider"])
            answers.append(session.run(["answer"], given)[0])
            reader += f" and onnxruntime {version_of('onnxruntime')}"
    except Exception as error:  # noqa: BLE001 - whatever a foreign reader raises is its verdict
        return failed(f"onnx said: {printable(error, 300)}", subject, perf_counter() - begin)
    seconds = perf_counter() - begin
    return max((compared(one, subject, reader, seconds) for one in answers), key=lambda proof: proof.largest or 0.0)


FORMAT = Format(
    key="onnx",
    name="ONNX",
    group=Group.EXCHANGE,
    ending=".onnx",
    purpose="the whole recipe in one graph",
    needs="any reader of ONNX, such as onnxruntime or Netron",
    make=onnx_model,
    prove=_prove,
)
