"""A search beside the run: for what somebody has asked, while training goes on."""

from collections.abc import Callable
from time import perf_counter

from nnstudio.core.run.example import SplitName
from nnstudio.core.run.hardest import Hardest, find
from nnstudio.core.run.present import INTERRUPTED, Refused
from nnstudio.core.training.pieces import Pieces
from nnstudio.core.training.trainer import Trainer


class Search:
    """The search that is under way, one at a time. `answer(ticket, refusal, found=…)` hears what became of it."""

    def __init__(self, answer: Callable[..., object]) -> None:
        self._answer = answer
        self._ticket = 0
        self._pieces: Pieces[Hardest] | None = None

    @property
    def busy(self) -> bool:
        """Whether somebody waits for one."""
        return self._pieces is not None

    def begin(self, ticket: int, trainer: Trainer, split: SplitName) -> None:
        """Look through a split from now on; who asked before wants the newest. Raises `Refused`."""
        try:
            pieces = find(trainer, split)
        except ValueError as error:
            raise Refused(f"Nothing was looked for: {error}.") from error
        self.drop(INTERRUPTED)
        self._ticket, self._pieces = ticket, pieces

    def work(self, until: float, interrupted: Callable[[], bool]) -> None:
        """Piece by piece until that time by `perf_counter()`, at least one, or until somebody wants something."""
        while self._pieces is not None:
            try:
                next(self._pieces)
            except StopIteration as end:
                self._pieces = None
                self._answer(self._ticket, found=end.value)
            if perf_counter() >= until or interrupted():
                break

    def drop(self, refusal: str) -> None:
        """Nobody waits any more."""
        if self._pieces is not None:
            self._pieces = None
            self._answer(self._ticket, refusal)
