"""A network as one C header for small machines: C99, nothing allocated, nothing called but math.h, and that only where
an exponential or a root is needed. It brings its own test.

Weights lie in read-only memory; two buffers as large as the largest layer lie on the stack. Raw examples come in as in
every other format, in double for points and tables, so that a year keeps its digits until it is scaled.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import Domain, Task
from nnstudio.core.network.model import ModelLayer
from nnstudio.files.exports.activations import SPELLINGS
from nnstudio.files.exports.c_proof import prove_header
from nnstudio.files.exports.format import ALLOWED, CannotHold, Files, Format, Group, Proof
from nnstudio.files.exports.literals import c_comment, c_numbers, c_text, identifier, tidy
from nnstudio.files.exports.recipe_steps import FEATURES, ComputeFeatures, Divide, Scale, Step, steps_of
from nnstudio.files.exports.subject import THRESHOLD, Subject, spoken
from nnstudio.files.exports.table_cells import units_of
from nnstudio.files.weights_format import with_arrays

MOST_NUMBERS = 1_000_000
"""Parameters; a larger network is no header for a small machine."""
TESTED, MOST_TESTED = 10, 20_000
"""How many examples the test has, and how many numbers at most."""


def _loops(layer: ModelLayer, inner: str, more: str = "") -> str:
    """Every place of every channel that a layer makes, row by row."""
    channels, rows, columns = layer.shape
    return (
        f"for (int f = 0; f < {channels}; f++) for (int r = 0; r < {rows}; r++) "
        f"for (int c = 0; c < {columns}; c++) {{\n"
        f"{inner}        to[(f * {rows} + r) * {columns} + c] = z{more};\n    }}"
    )


def _dense(layer: ModelLayer, name: str) -> str:
    inputs, units = prod(layer.input_shape), layer.shape[0]
    return (
        f"for (int u = 0; u < {units}; u++) {{\n"
        f"        real z = {name}_bias[u];\n"
        f"        for (int i = 0; i < {inputs}; i++) z += from[i] * {name}_weight[i * {units} + u];\n"
        f"        to[u] = z;\n    }}"
    )


def _window(layer: ModelLayer, size: int, channel: str, margins: tuple[int, int], inner: str) -> str:
    """What a window sees, pixel by pixel; beyond the edge there are zeros."""
    _, height, width = layer.input_shape
    stride, (top, left) = layer.settings["stride"], margins
    outside = f"y < 0 || y >= {height} || x < 0 || x >= {width}"
    guard = f"            if ({outside}) continue;\n" if margins != (-1, -1) else ""
    top, left = max(top, 0), max(left, 0)
    return (
        f"for (int i = 0; i < {size}; i++) for (int j = 0; j < {size}; j++) {{\n"
        f"            const int y = r * {stride} + i - {top}, x = c * {stride} + j - {left};\n"
        f"{guard}            const real seen = from[({channel} * {height} + y) * {width} + x];\n"
        f"            {inner}\n        }}"
    )


def _conv2d(layer: ModelLayer, name: str) -> str:
    channels, filters, size = layer.input_shape[0], layer.shape[0], layer.settings["kernel"]
    (top, bottom), (left, right) = layer.settings["padding"]
    margins = (top, left) if top or bottom or left or right else (-1, -1)
    weight = f"{name}_weight[((d * {size} + i) * {size} + j) * {filters} + f]"
    window = _window(layer, size, "d", margins, f"z += seen * {weight};")
    inner = f"        real z = {name}_bias[f];\n        for (int d = 0; d < {channels}; d++) {window}\n"
    return _loops(layer, inner)


def _max_pool(layer: ModelLayer, name: str) -> str:
    window = _window(layer, layer.settings["size"], "f", (-1, -1), "if ((i == 0 && j == 0) || seen > z) z = seen;")
    return _loops(layer, f"        real z = 0;\n        {window}\n")


def _average_pool(layer: ModelLayer, name: str) -> str:
    size = layer.settings["size"]
    window = _window(layer, size, "f", (-1, -1), "z += seen;")
    return _loops(layer, f"        real z = 0;\n        {window}\n", f" / {size * size}")


def _batch_norm(layer: ModelLayer, name: str) -> str:
    pixels = prod(layer.shape[1:])
    place = "i" if pixels == 1 else f"i / {pixels}"
    return (
        f"for (int i = 0; i < {prod(layer.shape)}; i++)\n"
        f"        to[i] = from[i] * {name}_factor[{place}] + {name}_offset[{place}];"
    )


def _layer_norm(layer: ModelLayer, name: str) -> str:
    count, epsilon = prod(layer.shape), layer.settings["epsilon"]
    return (
        f"real mean = 0, variance = 0;\n"
        f"    for (int i = 0; i < {count}; i++) mean += from[i] / {count};\n"
        f"    for (int i = 0; i < {count}; i++) variance += (from[i] - mean) * (from[i] - mean) / {count};\n"
        f"    const real deviation = sqrt@f(variance + (real){epsilon!r});\n"
        f"    for (int i = 0; i < {count}; i++)\n"
        f"        to[i] = {name}_gain[i] * (from[i] - mean) / deviation + {name}_shift[i];"
    )


LAYERS: dict[str, Callable[[ModelLayer, str], str]] = {
    "dense": _dense,
    "conv2d": _conv2d,
    "max-pool2d": _max_pool,
    "avg-pool2d": _average_pool,
    "flatten": lambda layer, name: "",
    "activation": lambda layer, name: "",
    "dropout": lambda layer, name: "",
    "batch-norm": _batch_norm,
    "layer-norm": _layer_norm,
}
"""What stands in a function that reads `from` and writes `to`; nothing where the numbers stay as they are."""


def c_header(subject: Subject, name: str) -> Files:
    """The header. Raises `CannotHold`."""
    if lacks := _too_large(subject):
        raise CannotHold("A C header", lacks)
    real = "double" if subject.dtype == "float64" else "float"
    return {name: tidy("\n".join(_parts(subject, _Dialect(identifier(Path(name).stem), real)))).encode()}


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How code is written here: what all names begin with, and the type of the network's numbers."""

    prefix: str
    real: str

    def __call__(self, code: str) -> str:
        """Code with @f for the suffix of math.h, @p and @P for the beginning of names, and real for the type."""
        code = code.replace("@f", "" if self.real == "double" else "f")
        code = code.replace("@p", self.prefix).replace("@P", self.prefix.upper())
        return re.sub(r"\breal\b", self.real, code)

    def array(self, name: str, values: Array, kind: str = "") -> str:
        """An array in read-only memory."""
        suffix = "" if (kind or self.real) == "double" else "f"
        inside = c_numbers(values, suffix) if values.dtype.kind == "f" else c_numbers(values.astype(float), suffix)
        return f"static const {kind or self.real} {self.prefix}_{name}[{values.size}] = {{\n{inside}\n}};"


