"""A network as a script that fills an `MLPClassifier` or `MLPRegressor` of scikit-learn, where these can hold it.

They know dense layers, all with one activation out of four, and the usual answer to each task. Dropout is nothing when
a network predicts, and from a unit that is switched off no weight leads on. Anything else is refused, in a sentence.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import Task
from nnstudio.core.network.model import ModelLayer
from nnstudio.files.array_files import array_format
from nnstudio.files.exports.activations import SPELLINGS
from nnstudio.files.exports.format import CannotHold, Files, Format, Group, Proof
from nnstudio.files.exports.literals import tidy, wrapped
from nnstudio.files.exports.proving import prove_script, version_of
from nnstudio.files.exports.python_parts import check_function, classify_function, constants, header, inputs_function
from nnstudio.files.exports.subject import Subject
from nnstudio.files.exports.table_cells import in_words
from nnstudio.files.weights import CHECK

_PASSING = "dropout", "flatten"
_USUAL = {Task.BINARY: "sigmoid", Task.MULTICLASS: "softmax", Task.MULTILABEL: "sigmoid", Task.REGRESSION: "linear"}
_OPTIMIZERS = {"sgd": "sgd", "momentum": "sgd", "nesterov": "sgd", "adam": "adam"}


def why_not(subject: Subject) -> str:
    """Why scikit-learn cannot hold it, as a sentence; empty where it can."""
    *hidden, _ = subject.model.layers
    for layer in hidden:
        if layer.kind not in ("dense", *_PASSING):
            return f"{layer.name} is no dense layer."
    kinds = {layer.activation.value for layer in hidden if layer.activation is not None}
    if unknown := sorted(kind for kind in kinds if not SPELLINGS[kind].sklearn):
        return f"it knows no {unknown[0]}."
    if len(kinds) > 1:
        return f"its layers share one activation, and here there are {' and '.join(sorted(kinds))}."
    if subject.model.output.value != _USUAL[subject.model.task]:
        return f"it makes no {subject.model.output.value} of the last sums of such a task."
    if subject.model.task is Task.MULTILABEL and subject.model.outputs == 1:
        return "it takes a single label for two classes."
    return ""


def sklearn_script(subject: Subject, name: str) -> Files:
    """The script, called `name`, and the numbers beside it. Raises `CannotHold`."""
    if why := why_not(subject):
        raise CannotHold("scikit-learn", why)
    beside = Path(name).with_suffix(".npz")
    check = {f"{CHECK}inputs": subject.inputs, f"{CHECK}answers": subject.answers}
    content = array_format(beside).encode(dict(_arrays(subject)) | check, {})
    return {beside.name: content, name: tidy("\n".join(_parts(subject))).encode()}


def _arrays(subject: Subject) -> Iterator[tuple[str, Array]]:
    off: ModelLayer | None = None
    for number, layer in enumerate((one for one in subject.model.layers if one.kind == "dense"), start=1):
        weight = layer.arrays["weight"].copy()
        if off is not None:
            weight[list(off.off)] = 0
        yield f"layer{number}/weight", weight
        yield f"layer{number}/bias", layer.arrays["bias"]
        off = layer if layer.off else None


def _parts(subject: Subject) -> Iterator[str]:
    model = subject.model
    values = model.task is Task.REGRESSION
    kind = "MLPRegressor" if values else "MLPClassifier"
    yield header(subject)
    yield "from pathlib import Path\n\nimport numpy as np"
    yield f"from sklearn.neural_network import {kind}\n"
    yield 'numbers = np.load(Path(__file__).with_suffix(".npz"))\n'
    yield from constants(subject)
    yield inputs_function(subject, "{x}.reshape(len(x), -1)" if len(model.input_shape) > 1 else "{x}")
    yield from _model(subject, kind)
    what = wrapped(f"The answers, one row an example: {subject.answer}.", "    ").lstrip()
    yield f'\ndef predict(examples):\n    """{what}"""'
    if values:
        answer = in_words(model.recipe, f"model.predict(inputs(examples)).reshape(-1, {model.outputs})")
        yield f"    return {answer}\n"
    else:
        column = "[:, 1:]" if model.task is Task.BINARY else ""
        yield f"    return model.predict_proba(inputs(examples)){column}\n"
    yield from classify_function(subject)
    yield '\nCHECK_INPUTS, CHECK_ANSWERS = numbers["check/inputs"], numbers["check/answers"]\n'
    yield check_function(subject)


def _model(subject: Subject, kind: str) -> Iterator[str]:
    """The lines that make the model with scikit-learn's own means, and put the weights in."""
    model, spec = subject.model, subject.experiment.training
    *hidden, _ = (layer for layer in model.layers if layer.kind == "dense")
    activation = next((one.activation.value for one in hidden if one.activation is not None), "linear")
    inputs, outputs = int(np.prod(model.input_shape)), model.outputs
    sizes = "".join(f"{layer.shape[0]}, " for layer in hidden)
    solver = _OPTIMIZERS.get(spec.optimizer.value, "adam")
    how = f"solver={solver!r}, learning_rate_init={spec.learning_rate!r}, batch_size={spec.batch_size}"
    how += f", alpha={spec.l2!r}"
    if solver == "sgd":
        momentum, nesterov = spec.momentum * (spec.optimizer.value != "sgd"), spec.optimizer.value == "nesterov"
        how += f", momentum={momentum!r}, nesterovs_momentum={nesterov}"
    yield f"\nmodel = {kind}("
    yield f"    hidden_layer_sizes=({sizes.rstrip(' ')}), activation={SPELLINGS[activation].sklearn!r},\n    {how},\n)"
    yield "# One look at examples of zeros makes everything that it needs inside; then come our numbers."
    classes = len(subject.classes)
    zeros, targets = f"np.zeros(({max(classes, 2)}, {inputs}))", f"np.arange({classes}), classes=np.arange({classes})"
    if model.task is Task.REGRESSION:
        targets = f"np.zeros((2, {outputs}))" if outputs > 1 else "np.zeros(2)"
    elif model.task is Task.MULTILABEL:
        targets = f"np.eye({classes}, dtype=int), classes=np.arange({classes})"
    yield f"model.partial_fit({zeros}, {targets})"
    count = len(hidden) + 1
    yield f'model.coefs_ = [numbers[f"layer{{n}}/weight"].astype(float) for n in range(1, {count + 1})]'
    yield f'model.intercepts_ = [numbers[f"layer{{n}}/bias"].astype(float) for n in range(1, {count + 1})]\n'


def _prove(subject: Subject, path: Path) -> Proof:
    return prove_script(subject, path, f"a fresh Python with scikit-learn {version_of('scikit-learn')}", ("sklearn",))


FORMAT = Format(
    key="sklearn",
    name="scikit-learn",
    group=Group.PROGRAMS,
    ending="_sklearn.py",
    purpose="fills an MLPClassifier",
    needs="scikit-learn",
    make=sklearn_script,
    prove=_prove,
    lacks=lambda subject: f"scikit-learn cannot hold it: {why}" if (why := why_not(subject)) else "",
)
