"""The program without a screen: it trains as the window does, says so, and refuses in a sentence."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nnstudio import cli
from nnstudio.core.array import Array
from nnstudio.core.experiment import DenseSpec, Experiment, ImageSpec, StoppingSpec
from nnstudio.core.experiment.choices import DatasetKind, OptimizerKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, DropoutSpec
from nnstudio.core.network.weights import Weights
from nnstudio.core.presets import PRESETS, Group
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Frame
from nnstudio.core.run.worker import Worker
from nnstudio.core.training.history import COLUMNS
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Diverged, Trainer
from nnstudio.files.experiment_json import experiment_from_json, experiment_to_json
from nnstudio.files.project import Project, load_project, save_project

SPIRALS = PRESETS["spirals"].experiment


def walk(run: Trainer, updates: int) -> Trainer:
    for _ in range(updates):
        run.step()
    return run


def trained(experiment: Experiment, updates: int) -> Trainer:
    return walk(Trainer(experiment), updates)


def params_in(path: Path) -> Array:
    """The flat vector that was written, layer by layer."""
    with np.load(path) as arrays:
        names = [name for name in arrays.files if name.startswith("layer")]
        return np.concatenate([arrays[name].ravel() for name in names])


def at_update(worker: Worker, updates: int) -> Frame:
    """The first frame of this update."""
    pause = threading.Event()
    for _ in range(4000):
        frame = worker.mailbox.take()
        if frame is not None and frame.updates == updates:
            return frame
        pause.wait(0.005)
    raise AssertionError("no such frame")


def start(*words: str) -> subprocess.Popen[str]:
    command = (sys.executable, "-m", "nnstudio", *words)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


# What there is --------------------------------------------------------------------------------------------------------


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for words in (
        "exit codes: 0",
        "nnstudio train EXPERIMENT",
        "nnstudio presets",
        "nnstudio show NAME",
        "--screenshot",
        "--version",
    ):
        assert words in shown
    assert "exit codes: 0" in shown
    assert all(kind.value in shown for kind in set(DatasetKind) - {DatasetKind.TABLE})


@pytest.mark.parametrize("command", ["train", "presets", "show"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"usage: nnstudio {command}" in shown
    assert "Exit codes: 0" in shown


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        (["--help"], ["numpy", "PySide6", "msgspec"]),
        (["presets"], ["PySide6", "pyqtgraph", "shiboken6"]),
        (["train", "spirals", "--updates", "3", "--weights", "w.npz"], ["PySide6", "pyqtgraph", "shiboken6"]),
    ],
    ids=["help", "presets", "train"],
)
def test_imports_no_more_than_it_needs(words: list[str], absent: list[str], tmp_path: Path) -> None:
    program = (
        "import sys\nfrom nnstudio import cli\n"
        f"code = cli.main({words})\n"
        f"sys.exit(code or len([name for name in {absent} if name in sys.modules]))"
    )
    folder = str(Path(cli.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {folder!r})\n{program}"], cwd=tmp_path
    )
    assert done.returncode == 0


def test_lists_the_presets(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for preset in PRESETS.values():
        assert any(line.split() == [preset.name, *preset.title.split()] for line in lines)
    assert [line for line in lines if not line.startswith(" ")] == [group.value for group in Group]


@pytest.mark.parametrize("name", PRESETS)
def test_shows_what_train_reads_back(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", name]) == 0
    assert experiment_from_json(capsys.readouterr().out) == PRESETS[name].experiment


def test_show_refuses_an_unknown_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", "spiral"]) == 2
    assert capsys.readouterr() == ("", "There is no experiment called spiral; did you mean spirals?\n")


# The same bits --------------------------------------------------------------------------------------------------------


def test_same_bits_as_the_trainer_and_the_worker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "spirals.npz"
    assert cli.main(["train", "spirals", "--updates", "300", "--weights", str(out)]) == 0
    by_hand = trained(SPIRALS, 300).network.params
    assert params_in(out).tobytes() == by_hand.tobytes()
    worker = Worker(SPIRALS)
    worker.start()
    try:
        at_update(worker, 0)
        worker.send(commands.Step(300))
        frame = at_update(worker, 300)
    finally:
        assert worker.stop()
    assert frame.params.tobytes() == by_hand.tobytes()
    assert "Stopped after 300 updates" in capsys.readouterr().out


def test_trains_a_file_and_writes_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    experiment = replace(PRESETS["hills"].experiment, stopping=StoppingSpec(epochs=4))
    (tmp_path / "mine.json").write_text(experiment_to_json(experiment), "utf-8")
    out, table = tmp_path / "w.safetensors", tmp_path / "h.csv"
    assert cli.main(["train", str(tmp_path / "mine.json"), "--weights", str(out), "--history", str(table)]) == 0
    run = trained(experiment, 100)
    assert run.stop_reason == "Stopped after 4 epochs, as asked."
    from safetensors.numpy import load_file

    arrays = load_file(out)
    assert np.array_equal(arrays["layer1/weight"], run.network.layers[0].params[:-1])
    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    history = run.history.prefix()
    assert len(rows) == len(history)
    for name in COLUMNS:
        values = [float(row[name]) if row[name] else np.nan for row in rows]
        np.testing.assert_array_equal(values, getattr(history, name))
    shown, metrics = capsys.readouterr().out, run.evaluate()
    for words in (f"{metrics.test_loss:.6g}", f"R²{metrics.train_accuracy:20.4f}", "epochs               4"):
        assert words in shown
    assert shown.splitlines()[-3:] == [run.stop_reason, f"Wrote {out}", f"Wrote {table}"]


def test_goes_on_from_a_project(tmp_path: Path) -> None:
    before = trained(SPIRALS, 50)
    project, out = tmp_path / "half.nns", tmp_path / "w.npz"
    save_project(project, Project(SPIRALS, weights=before.network.weights()))
    assert cli.main(["train", str(project), "--updates", "7", "--weights", str(out), "--quiet"]) == 0
    after = Trainer(SPIRALS)
    after.set_weights(before.network.weights())
    assert np.array_equal(params_in(out), walk(after, 7).network.params)


def saved_state(path: Path) -> RunState:
    project = load_project(path)
    assert project.state is not None
    return project.state


def without_time(state: RunState) -> list[object]:
    """What two runs of the same updates have in common, in a form that can be compared."""
    arrays = [array.tobytes() for array in (*state.arrays(), state.history.rows.train_loss, state.history.rows.epoch)]
    return [*arrays, state.updates, state.experiment, state.batches.random, state.batches.seen, state.stopping.met]


def test_resumes_to_the_bit(tmp_path: Path) -> None:
    """Three commands make the run of one; the rules are the experiment's own all the time."""
    experiment = replace(
        SPIRALS, layers=(DenseSpec(units=4), DropoutSpec()), stopping=StoppingSpec(updates=40, loss=1e-5)
    )
    text, p, q = tmp_path / "e.json", tmp_path / "p.nns", tmp_path / "q.nns"
    text.write_text(experiment_to_json(experiment))
    assert cli.main(["train", str(text), "--updates", "31", "--save", str(p), "--quiet"]) == 0
    assert saved_state(p).updates == 31
    assert cli.main(["train", str(p), "--updates", "5", "--save", str(p), "--quiet"]) == 0
    assert cli.main(["train", str(p), "--updates", "14", "--save", str(q), "--quiet"]) == 0
    whole = walk(Trainer(experiment), 50)
    assert without_time(saved_state(q)) == without_time(whole.state())
    assert saved_state(q).stopping.met == {"updates"}
    assert saved_state(q).seconds > saved_state(p).seconds > 0


