"""What takes long is worked out beside the window, which says so meanwhile, and what happened if that fails."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.experiment.layer_specs import BatchNormSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.nudging import Nudging
from nnstudio.core.trace.quantity import Place, Quantity
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.beside import Beside
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.microscope.nudge_card import NudgeCard
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings

Key = Qt.Key
TANH = DenseSpec(units=2, activation=ActivationKind.TANH)
PLAIN = replace(default_experiment(DatasetKind.XOR4), layers=(TANH,))
COMPARED = replace(PLAIN, layers=(TANH, BatchNormSpec()))


def test_of_two_pieces_of_work_the_newer_is_taken_and_a_failure_is_told(qtbot: QtBot) -> None:
    heard, parent = list[str](), QObject()
    beside, gate = Beside(parent), threading.Event()
    beside.begin(gate.wait, lambda _: heard.append("the older"), heard.append)
    beside.begin(lambda: 1 / 0, heard.append, lambda why: heard.append(f"because {why}"))
    qtbot.waitUntil(lambda: bool(heard))
    gate.set()
    assert heard == ["because ZeroDivisionError: division by zero"]
    beside.begin(lambda: bytearray(1 << 62), heard.append, heard.append)
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard[1] == "there is not enough memory"


class Gate:
    """Holds up whoever works out a mini-batch, and notes the threads that did."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.fails = False
        self.threads = set[threading.Thread]()

    def way(self, held: Held) -> object:
        self.threads.add(threading.current_thread())
        self.opened.wait()
        if self.fails:
            raise MemoryError
        return _WAY.func(held)


_WAY: cached_property = Held.__dict__["way"]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    way = cached_property(gate.way)
    way.__set_name__(Held, "way")
    monkeypatch.setattr(Held, "way", way)
    yield gate
    gate.opened.set()


def window_of(experiment: Experiment, qtbot: QtBot) -> MainWindow:
    session = Session(experiment, lambda _: None)  # type: ignore[arg-type, return-value]
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    window.resize(1440, 900)
    session.start()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: session.frame is not None)
    QTest.keyClick(window.windowHandle(), Key.Key_M)
    qtbot.waitUntil(lambda: window.pages.microscopy.is_open)
    return window


def page_of(experiment: Experiment, qtbot: QtBot, request: pytest.FixtureRequest) -> Microscope:
    window = window_of(experiment, qtbot)
    request.addfinalizer(window._session.stop)
    return window.pages.microscopy.page


def held_of(page: Microscope) -> Held:
    assert page.trace is not None
    return page.trace.held


@pytest.mark.slow
def test_an_example_of_the_mini_batch_does_not_wait_for_it(
    gate: Gate, qtbot: QtBot, request: pytest.FixtureRequest
) -> None:
    page = page_of(PLAIN, qtbot, request)
    assert page.trace is not None
    assert page.trace.row is not None, "it is seen as the update will see it"
    held, words = held_of(page), "Working out the mini-batch …"
    QTest.keyClick(page, Key.Key_4)
    assert page.words.text() == words
    assert any(words in label.text() for label in page.card.findChildren(QLabel))
    assert page.update_card.note.text() == words
    QTest.keyClick(page, Key.Key_P)
    assert page.predicting.card.question is None, "what it would be about is not known"
    QTest.keyClick(page, Key.Key_P)
    gate.opened.set()
    qtbot.waitUntil(lambda: held.worked_out and page.words.text() != words)
    assert not any(words in label.text() for label in page.card.findChildren(QLabel))
    assert threading.main_thread() not in gate.threads


@pytest.mark.slow
def test_a_normalised_one_waits_and_is_shown_when_all_are_known(
    gate: Gate, qtbot: QtBot, request: pytest.FixtureRequest
) -> None:
    page = page_of(COMPARED, qtbot, request)
    assert page.trace is None
    assert page.network.summary() == "Working out the mini-batch …"
    assert not page.card.isVisible()
    assert not page.example.isVisible()
    QTest.keyClick(page, Key.Key_Right)
    gate.opened.set()
    qtbot.waitUntil(lambda: page.trace is not None)
    assert page.example.isVisible()
    assert page.card.isVisible()
    assert threading.main_thread() not in gate.threads


@pytest.mark.slow
@pytest.mark.parametrize("experiment", [PLAIN, COMPARED], ids=["plain", "compared"])
def test_what_cannot_be_worked_out_is_told_in_its_place(
    experiment: Experiment, gate: Gate, qtbot: QtBot, request: pytest.FixtureRequest
) -> None:
    gate.fails = True
    gate.opened.set()
    page = page_of(experiment, qtbot, request)
    if experiment is PLAIN:
        QTest.keyClick(page, Key.Key_4)
    qtbot.waitUntil(lambda: "there is not enough memory" in page.words.text())
    assert "The run is untouched" in page.words.text()
    assert (page.trace is None) == (experiment is COMPARED)
    if experiment is COMPARED:
        assert "there is not enough memory" in page.network.summary()
    else:
        page.example.switch.set_current(1)
        page.example.switch.currentChanged.emit(1)
        assert "there is not enough memory" in page.example.rows.instead


@pytest.mark.slow
def test_a_nudge_is_worked_out_beside_and_says_what_went_wrong(
    qtbot: QtBot, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(COMPARED, qtbot, request)
    qtbot.waitUntil(lambda: page.trace is not None)
    assert page.trace is not None
    weight = Place(Quantity.WEIGHT, page.trace.layers[0].key, (0, 0), "weight")
    card = NudgeCard(page.trace, weight, page)
    card.show_at(QPoint(100, 100))
    assert (card.nudge, card.said.text(), card.whole.isEnabled()) == (None, "Working out …", False)
    qtbot.waitUntil(lambda: card.nudge is not None)
    assert card.said.isHidden()

    def breaks(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Nudging, "layers", breaks)
    QTest.mouseClick(card.whole, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not card.said.isHidden())
    assert "there is not enough memory" in card.said.text()
    assert (card.whole.text(), card.whole.isEnabled()) == ("Whole network…", True)
