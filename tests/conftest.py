"""What holds for every test: no screen, no trace on the user's machine, and nothing left behind.

A test fails if it leaves a thread running or a window open, or if it logs a warning that it did not expect. One that
expects a log record asserts it and then calls `caplog.clear()`.
"""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from nnstudio import system

# Before Qt and NumPy are imported; QT_QPA_PLATFORM=xcb ./run test shows the windows on a desktop.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
system.limit_blas_threads()
if sentence := system.problem():
    pytest.exit(sentence, returncode=3)

# The machine may be busy, and a failure must come back on the next call.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    """The folder of the four MNIST files, named by NNSTUDIO_DATA."""
    data = os.environ.get("NNSTUDIO_DATA")
    if not data:
        pytest.skip("needs MNIST: NNSTUDIO_DATA does not name a folder that holds mnist/")
    folder = Path(data) / "mnist"
    if not list(folder.glob("train-images*")):
        pytest.skip(f"needs MNIST: {folder} does not hold it")
    return folder


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, caches and downloads go to a folder of the test's own."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    from PySide6.QtCore import QSettings

    for kind in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(kind, QSettings.Scope.UserScope, str(home / "config"))


@pytest.fixture(autouse=True)
def _nothing_left_running() -> Iterator[None]:
    """Fail a test after which a thread still runs: any that would outlive the program, and any of ours."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    left = [thread for thread in left if not thread.daemon or thread.name.lower().startswith("nnstudio")]
    for thread in left:
        thread.join(20.0)  # a busy machine takes its time
    names = [thread.name for thread in left if thread.is_alive()]
    assert not names, f"the test left threads running: {', '.join(names)}"


@pytest.fixture(autouse=True)
def _nothing_left_open() -> Iterator[None]:
    """Fail a test that leaves a window on the screen (those given to `qtbot.addWidget` are closed by now)."""
    yield
    if "PySide6.QtWidgets" not in sys.modules:
        return
    from PySide6.QtWidgets import QApplication

    left = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    names = [type(widget).__name__ for widget in left]
    for widget in left:
        widget.close()
    assert not names, f"the test left windows open: {', '.join(names)}"


@pytest.fixture(autouse=True)
def _nothing_left_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logged a warning or worse."""
    yield
    records = [record for phase in ("setup", "call") for record in caplog.get_records(phase)]
    messages = [record.getMessage() for record in records if record.levelno >= logging.WARNING]
    assert not messages, f"the test logged: {'; '.join(messages)}"
