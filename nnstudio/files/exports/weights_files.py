"""Trained weights alone, as .npz and .safetensors, with a check beside them.

The arrays are those of `files/weights.py`; `check/inputs` and `check/answers` are raw examples and what the network
says of them, so that whoever computes the answers by the formulas in `format` can tell whether he does it right.
"""

from pathlib import Path
from time import perf_counter

import numpy as np
import safetensors.numpy

from nnstudio.files.array_files import array_format
from nnstudio.files.exports.by_the_textbook import prove_numbers
from nnstudio.files.exports.format import Files, Format, Group, Proof
from nnstudio.files.exports.subject import Subject
from nnstudio.files.weights import CHECK, named_arrays, texts_of


def weights_with_check(subject: Subject, name: str) -> bytes:
    """The whole file; the suffix of its name says in which of both formats."""
    model = subject.model
    arrays = dict(named_arrays(model, model.weights))
    check = {f"{CHECK}inputs": subject.inputs, f"{CHECK}answers": subject.answers}
    return array_format(Path(name)).encode({**arrays, **check}, texts_of(subject.frame))


def _make(subject: Subject, name: str) -> Files:
    return {name: weights_with_check(subject, name)}


def _prove(subject: Subject, path: Path) -> Proof:
    begin = perf_counter()
    return prove_numbers(subject, read_back(path), begin)


def read_back(path: Path) -> dict[str, np.ndarray]:
    """Every array of the file, by the readers that other people use."""
    if path.suffix.lower() == ".npz":
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    return safetensors.numpy.load_file(path)


def _format(key: str, name: str, purpose: str, needs: str) -> Format:
    return Format(key, name, Group.WEIGHTS, f".{key}", purpose, needs, _make, _prove)


NPZ = _format("npz", "NumPy archive", "every matrix by its name", "NumPy")
SAFETENSORS = _format("safetensors", "safetensors", "for PyTorch, Keras, JAX and others", "safetensors")
