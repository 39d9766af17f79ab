"""The run that is chosen on the shelf: its output large, its curves, its figures and how it differs."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.experiment import Experiment
from nnstudio.core.shelf.portrait import Portrait
from nnstudio.core.shelf.rows import LONGEST_NAME, LONGEST_NOTE, ShelvedRun
from nnstudio.ui.examples.boundary import BoundaryStage
from nnstudio.ui.explanations.runs import RUNS
from nnstudio.ui.runs.curve import RunCurve
from nnstudio.ui.runs.facts import Facts, figure_lines, settings_lines
from nnstudio.ui.runs.model import Item
from nnstudio.ui.runs.portraits import Drawn, picture_of


class _Picture(QLabel):
    """What is no plane, as large as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._portrait: Portrait | None = None
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setAccessibleName("What the run has learned")
        self.setWhatsThis(RUNS["confusion"].html("What the run has learned"))

    def show_portrait(self, portrait: Portrait | None, words: str) -> None:
        """Draw this one, or say this instead."""
        self._portrait = portrait
        self.setText(words)
        self._draw()

    def _draw(self) -> None:
        if self._portrait is not None:
            ratio = self.devicePixelRatioF()
            picture: QPixmap = picture_of(self._portrait, round(max(min(self.width(), self.height()), 16) * ratio))
            picture.setDevicePixelRatio(ratio)
            self.setPixmap(picture)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()


class RunView(QWidget):
    """Three cards. Name and note can be edited there."""

    open_wanted, delete_wanted = Signal(object), Signal(object)  # Item
    renamed, annotated = Signal(int, str), Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self._item: Item | None = None
        self._shown: object = None
        self.name = _field("Name of the run", "name", LONGEST_NAME)
        self.note = _field("Note on the run", "note", LONGEST_NOTE)
        self.note.setPlaceholderText("A note…")
        self.name.editingFinished.connect(self._rename)
        self.note.editingFinished.connect(self._annotate)
        self.open_button = _button("Open", "open", "Go on with this run; the present one is put on the shelf.")
        self.delete_button = _button("Delete", "delete", "Throw this run away; Undo brings it back.")
        self.open_button.setProperty("role", "primary")
        self.open_button.clicked.connect(lambda: self.open_wanted.emit(self._item))
        self.delete_button.clicked.connect(lambda: self.delete_wanted.emit(self._item))
        self.boundary, self.picture, self.curve = BoundaryStage(), _Picture(), RunCurve()
        self._pictures = QStackedWidget()
        self._pictures.addWidget(self.boundary)
        self._pictures.addWidget(self.picture)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name, 2)
        head.addWidget(self.note, 3)
        head.addWidget(self.delete_button)
        head.addWidget(self.open_button)
        above = QVBoxLayout()
        above.setSpacing(10)
        above.addLayout(head)
        above.addWidget(self._pictures, 1)
        self.facts = Facts()
        grid.addWidget(_sheet("RUN", above), 0, 0, 1, 2)
        curve, facts = QVBoxLayout(), QVBoxLayout()
        curve.addWidget(self.curve, 1)
        facts.addWidget(self.facts, 1)
        self._differs = QLabel("SETTINGS")
        grid.addWidget(_sheet("LOSS", curve), 1, 0)
        grid.addWidget(_sheet(self._differs, facts), 1, 1)
        grid.setRowStretch(0, 3)
        grid.setRowStretch(1, 2)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)

    def show_item(self, item: Item | None, drawn: Drawn | None, parent: tuple[str, Experiment] | None) -> None:
        """This one from now on, as far as it has been drawn; parent: the name and the experiment it began from."""
        before, self._item = self._item, item
        other = before is None or item is None or before.label != item.label
        if other:
            for field, text in (
                (self.name, item.label.name if item else ""),
                (self.note, item.label.note if item else ""),
            ):
                field.setText(text)
                field.setCursorPosition(0)
        row = item.row if item is not None else None
        for widget in (self.name, self.note):
            widget.setEnabled(item is not None)
        self.open_button.setEnabled(isinstance(row, ShelvedRun) and item is not None and not item.present)
        self.delete_button.setEnabled(row is not None)
        shown = item is None, row, drawn, parent
        if shown == self._shown:
            return
        self._shown = shown
        nothing = "Nothing is chosen." if item is None else "It has not made an update yet."
        self._show_picture(drawn, "Drawing…" if row is not None else nothing)
        self.curve.show_curve(row if isinstance(row, ShelvedRun) else None)
        self._show_facts(item, parent)

    def _show_picture(self, drawn: Drawn | None, otherwise: str) -> None:
        portrait = drawn.portrait if drawn is not None else None
        plane = drawn is not None and portrait is not None and portrait.output is not None
        self._pictures.setCurrentIndex(0 if plane else 1)
        if drawn is not None and drawn.dataset is not None and portrait is not None and portrait.output is not None:
            self.boundary.show_plane(drawn.dataset, portrait.output, None)
        elif drawn is None:
            self.picture.show_portrait(None, otherwise)
        else:
            self.picture.show_portrait(portrait, "" if portrait else "Its data are not there, so it cannot be drawn.")

    def _show_facts(self, item: Item | None, parent: tuple[str, Experiment] | None) -> None:
        self._differs.setText(f"DIFFERS FROM {parent[0].upper()}" if parent is not None else "SETTINGS")
        self.facts.show_lines(
            settings_lines(item, parent[1] if parent is not None else None) if item is not None else [],
            figure_lines(item) if item is not None else [],
        )

    def _rename(self) -> None:
        if self._item is not None:
            self.renamed.emit(self._item.label.key, self.name.text())
            if not self.name.text().strip():
                self.name.setText(self._item.label.name)

    def _annotate(self) -> None:
        if self._item is not None:
            self.annotated.emit(self._item.label.key, self.note.text())


def _field(name: str, explained: str, longest: int) -> QLineEdit:
    field = QLineEdit()
    field.setMaxLength(longest)
    field.setAccessibleName(name)
    tip = f"{name}; kept with the project."
    field.setToolTip(tip)
    field.setWhatsThis(RUNS[explained].html(name, tip))
    return field


def _button(text: str, explained: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setToolTip(tip)
    button.setAccessibleName(f"{text} the run")
    button.setWhatsThis(RUNS[explained].html(text, tip))
    return button


def _sheet(title: str | QLabel, body: QVBoxLayout) -> QFrame:
    frame = QFrame()
    frame.setProperty("role", "sheet")
    column = QVBoxLayout(frame)
    column.setContentsMargins(14, 10, 14, 12)
    column.setSpacing(8)
    label = QLabel(title) if isinstance(title, str) else title
    label.setProperty("role", "section")
    column.addWidget(label)
    column.addLayout(body, 1)
    return frame
