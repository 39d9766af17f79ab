"""The dialog that takes in somebody's own table: its rows, what was decided, what is odd, and which rows train."""

import re
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from nnstudio.core.data.table_proposal import Wishes, wishes_of
from nnstudio.core.experiment import Experiment, TableSpec
from nnstudio.core.experiment.choices import ClassWeights
from nnstudio.files.errors import printable
from nnstudio.files.tables.arrays import SUFFIXES
from nnstudio.files.tables.source import SCANNED
from nnstudio.files.tables.text_format import FormatWishes, as_read
from nnstudio.ui import theme
from nnstudio.ui.explanations.own_table import OWN_TABLE
from nnstudio.ui.fonts import NUMBERS
from nnstudio.ui.icons import icon
from nnstudio.ui.panels.own_table.decision_list import DecisionList
from nnstudio.ui.panels.own_table.draft import Draft, Looked
from nnstudio.ui.panels.own_table.preview import Preview
from nnstudio.ui.panels.own_table.sentences import (
    Sentence,
    about_format,
    about_unread,
    decisions,
    odd,
    target_alone,
)
from nnstudio.ui.panels.own_table.shares_card import SharesCard
from nnstudio.ui.panels.own_table.taking import outlook
from nnstudio.ui.panels.own_table.target_card import TargetCard
from nnstudio.ui.widgets.figures import counted, grouped

SIZE, SMALLEST = QSize(1216, 780), QSize(840, 540)
RIGHT, MARGIN, GAP = 386, 16, 10
AROUND, WAITING = 36, 620
TARGET, TARGET_SHARE = 218, 0.32
"""The height of the target's card, and how much of the dialog's it may take."""
_TIPS = {
    "Other file": "Asks for another file.",
    "Cancel": "Closes the dialog; the running experiment stays as it is.",
    "Use this data": "The experiment learns this table from now on. Undo takes it back.",
}


