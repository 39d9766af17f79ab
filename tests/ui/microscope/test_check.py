"""Check my calculation, by keys and as a screen reader gets it: nothing right refused, no slip misnamed, nothing given
away before it is found."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QGraphicsSimpleTextItem,
    QGraphicsView,
    QLabel,
    QStyle,
    QStyleOptionFrame,
    QWidget,
)
from pytestqt.qtbot import QtBot

from nnstudio.core.data.examples import DataError
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind, OptimizerKind
from nnstudio.core.experiment.optimizer_defaults import with_optimizer
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName, TypedInputs
from nnstudio.core.trace.asked import Asked
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.judgement import Judgement, Verdict
from nnstudio.core.trace.quantity import Place, Quantity
from nnstudio.core.trace.trace import Trace
from nnstudio.core.trace.typed import Typed
from nnstudio.core.training.phases import Phase
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.cells import number
from nnstudio.ui.microscope.check.checking import KEPT, Checking, Level
from nnstudio.ui.microscope.check.field import AnswerField
from nnstudio.ui.microscope.check.mode import HIDDEN
from nnstudio.ui.microscope.check.veil import UNKNOWN
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.microscope.walk import Stop
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings

Key, Q = Qt.Key, Quantity


def no_images(spec: object) -> None:
    raise DataError("no images here")


def experiment_of(
    seed: int = 1, kind: DatasetKind = DatasetKind.MOONS, units: int = 2, **training: object
) -> Experiment:
    default = default_experiment(kind)
    spec = with_optimizer(default.training, (OptimizerKind.SGD, OptimizerKind.ADAM)[seed % 2])
    activation = (ActivationKind.TANH, ActivationKind.SIGMOID)[seed % 2]
    layers = (DenseSpec(units=units, activation=activation),)
    return replace(default, layers=layers, seed=seed, training=replace(spec, batch_size=4, **training))


def opened(qtbot: QtBot, experiment: Experiment) -> MainWindow:
    """The window with the microscope over a few updates, and the check on, by its keys."""
    session = Session(experiment, no_images)  # type: ignore[arg-type]
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    window.resize(1440, 900)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: session.frame is not None)
    session.step(5)
    qtbot.waitUntil(lambda: session.frame.updates == 5)  # type: ignore[union-attr]
    press(window, Key.Key_M)
    qtbot.waitUntil(lambda: window.pages.microscopy.is_open and window.pages.microscopy.page.trace is not None)
    qtbot.waitUntil(lambda: window.pages.microscopy.page.trace.held.worked_out)  # type: ignore[union-attr]
    press(window, Key.Key_C)
    return window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = opened(qtbot, experiment_of())
    yield window
    window._session.stop()


def page_of(window: MainWindow) -> Microscope:
    return window.pages.microscopy.page


@pytest.fixture
def page(window: MainWindow) -> Microscope:
    return page_of(window)


def press(window: MainWindow, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(window.windowHandle(), key)


def write(window: MainWindow, text: str) -> None:
    """Into whatever has the focus, and Enter."""
    focus = QApplication.focusWidget()
    assert isinstance(focus, AnswerField)
    focus.selectAll()
    QTest.keyClicks(focus, text)
    QTest.keyClick(focus, Key.Key_Return)


def steps_here(page: Microscope) -> tuple[Asked, ...]:
    assert page.walk is not None
    assert page.check.checking.steps is not None
    stop = page.walk.stop
    return page.check.checking.steps.of(stop.phase, stop.layer, stop.unit)


def leave(window: MainWindow) -> None:
    """From a field to the page."""
    if isinstance(QApplication.focusWidget(), AnswerField):
        press(window, Key.Key_Escape)


def open_here(page: Microscope) -> list[Asked]:
    return page.check.checking.open(steps_here(page))


def focused(page: Microscope) -> AnswerField:
    focus = QApplication.focusWidget()
    assert isinstance(focus, AnswerField)
    return focus


def heard(field: AnswerField) -> str:
    """What a screen reader says of a field, beyond its name and its text."""
    interface = QAccessible.queryAccessibleInterface(field)
    assert interface is not None
    return interface.text(QAccessible.Text.Description)


def field_of(page: Microscope, step: Asked) -> AnswerField:
    return next(field for field in page.card.fields if field.place == step.place)


def answer(window: MainWindow, step: Asked, text: str) -> str:
    """Type it into the step's field, and hear what is said of it."""
    page = page_of(window)
    assert page.card.focus_on(step.place)
    write(window, text)
    return heard(field_of(page, step))


