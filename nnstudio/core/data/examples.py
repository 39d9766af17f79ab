"""Raw examples with what is to be learned from them, and how some are split off.

Every domain brings its examples in this form; from here on, points, images and tables are treated alike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


class DataError(Exception):
    """The data cannot be had; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Raw examples and the truth about them.

    raw (n, …): points (n, 2), pixels (n, height, width), or rows of a table (n, inputs)
    truth: the number of each one's class, (n,) integers; or values, or zeros and ones, (n, outputs) floats
    """

    raw: NDArray[Any]
    truth: NDArray[np.int64] | NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.raw)

    def __getitem__(self, chosen: Any) -> "Examples":
        return Examples(self.raw[chosen], self.truth[chosen])

    def split(self, share: float, random: np.random.Generator) -> tuple["Examples", "Examples"]:
        """What is left, and the share of the examples that is split off; see `drawn`. Raises `DataError`."""
        taken = drawn(self.truth, share, random)
        return self[~taken], self[taken]


def drawn(
    truth: NDArray[np.int64] | NDArray[np.float64], share: float, random: np.random.Generator, stratified: bool = True
) -> NDArray[np.bool_]:
    """Which share of the examples (n,) is split off, drawn at random.

    Classes are stratified: sorted by class, every so manieth example is taken, so each class gives its share to within
    one. One example of every class always stays. Raises `DataError` where nothing can be spared.
    """
    count = len(truth)
    order = random.permutation(count)
    classes = truth[order] if truth.ndim == 1 else np.zeros(count, np.int64)
    by_class = np.argsort(classes, kind="stable")
    spare = order[by_class][np.diff(classes[by_class], prepend=-1) == 0]
    if not stratified:
        spare = order[np.isin(order, spare)]
    wanted = min(max(round(share * count), 1), len(spare))
    if not wanted:
        raise DataError(f"Of {count} training examples, one for each class, none can be split off.")
    taken = np.zeros(count, bool)
    taken[spare[((np.arange(wanted) + 0.5) * len(spare) / wanted).astype(np.int64)]] = True
    return taken