class OwnTableDialog(QDialog):
    """`taken` gives what is to be trained on, and how much its classes count; `other_wanted`: another file.
    `experiment`: the one that runs now."""

    taken = Signal(object, object)
    other_wanted = Signal()

    def __init__(self, path: Path, experiment: Experiment, parent: QWidget, known: TableSpec | None = None) -> None:
        """`known`: what was decided about this file before."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Open a table")
        self._experiment, self._window = experiment, parent.window()
        self.draft = Draft(path, self)
        self.draft.changed.connect(self._show)
        self.finished.connect(self.draft.cancel)
        self.name, self.facts = QLabel(), QLabel()
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setProperty("role", "heading")
        self.facts.setProperty("role", "dim")
        self.other = _button("Other file", "Other file…")
        self.cancel, self.use = _button("Cancel", "Cancel"), _button("Use this data", "Use this data")
        self.use.setProperty("role", "filled")
        self.use.setDefault(True)
        self.other.clicked.connect(self.other_wanted)
        self.cancel.clicked.connect(self.reject)
        self.use.clicked.connect(self._take)
        self.said = QLabel(wordWrap=True)
        self.said.setTextFormat(Qt.TextFormat.RichText)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Reading")
        self.message = QLabel(wordWrap=True)
        self.refusal = QLabel(wordWrap=True)
        for label in (self.message, self.refusal):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.refusal.setProperty("role", "trouble")
        self.unread = DecisionList("How to read it")
        weights = experiment.training.class_weights if known is not None else ClassWeights.NONE
        self.preview, self.target = Preview(), TargetCard(weights)
        self.target.weights_chosen.connect(self._order)
        self.decisions, self.odd = DecisionList("Decisions"), DecisionList("Odd, and left out", signed=False, gap=10)
        self.shares = SharesCard()
        self.unread.chosen.connect(self._correct)
        for part in (self.decisions, self.odd, self.preview, self.shares):
            part.chosen.connect(self._correct)
        self._lay_out()
        self.setFocus()  # so that Enter uses the data, and Tab comes to the first control
        if known is None or known.file is None:
            self.draft.open(path)
        else:
            self.draft.open(path, wishes_of(known), as_read(known.file.text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.target.setFixedHeight(min(round(TARGET * theme.text_scale()), round(TARGET_SHARE * self.height())))

    # The parts

    def _lay_out(self) -> None:
        self._pages = QStackedLayout()
        self._pages.addWidget(self._waiting())
        self._pages.addWidget(self._content())
        sign = QLabel()
        side = round(18 * theme.text_scale())
        sign.setPixmap(icon("table", "accent").pixmap(QSize(side, side)))
        above = QHBoxLayout()
        above.setContentsMargins(MARGIN, 12, MARGIN, 10)
        above.setSpacing(10)
        for widget in (sign, self.name, self.facts):
            above.addWidget(widget)
        above.addStretch(1)
        above.addWidget(self.other)
        foot = QFrame()
        foot.setProperty("role", "foot")
        below = QHBoxLayout(foot)
        below.setContentsMargins(MARGIN, 10, MARGIN, 10)
        below.setSpacing(8)
        below.addWidget(self.said, 1)
        below.addWidget(self.cancel)
        below.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(above)
        column.addLayout(self._pages, 1)
        column.addWidget(foot)
        room, scale = self._window.size(), theme.text_scale()
        wanted = (SIZE * scale).boundedTo(room - QSize(AROUND, AROUND)).expandedTo(SMALLEST)
        self.setMinimumSize(SMALLEST.boundedTo(wanted))
        self.resize(wanted)

    def _waiting(self) -> QWidget:
        """What is shown while nothing is known of the file, or where nothing can be."""
        said, page = QWidget(), QWidget()
        inner = QVBoxLayout(said)
        inner.setContentsMargins(10, 8, 10, 8)
        inner.setSpacing(14)
        for widget in (self.message, self.bar, self.unread):
            inner.addWidget(widget)
        card = _sheet(said)
        card.setMaximumWidth(round(WAITING * theme.text_scale()))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card, 100)
        row.addStretch(1)
        column = QVBoxLayout(page)
        column.setContentsMargins(MARGIN, 0, MARGIN, 40)
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(2)
        return page

    def _content(self) -> QWidget:
        page = QWidget()
        left, right = QVBoxLayout(), QVBoxLayout()
        for side in (left, right):
            side.setSpacing(GAP)
        left.addWidget(_sheet(self.preview, margin=1), 1)
        self._target_sheet = _sheet(self.target)
        left.addWidget(self._target_sheet)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        decided = self._decided()
        scroll.setWidget(decided)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the word that has the keys
        for ground in (scroll.viewport(), decided):
            ground.setAutoFillBackground(False)
        right.addWidget(_sheet(scroll, margin=1), 1)
        right.addWidget(_sheet(self.shares))
        row = QHBoxLayout(page)
        row.setContentsMargins(MARGIN, 0, MARGIN, 12)
        row.setSpacing(GAP)
        row.addLayout(left, 1)
        aside = QWidget()
        aside.setFixedWidth(round(RIGHT * theme.text_scale()))
        right.setContentsMargins(0, 0, 0, 0)
        aside.setLayout(right)
        row.addWidget(aside)
        return page

    def _decided(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(15, 12, 15, 14)
        column.setSpacing(12)
        hint = QLabel("click a word to change it")
        hint.setProperty("role", "caption")
        head = QHBoxLayout()
        head.addWidget(_title("DECISIONS"))
        head.addStretch(1)
        head.addWidget(hint)
        column.addLayout(head)
        column.addWidget(self.refusal)
        column.addWidget(self.decisions)
        self._rule, self._odd_title = QFrame(), _title("ODD, AND LEFT OUT")
        self._rule.setProperty("role", "rule")
        self._rule.setFixedHeight(1)
        for widget in (self._rule, self._odd_title, self.odd):
            column.addWidget(widget)
        column.addStretch(1)
        return body

    # What is shown

    def _show(self) -> None:
        draft = self.draft
        self.name.setText(printable(draft.path.name, 60))
        looked, proposed = draft.looked, draft.proposed
        self.facts.setText("" if looked is None else _facts(looked))
        self._pages.setCurrentIndex(0 if looked is None else 1)
        self.use.setEnabled(proposed is not None and not draft.busy)
        reading = draft.progress is not None
        self.bar.setVisible(reading)
        self.bar.setValue(round(1000 * (draft.progress or 0.0)))
        self.message.setText(f"Reading {printable(draft.path.name)}…" if reading else draft.refusal)
        says = not reading and looked is None and draft.reached >= SCANNED and draft.path.suffix.lower() not in SUFFIXES
        self.unread.show_sentences([about_unread(draft.format)] if says else [])
        self._say(draft.refusal)
        if looked is not None:
            self._show_table(looked)
        said = "The running experiment stays as it is." if proposed is None else outlook(self._experiment, proposed)
        if reading and looked is not None:
            said = "Reading the file again…"
        self.said.setText(_with_figures(said))

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
            self.shares.show_proposal(proposed)
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
        self.decisions.show_sentences(sentences)
        self.odd.show_sentences(left_out)
        for widget in (self._rule, self._odd_title, self.odd):
            widget.setVisible(bool(left_out))
        self._order()

    def _order(self) -> None:
        """Tab goes as the eyes do; what was set anew would come last."""
        stops: list[QWidget] = [self.other, self.preview, *self.target.stops()]
        stops += [control for part in (self.decisions, self.odd) for row in part.rows for control in row.controls()]
        stops += [*self.shares.stops(), self.cancel, self.use]
        for before, behind in pairwise(stops):
            self.setTabOrder(before, behind)

    def _say(self, refusal: str) -> None:
        """Why something was not done, also to those who cannot see it."""
        if refusal != self.refusal.text():
            self.refusal.setText(refusal)
            if refusal:
                QAccessible.updateAccessibility(QAccessibleEvent(self.refusal, QAccessible.Event.Alert))
        self.refusal.setVisible(bool(refusal))

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


def _with_figures(sentence: str) -> str:
    """As rich text, with its numbers in the face for numbers."""
    return re.sub(r"\d[\d-]*", f'<span style="font-family:{NUMBERS}">\\g<0></span>', sentence)


def _facts(looked: Looked) -> str:
    columns = looked.table.columns
    size = looked.table.file.size
    written = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(round(size / 1000), 1)} kB"
    return f"{grouped(len(columns))} rows, {counted(len(columns.names), 'column')}, {written}"


def _button(name: str, text: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(_TIPS[name])
    button.setWhatsThis(OWN_TABLE[name].html(name, _TIPS[name]))
    button.setAutoDefault(False)
    return button


def _title(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "section")
    return label


def _sheet(widget: QWidget, margin: int = 14) -> QFrame:
    """A card around it."""
    sheet = QFrame()
    sheet.setProperty("role", "sheet")
    column = QVBoxLayout(sheet)
    column.setContentsMargins(margin, margin, margin, margin)
    column.addWidget(widget)
    return sheet
