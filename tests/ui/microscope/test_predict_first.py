"""Predict first, by its keys and by the mouse: the question, the guess, the gap, and why; nothing is shown before."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.data.examples import DataError
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.experiment.layer_specs import Conv2DSpec, MaxPool2DSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.trace.prediction import Guess
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.phases import Phase
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.example.card import HIDDEN
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.microscope.predict.card import PredictCard
from nnstudio.ui.microscope.sheet import number
from nnstudio.ui.microscope.walk import Grain, Stop
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings

Key = Qt.Key
XOR: Experiment = replace(
    default_experiment(DatasetKind.XOR4), layers=(DenseSpec(units=3, activation=ActivationKind.TANH),)
)


def no_images(spec: object) -> None:
    raise DataError("no images here")


def opened(experiment: Experiment, qtbot: QtBot) -> Iterator[MainWindow]:
    session = Session(experiment, no_images)  # type: ignore[arg-type]
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    window.resize(1440, 900)
    session.start()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: session.frame is not None)
    session.step()
    qtbot.waitUntil(lambda: session.frame.updates == 1)  # type: ignore[union-attr]
    press(window, Key.Key_M)
    qtbot.waitUntil(lambda: window.pages.microscopy.is_open and window.pages.microscopy.page.trace is not None)
    yield window
    session.stop()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    yield from opened(XOR, qtbot)


@pytest.fixture
def page(window: MainWindow) -> Microscope:
    """Under the microscope the second example, x = (0, 1) or the like, whose first unit is shown; *Predict* is on."""
    press(window, Key.Key_Down)
    press(window, Key.Key_P)
    return window.pages.microscopy.page


def plain(label: QLabel) -> str:
    """What stands on a label, without its weights."""
    return re.sub("<.*?>", "", label.text())


def press(window: MainWindow, *keys: Key, shift: bool = False) -> None:
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    for key in keys:
        QTest.keyClick(window.windowHandle(), key, modifier)


def click(widget: QWidget, at: QPoint | None = None) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or QPoint())


def card_of(page: Microscope) -> PredictCard:
    return page.predicting.card


def buttons_of(page: Microscope) -> list[QAbstractButton]:
    return page.bar.findChildren(QAbstractButton)


def trace_of(page: Microscope) -> Trace:
    assert page.trace is not None
    return page.trace


def stop_of(page: Microscope) -> Stop:
    assert page.walk is not None
    return page.walk.stop


@pytest.mark.slow
def test_the_key_turns_it_on_and_off(window: MainWindow, page: Microscope) -> None:
    card = card_of(page)
    assert page.bar.predict.isChecked()
    assert card.isVisible()
    assert plain(card.asked) == "Next: h₂. Where will it be?"
    assert card.known.text().startswith("x = (")
    assert not page.gradient.isVisible()
    press(window, Key.Key_P)
    assert not page.bar.predict.isChecked()
    assert not card.isVisible()
    assert page.gradient.isVisible()
    click(page.bar.predict)
    assert card.isVisible()


@pytest.mark.slow
def test_a_step_asks_first_and_shows_nothing_before(window: MainWindow, page: Microscope) -> None:
    card, before = card_of(page), stop_of(page)
    a = number(float(trace_of(page).layers[0].a[1]))
    press(window, Key.Key_Right)
    assert stop_of(page) == before, "the step waits for a guess"
    assert card.axis.hasFocus()
    texts = [label.text() for label in page.findChildren(type(card.asked)) if label.isVisible()]
    assert not any(a in text for text in texts)
    assert page.example.rows.instead == HIDDEN
    assert not any(number(float(trace_of(page).p[0])) in text for text in texts), "the answer would give it away"
    press(window, Key.Key_Right, Key.Key_Right)
    assert stop_of(page) == before, "on the axis the arrows move the mark"
    assert card.guess == Guess(1, pytest.approx(0.1)) or card.guess.value == pytest.approx(0.1)
    press(window, Key.Key_Return)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 1)
    assert card.outcome is not None
    assert card.outcome.question.value == float(trace_of(page).layers[0].a[1])
    assert f"You said <code>0.1</code>, it is <code>{a}</code>." in card.result.text()
    assert plain(card.asked) == "Next: h₃. Where will it be?"


@pytest.mark.slow
def test_return_without_a_guess_shows_nothing(window: MainWindow, page: Microscope) -> None:
    before, card = stop_of(page), card_of(page)
    press(window, Key.Key_Right, Key.Key_Return, Key.Key_Return)
    assert stop_of(page) == before
    assert card.said.text() == "← → move the mark"
    for button in (card.show_it, next(each for each in buttons_of(page) if each.accessibleName() == "One step on")):
        click(button)
        assert stop_of(page) == before


@pytest.mark.slow
def test_keys_move_the_mark(window: MainWindow, page: Microscope) -> None:
    card = card_of(page)
    press(window, Key.Key_Right)
    seen: list[float | None] = []
    for keys, shift in (((Key.Key_Right,), False), ((Key.Key_Left, Key.Key_Down), False), ((Key.Key_Right,), True)):
        press(window, *keys, shift=shift)
        seen.append(card.guess.value)
    assert seen == pytest.approx([0.05, -0.05, 0.45])
    press(window, Key.Key_End)
    assert card.guess == Guess(2, 1.0)
    press(window, Key.Key_Home)
    assert card.guess == Guess(0, -1.0)
    assert "your guess is about −1" in card.axis.accessibleDescription()
    assert card.axis.spoken.isVisible()
    assert card.axis.spoken.value() == -1
    assert card.said.text() == "guess: about −1"
    press(window, Key.Key_Escape)
    assert page.hasFocus(), "Escape gives the keys back"
    assert window.pages.microscopy.is_open


@pytest.mark.slow
def test_the_mouse_drags_the_mark_and_signs_go_with_it(window: MainWindow, page: Microscope) -> None:
    card = card_of(page)
    axis = card.axis.viewport()
    at = card.axis.place_of(0.5).toPoint()
    QTest.mousePress(axis, Qt.MouseButton.LeftButton, pos=at)
    assert card.guess == Guess(2, pytest.approx(0.5))
    QTest.mouseMove(axis, card.axis.place_of(-0.75).toPoint())
    assert card.guess == Guess(0, pytest.approx(-0.75))
    QTest.mouseRelease(axis, Qt.MouseButton.LeftButton, pos=at)
    click(card.choices[2])
    assert card.guess == Guess(2, pytest.approx(0.5)), "the mark follows the sign"
    click(card.choices[1])
    assert card.guess == Guess(1, pytest.approx(0.0))
    assert page.hasFocus(), "the mouse takes no keys away"
    press(window, Key.Key_Right)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 1), "a guess is there: the step is taken"


@pytest.mark.slow
def test_a_sign_alone_is_a_guess(window: MainWindow, page: Microscope) -> None:
    card = card_of(page)
    click(card.choices[0])
    assert card.guess == Guess(0)
    click(card.show_it)
    assert card.outcome is not None
    assert card.outcome.gap is None
    assert "You said negative" in card.result.text()


@pytest.mark.slow
def test_not_to_know_is_an_answer(window: MainWindow, page: Microscope) -> None:
    card = card_of(page)
    click(card.unknown)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 1)
    assert card.outcome is not None
    assert card.outcome.guess.is_empty
    assert card.result.text().endswith("Why?")
    assert len(card.causes) == 3


@pytest.mark.slow
def test_why_is_judged_by_the_numbers(window: MainWindow, page: Microscope) -> None:
    card = card_of(page)
    click(card.unknown)
    assert card.outcome is not None
    for place, cause in enumerate(card.outcome.causes):
        click(card.causes[place])
        assert card.verdict.text().startswith("✓ That is why." if cause.holds else "✗ No.")
        assert cause.reason in card.verdict.text()
        assert card.verdict.property("tone") == ("better" if cause.holds else "worse")
        assert cause.reason in card.causes[place].accessibleDescription()


@pytest.mark.slow
def test_all_of_it_by_keys_alone(window: MainWindow, page: Microscope) -> None:
    """Through all phases: → asks, arrows guess, Return shows, Space and the arrows pick a cause, Return goes on."""
    card = card_of(page)
    assert page.walk is not None
    kinds: set[str] = set()
    press(window, Key.Key_Right)
    for here in range(1, len(page.walk.stops)):
        assert card.question is not None, stop_of(page)
        kinds.add(card.question.name[:4])
        press(window, Key.Key_Right, Key.Key_Return)
        assert page.walk.here == here, card.asked.text()
        assert card.causes[0].hasFocus()
        press(window, Key.Key_Space)
        assert card.causes[0].isChecked()
        press(window, Key.Key_Down)
        assert card.causes[1].isChecked()
        assert card.verdict.text()
        press(window, Key.Key_Return)
    assert {"h₂", "zᵒ₁", "L", "∂L/∂", "the "} <= kinds
    assert "last step" in card.asked.text()
    press(window, Key.Key_Escape)
    assert page.hasFocus()


@pytest.mark.slow
def test_what_has_been_seen_is_not_asked_again(window: MainWindow, page: Microscope) -> None:
    card = card_of(page)
    click(card.unknown)
    press(window, Key.Key_Left)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 0)
    assert card.question is None
    assert card.asked.text() == "The next step has been seen already; → shows it once more."
    press(window, Key.Key_Right)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 1)
    assert card.question is not None
    press(window, Key.Key_Down)
    assert card.outcome is None, "another example: that gap is no longer of these numbers"


@pytest.mark.slow
def test_what_was_passed_while_it_was_hidden_has_not_been_seen(window: MainWindow, page: Microscope) -> None:
    press(window, Key.Key_C, Key.Key_Escape)
    for _ in range(3):
        page.setFocus()
        press(window, Key.Key_Right)
    for key in (Key.Key_Home, Key.Key_P):
        page.setFocus()  # from the field, where it is typed
        press(window, key)
    assert page.walk is not None
    assert (page.walk.here, page.predicting.on) == (0, True)
    assert card_of(page).question is not None, "all of it was hidden"


@pytest.mark.slow
def test_there_is_no_wave_while_predicting(window: MainWindow, page: Microscope) -> None:
    press(window, Key.Key_Space)
    assert not page._wave.isActive()
    assert not page.bar._play.isEnabled()
    press(window, Key.Key_P)
    press(window, Key.Key_Space)
    assert page._wave.isActive()
    press(window, Key.Key_P)
    assert not page._wave.isActive()


@pytest.mark.slow
def test_of_terms_only_the_last_is_asked_for(window: MainWindow, page: Microscope) -> None:
    assert page.walk is not None
    press(window, Key.Key_T)
    assert page.walk.grain is Grain.TERM
    card = card_of(page)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 0, 3)
    assert "one term of a sum" in card.asked.text()
    press(window, Key.Key_Right, Key.Key_Right)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 1, 2)
    assert card.question is not None
    assert card.question.name == "h₂"
    press(window, Key.Key_Right)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 1, 2)
    click(card.unknown)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 1, 3)


@pytest.mark.slow
def test_a_whole_layer_is_asked_for_by_one_of_its_units(window: MainWindow, page: Microscope) -> None:
    press(window, Key.Key_L, Key.Key_Home)
    card = card_of(page)
    assert page.words.text() == "", "what the example costs has not been computed"
    assert card.question is not None
    assert card.question.name == "zᵒ₁"
    click(card.unknown)
    assert stop_of(page) == Stop(Phase.FORWARD, 1)
    assert card.question.name == "L"


@pytest.mark.slow
def test_what_has_diverged_cannot_be_predicted(window: MainWindow, page: Microscope) -> None:
    trace = trace_of(page)
    broken = tuple(replace(layer, z=np.full_like(layer.z, np.inf)) for layer in trace.layers)
    page.show_trace(replace(trace, layers=broken))
    assert not page.bar.predict.isChecked()
    assert not page.bar.predict.isEnabled()
    assert "out of range: z₁ is inf" in page.bar.predict.toolTip()
    press(window, Key.Key_Right)
    assert stop_of(page) == Stop(Phase.FORWARD, 0, 1)
    page.show_trace(trace)
    assert page.bar.predict.isEnabled()


@pytest.mark.slow
def test_every_control_has_a_name_a_tooltip_and_an_explanation(window: MainWindow, page: Microscope) -> None:
    card = card_of(page)
    click(card.unknown)
    controls = [*card.choices, *card.causes, card.show_it, card.unknown, card.axis, card.gap, page.bar.predict]
    for control in controls:
        assert control.isVisible()
        name = control.accessibleName() or control.text()  # type: ignore[union-attr]
        assert name
        assert control.toolTip()
        assert "Example" in control.whatsThis()
        assert "Source" in control.whatsThis()


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1440, 900), (1100, 720)])
def test_nothing_is_cut_off(window: MainWindow, page: Microscope, qtbot: QtBot, size: tuple[int, int]) -> None:
    window.resize(*size)
    qtbot.waitUntil(lambda: window.size().width() == size[0] and page.width() > size[0] - 60)
    card = card_of(page)
    click(card.unknown)
    click(card.causes[0])
    qtbot.waitUntil(lambda: card.gap.width() > 150)
    for widget in (*card.choices, *card.causes, card.show_it, card.unknown, card.axis, card.gap, card.verdict):
        assert card.rect().contains(widget.geometry().translated(widget.parentWidget().mapTo(card, QPoint()))), widget
        if widget in card.choices:
            assert widget.width() >= widget.sizeHint().width()


@pytest.mark.slow
def test_a_convolution_is_asked_for_as_well(qtbot: QtBot) -> None:
    layers = Conv2DSpec(filters=2, kernel=3), MaxPool2DSpec(), DenseSpec(units=3)
    experiment = replace(default_experiment(DatasetKind.SKETCHED_DIGITS), layers=layers)
    for window in opened(experiment, qtbot):
        page = window.pages.microscopy.page
        press(window, Key.Key_P)
        assert page.walk is not None
        for _ in range(len(page.walk.stops) - 1):
            before = page.walk.here
            if card_of(page).question is not None:
                click(card_of(page).unknown)
                assert len(card_of(page).causes) == 3
            else:
                press(window, Key.Key_Right)
            assert page.walk.here == before + 1
