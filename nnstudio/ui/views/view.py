"""What every view is: a widget that draws frames.

A view keeps no truth of its own: `show_frame` hands it a whole picture of the run, and whatever it draws comes from the
last one. `probes` says which costly parts of a frame it needs while it is visible.
"""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.section import Section
from nnstudio.ui.stage.table import Table


class View(QWidget):
    """Base of all views. `title` stands on its card; `switches()` is what stands to the right of it."""

    title: str = ""
    probes: Probe = Probe.NOTHING
    section: Section | None = None
    """Which plane through the inputs it shows, with `Probe.SECTION`."""
    interval: float = 0.0
    """Seconds between two frames that the view is shown while training runs; 0 for each of them."""

    def show_frame(self, frame: Frame) -> None:
        """Draw this frame from now on. Called only while the view is visible, at up to 60 Hz."""
        raise NotImplementedError

    def switches(self) -> QWidget | None:
        """The controls for the right end of the card's title bar, made once, or None."""
        return None

    def tables(self) -> Sequence[Table]:
        """All that is shown now, as rows and columns."""
        return ()

    def chosen_table(self) -> int:
        """Which of the tables is about what somebody looks at."""
        return 0
