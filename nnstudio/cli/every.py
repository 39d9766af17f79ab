"""--every: at which updates a line is printed and a row of the history kept.

Tutorials print their loss every so many epochs or updates; whoever compares with them needs exactly those.
"""

import re

from nnstudio.cli.arguments import BadInput
from nnstudio.core.training.trainer import Trainer
from nnstudio.files.errors import printable

_PERIOD = re.compile(r"([1-9]\d{0,8})(updates?|epochs?)|(\d{1,6}(?:\.\d{1,6})?)s")


class Every:
    """A period such as 500updates, 100epochs or 2s. Raises `BadInput` for anything else."""

    def __init__(self, text: str) -> None:
        found = _PERIOD.fullmatch(text)
        if found is None or (found[3] and not float(found[3])):
            raise BadInput(f"--every is {printable(text)}, but must be such as 100epochs, 500updates or 2s.")
        count, unit, seconds = found.groups()
        self._updates = int(count) if unit and unit.startswith("update") else 0
        self._epochs = int(count) if unit and unit.startswith("epoch") else 0
        self._seconds = float(seconds or 0)
        self._next = 0.0

    def due(self, trainer: Trainer, seconds: float) -> bool:
        """Whether a line is due now, so many seconds after the beginning. It is at the very beginning."""
        if self._updates:
            return trainer.updates % self._updates == 0
        if self._epochs:
            return trainer.batches.at_epoch_end and trainer.batches.seen // trainer.batches.count % self._epochs == 0
        if seconds < self._next:
            return False
        self._next = seconds - seconds % self._seconds + self._seconds
        return True
