"""README is true: its Python runs, and each kind of thing is named in the files that its table says and no others."""

import ast
import re
import runpy
import shlex
from functools import cache
from pathlib import Path
from textwrap import dedent

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from nnstudio import Trainer, cli, default_experiment
from nnstudio.core.experiment import LAYER_KINDS, TrainingSpec
from nnstudio.core.experiment.choices import (
    ActivationKind,
    DatasetKind,
    InitializerKind,
    LossKind,
    OptimizerKind,
    ScheduleKind,
)
from nnstudio.core.experiment.setting import settings_of
from nnstudio.core.network.network import Pass
from nnstudio.core.run.frame import Probe
from nnstudio.core.run.observe import Observer
from nnstudio.files.project import load_project
from nnstudio.files.weights import export_weights

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "nnstudio"
README = (ROOT / "README.md").read_text("utf-8")

ENUMERATIONS = {
    "activation": ActivationKind,
    "initialiser": InitializerKind,
    "loss": LossKind,
    "optimizer": OptimizerKind,
    "schedule": ScheduleKind,
    "data set": DatasetKind,
}
# What the program itself begins with, is built from, recommends, or has to fetch: named elsewhere too. A new kind is
# like the rest.
SPECIAL = {
    *("ActivationKind.LINEAR", "ActivationKind.SIGMOID", "ActivationKind.SOFTMAX", "ActivationKind.TANH"),
    *("ActivationKind.RELU", "InitializerKind.GLOROT", "LossKind.CROSS_ENTROPY", "OptimizerKind.SGD"),
    *("ActivationKind.LEAKY_RELU", "InitializerKind.HE", "OptimizerKind.ADAM"),
    *("ScheduleKind.CONSTANT", "DenseSpec", "ActivationSpec"),
    *(
        "DatasetKind.CIRCLE",
        "DatasetKind.SPIRALS",
        "DatasetKind.SKETCHED_DIGITS",
        "DatasetKind.MNIST",
        "DatasetKind.PAINTED",
        "DatasetKind.TABLE",
        "DatasetKind.PICTURES",
    ),
}


@cache
def table() -> dict[str, set[str]]:
    """The kinds of things in README's table, each with the files and folders that it names."""
    section = README.partition("## Where to add things")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    return {kind: set(re.findall(r"`([^`]+)`", places)) for kind, places in rows if "`" in places}


@cache
def names_by_file() -> dict[str, set[str]]:
    """For every file of the package the names in its code: words, `Class.member`, and what it imports and defines."""
    found = {path.relative_to(PACKAGE).as_posix(): set(names_in(path)) for path in PACKAGE.rglob("*.py")}
    # The tutorials' experiments use whatever there is; the usual one of each data set stands in `defaults`.
    return {file: names for file, names in found.items() if not re.match(r"core/presets/(?!defaults)", file)}


