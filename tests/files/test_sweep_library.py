"""The folder of the window's sweeps: what is found there, what was asked, what is damaged."""

import os
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.sweep import Sweep
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.errors import FileError
from nnstudio.files.sweep_folder import SweepFolder
from nnstudio.files.sweep_library import (
    KEPT_DAYS,
    LONGEST_NAME,
    NAME,
    THROWN_AWAY,
    bring_back,
    call,
    clear_away,
    name_in,
    new_sweep_folder,
    read_spec,
    results_in,
    sweeps_in,
    throw_away,
)

SPEC = SweepSpec(
    experiment=replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=20)),
    settings=("training.learning_rate=0.01..0.1", "layers=4 tanh | 8 tanh, 8 tanh"),
    runs=4,
    seeds=2,
    draw=7,
    rungs=(0.25, 0.5),
)


def made(path: Path, spec: SweepSpec = SPEC) -> Path:
    SweepFolder(path, spec).close()
    return path


def test_what_was_asked_is_read_as_it_was(tmp_path: Path) -> None:
    assert read_spec(made(tmp_path / "one")) == SPEC
    assert read_spec(tmp_path / "one").trials == SPEC.trials


def test_sweeps_are_found_newest_first(tmp_path: Path) -> None:
    assert sweeps_in(tmp_path / "nowhere") == ()
    times = datetime(2026, 1, 2, 3, 4, 5), datetime(2026, 11, 2, 3, 4, 5)
    old, new = (made(new_sweep_folder(tmp_path, "Learning rate × layers", time)) for time in times)
    (tmp_path / "something else").mkdir()
    assert sweeps_in(tmp_path) == (new, old)
    assert new.name == "2026-11-02 030405 Learning rate, layers"
    assert new_sweep_folder(tmp_path, "Learning rate × layers", times[1]).name == f"{new.name} 2"
    assert new_sweep_folder(tmp_path, "../a/\x1b[2J", times[0]).parent == tmp_path


def test_results_are_counted_without_being_read(tmp_path: Path) -> None:
    spec = replace(SPEC, rungs=())
    folder = SweepFolder(tmp_path / "a", spec)
    assert results_in(folder.path) == 0
    Sweep(spec.trials, folder).run()
    folder.close()
    assert results_in(folder.path) == 4
    assert results_in(tmp_path / "nowhere") == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"seeds": 2', '"seeds": -2'),
        ('"seeds": 2', '"seeds": "2"'),
        ('"seeds": 2', '"seeds": true'),
        ('"runs": 4', '"runs": 1e99'),
        ('"draw"', '"drew"'),
        ("learning_rate=0.01", "learning_rates=0.01"),
        ('"kind": "circle"', '"kind": "circles"'),
        ("{", "["),
        ('"rungs": [', '"rungs": [[],'),
        ('"settings": [', '"settings": {"a": ['),
    ],
)
def test_what_is_damaged_is_a_sentence_and_stays_untouched(tmp_path: Path, old: str, new: str) -> None:
    asked = made(tmp_path / "a") / "sweep.json"
    text = asked.read_text()
    assert old in text
    asked.write_text(text.replace(old, new, 1))
    before = asked.read_bytes()
    with pytest.raises(FileError, match=r"^The sweep in a cannot be read: .+ Its results are untouched in .+/a\.$"):
        read_spec(tmp_path / "a")
    assert asked.read_bytes() == before


def test_what_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="it does not exist"):
        read_spec(tmp_path / "nothing")


def test_a_name_stays_in_the_folder_and_does_not_hinder_the_sweep(tmp_path: Path) -> None:
    path = tmp_path / "one"
    call(path, "Which rate?")  # before it has begun
    assert made(path) == path
    assert name_in(path) == "Which rate?"
    (path / NAME).write_bytes(b"\x1b[2J\xff \n" + b"x" * 10_000)
    assert name_in(path).isprintable()
    assert len(name_in(path)) <= LONGEST_NAME
    call(path, "")
    assert name_in(path) == ""
    assert not (path / NAME).exists()


def test_what_is_thrown_away_can_be_brought_back_for_a_month(tmp_path: Path) -> None:
    paths = [made(tmp_path / name) for name in "abc"]
    for path in paths[:2]:
        throw_away(path)
    month = KEPT_DAYS * 24 * 3600
    os.utime(paths[1] / THROWN_AWAY, (0, time.time() - month - 60))
    assert sweeps_in(tmp_path) == (paths[2],)
    clear_away(tmp_path)
    assert [path.exists() for path in paths] == [True, False, True]
    bring_back(paths[0])
    assert sweeps_in(tmp_path) == (paths[2], paths[0])
    made(paths[0])
    with pytest.raises(FileError, match=r"not brought back: .+ was thrown away too long ago"):
        bring_back(paths[1])
    clear_away(tmp_path / "nowhere")


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match=r"The sweep keeps its name: .+"):
        call(tmp_path / "file" / "a", "name")
    with pytest.raises(FileError, match=r"The sweep was not deleted: .+"):
        throw_away(tmp_path / "file" / "a")
