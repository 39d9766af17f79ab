"""A table as people have them, and hands on the dialog that takes it in."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from nnstudio.ui.panels.own_images.dialog import OwnImagesDialog
from nnstudio.ui.panels.own_table.dialog import OwnTableDialog
from nnstudio.ui.panels.own_table.sentence_row import WordButton

LEFT, ROWS = Qt.MouseButton.LeftButton, 90


def flowers(folder: Path, name: str = "flowers.csv", seed: int = 3) -> Path:
    """Semicolons, decimal commas, an id, a constant, gaps in numbers and in words, years, accents in Windows-1252."""
    random = np.random.default_rng(seed)
    kinds = [("Rosa", "rouge", 4.0), ("Iris", "bleu foncé", 6.0), ("Bellis", "blanc", 8.0)]
    lines = ["nr;length;width;colour;year;garden;species"]
    for row in range(ROWS):
        species, colour, length = kinds[row % 3]
        cells = [f"F{row + 1}", f"{length + random.normal(0, 0.3):.1f}", f"{random.normal(3, 1):.2f}"]
        cells += [colour if random.random() < 0.8 else "rouge", str(2007 + row // 3 % 3), "nord", species]
        if row in (4, 50):
            cells[1] = cells[2] = ""
        if row in (7, 8, 9):
            cells[3] = "NA"
        lines.append(";".join(cells).replace(".", ","))
    path = folder / name
    path.write_text("\n".join(lines), encoding="cp1252")
    return path


class Hand:
    """Clicks in a dialog."""

    def __init__(self, qtbot: QtBot, dialog: OwnTableDialog | OwnImagesDialog) -> None:
        self.qtbot, self.dialog = qtbot, dialog

    def wait(self) -> None:
        self.qtbot.waitUntil(lambda: not self.dialog.draft.busy)

    def word(self, key: str, place: int) -> WordButton:
        lists = [self.dialog.decisions, self.dialog.odd]
        if isinstance(self.dialog, OwnTableDialog):
            lists.append(self.dialog.unread)
        return next(row for each in lists for row in each.rows if row.sentence.key == key).words[place]

    def click(self, key: str, place: int) -> None:
        self.qtbot.mouseClick(self.word(key, place), LEFT)
        self.wait()

    def choose(self, key: str, place: int, entry: str) -> None:
        """Click a word, then an entry of its menu."""
        self.qtbot.mouseClick(self.word(key, place), LEFT)
        self.pick(entry)

    def pick(self, entry: str) -> None:
        menu = open_menu()
        action = next(each for each in menu.actions() if each.text() == entry)
        self.qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
        self.wait()

    def segment(self, key: str, label: str) -> None:
        row = self.dialog.decisions.row(key)
        assert row.switch is not None
        labels = [choice.label.lower() for choice in row.sentence.choices]
        self.qtbot.mouseClick(row.switch.button(labels.index(label)), LEFT)
        self.wait()

    def said(self) -> list[str]:
        return [row.sentence.plain for row in self.dialog.decisions.rows]

    def odd(self) -> list[str]:
        return [row.sentence.plain for row in self.dialog.odd.rows]


def open_menu() -> QMenu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu
