"""`./run` on machines that lack something, and on one that lacks nothing. Every program it calls is a stand-in."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from nnstudio import system

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("sh", "readlink", "dirname", "cat", "cksum", "sed", "mkdir", "rm", "env")
PYTHON = """#!/bin/sh
case "$*" in
    -V) echo "Python 3.13.0" ;;
    "-m pip --version") echo "pip 26" ;;
    "-m pip install"*) echo "pip: $*"; exit ${PIP_EXIT:-0} ;;
    *nnstudio/system.py) echo "$MISSING" ;;
    "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    "-c "*) exit ${OLD:-0} ;;
    *) for argument; do echo "[$argument]"; done ;;
esac
"""


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


class Machine:
    """A checkout in a folder with a space in its name, and a PATH on which nothing is that was not put there."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "a checkout"
        self.bin = folder / "bin"
        self.bin.mkdir()
        (self.checkout / "resources").mkdir(parents=True)
        for name in ("run", "pyproject.toml", "resources/system-libraries.txt"):
            shutil.copy(ROOT / name, self.checkout / name)
        for name in (*TOOLS, "cp"):
            (self.bin / name).symlink_to(shutil.which(name) or name)
        program(self.bin / "id", "#!/bin/sh\necho 1000\n")
        program(self.bin / "apt-get", "#!/bin/sh\necho apt-get $* >&2\n")

    def has_python(self) -> None:
        program(self.bin / "python3", PYTHON)

    def run(self, *arguments: str, path: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(path or self.checkout / "run"), *arguments]
        environment = {"PATH": str(self.bin)} | variables
        return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_anything_a_plain_user_gets_one_line(machine: Machine):
    result = machine.run()
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert "sudo apt-get update && sudo apt-get install -y" in line
    wanted = {"python3", "python3-venv"} | {package for _, package, _ in system._libraries()}
    assert wanted <= set(line.split())


def test_without_libraries_a_plain_user_gets_one_line(machine: Machine):
    machine.has_python()
    result = machine.run(MISSING="libgl1")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.endswith("sudo apt-get install -y --no-install-recommends libgl1\n")


def test_without_apt_the_libraries_are_named(machine: Machine):
    machine.has_python()
    (machine.bin / "apt-get").unlink()
    result = machine.run(MISSING="libgl1 libegl1")
    assert result.returncode == 1
    assert "libGL.so.1 libEGL.so.1" in result.stderr


def test_an_old_python_is_a_sentence(machine: Machine):
    machine.has_python()
    result = machine.run(OLD="1")
    assert result.returncode == 1
    assert result.stderr.startswith("NN Studio: Python 3.11 or newer is needed, but here is only Python 3.13.0.")


def test_root_installs_what_is_missing(machine: Machine):
    machine.has_python()
    program(machine.bin / "id", "#!/bin/sh\necho 0\n")
    result = machine.run(MISSING="libgl1 libegl1")
    assert result.returncode == 0, result.stderr
    assert "apt-get install -y -qq --no-install-recommends libgl1 libegl1" in result.stderr


def test_the_first_call_installs_and_the_second_is_silent(machine: Machine):
    machine.has_python()
    first = machine.run("--version")
    assert "pip: -m pip install" in first.stderr
    assert "-e .[test]" in first.stderr
    assert first.stdout == "[-P]\n[-m]\n[nnstudio]\n[--version]\n"
    second = machine.run("--version")
    assert (second.stdout, second.stderr) == (first.stdout, "")


def test_through_a_link_with_arguments_untouched(machine: Machine, tmp_path: Path):
    machine.has_python()
    machine.run()
    link = tmp_path / "studio"
    link.symlink_to("a checkout/run")
    result = machine.run("--screenshot", "a b.png", "*", "", path=link)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "[-P]\n[-m]\n[nnstudio]\n[--screenshot]\n[a b.png]\n[*]\n[]\n"


def test_test_calls_pytest(machine: Machine):
    machine.has_python()
    machine.run()
    assert machine.run("test", "-k", "a b").stdout == "[-m]\n[pytest]\n[-k]\n[a b]\n"


@pytest.mark.parametrize("name", ["pyproject.toml", ".venv/bin/python", ".venv/nnstudio-stamp"])
def test_what_the_environment_was_made_from_is_watched(machine: Machine, name: str):
    machine.has_python()
    machine.run()
    with (machine.checkout / name).open("a") as changed:
        changed.write("# changed\n")
    if name == ".venv/bin/python":
        text = (machine.checkout / name).read_text()
        (machine.checkout / name).write_text(text.replace("3.13.0", "3.13.1"))
    assert "installing" in machine.run().stderr
    assert machine.run().stderr == ""


def test_a_set_up_that_stopped_in_pip_is_taken_up_again(machine: Machine):
    machine.has_python()
    stopped = machine.run(PIP_EXIT="1")
    assert stopped.returncode == 1
    assert "pip could not install everything" in stopped.stderr
    assert "--ignore-installed" in machine.run().stderr
    assert machine.run().stderr == ""


def test_a_half_made_environment_is_made_anew(machine: Machine):
    machine.has_python()
    venv = machine.checkout / ".venv"
    program(venv / "bin/python", PYTHON)
    (venv / "half").touch()
    (venv / "nnstudio-stamp").write_text("making\n")
    assert "making a Python environment" in machine.run().stderr
    assert not (venv / "half").exists()


def test_somebodys_own_environment_is_kept(machine: Machine):
    machine.has_python()
    venv = machine.checkout / ".venv"
    program(venv / "bin/python", PYTHON)
    (venv / "own").touch()
    result = machine.run()
    assert "making" not in result.stderr
    assert "installing" in result.stderr
    assert (venv / "own").exists()
    assert os.access(venv / "nnstudio-stamp", os.R_OK)
