"""`nnstudio trace` and `nnstudio check`: what they print, of which moment, and how they refuse."""

import json
from pathlib import Path

import numpy as np
import pytest
from cli_runs import SPIRALS, walk

from nnstudio import cli
from nnstudio.core.network.layers.dense import DenseStage
from nnstudio.core.trace.text import digits
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.project import Project, save_project


def printed(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert cli.main([*words]) == code
    shown, complaint = capsys.readouterr()
    assert complaint == ""
    return shown


def refused(capsys: pytest.CaptureFixture[str], *words: str, code: int = 2) -> str:
    assert cli.main([*words]) == code
    shown, complaint = capsys.readouterr()
    assert shown == ""
    assert len(complaint.splitlines()) == 1
    return complaint.strip()


def test_the_numbers_are_those_of_the_update_that_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(printed(capsys, "trace", "spirals", "--updates", "30", "--example", "4", "--json"))
    run = walk(Trainer(SPIRALS), 30)
    assert document["updates"] == 30
    assert document["example"]["number"] == 4
    first, *_ = document["forward"]
    arrays = run.network.layout.by_layer(run.network.params)
    assert np.array_equal(np.array(first["weight"], np.float32), arrays[run.network.layers[0].key]["weight"])
    np.testing.assert_allclose(document["loss"]["answer"], run.predict(run.dataset.train.raw[3:4])[0], rtol=1e-5)


def test_a_project_is_traced_where_it_stands(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, run = tmp_path / "p.nns", walk(Trainer(SPIRALS), 12)
    save_project(path, Project(run.experiment, run.state()))
    document = json.loads(printed(capsys, "trace", str(path), "--json", "--split", "test", "--example", "2"))
    assert (document["updates"], document["example"]["split"]) == (12, "test")
    assert not document["example"]["training"]
    assert document["update"]["learning rate"] == run.learning_rate


def test_every_line_of_a_small_network_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    """Each number of the text is the rounded one of the JSON."""
    words = ["trace", "xor-two-units", "--updates", "5", "--example", "2"]
    text, document = printed(capsys, *words), json.loads(printed(capsys, *words, "--json"))
    lines = [line.strip() for line in text.splitlines()]
    assert [line for line in lines if line in ("Forward", "Loss", "Backward", "Update")] == [
        *("Forward", "Loss", "Backward", "Update")
    ]
    (hidden, output), back = document["forward"], document["backward"][0]
    batch = document["batch"]["gradients"]["Output"]["weight"]
    for unit, name in zip(range(len(hidden["z"])), "₁₂", strict=True):
        column = [row[unit] for row in hidden["weight"]]
        products = [f"{digits(x)} · {digits(w)}" for x, w in zip(hidden["x"], column, strict=True)]
        z, a, bias = hidden["z"][unit], hidden["a"][unit], hidden["bias"][unit]
        expected = f"z{name} = {' + '.join(products)} + {digits(bias)} = {digits(z)}, h{name} ="
        assert any(line.startswith(expected) and line.endswith(f"= {digits(a)}") for line in lines), expected
        gradient = back["gradients"]["weight"][unit][0]
        product = f"{digits(a)} · {digits(back['dz'][0])} = {digits(gradient)}"
        assert f"∂L/∂v{name} = {product}; mean of the mini-batch {digits(batch[unit][0])}" in lines
    assert f"L = {digits(document['loss']['loss'])}" in lines
    new = document["update"]["layers"]["Output"]["weight"][-1]["values"][0][0]
    first = f"v₁ = {digits(output['weight'][0][0])}: "
    assert [line for line in lines if line.startswith(first) and line.endswith(digits(new))]


def test_of_large_layers_the_largest_are_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "trace", "sketched-digits", "--example", "1", "--split", "test")
    assert "… and " in text
    assert "more, " in text
    assert max(map(len, text.splitlines())) < 400


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--example", "0"], "There is no training example 0, only 1 to "),
        (["--example", "90000"], "There is no training example 90000, only 1 to "),
        (["--split", "validation"], "No examples were split off for validation; choose --split training or test."),
        (["--updates", "-1"], "--updates is -1; give a number from 0 to "),
        (["--set", "training.learning_rate=x"], "training.learning_rate"),
    ],
)
def test_what_cannot_be_traced_is_refused(words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert complaint in refused(capsys, "trace", "spirals", *words)


def test_a_run_that_diverges_on_the_way_there_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--set", "training.optimizer=sgd", "--set", "training.learning_rate=10", "--updates", "1000"]
    for command in ("trace", "check"):
        complaint = refused(capsys, command, "hills", *words, code=1)
        assert "diverged" in complaint
        assert "Ask for fewer updates" in complaint


def test_a_check_is_a_table_by_layer(capsys: pytest.CaptureFixture[str]) -> None:
    heading, *rows = printed(capsys, "check", "spirals", "--updates", "20").splitlines()
    assert heading.split()[:3] == ["layer", "parameters", "tried"]
    assert [row.split()[-1] for row in rows] == ["right"] * (len(SPIRALS.layers) + 1)
    assert rows[-1].startswith("Output")


def test_a_wrong_gradient_is_found(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    right = DenseStage.backward

    def wrong(stage: DenseStage) -> None:
        right(stage)
        stage.grads[0] *= 1.001

    monkeypatch.setattr(DenseStage, "backward", wrong)
    assert "wrong" in printed(capsys, "check", "spirals", code=1)


def test_numbers_are_rounded_one_by_one() -> None:
    numbers = {0.443: "0.4430", -1.08: "−1.080", 1.2e-7: "1.20e−07", 0.0: "0", 123456.0: "1.235e+05", 1e12: "1.00e+12"}
    assert {value: digits(value) for value in numbers} == numbers
    assert digits(float("-inf")) == "−inf"
