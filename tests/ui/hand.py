"""A hand with a mouse and a keyboard, that does anything to a window and knows no better.

Events go to the window as a screen sends them: Qt itself finds what lies under the pointer and who has the keys. What
is done follows from the seed and from what is on the screen.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAction, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from nnstudio.ui.main_window import MainWindow
from nnstudio.ui.presets_menu import PresetsMenu
from nnstudio.ui.widgets.card import CardDock
from nnstudio.ui.widgets.chip import ChipRow
from nnstudio.ui.widgets.thumbnail import Thumbnail
from nnstudio.ui.widgets.track import Track

Key, Modifier = Qt.Key, Qt.KeyboardModifier
LEFT, NONE = Qt.MouseButton.LeftButton, Modifier.NoModifier
UNTOUCHED = ("Export", "Import", "Open", "Save", "Quit", "MNIST", "Download")
"""What asks for a file, for the net, or for the end."""
KEYS: tuple[tuple[Qt.Key, Qt.KeyboardModifier], ...] = (
    *((key, NONE) for key in (Key.Key_Tab, Key.Key_Tab, Key.Key_Tab, Key.Key_Return, Key.Key_Escape, Key.Key_Space)),
    *((key, NONE) for key in (Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down, Key.Key_Home, Key.Key_End)),
    *((key, NONE) for key in (Key.Key_PageUp, Key.Key_PageDown, Key.Key_Delete, Key.Key_F1, Key.Key_R, Key.Key_5)),
    *((key, Modifier.ShiftModifier) for key in (Key.Key_Tab, Key.Key_Up, Key.Key_Down, Key.Key_Right, Key.Key_R)),
    *((key, Modifier.ControlModifier) for key in (Key.Key_Left, Key.Key_Right, Key.Key_D, Key.Key_N)),
)
HELD = {Modifier.ShiftModifier: Key.Key_Shift, Modifier.ControlModifier: Key.Key_Control}
TYPED = ("0", "1", "-3,5", "1e39", "-1e30", "1e-9", "nan", "inf", "", "abc", "99999999", "8 tanh, 3 relu", "8 tahn")
SIZES = ((1440, 900), (1100, 720), (800, 600), (1600, 1000), (1280, 760))


class Hand:
    """Does one thing after the other. `deeds` says what was done last, for somebody who wants to do it again."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self.window = window
        self.deeds: list[str] = []
        self._random = Random(seed)
        self._doings: tuple[tuple[int, Callable[[], str]], ...] = (
            (10, self.click_anywhere),
            (8, self.drag_anywhere),
            (6, self.turn_wheel),
            (14, self.press_key),
            (16, self.use_control),
            (8, self.drag_track),
            (6, self.type_value),
            (8, self.open_popover),
            (8, self.use_popover),
            (6, self.shape_by_header),
            (4, self.drag_header),
            (4, self.insert_layer),
            (7, self.undo_or_redo),
            (5, self.run_or_rest),
            (3, self.choose_data),
            (3, self.move_card),
            (2, self.restyle),
            (2, self.resize),
            (1, self.take_preset),
            (1, self.find_remedy),
        )

    def do_something(self) -> None:
        """One action."""
        weights, doings = zip(*self._doings, strict=True)
        (doing,) = self._random.choices(doings, weights)
        self.deeds.append(f"{doing.__name__}…")
        try:
            self.deeds[-1] = f"{doing.__name__}: {doing()}"
        except RuntimeError as error:
            # Training goes on meanwhile: what the hand reaches for may have gone away. Errors in slots come elsewhere.
            if "already deleted" not in str(error):
                raise
            self.deeds[-1] = f"{doing.__name__}: gone"

    def tidy_up(self) -> None:
        """Leave nothing lying about."""
        self.rest()
        self.window.commands["reset_layout"].trigger()

    def rest(self) -> None:
        """Let go of whatever has opened before the window."""
        for _ in range(10):
            popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if popup is None:
                break
            popup.close()
        self.window.activateWindow()

    # Mouse and keys

    def _points(self, widget: QWidget) -> QPoint:
        """Somewhere on it where it can be seen."""
        seen = widget.visibleRegion().boundingRect()
        seen = seen if not seen.isEmpty() else widget.rect()
        return QPoint(
            self._random.randint(seen.left(), max(seen.left(), seen.right())),
            self._random.randint(seen.top(), max(seen.top(), seen.bottom())),
        )

    def _click(self, widget: QWidget, at: QPoint | None = None, modifier: Qt.KeyboardModifier = NONE) -> None:
        screen, place = _on_window(widget, at if at is not None else _middle(widget))
        if screen is None or not _lies_on(screen, place):
            return
        with _events_to(screen) as send:
            send(QTest.mouseMove, place)
            send(QTest.mousePress, LEFT, modifier, place)
            send(QTest.mouseRelease, LEFT, modifier, place)

    def _drag(self, widget: QWidget, start: QPoint, end: QPoint, steps: int = 4) -> None:
        screen, first = _on_window(widget, start)
        if screen is None:
            return
        last = first + end - start
        if not (_lies_on(screen, first) and _lies_on(screen, last)):
            return  # Qt's tests know no pointer outside of the window
        with _events_to(screen) as send:
            send(QTest.mousePress, LEFT, NONE, first)
            for step in range(1, steps + 1):
                send(QTest.mouseMove, first + (last - first) * step / steps)
                if self._random.random() < 0.1:
                    self._press(Key.Key_Z, Modifier.ControlModifier)  # in the middle of it
                elif self._random.random() < 0.05:
                    self._press(Key.Key_Escape)
            send(QTest.mouseRelease, LEFT, NONE, last)

    def _press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        screen = QApplication.focusWindow()
        if screen is None:  # whatever had the keys is gone
            self.window.activateWindow()
            screen = self.window.windowHandle()
        held = [code for flag, code in HELD.items() if modifier & flag]
        down = [(code, NONE, "") for code in held] + [(key, modifier, str(QTest.keyToAscii(key)).strip("\0"))]
        with _events_to(screen) as send:
            for is_down, keys in ((True, down), (False, reversed(down))):
                for code, with_it, text in keys:
                    send(QTest.simulateEvent, is_down, code.value, with_it, text, False)

    # What can be done

    def _one(self, widgets: Iterable[QWidget]) -> QWidget | None:
        seen = [each for each in widgets if each.isVisible() and not each.visibleRegion().isEmpty()]
        return self._random.choice(seen) if seen else None

    def _ground(self) -> QWidget:
        views = (self.window.network, self.window.output, self.window.loss)
        return self._random.choice((self.window, *views, self.window.activations, self.window.gradients))

    def click_anywhere(self) -> str:
        ground = self._ground()
        point = self._points(ground)
        over = self.window.childAt(ground.mapTo(self.window, point)) if ground.window() is self.window else None
        if over is None or not ground.isVisible() or _is_untouched(over):
            return "nothing there"
        name = _name(over)
        modifier = self._random.choice((NONE, NONE, NONE, Modifier.ShiftModifier, Modifier.ControlModifier))
        self._click(ground, point, modifier)
        return f"{name} at {point.toTuple()}"

    def drag_anywhere(self) -> str:
        ground = self._ground()
        start, end = self._points(ground), self._points(ground)
        over = self.window.childAt(ground.mapTo(self.window, start)) if ground.window() is self.window else None
        if over is None or not ground.isVisible() or _is_untouched(over):
            return "nothing there"
        name = _name(over)
        self._drag(ground, start, end)
        return f"{name} from {start.toTuple()} to {end.toTuple()}"

    def turn_wheel(self) -> str:
        ground = self._ground()
        if not ground.isVisible():
            return "nothing there"
        point, turned = self._points(ground), self._random.choice((-240, -120, 120, 240))
        screen, place = _on_window(ground, point)
        if screen is not None:
            QTest.wheelEvent(screen, QPointF(place), QPoint(0, turned))
        return f"{_name(ground)} at {point.toTuple()} by {turned}"

    def press_key(self) -> str:
        key, modifier = self._random.choice(KEYS)
        focus = _name(QApplication.focusWidget())
        for _ in range(self._random.choice((1, 1, 1, 4))):
            self._press(key, modifier)
        return f"{modifier.name}+{key.name} at {focus}"

    def use_control(self) -> str:
        kinds = (QAbstractButton, QComboBox)
        control = self._one(
            each for kind in kinds for each in self.window.findChildren(kind) if not _is_untouched(each)
        )
        if control is None:
            return "none"
        name = _name(control)
        self._click(control)
        if isinstance(control, QComboBox) and control.view().isVisible():
            for _ in range(self._random.randint(0, 3)):
                QTest.keyClick(control.view(), self._random.choice((Key.Key_Down, Key.Key_Up)))
            QTest.keyClick(control.view(), self._random.choice((Key.Key_Return, Key.Key_Return, Key.Key_Escape)))
        return name

    def drag_track(self) -> str:
        track = self._one(self.window.findChildren(Track))
        if not isinstance(track, Track):
            return "none"
        start = track.centre().toPoint() if self._random.random() < 0.7 else self._points(track)
        name, end = _name(track), self._points(track) + QPoint(self._random.randint(-60, 60), 0)
        self._drag(track, start, end)
        return f"{name} to {end.x()}"

    def type_value(self) -> str:
        field = self._one((*self.window.findChildren(QLineEdit), *self.window.findChildren(QPlainTextEdit)))
        if field is None:
            return "none"
        name, text = _name(field), self._random.choice(TYPED)
        self._click(field)
        self._press(Key.Key_A, Modifier.ControlModifier)
        focus = QApplication.focusWidget()
        if isinstance(focus, QLineEdit | QPlainTextEdit):
            QTest.keyClicks(focus, text)
        self._press(self._random.choice((Key.Key_Return, Key.Key_Tab, Key.Key_Escape)))
        return f"{name} {text!r}"

    def open_popover(self) -> str:
        stage = self.window.network.stage
        tiles = [tile for column in stage.columns for tile in column.tiles]
        if not tiles or not stage.isVisible():
            return "no network"
        tile = self._random.choice(tiles)
        point = tile.center().toPoint()
        if self._random.random() < 0.5:  # a link into it
            point = QPoint(round(tile.left() - 12), self._random.randint(round(tile.top()), round(tile.bottom())))
        self._click(stage.viewport(), point)
        popover = self.window.network.popover
        return f"at {point.toTuple()}: {popover.accessibleName() if popover else 'none'}"

    def use_popover(self) -> str:
        popover = self.window.network.popover
        if popover is None or not popover.isVisible():
            return self.open_popover()
        kinds = (QAbstractButton, Track, Track, QLineEdit)
        control = self._one(each for kind in kinds for each in popover.findChildren(kind))
        if control is None:
            return "nothing to do"
        name = _name(control)
        if isinstance(control, Track):
            self._drag(control, control.centre().toPoint(), self._points(control))
        elif isinstance(control, QLineEdit):
            self._click(control)
            QTest.keyClicks(control, self._random.choice(TYPED))
            self._press(self._random.choice((Key.Key_Return, Key.Key_Tab, Key.Key_Escape)))
        else:
            self._click(control)
        return name

    def shape_by_header(self) -> str:
        headers = self.window.network.headers.headers
        controls = [each for header in headers for each in (header.fewer, header.fewer, header.more, header.title)]
        control = self._one(controls)
        if control is None:
            return "none"
        name = _name(control)
        self._click(control)
        if control in [header.title for header in headers] and self._random.random() < 0.7:
            control.setFocus(Qt.FocusReason.TabFocusReason)
            self._press(*self._random.choice(KEYS[-4:-1]))
            if self._random.random() < 0.3:
                self._press(Key.Key_Delete)
        return name

    def drag_header(self) -> str:
        title = self._one(header.title for header in self.window.network.headers.headers)
        if title is None:
            return "none"
        name, start = _name(title), _middle(title)
        end = start + QPoint(self._random.randint(-500, 500), self._random.randint(-10, 60))
        self._drag(title, start, end)
        return f"{name} by {end.x() - start.x()}"

    def insert_layer(self) -> str:
        headers = self.window.network.headers
        insert = self._one(headers.inserts)
        if insert is None:
            return "none"
        self._click(insert)
        cell = self._one(headers.palette.cells) if headers.palette.is_open else None
        if cell is None:
            return "no palette"
        name = _name(cell)
        if self._random.random() < 0.9:
            self._click(cell)
        return name

    def undo_or_redo(self) -> str:
        modifier = Modifier.ControlModifier
        if self._random.random() < 0.4:
            modifier |= Modifier.ShiftModifier
        for _ in range(self._random.choice((1, 1, 2, 5))):
            self._press(Key.Key_Z, modifier)
        return modifier.name or ""

    def run_or_rest(self) -> str:
        name = self._random.choice(("play", "play", "step", "step_phase", "step_phase", "step_epoch", "back"))
        self.window.commands[name].trigger()
        QTest.qWait(self._random.choice((1, 20, 80)))
        return name

    def choose_data(self) -> str:
        tiles = self.window.findChildren(Thumbnail)
        chips = [chip for row in self.window.findChildren(ChipRow) for chip in row.findChildren(QAbstractButton)]
        tile = self._one(each for each in (*tiles, *chips) if not _is_untouched(each))
        if tile is None:
            return "none"
        name = _name(tile)
        self._click(tile)
        return name

    def move_card(self) -> str:
        card = self._random.choice(self.window.desk.cards)
        deed = self._random.choice((card.toggleViewAction().trigger, lambda: card.setFloating(not card.isFloating())))
        deed()
        if self._random.random() < 0.4:
            self.window.commands["reset_layout"].trigger()
        return _name(card)

    def restyle(self) -> str:
        menus = [action for menu in self.window.menuBar().actions() if menu.menu() for action in _entries(menu)]
        themes = [action for action in menus if action.isCheckable() and action.data() in ("light", "dark", "system")]
        action = self._random.choice((*themes, self.window.commands["larger_text"]))
        action.trigger()
        return action.text()

    def resize(self) -> str:
        size = self._random.choice(SIZES)
        self.window.resize(*size)
        return str(size)

    def take_preset(self) -> str:
        (menu,) = self.window.menuBar().findChildren(PresetsMenu)
        actions = [entry for action in menu.actions() for entry in _entries(action) if not action.isSeparator()]
        action = self._random.choice([each for each in actions if "MNIST" not in each.text()])
        action.trigger()
        return action.text()

    def find_remedy(self) -> str:
        button = self._one(self.window.gradients.findChildren(QAbstractButton))
        if button is None:
            return "none"
        name = _name(button)
        self._click(button)
        return name


