"""A sweep on disk goes on where it was, whatever ended it, and never takes anything for what it is not."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from same_state import assert_same

from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.job import Job, Outcome, run_job
from nnstudio.core.sweep.results import Results, Step
from nnstudio.core.sweep.sweep import Sweep
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.errors import FileError
from nnstudio.files.project import load_project
from nnstudio.files.sweep_folder import SweepFolder

CIRCLE = replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=40))
SPEC = SweepSpec(
    experiment=CIRCLE,
    settings=("training.learning_rate=0.001..1", "layers=4 tanh|8 tanh, 8 ReLU"),
    runs=8,
    seeds=2,
    rungs=(0.5,),
)


def swept(folder: SweepFolder, spec: SweepSpec = SPEC, stop: int | None = None) -> int:
    """Sweep, perhaps not to the end; how many jobs were done."""
    done: list[Job] = []

    def run(job: Job) -> Outcome:
        done.append(job)
        return run_job(job)

    sweep = Sweep(spec.trials, folder, run=run, rungs=spec.rungs)
    sweep.run(lambda progress: progress.done == stop and sweep.cancel())
    return len(done)


def assert_whole(folder: SweepFolder, spec: SweepSpec = SPEC) -> None:
    """Everything in the folder is what a sweep in memory gives."""
    memory = Results()
    assert Sweep(spec.trials, memory, rungs=spec.rungs).run()
    assert len(folder) == len(memory)
    for number in range(len(spec.trials)):
        step = memory.last_step(number)
        assert step is not None
        assert step == folder.last_step(number)
        assert_same(folder.get(step), memory.get(step))
        assert_same(folder.state(step), memory.state(step))


def test_it_goes_on_where_it_was(tmp_path: Path) -> None:
    done = 0
    for stop in (3, 9, None):
        folder = SweepFolder(tmp_path / "deep/er", SPEC)
        assert len(folder) == done
        done += swept(folder, stop=stop)
        folder.close()
    assert done == 8 + 4
    folder = SweepFolder(tmp_path / "deep/er", SPEC)
    assert_whole(folder)
    assert swept(folder) == 0
    folder.close()


@pytest.mark.parametrize("damage", ["figures", "state", "both", "cut", "foreign", "swapped"])
def test_what_is_broken_or_gone_is_made_again(tmp_path: Path, damage: str) -> None:
    folder = SweepFolder(tmp_path, SPEC)
    swept(folder, stop=8)  # the first rung is in
    folder.close()
    figures, state = tmp_path / "runs/0003.json", tmp_path / "runs/0003.nns"
    match damage:
        case "figures":
            figures.unlink()
        case "state":
            state.unlink()
        case "both":
            figures.unlink()
            state.unlink()
        case "cut":
            figures.write_bytes(figures.read_bytes()[:200])
            state.write_bytes(state.read_bytes()[:200])
        case "foreign":
            figures.write_text('{"experiment": 7}')
            state.write_text("hello")
        case _:
            figures.write_bytes((tmp_path / "runs/0002.json").read_bytes())
            state.write_bytes((tmp_path / "runs/0002.nns").read_bytes())
    (tmp_path / "runs/9999.json").write_text("[" * 100_000)
    (tmp_path / "runs/notes.txt").write_text("mine")
    again = SweepFolder(tmp_path, SPEC)
    assert len(again) == (8 if damage == "state" else 7)
    swept(again)
    assert_whole(again)
    again.close()


def test_only_the_state_of_the_last_rung_is_kept(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path, SPEC)
    swept(folder)
    folder.close()
    assert len(list(tmp_path.glob("runs/*.nns"))) == 8
    assert len(list(tmp_path.glob("runs/*.json"))) == 12


def test_the_table_and_the_best(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path, SPEC)
    swept(folder)
    assert folder.write_summary() == (tmp_path / "results.csv", tmp_path / "best.nns")
    with (tmp_path / "results.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["run"]) for row in rows] == list(range(8))
    for number, row in enumerate(rows):
        result, trial = folder.last(number), SPEC.trials[number]
        assert result is not None
        assert float(row["training.learning_rate"]) == trial.experiment.training.learning_rate
        assert int(row["seed"]) == trial.experiment.seed
        assert float(row["test_loss"]) == result.metrics.test_loss
        assert (row["ending"], int(row["updates"])) == (result.ending.value, result.updates)
        assert (row["learned"] == "1") == (result.learned_at is not None)
        assert row["validation_loss"] == ""
    assert rows[2]["layers"] == "8 tanh, 8 ReLU"
    order = SPEC.ranking.runs(SPEC.trials, [folder.last(number) for number in range(8)])
    best = load_project(tmp_path / "best.nns")
    assert_same(best.state, run_job(Job(SPEC.trials[order[0]].experiment)).state)
    by_candidate = SPEC.trials[order[0]].candidate
    medians = {
        trial.candidate: sum(float(row["test_loss"]) for row in rows if row["candidate"] == str(trial.candidate)) / 2
        for trial, row in zip(SPEC.trials, rows, strict=True)
        if row["ending"] == "finished"
    }
    assert medians[by_candidate] == min(medians.values())
    folder.close()


def test_a_longer_sweep_goes_on_with_a_shorter(tmp_path: Path) -> None:
    short, long = replace(SPEC, runs=4, rungs=()), replace(SPEC, runs=10, rungs=())
    folder = SweepFolder(tmp_path, short)
    assert swept(folder, short) == 4
    folder.close()
    folder = SweepFolder(tmp_path, long)
    assert swept(folder, long) == 6
    assert_whole(folder, long)
    folder.close()


@pytest.mark.parametrize(
    "other",
    [
        replace(SPEC, seeds=4),
        replace(SPEC, draw=2),
        replace(SPEC, rungs=(0.25,)),
        replace(SPEC, settings=SPEC.settings[:1]),
        replace(SPEC, experiment=replace(CIRCLE, seed=7)),
    ],
)
def test_another_sweep_has_no_place_there(tmp_path: Path, other: SweepSpec) -> None:
    SweepFolder(tmp_path, SPEC).close()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(FileError, match="another sweep"):
        SweepFolder(tmp_path, other)
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_nor_has_it_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FileError, match="holds other files"):
        SweepFolder(tmp_path, SPEC)
    assert not (tmp_path / "sweep.json").exists()
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(FileError, match="cannot hold a sweep"):
        SweepFolder(file, SPEC)
    with pytest.raises(FileError, match="cannot hold a sweep"):
        SweepFolder(file / "in/it", SPEC)
    with pytest.raises(FileError, match="cannot hold a sweep"):
        SweepFolder(Path("/proc/nowhere"), SPEC)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"runs": 8}', "[" * 100_000, "\xff"])
def test_a_broken_list_of_what_was_asked_is_not_written_over(tmp_path: Path, text: str) -> None:
    SweepFolder(tmp_path, SPEC).close()
    (tmp_path / "sweep.json").write_text(text, "latin-1")
    with pytest.raises(FileError):
        SweepFolder(tmp_path, SPEC)
    assert (tmp_path / "sweep.json").read_text("latin-1") == text


def test_two_programs_do_not_sweep_in_one_folder(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path, SPEC)
    with pytest.raises(FileError, match="in use"):
        SweepFolder(tmp_path, SPEC)
    folder.close()
    folder.close()
    SweepFolder(tmp_path, SPEC).close()


def test_what_failed_is_tried_again(tmp_path: Path) -> None:
    spec = SweepSpec(experiment=CIRCLE, settings=("layers=conv 4 3x3|4 tanh",))
    for expected in (2, 1):
        folder = SweepFolder(tmp_path, spec)
        assert swept(folder, spec) == expected
        assert len(folder) == 2
        folder.close()
    assert [path.name for path in tmp_path.glob("runs/*.json")] == ["0001.json"]


def test_figures_that_are_not_finite_come_back(tmp_path: Path) -> None:
    hills = PRESETS["hills"].experiment
    wild = replace(hills, training=replace(CIRCLE.training, loss=hills.training.loss, learning_rate=10.0))
    spec = SweepSpec(experiment=wild)
    folder = SweepFolder(tmp_path, spec)
    swept(folder, spec)
    folder.close()
    again = SweepFolder(tmp_path, spec)
    assert_same(again.get(Step(0)), run_job(Job(spec.trials[0].experiment)).result)
    assert "NaN" not in (tmp_path / "runs/0000.json").read_text()
    assert json.loads((tmp_path / "runs/0000.json").read_text())["ending"] == "diverged"
    again.close()


def test_a_full_disk_is_a_sentence_and_what_is_in_stays(tmp_path: Path) -> None:
    folder = SweepFolder(tmp_path, SPEC)
    swept(folder, stop=3)
    (tmp_path / "runs/0003.json").mkdir()  # no file can be written there any more
    with pytest.raises(FileError, match=r"0003\.json was not written"):
        swept(folder)
    assert len(folder) == 3
    folder.close()
    (tmp_path / "runs/0003.json").rmdir()
    folder = SweepFolder(tmp_path, SPEC)
    swept(folder)
    assert_whole(folder)
    folder.close()
