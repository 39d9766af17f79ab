"""A network as a Python script that needs NumPy alone and reads like a lesson.

`predict` says in one line a layer what the textbook says of all of them. What a network does not use is not there: of
the helpers only those that it calls. Few numbers stand in the script, many in an .npz of the same name beside it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import ActivationKind
from nnstudio.core.network.model import ModelLayer
from nnstudio.files.array_files import array_format
from nnstudio.files.exports.activations import SPELLINGS
from nnstudio.files.exports.format import Files, Format, Group, Proof
from nnstudio.files.exports.literals import commented, numpy_array, tidy, wrapped
from nnstudio.files.exports.proving import prove_script, version_of
from nnstudio.files.exports.python_parts import check_function, classify_function, constants, header, inputs_function
from nnstudio.files.exports.subject import Subject, spoken
from nnstudio.files.exports.table_cells import in_words
from nnstudio.files.weights_format import with_arrays

MOST_INLINE = 4096
"""So many numbers, of weights and check together, may stand in a script; more lie beside it."""

INLINE, BESIDE = "in the script", "in a file beside it"
"""Where the numbers may go."""
NAMES = {
    "weight": "W",
    "bias": "b",
    "gain": "gain",
    "shift": "shift",
    "running_mean": "mean",
    "running_variance": "variance",
}
"""What an array is called in scripts, by its name in files; the number of its layer stands behind."""

_CONVOLVE = '''
def windows(images, size, stride):
    """What each window of the images sees: (examples, channels, rows, columns, size, size)."""
    seen = np.lib.stride_tricks.sliding_window_view(images, (size, size), (2, 3))
    return seen[:, :, ::stride, ::stride]
'''
HELPERS: dict[str, str] = {
    "windows": _CONVOLVE,
    "convolve": '''
def convolve(images, W, b, stride, margins):
    """Each filter W (channels, size, size, filters) answers wherever its window fits, with zeros around the images."""
    seen = windows(np.pad(images, ((0, 0), (0, 0), *margins)), W.shape[1], stride)
    return np.tensordot(seen, W, ((1, 4, 5), (0, 1, 2))).transpose(0, 3, 1, 2) + b[:, None, None]
''',
    "normalise_batch": '''
def normalise_batch(x, gain, shift, mean, variance, epsilon):
    """Each feature, or channel of an image, on the scale that was measured in training."""
    rows = x.reshape(len(x), len(gain), -1)
    rows = (rows - mean[:, None]) / np.sqrt(variance[:, None] + epsilon)
    return (gain[:, None] * rows + shift[:, None]).reshape(x.shape)
''',
    "normalise_layer": '''
def normalise_layer(x, gain, shift, epsilon):
    """Each example on the scale of its own features."""
    rows = x.reshape(len(x), -1)
    rows = (rows - rows.mean(axis=1, keepdims=True)) / np.sqrt(rows.var(axis=1, keepdims=True) + epsilon)
    return (gain * rows + shift).reshape(x.shape)
''',
}
"""Functions that a script defines if a layer calls them, in this order."""


@dataclass(slots=True)
class _Statement:
    """What a layer computes from the variable x: an expression and what it calls."""

    expression: str
    calls: tuple[str, ...] = ()
    activation: ActivationKind | None = None
    note: str = ""


def _rows(layer: ModelLayer, x: str) -> str:
    return f"{x}.reshape(len({x}), -1)" if len(layer.input_shape) > 1 else x


def _dense(layer: ModelLayer, n: int, x: str) -> _Statement:
    return _Statement(f"{_rows(layer, x)} @ W{n} + b{n}", activation=layer.activation)


def _conv2d(layer: ModelLayer, n: int, x: str) -> _Statement:
    stride, margins = layer.settings["stride"], layer.settings["padding"]
    return _Statement(
        f"convolve({x}, W{n}, b{n}, {stride}, {margins})", ("windows", "convolve"), activation=layer.activation
    )


def _pool(way: str) -> Callable[[ModelLayer, int, str], _Statement]:
    def pool(layer: ModelLayer, n: int, x: str) -> _Statement:
        size, stride = layer.settings["size"], layer.settings["stride"]
        return _Statement(f"windows({x}, {size}, {stride}).{way}(axis=(4, 5))", ("windows",))

    return pool


def _flatten(layer: ModelLayer, n: int, x: str) -> _Statement:
    return _Statement(_rows(layer, x))


def _activation(layer: ModelLayer, n: int, x: str) -> _Statement:
    return _Statement(x, activation=layer.activation)


def _dropout(layer: ModelLayer, n: int, x: str) -> _Statement:
    return _Statement(x, note="forgets in training alone")


def _batch_norm(layer: ModelLayer, n: int, x: str) -> _Statement:
    numbers = f"gain{n}, shift{n}, mean{n}, variance{n}, {layer.settings['epsilon']!r}"
    return _Statement(f"normalise_batch({x}, {numbers})", ("normalise_batch",))


def _layer_norm(layer: ModelLayer, n: int, x: str) -> _Statement:
    return _Statement(f"normalise_layer({x}, gain{n}, shift{n}, {layer.settings['epsilon']!r})", ("normalise_layer",))


LAYERS: dict[str, Callable[[ModelLayer, int, str], _Statement]] = {
    "dense": _dense,
    "conv2d": _conv2d,
    "max-pool2d": _pool("max"),
    "avg-pool2d": _pool("mean"),
    "flatten": _flatten,
    "activation": _activation,
    "dropout": _dropout,
    "batch-norm": _batch_norm,
    "layer-norm": _layer_norm,
}
"""What a layer of each kind computes: the layer, the number of its arrays and the variable that it is given."""


@dataclass(slots=True)
class _Script:
    """What the body of `predict` needs around it."""

    helpers: set[str] = field(default_factory=set[str])
    activations: set[str] = field(default_factory=set[str])
    lines: list[str] = field(default_factory=list[str])


def numpy_script(subject: Subject, name: str, beside: bool | None = None) -> Files:
    """The script, called `name`, and what lies beside it. `beside`: whether the numbers do; None: as there is room."""
    if beside is None:
        beside = _suits(subject) == BESIDE
    text = tidy("\n".join(_parts(subject, beside)))
    if not beside:
        return {name: text.encode()}
    path = Path(name).with_suffix(".npz")
    arrays = {f"layer{n}/{array}": values for n, array, values in numbered(subject)}
    check = {"check/inputs": subject.inputs, "check/answers": subject.answers}
    return {path.name: array_format(path).encode({**arrays, **check}, {}), name: text.encode()}


def _suits(subject: Subject) -> str:
    """Which way to write it reads well."""
    return BESIDE if subject.model.params.size + subject.inputs.size + subject.answers.size > MOST_INLINE else INLINE


def numbered(subject: Subject) -> Iterator[tuple[int, str, Array]]:
    """Every array with the number of its layer among those that have any, and its name in files."""
    for number, (_, layer) in enumerate(with_arrays(subject.model), start=1):
        for name, values in layer.arrays.items():
            yield number, name, values


def _parts(subject: Subject, beside: bool) -> Iterator[str]:
    script = _predict(subject)
    yield header(subject)
    yield ("from pathlib import Path\n\n" if beside else "") + "import numpy as np\n"
    if beside:
        yield 'numbers = np.load(Path(__file__).with_suffix(".npz"))\n'
    yield from _arrays(subject, beside)
    yield from constants(subject)
    for activation, spelling in SPELLINGS.items():
        if activation in script.activations and spelling.numpy_lines:
            yield f"\n{spelling.numpy_lines}"
    yield from (lines for helper, lines in HELPERS.items() if helper in script.helpers)
    yield inputs_function(subject)
    yield "\n" + "\n".join(script.lines) + "\n"
    yield from classify_function(subject)
    yield from _check(subject, beside)


def _arrays(subject: Subject, beside: bool) -> Iterator[str]:
    for number, (_, layer) in enumerate(with_arrays(subject.model), start=1):
        yield commented(f"{spoken(layer)}: {_order(layer)}")
        for name, values in layer.arrays.items():
            source = f'numbers["layer{number}/{name}"]' if beside else numpy_array(values)
            yield f"{NAMES[name]}{number} = {source}"
        yield ""


def _order(layer: ModelLayer) -> str:
    if layer.kind == "conv2d":
        return "W is (channels, height, width, filters)."
    return "one row an input, one column a neuron." if layer.weights is not None else "one number a feature."


def _predict(subject: Subject) -> _Script:
    script, x, number = _Script(), "x", 0
    lines = script.lines
    what = wrapped(f"The answers, one row an example: {subject.answer}.", "    ").lstrip()
    lines += ["def predict(examples):", f'    """{what}"""']
    lines.append("    x = inputs(examples)")
    for position, layer in enumerate(subject.model.layers, start=1):
        number += bool(layer.arrays)
        made = LAYERS[layer.kind](layer, number, x)
        script.helpers.update(made.calls)
        last = position == len(subject.model.layers)
        name = "z" if last else f"a{position}"
        expression = made.expression if last else _applied(made, script)
        comment = made.note or layer.name
        lines.append(f"    {name} = {expression}  # {comment}")
        if layer.off:
            lines.append(f"    {name}[:, {list(layer.off)}] = 0  # switched off by hand")
        x = name
    answer = _applied(_Statement("z", activation=subject.model.output), script)
    lines.append(f"    return {in_words(subject.model.recipe, answer)}")
    return script


def _applied(made: _Statement, script: _Script) -> str:
    """f(expression), with f among what the script defines."""
    kind = "linear" if made.activation is None else made.activation.value
    script.activations.add(kind)
    name = SPELLINGS[kind].numpy
    return f"{name}({made.expression})" if name else made.expression


def _check(subject: Subject, beside: bool) -> Iterator[str]:
    sources = ('numbers["check/inputs"]', 'numbers["check/answers"]')
    if not beside:
        sources = numpy_array(subject.inputs), numpy_array(subject.answers)
    count = len(subject.inputs)
    yield commented(f"What the network answered to {count} examples when it was exported.")
    yield f"CHECK_INPUTS = {sources[0]}\nCHECK_ANSWERS = {sources[1]}\n"
    yield check_function(subject)


def _prove(subject: Subject, path: Path) -> Proof:
    return prove_script(subject, path, f"a fresh Python with NumPy {version_of('numpy')}", ("numpy",))


FORMAT = Format(
    key="numpy",
    name="NumPy script",
    group=Group.PROGRAMS,
    ending="_numpy.py",
    purpose="a predict() to read like a lesson",
    needs="NumPy alone",
    make=numpy_script,
    prove=_prove,
    ways={INLINE: partial(numpy_script, beside=False), BESIDE: partial(numpy_script, beside=True)},
    suits=_suits,
)
