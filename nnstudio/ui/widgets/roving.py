"""One Tab stop for a group of buttons: Tab comes to one of them, arrows go from there to the others.

Going about changes nothing; Space chooses. The button that was chosen or visited last is the one that Tab comes to.
"""

from collections.abc import Sequence
from itertools import count

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

_ALONG = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ACROSS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
_KEYS = frozenset({*_ALONG, *_ACROSS, *_ENDS})


class Roving(QObject):
    """Leads the focus through `buttons`, in their order with ← and →, to what lies nearest with ↑ and ↓."""

    def __init__(self, parent: QWidget, buttons: Sequence[QAbstractButton]) -> None:
        super().__init__(parent)
        self._buttons = buttons
        for button in buttons:
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.installEventFilter(self)
        self.stop_at(buttons[0])

    def stop_at(self, button: QAbstractButton) -> None:
        """Let Tab come to this one; a click on any of them leaves the focus where it was."""
        for each in self._buttons:
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus if each is button else Qt.FocusPolicy.NoFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QAbstractButton):
            return False
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            return False
        key = Qt.Key(event.key())
        if event.type() == QEvent.Type.ShortcutOverride and key in {*_KEYS, Qt.Key.Key_Space}:
            event.accept()  # otherwise the arrows step, and Space plays
            return True
        if event.type() == QEvent.Type.KeyPress and key in _KEYS:
            self._go(watched, key)
            return True
        return False

    def _go(self, here: QAbstractButton, key: Qt.Key) -> None:
        there = self._neighbour(here, key)
        if there is not None and there is not here:
            self.stop_at(there)
            there.setFocus(Qt.FocusReason.TabFocusReason)

    def _neighbour(self, here: QAbstractButton, key: Qt.Key) -> QAbstractButton | None:
        shown = [button for button in self._buttons if not button.isHidden() and button.isEnabled()]
        if key in _ENDS:
            return shown[_ENDS[key]]
        if key in _ALONG:
            place = shown.index(here) + _ALONG[key]
            return shown[place] if 0 <= place < len(shown) else None
        return _nearest(here, shown, _ACROSS[key])


def _nearest(here: QAbstractButton, buttons: Sequence[QAbstractButton], way: int) -> QAbstractButton | None:
    """What lies in the next row above (−1) or below (1), and there nearest to the left or right."""
    centre, order = here.geometry().center(), count()
    distances: list[tuple[int, int, int, QAbstractButton]] = []
    for button in buttons:
        place = button.geometry().center()
        if way * (place.y() - centre.y()) > here.height() // 2:
            distances.append((way * (place.y() - centre.y()), abs(place.x() - centre.x()), next(order), button))
    return min(distances)[-1] if distances else None
