"""What people read: the report, the tables, the JSON; and that no name from a file gets out of its place."""

import csv
import json
import re
import subprocess
import sys
import zlib
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from exports_cases import BLOBS, IMAGES, NORMALISED, PLANE, network, stack, subject, table

from nnstudio.core.experiment.choices import ActivationKind, Task
from nnstudio.core.network.predict import predict
from nnstudio.core.training.history import COLUMNS
from nnstudio.files.errors import FileError
from nnstudio.files.exports import FORMATS, Subject
from nnstudio.files.exports.literals import c_plain, c_text, identifier, number, python_words, sentence
from nnstudio.files.exports.report_pictures import png
from nnstudio.files.weights import import_weights

TANH = ActivationKind.TANH


class Page(HTMLParser):
    """The tags of a page, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def page_of(given: Subject, folder: Path) -> Page:
    FORMATS["report"].write(given, folder / "r.html")
    return Page((folder / "r.html").read_text("utf-8"))


def test_a_report_tells_all_of_it_and_needs_nothing_else(tmp_path: Path) -> None:
    trainer = network(PLANE, stack(TANH))
    for _ in range(30):
        trainer.step()
    given = subject(trainer)
    page = page_of(given, tmp_path)
    assert not page.open
    assert {"svg", "img", "table", "dl", "pre"} <= set(page.tags)
    assert page.tags.count("circle") == 2 + sum(layer.shape[0] for layer in given.model.layers)
    assert not {"script", "link", "iframe"} & set(page.tags)
    assert "http" not in (tmp_path / "r.html").read_text().replace("http://www.w3.org", "")
    metrics = given.frame.metrics
    assert f"{100 * metrics.test_accuracy:.2f} %" in page.words
    for word in ("must not", "np.load", "training.learning_rate", "30 updates"):
        assert word in page.words
    counts = [int(found) for found in re.findall(r"<td[^>]*>(\d+)</td>", (tmp_path / "r.html").read_text())]
    answers = (predict(given.model, trainer.dataset.test.raw)[:, 0] > 0.5).astype(int)
    labels = trainer.dataset.test.labels
    assert counts == [int(((labels == row) & (answers == column)).sum()) for row in (0, 1) for column in (0, 1)]


@pytest.mark.parametrize("task", Task)
def test_a_report_of_a_table_keeps_its_names_in_their_place(task: Task, tmp_path: Path) -> None:
    page = page_of(subject(network(table(task), stack(TANH))), tmp_path)
    assert not page.open
    assert "img" not in page.tags


def test_a_report_of_images(tmp_path: Path) -> None:
    page = page_of(subject(network(IMAGES, stack(TANH))), tmp_path)
    assert page.tags.count("th") == 21


def test_a_picture_is_a_png() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    content = png(pixels)
    size = int.from_bytes(content[33:37], "big")
    rows = np.frombuffer(zlib.decompress(content[41 : 41 + size]), np.uint8).reshape(5, 22)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert (rows[:, 0] == 0).all()
    assert np.array_equal(rows[:, 1:].reshape(5, 7, 3), pixels)


def test_json_says_everything_by_its_stable_name(tmp_path: Path) -> None:
    given = subject(network(BLOBS, NORMALISED, off={1: (0, 3)}))
    FORMATS["json"].write(given, tmp_path / "n.json")
    document = json.loads((tmp_path / "n.json").read_text())
    assert (document["task"], document["output"], document["numbers"]) == ("multiclass", "softmax", "float32")
    assert document["targets"] == ["0", "1", "2", "3"]
    assert document["input"]["features"] == ["x1", "x2"]
    assert [layer["kind"] for layer in document["layers"]] == [layer.kind for layer in given.model.layers]
    assert document["layers"][0]["off"] == [0, 3]
    for layer, described in zip(given.model.layers, document["layers"], strict=True):
        for name, values in layer.arrays.items():
            assert np.array(described["arrays"][name], np.float32).tobytes() == values.tobytes()
    assert np.array(document["check"]["answers"], np.float32).tobytes() == given.answers.tobytes()


def test_the_tables_are_listed_and_come_back_to_the_bit(tmp_path: Path) -> None:
    given = subject(network(BLOBS, stack(TANH)))
    FORMATS["csv"].write(given, tmp_path / "n.csv")
    with (tmp_path / "n.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["n.csv", *(row["file"] for row in rows)])
    weight = np.loadtxt(tmp_path / "n-layer1-weight.csv", delimiter=",", dtype=np.float32)
    assert weight.tobytes() == given.model.layers[0].arrays["weight"].tobytes()


def test_the_curves_are_those_of_the_run(tmp_path: Path) -> None:
    trainer = network(BLOBS, stack(TANH))
    for _ in range(5):
        trainer.step()
    proof = FORMATS["history"].write(subject(trainer), tmp_path / "n_history.csv")
    assert proof.holds is None
    assert (tmp_path / "n_history.csv").read_text().splitlines()[0] == ",".join(COLUMNS)


def test_weights_with_their_check_can_be_imported_again(tmp_path: Path) -> None:
    given = subject(network(BLOBS, NORMALISED, off={1: (2,)}))
    for key in ("npz", "safetensors"):
        path = tmp_path / f"n.{key}"
        FORMATS[key].write(given, path)
        weights = import_weights(path, given.frame)
        assert weights.params.tobytes() == given.model.params.tobytes()
        assert weights.off == {1: (2,)}


HOSTILE = [
    '"""',
    "*/",
    "\\",
    "'; import os",
    "line\nbreak",
    "\u202e",
    "??/",
    "%s{x}",
    "\x1b[31m",
    "<script>",
    "=1+1",
    "€",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_gets_out_of_its_place(name: str) -> None:
    compile(f'"""{sentence(name)}"""\n# {sentence(name)}\nx = {python_words([name, "b"])}\n', "x.py", "exec")
    assert "\n" not in sentence(name)
    assert "*/" not in c_plain(name)
    assert re.fullmatch(r'"(?:[A-Za-z0-9 .,:;_+()=<>-]|\\[0-7]{3})*"', c_text(name))
    assert re.fullmatch(r"[a-z_][a-z0-9_]*", identifier(name))


