"""The comparison as a page: the outputs above, the curves and what differs below."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from nnstudio.ui.explanations.compare import COMPARE
from nnstudio.ui.icons import icon
from nnstudio.ui.runs.compare.comparison import Names
from nnstudio.ui.runs.compare.curves_view import CurvesView
from nnstudio.ui.runs.compare.differs_view import DiffersView
from nnstudio.ui.runs.compare.outputs import OutputsView
from nnstudio.ui.views.view import View

ADD = "Let one more run train beside these."
SUBTITLE = "in step, on the same examples, update by update"


class ComparePage(QWidget):
    """Three cards. `add` asks for one more run; closing it ends the comparison.

    views: what is to be handed frames
    """

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Comparison")
        self.outputs, self.curves, self.differs = OutputsView(), CurvesView(), DiffersView()
        self.views: tuple[View, ...] = (self.outputs, self.curves, self.differs)
        self.visit_wanted = self.curves.stage.visit_wanted
        self.add = QPushButton("Add a run…")
        self.add.setProperty("role", "small")
        self.add.setAccessibleName("Add a run")
        self.add.setToolTip(ADD)
        self.close_button = QToolButton()
        self.close_button.setProperty("role", "icon")
        self.close_button.setIcon(icon("close", "dim"))
        self.close_button.setAccessibleName("End the comparison")
        self.close_button.setToolTip("End the comparison; run A goes on. (Esc)")
        self.close_button.clicked.connect(self.closed)
        for button, name in ((self.add, "add"), (self.close_button, "close")):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setWhatsThis(COMPARE[name].html(button.accessibleName(), button.toolTip()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(_sheet(self.outputs, SUBTITLE, self.outputs.switches(), self.add, self.close_button), 13)
        below = QHBoxLayout()
        below.setSpacing(12)
        below.addWidget(_sheet(self.curves, "", self.curves.switches()), 17)
        below.addWidget(_sheet(self.differs, ""), 10)
        column.addLayout(below, 10)

    def call(self, names: Names) -> None:
        """These runs have names of their own."""
        for view in (self.outputs, self.curves, self.differs):
            view.names = names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def _sheet(view: View, subtitle: str, *beside: QWidget) -> QFrame:
    """A card with a title, words and small widgets beside it, and the view as its body."""
    frame = QFrame()
    frame.setProperty("role", "sheet")
    column = QVBoxLayout(frame)
    column.setContentsMargins(16, 10, 16, 14)
    column.setSpacing(8)
    title = QLabel(view.title.upper())
    title.setProperty("role", "section")
    words = QLabel(subtitle)
    words.setProperty("role", "dim")
    row = QHBoxLayout()
    row.setSpacing(10)
    row.addWidget(title)
    words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    row.addWidget(words, 1)
    for widget in beside:
        row.addWidget(widget)
    column.addLayout(row)
    column.addWidget(view, 1)
    return frame
