"""What a run leaves behind lies where it was asked for, or else somewhere, and never nowhere."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nnstudio
from nnstudio import cli
from nnstudio.cli.products import write_somewhere
from nnstudio.files.atomic import write_atomically

ENDLESS = ("train", "circle", "--seconds", "600")
LONG = "x" * 300


@pytest.mark.parametrize(
    ("option", "place"),
    [
        ("--weights", "folder.npz"),
        ("--weights", f"{LONG}.npz"),
        ("--weights", "file/w.npz"),
        ("--weights", "/proc/w.npz"),
        ("--history", "folder.npz"),
        ("--history", f"{LONG}.csv"),
        ("--history", "/".join(["deep"] * 1000) + "/h.csv"),
    ],
    ids=lambda value: value[:30],
)
def test_a_place_that_cannot_be_written_is_refused_before_training(
    option: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.npz").mkdir()
    Path("file").write_bytes(b"")
    assert cli.main([*ENDLESS, option, place]) == 2
    shown, complaint = capsys.readouterr()
    assert shown == ""
    assert len(complaint.splitlines()) == 1
    assert "cannot be written to" in complaint
    assert sorted(os.listdir()) == ["file", "folder.npz"]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="folders in use stay")
@pytest.mark.parametrize("current", ["current folder", "/proc"])
def test_what_loses_its_place_goes_elsewhere(tmp_path: Path, current: str) -> None:
    lost, temporary, here = tmp_path / "lost", tmp_path / "temporary", tmp_path / current
    for folder in {lost, temporary, here} - {Path("/proc")}:
        folder.mkdir()
    (temporary / "w.npz").write_bytes(b"somebody else's")
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(Path(nnstudio.__file__).parents[1])}
    kept = tmp_path / "h.csv"
    words = ("train", "circle", "--seconds", "1.5", "--weights", str(lost / "w.npz"), "--history", str(kept))
    run = subprocess.Popen(
        [sys.executable, "-m", "nnstudio", *words],
        cwd=here,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stderr
    while "update" not in run.stderr.readline():
        pass
    shutil.rmtree(lost)
    shown, complaint = run.communicate()
    place = temporary / "w-2.npz" if current == "/proc" else here / "w.npz"
    assert run.returncode == 2
    assert f"w.npz was not written to {lost}: the folder does not exist." in complaint
    assert f" It is in {place} instead." in complaint
    assert len(complaint.splitlines()) == 1
    with np.load(place) as arrays:
        assert "layer1/weight" in arrays
    assert f"Wrote {kept}" in shown
    assert kept.exists()
    assert (temporary / "w.npz").read_bytes() == b"somebody else's"


def test_nowhere_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "nowhere" / "w.npz"

    def write(place: Path) -> None:
        write_atomically(path.parent / place.name, b"")

    monkeypatch.chdir(tmp_path)
    place, complaint = write_somewhere(path, write)
    assert place is None
    assert complaint.endswith("It could not be written anywhere else.")
