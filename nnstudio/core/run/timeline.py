"""Snapshots of a run, to go back to.

A snapshot is taken every so many updates; when there are too many, the one is dropped whose absence is felt least, so
that they lie dense near the present and thin out logarithmically into the past. Because the same experiment gives the
same bits, any update between two snapshots is reached by replaying from the earlier one, with the edits of that time.
"""

from nnstudio.core.experiment import Experiment
from nnstudio.core.training.trainer import RunState, Trainer

INTERVAL = 256
MAXIMUM_SNAPSHOTS = 64
MAXIMUM_BYTES = 256 * 2**20


class Timeline:
    """The past of one trainer."""

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer
        self._snapshots = [trainer.state()]
        self._edits: list[tuple[int, Experiment]] = []

    def note_update(self) -> None:
        """Called after every update; takes a snapshot when it is time."""
        if self._trainer.updates % INTERVAL == 0:
            self.note_state()

    def note_state(self) -> None:
        """Take a snapshot now."""
        self._snapshots.append(self._trainer.state())
        size = self._snapshots[-1].nbytes
        if len(self._snapshots) > max(3, min(MAXIMUM_SNAPSHOTS, MAXIMUM_BYTES // max(size, 1))):
            del self._snapshots[self._least_missed()]

    def note_edit(self) -> None:
        """Called after the trainer has taken up another experiment."""
        self._edits.append((self._trainer.updates, self._trainer.experiment))

    def _least_missed(self) -> int:
        """The inner snapshot whose neighbours are closest, measured against their distance from now."""
        times = [snapshot.updates for snapshot in self._snapshots]
        now = times[-1]
        return min(range(1, len(times) - 1), key=lambda i: (times[i + 1] - times[i - 1]) / (now - times[i - 1] + 1))

    @property
    def beginning(self) -> int:
        """The earliest update that can be gone back to."""
        return self._snapshots[0].updates

    @property
    def snapshots(self) -> tuple[RunState, ...]:
        """All snapshots, oldest first."""
        return tuple(self._snapshots)

    def go_to(self, update: int) -> None:
        """Bring the trainer to an update between `beginning` and now, keeping the experiment in force now."""
        trainer = self._trainer
        wanted = trainer.experiment
        while len(self._snapshots) > 1 and self._snapshots[-1].updates > update:
            self._snapshots.pop()
        trainer.restore(self._snapshots[-1])
        edits = [edit for edit in self._edits if self._snapshots[-1].updates <= edit[0] < update]
        for time, experiment in [*edits, (update, trainer.experiment)]:
            while trainer.updates < time:
                trainer.step()
            if time < update:
                trainer.apply(experiment)
        self._edits = [edit for edit in self._edits if edit[0] < update]
        if trainer.apply(wanted):
            self.note_edit()