def test_a_project_that_has_met_its_rules_still_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    experiment = replace(SPIRALS, stopping=StoppingSpec(updates=20))
    done = trained(experiment, 20)
    save_project(tmp_path / "p.nns", Project(experiment, done.state()))
    assert cli.main(["train", str(tmp_path / "p.nns")]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Stopped after 100 epochs, as asked."


def test_changes_keep_what_was_learned(tmp_path: Path) -> None:
    before = trained(SPIRALS, 50)
    p, q = tmp_path / "p.nns", tmp_path / "q.nns"
    save_project(p, Project(SPIRALS, before.state()))
    words = ["train", str(p), "--updates", "1", "--save", str(q), "--quiet"]
    assert cli.main([*words, "--set", "training.learning_rate=0.001"]) == 0
    before.apply(load_project(q).experiment)
    assert without_time(saved_state(q)) == without_time(walk(before, 1).state())
    assert cli.main([*words, "--set", "layers[0].units=9"]) == 0
    assert (saved_state(q).updates, len(saved_state(q).marks)) == (51, 1)


def test_refuses_a_state_that_does_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = trained(SPIRALS, 5).state()
    p = tmp_path / "p.nns"
    save_project(p, Project(SPIRALS, replace(state, batches=replace(state.batches, order=state.batches.order + 1))))
    assert cli.main(["train", str(p), "--updates", "1"]) == 2
    assert "p.nns cannot be trained on: an order of batches over other data" in capsys.readouterr().err
    assert cli.main(["train", "circle", "--updates", "1", "--save", str(tmp_path / "q.npz")]) == 2
    assert "choose one that ends in .nns" in capsys.readouterr().err


def test_goes_on_from_a_project_with_running_statistics(tmp_path: Path) -> None:
    experiment = replace(SPIRALS, layers=(DenseSpec(units=4), BatchNormSpec()))
    before = trained(experiment, 50)
    project, out = tmp_path / "half.nns", tmp_path / "w.npz"
    save_project(project, Project(experiment, weights=before.network.weights()))
    assert cli.main(["train", str(project), "--updates", "7", "--weights", str(out), "--quiet"]) == 0
    after = Trainer(experiment)
    after.set_weights(before.network.weights())
    walk(after, 7)
    with np.load(out) as arrays:
        names = ("layer2/running_mean", "layer2/running_variance")
        written = np.concatenate([arrays[name] for name in names])
    np.testing.assert_array_equal(written, after.network.weights().statistics)


def test_changes_settings(tmp_path: Path) -> None:
    out = tmp_path / "w.npz"
    assignments = ["training.optimizer=rmsprop", "training.learning_rate=1e-3", "layers[1].units=3", "seed=5"]
    words = [word for assignment in assignments for word in ("--set", assignment)]
    assert cli.main(["train", "spirals", "--updates", "20", "--weights", str(out), "--quiet", *words]) == 0
    wanted = replace(
        SPIRALS,
        layers=(SPIRALS.layers[0], replace(SPIRALS.layers[1], units=3)),  # type: ignore[call-arg]
        training=replace(SPIRALS.training, optimizer=OptimizerKind.RMSPROP, learning_rate=1e-3),
        seed=5,
    )
    assert np.array_equal(params_in(out), trained(wanted, 20).network.params)
    with np.load(out) as arrays:
        assert experiment_from_json(str(arrays["experiment"])) == wanted


def test_another_kind_of_data_brings_its_own_settings(tmp_path: Path) -> None:
    out, assignments = tmp_path / "w.npz", ["dataset.kind=sketched-digits", "dataset.images=100", "dataset.seed=4"]
    words = [word for assignment in assignments for word in ("--set", assignment)]
    assert cli.main(["train", "blobs", "--updates", "1", "--weights", str(out), "--quiet", *words]) == 0
    with np.load(out) as arrays:
        written = experiment_from_json(str(arrays["experiment"]))
    assert written.dataset == ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=100, seed=4)
    assert cli.main(["train", "sketched-digits", "--updates", "1", "--set", "dataset.kind=blobs", "--quiet"]) == 0


