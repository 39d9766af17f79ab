"""Whatever is typed: one clear sentence, short and printable, and never a traceback."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nnstudio import cli
from nnstudio.cli.arguments import changed
from nnstudio.core.experiment import Experiment

STEERING = "\x1b[31m\x07\u202eevil\r\n"
BYTES = os.fsdecode(b"\xff\xfe")
LONG_NAME, LONG_PATH = "n" * 300, "/".join(["p" * 15] * 256)
DEEP = "[" * 100_000

VALUES = [DEEP, DEEP + "]" * 100_000, '{"a":' * 50_000, "1" + "0" * 400, "-1" + "0" * 400, "1" + "0" * 60_000, BYTES]
VALUES += ["x" * 60_000, f'"{STEERING * 10_000}"', json.dumps(STEERING), STEERING, "", "[", "null", "1e999", "NaN"]
VALUES += [json.dumps([[["x"] * 1000] * 10] * 10), json.dumps({"a" * 60_000: 1})]
NAMES = ["seed", "training.learning_rate", "training.optimizer", "layers", "layers[0]", "layers[0].units", "dataset"]
WORDS: list[list[str]] = [["spirals", "--set", f"{name}={value}"] for name in NAMES for value in VALUES]
WORDS += [["spirals", "--set", f"{value}=1"] for value in VALUES]
WORDS += [["spirals", "--updates", value] for value in VALUES]
WORDS += [["spirals", "--every", value] for value in VALUES]
for name in (LONG_NAME, LONG_PATH, BYTES, STEERING):
    WORDS += [[name + suffix] for suffix in ("", ".json", ".nns")]
    WORDS += [["spirals", "--weights", f"{name}.txt"], ["spirals", "--history", f"nowhere/{name}.csv"]]
    WORDS += [["spirals", "--weights", f"{name}/w.npz"], ["spirals", f"--{name}"], ["spirals", "--set", name]]


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_one_short_printable_sentence(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    begin = time.perf_counter()
    assert cli.main(["train", *words]) == 2
    assert time.perf_counter() - begin < 1
    shown, complaint = capsys.readouterr()
    assert shown == ""
    sentences = [line for line in complaint.splitlines() if not line.startswith(("usage:", "  "))]
    assert len(sentences) == 1
    assert sentences[0].isprintable()
    assert 20 < len(sentences[0]) < 1100
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("words", [["show", STEERING * 100], ["show", BYTES], ["show", LONG_PATH], [f"--{STEERING}"]])
def test_the_other_commands_as_well(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    shown, complaint = capsys.readouterr()
    assert shown == ""
    assert all(line.isprintable() and len(line) < 1100 for line in complaint.splitlines())


def test_a_name_of_strange_bytes_is_a_name(tmp_path: Path) -> None:
    words = [os.fsencode(tmp_path) + b"/\xff\x1b.npz"]
    train = [sys.executable, "-m", "nnstudio", "train", "circle", "--updates", "1", "--weights"]
    done = subprocess.run([*train, *words], capture_output=True, check=False)
    assert done.returncode == 0
    assert os.listdir(os.fsencode(tmp_path)) == [b"\xff\x1b.npz"]
    assert b"\x1b" not in done.stdout


def test_a_large_seed_is_taken() -> None:
    assert changed(Experiment(), ["seed=4294967295"]).seed == 2**32 - 1
