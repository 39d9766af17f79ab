"""The truth table: where the whole world is a few points, a row for each, with what the network answers and what that
costs.

A click on a row, or an arrow key, chooses it; the chosen one is followed through the network.
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QPainterPath
from PySide6.QtWidgets import QSizePolicy

from nnstudio.core.data.dataset import Dataset
from nnstudio.core.experiment.choices import Task
from nnstudio.core.run.example import AnyExample, Chosen, SplitName
from nnstudio.core.run.frame import Frame, PlanePicture, TruthTable
from nnstudio.ui import theme
from nnstudio.ui.examples.choosing import WALKS, ExamplesStage
from nnstudio.ui.examples.wording import answer_in_words, target_of
from nnstudio.ui.stage import items
from nnstudio.ui.stage.lettering import mono_font, text_font
from nnstudio.ui.stage.stage import Spot
from nnstudio.ui.stage.table import Table
from nnstudio.ui.widgets.figures import decimal, tick, written

_HEADS = ("x₁", "x₂", "target", "answer", "loss")
_RIGHT = (0.09, 0.22, 0.45, 0.71, 0.98)
"""Where the columns end, as shares of the width."""
_ROW, _MARK = 22.0, 3.0


class TruthTableStage(ExamplesStage):
    """x₁, x₂, target, answer and loss of each of a few points, and below them the mean loss."""

    def __init__(self) -> None:
        super().__init__(
            "Truth table",
            "Each point with its target, what the network answers and what that costs. Click a row to follow it.",
            "<b>Truth table</b><p>Here few points are the whole world: they train and they test. The loss of a row is "
            "−ln p if its target is 1 and −ln(1 − p) if it is 0, unless another loss was chosen; their mean is what "
            "training makes small.</p><p><b>Example:</b> the answer 0.443 with the target 1 costs −ln 0.443 = 0.81.</p>"
            "<p>A click on a row, or an arrow key, follows it through the network; Escape lets go.</p>"
            "<p><b>Source:</b> M. Minsky and S. Papert, <i>Perceptrons</i>, 1969.</p>",
        )
        self._dataset: Dataset | None = None
        self._answered: TruthTable | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.arrange()

    def show_frame(self, frame: Frame) -> None:
        """Write this frame's answers."""
        answered = frame.picture.table if isinstance(frame.picture, PlanePicture) else None
        self.show_answers(frame.dataset, answered, frame.example.chosen if frame.example else None)

    def show_answers(self, dataset: Dataset, answered: TruthTable | None, chosen: AnyExample | None) -> None:
        """Write these answers to the few points of these data; None: nobody knows them."""
        before = self.places()
        self._dataset, self._answered = dataset, answered
        if self.places() != before:
            self.updateGeometry()
        self.go_with(dataset, chosen)
        self._draw()
        self.read()

    # Where things are.

    def places(self) -> tuple[int, int]:
        return (0, 0) if self._answered is None else (1, len(self._answered.losses))

    def _row(self, row: float) -> QRectF:
        """A row; −1 is the heads', and below the last stands the mean."""
        high = self._high()
        return QRectF(0, round((row + 1) * high), self.width(), high)

    def _high(self) -> float:
        return round(_ROW * theme.text_scale())

    def spot_at(self, position: QPointF) -> Spot | None:
        rows = range(self.places()[1])
        return next((Spot(0, row) for row in rows if self._row(row).contains(position)), None)

    def anchor(self, spot: Spot) -> QRectF:
        return self._row(spot.row)

    # Its examples.

    def example_at(self, position: QPointF) -> AnyExample | None:
        spot = self.spot_at(position)
        return self.example_of(spot) if spot else None

    def example_of(self, spot: Spot) -> AnyExample | None:
        return Chosen(SplitName.TRAINING, spot.row)

    def outline_of(self, chosen: AnyExample) -> QPainterPath | None:
        return None  # its row is on a ground of its own

    def show_chosen(self, chosen: AnyExample | None) -> None:
        super().show_chosen(chosen)
        row = self._chosen_row()
        self._ground.setVisible(row is not None)
        self._bar.setVisible(row is not None)
        if row is not None:
            box = self._row(row)
            self._ground.setRect(box)
            self._bar.setRect(QRectF(box.left(), box.top(), _MARK, box.height()))

    def _chosen_row(self) -> int | None:
        """The row that is followed; a test point of these data is a training point."""
        chosen = self._chosen
        within = isinstance(chosen, Chosen) and chosen.index < self.places()[1]
        return chosen.index if isinstance(chosen, Chosen) and within else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = self.places()[1]
        if event.key() in WALKS and rows:
            by, row = WALKS[Qt.Key(event.key())], self._chosen_row()
            row = (row + by) % rows if row is not None else 0 if by > 0 else rows - 1
            self._by_keys = True
            self.explore(Spot(0, row))
            self._choose(self.example_of(Spot(0, row)))
        elif event.key() == Qt.Key.Key_Escape:
            self.explore(None)
            self._choose(None)
        else:
            super().keyPressEvent(event)

    # What stands there.

    def read(self) -> None:
        """A table says all by itself: no bubble, but the words for those who cannot see it."""
        self.mark(self.spot)
        self.spoken.select(self.spot if self._by_keys else None)

    def reading(self, spot: Spot) -> Sequence[str]:
        cells = self._cells(spot.row)
        return (f"Row {spot.row + 1}", *(f"{head} {cell}" for head, cell in zip(_HEADS, cells, strict=True)))

    def figure(self, spot: Spot) -> float | None:
        return float(self._answered.losses[spot.row]) if self._answered is not None else None

    def _cells(self, row: int) -> tuple[str, ...]:
        dataset, answered = self._dataset, self._answered
        assert dataset is not None
        assert answered is not None
        split = dataset.train
        target = str(int(split.labels[row])) if len(split.labels) else target_of(dataset, split, row)
        answer = answer_in_words(dataset, answered.answers[:, row])
        if dataset.task is Task.BINARY:
            answer = _short(float(answered.answers[0, row]), 3)
        return (*(tick(round(x, 2)) for x in split.raw[row].tolist()), target, answer, _short(self._loss(row), 2))

    def _loss(self, row: int) -> float:
        assert self._answered is not None
        return float(self._answered.losses[row])

    def last_line(self) -> tuple[str, str]:
        """How many answers are right, and the mean loss."""
        dataset, answered = self._dataset, self._answered
        if dataset is None or answered is None:
            return "", ""
        labels, count = dataset.train.labels, len(answered.losses)
        words = f"mean of the {count}"
        if len(labels) and np.isfinite(answered.answers).all():
            binary = dataset.task is Task.BINARY
            answers = answered.answers[0] >= 0.5 if binary else answered.answers.argmax(axis=0)
            words = f"{int((answers == labels).sum())} of {count} right, mean"
        return words, _short(float(answered.losses.mean()), 2)

    def summary(self) -> str:
        if self._answered is None:
            return "Nothing to see yet."
        return f"{', '.join(self.last_line())}. Arrow keys follow its rows one by one, Escape lets go."

    def table(self) -> Table | None:
        dataset, answered = self._dataset, self._answered
        if dataset is None or answered is None:
            return None
        split, names = dataset.train, dataset.output_names
        heads = ["answer"] if len(names) == 1 else [f"answer {name}" for name in names]
        rows = [
            (
                *split.raw[row].tolist(),
                target_of(dataset, split, row),
                *answered.answers[:, row].tolist(),
                self._loss(row),
            )
            for row in range(len(split))
        ]
        return Table("Truth table", ("x₁", "x₂", "target", *heads, "loss"), rows)

    def mark(self, spot: Spot | None) -> None:
        outline = items.rounded(self._row(spot.row).adjusted(0.5, 0.5, -0.5, -0.5), 3) if spot else QPainterPath()
        self._marker.setPath(outline)

    # Drawing.

    def arrange(self) -> None:
        root, colors = self.clear(), theme.current()
        self._ground = items.rectangle(root, QRectF(), QColor(colors.accent_soft))
        self._bar = items.rectangle(root, QRectF(), QColor(colors.accent), z=1)
        self._figures = items.pixmap(root, z=2)
        self._marker = items.path(root, items.hairline(colors.dim, self.ratio), z=3)
        self._draw()
        self.show_chosen(self._chosen)

    def _draw(self) -> None:
        self._figures.setVisible(self._answered is not None)
        if self._answered is not None:
            self._figures.setPixmap(items.drawn(self.area, self.ratio, self._paint))

    def _paint(self, painter: QPainter) -> None:
        colors, rows = theme.current(), self.places()[1]
        painter.setFont(text_font(11))
        painter.setPen(QColor(colors.dim))
        self._write(painter, -1, _HEADS)
        words, mean = self.last_line()
        room = self._row(rows)
        room.setRight(_RIGHT[3] * self.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        painter.setPen(QColor(colors.line))
        for row in range(rows + 1):
            edge = self._row(row).top()
            painter.drawLine(QPointF(0, edge), QPointF(self.width(), edge))
        painter.setPen(QColor(colors.text))
        painter.setFont(mono_font(12))
        for row in range(rows):
            self._write(painter, row, self._cells(row))
        self._write(painter, rows, ("", "", "", "", mean))

    def _write(self, painter: QPainter, row: int, cells: Sequence[str]) -> None:
        box, left = self._row(row), 0.0
        metrics = QFontMetricsF(painter.font())
        for share, text in zip(_RIGHT, cells, strict=True):
            cell = QRectF(left, box.top(), share * self.width() - left, box.height())
            short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, cell.width())
            painter.drawText(cell, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, short)
            left = cell.right() + 2

    def sizeHint(self) -> QSize:
        return QSize(290, round((self.places()[1] + 2) * self._high()))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())


def _short(value: float, digits: int) -> str:
    """With so many digits, where there is room for seven characters."""
    if not 0 < abs(value) < 1e-3:
        return decimal(value, digits)
    return written(f"{value:.1e}")
