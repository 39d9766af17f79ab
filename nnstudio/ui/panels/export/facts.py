"""Which network is taken away: what it makes of its data, its layers, how far it was trained, how good it is."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.core.counting import grouped
from nnstudio.core.experiment.choices import Task
from nnstudio.core.experiment.network_text import describe_layers
from nnstudio.files.exports import Subject
from nnstudio.ui.panels.export.sight import Seen, Sight
from nnstudio.ui.panels.export.ways import Ways
from nnstudio.ui.widgets.figures import decimal, percent

SIDE, WIDTH = 208, 240


class Facts(QWidget):
    """sight: what it makes of its data; facts: names and figures, one below the other; ways: how it may be written"""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.sight = Sight(SIDE)
        self.ways = Ways()
        self.facts = QGridLayout()
        self.facts.setHorizontalSpacing(10)
        self.facts.setVerticalSpacing(5)
        self.facts.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addWidget(self.sight)
        column.addLayout(self.facts)
        column.addSpacing(8)
        column.addWidget(self.ways)
        column.addStretch(1)

    def show_subject(self, subject: Subject, seen: Seen) -> None:
        """This one, once."""
        if self.facts.count():
            return
        self.sight.show_seen(seen)
        for row, (name, value) in enumerate(_facts(subject)):
            label, figure = QLabel(name), QLabel(value, wordWrap=True)
            label.setProperty("role", "dim")
            figure.setProperty("role", "figure")
            figure.setAlignment(Qt.AlignmentFlag.AlignRight)
            figure.setAccessibleName(f"{name}: {value}")
            self.facts.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self.facts.addWidget(figure, row, 1)


def _facts(subject: Subject) -> Iterator[tuple[str, str]]:
    model, metrics = subject.model, subject.frame.metrics
    yield "data", subject.title
    yield "inputs", " × ".join(map(str, model.input_shape))
    yield "layers", describe_layers(subject.experiment.layers) or "none hidden"
    yield "outputs", str(model.outputs)
    yield "numbers", grouped(model.params.size)
    yield "at update", grouped(subject.frame.updates)
    if model.task is Task.REGRESSION:
        yield "test R²", decimal(metrics.test_accuracy)
    else:
        yield "test accuracy", percent(metrics.test_accuracy)
