"""The tools for painting on the plane: choose, brush or eraser, and for these a class and a size."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.data.plane import Plane
from nnstudio.core.experiment.dataset_spec import PaintedSpec
from nnstudio.core.experiment.setting import settings_of
from nnstudio.ui import theme
from nnstudio.ui.examples.legend import ink_on
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.icons import icon
from nnstudio.ui.stage.lettering import mono_font
from nnstudio.ui.views.output.painting_stage import SIZES, Size, Tool
from nnstudio.ui.widgets.roving import Roving
from nnstudio.ui.widgets.segmented import SegmentedSwitch

MOST_CLASSES = int(settings_of(PaintedSpec)["classes"].maximum)
_TOOLS = ("Choose", "Brush", "Eraser")
_TIPS = (
    "A click on the plane chooses an example, to follow it through the network.",
    "Paint points of a class, even while the network learns.",
    "Rub points out, even while the network learns.",
)
_ROOMY = 19
"""Pixels of a swatch with a gap between it and its ring."""
_NOT_HERE = "These data have values instead of classes, and only classes can be painted."


class PaintTools(QWidget):
    """What the chosen tool needs, in a row; the tools themselves are `switch`, which stands elsewhere."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.switch = _icons(SegmentedSwitch(_TOOLS, _TIPS, self), ("pointer", "brush", "eraser"))
        names = ("Small", "Medium", "Large")
        self.sizes = _icons(SegmentedSwitch(names), ("dot-small", "dot-medium", "dot-large"))
        for index, name in enumerate(names):
            tip = f"{name}: the circle around the pointer shows how far it reaches."
            self.sizes.button(index).setToolTip(tip)
            self.sizes.button(index).setWhatsThis(VIEWS["Size of the brush"].html(name, tip))
        self.swatches = tuple(Swatch(label, self) for label in range(MOST_CLASSES))
        self._roving = Roving(self, self.swatches)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for swatch in self.swatches:
            row.addWidget(swatch)
            swatch.clicked.connect(self._choose_class)
        row.addStretch()
        row.addWidget(self.sizes)
        self._dataset: Dataset | None = None
        self._classes, self.label = 2, 1
        self._show_classes()
        self.switch.currentChanged.connect(self._changed)
        self.sizes.currentChanged.connect(self._changed)

    @property
    def tool(self) -> Tool:
        """What is in hand."""
        return tuple(Tool)[self.switch.current()]

    @property
    def size_chosen(self) -> Size:
        """How large it is."""
        return SIZES[self.sizes.current()]

    def put_away(self) -> None:
        """Nothing is in hand any more."""
        self.switch.set_current(0)

    def show_data(self, dataset: Dataset) -> None:
        """Offer what can be done with these data."""
        if dataset is self._dataset:
            return
        self._dataset = dataset
        on_plane = isinstance(dataset.domain, Plane)
        self.switch.setVisible(on_plane)
        able = on_plane and dataset.classes > 0
        for index, tip in enumerate(_TIPS[1:], 1):
            self.switch.button(index).setEnabled(able)
            self.switch.button(index).setToolTip(tip if able else _NOT_HERE)
        if not able:
            self.put_away()
        elif dataset.classes != self._classes:
            self._classes = dataset.classes
            if self.label > self._classes:
                self.label = 0
            self._show_classes()
            self.changed.emit()

    def _changed(self) -> None:
        rubs = self.tool is Tool.ERASER
        for swatch in self.swatches:
            swatch.setVisible(not rubs and swatch.label <= self._classes)
        self.changed.emit()

    def _choose_class(self) -> None:
        swatch = self.sender()
        if isinstance(swatch, Swatch):
            self.label = swatch.label
            self._show_classes()
            self.changed.emit()

    def _show_classes(self) -> None:
        for swatch in self.swatches:
            swatch.show_among(self._classes, swatch.label == self.label)
            swatch.setVisible(self.tool is not Tool.ERASER and swatch.label <= self._classes)
        self._roving.stop_at(self.swatches[self.label])


class Swatch(QToolButton):
    """The button of one class in its colour; of one that is not there yet, a plus."""

    def __init__(self, label: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.label, self._classes = label, 2
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_among(self, classes: int, chosen: bool) -> None:
        """There are so many classes now."""
        self._classes = classes
        self.setChecked(chosen)
        name = ("Orange", "Blue")[self.label] if self.label < classes == 2 else f"Class {self.label}"
        new = self.label >= classes
        tip = "One class more: it is there from its first point on." if new else f"{name}: paint points of this class."
        self.setToolTip(tip)
        self.setAccessibleName("One class more" if new else name)
        self.setWhatsThis(VIEWS["Class to paint"].html("One class more" if new else name, tip))
        self.update()

    def nextCheckState(self) -> None:
        """A click alone checks nothing."""

    def sizeHint(self) -> QSize:
        return QSize(24, 24) * theme.text_scale()

    def minimumSizeHint(self) -> QSize:
        return QSize(12, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        center, side = QRectF(self.rect()).center(), min(self.width(), self.height())
        outer, inner = side / 2 - 1, side / 2 - (4.5 if side > _ROOMY else 2.5)
        new = self.label >= self._classes
        color = QColor(colors.dim) if new else theme.class_color(self.label, self._classes)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.isChecked() or self.hasFocus() or self.underMouse():
            ring = colors.text if self.isChecked() else colors.accent if self.hasFocus() else colors.line
            painter.setPen(QPen(QColor(ring), 1.75))
            painter.drawEllipse(center, outer, outer)
        if self.hasFocus() and self.isChecked():
            painter.setPen(QPen(QColor(colors.accent), 1.75))
            painter.drawEllipse(center, outer - 1.75, outer - 1.75)
        if new:
            painter.setPen(QPen(color, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            arm = inner * 0.6
            painter.drawLine(center - QPointF(arm, 0), center + QPointF(arm, 0))
            painter.drawLine(center - QPointF(0, arm), center + QPointF(0, arm))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(center, inner, inner)
        if self._classes > 2:
            painter.setPen(ink_on(color))
            painter.setFont(mono_font(10))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, str(self.label))


def _icons(switch: SegmentedSwitch, names: tuple[str, ...]) -> SegmentedSwitch:
    """The switch with pictures in place of its words."""
    for index, name in enumerate(names):
        button = switch.button(index)
        button.setText("")
        button.setIcon(icon(name))
        button.setProperty("bare", True)
    return switch
