"""When a run is next looked at: the next row of the curves, the next evaluation.

Rows come at an even interval, which the history doubles now and then. Evaluations come every so many updates, and also
after 1, 2, 4, 8 … (1, 8, 64 … where they are dear), so that the curves begin at the beginning. Where a rule watches the
loss they come at the end of every epoch and when its patience runs out, without a row where rows lie further apart.
"""

from typing import NamedTuple

EVALUATION_SHARE = 0.05
"""The share of the work of training that regular evaluation may add."""


class Due(NamedTuple):
    """The updates at which the next row and the next evaluation are due."""

    row: int = 0
    evaluation: int = 0

    @property
    def next(self) -> int:
        """Whichever comes first."""
        return min(self.row, self.evaluation)


def evaluation_interval(trained: int, evaluated: int, fewest: int = 25) -> int:
    """Updates between two regular evaluations of so many examples, with so many trained on in an update, and at least
    the `fewest`. Calls into NumPy cost a small network as much as some thirty examples do."""
    return max(fewest, round((evaluated + 60) / (EVALUATION_SHARE * (3 * trained + 60))))


def due_after(updates: int, interval: int, regular: int, cheap: bool, watched: int | None) -> Due:
    """What is due after so many updates.

    interval, regular: updates between two rows and between two evaluations; cheap: whether early ones cost little
    watched: the update at which somebody wants to know the loss, if anybody does
    """
    following = (updates // max(regular, interval) + 1) * max(regular, interval)
    early = 1 << updates.bit_length()
    if not cheap:
        early = 1 << -(-updates.bit_length() // 3) * 3
    evaluation = min(following, max(early, updates + 1))
    row = min(evaluation, (updates // interval + 1) * interval)
    return Due(row, evaluation if watched is None else min(evaluation, watched))
