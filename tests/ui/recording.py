"""A run and a session that record what no answer says, and a view that looks at whatever it is told to."""

from typing import Any

from same_state import same

from nnstudio.core.experiment import Experiment
from nnstudio.core.run import commands
from nnstudio.core.run.commands import Command
from nnstudio.core.run.frame import Frame, Probe
from nnstudio.core.run.run import Run
from nnstudio.core.training.state import RunState


class RecordingRun(Run):
    """Keeps a copy of the state that each command meets, and compares whatever is put back with it."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.met: dict[int, RunState] = {}
        self.put_back: dict[int, Experiment] = {}
        """What was in force after each Undo and Redo."""
        self.refused: set[int] = set()
        self.wrong: list[str] = []

    def obey(self, command: Command, ticket: int = 0) -> None:
        if self.number:
            self.met[ticket] = self.trainer.state()
        super().obey(command, ticket)
        if not isinstance(command, commands.PutBack):
            return
        self.put_back[ticket] = self.trainer.experiment
        if ticket in self.refused:
            if command.left not in self.refused:
                self.wrong.append(f"{command.left} was done, but what it left is not there")
        elif not same(self.trainer.state(), self.met[command.left]):
            self.wrong.append(f"{command.left} left something else behind")

    def skip(self, ticket: int, merged: bool) -> None:
        self.met[ticket] = self.trainer.state()
        super().skip(ticket, merged)

    def answer(self, ticket: int, refusal: str = "", *found: Any, **more: Any) -> None:
        if refusal:
            self.refused.add(ticket)
        super().answer(ticket, refusal, *found, **more)


class Watcher:
    """Looks at everything, or at nothing."""

    probes = Probe.NOTHING
    interval = 0.0

    def isVisible(self) -> bool:
        return True

    def show_frame(self, frame: Frame) -> None:
        pass
