"""A small window, also with larger text: nothing is cut, and nothing lies over anything else."""

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.views.canned import image_frame, plane_frame

SMALL, DESIGNED = (1100, 720), (1440, 900)


def make(
    qtbot: QtBot,
    frame: Frame,
    larger: bool = False,
    size: tuple[int, int] = SMALL,
    experiment: Experiment | None = None,
) -> MainWindow:
    """A window in which all views show this frame."""
    settings = Settings()
    settings.larger_text = larger
    window = MainWindow(Session(experiment or default_experiment(DatasetKind.SPIRALS)), settings)
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    qtbot.waitExposed(window)
    for view in (window.network, window.output, window.loss, window.activations, window.gradients):
        view.show_frame(frame)
    qtbot.waitUntil(lambda: window.loss.chart is not None)
    return window


@pytest.mark.parametrize("frame", [plane_frame, image_frame])
def test_the_legend_of_the_losses_names_all_that_no_curve_names(qtbot: QtBot, frame):
    window = make(qtbot, frame())
    assert {"train", "test", "mini-batch"} <= set(window.loss.legend.shown)
