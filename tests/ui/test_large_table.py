"""A table that is read in a process of its own while the window trains: killed, cancelled, used, taken back, brought
back."""

import os
import signal
from collections.abc import Iterator
from multiprocessing import active_children
from pathlib import Path

import pytest
from own_tables import LEFT, Hand, flowers
from pytestqt.qtbot import QtBot
from session_hand import WindowHand

from nnstudio.core.experiment import TableSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.files.library import DataLibrary
from nnstudio.files.tables import apart
from nnstudio.files.tables.apart import reading_apart
from nnstudio.files.tables.source import TableLibrary
from nnstudio.ui.panels.own_table.draft import Draft

pytestmark = [
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),
    pytest.mark.skipif(os.name == "nt", reason="needs signals"),
]


def process_of(qtbot: QtBot, draft: Draft) -> int:
    """The process that reads a table, as soon as there is one."""
    qtbot.waitUntil(lambda: bool(active_children()))
    (process,) = active_children()
    assert draft.busy
    assert process.pid is not None
    return process.pid


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[WindowHand]:
    library = DataLibrary(tables=TableLibrary(reader=reading_apart))
    desk = WindowHand(qtbot, default_experiment(DatasetKind.XOR4), images=library)
    yield desk
    if desk.window.own_data.dialog is not None:
        desk.window.own_data.dialog.close()
    desk.end()


@pytest.mark.slow
def test_a_large_table_comes_in_while_the_window_trains(
    desk: WindowHand, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "LARGE", 0)
    path = flowers(tmp_path)
    session, window = desk.session, desk.window
    before = session.experiment
    session.play()
    window.own_data.show(path)
    dialog = window.own_data.dialog
    assert dialog is not None
    hand = Hand(qtbot, dialog)
    os.kill(process_of(qtbot, hand.dialog.draft), signal.SIGKILL)
    hand.wait()
    assert dialog.message.text().startswith("flowers.csv cannot be read: the process that read it was ended, by")
    assert dialog.message.text().endswith("open it again. Nothing was changed.")
    assert not dialog.use.isEnabled()
    assert session.experiment == before
    frame = session.frame
    assert frame is not None
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > frame.updates)
    window.own_data.show(path)
    process_of(qtbot, hand.dialog.draft)
    qtbot.mouseClick(dialog.cancel, LEFT)
    qtbot.waitUntil(lambda: not active_children())
    assert session.experiment == before
    window.own_data.show(path)
    assert window.own_data.dialog is not None
    hand = Hand(qtbot, window.own_data.dialog)
    hand.wait()
    assert hand.said()[1] == "species is the target: 3 classes."
    qtbot.mouseClick(hand.dialog.use, LEFT)
    session.pause()
    desk.settle()
    learned = session.experiment
    assert isinstance(learned.dataset, TableSpec)
    for step, after in ((session.undo, before), (session.redo, learned)):
        step()
        desk.settle()
        assert session.experiment == after
    assert not active_children(), "the library, too, has read it in a process that is no more"
