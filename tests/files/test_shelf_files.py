"""The shelf of runs comes back from a project to the bit; one that is broken is refused, and never half taken."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from kept_shelves import SMALL, a_shelf

from nnstudio.core.run.commands import Departed
from nnstudio.core.shelf.rows import Label, ShelvedSeeds
from nnstudio.core.shelf.shelf import MAXIMUM_ROWS, Shelf
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.archive import pack
from nnstudio.files.errors import FileError
from nnstudio.files.project import Project, load_project, save_project

Same = Callable[[Any, Any], None]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return a_shelf()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "moons.nns"


@pytest.fixture
def members(path: Path, shelf: Shelf) -> dict[str, bytes]:
    """The files in a project with a shelf."""
    save_project(path, Project(SMALL, shelf=shelf))
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refusal(path: Path, members: dict[str, bytes]) -> str:
    path.write_bytes(b"".join(pack(members)))
    with pytest.raises(FileError) as caught:
        load_project(path)
    assert "Nothing was changed" in str(caught.value)
    assert "shelf of its runs is broken" in str(caught.value)
    return str(caught.value)


def edited(text: bytes, edit: Callable[[Any], object]) -> bytes:
    plain = json.loads(text)
    edit(plain)
    return json.dumps(plain).encode()


def test_there_and_back_to_the_bit(path: Path, shelf: Shelf, assert_same: Same) -> None:
    save_project(path, Project(SMALL, shelf=shelf))
    loaded = load_project(path).shelf
    assert_same(loaded, shelf)
    for row, old in zip(loaded.rows, shelf.rows, strict=True):
        assert row.experiment == old.experiment
    one, other = (shelf.rows[-1] for shelf in (loaded, shelf))
    assert isinstance(one, ShelvedSeeds)
    assert isinstance(other, ShelvedSeeds)
    assert [state.experiment for state in one.states.values()] == [s.experiment for s in other.states.values()]
    first = path.read_bytes()
    save_project(path, Project(SMALL, shelf=loaded))
    assert path.read_bytes() == first


def test_a_shelf_that_nothing_is_known_of_leaves_no_trace(path: Path, assert_same: Same) -> None:
    save_project(path, Project(SMALL))
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["project.json", "experiment.json"]
    assert_same(load_project(path).shelf, Shelf())
    named = Shelf(Label(1, "First try"))
    save_project(path, Project(SMALL, shelf=named))
    assert_same(load_project(path).shelf, named)


def test_files_of_version_4_have_no_shelf(path: Path, members: dict[str, bytes], assert_same: Same) -> None:
    old = {name: text for name, text in members.items() if "shelf" not in name}
    old["project.json"] = b'{"program": "nnstudio", "version": 4}'
    path.write_bytes(b"".join(pack(old)))
    assert_same(load_project(path).shelf, Shelf())


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda shelf: shelf["present"].update(key=0), "key"),
        (lambda shelf: shelf["present"].update(name=""), "name"),
        (lambda shelf: shelf["present"].update(name="n" * 201), "name"),
        (lambda shelf: shelf["present"].update(evil=1), "evil"),
        (lambda shelf: shelf.update(last=99), "last one is not there"),
        (lambda shelf: shelf.update(let_go=-1), "let_go"),
        (lambda shelf: shelf["rows"].append({"key": 77, "kind": "run"}), "missing"),
        (lambda shelf: shelf["rows"].append(shelf["rows"][0]), "share a key"),
        (lambda shelf: shelf["rows"][0].update(kind="sweep"), "sweep"),
        (lambda shelf: shelf["rows"][0].update(kind="seeds"), "missing"),
        (lambda shelf: shelf["rows"][0].update(key="../../etc/passwd"), "key"),
        (lambda shelf: shelf.update(rows=[{"key": 1, "kind": "run"}] * (MAXIMUM_ROWS + 1)), "length"),
    ],
)
def test_a_broken_list_of_rows(path: Path, members: dict[str, bytes], edit: Callable[[Any], object], says: str) -> None:
    members["shelf.json"] = edited(members["shelf.json"], edit)
    assert says in refusal(path, members)


@pytest.mark.parametrize(
    ("name", "edit", "says"),
    [
        ("1/run.json", lambda run: run["label"].update(key=2), "says that it is row 2"),
        ("2/run.json", lambda run: run["label"].update(parent=2), "cannot come from"),
        ("1/run.json", lambda run: run["label"].update(parent=2), "descends from itself"),
        ("1/run.json", lambda run: run["label"].update(note="n" * 5000), "too long"),
        ("1/run.json", lambda run: run["state"].update(params="state/params.npy"), "should lie in"),
        ("1/run.json", lambda run: run["metrics"].update(test_loss="cheap"), "float"),
        ("1/run.json", lambda run: run.pop("state"), "needs"),
        ("1/experiment.json", lambda experiment: experiment.update(seed=-1), "seed"),
        ("5/seeds.json", lambda seeds: seeds.update(results={}), "no results"),
        ("5/seeds.json", lambda seeds: seeds["results"].pop("1"), "no results"),
        ("5/seeds.json", lambda seeds: seeds["results"]["1"].update(ending="gone"), "gone"),
    ],
)
def test_a_broken_row(
    path: Path, members: dict[str, bytes], name: str, edit: Callable[[Any], object], says: str
) -> None:
    name = f"shelf/{name}"
    members[name] = edited(members[name], edit)
    assert says in refusal(path, members)


def test_arrays_that_are_missing_or_of_another_kind(path: Path, members: dict[str, bytes]) -> None:
    name = "shelf/1/run/state/params.npy"
    for other, says in (("batches/order", "params.npy has the "), ("history/rows/epoch", "lie beside")):
        assert says in refusal(path, members | {name: members[f"shelf/1/run/state/{other}.npy"]})
    del members[name]
    assert "params.npy is missing" in refusal(path, members)


def test_a_shelf_that_would_be_far_too_large_is_not_read(
    path: Path, members: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnstudio.files.limits.SHELF", 1000)
    assert "far too large" in refusal(path, members)


@pytest.mark.slow
def test_a_project_with_thirty_runs_opens_within_a_second(path: Path) -> None:
    trainer, shelf = Trainer(SMALL), Shelf()
    for _ in range(30):
        for _ in range(2000):
            trainer.step()
        shelf = shelf.begun(Departed(trainer.state(), trainer.evaluate(), trainer.updates))
    save_project(path, Project(trainer.experiment, trainer.state(), shelf=shelf))
    times: list[float] = []
    for _ in range(3):
        begin = process_time()
        assert len(load_project(path).shelf) == 30
        times.append(process_time() - begin)  # the machine may be busy with others
    assert min(times) < 1, times
