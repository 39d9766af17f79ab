"""A run whose words nobody hears: it trains on, writes what was asked for, and says so by its exit code."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import numpy as np
import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pipes and signals")

TRAIN = ("train", "circle", "--updates", "300", "--set", "training.optimizer=adam")


def command(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "nnstudio", *words)


def closed_pipe() -> IO[bytes]:
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "wb")


def full_disk() -> IO[bytes]:
    return open("/dev/full", "wb")


@pytest.mark.parametrize("words", [("presets",), ("show", "spirals"), ("--help",), ("train", "--help"), TRAIN])
def test_a_reader_who_has_enough_is_no_error(words: tuple[str, ...]) -> None:
    with closed_pipe() as pipe:
        done = subprocess.run(command(*words), stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"ignored" not in done.stderr


@pytest.mark.parametrize("words", [("presets",), ("show", "spirals"), ("--help",)])
def test_results_that_cannot_be_printed_are_an_error(words: tuple[str, ...]) -> None:
    with full_disk() as full:
        done = subprocess.run(command(*words), stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(b"What was printed could not be written: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("where", ["stdout", "stderr", "both"])
@pytest.mark.parametrize("nobody", [closed_pipe, full_disk])
def test_weights_are_written_when_nobody_reads(where: str, nobody: object, tmp_path: Path) -> None:
    out = tmp_path / "w.npz"
    assert callable(nobody)
    with nobody() as stream:
        places = {name: stream for name in ("stdout", "stderr") if where in (name, "both")}
        done = subprocess.run(command(*TRAIN, "--weights", str(out)), **places, check=False)
    assert done.returncode == (2 if nobody is full_disk and where != "stderr" else 0)
    with np.load(out) as arrays:
        assert "layer1/weight" in arrays


@pytest.mark.slow
def test_weights_are_written_when_the_first_line_is_all_that_is_read(tmp_path: Path) -> None:
    out = tmp_path / "w.npz"
    words = command("train", "circle", "--seconds", "1.5", "--weights", str(out))
    run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert run.stdout
    assert run.stdout.readline() == b"Circle\n"
    run.stdout.close()
    assert run.wait(60) == 0
    assert out.exists()


@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "1>&- 2>&-", "<&- 1>&- 2>&-"])
def test_weights_are_written_when_nobody_ever_listened(closed: str, tmp_path: Path) -> None:
    out = tmp_path / "w.npz"
    line = " ".join([*command(*TRAIN), "--weights", str(out), closed])
    assert subprocess.run(line, shell=True, check=False, capture_output=True).returncode == 0
    assert out.exists()


@pytest.mark.slow
def test_an_alphabet_without_squares(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    out = tmp_path / "w.npz"
    words = command("train", "plane", "--updates", "3", "--weights", str(out))
    done = subprocess.run(words, env=environment, capture_output=True, check=False)
    assert done.returncode == 0
    assert b"R?" in done.stdout
    assert out.exists()
    for words in (command("presets"), command("--help")):
        assert subprocess.run(words, env=environment, capture_output=True, check=False).returncode == 0


def start_training(out: Path, *before: str) -> subprocess.Popen[str]:
    words = (*before, *command("train", "circle", "--seconds", "600", "--weights", str(out)))
    run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stderr
    while "update" not in run.stderr.readline():
        pass
    return run


@pytest.mark.slow
def test_a_terminal_that_closes_more_than_once(tmp_path: Path) -> None:
    out = tmp_path / "w.npz"
    run = start_training(out)
    for _ in range(3):
        run.send_signal(signal.SIGHUP)
    run.communicate(timeout=60)
    assert run.returncode == 129
    assert out.exists()


@pytest.mark.slow
def test_what_was_to_be_ignored_is(tmp_path: Path) -> None:
    out = tmp_path / "w.npz"
    run = start_training(out, "nohup")
    run.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        run.wait(0.5)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)
    assert run.returncode == 143
    assert out.exists()
