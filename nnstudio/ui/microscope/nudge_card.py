"""The numerical check of one weight: moved by ±ε, both losses, their quotient, and beside it the gradient."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QVBoxLayout, QWidget

from nnstudio.core.trace.names import Names
from nnstudio.core.trace.nudging import TRIED, Nudging
from nnstudio.core.trace.quantity import Place
from nnstudio.core.trace.trace import Trace
from nnstudio.core.training.gradient_check import LayerCheck, Nudge, error_of
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.beside import Beside
from nnstudio.ui.microscope.parts import label
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import written
from nnstudio.ui.widgets.table_dialog import TableDialog

_OWN = "the loss of this example"
_FAILED = "This could not be worked out: {}. Nothing else is touched; close this, or try a smaller mini-batch."


class NudgeCard(QFrame):
    """Lies over the page until the next step, or Escape. What it shows is worked out beside: with convolutions, or a
    batch normalisation, it takes a while.

    nudge: what was found; None before; said: what stands in its place
    """

    def __init__(self, trace: Trace, place: Place, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self.setProperty("role", "popover")
        self._name = name = Names(trace.layers).weight(place.layer, place.array, place.at)
        self.setAccessibleName(f"Numerical check of {name}")
        self.setWhatsThis(MICROSCOPE["Numerical check"].html("Numerical check"))
        self.nudge: Nudge | None = None
        self._nudging: Nudging | None = None
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(3)
        self.said = label("caption", "Working out …")
        self.said.setWordWrap(True)
        self.whole = QPushButton("Whole network…")
        self.whole.setProperty("role", "small")
        self.whole.setToolTip(f"Try up to {TRIED} weights of each layer, and show the layers as a table.")
        self.whole.setWhatsThis(MICROSCOPE["Numerical check"].html("Whole network", self.whole.toolTip()))
        self.whole.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the steps
        self.whole.clicked.connect(self._try_all)
        self.whole.setEnabled(False)
        loss = "the mean loss of the mini-batch" if trace.held.compares and trace.row is not None else _OWN
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        column.addWidget(label("medium", f"{name} nudged, L is {loss}"))
        column.addLayout(self._grid)
        column.addWidget(self.said)
        column.addWidget(self.whole, 0, Qt.AlignmentFlag.AlignLeft)
        self._beside = Beside(self)
        self._beside.begin(lambda: _nudged(trace, place), self._show, self._fail)

    def show_at(self, position: QPoint) -> None:
        """Beside a point of the page, inside it."""
        self._at = position
        self.adjustSize()
        area = self._page.rect().adjusted(8, 8, -8, -8)
        x = min(max(position.x() + 12, area.left()), area.right() - self.width())
        y = min(max(position.y() + 12, area.top()), area.bottom() - self.height())
        self.move(x, y)
        self.show()
        self.raise_()

    def _show(self, found: tuple[Nudging, Nudge]) -> None:
        self._nudging, self.nudge = found
        for row, (words, value) in enumerate(_rows(self.nudge, self._name)):
            self._grid.addWidget(label("small", words), row, 0)
            figure = label("mono", value)
            figure.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            figure.setAccessibleName(f"{words}: {value}")
            self._grid.addWidget(figure, row, 1, Qt.AlignmentFlag.AlignRight)
        self.said.hide()
        self.whole.setEnabled(True)
        self.show_at(self._at)

    def _fail(self, why: str) -> None:
        self.said.setText(_FAILED.format(why))
        self.said.show()
        self.whole.setText("Whole network…")
        self.whole.setEnabled(self._nudging is not None)
        self.show_at(self._at)

    def _try_all(self) -> None:
        """All layers."""
        if self._nudging is not None:
            self.whole.setEnabled(False)
            self.whole.setText("Trying …")
            self._beside.begin(self._nudging.layers, self._show_all, self._fail)

    def _show_all(self, checks: tuple[LayerCheck, ...]) -> None:
        TableDialog("Numerical check", (table_of(checks),), 0, self.window()).show()
        self.whole.setText("Whole network…")
        self.whole.setEnabled(True)


def _nudged(trace: Trace, place: Place) -> tuple[Nudging, Nudge]:
    nudging = Nudging(trace)
    return nudging, nudging.nudge(place.layer, place.array, place.at)


def table_of(checks: tuple[LayerCheck, ...]) -> Table:
    """The check of each layer as a row."""
    rows = [
        (check.name, check.parameters, len(check.tried), check.error, "right" if check.right else "not right")
        for check in checks
    ]
    return Table("By layer", ("layer", "weights", "tried", "relative error", "verdict"), rows)


def _rows(nudge: Nudge, name: str) -> list[tuple[str, str]]:
    error = error_of((nudge,), (nudge.above + nudge.below) / 2)
    return [
        (name, written(f"{nudge.value:.9g}")),
        ("ε", written(f"{nudge.by:.3g}")),
        (f"L at {name} + ε", written(f"{nudge.above:.12g}")),
        (f"L at {name} − ε", written(f"{nudge.below:.12g}")),
        ("quotient: their difference / 2ε", written(f"{nudge.quotient:.9g}")),
        (f"∂L/∂{name} by backpropagation", written(f"{nudge.gradient:.9g}")),
        ("relative error", written(f"{error:.1e}")),
    ]
