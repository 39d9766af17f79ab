"""How a run differs from the one that it began from, and how good it was, line by line."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from nnstudio.core.counting import grouped
from nnstudio.core.experiment import Experiment
from nnstudio.core.shelf.rows import ShelvedRun
from nnstudio.ui.runs.model import Item
from nnstudio.ui.runs.words import accuracy_words, changes, figures, is_regression, learned_words
from nnstudio.ui.widgets.figures import decimal

_SETTINGS = 12
"""So many differences are listed; of more it is said how many."""

Line = tuple[str, str]


def settings_lines(item: Item, parent: Experiment | None) -> list[Line]:
    """In what it differs from its parent; without one, what it is known by."""
    if item.row is None:
        return []
    found = changes(item.label, item.row.experiment, parent)
    lines = [
        (each.label, f"{each.before} → {each.after}" if parent is not None else each.after)
        for each in found[:_SETTINGS]
    ]
    if len(found) > _SETTINGS:
        lines.append((f"and {len(found) - _SETTINGS} more", ""))
    if parent is not None and not found:
        lines.append(("Same settings", ""))
    if item.label.since:
        lines.append(("Branched at update", grouped(item.label.since)))
    return lines


def figure_lines(item: Item) -> list[Line]:
    """How good it was in the end."""
    row = item.row
    if row is None:
        return []
    loss, accuracy = figures(row)
    score = "Test R²" if is_regression(row.experiment) else "Test accuracy"
    lines = [("Test loss", decimal(loss)), (score, accuracy_words(row.experiment, accuracy))]
    if not isinstance(row, ShelvedRun):
        return [*lines, (learned_words(row).capitalize(), row.rule)]
    lines += [("Train loss", decimal(row.metrics.train_loss)), ("Updates", grouped(row.state.updates))]
    if row.measured_at != row.state.updates:
        lines.append(("Measured at update", grouped(row.measured_at)))
    return lines


class Facts(QScrollArea):
    """Lines of what and how much, with a little room between the two kinds."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_lines(self, above: list[Line], below: list[Line]) -> None:
        """These from now on."""
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 10, 0)
        grid.setVerticalSpacing(6)
        for place, (what, value) in enumerate([*above, *([("", "")] if above and below else []), *below]):
            name, number = QLabel(what), QLabel(value)
            name.setProperty("role", "dim")
            number.setProperty("role", "figure")
            number.setWordWrap(True)
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(name, place, 0)
            grid.addWidget(number, place, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(grid.rowCount(), 1)
        self.setWidget(body)
        for ground in (body, self.viewport()):
            ground.setAutoFillBackground(False)
