"""`nnstudio export`: what it writes and says, what it refuses, and that it needs no Qt."""

import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import SPIRALS, walk

from nnstudio import cli
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.exports import FORMATS
from nnstudio.files.exports.format import Format, Proof
from nnstudio.files.project import Project, save_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    run = walk(Trainer(SPIRALS), 20)
    path = tmp_path / "my run.nns"
    save_project(path, Project(run.experiment, run.state()))
    return path


def refused(capsys: pytest.CaptureFixture[str], *words: str, code: int = 2) -> str:
    assert cli.main(["export", *words]) == code
    shown, complaint = capsys.readouterr()
    assert shown == ""
    assert len(complaint.splitlines()) == 1
    return complaint.strip()


def test_each_format_is_written_and_proved(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert cli.main(["export", str(project), "--to", "npz, numpy,npz", "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(path.name for path in out.iterdir()) == ["my run.npz", "my run_numpy.py"]
    assert [line.partition(":")[0] for line in lines] == [
        f"Wrote {out / 'my run.npz'}",
        f"Wrote {out / 'my run_numpy.py'}",
    ]
    assert all("on 100 inputs" in line and "1e-05 is allowed" in line for line in lines)
    assert "20 updates" in (out / "my run_numpy.py").read_text()


def test_the_script_has_its_weights_where_they_are_wanted(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes: list[int] = []
    for where, files in (("inline", ["my run_numpy.py"]), ("beside", ["my run_numpy.npz", "my run_numpy.py"])):
        out = tmp_path / where
        assert cli.main(["export", str(project), "--to", "numpy", "--out", str(out), "--weights", where]) == 0
        assert sorted(path.name for path in out.iterdir()) == files
        assert "on 100 inputs" in capsys.readouterr().out, "and it proves itself"
        sizes.append((out / "my run_numpy.py").stat().st_size)
    assert sizes[1] < sizes[0] / 2
    said = refused(capsys, str(project), "--to", "npz,json", "--out", str(tmp_path / "no"), "--weights", "beside")
    assert "only numpy can be written either way" in said
    assert not (tmp_path / "no").exists()


def test_a_name_of_ones_own(project: Path, tmp_path: Path) -> None:
    assert cli.main(["export", str(project), "--to", "npz", "--out", str(tmp_path), "--name", "brain"]) == 0
    assert (tmp_path / "brain.npz").exists()


def test_what_cannot_be_is_refused_in_one_line(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert "did you mean numpy?" in refused(capsys, str(project), "--to", "npz,numpi", "--out", out)
    assert "there are npz," in refused(capsys, str(project), "--to", "xyzzy\x1b[2J", "--out", out)
    assert "There is no format called ''" in refused(capsys, str(project), "--to", "", "--out", out)
    assert "no experiment called" in refused(capsys, "spiralz", "--to", "npz", "--out", out)
    assert "it is a file" in refused(capsys, str(project), "--to", "npz", "--out", str(project))
    assert "does not exist" in refused(capsys, str(project), "--to", "npz", "--out", str(tmp_path / "no" / "out"))
    assert "may not hold" in refused(capsys, str(project), "--to", "npz", "--out", out, "--name", "../elsewhere")
    assert not (tmp_path / "out").exists()


def test_one_that_cannot_be_written_does_not_keep_the_others(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "n.npz").mkdir()
    assert cli.main(["export", str(project), "--to", "npz,safetensors", "--out", str(tmp_path), "--name", "n"]) == 2
    shown, complaint = capsys.readouterr()
    assert "it is a folder" in complaint
    assert "n.safetensors" in shown
    assert (tmp_path / "n.safetensors").exists()


def test_a_proof_that_fails_is_code_1(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(given: object, path: Path) -> Proof:
        return FORMATS["numpy"].proof(given, path)  # type: ignore[arg-type]

    npz = FORMATS["npz"]
    broken = Format(npz.key, npz.name, npz.group, npz.ending, npz.purpose, npz.needs, npz.make, wrong)
    monkeypatch.setitem(FORMATS, "npz", broken)
    assert "Do not rely on this file." in refused(
        capsys, str(project), "--to", "npz", "--out", str(tmp_path / "out"), code=1
    )


def test_all_of_them_leaves_out_what_cannot_hold_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nnstudio.cli.export.FORMATS", {key: FORMATS[key] for key in ("csv", "sklearn")})
    words = ["export", "xor-two-units", "--to", "all", "--out", str(tmp_path)]
    deep = tmp_path / "deep.json"
    assert cli.main(["show", "xor-two-units"]) == 0
    deep.write_text(capsys.readouterr().out.replace('"relu"', '"gelu"'))
    words[1] = str(deep)
    assert cli.main(words) == 0
    shown = capsys.readouterr().out
    assert "Left out: scikit-learn cannot hold this network: it knows no gelu." in shown
    assert (tmp_path / "deep.csv").exists()
    assert not (tmp_path / "deep_sklearn.py").exists()


def test_help_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", "--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"\n  {key} " in shown for key in FORMATS)


def test_it_never_imports_qt(tmp_path: Path) -> None:
    program = (
        "import sys; from nnstudio import cli; code = cli.main(sys.argv[1:]); "
        "sys.exit(code or 9 * any(name.startswith('PySide6') for name in sys.modules))"
    )
    words = ["export", "and4", "--to", "npz", "--out", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
