"""The whole program in a process of its own: pictures without hands, a clean end, sentences instead of aborts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from nnstudio.core.presets import PRESETS
from nnstudio.files.project import Project
from nnstudio.files.share_text import share_text

CLOSE_WHILE_TRAINING = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from nnstudio import cli

QMessageBox.question = lambda *_: QMessageBox.StandardButton.Discard
application = QApplication(sys.argv[:1])
timer = QTimer()

def close():
    for window in application.topLevelWidgets():
        if type(window).__name__ == "MainWindow" and window.loss.isVisible():
            if window.transport.update_count.text() not in ("", "0"):
                timer.stop()
                window.close()

timer.timeout.connect(close)
timer.start(50)
sys.exit(cli.main(["--play", "600", "--dataset", "spirals"]))
"""


INTERRUPT_IN_A_PICTURE = """
import os, signal, sys
from nnstudio import cli
from nnstudio.ui.examples.boundary import BoundaryStage

shown, show = 0, BoundaryStage.show_frame

def interrupt(stage, *what):
    global shown
    shown += 1
    if shown == 5:
        os.kill(os.getpid(), signal.SIGINT)
        assert stage.isVisible(), "the window went away in the middle of a picture"
    show(stage, *what)

BoundaryStage.show_frame = interrupt
sys.exit(cli.main(["--play", "600", "--dataset", "spirals"]))
"""


TAKE_A_TABLE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from nnstudio import cli
from nnstudio.core.experiment import TableSpec
from nnstudio.ui.main_window import MainWindow

QMessageBox.question = lambda *_: QMessageBox.StandardButton.Discard
application = QApplication(sys.argv[:1])
timer = QTimer()

def look():
    window = next((each for each in application.topLevelWidgets() if isinstance(each, MainWindow)), None)
    if window is None:
        return
    if window.own_data.dialog is not None:
        use = [each for each in window.own_data.dialog.findChildren(QPushButton) if each.text() == "Use this data"]
        if use[0].isEnabled():
            use[0].click()
    elif isinstance(window._session.experiment.dataset, TableSpec):
        print("takes", window._session.experiment.dataset.name)
        timer.stop()
        window.close()

timer.timeout.connect(look)
timer.start(50)
sys.exit(cli.main(sys.argv[1:]))
"""


def start(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with these changes to the environment; an empty value removes a variable."""
    values = {**os.environ, **environment}
    values = {name: value for name, value in values.items() if value}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=values, check=False)


@pytest.mark.parametrize(
    "dataset", ["spirals", pytest.param("xor4", marks=pytest.mark.slow), pytest.param("hills", marks=pytest.mark.slow)]
)
def test_leaves_a_picture(tmp_path: Path, dataset: str) -> None:
    picture = tmp_path / "picture.png"
    program = ("--dataset", dataset, "--play", "1.5", "--size", "1100x720", "--theme", "dark")
    done = start(sys.executable, "-m", "nnstudio", *program, "--screenshot", str(picture))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1100, 720)
    colors = {image.pixel(x, y) for x in range(0, 1100, 10) for y in range(0, 720, 10)}
    assert len(colors) > 50, "an empty window has few colours"


@pytest.mark.slow
def test_says_when_the_picture_cannot_be_written(tmp_path: Path) -> None:
    done = start(sys.executable, "-m", "nnstudio", "--screenshot", str(tmp_path / "no folder" / "picture.png"))
    assert done.returncode == 2
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_says_when_there_is_no_screen() -> None:
    done = start(sys.executable, "-m", "nnstudio", QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    assert done.returncode == 3
    assert "no screen" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
def test_says_when_mnist_is_not_there(tmp_path: Path) -> None:
    program = ("--dataset", "mnist", "--screenshot", str(tmp_path / "picture.png"))
    done = start(sys.executable, "-m", "nnstudio", *program, NNSTUDIO_DATA=str(tmp_path))
    assert done.returncode == 2
    assert "MNIST is not on this computer yet" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_opens_a_share_text(tmp_path: Path) -> None:
    text, picture = share_text(Project(PRESETS["xor-two-units"].experiment)), tmp_path / "picture.png"
    done = start(sys.executable, "-m", "nnstudio", text, "--screenshot", str(picture))
    assert done.returncode == 0, done.stderr
    assert picture.exists()
    done = start(sys.executable, "-m", "nnstudio", text[:-9], "--screenshot", str(picture))
    assert done.returncode == 2
    assert "copy the whole line once more" in done.stderr


@pytest.mark.slow
def test_opens_a_table(tmp_path: Path) -> None:
    table = tmp_path / "flowers.csv"
    table.write_text(
        "length;kind\n" + "".join(f"{number};{'long' if number > 20 else 'short'}\n" for number in range(40))
    )
    done = start(sys.executable, "-c", TAKE_A_TABLE, str(table))
    assert (done.returncode, done.stdout.strip()) == (0, "takes flowers.csv"), done.stderr
    done = start(sys.executable, "-m", "nnstudio", str(tmp_path / "gone.csv"))
    assert done.returncode == 2
    assert done.stderr == f"There is no file {tmp_path / 'gone.csv'}.\n"


@pytest.mark.slow
def test_refuses_a_file_that_is_no_experiment(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.nns"
    wrong.write_text("not an experiment")
    done = start(sys.executable, "-m", "nnstudio", str(wrong))
    assert done.returncode == 2
    assert str(wrong.name) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_ends_cleanly_when_closed_in_mid_training() -> None:
    done = start(sys.executable, "-c", CLOSE_WHILE_TRAINING)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
def test_ends_cleanly_when_interrupted_in_the_middle_of_a_picture() -> None:
    done = start(sys.executable, "-c", INTERRUPT_IN_A_PICTURE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="needs a virtual screen: Debian's xvfb and xauth")
def test_ends_cleanly_twenty_times_in_a_real_window() -> None:
    for _ in range(20):
        # A screen that resets when its last guest leaves refuses the next one meanwhile: the check before Qt, then Qt.
        screen = ("xvfb-run", "-a", "-s", "-screen 0 1600x1000x24 -noreset")
        done = start(*screen, sys.executable, "-c", CLOSE_WHILE_TRAINING, QT_QPA_PLATFORM="xcb")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_loads_at_the_start_only_what_the_first_picture_needs() -> None:
    late = (
        *("nnstudio.files.exports", "nnstudio.ui.panels.export", "nnstudio.ui.panels.own_table.dialog"),
        *(
            "nnstudio.ui.panels.landscape.dialog",
            "nnstudio.ui.panels.rate_finder.dialog",
            "nnstudio.core.trace.worksheet",
        ),
        *("pandas", "PIL", "onnx", "pyqtgraph", "email"),
    )
    script = f"import sys, nnstudio.app; print([name for name in {late} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
