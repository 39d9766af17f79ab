"""The formats to choose from, in their groups: what each is called, what it is for, and what its file ends in."""

from collections.abc import Iterable
from itertools import groupby

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QListWidget, QListWidgetItem, QWidget

from nnstudio.files.exports import Format
from nnstudio.ui.explanations.export import EXPORT

_TIP = "What the network is written as."


class FormatList(QListWidget):
    """One Tab stop; the arrow keys go from format to format.

    chosen: another one is
    """

    chosen = Signal(object)  # Format

    def __init__(self, formats: Iterable[Format]) -> None:
        super().__init__()
        self.setProperty("role", "formats")
        self.setAccessibleName("Format")
        self.setToolTip(_TIP)
        self.setWhatsThis(EXPORT["format"].html("Format", _TIP))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.formats: dict[int, Format] = {}
        for group, members in groupby(formats, lambda one: one.group):
            self._add(_heading(group.value), group.value)
            for one in members:
                self.formats[self.count()] = one
                self._add(_row(one), f"{one.name}: {one.purpose}, {one.suffix}")
        self.currentRowChanged.connect(self._choose)

    def choose(self, key: str) -> None:
        """The format of this name from now on."""
        self.setCurrentRow(next(row for row, one in self.formats.items() if one.key == key))

    def current(self) -> Format:
        """The one that is chosen."""
        return self.formats[self.currentRow()]

    def _choose(self, row: int) -> None:
        if row in self.formats:
            self.chosen.emit(self.formats[row])

    def _add(self, face: QWidget, name: str) -> None:
        item = QListWidgetItem()
        item.setData(Qt.ItemDataRole.AccessibleTextRole, name)
        if self.count() not in self.formats:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        face.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.addItem(item)
        self.setItemWidget(item, face)

    def showEvent(self, event: QShowEvent) -> None:
        self._measure()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange) and self.isVisible():
            self._measure()

    def _measure(self) -> None:
        """Faces know how high they are once they are dressed."""
        for row in range(self.count()):
            face = self.itemWidget(self.item(row))
            for part in (face, *face.findChildren(QLabel)):
                part.ensurePolished()
            self.item(row).setSizeHint(QSize(0, face.sizeHint().height()))


def _heading(text: str) -> QWidget:
    heading = QLabel(text.upper())
    heading.setProperty("role", "section")
    heading.setContentsMargins(10, 8, 10, 3)
    return heading


def _row(one: Format) -> QWidget:
    face, name, suffix, purpose = QWidget(), QLabel(one.name), QLabel(one.suffix), QLabel(one.purpose)
    for label, role in ((name, "medium"), (suffix, "figure"), (purpose, "caption")):
        label.setProperty("role", role)
    suffix.setProperty("rank", "less")
    grid = QGridLayout(face)
    grid.setContentsMargins(10, 3, 10, 4)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(0)
    grid.addWidget(name, 0, 0)
    grid.addWidget(suffix, 0, 1, Qt.AlignmentFlag.AlignRight)
    grid.addWidget(purpose, 1, 0, 1, 2)
    grid.setColumnStretch(0, 1)
    return face
