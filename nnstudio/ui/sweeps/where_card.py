"""Where the jobs of the next sweep are done: in processes here, or on a cluster of dask.distributed."""

from collections.abc import Callable
from importlib.util import find_spec

from PySide6.QtWidgets import QLabel, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from nnstudio.core.counting import counted
from nnstudio.core.sweep.datasets import Own
from nnstudio.core.sweep.workers import Workers
from nnstudio.files.cluster import Cluster
from nnstudio.files.pool import Pool
from nnstudio.system import cores, spare_cores
from nnstudio.ui.explanations.sweeps import SWEEPS

OwnData = Callable[[], tuple[Own, ...]]
"""Reads a table of somebody's own, if there is one."""
_ADDRESS = "tcp://127.0.0.1:8786"
_MISSING = "needs dask.distributed: pip install 'nnstudio[cluster]'"
_START = "dask scheduler there, and dask worker ADDRESS on each computer"


class WhereCard(QWidget):
    """`opener(own)` opens the workers that are chosen; `words` says who they are."""

    def __init__(self) -> None:
        super().__init__()
        spare = spare_cores()
        left = ", one is left to the window" if spare < cores() else ""
        self.here, self.cluster = QRadioButton("This computer"), QRadioButton("Cluster")
        self.here.setChecked(True)
        self.address = QLineEdit(_ADDRESS)
        self.address.setProperty("role", "number")
        self.address.setAccessibleName("Address of the scheduler")
        self.address.setToolTip("Where the scheduler of the cluster answers.")
        here = QLabel(f"{spare} of {counted(cores(), 'core')}{left}", wordWrap=True)
        able = find_spec("distributed") is not None
        there = QLabel(_START if able else _MISSING, wordWrap=True)
        self.cluster.setEnabled(able)
        self.address.setEnabled(False)
        self.cluster.toggled.connect(self.address.setEnabled)
        for label in (here, there):
            label.setProperty("role", "caption")
            label.setContentsMargins(22, 0, 0, 4)
        self.here.setToolTip("Each core but one has a process of its own.")
        self.cluster.setToolTip("Every worker of the cluster takes jobs.")
        for control, name in ((self.here, "This computer"), (self.cluster, "Cluster"), (self.address, "Cluster")):
            control.setWhatsThis(SWEEPS["where"].html(name, control.toolTip()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (self.here, here, self.cluster, self.address, there):
            column.addWidget(widget)

    @property
    def words(self) -> str:
        """Who does the jobs."""
        return "on the cluster" if self.cluster.isChecked() else "on this computer"

    def opener(self, own: OwnData) -> "Opener":
        """What is chosen now, to be opened on another thread."""
        return Opener(self.address.text().strip() if self.cluster.isChecked() else "", own)


class Opener:
    """Opens workers, with what has to be brought there: a cluster at an address, or, without one, processes here.
    Raises `WorkersError`, and `DataError` where a table is gone."""

    def __init__(self, address: str, own: OwnData) -> None:
        self._address, self._own = address, own

    def __call__(self) -> Workers:
        own = self._own()
        return Cluster(self._address, own) if self._address else Pool(datasets=own, behind=True)
