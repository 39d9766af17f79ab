"""The card "Check my calculation": whose the steps are, how each of this layer went, and help for the open one."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from nnstudio.core.trace.asked import Asked
from nnstudio.core.trace.judgement import Verdict
from nnstudio.core.trace.quantity import Place
from nnstudio.core.training.phases import Phase
from nnstudio.ui import theme
from nnstudio.ui.explanations.microscope import MICROSCOPE
from nnstudio.ui.microscope.check.checking import HELPED, Checking, Level
from nnstudio.ui.microscope.check.field import MARKS, TONES
from nnstudio.ui.microscope.walk import Stop
from nnstudio.ui.widgets.segmented import SegmentedSwitch

LEVELS = tuple(Level)
MOST = 5
"""Units of a layer that have a row: those about the one that is looked at."""
LONGEST = 6
"""So many characters of what was typed stand in the table."""
_LOW = 100
_TIPS = (
    "All numbers are in sight.",
    "The steps before the sum are yours, from the first on.",
    "Every step is yours.",
)


class CheckCard(QWidget):
    """levels: the switch for the title; `changed`: something is to be drawn anew; `said`: something to be read out."""

    changed = Signal()
    said = Signal(str)

    def __init__(self, checking: Checking) -> None:
        super().__init__()
        self._checking = checking
        self._step: Asked | None = None
        self.levels = SegmentedSwitch([level.value for level in LEVELS], _TIPS)
        self.levels.set_current(LEVELS.index(checking.level))
        self.levels.currentChanged.connect(self._choose)
        self._rows = QScrollArea()
        self._rows.setWidgetResizable(True)
        self._rows.setFrameShape(QFrame.Shape.NoFrame)
        self._rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rows.viewport().setAutoFillBackground(False)
        self.summary = QLabel(wordWrap=True)
        self.summary.setProperty("role", "caption")
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(self._rows, 1)
        left.addWidget(self.summary)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rule.setFixedWidth(1)
        self.title, self.text = QLabel(), QLabel(wordWrap=True)
        self.title.setProperty("role", "strong")
        self.text.setProperty("role", "subtitle")
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hint = _button("Another hint", "One more place to look at.")
        self.hint.clicked.connect(self._hint)
        self.help = _button("Show this step", "The same step worked out on another unit.")
        self.help.clicked.connect(self._help)
        self.give = _button("Show it", "The answer of this step. It counts as shown.")
        self.give.clicked.connect(self._show_it)
        self.needed = _button("Give me these", "The numbers that this step is made of. They count as shown.")
        self.needed.clicked.connect(self._give_needed)
        self._worked: Asked | None = None
        self._needs: list[Place] = []
        side = QVBoxLayout()
        side.setSpacing(6)
        for widget in (self.title, self.text):
            side.addWidget(widget)
        side.addStretch(1)
        for widget in (self.hint, self.help, self.give, self.needed):
            side.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(left, 5)
        row.addWidget(rule)
        row.addLayout(side, 3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.summary.setVisible(self.height() >= _LOW * theme.text_scale())  # the table comes first

    def show_stop(self, stop: Stop) -> None:
        """The steps of the unit that is looked at, and of its layer."""
        steps = self._checking.steps
        if steps is None:
            return
        own = steps.of(stop.phase, stop.layer, stop.unit)
        mine = [step for step in own if self._checking.mine(step)]
        open_ = [step for step in mine if not self._checking.attempt(step.place).done]
        before, self._step = self._step, open_[0] if open_ else None
        if before is None or self._step is None or before.place != self._step.place:
            self._worked = None
        self._show_table(stop)
        self._show_summary(open_)
        self._show_help(stop, mine)

    # The table --------------------------------------------------------------------------------------------------------

    def _show_table(self, stop: Stop) -> None:
        steps = self._checking.steps
        assert steps is not None
        units: list[int | None] = [None]
        if stop.layer is not None and stop.phase is not Phase.LOSS:
            count = len(steps.trace.layers[stop.layer].z)
            first = max(0, min((stop.unit or 0) - MOST // 2, count - MOST))
            units = [*range(first, min(first + MOST, count))]
        rows = {unit: steps.of(stop.phase, stop.layer, unit) for unit in units}
        columns = max(rows.values(), key=len, default=())
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(1)
        for column, step in enumerate(columns, 1):
            grid.addWidget(_cell(step.column, "column", right=True), 0, column)
        for row, (unit, found) in enumerate(rows.items(), 1):
            here = "true" if unit == stop.unit else "false"
            name = "L"
            if unit is not None and stop.layer is not None:
                name = steps.names.unit(steps.trace.layers[stop.layer].key, (unit,))
            label = _cell(name, "unit-name")
            label.setProperty("here", here)
            grid.addWidget(label, row, 0)
            for column in range(1, len(columns) + 1):
                cell = self._entry(name, found[column - 1] if column <= len(found) else None)
                cell.setProperty("here", here)
                grid.addWidget(cell, row, column)
                if column <= len(found) and found[column - 1] is self._step:
                    QTimer.singleShot(0, cell, partial(self._rows.ensureWidgetVisible, cell, 20, 4))
        grid.setRowStretch(len(rows) + 1, 1)
        grid.setColumnStretch(len(columns) + 1, 1)
        if (before := self._rows.takeWidget()) is not None:
            before.deleteLater()  # not at once: while a sheet is put on, Qt still has to come by
        self._rows.setWidget(body)
        body.setAutoFillBackground(False)

    def _entry(self, unit: str, step: Asked | None) -> QLabel:
        """What was typed for a step, and its mark; – where it is still to do, a dot where the number is given."""
        if step is None or not self._checking.mine(step):
            given = step is not None and not self._checking.hides(step.place)
            cell = _cell("·" if given else "", "entry", right=True)
            cell.setAccessibleName(f"{unit}, {step.column}: given" if step is not None else "")
            return cell
        attempt = self._checking.attempt(step.place)
        text, said, tone = "–", "still to do", ""
        if attempt.shown:
            text = said = "shown"
        elif attempt.judgement is not None:
            verdict = attempt.judgement.verdict
            tone = TONES.get(verdict, "open")
            late = verdict is Verdict.RIGHT and attempt.wrong > 0
            mark = f"({MARKS[verdict]})" if late else MARKS[verdict]
            typed = attempt.judged.strip()
            text = f"{typed if len(typed) <= LONGEST else typed[: LONGEST - 1] + '…'} {mark}"
            said = f"{attempt.judged.strip()}, {attempt.judgement.sentence}"
            said = f"{said[:-1]}, at try {attempt.wrong + 1}" if late else said
        cell = _cell(text, "entry", right=True)
        cell.setProperty("verdict", tone)
        cell.setAccessibleName(f"{unit}, {step.column}: {said}")
        cell.setToolTip(said if attempt.judgement is not None else "")
        return cell

    def _show_summary(self, open_: list[Asked]) -> None:
        first, later = self._checking.right()
        lines = ["Judged to the digits you type: 0,94 is right for 0.939."]
        if self._checking.level is Level.WATCH:
            lines = ["All numbers are in sight: the steps become yours with the switch above."]
        else:
            found = f"{first} right" + (f", {later} later" if later else "")
            lines.append(f"{found}, {open_[0].name} is open. The first try counts." if open_ else f"{found}.")
        self.summary.setText(" ".join(lines))

    # Help -------------------------------------------------------------------------------------------------------------

    def _show_help(self, stop: Stop, mine: list[Asked]) -> None:
        checking, step = self._checking, self._step
        assert checking.steps is not None
        for button in (self.hint, self.help, self.give, self.needed):
            button.hide()
        if step is None:
            reason = checking.steps.reason(stop.phase, stop.layer, stop.unit)
            done = "All steps of this unit are done. → goes on to the next."
            self.title.setText("Done" if mine else "Nothing to do here" if reason else "Watch")
            self.text.setText(reason or (done if mine else "Look how it is done; nothing is asked."))
            return
        attempt = checking.attempt(step.place)
        needs = self._foreign(mine)
        if needs and checking.waits_for(step):
            names = [checking.name(need) for need in needs]
            self.title.setText("One step too early")
            what = f"{', '.join(names[:4])}{' …' if len(names) > 4 else ''}"
            verb = "is" if len(names) == 1 else "are"
            self.text.setText(f"These steps are made of {what}, which {verb} still to do.")
            self.needed.show()
            self._needs = needs
            return
        twin = checking.twin(step)
        where = self._unit_of(twin) if twin is not None else ""
        self.help.setText(f"Show this step on {where}")
        self.help.setAccessibleName(self.help.text())
        self.title.setText(("First try", "Second try", "Third try")[min(attempt.wrong, 2)])
        self.hint.setVisible(attempt.wrong > 0)
        helped = self._worked is not None or (attempt.wrong >= HELPED and twin is not None)
        if helped and (twin := self._worked or twin) is not None:
            self.text.setText(f"The same step on {self._unit_of(twin)}: {checking.worked_out(twin)}. Now yours.")
        elif attempt.wrong:
            there = f"the same step is worked out on {where}, not here" if twin is not None else "it is shown"
            self.text.setText(f"If it goes wrong again, {there}.")
            self.help.setVisible(twin is not None)
        else:
            self.text.setText(f"Find {step.name}. The rule: {step.exercise.rule}.")
        self.give.setVisible(attempt.wrong > HELPED or (attempt.wrong == HELPED and twin is None))

    def _unit_of(self, step: Asked) -> str:
        steps, place = self._checking.steps, step.place
        assert steps is not None
        return steps.names.unit(place.layer, place.at[-1:]) if place.at else step.name

    def helped(self) -> None:
        """After a second wrong try: the same step of another unit, which counts as shown if it was still to do."""
        step = self._step
        if step is not None and self._checking.attempt(step.place).wrong >= HELPED:
            self._help()

    def _help(self) -> None:
        step = self._step
        if step is None or self._worked is not None:
            return
        self._worked = self._checking.twin(step)
        if self._worked is not None:
            if self._checking.hides(self._worked.place):
                self._checking.show([self._worked.place, *self._worked.own])
            self.said.emit(f"On {self._unit_of(self._worked)}: {self._checking.worked_out(self._worked)}.")
            self.changed.emit()

    def _hint(self) -> None:
        if self._step is not None:
            self._checking.attempt(self._step.place).hints += 1
            self.said.emit(self._checking.hint(self._step))
            self.changed.emit()

    def _show_it(self) -> None:
        if self._step is not None:
            step = self._step
            self._checking.show([step.place])
            self.changed.emit()

    def _give_needed(self) -> None:
        self._checking.show(self._needs)
        self.changed.emit()

    def _foreign(self, mine: list[Asked]) -> list[Place]:
        """What the steps of a unit wait for beyond each other."""
        own = {step.place for step in mine}
        needs = [need for step in mine for need in self._checking.waits_for(step) if need not in own]
        return list(dict.fromkeys(needs))

    def _choose(self, index: int) -> None:
        self._checking.level = LEVELS[index]
        self.changed.emit()


def _cell(text: str, role: str, right: bool = False) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setAlignment((Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft) | _MIDDLE)
    return label


_MIDDLE = Qt.AlignmentFlag.AlignVCenter


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "small")
    button.setAccessibleName(text)
    button.setToolTip(tip)
    button.setWhatsThis(MICROSCOPE[text].html(text, tip))
    return button
