"""The wall: a cell of the confusion matrix opens its examples, *Hardest* those that cost most; one is chosen."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.counting import grouped
from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment import Experiment
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.example import Chosen, SplitName
from nnstudio.core.run.frame import Frame, ImagePicture, Probe, TablePicture
from nnstudio.core.run.hardest import find
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.pieces import finished
from nnstudio.core.training.trainer import Trainer
from nnstudio.ui import theme
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.stage.stage import Spot, Stage
from nnstudio.ui.views.canned import table_frame
from nnstudio.ui.views.output.collection import MOST
from nnstudio.ui.views.output.paint_tools import Tool
from nnstudio.ui.views.output.title_switches import BROWSE, DRAW, HARDEST
from nnstudio.ui.views.output_view import OutputView
from nnstudio.ui.widgets.segmented import SegmentedSwitch

HIGH, LOW = 520, 320


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[OutputView]:
    desk = QWidget()
    qtbot.addWidget(desk)
    desk.resize(640, 640)
    view = OutputView()
    view.setParent(desk)
    view.setGeometry(0, 0, 240, HIGH)
    view.switches().setParent(desk)
    view.switches().setGeometry(280, 0, 320, 40)
    desk.show()
    desk.activateWindow()
    qtbot.waitExposed(desk)
    yield view
    desk.close()


def observer(kind: DatasetKind, updates: int) -> Observer:
    trainer = Trainer(default_experiment(kind))
    for _ in range(updates):
        trainer.step()
    trainer.evaluate()
    return Observer(trainer, 1)


DIGITS = observer(DatasetKind.SKETCHED_DIGITS, 12)
RINGS = observer(DatasetKind.RINGS, 20)
HILLS = observer(DatasetKind.HILLS, 20)
XOR4 = observer(DatasetKind.XOR4, 5)


def show(view: OutputView, of: Observer = DIGITS, chosen: Chosen | None = None) -> Frame:
    frame = of.frame(Probe.OUTPUT, chosen=chosen)
    view.show_frame(frame)
    QApplication.processEvents()
    return frame


def click(qtbot: QtBot, stage: Stage, spot: Spot) -> None:
    qtbot.mouseClick(stage.viewport(), Qt.MouseButton.LeftButton, pos=stage.anchor(spot).center().toPoint())
    QApplication.processEvents()


def press(qtbot: QtBot, button: object) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def worst(frame: Frame) -> Spot:
    confusion = counts(frame)
    wrong = confusion - np.diag(np.diag(confusion))
    row, column = np.unravel_index(wrong.argmax(), wrong.shape)
    return Spot(int(column), int(row))


def counts(frame: Frame) -> np.ndarray:
    assert isinstance(frame.picture, ImagePicture)
    assert frame.picture.confusion is not None
    return frame.picture.confusion


def wheel(stage: Stage, by: int) -> None:
    at = QPointF(stage.rect().center())
    button, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(at, at, QPoint(), QPoint(0, by), button, keys, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(stage.viewport(), event)


# A cell.


@pytest.mark.parametrize("by_key", [False, True])
def test_a_cell_opens_its_images_beside_the_matrix(view: OutputView, qtbot: QtBot, by_key: bool) -> None:
    frame = show(view)
    cell, test = worst(frame), frame.dataset.test
    if by_key:
        view.confusion.setFocus()
        view.confusion.explore(cell)
        qtbot.keyClick(view.confusion, Qt.Key.Key_Return)
    else:
        click(qtbot, view.confusion, cell)
    assert view.wall.isVisible()
    assert view.confusion.isVisible()
    assert not view.samples.isVisible()
    answers = DIGITS.trainer.predict(test.raw).argmax(axis=1)
    expected = np.flatnonzero((test.labels == cell.row) & (answers == cell.column)).tolist()
    stage = view.wall.stage
    assert [hung.chosen for hung in stage.hung] == [Chosen(SplitName.TEST, index) for index in expected[:MOST]]
    assert stage.places()[0] * stage.places()[1] >= len(stage.hung)
    assert view.wall.title.text().startswith(f"{len(expected)} ")
    assert " taken for " in view.wall.title.text()
    assert view.wall.below.text().endswith(f"of {int((test.labels == cell.row).sum())} · update 12")
    with qtbot.waitSignal(view.example_chosen) as heard:
        click(qtbot, stage, Spot(1, 0))
    chosen = Chosen(SplitName.TEST, expected[1])
    assert heard.args == [chosen]
    qtbot.mouseMove(view.confusion.viewport(), QPoint(1, 1))
    stage.explore(None)
    bare = stage.grab().toImage()
    show(view, chosen=chosen)
    assert stage.grab().toImage() != bare, "it wears a ring"


def test_in_a_low_card_the_wall_takes_the_place_of_the_matrix(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view)
    view.resize(240, LOW)
    click(qtbot, view.confusion, worst(frame))
    assert view.wall.isVisible()
    assert not view.confusion.isVisible()
    view.resize(240, HIGH)
    QApplication.processEvents()
    assert view.confusion.isVisible()
    assert view.wall.isVisible()
    assert view.minimumSizeHint().height() < LOW, "the card can be made low again"
    view.resize(240, LOW)
    QApplication.processEvents()
    assert not view.confusion.isVisible()


def test_the_open_cell_is_framed_and_a_second_click_closes_it(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view)
    cell = worst(frame)
    click(qtbot, view.confusion, cell)
    assert view.confusion._opened.path().contains(view.confusion.anchor(cell).center())
    other = Spot(cell.row, cell.row)
    click(qtbot, view.confusion, other)
    assert view.wall.cell == other
    assert view.wall.title.text().endswith("recognised")
    click(qtbot, view.confusion, other)
    assert not view.wall.isVisible()
    assert view.confusion._opened.path().isEmpty()
    assert view.samples.isVisible()
    assert view.metrics.isVisible()


def test_an_empty_cell_opens_nothing(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view)
    row, column = np.argwhere(counts(frame) == 0)[0].tolist()
    click(qtbot, view.confusion, Spot(column, row))
    assert not view.wall.isVisible()


def test_arrow_keys_choose_and_bring_the_rows_that_do_not_fit(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view)
    largest = int(np.diag(counts(frame)).argmax())
    before = QApplication.focusWidget()
    click(qtbot, view.confusion, Spot(largest, largest))
    stage = view.wall.stage
    assert stage.hasFocus(), "arrows and Escape are for the wall that was opened"
    across, rows = stage.places()
    assert across > 2
    assert stage.bar.isVisible(), "more than fit"
    told: list[object] = []
    view.example_chosen.connect(told.append)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, *[Qt.Key.Key_Down] * (rows - 1)):
        qtbot.keyClick(stage, key)
        assert stage.spot is not None
        assert told[-1] == stage.example_of(stage.spot)
        assert stage.area.contains(stage.anchor(stage.spot)), "it is in sight"
    assert stage.spot is not None
    assert stage.spot.row == rows - 1
    said = stage.said()
    assert said is not None
    assert said.name == f"Example {told[-1].number}, test"  # type: ignore[attr-defined]
    assert f"truth {largest}, answer {largest}" in said.details
    low = stage.bar.value()
    assert low > 0
    wheel(stage, 120)
    assert stage.bar.value() < low
    qtbot.keyClick(stage, Qt.Key.Key_Escape)
    assert not view.wall.isVisible()
    assert view.confusion.isVisible()
    assert QApplication.focusWidget() in (before, None)


def test_whoever_came_by_keys_is_back_on_the_matrix(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view)
    view.confusion.setFocus(Qt.FocusReason.TabFocusReason)
    view.confusion.explore(worst(frame))
    qtbot.keyClick(view.confusion, Qt.Key.Key_Return)
    assert view.wall.stage.hasFocus()
    assert view.wall.stage.accessibleDescription().startswith(view.wall.title.text())
    qtbot.keyClick(view.wall.stage, Qt.Key.Key_Escape)
    assert view.confusion.hasFocus()
    view.confusion.explore(worst(frame))
    qtbot.keyClick(view.confusion, Qt.Key.Key_Return)
    view.wall.close_button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(view.wall.close_button, Qt.Key.Key_Escape)
    assert not view.wall.isVisible()
    assert view.confusion.hasFocus()


def test_of_very_many_the_rest_is_counted(view: OutputView, qtbot: QtBot) -> None:
    frame, label = one_sided()
    view.show_frame(frame)
    click(qtbot, view.confusion, Spot(label, label))
    stage, total = view.wall.stage, int(counts_of_table(frame)[label, label])
    assert len(stage.hung) == MOST < total
    assert view.wall.title.text() == f"{total} of class {label} recognised"
    assert f"The first {MOST} are shown." in stage.summary()
    assert len(view.tables()[0].rows) == MOST
    assert view.tables()[0].title.endswith(f"the first {MOST}")
    qtbot.keyClick(stage, Qt.Key.Key_Home)
    for _ in range(MOST // 10):
        qtbot.keyClick(stage, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert stage.spot == Spot(0, MOST - 1)
    stage.bar.setValue(stage.bar.maximum())
    assert stage.height() - stage.anchor(Spot(0, MOST - 1)).bottom() > 15, "below the last one it says how many more"


def one_sided() -> tuple[Frame, int]:
    """A table of two classes of which one is recognised very often."""
    x = np.random.default_rng(2).normal(size=(600, 3))
    data = Dataset.from_arrays(x, (x[:, 0] > 0).astype(np.int64), test_share=0.8)
    trainer = Trainer(replace(Experiment(), dataset=data.spec), dataset=data)
    for _ in range(40):
        trainer.step()
    trainer.evaluate()
    frame = Observer(trainer, 1).frame(Probe.OUTPUT)
    return frame, int(np.diag(counts_of_table(frame)).argmax())


def counts_of_table(frame: Frame) -> np.ndarray:
    assert isinstance(frame.picture, TablePicture)
    assert frame.picture.confusion is not None
    return frame.picture.confusion


def test_its_cross_brings_the_pictures_back(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view)
    click(qtbot, view.confusion, worst(frame))
    press(qtbot, view.wall.close_button)
    assert not view.wall.isVisible()
    assert view.confusion.isVisible()
    assert view.metrics.isVisible()


@pytest.mark.parametrize("data", [RINGS, XOR4, observer(DatasetKind.SKETCHED_DIGITS, 3)], ids=["plane", "xor", "new"])
def test_other_data_close_a_cell(view: OutputView, qtbot: QtBot, data: Observer) -> None:
    frame = show(view)
    click(qtbot, view.confusion, worst(frame))
    show(view, data)
    assert not view.wall.isVisible()
    assert view.wall.cell is None


def test_a_cell_stays_as_it_was_until_a_press_looks_again(view: OutputView, qtbot: QtBot) -> None:
    watched = observer(DatasetKind.SKETCHED_DIGITS, 2)
    frame = show(view, watched)
    label = int(np.diag(counts(frame)).argmax())
    click(qtbot, view.confusion, Spot(label, label))
    wall, before = view.wall, [hung.chosen for hung in view.wall.stage.hung]
    assert "moved on" not in wall.again.toolTip()
    for _ in range(30):
        watched.trainer.step()
    watched.trainer.evaluate()
    show(view, watched)
    assert [hung.chosen for hung in wall.stage.hung] == before
    assert wall.below.text().endswith("update 2")
    assert "moved on" in wall.again.toolTip()
    assert "moved on" in wall.again.accessibleDescription()
    press(qtbot, wall.again)
    answers = watched.trainer.predict(frame.dataset.test.raw).argmax(axis=1)
    expected = np.flatnonzero((frame.dataset.test.labels == label) & (answers == label)).tolist()
    assert [hung.chosen.index for hung in wall.stage.hung] == expected
    assert expected != [chosen.index for chosen in before]
    assert wall.below.text().endswith("update 32")
    assert "moved on" not in wall.again.toolTip()


def test_a_wall_of_the_network_before_says_so(view: OutputView, qtbot: QtBot) -> None:
    frame = show(view)
    click(qtbot, view.confusion, worst(frame))
    view.show_frame(replace(frame, run=frame.run + 1))
    assert view.wall.below.text().endswith("the network before")


# The hardest.


@pytest.mark.parametrize("of", [DIGITS, RINGS, HILLS], ids=["images", "points", "values"])
def test_the_hardest_hang_with_their_losses(view: OutputView, qtbot: QtBot, of: Observer) -> None:
    frame = show(view, of)
    images = of is DIGITS
    assert view.mode.isVisible() is images
    assert view.hardest.isVisible() is not images
    opener = view.mode.button(HARDEST) if images else view.hardest
    with qtbot.waitSignal(view.hardest_wanted) as heard:
        press(qtbot, opener)
    assert heard.args == [SplitName.TEST]
    assert view.wall.below.text() == "looking …"
    assert view.wall.stage.hasFocus()
    hardest = finished(find(of.trainer, SplitName.TEST))
    view.wall.show_hardest(hardest)
    stage = view.wall.stage
    assert [hung.chosen.index for hung in stage.hung] == hardest.indices.tolist()
    for hung in stage.hung:
        reading = of.frame(Probe.NOTHING, chosen=hung.chosen).example
        assert reading is not None
        assert hung.loss == pytest.approx(reading.loss, rel=1e-3)
        if reading.label is not None:
            assert hung.truth.endswith(str(reading.label))
            assert hung.answer.endswith(str(reading.answered))
    assert view.wall.below.text() == f"24 hardest of {grouped(len(frame.dataset.test))} · update {of.trainer.updates}"
    with qtbot.waitSignal(view.example_chosen) as heard:
        click(qtbot, stage, Spot(0, 1))
    assert heard.args == [stage.example_of(Spot(0, 1))]
    with qtbot.waitSignal(view.hardest_wanted) as heard:
        press(qtbot, view.wall.splits.button(0))
    assert heard.args == [SplitName.TRAINING]
    view.wall.show_hardest(hardest)
    assert view.wall.below.text() == "looking …", "that was for the test examples"
    qtbot.keyClick(stage, Qt.Key.Key_Escape)
    assert not view.wall.isVisible()
    assert view.mode.current() == BROWSE
    assert not view.hardest.isChecked()
    view.wall.show_hardest(hardest)
    assert not view.wall.isVisible(), "nobody waits any more"


def test_beside_the_list_the_plane_shows_where_they_are(view: OutputView, qtbot: QtBot) -> None:
    show(view, RINGS)
    press(qtbot, view.hardest)
    assert view.boundary.isVisible()
    assert not view.metrics.isVisible()
    press(qtbot, view.hardest)
    assert not view.wall.isVisible()
    assert view.metrics.isVisible()


def test_a_brush_in_hand_and_the_hardest_put_each_other_away(view: OutputView, qtbot: QtBot) -> None:
    show(view, RINGS)
    press(qtbot, view.tools.switch.button(1))
    press(qtbot, view.hardest)
    assert view.tools.tool is Tool.CHOOSE
    assert view.wall.isVisible()
    press(qtbot, view.tools.switch.button(1))
    assert view.tools.tool is Tool.BRUSH
    assert not view.wall.isVisible()
    assert not view.hardest.isChecked()


def test_of_other_data_of_the_same_kind_the_hardest_are_looked_for_anew(view: OutputView, qtbot: QtBot) -> None:
    show(view, RINGS)
    press(qtbot, view.hardest)
    view.wall.show_hardest(finished(find(RINGS.trainer, SplitName.TEST)))
    with qtbot.waitSignal(view.hardest_wanted):
        show(view, HILLS)
    assert not view.wall.stage.hung
    view.wall.show_hardest(finished(find(RINGS.trainer, SplitName.TEST)))
    assert not view.wall.stage.hung, "they are of the data before"
    view.wall.show_hardest(finished(find(HILLS.trainer, SplitName.TEST)))
    assert view.wall.stage.hung
    show(view, DIGITS)
    assert not view.wall.isVisible()


def test_where_a_table_says_all_losses_there_is_no_hardest(view: OutputView, qtbot: QtBot) -> None:
    show(view, RINGS)
    press(qtbot, view.hardest)
    show(view, XOR4)
    assert not view.wall.isVisible()
    assert not view.hardest.isVisible()
    assert view.truth_table.isVisible()


def test_a_refused_search_says_why(view: OutputView, qtbot: QtBot) -> None:
    show(view, DIGITS)
    press(qtbot, view.mode.button(HARDEST))
    view.wall.refuse("Nothing was looked for: there are no test examples.")
    assert view.wall.below.text() == "Nothing was looked for: there are no test examples."
    assert not view.wall.stage.hung
    press(qtbot, view.mode.button(DRAW))
    view.wall.refuse("Too late.")
    assert not view.wall.isVisible()
    assert view.drawing.isVisible()


@pytest.mark.parametrize("task", Task, ids=lambda task: task.value)
def test_the_hardest_of_a_table_hang_beside_its_picture(view: OutputView, qtbot: QtBot, task: Task) -> None:
    frame = table_frame(task)
    view.show_frame(frame)
    assert view.hardest.isVisible()
    assert view.hardest.text().strip() == "Hardest"
    press(qtbot, view.hardest)
    assert view.wall.isVisible()
    assert view.predictions.isVisible() or view.confusion.isVisible()
    if view.confusion.isVisible():
        row, column = np.argwhere(frame.picture.confusion)[0].tolist()  # type: ignore[union-attr]
        click(qtbot, view.confusion, Spot(column, row))
        assert view.wall.cell == Spot(column, row)
        assert not view.hardest.isChecked()
        assert view.wall.stage.hung
        assert view.wall.stage.places() == (1, len(view.wall.stage.hung))


# In the window.


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    session = Session(default_experiment(DatasetKind.RINGS))
    window = MainWindow(session, Settings(None))
    qtbot.addWidget(window)
    window.resize(1440, 900)
    session.start()
    window.show()
    yield window
    session.stop()


@pytest.mark.slow
def test_the_window_looks_for_them_while_it_trains(window: MainWindow, qtbot: QtBot) -> None:
    output = window.output
    qtbot.waitUntil(lambda: output.boundary.places() != (0, 0), timeout=5000)
    window._session.play()
    press(qtbot, output.hardest)
    stage = output.wall.stage
    qtbot.waitUntil(lambda: stage.places() == (1, 24), timeout=5000)
    assert window._session.playing
    qtbot.waitUntil(lambda: "moved on" in output.wall.again.toolTip(), timeout=5000)
    said = output.wall.below.text()
    press(qtbot, output.wall.again)
    qtbot.waitUntil(lambda: output.wall.below.text() not in (said, "looking …"), timeout=5000)
    press(qtbot, output.wall.splits.button(0))
    qtbot.waitUntil(lambda: bool(stage.hung) and stage.hung[0].chosen.split is SplitName.TRAINING, timeout=5000)
    wanted = stage.hung[2].chosen
    click(qtbot, stage, Spot(0, 2))
    qtbot.waitUntil(lambda: output.strip.name.text() == f"Example {wanted.number}", timeout=5000)
    assert output.strip.split.text() == "training"
    window._session.begin(default_experiment(DatasetKind.HILLS), "Other data")
    qtbot.waitUntil(lambda: bool(stage.hung) and stage.hung[0].classes is None, timeout=5000)


def test_a_small_window_stays_small(window: MainWindow, qtbot: QtBot) -> None:
    output = window.output
    qtbot.waitUntil(lambda: output.boundary.places() != (0, 0), timeout=5000)
    press(qtbot, output.hardest)
    assert output.boundary.isVisible()
    window.resize(1100, 720)
    qtbot.waitUntil(lambda: window.height() == 720 and not output.boundary.isVisible(), timeout=5000)
    assert output.wall.isVisible()


def test_with_larger_text_the_switch_of_images_stands_below_the_title(
    view: OutputView, qtbot: QtBot, qapp: QApplication
) -> None:
    show(view, DIGITS)
    below = view.findChildren(SegmentedSwitch)[0]
    assert view.mode.isVisible()
    assert not below.isVisible()
    theme.apply(qapp, theme.ThemeChoice.LIGHT, True)
    QApplication.processEvents()
    assert not view.mode.isVisible()
    assert below.geometry().bottom() < view.confusion.y()
    press(qtbot, below.button(DRAW))
    assert view.mode.current() == DRAW
    assert view.drawing.isVisible()
    press(qtbot, below.button(HARDEST))
    assert view.wall.isVisible()
    theme.apply(qapp, theme.ThemeChoice.LIGHT)
    QApplication.processEvents()
    assert view.mode.isVisible()
    assert not below.isVisible()
    assert view.mode.current() == HARDEST