def exact(value: float) -> str:
    return f"{value:#.12g}" if value else "0"


def solve(window: MainWindow) -> None:
    """Everything that is asked here, right, in the order in which the focus goes."""
    page = page_of(window)
    while open_here(page):
        asked = focused(page).place
        step = next(step for step in steps_here(page) if step.place == asked)
        write(window, exact(step.exercise.true))


# The way through ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_right_answer_moves_on_and_later_steps_wait(window: MainWindow, page: Microscope) -> None:
    first, second, z, a = steps_here(page)
    assert focused(page).place == first.place, "its key begins with the first field"
    assert {field.place for field in page.card.fields} == {first.place, second.place}
    waiting = [label.text() for label in page.card.findChildren(QLabel) if label.property("role") == "waits"]
    assert waiting == [f"waits for {first.name}", f"waits for {z.name}"]
    write(window, exact(first.exercise.true))
    assert focused(page).place == second.place
    assert heard(field_of(page, first)) == "Right."
    write(window, exact(second.exercise.true))
    assert focused(page).place == z.place
    write(window, exact(z.exercise.true))
    assert focused(page).place == a.place
    write(window, exact(a.exercise.true))
    assert page.hasFocus(), "all is done here"
    press(window, Key.Key_Right)
    assert page.card.title.text() == "h₂"
    assert isinstance(QApplication.focusWidget(), AnswerField), "and the next unit begins"


@pytest.mark.slow
def test_all_phases_can_be_calculated_with_keys_alone(window: MainWindow, page: Microscope) -> None:
    assert page.walk is not None
    for _ in page.walk.stops:
        solve(window)
        assert all(page.check.checking.attempt(step.place).right for step in steps_here(page))
        press(window, Key.Key_Right)
    steps = page.check.checking.steps
    assert steps is not None
    asked = [step for stop in page.walk.stops for step in steps.of(stop.phase, stop.layer, stop.unit)]
    assert {step.place.quantity for step in asked} == {
        *(Q.PRODUCT, Q.Z, Q.A, Q.P, Q.LOSS, Q.DA, Q.DZ, Q.DW, Q.G, Q.NEW)
    }
    assert page.check.checking.right() == (len(asked), 0)


@pytest.mark.slow
def test_keys_belong_to_the_field_and_then_to_the_page(window: MainWindow, page: Microscope) -> None:
    QTest.keyClicks(focused(page), "1e2l")
    assert focused(page).text() == "1e2l"
    assert page.walk is not None
    assert page.walk.stop == Stop(Phase.FORWARD, 0, 0), "no digit and no letter went to the page"
    press(window, Key.Key_Escape)
    assert page.hasFocus()
    assert window.pages.microscopy.is_open
    press(window, Key.Key_2)
    assert page.walk.stop.phase is Phase.LOSS
    press(window, Key.Key_1)
    assert page.card.fields[0].text() == "1e2l", "what was typed is kept"
    press(window, Key.Key_Escape, Key.Key_Return)
    assert focused(page) is page.card.fields[0], "Enter goes on"
    press(window, Key.Key_Down)
    assert focused(page) is page.card.fields[1]
    press(window, Key.Key_Right)
    assert page.walk.stop == Stop(Phase.FORWARD, 0, 1), "in an empty field there is nowhere else to go"
    press(window, Key.Key_Escape, Key.Key_C)
    assert not page.check.checking.on
    assert not page.card.fields
    press(window, Key.Key_Escape, Key.Key_Escape)
    assert not window.pages.microscopy.is_open, "the first folds the unit"


