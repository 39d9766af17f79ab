"""Buttons side by side that are one stop on the way of Tab; the arrow keys lead from one to the next.

Who came by a click has the arrow keys for what they do elsewhere: they step the run.
"""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton

_WAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_CHANGES = {QEvent.Type.EnabledChange, QEvent.Type.ShowToParent, QEvent.Type.HideToParent}


class Toolbar(QObject):
    """Tab comes to the button that had the focus last, as long as it can be pressed (W3C, ARIA Authoring Practices,
    pattern Toolbar)."""

    def __init__(self, buttons: list[QAbstractButton]) -> None:
        super().__init__(buttons[0])
        self._buttons, self._clicked = buttons, False
        for button in buttons:
            button.installEventFilter(self)
        self._stop = buttons[0]
        self._stop_at(self._stop)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QFocusEvent) and kind == QEvent.Type.FocusIn:
            self._clicked = event.reason() == Qt.FocusReason.MouseFocusReason
        elif isinstance(event, QKeyEvent) and event.key() in _WAYS and not event.modifiers() and not self._clicked:
            event.accept()  # else the arrows are the run's
            if kind == QEvent.Type.KeyPress:
                self._go(watched, _WAYS[Qt.Key(event.key())])
            return True
        if kind in _CHANGES:
            self._stop_at(self._stop)
        return False

    def _go(self, button: QObject, way: int) -> None:
        able = [each for each in self._buttons if _can_be_pressed(each) or each is button]
        after = able[(next(place for place, each in enumerate(able) if each is button) + way) % len(able)]
        after.setFocus(Qt.FocusReason.TabFocusReason)
        self._stop_at(after)

    def _stop_at(self, wanted: QAbstractButton) -> None:
        able = [button for button in self._buttons if _can_be_pressed(button)]
        self._stop = stop = wanted if wanted in able or not able else able[0]
        for button in self._buttons:  # a click does with the focus what it did
            by_click = button.focusPolicy().value & Qt.FocusPolicy.ClickFocus.value
            by_tab = Qt.FocusPolicy.TabFocus.value if button is stop else 0
            button.setFocusPolicy(Qt.FocusPolicy(by_click | by_tab))


def _can_be_pressed(button: QAbstractButton) -> bool:
    return button.isEnabled() and not button.isHidden()
