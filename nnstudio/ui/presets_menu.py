"""The Presets menu: experiments to begin with, group by group.

Choosing one asks the session to begin its experiment, which Undo takes back like any other step; when it has begun,
whoever listens is told what there is to notice.
"""

from functools import partial
from html import escape

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from nnstudio.core.presets import PRESETS, Group, Preset
from nnstudio.core.run.commands import Answer
from nnstudio.ui.session import Session
from nnstudio.ui.shelving import rooted


class PresetsMenu(QMenu):
    """One submenu for each group; the tooltips are the presets' texts."""

    chosen = Signal(object)  # Preset

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("&Presets", parent)
        self._session = session
        self._actions = QActionGroup(self)
        self._actions.setExclusionPolicy(QActionGroup.ExclusionPolicy.None_)
        menus = {group: self.addMenu(group.value) for group in Group}
        for preset in PRESETS.values():
            action = self._actions.addAction(preset.title)
            action.setObjectName(preset.name)
            action.setToolTip(f"<p>{escape(preset.text)}</p>")  # Qt wraps only what is marked up
            action.setWhatsThis(action.toolTip())
            menus[preset.group].addAction(action)
        for menu in menus.values():
            menu.setToolTipsVisible(True)
        self._actions.triggered.connect(self._choose)

    def _choose(self, action: QAction) -> None:
        preset = PRESETS[action.objectName()]
        begun = partial(self._begun, preset)
        self._session.begin(preset.experiment, preset.title, then=begun, shelve=rooted(preset.title))

    def _begun(self, preset: Preset, answer: Answer) -> None:
        if answer.done:
            self.chosen.emit(preset)
