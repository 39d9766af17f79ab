"""The pages of the exports are true: their command writes the file, and their lines load it and come to its answers."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cli_runs import SPIRALS, walk

from nnstudio import cli
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.exports import FORMATS
from nnstudio.files.exports.keras_script import BACKENDS
from nnstudio.files.installed import lacking
from nnstudio.files.project import Project, save_project

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "exports"
POINTS = [[1.0, -2.0], [0.5, 3.0]]
NEEDS = {"torch": "torch", "notebook": "torch", "keras": "keras", "sklearn": "sklearn", "onnx": "onnxruntime"}
"""Readers that take their time to begin, or are not there at all."""
SLOW = [pytest.param(key, marks=[pytest.mark.slow] if key in NEEDS else []) for key in FORMATS]


def page(key: str) -> str:
    return (PAGES / f"{key}.md").read_text("utf-8")


def blocks(key: str, language: str) -> str:
    """All that stands on a page in this language, as one program."""
    return "\n\n".join(re.findall(rf"^```{language}\n(.*?)^```$", page(key), re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def run() -> Trainer:
    return walk(Trainer(SPIRALS), 60)


@pytest.fixture
def folder(run: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    save_project(tmp_path / "spirals.nns", Project(run.experiment, run.state()))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_format_has_its_page_and_its_row():
    assert {path.stem for path in PAGES.glob("*.md")} == {*FORMATS, "README"}
    rows = re.findall(r"^\| \[(.+)\]\((.+)\.md\) \| `(.+)` \| `spirals(.+)` \| (.+) \|$", page("README"), re.MULTILINE)
    assert rows == [(one.name, one.key, one.key, one.ending, one.purpose) for one in FORMATS.values()]
    for one in FORMATS.values():
        assert page(one.key).startswith(f"# {one.name}\n")


@pytest.mark.parametrize("key", SLOW)
def test_the_lines_of_a_page_load_what_its_command_writes(key: str, folder: Path, run: Trainer):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if key in NEEDS and lacking(NEEDS[key]):
        pytest.skip(f"{NEEDS[key]} is not installed")
    if key == "keras":
        backend = next((one for one in BACKENDS if not lacking(one)), None)
        if backend is None:
            pytest.skip("no backend of Keras is installed")
        environment["KERAS_BACKEND"] = backend
    if key == "share":
        environment["PYTHONPATH"] = str(ROOT)
    if key == "report":
        environment["BROWSER"] = f"{shutil.which('cp')} %s shown.html"
    [command] = re.findall(r"^```\nnnstudio (export .*)\n```$", page(key), re.MULTILINE)
    assert cli.main(command.split()) == 0
    assert (folder / f"spirals{FORMATS[key].ending}").exists()
    for name in re.findall(r"`(spirals[\w-]*\.\w+)`", page(key)):
        assert (folder / name).exists(), f"{name} is named on the page"
    if key == "c":
        answers = np.array([[float(compiled(folder))]])
    else:
        ends = {"history": "curves", "points": 'points[["x1", "x2"]]', "report": "[]"}
        kept = f"import numpy\nnumpy.save('answers.npy', numpy.asarray({ends.get(key, 'answers')}))\n"
        (folder / "lines.py").write_text(f"{blocks(key, 'python')}\n\n{kept}", encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "lines.py"], env=environment, cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        answers = np.load(folder / "answers.npy")
    if key == "report":
        assert (folder / "shown.html").read_bytes() == (folder / "spirals.html").read_bytes()
    elif key == "history":
        assert answers.shape == (61, 10)
        np.testing.assert_array_equal(answers[:, 3], run.history.prefix().test_loss)
    elif key == "points":
        assert answers.tobytes() == np.concatenate([run.dataset.train.raw, run.dataset.test.raw]).tobytes()
    else:
        np.testing.assert_allclose(answers, run.predict(POINTS)[: len(answers)], rtol=0, atol=1e-5)


def compiled(folder: Path) -> str:
    """What the program of the page prints, compiled as it says."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler is installed")
    (folder / "main.c").write_text(blocks("c", "c"), encoding="utf-8")
    said: dict[str, str] = {}
    for line in re.findall(r"cc -std[^`\n]+", page("c")):
        subprocess.run([*line.split(), "-Werror"], cwd=folder, check=True)
        said[line] = subprocess.run(["./a.out"], cwd=folder, check=True, capture_output=True, text=True).stdout
    [test] = (words for line, words in said.items() if "-DSPIRALS_MAIN" in line)
    assert test.startswith("0 of 10 examples")
    return said["cc -std=c99 main.c -lm"]
