"""`nnstudio sweep` and `train --seeds`: what they print, write and refuse."""

import os
import pty
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sweep_processes import assert_whole, results_in, start, wait_for_results

from nnstudio import cli
from nnstudio.core.experiment import StoppingSpec
from nnstudio.core.presets import PRESETS
from nnstudio.core.sweep.job import Job, run_job
from nnstudio.core.sweep.sweep_spec import SweepSpec
from nnstudio.files.project import load_project

XOR = PRESETS["xor-four-units"].experiment


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str], str]:
    """Run it here: the exit code, the lines printed, and what was said beside."""
    code = cli.main(words)
    printed = capsys.readouterr()
    return code, printed.out.splitlines(), printed.err


@pytest.mark.slow
def test_seeds_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines, _ = run(capsys, "train", "xor-four-units", "--epochs", "500", "--seeds", "7", "--jobs", "2")
    assert code == 0
    experiment = replace(XOR, stopping=StoppingSpec(epochs=500))
    results = [run_job(Job(replace(experiment, seed=1 + number))).result for number in range(7)]
    learned = [result.learned_at is not None for result in results]
    assert 0 < sum(learned) < 7
    assert lines[0].split() == ["seed", "learned", "at", "updates", "training", "loss", "test", "loss", "accuracy"]
    for number, (line, result) in enumerate(zip(lines[1:8], results, strict=True)):
        at = "—" if result.learned_at is None else str(result.learned_at)
        figures = f"{result.metrics.train_loss:.6g}", f"{result.metrics.test_loss:.6g}"
        assert line.split() == [str(number + 1), at, "500", *figures, f"{result.metrics.test_accuracy:.2%}"]
    assert lines[8:] == [f"Learned in {sum(learned)} of 7: a test accuracy of at least 95 %."]


@pytest.mark.slow
def test_the_rule_of_the_experiment_says_what_learned_means(capsys: pytest.CaptureFixture[str]) -> None:
    words = "--set", "stopping.loss=0.5", "--seeds", "3", "--jobs", "1", "--updates", "200"
    code, lines, _ = run(capsys, "train", "circle", *words)
    assert code == 0
    assert lines[-1].endswith("of 3: a test loss of at most 0.5.")
    code, lines, _ = run(capsys, "train", "sine", "--updates", "5", "--seeds", "2", "--jobs", "1", "--quiet")
    assert (code, lines) == (0, [])


@pytest.mark.slow
def test_every_seed_may_diverge(capsys: pytest.CaptureFixture[str]) -> None:
    wild = "--set", "training.optimizer=sgd", "--set", "training.learning_rate=10"
    code, lines, _ = run(capsys, "train", "hills", *wild, "--seeds", "2", "--jobs", "2")
    assert code == 1
    assert [line.split()[-1] for line in lines[1:3]] == ["diverged", "diverged"]
    assert lines[-1].startswith("Learned in 0 of 2: a test R² of at least 0.95")


@pytest.mark.slow
def test_a_sweep_prints_its_best_and_leaves_everything(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    axes = "training.learning_rate=0.001..1", "layers=4 tanh|"
    words = "--set", axes[0], "--set", axes[1], "--runs", "12", "--seeds", "3", "--updates", "60", "--jobs", "2"
    code, lines, said = run(capsys, "sweep", "circle", *words, "--out", str(out))
    assert code == 0
    assert said.startswith("4 candidates from 3 seeds each, 12 runs, in 2 processes\n")
    assert lines[0].split() == ["learning_rate", "layers", "learned", "test", "loss", "best", "accuracy", "updates"]
    losses = [float(line.split()[-4]) for line in lines[1:5]]
    assert losses == sorted(losses)
    assert sum("no layers" in line for line in lines[1:5]) == 2
    assert lines[-2:] == [f"Wrote {out}/results.csv", f"Wrote {out}/best.nns"]
    experiment = replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=60))
    assert_whole(out, SweepSpec(experiment=experiment, settings=axes, runs=12, seeds=3))
    best = load_project(out / "best.nns")
    assert best.state is not None
    assert f"{best.experiment.training.learning_rate:.6g}" == lines[1].split()[1]
    # The same again makes nothing anew, and the best one can be trained on.
    before = {path: path.stat().st_mtime_ns for path in out.glob("runs/*")}
    code, again, _ = run(capsys, "sweep", "circle", *words, "--out", str(out))
    assert (code, again) == (0, lines)
    assert before == {path: path.stat().st_mtime_ns for path in out.glob("runs/*")}
    assert cli.main(["train", str(out / "best.nns"), "--updates", "5", "--quiet"]) == 0