def test_a_validation_share_is_trained_with_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = tmp_path / "h.csv"
    words = ["--set", "dataset.validation_share=0.2", "--history", str(history)]
    assert cli.main(["train", "circle", "--epochs", "2", *words]) == 0
    assert "validation" in capsys.readouterr().out
    header, first, *_ = history.read_text().splitlines()
    assert header.split(",")[-2:] == ["validation_loss", "validation_accuracy"]
    assert 0 < float(first.split(",")[-2]) < 3


# How long -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        (["circle", "--epochs", "2.5"], "Stopped after 2.52 epochs, as asked."),
        (["circle", "--seconds", "0.2"], "Stopped after 0.2"),
        (["circle"], "Stopped after 100 epochs, as asked."),
        (["xor-four-units"], "Stopped after 5000 epochs, as asked."),
        (["xor-four-units", "--updates", "10"], "Stopped after 10 updates, as asked."),
        (["xor-four-units", "--set", "stopping.loss=0.1"], "Stopped: the test loss fell to 0."),
        (["circle", "--set", "stopping.accuracy=0.9"], "Stopped: the test accuracy reached 0.9"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_stops_by_the_rules(words: list[str], ending: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", *words]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith(ending)


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "circle", "--updates", "5", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (getattr(signal, "SIGHUP", 0), 129)],
    ids=["Ctrl+C", "terminate", "hang up"],
)
def test_writes_its_state_when_interrupted(tmp_path: Path, number: int, code: int) -> None:
    out, table = tmp_path / "w.npz", tmp_path / "h.csv"
    run = start("train", "circle", "--seconds", "600", "--weights", str(out), "--history", str(table))
    assert run.stderr
    assert run.stderr.readline() == "Circle\n"
    while not run.stderr.readline().startswith(" "):  # the first line of progress: it is at work
        pass
    run.send_signal(number)
    shown, complaint = run.communicate(timeout=60)
    assert (run.returncode, complaint) == (code, "")
    updates = int(next(line.split()[1] for line in shown.splitlines() if line.startswith("updates")))
    assert f"Interrupted after {updates} updates." in shown
    assert np.array_equal(params_in(out), trained(PRESETS["circle"].experiment, updates).network.params)
    assert table.exists()


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("module", ["numpy", "PySide6.QtWidgets", "nnstudio.ui.main_window"])
def test_interrupted_while_it_starts_it_leaves_without_a_word(tmp_path: Path, module: str) -> None:
    # Interrupts itself as soon as the module is asked for, wherever the imports are by then.
    script = f"""
import os, signal, sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
from nnstudio.cli import main
sys.exit(main([]))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")


# What goes wrong ------------------------------------------------------------------------------------------------------


def test_divergence_keeps_the_last_finite_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "w.npz"
    words = ["--set", "training.optimizer=sgd", "--set", "training.learning_rate=10"]
    assert cli.main(["train", "hills", *words, "--weights", str(out), "--quiet"]) == 1
    shown, complaint = capsys.readouterr()
    assert shown == ""
    assert len(complaint.splitlines()) == 1
    assert "Training diverged at update" in complaint
    assert "last finite weights are kept" in complaint
    hills = PRESETS["hills"].experiment
    run = Trainer(replace(hills, training=replace(hills.training, optimizer=OptimizerKind.SGD, learning_rate=10.0)))
    with pytest.raises(Diverged):
        walk(run, 1000)
    assert np.isfinite(params_in(out)).all()
    assert np.array_equal(params_in(out), run.network.params)


MONSTER = json.dumps([{"kind": "conv2d", "filters": 1024, "padding": "same"}] * 16)
CONV = '[{"kind": "conv2d", "kernel": 5}]'


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.json"], "nowhere.json cannot be read: it does not exist."),
        (["nowhere.nns"], "nowhere.nns cannot be read: it does not exist."),
        (["spiral"], "There is no experiment called spiral; did you mean spirals?"),
        (["quite another thing"], "There is no experiment called quite another thing; `nnstudio presets` lists them."),
        (
            ["."],
            ". cannot be read: it is a folder or a device." if os.name == "nt" else "cannot be read: it is a folder",
        ),
        (["text.json"], "it is not valid JSON"),
        (["picture.json"], "picture.json cannot be read: it is not text."),
        (["strange.json"], "training.lernrate is not known"),
        (["strange.nns"], "strange.nns cannot be read"),
        (["spirals", "--set", "training.lr=1"], "training.lr is not known"),
        (["spirals", "--set", "trainning.lr=1"], "trainning.lr is not known: there is no 'trainning', only schema,"),
        (["spirals", "--set", "seed.low=1"], "seed.low is not known: there is no 'low' there."),
        (["spirals", "--set", "layers[2].units=1"], "layers[2].units is not known: there is no '2', only 0, 1."),
        (["spirals", "--set", "layers[one]=1"], "layers[one] is not known: there is no 'one', only 0, 1."),
        (["spirals", "--set", "training.learning_rate"], "training.learning_rate is no change of a setting"),
        (["spirals", "--set", "training.learning_rate=99"], "training.learning_rate is 99, but must be between"),
        (
            ["spirals", "--set", "training.learning_rate=fast"],
            "training.learning_rate is 'fast', but must be a number.",
        ),
        (["spirals", "--set", "training.learning_rate=nan"], "training.learning_rate is 'nan', but must be a number"),
        (["spirals", "--set", "training.learning_rate=1e999"], "training.learning_rate"),
        (["spirals", "--set", "layers[0].units=2.5"], "layers[0].units is 2.5, but must be a whole number."),
        (["spirals", "--set", "training.optimizer=best"], "training.optimizer is 'best', but must be one of: sgd,"),
        (["spirals", "--set", "layers=8"], "layers is 8, but must be a list in brackets."),
        (["spirals", "--set", "dataset.kind=table"], "dataset.digest is missing"),
        (["spirals", "--set", "dataset.kind=[1]"], "dataset.kind"),
        (["spirals", "--set", "dataset.images=100"], "dataset.images is not known"),
        (["spirals", "--set", "training.loss=huber"], "Huber does not fit binary data"),
        (["spirals", "--set", f"layers={CONV}"], "Conv2D 1"),
        (
            ["sketched-digits", "--set", f"layers={MONSTER}", "--set", "training.batch_size=1000"],
            "too large for this comp",
        ),
        (["sketched-digits", "--set", f"layers={CONV}", "--set", "layers[0].kernel=16"], "layers[0].kernel is 16"),
        (["spirals", "--updates", "0"], "--updates is 0, which would never end"),
        (["spirals", "--updates", "-1"], "stopping.updates is -1, but must be"),
        (["spirals", "--updates", "2.5"], "stopping.updates is 2.5, but must be a whole number."),
        (["spirals", "--seconds", "soon"], "stopping.seconds is 'soon', but must be a number"),
        (["spirals", "--weights", "w.txt"], "w.txt has no suffix that weights are stored under."),
        (
            ["spirals", "--weights", "no folder/w.npz"],
            "written to no folder: the folder does not exist.",
        ),
        (
            ["spirals", "--history", "no folder/h.csv"],
            "written to no folder: the folder does not exist.",
        ),
        (["spirals", "--history", "."], "it is a folder"),
        (["spirals", "--weights", "w.npz", "--history", "./w.npz"], "--weights and --history name the same file"),
        (["mnist"], "MNIST is not on this computer yet"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refuses_in_one_sentence(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NNSTUDIO_DATA", raising=False)
    Path("text.json").write_text("this is no experiment")
    Path("picture.json").write_bytes(b"\x89PNG\xff\xfe")
    Path("strange.json").write_text(json.dumps({"schema": 1, "training": {"lernrate": 0.1}}))
    Path("strange.nns").write_text("no archive")
    assert cli.main(["train", *words]) == 2
    shown, complaint = capsys.readouterr()
    assert shown == ""
    assert len(complaint.splitlines()) == 1
    assert said in complaint


def test_refuses_weights_that_do_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = tmp_path / "odd.nns"
    save_project(project, Project(SPIRALS, weights=Weights(np.zeros(3, np.float32))))
    assert cli.main(["train", str(project)]) == 2
    assert "odd.nns cannot be trained on: 3 parameters do not fit a network with 105." in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="needs limits")
def test_memory_that_is_not_there_is_a_sentence() -> None:
    # The system says that there is more memory than this process may have.
    program = (
        "import resource, sys\nimport numpy as np\nfrom nnstudio import cli\nimport nnstudio.cli.train\n"
        "np.ones((500, 500)).dot(np.ones((500, 500)))  # BLAS has its memory before there is a limit\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 100_000_000,) * 2)\n"
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    layers = json.dumps([{"kind": "dense", "units": 1024}] * 16)
    words = ["train", "circle", "--updates", "1", "--set", f"layers={layers}"]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "There is not enough memory to train this. Make the layers or the batches smaller.\n"


@pytest.mark.parametrize(
    "words", [["train"], ["train", "xor", "--updates", "1", "--epochs", "1"], ["show"], ["--nope"]]
)
def test_options_that_make_no_sense(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    assert "error:" in capsys.readouterr().err
