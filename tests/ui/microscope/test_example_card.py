"""The card of the example: each way of choosing, the numbers of the held state while the run trains on, the batch."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.data.examples import DataError
from nnstudio.core.experiment import DenseSpec, Experiment
from nnstudio.core.experiment.choices import ActivationKind, DatasetKind
from nnstudio.core.experiment.layer_specs import DropoutSpec
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName, TypedInputs
from nnstudio.core.trace.held import Held
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui.examples.points import to_plane
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.microscope.batch_strip import MOST_DOTS, BatchValues, dots_of
from nnstudio.ui.microscope.example.card import HIDDEN, ExampleCard
from nnstudio.ui.microscope.example.held_answers import RESOLUTION, hardest_of, is_quick, plane_of, table_of
from nnstudio.ui.microscope.microscope import Microscope
from nnstudio.ui.microscope.sheet import number
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.stage.stage import Spot, Stage

Key, TRAINING, TEST = Qt.Key, SplitName.TRAINING, SplitName.TEST
TANH = (DenseSpec(units=3, activation=ActivationKind.TANH),)
XOR: Experiment = replace(default_experiment(DatasetKind.XOR4), layers=TANH)
BLOBS: Experiment = replace(default_experiment(DatasetKind.BLOBS), layers=TANH)
DIGITS: Experiment = replace(default_experiment(DatasetKind.SKETCHED_DIGITS), layers=TANH)


def no_images(spec: object) -> None:
    raise DataError("no images here")


@pytest.fixture
def opened(qtbot: QtBot) -> Iterator[Callable[..., MainWindow]]:
    """Opens a window on an experiment, with the microscope over it after three updates."""
    sessions: list[Session] = []

    def open_on(experiment: Experiment, size: tuple[int, int] = (1440, 900)) -> MainWindow:
        session = Session(experiment, no_images)  # type: ignore[arg-type]
        sessions.append(session)
        window = MainWindow(session, Settings())
        window.resize(*size)
        qtbot.addWidget(window)
        session.start()
        window.show()
        window.activateWindow()
        qtbot.waitUntil(lambda: session.frame is not None)
        for _ in range(3):
            session.step()
        qtbot.waitUntil(lambda: session.frame.updates == 3, timeout=20_000)  # type: ignore[union-attr]
        QTest.keyClick(window.windowHandle(), Key.Key_M)
        page = window.pages.microscopy.page
        qtbot.waitUntil(lambda: window.pages.microscopy.is_open and page.trace is not None, timeout=20_000)
        qtbot.waitUntil(lambda: trace_of(page).held.worked_out, timeout=20_000)
        QTest.keyClick(window.windowHandle(), Key.Key_4)  # all but the update is known there
        return window

    yield open_on
    for session in sessions:
        session.stop()


def trace_of(page: Microscope) -> Trace:
    assert page.trace is not None
    return page.trace


def card_of(window: MainWindow) -> ExampleCard:
    return window.pages.microscopy.page.example


def click(stage: Stage, at: QPointF) -> None:
    QTest.mouseClick(stage.viewport(), Qt.MouseButton.LeftButton, pos=at.toPoint())


def held_of(experiment: Experiment, updates: int = 3, dataset: Dataset | None = None) -> Held:
    trainer = Trainer(experiment, dataset=dataset)
    for _ in range(updates):
        trainer.step()
    return Held(trainer.state(), trainer.dataset)


def rows_of(card: ExampleCard) -> dict[str, str]:
    return {row.name: row.text for row in card.rows.rows}


# Choosing -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_row_of_the_truth_table_is_followed(opened: Callable[..., MainWindow]) -> None:
    window = opened(XOR)
    card, page = card_of(window), window.pages.microscopy.page
    assert card.table.isVisible()
    for row in (2, 0, 3):
        click(card.table, card.table.anchor(Spot(0, row)).center())
        assert trace_of(page).chosen == Chosen(TRAINING, row)
        assert card.fields.x1.edit.text() == f"{trace_of(page).inputs[0]:.2f}"


def test_a_point_of_the_plane_is_followed_and_any_other_place_with_its_target(
    opened: Callable[..., MainWindow],
) -> None:
    window = opened(BLOBS)
    card, page = card_of(window), window.pages.microscopy.page
    data = trace_of(page).held.dataset
    at = to_plane(data.train.raw[17][None], data.domain.extent, card.plane.plane())[0]  # type: ignore[union-attr]
    click(card.plane, QPointF(*at))
    chosen = trace_of(page).chosen
    assert isinstance(chosen, Chosen)
    assert np.hypot(*(data.train.raw[chosen.index] - data.train.raw[17])) < 0.15, "the nearest to a whole pixel"
    before = trace_of(page).y
    click(card.plane, card.plane.plane().topLeft() + QPointF(12, 12))
    typed = trace_of(page).chosen
    assert isinstance(typed, TypedInputs)
    assert typed.target == tuple(before)
    assert card.heading.text() == "Your own point"
    held = trace_of(page).held
    inputs = data.encode(np.array(typed.raw)[None])[:, :-1]
    assert np.array_equal(trace_of(page).p, held.predict(inputs, before[None]).p[0])


def test_inputs_and_target_can_be_typed(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = opened(XOR)
    card, page = card_of(window), window.pages.microscopy.page
    target = trace_of(page).y
    for edit, text in ((card.fields.x1.edit, "0,25"), (card.fields.x2.edit, "1/4")):
        QTest.mouseClick(edit, Qt.MouseButton.LeftButton)
        QTest.keyClicks(edit, text)
        QTest.keyClick(edit, Key.Key_Return)
    assert trace_of(page).chosen == TypedInputs((0.25, 0.25), tuple(target))
    assert page.hasFocus(), "the keys belong to the page again"
    assert rows_of(card)["p(blue)"] == number(float(trace_of(page).p[0]))
    edit = card.fields.target.edit
    QTest.mouseClick(edit, Qt.MouseButton.LeftButton)
    QTest.keyClicks(edit, str(1 - int(target[0])))
    QTest.keyClick(edit, Key.Key_Return)
    assert trace_of(page).y[0] == 1 - target[0]
    QTest.mouseClick(edit, Qt.MouseButton.LeftButton)
    edit.selectAll()
    QTest.keyClick(edit, Key.Key_Delete)
    QTest.keyClick(edit, Key.Key_Return)
    assert trace_of(page).y[0] == 1 - target[0], "without a target nothing is followed"
    assert "needs a target" in card._note.text()
    assert edit.text() == str(1 - int(target[0]))


@pytest.mark.slow
def test_neighbours_arrows_and_the_hardest_choose_images(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = opened(DIGITS)
    card, page = card_of(window), window.pages.microscopy.page
    assert trace_of(page).chosen == Chosen(TEST, 0)
    click(card.neighbours, card.neighbours.anchor(Spot(1, 1)).center())
    assert trace_of(page).chosen == Chosen(TEST, 2)
    QTest.mouseClick(card.next, Qt.MouseButton.LeftButton)
    QTest.keyClick(window.windowHandle(), Key.Key_Down)
    QTest.mouseClick(card.previous, Qt.MouseButton.LeftButton)
    assert trace_of(page).chosen == Chosen(TEST, 3)
    data = trace_of(page).held.dataset
    assert card.image.figure(Spot(9, 14)) == data.test.raw[3][14, 9] / 255
    assert (card.heading.text(), card.target.text()) == ("Test image 4", f"target {data.test.labels[3]}")
    order = hardest_of(trace_of(page).held, TEST)
    costs = trace_of(page).held.foresee(data.test.inputs, data.test.targets)[1]
    assert costs[order[0]] == pytest.approx(costs.max(), rel=1e-5)
    for place in range(2):
        QTest.mouseClick(card.hardest, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda at=place: trace_of(page).chosen == Chosen(TEST, int(order[at])), timeout=20_000)


@pytest.mark.slow
def test_a_drawing_is_followed(opened: Callable[..., MainWindow]) -> None:
    window = opened(DIGITS)
    card, page = card_of(window), window.pages.microscopy.page
    QTest.mouseClick(card.draw, Qt.MouseButton.LeftButton)
    popup = card._popup
    assert popup is not None
    assert not popup.follow.isEnabled()
    assert page.rect().contains(popup.geometry())
    pad = popup.pad.viewport()
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(100, 40))
    QTest.mouseMove(pad, QPoint(100, 200))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(100, 200))
    popup.target.setCurrentIndex(1)
    QTest.mouseClick(popup.follow, Qt.MouseButton.LeftButton)
    chosen = trace_of(page).chosen
    assert isinstance(chosen, TypedInputs)
    assert (max(chosen.raw), trace_of(page).y.argmax()) == (255, 1)
    assert card.heading.text() == "Your own image"
    assert card._popup is None
    QTest.mouseClick(card.draw, Qt.MouseButton.LeftButton)
    QTest.keyClick(window.windowHandle(), Key.Key_Escape)
    assert card._popup is None
    assert window.pages.microscopy.is_open


def test_of_a_table_the_values_are_listed_and_folded(qtbot: QtBot) -> None:
    rng = np.random.default_rng(1)
    data = Dataset.from_arrays(rng.normal(size=(40, 11)), rng.integers(0, 3, 40), input_names=[*"abcdefghijk"])
    held = held_of(Experiment(dataset=data.spec, layers=TANH), dataset=data)
    page = Microscope()
    qtbot.addWidget(page)
    page.resize(1416, 760)
    page.show()
    page.example_wanted.connect(lambda chosen: page.show_trace(Trace.of(held, chosen)))
    page.show_trace(Trace.of(held, Chosen(TRAINING, 4)))
    card = page.example
    assert [line.split()[0] for line in card.values.lines] == [*"abcdefgh"]
    assert card.values.more.text() == "+ 3 more"
    QTest.mouseClick(card.values.more, Qt.MouseButton.LeftButton)
    assert len(card.values.lines) == 11
    QTest.mouseClick(card.next, Qt.MouseButton.LeftButton)
    assert trace_of(page).chosen == Chosen(TRAINING, 5)
    assert card.values.lines[0].replace("−", "-").startswith(f"a {data.train.raw[5, 0]:.2f}"[:6])
    assert card.heading.text() == "Training example 6"


@pytest.mark.slow
def test_escape_in_a_picture_gives_the_keys_back_to_the_page(opened: Callable[..., MainWindow]) -> None:
    window = opened(XOR)
    card, page = card_of(window), window.pages.microscopy.page
    page.example_wanted.emit(Chosen(TRAINING, 0))
    card.table.setFocus()
    QTest.keyClick(window.windowHandle(), Key.Key_Down)
    assert trace_of(page).chosen == Chosen(TRAINING, 1)
    QTest.keyClick(window.windowHandle(), Key.Key_Escape)
    assert page.hasFocus()
    assert window.pages.microscopy.is_open
    assert trace_of(page).chosen == Chosen(TRAINING, 1)


# The held state -------------------------------------------------------------------------------------------------------


def test_all_numbers_are_of_the_held_state_while_the_run_trains_on(
    opened: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = opened(XOR)
    card, page, session = card_of(window), window.pages.microscopy.page, window._session
    twin = held_of(XOR)
    assert np.array_equal(trace_of(page).held.state.params, twin.state.params)
    answers = twin.predict(twin.dataset.train.inputs, twin.dataset.train.targets)
    for _ in range(4):
        session.step()
    qtbot.waitUntil(lambda: session.frame.updates == 7)  # type: ignore[union-attr]
    assert page.bar.newest.isVisible()
    click(card.table, card.table.anchor(Spot(0, 1)).center())
    assert card.table._answered is not None
    assert np.allclose(card.table._answered.answers[0], answers.p[:, 0], rtol=0, atol=1e-15)
    assert np.allclose(card.table._answered.losses, answers.costs, rtol=0, atol=1e-15)
    assert card.table._cells(1)[3:] == (f"{answers.p[1, 0]:.3f}", f"{answers.costs[1]:.2f}")
    assert card.plane._output is not None
    assert np.array_equal(card.plane._output, plane_of(twin))
    QTest.mouseClick(page.bar.newest, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: trace_of(page).held.state.updates == 7)
    assert not np.allclose(card.table._answered.answers[0], answers.p[:, 0])
    assert not np.array_equal(card.plane._output, plane_of(twin))


def test_the_plane_is_what_is_predicted_at_its_pixels() -> None:
    held = held_of(BLOBS)
    plane, data = plane_of(held), held.dataset
    left, right, bottom, top = data.domain.extent  # type: ignore[union-attr]
    x1 = left + (right - left) * (5 + 0.5) / RESOLUTION
    x2 = top - (top - bottom) * (30 + 0.5) / RESOLUTION
    p = held.predict(data.encode(np.array([[x1, x2]]))[:, :-1], np.eye(5)[:1]).p[0]
    assert plane[:, 30, 5] == pytest.approx(p, rel=1e-6)
    assert table_of(held) is None, "there are many points"


def test_a_wide_network_colours_its_plane_from_another_thread(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    wide = (DenseSpec(units=64, activation=ActivationKind.TANH), DenseSpec(units=64, activation=ActivationKind.TANH))
    window = opened(replace(BLOBS, layers=wide))
    card, held = card_of(window), trace_of(window.pages.microscopy.page).held
    assert not is_quick(held)
    qtbot.waitUntil(lambda: card.plane._output is not None, timeout=20_000)
    assert np.array_equal(card.plane._output, plane_of(held))  # type: ignore[arg-type]


@pytest.mark.slow
def test_what_the_walk_has_not_reached_is_not_told(opened: Callable[..., MainWindow]) -> None:
    window = opened(BLOBS)
    card, trace = card_of(window), trace_of(window.pages.microscopy.page)
    shares = {name: number(float(p)) for name, p in zip(trace.held.dataset.class_names, trace.p, strict=True)}
    loss = f"loss −ln p of {trace.y.argmax()}"
    assert rows_of(card) == {**shares, loss: number(trace.terms.loss)}
    assert [row.strong for row in card.rows.rows[:5]] == (trace.y == 1).tolist()
    QTest.keyClick(window.windowHandle(), Key.Key_1)
    assert card.rows.instead == "answer not computed yet"
    QTest.keyClick(window.windowHandle(), Key.Key_End)
    assert rows_of(card) == {**shares, loss: "–"}
    QTest.keyClick(window.windowHandle(), Key.Key_2)
    assert rows_of(card)[loss] == number(trace.terms.loss)


@pytest.mark.slow
def test_of_many_classes_the_largest_shares_and_the_right_one_are_shown(opened: Callable[..., MainWindow]) -> None:
    window = opened(DIGITS)
    card, trace = card_of(window), trace_of(window.pages.microscopy.page)
    rows = card.rows.rows
    names = [row.name for row in rows]
    assert names[4:] == ["6 more", f"loss −ln p of {trace.y.argmax()}"]
    assert str(trace.y.argmax()) in names[:4]
    assert str(trace.p.argmax()) == names[0]
    assert sum(row.share for row in rows[:5] if row.share is not None) == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1280, 800), (1366, 768), (1440, 900)])
def test_no_row_of_the_answer_is_cut_and_the_keys_stand_there_where_they_have_room(
    opened: Callable[..., MainWindow], size: tuple[int, int]
) -> None:
    card = card_of(opened(DIGITS, size))
    assert card.rows.height() >= card.rows.sizeHint().height()
    assert card.keys.isVisible() == (size[1] == 900)
    if card.keys.isVisible():
        assert card.rect().contains(card.keys.geometry())


@pytest.mark.slow
def test_the_mini_batch_is_outlined_on_the_plane(opened: Callable[..., MainWindow]) -> None:
    window = opened(BLOBS)
    card, held = card_of(window), trace_of(window.pages.microscopy.page).held
    box = card.plane._outlines.path().boundingRect()
    at = to_plane(held.dataset.train.raw[held.batch], held.dataset.domain.extent, card.plane.plane())  # type: ignore[union-attr]
    assert box.center().x() == pytest.approx((at[:, 0].min() + at[:, 0].max()) / 2, abs=0.1)
    assert card.outlined.text() == "outlined: the batch of update 4"
    assert not card_of(opened(XOR)).outlined.isVisible(), "there all are in it"


@pytest.mark.slow
def test_the_mini_batch_of_other_data_is_outlined_no_more(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = opened(BLOBS)
    session, microscopy, plane = window._session, window.pages.microscopy, card_of(window).plane
    plane.outline([len(trace_of(microscopy.page).held.dataset.train) - 1])
    QTest.keyClick(window.windowHandle(), Key.Key_M)
    session.edit(replace(BLOBS, dataset=replace(BLOBS.dataset, samples=20)))
    qtbot.waitUntil(lambda: session.frame is not None and len(session.frame.dataset.train) < 20)
    QTest.keyClick(window.windowHandle(), Key.Key_M)
    qtbot.waitUntil(lambda: microscopy.is_open and len(trace_of(microscopy.page).held.dataset.train) < 20)
    assert plane._dataset is trace_of(microscopy.page).held.dataset
    assert all(example < 20 for example in plane._outlined)


@pytest.mark.slow
def test_with_dropout_the_answer_of_the_update_is_told_beside_the_table(opened: Callable[..., MainWindow]) -> None:
    window = opened(replace(XOR, layers=(*TANH, DropoutSpec(rate=0.5))))
    card, trace = card_of(window), trace_of(window.pages.microscopy.page)
    assert card.table._answered is not None
    assert card.rows.isVisible() == (not np.allclose(card.table._answered.answers[:, 0], trace.p))
    assert not card_of(opened(XOR)).rows.isVisible(), "there the table says it all"


# The mini-batch -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("experiment", [BLOBS, DIGITS])
def test_means_of_the_batch_equal_numpys(experiment: Experiment) -> None:
    held = held_of(experiment)
    trace = Trace.of(held, Chosen(TRAINING, 0))
    values = BatchValues(trace)
    way = held.way
    first = way.layers[0]
    h = np.tanh(first.x.reshape(len(held.batch), -1) @ first.weight + first.bias)
    place = next(place for place, layer in enumerate(trace.layers) if isinstance(layer.spec, DenseSpec))
    for unit in range(3):
        assert values.mean(place, unit) == pytest.approx(h[:, unit].mean(), rel=1e-12)
    last = len(trace.layers) - 1
    assert values.mean(last, 0) == pytest.approx(way.p[:, 0].mean())
    assert values.error(last, 0) == pytest.approx((way.p - way.y)[:, 0].mean())
    assert values.loss == pytest.approx(-np.log((way.p * way.y).sum(axis=1)).mean())


def test_above_24_examples_there_is_a_dot_for_each_tenth() -> None:
    few, many = np.linspace(-1, 1, MOST_DOTS), np.linspace(-1, 1, 101)
    assert np.array_equal(dots_of(few), few)
    assert dots_of(many) == pytest.approx(np.linspace(-1, 1, 11))


@pytest.mark.slow
def test_the_batch_takes_the_place_of_the_example(opened: Callable[..., MainWindow]) -> None:
    window = opened(BLOBS)
    card, page = card_of(window), window.pages.microscopy.page
    assert card.switch.button(1).text() == "batch of 10"
    before = page.network.grab().toImage()
    chosen = trace_of(page).chosen
    QTest.mouseClick(card.switch.button(1), Qt.MouseButton.LeftButton)
    way = trace_of(page).held.way
    assert not page.card.isVisible(), "arithmetic is for one example"
    assert "for one example" in card.words.text()
    assert "for one example only" in page.words.text()
    right = int((way.p.argmax(1) == way.y.argmax(1)).sum())
    assert rows_of(card) == {"loss": number(way.loss), "right": f"{right} of 10"}
    assert page.network.grab().toImage() != before
    assert "this example" not in page.gradient.summary()
    assert page.gradient.strips[0].mean == pytest.approx(
        float(way.gradients[trace_of(page).layers[0].key]["weight"][0, 0])
    )
    assert len(page.gradient.strips[0].others) == 10
    QTest.keyClick(window.windowHandle(), Key.Key_Escape)
    assert (card.batch, page.card.isVisible(), trace_of(page).chosen) == (False, True, chosen)
    QTest.mouseClick(card.switch.button(1), Qt.MouseButton.LeftButton)
    QTest.keyClick(window.windowHandle(), Key.Key_Down)
    assert not card.batch, "whoever chooses one sees one"


def test_until_the_batch_is_worked_out_that_is_said(qtbot: QtBot) -> None:
    held = held_of(BLOBS)
    page = Microscope()
    qtbot.addWidget(page)
    page.resize(1416, 760)
    page.show()
    outside = next(index for index in range(len(held.dataset.train)) if index not in held.batch)
    page.show_trace(Trace.of(held, Chosen(TRAINING, outside)))
    QTest.mouseClick(page.example.switch.button(1), Qt.MouseButton.LeftButton)
    assert not held.worked_out, "nothing has asked for it on this thread"
    assert page.example.rows.instead == page.trace.held.awaited
    assert page.words.text() == "Working out the mini-batch …"
    _ = held.update
    page.renew()
    assert rows_of(page.example)["loss"] == number(held.way.loss)


# Hidden, narrow, told -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_hidden_answers_give_nothing_away(opened: Callable[..., MainWindow]) -> None:
    for experiment in (XOR, BLOBS, DIGITS):
        window = opened(experiment)
        card, trace = card_of(window), trace_of(window.pages.microscopy.page)
        card.veil(True)
        assert card.rows.isVisible()
        assert (card.rows.instead, card.rows.summary(), card.rows.table()) == (HIDDEN, HIDDEN, None)
        assert card.plane._output is None
        said = [card.table.summary(), card.brief.text(), card.plane.summary(), *card.table.reading(Spot(0, 0))] if (
            experiment is XOR
        ) else [card.brief.text()]  # fmt: skip
        for secret in (number(trace.terms.loss), number(float(trace.p[0])), f"{trace.terms.loss:.2f}"):
            assert not any(secret in each for each in said)
        QTest.mouseClick(card.switch.button(1), Qt.MouseButton.LeftButton)
        card.veil(True)  # the page has shown what it hides, which is nothing
        assert (card.batch, card.rows.instead) == (True, HIDDEN)
        card.veil(False)
        assert card.rows.instead == ""
        assert (card.plane._output is not None) == (experiment is not DIGITS)


@pytest.mark.slow
def test_who_calculates_the_answer_does_not_see_it(opened: Callable[..., MainWindow]) -> None:
    window = opened(XOR)
    card, page = card_of(window), window.pages.microscopy.page
    QTest.keyClick(window.windowHandle(), Key.Key_C)
    QTest.mouseClick(page.check.card.levels.button(2), Qt.MouseButton.LeftButton)
    assert page.check.asks
    assert card.rows.instead == HIDDEN
    assert card.plane._output is None
    QTest.mouseClick(page.bar.check, Qt.MouseButton.LeftButton)
    assert card.rows.instead == ""
    assert card.plane._output is not None


@pytest.mark.slow
@pytest.mark.parametrize("experiment", [XOR, DIGITS])
@pytest.mark.parametrize("larger", [False, True])
def test_in_a_narrow_window_it_is_a_strip(
    opened: Callable[..., MainWindow], experiment: Experiment, larger: bool, qtbot: QtBot
) -> None:
    window = opened(experiment, (1100, 720))
    card, page = card_of(window), window.pages.microscopy.page
    if larger:
        window.commands["larger_text"].trigger()
    scale = 1.25 if larger else 1.0
    qtbot.waitUntil(lambda: card.height() <= 70 * scale and card.width() == page.width())
    qtbot.waitUntil(lambda: card.geometry().bottom() < page.grid.room_of_network().top())
    shown = [each for each in card.findChildren(QWidget) if each.parent() is card and each.isVisible()]
    words = [each for each in shown if not isinstance(each, Stage)]
    qtbot.waitUntil(lambda: all(each.width() >= each.minimumSizeHint().width() for each in words))
    for each in shown:
        assert card.rect().contains(each.geometry()), each
    assert trace_of(page).terms.loss > 0
    assert number(trace_of(page).terms.loss) in card.brief.text()
    if experiment is XOR:
        click(card.plane, card.plane.plane().topLeft() + QPointF(2, 2))
        assert isinstance(trace_of(page).chosen, TypedInputs)
    else:
        before = trace_of(page).chosen
        click(card.neighbours, card.neighbours.anchor(Spot(0, 0)).center())
        assert trace_of(page).chosen != before
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: card.height() > 400)
    assert card.geometry().right() < page.grid.room_of_network().left()


@pytest.mark.slow
@pytest.mark.parametrize("experiment", [XOR, BLOBS, DIGITS])
def test_with_larger_text_no_word_is_cut(opened: Callable[..., MainWindow], experiment: Experiment) -> None:
    window = opened(experiment)
    card = card_of(window)
    for _ in range(2):
        QApplication.processEvents()
        for each in (card.heading, card.target, card.brief, card.click, card.around, card.own, card.outlined):
            if each.isVisible():
                assert each.width() >= each.sizeHint().width(), each.text()
        for part in card._parts:
            if part.isVisible():
                assert card.rect().contains(part.geometry()), part
        window.commands["larger_text"].trigger()


@pytest.mark.slow
def test_every_control_says_what_it_is(opened: Callable[..., MainWindow]) -> None:
    for experiment in (XOR, DIGITS):
        card = card_of(opened(experiment))
        if experiment is DIGITS:
            QTest.mouseClick(card.draw, Qt.MouseButton.LeftButton)
            assert card._popup is not None
        places: list[QWidget] = [card, *([card._popup] if card._popup else [])]
        controls = [
            each
            for place in places
            for kind in (Stage, QAbstractButton, QLineEdit)
            for each in place.findChildren(kind)
        ]
        controls = [each for each in controls if not each.objectName().startswith("qt_")]
        assert len(controls) > 12
        for control in controls:
            assert control.accessibleName(), control
            assert control.toolTip(), control.accessibleName()
            assert "<b>Example:</b>" in control.whatsThis(), control.accessibleName()
