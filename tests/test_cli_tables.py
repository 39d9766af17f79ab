"""Somebody's own table from the command line: trained, saved, asked for new rows, held against the truth."""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nnstudio import cli
from nnstudio.core.experiment import TableSpec
from nnstudio.core.training.trainer import Trainer
from nnstudio.files import limits
from nnstudio.files.library import library_of
from nnstudio.files.project import load_project

ROWS = 150


def flowers() -> pd.DataFrame:
    random = np.random.default_rng(2)
    kind = np.arange(ROWS) % 3
    return pd.DataFrame(
        {
            "length": (kind * 2 + random.normal(0, 0.4, ROWS)).round(2),
            "colour": np.where(random.random(ROWS) < 0.9, np.array(["red", "blue", "white"])[kind], "red"),
            "species": np.array(["Rosa", "Iris", "Bellis"])[kind],
            "price": (kind * 300 + 1000 + random.normal(0, 10, ROWS)).round(),
        }
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    flowers().to_csv("flowers.csv", sep=";", decimal=",", index=False)
    return tmp_path


def run(*words: str) -> int:
    return cli.main(list(words))


def rows_of(path: str) -> list[dict[str, str]]:
    with open(path, newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def project(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert run("train", "flowers.csv", "--target", "species", "--epochs", "30", "--save", "p.nns") == 0
    capsys.readouterr()
    return "p.nns"


def test_a_table_is_told_about_and_trained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", "flowers.csv", "--target", "species", "--epochs", "30") == 0
    shown = capsys.readouterr()
    assert shown.err.splitlines()[:5] == [
        "flowers.csv: 150 rows, 4 columns",
        "  Semicolons, decimal comma, header in line 1, UTF-8.",
        "  species is the target: 3 classes.",
        "  3 columns are inputs and become 5 numbers: colour one number per value.",
        "  Numbers are standardised by the training rows.",
    ]
    accuracy = next(line for line in shown.out.splitlines() if line.startswith("accuracy"))
    assert float(accuracy.split()[-1].strip("%")) > 95


def test_prediction_is_that_of_the_trained_network_to_the_bit(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("predict", project, "flowers.csv", "--out", "answers.csv") == 0
    assert capsys.readouterr().err == ""
    opened = load_project(Path(project))
    assert opened.state is not None
    trainer = Trainer.resumed(opened.state, library_of(opened, Path(project)))
    data = trainer.dataset
    table = data.recipe.table
    assert table is not None
    answers = rows_of("answers.csv")
    frame = flowers()
    assert len(answers) == ROWS
    raw = np.zeros((ROWS, 5))
    raw[:, 0] = frame["length"]
    for place, colour in enumerate(("blue", "red", "white")):
        raw[:, 1 + place] = frame["colour"] == colour
    raw[:, 4] = frame["price"]
    expected = trainer.predict(raw)
    names = ("Bellis", "Iris", "Rosa")
    for answer, probabilities in zip(answers, expected, strict=True):
        assert answer["species"] == names[int(probabilities.argmax())]
    given = np.array([[float(answer[f"P({name})"]) for name in names] for answer in answers], np.float32)
    np.testing.assert_allclose(given, expected, rtol=1e-5, atol=1e-9)


def test_a_project_answers_in_another_folder_without_its_table(
    project: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert run("predict", project, "flowers.csv", "--out", "here.csv") == 0
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.move(project, elsewhere / "moved.nns")
    new = flowers()[["price", "colour", "length"]]  # another order, another dialect, no truth
    new.to_csv(elsewhere / "new.tsv", sep="\t", encoding="utf-16", index=False)
    os.remove("flowers.csv")
    assert run("predict", str(elsewhere / "moved.nns"), str(elsewhere / "new.tsv"), "--out", "there.csv") == 0
    assert Path("there.csv").read_bytes() == Path("here.csv").read_bytes()


def test_training_goes_on_to_the_same_bits_from_the_table_within(
    project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    os.remove("flowers.csv")
    assert run("train", project, "--epochs", "30", "--save", "more.nns") == 0
    flowers().to_csv("flowers.csv", sep=";", decimal=",", index=False)
    assert run("train", "flowers.csv", "--target", "species", "--epochs", "60", "--save", "whole.nns") == 0
    more, whole = load_project(Path("more.nns")).state, load_project(Path("whole.nns")).state
    assert more is not None
    assert whole is not None
    assert more.params.tobytes() == whole.params.tobytes()
    capsys.readouterr()


def test_odd_rows_are_told_and_not_guessed(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("odd.csv").write_text("length,colour,price\n1.5,red,1000\n,red,1000\n2,green,1300\n")
    assert run("predict", project, "odd.csv") == 0
    shown = capsys.readouterr()
    answers = list(csv.reader(shown.out.splitlines()))
    assert answers[0] == ["species", "P(Bellis)", "P(Iris)", "P(Rosa)"]
    assert answers[2] == ["", "", "", ""]
    assert all(answers[3])
    assert shown.err.splitlines() == [
        "1 row lacks a value that nothing stands in for: no answer.",
        "1 row has an unknown value of colour (green): it counts as none of the known.",
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("predict", "p.nns", "less.csv"), "no column colour"),
        (("predict", "p.nns", "gone.csv"), "does not exist"),
        (("predict", "p.nns", "flowers.csv", "--out", "flowers.csv"), "names the table itself"),
        (("predict", "p.nns", "flowers.csv", "--out", "nowhere/x.csv"), "nowhere"),
        (("evaluate", "p.nns", "new.csv"), "no column species"),
        (("predict", "gone.nns", "flowers.csv"), "does not exist"),
        (("predict", "spirals", "flowers.csv"), "never trained"),
        (("train", "flowers.csv", "--target", "spezies"), "did you mean species"),
        (("train", "flowers.csv", "--target", "species", "--use", "colour=number?"), "write COLUMN="),
        (("train", "flowers.csv", "--target", "species", "--use", "shape=number"), "no column shape"),
        (("train", "flowers.csv", "--target", "species", "--missing", "colour=mean"), "has no mean"),
        (("train", "flowers.csv", "--target", "species", "--delimiter", "%"), "--delimiter is %"),
        (("train", "flowers.csv", "--target", "species", "--test-share", "most"), "--test-share is most"),
        (("train", "flowers.csv", "--target", "species", "--test-share", "2"), "between 0 and 0.9"),
        (("train", "flowers.csv", "--target", "species", "--encoding", "utf-16"), "no separator parts"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    project: str, words: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("less.csv").write_text("length,price\n1,1\n2,2\n")
    Path("new.csv").write_text("length,colour,price\n1,red,1\n2,blue,2\n")
    before = Path("flowers.csv").read_bytes()
    assert run(*words) == 2
    shown = capsys.readouterr()
    assert re.search(why, shown.err), shown.err
    assert "Traceback" not in shown.err
    assert Path("flowers.csv").read_bytes() == before


def test_classes_are_evaluated_one_by_one(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    frame = flowers()
    frame.loc[0, "species"] = "Viola"
    frame.to_csv("truth.csv", index=False)
    assert run("predict", project, "truth.csv", "--out", "answers.csv") == 0
    found = [answer["species"] for answer in rows_of("answers.csv")][1:]
    truth = frame["species"].tolist()[1:]
    capsys.readouterr()
    assert run("evaluate", project, "truth.csv") == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    right = sum(map(str.__eq__, found, truth))
    assert lines[0] == f"accuracy {right / 149:.2%} of 149 rows"
    name, precision, recall, f1, support = next(line for line in lines if line.startswith("Iris")).split()
    hits = sum(a == b == "Iris" for a, b in zip(found, truth, strict=True))
    assert float(precision) == pytest.approx(hits / found.count("Iris"), abs=6e-4)
    assert float(recall) == pytest.approx(hits / truth.count("Iris"), abs=6e-4)
    assert float(f1) == pytest.approx(2 * hits / (found.count("Iris") + truth.count("Iris")), abs=6e-4)
    assert (name, int(support)) == ("Iris", truth.count("Iris"))
    assert shown.err.splitlines()[-1] == "1 row without a known class of species left aside."


def test_a_class_without_a_row_is_called_so(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    frame = flowers()
    frame[frame["species"] != "Iris"].to_csv("others.csv", index=False)
    assert run("evaluate", project, "others.csv") == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("Iris"))
    assert "  0  no example" in line, line
    assert line.split()[2] == "–", "and not a recall of 0"


def test_values_are_evaluated_in_their_own_unit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--target", "price", "--epochs", "60", "--save", "v.nns", "--quiet")
    assert run("train", "flowers.csv", *words) == 0
    assert run("predict", "v.nns", "flowers.csv", "--out", "answers.csv") == 0
    p = np.array([float(answer["price"]) for answer in rows_of("answers.csv")])
    y = flowers()["price"].to_numpy()
    capsys.readouterr()
    assert run("evaluate", "v.nns", "flowers.csv") == 0
    lines = capsys.readouterr().out.splitlines()
    r2 = 1 - ((p - y) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    assert r2 > 0.9
    assert lines[0] == f"R² {r2:.4f} of 150 rows"
    assert float(lines[1].split()[-1]) == pytest.approx(np.sqrt(((p - y) ** 2).mean()), rel=1e-4)
    assert float(lines[2].split()[-1]) == pytest.approx(np.abs(p - y).mean(), rel=1e-4)


# The table of a project -----------------------------------------------------------------------------------------------


@pytest.fixture
def large(project: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """A project whose table is too large to be stored in it."""
    monkeypatch.setattr(limits, "STORED_TABLE", 10)
    assert run("train", "flowers.csv", "--target", "species", "--epochs", "1", "--save", "large.nns") == 0
    assert load_project(Path("large.nns")).table is None
    capsys.readouterr()
    return "large.nns"


def test_a_table_that_was_moved_is_asked_for(large: str, capsys: pytest.CaptureFixture[str]) -> None:
    os.makedirs("away/further")
    shutil.move("flowers.csv", "away/further/blooms.csv")
    assert run("train", large, "--epochs", "1") == 2
    assert "flowers.csv is no longer in" in capsys.readouterr().err
    assert run("train", large, "--epochs", "1", "--data", "away/further/blooms.csv") == 0
    shutil.move(large, "away/further/large.nns")  # and its folder is where the project is
    shutil.move("away/further/blooms.csv", "away/further/flowers.csv")
    assert run("train", "away/further/large.nns", "--epochs", "1") == 0


def test_a_table_that_has_changed_is_not_taken_for_the_old_one(large: str, capsys: pytest.CaptureFixture[str]) -> None:
    with open("flowers.csv", "a") as stream:
        stream.write("1,5;red;Rosa;1000\n")
    assert run("train", large, "--epochs", "1") == 2
    assert "has changed since it was read" in capsys.readouterr().err
    assert run("predict", large, "flowers.csv", "--out", "answers.csv") == 0  # which needs no training data
    assert len(rows_of("answers.csv")) == ROWS + 1


def test_a_spec_keeps_its_decisions(project: str) -> None:
    spec = load_project(Path(project)).experiment.dataset
    assert isinstance(spec, TableSpec)
    assert spec.recipe is not None
    assert spec.file is not None
    assert spec.file.text is not None
    assert (spec.recipe.target, spec.file.text.decimal, Path(spec.file.path).name) == ("species", ",", "flowers.csv")


def test_pandas_is_imported_only_for_a_table(folder: Path) -> None:
    program = (
        "import sys\nfrom nnstudio import cli\ncode = cli.main(['train', 'spirals', '--updates', '3', '--quiet'])\n"
        "sys.exit(code or any(name in sys.modules for name in ('pandas', 'clevercsv', 'PIL')))"
    )
    path = str(Path(cli.__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", f"import sys; sys.path.insert(0, {path!r})\n{program}"])
    assert done.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("train", "--seeds", "3"),
        ("sweep", "--set", "training.optimizer=sgd,adam"),
        ("sweep", "--set", "dataset.test_share=0.1,0.3"),
    ],
)
def test_a_table_that_only_the_project_has_goes_to_every_process(
    project: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("flowers.csv").unlink()
    command, *rest = words
    out = ("--out", "out") if command == "sweep" else ()
    assert run(command, project, *rest, "--epochs", "30", "--jobs", "2", *out) == 0
    assert "earned in " in capsys.readouterr().out
    if out:
        assert len(list(Path("out/runs").glob("*.nns"))) >= 2
