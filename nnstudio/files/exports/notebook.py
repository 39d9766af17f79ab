"""A notebook that goes once through everything: the network, its answers, its data, its curves, and training it anew.

It is the PyTorch script in cells, with the weights and the training examples beside it, up to as many as are handy.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np

from nnstudio.core.array import Array
from nnstudio.core.experiment.choices import Task
from nnstudio.files.array_files import array_format
from nnstudio.files.exports.format import Files, Format, Group, Proof
from nnstudio.files.exports.literals import numpy_array, sentence, tidy
from nnstudio.files.exports.proving import prove_script, version_of
from nnstudio.files.exports.subject import Subject
from nnstudio.files.exports.torch_script import sections
from nnstudio.files.exports.weights_files import weights_with_check

MOST_EXAMPLES, MOST_ROWS = 5000, 200
"""How many training examples lie beside a notebook, and how many points of the curves stand in it."""

_PLOT = """
try:
    import matplotlib.pyplot as plt
except ImportError:
    print(f"The test loss fell from {losses[0]:.3g} to {losses[-1]:.3g} in {updates[-1]:.0f} updates.")
else:
    plt.plot(updates, losses)
    plt.xlabel("update")
    plt.ylabel("test loss")
    plt.show()
"""
_AGAIN = """first = loss_now()
for layer in network:
    if hasattr(layer, "reset_parameters"):
        layer.reset_parameters()
train(examples, targets, epochs=1)
print(f"test loss: {first:.3g} as exported, {loss_now():.3g} after one epoch from first weights")
CHECK_INPUTS, CHECK_ANSWERS = load(WEIGHTS)  # back to what was exported
"""


def notebook(subject: Subject, name: str) -> Files:
    """The notebook, called `name`, and what lies beside it."""
    stem = Path(name).stem
    weights, data = f"{stem}.safetensors", f"{stem}_data.npz"
    cells = [_cell(kind, text, number) for number, (kind, text) in enumerate(_cells(subject, weights, data))]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return {
        weights: weights_with_check(subject, weights),
        data: array_format(Path(data)).encode(_examples(subject), {}),
        name: msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n",
    }


def code_of(document: dict[str, Any]) -> str:
    """What the cells of a notebook say, as one program."""
    return "\n\n".join("".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code")


def _cell(kind: str, text: str, number: int) -> dict[str, Any]:
    source = [f"{line}\n" for line in tidy(text).splitlines()]
    source[-1] = source[-1].rstrip("\n")
    empty = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source, **empty}


def _cells(subject: Subject, weights: str, data: str) -> Iterator[tuple[str, str]]:
    parts = sections(subject, "WEIGHTS")
    yield "markdown", f"# {sentence(subject.title)}\n\n{sentence(subject.answer)}\n\n{sentence(subject.summary)}"
    yield "code", f"{parts['imports']}\nWEIGHTS, DATA = {weights!r}, {data!r}"
    yield "markdown", "## The network"
    yield "code", parts["network"]
    yield "markdown", "## Its answers\n\nRaw examples go in, as they are: what is done to them stands in `inputs`."
    yield "code", parts["answers"]
    check = parts["check"].partition("\n\nif __name__")[0]
    yield "code", f'{check}\n\n\nprint(f"largest difference on {{len(CHECK_INPUTS)}} examples: {{check():.1g}}")'
    yield "markdown", "## How it was trained"
    yield "code", parts["training"]
    yield "code", _CURVES.format(**_curves(subject)) + _PLOT
    yield "markdown", "## Train it anew\n\nWith the same settings, on the examples that lie beside this notebook."
    yield "code", _DATA.format(target=_target(subject))
    yield "code", _AGAIN


_CURVES = "updates = {updates}\nlosses = {losses}\n"
_DATA = """data = np.load(DATA)
examples, targets = data["examples"], data["targets"]


def loss_now():
    network.eval()
    with torch.no_grad():
        y = torch.as_tensor(np.asarray(targets[:500]), dtype=next(network.parameters()).dtype)
        return float(loss(network(inputs(examples[:500])), {target}))
"""


def _target(subject: Subject) -> str:
    if subject.model.task is Task.MULTICLASS:
        return f"F.one_hot(y.long(), {subject.model.outputs}).to(y.dtype)"
    return "y[:, None] if y.ndim == 1 else y"


def _curves(subject: Subject) -> dict[str, str]:
    history = subject.frame.history
    measured = np.flatnonzero(np.isfinite(history.test_loss))
    rows = measured[np.unique(np.linspace(0, len(measured) - 1, MOST_ROWS).astype(int))] if len(measured) else measured
    return {"updates": numpy_array(history.update[rows]), "losses": numpy_array(history.test_loss[rows])}


def _examples(subject: Subject) -> dict[str, Array]:
    """Training examples as they are, and what is true of them: numbers of classes, or zeros and ones, or values."""
    train = subject.frame.dataset.train
    classes = subject.model.task in (Task.BINARY, Task.MULTICLASS)
    targets = train.labels if classes else train.targets
    return {"examples": train.raw[:MOST_EXAMPLES], "targets": targets[:MOST_EXAMPLES]}


def _prove(subject: Subject, path: Path) -> Proof:
    """Its cells, one after the other, as a program beside the same files."""
    program = code_of(msgspec.json.decode(path.read_bytes()))
    with TemporaryDirectory(prefix="nnstudio-") as folder:
        script = Path(folder) / "notebook.py"
        program = f"import os\nos.chdir({str(path.absolute().parent)!r})\n{program}"
        script.write_text(program, encoding="utf-8")
        reader = f"a fresh Python with PyTorch {version_of('torch')}, cell by cell"
        return prove_script(subject, script, reader, ("torch", "safetensors"))


FORMAT = Format(
    key="notebook",
    name="Notebook",
    group=Group.PROGRAMS,
    ending=".ipynb",
    purpose="network, data, training and curves, cell by cell",
    needs="Jupyter, PyTorch and safetensors",
    make=notebook,
    prove=_prove,
)