def _entries(entry: QAction) -> list[QAction]:
    """All entries of a menu and of those below it."""
    menu = entry.menu()
    return [entry] if menu is None else [each for action in menu.actions() for each in _entries(action)]  # type: ignore[attr-defined]


def _middle(widget: QWidget) -> QPoint:
    return QRect(widget.rect()).center()


@contextmanager
def _events_to(screen: QWindow) -> Iterator[Callable[..., None]]:
    """Sends events to a window as long as it is there: what an event did may have closed it, a menu, a table, a card
    that went home. Each is to be a single one: Qt's tests would press Ctrl and a letter in one go, do what is to be
    done between them, and send the letter to where the window was."""
    gone: list[bool] = []

    def note() -> None:
        gone.append(True)

    def send(event: Callable[..., None], *what: Any) -> None:
        if not gone:
            event(screen, *what)

    screen.destroyed.connect(note)
    yield send
    if not gone:
        screen.destroyed.disconnect(note)


def _on_window(widget: QWidget, point: QPoint) -> tuple[QWindow | None, QPoint]:
    """The window of the screen that it lies on, and where there."""
    return widget.window().windowHandle(), widget.mapTo(widget.window(), point)


def _lies_on(screen: QWindow, place: QPoint) -> bool:
    return QRect(QPoint(), screen.size()).contains(place)


def _name(widget: QWidget | None) -> str:
    if widget is None:
        return "nobody"
    written = getattr(widget, "text", "")
    text = widget.accessibleName() or widget.objectName() or (written() if callable(written) else "")
    kind = type(widget).__name__
    return f"{kind} {text}" if not isinstance(widget, CardDock) else f"card {text}"


def _is_untouched(widget: QWidget) -> bool:
    text = _name(widget) + (widget.toolTip() or "")
    return any(word in text for word in UNTOUCHED)
