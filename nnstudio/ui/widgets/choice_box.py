"""A flat field that opens a list to choose from, for a `Setting` with a `Choice`.

Each entry carries its member's sentence and formula. Only what a person picks is told.
"""

import html
from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from nnstudio.core.experiment.setting import Choice, Setting
from nnstudio.ui.explanations.settings import explained
from nnstudio.ui.widgets.option_box import SHORT, FlatBox, abbreviated


class ChoiceBox(FlatBox):
    """The members of `setting.choice`; `chosen` gives the member that the user picked."""

    chosen = Signal(object)

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if setting.choice is None:
            raise TypeError(f"{setting.label} is no choice.")
        self.setting = setting
        self._members = tuple(setting.choice)
        self._chosen = self._members[0]
        self._sentence = setting.help
        for index, member in enumerate(self._members):
            self.addItem(member.label)
            self.setItemData(index, abbreviated(member.label), SHORT)
            self.setItemData(index, explanation(member), Qt.ItemDataRole.ToolTipRole)
        self.setAccessibleName(setting.label)
        self.setWhatsThis(_members_in_words(setting))
        self.activated.connect(self._activated)
        self._explain()

    def current(self) -> Choice:
        """The member shown."""
        return self._chosen

    def set_current(self, member: Choice) -> None:
        """Show a member; emits nothing."""
        self._chosen = member
        self.setCurrentIndex(self._members.index(member))
        self._explain()

    def rename(self, member: Choice, label: str) -> None:
        """Call a member otherwise, where its name depends on the circumstances."""
        index = self._members.index(member)
        self.setItemText(index, label)
        self.setItemData(index, abbreviated(label), SHORT)

    def offer(self, members: Iterable[Choice]) -> None:
        """Let only these members be chosen; the others stay in the list, dimmed."""
        fitting = set(members)
        for index, member in enumerate(self._members):
            # Qt asks the model whether an entry can be chosen: no value means yes, 0 means no.
            self.setItemData(index, None if member in fitting else 0, Qt.ItemDataRole.UserRole - 1)

    def explain(self, sentence: str) -> None:
        """What the tooltip says besides the chosen member's own sentence."""
        self._sentence = sentence
        self._explain()

    def _explain(self) -> None:
        self.setToolTip(f"{html.escape(self._sentence, quote=False)}<br>{explanation(self._chosen)}")
        self.setAccessibleDescription(f"{self._sentence} {self._chosen.label}: {self._chosen.help}")

    @Slot(int)
    def _activated(self, index: int) -> None:
        member = self._members[index]
        if member is not self._chosen:
            self._chosen = member
            self._explain()
            self.chosen.emit(member)


def explanation(member: Choice) -> str:
    """A member's sentence and formula as rich text."""
    formula = f"<br><code>{html.escape(member.formula, quote=False)}</code>" if member.formula else ""
    return f"<b>{html.escape(member.label, quote=False)}</b>: {html.escape(member.help, quote=False)}{formula}"


def _members_in_words(setting: Setting) -> str:
    entries = "".join(f"<p>{explanation(member)}</p>" for member in setting.choice or ())
    return explained(setting, setting.help) + entries