@pytest.mark.slow
def test_a_wrong_answer_is_named_helped_and_in_the_end_shown(window: MainWindow, page: Microscope) -> None:
    said: list[str] = []
    page.check.announced.connect(said.append)
    checking, card = page.check.checking, page.check.card
    for step in steps_here(page)[:2]:
        write(window, exact(step.exercise.true))
    z, a = steps_here(page)[2:]
    bias = z.exercise.slips[0]
    assert answer(window, z, exact(bias.value)) == f"{bias.name} {bias.hint}"
    assert said[-1] == f"z₁: {bias.name} {bias.hint}"
    assert field_of(page, z).text() == exact(bias.value), "the text stays"
    assert focused(page).place == z.place
    assert bias.hint in page.card.hint.text()
    assert bias.name in [label.text() for label in page.card.findChildren(QLabel)]
    assert card.title.text() == "Second try"
    assert "worked out on h₂, not here" in card.text.text()
    QTest.mouseClick(card.hint, Qt.MouseButton.LeftButton)
    assert "The rule: z₁ = Σ w · x + b" in page.card.hint.text()
    write(window, exact(bias.value))
    assert checking.attempt(z.place).wrong == 1, "the same wrong answer is one try"
    assert "z₂ = " not in card.text.text()
    assert not card.give.isVisible()
    write(window, "77.7")
    twin = checking.twin(z)
    assert twin is not None
    assert twin.name == "z₂"
    assert card.text.text() == f"The same step on h₂: {checking.worked_out(twin)}. Now yours."
    assert checking.attempt(twin.place).shown, "what was still to do there counts as shown"
    assert not card.give.isVisible()
    write(window, "78.8")
    assert card.give.isVisible()
    QTest.mouseClick(card.give, Qt.MouseButton.LeftButton)
    assert checking.attempt(z.place).shown
    assert field_of(page, z).text() == number(z.exercise.true)
    assert focused(page).place == a.place
    assert checking.right() == (2, 0), "the first try counts, and what is shown does not"


@pytest.mark.slow
def test_neither_right_nor_wrong_is_no_try(window: MainWindow, page: Microscope) -> None:
    step = steps_here(page)[0]
    for text, verdict in (("0,2,5", "it cannot be read"), (f"{step.exercise.true:.1g}", "give another digit")):
        assert verdict in answer(window, step, text)
        assert page.check.checking.attempt(step.place).wrong == 0
    before = page.check.checking.attempt(step.place).judged
    focused(page).clear()
    press(window, Key.Key_Return)
    assert page.check.checking.attempt(step.place).judged == before, "nothing is no answer"


@pytest.mark.slow
def test_what_was_typed_belongs_to_the_state_and_the_example(
    window: MainWindow, page: Microscope, qtbot: QtBot
) -> None:
    first = steps_here(page)[0]
    write(window, exact(first.exercise.true))
    QTest.keyClicks(focused(page), "0.1")
    press(window, Key.Key_Escape, Key.Key_Down)
    assert not page.check.checking.attempt(first.place).done, "another example, another calculation"
    press(window, Key.Key_Up)
    assert page.check.checking.attempt(first.place).right
    assert page.card.fields[1].text() == "0.1"
    window._session.step()
    qtbot.waitUntil(page.bar.newest.isVisible)
    QTest.mouseClick(page.bar.newest, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.trace.held.state.updates == 6)  # type: ignore[union-attr]
    assert not page.check.checking.attempt(first.place).done, "another state, too"


@pytest.mark.parametrize("other", ["function", "switch"])
def test_what_was_typed_does_not_outlive_an_edit_that_changes_the_numbers(other: str) -> None:
    """Another function, or a unit switched off, leaves the parameters and the number of updates as they were."""
    experiment = experiment_of()
    trainer = Trainer(experiment)
    trainer.step()
    state, key = trainer.state(), trainer.network.layers[0].key
    layers = (replace(experiment.layers[0], activation=ActivationKind.RELU),)
    edited = replace(state, experiment=replace(experiment, layers=layers)) if other == "function" else state
    edited = replace(edited, off={key: (1,)}) if other == "switch" else edited
    checking, place = Checking(), Place(Q.P, 0, (0,))
    for each, done in ((state, False), (edited, False), (state, True)):
        checking.look_at(Trace.of(Held(each, trainer.dataset), Chosen(SplitName.TRAINING, 1)))
        assert checking.attempt(place).done is done
        if each is state:
            checking.show([place])