def _parts(subject: Subject, code: _Dialect) -> Iterator[str]:
    model = subject.model
    yield c_comment(f"{subject.title}: {subject.answer}.\n{subject.summary}\n{_usage(subject, code)}")
    yield code("#ifndef @P_H\n#define @P_H\n")
    if needs_math(subject):
        yield "#include <math.h>\n"
    yield code(f"#define @P_INPUTS {prod(model.recipe.shape)}\n#define @P_OUTPUTS {model.outputs}")
    if subject.classes:
        yield code(f"#define @P_THRESHOLD {THRESHOLD}  /* above it the answer is yes */\n")
        names = ", ".join(map(c_text, subject.classes))
        yield code("static const char *const @p_classes[] = {") + names + "};"
    yield from _arrays(subject, code)
    for number, layer, body in _steps(subject):
        if body:
            yield c_comment(spoken(layer))
            yield code(f"static inline void @p_step{number}(const real *from, real *to)\n{{\n{body}}}\n")
    yield from _recipe(subject, code)
    yield from _predict(subject, code)
    yield from _test(subject, code)
    yield "#endif"


def _usage(subject: Subject, code: _Dialect) -> str:
    given = "pixels from 0 to 255, row by row" if not subject.input_names else ", ".join(subject.input_names)
    largest = max(prod(layer.shape) for layer in subject.model.layers)
    size = 2 * max(largest, prod(subject.model.input_shape)) * np.dtype(subject.dtype).itemsize
    return (
        f"{code('@p_predict(example, answer)')}: example is {given}. It needs {size} bytes of the stack.\n"
        f"Test: {code('cc -std=c99 -D@P_MAIN -x c THIS_FILE')}{' -lm' if needs_math(subject) else ''}, and run it."
    )


