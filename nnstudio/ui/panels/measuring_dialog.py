"""A window in which something is measured on a copy of the run, beside it: what all of these have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from nnstudio.core.run.commands import Answer, Recall, Recalled
from nnstudio.ui.background import Background
from nnstudio.ui.explanations.explanation import Explanation
from nnstudio.ui.session import Session
from nnstudio.ui.widgets.segmented import SegmentedSwitch


class MeasuringDialog(QDialog):
    """It takes the run as it is when it opens, and again when somebody asks for that.

    explanations: of its controls by name; tips: of those among them that are buttons
    """

    def __init__(
        self,
        title: str,
        explanations: Mapping[str, Explanation],
        tips: Mapping[str, str],
        session: Session,
        parent: QWidget | None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "form")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._explanations, self._tips, self._session = explanations, tips, session
        self._recalled: Recalled | None = None
        self._work = Background(self)
        self._work.came.connect(self._show)
        self._work.ended.connect(self._end)
        self.finished.connect(self._work.cancel)
        self.caption = QLabel(wordWrap=True)
        self.caption.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress")
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.cancel, self.table = self._button("cancel", "Cancel"), self._button("table", "Table")
        self.shut = self._button("close", "Close")
        self.cancel.clicked.connect(self._give_up)
        self.table.clicked.connect(self._show_table)
        self.shut.clicked.connect(self.close)

    def _button(self, name: str, text: str) -> QPushButton:
        button, tip = QPushButton(text), self._tips[name]
        button.setToolTip(tip)
        button.setWhatsThis(self._explanations[name].html(text.strip(), tip))
        button.setAutoDefault(False)
        return button

    def _switch(self, tips: Mapping[str, str]) -> SegmentedSwitch:
        switch = SegmentedSwitch([*tips])
        for place, (name, tip) in enumerate(tips.items()):
            switch.button(place).setToolTip(tip)
            switch.button(place).setWhatsThis(self._explanations[name].html(name, tip))
        switch.currentChanged.connect(self._measure)
        return switch

    def _stack(self, above: Sequence[QLayout], picture: QWidget, below: QLayout) -> None:
        """One below the other, the picture on a card of its own, over the caption."""
        sheet, column = QFrame(), QVBoxLayout(self)
        sheet.setProperty("role", "sheet")
        card = QVBoxLayout(sheet)
        card.setContentsMargins(12, 12, 12, 12)
        card.addWidget(picture)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        for line in above:
            column.addLayout(line)
        column.addWidget(sheet, 1)
        column.addWidget(self.caption)
        column.addLayout(below)

    def _ask(self) -> None:
        self._session.send(Recall(), self._take)

    def _take(self, answer: Answer) -> None:
        if not isinstance(answer.found, Recalled):
            QTimer.singleShot(100, self, self._ask)  # the first run is on its way
            return
        self._recalled = answer.found
        self._measure()

    def _give_up(self) -> None:
        self._work.cancel()
        self._show_busy()

    # What each measures: begun with the run that was taken, more of it is known, it has come to its end.

    def _measure(self, _: int = 0) -> None:
        raise NotImplementedError

    def _show(self, found: Any) -> None:
        raise NotImplementedError

    def _end(self, error: str) -> None:
        raise NotImplementedError

    def _show_busy(self) -> None:
        raise NotImplementedError

    def _show_table(self) -> None:
        raise NotImplementedError
