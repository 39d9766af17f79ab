"""What stands below the plane: which points are seen and how the map is coloured, or the tools of whoever paints."""

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.views.output.paint_tools import PaintTools


class PlaneSwitches(QStackedWidget):
    """One row or the other, in the same place."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.test_points = QCheckBox("Test points")
        self.test_points.setToolTip("Show the points that only test the network, as rings.")
        self.test_points.setWhatsThis(VIEWS["Test points"].html("Test points"))
        self.discretise = QCheckBox("Discretise")
        self.discretise.setToolTip("Show the likelier class alone, without how sure the network is.")
        self.discretise.setWhatsThis(VIEWS["Discretise"].html("Discretise"))
        self.tools = PaintTools()
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addWidget(self.test_points)
        layout.addWidget(self.discretise)
        layout.addStretch()
        for each in (row, self.tools):
            self.addWidget(each)
