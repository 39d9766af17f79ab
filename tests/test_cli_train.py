"""`train` does what the trainer and the window do, to the bit; a project goes on where it stood."""

import csv
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_runs import SPIRALS, params_in, trained, walk

from nnstudio import cli
from nnstudio.core.experiment import DenseSpec, ImageSpec, StoppingSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, OptimizerKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec, DropoutSpec
from nnstudio.core.presets import PRESETS
from nnstudio.core.run import commands
from nnstudio.core.run.frame import Frame
from nnstudio.core.run.worker import Worker
from nnstudio.core.training.history import COLUMNS
from nnstudio.core.training.state import RunState
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.experiment_json import experiment_from_json, experiment_to_json
from nnstudio.files.project import Project, load_project, save_project


def at_update(worker: Worker, updates: int) -> Frame:
    """The first frame of this update."""
    pause = threading.Event()
    for _ in range(4000):
        frame = worker.mailbox.take()
        if frame is not None and frame.updates == updates:
            return frame
        pause.wait(0.005)
    raise AssertionError("no such frame")


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


def test_other_layers_are_written_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "w.npz"
    words = ["train", "circle", "--layers", "8 tanh, dropout 0.2, 8 relu", "--set", "layers[1].rate=0.5"]
    assert cli.main([*words, "--updates", "20", "--weights", str(out)]) == 0
    layers = (DenseSpec(units=8), DropoutSpec(rate=0.5), DenseSpec(units=8, activation=ActivationKind.RELU))
    by_hand = trained(replace(PRESETS["circle"].experiment, layers=layers), 20)
    assert params_in(out).tobytes() == by_hand.network.params.tobytes()
    assert cli.main(["train", "circle", "--layers", "8 tahn"]) == 2
    assert "'8 tahn' (layer 1, column 3): there is no activation 'tahn'. Did you" in capsys.readouterr().err
    assert cli.main(["train", "circle", "--layers", "conv 8"]) == 2
    assert "Conv2D 1 gets 2 numbers in a row" in capsys.readouterr().err


def test_layers_of_a_project_that_are_in_the_text_keep_what_they_have_learned(tmp_path: Path) -> None:
    saved, again = tmp_path / "a.nns", tmp_path / "b.nns"
    assert cli.main(["train", "circle", "--updates", "50", "--save", str(saved)]) == 0
    text = "4 tanh, 4 tanh, 2 tanh"
    assert cli.main(["train", str(saved), "--layers", text, "--updates", "1", "--save", str(again)]) == 0
    before, after = (load_project(path).state for path in (saved, again))
    assert before is not None
    assert after is not None
    assert [layer.key for layer in after.experiment.layers] == [1, 3, 2]
    np.testing.assert_allclose(after.params[:12], before.params[:12], atol=0.1)
    assert after.updates == 51
