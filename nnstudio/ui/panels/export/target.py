"""Where the file goes: a folder and a name, which stay while formats change, with the ending that each needs."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from nnstudio.files.exports import Format
from nnstudio.ui.explanations.export import EXPORT
from nnstudio.ui.icons import ICON_GAP, icon

_TIPS = {"target": "Where the file will lie.", "browse": "Asks for a folder and a name."}


class Target(QWidget):
    """stem: what the files are called, without what the format puts behind; folder: where they go at first

    settled: somebody has typed or picked another place, and is done with it
    """

    settled = Signal()

    def __init__(self, stem: str, folder: Path) -> None:
        super().__init__()
        self._stem, self._folder = stem, folder
        self._format: Format | None = None
        self.field, self.browse = QLineEdit(), QPushButton(f"{ICON_GAP}Browse…")
        self.browse.setIcon(icon("folder"))
        self.browse.setAutoDefault(False)
        for control, key, name in ((self.field, "target", "Save to"), (self.browse, "browse", "Browse…")):
            control.setAccessibleName(name)
            control.setToolTip(_TIPS[key])
            control.setWhatsThis(EXPORT[key].html(name, _TIPS[key]))
        self.field.editingFinished.connect(self.settle)
        self.browse.clicked.connect(self._ask)
        name = QLabel("Save &to")
        name.setBuddy(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(name)
        row.addWidget(self.field, 1)
        row.addWidget(self.browse)

    @property
    def path(self) -> Path:
        """Where the file would go, with the ending that its format needs; without a name where none was typed."""
        path, suffix = Path(self.field.text().strip()).expanduser(), self._format.suffix if self._format else ""
        return path if path.suffix.lower() == suffix or not path.name else path.with_name(path.name + suffix)

    def follow(self, chosen: Format) -> None:
        """The same name, with the ending of this format."""
        self._format = chosen
        self.field.setText(str(self._folder / f"{self._stem}{chosen.ending}"))

    def settle(self) -> None:
        """Take what was typed for the formats that come, too."""
        path = self.path
        if not path.name or self._format is None:
            return
        self.field.setText(str(path))
        self._folder, ending = path.parent, self._format.ending
        self._stem = path.name.removesuffix(ending) if path.name.endswith(ending) else path.stem
        self.settled.emit()

    def _ask(self) -> None:
        one = self._format
        if one is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self,
            "Export",
            str(self.path),
            f"{one.name} (*{one.suffix})",
            "",
            QFileDialog.Option.DontConfirmOverwrite,  # who saves asks about all of the files
        )
        if name:
            self.field.setText(name)
            self.settle()
