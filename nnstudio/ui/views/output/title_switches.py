"""What can be switched in the title bar of the Output card: what is seen of images, the hardest, the tools to paint."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from nnstudio.ui import theme
from nnstudio.ui.explanations.views import VIEWS
from nnstudio.ui.icons import ICON_GAP, icon
from nnstudio.ui.widgets.segmented import SegmentedSwitch

DRAW, BROWSE, HARDEST = range(3)


class TitleSwitches(QWidget):
    """Of images a switch, of all other data a button for the hardest; on the plane the tools beside it.

    below: the switch once more, for the top of the card, as larger text leaves no room for it beside the card's name
    """

    def __init__(self, tools: QWidget) -> None:
        super().__init__()
        self.mode, self.below = _of_images(), _of_images()
        self.mode.currentChanged.connect(self.below.set_current)
        self.below.currentChanged.connect(self.mode.set_current)
        self.hardest = QToolButton()
        self.hardest.setCheckable(True)
        self.hardest.setIcon(icon("hardest"))
        self.hardest.setText(f"{ICON_GAP}Hardest")
        self.hardest.setProperty("role", "toggle")
        self.hardest.setAccessibleName("Hardest")
        self.hardest.setToolTip("Hardest: the examples that cost most.")
        self.hardest.setWhatsThis(VIEWS["Hardest"].html("Hardest"))
        self.hardest.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._images = False
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        for widget in (self.mode, tools, self.hardest):
            self._row.addWidget(widget)

    def show_for(self, images: bool, plane: bool, hardest: bool) -> None:
        """What there is to switch; to be called before the tools come. `hardest`: whether they are not seen anyway.

        What goes is hidden before the rest is shown: the cards beside would give way to both together, and stay so."""
        self._images = images
        if not images:
            self.place()
        self.hardest.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonIconOnly if plane else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        self.hardest.setVisible(hardest and not images)

    def place(self) -> None:
        """Show the switch of images, where there are any, in the one of its places that has room for it."""
        roomy = theme.text_scale() <= 1
        self.mode.setVisible(self._images and roomy)
        self.below.setVisible(self._images and not roomy)


def _of_images() -> SegmentedSwitch:
    switch = SegmentedSwitch(
        ("Draw", "Browse", "Hardest"),
        ("Draw an image, and see what the network makes of it.", "The test images.", "The images that cost most."),
    )
    for index in (DRAW, BROWSE, HARDEST):
        switch.button(index).setProperty("tight", True)
    switch.set_current(BROWSE)
    switch.hide()
    return switch
