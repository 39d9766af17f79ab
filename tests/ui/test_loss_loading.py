"""When the library of the loss curves is loaded."""

import subprocess
import sys

import pytest
from loss_pictures import shown_view
from pytestqt.qtbot import QtBot

from nnstudio.ui.views.loss_view import LossView


@pytest.fixture
def view(qtbot: QtBot) -> LossView:
    return shown_view(qtbot)


# Loading.

WATCHED = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Probe
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.stage.stage import Stage
from nnstudio.ui.views.view import View

loaded = lambda: any(name.partition(".")[0] == "pyqtgraph" for name in sys.modules)

class Clock(View):
    probes = Probe.NOTHING
    shown = False

    def show_frame(self, frame):
        self.shown = True
        self.update()

    def paintEvent(self, event):
        if self.shown and "painted" not in found:
            found["painted"] = loaded()

found = {}
application = QApplication(sys.argv)
session = Session(default_experiment(DatasetKind.SPIRALS))
window = MainWindow(session, Settings())
clock = Clock(window)
clock.setGeometry(2, 2, 3, 3)
session.viewers.attach(clock)
found["made"] = loaded()
session.start()
window.resize(1440, 900)
window.show()
timer = QTimer(interval=5)
timer.timeout.connect(lambda: window.loss.chart is not None and "painted" in found and application.exit())
timer.start()
application.exec()
found["after"] = loaded()
session.stop()
window.hide()
print(found)
"""


@pytest.mark.slow
def test_the_library_of_the_curves_is_loaded_after_the_first_frame_was_painted():
    done = subprocess.run([sys.executable, "-c", WATCHED], capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    assert done.stdout == "{'made': False, 'painted': False, 'after': True}\n"
