"""A network as a script for Keras 3, on any of its backends: the model, the loader of safetensors, and the training.

Keras likes the channels of an image last, so images are turned once, where they come in, and once more before they are
read as one row, which is in our order.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from nnstudio.core.network.model import ModelLayer
from nnstudio.files.exports.activations import SPELLINGS
from nnstudio.files.exports.format import Files, Format, Group, Proof
from nnstudio.files.exports.keras_training import training_of
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
from nnstudio.files.exports.weights_files import weights_with_check
from nnstudio.files.installed import lacking

BACKENDS = "tensorflow", "jax", "torch"
_IMPORTS = """from pathlib import Path

import keras
import numpy as np
from keras import layers, ops
from safetensors.numpy import load_file
"""
_PREDICT = '''
def predict(examples):
    """{answer}"""
    z = network(inputs(examples), training=False)
    return ops.convert_to_numpy({f})
'''


def _rows(layer: ModelLayer) -> tuple[str, ...]:
    return ("layers.Permute((3, 1, 2))", "layers.Flatten()") if len(layer.input_shape) > 1 else ()


def _conv2d(layer: ModelLayer) -> tuple[str, ...]:
    (top, bottom), (left, right) = layer.settings["padding"]
    zeros = (f"layers.ZeroPadding2D((({top}, {bottom}), ({left}, {right})))",)
    size, stride = layer.settings["kernel"], layer.settings["stride"]
    conv = f"layers.Conv2D({layer.shape[0]}, {size}, strides={stride})"
    return (*(zeros if top or bottom or left or right else ()), conv)


def _pool(kind: str) -> Callable[[ModelLayer], tuple[str, ...]]:
    return lambda layer: (f"layers.{kind}({layer.settings['size']}, strides={layer.settings['stride']})",)


def _layer_norm(layer: ModelLayer) -> tuple[str, ...]:
    axis = "(1, 2, 3)" if len(layer.shape) > 1 else "-1"
    return (f"layers.LayerNormalization(axis={axis}, epsilon={layer.settings['epsilon']!r})",)


LAYERS: dict[str, Callable[[ModelLayer], tuple[str, ...]]] = {
    "dense": lambda layer: (*_rows(layer), f"layers.Dense({layer.shape[0]})"),
    "conv2d": _conv2d,
    "max-pool2d": _pool("MaxPooling2D"),
    "avg-pool2d": _pool("AveragePooling2D"),
    "flatten": _rows,
    "activation": lambda layer: (),
    "dropout": lambda layer: (f"layers.Dropout({layer.settings['rate']!r})",),
    "batch-norm": lambda layer: (
        f"layers.BatchNormalization(momentum={layer.settings['momentum']!r}, epsilon={layer.settings['epsilon']!r})",
    ),
    "layer-norm": _layer_norm,
}
"""The layers of each kind before its activation; the last of them has the arrays, in our order."""

_TURNED = {"conv2d": {"weight": ".transpose(1, 2, 0, 3)"}}


def keras_script(subject: Subject, name: str) -> Files:
    """The script, called `name`, and the weights beside it."""
    beside = Path(name).with_suffix(".safetensors").name
    return {beside: weights_with_check(subject, beside), name: tidy("\n".join(_parts(subject))).encode()}


def _parts(subject: Subject) -> Iterator[str]:
    made, loads = KERAS.sequence(subject.model)
    answer = KERAS.answer(subject.model)
    text = "\n".join(made)
    training = "\n".join(training_of(subject))
    yield header(subject)
    yield with_math(_IMPORTS, training)
    if subject.dtype == "float64":
        yield 'keras.config.set_floatx("float64")'
    yield from constants(subject)
    yield f"RATE = {subject.experiment.training.learning_rate!r}\n"
    for spelling in SPELLINGS.values():
        if spelling.keras_lines and f"({spelling.keras})" in text + answer:
            yield f"\n{spelling.keras_lines}"
    shape = subject.model.input_shape
    turned = (*shape[1:], shape[0]) if len(shape) > 1 else shape
    yield f"\nnetwork = keras.Sequential([\n    keras.Input({turned}),"
    yield from (f"    {line}" for line in made)
    yield "])\n"
    yield '\ndef load(path):\n    """Load the exported weights; returns the check that lies with them."""'
    yield "    numbers = load_file(path)"
    yield from (f"    {line}" for line in loads)
    yield '    return numbers["check/inputs"], numbers["check/answers"]\n'
    yield inputs_function(subject, "{x}.transpose(0, 2, 3, 1)" if len(shape) > 1 else "{x}")
    what = wrapped(f"The answers, one row an example: {subject.answer}.", "    ").lstrip()
    yield _PREDICT.format(answer=what, f=answer)
    yield from classify_function(subject)
    yield training
    yield '\nCHECK_INPUTS, CHECK_ANSWERS = load(Path(__file__).with_suffix(".safetensors"))\n'
    yield check_function(subject)


def _turned(layer: ModelLayer, name: str) -> str:
    if layer.kind == "layer-norm" and len(layer.shape) > 1:
        return f".reshape({', '.join(map(str, layer.shape))}).transpose(1, 2, 0)"
    return _TURNED.get(layer.kind, {}).get(name, "")


def _loads(layer: ModelLayer, place: int, number: int) -> Iterator[str]:
    arrays = [f'numbers["layer{number}/{name}"]{_turned(layer, name)}' for name in layer.arrays]
    yield f"network.layers[{place}].set_weights([{', '.join(arrays)}])"


def _activation(name: str) -> str:
    spelling = SPELLINGS[name].keras
    return f"layers.Activation({spelling})" if spelling else ""


def _off(layer: ModelLayer) -> str:
    return f"layers.Rescaling({[float(unit not in layer.off) for unit in range(layer.shape[0])]})"


_ANSWERS = {"linear": "z", "sigmoid": "ops.sigmoid(z)", "softmax": "ops.softmax(z, axis=-1)"}
KERAS = Library(LAYERS, _loads, _activation, _off, _ANSWERS)


def _prove(subject: Subject, path: Path) -> Proof:
    backend = next((one for one in (os.environ.get("KERAS_BACKEND"), *BACKENDS) if one and not lacking(one)), None)
    if backend is None:
        return Proof("not run here, because no backend of Keras is installed")
    reader = f"a fresh Python with Keras {version_of('keras')} on {backend}"
    environment = {**os.environ, "KERAS_BACKEND": backend}
    return prove_script(subject, path, reader, ("keras", "safetensors"), environment)


FORMAT = Format(
    key="keras",
    name="Keras 3",
    group=Group.PROGRAMS,
    ending="_keras.py",
    purpose="model, loader, training with the same settings",
    needs="Keras 3 and safetensors",
    make=keras_script,
    prove=_prove,
)
