"""A network as a script for PyTorch: the module, the loader of safetensors beside it, and the same training loop."""

from collections.abc import Callable, Iterator
from pathlib import Path

from nnstudio.core.network.model import ModelLayer
from nnstudio.files.exports.activations import SPELLINGS
from nnstudio.files.exports.format import Files, Format, Group, Proof
from nnstudio.files.exports.literals import tidy, wrapped
from nnstudio.files.exports.proving import prove_script, version_of
from nnstudio.files.exports.python_parts import (
    check_function,
    classify_function,
    constants,
    header,
    inputs_function,
    with_math,
)
from nnstudio.files.exports.sequence import Library
from nnstudio.files.exports.subject import Subject
from nnstudio.files.exports.torch_training import training_of
from nnstudio.files.exports.weights_files import weights_with_check

_IMPORTS = """from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F
"""
_PREDICT = '''
def predict(examples):
    """{answer}"""
    network.eval()
    with torch.no_grad():
        z = network(inputs(examples))
        return ({f}).numpy()
'''
_SWITCHED_OFF = '''
class SwitchedOff(nn.Module):
    """Units that were switched off by hand give 0."""

    def __init__(self, units):
        super().__init__()
        self.units = units

    def forward(self, x):
        x = x.clone()
        x[:, self.units] = 0
        return x
'''


def _sides(layer: ModelLayer) -> tuple[int, ...]:
    return layer.arrays["weight"].shape


def _dense(layer: ModelLayer) -> tuple[str, ...]:
    inputs, units = _sides(layer)
    flat = ("nn.Flatten()",) if len(layer.input_shape) > 1 else ()
    return (*flat, f"nn.Linear({inputs}, {units})")


def _conv2d(layer: ModelLayer) -> tuple[str, ...]:
    channels, size, _, filters = _sides(layer)
    (top, bottom), (left, right) = layer.settings["padding"]
    padding = (f"nn.ZeroPad2d(({left}, {right}, {top}, {bottom}))",) if top or bottom or left or right else ()
    return (*padding, f"nn.Conv2d({channels}, {filters}, {size}, stride={layer.settings['stride']})")


def _batch_norm(layer: ModelLayer) -> tuple[str, ...]:
    kind = "BatchNorm2d" if len(layer.shape) > 1 else "BatchNorm1d"
    momentum = float(f"{1 - layer.settings['momentum']:.12g}")
    return (f"nn.{kind}({len(layer.arrays['gain'])}, eps={layer.settings['epsilon']!r}, momentum={momentum!r})",)


LAYERS: dict[str, Callable[[ModelLayer], tuple[str, ...]]] = {
    "dense": _dense,
    "conv2d": _conv2d,
    "max-pool2d": lambda layer: (f"nn.MaxPool2d({layer.settings['size']}, {layer.settings['stride']})",),
    "avg-pool2d": lambda layer: (f"nn.AvgPool2d({layer.settings['size']}, {layer.settings['stride']})",),
    "flatten": lambda layer: ("nn.Flatten()",),
    "activation": lambda layer: (),
    "dropout": lambda layer: (f"nn.Dropout({layer.settings['rate']!r})",),
    "batch-norm": _batch_norm,
    "layer-norm": lambda layer: (f"nn.LayerNorm({list(layer.shape)}, eps={layer.settings['epsilon']!r})",),
}
"""The modules of each kind of layer before its activation; the last of them has the arrays."""

LOADED: dict[str, dict[str, tuple[str, str]]] = {
    "dense": {"weight": ("weight", ".T"), "bias": ("bias", "")},
    "conv2d": {"weight": ("weight", ".permute(3, 0, 1, 2)"), "bias": ("bias", "")},
    "batch-norm": {
        "gain": ("weight", ""),
        "shift": ("bias", ""),
        "running_mean": ("running_mean", ""),
        "running_variance": ("running_var", ""),
    },
    "layer-norm": {"gain": ("weight", ".reshape({shape})"), "shift": ("bias", ".reshape({shape})")},
}
"""For each of our arrays the module's own, and how ours is turned into it."""


def torch_script(subject: Subject, name: str) -> Files:
    """The script, called `name`, and the weights beside it."""
    beside = Path(name).with_suffix(".safetensors").name
    parts = (header(subject), *sections(subject, 'Path(__file__).with_suffix(".safetensors")').values())
    return {beside: weights_with_check(subject, beside), name: tidy("\n".join(parts)).encode()}


def sections(subject: Subject, beside: str) -> dict[str, str]:
    """The parts of the script in their order; `beside`: the expression that says where the weights lie."""
    parts = {
        "imports": (_IMPORTS, *constants(subject), f"RATE = {subject.experiment.training.learning_rate!r}\n"),
        "network": _network(subject),
        "answers": _answers(subject),
        "training": training_of(subject),
        "check": (f"\nCHECK_INPUTS, CHECK_ANSWERS = load({beside})\n", check_function(subject)),
    }
    texts = {name: "\n".join(lines) for name, lines in parts.items()}
    return {**texts, "imports": with_math(texts["imports"], texts["training"])}


def _network(subject: Subject) -> Iterator[str]:
    modules, _ = TORCH.sequence(subject.model)
    text = "\n".join(modules)
    for spelling in SPELLINGS.values():
        if spelling.torch_lines and spelling.torch in text:
            yield f"\n{spelling.torch_lines}"
    if "SwitchedOff" in text:
        yield _SWITCHED_OFF
    yield "\nnetwork = nn.Sequential("
    yield from (f"    {line}" for line in modules)
    yield ")" + (".double()" if subject.dtype == "float64" else "") + "\n"


def _answers(subject: Subject) -> Iterator[str]:
    _, loads = TORCH.sequence(subject.model)
    yield '\ndef load(path):\n    """Load the exported weights; returns the check that lies with them."""'
    yield "    numbers = load_file(path)\n    with torch.no_grad():"
    yield from (f"        {line}" for line in loads)
    yield '    return numbers["check/inputs"].numpy(), numbers["check/answers"].numpy()\n'
    yield inputs_function(subject, "torch.from_numpy({x})")
    what = wrapped(f"The answers, one row an example: {subject.answer}.", "    ").lstrip()
    yield _PREDICT.format(answer=what, f=TORCH.answer(subject.model))
    yield from classify_function(subject)


def _loads(layer: ModelLayer, place: int, number: int) -> Iterator[str]:
    for name in layer.arrays:
        theirs, turned = LOADED[layer.kind][name]
        how = turned.format(shape=", ".join(map(str, layer.shape)))
        yield f'network[{place}].{theirs}.copy_(numbers["layer{number}/{name}"]{how})'


def _activation(name: str) -> str:
    return "" if name == "linear" else SPELLINGS[name].torch


def _off(layer: ModelLayer) -> str:
    return f"SwitchedOff({list(layer.off)})"


_ANSWERS = {"linear": "z", "sigmoid": "torch.sigmoid(z)", "softmax": "torch.softmax(z, dim=1)"}
TORCH = Library(LAYERS, _loads, _activation, _off, _ANSWERS)


def _prove(subject: Subject, path: Path) -> Proof:
    reader = f"a fresh Python with PyTorch {version_of('torch')}"
    return prove_script(subject, path, reader, ("torch", "safetensors"))


FORMAT = Format(
    key="torch",
    name="PyTorch",
    group=Group.PROGRAMS,
    ending="_torch.py",
    purpose="module, loader, the same training loop",
    needs="PyTorch and safetensors",
    make=torch_script,
    prove=_prove,
)