def _arrays(subject: Subject, code: _Dialect) -> Iterator[str]:
    for prefix, layer in with_arrays(subject.model):
        arrays = {name: values.astype(np.float64) for name, values in layer.arrays.items()}
        if layer.kind == "batch-norm":  # what never changes is computed once
            factor = arrays["gain"] / np.sqrt(arrays["running_variance"] + layer.settings["epsilon"])
            arrays = {"factor": factor, "offset": arrays["shift"] - arrays["running_mean"] * factor}
        for name, values in arrays.items():
            yield code.array(f"{prefix}_{name}", values.astype(subject.dtype))
    for step in steps_of(subject.model.recipe):
        if isinstance(step, Scale) and isinstance(step.shift, np.ndarray):
            yield code.array("input_shift", np.asarray(step.shift), "double")
            yield code.array("input_scale", np.asarray(step.scale), "double")


def _steps(subject: Subject) -> Iterator[tuple[int, ModelLayer, str]]:
    """Every layer with its number and the body of its function."""
    arrays = {layer.key: name for name, layer in with_arrays(subject.model)}
    for number, layer in enumerate(subject.model.layers, start=1):
        yield number, layer, _body(layer, arrays.get(layer.key, ""))


def _body(layer: ModelLayer, array: str) -> str:
    """The lines of a layer's function; empty where its numbers stay as they are. `array`: what the names of
    its arrays begin with."""
    lines = [made] if (made := LAYERS[layer.kind](layer, f"@p_{array}")) else []
    kind = "linear" if layer.activation is None else layer.activation.value
    if not lines and (kind != "linear" or layer.off):
        lines.append(f"for (int i = 0; i < {prod(layer.shape)}; i++) to[i] = from[i];")
    if kind != "linear":
        lines.append(_activated(kind, layer.shape))
    pixels = prod(layer.shape[1:])
    lines += [f"for (int i = {u * pixels}; i < {(u + 1) * pixels}; i++) to[i] = 0;" for u in layer.off]
    return "".join(f"    {line}\n" for line in lines)


def _activated(kind: str, shape: tuple[int, ...]) -> str:
    units, pixels = shape[0], prod(shape[1:])
    if kind != "softmax":
        expression = SPELLINGS[kind].c.replace("{f}", "@f")
        return f"for (int i = 0; i < {units * pixels}; i++) {{ const real z = to[i]; to[i] = {expression}; }}"
    every = f"for (int i = p; i < {units * pixels}; i += {pixels})"
    return (
        f"for (int p = 0; p < {pixels}; p++) {{\n        real largest = to[p], sum = 0;\n"
        f"        {every} if (to[i] > largest) largest = to[i];\n"
        f"        {every} {{ to[i] = exp@f(to[i] - largest); sum += to[i]; }}\n"
        f"        {every} to[i] /= sum;\n    }}"
    )


def _recipe(subject: Subject, code: _Dialect) -> Iterator[str]:
    """The function that makes the network's inputs of a raw example."""
    recipe, count = subject.model.recipe, prod(subject.model.input_shape)
    raw = "real" if recipe.domain is Domain.IMAGES else "double"
    steps = steps_of(recipe)
    yield code(f"static inline void @p_inputs(const {raw} *example, real *to)\n{{")
    words = ["example[i]"] * count
    if steps and isinstance(steps[0], ComputeFeatures):
        yield "    const double x1 = example[0], x2 = example[1];"
        words = [FEATURES[feature.value] for feature in steps[0].features]
        yield f"    const double features[{count}] = {{{', '.join(words)}}};"
        words = ["features[i]"]
    word = words[0]
    for step in steps:
        word = _scaled(step, word)
    yield code(f"    for (int i = 0; i < {count}; i++) to[i] = (real)({word});\n}}\n")


def _scaled(step: Step, word: str) -> str:
    match step:
        case Divide(divisor):
            return f"{word} / (real){divisor!r}"
        case Scale(shift, scale) if isinstance(shift, float):
            return f"({word} - (real){shift!r}) / (real){scale!r}"
        case Scale():
            return f"({word} - @p_input_shift[i]) / @p_input_scale[i]"
        case _:
            return word


