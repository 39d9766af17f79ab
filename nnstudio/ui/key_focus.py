"""Who gets a key: the field that has the focus, or the run.

Space plays, arrows step, R restarts, wherever one is in the window. Text fields keep their keys by themselves (Qt
asks them first); this guard speaks for the other controls. A slider keeps the arrows. A button or a list keeps Space
and its arrows if somebody *tabbed* to it, for then the keyboard is all they have; after a mere click Space plays. And
so it does where the focus has only fallen, since what had it is gone: nobody asked for the button that is next.
"""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSlider, QApplication, QComboBox, QWidget

_ARROWS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class KeyFocus(QObject):
    """Watches the one widget that has the focus, for as long as `parent` lives."""

    def __init__(self, app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._clicked: QWidget | None = None  # what has the focus without having been tabbed to
        app.focusChanged.connect(self._moved)

    def _moved(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None:
            old.removeEventFilter(self)
        if new is None:
            return  # another program is in front: on return things are as they were
        new.installEventFilter(self)
        if _in_popup(new) or (old is not None and _in_popup(old)):
            return  # a list that drops down does not change how one came to its box
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton or (old is not None and _fell(old, new)):
            self._clicked = new
        elif old is not None:
            self._clicked = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        kept = self._keeps(watched, event)
        if kept:
            event.accept()
        return kept

    def _keeps(self, watched: QObject, event: QKeyEvent) -> bool:
        key = event.key()
        if event.modifiers() & _COMMANDS:
            return False
        if isinstance(watched, QAbstractSlider | QAbstractItemView) and key in _ARROWS:
            return True
        if watched is self._clicked:
            return False
        if isinstance(watched, QAbstractButton):
            group = watched.group()
            choosing = watched.autoExclusive() or (group is not None and group.exclusive())
            return key == Qt.Key.Key_Space or (choosing and key in _ARROWS)
        if isinstance(watched, QComboBox | QAbstractItemView):
            return key == Qt.Key.Key_Space or event.text().isalpha()
        return False


def _fell(old: QWidget, new: QWidget) -> bool:
    """Whether Qt has moved the focus on by itself, because its widget was hidden or dimmed."""
    window = new.window()
    return old.window() is window and not (old.isVisibleTo(window) and old.isEnabled())


def _in_popup(widget: QWidget) -> bool:
    return widget.window().windowType() == Qt.WindowType.Popup
