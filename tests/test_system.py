"""A machine that cannot run Qt gets a sentence, whatever it lacks; a machine that can gets none."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from nnstudio import system

DISPLAY_VARIABLES = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE")
NO_SUCH = "libdoes-not-exist.so.9"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch):
    for name in DISPLAY_VARIABLES + system.THREAD_VARIABLES + ("NNSTUDIO_THREADS",):
        monkeypatch.delenv(name, raising=False)


def test_offscreen_needs_no_display(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen:size=800x600")
    assert system.problem() is None


def test_no_display_is_a_sentence():
    assert "There is no screen" in (system.problem() or "")
    assert "QT_QPA_PLATFORM=offscreen" in (system.problem() or "")


def test_an_unknown_platform_is_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "xbc")
    assert "QT_QPA_PLATFORM is xbc" in (system.problem() or "")


@pytest.mark.parametrize("platform", ["", "xcb"])
def test_a_dead_x_server_is_a_sentence(monkeypatch: pytest.MonkeyPatch, platform: str):
    monkeypatch.setattr(system, "missing_packages", lambda *needs: [])
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.setenv("DISPLAY", ":7654")
    assert "cannot be reached (DISPLAY=:7654)" in (system.problem() or "")


def test_a_dead_wayland_server_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(system, "missing_packages", lambda *needs: [])
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert "cannot be reached (WAYLAND_DISPLAY=wayland-7)" in (system.problem() or "")


def test_one_living_server_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    pytest.importorskip("ctypes").CDLL("libwayland-client.so.0")
    monkeypatch.setattr(system, "missing_packages", lambda *needs: [])
    monkeypatch.setenv("DISPLAY", ":7654")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        assert system.problem() is None


@pytest.mark.parametrize(("platform", "need"), [("offscreen", "always"), ("xcb", "x11"), ("wayland", "wayland")])
def test_a_missing_library_is_the_line_to_type(monkeypatch: pytest.MonkeyPatch, platform: str, need: str):
    monkeypatch.setattr(system, "_libraries", lambda: [[NO_SUCH, "libdoes-not-exist9", need]])
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    sentence = system.problem() or ""
    debian = Path("/etc/debian_version").exists()
    assert ("sudo apt-get install -y libdoes-not-exist9" if debian else NO_SUCH) in sentence


def test_offscreen_does_not_ask_for_the_libraries_of_a_screen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(system, "_libraries", lambda: [[NO_SUCH, "libdoes-not-exist9", "x11"]])
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert system.problem() is None


def test_the_table_is_complete():
    rows = system._libraries()
    assert all(len(row) == 3 and ".so." in row[0] and row[2] in {"always", "x11", "wayland"} for row in rows)
    assert len({library for library, _, _ in rows}) == len(rows) >= 11


def threads_of(**variables: str) -> str:
    """What OpenBLAS will be told in a new process."""
    code = (
        "import os; from nnstudio import system; system.limit_blas_threads(); print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    result = subprocess.run([sys.executable, "-c", code], env=os.environ | variables, capture_output=True, text=True)
    return result.stdout.strip()


def test_one_blas_thread_unless_the_user_wants_more():
    assert threads_of() == "1"
    assert threads_of(OPENBLAS_NUM_THREADS="2") == "2"
    assert threads_of(OPENBLAS_NUM_THREADS="2", NNSTUDIO_THREADS="3") == "3"
    assert threads_of(NNSTUDIO_THREADS="many") == "1"
