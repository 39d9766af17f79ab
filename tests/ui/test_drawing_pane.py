"""The drawing pad: strokes of mouse and finger, undo, and what the newest network makes of them."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from drawn_digits import NAMES, drawn_digit
from output_cards import shown_output
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.core.data.drawing import pixels_of
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.experiment.dataset_spec import ImageSpec
from nnstudio.core.network.predict import predict
from nnstudio.core.presets import default_experiment
from nnstudio.core.run.frame import Frame, Probe, Status
from nnstudio.core.run.observe import Observer
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.images import ImageLibrary
from nnstudio.ui import theme
from nnstudio.ui.examples.pad import PadStage
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.views.canned import image_frame, plane_frame
from nnstudio.ui.views.output.drawing import DrawingPane
from nnstudio.ui.views.output_view import OutputView

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
DRAW, BROWSE = range(2)
READ_RIGHT = 18


def draw(pad: PadStage, points: np.ndarray) -> None:
    """One stroke, through points in shares of the pad."""
    places = [QPoint(round(x * pad.width()), round(y * pad.height())) for x, y in points]
    QTest.mousePress(pad.viewport(), LEFT, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(pad.viewport(), place)
    QTest.mouseRelease(pad.viewport(), LEFT, pos=places[-1])


ONE = np.array([[0.5, 0.2], [0.5, 0.4], [0.5, 0.8]])
DASH = np.array([[0.3, 0.5], [0.7, 0.5]])


@pytest.fixture
def view(qtbot: QtBot) -> OutputView:
    view = shown_output(qtbot)
    view.show_frame(image_frame())
    view.mode.set_current(DRAW)
    return view


def answered(view: OutputView, qtbot: QtBot) -> list[float]:
    """The bars, once they have been told of the last stroke."""
    qtbot.waitUntil(lambda: not view.drawing._rest.isActive())
    table = view.drawing.shares.table()
    return [] if table is None else [float(share) for _, share in table.rows]


def expected(view: OutputView, frame: Frame) -> list[float]:
    pixels = pixels_of(view.drawing.pad.strokes)
    assert pixels is not None
    return predict(frame.model, pixels[None])[0].tolist()


def test_images_can_be_drawn_and_browsed_and_points_cannot(view: OutputView) -> None:
    corner = view.switches()
    assert view.drawing.isVisible()
    assert not view.confusion.isVisible()
    assert not view.strip.isVisible()
    assert view.mode.isVisibleTo(corner)
    view.mode.set_current(BROWSE)
    assert view.confusion.isVisible()
    assert not view.drawing.isVisible()
    view.mode.set_current(DRAW)
    view.show_frame(plane_frame())
    assert view.boundary.isVisible()
    assert not view.drawing.isVisible()
    assert not view.mode.isVisibleTo(corner)


def test_the_answer_follows_every_piece_of_a_stroke(view: OutputView, qtbot: QtBot) -> None:
    pad, seen = view.drawing.pad, view.drawing.seen
    assert answered(view, qtbot) == []
    QTest.mousePress(pad.viewport(), LEFT, pos=QPoint(40, 30))
    first = answered(view, qtbot)
    assert first == pytest.approx(expected(view, image_frame()))
    QTest.mouseMove(pad.viewport(), QPoint(90, 120))
    second = answered(view, qtbot)
    assert second != first
    assert second == pytest.approx(expected(view, image_frame()))
    assert seen.answer == str(int(np.argmax(second)))
    QTest.mouseRelease(pad.viewport(), LEFT, pos=QPoint(90, 120))
    QTest.mouseMove(pad.viewport(), QPoint(10, 120))
    assert answered(view, qtbot) == second, "the pen was lifted"


def test_a_new_frame_answers_anew_and_the_drawing_stays(view: OutputView, qtbot: QtBot) -> None:
    draw(view.drawing.pad, ONE)
    before = answered(view, qtbot)
    frame = view.drawing._frame
    assert frame is not None
    other = replace(frame, status=Status.PAUSED, model=replace(frame.model, params=frame.model.params * 0.5))
    view.show_frame(other)
    assert answered(view, qtbot) == pytest.approx(expected(view, other))
    assert answered(view, qtbot) != before


def test_strokes_are_taken_back_one_by_one(view: OutputView, qtbot: QtBot) -> None:
    pane, pad = view.drawing, view.drawing.pad
    assert not pane.undo.isEnabled()
    assert not pane.wipe.isEnabled()
    draw(pad, ONE)
    one = answered(view, qtbot)
    draw(pad, DASH)
    assert [len(stroke.points) for stroke in pad.strokes] == [3, 2]
    assert pad.summary().startswith("2 strokes")
    qtbot.mouseClick(pane.undo, LEFT)
    assert answered(view, qtbot) == one
    qtbot.mouseClick(pane.wipe, LEFT)
    assert answered(view, qtbot) == []
    assert pad.accessibleDescription().startswith("Nothing is drawn yet")
    assert view.drawing.seen.answer == ""
    assert not pane.wipe.isEnabled()
    qtbot.mouseClick(pane.undo, LEFT)
    assert answered(view, qtbot) == one, "Clear is taken back, too"
    qtbot.keyClick(pad, Qt.Key.Key_Z, CONTROL)
    assert pad.strokes == []
    assert not pane.undo.isEnabled()


def test_nothing_is_taken_back_under_a_pen_that_draws(view: OutputView) -> None:
    pad = view.drawing.pad
    QTest.mousePress(pad.viewport(), LEFT, pos=QPoint(40, 30))
    pad.undo()
    pad.wipe()
    QTest.mouseMove(pad.viewport(), QPoint(90, 120))
    QTest.mouseRelease(pad.viewport(), LEFT, pos=QPoint(90, 120))
    assert [len(stroke.points) for stroke in pad.strokes] == [2]


def test_a_pad_that_is_hidden_under_the_pen_does_not_draw_on(view: OutputView) -> None:
    pad = view.drawing.pad
    QTest.mousePress(pad.viewport(), LEFT, pos=QPoint(40, 30))
    view.mode.set_current(BROWSE)
    QTest.mouseRelease(view, LEFT)  # somewhere else
    view.mode.set_current(DRAW)
    QTest.mouseMove(pad.viewport(), QPoint(90, 120))
    assert [len(stroke.points) for stroke in pad.strokes] == [1]
    pad.undo()
    assert pad.strokes == []


def test_what_leaves_the_pad_stays_on_its_edge_and_other_buttons_draw_nothing(view: OutputView) -> None:
    pad = view.drawing.pad
    draw(pad, np.array([[0.5, 0.5], [1.4, -0.3]]))
    assert pad.strokes[0].points[-1].tolist() == [1, 0]
    QTest.mouseClick(pad.viewport(), Qt.MouseButton.RightButton)
    assert len(pad.strokes) == 1
    QTest.mouseDClick(pad.viewport(), LEFT, pos=QPoint(10, 10))
    assert len(pad.strokes) >= 2, "two quick dots are no double click"


def test_a_finger_draws(view: OutputView, qtbot: QtBot) -> None:
    pad = view.drawing.pad
    device = QTest.createTouchDevice()
    assert device.type() is QPointingDevice.DeviceType.TouchScreen
    viewport = pad.viewport()
    QTest.touchEvent(viewport, device).press(0, QPoint(30, 30), viewport).commit()
    QTest.touchEvent(viewport, device).move(0, QPoint(60, 90), viewport).commit()
    QTest.touchEvent(viewport, device).release(0, QPoint(60, 90), viewport).commit()
    qtbot.waitUntil(lambda: [len(stroke.points) for stroke in pad.strokes] == [2])


def test_a_drawing_grows_with_its_pad(view: OutputView, qtbot: QtBot) -> None:
    draw(view.drawing.pad, ONE)
    before, points = answered(view, qtbot), view.drawing.pad.strokes[0].points
    view.resize(420, 700)
    QApplication.sendPostedEvents()
    assert np.array_equal(view.drawing.pad.strokes[0].points, points)
    assert answered(view, qtbot) == before


def test_bars_and_pixels_are_read_with_arrows(view: OutputView, qtbot: QtBot) -> None:
    frame = view.drawing._frame
    assert frame is not None
    view.show_frame(replace(frame, status=Status.PAUSED, model=replace(frame.model, params=-frame.model.params)))
    draw(view.drawing.pad, DASH)
    shares, bars, seen = answered(view, qtbot), view.drawing.shares, view.drawing.seen
    best = int(np.argmax(shares))
    assert best > 0, "or the arrows would begin there anyway"
    for stage in (bars, seen):
        stage.setFocus()
        qtbot.keyClick(stage, Qt.Key.Key_Right)
    assert bars.spot is None, "whoever leaves reads no more"
    bars.setFocus()
    qtbot.keyClick(bars, Qt.Key.Key_Right)
    said = QAccessible.queryAccessibleInterface(bars.spoken)
    assert said.text(QAccessible.Text.Name) == f"Class {best}"
    assert bars.spoken.value() == pytest.approx(shares[best])
    assert bars.summary().startswith(f"Surest of {best}")
    assert seen.summary().startswith(f"The network reads {best}, ")
    assert [table.title for table in view.tables()][:2] == ["Drawing", "What the network sees"]
    pixels = pixels_of(view.drawing.pad.strokes)
    assert pixels is not None
    assert [seen.figure(Spot(column, 14)) for column in range(28)] == pytest.approx((pixels[14] / 255).tolist())
    assert seen.reading(Spot(5, 14)) == ("Pixel 14, 5", f"{pixels[14, 5] / 255:.2f}")


def test_every_control_has_a_name_and_can_be_reached(view: OutputView) -> None:
    pane = view.drawing
    controls: list[QWidget] = [pane.pad, pane.seen, pane.shares, *pane.findChildren(QToolButton)]
    assert len(controls) == 5
    for control in controls:
        assert control.accessibleName()
        assert control.whatsThis()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    for stage in (pane.pad, pane.seen, pane.shares):
        assert "othing is drawn yet" in stage.summary()


@pytest.mark.parametrize("larger", [False, True])
@pytest.mark.parametrize("size", [(218, 330), (218, 374), (250, 420), (290, 700), (420, 380)])
def test_nothing_overlaps(view: OutputView, qapp: QApplication, size: tuple[int, int], larger: bool) -> None:
    theme.apply(qapp, theme.ThemeChoice.LIGHT, larger)
    view.resize(*size)
    QApplication.sendPostedEvents()
    pane: DrawingPane = view.drawing
    parts = (pane.pad, pane.seen, pane.undo, pane.wipe, pane.shares)
    for index, part in enumerate(parts):
        assert pane.rect().contains(part.geometry()), part
        assert not any(part.geometry().intersects(other.geometry()) for other in parts[index + 1 :])
    assert pane.pad.width() == pane.pad.height()
    assert pane.seen.width() >= pane.seen.narrowest()


# In the window, with a network that learns.


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    spec = ImageSpec(kind=DatasetKind.SKETCHED_DIGITS, images=500)
    session = Session(replace(default_experiment(DatasetKind.SKETCHED_DIGITS), dataset=spec))
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    session.start()
    window.show()
    qtbot.waitUntil(lambda: session.frame is not None)
    qtbot.waitUntil(window.output.mode.isVisible)
    yield window
    session.stop()


def test_ctrl_z_on_the_pad_is_for_strokes_and_elsewhere_for_the_run(window: MainWindow, qtbot: QtBot) -> None:
    session, pad = window._session, window.output.drawing.pad
    session.edit(replace(session.experiment, seed=7))
    window.activateWindow()
    window.output.mode.set_current(DRAW)
    draw(pad, ONE)
    assert QApplication.focusWidget() in (pad, pad.spoken)
    for _ in range(2):  # also where there is nothing left
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, CONTROL)
        assert pad.strokes == []
        assert session.experiment.seed == 7
    draw(pad, ONE)
    page = window.centralWidget()
    assert page is not None
    page.setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, CONTROL)
    assert session.experiment.seed != 7
    assert len(pad.strokes) == 1


@pytest.mark.slow
def test_the_bars_move_while_training_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    session, output = window._session, window.output
    output.mode.set_current(DRAW)
    draw(output.drawing.pad, ONE)
    before = answered(output, qtbot)
    assert before
    qtbot.keyClick(output.drawing.pad, Qt.Key.Key_Space)  # which the pad leaves to the window
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.updates > 50, timeout=20_000)
    qtbot.waitUntil(lambda: answered(output, qtbot) != before)
    session.toggle_play()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.status is Status.PAUSED)
    frame = session.frame
    assert frame is not None
    qtbot.waitUntil(lambda: answered(output, qtbot) == pytest.approx(expected(output, frame)))


@pytest.mark.slow
def test_of_twenty_drawn_digits_the_default_network_reads_eighteen(mnist_folder: object, qtbot: QtBot) -> None:
    """784-128-64-10 after five passes over MNIST; every drawing is made on the pad, with a mouse."""
    library = ImageLibrary(lambda: None)
    experiment = default_experiment(DatasetKind.MNIST)
    trainer = Trainer(experiment, library)
    trainer.train(epochs=5)
    assert trainer.network.params.size == 784 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10
    view = shown_output(qtbot)
    view.show_frame(Observer(trainer, 1).frame(Probe.OUTPUT, status=Status.PAUSED))
    view.mode.set_current(DRAW)
    read: dict[str, str] = {}
    for name in NAMES:
        for stroke in drawn_digit(name)[1]:
            draw(view.drawing.pad, stroke)
        assert answered(view, qtbot)
        read[name] = view.drawing.seen.answer
        qtbot.mouseClick(view.drawing.wipe, LEFT)
    assert sorted(name[0] for name in read) == sorted("0123456789" * 2)
    wrong = {name: answer for name, answer in read.items() if answer != name[0]}
    assert len(NAMES) - len(wrong) >= READ_RIGHT, wrong
