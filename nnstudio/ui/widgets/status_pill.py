"""How the run is doing, in one coloured word: Ready, Learning, Paused, Finished, Diverged, Failed; or Loading…"""

from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from nnstudio.core.run.frame import Status
from nnstudio.ui.explanations.window import STATUS
from nnstudio.ui.widgets.figures import grouped

PAUSED_MARK, PAST_MARK = "Ⅱ", "○"
_LOOKS = {
    Status.READY: ("Ready", "quiet", "Nothing has been learned yet."),
    Status.LEARNING: ("Learning", "good", "Training is running."),
    Status.PAUSED: ("Paused", "quiet", "Training waits; Play goes on from here."),
    Status.FINISHED: ("Finished", "good", "A rule for stopping was met; Play goes on from here."),
    Status.DIVERGED: ("Diverged", "bad", "A number became infinite; the last finite weights are kept."),
    Status.FAILED: ("Failed", "bad", "An error stopped training; the last state is kept."),
}


class StatusPill(QLabel):
    """Says it in words and colour; the tooltip adds a sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "pill")
        self.setAccessibleName("Status of the run")
        self.setWhatsThis(STATUS.html("Status", "How the run is doing."))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self._status: Status | None = None  # none while data is on its way
        self._shown: tuple[Status | None, str] = None, ""
        self.set_status(Status.READY)

    def status(self) -> Status | None:
        """What is shown now, None while data is on its way."""
        return self._status

    @property
    def loading(self) -> bool:
        """Whether it says that data is on its way."""
        return self._status is None

    def set_loading(self) -> None:
        """Say that data is on its way, until there is a status again."""
        self._show(None, "Loading…", "quiet", "The data is being made or read; what is shown is from before.")

    def set_status(self, status: Status, message: str = "", newest: int | None = None) -> None:
        """Show this status; `message`, if there is one, replaces the tooltip's sentence. newest: where the run stands,
        while a moment of its past is shown."""
        word, tone, sentence = _LOOKS[status]
        if newest is not None:
            sentence = f"A moment of the past is shown. The run is at update {grouped(newest)}: {word.lower()}."
            word, tone = "Looking back", "past"
        self._show(status, word, tone, sentence)
        self.setToolTip(message or sentence)

    def _show(self, status: Status | None, word: str, tone: str, sentence: str) -> None:
        self.setToolTip(sentence)
        if (status, word) == self._shown:
            return
        self._status, self._shown = status, (status, word)
        mark = {"Paused": PAUSED_MARK, "Looking back": PAST_MARK}.get(word, "●")
        self.setText(f"{mark} {word}")
        self.setAccessibleDescription(f"{word}. {sentence}")
        self.setProperty("tone", tone)
        # A style sheet looks at properties only when a widget is polished.
        self.style().unpolish(self)
        self.style().polish(self)