def names_in(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Name(id=name) | ast.alias(name=name):
                names.append(name)
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                names += [name, f"{owner}.{name}"]
            case ast.ClassDef(name=owner, body=body):
                names.append(owner)
                targets = [target for line in body if isinstance(line, ast.Assign) for target in line.targets]
                names += [f"{owner}.{target.id}" for target in targets if isinstance(target, ast.Name)]
            case _:
                pass
    return names


def kinds() -> list[tuple[str, str]]:
    """Every kind: its row of the table, and its name in the code."""
    members = [(row, f"{kind.__name__}.{member.name}") for row, kind in ENUMERATIONS.items() for member in kind]
    return members + [("layer", spec.__name__) for spec in LAYER_KINDS.values()]


@pytest.mark.slow
@pytest.mark.parametrize(("row", "name"), [pair for pair in kinds() if pair[1] not in SPECIAL])
def test_a_kind_is_named_where_the_table_says_and_nowhere_else(row: str, name: str) -> None:
    files = [file for file, names in names_by_file().items() if name in names]
    if row != "data set":
        files = [file for file in files if not file.startswith("core/presets/")]
    places = {place for place in table()[row] for file in files if file.startswith(place)}
    assert places == table()[row], "a place that need not be touched"
    strangers = [file for file in files if not any(file.startswith(place) for place in table()[row])]
    assert not strangers, "a file that the table does not name"


def test_a_view_is_placed_by_the_window_alone() -> None:
    folder, window = sorted(table()["view"], reverse=True)
    files = names_by_file()
    views = {path.stem.title().replace("_", "") for path in (PACKAGE / folder).glob("*_view.py")}
    assert len(views) >= 5
    for view in views:
        assert view in files[window]
        assert not [file for file, names in files.items() if view in names and not file.startswith((folder, window))]


@pytest.mark.slow
def test_a_new_number_needs_no_word_in_the_interface() -> None:
    numbers = {name for name, setting in settings_of(TrainingSpec).items() if setting.choice is None}
    texts = [path.read_text("utf-8") for path in (PACKAGE / "ui").rglob("*.py")]
    named = {name for name in numbers for text in texts if re.search(rf'\.{name}\b|"{name}"|\b{name}=', text)}
    assert named <= {"learning_rate"}, "only the way back from a divergence sets one by name"


def test_every_place_in_the_table_exists() -> None:
    assert {*ENUMERATIONS, "layer", "setting", "view"} <= table().keys()
    for place in set().union(*table().values()):
        assert (PACKAGE / place).is_dir() == place.endswith("/")
        assert (PACKAGE / place).exists(), place


def python_blocks() -> list[str]:
    return [dedent(block) for block in re.findall(r"^ *```python\n(.*?)```", README, re.MULTILINE | re.DOTALL)]


def test_the_weights_that_are_exported_are_used_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = Trainer(default_experiment(DatasetKind.SPIRALS))
    trainer.train(epochs=1)
    monkeypatch.chdir(tmp_path)
    export_weights(Path("spirals.npz"), Observer(trainer, 1).frame(Probe.NOTHING))
    names = {"points": trainer.dataset.test.raw}
    exec(python_blocks()[0], names)  # noqa: S102
    work = Pass(trainer.network, trainer.dataset.test.augmented)
    work.forward()
    np.testing.assert_allclose(names["hidden"], work.stages[0].output.values.T, atol=1e-5)


def test_the_few_lines_of_python_run(capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(1)
    points = random.normal(size=(200, 4))
    names = {"X": points, "y": (points[:, 0] > 0).astype(int)}
    exec(python_blocks()[1], names)  # noqa: S102
    assert float(capsys.readouterr().out) > 0.9
    assert len(python_blocks()) == 3


def test_the_lines_for_notebooks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    points = np.random.default_rng(1).normal(size=(200, 4))
    names = {"X": points, "y": np.where(points[:, 0] > 0, "right", "left")}
    exec(python_blocks()[2], names)  # noqa: S102
    project = load_project(tmp_path / "p.nns")
    assert project.state is not None
    assert project.state.updates == 50 * -(-len(points) // project.state.experiment.training.batch_size)


def test_own_data_takes_the_commands_that_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    random, kind = np.random.default_rng(2), np.arange(150) % 3
    names = np.array(["Adelie", "Chinstrap", "Gentoo"])
    table = pd.DataFrame(
        {
            "species": names[kind],
            "island": np.where(random.random(150) < 0.7, np.array(["Torgersen", "Dream", "Biscoe"])[kind], "Dream"),
            "bill": (np.array([38.8, 48.8, 47.5])[kind] + random.normal(0, 2, 150)).round(1),
            "mass": (np.array([3700, 3730, 5080])[kind] + random.normal(0, 200, 150)).round(),
        }
    )
    table.to_csv("penguins.csv", sep=";", decimal=",", index=False)
    table.drop(columns="species").to_csv("new.csv", sep=";", decimal=",", index=False)
    section = README.partition("## Your own data in two minutes")[2].partition("\n## ")[0]
    [commands] = re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    said = []
    for line in commands.splitlines():
        name, *words = shlex.split(line)
        assert name == "nnstudio"
        assert cli.main(words) == 0, line
        said.append(capsys.readouterr())
    assert "Semicolons, decimal comma" in "".join(said[0])
    assert "precision" in said[1].out
    assert "largest difference" in "".join(said[3])
    answers = pd.read_csv("answers.csv")
    assert list(answers) == ["species", *(f"P({name})" for name in names)]
    assert (answers["species"] == table["species"]).mean() > 0.9
    assert {path.name for path in Path("out").iterdir()} == {"penguins_numpy.py", "penguins.h", "penguins.html"}


def test_the_picture_that_moves_is_drawn_by_the_program(tmp_path: Path) -> None:
    script = runpy.run_path(str(ROOT / "docs" / "growth.py"))
    script["draw"](tmp_path / "growth.png", updates=60, moments=4)
    assert "resources/growth.png" in README
    for path, frames in ((tmp_path / "growth.png", 4), (script["PICTURE"], script["MOMENTS"])):
        with Image.open(path) as picture:
            assert picture.n_frames == frames
            assert picture.width == script["SIZE"]
        assert path.stat().st_size < 1_500_000
