"""What goes wrong on the command line is said in a sentence."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_runs import SPIRALS, params_in, walk

from nnstudio import cli
from nnstudio.core.experiment.choices import OptimizerKind
from nnstudio.core.network.weights import Weights
from nnstudio.core.presets import PRESETS
from nnstudio.core.training.trainer import Diverged, Trainer
from nnstudio.files.project import Project, save_project


def test_divergence_keeps_the_last_finite_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "w.npz"
    words = ["--set", "training.optimizer=sgd", "--set", "training.learning_rate=10"]
    assert cli.main(["train", "hills", *words, "--weights", str(out), "--quiet"]) == 1
    shown, complaint = capsys.readouterr()
    assert shown == ""
    assert len(complaint.splitlines()) == 1
    assert "Training diverged after update" in complaint
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
        (["."], "holds no images. Nothing was changed; choose a folder that holds a folder of PNG or JPEG images"),
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
