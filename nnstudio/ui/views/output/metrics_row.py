"""How good the network is now, in four tiles: loss and accuracy, on what it trains on and on what it never saw."""

from PySide6.QtWidgets import QGridLayout, QWidget

from nnstudio.core.experiment.choices import Task
from nnstudio.core.training.metrics import Metrics
from nnstudio.ui.widgets.figures import decimal, grouped, percent
from nnstudio.ui.widgets.metric_tile import MetricTile

_GAP = 8
_LOSS = (
    "Mean loss over {}, without the penalty: L = Σ lᵢ / n.",
    "<p><b>Example:</b> losses of 0.1, 0.2 and 0.6 have the mean 0.3.</p>",
)
_ACCURACY = (
    "Share of {} answered rightly; for regression R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)².",
    "<p><b>Example:</b> 241 of 250 is 96.4 %.</p>",
)
_SOURCE = "<p><b>Source:</b> T. Hastie and others, <i>The Elements of Statistical Learning</i>, 2009, §7.2.</p>"


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
        self._explained = ""
        self._explain("the training examples")

    def _explain(self, training_examples: str) -> None:
        if training_examples == self._explained:
            return
        self._explained = training_examples
        for tile, (text, numbers), examples in zip(
            self._tiles,
            (_LOSS, _LOSS, _ACCURACY, _ACCURACY),
            (training_examples, "the test examples") * 2,
            strict=True,
        ):
            tile.setToolTip(text.format(examples))
            tile.setWhatsThis(f"<b>{tile.label}</b><p>{text.format(examples)}</p>{numbers}{_SOURCE}")

    def height_as(self, low: bool) -> int:
        """How high it is with flat tiles, or with tall ones."""
        return 2 * self._tiles[0].height_as(low) + _GAP

    def set_low(self, low: bool) -> None:
        """Whether height is scarce."""
        for tile in self._tiles:
            tile.set_short(low)

    def show_metrics(self, metrics: Metrics, task: Task) -> None:
        """Write these figures; those of a sample are about right, which "≈" says."""
        names = ("R²", "R²") if task is Task.REGRESSION else ("accuracy", "acc.")
        self.train_accuracy.set_label(*(f"Train {name}" for name in names))
        self.test_accuracy.set_label(*(f"Test {name}" for name in names))
        examples, about = "the training examples", ""
        if metrics.sampled:
            count, total = grouped(metrics.train_examples), grouped(metrics.train_total)
            examples, about = f"{count} of {total} training examples, spread evenly", "≈"
        self._explain(examples)
        write = decimal if task is Task.REGRESSION else percent
        self.train_loss.set_value(about + _loss(metrics.train_loss))
        self.test_loss.set_value(_loss(metrics.test_loss))
        self.train_accuracy.set_value(about + write(metrics.train_accuracy))
        self.test_accuracy.set_value(write(metrics.test_accuracy))


def _loss(loss: float) -> str:
    """Of the smallest losses two digits must do: a flat tile has room for no more."""
    return decimal(loss, 3 if not loss < 1e-3 else 2)