@pytest.mark.slow
def test_halves_stop_early(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = "--set", "training.learning_rate=0.001..1", "--runs", "8", "--updates", "40", "--jobs", "2"
    code, lines, _ = run(capsys, "sweep", "circle", *words, "--halve-at", "25%,0.5", "--out", str(tmp_path / "out"))
    assert code == 0
    updates = [line.split("%")[1].strip() for line in lines[1:9]]
    assert updates[:2] == ["40", "40"]
    assert sorted(updates[2:]) == ["10 stopped"] * 4 + ["20 stopped"] * 2


SWEEP = "sweep", "circle", "--out", "out"
SEEDS = "train", "circle", "--seeds"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sweep", "circle"), "--out"),
        (("sweep", "nonsense", "--out", "out"), "no experiment called nonsense"),
        ((*SWEEP, "--set", "training.learning_rat=1"), "did you mean training.learning_rate?"),
        ((*SWEEP, "--set", "training.learning_rate=0.1..0.2"), "say how many runs"),
        ((*SWEEP, "--set", "training.learning_rate=1..0.2", "--runs", "5"), "from a smaller to a larger"),
        ((*SWEEP, "--set", "\x1b[2J=\u202e1"), "is no setting"),
        ((*SWEEP, "--set", "layers=8 tahn"), "Did you mean"),
        ((*SWEEP, "--runs", "0"), "--runs is 0"),
        ((*SWEEP, "--runs", "2", "--seeds", "3"), "there must be some"),
        ((*SWEEP, "--seeds", "²"), "--seeds is ²"),
        ((*SWEEP, "--seeds", "9" * 5000), "must be a whole number"),
        ((*SWEEP, "--jobs", "-1"), "--jobs is -1"),
        ((*SWEEP, "--jobs", "1.5"), "--jobs is 1.5"),
        ((*SWEEP, "--jobs", "2", "--cluster", "tcp://h:1"), "not allowed with"),
        ((*SWEEP, "--draw-seed", "x"), "--draw-seed is x"),
        ((*SWEEP, "--halve-at", "half"), "--halve-at is half"),
        ((*SWEEP, "--halve-at", "0.5,0.25"), "rising shares"),
        ((*SWEEP, "--halve-at", "nan"), "rising shares"),
        ((*SWEEP, "--halve-at", "0.5", "--set", "stopping.patience=3"), "length is known"),
        ((*SWEEP, "--set", "stopping.seconds=3"), "by the clock"),
        ((*SWEEP, "--updates", "0"), "would never end"),
        ((*SWEEP, "--epochs", "1", "--updates", "1"), "not allowed with"),
        ((*SWEEP, "--layers", "conv 3 3x3", "--jobs", "1"), "image"),
        (("sweep", "circle", "--out", "/proc/out"), "cannot hold a sweep"),
        (("sweep", "circle", "--out", "/dev/null"), "cannot hold a sweep"),
        ((*SEEDS, "0"), "--seeds is 0"),
        ((*SEEDS, "1000000"), "from 1 to 10000"),
        ((*SEEDS, "3", "--weights", "w.npz"), "--weights is for one run"),
        ((*SEEDS, "3", "--seconds", "3"), "--seconds is for one run"),
        ((*SEEDS, "3", "--every", "2s"), "--every is for one run"),
        ((*SEEDS, "3", "--set", "stopping.seconds=3"), "by the clock"),
        (("train", "circle", "--jobs", "2"), "together with --seeds"),
    ],
)
def test_what_cannot_be_swept_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, lines, complaint = run(capsys, *words)
    assert code == 2
    assert said in complaint.splitlines()[-1]
    assert complaint.replace("\n", "").isprintable()
    assert not [line for line in lines if "Learned" in line and "of 0" not in line and "in 0 of 1" not in line]


