"""The files that will be written, one of them in sight: its name, how much it is, its beginning or what is inside."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout

from nnstudio.files.exports.preview import Preview
from nnstudio.ui.explanations.export import EXPORT
from nnstudio.ui.icons import icon
from nnstudio.ui.panels.export.drafting import Drafted
from nnstudio.ui.panels.export.facts import Facts
from nnstudio.ui.panels.export.listing import Listing
from nnstudio.ui.panels.export.page import Page
from nnstudio.ui.widgets.elided_label import ElidedLabel

_TIPS = {
    "files": "Which of the files that belong together is shown.",
    "copy": "Copies the whole text.",
}


class FileCard(QFrame):
    """listing, page: what is shown, a page as it will be seen; facts: of which network"""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "sheet")
        self._previews: tuple[Preview, ...] = ()
        self._needs = ""
        self.name, self.about, self.lacks = QLabel(), ElidedLabel(), QLabel(wordWrap=True)
        self.name.setProperty("role", "strong")
        self.about.setProperty("role", "dim")
        self.lacks.setProperty("role", "hint")
        self.lacks.setAccessibleName("What it cannot hold")
        self.files = QComboBox()
        self.files.setProperty("role", "compact")
        self.files.setAccessibleName("File")
        self.files.setToolTip(_TIPS["files"])
        self.files.setWhatsThis(EXPORT["files"].html("File", _TIPS["files"]))
        self.files.currentIndexChanged.connect(self._show)
        self.copy = QPushButton("Copy")
        self.copy.setProperty("role", "link")
        self.copy.setIcon(icon("copy", "accent"))
        self.copy.setAccessibleName("Copy")
        self.copy.setAutoDefault(False)
        self.copy.setToolTip(_TIPS["copy"])
        self.copy.setWhatsThis(EXPORT["copy"].html("Copy", _TIPS["copy"]))
        self.copy.clicked.connect(self._copy)
        self.listing, self.page, self.facts = Listing(), Page(), Facts()
        self.page.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        head, column = QHBoxLayout(), QVBoxLayout()
        head.setContentsMargins(14, 7, 12, 7)
        head.setSpacing(14)
        for part in (self.name, self.files):
            head.addWidget(part)
        head.addWidget(self.about, 1)
        head.addWidget(self.copy)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(_rule(Qt.Orientation.Horizontal))
        column.addWidget(self.lacks)
        column.addWidget(self.listing, 1)
        column.addWidget(self.page, 1)
        facts = QScrollArea()
        facts.setWidgetResizable(True)
        facts.setWidget(self.facts)
        facts.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        facts.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        facts.setFixedWidth(self.facts.width())
        facts.viewport().setAutoFillBackground(False)
        self.facts.setAutoFillBackground(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        row.addLayout(column, 1)
        row.addWidget(_rule(Qt.Orientation.Vertical))
        row.addWidget(facts)

    def wait(self, name: str) -> None:
        """A draft of this name is being made; what was shown before stays until it is there."""
        self.name.setText(name)
        self.name.show()
        self.files.hide()
        self.about.setText("is being made…")
        self.lacks.hide()
        self.copy.hide()

    def show_draft(self, drafted: Drafted) -> None:
        """Show this."""
        self._previews = drafted.previews
        self._needs = drafted.draft.format.needs
        several = len(drafted.previews) > 1
        self.files.blockSignals(True)
        self.files.clear()
        self.files.addItems([preview.name for preview in drafted.previews])
        self.files.blockSignals(False)
        self.files.setVisible(several)
        self.name.setVisible(not several)
        self.lacks.setText(drafted.lacks)
        self.lacks.setVisible(bool(drafted.lacks))
        self.facts.show_subject(drafted.draft.subject, drafted.seen)
        self.facts.ways.offer([*drafted.draft.format.ways], drafted.draft.way)
        self._show(0)

    def refuse(self, sentence: str) -> None:
        """It cannot be made, and why."""
        self.facts.ways.hide()
        self._previews = ()
        self.about.setText("")
        self.listing.say("")
        self.page.hide()
        self.listing.show()
        self.lacks.setText(sentence)
        self.lacks.show()

    def _show(self, place: int) -> None:
        if place >= len(self._previews):
            return
        preview = self._previews[place]
        self.about.setText(f"{preview.about}, needs {self._needs}")
        self.about.setToolTip(self.about.text())
        self.copy.setVisible(bool(preview.whole))
        page = preview.name.endswith(".html")
        self.page.setVisible(page)
        self.listing.setVisible(not page)
        if page:
            self.page.show_page(preview.whole)
        else:
            self.listing.show_preview(preview)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._previews[self.files.currentIndex()].whole)


def _rule(direction: Qt.Orientation) -> QFrame:
    rule = QFrame()
    rule.setProperty("role", "rule")
    if direction == Qt.Orientation.Horizontal:
        rule.setFixedHeight(1)
    else:
        rule.setFixedWidth(1)
    return rule
