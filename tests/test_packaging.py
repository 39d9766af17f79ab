"""The wheel is the whole program: the code, the resources, the command; and it runs from where it lies."""

import os
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

import nnstudio

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel, far from the checkout."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def python(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python beside the unpacked wheel, which comes before the checkout on its path."""
    environment = os.environ | {"PYTHONPATH": str(installed), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(command, cwd=installed, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_holds_every_module_and_resource(wheel: Path):
    held = set(zipfile.ZipFile(wheel).namelist())
    modules = [path.relative_to(ROOT) for path in (ROOT / "nnstudio").rglob("*.py")]
    resources = [
        Path("nnstudio") / path.relative_to(ROOT) for path in (ROOT / "resources").rglob("*") if path.is_file()
    ]
    assert {path.as_posix() for path in modules + resources} <= held
    assert "nnstudio/resources/system-libraries.txt" in held
    assert not [name for name in held if name.startswith("tests/")]


def test_the_wheel_declares_the_command(installed: Path):
    (metadata,) = installed.glob("nnstudio-*.dist-info")
    entry_points = ConfigParser()
    entry_points.read(metadata / "entry_points.txt")
    assert entry_points["console_scripts"]["nnstudio"] == "nnstudio.cli:main"
    assert f"Version: {nnstudio.__version__}" in (metadata / "METADATA").read_text("utf-8")


def test_the_unpacked_wheel_finds_its_own_resources(installed: Path):
    result = python(installed, "-c", "from nnstudio.ui import resources; print(resources.find('system-libraries.txt'))")
    assert result.returncode == 0, result.stderr
    assert Path(result.stdout.strip()) == installed / "nnstudio/resources/system-libraries.txt"


def test_the_unpacked_wheel_checks_its_machine(installed: Path):
    result = python(installed, "-c", "from nnstudio import system; print(system.problem())")
    assert (result.returncode, result.stdout) == (0, "None\n"), result.stderr


def test_the_unpacked_wheel_starts(installed: Path):
    result = python(installed, "-m", "nnstudio", "--version")
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip().endswith(nnstudio.__version__)
    assert result.stderr == ""


@pytest.mark.slow
def test_the_unpacked_wheel_opens_its_window(installed: Path, tmp_path: Path):
    picture = tmp_path / "x.png"
    result = python(installed, "-m", "nnstudio", "--dataset", "xor", "--play", "0.3", "--screenshot", str(picture))
    assert result.returncode == 0, result.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "Traceback" not in result.stderr
