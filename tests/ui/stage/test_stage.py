"""Every picture is explored in the same way: by mouse, by keys, with one bubble, in any theme and at any scale."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looking import hover
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGraphicsRectItem, QGraphicsScene, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.ui import theme
from nnstudio.ui.stage import items
from nnstudio.ui.stage.bubble import Bubble
from nnstudio.ui.stage.stage import Spot, Stage

SIZE = 20


class Cells(Stage):
    """A wall of 24 × 3 cells that say where they are."""

    def __init__(self) -> None:
        self.arranged = 0
        self.size_of_it = (24, 3)
        self.value = 0
        super().__init__("Cells", "Point at a cell.", "<b>Cells</b>")

    def arrange(self) -> None:
        self.arranged += 1
        self.clear()
        items.rectangle(self.root, QRectF(0, 0, SIZE, SIZE), QColor(theme.current().positive))

    def places(self) -> tuple[int, int]:
        return self.size_of_it

    def spot_at(self, position: QPointF) -> Spot | None:
        column, row = int(position.x() // SIZE), int(position.y() // SIZE)
        return Spot(column, row) if column < self.size_of_it[0] and row < self.size_of_it[1] else None

    def anchor(self, spot: Spot) -> QRectF:
        return QRectF(SIZE * spot.column, SIZE * spot.row, SIZE, SIZE)

    def reading(self, spot: Spot) -> Sequence[str]:
        return f"Cell {spot.column}, {spot.row}", f"v = {self.value}"

    def summary(self) -> str:
        return "72 cells."


@pytest.fixture
def cells(qtbot: QtBot) -> Cells:
    cells = Cells()
    qtbot.addWidget(cells)
    cells.resize(500, 200)
    cells.show()
    qtbot.waitExposed(cells)
    return cells


def bubble_of(stage: Stage) -> QRectF | None:
    """Where the bubble stands, if it does."""
    item = stage.bubble._item
    return item.sceneBoundingRect() if item.isVisible() else None


def said(stage: Stage) -> int:
    """A number that changes when the bubble is painted anew."""
    return stage.bubble._item.pixmap().cacheKey()


def press(stage: Stage, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> bool:
    """Ask whether the picture claims the key from the window."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers)
    event.ignore()
    QApplication.sendEvent(stage, event)
    return event.isAccepted()


# The mouse


def _stumble_within(cells: Cells) -> None:
    try:
        with cells.drawn_once():
            cells.resize(400, 100)
            raise LookupError
    except LookupError:
        pass


def test_what_changes_several_times_is_drawn_once_for_the_last_of_them(cells: Cells) -> None:
    cells.explore(Spot(3, 1))
    before = cells.arranged
    read: list[object] = []
    cells.mark = read.append  # type: ignore[method-assign]
    with cells.drawn_once():
        cells.resize(300, 200)
        cells.renew()
        with Stage.drawn_once():
            cells.resize(400, 100)
        assert (cells.arranged, read) == (before, [])
    assert (cells.arranged, read) == (before + 1, [Spot(3, 1)])
    with cells.drawn_once():
        cells.resize(500, 200)
        cells.arrange()  # a subclass that draws at once, in the size of now
    assert cells.arranged == before + 2
    _stumble_within(cells)
    assert cells.arranged == before + 3, "what was begun is drawn, whatever happens"
    cells.resize(300, 200)
    assert cells.arranged == before + 4


def test_the_mouse_reads_the_place_under_it_and_leaving_ends_it(cells: Cells) -> None:
    assert bubble_of(cells) is None
    hover(cells, QPoint(50, 30))
    assert cells.spot == Spot(2, 1)
    assert bubble_of(cells) is not None
    hover(cells, QPoint(50, 150))
    assert cells.spot is None
    assert bubble_of(cells) is None
    hover(cells, QPoint(10, 10))
    assert cells.spot == Spot(0, 0)
    QApplication.sendEvent(cells, QEvent(QEvent.Type.Leave))
    assert cells.spot is None


def test_no_tooltip_covers_the_bubble(cells: Cells) -> None:
    assert cells.toolTip() == "Point at a cell."
    hover(cells, QPoint(50, 30))
    assert cells.toolTip() == ""
    hover(cells, QPoint(50, 150))
    assert cells.toolTip() == "Point at a cell."


def test_the_bubble_is_painted_anew_only_when_it_says_something_else(cells: Cells) -> None:
    hover(cells, QPoint(50, 30))
    before = said(cells)
    cells.read()
    hover(cells, QPoint(52, 32))
    assert said(cells) == before
    cells.value = 1
    cells.read()
    assert said(cells) != before


def test_a_place_that_is_gone_is_read_no_more(cells: Cells) -> None:
    hover(cells, QPoint(90, 50))
    assert cells.spot == Spot(4, 2)
    for size in ((4, 3), (5, 2)):
        cells.size_of_it = size
        cells.read()
        assert cells.spot is None
    assert bubble_of(cells) is None


