"""Views that do not need every frame take turns while training runs, and miss nothing when it stops."""

from pytestqt.qtbot import QtBot

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame
from nnstudio.ui.session import Session
from nnstudio.ui.views.view import View


class Listener(View):
    """A view that remembers what it was shown."""

    def __init__(self, period: int) -> None:
        super().__init__()
        self.period = period
        self.frames: list[Frame] = []

    def show_frame(self, frame: Frame) -> None:
        self.frames.append(frame)


def test_a_view_with_a_period_gets_every_so_many_th_frame(qtbot: QtBot) -> None:
    session = Session(default_experiment(DatasetKind.CIRCLE))
    always, seldom = Listener(1), Listener(4)
    for view in (always, seldom):
        qtbot.addWidget(view)
        session.viewers.attach(view)
        view.show()
    session.start()
    session.play()
    qtbot.waitUntil(lambda: len(always.frames) >= 60)
    assert 10 <= len(seldom.frames) <= 25
    session.pause()
    qtbot.waitUntil(lambda: seldom.frames[-1].status.value == "paused")
    qtbot.waitUntil(lambda: always.frames[-1] is seldom.frames[-1])
    session.stop()
