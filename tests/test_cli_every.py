"""Lines and rows exactly where they were asked for, and the training the same as without."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nnstudio import cli
from nnstudio.core.experiment import Experiment, StoppingSpec, TrainingSpec
from nnstudio.core.experiment.choices import ScheduleKind
from nnstudio.core.presets import PRESETS
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.experiment_json import experiment_to_json


def lines(words: list[str], capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """The table of a run, row by row, without its head."""
    assert cli.main(["train", *words]) == 0
    shown, progress = capsys.readouterr()
    assert "left" not in progress, "no lines of progress among them"
    head, *rest = shown.splitlines()
    assert head.split() == ["update", "epoch", "training", "loss", "accuracy", "test", "loss"]
    return [
        line.split()
        for line in rest[: next(n for n, line in enumerate(rest) if line.lstrip() == "training        test")]
    ]


def walk(experiment: Experiment, updates: int) -> Trainer:
    run = Trainer(experiment)
    for _ in range(updates):
        run.step()
    return run


@pytest.mark.parametrize(
    ("words", "period", "updates"),
    [
        (["xor-four-units"], "100epochs", range(0, 5001, 100)),
        (["circle", "--epochs", "10"], "3epochs", range(0, 251, 75)),
        (["circle", "--updates", "1300"], "500updates", range(0, 1301, 500)),
        (["circle", "--updates", "3"], "1update", range(4)),
    ],
)
def test_a_line_and_a_row_at_exactly_these(
    words: list[str], period: str, updates: range, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "h.csv"
    rows = lines([*words, "--every", period, "--history", str(table)], capsys)
    assert [int(row[0]) for row in rows] == list(updates)
    with table.open(newline="") as stream:
        history = {int(row["update"]): row for row in csv.DictReader(stream)}
    for update, epoch, loss, accuracy, test_loss in rows:
        kept = history[int(update)]
        assert f"{float(kept['epoch']):.6g}" == epoch
        assert f"{float(kept['train_loss']):.6g}" == loss
        assert f"{float(kept['train_accuracy']):.2%}" == accuracy
        assert f"{float(kept['test_loss']):.6g}" == test_loss
    run = walk(PRESETS[words[0]].experiment, updates[1])
    assert rows[1][2] == f"{run.evaluate().train_loss:.6g}"


@pytest.mark.slow
def test_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    rows = lines(["circle", "--seconds", "1.1", "--every", "0.25s"], capsys)
    assert 3 <= len(rows) <= 5
    assert rows[0][0] == "0"


def test_rows_are_kept_in_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "h.csv"
    words = ["circle", "--updates", "50", "--every", "7updates", "--quiet", "--history", str(table)]
    assert cli.main(["train", *words]) == 0
    assert capsys.readouterr() == ("", "")
    with table.open(newline="") as stream:
        measured = {int(row["update"]) for row in csv.DictReader(stream) if row["train_loss"]}
    assert measured >= set(range(0, 50, 7))


@pytest.mark.slow
def test_nothing_else_changes(tmp_path: Path) -> None:
    spec = TrainingSpec(schedule=ScheduleKind.PLATEAU, schedule_period=2.0, learning_rate=0.3)
    experiment = Experiment(training=spec, stopping=StoppingSpec(updates=6000, patience=100.0))
    (tmp_path / "e.json").write_text(experiment_to_json(experiment), "utf-8")
    results = []
    for words in ([], ["--every", "3updates"]):
        weights, table = tmp_path / "w.npz", tmp_path / "h.csv"
        words += ["--weights", str(weights), "--history", str(table), "--quiet"]
        assert cli.main(["train", str(tmp_path / "e.json"), *words]) == 0
        with np.load(weights) as arrays, table.open(newline="") as stream:
            results.append(({name: arrays[name] for name in arrays.files}, list(csv.DictReader(stream))))
    (plain, few), (asked, many) = results
    assert all(np.array_equal(plain[name], asked[name]) for name in plain)
    updates = {row["update"] for row in few}
    assert len(many) > len(few)
    for before, after in zip(few, [row for row in many if row["update"] in updates], strict=True):
        assert all(after[name] == value for name, value in before.items() if value)


@pytest.mark.parametrize("period", ["", "0epochs", "0s", "0.0s", "5", "epochs", "-5s", "1e3updates", "2.5epochs", "1h"])
def test_other_periods_are_refused(period: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "circle", f"--every={period}"]) == 2
    assert f"--every is {period}, but must be such as 100epochs" in capsys.readouterr().err


def test_the_truth_table_in_order() -> None:
    pairs = PRESETS["xor-pairs"].experiment
    run = Trainer(replace(pairs, training=replace(pairs.training, shuffle=type(pairs.training.shuffle)("no"))))
    assert [run.batches.next().tolist() for _ in range(4)] == [[0, 1], [2, 3]] * 2