@pytest.mark.slow
def test_of_the_examples_that_were_tried_those_of_last_are_remembered() -> None:
    trainer = Trainer(experiment_of())
    held, checking, place = Held(trainer.state(), trainer.dataset), Checking(), Place(Q.Z, 0, (0,))

    def look_at(example: int) -> bool:
        checking.look_at(Trace.of(held, TypedInputs((float(example), 1.0), (1.0,))))
        return checking.attempt(place).done

    for example in range(KEPT):
        assert not look_at(example)
        if example % 2:
            checking.show([place])
    assert look_at(1)
    assert len(checking._books) <= KEPT // 2 + 1, "what was only looked at is not kept"
    for example in range(KEPT, 2 * KEPT - 1):
        assert not look_at(example)
        checking.show([place])
    assert len(checking._books) == KEPT
    assert look_at(1), "it was looked at after the others"
    assert not look_at(3)


@pytest.mark.slow
def test_what_was_said_of_an_answer_goes_with_its_mark_when_it_is_typed_anew(
    window: MainWindow, page: Microscope
) -> None:
    first, *_ = steps_here(page)
    assert answer(window, first, "77").startswith("✗") or page.check.checking.attempt(first.place).wrong == 1

    def said() -> list[str]:
        labels = page.card.findChildren(QLabel)
        return [label.text() for label in labels if label.isVisible() and label.property("role") == "verdict"]

    assert len(said()) == 1
    QTest.keyClick(field_of(page, first), Qt.Key.Key_1)
    assert said() == []


@pytest.mark.slow
def test_levels(window: MainWindow, page: Microscope) -> None:
    checking, card = page.check.checking, page.check.card
    first, second, z, a = steps_here(page)
    card.levels.set_current([*Level].index(Level.FIRST))
    assert {field.place for field in page.card.fields} == {first.place, second.place}
    assert checking.hides(z.place), "what is given waits as well"
    for step in (first, second):
        assert answer(window, step, exact(step.exercise.true)) == "Right."
    assert not checking.hides(z.place)
    assert number(a.exercise.true) in " ".join(texts_of(page))
    card.levels.set_current([*Level].index(Level.WATCH))
    press(window, Key.Key_3)
    assert not page.card.fields
    assert UNKNOWN not in " ".join(texts_of(page))


@pytest.mark.slow
def test_what_is_made_of_open_numbers_can_be_begun_with_them_given(window: MainWindow, page: Microscope) -> None:
    press(window, Key.Key_Escape, Key.Key_3)
    assert not page.card.fields
    card = page.check.card
    assert card.title.text() == "One step too early"
    QTest.mouseClick(card.needed, Qt.MouseButton.LeftButton)
    assert not card.needed.isVisible()
    assert focused(page).place == Place(Q.DZ, 0, (0,))
    solve(window)
    assert page.check.checking.hides(Place(Q.Z, 0, (0,))), "only what was needed was given"


# Hidden ---------------------------------------------------------------------------------------------------------------