def test_the_wheel_is_left_to_whoever_scrolls(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    QVBoxLayout(page).addWidget(cells := Cells())
    at, none = QPointF(20, 20), Qt.KeyboardModifier.NoModifier
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, at, QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, none, phase, False)
    cells.wheelEvent(event)
    assert not event.isAccepted()


# The keys


def test_arrows_walk_leap_and_stop_at_the_edge(qtbot: QtBot, cells: Cells) -> None:
    key, shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(cells, key.Key_Right)
    assert cells.spot == Spot(11, 1), "the first key begins in the middle"
    assert (cells.spoken.accessibleName(), cells.spoken.accessibleDescription()) == ("Cell 11, 1", "v = 0")
    for pressed, modifiers, spot in (
        (key.Key_Right, Qt.KeyboardModifier.NoModifier, Spot(12, 1)),
        (key.Key_Up, Qt.KeyboardModifier.NoModifier, Spot(12, 0)),
        (key.Key_Up, Qt.KeyboardModifier.NoModifier, Spot(12, 0)),
        (key.Key_Right, shift, Spot(22, 0)),
        (key.Key_Right, shift, Spot(23, 0)),
        (key.Key_Left, shift, Spot(13, 0)),
        (key.Key_Home, Qt.KeyboardModifier.NoModifier, Spot(0, 0)),
        (key.Key_Left, Qt.KeyboardModifier.NoModifier, Spot(0, 0)),
        (key.Key_End, Qt.KeyboardModifier.NoModifier, Spot(23, 0)),
        (key.Key_Down, shift, Spot(23, 2)),
    ):
        qtbot.keyClick(cells, pressed, modifiers)
        assert cells.spot == spot
        assert bubble_of(cells) is not None
    qtbot.keyClick(cells, key.Key_Escape)
    assert cells.spot is None