def _predict(subject: Subject, code: _Dialect) -> Iterator[str]:
    model = subject.model
    raw = "real" if model.recipe.domain is Domain.IMAGES else "double"
    size = max(prod(model.input_shape), *(prod(layer.shape) for layer in model.layers))
    yield c_comment(f"answer: {subject.answer}")
    yield code(f"static inline void @p_predict(const {raw} *example, real *answer)\n{{")
    yield code(f"    real one[{size}], two[{size}];")
    yield code("    @p_inputs(example, one);")
    buffers = ["one", "two"]
    for number, _, body in _steps(subject):
        if body:
            yield code(f"    @p_step{number}({buffers[0]}, {buffers[1]});")
            buffers.reverse()
    units = units_of(model.recipe)
    scaled = "" if units is None else f" * (real){units[0]!r} + (real){units[1]!r}"
    yield code(f"    for (int i = 0; i < @P_OUTPUTS; i++) answer[i] = {buffers[0]}[i]{scaled};\n}}\n")
    if model.task in (Task.BINARY, Task.MULTICLASS):
        yield c_comment("The number of the class, whose name is in the list of classes.")
        yield code(f"static inline int @p_classify(const {raw} *example)\n{{\n    real answer[@P_OUTPUTS];")
        yield code("    @p_predict(example, answer);")
        if model.outputs == 1:
            yield code("    return answer[0] > (real)@P_THRESHOLD;\n}\n")
        else:
            yield code(
                "    int best = 0;\n    for (int i = 1; i < @P_OUTPUTS; i++) if (answer[i] > answer[best]) best = i;\n"
                "    return best;\n}\n"
            )


def _test(subject: Subject, code: _Dialect) -> Iterator[str]:
    size = max(subject.inputs[:1].size, 1)
    count = min(TESTED, len(subject.inputs), max(MOST_TESTED // size, 1))
    raw = "real" if subject.model.recipe.domain is Domain.IMAGES else "double"
    allowed = ALLOWED[subject.answers.itemsize]
    yield code("#if defined(@P_SELF_TEST) || defined(@P_MAIN)")
    yield code.array("test_inputs", subject.inputs[:count].astype(subject.dtype if raw == "real" else float), code(raw))
    yield code.array("test_answers", subject.answers[:count])
    yield c_comment("How many of these examples get another answer than when the network was exported: 0.")
    yield code(
        f"static inline int @p_self_test(void)\n{{\n    int wrong = 0;\n    for (int n = 0; n < {count}; n++) {{\n"
        f"        real answer[@P_OUTPUTS];\n        int off = 0;\n"
        f"        @p_predict(@p_test_inputs + n * @P_INPUTS, answer);\n"
        f"        for (int i = 0; i < @P_OUTPUTS; i++) {{\n"
        f"            const real meant = @p_test_answers[n * @P_OUTPUTS + i];\n"
        f"            const real size = meant < 0 ? -meant : meant, difference = answer[i] - meant;\n"
        f"            const real allowed = (real){allowed!r} * (size > 1 ? size : 1);\n"
        f"            if (!(difference <= allowed && -difference <= allowed)) off = 1;\n        }}\n"
        f"        wrong += off;\n    }}\n    return wrong;\n}}\n#endif\n"
    )
    yield code(
        f"#ifdef @P_MAIN\n#include <stdio.h>\nint main(void)\n{{\n    const int wrong = @p_self_test();\n"
        f'    printf("%d of {count} examples get another answer than when they were exported\\n", wrong);\n'
        "    return wrong != 0;\n}\n#endif\n"
    )


def needs_math(subject: Subject) -> bool:
    """Whether an exponential, a sine or a root has to be computed."""
    layers = subject.model.layers
    curved = any(one.activation is not None and _curved(one.activation.value) for one in layers)
    rooted = any(one.kind == "layer-norm" for one in layers)
    return curved or rooted or any("sin" in feature.value for feature in subject.model.recipe.features)


def _curved(activation: str) -> bool:
    return activation == "softmax" or SPELLINGS[activation].needs_math


def _too_large(subject: Subject) -> str:
    count = subject.model.params.size
    return f"it has {count} numbers, and a header holds {MOST_NUMBERS} at most." if count > MOST_NUMBERS else ""


def _prove(subject: Subject, path: Path) -> Proof:
    raw = "real" if subject.model.recipe.domain is Domain.IMAGES else "double"
    code = _Dialect(identifier(path.stem), "double" if subject.dtype == "float64" else "float")
    return prove_header(subject, path, code.prefix, code(raw), code.real, needs_math(subject))


FORMAT = Format(
    key="c",
    name="C header",
    group=Group.PROGRAMS,
    ending=".h",
    purpose="C99 without malloc, for microcontrollers",
    needs="a C compiler",
    make=c_header,
    prove=_prove,
    lacks=lambda subject: f"A C header cannot hold it: {why}" if (why := _too_large(subject)) else "",
)
