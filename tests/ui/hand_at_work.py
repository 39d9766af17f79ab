"""Random actions with real mouse and keys on the real window: what `test_random_hand.py` runs for each of its seeds.

The seed decides what is done; how far training has come by then does not repeat. A failure carries a note with the seed
and the last actions.
"""

import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import pytest
from hand import Hand
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from random_edits import no_images

from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, Status
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.views.network.links import MOST, signed_levels
from nnstudio.ui.views.network.modes import Mode
from nnstudio.ui.views.network.plane_network import PlaneNetwork
from nnstudio.ui.views.network.wave import phase_numbers
from nnstudio.ui.widgets.figures import grouped, short
from nnstudio.ui.widgets.value_slider import number_text

ACTIONS, BETWEEN, LAST = 500, 50, 20
PATIENCE = 60.0


def settle(session: Session, window: MainWindow) -> Frame:
    """Pause if it plays, look at now, and wait until all that was asked for is answered and shown."""
    window.visiting.leave()

    def waiting_for() -> list[str]:
        if session.playing:  # a recovery that was asked for plays when it has come to its end
            session.pause()
        run = session._worker._run
        open_ends = {
            f"a goal: {run._goal}": run._goal is not None,  # a step that was asked for
            "weights to work with": run.looking.search.busy,
            "a moment of the past": run.looking.visiting.busy or run.looking.companions.busy,
            "a picture of what was asked for last": not session.up_to_date,
            "a picture of the newest update": session.frame is None or session.frame.updates != run.trainer.updates,
            "a step to be settled": not session._undo.settled,
            f"answers {sorted(session._answered)}, sent {session.sent}": bool(session._answered),
            "a picture in the mailbox": bool(session._worker.mailbox),
        }
        return [words for words, is_open in open_ends.items() if is_open]

    _wait(waiting_for)
    QTest.qWait(40)  # a tick or two, and what was asked for by them
    _wait(waiting_for)
    assert session.frame is not None
    return session.frame


def _wait(waiting_for: Callable[[], list[str]]) -> None:
    deadline = perf_counter() + PATIENCE
    while left := waiting_for():
        assert perf_counter() < deadline, f"the window did not come to rest: {left}"
        QTest.qWait(2)


def compare(session: Session, window: MainWindow) -> None:
    """What is shown is what is trained."""
    frame = settle(session, window)
    trainer = session._worker._run.trainer
    assert frame.experiment == session.experiment == trainer.experiment
    assert frame.updates == trainer.updates
    assert frame.params.tobytes() == trainer.network.params.tobytes()
    assert frame.status not in {Status.FAILED, Status.LEARNING}
    assert window.transport.update_count.text() == grouped(frame.updates)
    if window.network.isVisible():
        _compare_network(frame, window)
    keys = {spec.key for spec in frame.experiment.layers}
    assert window.layer.key in {0, *keys}


def _compare_network(frame: Frame, window: MainWindow) -> None:
    network = window.network
    assert [header.key for header in network.headers.headers] == [spec.key for spec in frame.experiment.layers]
    if network.popover is not None:
        for (name, index), slider in network.popover.sliders.items():
            layer = frame.model.layers[network.popover.spot.column - 1]
            value = float(layer.arrays[name][index])
            if not slider.field.isModified():  # what is half typed waits, also behind another window
                assert np.float32(slider.value) == np.float32(value)  # a hand may let go after the last picture
                assert slider.field.text() == number_text(value)
    diagram = network.stage._diagram
    if network.modes.mode not in (Mode.ACTIVATION, Mode.WEIGHTS):  # links show ∂, or it is not the network
        return
    if not isinstance(diagram, PlaneNetwork) or phase_numbers(frame) is not None:  # in a phase links show ∂ or Δ
        return
    links = diagram._links
    assert len(diagram.columns) == len(frame.model.layers) + 1
    for gap, layer in enumerate(frame.model.layers):
        if layer.weights is None:
            continue
        a, b = diagram.columns[gap], diagram.columns[gap + 1]
        levels = signed_levels(layer.weights[a.first : a.last, b.first : b.last]).reshape(-1)
        codes = links._shown[links._starts[gap] : links._starts[gap + 1]]
        shown = codes != 0
        if len(links._shown) <= MOST:
            np.testing.assert_array_equal(shown, levels != 0)
        np.testing.assert_array_equal((np.sign(codes) * (np.abs(codes) % 100))[shown], levels[shown])
        for spot, (_, words) in diagram._labels.items():
            if spot.column == gap + 1:
                assert words.text == short(float(layer.weights[spot.source, spot.unit]))


@pytest.mark.qt_log_ignore("This plugin does not support", "occurs outside target window", extend=True)
def test_whatever_a_hand_does(
    qtbot: QtBot, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seed = int(os.environ["NNSTUDIO_SEED"])
    for question in ("getOpenFileName", "getSaveFileName"):  # the system's own dialogs wait for somebody, for ever
        monkeypatch.setattr(QFileDialog, question, lambda *_: ("", ""))
    session = Session(default_experiment(DatasetKind.SPIRALS), no_images)
    settings = Settings()
    settings.folder = str(tmp_path)  # where an export goes
    window = MainWindow(session, settings)
    qtbot.addWidget(window)
    session.start()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: session.frame is not None)
    hand = Hand(window, seed)
    try:
        with qtbot.capture_exceptions() as raised:
            for number in range(1, ACTIONS + 1):
                hand.do_something()
                assert not raised, raised
                if number % BETWEEN == 0:
                    hand.rest()
                    compare(session, window)
                    assert not raised, raised
        said = capfd.readouterr().err.replace("This plugin does not support propagateSizeHints()\n", "")
        assert not said, said
    except BaseException as error:
        error.add_note("\n".join([f"seed {seed}, {len(hand.deeds)} actions, the last:", *hand.deeds[-LAST:]]))
        raise
    finally:
        hand.tidy_up()
        session.stop()