def texts_of(page: Microscope) -> list[str]:
    """All that can be read on the page, by eyes, pointer, screen reader or clipboard."""
    found: list[str] = []
    for widget in (page, *page.findChildren(QWidget)):
        found += [widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        if isinstance(widget, QLabel | QAbstractButton):
            found.append(re.sub("<[^>]*>", " ", widget.text()))
        if isinstance(widget, AnswerField):
            found.append(widget.text())
        if isinstance(widget, QGraphicsView):
            found += [item.text() for item in widget.scene().items() if isinstance(item, QGraphicsSimpleTextItem)]
            found.append(widget.summary())  # type: ignore[attr-defined]
    page.card.copy()
    return [*found, QApplication.clipboard().text()]


def innocent(page: Microscope) -> set[str]:
    """Numbers that anybody may see, parameters, inputs, targets, η, and the gradients of the other examples: a hidden
    one may happen to look like one of them."""
    trace = page.trace
    assert trace is not None
    arrays = [trace.inputs, trace.y, trace.terms.targets]
    for layer in trace.layers:
        for name, array in layer.arrays.items():
            arrays.append(array)
            for at in np.ndindex(array.shape):
                each = trace.held.way.of_each(layer.key, name, at)
                assert each is not None
                arrays.append(np.delete(each, trace.row) if trace.row is not None else each)
    values = np.concatenate([array.ravel() for array in arrays])
    return {number(float(value)) for value in (*values, trace.held.rate, *range(10))}


def given_away(page: Microscope) -> list[str]:
    """Hidden numbers that stand somewhere, written in any way; of those below 0.1, which have but two digits and are
    easily taken for another, only with all digits."""
    steps, checking, walk = page.check.checking.steps, page.check.checking, page.walk
    assert steps is not None
    assert walk is not None
    asked = {step.place: step for stop in walk.stops for step in steps.of(stop.phase, stop.layer, stop.unit)}
    hidden = {step.name: step.exercise.true for step in asked.values() if checking.hides(step.place)}
    found = {number(step.exercise.true) for step in asked.values() if checking.attempt(step.place).done}
    hidden = {name: value for name, value in hidden.items() if number(value) not in innocent(page) | found}
    texts = " ".join(texts_of(page))
    tokens = set(re.findall(r"[−-]?\d+(?:\.\d+)?(?:e[−-]?\d+)?", texts))
    return [
        f"{name} = {value}"
        for name, value in hidden.items()
        if (abs(value) >= 0.1 and number(value) in tokens) or number(value, full=True) in tokens or repr(value) in texts
    ]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [DatasetKind.MOONS, DatasetKind.BLOBS])
def test_nothing_gives_a_hidden_number_away(qtbot: QtBot, kind: DatasetKind) -> None:
    window = opened(qtbot, experiment_of(3, kind, units=3))
    page = page_of(window)
    assert page.walk is not None
    try:
        for grain in (Key.Key_U, Key.Key_T, Key.Key_L):
            leave(window)
            press(window, grain)
            for place in range(0, len(page.walk.stops), 1 if grain == Key.Key_U else 4):
                page.bar.line.chosen.emit(place)
                assert not given_away(page), page.walk.stop
        leave(window)
        press(window, Key.Key_U, Key.Key_1)
        for _ in range(3):
            while open_here(page):  # of each unit as far as it goes, and nothing of the rest
                step = open_here(page)[0]
                answer(window, step, exact(step.exercise.true))
                assert not given_away(page), page.walk.stop
            press(window, Key.Key_Right)
    finally:
        window._session.stop()


@pytest.mark.slow
def test_words_about_the_mini_batch_are_hidden_as_well(window: MainWindow, page: Microscope) -> None:
    solve(window)
    page.example.switch.set_current(1)
    assert page.example.batch
    assert page.words.text() == HIDDEN, "it may be one example alone, and says what the worst one costs"


@pytest.mark.slow
def test_without_the_check_all_numbers_are_there(window: MainWindow, page: Microscope) -> None:
    """The search above finds what is to be found."""
    press(window, Key.Key_Escape, Key.Key_C, Key.Key_4, Key.Key_End)
    page.check.checking.on = True
    assert len(given_away(page)) > 5


# Every answer ---------------------------------------------------------------------------------------------------------


