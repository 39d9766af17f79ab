"""A label and beside it a `ChoiceBox`, with the face of a `NumberField`."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from nnstudio.core.experiment.setting import Choice, Setting
from nnstudio.ui import theme
from nnstudio.ui.widgets.choice_box import ChoiceBox
from nnstudio.ui.widgets.note import Note

LABEL_WIDTH = 60
"""So wide at least, so that the boxes of a column begin at one place."""


class ChoiceRow(QWidget):
    """The members of `setting.choice`; what somebody picks is committed at once."""

    value_changed = Signal(object)
    value_committed = Signal(object)

    def __init__(self, setting: Setting, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setting = setting
        self.box = ChoiceBox(setting)
        self.box.chosen.connect(self.value_committed)
        self._note = Note(self)
        self.label = QLabel(setting.label)
        self.label.setToolTip(setting.help)
        self.label.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 3, 0, 3)
        row.setSpacing(6)
        row.addWidget(self.label)
        row.addWidget(self.box, 1)
        self.setFocusProxy(self.box)
        self._align()

    def set_value(self, value: Choice) -> None:
        """Show a member; emits nothing."""
        self.box.set_current(value)

    def explain(self, sentence: str) -> None:
        """What the tooltip says besides the chosen member's own sentence."""
        self.box.explain(sentence)

    def complain(self, sentence: str) -> None:
        """Say in a note why a choice was not taken."""
        self._note.say(sentence)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._align()

    def _align(self) -> None:
        self.label.setMinimumWidth(round(LABEL_WIDTH * theme.text_scale()))
