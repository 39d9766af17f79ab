"""The program without a screen: what its commands are, what they list, and when they stop."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from nnstudio import cli
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import PRESETS, Group
from nnstudio.files.experiment_json import experiment_from_json

# What there is --------------------------------------------------------------------------------------------------------


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for words in (
        "exit codes: 0",
        "nnstudio train EXPERIMENT",
        "nnstudio presets",
        "nnstudio show NAME",
        "--screenshot",
        "--version",
    ):
        assert words in shown
    assert "exit codes: 0" in shown
    assert all(
        kind.value in shown
        for kind in set(DatasetKind) - {DatasetKind.PAINTED, DatasetKind.TABLE, DatasetKind.PICTURES}
    )


@pytest.mark.parametrize("command", ["train", "presets", "show"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"usage: nnstudio {command}" in shown
    assert "Exit codes: 0" in shown


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        (["--help"], ["numpy", "PySide6", "msgspec"]),
        (["presets"], ["PySide6", "pyqtgraph", "shiboken6"]),
        (["train", "spirals", "--updates", "3", "--weights", "w.npz"], ["PySide6", "pyqtgraph", "shiboken6"]),
    ],
    ids=["help", "presets", "train"],
)
def test_imports_no_more_than_it_needs(words: list[str], absent: list[str], tmp_path: Path) -> None:
    program = (
        "import sys\nfrom nnstudio import cli\n"
        f"code = cli.main({words})\n"
        f"sys.exit(code or len([name for name in {absent} if name in sys.modules]))"
    )
    folder = str(Path(cli.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {folder!r})\n{program}"], cwd=tmp_path
    )
    assert done.returncode == 0


def test_lists_the_presets(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for preset in PRESETS.values():
        assert any(line.split() == [preset.name, *preset.title.split()] for line in lines)
    assert [line for line in lines if not line.startswith(" ")] == [group.value for group in Group]


@pytest.mark.parametrize("name", PRESETS)
def test_shows_what_train_reads_back(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", name]) == 0
    assert experiment_from_json(capsys.readouterr().out) == PRESETS[name].experiment


def test_show_refuses_an_unknown_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", "spiral"]) == 2
    assert capsys.readouterr() == ("", "There is no experiment called spiral; did you mean spirals?\n")


# How long -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "ending"),
    [
        (["circle", "--epochs", "2.5"], "Stopped after 2.52 epochs, as asked."),
        (["circle", "--seconds", "0.2"], r"Stopped after (0\.[2-9]|[1-9])[\d.]* seconds?, as asked."),
        (["circle"], "Stopped after 100 epochs, as asked."),
        (["xor-four-units"], "Stopped after 5000 epochs, as asked."),
        (["xor-four-units", "--updates", "10"], "Stopped after 10 updates, as asked."),
        (["xor-four-units", "--set", "stopping.loss=0.1"], "Stopped: the test loss fell to 0."),
        (["circle", "--set", "stopping.accuracy=0.9"], "Stopped: the test accuracy reached 0.9"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_stops_by_the_rules(words: list[str], ending: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", *words]) == 0
    assert re.match(ending, capsys.readouterr().out.splitlines()[-1])


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "circle", "--updates", "5", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
