"""Points painted and rubbed out on the plane, by mouse and by key, while the network learns, and undone by strokes."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnstudio.core.data.dataset import Dataset, build
from nnstudio.core.data.painted import painted
from nnstudio.core.experiment import Experiment, PaintedSpec, PlaneSpec
from nnstudio.core.experiment.choices import DatasetKind
from nnstudio.core.presets import default_experiment
from nnstudio.ui import theme
from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.session import Session
from nnstudio.ui.settings import Settings
from nnstudio.ui.views.output.paint_tools import PaintTools
from nnstudio.ui.views.output.painting_stage import SIZES, PaintingStage, Tool
from nnstudio.ui.views.output.strokes import Stroke, Trail

LEFT = Qt.MouseButton.LeftButton
CIRCLE = replace(default_experiment(DatasetKind.CIRCLE), dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=60))


class Painter:
    """The window, with a hand that paints in it."""

    def __init__(self, window: MainWindow, session: Session, qtbot: QtBot) -> None:
        self.window, self.session, self.qtbot = window, session, qtbot
        self.output, self.stage, self.tools = window.output, window.output.boundary, window.output.tools
        self.settle()

    @property
    def spec(self) -> PaintedSpec:
        dataset = self.session.experiment.dataset
        assert isinstance(dataset, PaintedSpec)
        return dataset

    def take(self, tool: Tool, size: int = 0, label: int | None = None) -> None:
        QTest.mouseClick(self.tools.switch.button(list(Tool).index(tool)), LEFT)
        if tool is not Tool.CHOOSE:
            QTest.mouseClick(self.tools.sizes.button(size), LEFT)
        if label is not None:
            QTest.mouseClick(self.tools.swatches[label], LEFT)

    def at(self, x1: float, x2: float) -> QPoint:
        plane, (left, right, bottom, top) = self.stage.plane(), self.stage._extent
        across, down = (x1 - left) / (right - left), (top - x2) / (top - bottom)
        return QPointF(plane.left() + across * plane.width(), plane.top() + down * plane.height()).toPoint()

    def stroke(self, *places: tuple[float, float]) -> None:
        """Press at the first place, move along all of them, and let go at the last one."""
        canvas = self.stage.viewport()
        QTest.mousePress(canvas, LEFT, pos=self.at(*places[0]))
        for place in places[1:]:
            QTest.mouseMove(canvas, self.at(*place))
        QTest.mouseRelease(canvas, LEFT, pos=self.at(*places[-1]))

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.session.up_to_date and self.session._undo.settled, timeout=10_000)

    def data(self) -> Dataset:
        self.settle()
        assert self.session.frame is not None
        return self.session.frame.dataset

    @property
    def updates(self) -> int:
        assert self.session.frame is not None
        return self.session.frame.updates

    @property
    def marks(self) -> int:
        assert self.session.frame is not None
        return len(self.session.frame.marks)


def begun(experiment: Experiment, qtbot: QtBot) -> tuple[MainWindow, Session]:
    session = Session(experiment)
    window = MainWindow(session, Settings())
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    session.start()
    qtbot.waitUntil(lambda: session.frame is not None and session.frame.picture is not None)
    return window, session


@pytest.fixture
def painter(qtbot: QtBot) -> Iterator[Painter]:
    window, session = begun(CIRCLE, qtbot)
    yield Painter(window, session, qtbot)
    session.stop()


def near(point: tuple[float, float, int], x1: float, x2: float) -> bool:
    return abs(point[0] - x1) < 0.1 and abs(point[1] - x2) < 0.1


# The brush ------------------------------------------------------------------------------------------------------------


def test_a_click_paints_one_point_to_train_on(painter: Painter) -> None:
    painter.take(Tool.BRUSH, label=0)
    painter.stroke((4.0, -3.0))
    before = painted(CIRCLE.dataset)
    assert painter.spec.test == before.test
    assert painter.spec.training[:-1] == before.training
    assert near(painter.spec.training[-1], 4.0, -3.0)
    assert painter.spec.training[-1][2] == 0
    assert tuple(painter.data().train.raw[-1]) == painter.spec.training[-1][:2]
    assert painter.session.undo_label == "Paint points"


@pytest.mark.parametrize("size", range(len(SIZES)))
def test_a_stroke_lies_along_its_way_and_is_one_step(painter: Painter, size: int) -> None:
    painter.take(Tool.BRUSH, size, label=1)
    painter.stroke(*((x / 2, -4.0) for x in range(-8, 9)))
    train = painter.spec.training[30:]
    test = painter.spec.test[30:]
    assert len(train) > 5
    assert 0 <= len(train) - len(test) <= 1, "half of them test"
    reach = SIZES[size].spread * 12 / painter.stage.plane().width() + 0.2
    assert all(abs(x2 + 4) < reach and abs(x1) < 4 + reach and label == 1 for x1, x2, label in (*train, *test))
    assert (max(abs(x2 + 4) for _, x2, _ in train) > 0.3) == bool(SIZES[size].spread), "the larger ones spray"
    painter.settle()
    painter.session.undo()
    assert painter.session.experiment == CIRCLE
    painter.session.redo()
    assert painter.spec.training[30:] == train


def test_training_goes_on_and_undo_brings_the_run_back(painter: Painter, qtbot: QtBot) -> None:
    session = painter.session
    session.step(25)
    qtbot.waitUntil(lambda: painter.updates == 25)
    session.play()
    qtbot.waitUntil(lambda: painter.updates > 50)
    painter.take(Tool.BRUSH)
    painter.stroke((0.0, 4.0), (1.0, 4.0), (2.0, 4.0))
    painter.settle()
    after = painter.updates
    assert after > 50
    assert session.playing
    qtbot.waitUntil(lambda: painter.updates > after + 50)
    assert painter.marks == 1
    painter.stroke((0.0, -4.0), (1.0, -4.0))
    painter.settle()
    assert painter.marks == 2
    session.pause()
    for _ in range(2):
        session.undo()
    painter.settle()
    assert session.experiment == CIRCLE
    assert 50 < painter.updates <= after
    assert not session.undo_label


def test_two_strokes_are_two_steps(painter: Painter) -> None:
    painter.take(Tool.BRUSH)
    painter.stroke((0.0, 4.0), (1.0, 4.0))
    once = painter.spec
    painter.stroke((0.0, -4.0), (1.0, -4.0))
    assert len(painter.spec.training) > len(once.training)
    painter.settle()
    painter.session.undo()
    assert painter.session.experiment.dataset == once


def test_one_class_more_in_one_stroke(painter: Painter) -> None:
    painter.take(Tool.BRUSH, 1, label=2)
    painter.stroke((4.0, 4.0))
    assert painter.spec.classes == 3
    assert painter.data().class_names == ("0", "1", "2")
    canvas = painter.stage.viewport()
    QTest.mousePress(canvas, LEFT, pos=painter.at(-4, -4))
    painter.settle()
    QTest.mouseClick(painter.tools.swatches[3], LEFT)
    for x in (-3.0, -2.0, -1.0, 0.0):
        QTest.mouseMove(canvas, painter.at(x, -4))
        painter.settle()
    QTest.mouseRelease(canvas, LEFT, pos=painter.at(0, -4))
    assert painter.spec.classes == 4
    assert sum(label == 3 for _, _, label in painter.spec.training) > 3, "the press went on through the new output"


def test_whoever_paints_sees_the_test_points(painter: Painter) -> None:
    assert not painter.stage._show_tests
    painter.take(Tool.BRUSH)
    assert painter.stage._show_tests
    assert painter.tools.isVisible()
    assert not painter.output.test_points.isVisible()
    painter.take(Tool.CHOOSE)
    assert not painter.stage._show_tests
    assert painter.output.test_points.isVisible()


def test_the_circle_has_the_colour_of_the_class(painter: Painter) -> None:
    painter.take(Tool.BRUSH, 2, label=0)
    QTest.mouseMove(painter.stage.viewport(), painter.at(1.0, 1.0))
    reach = painter.stage._reach
    assert reach.pen().color() == theme.class_color(0, 2)
    assert reach.path().boundingRect().width() == 2 * SIZES[2].radius
    assert reach.path().boundingRect().center().toPoint() == painter.at(1.0, 1.0)
    painter.take(Tool.ERASER)
    QTest.mouseMove(painter.stage.viewport(), painter.at(2.0, 1.0))
    assert painter.stage._reach.pen().color() == QColor(theme.current().text)
    painter.take(Tool.CHOOSE)
    assert painter.stage._reach.path().isEmpty()


def test_without_a_tool_a_click_paints_nothing(painter: Painter) -> None:
    painter.take(Tool.BRUSH)
    painter.take(Tool.CHOOSE)
    painter.stroke((4.0, -3.0), (3.0, -3.0))
    assert painter.session.experiment == CIRCLE


# The eraser -----------------------------------------------------------------------------------------------------------


def test_the_eraser_rubs_out_what_is_below_it(painter: Painter) -> None:
    before = painted(CIRCLE.dataset)
    painter.take(Tool.ERASER, 2)
    painter.stroke((-5.0, 3.5), (0.0, 3.5), (5.0, 3.5))
    assert not [point for part in (painter.spec.training, painter.spec.test) for point in part if point[1] > 3.5]
    assert 0 < len(painter.spec.training) < len(before.training)
    assert len(painter.spec.test) < len(before.test)
    assert painter.session.undo_label == "Rub out points"
    assert len(painter.data().train) == len(painter.spec.training)


def test_rubbing_where_nothing_is_changes_nothing(painter: Painter) -> None:
    painter.take(Tool.ERASER)
    painter.stroke((5.9, 5.9))
    assert painter.session.experiment == CIRCLE
    assert not painter.session.undo_label


def test_two_classes_stay_and_it_says_so(painter: Painter) -> None:
    painter.take(Tool.ERASER, 2)
    painter.stroke(*((x / 2, y / 2) for y in range(-6, 7) for x in range(-6, 7)))
    assert {label for _, _, label in painter.spec.training} == {0, 1}
    note = painter.output._note
    assert note.isVisible()
    assert "at least two classes" in note.text()


# The keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_keys_alone_paint(painter: Painter) -> None:
    stage, switch = painter.stage, painter.tools.switch
    switch.button(0).setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(switch.button(0), Qt.Key.Key_Right)
    assert painter.tools.tool is Tool.BRUSH
    stage.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Space):
        QTest.keyClick(stage, key)
    assert not painter.session.playing, "Space paints here"
    assert len(painter.spec.training) == 31
    center = stage._reach.path().boundingRect().center()
    x1, x2, label = painter.spec.training[-1]
    assert (painter.at(x1, x2) - center.toPoint()).manhattanLength() <= 2
    assert label == painter.tools.label
    QTest.keyClick(stage, Qt.Key.Key_Escape)
    QTest.keyClick(stage, Qt.Key.Key_Escape)
    assert painter.tools.tool is Tool.CHOOSE
    QTest.keyClick(stage, Qt.Key.Key_Space)
    assert len(painter.spec.training) == 31


# What can be painted on -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "shown", "able"),
    [
        (DatasetKind.BLOBS, True, True),
        (DatasetKind.XOR4, True, True),
        (DatasetKind.HILLS, True, False),
        (DatasetKind.SKETCHED_DIGITS, False, False),
    ],
)
def test_tools_are_there_where_they_can_be_used(qtbot: QtBot, kind: DatasetKind, shown: bool, able: bool) -> None:
    tools = PaintTools()
    qtbot.addWidget(tools)
    tools.show_data(build(CIRCLE.dataset))
    tools.switch.set_current(1)
    spec = default_experiment(kind).dataset
    tools.show_data(build(replace(spec, images=100) if kind is DatasetKind.SKETCHED_DIGITS else spec))
    assert tools.switch.isHidden() != shown
    assert tools.switch.button(2).isEnabled() == able
    assert (tools.tool is Tool.BRUSH) == able
    assert able or "values instead of classes" in tools.switch.button(1).toolTip()


def test_every_class_has_a_swatch_in_the_narrowest_card(painter: Painter, qtbot: QtBot) -> None:
    tools, window = painter.tools, painter.window
    window.resize(1100, 720)
    painter.take(Tool.BRUSH)
    assert [swatch.accessibleName() for swatch in tools.swatches[:3]] == ["Orange", "Blue", "One class more"]
    for classes in (3, 9, 10):
        tools.show_data(build(PlaneSpec(kind=DatasetKind.BLOBS, classes=classes)))
        shown = [swatch for swatch in tools.swatches if not swatch.isHidden()]
        assert len(shown) == min(classes + 1, 10)
    assert tools.swatches[9].accessibleName() == "Class 9"
    qtbot.waitUntil(lambda: tools.sizes.geometry().left() >= tools.swatches[9].geometry().right())
    assert tools.minimumSizeHint().width() <= tools.width() <= painter.output.width()
    assert tools.swatches[9].width() >= 12


def test_a_set_too_large_says_so(qtbot: QtBot) -> None:
    many = replace(CIRCLE, dataset=PlaneSpec(kind=DatasetKind.CIRCLE, samples=6000))
    window, session = begun(many, qtbot)
    painter = Painter(window, session, qtbot)
    painter.take(Tool.BRUSH)
    painter.stroke((4.0, -3.0))
    assert session.experiment == many
    assert "turn Samples down" in window.output._note.text()
    session.stop()


# The trail ------------------------------------------------------------------------------------------------------------


def test_places_are_evenly_far_apart_however_the_pointer_jumps() -> None:
    slow, fast = Trail(6), Trail(6)
    one = [place.x() for x in range(61) for place in slow.to(QPointF(x, 0))]
    other = [place.x() for x in (0, 60) for place in fast.to(QPointF(x, 0))]
    assert one == pytest.approx(list(range(0, 61, 6)))
    assert other == pytest.approx(one)
    assert (slow.count, fast.count) == (11, 11)


def test_a_stroke_is_said_of_whatever_is_asked_for_by_then() -> None:
    stroke = Stroke(1, ((0.0, 0.0),), 1)
    moons = replace(CIRCLE, dataset=PlaneSpec(kind=DatasetKind.MOONS, samples=20))
    assert stroke(moons).dataset == replace(
        painted(moons.dataset), training=(*painted(moons.dataset).training, (0.0, 0.0, 1))
    )


def test_a_stage_alone_paints_nothing_without_data(qtbot: QtBot) -> None:
    stage = PaintingStage()
    qtbot.addWidget(stage)
    stage.take(Tool.BRUSH, 0, SIZES[0])
    with qtbot.assertNotEmitted(stage.painted):
        QTest.mouseClick(stage.viewport(), LEFT, pos=QPoint(-5, -5))
