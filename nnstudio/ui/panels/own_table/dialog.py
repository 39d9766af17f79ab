"""The dialog that takes in somebody's own table: its rows, what was decided, what is odd, and which rows train."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnstudio.core.data.table_proposal import Wishes, wishes_of
from nnstudio.core.experiment import Experiment, TableSpec
from nnstudio.core.experiment.choices import ClassWeights, Task
from nnstudio.files.tables.arrays import SUFFIXES
from nnstudio.files.tables.source import SCANNED
from nnstudio.files.tables.text_format import FormatWishes, as_read
from nnstudio.ui import theme
from nnstudio.ui.panels.own_table.decision_list import DecisionList
from nnstudio.ui.panels.own_table.draft import Draft, Looked, Proposed
from nnstudio.ui.panels.own_table.own_dialog import GAP, OwnDialog, sheet, size_in_words
from nnstudio.ui.panels.own_table.preview import Preview
from nnstudio.ui.panels.own_table.sentences import (
    Sentence,
    about_format,
    about_unread,
    decisions,
    odd,
    target_alone,
)
from nnstudio.ui.panels.own_table.taking import outlook
from nnstudio.ui.panels.own_table.target_card import TargetCard
from nnstudio.ui.widgets.figures import counted, grouped

TARGET, TARGET_SHARE = 218, 0.32
"""The height of the target's card, and how much of the dialog's it may take."""


class OwnTableDialog(OwnDialog):
    """`taken` gives what was proposed, and how much its classes count."""

    taken = Signal(object, object)

    def __init__(self, path: Path, experiment: Experiment, parent: QWidget, known: TableSpec | None = None) -> None:
        """`known`: what was decided about this file before."""
        super().__init__("Open a table", "table", "Other file", experiment, parent)
        self.draft = Draft(path, self)
        self.draft.changed.connect(self._show)
        self.finished.connect(self.draft.cancel)
        self.use.clicked.connect(self._take)
        self.unread = DecisionList("How to read it")
        weights = experiment.training.class_weights if known is not None else ClassWeights.NONE
        self.preview, self.target = Preview(), TargetCard(weights)
        self.target.weights_chosen.connect(self._order)
        self.unread.chosen.connect(self._correct)
        for part in (self.decisions, self.odd, self.preview, self.shares):
            part.chosen.connect(self._correct)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(sheet(self.preview, margin=1), 1)
        self._target_sheet = sheet(self.target)
        column.addWidget(self._target_sheet)
        self.lay_out(left, self.unread)
        if known is None or known.file is None:
            self.draft.open(path)
        else:
            self.draft.open(path, wishes_of(known), as_read(known.file.text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.target.setFixedHeight(min(round(TARGET * theme.text_scale()), round(TARGET_SHARE * self.height())))

    # What is shown

    def _show(self) -> None:
        draft = self.draft
        looked, proposed = draft.looked, draft.proposed
        self.facts.setText("" if looked is None else _facts(looked))
        self.use.setEnabled(proposed is not None and not draft.busy)
        self.show_state(draft.path, draft.progress, draft.refusal, looked is not None)
        reading = draft.progress is not None
        says = not reading and looked is None and draft.reached >= SCANNED and draft.path.suffix.lower() not in SUFFIXES
        self.unread.show_sentences([about_unread(draft.format)] if says else [])
        if looked is not None:
            self._show_table(looked)
        said = "The running experiment stays as it is." if proposed is None else outlook(self.experiment, proposed)
        if reading and looked is not None:
            said = "Reading the file again…"
        self.say(said)

    def _show_table(self, looked: Looked) -> None:
        draft, proposed = self.draft, self.draft.proposed
        settled = draft.progress is None
        for part in (self.decisions, self.odd, self.preview):
            part.setEnabled(settled)
        self.preview.show_table(looked, proposed)
        self._target_sheet.setVisible(proposed is not None)
        self.target.show_target(proposed)
        self.shares.setEnabled(settled and proposed is not None)
        if not draft.busy and proposed is not None:
            self._show_shares(proposed)
        sentences: list[Sentence] = []
        text = looked.table.file.text
        if text is not None:
            sentences.append(about_format(text, draft.format))
        left_out: list[Sentence] = []
        if proposed is not None:
            sentences += decisions(proposed)
            left_out += odd(proposed)
        elif not draft.busy:
            sentences.append(target_alone(looked, draft.wishes))
        self.show_sentences(sentences, left_out)
        self._order()

    def _order(self) -> None:
        self.order(self.preview, *self.target.stops())

    def _show_shares(self, proposed: Proposed) -> None:
        spec, overview = proposed.proposal.spec, proposed.overview
        assert spec.recipe is not None
        rows = overview.training, overview.validation, overview.test
        mixed_by = None if spec.task is Task.REGRESSION else spec.recipe.target
        self.shares.show_shares(proposed.wishes, rows, mixed_by)

    # What is chosen

    def _correct(self, change: FormatWishes | Wishes) -> None:
        if isinstance(change, FormatWishes):
            self.draft.correct(change)
        else:
            self.draft.wish(change)

    def _take(self) -> None:
        proposed = self.draft.proposed
        if proposed is not None and not self.draft.busy:
            self.accept()
            self.taken.emit(proposed, self.target.weights)


def _facts(looked: Looked) -> str:
    columns = looked.table.columns
    rows = f"{grouped(len(columns))} rows, {counted(len(columns.names), 'column')}"
    return f"{rows}, {size_in_words(looked.table.file.size)}"
