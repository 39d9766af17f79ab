"""The gallery: a picture for every data set, in groups, one of them chosen."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from nnstudio.core.data.plane import PLANE_KINDS
from nnstudio.core.experiment.choices import DatasetKind, Task
from nnstudio.core.experiment.dataset_spec import PlaneSpec
from nnstudio.core.presets.defaults import DEFAULTS
from nnstudio.ui import theme
from nnstudio.ui.widgets.roving import Roving
from nnstudio.ui.widgets.thumbnail import TILE, Thumbnail


def _group(kind: DatasetKind) -> str:
    if kind not in PLANE_KINDS:
        return "Images"
    if not PLANE_KINDS[kind].split:
        return "Truth tables"
    task = PLANE_KINDS[kind].task(PlaneSpec(kind=kind))
    return {Task.BINARY: "2 classes", Task.REGRESSION: "Regression"}.get(task, "More classes")


GROUPS: tuple[tuple[str, tuple[DatasetKind, ...]], ...] = tuple(
    (title, tuple(kind for kind in DEFAULTS if _group(kind) == title))
    for title in ("2 classes", "Truth tables", "More classes", "Images", "Regression")
)
"""Every data set that the program comes with, in its group."""
COLUMNS = 4
ROW = 57  # a tile, its name, and the gap below
WIDEST_PITCH = 56
CAPTION = 20


class Gallery(QWidget):
    """A thumbnail for every data set, in groups; `asked` gives the kind that was clicked."""

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups = tuple((_caption(title, self), kinds) for title, kinds in GROUPS)
        self.thumbnails = {kind: Thumbnail(kind, self) for _, kinds in GROUPS for kind in kinds}
        for thumbnail in self.thumbnails.values():
            thumbnail.clicked.connect(self._clicked)
        self._roving = Roving(self, tuple(self.thumbnails.values()))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_current(self, kind: DatasetKind) -> None:
        """Outline the chosen data set; emits nothing."""
        for each, thumbnail in self.thumbnails.items():
            thumbnail.setChecked(each is kind)
        if kind in self.thumbnails:
            self._roving.stop_at(self.thumbnails[kind])

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(width, move=False)

    def sizeHint(self) -> QSize:
        return QSize(round(176 * theme.text_scale()), self.heightForWidth(max(self.width(), 160)))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(self.width(), move=True)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self.updateGeometry()
            self._arrange(self.width(), move=True)

    def _arrange(self, width: int, move: bool) -> int:
        """Set the groups one below the other, two side by side where both fit; returns the height that takes."""
        scale = theme.text_scale()
        tile = min(TILE.width() * scale, width / COLUMNS - 2)
        pitch = min((width - tile) / (COLUMNS - 1), WIDEST_PITCH * scale)
        caption, row = round(CAPTION * scale), round(ROW * scale)
        top, column, height = 0, 0, 0
        for label, kinds in self._groups:
            if column + len(kinds) > COLUMNS:
                top, column = height, 0
            if move:
                label.setGeometry(round(column * pitch), top, round(len(kinds) * pitch), caption)
            for index, kind in enumerate(kinds):
                down, right = divmod(index, COLUMNS)
                # A cell is as wide as the pitch, for its name; the picture in its middle begins where the column does.
                left = (column + right) * pitch - (pitch - tile) / 2
                if move:
                    self.thumbnails[kind].setGeometry(round(left), top + caption + down * row, round(pitch), row)
            column += len(kinds)
            height = max(height, top + caption + -(-len(kinds) // COLUMNS) * row)
        return height

    @Slot()
    def _clicked(self) -> None:
        thumbnail = self.sender()
        if isinstance(thumbnail, Thumbnail):
            self.asked.emit(thumbnail.kind)


def _caption(title: str, parent: QWidget) -> QLabel:
    label = QLabel(title, parent)
    label.setProperty("role", "subtitle")
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return label
