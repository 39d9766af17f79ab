"""Each activation as operators of ONNX, by its name in files.

`Graph.add` makes a node and gives the name of what it makes. Constants lie in the graph as tensors of the network's own
type: attributes of ONNX have 32 bits at most.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnstudio.files.exports.onnx_graph import Graph

_HIGH, _ALPHA = 1.0507009873554805, 1.6732632423543772
_ROOT = 0.7978845608028654  # √(2/π)


def _plain(operator: str) -> "Callable[[Graph, str], str]":
    return lambda graph, z: graph.add(operator, z)


def _leaky_relu(graph: "Graph", z: str) -> str:
    return graph.add("Max", z, graph.add("Mul", z, graph.constant(0.01)))


def _elu(graph: "Graph", z: str) -> str:
    return graph.add("Add", graph.add("Relu", z), _tail(graph, z))


def _selu(graph: "Graph", z: str) -> str:
    high = graph.add("Mul", graph.add("Relu", z), graph.constant(_HIGH))
    return graph.add("Add", high, graph.add("Mul", _tail(graph, z), graph.constant(_HIGH * _ALPHA)))


def _tail(graph: "Graph", z: str) -> str:
    """e^min(z, 0) − 1."""
    below = graph.add("Exp", graph.add("Min", z, graph.constant(0.0)))
    return graph.add("Sub", below, graph.constant(1.0))


def _gelu(graph: "Graph", z: str) -> str:
    """In its tanh form."""
    cube = graph.add("Mul", graph.add("Mul", z, z), z)
    inner = graph.add("Add", z, graph.add("Mul", cube, graph.constant(0.044715)))
    gate = graph.add("Tanh", graph.add("Mul", inner, graph.constant(_ROOT)))
    twice = graph.add("Mul", z, graph.add("Add", gate, graph.constant(1.0)))
    return graph.add("Mul", twice, graph.constant(0.5))


def _silu(graph: "Graph", z: str) -> str:
    return graph.add("Mul", z, graph.add("Sigmoid", z))


def _softplus(graph: "Graph", z: str) -> str:
    """max(z, 0) + log(1 + e^−|z|): some readers' own overflows."""
    small = graph.add("Exp", graph.add("Neg", graph.add("Abs", z)))
    return graph.add("Add", graph.add("Relu", z), graph.add("Log", graph.add("Add", small, graph.constant(1.0))))


def _step(graph: "Graph", z: str) -> str:
    return graph.add("Cast", graph.add("GreaterOrEqual", z, graph.constant(0.0)), to=graph.kind)


def _softmax(graph: "Graph", z: str) -> str:
    return graph.add("Softmax", z, axis=1)


ACTIVATIONS: "dict[str, Callable[[Graph, str], str]]" = {
    "linear": lambda graph, z: z,
    "relu": _plain("Relu"),
    "leaky-relu": _leaky_relu,
    "elu": _elu,
    "selu": _selu,
    "gelu": _gelu,
    "silu": _silu,
    "softplus": _softplus,
    "sigmoid": _plain("Sigmoid"),
    "tanh": _plain("Tanh"),
    "sine": _plain("Sin"),
    "step": _step,
    "softmax": _softmax,
}