def test_hostile_names_of_classes_come_through(tmp_path: Path) -> None:
    given = subject(network(table(Task.BINARY), stack(TANH)))
    FORMATS["numpy"].save(given, tmp_path / "n.py")
    program = (
        "import runpy, sys; names = runpy.run_path(sys.argv[1]); "
        "print(set(names['classify'](names['CHECK_INPUTS'])) <= {'no', 'y\"es\\\\'})"
    )
    command = [sys.executable, "-I", "-c", program, str(tmp_path / "n.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


@pytest.mark.parametrize("value", [0.1, 1e-45, 3.4028235e38, -0.0, 1.0, 123456.79, 16777216.0])
def test_numbers_come_back_to_the_bit(value: float) -> None:
    single = np.float32(value)
    assert np.float32(float(number(single))).tobytes() == single.tobytes()
    assert np.float64(number(np.float64(value))).tobytes() == np.float64(value).tobytes()
    assert any(mark in number(single) for mark in ".e")


@pytest.mark.parametrize("key", ["npz", "csv", "numpy", "torch", "c", "json", "report", "notebook"])
def test_a_full_disk_leaves_no_half_written_file(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the last file of each format: what lay there stays, and nothing new is left."""
    given = subject(network(BLOBS, stack(TANH)))
    one, folder = FORMATS[key], tmp_path / "f"
    folder.mkdir()
    path = folder / f"n{one.ending}"
    path.write_text("before")
    path.chmod(0o444)
    monkeypatch.setattr("nnstudio.files.atomic.os.access", lambda *_: False)
    with pytest.raises(FileError, match="write-protected"):
        one.write(given, path)
    assert [each.name for each in folder.iterdir()] == [path.name]
    assert path.read_text() == "before"
