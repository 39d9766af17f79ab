"""Frames with weights to write, and files of weights as other programs read and write them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from safetensors import safe_open

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.layer_specs import ActivationSpec, BatchNormSpec, DenseSpec, DropoutSpec, LayerNormSpec
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.errors import FileError
from nnstudio.files.weights import import_weights, named_arrays
from nnstudio.ui.views.canned import plane_frame, with_params

SUFFIXES = (".npz", ".safetensors")

NORMALISED = (DenseSpec(units=5), BatchNormSpec(), ActivationSpec(), DropoutSpec(), LayerNormSpec(), DenseSpec(units=3))


def small_frame(units: tuple[int, ...] = (3, 2), dtype: type[np.floating[Any]] = np.float32) -> Frame:
    """A 2-3-2-1 network."""
    frame = plane_frame(updates=25, units=units)
    scaled = {"shift": np.array([0.1, 1 / 3]), "scale": np.array([np.pi, 2.0])}
    frame = with_params(frame, frame.params.astype(dtype))
    return replace(frame, dataset=replace(frame.dataset, recipe=replace(frame.dataset.recipe, **scaled)))


def normalised_frame() -> Frame:
    """A stack with both normalisations, and running statistics that have moved."""
    trainer = Trainer(Experiment(layers=NORMALISED))
    for _ in range(5):
        trainer.step()
    return Observer(trainer, 1).frame(Probe.NOTHING)


def loaded(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Arrays and texts, through the readers that other people use."""
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as file:
            contents = {name: file[name] for name in file.files}
        texts = {name: str(array) for name, array in contents.items() if array.dtype.kind == "U"}
        return {name: array for name, array in contents.items() if name not in texts}, texts
    with safe_open(path, framework="numpy") as file:
        texts = file.metadata()
    return safetensors.numpy.load_file(path), texts


def saved(path: Path, arrays: Mapping[str, np.ndarray]) -> Path:
    if path.suffix == ".npz":
        np.savez(path, **arrays)  # type: ignore[arg-type]
    else:
        safetensors.numpy.save_file({name: np.array(array, order="C") for name, array in arrays.items()}, path)
    return path


def arrays_of(frame: Frame) -> dict[str, np.ndarray]:
    return {name: np.array(array) for name, array in named_arrays(frame.model, frame.weights)}


def changed(frame: Frame, **changes: np.ndarray | None) -> dict[str, np.ndarray]:
    """The frame's arrays with some replaced (`layer1__weight=…`), added, or left out (None)."""
    arrays: dict[str, Any] = arrays_of(frame) | {name.replace("__", "/"): array for name, array in changes.items()}
    return {name: array for name, array in arrays.items() if array is not None}


def refusal(path: Path, frame: Frame) -> str:
    before = frame.params.tobytes()
    with pytest.raises(FileError) as caught:
        import_weights(path, frame)
    assert frame.params.tobytes() == before
    assert path.name in str(caught.value)
    assert "untouched" in str(caught.value) or "Nothing was changed" in str(caught.value)
    return str(caught.value)
