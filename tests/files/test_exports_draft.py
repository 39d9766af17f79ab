"""What is shown of an export before it lies anywhere: the bytes that are proved are those that are written, and its
preview says how many numbers stand where it leaves them out."""

import re
import sys
from pathlib import Path
from threading import Event, Thread
from time import perf_counter

import numpy as np
import pytest
from exports_cases import BLOBS, IMAGES, PLANE, cases, network, stack, subject

from nnstudio.core.experiment import PlaneSpec
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.files.errors import FileError
from nnstudio.files.exports import FORMATS, Subject
from nnstudio.files.exports.draft import Draft
from nnstudio.files.exports.format import CannotHold
from nnstudio.files.exports.preview import LONGEST, LONGEST_ALONE, MOST_LETTERS, MOST_LINES, folded, preview
from nnstudio.files.exports.proving import given_up_when, run

NAMES = tuple(cases(1))


@pytest.fixture(scope="module")
def some() -> dict[str, Subject]:
    return cases(2)


@pytest.fixture(scope="module")
def given() -> Subject:
    return subject(network(PLANE, stack(ActivationKind.TANH, ActivationKind.TANH)))


def test_what_was_proved_is_what_is_written(given: Subject, tmp_path: Path) -> None:
    draft = Draft.of(FORMATS["numpy"], given, "n.py")
    assert draft.proof().holds
    assert not [*tmp_path.iterdir()]
    assert draft.write(tmp_path) == (tmp_path / "n.py",)
    assert (tmp_path / "n.py").read_bytes() == draft.files["n.py"]


@pytest.mark.parametrize(("way", "files"), [("in the script", 1), ("in a file beside it", 2)])
def test_each_way_is_proved(given: Subject, way: str, files: int) -> None:
    draft = Draft.of(FORMATS["numpy"], given, "n.py", way)
    assert (draft.way, len(draft.files)) == (way, files)
    assert draft.proof().holds
    assert Draft.of(FORMATS["numpy"], given, "n.py").way == "in the script"


def test_what_belongs_together_is_written_together_or_not_at_all(given: Subject, tmp_path: Path) -> None:
    draft = Draft.of(FORMATS["torch"], given, "n_torch.py")
    (tmp_path / "n_torch.py").mkdir()
    with pytest.raises(FileError, match="it is a folder"):
        draft.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["n_torch.py"]
    (tmp_path / "n_torch.safetensors").write_bytes(b"somebody's work")
    with pytest.raises(FileError, match="it is a folder"):
        draft.write(tmp_path)
    assert (tmp_path / "n_torch.safetensors").exists(), "what was there is not taken away"


