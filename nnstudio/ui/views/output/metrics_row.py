"""How good the network is now, in four tiles: loss and accuracy, on what it trains on and on what it never saw."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from nnstudio.core.experiment.choices import Task
from nnstudio.core.training.metrics import Metrics
from nnstudio.ui.stage.lettering import text_font
from nnstudio.ui.widgets.figures import decimal, grouped, percent
from nnstudio.ui.widgets.metric_tile import MetricTile

_GAP, _NARROW_GAP = 8, 3
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
    """Four tiles, two by two; a small table where the card is low or narrow."""

    def __init__(self) -> None:
        super().__init__()
        self.train_loss = MetricTile("Train loss")
        self.test_loss = MetricTile("Test loss")
        self.train_accuracy = MetricTile("Train accuracy")
        self.test_accuracy = MetricTile("Test accuracy")
        self._tiles = (self.train_loss, self.test_loss, self.train_accuracy, self.test_accuracy)
        self.heads = {name: QLabel(name) for name in ("Train", "Test", "Loss", "Accuracy")}
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        for index, tile in enumerate(self._tiles):
            self._grid.addWidget(tile, 1 + index // 2, 1 + index % 2)
        for index, head in enumerate(self.heads.values()):
            head.setProperty("role", "dim")
            across = index < 2
            self._grid.addWidget(head, 0 if across else index - 1, index + 1 if across else 0)
            head.setAlignment(Qt.AlignmentFlag.AlignCenter if across else Qt.AlignmentFlag.AlignVCenter)
        for column in (1, 2):
            self._grid.setColumnStretch(column, 1)
        self._table = False
        self._dress()
        self._explained = ""
        self._explain("the training examples")

    def _dress(self) -> None:
        for head in self.heads.values():
            head.setFont(text_font(11))
            head.setVisible(self._table)
        self._grid.setSpacing(_NARROW_GAP if self._table else _GAP)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:  # also tells of larger text
            self._dress()
        super().changeEvent(event)

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

    def height_as(self, table: bool) -> int:
        """How high it is as a table, or with tall tiles."""
        tiles = 2 * self._tiles[0].height_as(table)
        return QFontMetrics(text_font(11)).height() + tiles + 2 * _NARROW_GAP if table else tiles + _GAP

    def fits_tall(self, width: int) -> bool:
        """Whether tall tiles have room for their labels in this width."""
        return 2 * max(tile.width_as_tall() for tile in self._tiles) + _GAP <= width

    def set_table(self, table: bool) -> None:
        """Whether room is scarce."""
        if table != self._table:
            self._table = table
            self._dress()
            for tile in self._tiles:
                tile.set_short(table)
            self.updateGeometry()

    def show_metrics(self, metrics: Metrics, task: Task) -> None:
        """Write these figures; those of a sample are about right, which "≈" says."""
        name = "R²" if task is Task.REGRESSION else "accuracy"
        self.train_accuracy.set_label(f"Train {name}")
        self.test_accuracy.set_label(f"Test {name}")
        self.heads["Accuracy"].setText(name[0].upper() + name[1:])
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
    """Of the smallest losses two digits must do: a short tile has room for no more."""
    return decimal(loss, 3 if not loss < 1e-3 else 2)
