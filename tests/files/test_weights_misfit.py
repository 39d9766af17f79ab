"""Weights that do not fit are refused by layer and shape, and nothing is changed."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from weight_files import SUFFIXES, changed, normalised_frame, refusal, saved, small_frame

from nnstudio.files.errors import FileError
from nnstudio.files.weights import export_weights, import_weights


@pytest.fixture(params=SUFFIXES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"weights{request.param}"


MISFITS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"layer2__weight": np.zeros((4, 2))}, ("layer2/weight", "(4, 2)", "(3, 2)")),
    ({"layer2__weight": np.zeros((2, 3))}, ("layer2/weight", "(2, 3)", "(3, 2)", "transposed")),
    ({"layer2__bias": np.zeros((1, 2))}, ("layer2/bias", "(1, 2)", "(2,)")),
    ({"layer2__bias": np.zeros(())}, ("layer2/bias", "()", "(2,)")),
    ({"layer3__bias": None}, ("lacks layer3/bias", "(1,)")),
    ({"layer4__weight": np.zeros((1, 1))}, ("layer4/weight", "no layer")),
    ({"layer1__weight": np.zeros((2, 3), np.int32)}, ("layer1/weight", "floats")),
    ({"layer1__bias": np.zeros(3, bool)}, ("layer1/bias", "floats")),
    ({"layer1__bias": np.array([0, np.nan, 0])}, ("layer1/bias", "not finite")),
    ({"layer1__bias": np.array([0, -np.inf, 0])}, ("layer1/bias", "not finite")),
    ({"layer1__bias": np.array([0, 1e300, 0])}, ("layer1/bias", "too large for float32")),
]


@pytest.mark.parametrize(("changes", "says"), MISFITS)
def test_what_does_not_fit_is_named(path: Path, changes: dict[str, Any], says: tuple[str, ...]) -> None:
    frame = small_frame()
    message = refusal(saved(path, changed(frame, **changes)), frame)
    for words in says:
        assert words in message
    assert ("transposed" in message) is ("transposed" in says)


NORMALISED_MISFITS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"layer2__running_mean": None}, ("lacks layer2/running_mean", "(5,)")),
    ({"layer2__running_variance": np.ones(4)}, ("layer2/running_variance", "(4,)", "(5,)")),
    ({"layer2__running_variance": np.array([1, 1, -0.1, 1, 1])}, ("layer2/running_variance", "(5,)", "negative")),
    ({"layer2__running_mean": np.full(5, np.nan)}, ("layer2/running_mean", "(5,)", "not finite")),
    ({"layer3__gain": np.ones((1, 5))}, ("layer3/gain", "(1, 5)", "(5,)")),
    ({"layer3__running_mean": np.ones(5)}, ("layer3/running_mean", "no layer")),
]


@pytest.mark.parametrize(("changes", "says"), NORMALISED_MISFITS)
def test_what_does_not_fit_a_normalisation_is_named(path: Path, changes: dict[str, Any], says: tuple[str, ...]) -> None:
    frame = normalised_frame()
    message = refusal(saved(path, changed(frame, **changes)), frame)
    for words in says:
        assert words in message


@pytest.mark.parametrize("name", ["weights", "weights.h5", "weights.npz.bak"])
def test_other_suffixes_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match=r"\.npz or \.safetensors"):
        export_weights(tmp_path / name, small_frame())
    with pytest.raises(FileError, match=r"\.npz or \.safetensors"):
        import_weights(tmp_path / name, small_frame())
    assert os.listdir(tmp_path) == []


def test_missing_and_special_files(path: Path) -> None:
    frame = small_frame()
    assert "does not exist" in refusal(path, frame)
    path.mkdir()
    assert "folder" in refusal(path, frame)
    path.rmdir()
    os.mkfifo(path)
    assert "device" in refusal(path, frame)