def test_a_draft_nobody_can_read_here_says_why(given: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = Draft.of(FORMATS["npz"], given, "n" * 300 + ".npz").proof()
    assert proof.holds is None
    assert "its name is too long" in proof.sentence
    monkeypatch.setattr("tempfile.tempdir", "/nowhere at all")
    proof = Draft.of(FORMATS["npz"], given, "n.npz").proof()
    assert proof.holds is None
    assert proof.sentence.startswith("not run here, because")


def test_whoever_loses_interest_ends_the_reader() -> None:
    stop, said = Event(), list[tuple[str, str]]()

    def read() -> None:
        with given_up_when(stop.is_set):
            said.append(run([sys.executable, "-c", "import time; time.sleep(120)"]))
        said.append(run([sys.executable, "-c", "import time; time.sleep(0.3); print('again')"]))

    reader, begin = Thread(target=read), perf_counter()
    reader.start()
    stop.set()
    reader.join(60)
    assert perf_counter() - begin < 60
    assert said[0][1]
    assert said[1] == ("again\n", ""), "behind it nobody is ended any more"


LINES = re.compile(r"^(\d+) lines?$")


@pytest.mark.parametrize("key", ["numpy", "torch", "keras", "c", "json", "csv", "share", "report", "history", "points"])
def test_the_lines_that_are_shown_are_those_of_the_file(key: str, given: Subject) -> None:
    draft = Draft.of(FORMATS[key], given, f"n{FORMATS[key].ending}")
    name, content = [*draft.files.items()][-1]
    seen, lines = preview(name, content), content.decode().splitlines()
    assert seen.whole == content.decode()
    assert seen.about == f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
    shown = 0
    for line in seen.lines:
        if line.number is None:
            continue
        assert line.number > shown, "in their order"
        shown = line.number
        if line.folded is None:
            assert line.text == lines[line.number - 1] or len(lines[line.number - 1]) > LONGEST
        else:
            start, end = line.folded
            assert line.text[: start - 1] == lines[line.number - 1]
            assert re.fullmatch(r"[\d\xa0]+( × [\d\xa0]+)? numbers?", line.text[start:end])


def test_folded_numbers_are_counted(given: Subject) -> None:
    other = subject(network(PLANE, stack(*[ActivationKind.TANH] * 2)))
    name, content = "n.py", FORMATS["numpy"].make(other, "n.py")["n.py"]
    seen = {line.text for line in preview(name, content).lines}
    assert "CHECK_INPUTS = np.array([ 20 × 2 numbers ], np.float64)" in seen
    weights = network(PLANE, stack(ActivationKind.TANH)).network
    assert weights.params.size == 25
    c = preview("n.h", FORMATS["c"].make(other, "n.h")["n.h"]).lines
    assert any(line.text.endswith("[36] = { 36 numbers };") for line in c if line.folded)
    json = preview("n.json", FORMATS["json"].make(other, "n.json")["n.json"]).lines
    assert any(line.text.strip() == '"weight": [ 6 × 6 numbers ],' for line in json if line.folded)


def test_what_is_not_numbers_alone_is_never_folded() -> None:
    text = ["a = [", *["    1.5,"] * 9, "]", "b = [", *["    1.5,"] * 9, "    x,", "]", "c = [", "    1.0,", "]"]
    shown = [*folded(text)]
    assert [line.text for line in shown[:3]] == ["a = [ 9 numbers ]", "b = [", "    1.5,"]
    assert [line.text for line in folded(["a = [", *["[1, 2],"] * 5, "[1],", "]"])] == ["a = [ 11 numbers ]"]
    assert [line.text for line in shown[-3:]] == ["c = [", "    1.0,", "]"]
    assert [line.number for line in shown] == [1, *range(12, len(text) + 1)]
    assert next(line.text for line in folded(["[", *["1,"] * 9])) == "[", "nothing closes it"


def test_a_long_text_is_cut_and_says_so() -> None:
    seen = preview("t.csv", b"x,y\n" * 1000)
    assert len(seen.lines) == MOST_LINES + 1
    assert seen.lines[-1].text == "… and 600 lines more"
    assert preview("t.txt", b"z" * (LONGEST_ALONE + 7)).lines[0].text.endswith("z… and 7 letters more")
    wide = preview("t.csv", (b"z" * (LONGEST + 7) + b"\n") * 300)
    assert wide.lines[0].text.endswith("z… and 7 letters more")
    assert sum(len(line.text) for line in wide.lines) <= MOST_LETTERS + LONGEST
    assert wide.lines[-1].text == f"… and {301 - len(wide.lines)} lines more"


@pytest.mark.parametrize("key", ["npz", "safetensors", "torch"])
def test_what_is_no_text_says_what_is_inside(key: str) -> None:
    case = subject(network(IMAGES, stack(ActivationKind.RELU)))
    files = Draft.of(FORMATS[key], case, f"n{FORMATS[key].ending}").files
    name = next(name for name in files if Path(name).suffix in (".npz", ".safetensors"))
    seen = preview(name, files[name])
    rows = [re.split(r"\s{3,}", line.text) for line in seen.lines]
    arrays = {row[0]: row[1:] for row in rows if row[1] != "text"}
    first = case.model.layers[0]
    assert arrays["layer1/weight"] == [" × ".join(map(str, first.arrays["weight"].shape)), "float32"]
    assert arrays["check/inputs"] == ["20 × 28 × 28", "uint8"]
    assert seen.about.startswith(f"{len(arrays)} arrays and 3 texts, ")
    assert seen.whole == ""


def test_a_graph_says_its_nodes(given: Subject) -> None:
    pytest.importorskip("onnx")
    seen = preview("n.onnx", FORMATS["onnx"].make(given, "n.onnx")["n.onnx"])
    words = [line.text.split()[0] for line in seen.lines]
    assert words[0] == "input"
    assert words[-1] == "output"
    assert "2 × " not in seen.about
    assert words.count("node") == int(seen.about.split()[0])


def test_a_notebook_shows_its_cells(given: Subject) -> None:
    files = FORMATS["notebook"].make(given, "n.ipynb")
    seen = preview("n.ipynb", files["n.ipynb"])
    texts = [line.text for line in seen.lines]
    assert "In [1]" in texts
    assert "## The network" in texts
    assert "network = nn.Sequential(" in texts
    assert all(line.number is None for line in seen.lines if line.text.startswith("In ["))


@pytest.mark.parametrize("name", NAMES)
def test_every_export_has_a_preview(name: str, some: dict[str, Subject]) -> None:
    case = some[name]
    for one in FORMATS.values():
        try:
            files = one.make(case, f"n{one.ending}")
        except (CannotHold, FileError):
            continue
        for file in files.items():
            seen = preview(*file)
            assert seen.lines
            assert all(len(line.text) < LONGEST_ALONE + 100 for line in seen.lines)


def test_points_come_back_to_the_bit(tmp_path: Path) -> None:
    trainer = network(BLOBS, ())
    given = subject(trainer)
    FORMATS["points"].write(given, tmp_path / "p.csv")
    head, *rows = (tmp_path / "p.csv").read_text().splitlines()
    assert head == "x1,x2,class,split"
    data = trainer.dataset
    for name, split in (("train", data.train), ("test", data.test)):
        cells = [row.split(",") for row in rows if row.endswith(f",{name}")]
        assert np.array([cell[:2] for cell in cells], float).tobytes() == split.raw.tobytes()
        assert [cell[2] for cell in cells] == [data.target_names[label] for label in split.labels]
    assert len(rows) == len(data.train) + len(data.test)


def test_points_of_values_and_of_truth_tables(some: dict[str, Subject]) -> None:
    hills = some["every feature, normalised"]
    head, first, *_ = FORMATS["points"].make(hills, "p.csv")["p.csv"].decode().splitlines()
    assert head == "x1,x2,y,split"
    assert np.float32(first.split(",")[2]) == hills.frame.dataset.train.targets[0, 0]
    with pytest.raises(CannotHold, match="no points of the plane"):
        FORMATS["points"].make(some["images, dense"], "p.csv")
    table = subject(network(PlaneSpec(kind=DatasetKind.XOR4), ()))
    rows = FORMATS["points"].make(table, "p.csv")["p.csv"].decode().splitlines()[1:]
    assert sorted(rows) == [f"{x}.0,{y}.0,{('orange', 'blue')[x != y]},train and test" for x in (0, 1) for y in (0, 1)]
