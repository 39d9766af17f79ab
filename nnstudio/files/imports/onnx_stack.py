"""A plain stack of layers out of an ONNX graph: one operation after the other, each a layer, an activation or nothing.

The walk begins at the graph's one input and goes on to whoever takes what came last. An operation that no layer of ours
makes, or one that two others listen to, ends it in a sentence that names it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nnstudio.core.experiment import DenseSpec, LayerSpec
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.experiment.layer_specs import ActivationSpec
from nnstudio.core.experiment.setting import SettingError
from nnstudio.files.errors import FileError, printable
from nnstudio.files.imports.found import Found, Margins, activation_of
from nnstudio.files.imports.onnx_file import attributes_of, refused
from nnstudio.files.imports.rearranged import flat, of_layer, zeros
from nnstudio.files.npy import StoredArray

Attributes = Mapping[str, int | float | str | tuple[int, ...]]


@dataclass(slots=True)
class Stack:
    """What has been read of a graph so far.

    open: the number of the layer whose bias may still come as an addition, 0 for none
    """

    path: Path
    tensors: Mapping[str, StoredArray]
    layers: list[LayerSpec] = field(default_factory=list[LayerSpec])
    contents: dict[str, Callable[[], StoredArray]] = field(default_factory=dict[str, Callable[[], StoredArray]])
    margins: list[Margins | None] = field(default_factory=list[Margins | None])
    open: int = 0
    learned: int = 0

    def learn(self, spec: LayerSpec, **arrays: StoredArray) -> None:
        """One more layer with arrays of its own; without a bias it may still get one."""
        if isinstance(spec, DenseSpec) and self.layers and self.layers[-1].kind == "flatten":
            self.layers.pop()  # a dense layer reads an image as one row by itself
        self.learned += 1
        self.layers.append(spec)
        self.contents |= of_layer(self.learned, arrays)
        if "weight" in arrays and "bias" not in arrays:
            self.contents |= of_layer(self.learned, {"bias": zeros(arrays["weight"].shape[-1])})
            self.open = self.learned

    def activate(self, kind: ActivationKind) -> None:
        """An activation: that of the layer before it, if it has none."""
        if self.layers and getattr(self.layers[-1], "activation", None) is ActivationKind.LINEAR:
            changed: Any = {"activation": kind}
            self.layers[-1] = replace(self.layers[-1], **changed)
        else:
            self.layers.append(ActivationSpec(activation=kind))

    def tensor(self, node: Any, place: int) -> StoredArray | None:
        """The numbers that an operation is given there; None where it is given none. Raises `FileError` for what is
        computed on the way."""
        name = node.input[place] if place < len(node.input) else ""
        if name and name not in self.tensors:
            raise self.refuse(node, "its numbers do not lie in the file")
        return self.tensors[name] if name else None

    def numbers(self, node: Any, place: int, sides: int) -> StoredArray:
        """The same where there must be some, with so many dimensions."""
        stored = self.tensor(node, place)
        if stored is None or len(stored.shape) != sides:
            raise self.refuse(node, f"it needs numbers with {sides} dimensions")
        return stored

    def refuse(self, node: Any, why: str) -> FileError:
        """The error of an operation that is none of ours."""
        name = f" {printable(node.name)}" if node.name else ""
        return refused(self.path, f"its operation {printable(node.op_type)}{name} is not one of ours: {why}")


Reader = Callable[[Stack, Any, Attributes], None]


def read_stack(path: Path, model: Any, tensors: Mapping[str, StoredArray], readers: Mapping[str, Reader]) -> Found:
    """The network of a plain graph. Raises `FileError`, which names the first operation that is not ours."""
    given = [value.name for value in model.graph.input if value.name not in tensors]
    if len(given) != 1:
        raise refused(path, f"it takes {len(given)} inputs, and a stack of layers takes one")
    stack = Stack(path, tensors)
    listeners = defaultdict[str, list[Any]](list)
    nodes = [node for node in model.graph.node if node.op_type != "Constant"]
    for node in nodes:
        for name in dict.fromkeys(node.input):
            listeners[name].append(node)
    x, seen = given[0], 0
    while found := listeners.pop(x, []):
        node, last = found[0], found[-1]
        if [each.op_type for each in found] == ["Sigmoid", "Mul"] and {x, *node.output} == set(last.input):
            stack.activate(activation_of("silu"))
            x, seen = last.output[0], seen + 2
            listeners.pop(node.output[0], None)
            continue
        if len(found) > 1:
            raise stack.refuse(last, f"it takes what {printable(node.op_type)} takes as well, and a stack has one way")
        x, seen = _read(stack, node, x, readers), seen + 1
    if seen < len(nodes):
        raise refused(path, f"{len(nodes) - seen} of its operations are not on the one way of a stack")
    return _whole(stack)


def _read(stack: Stack, node: Any, x: str, readers: Mapping[str, Reader]) -> str:
    """One more operation; returns the name of what it makes."""
    reader = readers.get(node.op_type) if node.domain in ("", "ai.onnx") else None
    first = node.input[0] == x or (node.op_type == "Add" and x in node.input)
    if reader is None or not first or not node.output:
        raise stack.refuse(node, "no layer here computes that")
    opened = stack.open
    try:
        reader(stack, node, attributes_of(stack.path, node))
    except SettingError as error:
        raise stack.refuse(node, printable(error, 300).rstrip(".")) from error
    if stack.open == opened:  # whatever comes behind a layer closes it
        stack.open = 0
    return str(node.output[0])


def _whole(stack: Stack) -> Found:
    """The stack with its output layer told from the hidden ones."""
    if not stack.layers or not isinstance(last := stack.layers.pop(), DenseSpec):
        raise refused(stack.path, "it does not end in a dense layer (Gemm, or MatMul and Add), as networks here do")
    layers, margins = tuple(stack.layers), tuple(stack.margins)
    output = None if last.activation is ActivationKind.LINEAR else last.activation
    return Found(stack.contents, layers, exact=True, output=output, margins=margins)


def add_bias(stack: Stack, node: Any, attributes: Attributes) -> None:
    """An addition behind a product: its bias."""
    numbers = [name for name in node.input if name in stack.tensors]
    if not stack.open or len(numbers) != 1:
        raise stack.refuse(node, "only a bias right behind its weights can be added")
    stored = stack.tensors[numbers[0]]
    long = [side for side in stored.shape if side != 1]
    if len(long) > 1:
        raise stack.refuse(node, "a bias is one number for each unit")
    stack.contents |= of_layer(stack.open, {"bias": flat(stored)})
