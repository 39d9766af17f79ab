"""How good the network is now, in four tiles: loss and accuracy, on what it trains on and on what it never saw."""

from PySide6.QtWidgets import QGridLayout, QWidget

from nnstudio.core.experiment.choices import Task
from nnstudio.core.training.metrics import Metrics
from nnstudio.ui.widgets.figures import decimal, grouped, percent
from nnstudio.ui.widgets.metric_tile import MetricTile

_GAP = 6


class MetricsRow(QWidget):
    """Four tiles, two by two; flat ones where the card is low."""

    def __init__(self) -> None:
        super().__init__()
        self.train_loss = MetricTile("Train loss")
        self.test_loss = MetricTile("Test loss")
        self.train_accuracy = MetricTile("Train accuracy", "Train acc.")
        self.test_accuracy = MetricTile("Test accuracy", "Test acc.")
        self._tiles = (self.train_loss, self.test_loss, self.train_accuracy, self.test_accuracy)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(_GAP)
        for index, tile in enumerate(self._tiles):
            grid.addWidget(tile, index // 2, index % 2)
        self._explain("the training examples")

    def _explain(self, training_examples: str) -> None:
        loss = "Mean loss over {}, without the penalty."
        accuracy = "Share of {} answered rightly; for regression R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²."
        for tile, text, examples in zip(
            self._tiles, (loss, loss, accuracy, accuracy), (training_examples, "the test examples") * 2, strict=True
        ):
            tile.setToolTip(text.format(examples))
            tile.setWhatsThis(f"<b>{tile.label}</b><p>{text.format(examples)}</p>")

    def set_low(self, low: bool) -> None:
        """Whether height is scarce."""
        for tile in self._tiles:
            tile.set_short(low)

    def show_metrics(self, metrics: Metrics, task: Task) -> None:
        """Write these figures."""
        regression = task is Task.REGRESSION
        examples, mark, short_mark = "the training examples", "", ""
        if metrics.sampled:
            count, total = grouped(metrics.train_examples), grouped(metrics.train_total)
            examples, mark, short_mark = f"{count} of {total} training examples, spread evenly", " (sample)", " ~"
        self._explain(examples)
        self.train_loss.set_label(f"Train loss{mark}", f"Train loss{short_mark}")
        name, short_name = ("Train R²", "Train R²") if regression else ("Train accuracy", "Train acc.")
        self.train_accuracy.set_label(f"{name}{mark}", f"{short_name}{short_mark}")
        self.test_accuracy.set_label(*(("Test R²",) if regression else ("Test accuracy", "Test acc.")))
        write = decimal if regression else percent
        self.train_loss.set_value(decimal(metrics.train_loss))
        self.test_loss.set_value(decimal(metrics.test_loss))
        self.train_accuracy.set_value(write(metrics.train_accuracy))
        self.test_accuracy.set_value(write(metrics.test_accuracy))
