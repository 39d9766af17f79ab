"""Projects survive saving and opening; a damaged one is refused, and never half taken."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnstudio.core.experiment import DenseSpec, Experiment, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.network.weights import Weights
from nnstudio.files.archive import pack
from nnstudio.files.errors import FileError
from nnstudio.files.experiment_json import experiment_to_json
from nnstudio.files.project import Project, load_project, save_project

EXPERIMENT = Experiment(dataset=PlaneSpec(kind=DatasetKind.MOONS), layers=(DenseSpec(units=5),), seed=9)
ABOUT = b'{"program": "nnstudio", "version": 3}'
TEXT = experiment_to_json(EXPERIMENT).encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "moons.nns"


def refusal(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        load_project(path)
    assert "Nothing was changed" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_there_and_back_with_weights(path: Path, dtype: type[np.floating[Any]]) -> None:
    params = np.random.default_rng(1).normal(size=21).astype(dtype)
    save_project(path, Project(EXPERIMENT, weights=Weights(params)))
    project = load_project(path)
    assert (project.experiment, project.state) == (EXPERIMENT, None)
    loaded = project.weights
    assert loaded is not None
    assert loaded.params.dtype == dtype
    assert loaded.params.tobytes() == params.tobytes()
    assert loaded.statistics is None
    assert os.listdir(path.parent) == [path.name]


def test_running_statistics_come_back(path: Path) -> None:
    weights = Weights(np.arange(4, dtype=np.float32), np.arange(6, dtype=np.float32))
    save_project(path, Project(EXPERIMENT, weights=weights))
    loaded = load_project(path).weights
    assert loaded is not None
    assert loaded.statistics is not None
    np.testing.assert_array_equal(loaded.params, weights.params)
    np.testing.assert_array_equal(loaded.statistics, weights.statistics)


def test_there_and_back_untrained(path: Path) -> None:
    save_project(path, Project(EXPERIMENT))
    project = load_project(path)
    assert (project.experiment, project.state, project.weights, project.document) == (EXPERIMENT, None, None, None)


def test_an_autosave_says_whose_it_is(path: Path) -> None:
    for document in (Path("/home/ada/Kreis – α.nns"), None):
        save_project(path, Project(EXPERIMENT, document=document))
        assert load_project(path).document == document


def test_files_of_version_1_open(path: Path) -> None:
    params = np.arange(21, dtype=np.float32)
    members = {"project.json": b'{"program": "nnstudio", "version": 1}', "experiment.json": TEXT}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members | {"params.npy": npy(params), "statistics.npy": npy(params[:2])}).items():
            archive.writestr(name, content)
    project = load_project(path)
    assert (project.experiment, project.state) == (EXPERIMENT, None)
    assert project.weights is not None
    assert project.weights.statistics is not None
    assert project.weights.params.tobytes() == params.tobytes()
    assert project.weights.statistics.tobytes() == params[:2].tobytes()


def test_anybody_can_look_inside(path: Path) -> None:
    params = np.arange(4, dtype=np.float32)
    save_project(path, Project(EXPERIMENT, weights=Weights(params)))
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["project.json", "experiment.json", "params.npy"]
        assert archive.read("experiment.json") == TEXT
        with archive.open("params.npy") as stream:
            np.testing.assert_array_equal(np.load(stream, allow_pickle=False), params)
    first = path.read_bytes()
    save_project(path, Project(EXPERIMENT, weights=Weights(params)))
    assert path.read_bytes() == first


def packed(members: dict[str, bytes]) -> bytes:
    return b"".join(pack(members))


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def huge() -> bytes:
    """An array that announces half a gigabyte and holds nothing."""
    stream = io.BytesIO()
    header = {"descr": "<f4", "fortran_order": False, "shape": (2**27,)}
    np.lib.format.write_array_header_1_0(stream, header)
    return stream.getvalue()


WRONG: list[tuple[dict[str, bytes], str]] = [
    ({}, "not a project"),
    ({"project.json": ABOUT}, "not a project"),
    ({"experiment.json": TEXT}, "not a project"),
    ({"project.json": b'{"program": "nnstudio", "version": 7}', "experiment.json": TEXT}, "newer version"),
    ({"project.json": b'{"program": "other", "version": 1}', "experiment.json": TEXT}, "project.json is broken"),
    ({"project.json": b"[" * 50_000, "experiment.json": TEXT}, "project.json is broken"),
    ({"project.json": b"\xff\xfe", "experiment.json": TEXT}, "broken"),
    ({"project.json": ABOUT, "experiment.json": b'{"schema": 1, "sed": 3}'}, "sed is not known"),
    ({"project.json": ABOUT, "experiment.json": b" " * 5_000_000}, "far too long"),
    ({"project.json": ABOUT, "experiment.json": TEXT, "params.npy": b"nothing"}, "broken"),
]


@pytest.mark.parametrize(("members", "says"), WRONG, ids=map(str, range(len(WRONG))))
def test_wrong_projects(path: Path, members: dict[str, bytes], says: str) -> None:
    path.write_bytes(packed(members))
    assert says in refusal(path)


def test_a_text_is_as_long_as_it_may_be(path: Path) -> None:
    """Blanks behind it change nothing, but a text that is too long is not cut off where it happens to be sound."""
    longest = 2**22
    path.write_bytes(packed({"project.json": ABOUT.ljust(longest), "experiment.json": TEXT}))
    assert load_project(path).experiment == EXPERIMENT
    path.write_bytes(packed({"project.json": ABOUT.ljust(longest + 1), "experiment.json": TEXT}))
    assert "its project.json is far too long" in refusal(path)


@pytest.mark.parametrize(
    ("stored", "says"),
    [
        (npy(np.zeros((2, 2))), "(2, 2)"),
        (npy(np.zeros(3, np.int64)), "<i8"),
        (npy(np.array([{}], object)), "|O"),
        (npy(np.array([1.0, np.nan])), "NaN"),
        (huge(), "134217728"),
    ],
    ids=["shape", "type", "objects", "NaN", "size"],
)
def test_wrong_weights(path: Path, stored: bytes, says: str) -> None:
    members = {"project.json": ABOUT, "experiment.json": TEXT}
    path.write_bytes(packed(members | {"params.npy": stored}))
    assert says in refusal(path)
    path.write_bytes(packed(members | {"params.npy": npy(np.zeros(3)), "statistics.npy": stored}))
    message = refusal(path)
    assert says in message
    assert "running means and variances" in message


@pytest.mark.slow
def test_cut_off_at_every_length_and_flipped_bits(path: Path) -> None:
    params = np.arange(6, dtype=np.float32)
    save_project(path, Project(EXPERIMENT, weights=Weights(params)))
    sound = path.read_bytes()
    for length in range(len(sound)):
        path.write_bytes(sound[:length])
        refusal(path)
    taken = 0
    for position in np.random.default_rng(2).choice(8 * len(sound), 1500, replace=False):
        flipped = bytearray(sound)
        flipped[position // 8] ^= 1 << position % 8
        path.write_bytes(flipped)
        try:
            project = load_project(path)
        except FileError:
            continue
        loaded = project.weights
        assert project.experiment == EXPERIMENT
        assert loaded is None or loaded.params.tobytes() == params.tobytes()
        taken += 1
    assert 0 < taken < 1500


def test_missing_file_and_failed_save(path: Path, tmp_path: Path) -> None:
    assert "does not exist" in refusal(path)
    with pytest.raises(FileError, match="folder does not exist"):
        save_project(tmp_path / "nowhere" / "a.nns", Project(EXPERIMENT))
