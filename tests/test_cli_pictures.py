"""A folder of images from the command line: trained, saved, asked for new images, held against the truth."""

import csv
import io
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
from cli_runs import walk
from own_images import shapes
from PIL import Image

from nnstudio import cli
from nnstudio.core.experiment import PictureSpec
from nnstudio.core.training.trainer import Trainer
from nnstudio.files import limits
from nnstudio.files.experiment_json import experiment_to_json
from nnstudio.files.library import library_of
from nnstudio.files.project import load_project

SAID = [
    "shapes: 62 images of 16×12 pixels in 3 classes, of which 1 had another size.",
    "  1 class has fewer than 10 images: owl 8.",
    "  Left out: cat/broken.png cannot be read: it is broken or another kind of file.",
]


def run(*words: str) -> int:
    return cli.main(list(words))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shapes(tmp_path)
    return tmp_path


@pytest.fixture
def project(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert run("train", "shapes", "--epochs", "20", "--save", "p.nns") == 0
    shown = capsys.readouterr()
    assert shown.err.splitlines()[:3] == SAID
    accuracy = next(line for line in shown.out.splitlines() if line.startswith("accuracy"))
    assert float(accuracy.split()[-1].strip("%")) > 95
    return "p.nns"


def test_a_project_answers_elsewhere_to_the_bit(project: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = load_project(folder / project)
    assert opened.state is not None
    trainer = Trainer.resumed(opened.state, library_of(opened, folder / project))
    away = folder / "away"
    away.mkdir()
    shutil.move(project, away / "p.nns")
    shutil.move("shapes", away / "others")  # another name, so that the project has but what it holds itself
    moved = load_project(away / "p.nns")
    assert moved.state is not None
    again = Trainer.resumed(moved.state, library_of(moved, away / "p.nns"))
    for before, after in zip(trainer.dataset.train.augmented, again.dataset.train.augmented, strict=True):
        np.testing.assert_array_equal(before, after)
    for each in (trainer, again):
        walk(each, 7)
    assert trainer.network.params.tobytes() == again.network.params.tobytes(), "it goes on to the same bits"
    (away / "others" / "cat" / "broken.png").unlink()
    assert run("predict", "away/p.nns", "away/others") == 0
    answers = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(answers) == 62
    right = sum(answer["class"] == answer["image"].partition("/")[0] for answer in answers)
    assert right >= 60
    pixels = np.asarray(Image.open(away / "others" / "dog" / "5.png"))[None]
    given = next(answer for answer in answers if answer["image"] == "dog/5.png")
    probabilities = load_again(away / "p.nns").predict(pixels)[0]
    np.testing.assert_allclose([float(given[f"P({name})"]) for name in ("cat", "dog", "owl")], probabilities, rtol=1e-5)
    assert run("evaluate", "away/p.nns", "away/others") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"accuracy {right / 62:.2%} of 62 images"
    assert [line.split()[-1] for line in lines[3:6]] == ["30", "24", "8"]


def load_again(path: Path) -> Trainer:
    opened = load_project(path)
    assert opened.state is not None
    return Trainer.resumed(opened.state, library_of(opened, path))


def test_what_is_said_is_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--size", "8x6", "--inverted", "--test-share", "50%", "--validation-share", "0.2", "--split-seed", "7")
    assert run("train", "shapes", "--epochs", "1", "--save", "p.nns", *words) == 0
    spec = load_project(folder / "p.nns").experiment.dataset
    assert isinstance(spec, PictureSpec)
    assert (spec.width, spec.height, spec.inverted, spec.test_share, spec.seed) == (8, 6, True, 0.5, 7)
    dataset = load_again(folder / "p.nns").dataset
    assert dataset.validation is not None
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (25, 6, 31)
    assert np.bincount(dataset.test.labels).tolist() == [15, 12, 4], "stratified"
    assert dataset.train.raw.mean() > 128, "what was dark is light"
    assert run("train", "shapes", "--size", "0x6") == 2
    assert "--size is 0x6" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["my-images-idx3-ubyte", "images.npz"])
def test_files_of_images_are_trained(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pixels, labels = np.zeros((40, 6, 8), np.uint8), np.arange(40, dtype=np.uint8) % 2
    pixels[labels == 1, :3] = 200
    np.savez(folder / "images.npz", images=pixels, labels=labels)
    (folder / "my-images-idx3-ubyte").write_bytes(struct.pack(">IIII", 0x803, 40, 6, 8) + pixels.tobytes())
    (folder / "my-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, 40) + labels.tobytes())
    assert run("train", name, "--epochs", "20", "--save", "p.nns") == 0
    shown = capsys.readouterr()
    assert shown.err.startswith(f"{name}: 40 images of 8×6 pixels in 2 classes.")
    assert "100.00%" in shown.out
    assert run("evaluate", "p.nns", name) == 0
    assert capsys.readouterr().out.startswith("accuracy 100.00% of 40 images")


def test_an_experiment_knows_its_folder(project: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened = load_project(folder / project)
    (folder / "e.json").write_text(experiment_to_json(opened.experiment))
    assert run("train", "e.json", "--epochs", "1", "--quiet") == 0
    shutil.move("shapes", "birds")
    assert run("train", "e.json", "--epochs", "1") == 2
    assert "shapes is no longer in" in capsys.readouterr().err
    assert run("train", "e.json", "--epochs", "1", "--quiet", "--data", "birds") == 0
    (folder / "birds" / "cat" / "0.jpg").unlink()
    assert run("train", "e.json", "--epochs", "1", "--data", "birds") == 2
    assert "birds in" in (said := capsys.readouterr().err)
    assert "it is other data now" in said


def test_images_too_many_for_a_project_are_found_beside_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(limits, "STORED_TABLE", 1000)
    assert run("train", "shapes", "--epochs", "1", "--save", "p.nns") == 0
    assert load_project(folder / "p.nns").table is None
    (folder / "away").mkdir()
    for name in ("p.nns", "shapes"):
        shutil.move(name, folder / "away" / name)
    assert run("train", "away/p.nns", "--epochs", "1", "--quiet") == 0
    shutil.move("away/shapes", "shapes again")
    assert run("train", "away/p.nns", "--epochs", "1") == 2
    assert "shapes is no longer in" in capsys.readouterr().err
    assert run("predict", "away/p.nns", "shapes again/owl") == 0, "the recipe is in the project"


@pytest.mark.parametrize("what", ["no classes", "a table", "another network"])
def test_what_cannot_be_used_is_said(what: str, project: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "t.csv").write_text("a,b\n1,2\n")
    words, said = {
        "no classes": (("train", "shapes/cat"), "cat holds no images"),
        "a table": (("predict", project, "t.csv"), "learned from images"),
        "another network": (("predict", "q.nns", "shapes"), "did not learn from images"),
    }[what]
    if what == "another network":
        assert run("train", "xor", "--updates", "1", "--save", "q.nns", "--quiet") == 0
    assert run(*words) == 2
    assert said in capsys.readouterr().err