def test_it_claims_its_own_keys_and_no_others(cells: Cells) -> None:
    assert press(cells, Qt.Key.Key_Left)
    assert press(cells, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert press(cells, Qt.Key.Key_Escape)
    assert not press(cells, Qt.Key.Key_Space)
    assert not press(cells, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)


def test_keys_in_an_empty_picture_do_nothing(qtbot: QtBot, cells: Cells) -> None:
    cells.size_of_it = (0, 0)
    qtbot.keyClick(cells, Qt.Key.Key_Right)
    assert cells.spot is None


# Focus


def test_the_ring_shows_who_has_the_keys_and_the_summary_is_spoken(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    one, other = Cells(), Cells()
    column.addWidget(one)
    column.addWidget(other)
    page.resize(500, 300)
    page.show()
    page.activateWindow()
    one.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(one.hasFocus)
    accent = QColor(theme.current().accent)

    def ringed(stage: Stage) -> bool:
        return stage.grab().toImage().pixelColor(1, stage.height() // 2) == accent

    assert ringed(one)
    assert not ringed(other)
    assert one.accessibleDescription() == "72 cells."
    qtbot.keyClick(one, Qt.Key.Key_Right)
    other.setFocus(Qt.FocusReason.TabFocusReason)
    assert (ringed(one), ringed(other)) == (False, True)
    assert one.spot is None, "what the keys were reading is let go"


def test_a_click_takes_no_keys_away(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    field, cells = QLineEdit(), Cells()
    column.addWidget(field)
    column.addWidget(cells)
    page.show()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    qtbot.mouseClick(cells.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 30))
    assert field.hasFocus()


def test_what_the_mouse_reads_is_not_spoken(qtbot: QtBot, cells: Cells) -> None:
    qtbot.keyClick(cells, Qt.Key.Key_Right)
    assert cells.spoken.isVisible()
    hover(cells, QPoint(50, 30))
    assert cells.spot == Spot(2, 1)
    assert cells.spoken.isHidden()


def test_the_ring_goes_along_with_the_size(qtbot: QtBot, cells: Cells) -> None:
    cells.activateWindow()
    cells.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(cells.hasFocus)
    cells.resize(301, 121)
    assert cells._ring.path().boundingRect() == QRectF(1, 1, 299, 119)


def test_other_keys_are_left_to_whoever_wants_them(cells: Cells) -> None:
    for key, taken in ((Qt.Key.Key_Right, True), (Qt.Key.Key_PageDown, False), (Qt.Key.Key_Space, False)):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        cells.keyPressEvent(event)
        assert event.isAccepted() == taken


# Themes, text, scale


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    theme.apply(qapp, theme.ThemeChoice.LIGHT)
    yield qapp
    qapp.setStyleSheet("")


def test_another_theme_colours_ground_items_and_bubble(dressed: QApplication, cells: Cells) -> None:
    hover(cells, QPoint(50, 30))
    light, bubble = cells.grab().toImage(), said(cells)
    assert light.pixelColor(300, 150) == QColor(theme.LIGHT.card)
    theme.apply(dressed, theme.ThemeChoice.DARK)
    dark = cells.grab().toImage()
    assert dark.pixelColor(300, 150) == QColor(theme.DARK.card)
    assert dark.pixelColor(5, 5) == QColor(theme.DARK.positive)
    assert said(cells) != bubble
    assert bubble_of(cells) is not None


def test_larger_text_makes_a_larger_bubble(dressed: QApplication, cells: Cells) -> None:
    hover(cells, QPoint(50, 30))
    normal, arranged = bubble_of(cells), cells.arranged
    theme.apply(dressed, theme.ThemeChoice.LIGHT, larger_text=True)
    larger = bubble_of(cells)
    assert normal is not None
    assert larger is not None
    assert larger.height() > normal.height() * 1.1
    assert cells.arranged > arranged


def test_another_font_arranges_it_anew(cells: Cells) -> None:
    arranged, font = cells.arranged, cells.font()
    font.setItalic(True)
    cells.setFont(font)
    assert cells.arranged > arranged


def test_another_screen_arranges_it_anew(cells: Cells) -> None:
    arranged = cells.arranged
    QApplication.sendEvent(cells, QEvent(QEvent.Type.DevicePixelRatioChange))
    assert cells.arranged == arranged + 1


def test_another_size_arranges_it_anew_and_the_ring_goes_along(cells: Cells) -> None:
    arranged = cells.arranged
    cells.resize(300, 120)
    assert cells.arranged == arranged + 1
    assert cells.sceneRect() == QRectF(0, 0, 300, 120)
    assert cells.area == QRectF(0, 0, 300, 120)


def test_a_point_of_the_stage_is_the_same_point_of_the_scene(cells: Cells) -> None:
    cells.setFocus(Qt.FocusReason.TabFocusReason)
    for size in ((500, 200), (301, 121)):
        cells.resize(*size)
        assert cells.mapToScene(QPoint(17, 23)) == QPointF(17, 23)


def test_clearing_leaves_neither_old_items_nor_takes_the_bubble(cells: Cells) -> None:
    hover(cells, QPoint(50, 30))
    before = len(cells.scene().items())
    for _ in range(5):
        cells.arrange()
    assert len(cells.scene().items()) == before
    assert bubble_of(cells) is not None


# The bubble


@pytest.fixture(scope="module")
def bubble(qapp: QApplication) -> Iterator[Bubble]:
    scene = QGraphicsScene()
    keep = QGraphicsRectItem()
    scene.addItem(keep)
    yield Bubble(scene)
    scene.clear()


@given(st.integers(0, 600), st.integers(0, 400), st.sampled_from([0, 4, 88]), st.booleans())
def test_the_bubble_stays_inside_and_beside(bubble: Bubble, x: int, y: int, size: int, tall: bool) -> None:
    bounds, place = QRectF(0, 0, 600, 400), QRectF(x, y, size, size)
    bubble.say(["Weight", *["w = −1.234"] * (6 if tall else 2)], place, bounds, 1.0)
    box = bubble._box.translated(bubble._item.pos() + QPointF(8, 8))
    assert bounds.contains(box)
    if x < 400 and y < 300 and size:
        assert not box.intersects(place)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_bubble_is_as_sharp_as_the_screen(ratio: float) -> None:
    scene = QGraphicsScene()
    bubble = Bubble(scene)
    bubble.say(["Weight", "w = 1"], QRectF(10, 10, 1, 1), QRectF(0, 0, 600, 400), ratio)
    pixmap = bubble._item.pixmap()
    assert pixmap.devicePixelRatio() == ratio
    logical = bubble._item.boundingRect()
    assert logical.width() == pytest.approx(bubble._box.width() + 16, abs=1)
    assert pixmap.width() == pytest.approx(logical.width() * ratio, abs=1)


@pytest.mark.usefixtures("qapp")
def test_the_bubble_shows_a_picture_and_says_nothing_without_lines() -> None:
    scene = QGraphicsScene()
    bubble = Bubble(scene)
    bounds = QRectF(0, 0, 600, 400)
    picture = QImage(2, 2, QImage.Format.Format_RGB32)
    picture.fill(QColor("#123456"))
    bubble.say(["Unit"], QRectF(10, 10, 1, 1), bounds, 1.0, picture)
    shown = bubble._item.pixmap().toImage()
    assert shown.pixelColor(8 + 10 + 32, 8 + 10 + 32) == QColor("#123456")
    bubble.say([], QRectF(), bounds, 1.0)
    assert not bubble._item.isVisible()