def test_without_mnist_it_says_so_before_anything_is_trained(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path))
    code, _, complaint = run(capsys, "sweep", "mnist", "--out", str(tmp_path / "out"))
    assert code == 2
    assert "MNIST is not on this computer" in complaint
    assert not (tmp_path / "out").exists()


LONG = "training.learning_rate=0.001..1", "training.optimizer=sgd,adam"
LONG_WORDS = ("sweep", "circle", "--set", LONG[0], "--set", LONG[1], "--updates", "1500", "--runs", "30", "--jobs", "2")
LONG_SPEC = SweepSpec(
    experiment=replace(PRESETS["circle"].experiment, stopping=StoppingSpec(updates=1500)), settings=LONG, runs=30
)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (getattr(signal, "SIGHUP", 0), 129)]
)
def test_interrupted_it_keeps_what_it_has_and_goes_on(tmp_path: Path, number: int, code: int) -> None:
    words = (*LONG_WORDS, "--out", str(tmp_path / "out"))
    program = start(*words)
    wait_for_results(tmp_path / "out", 5, program)
    program.send_signal(number)
    shown, complaint = program.communicate(timeout=60)
    made = results_in(tmp_path / "out")
    assert program.returncode == code
    assert 5 <= made < 30
    assert f"Interrupted with {made} of 30 runs." in shown
    assert "Traceback" not in complaint
    assert len((tmp_path / "out/results.csv").read_text().splitlines()) == made + 1
    assert (tmp_path / "out/best.nns").exists()
    again = start(*words)
    assert again.communicate(timeout=120)[1].count("Traceback") == 0
    assert again.returncode == 0
    assert_whole(tmp_path / "out", LONG_SPEC)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs a terminal")
def test_ctrl_c_in_a_terminal_reaches_the_program_alone(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    command = (sys.executable, "-m", "nnstudio", *LONG_WORDS, "--out", str(tmp_path / "out"))
    program = subprocess.Popen(
        command, stdin=follower, stdout=subprocess.PIPE, stderr=follower, text=True, start_new_session=True
    )
    os.close(follower)
    wait_for_results(tmp_path / "out", 3, program)
    os.killpg(program.pid, signal.SIGINT)  # as a terminal does: to all its processes
    assert program.stdout is not None
    shown = program.stdout.read()
    assert program.wait(60) == 130
    program.stdout.close()
    drawn = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # nobody is there any more
            break
        drawn += piece
    os.close(leader)
    said = drawn.decode()
    assert "█" in said
    assert " of 30  learned " in said
    assert "Traceback" not in said
    assert "KeyboardInterrupt" not in said
    assert said.endswith("\r\x1b[K")
    assert "Interrupted with" in shown


@pytest.mark.slow
def test_a_job_imports_no_qt_and_one_thread_is_enough(tmp_path: Path) -> None:
    script = """
import sys
from nnstudio.cli import main
code = main(["sweep", "circle", "--updates", "5", "--seeds", "2", "--jobs", "1", "--out", sys.argv[1], "--quiet"])
print(code, [name for name in sys.modules if name.startswith(("PySide6", "pyqtgraph", "distributed", "dask"))])
"""
    (tmp_path / "script.py").write_text(f"if __name__ == '__main__':\n{script.replace(chr(10), chr(10) + '    ')}")
    command = [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "out")]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (found.stdout, found.stderr) == ("0 []\n", "")


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "learned"), [("xor-four-units", 62), ("xor-two-units", 21)])
def test_how_many_of_a_hundred_seeds_learn_xor(capsys: pytest.CaptureFixture[str], preset: str, learned: int) -> None:
    code, lines, _ = run(capsys, "train", preset, "--seeds", "100", "--jobs", "2")
    assert code == 0
    assert lines[-1] == f"Learned in {learned} of 100: a test accuracy of at least 95 %."
