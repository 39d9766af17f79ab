"""What stands for the place that somebody has selected in a picture, for those who cannot see it.

Items of a picture have no accessibility of their own. So one real control lies over the selected place, with its name
as name and its number as value; screen readers find it there and hear when either changes. It paints nothing, takes no
mouse, and its keys are the picture's.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QRegion
from PySide6.QtWidgets import QAbstractScrollArea, QDoubleSpinBox

MILLISECONDS = 500
"""Between two values of the same place: nobody can listen to more."""
_MISSING = "—"
_REACH = 1e300
_DECIMALS = 12


class Said(NamedTuple):
    """What is to be said of a place: what it is, its number if it has one, the rest in words; and where it stands."""

    name: str
    value: float | None
    details: str
    place: QRectF


class Spoken(QDoubleSpinBox):
    """The control over the selected place of `picture`; hidden while nothing is selected.

    say: asked at most twice a second for what is to be said now, and whenever another place is selected
    """

    def __init__(self, picture: QAbstractScrollArea, say: Callable[[], Said | None]) -> None:
        super().__init__(picture.viewport())
        self._say = say
        self._picture = picture
        self._place: object = None
        self._behind = False
        self._rest = QTimer(self, singleShot=True, interval=MILLISECONDS)
        self._rest.timeout.connect(self._rested)
        self.setReadOnly(True)
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.setDecimals(_DECIMALS)
        self.setSpecialValueText(_MISSING)
        self.setWhatsThis(picture.whatsThis())
        # It has the focus whenever the picture has it, gets no stop of Tab of its own, and leaves all keys there.
        self.setFocusProxy(picture)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # Qt paints what lies inside of the mask: nothing, and without asking Python.
        self.setMask(QRegion(-2, -2, 1, 1))
        self.hide()

    def select(self, place: object) -> None:
        """This place is selected now; None for none. The same one again: its value may have changed."""
        if place is None and self._place is None:
            return
        moved, self._place = place != self._place, place
        if moved:
            self._renew()
            if self.hasFocus():
                here = self if place is not None else self._picture
                QAccessible.updateAccessibility(QAccessibleEvent(here, QAccessible.Event.Focus))
        elif self._rest.isActive():
            self._behind = True
        else:
            self._renew()

    def textFromValue(self, val: float) -> str:
        return f"{val:.4g}".replace("-", "−")

    def _rested(self) -> None:
        if self._behind:
            self._renew()

    def _renew(self) -> None:
        self._behind = False
        said = self._say() if self._place is not None else None
        self.setVisible(said is not None)
        if said is None:
            self._rest.stop()
            return
        self._rest.start()
        place = said.place.toAlignedRect()
        if self.geometry() != place:
            self.setGeometry(place)
        if self.accessibleName() != said.name:
            self.setAccessibleName(said.name)
        known = said.value is not None and math.isfinite(said.value)
        reach = _REACH if known else 0.0  # where there is nothing but 0 the text is that of a missing number
        if self.maximum() != reach:
            self.setRange(-reach, reach)
        if known and said.value is not None:
            self.setValue(said.value)
        if self.accessibleDescription() != said.details:
            self.setAccessibleDescription(said.details)
