"""`nnstudio worksheet`: what it writes, what it refuses, and that it needs no Qt."""

import subprocess
import sys
from pathlib import Path

import pytest

from nnstudio import cli


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main(["worksheet", *words]) == 2
    shown, complaint = capsys.readouterr()
    assert shown == ""
    assert len(complaint.splitlines()) == 1
    return complaint.strip()


def test_thirty_pupils_get_thirty_sheets(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "sheets.html"
    words = ["xor-two-units", "--seed", "7", "--sheets", "30", "--example", "2", "--out"]
    assert cli.main(["worksheet", *words, str(out)]) == 0
    assert capsys.readouterr().out == f"Wrote 30 worksheets to {out}; the solutions are at the end.\n"
    html = out.read_text()
    for seed in (7, 36):
        assert html.count(f'id="sheet-{seed}"') == html.count(f'id="solution-{seed}"') == 1
    assert cli.main(["worksheet", *words, str(tmp_path / "again.html")]) == 0
    assert (tmp_path / "again.html").read_bytes() == out.read_bytes()


def test_the_seed_of_the_experiment_is_the_first_unless_another_is_given(tmp_path: Path) -> None:
    out = tmp_path / "sheets.html"
    assert cli.main(["worksheet", "circle", "--set", "seed=41", "--until", "forward", "--out", str(out)]) == 0
    html = out.read_text()
    assert "seed 41 · example 1" in html
    assert "Backward" not in html


def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = str(tmp_path / "sheets.html")
    assert "17 units in 3 layers" in refused(capsys, "spirals", "--out", out)
    assert "too many pixels" in refused(capsys, "mnist", "--out", out)
    assert "only 1 to 4" in refused(capsys, "xor-two-units", "--example", "5", "--out", out)
    assert "from 1 to 40" in refused(capsys, "xor-two-units", "--sheets", "41", "--out", out)
    assert "from 0 to 4294967295" in refused(capsys, "xor-two-units", "--seed", "-1", "--out", out)
    assert "ends in .html" in refused(capsys, "xor-two-units", "--out", str(tmp_path / "sheets.pdf"))
    assert "folder does not exist" in refused(capsys, "xor-two-units", "--out", str(tmp_path / "no" / "s.html"))
    assert "no experiment called" in refused(capsys, "xor-two-unit", "--out", out)
    assert not [*tmp_path.iterdir()]


def test_it_never_imports_qt(tmp_path: Path) -> None:
    program = (
        "import sys; from nnstudio import cli; code = cli.main(sys.argv[1:]); "
        "sys.exit(code or 9 * any(name.startswith('PySide6') for name in sys.modules))"
    )
    words = [sys.executable, "-c", program, "worksheet", "and4", "--out", str(tmp_path / "sheet.html")]
    assert subprocess.run(words, check=False, timeout=60, capture_output=True).returncode == 0