def assert_heard(window: MainWindow, step: Asked) -> int:
    """Unreadable, every slip, rounded and right: what is heard is what is so. How many slips were named."""
    page, exercise, named = page_of(window), step.exercise, 0
    assert "it cannot be read" in answer(window, step, "0,2,5")
    for slip in exercise.slips:
        text = exact(slip.value)
        right = exercise.low <= Typed.read(text).value <= exercise.high or Typed.read(text).rounds_from(exercise.true)
        if right or not np.isfinite(slip.value):
            continue
        said = answer(window, step, text)
        alike = [other for other in exercise.slips if Typed.read(text).rounds_from(other.value)]
        names = list(dict.fromkeys(other.name for other in alike))
        assert slip.name.rstrip(".") in said, (step.name, slip, said)
        assert said.startswith("Either: " if len(names) > 1 else slip.name), (step.name, slip, said)
        others = [other.name.rstrip(".") for other in exercise.slips if other.name not in names]
        assert not [name for name in others if said.startswith(name) or f"; or: {name}" in said]
        assert number(exercise.true, full=True) not in said
        named += 1
        page.check.checking.attempt(step.place).wrong = 0  # the other units shall stay to be done
    assert answer(window, step, "123456.789").startswith("Not right yet.")
    rounded = f"{exercise.true:#.3g}".replace(".", ",")
    said = answer(window, step, rounded if step.place.at[-1:] != (0,) else exact(exercise.true))
    assert said == "Right.", (step.name, rounded, said)
    return named


def walk_and_hear(window: MainWindow) -> int:
    """Every step of every phase; how many slips were named."""
    page, named = page_of(window), 0
    assert page.walk is not None
    for place in [*range(len(page.walk.stops))] * 2:  # a softmax waits for all z of its layer
        page.bar.line.chosen.emit(place)
        while open_here(page):
            named += assert_heard(window, open_here(page)[0])
    assert page.check.checking.steps is not None
    assert not [step for stop in page.walk.stops for step in page.check.checking.open(steps_at(page, stop))]
    return named


def named_in(qtbot: QtBot, experiment: Experiment) -> int:
    window = opened(qtbot, experiment)
    try:
        return walk_and_hear(window)
    finally:
        window._session.stop()


def steps_at(page: Microscope, stop: Stop) -> tuple[Asked, ...]:
    assert page.check.checking.steps is not None
    return page.check.checking.steps.of(stop.phase, stop.layer, stop.unit)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2])
def test_every_answer_is_heard_rightly(qtbot: QtBot, seed: int) -> None:
    assert named_in(qtbot, experiment_of(seed, DatasetKind.XOR4, units=1)) > 60


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_every_answer_on_ten_random_networks(qtbot: QtBot, seed: int) -> None:
    kinds = DatasetKind.MOONS, DatasetKind.XOR4, DatasetKind.BLOBS, DatasetKind.SINE, DatasetKind.CIRCLE
    experiment = experiment_of(seed, kinds[seed % 5], units=2 + seed % 2, l2=0.3 * (seed % 3))
    assert named_in(qtbot, experiment) > 120


@pytest.mark.slow
def test_what_has_overflowed_is_not_checked(window: MainWindow, page: Microscope) -> None:
    assert page.trace is not None
    first = replace(page.trace.layers[0], z=np.array([np.inf, 1.0]))
    page.show_trace(replace(page.trace, layers=(first, *page.trace.layers[1:])))
    assert not page.bar.check.isEnabled()
    assert "overflowed" in page.bar.check.toolTip()
    assert not page.check.checking.on


@pytest.mark.slow
def test_layers_that_are_not_asked_for_say_so(qtbot: QtBot) -> None:
    wide = replace(experiment_of(), layers=(DenseSpec(units=12), DenseSpec(units=3)))
    window = opened(qtbot, wide)
    page = page_of(window)
    page.bar.line.chosen.emit(12)
    assert [step.column for step in steps_here(page)] == ["h"], "a sum of twelve products is given"
    press(window, Key.Key_Escape, Key.Key_L)
    assert page.check.card.text.text() == "Choose a unit: its steps are yours."
    window._session.stop()


@pytest.mark.slow
def test_an_answer_of_three_decimals_is_read_whole_beside_its_mark(window: MainWindow, page: Microscope) -> None:
    field = field_of(page, open_here(page)[0])
    for verdict in Verdict:
        field.show_judgement(Judgement(verdict), "")
        option = QStyleOptionFrame()
        field.initStyleOption(option)
        room = field.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, field)
        margins = field.textMargins()
        wanted = field.fontMetrics().horizontalAdvance("-0.449") + 2 * 2  # Qt's own margin at each side
        assert room.width() - margins.left() - margins.right() >= wanted, verdict
